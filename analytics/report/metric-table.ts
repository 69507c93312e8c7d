/**
 * The figures of a summary as groups of rows, each with what it means. Knows nothing of the page.
 * Called by the report.
 */
import { countText, durationText, moneyText, NO_FIGURE, qtyText, ratioText, shareText } from '../figure-text.js';
import { BUILT_IN_METRICS } from '../metrics/built-in.js';
import type { MetricGroup as MetricHead, MetricUnit } from '../metrics/metric.js';
import type { RunSummary, StrategySummary } from '../summary.js';

export interface MetricRow {
  readonly label: string;
  /** What it is and how it is made, in words. */
  readonly definition: string;
  /** By strategy. */
  readonly values: readonly string[];
}

export interface MetricGroup {
  readonly title: string;
  readonly rows: readonly MetricRow[];
}

interface Figure {
  readonly label: string;
  readonly definition: string;
  readonly of: (strategy: StrategySummary) => string;
  /** Whether a strategy has anything to show; default true. The row is there where one of them does. */
  readonly has?: (strategy: StrategySummary) => boolean;
}

const money = (label: string, definition: string, of: (strategy: StrategySummary) => number | null): Figure => ({
  label,
  definition,
  of: (strategy) => moneyText(of(strategy)),
});
const flow = (label: string, definition: string, of: (strategy: StrategySummary) => number): Figure => ({
  ...money(label, definition, of),
  has: (strategy) => of(strategy) !== 0,
});
const count = (label: string, definition: string, of: (strategy: StrategySummary) => number): Figure => ({
  label,
  definition,
  of: (strategy) => countText(of(strategy)),
});
const rare = (label: string, definition: string, of: (strategy: StrategySummary) => number): Figure => ({
  ...count(label, definition, of),
  has: (strategy) => of(strategy) !== 0,
});

const FIGURES: Readonly<Partial<Record<MetricHead, readonly Figure[]>>> = {
  profit: [
    money('profit', 'Realised + unrealised − fees + flows: equity at the end less capital.', ({ profit }) => profit),
    money(
      'realised',
      'Profit of closed positions by average cost (or FIFO lots), before fees.',
      ({ realised }) => realised,
    ),
    money('unrealised', 'Profit of open positions at the local mid, before fees.', ({ unrealised }) => unrealised),
    money('fees', 'Paid to the venue; negative: rebates received.', ({ fees }) => fees),
    flow('funding', 'Funding of perpetual contracts, received.', ({ flows }) => flows.funding),
    flow('borrowing', 'Paid for what was sold short.', ({ flows }) => flows.borrow),
    flow('interest', 'Interest on the balance, received.', ({ flows }) => flows.interest),
    flow('dividends', 'Dividends, received.', ({ flows }) => flows.dividend),
    flow('cash of splits', 'Cash for parts of a lot that splits left over.', ({ flows }) => flows.split),
    money('volume', 'Value of all trades, buys and sells added.', ({ volume }) => volume),
  ],
  risk: [
    money(
      'largest drawdown',
      'Largest fall of profit from an earlier peak, at the samples.',
      ({ drawdown }) => drawdown.amount,
    ),
    {
      label: 'longest drawdown',
      definition: 'Longest time from a peak until profit stood there again, or until the end.',
      of: ({ drawdown }) => durationText(drawdown.longestNs || null),
    },
    {
      label: 'Sharpe ratio, a year',
      definition:
        'Mean ÷ standard deviation of the change of equity from sample to sample × √(samples in 365 days); no risk-free rate; none for less than a day of market time. W. F. Sharpe, 1994.',
      of: ({ sharpe }) => ratioText(sharpe),
    },
  ],
  trades: [
    count('trades', 'Fills, and positions that the venue closed.', ({ trades }) => trades),
    count(
      'round trips',
      'From no position through one and back to none, or through it to the other side.',
      ({ roundTrips }) => roundTrips,
    ),
    {
      label: 'win rate',
      definition: 'Closed round trips with a profit after fees ÷ all closed ones.',
      of: ({ winRate }) => shareText(winRate),
    },
  ],
  execution: [
    count('orders sent', 'Orders that left the strategy, refused ones included.', ({ orders }) => orders.sent),
    {
      label: 'fill ratio',
      definition: 'Orders with at least one fill ÷ orders sent.',
      of: ({ fillRatio }) => shareText(fillRatio),
    },
    {
      label: 'maker share',
      definition: 'Value of fills of resting orders ÷ value of all fills.',
      of: ({ makerShare }) => shareText(makerShare),
    },
    count('cancelled', 'Orders that were cancelled.', ({ orders }) => orders.cancelled),
    rare('rejected', 'Orders that were refused.', ({ orders }) => orders.rejected),
    rare('expired', 'Orders that ended by their own terms.', ({ orders }) => orders.expired),
    rare(
      'self-trades prevented',
      'How often an order ended or shrank rather than trade with one of the same strategy.',
      ({ orders }) => orders.selfTradesPrevented,
    ),
    rare(
      'positions liquidated',
      'Positions that the venue closed for lack of margin.',
      ({ closings }) => closings.liquidation.count,
    ),
    rare('positions expired', 'Positions that ended with their contract.', ({ closings }) => closings.expiry.count),
    rare('positions delisted', 'Positions that ended with their listing.', ({ closings }) => closings.delisting.count),
  ],
};

