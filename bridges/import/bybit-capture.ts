/**
 * Imports raw captures of Bybit's public websocket (v5), linear, inverse and spot: one line `local_ns {json}`, plain, gzip or
 * zstd, files of consecutive days as one tape.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 * Source: Bybit's API documentation, v5, WebSocket, public topics.
 *
 * - orderbook.N: a snapshot replaces the book; a delta must have `u` = the one before + 1, else the book is emptied until the next
 *   snapshot. Time: `cts`, of the matching engine; where it is missing (before 2024), `ts`, when it was sent, counted.
 * - orderbook.1: only on request, as quotes. Several other depths: one must be chosen.
 * - publicTrade: at `T`, side of the taker; block trades are not of the book, left out and counted.
 * - tickers: mark prices when they change, funding when it is paid. allLiquidation, liquidation: custom rows of value 1.
 */
import { Side } from '../../core/index.js';
import { CaptureBook, CaptureQuotes } from './capture-book.js';
import { brief, decimalValue, type Fields, integer, integerText, isObject, levels, objects } from './capture-fields.js';
import { type CaptureOptions, CaptureReader, importCapture, sideOf } from './capture-reader.js';
import type { ImportedTape } from './row-collector.js';

export interface BybitCaptureOptions extends CaptureOptions {
  /** Which `orderbook.N` makes the book, e.g. 50, where there are several; the others are left out and counted. */
  readonly depth?: number;
}

/** Throws `ImportError` with file, line, field and value where something cannot be imported. */
export async function importBybitCapture(options: BybitCaptureOptions): Promise<ImportedTape> {
  return importCapture('bybit-capture', new BybitReader(options), options);
}

/** Trade ids remembered, to find trades that came twice: the ids themselves have no order. */
const REMEMBERED_TRADES = 10_000;

/** One pass over the lines of all files. */
export class BybitReader extends CaptureReader {
  readonly #options: BybitCaptureOptions;
  readonly #book: CaptureBook;
  readonly #quotes: CaptureQuotes;
  readonly #tradeIds = new Set<string>();
  #depth: string | undefined;
  #last = Number.NaN;
  #quoteLast = Number.NaN;
  #liquidationTopic = '';
  /** What the ticker last said. */
  #due = 0;
  #rate = Number.NaN;

  constructor(options: BybitCaptureOptions) {
    super(options);
    const { depth } = options;
    if (depth !== undefined && !(Number.isSafeInteger(depth) && depth > 1)) {
      throw new RangeError(`depth is ${depth}; it must be the N of an orderbook.N above 1 (orderbook.1: quotes)`);
    }
    this.#options = options;
    this.#depth = depth === undefined ? undefined : String(depth);
    this.#book = new CaptureBook(this.collector, this.numbers, this.at);
    this.#quotes = new CaptureQuotes(this.collector, this.numbers, this.at);
  }

  override get choices(): Record<string, string> {
    return { ...super.choices, book: this.#depth === undefined ? 'none' : `orderbook.${this.#depth}` };
  }

  protected message(message: Fields): void {
    const { topic } = message;
    if (typeof topic !== 'string') {
      this.passedOver.add(typeof message.op === 'string' ? message.op : 'no topic');
      return;
    }
    const [name, second] = topic.split('.');
    if (name === 'orderbook') this.#orderbook(message, second ?? '');
    else if (name === 'publicTrade') for (const data of objects(message, 'data')) this.#trade(data);
    else if (name === 'tickers') this.#ticker(message);
    else if (name === 'allLiquidation') {
      for (const data of objects(message, 'data')) this.#liquidated(data, 'allLiquidation', ['s', 'S', 'v', 'p', 'T']);
    } else if (name === 'liquidation') {
      this.#liquidated(dataOf(message), name, ['symbol', 'side', 'size', 'price', 'updatedTime']);
    } else this.passedOver.add(name!);
  }

  #orderbook(message: Fields, depth: string): void {
    if (!/^\d{1,6}$/.test(depth)) {
      throw new RangeError(`topic is ${brief(message.topic)} where orderbook.50.SYMBOL or another depth was expected`);
    }
    const data = dataOf(message);
    this.checkSymbol(data, 's');
    const best = depth === '1';
    if (best ? this.#options.quotes !== true : this.#isOtherDepth(depth)) {
      this.passedOver.add(`orderbook.${depth}`);
      return;
    }
    const snapshot = isSnapshot(message);
    const id = integer(data, 'u');
    const bids = { field: 'b', levels: levels(data, 'b') };
    const asks = { field: 'a', levels: levels(data, 'a') };
    const happened = this.#bookTime(message);
    if (best) this.#quote(snapshot, id, [bids, asks, happened]);
    else if (snapshot) {
      this.#last = id;
      this.#book.snapshot(bids, asks, happened);
    } else if (this.#follows(id, happened)) this.#book.change(bids, asks, happened);
  }

  #isOtherDepth(depth: string): boolean {
    this.#depth ??= depth;
    if (this.#depth === depth) return false;
    if (this.#options.depth !== undefined) return true;
    throw new RangeError(`orderbook.${depth} among orderbook.${this.#depth}: say which depth makes the book (depth)`);
  }

  /** `cts` is when the matching engine made it, `ts` when it was sent. */
  #bookTime(message: Fields): number {
    if (message.cts !== undefined) return this.time(integer(message, 'cts'));
    const happened = this.time(integer(message, 'ts'));
    this.collector.tally.count(
      'sent-time-used',
      'depth messages carry no `cts`: their exchange time is `ts`, when they were sent',
    );
    return happened;
  }

  /** Whether a delta is to be applied. */
  #follows(id: number, happened: number): boolean {
    const last = this.#last;
    if (id === last) {
      this.collector.tally.count('duplicate-diff', 'depth messages that came twice were left out');
      return false;
    }
    this.#last = id;
    if (Number.isNaN(last) || id === last + 1) return true;
    this.#book.gap(`u ${last} is followed by ${id}`, happened);
    return false;
  }

