/**
 * What the run was made of: tapes with their corrections, configuration, seed, versions. Called by the page.
 */
import { countText, durationText } from '../figure-text.js';
import { escapeHtml } from './html.js';
import type { Report } from './report.js';

export function dataHtml(report: Report): string {
  const { description, summary, notes } = report;
  const { unknownOrders, crossedLevels } = summary;
  const repairs =
    unknownOrders + crossedLevels === 0
      ? ''
      : `<p class="muted hint">While replaying, ${countText(unknownOrders)} order rows named orders the book did not hold, and
${countText(crossedLevels)} book levels were taken away because others crossed them.</p>`;
  return `<section id="data"><h2>Data and configuration</h2>${repairs}
${notes.map((note) => `<p class="muted hint">${escapeHtml(note)}</p>`).join('')}
<div class="columns">${description.tapes.map(tapeHtml).join('\n') || '<p class="muted">No tape was named.</p>'}
<div class="panel"><h3>Configuration</h3><pre tabindex="0">${escapeHtml(JSON.stringify(description.config, null, 2) ?? '')}</pre></div></div></section>`;
}

function tapeHtml(tape: Report['description']['tapes'][number]): string {
  const origin = Object.entries(tape.provenance)
    .map(([key, value]) => `<tr><th scope="row">${escapeHtml(key)}</th><td>${escapeHtml(value)}</td></tr>`)
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
    : `<h3>Corrections</h3><div class="scroll"><table class="facts"><tr><th>what</th><th class="number">rows</th><th>note</th></tr>${corrections}</table></div>`
}</div>`;
}

export function footerHtml({ description }: Report): string {
  const { seed, versions, sampleNs, droppedLogLines } = description;
  const parts = [
    `seed ${seed}`,
    sampleNs > 0 ? `sampled every ${durationText(sampleNs)}` : 'sampled at the end only',
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
  ];
  if (droppedLogLines > 0) parts.push(`${countText(droppedLogLines)} log lines not kept`);
  return `<footer><p>${parts.map(escapeHtml).join(' · ')}</p>
<noscript><p>Charts over time, lists and journeys need JavaScript; the rest does not.</p></noscript></footer>`;
}
