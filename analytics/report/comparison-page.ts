/**
 * A comparison of runs as one HTML page: profits overlaid, figures side by side, what differs. Knows nothing of files.
 * Called by the command line.
 */
import type { Comparison } from '../comparison.js';
import { type ComparedFigure, differenceTexts, figureGroups, partingLines } from '../comparison-table.js';
import { countText } from '../figure-text.js';
import { curveData, fallOf, profitFromZero } from './curves.js';
import { escapeHtml, figure, plot, tip } from './html.js';
import { htmlPage, type PageParts } from './page.js';
import type { CurvesData } from './page-data.js';
import { signed, timeText, toneOf } from './section-answers.js';
import { toolsHtml } from './section-time.js';

const BUCKETS = 800;
/** Colours of series in the style sheet. */
const SERIES_COLORS = 6;
const CHAPTERS: readonly (readonly [id: string, name: string])[] = [
  ['differences', 'Differences'],
  ['time', 'Over time'],
  ['figures', 'Figures'],
];

export function renderComparisonPage(comparison: Comparison, parts: PageParts): string {
  const { runs } = comparison;
  const body = [
    `<header><div class="title"><h1>${escapeHtml(runs.map(({ label }) => label).join(' · '))}</h1></div>
<p class="about">${runs.length} runs beside each other</p></header>`,
    `<div class="columns cards">${runs.map(runCard).join('')}</div>`,
    differencesHtml(comparison),
    timeHtml(comparison),
    figuresHtml(comparison),
  ].join('\n');
  return htmlPage(
    `${runs.map(({ label }) => label).join(', ')} – tickwright`,
    CHAPTERS,
    body,
    curvesOf(comparison),
    parts,
  );
}

function runCard({ label, summary }: Comparison['runs'][number], run: number): string {
  const lines = summary.strategies.map(
    ({ name, profit }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number ${toneOf(profit)}">${signed(profit)}</td></tr>`,
  );
  return `<div class="panel"><h3><span class="swatch s${run % SERIES_COLORS}"></span>${escapeHtml(label)} <span class="pill ${summary.status}">${summary.status}</span></h3>
<p class="muted about">${timeText(summary.start)} UTC<br>${countText(summary.fills)} fills · <code>${escapeHtml(summary.runHash.slice(0, 16))}…</code></p>
<table class="figures">${lines.join('')}</table></div>`;
}

function timeHtml({ strategies }: Comparison): string {
  const how = strategies.length > 1 ? 'a colour a run, a kind of line a strategy' : 'a line a run';
  return `<section id="time"><div class="bar"><h2>Over time</h2>${toolsHtml()}</div>
<p class="muted hint">Drag to zoom, double-click to see all. <span id="range" aria-live="polite"></span></p>
${figure('Profit', `realised + unrealised − fees + flows; ${how}`, plot('profit', 'Profit over time of all runs'))}
${figure('Drawdown', 'below the highest profit so far', plot('drawdown', 'Drawdown over time of all runs'))}</section>`;
}

function figuresHtml(comparison: Comparison): string {
  const head = comparison.runs.map(({ label }) => `<th scope="col" class="number">${escapeHtml(label)}</th>`).join('');
  const several = comparison.strategies.length > 1;
  const blocks = comparison.strategies.map((strategy) => {
    const tables = figureGroups(comparison, strategy).map(
      ({ title, rows }) =>
        `<div class="panel scroll"><table class="figures"><caption>${escapeHtml(title)}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows.map(figureRow).join('')}</tbody></table></div>`,
    );
    return `${several ? `<h3>${escapeHtml(strategy)}</h3>` : ''}<div class="masonry wide">${tables.join('')}</div>`;
  });
  return `<section id="figures"><h2>Figures</h2><p class="muted hint">What is the same in all runs is pale. Point at a name, or tab to it, for what it means.</p>${blocks.join('')}</section>`;
}

function figureRow({ label, definition, values }: ComparedFigure): string {
  const same = values.every((value) => value === values[0]);
  const cells = values.map((value) => `<td class="number">${escapeHtml(value)}</td>`).join('');
  return `<tr${same ? ' class="same"' : ''}><th scope="row"><span class="term" tabindex="0" ${tip(definition)}>${escapeHtml(label)}</span></th>${cells}</tr>`;
}

function differencesHtml({ runs, differences, partings }: Comparison): string {
  const head = runs.map(({ label }) => `<th scope="col">${escapeHtml(label)}</th>`).join('');
  const rows = differences.map(
    (difference) =>
      `<tr><th scope="row"><code>${escapeHtml(difference.path)}</code></th>${differenceTexts(difference)
        .map((text) => `<td>${escapeHtml(text)}</td>`)
        .join('')}</tr>`,
  );
  const config =
    rows.length === 0
      ? '<h3>Configuration</h3><p>The configurations are equal.</p>'
      : `<table class="figures"><caption>Configuration</caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  const fills = partings.map((parting) => {
    const [said, ...where] = partingLines(parting, runs[0]!.label).map((line) => escapeHtml(line.trim()));
    const lines = where.map((line) => `<br><span class="muted">${line}</span>`);
    return `<p>${said}${lines.join('')}</p>`;
  });
  return `<section id="differences"><h2>Differences</h2><div class="columns"><div class="panel scroll">${config}</div>
<div class="panel"><h3>Fills</h3>${fills.join('')}</div></div></section>`;
}

/** A curve a run and strategy, all on the clock of the first run. */
function curvesOf({ runs, strategies }: Comparison): CurvesData {
  const { originNs } = runs[0]!.recording;
  const several = runs.some(({ recording }) => recording.strategies.length > 1);
  const curves = runs.flatMap(({ label, recording }, run) => {
    const shiftNs = Number(recording.originNs - originNs);
    const times = recording.equity.localNs;
    const [first, last] = times.length === 0 ? [0, 0] : [times.at(0), times.at(times.length - 1)];
    const [startNs, endNs] = [first + shiftNs, last + shiftNs];
    return recording.strategies.map((strategy, index) => {
      const profit = profitFromZero(recording, index, { startNs: first, endNs: last, durationNs: last - first });
      const name = recording.strategies.length === 1 ? label : `${label} · ${strategy}`;
      // Without strategies to tell apart the kind of line tells runs apart too.
      const look = { color: run, dash: several ? strategies.indexOf(strategy) : run };
      return { name, look, startNs, endNs, series: { ...profit, timeNs: profit.timeNs.map((time) => time + shiftNs) } };
    });
  });
  const startNs = Math.min(...curves.map((curve) => curve.startNs));
  const endNs = Math.max(...curves.map((curve) => curve.endNs));
  const span = { startNs, endNs, durationNs: endNs - startNs };
  return {
    originMs: Number(originNs) / 1e6,
    ...{ startMs: startNs / 1e6, endMs: endNs / 1e6 },
    strategies: curves.map(({ name }) => name),
    looks: curves.map(({ look }) => look),
    profit: curves.map(({ series }) => curveData(series, span, BUCKETS)),
    drawdown: curves.map(({ series }) => curveData(fallOf(series), span, BUCKETS)),
  };
}
