/**
 * What the profit is made of and how it spreads: its parts, the histogram, the heat map, the markout curves. Drawn here, so they
 * need no script. Called by the page.
 */
import { formatDuration } from '../../core/time.js';
import { countText, moneyText, ratioText } from '../figure-text.js';
import { drawing, escapeHtml, figure, ofStrategy, share, tip } from './html.js';
import type { MarkoutCurve } from './markout-curves.js';
import type { HeatMap, Histogram } from './periods.js';
import type { ProfitPart } from './profit-parts.js';
import type { Report, StrategyReport } from './report.js';
import { signed } from './section-answers.js';

export function causesHtml({ strategies, summary }: Report): string {
  const money = summary.currency === '' ? 'quote currency' : escapeHtml(summary.currency);
  const calendar = summary.sessions?.calendar ?? '';
  const parts = strategies.map((strategy, index) => ofStrategy(index, strategyHtml(strategy, money, calendar)));
  return `<section id="causes"><h2>Where it comes from</h2>${parts.join('')}</section>`;
}

function strategyHtml(strategy: StrategyReport, money: string, calendar: string): string {
  const { parts, period, histogram, heatMap, sessions } = strategy;
  const figures = [
    figure('Profit taken apart', money, partsHtml(parts)),
    figure(
      'Markouts',
      'mid after a fill less its price, bp; points: the mean, each fill counting the same, bars: two standard errors',
      markoutsHtml(strategy),
    ),
    figure(`Profit by ${period}`, `how often how much, ${money}`, histogramHtml(histogram, period)),
  ];
  if (heatMap !== undefined) {
    figures.push(
      figure(
        `Profit by ${escapeHtml(heatMap.rowName)} and ${escapeHtml(heatMap.columnName)}`,
        money,
        heatMapHtml(heatMap),
        'wide',
      ),
    );
  }
  if (sessions !== undefined) {
    const title = `Profit by session of ${escapeHtml(calendar)}`;
    figures.push(figure(title, `${money}, from the close before to its own`, heatMapHtml(sessions), 'wide'));
  }
  return `<div class="pairs">${figures.join('')}</div>`;
}

const EMPTY = '<div class="nothing">nothing to draw</div>';

/** Bars from a line at 0, one a part, and the sum. */
function partsHtml(parts: readonly ProfitPart[]): string {
  if (parts.length === 0) return EMPTY;
  const sum = parts.reduce((all, { amount }) => all + amount, 0);
  const all = [...parts, { name: 'profit', amount: sum, definition: 'The sum of these.' }];
  const low = Math.min(0, ...all.map(({ amount }) => amount));
  const high = Math.max(0, ...all.map(({ amount }) => amount));
  const range = high - low || 1;
  // Names stand in the first 22 %, amounts in the last 24 %.
  const at = (amount: number) => 0.22 + (0.54 * (amount - low)) / range;
  const bars = all.map(({ name, amount, definition }, index) => {
    const y = 10 + index * 34;
    const [from, to] = [Math.min(at(0), at(amount)), Math.max(at(0), at(amount))];
    return `<g tabindex="0" ${tip(`${name}: ${moneyText(amount)}. ${definition}`)}>
<rect x="0" y="${y}" width="100%" height="30" class="touch"/><text x="0" y="${y + 20}" class="${name === 'profit' ? 'strong' : ''}">${escapeHtml(name)}</text>
<rect x="${share(from)}" y="${y + 5}" width="${share(Math.max(0.002, to - from))}" height="20" class="${amount < 0 ? 'loss' : 'gain'}"/>
<text x="100%" y="${y + 20}" class="end ${name === 'profit' ? 'strong' : ''}">${signed(amount)}</text></g>`;
  });
  const height = 16 + all.length * 34;
  const zero = `<line x1="${share(at(0))}" x2="${share(at(0))}" y1="6" y2="${height - 6}" class="axis"/>`;
  return drawing(
    height,
    `Parts of the profit: ${all.map(({ name, amount }) => `${name} ${moneyText(amount)}`).join(', ')}`,
    [...bars, zero],
  );
}

