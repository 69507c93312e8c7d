/**
 * Lines of Binance's public archive → tape rows, a writer for each kind of file: how lines must follow each other, what is
 * put right and counted.
 * Knows nothing of files or options. Called by binance-archive.
 */
import { codeOf, Flag, Kind, parseDecimal, Side } from '../../core/index.js';
import type { ArchiveClock } from './binance-archive-clock.js';
import { type ArchiveFile, type ArchiveKind, INTERVALS } from './binance-archive-name.js';
import { TradeChain } from './binance-continuity.js';
import type { DecimalReader } from './decimal-reader.js';
import { brief, type LineFields } from './line-fields.js';
import type { RowCollector } from './row-collector.js';

/** What all writers share. */
export interface ArchiveParts {
  readonly collector: RowCollector;
  readonly clock: ArchiveClock;
  readonly tick: DecimalReader;
  readonly lot: DecimalReader;
  /** ns from exchange to local time. */
  readonly travelNs: number;
}

/** Writes the lines of all files of one kind. */
export abstract class ArchiveWriter {
  /** Rows that happened before one that stands before them. */
  reordered = 0;
  protected readonly parts: ArchiveParts;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(parts: ArchiveParts) {
    this.parts = parts;
  }

  abstract write(fields: LineFields, file: ArchiveFile): void;

  protected add(happened: number, code: number, flags: number, ticks: number, lots: number): number {
    if (happened < this.#latest) this.reordered++;
    else this.#latest = happened;
    const { collector, travelNs } = this.parts;
    return collector.rows.add(happened, happened + travelNs, code, flags, 0, ticks, lots);
  }

  protected count(name: string, note: string): void {
    this.parts.collector.tally.count(name, note);
  }

  protected price(fields: LineFields, place: number, name: string): number {
    const ticks = fields.ticks(place, name, this.parts.tick);
    if (ticks > 0) return ticks;
    throw new RangeError(`${name}: price ${fields.text(place)} is not above 0`);
  }
}

const TRADE_BUY = codeOf(Kind.trade, Side.buy);
const TRADE_SELL = codeOf(Kind.trade, Side.sell);

/** trades and aggTrades: their ids count up by one. */
class TradeWriter extends ArchiveWriter {
  readonly #chain: TradeChain;
  readonly #aggregate: boolean;

  constructor(parts: ArchiveParts, aggregate: boolean) {
    super(parts);
    this.#chain = new TradeChain(parts.collector.tally);
    this.#aggregate = aggregate;
  }

  write(fields: LineFields): void {
    const aggregate = this.#aggregate;
    const id = fields.integer(0, aggregate ? 'agg_trade_id' : 'id');
    const lots = fields.lots(2, aggregate ? 'quantity' : 'qty', this.parts.lot);
    const time = aggregate ? 'transact_time' : 'time';
    const happened = this.parts.clock.read(fields, aggregate ? 5 : 4, time);
    const sells = fields.boolean(aggregate ? 6 : 5, 'is_buyer_maker');
    if (lots === 0) {
      // The archive has months with many of them; how much was traded cannot be known.
      this.count('zero-quantity', 'trades of quantity 0 were left out: what was traded is missing from the tape');
      this.#chain.trade(id);
      return;
    }
    if (aggregate) checkRange(fields.integer(3, 'first_trade_id'), fields.integer(4, 'last_trade_id'));
    const ticks = this.price(fields, 1, 'price');
    if (!this.#chain.trade(id)) return;
    this.add(happened, sells ? TRADE_SELL : TRADE_BUY, Flag.last, ticks, lots);
  }
}

function checkRange(first: number, last: number): void {
  if (first > last) throw new RangeError(`first_trade_id is ${first}, after last_trade_id ${last}`);
}

const BID = codeOf(Kind.quote, Side.buy);
const ASK = codeOf(Kind.quote, Side.sell);
/** Files are cut by the time of sending, so the first quotes of a day may have happened a little before it. */
const SENDING_MS = 60_000;

/** bookTicker: a bid row and an ask row, at the time of the transaction. */
class QuoteWriter extends ArchiveWriter {
  #id = Number.NaN;
  #before = new Float64Array(5);
  #now = new Float64Array(5);

  write(fields: LineFields): void {
    const id = fields.integer(0, 'update_id');
    const now = this.#now;
    now[0] = this.parts.clock.read(fields, 5, 'transaction_time', SENDING_MS);
    this.parts.clock.read(fields, 6, 'event_time');
    now[2] = fields.lots(2, 'best_bid_qty', this.parts.lot);
    now[4] = fields.lots(4, 'best_ask_qty', this.parts.lot);
    // A side that is empty has no price either.
    now[1] = now[2] === 0 ? 0 : this.price(fields, 1, 'best_bid_price');
    now[3] = now[4] === 0 ? 0 : this.price(fields, 3, 'best_ask_price');
    if (id <= this.#id) {
      if (id === this.#id && now.every((value, at) => value === this.#before[at])) {
        this.count('duplicate-quote', 'quotes that repeat the line before, update id included, were left out');
        return;
      }
      this.count('late-quote', 'quotes came after quotes with a higher update id; they stand in order of time');
    }
    if (now[2] > 0 && now[4] > 0 && now[1] >= now[3]) {
      this.count('crossed-book', 'quotes with the bid not below the ask were kept');
    }
    this.add(now[0], BID, 0, now[1], now[2]);
    this.add(now[0], ASK, Flag.last, now[3], now[4]);
    this.#id = id;
    this.#now = this.#before;
    this.#before = now;
  }
}

const BAR = codeOf(Kind.bar, Side.none);

/** klines: a bar is known when it has closed, which is one unit of time after its close_time. */
class BarWriter extends ArchiveWriter {
  #open = Number.NaN;
  #line = '';

