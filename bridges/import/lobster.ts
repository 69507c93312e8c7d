/**
 * Imports LOBSTER message files (NASDAQ, order by order) as an L3 tape of one instrument and one day.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 * Source: the readme of the LOBSTER samples (lobsterdata.com).
 *
 * - Times are seconds after New York midnight, read digit by digit. There is one clock: local time = exchange time, plus a
 *   constant if one is given.
 * - 1 → orderAdd; 2 → orderCancel; 3 → orderCancel of all that is left; 4 → orderExecute (side = the resting order's);
 *   5 → trade with `Flag.hidden` and 6 (cross trade, newer files) → trade without aggressor; 7 → status.
 * - The file begins in the middle of a book, and holds only events within its number of levels. Orders that it touches but
 *   never adds are put at the start, in order-id order, with what is later removed of them. What rested all day untouched
 *   is not known at all; an order that joined outside the file's levels stands at the start too, which is too early.
 */
import { basename } from 'node:path';
import { codeOf, Flag, Instrument, Kind, Side, Status } from '../../core/index.js';
import type { CorrectionTally } from './correction-tally.js';
import { CrossingWatch } from './crossing-watch.js';
import { DecimalReader } from './decimal-reader.js';
import { ImportError, type InputFact, type OnProgress, readLines } from './input-file.js';
import { type LobsterMessage, LobsterMessageReader, LobsterType } from './lobster-message.js';
import { type ImportedTape, RowCollector } from './row-collector.js';
import { dateSeconds, Zone } from './zoned-time.js';

export interface LobsterOptions {
  /** One message file, CSV or CSV in gzip. */
  readonly messages: string;
  /** Default: from a file name as LOBSTER gives it, `AAPL_2012-06-21_34200000_57600000_message_10.csv`. */
  readonly symbol?: string;
  /** Trading day, `2012-06-21`; default as above. */
  readonly date?: string;
  /** Price step. Default: `0.01` if every price is a multiple of it, else `0.0001`; the tape's provenance says which. */
  readonly tick?: string;
  /** Hidden prints off a given tick: `refuse` (default) or `drop`, which is counted. Resting orders off it are refused. */
  readonly offTickPrints?: 'refuse' | 'drop';
  /** ns ≥ 0 added to the exchange time to make the local time; default 0. */
  readonly feedLatencyNs?: number;
  readonly onProgress?: OnProgress;
}

const LOBSTER_TICK = '0.0001';
const CENT = '0.01';
const LOT = '1';

/** Throws `ImportError` with file, line, field and value where something cannot be imported. */
export async function importLobster(options: LobsterOptions): Promise<ImportedTape> {
  const { symbol, date } = namedDay(options);
  const feedLatencyNs = options.feedLatencyNs ?? 0;
  if (!(Number.isSafeInteger(feedLatencyNs) && feedLatencyNs >= 0)) {
    throw new RangeError(`feedLatencyNs is ${feedLatencyNs}; it must be a whole number of ns ≥ 0`);
  }
  new Instrument({ symbol, tick: options.tick ?? CENT, lot: LOT }, 0); // refuses a bad symbol or tick before any reading
  const midnight = new Zone('America/New_York').toUtc(dateSeconds(date));

  const scan = new OrderScan();
  const fact = await eachMessage(options, 0, (message) => scan.take(message));
  const tick = options.tick ?? (scan.offCent === 0 ? CENT : LOBSTER_TICK);
  const writer = new LobsterWriter(scan, tick, options.offTickPrints ?? 'refuse', midnight, feedLatencyNs);
  const again = await eachMessage(options, 1, (message) => writer.take(message));
  if (again.sha256 !== fact.sha256) throw new ImportError(`${options.messages}: the file changed while it was read`);
  const reason = options.tick !== undefined ? 'as given' : `${scan.offCent} prices are no whole cents`;
  return writer.collector.finish({
    importer: 'lobster',
    version: '1',
    instruments: [{ symbol, tick, lot: LOT }],
    files: [fact],
    choices: { date, zone: 'America/New_York', tick: `${tick} (${reason})`, feedLatencyNs: String(feedLatencyNs) },
  });
}

function namedDay(options: LobsterOptions): { symbol: string; date: string } {
  const match = /^([^_]+)_(\d{4}-\d{2}-\d{2})_/.exec(basename(options.messages));
  const symbol = options.symbol ?? match?.[1];
  const date = options.date ?? match?.[2];
  const missing = symbol === undefined ? 'symbol' : date === undefined ? 'date' : undefined;
  if (missing !== undefined || symbol === undefined || date === undefined) {
    throw new RangeError(
      `${options.messages}: the ${missing} is not given and not in the file's name (SYMBOL_YYYY-MM-DD_…): give it`,
    );
  }
  return { symbol, date };
}

