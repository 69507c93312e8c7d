/**
 * Imports raw Binance websocket captures, futures and spot: one line `local_ns {json}` as hftbacktest's collector writes
 * them, gzip or plain, files of consecutive days as one tape.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * Rules (those of hftbacktest's converter, so that its results can be compared):
 * - trade: at `T`; a buyer who was the maker (`m`) means a sell aggressor. On futures only `X` = MARKET is a trade of the
 *   book; insurance fund and the like are left out and counted.
 * - depth diff: its bids, then its asks, at `T`; diffs from before the first snapshot are kept. Spot diffs have no `T`: `E`.
 * - where diffs are missing, which hftbacktest's converter does not look at, the book is emptied until the next snapshot that joins
 *   the diffs since (binance-book).
 * - snapshot (a REST answer among the lines): for each side a clear down to the last listed price, then its levels, at its
 *   own `T`. A spot snapshot has no time: the time of the last diff that it already contains; where there is none, its
 *   local time, or the next diff's time if that is earlier.
 * - local time = the line's first 19 digits; where any row was received before it happened all are moved by the worst.
 * - a level whose quantity is not a whole number of lots (Binance spot shows such dust) is rounded to the nearest lot, never
 *   to 0, and counted, or refused if so wished; trades and quotes off the lot and prices off the tick are refused always.
 * - bookTicker: only on request. On spot it has no exchange time: the (moved) local time less a stated latency.
 */
import { codeOf, Flag, Instrument, Kind, Side } from '../../core/index.js';
import { BinanceBook } from './binance-book.js';
import { TradeChain, UpdateChain } from './binance-continuity.js';
import { brief, type Fields, integer, isObject, levels } from './capture-fields.js';
import { CaptureLine, PassedOver } from './capture-line.js';
import { CaptureNumbers } from './capture-numbers.js';
import { ImportError, type InputFact, type OnProgress, readLines } from './input-file.js';
import { type ImportedTape, RowCollector, type RowKeeping } from './row-collector.js';

export interface BinanceCaptureOptions extends RowKeeping {
  /** In order of time. */
  readonly files: readonly string[];
  /** The instrument's name on the tape. */
  readonly symbol: string;
  /** Price step, e.g. `0.1`; prices off it are refused. */
  readonly tick: string;
  /** Quantity step, e.g. `0.001`; see `offLotLevels`. */
  readonly lot: string;
  /**
   * Depth levels off the lot: `round` (default) to the nearest lot and count, as long as they are at most 1 in 1,000;
   * `refuse` the first.
   */
  readonly offLotLevels?: 'round' | 'refuse';
  /** Also take bookTicker as quote rows (a bid row, then an ask row). */
  readonly quotes?: boolean;
  /** Spot quotes only, ns ≥ 0: how long a quote is taken to have travelled, as spot's bookTicker has no exchange time. */
  readonly spotQuoteLatencyNs?: number;
  readonly onProgress?: OnProgress;
}

const TRADE_BUY = codeOf(Kind.trade, Side.buy);
const TRADE_SELL = codeOf(Kind.trade, Side.sell);

/** Throws `ImportError` with file, line, field and value where something cannot be imported. */
export async function importBinanceCapture(options: BinanceCaptureOptions): Promise<ImportedTape> {
  const { files, symbol, tick, lot } = options;
  if (files.length === 0) throw new ImportError('binance-capture: no files were given');
  const reader = new CaptureReader(options);
  const facts: InputFact[] = [];
  for (const [file, path] of files.entries()) {
    reader.beginFile(path);
    const onBytes = (bytesRead: number, bytesTotal: number) =>
      options.onProgress?.({ file, files: files.length, path, bytesRead, bytesTotal });
    facts.push(await readLines(path, reader.line, onBytes));
  }
  reader.end();
  return reader.collector.finish({
    importer: 'binance-capture',
    version: '1',
    instruments: [{ symbol, tick, lot }],
    files: facts,
    choices: { market: reader.market ?? 'unknown (no depth)', venueSymbol: reader.venueSymbol },
  });
}

/** One pass over the lines of all files. */
class CaptureReader {
  readonly collector: RowCollector;
  market: 'futures' | 'spot' | undefined;
  venueSymbol = '';
  readonly #symbol: string;
  readonly #numbers: CaptureNumbers;
  readonly #quotes: boolean;
  readonly #spotQuoteLatencyNs: number | undefined;
  readonly #updates: UpdateChain;
  readonly #trades: TradeChain;
  readonly #book: BinanceBook;
  readonly #unknown = new PassedOver();
  readonly #at: CaptureLine;
  /** Spot: time and last update id of the latest diffs, to place a snapshot; rows of a snapshot still without a time. */
  #recentDiffs: { last: number; time: number }[] = [];
  #untimed: { from: number; to: number; local: number } | undefined;
  /** Rows of spot quotes, which have no time of their own. */
  #untimedQuotes = 0;

