/**
 * Puts a stream of messages, given by exchange time, into tape order: by exchange time and by local time at once, as
 * `orderColumns` does, but holding only the messages that are on their way. Knows nothing of markets.
 * Called by core/synthetic.ts.
 */
import { CODE_EXCHANGE, CODE_LOCAL, type ColumnSet, type Columns, Flag } from '../market.js';

const BOTH = CODE_EXCHANGE | CODE_LOCAL;

/**
 * Messages must be given with exchange times that never decrease and local times ≥ the exchange time: then every message
 * that is still to come arrives no earlier than the exchange time of the last one given.
 */
export class FeedOrder {
  // Rows and messages have absolute numbers; rings of a power of two hold those from the oldest message not yet
  // written for both sides on.
  #code = new Uint8Array(4096);
  #price = new Int32Array(4096);
  #qty = new Float64Array(4096);
  #orderId: Float64Array | undefined;
  #value: Float64Array | undefined;
  #firstRow = new Float64Array(1024);
  #exchange = new Float64Array(1024);
  #local = new Float64Array(1024);
  #instrument = new Uint16Array(1024);
  #flags = new Uint8Array(1024);
  /** Who gets it: {@link CODE_EXCHANGE} and {@link CODE_LOCAL} bits. */
  #seenBy = new Uint8Array(1024);
  /** Written for the local side already. */
  #arrived = new Uint8Array(1024);
  /** Message numbers by local time; ring of the same size. */
  #byLocal = new Float64Array(1024);

  #rowEnd = 0;
  #messageStart = 0;
  #messageEnd = 0;
  #exchangeHead = 0;
  #localHead = 0;
  #localEnd = 0;
  #watermark = Number.NEGATIVE_INFINITY;
  #pendingRows = 0;

  // The message being written.
  #writing = 0;
  #writingRow = 0;
  #writingEnd = 0;
  #writingSeen = 0;

  /** `set`: which optional columns rows have. */
  constructor({ orderId = false, value = false }: ColumnSet = {}) {
    if (orderId) this.#orderId = new Float64Array(4096);
    if (value) this.#value = new Float64Array(4096);
  }

  /** Rows that will be written at least, of messages given and not yet written for the local side. */
  get pendingRows(): number {
    return this.#pendingRows;
  }

  /** Rows of the message that is not closed yet. */
  get openRows(): number {
    return this.#rowEnd - this.#firstRow[this.#messageEnd & (this.#firstRow.length - 1)]!;
  }

