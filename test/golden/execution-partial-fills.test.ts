/**
 * Partial fills on a seeded market: two makers that share what trades bring, and a taker that walks the book. Each fill is
 * set against what the rows of its moment offered, in a walk that shares nothing with the engine.
 */
import { describe, expect, it } from 'vitest';
import {
  Kind,
  MemoryTape,
  type OrderEvent,
  OrderEventKind,
  OrderType,
  Reason,
  Side,
  type Strategy,
  syntheticTape,
  TimeInForce,
} from '../../core/index.js';
import {
  constantLatency,
  HFTBACKTEST_RULES,
  makerTakerFees,
  partialFill,
  powerQueue,
  type SimulatedVenueOptions,
  simulatedVenue,
} from '../../execution/index.js';
import { marketMaker } from '../../strategies/market-maker.js';
import type { PlainLevels } from '../reference/plain-books.js';
import { atVenue, columnsOf, fillsOf, type GoldenOptions, goldenContract, lotsOf, play } from './execution-golden.js';
import { type Row, takenBy, walkMarket } from './execution-market.js';

const market = syntheticTape({ seed: 11, rows: 60_000 });
const columns = columnsOf(market);
const { info } = new MemoryTape(columns, market.info);

/** Takes up to three times what the best level shows: at once, or never, or what is left rests. */
const sweeper = (): Strategy => ({
  onTrade({ instrument }, context) {
    const random = context.random('sweep');
    if (random.uniform() < 0.9) return;
    const side = random.uniform() < 0.5 ? Side.buy : Side.sell;
    const { bestAskLots, bestAskTicks, bestBidLots, bestBidTicks } = context.book(instrument);
    if (!(bestBidTicks < bestAskTicks)) return;
    const shown = side === Side.buy ? bestAskLots : bestBidLots;
    const qtyLots = 1 + Math.floor(shown * 3 * random.uniform());
    const reach = random.integer(4);
    const priceTicks = side === Side.buy ? bestAskTicks + reach : bestBidTicks - reach;
    const how = random.integer(4);
    if (how === 0) context.submit({ instrument, side, qtyLots, type: OrderType.market });
    else {
      const timeInForce = [TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTC][how - 1]!;
      context.submit({ instrument, side, qtyLots, priceTicks, timeInForce });
    }
  },
});

const maker = (interval: string) =>
  marketMaker.create(marketMaker.params.parse({ interval, qty: 2, maxPosition: 20, toleranceTicks: 2 }));

const options = (models: SimulatedVenueOptions = {}): GoldenOptions => ({
  strategies: [
    { name: 'maker', strategy: maker('20ms') },
    { name: 'another-maker', strategy: maker('33ms') },
    { name: 'sweeper', strategy: sweeper() },
  ],
  venue: simulatedVenue({
    latency: constantLatency({ entryNs: 700_000, responseNs: 400_000 }),
    queue: powerQueue(2, { clampAtZero: true }),
    matching: partialFill,
    fees: makerTakerFees({ makerRate: -0.00005, takerRate: 0.0004 }),
    ...models,
  }),
  seed: 5,
});

/** Fills of own orders with each other: the resting one is told first, the taker next. */
function betweenOwn(answers: readonly OrderEvent[]): Set<OrderEvent> {
  const pairs = new Set<OrderEvent>();
  answers.forEach((taker, at) => {
    const rested = answers[at - 1];
    if (taker.kind !== OrderEventKind.filled || taker.maker || rested?.kind !== OrderEventKind.filled) return;
    const met = rested.maker && rested.exchangeNs === taker.exchangeNs && rested.order.side !== taker.order.side;
    if (!met || rested.order.instrument !== taker.order.instrument) return;
    if (rested.priceTicks === taker.priceTicks && rested.qtyLots === taker.qtyLots) pairs.add(rested).add(taker);
  });
  return pairs;
}

