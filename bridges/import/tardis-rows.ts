/**
 * Lines of Tardis.dev's trades, liquidations, quotes and derivative tickers → tape rows; those of books: tardis-book.
 * Knows nothing of files, clocks or options. Called by tardis.
 */
import { codeOf, Flag, Kind, MAX_PRICE_TICKS, parseDecimal, Side } from '../../core/index.js';
import { FARTHEST_FUNDING_NS, FundingSchedule } from './funding-schedule.js';
import { brief, type LineFields } from './line-fields.js';
import type { RowCollector } from './row-collector.js';
import type { TardisInstruments } from './tardis-instruments.js';

/** Where the columns of the file at hand lie, by name. */
export type Places = ReadonlyMap<string, number>;

/** A line's times in ns of the collector, and its instrument. */
export interface LineHead {
  happened: number;
  local: number;
  instrument: number;
}

const US_PER_SECOND = 1e6;
/** Microseconds since 1970 have 16 digits from 2001 to 2286. */
const LEAST_US = 1e15;
const MOST_US = 1e16;

/** A field of microseconds since 1970. */
export function microseconds(fields: LineFields, place: number, name: string): number {
  const count = fields.integer(place, name);
  if (count >= LEAST_US && count < MOST_US) return count;
  throw new RangeError(`${name} is ${count}, no microseconds since 1970 of our time`);
}

/** Microseconds since 1970 → ns of the collector. */
export function nanosOf(collector: RowCollector, count: number): number {
  const seconds = Math.floor(count / US_PER_SECOND);
  return collector.time(seconds, (count - seconds * US_PER_SECOND) * 1_000);
}

/** Writes the lines of all files of one kind. Every method throws `RangeError` with field and value. */
export abstract class TardisWriter {
  /** Rows that came after one of a later time. */
  readonly reordered = { exchange: 0, local: 0 };
  protected readonly collector: RowCollector;
  protected readonly instruments: TardisInstruments;
  #latest = Number.NEGATIVE_INFINITY;
  #latestLocal = Number.NEGATIVE_INFINITY;

  constructor(collector: RowCollector, instruments: TardisInstruments) {
    this.collector = collector;
    this.instruments = instruments;
  }

  /** A file of this kind begins, with these columns. */
  abstract begin(places: Places): void;

  abstract write(fields: LineFields, head: LineHead): void;

  /** The file ends. */
  end(): void {}

