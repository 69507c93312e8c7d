/**
 * Imports raw captures of OKX's public websocket (v5): one line `local_ns {json}`, plain, gzip or zstd, files of consecutive days
 * as one tape.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 * Source: OKX API documentation v5, order book trading, market data; public data.
 *
 * - books, books-l2-tbt, books50-l2-tbt: a snapshot replaces the book; an update must have `prevSeqId` = the `seqId` before it, else
 *   the book is emptied until the next snapshot. `seqId` may fall (maintenance); an update without levels is a sign of life.
 * - checksum: verified where there is one (JSON channels until June 2026, since then always 0); what differs is counted.
 * - books5: each message is the whole book. bbo-tbt: only on request, as quotes. Several of these books: one must be chosen.
 * - trades: at `ts`, side of the taker; `count` fills of one order at one price are one trade, whose id is that of the last.
 * - mark-price: when it changes. funding-rate: when it is paid.
 */

import { TradeChain } from './binance-continuity.js';
import { CaptureBook, CaptureQuotes } from './capture-book.js';
import {
  brief,
  decimalValue,
  type Fields,
  integerText,
  isObject,
  levels,
  objects,
  signedInteger,
} from './capture-fields.js';
import { type CaptureOptions, CaptureReader, importCapture, sideOf } from './capture-reader.js';
import { WrittenBook } from './okx-checksum.js';
import type { ImportedTape } from './row-collector.js';

export const OKX_BOOKS = ['books', 'books5', 'books-l2-tbt', 'books50-l2-tbt'] as const;
export type OkxBook = (typeof OKX_BOOKS)[number];

export interface OkxCaptureOptions extends CaptureOptions {
  /** Which channel makes the book where there are several; the others are left out and counted. */
  readonly channel?: OkxBook;
}

/** Throws `ImportError` with file, line, field and value where something cannot be imported. */
export async function importOkxCapture(options: OkxCaptureOptions): Promise<ImportedTape> {
  return importCapture('okx-capture', new OkxReader(options), options);
}

/** One pass over the lines of all files. */
export class OkxReader extends CaptureReader {
  readonly #options: OkxCaptureOptions;
  readonly #written = new WrittenBook();
  readonly #book: CaptureBook;
  readonly #quotes: CaptureQuotes;
  readonly #trades: TradeChain;
  readonly #checksums = { equal: 0, different: 0, absent: 0 };
  #channel: string | undefined;
  #tradeChannel = '';
  #last = Number.NaN;
  #previous = Number.NaN;

