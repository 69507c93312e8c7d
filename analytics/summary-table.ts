/**
 * A run's summary as a plain table for a terminal. Knows nothing of terminals: no colour, no width question, no control
 * characters. Called by the command line.
 */
import type { Closings, FlowFigures } from './account-figures.js';
import { countText, durationText, moneyText, NO_FIGURE, qtyText, ratioText, shareText } from './figure-text.js';
import { unfilledEnds } from './order-ends.js';
import { failedText, type RunSummary, type StrategySummary } from './summary.js';
import { alignedLines, withoutControls } from './text-table.js';

/** Side by side up to this many strategies, then another table below: fits 80 columns with ordinary names. */
const STRATEGIES_ABREAST = 4;

interface Figure {
  readonly label: string;
  readonly of: (strategy: StrategySummary) => string;
  /** What few runs have is shown only where some strategy of the table has it. Default: always. */
  readonly has?: (strategy: StrategySummary) => boolean;
}

/** Rows of the table, top to bottom. */
const FIGURES: readonly Figure[] = [
  { label: 'profit', of: ({ profit }) => moneyText(profit) },
  { label: '  realised', of: ({ realised }) => moneyText(realised) },
  { label: '  unrealised', of: ({ unrealised }) => moneyText(unrealised) },
  { label: '  fees', of: ({ fees }) => moneyText(fees) },
  flow('  funding', 'funding'),
  flow('  borrowing', 'borrow'),
  flow('  interest', 'interest'),
  flow('  dividends', 'dividend'),
  flow('  split cash', 'split'),
  metric('  from the spread', 'spreadCapture', moneyText),
  metric('  from positions', 'inventoryProfit', moneyText),
  { label: 'volume', of: ({ volume }) => moneyText(volume) },
  { label: 'trades', of: ({ trades }) => countText(trades) },
  closing('  by liquidation', 'liquidation'),
  closing('  by expiry', 'expiry'),
  closing('  by delisting', 'delisting'),
  { label: 'maker share', of: ({ makerShare }) => shareText(makerShare) },
  { label: 'orders sent', of: ({ orders }) => countText(orders.sent) },
  { label: 'fill ratio', of: ({ fillRatio }) => shareText(fillRatio) },
  { label: 'rejected', of: ({ orders }) => countText(orders.rejected) },
  {
    label: 'self-trades prevented',
    of: ({ orders }) => countText(orders.selfTradesPrevented),
    has: ({ orders }) => orders.selfTradesPrevented > 0,
  },
  metric('time in queue', 'timeInQueue', durationText),
  metric('markout 1s (bp)', 'markout1s', ratioText),
  { label: 'max drawdown', of: ({ drawdown }) => moneyText(drawdown.amount) },
  { label: 'longest down', of: ({ drawdown }) => durationText(drawdown.longestNs || null) },
  { label: 'Sharpe (year)', of: ({ sharpe }) => ratioText(sharpe) },
  { label: 'win rate', of: ({ winRate }) => shareText(winRate) },
  { label: 'round trips', of: ({ roundTrips }) => countText(roundTrips) },
];

/** A metric, where one of the strategies has it. */
function metric(label: string, name: string, text: (value: number | null) => string): Figure {
  return {
    label,
    of: ({ metrics }) => text(metrics[name] ?? null),
    has: ({ metrics }) => metrics[name] != null,
  };
}

function flow(label: string, kind: keyof FlowFigures): Figure {
  return { label, of: ({ flows }) => moneyText(flows[kind]), has: ({ flows }) => flows[kind] !== 0 };
}

/** Positions that the venue closed: how many. */
function closing(label: string, kind: keyof Closings): Figure {
  return {
    label,
    of: ({ closings }) => countText(closings[kind].count),
    has: ({ closings }) => closings[kind].count > 0,
  };
}

/** Several lines, the last one ended by a line feed. Text is kept from steering the terminal. */
export function formatSummary(summary: RunSummary): string {
  const lines: string[] = [];
  const { strategies, failure } = summary;
  for (let from = 0; from < strategies.length; from += STRATEGIES_ABREAST) {
    lines.push(...tableLines(strategies.slice(from, from + STRATEGIES_ABREAST), summary.currency), '');
  }
  lines.push(
    `${summary.start ?? NO_FIGURE} to ${summary.end ?? NO_FIGURE} (${durationText(summary.durationNs)})`,
    `${countText(summary.rows)} tape rows, ${countText(summary.orderEvents)} order events, ${countText(summary.fills)} fills`,
    `run hash ${summary.runHash}`,
  );
  const { unknownOrders, crossedLevels } = summary;
  if (unknownOrders > 0) lines.push(`${countText(unknownOrders)} order rows named orders the book did not hold`);
  if (crossedLevels > 0)
    lines.push(`${countText(crossedLevels)} book levels were taken away because others crossed them`);
  if (failure !== undefined) {
    lines.push(`FAILED: ${failedText(failure)} at ${failure.time ?? NO_FIGURE}: ${failure.message}`);
  }
  return `${lines.map(withoutControls).join('\n')}\n`;
}

/**
 * Why orders ended without a fill: a line each way and reason, most frequent first, with the orders of each strategy. Empty
 * where there are none.
 */
export function formatOrderEnds({ strategies }: RunSummary): string {
  const lines: string[] = [];
  for (let from = 0; from < strategies.length; from += STRATEGIES_ABREAST) {
    const abreast = strategies.slice(from, from + STRATEGIES_ABREAST);
    const ends = unfilledEnds(abreast);
    if (ends.length === 0) continue;
    const rows = [
      [...abreast.map(({ name }) => withoutControls(name)), 'orders that ended without a fill'],
      ...ends.map(({ text, orders }) => [...orders.map(countText), text]),
    ];
    lines.push('', ...alignedLines(rows, (column) => column < abreast.length));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function tableLines(strategies: readonly StrategySummary[], currency: string): string[] {
  const unit = currency === '' ? '' : `in ${withoutControls(currency)}`;
  const rows = [[unit, ...strategies.map((strategy) => withoutControls(strategy.name))]];
  for (const { label, of, has } of FIGURES) {
    if (has === undefined || strategies.some(has)) rows.push([label, ...strategies.map(of)]);
  }
  for (const [symbol, cells] of positionRows(strategies)) rows.push([symbol, ...cells]);
  return alignedLines(rows, (column) => column > 0);
}

/** A row for each instrument in which some position is open at the end. */
function positionRows(strategies: readonly StrategySummary[]): [string, string[]][] {
  const symbols = new Set<string>();
  for (const { instruments } of strategies) {
    for (const { symbol, positionLots } of instruments) if (positionLots !== 0) symbols.add(symbol);
  }
  return [...symbols].map((symbol) => [
    `open ${withoutControls(symbol)}`,
    strategies.map(({ instruments }) => {
      const instrument = instruments.find((candidate) => candidate.symbol === symbol);
      return instrument === undefined ? NO_FIGURE : qtyText(instrument.position);
    }),
  ]);
}
