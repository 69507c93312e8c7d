/**
 * Pro rata on a seeded market: three makers that quote the touch in different sizes. A walk over the rows says what each
 * order must get, with the shares of every trade from the plain exchange in test/reference.
 */
import { describe, expect, it } from 'vitest';
import {
  Kind,
  MemoryTape,
  type Order,
  type OrderEvent,
  OrderEventKind,
  Side,
  syntheticTape,
} from '../../core/index.js';
import { constantLatency, makerTakerFees, proRataQueue, simulatedVenue } from '../../execution/index.js';
import { marketMaker } from '../../strategies/market-maker.js';
import type { PlainLevels } from '../reference/plain-books.js';
import { plainProRata } from '../reference/plain-pro-rata.js';
import { atVenue, columnsOf, fillsOf, type GoldenOptions, goldenContract, lotsOf } from './execution-golden.js';
import { type Row, walkMarket } from './execution-market.js';

const market = syntheticTape({ seed: 31, rows: 80_000 });
const columns = columnsOf(market);
const { info } = new MemoryTape(columns, market.info);
const RULES = { remainder: 'time', minimumLots: 2 } as const;

const maker = (interval: string, qty: number) =>
  marketMaker.create(
    marketMaker.params.parse({ interval, qty, maxPosition: 20 * qty, halfSpreadTicks: 0, toleranceTicks: 1 }),
  );

const options = (): GoldenOptions => ({
  strategies: [
    { name: 'small', strategy: maker('15ms', 0.5) },
    { name: 'middle', strategy: maker('22ms', 1.7) },
    { name: 'large', strategy: maker('31ms', 4.1) },
  ],
  venue: simulatedVenue({
    latency: constantLatency({ entryNs: 500_000, responseNs: 500_000 }),
    queue: proRataQueue(RULES),
    fees: makerTakerFees({ makerRate: -0.0001, takerRate: 0.0002 }),
  }),
  seed: 1,
});

interface Own {
  readonly order: Order;
  readonly ticks: number;
  left: number;
  /** Of the others: ahead of it in time, and in all, as of the last row of its level and the trades since. */
  ahead: number;
  others: number;
}

interface Fill {
  readonly order: number;
  readonly ns: number;
  readonly ticks: number;
  readonly lots: number;
}

/** Says by hand who gets what. Of own orders it is told only when they come to rest and when they leave unfilled. */
class Witness {
  readonly fills: Fill[] = [];
  readonly seen = { trades: 0, severalOwn: 0, notFirst: 0, remainders: 0, passed: 0 };
  /** In order of arrival. */
  #own: Own[] = [];
  /** Lots of levels that came to our price which our orders took, until the level is recorded with another quantity. */
  readonly #taken = new Map<string, number>();
  #before = 0;

  before({ side, priceTicks }: Row, book: PlainLevels): void {
    this.#before = (side === Side.buy ? book.bids : book.asks).get(priceTicks) ?? 0;
  }

