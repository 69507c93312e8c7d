/**
 * The figures of a summary as groups of rows, each with what it means. Knows nothing of the page.
 * Called by the report.
 */
import { countText, durationText, moneyText, ratioText, shareText } from '../figure-text.js';
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

const GROUPS: readonly { readonly title: string; readonly figures: readonly Figure[] }[] = [
  {
    title: 'Profit',
    figures: [
      money('profit', 'Realised + unrealised − fees + flows: equity at the end less capital.', ({ profit }) => profit),
      money('realised', 'Profit of closed positions by average cost (or FIFO lots), before fees.', ({ realised }) => realised),
      money('unrealised', 'Profit of open positions at the local mid, before fees.', ({ unrealised }) => unrealised),
      money('fees', 'Paid to the venue; negative: rebates received.', ({ fees }) => fees),
      flow('funding', 'Funding of perpetual contracts, received.', ({ flows }) => flows.funding),
      flow('borrowing', 'Paid for what was sold short.', ({ flows }) => flows.borrow),
      flow('interest', 'Interest on the balance, received.', ({ flows }) => flows.interest),
      flow('dividends', 'Dividends, received.', ({ flows }) => flows.dividend),
      flow('cash of splits', 'Cash for parts of a lot that splits left over.', ({ flows }) => flows.split),
      money('volume', 'Value of all trades, buys and sells added.', ({ volume }) => volume),
    ],
  },
  {
    title: 'Risk',
    figures: [
      money('largest drawdown', 'Largest fall of profit from an earlier peak, at the samples.', ({ drawdown }) => drawdown.amount),
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
  },
  {
    title: 'Trades and orders',
    figures: [
      count('trades', 'Fills, and positions that the venue closed.', ({ trades }) => trades),
      count('round trips', 'From no position through one and back to none, or through it to the other side.', ({ roundTrips }) => roundTrips),
      {
        label: 'win rate',
        definition: 'Closed round trips with a profit after fees ÷ all closed ones.',
        of: ({ winRate }) => shareText(winRate),
      },
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
      rare('self-trades prevented', 'How often an order ended or shrank rather than trade with one of the same strategy.', ({ orders }) => orders.selfTradesPrevented),
      rare('positions liquidated', 'Positions that the venue closed for lack of margin.', ({ closings }) => closings.liquidation.count),
      rare('positions expired', 'Positions that ended with their contract.', ({ closings }) => closings.expiry.count),
      rare('positions delisted', 'Positions that ended with their listing.', ({ closings }) => closings.delisting.count),
    ],
  },
];

export function metricGroups({ strategies }: RunSummary): MetricGroup[] {
  return GROUPS.map(({ title, figures }) => ({
    title,
    rows: figures
      .filter(({ has }) => has === undefined || strategies.some(has))
      .map(({ label, definition, of }) => ({ label, definition, values: strategies.map(of) })),
  }));
}
