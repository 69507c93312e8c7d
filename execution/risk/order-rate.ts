/**
 * How many orders may leave in a span of time. Knows nothing of what they are. Called by the risk desk.
 */
import type { RiskCheck } from '../../core/risk.js';
import type { RiskState } from '../../core/risk-state.js';
import { formatDuration, type Nanos, SECOND } from '../../core/time.js';
import { aboveZero, attemptText, wholeFrom } from './refusal-text.js';

export interface OrderRateOptions {
  /** Orders and changes, whole, ≥ 1. */
  readonly messages: number;
  /** The span, ns > 0. Default one second. */
  readonly perNs?: Nanos;
}

/**
 * Refuses an order or change with which more than `messages` would have left within some `perNs` of time (a sliding window: the
 * first may be followed by the one after the last exactly `perNs` later). What is refused by any check never leaves and does
 * not count; cancels neither count nor are they refused. Throws `RangeError` naming option and value.
 */
export function maxOrderRate(options: OrderRateOptions): RiskCheck {
  const { messages, perNs = SECOND } = options;
  return new OrderRate(wholeFrom(NAME, 'messages', 1, messages), aboveZero(NAME, 'perNs', perNs));
}

const NAME = 'max-order-rate';

class OrderRate implements RiskCheck {
  readonly #messages: number;
  readonly #perNs: Nanos;
  /**
   * A ring of the last `messages` times. Each place takes times that are at least a span apart, so that no span can hold more
   * than there are places: also when times go back, as one strategy may be asked about first and be done thinking last.
   */
  readonly #times: Float64Array;
  #next = 0;

  constructor(messages: number, perNs: Nanos) {
    this.#messages = messages;
    this.#perNs = perNs;
    this.#times = new Float64Array(messages).fill(Number.NEGATIVE_INFINITY);
  }

  check(state: RiskState): string {
    if (this.#times[this.#next]! <= state.nowNs - this.#perNs) return '';
    return (
      `${NAME}: ${this.#messages} orders and changes per ${formatDuration(this.#perNs)}; ` +
      `${attemptText(state)} would be number ${this.#messages + 1}`
    );
  }

  sent({ nowNs }: RiskState): void {
    this.#times[this.#next] = nowNs;
    this.#next = this.#next + 1 === this.#messages ? 0 : this.#next + 1;
  }

  forRun(): RiskCheck {
    return new OrderRate(this.#messages, this.#perNs);
  }
}