  after(row: Row): void {
    const { kind, instrument, priceTicks, qtyLots, exchangeNs } = row;
    const side = row.side as Side;
    if (kind === Kind.trade) {
      const taken = side === Side.buy ? Side.sell : Side.buy;
      const used = this.#pass(instrument, taken, priceTicks, false, qtyLots, exchangeNs);
      if (used < qtyLots) this.#share(instrument, taken, priceTicks, qtyLots - used, exchangeNs);
    } else if (kind === Kind.depth) {
      for (const own of this.#line(instrument, side, priceTicks)) {
        own.others = qtyLots;
        own.ahead = Math.min(own.ahead, qtyLots);
      }
      const key = `${instrument} ${side} ${priceTicks}`;
      if (qtyLots !== this.#before) this.#taken.delete(key);
      const taken = this.#taken.get(key) ?? 0;
      const other = side === Side.buy ? Side.sell : Side.buy;
      const used = this.#pass(instrument, other, priceTicks, true, qtyLots - taken, exchangeNs);
      if (used > 0) this.#taken.set(key, taken + used);
    }
  }

  own({ kind, order, priceTicks, qtyLots }: OrderEvent, book: PlainLevels): void {
    if (kind === OrderEventKind.accepted) {
      const others = (order.side === Side.buy ? book.bids : book.asks).get(priceTicks) ?? 0;
      this.#own.push({ order, ticks: priceTicks, left: qtyLots, ahead: others, others });
    } else if (kind !== OrderEventKind.filled) this.#own = this.#own.filter((own) => own.order !== order);
  }

  #line(instrument: number, side: Side, ticks: number): Own[] {
    return this.#own.filter(
      ({ order, ticks: at }) => at === ticks && order.side === side && order.instrument.index === instrument,
    );
  }

  /** Orders at better prices than `ticks` (or as good, with `same`), best and oldest first. */
  #pass(instrument: number, side: Side, ticks: number, same: boolean, offered: number, ns: number): number {
    const better = (at: number) => (side === Side.buy ? at - ticks : ticks - at);
    const passed = this.#own
      .filter(
        ({ order, ticks: at }) =>
          order.side === side && order.instrument.index === instrument && better(at) >= (same ? 0 : 1),
      )
      .sort((a, b) => better(b.ticks) - better(a.ticks));
    let left = offered;
    for (const own of passed) {
      const lots = Math.min(left, own.left);
      if (lots <= 0) break;
      left -= lots;
      this.seen.passed++;
      this.#fill(own, lots, ns);
    }
    return offered - left;
  }

  /** Shares a trade among our orders at its price and the others, who stand between them in time. */
  #share(instrument: number, side: Side, ticks: number, qtyLots: number, ns: number): void {
    const line = this.#line(instrument, side, ticks);
    if (line.length === 0) return;
    const { others } = line[0]!;
    const parties: { own: boolean; lots: number }[] = [];
    let seen = 0;
    for (const own of line) {
      const ahead = Math.min(Math.max(own.ahead, seen), others);
      parties.push({ own: false, lots: ahead - seen }, { own: true, lots: own.left });
      seen = ahead;
    }
    parties.push({ own: false, lots: others - seen });
    const gets = plainProRata(parties, qtyLots, RULES);
    const all = parties.reduce((sum, { lots }) => sum + lots, 0);
    expect(
      gets.reduce((sum, lots) => sum + lots, 0),
      'not a lot is lost, and none is made',
    ).toBe(Math.min(qtyLots, all));
    this.#count(line, parties, gets, qtyLots, all);
    let ahead = 0;
    let given = 0;
    line.forEach((own, at) => {
      ahead += parties[2 * at]!.lots;
      given += gets[2 * at]!;
      own.ahead = ahead - given;
    });
    given += gets.at(-1)!;
    for (const own of line) own.others = others - given;
    line.forEach((own, at) => {
      const lots = gets[2 * at + 1]!;
      if (lots > 0) this.#fill(own, lots, ns);
    });
  }

  #count(line: Own[], parties: { lots: number }[], gets: number[], qtyLots: number, all: number): void {
    const { seen } = this;
    seen.trades++;
    if (line.length > 1) seen.severalOwn++;
    if (gets.some((lots, at) => lots > Math.floor((qtyLots * parties[at]!.lots) / all))) seen.remainders++;
    if (line.some(({ ahead }, at) => ahead > qtyLots && gets[2 * at + 1]! > 0)) seen.notFirst++;
  }

  #fill(own: Own, lots: number, ns: number): void {
    this.fills.push({ order: own.order.id, ns, ticks: own.ticks, lots });
    own.left -= lots;
    if (own.left === 0) this.#own = this.#own.filter((other) => other !== own);
  }
}

describe('pro rata', () => {
  const { first } = goldenContract('pro-rata', () => ({ columns, info }), options);

  it('gives every order the share of each trade that the plain exchange gives it', () => {
    const answers = atVenue(first().events);
    const witness = new Witness();
    walkMarket(columns, info.instruments.length, answers, witness);
    const fills = fillsOf(answers).map(({ order, exchangeNs, priceTicks, qtyLots }) => ({
      order: order.id,
      ns: exchangeNs,
      ticks: priceTicks,
      lots: qtyLots,
    }));
    expect(fills).toEqual(witness.fills);
    for (const [what, times] of Object.entries(witness.seen)) expect(times, what).toBeGreaterThan(10);
  });

  it('never gives own orders together more than traded, nor one of them more than it was', () => {
    const offered = new Map<string, { trades: number; levels: number }>();
    const keyOf = (instrument: number, ns: number, side: Side) => `${instrument} ${ns} ${side}`;
    const note = ({ kind, instrument, exchangeNs, side, qtyLots }: Row) => {
      const key = keyOf(instrument, exchangeNs, side === Side.buy ? Side.sell : Side.buy);
      const sum = offered.get(key) ?? { trades: 0, levels: 0 };
      if (kind === Kind.trade) sum.trades += qtyLots;
      else if (kind === Kind.depth) sum.levels += qtyLots;
      offered.set(key, sum);
    };
    walkMarket(columns, info.instruments.length, [], { before: note, own() {} });
    const got = new Map<string, OrderEvent[]>();
    for (const fill of fillsOf(first().events)) {
      const key = keyOf(fill.order.instrument.index, fill.exchangeNs, fill.order.side);
      got.set(key, [...(got.get(key) ?? []), fill]);
      expect(fill.maker).toBe(true);
      expect(fill.order.filledLots).toBeLessThanOrEqual(fill.order.qtyLots);
    }
    let onlyTrades = 0;
    for (const [key, fills] of got) {
      const { trades, levels } = offered.get(key)!;
      if (levels === 0) onlyTrades++;
      expect(lotsOf(fills), key).toBeLessThanOrEqual(trades + levels);
    }
    expect(onlyTrades).toBeGreaterThan(200);
  });
});
