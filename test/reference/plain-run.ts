/**
 * A run in its plainest form, as a slow twin of kernel, lanes, router and schedule: every event of both views of the tape and
 * everything scheduled lie before us; take the first by (time, rank, sequence), do it, look again. No lookahead, no
 * filters, no heap. Orders, accounts, books and the venue are the real ones: they have twins of their own.
 * Called by the property tests.
 */
import { Clock } from '../../core/clock.js';
import {
  Account,
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type Columns,
  Flag,
  Instrument,
  Kind,
  MarketBooks,
  MarketView,
  type Nanos,
  type Observer,
  RandomSource,
  type Schedule,
  Side,
  type SimulationOptions,
  type Strategy,
  TradeOrigin,
  Watch,
} from '../../core/index.js';
import { OrderDesk } from '../../core/order-desk.js';
import type { Handler } from '../../core/queue.js';
import { RunHash } from '../../core/run-hash.js';
import { StrategyHost } from '../../core/strategy-host.js';

/** Written out a second time on purpose: the order at equal time, first to last. */
export const ORDER_AT_EQUAL_TIME = [
  'localData',
  'answer',
  'exchangeData',
  'request',
  'bar',
  'timer',
  'observation',
] as const;

interface Scheduled {
  readonly timeNs: Nanos;
  readonly rank: number;
  readonly sequence: number;
  readonly handler: Handler;
  readonly payload: number;
  readonly keepsRunning: boolean;
}

/** What the engine's schedule does, by looking through a list. */
class PlainSchedule {
  readonly entries: Scheduled[] = [];
  #sequence = 0;