  constructor(options: BinanceCaptureOptions) {
    new Instrument(options, 0); // refuses a bad symbol, tick or lot before any file is read
    this.collector = new RowCollector({}, options);
    this.#at = new CaptureLine(this.collector);
    this.#updates = new UpdateChain(this.collector.tally);
    this.#trades = new TradeChain(this.collector.tally);
    this.#symbol = options.symbol;
    this.#numbers = new CaptureNumbers(options.tick, options.lot, options.offLotLevels !== 'refuse', () => this.#at);
    this.#book = new BinanceBook(this.collector, this.#numbers, this.#at);
    this.#quotes = options.quotes ?? false;
    const latency = options.spotQuoteLatencyNs;
    if (latency !== undefined && !(Number.isSafeInteger(latency) && latency >= 0)) {
      throw new RangeError(`spotQuoteLatencyNs is ${latency}; it must be a whole number of ns ≥ 0`);
    }
    this.#spotQuoteLatencyNs = latency;
  }

  beginFile(path: string): void {
    this.#at.beginFile(path);
  }

  readonly line = (bytes: Buffer, start: number, end: number, line: number): void => {
    const message = this.#at.read(bytes, start, end, line);
    if (message === undefined) return;
    if (message.lastUpdateId !== undefined) this.#snapshot(message);
    else if (isObject(message.data)) this.#streamed(message.data, message.stream);
    else this.#unknown.add(typeof message.stream === 'string' ? message.stream : 'no stream');
  };

