/**
 * Tables: all figures with what they mean, trades, orders with their journeys, and why orders ended without a fill.
 * Called by the page.
 */
import { countText } from '../figure-text.js';
import { unfilledEnds } from '../order-ends.js';
import { stressRows } from '../stress.js';
import { escapeHtml, tip } from './html.js';
import type { Report } from './report.js';
import { shownText } from './section-time.js';
import { tripGroupsHtml } from './section-trip-groups.js';

export function figuresHtml({ metrics, summary }: Report): string {
  const names = summary.strategies
    .map(({ name }) => `<th scope="col" class="number">${escapeHtml(name)}</th>`)
    .join('');
  const groups = metrics.map(({ title, rows }) => {
    const lines = rows.map(
      ({ label, definition, values }) =>
        `<tr><th scope="row"><span class="term" tabindex="0" ${tip(definition)}>${escapeHtml(label)}</span></th>${values.map((value) => `<td class="number">${escapeHtml(value)}</td>`).join('')}</tr>`,
    );
    return `<div class="panel scroll"><table class="figures"><caption>${escapeHtml(title)}</caption><thead><tr><td></td>${names}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`;
  });
  return `<section id="figures"><h2>Figures</h2><p class="muted hint">Point at a name, or tab to it, for what it means.</p>
<div class="masonry">${groups.join('')}</div></section>`;
}

export function tradesHtml({ trips, summary }: Report): string {
  const some =
    trips.shown < trips.all
      ? ': the largest gains and losses of each strategy, and others evenly over the run; all come out of fills.parquet'
      : '';
  return `<section id="trades"><h2>Trades</h2>${tripGroupsHtml(summary)}<p class="muted hint">${shownText(trips, 'round trip')}${some}.</p>
<div class="panel" id="trades-list"><p class="muted">The list needs JavaScript.</p></div></section>`;
}

export function ordersHtml({ orders, summary }: Report): string {
  const some =
    orders.shown < orders.all
      ? ': some of every way of ending, others evenly over the run; <code>tickwright report DIR --order NUMBER</code> writes the journey of any'
      : '';
  const hint =
    orders.all === 0 && summary.orderEvents > 0
      ? 'The orders were not read'
      : `${shownText(orders, 'order')}${some}. Choose one to see its journey`;
  return `<section id="orders"><h2>Journeys of orders</h2><p class="muted hint">${hint}.</p>
<div class="panel" id="journey"></div>
<div class="panel" id="orders-list"><p class="muted">The list needs JavaScript.</p></div>
${orderEndsHtml(summary)}</section>`;
}

function orderEndsHtml({ strategies }: Report['summary']): string {
  const ends = unfilledEnds(strategies);
  if (ends.length === 0) return '';
  const head = strategies.map(({ name }) => `<th scope="col" class="number">${escapeHtml(name)}</th>`).join('');
  const rows = ends.map(
    ({ text, orders }) =>
      `<tr><th scope="row">${escapeHtml(text)}</th>${orders.map((count) => `<td class="number">${countText(count)}</td>`).join('')}</tr>`,
  );
  return `<div class="panel scroll"><table class="figures"><caption>Why orders ended without a fill</caption><thead><tr><td></td>${head}</tr></thead>
<tbody>${rows.join('')}</tbody></table></div>`;
}

/** What the result hangs on, where that was tried. */
export function stressHtml({ description }: Report): string {
  const { stress } = description;
  if (stress === undefined || stress.length < 2) return '';
  const { heads, rows } = stressRows(stress);
  const cell = (text: string, column: number, name: 'td' | 'th') =>
    `<${name}${name === 'th' ? ' scope="col"' : ''}${column > 1 ? ' class="number"' : ''}>${escapeHtml(text)}</${name}>`;
  const lines = rows.map((row) => `<tr>${row.map((text, column) => cell(text, column, 'td')).join('')}</tr>`);
  return `<section id="stress"><h2>What it hangs on</h2><p class="muted hint">The same run under other assumptions, one by one and together. Fees are multiplied, rebates divided.</p>
<div class="panel scroll"><table class="figures"><thead><tr>${heads.map((text, column) => cell(text, column, 'th')).join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div></section>`;
}
