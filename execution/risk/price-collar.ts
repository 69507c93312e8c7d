/**
 * How far from the market a limit may be. Knows nothing of quantities. Called by the risk desk.
 */
import { Side } from '../../core/market.js';
import type { RiskCheck } from '../../core/risk.js';
import type { RiskState } from '../../core/risk-state.js';
import { aboveZero, attemptText } from './refusal-text.js';

export interface PriceCollarOptions {
  /** Distance in ticks, > 0, or in basis points of the reference price, > 0. One of the two. */
  readonly ticks?: number;
  readonly bps?: number;
  /** Only limits on the far side count: buys above the reference price, sells below it. Default false. */
  readonly aggressiveOnly?: boolean;
  /** What becomes of a limit while there is no price to compare it with. */
  readonly noReference?: 'refuse' | 'pass';
}

/**
 * Refuses a limit further from the reference price (local mid; else the last price known locally) than the distance, exactly
 * that far being allowed. The limit of a stop-limit or if-touched order is compared with its own stop, as its market is
 * not there yet. Orders without a limit pass: what they may pay is the venue's price protection. Without a reference price
 * the default is to refuse. Throws `RangeError` naming option and value.
 */
export function priceCollar(options: PriceCollarOptions): RiskCheck {
  const { ticks, bps, aggressiveOnly = false, noReference = 'refuse' } = options;
  if ((ticks === undefined) === (bps === undefined)) {
    throw new RangeError(`${NAME}: ticks ${ticks} and bps ${bps}: give one of the two`);
  }
  if (noReference !== 'refuse' && noReference !== 'pass') {
    throw new RangeError(`${NAME}: noReference ${JSON.stringify(noReference)} is neither "refuse" nor "pass"`);
  }
  const distance = bps === undefined ? aboveZero(NAME, 'ticks', ticks!) : aboveZero(NAME, 'bps', bps);
  return new PriceCollar(distance, bps !== undefined, aggressiveOnly, noReference === 'pass');
}

const NAME = 'price-collar';

class PriceCollar implements RiskCheck {
  readonly #distance: number;
  readonly #inBps: boolean;
  readonly #aggressiveOnly: boolean;
  readonly #passUnknown: boolean;

  constructor(distance: number, inBps: boolean, aggressiveOnly: boolean, passUnknown: boolean) {
    this.#distance = distance;
    this.#inBps = inBps;
    this.#aggressiveOnly = aggressiveOnly;
    this.#passUnknown = passUnknown;
  }

  check(state: RiskState): string {
    const { limitTicks, instrument } = state;
    if (Number.isNaN(limitTicks)) return '';
    const reference = state.waits ? state.stopTicks : state.referenceTicks(instrument);
    if (Number.isNaN(reference)) {
      if (this.#passUnknown) return '';
      return `${NAME}: ${this.#limitText()}; there is no price to compare ${attemptText(state)} with`;
    }
    const beyond = state.side === Side.buy ? limitTicks - reference : reference - limitTicks;
    const distance = this.#aggressiveOnly ? beyond : Math.abs(beyond);
    const allowed = this.#inBps ? (Math.abs(reference) * this.#distance) / 10_000 : this.#distance;
    if (distance <= allowed) return '';
    const from = state.waits ? 'its stop' : 'the market';
    // A mid may end in half a tick, which has no exact text.
    return (
      `${NAME}: ${this.#limitText()} (${ticksText(allowed)}) from ${from} at ` +
      `${Number(instrument.price(reference).toPrecision(15))}; ${attemptText(state)} is ${ticksText(distance)} away`
    );
  }

  #limitText(): string {
    return this.#inBps ? `${this.#distance} bps` : ticksText(this.#distance);
  }
}

function ticksText(ticks: number): string {
  return `${Number(ticks.toPrecision(12))} ticks`;
}
