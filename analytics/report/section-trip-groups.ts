/**
 * Tables of closed round trips told apart: by strategy, side, instrument and hour. Knows nothing of how they are found. Called by the
 * page's lists.
 */
import { countText, durationText, moneyText, ratioText, shareText } from '../figure-text.js';
import type { TripGroupFigures } from '../metrics/trip-groups.js';
import type { RunSummary } from '../summary.js';
import { escapeHtml, ofStrategy, tip } from './html.js';

/** Longer tables are folded at first. */
const MOST_ROWS_OPEN = 12;

const COLUMNS: readonly (readonly [name: string, definition: string, text: (figures: TripGroupFigures) => string])[] = [
  ['trips', 'Closed round trips, first in, first out.', ({ trips }) => countText(trips)],
  ['net profit', 'Sum of their profits, after fees and flows.', ({ profit }) => moneyText(profit)],
  ['win rate', 'Trips with a profit above 0 ÷ trips.', ({ winRate }) => shareText(winRate)],
  ['payoff', 'Mean gain of wins ÷ mean loss of losses.', ({ payoff }) => ratioText(payoff)],
  ['profit factor', 'Σ gains ÷ Σ losses.', ({ profitFactor }) => ratioText(profitFactor)],
  ['expectancy', 'Mean profit of a trip.', ({ expectancy }) => moneyText(expectancy)],
  ['adverse', 'Mean of −(lowest profit on the way), at the samples.', ({ meanAdverse }) => moneyText(meanAdverse)],
  ['favourable', 'Mean of the highest profit on the way, at the samples.', (trip) => moneyText(trip.meanFavourable)],
  ['holding', 'Mean time from opening to closing.', (trip) => durationText(wholeNs(trip.meanHoldingNs))],
];

/** Empty where there were no trips, and for folders that do not have them told apart. */
export function tripGroupsHtml({ strategies, currency }: RunSummary): string {
  const groups = strategies.map(({ tripGroups }) => tripGroups);
  const all = groups.flatMap((group) => (group === undefined ? [] : [group.strategy]));
  if (all.every(({ trips }) => trips === 0)) return '';
  const several = all.length > 1 ? tableHtml('By strategy', all) : '';
  const own = groups.map((group, index) => {
    if (group === undefined || group.strategy.trips === 0) return ofStrategy(index, '');
    const tables = [
      tableHtml('By side', group.side),
      tableHtml('By instrument', group.instrument),
      tableHtml('By hour of opening (UTC)', group.hour),
    ];
    return ofStrategy(index, tables.join(''));
  });
  const money = currency === '' ? 'quote currency' : escapeHtml(currency);
  return `<p class="muted hint">Closed round trips, money in ${money}. Point at a head, or tab to it, for what it means.</p>
<div id="trip-groups">${several}${own.join('')}</div>`;
}

function tableHtml(title: string, rows: readonly TripGroupFigures[]): string {
  const head = COLUMNS.map(
    ([name, definition]) =>
      `<th scope="col" class="number"><span class="term" tabindex="0" ${tip(definition)}>${name}</span></th>`,
  ).join('');
  const lines = rows.map(
    (figures) =>
      `<tr><th scope="row">${escapeHtml(figures.name)}</th>${COLUMNS.map(([, , text]) => `<td class="number">${text(figures)}</td>`).join('')}</tr>`,
  );
  const open = rows.length <= MOST_ROWS_OPEN ? ' open' : '';
  return `<details class="panel"${open}><summary>${title}</summary><div class="scroll" tabindex="0"><table class="figures trip-groups"><thead><tr><td></td>${head}</tr></thead><tbody>${lines.join('')}</tbody></table></div></details>`;
}

function wholeNs(nanos: number | null): number | null {
  return nanos === null ? null : Math.round(nanos);
}
