/**
 * Funding on a seeded market with rates of both signs: a linear contract with recorded marks, one with a multiplier that is
 * reckoned at the mid, and an inverse one. Every payment is worked out again from the fills and the rows before it.
 */
import { describe, expect, it } from 'vitest';
import { AccountEventKind } from '../../core/account-event.js';
import {
  codeOf,
  Flag,
  type InstrumentSpec,
  Kind,
  MemoryTape,
  mergeTapes,
  type OrderEvent,
  OrderEventKind,
  RandomSource,
  Side,
  syntheticTape,
  TapeBuilder,
} from '../../core/index.js';
import { constantLatency, makerTakerFees, riskAverseQueue, simulatedVenue } from '../../execution/index.js';
import { marketMaker } from '../../strategies/market-maker.js';
import { momentum } from '../../strategies/momentum.js';
import type { PlainLevels } from '../reference/plain-books.js';
import { atVenue, columnsOf, type GoldenOptions, goldenContract, play } from './execution-golden.js';
import { type Row, walkMarket } from './execution-market.js';

const TERMS: readonly Partial<InstrumentSpec>[] = [
  { base: 'A', quote: 'USD' },
  { base: 'B', quote: 'USD', multiplier: '10' },
  { base: 'C', quote: 'USD', contract: 'inverse', multiplier: '100' },
];
const EVERY_NS = 3_000_000_001;
const RESPONSE_NS = 300_000;

const market = syntheticTape({ seed: 41, rows: 80_000 });
const instruments = market.info.instruments.map(({ symbol, tick, lot }, index) => ({
  symbol,
  tick,
  lot,
  ...TERMS[index],
}));
const { columns, info } = withFunding();

/** The market with these contracts, a mark of the first every second, and funding of all every three. */
function withFunding() {
  const head = { ...market.info, instruments };
  const bare = new MemoryTape(columnsOf(market), head);
  const random = new RandomSource(8).stream('rates');
  const rows = new TapeBuilder({ value: true });
  const endNs = columnsOf(market).exchangeNs[market.info.rows - 1]!;
  for (let ns = 500_000_007; ns < endNs; ns += 1e9) {
    const ticks = 600_000 + random.integer(400) - 200;
    rows.add(ns, ns + 1e6, codeOf(Kind.mark, Side.none), Flag.last, 0, ticks, 0);
  }
  for (let ns = EVERY_NS; ns < endNs; ns += EVERY_NS) {
    for (let instrument = 0; instrument < instruments.length; instrument++) {
      const row = rows.add(ns, ns + 2e6, codeOf(Kind.funding, Side.none), Flag.last, instrument, 0, 0);
      rows.columns.value![row] = (random.uniform() - 0.4) * 0.001;
    }
  }
  const all = columnsOf(mergeTapes([bare, new MemoryTape(rows.build().columns, head)]));
  return { columns: all, info: new MemoryTape(all, head).info };
}

const options = (funding = true): GoldenOptions => ({
  strategies: [
    { name: 'maker', strategy: marketMaker.create(marketMaker.params.parse({ qty: 1, maxPosition: 6 })) },
    {
      name: 'momentum',
      strategy: momentum.create(momentum.params.parse({ qty: 0.7, maxPosition: 4.2, cooldown: '200ms' })),
    },
  ],
  venue: simulatedVenue({
    latency: constantLatency({ entryNs: 500_000, responseNs: RESPONSE_NS }),
    queue: riskAverseQueue(),
    fees: makerTakerFees({ makerRate: 0.0001, takerRate: 0.0003 }),
    settlement: { funding },
  }),
  currency: 'USD',
  rates: { C: 150 },
  seed: 2,
});

interface Payment {
  readonly strategy: number;
  readonly instrument: number;
  readonly ns: number;
  readonly priceTicks: number;
  readonly amount: number;
}

/** Works the payments out from fills and rows alone. */
class Witness {
  readonly payments: Payment[] = [];
  readonly #lots = new Map<string, number>();
  readonly #marks = new Map<number, number>();
  #lastFillNs = -1;