  constructor(options: OkxCaptureOptions) {
    super(options);
    this.#options = options;
    this.#channel = options.channel;
    this.#book = new CaptureBook(this.collector, this.numbers, this.at, (side, ticks, lots, level) =>
      this.#written.set(side, ticks, lots, level),
    );
    this.#quotes = new CaptureQuotes(this.collector, this.numbers, this.at);
    this.#trades = new TradeChain(this.collector.tally);
  }

  override get choices(): Record<string, string> {
    const { equal, different, absent } = this.#checksums;
    const checksums = `${equal} verified, ${different} different, ${absent} without`;
    return { ...super.choices, book: this.#channel ?? 'none', checksums };
  }

  protected message(message: Fields): void {
    const { arg, event } = message;
    if (event !== undefined || arg === undefined) {
      this.passedOver.add(typeof event === 'string' ? event : 'no channel');
      return;
    }
    if (!isObject(arg) || typeof arg.channel !== 'string') {
      throw new RangeError(`arg is ${brief(arg)} where {"channel": …} was expected`);
    }
    const { channel } = arg;
    const write = this.#writerOf(channel, message);
    if (write === undefined) {
      this.passedOver.add(channel);
      return;
    }
    this.checkSymbol(arg, 'instId');
    for (const data of objects(message, 'data')) write(data);
  }

  #writerOf(channel: string, message: Fields): ((data: Fields) => void) | undefined {
    if ((OKX_BOOKS as readonly string[]).includes(channel)) {
      return this.#isOtherBook(channel) ? undefined : (data) => this.#depth(data, message);
    }
    switch (channel) {
      case 'bbo-tbt':
        return this.#options.quotes === true ? (data) => this.#quotes.snapshot(...this.#sides(data)) : undefined;
      case 'trades':
      case 'trades-all':
        this.#tradeChannel ||= channel;
        if (this.#tradeChannel !== channel) {
          throw new RangeError(`${channel} among ${this.#tradeChannel}: they tell of the same trades`);
        }
        return (data) => this.#trade(data);
      case 'mark-price':
        return (data) => this.mark(this.#time(data), data, 'markPx');
      case 'funding-rate':
        return (data) => this.#funding(data);
      default:
        return undefined;
    }
  }

  #isOtherBook(channel: string): boolean {
    this.#channel ??= channel;
    if (this.#channel === channel) return false;
    if (this.#options.channel !== undefined) return true;
    throw new RangeError(`${channel} among ${this.#channel}: say which channel makes the book (channel)`);
  }

  #sides(data: Fields): Parameters<CaptureBook['change']> {
    const bids = { field: 'bids', levels: levels(data, 'bids') };
    const asks = { field: 'asks', levels: levels(data, 'asks') };
    return [bids, asks, this.#time(data)];
  }

  #depth(data: Fields, { action }: Fields): void {
    const sides = this.#sides(data);
    if (this.#channel === 'books5') {
      this.#book.snapshot(...sides);
      return;
    }
    if (action !== 'snapshot' && action !== 'update') {
      throw new RangeError(`action is ${brief(action)} where snapshot or update was expected`);
    }
    const id = signedInteger(data, 'seqId');
    const previous = signedInteger(data, 'prevSeqId');
    const checksum = data.checksum === undefined ? 0 : signedInteger(data, 'checksum');
    if (action === 'snapshot') {
      this.#last = id;
      this.#previous = previous;
      this.#written.clear();
      this.#book.snapshot(...sides);
    } else {
      if (!this.#follows(id, previous, sides[2])) return;
      this.#book.change(...sides);
    }
    this.#verify(checksum);
  }

  /** Whether an update is to be applied. */
  #follows(id: number, previous: number, happened: number): boolean {
    const last = this.#last;
    if (id === last && previous === this.#previous && id !== previous) {
      this.collector.tally.count('duplicate-diff', 'depth messages that came twice were left out');
      return false;
    }
    this.#last = id;
    this.#previous = previous;
    if (Number.isNaN(last) || previous === last) return true;
    this.#book.gap(`seqId ${last} is followed by prevSeqId ${previous}`, happened);
    return false;
  }

  #verify(checksum: number): void {
    if (!this.#book.whole) return;
    if (checksum === 0) this.#checksums.absent++;
    else if (this.#written.checksum() === checksum) this.#checksums.equal++;
    else {
      this.#checksums.different++;
      this.collector.tally.count(
        'checksum-mismatch',
        `checksums of the book did not fit its levels: they are wrong until the next snapshot; the rows were kept ` +
          `(first: ${checksum} where the levels make ${this.#written.checksum()}, line ${this.at.line})`,
      );
    }
  }

  #trade(data: Fields): void {
    const happened = this.#time(data);
    const side = sideOf(data, 'side', 'buy', 'sell');
    const ticks = this.numbers.ticks(data.px, 'px');
    const lots = this.numbers.lots(data.sz, 'sz');
    const id = integerText(data, 'tradeId');
    const fills = data.count === undefined ? 1 : integerText(data, 'count');
    if (fills === 0) throw new RangeError('count is "0" where 1 or more was expected');
    if (this.#trades.trade(id, id - fills + 1)) this.trade(happened, side, ticks, lots);
  }

  #funding(data: Fields): void {
    const rate = this.rate(decimalValue(data, 'fundingRate'), 'fundingRate');
    this.funding(this.#time(data), 'fundingTime', integerText(data, 'fundingTime'), rate);
  }

  #time(data: Fields): number {
    return this.time(integerText(data, 'ts'));
  }
}
