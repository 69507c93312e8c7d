/**
 * The charts over time: places for them, and what their tools are called. The script draws them. Called by the page.
 */
import { countText } from '../figure-text.js';
import { escapeHtml, figure, plot } from './html.js';
import type { Report } from './report.js';

const TOOLS: readonly (readonly [how: string, sign: string, label: string])[] = [
  ['in', '+', 'Zoom in'],
  ['out', '−', 'Zoom out'],
  ['left', '‹', 'Earlier'],
  ['right', '›', 'Later'],
  ['all', 'All', 'Show the whole run'],
];

/** Buttons for the times in view. */
export function toolsHtml(): string {
  const buttons = TOOLS.map(
    ([how, sign, label]) =>
      `<button type="button" class="tool" data-zoom="${how}" aria-label="${label}" title="${label}">${sign}</button>`,
  );
  return `<span class="tools">${buttons.join('')}</span>`;
}

export function timeHtml({ data, summary }: Report): string {
  const money = data.currency === '' ? 'quote currency' : escapeHtml(data.currency);
  const several = summary.strategies.length > 1 ? 'all strategies, ' : '';
  const own = data.own.map(({ strategy, name }, index) => {
    const title = summary.strategies.length > 1 ? `${data.strategies[strategy]}: ${name}` : name;
    return figure(
      escapeHtml(title),
      'as the strategy recorded it',
      plot('own', escapeHtml(title), ` data-own="${index}"`),
    );
  });
  return `<section id="time"><div class="bar"><h2>Over time</h2>
<label id="pair-choice" hidden>instrument <select id="pair"></select></label>
${toolsHtml()}</div>
<p class="muted hint">Drag to zoom, double-click to see all; all charts follow. <span id="range" aria-live="polite"></span></p>
${figure('Profit', `${several}${money}: realised + unrealised − fees + flows`, plot('profit', 'Profit over time'))}
${figure('Drawdown', `${money} below the highest profit so far`, plot('drawdown', 'Drawdown over time'))}
${figure('Price', `<span id="candles"></span>local mid, own quotes, fills: <span class="buy">▲ bought</span> <span class="sell">▼ sold</span>, hollow where the order took; click one for its journey <span id="drawn"></span>`, plot('price', 'Price, own quotes and fills over time'))}
${figure('Position', 'quantity held, negative when short', plot('position', 'Position over time'))}
${rollingHtml(data.rolling, money)}
${own.length > 0 ? `<h3>Values recorded by strategies</h3><div class="pairs">${own.join('')}</div>` : ''}
</section>`;
}

function rollingHtml(rolling: Report['data']['rolling'], money: string): string {
  const windows = [...new Set(rolling.flatMap((data) => (data === null ? [] : [data.window])))];
  const select = `<select id="rolling" aria-label="Rolling measure"><option value="profit">profit, ${money}</option>
<option value="deviation">standard deviation of profit, ${money}</option><option value="sharpe">Sharpe ratio</option></select>`;
  if (windows.length === 0) return `<div hidden>${select}</div>`;
  return figure(
    'Rolling',
    `${select} over ${escapeHtml(windows.join(', '))}`,
    plot('rolling', 'Rolling measure over time'),
  );
}

/** How many of all are shown, in words. */
export function shownText({ shown, all }: { readonly shown: number; readonly all: number }, noun: string): string {
  const name = all === 1 ? noun : `${noun}s`;
  return shown < all ? `${countText(shown)} of ${countText(all)} ${name}` : `${countText(all)} ${name}`;
}
