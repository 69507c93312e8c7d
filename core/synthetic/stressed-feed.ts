/**
 * The line between a synthetic venue and the machine under stress: outages in which rows get lost and bursts in which they are
 * late. Takes any tape's rows and gives them again. Knows nothing of how they came about. Called by the synthetic markets.
 */
import { Instrument, type InstrumentSpec } from '../instrument.js';
import {
  allocateColumns,
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type ColumnSet,
  type Columns,
  codeOf,
  Flag,
  Kind,
  Side,
} from '../market.js';
import { MarketBooks } from '../market-books.js';
import { emptyCounts } from '../tape.js';
import { formatDuration, type Nanos } from '../time.js';
import { KnownBook } from './book-snapshot.js';
import { FeedOrder } from './feed-order.js';
import { endOf, type LatencyBurst, type Outage, type Stress, type StressTally, stressOf } from './stress-plan.js';

const SEEN = CODE_EXCHANGE | CODE_LOCAL;
const STATUS = codeOf(Kind.status, Side.none, 0);

/** What the feed must know of the market that it carries. */
export interface CarriedMarket {
  readonly instruments: readonly InstrumentSpec[];
  readonly columns: ColumnSet;
  /** What makes the books. */
  readonly book: 'orders' | 'levels' | 'quotes';
}

/** Whether a plan has anything for the feed to do. */
export function stressesFeed(plan: readonly Stress[]): boolean {
  return plan.some(({ kind }) => kind === 'outage' || kind === 'latency-burst');
}

/**
 * The same rows with other local times, and those of outages for the exchange's side alone; blocks of `blockRows` rows whose
 * buffers are used again. Messages must end with {@link Flag.last}, and those of one instrument arrive in the order in which they
 * happened. Rows of a message share its first row's flags.
 */
export function* stressedFeed(
  blocks: Iterable<Columns>,
  market: CarriedMarket,
  plan: readonly Stress[],
  tally: StressTally,
  blockRows = 65_536,
): Generator<Columns, void, undefined> {
  const order = new FeedOrder(market.columns);
  const feed = new StressedFeed(order, market, plan, tally);
  const out = allocateColumns(blockRows, market.columns);
  for (const block of blocks) {
    for (let row = 0; row < block.length; row++) {
      if (!feed.take(block, row)) continue;
      while (order.drain(out, blockRows)) {
        yield out;
        out.length = 0;
      }
    }
  }
  feed.finish();
  order.end();
  while (order.drain(out, blockRows)) {
    yield out;
    out.length = 0;
  }
  if (out.length > 0) yield out;
}

/** One instrument's end of the line. */
class Wire {
  readonly symbol: string;
  readonly outages: Outage[];
  readonly bursts: LatencyBurst[];
  /** While an outage lasts: what the machine knew when it began. */
  known: KnownBook | undefined;
  lostRows = 0;
  lateRows = 0;
  mostLateNs: Nanos = 0;
  /** A status that the machine does not know of; `NaN` = none. */
  lostStatus = Number.NaN;
  lastLocalNs: Nanos = Number.NEGATIVE_INFINITY;
  /** How long the last message took, without stress. */
  delayNs: Nanos = 0;

  constructor(symbol: string, plan: readonly Stress[]) {
    this.symbol = symbol;
    this.outages = stressOf(plan, symbol, 'outage');
    this.bursts = stressOf(plan, symbol, 'latency-burst');
  }
}

class StressedFeed {
  readonly #order: FeedOrder;
  readonly #books: MarketBooks;
  readonly #quotes: boolean;
  readonly #wires: readonly Wire[];
  readonly #tally: StressTally;
  /** When the next outage or burst of any instrument begins or ends. */
  #nextNs: Nanos;
  /** Of the message that is coming in. */
  #rows = 0;
  #flags = 0;
  #status = Number.NaN;

