/**
 * What happens to an account besides fills: money that comes or goes, and positions that the venue changes by itself.
 * Knows nothing of why. Called by venues, the order desk, strategies and observers.
 */
import type { Instrument } from './instrument.js';
import type { Nanos } from './time.js';

export const AccountEventKind = {
  /** Funding of a perpetual contract, paid or received for the position held at its time. */
  funding: 0,
  /** What borrowing for a short position cost. */
  borrow: 1,
  /** Interest on cash. */
  interest: 2,
  dividend: 3,
  /** The position changed by a split; the money is for the part that made no whole lot. */
  split: 4,
  /** The instrument expired: the position was closed at the settlement price. */
  expiry: 5,
  /** The instrument was delisted: the position was closed at the stated price. */
  delisting: 6,
  /** The venue closed (part of) the position because the margin no longer sufficed. */
  liquidation: 7,
} as const;
export type AccountEventKind = (typeof AccountEventKind)[keyof typeof AccountEventKind];
export const ACCOUNT_EVENT_NAMES = Object.keys(AccountEventKind) as (keyof typeof AccountEventKind)[];

/** One object per run, borrowed for the length of the call; the account already counts it. */
export interface AccountEvent {
  kind: AccountEventKind;
  /** Index of the strategy whose account it is. */
  strategy: number;
  /**
   * `undefined` for what concerns the whole account (interest in its own currency); interest in another currency names an
   * instrument that settles in it.
   */
  instrument: Instrument | undefined;
  /** When the strategy learnt of it, ns since the run's origin. */
  localNs: Nanos;
  /** When it happened at the venue. */
  exchangeNs: Nanos;
  /** The price at which a position was closed, or at which it was reckoned; `NaN` where there is none. */
  priceTicks: number;
  /** By how much the position changed, lots, signed; 0 when it did not. */
  qtyLots: number;
  /** Money received (negative: paid), in the settlement currency of the instrument, else the account's currency. */
  amount: number;
  /** Fee of a liquidation; ≥ 0 = paid. */
  fee: number;
}