  add(timeNs: Nanos, rank: number, handler: Handler, payload: number, keepsRunning: boolean): void {
    this.entries.push({ timeNs, rank, sequence: this.#sequence++, handler, payload, keepsRunning });
  }

  get first(): Scheduled | undefined {
    const before = (a: Scheduled, b: Scheduled) =>
      a.timeNs !== b.timeNs ? a.timeNs < b.timeNs : a.rank !== b.rank ? a.rank < b.rank : a.sequence < b.sequence;
    return this.entries.reduce<Scheduled | undefined>(
      (least, each) => (least === undefined || before(each, least) ? each : least),
      undefined,
    );
  }

  fire(entry: Scheduled): void {
    this.entries.splice(this.entries.indexOf(entry), 1);
    entry.handler.fire(entry.payload, entry.timeNs);
  }
}

interface Row {
  readonly columns: Columns;
  readonly row: number;
  readonly timeNs: Nanos;
}

/** Which handlers hear of a kind; `onBook` comes after them when the row ends a message that changed the book. */
function handlerOf(kind: number): keyof Strategy {
  if (kind === Kind.trade) return 'onTrade';
  if (kind === Kind.depth || kind === Kind.depthClear) return 'onDepth';
  if (kind === Kind.quote) return 'onQuote';
  if (kind >= Kind.orderAdd && kind <= Kind.orderExecute) return 'onOrderRow';
  return ({ [Kind.bar]: 'onBar', [Kind.funding]: 'onFunding', [Kind.status]: 'onStatus' } as const)[kind] ?? 'onCustom';
}

export interface PlainResult {
  readonly runHash: string;
  readonly orderEvents: number;
  readonly fills: number;
  readonly endNs: Nanos;
}

export class PlainRun {
  readonly #schedule = new PlainSchedule();
  readonly #clock = new Clock();
  readonly #hash = new RunHash();
  readonly #observers: readonly Observer[];
  readonly #exchangeRows: Row[] = [];
  readonly #localRows: Row[] = [];
  readonly #venueBooks: MarketBooks;
  readonly #localBooks: MarketBooks;
  readonly #hosts: StrategyHost[];
  readonly #venue;
  readonly #view: MarketView;
  readonly #watch: Watch;
  readonly #sampleNs: Nanos;

  constructor({ tapes, strategies, venue, observers = [], seed = 1, sampleNs = 1e9 }: SimulationOptions) {
    const [tape] = tapes;
    const { originNs, counts } = tape!.info;
    const instruments = tape!.info.instruments.map((spec, index) => new Instrument(spec, index));
    const reader = tape!.open(originNs);
    for (let columns = reader.next(); columns !== undefined; columns = reader.next()) {
      for (let row = 0; row < columns.length; row++) {
        const code = columns.code[row]!;
        if (code & CODE_EXCHANGE) this.#exchangeRows.push({ columns, row, timeNs: columns.exchangeNs[row]! });
        if (code & CODE_LOCAL) this.#localRows.push({ columns, row, timeNs: columns.localNs[row]! });
      }
    }
    this.#observers = observers;
    this.#sampleNs = sampleNs;
    this.#venueBooks = new MarketBooks(instruments, counts);
    this.#localBooks = new MarketBooks(instruments, counts);
    this.#view = new MarketView(instruments);
    const schedule = this.#schedule as unknown as Schedule;
    const random = new RandomSource(seed);
    const desk = new OrderDesk(schedule, instruments, observers, this.#hash);
    const books = this.#localBooks.levels;
    const { lastTicks } = this.#localBooks;
    const clock = this.#clock;
    const listen = () => {
      throw new Error('the plain run builds no bars');
    };
    const environment = { clock, originNs, instruments, books, lastTicks, desk, schedule, random, observers, listen };
    this.#hosts = strategies.map(
      (entry, index) =>
        new StrategyHost(
          index,
          entry,
          instruments.filter(({ symbol }) => entry.instruments?.includes(symbol) ?? true),
          environment,
          {},
        ),
    );
    this.#watch = new Watch(instruments.length);
    this.#venue = venue({
      originNs,
      instruments,
      strategies: strategies.map(({ name }) => name),
      accounts: strategies.map(() => new Account(instruments)),
      counts,
      watch: this.#watch,
      books: this.#venueBooks.levels,
      orderBooks: this.#venueBooks.orders,
      schedule,
      answers: desk,
      random,
    });
    desk.connect(this.#venue, this.#hosts);
  }

  run(): PlainResult {
    const [exchange, local] = [this.#exchangeRows, this.#localRows];
    const clock = this.#clock;
    clock.nowNs = Math.min(exchange[0]?.timeNs ?? Infinity, local[0]?.timeNs ?? Infinity);
    if (clock.nowNs === Infinity) clock.nowNs = 0;
    if (this.#sampleNs > 0) this.#sampleAt(clock.nowNs);
    for (const host of this.#hosts) host.strategy.onStart?.(host);
    for (;;) {
      const scheduled = this.#schedule.first;
      const heads = [
        {
          timeNs: local[0]?.timeNs ?? Infinity,
          rank: ORDER_AT_EQUAL_TIME.indexOf('localData'),
          act: () => this.#seeLocally(local.shift()!),
        },
        {
          timeNs: exchange[0]?.timeNs ?? Infinity,
          rank: ORDER_AT_EQUAL_TIME.indexOf('exchangeData'),
          act: () => this.#happen(exchange.shift()!),
        },
        {
          timeNs: scheduled?.timeNs ?? Infinity,
          rank: scheduled?.rank ?? 9,
          act: () => this.#schedule.fire(scheduled!),
        },
      ];
      heads.sort((a, b) => (a.timeNs !== b.timeNs ? a.timeNs - b.timeNs : a.rank - b.rank));
      const anythingLeft =
        exchange.length + local.length > 0 || this.#schedule.entries.some((each) => each.keepsRunning);
      if (!anythingLeft) break;
      heads[0]!.act();
    }
    for (const host of this.#hosts) host.strategy.onStop?.(host);
    return {
      runHash: this.#hash.digest(),
      orderEvents: this.#hash.events,
      fills: this.#hash.fills,
      endNs: clock.nowNs,
    };
  }

  /** A row happens at the venue. The venue hears of every one: whether it needs to is its own affair. */
  #happen({ columns, row, timeNs }: Row): void {
    const [kind, side, instrument] = codeAt(columns, row);
    const price = columns.priceTicks[row]!;
    const lots = columns.qtyLots[row]!;
    const book = this.#venueBooks.levels[instrument]!;
    if (kind === Kind.trade || kind === Kind.orderExecute) this.#watch.lastTradeTicks[instrument] = price;
    if (kind === Kind.trade) {
      const hidden = (columns.flags[row]! & Flag.hidden) !== 0;
      const origin = hidden ? TradeOrigin.hidden : TradeOrigin.plain;
      this.#venue.onTrade(instrument, side, price, lots, origin, timeNs);
    } else if (kind === Kind.depth) {
      const before = book.lotsAt(side, price);
      this.#venueBooks.apply(columns, row, kind, side, instrument);
      this.#venue.onDepth(instrument, side, price, before, lots, timeNs);
    } else if (kind >= Kind.bar) {
      this.#view.attach(columns);
      this.#view.moveTo(row);
      this.#venue.onRow(this.#view, timeNs);
    } else {
      if (kind === Kind.orderExecute) {
        const aggressor = side === Side.buy ? Side.sell : Side.buy;
        this.#venue.onTrade(instrument, aggressor, price, lots, TradeOrigin.order, timeNs);
      }
      this.#venueBooks.apply(columns, row, kind, side, instrument, (changedSide, tick, before, after) => {
        const orders = this.#venueBooks.orders[instrument];
        if (orders !== undefined && after < before) {
          const executed = kind === Kind.orderExecute;
          const taken = before - after;
          this.#venue.onOrderReduced(instrument, changedSide, tick, orders.changedSequence, taken, executed, timeNs);
        }
        this.#venue.onDepth(instrument, changedSide, tick, before, after, timeNs);
      });
    }
    this.#clock.nowNs = Math.max(this.#clock.nowNs, timeNs);
  }

  #seeLocally({ columns, row, timeNs }: Row): void {
    const [kind, side, instrument] = codeAt(columns, row);
    this.#localBooks.apply(columns, row, kind, side, instrument);
    this.#clock.nowNs = timeNs;
    this.#view.attach(columns);
    this.#view.moveTo(row);
    const handler = handlerOf(kind) as 'onTrade';
    const hosts = this.#hosts.filter((host) => host.instruments.some(({ index }) => index === instrument));
    for (const host of hosts) host.strategy[handler]?.(this.#view, host);
    const changesBook = kind >= Kind.depth && kind <= Kind.orderExecute;
    if (!changesBook || (columns.flags[row]! & Flag.last) === 0) return;
    for (const host of hosts) host.strategy.onBook?.(this.#localBooks.levels[instrument]!, host);
  }

  #sampleAt(timeNs: Nanos): void {
    const fire = () => {
      this.#clock.nowNs = timeNs;
      for (const host of this.#hosts) host.markToMid();
      for (const observer of this.#observers) observer.onSample?.(timeNs);
      this.#sampleAt(timeNs + this.#sampleNs);
    };
    this.#schedule.add(timeNs, ORDER_AT_EQUAL_TIME.indexOf('observation'), { fire }, 0, false);
  }
}

function codeAt(columns: Columns, row: number): [kind: number, side: Side, instrument: number] {
  const code = columns.code[row]!;
  return [code & CODE_KIND, ((code >> CODE_SIDE_SHIFT) & 3) as Side, columns.instrument[row]!];
}