function histogramHtml(histogram: Histogram | undefined, period: string): string {
  if (histogram === undefined) return EMPTY;
  const { from, width, counts, beyond } = histogram;
  const most = Math.max(...counts);
  const high = 170;
  const bars = counts.map((count, index) => {
    const middle = from + (index + 0.5) * width;
    const size = (high * count) / most;
    const name = Math.abs(middle) < width / 2 ? 'flat' : middle < 0 ? 'loss' : 'gain';
    const [low, up] = [from + index * width, from + (index + 1) * width];
    const words = `${countText(count)} × ${period}: ${moneyText(low)} to ${moneyText(up)}`;
    return `<g tabindex="0" ${tip(words)}><rect x="${share(index / counts.length)}" y="0" width="${share(1 / counts.length)}" height="${high + 10}" class="touch"/>
<rect x="${share((index + 0.08) / counts.length)}" y="${(10 + high - size).toFixed(1)}" width="${share(0.84 / counts.length)}" height="${size.toFixed(1)}" class="${name}"/></g>`;
  });
  const label = (at: number, anchor: string, index: number) =>
    `<text x="${share(at)}" y="${high + 28}" class="${anchor}">${moneyText(from + index * width)}</text>`;
  const zero = -from / (counts.length * width);
  const labels = [label(0, '', 0), label(1, 'end', counts.length)];
  if (zero > 0.18 && zero < 0.82) labels.push(`<text x="${share(zero)}" y="${high + 28}" class="middle">0</text>`);
  const rest =
    beyond === 0 ? '' : `<p class="muted">${countText(beyond)} beyond are counted in the outermost bars.</p>`;
  return `${drawing(high + 36, `Histogram of profit by ${period}, most frequent ${countText(most)}`, [
    ...bars,
    `<line x1="0" x2="100%" y1="${high + 10}" y2="${high + 10}" class="axis"/>`,
    ...labels,
  ])}${rest}`;
}

/** Five steps of each sign, by the root of the amount so that small ones show too. */
function heatClass(amount: number | undefined, most: number): string {
  if (amount === undefined) return 'none';
  const step = most === 0 ? 0 : Math.min(5, Math.ceil(5 * Math.sqrt(Math.abs(amount) / most)));
  return step === 0 ? 'h0' : `${amount < 0 ? 'l' : 'g'}${step}`;
}

function heatMapHtml({ rowName, columnName, columns, rows }: HeatMap): string {
  const amounts = rows.flatMap(({ cells }) => cells).filter((cell) => cell !== undefined);
  const most = Math.max(0, ...amounts.map(Math.abs));
  const head = columns.map((name) => `<th scope="col">${name}</th>`).join('');
  const lines = rows.map(({ name, cells, notes }) => {
    const fields = cells.map((cell, index) => {
      const text = `${name}, ${columnName} ${columns[index]}: ${signed(cell ?? 0)}${notes?.[index] ?? ''}`;
      const words = cell === undefined ? '' : ` tabindex="0" ${tip(text)}`;
      return `<td class="${heatClass(cell, most)}"${words}>${cell === undefined ? '' : shortMoney(cell)}</td>`;
    });
    const total = cells.reduce<number>((sum, cell) => sum + (cell ?? 0), 0);
    return `<tr><th scope="row">${escapeHtml(name)}</th>${fields.join('')}<td class="total">${signed(total)}</td></tr>`;
  });
  return `<div class="scroll tall"><table class="heat"><thead><tr><th scope="col">${escapeHtml(rowName)}</th>${head}<th scope="col">all</th></tr></thead>
<tbody>${lines.join('')}</tbody></table></div>`;
}

/** Three digits and a letter: what fits a cell. */
function shortMoney(amount: number): string {
  const size = Math.abs(amount);
  const [unit, letter] = size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
  const digits = Number((size / unit).toPrecision(size / unit >= 100 ? 3 : 2));
  return `${amount < 0 ? '−' : ''}${digits}${letter}`;
}

/** Horizons at the axis, where narrow screens have room for no more than this; and in words. */
const HORIZON_LABELS: Readonly<Record<number, string>> = {
  ...{ 0: 'fill', 1e6: '1 ms', 1e7: '10', 1e8: '100 ms', 1e9: '1 s', 5e9: '5', 1e10: '10', 6e10: '60 s' },
};
const horizonText = (horizonNs: number) => (horizonNs === 0 ? 'at the fill' : `${formatDuration(horizonNs)} after`);

