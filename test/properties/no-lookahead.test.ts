/**
 * Nobody sees ahead: what a strategy learns up to a moment does not depend on what is on the tape after it, its books hold
 * exactly the rows that have arrived, and orders and answers take their time and never overtake each other.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type MarketView,
  type Observer,
  type Order,
  type OrderEvent,
  OrderEventKind,
  Side,
  Simulation,
  type Strategy,
  type StrategyContext,
  TapeBuilder,
} from '../../core/index.js';
import { type LatencyModel, simulatedVenue } from '../../execution/index.js';
import { rowsOf, type TapeRow } from '../import/tape-rows.js';
import { PlainMarket } from '../reference/plain-market.js';
import { type MarketShape, marketShapes, randomRows, tapeOf } from '../reference/random-market.js';
import { type Log, randomStrategy } from '../reference/random-strategy.js';
import { seeded } from '../tape/sample-rows.js';

function latencyOf(leastEntryNs: number, leastResponseNs: number, spreadNs: number): LatencyModel {
  return {
    leastEntryNs,
    leastResponseNs,
    entryNs: (_kind, _sentNs, random) => leastEntryNs + random.integer(spreadNs + 1),
    responseNs: (_kind, _answeredNs, random) => leastResponseNs + random.integer(spreadNs + 1),
  };
}

const latencies = fc.record({
  entryNs: fc.constantFrom(0, 1, 5),
  responseNs: fc.constantFrom(0, 2, 7),
  spreadNs: fc.constantFrom(0, 0, 4),
});
const strategyShapes = fc.record({
  seed: fc.nat(2 ** 31 - 1),
  activity: fc.constantFrom(0.3, 0.6),
  deaf: fc.boolean(),
  actions: fc.constant(80),
});

/** The same rows, but everything that fails `kept` says something else and comes at another time after `afterNs`. */
function otherFuture(rows: TapeBuilder, seed: number, kept: 'exchangeNs' | 'localNs', afterNs: number): TapeBuilder {
  const random = seeded(seed);
  const { columns, length } = rows;
  const changed = new TapeBuilder({ orderId: true, bars: true, value: true }, length + 1);
  let delayNs = 0;
  for (let row = 0; row < length; row++) {
    let [exchangeNs, localNs] = [columns.exchangeNs[row]!, columns.localNs[row]!];
    let [code, tick, lots] = [columns.code[row]!, columns.priceTicks[row]!, columns.qtyLots[row]!];
    if (columns[kept][row]! > afterNs) {
      if (exchangeNs > afterNs) {
        delayNs += Math.floor(random() * 4);
        exchangeNs += delayNs;
      }
      localNs = Math.max(exchangeNs, afterNs + 1) + Math.floor(random() * 9);
      tick += Math.floor(random() * 7) - 3;
      lots = 1 + Math.floor(random() * 9);
      // The other side.
      if ((code & 0x30) !== 0) code ^= 0x30;
    }
    const at = changed.add(exchangeNs, localNs, code, columns.flags[row]!, columns.instrument[row]!, tick, lots);
    changed.columns.orderId![at] = columns.orderId![row]!;
    changed.columns.value![at] = columns.value![row]!;
    // A bar stays one: its open, high and low move with its close.
    const moved = tick - columns.priceTicks[row]!;
    for (const price of ['openTicks', 'highTicks', 'lowTicks'] as const) {
      changed.columns[price]![at] = columns[price]![row]! + moved;
    }
  }
  return changed;
}

interface Setup {
  readonly market: MarketShape;
  readonly latency: LatencyModel;
  readonly strategy: (log: Log) => Strategy;
}

function logOf({ market, latency, strategy }: Setup, rows: TapeBuilder, untilNs: number): Log {
  const log: Log = [];
  new Simulation({
    tapes: [tapeOf(rows, market)],
    strategies: [{ name: 'one', strategy: strategy(log) }],
    venue: simulatedVenue({ latency }),
  }).run();
  return log.filter((line) => Number.parseFloat(line) <= untilNs && !line.includes('onStop'));
}