/** Metrics that the summary shows under names of its own. */
const SHOWN_ALREADY: ReadonlySet<string> = new Set(['feesPaid', 'flowsReceived', 'trips', 'tripWinRate']);

const TITLES: Readonly<Record<MetricHead, string>> = {
  profit: 'Profit',
  returns: 'Returns',
  risk: 'Risk',
  benchmark: 'Against the benchmark',
  trades: 'Trades',
  execution: 'Execution',
  exposure: 'Exposure',
};

/** The summary's own figures, then the metrics, by head; rows and heads of which no strategy has anything are left out. */
export function metricGroups({ strategies }: Pick<RunSummary, 'strategies'>): MetricGroup[] {
  const groups = (Object.keys(TITLES) as MetricHead[]).map((head) => ({
    title: TITLES[head],
    rows: [...figureRows(head, strategies), ...metricRows(head, strategies)],
  }));
  return groups.filter(({ rows }) => rows.length > 0);
}

function figureRows(head: MetricHead, strategies: readonly StrategySummary[]): MetricRow[] {
  return (FIGURES[head] ?? [])
    .filter(({ has }) => has === undefined || strategies.some(has))
    .map(({ label, definition, of }) => ({ label, definition, values: strategies.map(of) }));
}

function metricRows(head: MetricHead, strategies: readonly StrategySummary[]): MetricRow[] {
  return BUILT_IN_METRICS.filter(
    ({ group, name }) =>
      group === head && !SHOWN_ALREADY.has(name) && strategies.some(({ metrics }) => metrics[name] != null),
  ).map(({ name, label, unit, formula, assumptions, source }) => ({
    label,
    definition: `${formula}. ${assumptions} Source: ${source}.`,
    values: strategies.map(({ metrics }) => metricText(metrics[name] ?? null, unit)),
  }));
}

/** A value in its unit. */
export function metricText(value: number | null, unit: MetricUnit): string {
  if (value === null) return NO_FIGURE;
  switch (unit) {
    case 'money':
      return moneyText(value);
    case 'fraction':
      return shareText(value);
    case 'ratio':
      return ratioText(value);
    case 'bps':
      return `${ratioText(value)} bp`;
    case 'ns':
      return durationText(Math.round(value));
    case 'lots':
      return `${qtyText(Number(value.toPrecision(4)))} lots`;
    case 'count':
      return countText(Number(value.toPrecision(12)));
    case '1/s':
      return `${ratioText(value)} /s`;
  }
}
