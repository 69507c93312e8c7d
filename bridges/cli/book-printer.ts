/**
 * Rebuilds one instrument's book from a tape and prints it as CSV, after each message or on a grid of times.
 * Knows nothing of files or the terminal. Called by the `book` command.
 */
import { parseDecimal } from '../../core/decimal.js';
import { Instrument } from '../../core/instrument.js';
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type Columns,
  Flag,
  Kind,
  Side,
} from '../../core/market.js';
import { MarketBooks } from '../../core/market-books.js';
import type { TapeInfo } from '../../core/tape.js';
import type { Nanos } from '../../core/time.js';
import { CsvWriter, type Unit, unitOf } from './csv-writer.js';

export interface BookPrinterOptions {
  /** Index into the tape's instruments. */
  readonly instrument: number;
  readonly levels: number;
  readonly clock: 'exchange' | 'local';
  /** Print on multiples of this time since 1970; `undefined`: after each message. */
  readonly everyNs: Nanos | undefined;
}

const BILLION = 1_000_000_000n;

/**
 * A message is what the feed sent at once; one that only says that something traded changes no book and prints nothing.
 * On the grid, the row of time T is the book after all messages up to and including T; the grid ends with the tape.
 * Nothing is printed before the first level appears.
 */
export class BookPrinter {
  readonly #options: BookPrinterOptions;
  readonly #books: MarketBooks;
  readonly #seen: number;
  readonly #cells: number;
  readonly #writer: CsvWriter;
  readonly #tick: Unit;
  readonly #lot: Unit;
  readonly #originSeconds: number;
  readonly #originNanos: number;
  readonly #askTicks: Int32Array;
  readonly #askLots: Float64Array;
  readonly #bidTicks: Int32Array;
  readonly #bidLots: Float64Array;
  #gridNs: Nanos;
  #begun = false;
  #lastNs: Nanos = Number.NEGATIVE_INFINITY;
  /** Rows printed so far, without the header. */
  printed = 0;

  constructor(info: TapeInfo, options: BookPrinterOptions) {
    const instruments = info.instruments.map((spec, index) => new Instrument(spec, index));
    const { tick, lot } = instruments[options.instrument]!;
    this.#options = options;
    this.#cells = 1 + 4 * options.levels;
    this.#writer = new CsvWriter(this.#cells);
    this.#books = new MarketBooks(instruments, info.counts);
    this.#seen = options.clock === 'exchange' ? CODE_EXCHANGE : CODE_LOCAL;
    this.#tick = unitOf(parseDecimal(tick));
    this.#lot = unitOf(parseDecimal(lot));
    const nanos = ((info.originNs % BILLION) + BILLION) % BILLION;
    this.#originNanos = Number(nanos);
    this.#originSeconds = Number((info.originNs - nanos) / BILLION);
    this.#gridNs = options.everyNs === undefined ? Infinity : firstOnGrid(info.originNs, options.everyNs);
    this.#askTicks = new Int32Array(options.levels);
    this.#askLots = new Float64Array(options.levels);
    this.#bidTicks = new Int32Array(options.levels);
    this.#bidLots = new Float64Array(options.levels);
  }

  header(): Buffer {
    this.#writer.text('time_ns');
    for (let level = 1; level <= this.#options.levels; level++) {
      for (const name of ['ask_price', 'ask_size', 'bid_price', 'bid_size']) this.#writer.text(`${name}_${level}`);
    }
    this.#writer.endRow();
    return this.#writer.take();
  }

  /** Takes a block of the tape; gives the CSV of its rows piece by piece. Each piece is borrowed until the next. */
  *print(columns: Columns): Generator<Buffer, void, undefined> {
    const { code, flags, instrument, length } = columns;
    const times = this.#options.clock === 'exchange' ? columns.exchangeNs : columns.localNs;
    const wanted = this.#options.instrument;
    const eachMessage = this.#options.everyNs === undefined;
    for (let row = 0; row < length; row++) {
      const bits = code[row]!;
      if ((bits & this.#seen) === 0) continue;
      const timeNs = times[row]!;
      this.#lastNs = timeNs;
      while (timeNs > this.#gridNs) {
        this.#line(this.#gridNs);
        this.#gridNs += this.#options.everyNs!;
        if (this.#writer.full) yield this.#writer.take();
      }
      const kind = bits & CODE_KIND;
      if (instrument[row] !== wanted || kind === Kind.trade || kind > Kind.orderExecute) continue;
      this.#books.apply(columns, row, kind, ((bits >> CODE_SIDE_SHIFT) & 3) as Side, wanted);
      if (eachMessage && (flags[row]! & Flag.last) !== 0) {
        this.#line(timeNs);
        if (this.#writer.full) yield this.#writer.take();
      }
    }
    yield this.#writer.take();
  }

  /** The rest, when the tape is over. */
  end(): Buffer {
    if (this.#gridNs === this.#lastNs) this.#line(this.#gridNs);
    return this.#writer.take();
  }

  #line(timeNs: Nanos): void {
    const { levels: count, instrument } = this.#options;
    const book = this.#books.levels[instrument]!;
    const asks = book.levelsInto(Side.sell, count, this.#askTicks, this.#askLots);
    const bids = book.levelsInto(Side.buy, count, this.#bidTicks, this.#bidLots);
    if (!this.#begun && asks === 0 && bids === 0) return;
    this.#begun = true;
    const writer = this.#writer;
    writer.time(this.#originSeconds, this.#originNanos + timeNs);
    for (let level = 0; level < count; level++) {
      this.#level(level < asks, this.#askTicks[level]!, this.#askLots[level]!);
      this.#level(level < bids, this.#bidTicks[level]!, this.#bidLots[level]!);
    }
    writer.endRow();
    this.printed++;
  }

  #level(there: boolean, ticks: number, lots: number): void {
    if (there) {
      this.#writer.units(ticks, this.#tick);
      this.#writer.units(lots, this.#lot);
    } else {
      this.#writer.empty();
      this.#writer.empty();
    }
  }
}

/** The first multiple of `everyNs` since 1970 at or after the origin, ns since the origin. */
function firstOnGrid(originNs: bigint, everyNs: Nanos): Nanos {
  const every = BigInt(everyNs);
  const past = ((originNs % every) + every) % every;
  return past === 0n ? 0 : Number(every - past);
}
