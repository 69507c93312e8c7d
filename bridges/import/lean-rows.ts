/**
 * Lines of LEAN's files → rows of the tape: bars, trades, quotes. Prices stay raw.
 * Knows nothing of files and folders. Called by lean, whose page (docs/import/lean.md) has the rules in words.
 */
import { codeOf, Flag, Kind, MAX_PRICE_TICKS, Side } from '../../core/index.js';
import type { DecimalReader } from './decimal-reader.js';
import { leanDay } from './lean-actions.js';
import type { LeanFile, LeanResolution } from './lean-path.js';
import { type LeanShape, leanShape, NOWHERE } from './lean-shape.js';
import { brief, type LineFields } from './line-fields.js';
import type { RowCollector } from './row-collector.js';
import type { Zone } from './zoned-time.js';

const BAR = codeOf(Kind.bar, Side.none);
const TRADE = codeOf(Kind.trade, Side.none);
const BID = codeOf(Kind.quote, Side.buy);
const ASK = codeOf(Kind.quote, Side.sell);

const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1_000;
const LENGTH_SECONDS = { tick: 0, second: 1, minute: 60, hour: 3_600, daily: DAY_SECONDS } as const;
const NANOS_PER_MS = 1e6;
const ZERO = 48;
const POINT = 46;

/** One side of the quote at hand. */
interface QuoteSide {
  /** False: the line does not have it. */
  there: boolean;
  ticks: number;
  lots: number;
}

export interface LeanRowParts {
  readonly collector: RowCollector;
  readonly zone: Zone;
  readonly tick: DecimalReader;
  readonly lot: DecimalReader;
  /** ns from exchange to local time. */
  readonly travelNs: number;
  /** Lots of quotes that have no size; `NaN`: such quotes are refused. */
  readonly quoteLots: number;
  /** Ticks of this exchange alone. */
  readonly exchange: string | undefined;
  /** Days, as seconds of their midnights as if they were UTC; both inclusive. */
  readonly from: number;
  readonly to: number;
}

export class LeanRows {
  /** Rows that happened before one of their file's kind that stands before them. */
  reordered = 0;
  /** The first and last day that have rows. */
  firstDay = Number.POSITIVE_INFINITY;
  lastDay = Number.NEGATIVE_INFINITY;
  readonly #parts: LeanRowParts;
  #file!: LeanFile;
  #shape!: LeanShape;
  #latest = Number.NEGATIVE_INFINITY;
  #first = Number.NaN;
  /** The exchange whose quotes have come. */
  #quoting = '';
  readonly #bid: QuoteSide = { there: false, ticks: 0, lots: 0 };
  readonly #ask: QuoteSide = { there: false, ticks: 0, lots: 0 };
  /** Of the line at hand: its day, seconds since then, ns within the second. */
  #day = 0;
  #seconds = 0;
  #nanos = 0;

  constructor(parts: LeanRowParts) {
    this.#parts = parts;
  }

