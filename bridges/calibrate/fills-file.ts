/**
 * Own orders of the past from a CSV file, plain or gzip. Knows nothing of queue models. Called by `tickwright calibrate`.
 *
 * The first line names the columns, in any order; others are passed over:
 * - `side`: buy or sell; `price`, `qty`, `filled`: decimals on the instrument's tick and lot, 0 ≤ filled ≤ qty;
 * - `joined`, `ended`: when the order came to rest and when it ended (filled in whole, cancelled or expired), exchange time;
 * - `first_fill` may be left out or empty: when it filled first; for the figures of fill times alone.
 * Times are ISO 8601 (`2024-08-08T23:54:16.298Z`; UTC where no offset is given) or whole ns since 1970, and lie within the tape.
 */
import type { Instrument } from '../../core/instrument.js';
import { Side } from '../../core/market.js';
import type { OwnOrder } from '../../execution/own-order-fidelity.js';
import { splitFields } from '../import/delimited-line.js';
import { ImportError, readLines } from '../import/input-file.js';
import { TimestampReader } from '../import/timestamp-reader.js';

const REQUIRED = ['side', 'price', 'qty', 'joined', 'ended', 'filled'] as const;
const OPTIONAL = ['first_fill'] as const;
type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

/** The tape's times, int64 ns since 1970. */
export interface TapeSpan {
  readonly originNs: bigint;
  readonly firstNs: bigint;
  readonly lastNs: bigint;
}

/** Throws `ImportError` with file, line, column and value where an order cannot be read. */
export async function readFills(path: string, instrument: Instrument, span: TapeSpan): Promise<OwnOrder[]> {
  const orders: OwnOrder[] = [];
  const fields: string[] = [];
  let row: FillsRow | undefined;
  await readLines(path, (bytes, start, end) => {
    if (end === start) return;
    const count = splitFields(bytes.toString('utf8', start, end), ',', fields);
    const line = fields.slice(0, count).map((field) => field.trim());
    if (row === undefined) row = new FillsRow(line, instrument, span);
    else orders.push(row.read(line));
  });
  if (orders.length === 0) throw new ImportError(`${path}: holds no orders`);
  return orders;
}

class FillsRow {
  readonly #at = new Map<Column, number>();
  readonly #width: number;
  readonly #instrument: Instrument;
  readonly #span: TapeSpan;
  readonly #iso = new TimestampReader('iso', 'UTC');
  readonly #count = new TimestampReader('ns');
  #fields: readonly string[] = [];

  constructor(names: readonly string[], instrument: Instrument, span: TapeSpan) {
    this.#width = names.length;
    this.#instrument = instrument;
    this.#span = span;
    for (const column of [...REQUIRED, ...OPTIONAL]) {
      const at = names.indexOf(column);
      if (at !== names.lastIndexOf(column)) throw new RangeError(`there are two columns ${column}`);
      if (at >= 0) this.#at.set(column, at);
      else if ((REQUIRED as readonly string[]).includes(column)) {
        throw new RangeError(`there is no column ${column}; there are: ${names.join(', ')}`);
      }
    }
  }

  read(fields: readonly string[]): OwnOrder {
    if (fields.length !== this.#width) {
      throw new RangeError(`there are ${fields.length} fields where the first line names ${this.#width} columns`);
    }
    this.#fields = fields;
    const side = this.#text('side').toLowerCase();
    if (side !== 'buy' && side !== 'sell')
      throw new RangeError(`side is "${this.#text('side')}", neither buy nor sell`);
    const qtyLots = this.#lots('qty');
    const filledLots = this.#lots('filled');
    if (!(qtyLots > 0)) throw new RangeError(`qty is "${this.#text('qty')}", not above 0`);
    if (!(filledLots >= 0 && filledLots <= qtyLots)) {
      throw new RangeError(`filled is "${this.#text('filled')}", not within 0 and the qty of ${this.#text('qty')}`);
    }
    const joinedNs = this.#time('joined');
    const endedNs = this.#time('ended');
    if (endedNs < joinedNs) {
      throw new RangeError(`ended is "${this.#text('ended')}", before joined, "${this.#text('joined')}"`);
    }
    const firstFillNs = this.#text('first_fill') === '' ? Number.NaN : this.#time('first_fill');
    if (firstFillNs < joinedNs || firstFillNs > endedNs) {
      throw new RangeError(`first_fill is "${this.#text('first_fill')}", not within joined and ended`);
    }
    const priceTicks = this.#decimal('price', (text) => this.#instrument.priceTicks(text));
    const code = side === 'buy' ? Side.buy : Side.sell;
    return { side: code, priceTicks, qtyLots, joinedNs, endedNs, filledLots, firstFillNs };
  }

  #text(column: Column): string {
    const at = this.#at.get(column);
    return at === undefined ? '' : this.#fields[at]!;
  }

  #lots(column: Column): number {
    return this.#decimal(column, (text) => this.#instrument.qtyLots(text));
  }

  #decimal(column: Column, read: (text: string) => number): number {
    try {
      return read(this.#text(column));
    } catch (error) {
      throw new RangeError(`${column} is "${this.#text(column)}": ${(error as Error).message}`);
    }
  }

  /** ns since the tape's origin. */
  #time(column: Column): number {
    const text = this.#text(column);
    const reader = /^\d{1,19}$/.test(text) ? this.#count : this.#iso;
    try {
      reader.read(text);
    } catch (error) {
      throw new RangeError(`${column}: ${(error as Error).message}`);
    }
    const epochNs = BigInt(reader.seconds) * 1_000_000_000n + BigInt(reader.nanos);
    const { firstNs, lastNs, originNs } = this.#span;
    if (epochNs < firstNs || epochNs > lastNs)
      throw new RangeError(`${column} is "${text}", not within the tape's times`);
    return Number(epochNs - originNs);
  }
}