describe('what a strategy learns up to a moment', () => {
  const moment = fc.double({ min: 0, max: 1, noNaN: true });
  let linesCompared = 0;

  it.each([
    // Without orders the only way to learn of a row is to see it arrive.
    ['rows that arrive later', 'localNs', 0],
    // With orders, what happens at the venue may reach the strategy as a fill before the row itself does.
    ['rows that happen later', 'exchangeNs', 80],
  ] as const)('does not depend on %s', (_title, kept, actions) => {
    linesCompared = 0;
    fc.assert(
      fc.property(marketShapes, strategyShapes, latencies, moment, fc.nat(), (market, shape, delays, share, other) => {
        const rows = randomRows(market);
        const times = rows.columns[kept].slice(0, rows.length).sort();
        const untilNs = times[Math.floor(share * (rows.length - 1))]!;
        const setup: Setup = {
          market,
          latency: latencyOf(delays.entryNs, delays.responseNs, delays.spreadNs),
          strategy: (log) => randomStrategy({ ...shape, actions }, log),
        };
        // The tape's first time is the run's: when it changes, so do the timers.
        fc.pre(untilNs >= rows.columns.exchangeNs[0]!);
        const log = logOf(setup, rows, untilNs);
        expect(logOf(setup, otherFuture(rows, other, kept, untilNs), untilNs)).toEqual(log);
        linesCompared += log.length;
      }),
      { numRuns: 250 },
    );
    expect(linesCompared).toBeGreaterThan(1_000);
  });
});

/** Follows the rows that arrive with plain books of its own and compares all it can see with them at every call. */
class Watcher implements Strategy {
  readonly #rows: TapeRow[];
  readonly #books: PlainMarket[];
  readonly #instrumentOf: Uint16Array;
  #next = 0;
  calls = 0;
  #context!: StrategyContext;
  readonly #ticks = new Int32Array(40);
  readonly #lots = new Float64Array(40);

  constructor(columns: Parameters<typeof rowsOf>[0], instruments: number) {
    this.#rows = [...rowsOf(columns, 'local')];
    this.#instrumentOf = columns.instrument;
    const kinds = Array.from({ length: instruments }, () => new Set<number>());
    for (const { row, kind } of this.#rows) kinds[columns.instrument[row]!]!.add(kind);
    this.#books = kinds.map((each) => new PlainMarket(each));
  }

  get rowsLeft(): number {
    return this.#rows.length - this.#next;
  }

  /** A row arrives: it is the next one, it is seen at its own time, and the books hold it. */
  #arrive(view: MarketView, context: StrategyContext): void {
    const row = this.#rows[this.#next++]!;
    expect([view.exchangeNs, view.localNs, view.priceTicks]).toEqual([row.exchangeNs, row.localNs, row.priceTicks]);
    expect(view.localNs).toBe(context.nowNs);
    this.#books[this.#instrumentOf[row.row]!]!.apply(row);
    this.#compare(context);
  }