  begin(file: LeanFile): void {
    if (this.#file?.quotes !== file.quotes) this.#latest = Number.NEGATIVE_INFINITY;
    this.#file = file;
    this.#shape = leanShape(file);
  }

  line(fields: LineFields): void {
    this.#checkWidth(fields);
    this.#readTime(fields);
    if (this.#day < this.#parts.from || this.#day > this.#parts.to) {
      this.#count('other-days', 'lines of days that were not asked for were left out');
      return;
    }
    const { resolution, quotes } = this.#file;
    if (resolution === 'tick') quotes ? this.#quoteTick(fields) : this.#tradeTick(fields);
    else quotes ? this.#quoteBar(fields) : this.#bar(fields);
  }

  /** The collector's time of a wall-clock time. Throws `RangeError` beyond what a tape holds. */
  time(wallSeconds: number, nanos: number): number {
    const time = this.#parts.collector.time(this.#parts.zone.toUtc(wallSeconds), nanos);
    if (Number.isNaN(this.#first)) this.#first = time;
    if (Math.abs(time - this.#first) <= Number.MAX_SAFE_INTEGER) return time;
    throw new RangeError('it lies more than 104 days from the first line: choose the days (from, to)');
  }

  #count(name: string, note: string): void {
    this.#parts.collector.tally.count(name, note);
  }

  #checkWidth({ count }: LineFields): void {
    const { widths } = this.#shape;
    if (widths.includes(count)) return;
    const { resolution, quotes, security } = this.#file;
    const what = `${quotes ? 'quotes' : 'trades'} of ${security} by ${resolution}`;
    if (widths.length === 0) throw new RangeError(`LEAN has no ${what}`);
    throw new RangeError(`there are ${count} fields where ${what} have ${widths.join(' or ')}`);
  }

  #readTime(fields: LineFields): void {
    if (Number.isNaN(this.#file.day)) this.#readDateTime(fields.text(0));
    else {
      this.#day = this.#file.day;
      this.#readMilliseconds(fields);
    }
  }

  #readDateTime(text: string): void {
    const [, day, hour, minute] = /^(\d{8}) (\d\d):(\d\d)$/.exec(text) ?? [];
    if (day === undefined || Number(hour) > 23 || Number(minute) > 59) {
      throw new RangeError(`time is ${brief(text)}, none such as 20131001 09:00`);
    }
    this.#day = leanDay(day, 'time');
    this.#seconds = Number(hour) * 3_600 + Number(minute) * 60;
    this.#nanos = 0;
  }

  /** Digit by digit, without a text for each line. */
  #readMilliseconds({ bytes, starts }: LineFields): void {
    const end = starts[1]! - 1;
    let at = starts[0]!;
    let ms = 0;
    for (; at < end && isDigit(bytes[at]!) && ms < DAY_MS; at++) ms = ms * 10 + bytes[at]! - ZERO;
    let nanos = 0;
    let unit = NANOS_PER_MS;
    const point = at;
    if (at > starts[0]! && bytes[at] === POINT) {
      for (at++; at < end && isDigit(bytes[at]!); at++) {
        unit /= 10;
        if (unit >= 1) nanos += (bytes[at]! - ZERO) * unit;
      }
    }
    if (at < end || at === starts[0] || at === point + 1 || ms >= DAY_MS) {
      const text = bytes.toString('utf8', starts[0], end);
      throw new RangeError(`time is ${brief(text)}, no milliseconds since midnight`);
    }
    if (unit < 1) this.#count('time-rounded', 'times finer than 1 ns were cut to it');
    this.#seconds = Math.floor(ms / 1_000);
    this.#nanos = (ms - this.#seconds * 1_000) * NANOS_PER_MS + Math.round(nanos);
  }

  /** When what the line says was known: a bar once it is over. */
  #happened(resolution: LeanResolution): number {
    const wall = this.#day + this.#seconds;
    // A day ends with the next midnight, however long it was.
    if (resolution === 'daily') return this.time(wall + DAY_SECONDS, 0);
    const started = this.time(wall, this.#nanos);
    return started + LENGTH_SECONDS[resolution] * 1e9;
  }

  #add(happened: number, code: number, flags: number, ticks: number, lots: number): number {
    if (happened < this.#latest) this.reordered++;
    else this.#latest = happened;
    if (this.#day < this.firstDay) this.firstDay = this.#day;
    if (this.#day > this.lastDay) this.lastDay = this.#day;
    return this.#parts.collector.rows.add(happened, happened + this.#parts.travelNs, code, flags, 0, ticks, lots);
  }

  #price(fields: LineFields, place: number, name: string): number {
    const ticks = fields.ticks(place, name, this.#parts.tick);
    if (ticks > 0 || this.#file.security === 'future') return ticks;
    throw new RangeError(`${name}: price ${fields.text(place)} is not above 0`);
  }

  #bar(fields: LineFields): void {
    const happened = this.#happened(this.#file.resolution);
    const open = this.#price(fields, 1, 'open');
    const high = this.#price(fields, 2, 'high');
    const low = this.#price(fields, 3, 'low');
    const close = this.#price(fields, 4, 'close');
    const volume = fields.lots(5, 'volume', this.#parts.lot);
    checkBar(open, high, low, close, '');
    const row = this.#add(happened, BAR, Flag.last, close, volume);
    this.#parts.collector.rows.setBar(row, open, high, low);
  }

  /** Quotes as they stood when the bar was over. */
  #quoteBar(fields: LineFields): void {
    const happened = this.#happened(this.#file.resolution);
    this.#readSideOfBar(fields, 1, 'bid', this.#bid);
    this.#readSideOfBar(fields, 6, 'ask', this.#ask);
    this.#quotes(happened);
  }

  #readSideOfBar(fields: LineFields, place: number, side: string, into: QuoteSide): void {
    into.there = !fields.isEmpty(place + 3);
    if (!into.there) return;
    const open = this.#price(fields, place, `${side} open`);
    const high = this.#price(fields, place + 1, `${side} high`);
    const low = this.#price(fields, place + 2, `${side} low`);
    into.ticks = this.#price(fields, place + 3, `${side} close`);
    checkBar(open, high, low, into.ticks, `${side} `);
    into.lots = this.#size(fields, place + 4, `${side} size`);
  }

  /** Lots of a quote, or those given for quotes without. */
  #size(fields: LineFields, place: number, name: string): number {
    const lots = place < 0 || fields.isEmpty(place) ? 0 : fields.lots(place, name, this.#parts.lot);
    if (lots > 0) return lots;
    const { quoteLots } = this.#parts;
    if (Number.isNaN(quoteLots)) {
      throw new RangeError(
        `${name} is ${place < 0 ? 'not in the file' : brief(fields.text(place))}: say how much such quotes are good for (quoteSize)`,
      );
    }
    this.#count('quotes-without-size', 'quotes without a size have the one that was given');
    return quoteLots;
  }

  #quoteTick(fields: LineFields): void {
    if (this.#leftOut(fields)) return;
    const happened = this.#happened('tick');
    const sized = fields.count > 3;
    this.#readSide(fields, 1, sized ? 2 : NOWHERE, 'bid price', 'bid size', this.#bid);
    this.#readSide(fields, sized ? 3 : 2, sized ? 4 : NOWHERE, 'ask price', 'ask size', this.#ask);
    this.#quotes(happened);
  }

  /** A side of a tick, which is not there where its price is empty or 0. */
  #readSide(fields: LineFields, place: number, size: number, price: string, quantity: string, into: QuoteSide): void {
    const ticks = fields.isEmpty(place) ? 0 : fields.ticks(place, price, this.#parts.tick);
    into.there = ticks !== 0;
    if (!into.there) return;
    into.ticks = this.#price(fields, place, price);
    into.lots = this.#size(fields, size, quantity);
  }

  /** Rows of the two sides as last read. */
  #quotes(happened: number): void {
    const bid = this.#bid;
    const ask = this.#ask;
    if (!(bid.there && ask.there)) {
      this.#count('one-sided-quotes', 'quotes that have one side alone leave the other as it is');
    } else if (bid.ticks >= ask.ticks) {
      this.#count('crossed-book', 'quotes with the bid not below the ask were kept');
    }
    if (bid.there) this.#add(happened, BID, ask.there ? 0 : Flag.last, bid.ticks, bid.lots);
    if (ask.there) this.#add(happened, ASK, Flag.last, ask.ticks, ask.lots);
  }

  #tradeTick(fields: LineFields): void {
    if (this.#leftOut(fields)) return;
    const happened = this.#happened('tick');
    const ticks = this.#price(fields, 1, 'price');
    const lots = fields.lots(2, 'quantity', this.#parts.lot);
    if (lots === 0) this.#count('zero-quantity', 'trades of quantity 0 were left out');
    else this.#add(happened, TRADE, Flag.last, ticks, lots);
  }

  /** Whether a tick is of another exchange, or flagged as suspicious by who recorded it. */
  #leftOut(fields: LineFields): boolean {
    const { widths, exchange } = this.#shape;
    const wanted = this.#parts.exchange;
    if (exchange >= 0) {
      const name = fields.text(exchange);
      if (wanted !== undefined && name !== wanted) {
        this.#count('other-exchanges', 'ticks of exchanges that were not asked for were left out');
        return true;
      }
      if (this.#file.quotes && this.#file.security === 'equity') this.#checkQuoting(name);
    }
    const flagged = exchange >= 0 || fields.count > widths[0]!;
    const last = fields.count - 1;
    const flag = flagged && fields.count > 3 ? fields.text(last) : '0';
    if (flag !== '0' && flag !== '1') throw new RangeError(`suspicious is ${brief(flag)}, neither 0 nor 1`);
    if (flag === '1') this.#count('suspicious-ticks', 'ticks that the recorder flagged as suspicious were left out');
    return flag === '1';
  }

  /** Best quotes of several exchanges are no best quotes. */
  #checkQuoting(name: string): void {
    if (this.#quoting === '') this.#quoting = name;
    if (name === this.#quoting) return;
    throw new RangeError(
      `exchange is ${brief(name)}, and quotes before were of ${brief(this.#quoting)}: choose one (exchange)`,
    );
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

function checkBar(open: number, high: number, low: number, close: number, side: string): void {
  if (low <= Math.min(open, close) && Math.max(open, close) <= high && high <= MAX_PRICE_TICKS) return;
  throw new RangeError(
    `${side}open, high, low, close are ${open}, ${high}, ${low}, ${close} ticks: high and low must enclose them`,
  );
}
