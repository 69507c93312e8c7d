/** A gateway of one's own: who sends too much is banned for a while, as crypto exchanges do; cancels always get in. */
import { type Gateway, Message } from 'tickwright/execution';

export interface BanningGatewayOptions {
  /** So many requests within each span of `perNs` are let in; whole, above 0. */
  readonly requests: number;
  readonly perNs: number;
  /** From the first request beyond on, nothing but cancels gets in for so long. */
  readonly banNs: number;
}

/** Throws `RangeError` naming the option and the value. */
export function banningGateway(options: BanningGatewayOptions): Gateway {
  for (const [name, value] of Object.entries(options)) {
    if (!Number.isSafeInteger(value) || value <= 0) {
      throw new RangeError(`banningGateway: ${name} ${value} is not a whole number above 0`);
    }
  }
  return new BanningGateway(options);
}

class BanningGateway implements Gateway {
  readonly #options: BanningGatewayOptions;
  #span = -1;
  #requests = 0;
  #freeNs = 0;

  constructor(options: BanningGatewayOptions) {
    this.#options = options;
  }

  /** `arrivalNs` never decreases, so the span of now and the end of the last ban are all there is to remember. */
  admits(kind: Message, _sentNs: number, arrivalNs: number): boolean {
    if (kind === Message.cancel) return true;
    if (arrivalNs < this.#freeNs) return false;
    const { requests, perNs, banNs } = this.#options;
    const span = Math.floor(arrivalNs / perNs);
    if (span !== this.#span) this.#requests = 0;
    this.#span = span;
    this.#requests++;
    if (this.#requests <= requests) return true;
    this.#freeNs = arrivalNs + banNs;
    return false;
  }

  /** It remembers, so each run gets one of its own. */
  forRun(): Gateway {
    return new BanningGateway(this.#options);
  }
}