  constructor(order: FeedOrder, { instruments, book }: CarriedMarket, plan: readonly Stress[], tally: StressTally) {
    this.#order = order;
    this.#tally = tally;
    this.#quotes = book === 'quotes';
    const counts = emptyCounts(instruments.length);
    const kind = { orders: Kind.orderAdd, levels: Kind.depth, quotes: Kind.quote }[book];
    for (const own of counts) own[kind] = 1;
    this.#books = new MarketBooks(
      instruments.map((spec, index) => new Instrument(spec, index)),
      counts,
    );
    this.#wires = instruments.map(({ symbol }) => new Wire(symbol, plan));
    this.#nextNs = this.#findNext();
  }

  /** Takes a row for what happened at the venue; local rows are the same ones again. Returns whether a message was complete. */
  take(columns: Columns, row: number): boolean {
    const code = columns.code[row]!;
    if ((code & CODE_EXCHANGE) === 0) return false;
    const exchangeNs = columns.exchangeNs[row]!;
    if (this.#rows === 0) {
      // Before the message's first row: a snapshot does not know of it yet.
      if (exchangeNs >= this.#nextNs) this.#turn(exchangeNs);
      this.#flags = columns.flags[row]! & ~Flag.last;
      this.#status = Number.NaN;
    }
    const instrument = columns.instrument[row]!;
    const kind = code & CODE_KIND;
    const side = ((code >> CODE_SIDE_SHIFT) & 3) as Side;
    const value = columns.value?.[row] ?? 0;
    if (kind === Kind.status) this.#status = value;
    this.#order.row(code & ~SEEN, columns.priceTicks[row]!, columns.qtyLots[row]!, columns.orderId?.[row] ?? 0, value);
    this.#books.apply(columns, row, kind, side, instrument);
    this.#rows++;
    if ((columns.flags[row]! & Flag.last) === 0) return false;
    this.#send(this.#wires[instrument]!, instrument, exchangeNs, columns.localNs[row]!);
    this.#rows = 0;
    return true;
  }

  /** Ends what still goes on. */
  finish(): void {
    this.#turn(Number.POSITIVE_INFINITY);
  }

  #send(wire: Wire, instrument: number, exchangeNs: Nanos, localNs: Nanos): void {
    wire.delayNs = localNs - exchangeNs;
    if (wire.known !== undefined) {
      wire.lostRows += this.#rows;
      if (!Number.isNaN(this.#status)) wire.lostStatus = this.#status;
      this.#order.send(instrument, exchangeNs, localNs, this.#flags, CODE_EXCHANGE);
      return;
    }
    const burst = wire.bursts[0];
    let arrivalNs = localNs;
    if (burst !== undefined && exchangeNs >= burst.atNs) {
      const addedNs = backlogNs(burst, exchangeNs);
      arrivalNs += addedNs;
      if (addedNs > 0) wire.lateRows += this.#rows;
      wire.mostLateNs = Math.max(wire.mostLateNs, addedNs);
    }
    arrivalNs = Math.max(arrivalNs, wire.lastLocalNs);
    wire.lastLocalNs = arrivalNs;
    this.#order.send(instrument, exchangeNs, arrivalNs, this.#flags);
  }

  /** Outages and bursts that begin or end up to `timeNs`. */
  #turn(timeNs: Nanos): void {
    for (const [index, wire] of this.#wires.entries()) {
      for (let outage = wire.outages[0]; outage !== undefined && outage.atNs <= timeNs; outage = wire.outages[0]) {
        wire.known ??= new KnownBook(this.#books, index);
        if (endOf(outage) > timeNs) break;
        this.#resume(wire, index, outage);
        wire.outages.shift();
      }
      for (let burst = wire.bursts[0]; burst !== undefined && endOf(burst) <= timeNs; burst = wire.bursts[0]) {
        const note = `${wire.lateRows} rows late, by ${formatDuration(wire.mostLateNs)} at most`;
        this.#tally.add(burst, wire.symbol, wire.lateRows, note);
        [wire.lateRows, wire.mostLateNs] = [0, 0];
        wire.bursts.shift();
      }
    }
    this.#nextNs = this.#findNext();
  }

  /** The outage is over: the machine gets the status if it has changed, and the book. */
  #resume(wire: Wire, index: number, outage: Outage): void {
    const endNs = endOf(outage);
    let rows = 0;
    if (!Number.isNaN(wire.lostStatus)) {
      this.#order.row(STATUS, 0, 0, 0, wire.lostStatus);
      rows++;
    }
    rows += wire.known!.replace(this.#books, index, this.#quotes, this.#order);
    wire.lastLocalNs = Math.max(wire.lastLocalNs, endNs + wire.delayNs);
    if (rows > 0) this.#order.send(index, endNs, wire.lastLocalNs, Flag.snapshot, CODE_LOCAL);
    this.#tally.add(outage, wire.symbol, wire.lostRows, `${wire.lostRows} rows lost, then a snapshot of ${rows} rows`);
    wire.known = undefined;
    wire.lostRows = 0;
    wire.lostStatus = Number.NaN;
  }

  #findNext(): Nanos {
    let next = Number.POSITIVE_INFINITY;
    for (const { outages, bursts, known } of this.#wires) {
      const [outage, burst] = [outages[0], bursts[0]];
      if (outage !== undefined) next = Math.min(next, known === undefined ? outage.atNs : endOf(outage));
      if (burst !== undefined) next = Math.min(next, endOf(burst));
    }
    return next;
  }
}

/** What is left of a backlog that is worked off at a steady pace; whole ns. */
function backlogNs({ atNs, forNs, peakNs = forNs / 2 }: LatencyBurst, exchangeNs: Nanos): Nanos {
  return Math.max(0, Math.round(peakNs * (1 - (exchangeNs - atNs) / forNs)));
}
