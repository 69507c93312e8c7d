/**
 * What a venue's rules are, apart from its models. Knows nothing of how they are carried out. Called by whoever sets up a
 * venue, and by the matching engine.
 */
import { SelfTrade } from '../core/order.js';
import type { Nanos } from '../core/time.js';

/** What is left out is as the realistic default says. */
export interface VenueRules {
  /**
   * Whether orders of a run can trade with each other, and see each other when a post-only order asks whether it would take.
   * Default `match`; `ignore` is hftbacktest's: each order meets the recorded market alone.
   */
  readonly ownOrders?: 'match' | 'ignore';
  /**
   * What happens when an order would trade with one of the same strategy. Default cancel the arriving one. Where it is not
   * allowed, an order that would trade with its own parent ends that instead: an exit goes before the rest of its entry.
   * Orders of one group never trade with each other: the arriving one is cancelled.
   */
  readonly selfTrade?: SelfTrade;
  /**
   * Whether own orders share what one trade or crossing level brings. Default `shared`; `each` is hftbacktest's: each gets
   * the whole of it.
   */
  readonly ownVolume?: 'shared' | 'each';
  /**
   * While trading is halted or closed, orders that can wait `rest` without matching (default), or everything is refused
   * (`reject`). Orders that cannot wait are refused either way; cancels always work.
   */
  readonly whileHalted?: 'rest' | 'reject';
  /** When the venue's day ends where the tape has no close: ns after midnight UTC, 0 (default) to 24 h. */
  readonly dayEndNs?: Nanos;
}

export const DEFAULT_RULES: Required<VenueRules> = {
  ownOrders: 'match',
  selfTrade: SelfTrade.cancelNew,
  ownVolume: 'shared',
  whileHalted: 'rest',
  dayEndNs: 0,
};

/** Fills in the defaults. Throws `RangeError` naming the rule and its value. */
export function venueRules(rules: VenueRules = {}): Required<VenueRules> {
  const all = { ...DEFAULT_RULES, ...rules };
  oneOf('ownOrders', all.ownOrders, ['match', 'ignore']);
  oneOf('ownVolume', all.ownVolume, ['shared', 'each']);
  oneOf('whileHalted', all.whileHalted, ['rest', 'reject']);
  if (!(all.selfTrade >= SelfTrade.allow && all.selfTrade <= SelfTrade.decrement)) {
    throw new RangeError(
      `venue rules: selfTrade ${all.selfTrade} is none of allow, cancelNew, cancelOld, cancelBoth, decrement`,
    );
  }
  if (!(all.dayEndNs >= 0 && all.dayEndNs < 86_400e9)) {
    throw new RangeError(`venue rules: dayEndNs ${all.dayEndNs} is not a time of day in nanoseconds`);
  }
  return all;
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value))
    throw new RangeError(`venue rules: ${name} "${value}" is none of ${allowed.join(', ')}`);
}
