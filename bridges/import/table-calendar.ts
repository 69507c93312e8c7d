/**
 * Columns of dates, times of day and instants as DuckDB hands them out → times, exactly.
 * Knows nothing of mappings, nulls or rows. Called by table-fields.
 */
import type { TableColumn } from './table-columns.js';
import type { TimestampReader } from './timestamp-reader.js';

const DAY_MS = 86_400_000;

/** TIMESTAMP of any unit: int64 since 1970, of UTC or of a wall clock. */
export class TimestampColumn implements TableColumn {
  readonly width = 8;
  readonly #nanosOfUnit: number;
  readonly #utc: boolean;
  #words: Int32Array = new Int32Array(0);

  /** `utc`: whether it says itself that its times are of UTC. */
  constructor(nanosOfUnit: number, utc: boolean) {
    this.#nanosOfUnit = nanosOfUnit;
    this.#utc = utc;
  }

  attach({ buffer, byteOffset, byteLength }: Uint8Array): void {
    this.#words = new Int32Array(buffer, byteOffset, byteLength / 4);
  }

  text(row: number): string {
    const low = this.#words[2 * row]! >>> 0;
    const count = (BigInt(this.#words[2 * row + 1]!) << 32n) | BigInt(low);
    const perSecond = BigInt(1e9 / this.#nanosOfUnit);
    const rest = ((count % perSecond) + perSecond) % perSecond;
    const date = new Date(Number((count - rest) / perSecond) * 1000);
    // ±infinity is the largest count there is.
    if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9_999) return `${count < 0n ? '-' : ''}infinity`;
    const fraction = String(Number(rest) * this.#nanosOfUnit).padStart(9, '0');
    return `${date.toISOString().slice(0, 19)}.${fraction}${this.#utc ? 'Z' : ''}`;
  }

  units(): number {
    return Number.NaN;
  }

  readTime(row: number, reader: TimestampReader): boolean {
    if (!reader.isCalendar) {
      const zone = this.#utc ? '' : ' and, as it has no time zone, zone: UTC or what it is';
      throw new RangeError(`a timestamp column knows its unit itself: give unit: iso${zone}`);
    }
    const high = this.#words[2 * row + 1]!;
    if (!reader.readInstant(high, this.#words[2 * row]! >>> 0, this.#nanosOfUnit)) {
      throw new RangeError(`${this.text(row)} lies more than 136 years from 1970`);
    }
    if (!this.#utc) reader.fromWall(() => this.text(row));
    return true;
  }
}

/** DATE: int32 days since 1970. */
export class DateColumn implements TableColumn {
  readonly width = 4;
  #days: Int32Array = new Int32Array(0);

  attach({ buffer, byteOffset, byteLength }: Uint8Array): void {
    this.#days = new Int32Array(buffer, byteOffset, byteLength / 4);
  }

  text(row: number): string {
    const date = new Date(this.#days[row]! * DAY_MS);
    return Number.isNaN(date.getTime()) ? 'infinity' : date.toISOString().replace(/T.*/, '');
  }

  units(): number {
    return Number.NaN;
  }

  /** Its text is a day. */
  readTime(): boolean {
    return false;
  }
}

/** TIME: int64 µs or ns since midnight. */
export class TimeOfDayColumn implements TableColumn {
  readonly width = 8;
  readonly #nanosOfUnit: number;
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(nanosOfUnit: number) {
    this.#nanosOfUnit = nanosOfUnit;
  }

  attach({ buffer, byteOffset, byteLength }: Uint8Array): void {
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  text(row: number): string {
    // A day has 8.64e13 ns, well within 2^53.
    const nanos = Number(this.#view.getBigInt64(row * 8, true)) * this.#nanosOfUnit;
    const seconds = Math.floor(nanos / 1e9);
    const [hour, minute, second] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) =>
      String(Math.floor(part)).padStart(2, '0'),
    );
    return `${hour}:${minute}:${second}.${String(nanos - seconds * 1e9).padStart(9, '0')}`;
  }

  units(): number {
    return Number.NaN;
  }

  /** Its text may stand behind that of a day. */
  readTime(): boolean {
    return false;
  }
}