/** Both passes count as one file each in the progress. */
function eachMessage(
  { messages: path, onProgress }: LobsterOptions,
  pass: number,
  take: (message: LobsterMessage) => void,
): Promise<InputFact> {
  const reader = new LobsterMessageReader();
  return readLines(
    path,
    (bytes, start, end) => {
      if (end > start) take(reader.read(bytes, start, end));
    },
    (bytesRead, bytesTotal) => onProgress?.({ file: pass, files: 2, path, bytesRead, bytesTotal }),
  );
}

/** An order as the scan or the writer knows it. */
interface Resting {
  readonly price: number;
  readonly buy: boolean;
  size: number;
}

/** First pass: which orders were there before the file begins, whether all prices are cents, whether there are halts. */
class OrderScan {
  /** Size that is later removed of orders that the file does not add, by id. */
  readonly before = new Map<number, Resting>();
  offCent = 0;
  halts = 0;
  /** Id of the first order that the file adds; without any, all recovered orders were there at the start. */
  firstAdded = Infinity;
  readonly #added = new Set<number>();

  take({ type, orderId, size, price, buy }: LobsterMessage): void {
    if (type === LobsterType.halt) {
      this.halts++;
      return;
    }
    if (price % 100 !== 0) this.offCent++;
    if (type === LobsterType.add) {
      if (this.#added.size === 0) this.firstAdded = orderId;
      this.#added.add(orderId);
    }
    if (type === LobsterType.add || type === LobsterType.hidden || type === LobsterType.cross) return;
    if (this.#added.has(orderId)) return;
    const order = this.before.get(orderId);
    if (order === undefined) this.before.set(orderId, { price, buy, size });
    else order.size += size;
  }
}

/** Second pass: messages → rows. */
class LobsterWriter {
  readonly collector: RowCollector;
  readonly #tally: CorrectionTally;
  readonly #watch = new CrossingWatch();
  /** Ticks by price × 10,000: a day has few prices. */
  readonly #ticksOf = new Map<number, number>();
  readonly #left = new Map<number, Resting>();
  readonly #before: Map<number, Resting>;
  readonly #tick: DecimalReader;
  readonly #drop: boolean;
  readonly #midnight: number;
  readonly #feedLatencyNs: number;
  #last = Number.NEGATIVE_INFINITY;
  /** Ids of the orders that the file touches but never adds, and how many of them stand by now. */
  readonly #recovered: readonly number[];
  #next = 0;
  readonly #firstAdded: number;
  #started = false;

  constructor(scan: OrderScan, tick: string, offTick: 'refuse' | 'drop', midnight: number, feedLatencyNs: number) {
    this.collector = new RowCollector({ orderId: true, value: scan.halts > 0 });
    this.#tally = this.collector.tally;
    this.#before = scan.before;
    this.#firstAdded = scan.firstAdded;
    this.#recovered = [...scan.before.keys()].sort((a, b) => a - b);
    this.#tick = new DecimalReader(tick);
    this.#drop = offTick === 'drop';
    this.#midnight = midnight;
    this.#feedLatencyNs = feedLatencyNs;
  }

  take(message: LobsterMessage): void {
    const happened = this.collector.time(this.#midnight + message.seconds, message.nanos);
    if (happened < this.#last) throw new RangeError('time is before that of the line before');
    this.#last = happened;
    if (!this.#started) {
      this.#recoverUpTo(this.#firstAdded, happened);
      this.#started = true;
    }
    if (message.type <= LobsterType.execute) this.#recoverUpTo(message.orderId, happened);
    if (message.rounded) {
      this.#tally.count(
        'time-rounded',
        'times with more than 9 decimals (a double printed in full) were rounded to the ns',
      );
    }
    switch (message.type) {
      case LobsterType.add:
        this.#add(message, happened);
        break;
      case LobsterType.cancel:
        this.#remove(message, happened, Kind.orderCancel, message.size);
        break;
      case LobsterType.remove:
        this.#remove(message, happened, Kind.orderCancel, Infinity);
        break;
      case LobsterType.execute:
        this.#remove(message, happened, Kind.orderExecute, message.size);
        break;
      case LobsterType.halt:
        this.#status(message.price, happened);
        break;
      default:
        this.#print(message, happened);
    }
    this.#countCrossing();
  }

  /**
   * Recovered orders whose ids the file has passed: ids are given in the order of the flow, so an order that the file never
   * adds joined, out of its sight, before the first add with a higher id.
   */
  #recoverUpTo(id: number, happened: number): void {
    const first = this.#next;
    while (this.#next < this.#recovered.length && this.#recovered[this.#next]! <= id) this.#next++;
    for (let at = first; at < this.#next; at++) this.#recover(this.#recovered[at]!, happened, at === this.#next - 1);
    this.#tally.count(
      this.#started ? 'orders-outside-levels' : 'orders-before-start',
      this.#started
        ? "orders that joined outside the file's levels stand from when the order ids reached theirs, with what is later " +
            'removed of them'
        : 'orders that were there before the file begins stand at its first time, in order-id order, with what is later ' +
            'removed of them',
      this.#next - first,
    );
  }

  #recover(id: number, happened: number, last: boolean): void {
    const order = this.#before.get(id)!;
    const flags = last ? Flag.snapshot | Flag.last : Flag.snapshot;
    const side = order.buy ? Side.buy : Side.sell;
    this.#row(happened, codeOf(Kind.orderAdd, side), flags, this.#ticks(order.price), order.size, id);
    this.#left.set(id, { ...order });
    this.#level(order.price, order.buy, order.size);
  }

  #add({ orderId, size, price, buy }: LobsterMessage, happened: number): void {
    const known = this.#left.get(orderId);
    if (known !== undefined && known.size > 0)
      throw new RangeError(`order id ${orderId} is added again while it rests`);
    this.#left.set(orderId, { price, buy, size });
    this.#level(price, buy, size);
    const side = buy ? Side.buy : Side.sell;
    this.#row(happened, codeOf(Kind.orderAdd, side), Flag.last, this.#ticks(price), size, orderId);
  }

  #remove({ orderId, size, price, buy }: LobsterMessage, happened: number, kind: Kind, wanted: number): void {
    // The scan made sure that every order touched here was added, by the file or before it.
    const order = this.#left.get(orderId)!;
    if (order.price !== price || order.buy !== buy) {
      throw new RangeError(
        `price and direction are ${price}, ${buy ? 1 : -1}, but order ${orderId} rests at ${order.price}, ${order.buy ? 1 : -1}`,
      );
    }
    const removed = Math.min(wanted, order.size);
    if (removed === 0) {
      this.#tally.count('touched-after-end', 'messages about orders of which nothing was left were left out');
      return;
    }
    if (wanted === Infinity && size !== removed) {
      this.#tally.count(
        'delete-size-mismatch',
        'deletions whose size is not what was left of the order (parts went outside the file’s levels) remove what was left',
      );
    } else if (wanted !== Infinity && wanted > removed) {
      this.#tally.count(
        'removed-too-much',
        'cancels or executions of more than was left of an order remove what was left',
      );
    }
    order.size -= removed;
    this.#level(price, buy, -removed);
    this.#row(happened, codeOf(kind, buy ? Side.buy : Side.sell), Flag.last, this.#ticks(price), removed, orderId);
  }

  #level(price: number, buy: boolean, change: number): void {
    const side = buy ? this.#watch.bids : this.#watch.asks;
    const ticks = this.#ticks(price);
    side.set(ticks, side.at(ticks) + change);
  }

  #countCrossing(): void {
    if (!this.#watch.crossed) return;
    const { bids, asks } = this.#watch;
    this.#tally.count(
      'crossed-book',
      'after these messages the best bid was not below the best ask; the rows were kept (orders that joined or left outside ' +
        `the file's levels stand too early or too long; first: bid ${bids.best} ticks, ask ${asks.best} ticks)`,
    );
  }

  /** Hidden executions and crosses: a trade that changes no book. */
  #print({ type, size, price, buy }: LobsterMessage, happened: number): void {
    const hidden = type === LobsterType.hidden;
    if (this.#drop && Number.isNaN(this.#tick.units(decimalOf(price)))) {
      this.#tally.count('off-tick-print', 'hidden prints at prices off the tick were left out');
      return;
    }
    const aggressor = !hidden ? Side.none : buy ? Side.sell : Side.buy;
    const flags = hidden ? Flag.hidden | Flag.last : Flag.last;
    this.#row(happened, codeOf(Kind.trade, aggressor), flags, this.#ticks(price), size, 0);
  }

  #status(price: number, happened: number): void {
    const status = price === -1 ? Status.halt : price === 0 ? Status.auction : price === 1 ? Status.open : undefined;
    if (status === undefined) throw new RangeError(`price ${price} of a halt message is none of -1, 0, 1`);
    const row = this.#row(happened, codeOf(Kind.status, Side.none), Flag.last, 0, 0, 0);
    this.collector.rows.columns.value![row] = status;
  }

  #row(happened: number, code: number, flags: number, ticks: number, lots: number, id: number): number {
    const row = this.collector.rows.add(happened, happened + this.#feedLatencyNs, code, flags, 0, ticks, lots);
    this.collector.rows.columns.orderId![row] = id;
    return row;
  }

  /** Price × 10,000 → ticks. */
  #ticks(price: number): number {
    let ticks = this.#ticksOf.get(price);
    if (ticks === undefined) {
      ticks = this.#tick.units(decimalOf(price));
      if (Number.isNaN(ticks)) throw new RangeError(`price: ${this.#tick.fault(decimalOf(price))} (the tick)`);
      this.#ticksOf.set(price, ticks);
    }
    return ticks;
  }
}

/** 5853300 → `585.3300` */
function decimalOf(price: number): string {
  const digits = String(price).padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}