  /** Adds a row to the message that the next {@link FeedOrder.send} closes. `code` without the seen bits. */
  row(code: number, priceTicks: number, qtyLots: number, orderId = 0, value = 0): void {
    if (this.#rowEnd - this.#firstHeldRow() >= this.#code.length) this.#growRows();
    const at = this.#rowEnd++ & (this.#code.length - 1);
    this.#code[at] = code;
    this.#price[at] = priceTicks;
    this.#qty[at] = qtyLots;
    if (this.#orderId !== undefined) this.#orderId[at] = orderId;
    if (this.#value !== undefined) this.#value[at] = value;
  }

  /**
   * Closes the message. `flags` stand on all its rows, {@link Flag.last} is added to the last one. `seen`: what never reaches
   * the machine, or only it, is written for one side alone.
   */
  send(instrument: number, exchangeNs: number, localNs: number, flags: number, seen: number = BOTH): void {
    const capacity = this.#exchange.length;
    if (this.#messageEnd - this.#messageStart >= capacity - 1) this.#growMessages();
    const mask = this.#exchange.length - 1;
    const message = this.#messageEnd++;
    const at = message & mask;
    this.#exchange[at] = exchangeNs;
    this.#local[at] = localNs;
    this.#instrument[at] = instrument;
    this.#flags[at] = flags;
    this.#seenBy[at] = seen;
    this.#arrived[at] = 0;
    this.#watermark = exchangeNs;
    this.#pendingRows += this.#rowEnd - this.#firstRow[at]!;
    this.#firstRow[this.#messageEnd & mask] = this.#rowEnd;
    if ((seen & CODE_LOCAL) === 0) return;
    // Nearly sorted: a few steps from the back. Equal times stay in the order given.
    let place = this.#localEnd++;
    for (; place > this.#localHead; place--) {
      const before = this.#byLocal[(place - 1) & mask]!;
      if (this.#local[before & mask]! <= localNs) break;
      this.#byLocal[place & mask] = before;
    }
    this.#byLocal[place & mask] = message;
  }

  /** No more messages will come: everything may be written. */
  end(): void {
    this.#watermark = Infinity;
  }

  /** Appends to `out`, up to `capacity` rows, what is settled. Returns true when `out` is full. */
  drain(out: Columns, capacity: number): boolean {
    for (;;) {
      if (this.#writingRow < this.#writingEnd) {
        this.#write(out, capacity);
        if (this.#writingRow < this.#writingEnd || out.length === capacity) return true;
      }
      if (!this.#pick()) return false;
    }
  }

  /** Chooses the message to write next and for whom; false when that depends on messages still to come. */
  #pick(): boolean {
    const mask = this.#exchange.length - 1;
    while (this.#exchangeHead < this.#messageEnd && this.#seenBy[this.#exchangeHead & mask] !== BOTH) {
      const head = this.#exchangeHead++;
      // What never arrives waits for nobody; what only arrives is no row of the exchange's.
      if (this.#seenBy[head & mask] === CODE_EXCHANGE) {
        this.#choose(head, CODE_EXCHANGE);
        this.#done(head);
        return true;
      }
    }
    if (this.#localHead === this.#localEnd) return false;
    const next = this.#byLocal[this.#localHead & mask]!;
    if (this.#local[next & mask]! > this.#watermark) return false;
    let message = next;
    let seen = CODE_LOCAL;
    if (this.#exchangeHead <= next && this.#seenBy[next & mask] === BOTH) {
      message = this.#exchangeHead++;
      seen = message === next ? BOTH : CODE_EXCHANGE;
    }
    this.#choose(message, seen);
    if ((seen & CODE_LOCAL) !== 0) {
      this.#localHead++;
      this.#done(message);
    }
    return true;
  }

  #choose(message: number, seen: number): void {
    const mask = this.#exchange.length - 1;
    this.#writing = message;
    this.#writingRow = this.#firstRow[message & mask]!;
    this.#writingEnd = this.#firstRow[(message + 1) & mask]!;
    this.#writingSeen = seen;
  }

  /** Once it is written, the message that was chosen is no longer needed. */
  #done(message: number): void {
    this.#arrived[message & (this.#exchange.length - 1)] = 1;
    this.#pendingRows -= this.#writingEnd - this.#writingRow;
  }

  #write(out: Columns, capacity: number): void {
    const mask = this.#exchange.length - 1;
    const rowMask = this.#code.length - 1;
    const at = this.#writing & mask;
    const exchange = this.#exchange[at]!;
    const local = this.#local[at]!;
    const instrument = this.#instrument[at]!;
    const flags = this.#flags[at]!;
    const seen = this.#writingSeen;
    let row = this.#writingRow;
    let to = out.length;
    const end = Math.min(this.#writingEnd, row + capacity - to);
    const last = this.#writingEnd - 1;
    for (; row < end; row++, to++) {
      const from = row & rowMask;
      out.exchangeNs[to] = exchange;
      out.localNs[to] = local;
      out.code[to] = this.#code[from]! | seen;
      out.flags[to] = row === last ? flags | Flag.last : flags;
      out.instrument[to] = instrument;
      out.priceTicks[to] = this.#price[from]!;
      out.qtyLots[to] = this.#qty[from]!;
    }
    if (this.#orderId !== undefined) copyRing(this.#orderId, this.#writingRow, row, out.orderId!, out.length);
    if (this.#value !== undefined) copyRing(this.#value, this.#writingRow, row, out.value!, out.length);
    out.length = to;
    this.#writingRow = row;
    if (row > last) this.#free();
  }

  /** Forgets the oldest messages that both sides have got. */
  #free(): void {
    const mask = this.#exchange.length - 1;
    while (this.#messageStart < this.#exchangeHead && this.#arrived[this.#messageStart & mask] === 1) {
      this.#messageStart++;
    }
  }

  #firstHeldRow(): number {
    return this.#firstRow[this.#messageStart & (this.#firstRow.length - 1)]!;
  }

  #growRows(): void {
    const size = this.#code.length;
    const start = this.#firstHeldRow();
    this.#code = regrown(this.#code, new Uint8Array(2 * size), start);
    this.#price = regrown(this.#price, new Int32Array(2 * size), start);
    this.#qty = regrown(this.#qty, new Float64Array(2 * size), start);
    if (this.#orderId !== undefined) this.#orderId = regrown(this.#orderId, new Float64Array(2 * size), start);
    if (this.#value !== undefined) this.#value = regrown(this.#value, new Float64Array(2 * size), start);
  }

  #growMessages(): void {
    const size = this.#exchange.length;
    const start = this.#messageStart;
    this.#firstRow = regrown(this.#firstRow, new Float64Array(2 * size), start);
    this.#exchange = regrown(this.#exchange, new Float64Array(2 * size), start);
    this.#local = regrown(this.#local, new Float64Array(2 * size), start);
    this.#instrument = regrown(this.#instrument, new Uint16Array(2 * size), start);
    this.#flags = regrown(this.#flags, new Uint8Array(2 * size), start);
    this.#seenBy = regrown(this.#seenBy, new Uint8Array(2 * size), start);
    this.#arrived = regrown(this.#arrived, new Uint8Array(2 * size), start);
    // Its places count the messages that arrive: from localHead to localEnd, no more than there are messages.
    this.#byLocal = regrown(this.#byLocal, new Float64Array(2 * size), this.#localHead);
  }
}

function copyRing(ring: Float64Array, from: number, end: number, out: Float64Array, to: number): void {
  for (let row = from; row < end; row++) out[to++] = ring[row & (ring.length - 1)]!;
}

/** The ring's elements with absolute numbers [start, start + size) in a larger ring. */
function regrown<A extends Uint8Array | Uint16Array | Int32Array | Float64Array>(old: A, grown: A, start: number): A {
  const size = old.length;
  for (let number = start; number < start + size; number++) {
    grown[number & (grown.length - 1)] = old[number & (size - 1)]!;
  }
  return grown;
}
