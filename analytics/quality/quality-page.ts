/**
 * What the check of tapes found as one HTML page that needs nothing else, in the look and under the policy of the report.
 * Knows nothing of files. Called by the command line.
 */
import { formatDuration, formatEpoch, toEpoch } from '../../core/time.js';
import { countText } from '../figure-text.js';
import { escapeHtml, tip } from '../report/html.js';
import { htmlPage, type PageParts } from '../report/page.js';
import type { InstrumentFindings, QualityFindings } from './findings.js';
import { type Excess, excesses, QUALITY_FIGURES } from './quality-figures.js';
import { picturesHtml } from './quality-pictures.js';
import { figureText, mostFound, placeLines } from './quality-table.js';

/** One tape of a check. */
export interface CheckedTape {
  /** What it is called, e.g. its path. */
  readonly name: string;
  readonly hash: string;
  readonly findings: QualityFindings;
}

/** Instruments beside each other in the table, those with most findings. */
const COLUMNS = 8;
/** Instruments that the page draws; give `pictures` of the check's options so many. */
export const DRAWN = 12;

const CHAPTERS: readonly (readonly [id: string, name: string])[] = [
  ['figures', 'Figures'],
  ['pictures', 'Pictures'],
  ['data', 'Data'],
];

/** The whole page; `most`: thresholds by name. Equal findings give equal text. */
export function renderQualityPage(
  tapes: readonly CheckedTape[],
  most: ReadonlyMap<string, number>,
  parts: Pick<PageParts, 'script'>,
): string {
  const names = tapes.map(({ name }) => name).join(', ');
  const sections = (id: string, title: string, html: (tape: CheckedTape) => string) =>
    `<section id="${id}"><h2>${title}</h2>${tapes.map(html).join('\n')}</section>`;
  const body = [
    `<header><div class="title"><h1>${escapeHtml(names)}</h1></div>${tapes.map(aboutHtml).join('')}</header>`,
    tapes.map((tape) => alertHtml(tape, excesses(tape.findings, most))).join(''),
    sections('figures', 'Figures', (tape) => figuresHtml(tape, most)),
    sections('pictures', 'Pictures', tapePicturesHtml),
    sections('data', 'What the tape says of itself', correctionsHtml),
  ].join('\n');
  return htmlPage(`${names} – tickwright check`, CHAPTERS, body, {}, { chartScript: '', chartStyle: '', ...parts });
}

function aboutHtml({ name, hash, findings }: CheckedTape): string {
  const { originNs, endNs, rows, instruments } = findings;
  const [from, to] = [0, endNs].map((timeNs) => formatEpoch(toEpoch(originNs, timeNs)).slice(0, 19).replace('T', ' '));
  return `<p class="about">${escapeHtml(name)}: ${countText(rows)} rows of ${countText(instruments.length)} instruments, ${from} to ${to} UTC (${formatDuration(endNs)}) · SHA-256 <code>${escapeHtml(hash)}</code></p>`;
}

function alertHtml({ name }: CheckedTape, tooMuch: readonly Excess[]): string {
  if (tooMuch.length === 0) return '';
  const lines = tooMuch.map(
    ({ figure, value, most }) =>
      `${figure.name} is ${figureText(figure, value)}, more than ${figureText(figure, most)}`,
  );
  return `<div class="alert"><h3>${escapeHtml(name)}: more than was allowed</h3><p>${lines.join('<br>')}</p></div>`;
}

function figuresHtml({ name, findings }: CheckedTape, most: ReadonlyMap<string, number>): string {
  const shown = mostFound(findings.instruments).slice(0, COLUMNS);
  const left = findings.instruments.length - shown.length;
  const head = ['all', ...shown.map(({ instrument }) => instrument.symbol)]
    .map((text) => `<th scope="col" class="number">${escapeHtml(text)}</th>`)
    .join('');
  const rows = QUALITY_FIGURES.map((figure) => {
    const all = figure.overall(findings);
    const limit = most.get(figure.name);
    const cells = [all, ...shown.map(figure.of)].map((value, at) => {
      const tone = at === 0 && limit !== undefined && value > limit ? 'loss' : value > 0 ? '' : 'muted';
      return `<td class="number ${tone}">${escapeHtml(figureText(figure, value))}</td>`;
    });
    const meaning = limit === undefined ? figure.meaning : `${figure.meaning}; at most ${figureText(figure, limit)}`;
    return `<tr><th scope="row"><span class="term" tabindex="0" ${tip(meaning)}>${figure.name}</span></th>${cells.join('')}</tr>`;
  });
  const more =
    left > 0
      ? `<p class="muted hint">The ${COLUMNS} instruments with most findings; ${countText(left)} more have a column in the JSON.</p>`
      : '';
  return `<div class="panel scroll"><table class="figures"><caption>${escapeHtml(name)}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${more}`;
}

function tapePicturesHtml({ name, findings }: CheckedTape): string {
  const drawn = mostFound(findings.instruments).filter(({ pictures }) => pictures !== undefined);
  const left = findings.instruments.length - drawn.length;
  const more =
    left > 0
      ? `<p class="muted hint">${escapeHtml(name)}: the first ${DRAWN} instruments of the tape are drawn; ${countText(left)} more are not.</p>`
      : '';
  return drawn.map((found) => instrumentHtml(found, findings)).join('\n') + more;
}

function instrumentHtml(found: InstrumentFindings, { originNs, endNs }: QualityFindings): string {
  const lines = placeLines(found, originNs).map((line) => `<p>${escapeHtml(line)}</p>`);
  return `<div class="cards"><h3>${escapeHtml(found.instrument.symbol)}</h3>${lines.join('')}${picturesHtml(found, originNs, endNs)}</div>`;
}

function correctionsHtml({ name, findings }: CheckedTape): string {
  const rows = findings.corrections.map(
    (each) =>
      `<tr><td>${escapeHtml(each.name)}</td><td class="number">${countText(each.count)}</td><td>${escapeHtml(each.note)}</td></tr>`,
  );
  if (rows.length === 0)
    return `<div class="panel"><h3>${escapeHtml(name)}</h3><p class="muted">No corrections were made.</p></div>`;
  return `<div class="panel"><h3>${escapeHtml(name)}</h3><div class="scroll"><table class="facts"><tr><th>what</th><th class="number">rows</th><th>note</th></tr>${rows.join('')}</table></div></div>`;
}
