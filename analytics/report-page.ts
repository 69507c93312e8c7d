/**
 * A report as one HTML page that needs nothing else: no network, no other file, works from `file://`.
 * Knows nothing of files; uPlot's script and style come in as text. Called by the run folder.
 *
 * The content security policy allows exactly the two scripts and the style written here, by their hashes, so nothing
 * that came in through a symbol, a config or a message can run; all of those are escaped besides.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { countText, durationText, moneyText, NO_FIGURE, qtyText, ratioText, shareText } from './figure-text.js';
import { unfilledEnds } from './order-ends.js';
import type { Curve, Marks, PairReport, Report } from './report.js';
import { REPORT_SCRIPT } from './report-script.js';
import { REPORT_STYLE } from './report-style.js';
import { failedText, type StrategySummary } from './summary.js';

/** The text of uPlot's `uPlot.iife.min.js` and `uPlot.min.css`. */
export interface ChartLibrary {
  readonly script: string;
  readonly style: string;
}

/** What the page's script draws into one place. */
interface ChartSpec {
  /** Money over time, its fall below the peak, steps, a price with the fills marked on it, or a value of any kind. */
  readonly kind: 'money' | 'fall' | 'step' | 'price' | 'value';
  readonly curves: readonly Curve[];
  readonly marks?: readonly Marks[];
}

/** The whole page. Equal reports give equal text. */
export function renderReportPage(report: Report, library: ChartLibrary): string {
  const charts: ChartSpec[] = [];
  const body = [
    headerHtml(report),
    failureHtml(report),
    `<section class="grid">${report.summary.strategies.map((strategy) => cardHtml(strategy, report.summary.currency)).join('')}</section>`,
    orderEndsHtml(report),
    '<h2>Profit over time</h2><div class="grid">',
    chartHtml(charts, 'Profit', 'realised + unrealised − fees + flows', { kind: 'money', curves: report.profit }),
    chartHtml(charts, 'Drawdown', 'fall from the highest profit so far', { kind: 'fall', curves: report.drawdown }),
    '</div>',
    ...report.pairs.map((pair) => pairHtml(charts, pair)),
    report.metrics.length > 0 ? '<h2>Values recorded by strategies</h2><div class="grid">' : '',
    ...report.metrics.map((curve) => chartHtml(charts, escapeHtml(curve.name), '', { kind: 'value', curves: [curve] })),
    report.metrics.length > 0 ? '</div>' : '',
    ...report.notes.map((note) => `<p class="muted">${escapeHtml(note)}</p>`),
    tapesHtml(report),
    `<h2>Configuration</h2><div class="panel"><pre>${escapeHtml(JSON.stringify(report.description.config, null, 2))}</pre></div>`,
    footerHtml(report),
  ].join('\n');
  const { startNs, endNs } = report.description;
  const startMs = (startNs ?? 0) / 1e6;
  const data = { originMs: report.originMs, startMs, endMs: endNs === null ? startMs : endNs / 1e6, charts };
  return pageHtml(report, body, scriptSafe(JSON.stringify(data)), library);
}

