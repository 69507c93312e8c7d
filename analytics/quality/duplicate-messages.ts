/**
 * Finds messages that say the same as the message before them. Knows nothing of books. Called by the check of a tape, and by
 * the repair that drops what it finds.
 *
 * A message is a duplicate if it has the same exchange time as the message before it of the same stream, as many rows, and the
 * same in each row: kind, side, flags, price, quantity, order id, value, open, high and low. Local times are not compared,
 * because a feed that was recorded twice arrives twice.
 */
import { CODE_EXCHANGE, CODE_LOCAL, type Columns } from '../../core/market.js';
import type { Nanos } from '../../core/time.js';

const SEEN = CODE_EXCHANGE | CODE_LOCAL;
/** Numbers kept of a row: code and flags, price, quantity, order id, value, open, high, low. */
const WIDTH = 8;

/** One stream of messages: an instrument's trades, its book, its quotes. */
export class DuplicateMessages {
  #before = new Float64Array(4 * WIDTH);
  #beforeRows = 0;
  #beforeNs: Nanos = Number.NaN;
  #now = new Float64Array(4 * WIDTH);
  #nowNs: Nanos = Number.NaN;
  #equal = true;
  /** Rows of the message that is being read. */
  rows = 0;

  /** The next row of the message. */
  add(columns: Columns, row: number): void {
    const at = this.rows * WIDTH;
    if (at === this.#now.length) this.#grow();
    const now = this.#now;
    now[at] = (columns.code[row]! & ~SEEN) | (columns.flags[row]! << 8);
    now[at + 1] = columns.priceTicks[row]!;
    now[at + 2] = columns.qtyLots[row]!;
    // A column that a tape lacks stays 0.
    if (columns.orderId !== undefined) now[at + 3] = columns.orderId[row]!;
    if (columns.value !== undefined) now[at + 4] = columns.value[row]!;
    if (columns.openTicks !== undefined) {
      now[at + 5] = columns.openTicks[row]!;
      now[at + 6] = columns.highTicks![row]!;
      now[at + 7] = columns.lowTicks![row]!;
    }
    this.#nowNs = columns.exchangeNs[row]!;
    if (this.#equal) this.#equal = this.#nowNs === this.#beforeNs && this.#sameAt(at);
    this.rows++;
  }

  /** Ends the message; how many rows it has if it repeats the one before, else 0. */
  end(): number {
    const rows = this.rows;
    const duplicate = this.#equal && rows > 0 && rows === this.#beforeRows;
    [this.#before, this.#now] = [this.#now, this.#before];
    this.#beforeRows = rows;
    this.#beforeNs = this.#nowNs;
    this.#equal = true;
    this.rows = 0;
    return duplicate ? rows : 0;
  }

  #sameAt(at: number): boolean {
    if (this.rows >= this.#beforeRows) return false;
    for (let i = at; i < at + WIDTH; i++) if (this.#now[i] !== this.#before[i]) return false;
    return true;
  }

  #grow(): void {
    const grown = new Float64Array(this.#now.length * 2);
    grown.set(this.#now);
    this.#now = grown;
  }
}