/** Set against the market; throws at the first fill that it did not offer, and counts what it saw. */
class Witness {
  readonly seen = { trades: 0, crossings: 0, shared: 0, levels: 0, own: 0, ends: 0 };
  readonly #own: Set<OrderEvent>;
  /**
   * What we took of a level since it was recorded with another quantity: surely, and at most. They differ where a resting
   * order may have had its fill from a trade or from a level that came to its price, or from one of two such levels.
   */
  readonly #sure = new Map<string, number>();
  readonly #most = new Map<string, number>();
  /** By instrument: what the last moment's rows offered to resting orders of a side, and what these got of it. */
  readonly #offers = new Map<number, { ns: number; rows: Row[]; fills: OrderEvent[] }>();

  constructor(answers: readonly OrderEvent[]) {
    this.#own = betweenOwn(answers);
  }

  before(row: Row, book: PlainLevels): void {
    const { instrument, exchangeNs: ns, side, priceTicks, qtyLots } = row;
    if (this.#offers.get(instrument)?.ns !== ns) {
      this.#offers.set(instrument, { ns, rows: [], fills: [] });
    }
    this.#offers.get(instrument)!.rows.push(row);
    if (row.kind !== Kind.depth) return;
    const shown = (side === Side.buy ? book.bids : book.asks).get(priceTicks) ?? 0;
    if (shown === qtyLots) return;
    this.#sure.delete(levelOf(row));
    this.#most.delete(levelOf(row));
  }