function pageHtml(report: Report, body: string, data: string, library: ChartLibrary): string {
  const style = `${library.style}\n${REPORT_STYLE}`;
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(library.script)}' '${hashOf(REPORT_SCRIPT)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:; base-uri 'none'; form-action 'none'",
  ].join('; ');
  const names = report.summary.strategies.map(({ name }) => name).join(', ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(names)} – tickwright run</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
<script type="application/json" id="report-data">${data}</script>
<script>${library.script}</script>
<script>${REPORT_SCRIPT}</script>
</body>
</html>
`;
}

function headerHtml({ summary }: Report): string {
  return `<header><h1>tickwright run</h1><span class="pill ${summary.status}">${summary.status}</span>
<div class="about">${timeText(summary.start)} to ${timeText(summary.end)} UTC (${durationText(summary.durationNs)}) ·
${countText(summary.rows)} tape rows · ${countText(summary.orderEvents)} order events · ${countText(summary.fills)} fills<br>
run hash <code>${escapeHtml(summary.runHash)}</code></div></header>`;
}

function failureHtml({ summary, description }: Report): string {
  const { failure } = summary;
  if (failure === undefined) return '';
  return `<section class="alert"><h3>The run stopped before its end</h3>
<p>At ${timeText(failure.time)} UTC ${escapeHtml(failedText(failure))}: ${escapeHtml(failure.message)}</p>
<p>Everything below is what was recorded until then.</p>
<details><summary>Stack</summary><pre>${escapeHtml(description.failure?.stack ?? '')}</pre></details></section>`;
}

function cardHtml(strategy: StrategySummary, currency: string): string {
  const { profit, orders, drawdown, flows, closings } = strategy;
  // What few runs have is shown only where there is any.
  const money = (label: string, amount: number): [string, string][] =>
    amount === 0 ? [] : [[label, moneyText(amount)]];
  const count = (label: string, number: number): [string, string][] =>
    number === 0 ? [] : [[label, countText(number)]];
  const figures: [string, string][] = [
    ['realised', moneyText(strategy.realised)],
    ['unrealised', moneyText(strategy.unrealised)],
    ['fees', moneyText(strategy.fees)],
    ...money('funding', flows.funding),
    ...money('borrowing', flows.borrow),
    ...money('interest', flows.interest),
    ...money('dividends', flows.dividend),
    ...money('cash of splits', flows.split),
    ['volume', moneyText(strategy.volume)],
    ['trades', countText(strategy.trades)],
    ...count('positions liquidated', closings.liquidation.count),
    ...count('positions expired', closings.expiry.count),
    ...count('positions delisted', closings.delisting.count),
    ['maker share', shareText(strategy.makerShare)],
    ['orders sent', countText(orders.sent)],
    ['fill ratio', shareText(strategy.fillRatio)],
    ['rejected, expired', `${countText(orders.rejected)}, ${countText(orders.expired)}`],
    ...count('self-trades prevented', orders.selfTradesPrevented),
    ['max drawdown', moneyText(drawdown.amount)],
    ['longest drawdown', durationText(drawdown.longestNs || null)],
    ['Sharpe, a year', ratioText(strategy.sharpe)],
    ['round trips', countText(strategy.roundTrips)],
    ['win rate', shareText(strategy.winRate)],
  ];
  const sign = profit === null || profit === 0 ? '' : profit > 0 ? ' gain' : ' loss';
  return `<article class="card"><h3>${escapeHtml(strategy.name)}</h3>
<div class="profit${sign}">${moneyText(profit)}</div><div class="muted">profit after fees, ${currency === '' ? 'quote currency' : escapeHtml(currency)}</div>
<dl>${figures.map(([label, text]) => `<div><dt>${label}</dt><dd>${text}</dd></div>`).join('')}</dl></article>`;
}

function orderEndsHtml({ summary }: Report): string {
  const { strategies } = summary;
  const ends = unfilledEnds(strategies);
  if (ends.length === 0) return '';
  const number = (text: string, cell: 'td' | 'th') => `<${cell} class="number">${text}</${cell}>`;
  const head = strategies.map(({ name }) => number(escapeHtml(name), 'th')).join('');
  const rows = ends.map(
    ({ text, orders }) =>
      `<tr><td>${escapeHtml(text)}</td>${orders.map((count) => number(countText(count), 'td')).join('')}</tr>`,
  );
  return `<h2>Why orders ended without a fill</h2><div class="panel scroll"><table><tr><th></th>${head}</tr>
${rows.join('')}</table></div>`;
}

function pairHtml(charts: ChartSpec[], pair: PairReport): string {
  const { figures, shownFills } = pair;
  const title = `${escapeHtml(pair.strategy)} · ${escapeHtml(pair.symbol)}`;
  const ownFills = figures.trades - figures.closings;
  const shown = shownFills < ownFills ? `, ${countText(shownFills)} of them drawn` : '';
  const fills =
    ownFills === 0
      ? 'mid; no fills'
      : `mid, <span class="buy">▲ buys</span> and <span class="sell">▼ sells</span>; ${countText(ownFills)} fills${shown}`;
  const text = `realised ${moneyText(figures.realised)} · fees ${moneyText(figures.fees)} · volume ${moneyText(figures.volume)}`;
  const { mid, buys, sells, position } = pair;
  return `<h2>${title} <small class="muted">${text}</small></h2><div class="pair">
${chartHtml(charts, 'Price', fills, { kind: 'price', curves: [mid], marks: [buys, sells] })}
${chartHtml(charts, 'Position', `${qtyText(figures.position)} at the end`, { kind: 'step', curves: [position] })}
</div>`;
}

/** Title and caption are HTML already. A chart without a point is said to be so in words. */
function chartHtml(charts: ChartSpec[], title: string, caption: string, chart: ChartSpec): string {
  const points = [...chart.curves, ...(chart.marks ?? [])].some((curve) => curve.timeMs.length > 0);
  const head = `<figcaption>${title} <span>${caption}</span></figcaption>`;
  if (!points) return `<figure>${head}<div class="empty">nothing to draw</div></figure>`;
  charts.push(chart);
  return `<figure>${head}<div class="plot"></div></figure>`;
}

function tapesHtml({ description, summary }: Report): string {
  const panels = description.tapes.map((tape) => {
    const origin = Object.entries(tape.provenance)
      .map(([key, value]) => `<tr><th>${escapeHtml(key)}</th><td>${escapeHtml(value)}</td></tr>`)
      .join('');
    const corrections = tape.corrections
      .map(
        ({ name, count, note }) =>
          `<tr><td>${escapeHtml(name)}</td><td class="number">${countText(count)}</td><td>${escapeHtml(note)}</td></tr>`,
      )
      .join('');
    return `<div class="panel"><h3>${escapeHtml(tape.path ?? 'tape in memory')}</h3>
<p class="muted">${countText(tape.rows)} rows · SHA-256 <code>${escapeHtml(tape.hash ?? 'not known')}</code></p>
<div class="scroll">${origin === '' ? '' : `<table class="facts">${origin}</table>`}</div>
${
  corrections === ''
    ? '<p class="muted">No corrections were needed.</p>'
    : `<h3>Corrections</h3><div class="scroll"><table><tr><th>what</th><th class="number">rows</th><th>note</th></tr>${corrections}</table></div>`
}</div>`;
  });
  const { unknownOrders, crossedLevels } = summary;
  const repairs =
    unknownOrders + crossedLevels === 0
      ? ''
      : `<p class="muted">While replaying, ${countText(unknownOrders)} order rows named orders the book did not hold, and
${countText(crossedLevels)} book levels were taken away because others crossed them.</p>`;
  return `<h2>Data</h2>${repairs}${panels.join('\n') || '<p class="muted">No tape was named.</p>'}`;
}

function footerHtml({ description }: Report): string {
  const { seed, versions, sampleNs, droppedLogLines } = description;
  const parts = [
    `seed ${seed}`,
    sampleNs > 0 ? `sampled every ${durationText(sampleNs)}` : 'sampled at the end only',
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
  ];
  if (droppedLogLines > 0) parts.push(`${countText(droppedLogLines)} log lines not kept`);
  const sharpe = `Sharpe: mean ÷ standard deviation of the change in equity from sample to sample × √(samples in 365 days); no
capital, no risk-free rate; none for less than a day. Drag in a chart to zoom all, double-click to see all.`;
  return `<footer><p>${sharpe}</p><p>${parts.map(escapeHtml).join(' · ')}</p>
<noscript><p>The charts need JavaScript; the figures do not.</p></noscript></footer>`;
}

/** `2024-08-08T23:54:16.298000000Z` → `2024-08-08 23:54:16.298`. */
function timeText(iso: string | null): string {
  return iso === null ? NO_FIGURE : escapeHtml(iso.slice(0, 23).replace('T', ' '));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text → HTML that shows it, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

/** JSON → JSON of the same meaning that cannot end a script element or a line of script. */
export function scriptSafe(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function hashOf(text: string): string {
  let bytes = '';
  for (const byte of sha256(new TextEncoder().encode(text))) bytes += String.fromCharCode(byte);
  return `sha256-${btoa(bytes)}`;
}