  protected add({ happened, local, instrument }: LineHead, code: number, flags: number, ticks: number, lots: number) {
    if (happened < this.#latest) this.reordered.exchange++;
    else this.#latest = happened;
    if (local < this.#latestLocal) this.reordered.local++;
    else this.#latestLocal = local;
    return this.collector.rows.add(happened, local, code, flags, instrument, ticks, lots);
  }

  protected count(name: string, note: string): void {
    this.collector.tally.count(name, note);
  }

  protected ticks(fields: LineFields, place: number, name: string, instrument: number): number {
    return fields.ticks(place, name, this.instruments.ticks[instrument]!);
  }

  protected lots(fields: LineFields, place: number, name: string, instrument: number): number {
    return fields.lots(place, name, this.instruments.lots[instrument]!);
  }
}

const BUY = Buffer.from('buy');
const SELL = Buffer.from('sell');
const UNKNOWN = Buffer.from('unknown');

/** A row a line: trades as such; liquidations as custom rows of value 1, as the trades have them already. */
class PrintWriter extends TardisWriter {
  readonly #kind: Kind;
  #side = 0;
  #price = 0;
  #amount = 0;

  constructor(collector: RowCollector, instruments: TardisInstruments, kind: Kind) {
    super(collector, instruments);
    this.#kind = kind;
  }

  begin(places: Places): void {
    this.#side = places.get('side')!;
    this.#price = places.get('price')!;
    this.#amount = places.get('amount')!;
  }

  write(fields: LineFields, head: LineHead): void {
    const side = sideOf(fields, this.#side);
    const lots = this.lots(fields, this.#amount, 'amount', head.instrument);
    const ticks = this.ticks(fields, this.#price, 'price', head.instrument);
    if (lots === 0) {
      this.count('zero-quantity', 'trades or liquidations of amount 0 were left out');
      return;
    }
    const row = this.add(head, codeOf(this.#kind, side), Flag.last, ticks, lots);
    if (this.#kind === Kind.custom) this.collector.rows.setValue(row, 1);
  }
}

function sideOf(fields: LineFields, place: number): Side {
  if (fields.is(place, BUY)) return Side.buy;
  if (fields.is(place, SELL)) return Side.sell;
  if (fields.is(place, UNKNOWN)) return Side.none;
  throw new RangeError(`side is ${brief(fields.text(place))} where buy, sell or unknown was expected`);
}

/** quotes and book_ticker: a bid row and an ask row; an empty cell is an empty side. */
class QuoteWriter extends TardisWriter {
  #bidPrice = 0;
  #bidAmount = 0;
  #askPrice = 0;
  #askAmount = 0;

  begin(places: Places): void {
    this.#bidPrice = places.get('bid_price')!;
    this.#bidAmount = places.get('bid_amount')!;
    this.#askPrice = places.get('ask_price')!;
    this.#askAmount = places.get('ask_amount')!;
  }

  write(fields: LineFields, head: LineHead): void {
    const { instrument } = head;
    const bids = fields.isEmpty(this.#bidAmount) ? 0 : this.lots(fields, this.#bidAmount, 'bid_amount', instrument);
    const asks = fields.isEmpty(this.#askAmount) ? 0 : this.lots(fields, this.#askAmount, 'ask_amount', instrument);
    const bid = bids === 0 ? 0 : this.ticks(fields, this.#bidPrice, 'bid_price', instrument);
    const ask = asks === 0 ? 0 : this.ticks(fields, this.#askPrice, 'ask_price', instrument);
    if (bids > 0 && asks > 0 && bid >= ask)
      this.count('crossed-book', 'quotes with the bid not below the ask were kept');
    this.add(head, codeOf(Kind.quote, Side.buy), 0, bid, bids);
    this.add(head, codeOf(Kind.quote, Side.sell), Flag.last, ask, asks);
  }
}

/** derivative_ticker: mark prices when they change; funding when it is settled. */
class TickerWriter extends TardisWriter {
  readonly #funding: FundingSchedule;
  /** The last mark of each instrument. */
  readonly #marks: number[] = [];
  #due = 0;
  #rate = 0;
  #mark = 0;

  constructor(collector: RowCollector, instruments: TardisInstruments) {
    super(collector, instruments);
    this.#funding = new FundingSchedule(collector);
  }

  begin(places: Places): void {
    this.#due = places.get('funding_timestamp')!;
    this.#rate = places.get('funding_rate')!;
    this.#mark = places.get('mark_price')!;
  }

  write(fields: LineFields, head: LineHead): void {
    this.#fund(fields, head);
    if (fields.isEmpty(this.#mark)) return;
    const reader = this.instruments.ticks[head.instrument]!;
    const text = fields.text(this.#mark);
    const nearest = Number.isNaN(reader.units(text)) ? reader.nearest(text) : Number.NaN;
    const rounded = Math.abs(nearest) <= MAX_PRICE_TICKS;
    const ticks = rounded ? nearest : this.ticks(fields, this.#mark, 'mark_price', head.instrument);
    if (ticks === this.#marks[head.instrument]) return;
    // Marks are averages and rarely on the tick.
    if (rounded) this.count('mark-rounded', 'mark prices between two ticks were moved to the nearer one');
    this.#marks[head.instrument] = ticks;
    this.add(head, codeOf(Kind.mark, Side.none), Flag.last, ticks, 0);
  }

  #fund(fields: LineFields, head: LineHead): void {
    const rate = fields.isEmpty(this.#rate) ? Number.NaN : rateOf(fields.text(this.#rate));
    if (fields.isEmpty(this.#due)) {
      if (!Number.isNaN(rate)) {
        this.count('funding-without-time', 'funding rates without the time at which they are paid were left out');
      }
      return;
    }
    const dueNs = nanosOf(this.collector, microseconds(fields, this.#due, 'funding_timestamp'));
    if (Math.abs(dueNs - head.happened) > FARTHEST_FUNDING_NS) {
      throw new RangeError(`funding_timestamp is ${fields.text(this.#due)}, more than 31 days from timestamp`);
    }
    this.#funding.announce(head, dueNs, rate);
  }
}

function rateOf(text: string): number {
  try {
    parseDecimal(text);
  } catch {
    throw new RangeError(`funding_rate is ${brief(text)} where a decimal was expected`);
  }
  const rate = Number(text);
  if (Math.abs(rate) < 1) return rate;
  throw new RangeError(`funding_rate is ${text}: a fraction such as 0.0001 was expected`);
}

export const tradeWriter = (collector: RowCollector, instruments: TardisInstruments) =>
  new PrintWriter(collector, instruments, Kind.trade);
export const liquidationWriter = (collector: RowCollector, instruments: TardisInstruments) =>
  new PrintWriter(collector, instruments, Kind.custom);
export const quoteWriter = (collector: RowCollector, instruments: TardisInstruments) =>
  new QuoteWriter(collector, instruments);
export const tickerWriter = (collector: RowCollector, instruments: TardisInstruments) =>
  new TickerWriter(collector, instruments);