  before({ kind, instrument, exchangeNs: ns, priceTicks, value: rate }: Row, book: PlainLevels): void {
    if (kind === Kind.mark) this.#marks.set(instrument, priceTicks);
    if (kind !== Kind.funding) return;
    expect(this.#lastFillNs, 'no fill at the very moment').toBeLessThan(ns);
    for (let strategy = 0; strategy < 2; strategy++) {
      const lots = this.#lots.get(`${strategy} ${instrument}`) ?? 0;
      if (lots === 0) continue;
      const ticks = this.#marks.get(instrument) ?? (book.bestBid[0] + book.bestAsk[0]) / 2;
      const { tick, lot, multiplier = '1', contract } = instruments[instrument]!;
      const contracts = lots * Number(lot) * Number(multiplier);
      const price = ticks * Number(tick);
      const worth = contract === 'inverse' ? contracts / price : contracts * price;
      this.payments.push({ strategy, instrument, ns, priceTicks: ticks, amount: -worth * rate });
    }
  }

  own({ kind, order, exchangeNs, qtyLots }: OrderEvent): void {
    if (kind !== OrderEventKind.filled) return;
    const key = `${order.strategy} ${order.instrument.index}`;
    this.#lots.set(key, (this.#lots.get(key) ?? 0) + (order.side === Side.buy ? qtyLots : -qtyLots));
    this.#lastFillNs = exchangeNs;
  }
}

describe('funding', () => {
  const { first } = goldenContract(
    'funding',
    () => ({ columns, info }),
    () => options(),
  );
  const byHand = () => {
    const witness = new Witness();
    walkMarket(columns, instruments.length, atVenue(first().events), witness);
    return witness.payments;
  };

  it('is paid on every position at every funding time, at the mark, and heard of one latency later', () => {
    const payments = byHand();
    const { settlements } = first();
    expect(payments.length).toBeGreaterThan(30);
    for (let index = 0; index < instruments.length; index++) {
      const some = payments.filter(({ instrument }) => instrument === index).map(({ amount }) => Math.sign(amount));
      expect(new Set(some), `paid and received in ${index}`).toEqual(new Set([-1, 1]));
    }
    expect(settlements).toHaveLength(payments.length);
    settlements.forEach((event, at) => {
      const { strategy, instrument, ns, priceTicks, amount } = payments[at]!;
      expect([event.kind, event.strategy, event.instrument?.index]).toEqual([
        AccountEventKind.funding,
        strategy,
        instrument,
      ]);
      expect([event.exchangeNs, event.localNs, event.priceTicks]).toEqual([ns, ns + RESPONSE_NS, priceTicks]);
      expect(event.amount / amount).toBeCloseTo(1, 12);
      expect([event.qtyLots, event.fee]).toEqual([0, 0]);
    });
  });

  it('adds up in the accounts, instrument by instrument and in one currency', () => {
    const payments = byHand();
    first().result.strategies.forEach(({ account }, strategy) => {
      const sums = instruments.map((_, index) =>
        payments
          .filter((payment) => payment.strategy === strategy && payment.instrument === index)
          .reduce((sum, { amount }) => sum + amount, 0),
      );
      sums.forEach((sum, index) => expect(account.flowsOfInstrument(index)).toBeCloseTo(sum, 9));
      expect(account.flows).toBe(account.flowsOf(AccountEventKind.funding));
      expect(account.cashIn('C')).toBeCloseTo(account.tradeCash(2) - account.feesOf(2) + sums[2]!, 9);
      expect(account.cashIn('USD')).toBeCloseTo(
        account.tradeCash(0) + account.tradeCash(1) - account.feesOf(0) - account.feesOf(1) + sums[0]! + sums[1]!,
        6,
      );
    });
  });

  it('changes no order: without it the same fills leave the same money but for the payments', () => {
    const without = play(new MemoryTape(columns, info), options(false));
    expect(without.settlements).toEqual([]);
    const told = ({ order, ...event }: OrderEvent) => ({ ...event, order: order.id });
    expect(without.events.map(told)).toEqual(first().events.map(told));
    without.result.strategies.forEach(({ account }, strategy) => {
      const paid = first().result.strategies[strategy]!.account;
      expect(account.flows).toBe(0);
      expect([account.balance, account.fees]).toEqual([paid.balance, paid.fees]);
    });
    expect(without.result.runHash, 'payments are part of what happened').not.toBe(first().result.runHash);
  });
});