  own(event: OrderEvent, book: PlainLevels): void {
    if (this.#own.has(event)) this.seen.own++;
    else if (event.kind === OrderEventKind.filled && event.maker) this.#rested(event);
    else if (event.kind === OrderEventKind.filled) this.#took(event, book);
    else if (event.kind === OrderEventKind.expired) this.#ended(event, book);
  }

  #rested(event: OrderEvent): void {
    const { order, exchangeNs, priceTicks, qtyLots } = event;
    const { side, instrument } = order;
    const moment = this.#offers.get(instrument.index)!;
    expect(moment.ns, 'the market did something at this moment').toBe(exchangeNs);
    moment.fills.push(event);
    const reaching = (kind: number, limit: number) =>
      moment.rows.filter(
        (row) =>
          row.kind === kind &&
          row.side !== side &&
          (side === Side.buy ? row.priceTicks <= limit : row.priceTicks >= limit),
      );
    const fills = moment.fills.filter((fill) => fill.order.side === side);
    // What came down to a price or beyond is all that those who bid as low as that can have got; asks likewise.
    for (const { priceTicks: limit } of fills) {
      const beyond = fills.filter((fill) => (side === Side.buy ? fill.priceTicks <= limit : fill.priceTicks >= limit));
      const offered = lotsOf([...reaching(Kind.trade, limit), ...reaching(Kind.depth, limit)]);
      expect(offered, `offered to order ${order.id} and others`).toBeGreaterThanOrEqual(lotsOf(beyond));
    }
    const trades = reaching(Kind.trade, priceTicks);
    const crossings = reaching(Kind.depth, priceTicks);
    for (const row of crossings) {
      if (crossings.length === 1 && trades.length === 0) add(this.#sure, levelOf(row), qtyLots);
      add(this.#most, levelOf(row), qtyLots);
    }
    this.seen.trades += trades.length > 0 ? 1 : 0;
    this.seen.crossings += trades.length === 0 ? 1 : 0;
    this.seen.shared += new Set(fills.map((fill) => fill.order.id)).size > 1 ? 1 : 0;
  }

  /** Levels of which something may still be to be had, as far as the limit reaches: key, price, least and most lots. */
  #left({ side, instrument }: OrderEvent['order'], limitTicks: number, book: PlainLevels) {
    const of = side === Side.buy ? Side.sell : Side.buy;
    return takenBy(book, side)
      .map(([ticks, lots]) => {
        const key = levelOf({ instrument: instrument.index, side: of, priceTicks: ticks });
        const least = Math.max(0, lots - (this.#most.get(key) ?? 0));
        return { key, ticks, least, most: lots - (this.#sure.get(key) ?? 0) };
      })
      .filter(({ ticks, most }) => most > 0 && !(side === Side.buy ? ticks > limitTicks : ticks < limitTicks));
  }

  #took({ order, priceTicks, qtyLots }: OrderEvent, book: PlainLevels): void {
    const levels = this.#left(order, order.priceTicks, book);
    const at = levels.findIndex(({ ticks }) => ticks === priceTicks);
    expect(at, `order ${order.id} takes what is there`).toBeGreaterThanOrEqual(0);
    const { key, most } = levels[at]!;
    expect(most, `order ${order.id} takes no more than is there`).toBeGreaterThanOrEqual(qtyLots);
    expect(lotsLeft(levels.slice(0, at)), `order ${order.id} takes the best first`).toBe(0);
    add(this.#sure, key, qtyLots);
    add(this.#most, key, qtyLots);
    this.seen.levels++;
  }

  #ended({ order, reason, qtyLots }: OrderEvent, book: PlainLevels): void {
    const left = lotsLeft(this.#left(order, order.priceTicks, book));
    if (reason === Reason.immediateRemainder || reason === Reason.bookEnd) expect(left, 'nothing more').toBe(0);
    else if (reason === Reason.notFullyFillable) expect(left, 'not enough').toBeLessThan(qtyLots);
    else if (reason === Reason.postOnlyWouldTake) return;
    else expect(reason).toBe(Reason.selfTrade);
    this.seen.ends++;
  }
}

const levelOf = ({ instrument, side, priceTicks }: Pick<Row, 'instrument' | 'side' | 'priceTicks'>) =>
  `${instrument} ${side} ${priceTicks}`;
const add = (map: Map<string, number>, key: string, lots: number) => map.set(key, (map.get(key) ?? 0) + lots);
const lotsLeft = (levels: readonly { readonly least: number }[]) => levels.reduce((sum, { least }) => sum + least, 0);

describe('partial fills', () => {
  const { first } = goldenContract(
    'partial-fills',
    () => ({ columns, info }),
    () => options(),
  );

  it('never bring more than the trades and levels of the moment offered, and the best of it first', () => {
    const answers = atVenue(first().events);
    const witness = new Witness(answers);
    walkMarket(columns, info.instruments.length, answers, witness);
    const { seen } = witness;
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(10);
  });

  it('are parts: of makers and of takers, at several prices, and they add up to no more than was ordered', () => {
    const parts = new Map<number, OrderEvent[]>();
    for (const fill of fillsOf(first().events)) parts.set(fill.order.id, [...(parts.get(fill.order.id) ?? []), fill]);
    for (const fills of parts.values()) {
      const { qtyLots } = fills[0]!.order;
      let filled = 0;
      for (const fill of fills) {
        filled += fill.qtyLots;
        expect(fill.leavesLots).toBe(qtyLots - filled);
      }
      expect(filled).toBeLessThanOrEqual(qtyLots);
    }
    const several = [...parts.values()].filter((fills) => fills.length > 1);
    expect(several.filter((fills) => fills.every(({ maker }) => maker)).length).toBeGreaterThan(50);
    expect(several.filter((fills) => fills.every(({ maker }) => !maker)).length).toBeGreaterThan(50);
    const prices = (fills: OrderEvent[]) => new Set(fills.map(({ priceTicks }) => priceTicks)).size;
    expect(several.filter((fills) => prices(fills) > 2).length).toBeGreaterThan(5);
  });

  it('are what whole fills flatter: those come in one piece, and bring more than there was', () => {
    const whole = play(new MemoryTape(columns, info), options(HFTBACKTEST_RULES)).events;
    for (const { order, qtyLots } of fillsOf(whole)) expect(qtyLots).toBe(order.qtyLots);
    expect(lotsOf(fillsOf(whole))).toBeGreaterThan(lotsOf(fillsOf(first().events)));
    const answers = atVenue(whole);
    expect(() => walkMarket(columns, info.instruments.length, answers, new Witness(answers))).toThrow(/offered|takes/);
  });
});