  #streamed(data: Fields, stream: unknown): void {
    const name = typeof stream === 'string' ? stream.slice(stream.indexOf('@') + 1) : '';
    if (data.e === 'depthUpdate') this.#diff(data);
    else if (data.e === 'trade') this.#trade(data);
    // On spot a bookTicker has no `e`.
    else if (data.e === 'bookTicker' || (data.e === undefined && name === 'bookTicker')) this.#quote(data);
    else this.#unknown.add(typeof data.e === 'string' ? data.e : name);
  }

  #diff(data: Fields): void {
    this.#checkSymbol(data);
    const previous = data.pu === undefined ? undefined : integer(data, 'pu');
    this.#setMarket(previous === undefined ? 'spot' : 'futures', 'depthUpdate');
    const ids = { first: integer(data, 'U'), last: integer(data, 'u'), previous };
    const bids = levels(data, 'b');
    const asks = levels(data, 'a');
    const happened = this.#milliseconds(data, this.market === 'spot' ? 'E' : 'T');
    const verdict = this.#updates.diff(ids);
    if (verdict === 'seen') return;
    if (this.market === 'spot') this.#rememberDiff(ids.last, happened);
    this.#book.diff(ids.last, verdict === 'follows', { bids, asks }, happened);
  }

  #snapshot(data: Fields): void {
    const spot = data.T === undefined;
    this.#setMarket(spot ? 'spot' : 'futures', 'snapshot');
    const id = integer(data, 'lastUpdateId');
    const bids = levels(data, 'bids');
    const asks = levels(data, 'asks');
    const happened = spot ? this.#spotSnapshotTime(id) : this.#milliseconds(data, 'T');
    const verdict = this.#updates.snapshot(id, spot);
    if (verdict === 'behind' && !this.#book.holds) {
      this.collector.tally.count(
        'snapshot-behind-diffs',
        'snapshots were older than diffs received before them: on the local side their levels are set back until updated',
      );
    }
    const { from, to, next } = this.#book.snapshot(id, verdict !== 'apart', { bids, asks }, happened);
    if (!Number.isNaN(happened) || from === to) return;
    this.#untimed = { from, to, local: this.#at.localNs };
    if (!Number.isNaN(next)) this.#settleUntimed(next);
  }

  /** The last diff that the snapshot contains; `NaN` when none has come yet. */
  #spotSnapshotTime(id: number): number {
    this.#settleUntimed(Infinity);
    this.collector.tally.count(
      'snapshot-time-inferred',
      'spot snapshots carry no time: they stand at the time of the last diff they contain, else at their local time or ' +
        "the next diff's, whichever is earlier",
    );
    return this.#recentDiffs.findLast(({ last }) => last <= id)?.time ?? Number.NaN;
  }

  #rememberDiff(last: number, time: number): void {
    this.#settleUntimed(time);
    this.collector.tally.count(
      'event-time-used',
      'spot depth diffs carry no `T`: their exchange time is `E`, when they were sent',
    );
    this.#recentDiffs.push({ last, time });
    if (this.#recentDiffs.length > 1_000) this.#recentDiffs = this.#recentDiffs.slice(-500);
  }

  #settleUntimed(nextDiffTime: number): void {
    if (this.#untimed === undefined) return;
    const { from, to, local } = this.#untimed;
    const time = Math.min(local, nextDiffTime);
    this.collector.rows.revise(from, to, ({ exchangeNs }, start, end) => exchangeNs.fill(time, start, end));
    this.#untimed = undefined;
  }

  #trade(data: Fields): void {
    this.#checkSymbol(data);
    const id = integer(data, 't');
    const happened = this.#milliseconds(data, 'T');
    if (typeof data.m !== 'boolean') throw new RangeError(`m is ${brief(data.m)} where true or false was expected`);
    const ticks = this.#numbers.ticks(data.p, 'p');
    const lots = this.#numbers.lots(data.q, 'q');
    if (!this.#trades.trade(id)) return;
    if (data.X !== undefined && data.X !== 'MARKET') {
      this.collector.tally.count(
        'off-book-trades',
        'trades other than X = MARKET (insurance fund, auto-deleveraging …) were left out',
      );
      return;
    }
    this.collector.rows.add(happened, this.#at.localNs, data.m ? TRADE_SELL : TRADE_BUY, Flag.last, 0, ticks, lots);
  }

  #quote(data: Fields): void {
    this.#checkSymbol(data);
    const spot = data.T === undefined;
    const happened = spot ? Number.NaN : this.#milliseconds(data, 'T');
    const bidTicks = this.#numbers.ticks(data.b, 'b');
    const bidLots = this.#numbers.lots(data.B, 'B');
    const askTicks = this.#numbers.ticks(data.a, 'a');
    const askLots = this.#numbers.lots(data.A, 'A');
    if (!this.#quotes) return;
    if (spot && this.#spotQuoteLatencyNs === undefined) {
      throw new RangeError(
        'bookTicker has no exchange time on spot: say how old a quote is when it arrives (spotQuoteLatencyNs)',
      );
    }
    const rows = this.collector.rows;
    rows.add(happened, this.#at.localNs, codeOf(Kind.quote, Side.buy), 0, 0, bidTicks, bidLots);
    rows.add(happened, this.#at.localNs, codeOf(Kind.quote, Side.sell), Flag.last, 0, askTicks, askLots);
    if (spot) this.#untimedQuotes += 2;
  }

  /** After the last file: what could only be decided now. */
  end(): void {
    this.#settleUntimed(Infinity);
    this.#book.end();
    this.#numbers.countOffLot(this.collector.tally);
    this.collector.shiftLocalClock();
    if (this.#untimedQuotes > 0) this.collector.timeUntimed(this.#spotQuoteLatencyNs!);
    const { tally } = this.collector;
    tally.count(
      'quote-time-inferred',
      `spot quotes carry no exchange time: it was taken to be ${this.#spotQuoteLatencyNs} ns before the local time`,
      this.#untimedQuotes,
    );
    this.#unknown.countIn(this.collector);
    if (this.venueSymbol !== '' && this.venueSymbol !== this.#symbol) {
      tally.count('renamed-symbol', `the capture says ${this.venueSymbol}, the tape says ${this.#symbol}`);
    }
  }

  #setMarket(market: 'futures' | 'spot', what: string): void {
    this.market ??= market;
    if (this.market !== market) {
      throw new RangeError(
        `a ${market} ${what} among ${this.market} data: import spot and futures into tapes of their own`,
      );
    }
  }

  #checkSymbol(data: Fields): void {
    if (data.s === this.venueSymbol) return;
    if (typeof data.s !== 'string' || data.s === '')
      throw new RangeError(`s is ${brief(data.s)} where a symbol was expected`);
    if (this.venueSymbol !== '') {
      throw new RangeError(
        `s is "${data.s}" where all before was "${this.venueSymbol}": import each symbol into a tape of its own`,
      );
    }
    this.venueSymbol = data.s;
  }

  #milliseconds(data: Fields, field: string): number {
    const time = integer(data, field);
    const seconds = Math.floor(time / 1000);
    return this.collector.time(seconds, (time - seconds * 1000) * 1e6);
  }
}