  write(fields: LineFields, { interval }: ArchiveFile): void {
    const { clock, lot } = this.parts;
    const opened = clock.read(fields, 0, 'open_time');
    const closed = clock.end(fields, 6, 'close_time');
    const lengthNs = INTERVALS.get(interval)! * 1e6;
    if (closed <= opened || closed - opened > (lengthNs || 31 * 86_400e9)) {
      throw new RangeError(
        `close_time is ${fields.text(6)}: it lies ${(closed - opened) / 1e9} s after open_time ${fields.text(0)}, no bar of ${interval}`,
      );
    }
    const open = this.price(fields, 1, 'open');
    const high = this.price(fields, 2, 'high');
    const low = this.price(fields, 3, 'low');
    const close = this.price(fields, 4, 'close');
    const volume = fields.lots(5, 'volume', lot);
    const trades = fields.integer(8, 'count');
    if (!(low <= Math.min(open, close) && Math.max(open, close) <= high)) {
      throw new RangeError(
        `open, high, low, close are ${open}, ${high}, ${low}, ${close} ticks: high and low must enclose them`,
      );
    }
    if ((volume === 0) !== (trades === 0)) {
      throw new RangeError(
        `volume is ${fields.text(5)} and count is ${trades}: bars of an index or mark price, not of trades`,
      );
    }
    if (!this.#follows(opened, lengthNs, fields)) return;
    if (closed - opened < lengthNs)
      this.count('short-bar', 'bars closed before their interval was over; they were kept');
    const row = this.add(closed, BAR, Flag.last, close, volume);
    this.parts.collector.rows.setBar(row, open, high, low);
  }

  /** False for a bar that was there before. */
  #follows(opened: number, lengthNs: number, fields: LineFields): boolean {
    const line = fields.text(1) + fields.text(2) + fields.text(3) + fields.text(4) + fields.text(5);
    if (opened === this.#open) {
      if (line !== this.#line) throw new RangeError(`open_time ${fields.text(0)} is that of another bar before it`);
      this.count('duplicate-bar', 'bars that were there before were left out');
      return false;
    }
    if (opened - this.#open > lengthNs) this.count('bar-gap', 'bars do not follow the one before: some are missing');
    if (!(opened < this.#open)) this.#open = opened;
    this.#line = line;
    return true;
  }
}

const FUNDING = codeOf(Kind.funding, Side.none);
const HOUR_NS = 3600e9;

/** fundingRate: the rate that was paid at calc_time. */
class FundingWriter extends ArchiveWriter {
  #paid = Number.NaN;
  #rate = Number.NaN;

  write(fields: LineFields): void {
    const paid = this.parts.clock.read(fields, 0, 'calc_time');
    const hours = fields.integer(1, 'funding_interval_hours');
    const rate = this.#rateOf(fields.text(2));
    if (hours === 0) throw new RangeError('funding_interval_hours is 0');
    if (paid === this.#paid) {
      if (rate !== this.#rate) throw new RangeError(`calc_time ${fields.text(0)} has had another rate, ${this.#rate}`);
      this.count('duplicate-funding', 'funding that was there before was left out');
      return;
    }
    // They are calculated some milliseconds after the hour.
    if (paid - this.#paid > (hours + 0.5) * HOUR_NS) {
      this.count('funding-gap', 'funding does not follow the one before: some is missing');
    }
    this.#paid = paid;
    this.#rate = rate;
    const row = this.add(paid, FUNDING, Flag.last, 0, 0);
    this.parts.collector.rows.setValue(row, rate);
  }

  #rateOf(text: string): number {
    try {
      parseDecimal(text);
    } catch {
      throw new RangeError(`last_funding_rate is ${brief(text)} where a decimal was expected`);
    }
    const rate = Number(text);
    if (Math.abs(rate) < 1) return rate;
    throw new RangeError(`last_funding_rate is ${text}: a fraction such as 0.0001 was expected`);
  }
}

export function archiveWriter(kind: ArchiveKind, parts: ArchiveParts): ArchiveWriter {
  if (kind === 'bookTicker') return new QuoteWriter(parts);
  if (kind === 'klines') return new BarWriter(parts);
  if (kind === 'fundingRate') return new FundingWriter(parts);
  return new TradeWriter(parts, kind === 'aggTrades');
}