  /** Snapshots alone today; until 2024 deltas among them. */
  #quote(snapshot: boolean, id: number, [bids, asks, happened]: Parameters<CaptureQuotes['change']>): void {
    if (snapshot) this.#quotes.snapshot(bids, asks, happened);
    else if (id === this.#quoteLast + 1) this.#quotes.change(bids, asks, happened);
    else {
      this.collector.tally.count(
        'quote-gap',
        'changes of orderbook.1 that do not follow the one before were left out: no quote until the next snapshot',
      );
      this.#quotes.snapshot({ ...bids, levels: [] }, { ...asks, levels: [] }, happened);
    }
    this.#quoteLast = snapshot || id === this.#quoteLast + 1 ? id : Number.NaN;
  }

  #trade(data: Fields): void {
    this.checkSymbol(data, 's');
    const happened = this.time(integer(data, 'T'));
    const side = sideOf(data, 'S', 'Buy', 'Sell');
    const ticks = this.numbers.ticks(data.p, 'p');
    const lots = this.numbers.lots(data.v, 'v');
    const { i: id, BT: block } = data;
    if (typeof id !== 'string' || id === '') throw new RangeError(`i is ${brief(id)} where a trade id was expected`);
    if (block !== undefined && typeof block !== 'boolean') {
      throw new RangeError(`BT is ${brief(block)} where true or false was expected`);
    }
    if (this.#cameBefore(id)) {
      this.collector.tally.count('duplicate-trade', 'trades with an id that had been seen before were left out');
    } else if (block === true) {
      this.collector.tally.count('off-book-trades', 'block trades (BT) were left out: they are not of the book');
    } else this.trade(happened, side, ticks, lots);
  }

  #cameBefore(id: string): boolean {
    if (this.#tradeIds.has(id)) return true;
    this.#tradeIds.add(id);
    if (this.#tradeIds.size > REMEMBERED_TRADES) {
      for (const oldest of this.#tradeIds) {
        this.#tradeIds.delete(oldest);
        break;
      }
    }
    return false;
  }

  /** A field that a delta leaves out has not changed. Spot has neither marks nor funding, dated futures no funding. */
  #ticker(message: Fields): void {
    const data = dataOf(message);
    this.checkSymbol(data, 'symbol');
    const happened = this.time(integer(message, 'ts'));
    if (isSnapshot(message)) {
      this.#due = 0;
      this.#rate = Number.NaN;
    }
    if (isGiven(data.fundingRate)) this.#rate = this.rate(decimalValue(data, 'fundingRate'), 'fundingRate');
    if (isGiven(data.nextFundingTime)) this.#due = integerText(data, 'nextFundingTime');
    if (this.#due !== 0) this.funding(happened, 'nextFundingTime', this.#due, this.#rate);
    if (isGiven(data.markPrice)) this.mark(happened, data, 'markPrice');
  }

  /** The venue names the position: a long one (`Buy`) ends by a sale. Its price is where it would be bankrupt. */
  #liquidated(data: Fields, topic: string, names: readonly [string, string, string, string, string]): void {
    if (this.#liquidationTopic === '') this.#liquidationTopic = topic;
    if (this.#liquidationTopic !== topic) {
      throw new RangeError(`${topic} among ${this.#liquidationTopic}: they tell of the same liquidations`);
    }
    const [symbol, side, size, price, time] = names;
    this.checkSymbol(data, symbol);
    const order = sideOf(data, side, 'Buy', 'Sell') === Side.buy ? Side.sell : Side.buy;
    const lots = this.numbers.lots(data[size], size);
    const ticks = this.numbers.nearestTicks(data[price], price, () =>
      this.collector.tally.count(
        'liquidation-rounded',
        'bankruptcy prices between two ticks were moved to the nearer one',
      ),
    );
    this.liquidation(this.time(integer(data, time)), order, ticks, lots);
  }
}

/** Empty where an instrument has no such thing. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

function dataOf(message: Fields): Fields {
  if (isObject(message.data)) return message.data;
  throw new RangeError(`data is ${brief(message.data)} where an object was expected`);
}

function isSnapshot({ type }: Fields): boolean {
  if (type === 'snapshot') return true;
  if (type === 'delta') return false;
  throw new RangeError(`type is ${brief(type)} where snapshot or delta was expected`);
}
