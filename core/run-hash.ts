/**
 * The run hash: SHA-256 over every order event in the order in which strategies sent or learnt of it.
 * Two runs with the same hash did the same. Knows nothing of what the events mean. Called by the order desk.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type OrderEvent, OrderEventKind } from './order.js';

const FIELDS = 14;
const EVENTS = 256;

export class RunHash {
  readonly #hash = sha256.create();
  /** Little-endian doubles, as every platform that Node runs on has them. */
  readonly #buffer = new Float64Array(FIELDS * EVENTS);
  #used = 0;
  #fills = 0;
  #events = 0;

  get events(): number {
    return this.#events;
  }

  get fills(): number {
    return this.#fills;
  }

  add(event: OrderEvent): void {
    const { order } = event;
    const buffer = this.#buffer;
    let at = this.#used;
    buffer[at++] = event.kind;
    buffer[at++] = event.localNs;
    buffer[at++] = orMinusOne(event.exchangeNs);
    buffer[at++] = order.id;
    buffer[at++] = order.strategy;
    buffer[at++] = order.instrument.index;
    buffer[at++] = order.side + 4 * order.type + 16 * order.timeInForce + (order.postOnly ? 64 : 0);
    buffer[at++] = orMinusOne(event.priceTicks);
    buffer[at++] = orMinusOne(event.qtyLots);
    buffer[at++] = orMinusOne(event.leavesLots);
    buffer[at++] = event.maker ? 1 : 0;
    buffer[at++] = event.fee;
    buffer[at++] = event.reason;
    buffer[at++] = order.status;
    this.#used = at;
    this.#events++;
    if (event.kind === OrderEventKind.filled) this.#fills++;
    if (at === buffer.length) this.#flush();
  }

  /** The hash of all events so far, 64 hex digits. */
  digest(): string {
    this.#flush();
    return bytesToHex(this.#hash.clone().digest());
  }

  #flush(): void {
    this.#hash.update(new Uint8Array(this.#buffer.buffer, 0, this.#used * 8));
    this.#used = 0;
  }
}

/** NaN has many bit patterns; −1 has one (and negative prices are compared by the orders' other fields). */
function orMinusOne(value: number): number {
  return Number.isNaN(value) ? -1 : value;
}
