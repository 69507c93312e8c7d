/**
 * Writes CSV cells as bytes: exact decimals and times without a text or BigInt for each.
 * Knows nothing of books or files. Called by the book printer.
 */
import { type Decimal, formatUnits } from '../../core/decimal.js';

const COMMA = 44;
const DOT = 46;
const MINUS = 45;
const NEWLINE = 10;
const ZERO = 48;
/** No cell is longer: 17 digits of ticks times a tick's digits, its decimals, a sign, a dot. */
const LONGEST_CELL = 400;
const BILLION = 1e9;

/** A unit made ready for {@link CsvWriter.units}. */
export interface Unit {
  readonly decimal: Decimal;
  readonly digits: number;
  readonly scale: number;
  readonly power: number;
}

export function unitOf(decimal: Decimal): Unit {
  return { decimal, digits: Number(decimal.digits), scale: decimal.scale, power: 10 ** decimal.scale };
}

export class CsvWriter {
  readonly #bytes: Buffer;
  readonly #longestRow: number;
  #at = 0;
  #cells = 0;

  /** Rows have at most `cells` cells. */
  constructor(cells: number) {
    this.#longestRow = cells * LONGEST_CELL;
    this.#bytes = Buffer.allocUnsafe(Math.max(1 << 20, 2 * this.#longestRow));
  }

  /** Whether another row might not fit: take the bytes before it. */
  get full(): boolean {
    return this.#at + this.#longestRow > this.#bytes.length;
  }

  /** What was written since the last call; a view, to be used before the next write. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    return taken;
  }

  text(cell: string): void {
    this.#separate();
    this.#at += this.#bytes.write(cell, this.#at, 'utf8');
  }

  empty(): void {
    this.#separate();
  }

  endRow(): void {
    this.#bytes[this.#at++] = NEWLINE;
    this.#cells = 0;
  }

  /** `count` × the unit, exactly, with the unit's decimals. */
  units(count: number, unit: Unit): void {
    const value = Math.abs(count) * unit.digits;
    if (value > Number.MAX_SAFE_INTEGER || unit.scale > 15) {
      this.text(formatUnits(count, unit.decimal));
      return;
    }
    this.#separate();
    if (count < 0) this.#bytes[this.#at++] = MINUS;
    if (unit.scale === 0) {
      this.#whole(value);
      return;
    }
    const whole = Math.floor(value / unit.power);
    this.#whole(whole);
    this.#bytes[this.#at++] = DOT;
    this.#padded(value - whole * unit.power, unit.scale);
  }

  /** Whole seconds since 1970 and `nanos` more (whole, ≥ 0, may be above a second) as one count of nanoseconds. */
  time(seconds: number, nanos: number): void {
    const carried = Math.floor(nanos / BILLION);
    const whole = seconds + carried;
    const rest = nanos - carried * BILLION;
    if (whole < 0) {
      this.text(String(BigInt(whole) * 1_000_000_000n + BigInt(rest)));
      return;
    }
    this.#separate();
    if (whole === 0) {
      this.#whole(rest);
      return;
    }
    this.#whole(whole);
    this.#padded(rest, 9);
  }

  #separate(): void {
    if (this.#cells++ > 0) this.#bytes[this.#at++] = COMMA;
  }

  #whole(value: number): void {
    let width = 1;
    for (let limit = 10; limit <= value; limit *= 10) width++;
    this.#padded(value, width);
  }

  #padded(value: number, width: number): void {
    const bytes = this.#bytes;
    const start = this.#at;
    let rest = value;
    let at = start + width;
    // Doubles until it fits int32, whose division is much cheaper.
    while (rest > 0x7fffffff) {
      const next = Math.floor(rest / 10);
      bytes[--at] = ZERO + (rest - next * 10);
      rest = next;
    }
    let small = rest | 0;
    while (at > start) {
      const next = (small / 10) | 0;
      bytes[--at] = ZERO + (small - next * 10);
      small = next;
    }
    this.#at = start + width;
  }
}