function valueText(horizonNs: number, mean: number): string {
  return `all fills by value, ${horizonText(horizonNs)}: ${ratioText(mean)} bp, the figure "markout ${formatDuration(horizonNs)}"`;
}

function markoutsHtml({ markouts: curves, markoutFigures }: StrategyReport): string {
  if (curves.length === 0) return EMPTY;
  const horizons = [...new Set(curves.flatMap(({ points }) => points.map(({ horizonNs }) => horizonNs)))].sort(
    (a, b) => a - b,
  );
  const spread = ({ error }: MarkoutCurve['points'][number]) => 2 * (Number.isFinite(error) ? error : 0);
  const all = curves.flatMap(({ points }) => points);
  const figures = markoutFigures.map(({ mean }) => mean);
  const low = Math.min(0, ...all.map((point) => point.mean - spread(point)), ...figures);
  const high = Math.max(0, ...all.map((point) => point.mean + spread(point)), ...figures);
  const range = high - low || 1;
  const height = 210;
  const y = (value: number) => Number((14 + (150 * (high - value)) / range).toFixed(1));
  const x = (horizonNs: number) => 0.14 + (0.82 * (horizons.indexOf(horizonNs) + 0.5)) / horizons.length;
  const parts = [
    `<line x1="14%" x2="100%" y1="${y(0)}" y2="${y(0)}" class="axis"/>`,
    ...[high, low]
      .filter((value) => value !== 0)
      .map((value) => `<text x="12%" y="${y(value) + 4}" class="end">${ratioText(value)}</text>`),
    `<text x="12%" y="${y(0) + 4}" class="end">0</text>`,
    ...horizons.map(
      (each) => `<text x="${share(x(each))}" y="188" class="middle">${HORIZON_LABELS[each] ?? ''}</text>`,
    ),
  ];
  const shown = markoutFigures.filter(({ horizonNs }) => horizons.includes(horizonNs));
  for (const [i, { horizonNs, mean }] of shown.entries()) {
    const at = share(x(horizonNs));
    const before = shown[i - 1];
    if (before !== undefined)
      parts.push(
        `<line x1="${share(x(before.horizonNs))}" y1="${y(before.mean)}" x2="${at}" y2="${y(mean)}" class="curve value"/>`,
      );
    parts.push(
      `<g tabindex="0" ${tip(valueText(horizonNs, mean))}><circle cx="${at}" cy="${y(mean)}" r="3" class="value"/></g>`,
    );
  }
  for (const { name, points } of curves) {
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1]!, points[i]!];
      parts.push(
        `<line x1="${share(x(a.horizonNs))}" y1="${y(a.mean)}" x2="${share(x(b.horizonNs))}" y2="${y(b.mean)}" class="curve ${name}"/>`,
      );
    }
    for (const point of points) {
      const at = share(x(point.horizonNs));
      const bar = `<line x1="${at}" x2="${at}" y1="${y(point.mean - spread(point))}" y2="${y(point.mean + spread(point))}" class="error ${name}"/>`;
      const words = `${name}, ${horizonText(point.horizonNs)}: ${ratioText(point.mean)} bp ± ${ratioText(2 * point.error)}, ${countText(point.fills)} fills`;
      const mark =
        name === 'maker'
          ? `<circle cx="${at}" cy="${y(point.mean)}" r="5" class="${name}"/>`
          : `<circle cx="${at}" cy="${y(point.mean)}" r="4" class="${name} hollow"/>`;
      parts.push(
        `<g tabindex="0" ${tip(words)}>${bar}<circle cx="${at}" cy="${y(point.mean)}" r="13" class="touch"/>${mark}</g>`,
      );
    }
  }
  const legend = curves.map(
    ({ name }) => `<span class="key ${name}">${name === 'maker' ? '● resting orders' : '○ orders that took'}</span>`,
  );
  if (shown.length > 0) legend.push('<span class="key value muted">┄ all fills by value, as among the figures</span>');
  return `${drawing(height, 'Markout curves', parts, 'markouts')}<p class="legend">${legend.join(' ')} <span class="muted">above 0: the market stands better than the price</span></p>`;
}
