/**
 * A comparison of runs as one HTML page: profits overlaid, figures side by side, what differs. Knows nothing of files.
 * Called by the command line.
 */
import type { Comparison } from '../comparison.js';
import { figureRows, partingLines } from '../comparison-table.js';
import { countText } from '../figure-text.js';
import { curveData, fallOf, profitFromZero } from './curves.js';
import { escapeHtml, figure, plot, tip } from './html.js';
import { htmlPage, type PageParts } from './page.js';
import type { CurvesData } from './page-data.js';
import { signed, timeText, toneOf } from './section-answers.js';
import { toolsHtml } from './section-time.js';

const BUCKETS = 800;
const CHAPTERS: readonly (readonly [id: string, name: string])[] = [
  ['time', 'Over time'],
  ['figures', 'Figures'],
  ['differences', 'Differences'],
];

export function renderComparisonPage(comparison: Comparison, parts: PageParts): string {
  const { runs } = comparison;
  const body = [
    `<header><div class="title"><h1>${escapeHtml(runs.map(({ label }) => label).join(' · '))}</h1></div>
<p class="about">${runs.length} runs beside each other</p></header>`,
    `<div class="columns cards">${runs.map(runCard).join('')}</div>`,
    timeHtml(),
    figuresHtml(comparison),
    differencesHtml(comparison),
  ].join('\n');
  return htmlPage(
    `${runs.map(({ label }) => label).join(', ')} – tickwright`,
    CHAPTERS,
    body,
    curvesOf(comparison),
    parts,
  );
}

function runCard({ label, summary }: Comparison['runs'][number]): string {
  const lines = summary.strategies.map(
    ({ name, profit }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number ${toneOf(profit)}">${signed(profit)}</td></tr>`,
  );
  return `<div class="panel"><h3>${escapeHtml(label)} <span class="pill ${summary.status}">${summary.status}</span></h3>
<p class="muted">${timeText(summary.start)} UTC · ${countText(summary.fills)} fills · <code>${escapeHtml(summary.runHash.slice(0, 16))}…</code></p>
<table class="figures">${lines.join('')}</table></div>`;
}

function timeHtml(): string {
  return `<section id="time"><div class="bar"><h2>Over time</h2>${toolsHtml()}</div>
<p class="muted hint">Drag to zoom, double-click to see all. <span id="range" aria-live="polite"></span></p>
${figure('Profit', 'realised + unrealised − fees + flows', plot('profit', 'Profit over time of all runs'))}
${figure('Drawdown', 'below the highest profit so far', plot('drawdown', 'Drawdown over time of all runs'))}</section>`;
}

function figuresHtml(comparison: Comparison): string {
  const head = comparison.runs.map(({ label }) => `<th scope="col" class="number">${escapeHtml(label)}</th>`).join('');
  const tables = comparison.strategies.map((strategy) => {
    const rows = figureRows(comparison, strategy).map(
      ({ label, definition, values }) =>
        `<tr><th scope="row"><span class="term" tabindex="0" ${tip(definition)}>${escapeHtml(label)}</span></th>${values.map((value) => `<td class="number">${escapeHtml(value)}</td>`).join('')}</tr>`,
    );
    return `<div class="panel scroll"><table class="figures"><caption>${escapeHtml(strategy)}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
  });
  return `<section id="figures"><h2>Figures</h2><div class="columns">${tables.join('')}</div></section>`;
}

function differencesHtml({ runs, differences, partings }: Comparison): string {
  const head = runs.map(({ label }) => `<th scope="col">${escapeHtml(label)}</th>`).join('');
  const rows = differences.map(
    ({ path, values }) =>
      `<tr><th scope="row"><code>${escapeHtml(path)}</code></th>${values.map((value) => `<td>${escapeHtml(value ?? '–')}</td>`).join('')}</tr>`,
  );
  const config =
    rows.length === 0
      ? '<p>The configurations are equal.</p>'
      : `<table class="figures"><caption>Configuration</caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  const fills = partings.map((parting) => {
    const lines = partingLines(parting, runs[0]!.label).map(escapeHtml);
    return `<p>${lines.join('<br>')}</p>`;
  });
  return `<section id="differences"><h2>Differences</h2><div class="panel scroll">${config}</div>
<div class="panel"><h3>Fills</h3>${fills.join('')}</div></section>`;
}

/** A curve a run and strategy, all on the clock of the first run. */
function curvesOf({ runs }: Comparison): CurvesData {
  const { originNs } = runs[0]!.recording;
  const curves = runs.flatMap(({ label, recording }) => {
    const shiftNs = Number(recording.originNs - originNs);
    const times = recording.equity.localNs;
    const [first, last] = times.length === 0 ? [0, 0] : [times.at(0), times.at(times.length - 1)];
    const [startNs, endNs] = [first + shiftNs, last + shiftNs];
    return recording.strategies.map((strategy, index) => {
      const profit = profitFromZero(recording, index, { startNs: first, endNs: last, durationNs: last - first });
      const name = recording.strategies.length === 1 ? label : `${label} · ${strategy}`;
      return { name, startNs, endNs, series: { ...profit, timeNs: profit.timeNs.map((time) => time + shiftNs) } };
    });
  });
  const startNs = Math.min(...curves.map((curve) => curve.startNs));
  const endNs = Math.max(...curves.map((curve) => curve.endNs));
  const span = { startNs, endNs, durationNs: endNs - startNs };
  return {
    originMs: Number(originNs) / 1e6,
    ...{ startMs: startNs / 1e6, endMs: endNs / 1e6 },
    strategies: curves.map(({ name }) => name),
    profit: curves.map(({ series }) => curveData(series, span, BUCKETS)),
    drawdown: curves.map(({ series }) => curveData(fallOf(series), span, BUCKETS)),
  };
}
