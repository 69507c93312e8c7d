/**
 * The run hash: SHA-256 over every order event in the order in which strategies sent or learnt of it.
 * Two runs with the same hash did the same. Knows nothing of what the events mean. Called by the order desk.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { AccountEvent } from './account-event.js';
import { type OrderEvent, OrderEventKind } from './order.js';

/** A SHA-256 in progress. `node:crypto`'s `createHash('sha256')` is one, several times faster than the built-in. */
export interface Sha256 {
  update(bytes: Uint8Array): unknown;
  /** Ends it. */
  digest(): Uint8Array;
}

const EVENTS = 512;
/** One event: 4 doubles, then 8 int32, 64 bytes: one block of SHA-256. */
const EVENT_BYTES = 64;

export class RunHash {
  readonly #hash: Sha256;
  /** Little-endian, as every platform that Node runs on has it. */
  readonly #bytes = new Uint8Array(EVENT_BYTES * EVENTS);
  readonly #doubles = new Float64Array(this.#bytes.buffer);
  readonly #words = new Int32Array(this.#bytes.buffer);
  #used = 0;
  #digest = '';
  #fills = 0;
  #events = 0;

  constructor(hash: Sha256 = sha256.create()) {
    this.#hash = hash;
  }

  get events(): number {
    return this.#events;
  }

  get fills(): number {
    return this.#fills;
  }

  add(event: OrderEvent): void {
    const { order } = event;
    const doubles = this.#doubles;
    let at = this.#used * 8;
    // NaN has many bit patterns; −1 has one.
    doubles[at++] = event.localNs;
    doubles[at++] = Number.isNaN(event.exchangeNs) ? -1 : event.exchangeNs;
    doubles[at++] = Number.isNaN(event.qtyLots) ? -1 : event.qtyLots;
    doubles[at++] = event.fee;
    const words = this.#words;
    at *= 2;
    words[at++] = order.id;
    words[at++] = order.strategy;
    words[at++] = order.instrument.index;
    words[at++] = Number.isNaN(event.priceTicks) ? -(2 ** 31) : event.priceTicks;
    words[at++] = event.leavesLots;
    words[at++] = event.leavesLots / 2 ** 32;
    words[at++] = order.side | (order.type << 4) | (order.timeInForce << 8) | (order.postOnly ? 1 << 16 : 0);
    words[at++] = event.kind | (order.status << 8) | (event.reason << 16) | (event.maker ? 1 << 24 : 0);
    this.#events++;
    if (event.kind === OrderEventKind.filled) this.#fills++;
    if (++this.#used === EVENTS) this.#flush();
  }

  /** An account event: one block, told from order events by its last word. */
  addSettlement(event: AccountEvent): void {
    const doubles = this.#doubles;
    let at = this.#used * 8;
    doubles[at++] = event.localNs;
    doubles[at++] = event.exchangeNs;
    doubles[at++] = event.qtyLots;
    doubles[at++] = event.fee;
    doubles[at++] = event.amount;
    const words = this.#words;
    at *= 2;
    words[at++] = event.strategy;
    words[at++] = event.instrument?.index ?? -1;
    words[at++] = Number.isNaN(event.priceTicks) ? -(2 ** 31) : event.priceTicks;
    words[at++] = event.kind;
    words[at++] = 0;
    words[at++] = -1;
    this.#events++;
    if (++this.#used === EVENTS) this.#flush();
  }

  /** The hash of all events, 64 hex digits; asking again gives the same. No event may follow. */
  digest(): string {
    if (this.#digest === '') {
      this.#flush();
      this.#digest = bytesToHex(Uint8Array.from(this.#hash.digest()));
    }
    return this.#digest;
  }

  #flush(): void {
    this.#hash.update(this.#bytes.subarray(0, this.#used * EVENT_BYTES));
    this.#used = 0;
  }
}
