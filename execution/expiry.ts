/**
 * The end of an instrument: at its expiry, or when it is delisted, its orders end and its positions are closed at a stated
 * price. Knows nothing of schedules. Called by settlement, and by the engine, which admits no order after it.
 */
import { AccountEventKind } from '../core/account-event.js';
import type { Instrument } from '../core/instrument.js';
import { Reason } from '../core/order.js';
import type { Nanos } from '../core/time.js';
import type { MarkBoard } from './mark-board.js';
import type { SettlementLedger } from './settlement-ledger.js';
import type { SettlementPort } from './settlement-port.js';

/** `last`: the mark row recorded last, else the mid, else the last trade. `zero`: worthless. Or a decimal such as `12.50`. */
export type ClosePrice = 'last' | 'zero' | (string & {});

export interface ClosingOptions {
  /**
   * At which price positions of a delisted instrument are closed, if the status row has no price above 0: for all, or by
   * symbol. Default `last`. What delisted shares were still worth is rarely the last price: `zero` is the careful choice.
   */
  readonly delisting?: ClosePrice | Readonly<Record<string, ClosePrice>>;
  /** At which price positions are settled when the instrument expires: for all, or by symbol. Default `last`. */
  readonly expiry?: ClosePrice | Readonly<Record<string, ClosePrice>>;
}

/** Why an instrument is no longer traded. */
const Ended = { no: 0, delisted: 1, expired: 2 } as const;

export class Expiry {
  readonly #port: SettlementPort;
  readonly #ledger: SettlementLedger;
  readonly #marks: MarkBoard;
  /** Ticks by instrument, `NaN` for `last`. */
  readonly #delistingTicks: Float64Array;
  readonly #expiryTicks: Float64Array;
  /** Run-relative; `Infinity` for never. */
  readonly #expiryNs: Float64Array;
  readonly #ended: Uint8Array;

  /** Throws `RangeError` naming the option and its value: an unknown symbol, no price of the instrument. */
  constructor(port: SettlementPort, ledger: SettlementLedger, marks: MarkBoard, options: ClosingOptions) {
    const { instruments, originNs } = port;
    this.#port = port;
    this.#ledger = ledger;
    this.#marks = marks;
    this.#delistingTicks = pricesOf('delisting', options.delisting, instruments);
    this.#expiryTicks = pricesOf('expiry', options.expiry, instruments);
    this.#expiryNs = Float64Array.from(instruments, ({ expiryNs, index }) =>
      expiryNs === undefined || port.here?.[index] === 0 ? Number.POSITIVE_INFINITY : Number(expiryNs - originNs),
    );
    this.#ended = Uint8Array.from(this.#expiryNs, (expiryNs) => (expiryNs < 0 ? Ended.expired : Ended.no));
  }

  /** When it expires, ns since the run's origin; `Infinity` for never, below 0 if it had before the run. */
  expiryNs(instrument: number): Nanos {
    return this.#expiryNs[instrument]!;
  }

  /** It expired or is delisted: nobody can trade it. */
  ended(instrument: number): boolean {
    return this.#ended[instrument] !== Ended.no;
  }

  /** Its time has come; nothing happens a second time. */
  expire(instrument: number, nowNs: Nanos): void {
    if (this.#ended[instrument] === Ended.expired) return;
    this.#ended[instrument] = Ended.expired;
    this.#close(instrument, AccountEventKind.expiry, this.#expiryTicks[instrument]!, nowNs);
  }

  /** `priceTicks`: of the status row, 0 for none. */
  delist(instrument: number, priceTicks: number, nowNs: Nanos): void {
    if (this.ended(instrument)) return;
    this.#ended[instrument] = Ended.delisted;
    const closeTicks = priceTicks > 0 ? priceTicks : this.#delistingTicks[instrument]!;
    this.#close(instrument, AccountEventKind.delisting, closeTicks, nowNs);
  }

  /** It trades (again): a delisted instrument is listed once more. An expired one stays so. */
  list(instrument: number): void {
    if (this.#ended[instrument] === Ended.delisted) this.#ended[instrument] = Ended.no;
  }

  /** Orders first, so that none fills between. `NaN`: at the last price. */
  #close(instrument: number, kind: AccountEventKind, closeTicks: number, nowNs: Nanos): void {
    const { accounts } = this.#port;
    for (let strategy = 0; strategy < accounts.length; strategy++) {
      this.#port.endOrders(strategy, instrument, Reason.notTraded, nowNs);
      const lots = accounts[strategy]!.positionLots(instrument);
      if (lots === 0) continue;
      const priceTicks = Number.isNaN(closeTicks) ? this.#marks.halfTicks(strategy, instrument) / 2 : closeTicks;
      this.#ledger.close(strategy, kind, instrument, priceTicks, -lots, 0, nowNs);
    }
  }
}

function pricesOf(
  option: string,
  given: ClosingOptions['delisting'],
  instruments: readonly Instrument[],
): Float64Array {
  if (typeof given === 'object') {
    for (const name of Object.keys(given)) {
      if (!instruments.some(({ symbol }) => symbol === name)) {
        throw new RangeError(`settlement: ${option} names "${name}", which is no instrument of the run`);
      }
    }
  }
  return Float64Array.from(instruments, (at) => {
    const price = typeof given === 'object' ? (Object.hasOwn(given, at.symbol) ? given[at.symbol]! : 'last') : given;
    return ticksOf(option, price ?? 'last', at);
  });
}

function ticksOf(option: string, price: ClosePrice, at: Instrument): number {
  if (price === 'last') return Number.NaN;
  let ticks = 0;
  try {
    if (price !== 'zero') ticks = at.priceTicks(price);
  } catch (error) {
    throw new RangeError(`settlement: ${option} "${price}" of ${at.symbol}: ${(error as Error).message}`);
  }
  if (!at.inverse || ticks > 0) return ticks;
  throw new RangeError(
    `settlement: ${option} "${price}" of ${at.symbol}: an inverse contract has no price of 0 or less`,
  );
}