  /** Between rows: all of up to now have arrived, none of later. */
  #between(context: StrategyContext): void {
    expect(this.#rows[this.#next]?.localNs ?? Infinity).toBeGreaterThan(context.nowNs);
    expect(this.#rows[this.#next - 1]?.localNs ?? 0).toBeLessThanOrEqual(context.nowNs);
    this.#compare(context);
  }

  #compare(context: StrategyContext): void {
    this.calls++;
    for (const instrument of context.instruments) {
      const book = context.book(instrument);
      for (const side of [Side.buy, Side.sell] as const) {
        const found = book.levelsInto(side, 40, this.#ticks, this.#lots);
        const levels = Array.from({ length: found }, (_, level) => `${this.#lots[level]}@${this.#ticks[level]}`);
        const expected = this.#books[instrument.index]!.side(side);
        // `expect` costs far more than the comparison.
        if (levels.join() !== expected.join()) expect(levels).toEqual(expected);
      }
    }
  }

  onStart(context: StrategyContext): void {
    this.#context = context;
    context.every('beat', 3);
  }
  onTrade = (view: MarketView, context: StrategyContext) => this.#arrive(view, context);
  onQuote = this.onTrade;
  onDepth = this.onTrade;
  onOrderRow = this.onTrade;
  onBar = this.onTrade;
  onFunding = this.onTrade;
  onStatus = this.onTrade;
  onCustom = this.onTrade;
  onBook(_book: unknown, context: StrategyContext): void {
    this.#compare(context);
  }
  onTimer(_name: string, context: StrategyContext): void {
    this.#between(context);
    const instrument = context.instruments[this.calls % context.instruments.length]!;
    if (this.calls < 200) context.buy(instrument, 1, 95 + (this.calls % 10));
  }
  /** Called by the observer. */
  onSample(): void {
    this.#between(this.#context);
  }
  onFill(_event: OrderEvent, context: StrategyContext): void {
    this.#between(context);
  }
}

describe('the books that a strategy sees', () => {
  it('hold exactly the rows that have arrived, at every call', () => {
    let calls = 0;
    fc.assert(
      fc.property(marketShapes, latencies, (market, { entryNs, responseNs, spreadNs }) => {
        const rows = randomRows(market);
        const watcher = new Watcher(rows.build().columns, market.instruments);
        new Simulation({
          tapes: [tapeOf(rows, market)],
          strategies: [{ name: 'watcher', strategy: watcher }],
          venue: simulatedVenue({ latency: latencyOf(entryNs, responseNs, spreadNs) }),
          observers: [{ onSample: () => watcher.onSample() }],
          sampleNs: 2,
        }).run();
        expect(watcher.rowsLeft).toBe(0);
        calls += watcher.calls;
      }),
      { numRuns: 120 },
    );
    expect(calls).toBeGreaterThan(5_000);
  });
});

/** Checks the journeys of requests and answers of one strategy. */
class Journeys implements Observer {
  readonly #latency: LatencyModel;
  readonly #waiting: { readonly order: Order; readonly kind: OrderEventKind; readonly sentNs: number }[] = [];
  readonly #answered = new Set<Order>();
  #lastLocalNs = 0;
  #lastExchangeNs = 0;
  answers = 0;

  constructor(latency: LatencyModel) {
    this.#latency = latency;
  }

  onOrderEvent({ kind, order, localNs, exchangeNs }: OrderEvent): void {
    const { submitted, modifyRequested, cancelRequested } = OrderEventKind;
    if (kind === submitted || kind === modifyRequested || kind === cancelRequested) {
      this.#waiting.push({ order, kind, sentNs: localNs });
      return;
    }
    // Refused at home: it never travelled.
    if (Number.isNaN(exchangeNs)) return;
    this.answers++;
    expect(localNs).toBeGreaterThanOrEqual(exchangeNs + this.#latency.leastResponseNs);
    expect(localNs).toBeGreaterThanOrEqual(this.#lastLocalNs);
    expect(exchangeNs).toBeGreaterThanOrEqual(this.#lastExchangeNs);
    this.#lastLocalNs = localNs;
    this.#lastExchangeNs = exchangeNs;
    const first = !this.#answered.has(order);
    this.#answered.add(order);
    // What follows is the venue's own doing.
    if ((kind === OrderEventKind.filled || kind === OrderEventKind.expired) && !first) return;
    // Everything else replies to a request: the one sent first.
    const request = this.#waiting.shift()!;
    expect(request.order).toBe(order);
    expect(request.kind === submitted).toBe(first);
    expect(exchangeNs).toBeGreaterThanOrEqual(request.sentNs + this.#latency.leastEntryNs);
  }

  onStop(): void {
    expect(this.#waiting, 'requests without an answer').toEqual([]);
  }
}

describe('requests and answers', () => {
  it('take at least their latency, and none overtakes another', () => {
    let answers = 0;
    fc.assert(
      fc.property(marketShapes, strategyShapes, latencies, (market, shape, { entryNs, responseNs, spreadNs }) => {
        const latency = latencyOf(entryNs, responseNs, spreadNs);
        const journeys = new Journeys(latency);
        // Orders sent from onStop go nowhere and get no answer.
        const strategy = { ...randomStrategy(shape, []), onStop: () => {} };
        new Simulation({
          tapes: [tapeOf(randomRows(market), market)],
          strategies: [{ name: 'one', strategy }],
          venue: simulatedVenue({ latency }),
          observers: [journeys],
        }).run();
        answers += journeys.answers;
      }),
      { numRuns: 250 },
    );
    expect(answers).toBeGreaterThan(3_000);
  });
});
