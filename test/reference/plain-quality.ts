/**
 * The checks of a tape in their plainest form, as slow twins: whole lists, everything searched anew for each row. Written from
 * the definitions in docs/check.md alone; nothing here is shared with analytics/quality.
 */
import { Flag, Kind, Side } from '../../core/index.js';

/** One event: a row that stands once, seen by both sides. */
export interface PlainEvent {
  readonly exchangeNs: number;
  readonly localNs: number;
  readonly kind: number;
  readonly side: number;
  readonly flags: number;
  readonly instrument: number;
  readonly priceTicks: number;
  readonly qtyLots: number;
  readonly value: number;
}

export interface PlainSpell {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Best bid and ask of maps from price to quantity; ∓∞ where there is none. */
export class PlainTouch {
  readonly bids = new Map<number, number>();
  readonly asks = new Map<number, number>();

  apply({ kind, side, priceTicks, qtyLots }: PlainEvent): void {
    const levels = side === Side.buy ? this.bids : this.asks;
    if (kind === Kind.depth) {
      if (qtyLots > 0) levels.set(priceTicks, qtyLots);
      else levels.delete(priceTicks);
    } else if (kind === Kind.depthClear) {
      for (const price of levels.keys())
        if (side === Side.buy ? price >= priceTicks : price <= priceTicks) levels.delete(price);
    }
  }

  get bid(): number {
    return Math.max(Number.NEGATIVE_INFINITY, ...this.bids.keys());
  }
  get ask(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.asks.keys());
  }
}

/** Spells of one instrument in exchange order; those that go on at the end last until `endNs`. */
export function plainSpells(events: readonly PlainEvent[], state: 'crossed' | 'locked', endNs: number): PlainSpell[] {
  const touch = new PlainTouch();
  const spells: PlainSpell[] = [];
  let fromNs: number | undefined;
  for (const event of events) {
    touch.apply(event);
    if ((event.flags & Flag.last) === 0) continue;
    const { bid, ask } = touch;
    const on = state === 'crossed' ? bid > ask : bid === ask;
    if (on && fromNs === undefined) fromNs = event.exchangeNs;
    if (!on && fromNs !== undefined) {
      spells.push({ fromNs, toNs: event.exchangeNs });
      fromNs = undefined;
    }
  }
  if (fromNs !== undefined) spells.push({ fromNs, toNs: endNs });
  return spells;
}

/** Which of these prices are spikes; see the definition in docs/check.md. */
export function plainSpikes(
  prices: readonly number[],
  rule: { neighbours: number; deviations: number; floorShare: number; floorTicks: number },
): number[] {
  if (prices.length < 11) return [];
  const half = rule.neighbours / 2;
  return prices.flatMap((price, at) => {
    // As many after as before, moved inwards at both ends.
    const from = Math.max(0, Math.min(at - half, prices.length - 1 - rule.neighbours));
    const others = prices.slice(from, from + rule.neighbours + 1);
    others.splice(at - from, 1);
    const sorted = others.toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    const median = sorted.length % 2 === 0 ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
    const deviation = others.reduce((sum, each) => sum + Math.abs(each - median), 0) / others.length;
    const floor = Math.max(rule.floorTicks, rule.floorShare * Math.abs(median));
    return Math.abs(price - median) > rule.deviations * deviation + floor ? [at] : [];
  });
}

/** Rows of one instrument that were received after a row which happened later. `events` in the order of their local times. */
export function plainLate(events: readonly PlainEvent[]): number {
  return events.filter((event, at) => events.slice(0, at).some((before) => before.exchangeNs > event.exchangeNs))
    .length;
}
