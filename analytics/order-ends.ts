/**
 * Why orders ended without a fill, side by side for several strategies and in words.
 * Knows nothing of terminals or pages. Called by the summary table and the report page.
 */
import type { OrderEnd } from './order-tally.js';
import type { StrategySummary } from './summary.js';

/** One way and reason for which orders ended without a fill. */
export interface UnfilledEnd {
  readonly text: string;
  /** Number of orders by strategy. */
  readonly orders: readonly number[];
}

/** The most frequent first. */
export function unfilledEnds(strategies: readonly StrategySummary[]): UnfilledEnd[] {
  const orders = new Map<string, number[]>();
  for (const [index, strategy] of strategies.entries()) {
    for (const end of strategy.orders.ends) {
      if (end.unfilled === 0) continue;
      const text = endText(end);
      if (!orders.has(text))
        orders.set(
          text,
          strategies.map(() => 0),
        );
      orders.get(text)![index]! += end.unfilled;
    }
  }
  const total = (end: UnfilledEnd) => end.orders.reduce((sum, count) => sum + count, 0);
  return [...orders].map(([text, counts]) => ({ text, orders: counts })).sort((a, b) => total(b) - total(a));
}

function endText({ end, reason }: OrderEnd): string {
  return reason === '' ? `${end}${end === 'cancelled' ? ' on request' : ''}` : `${end}: ${reason}`;
}
