/** Accounts against their exact twin: random fills, splits and flows, by average cost and FIFO, linear and inverse. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Account, type Costing } from '../../core/account.js';
import { AccountEventKind } from '../../core/account-event.js';
import { Instrument } from '../../core/instrument.js';
import { Side } from '../../core/market.js';
import { Fraction, PlainPosition } from '../reference/plain-account.js';

const SPECS = [
  { symbol: 'SHARE', tick: '0.01', lot: '1' },
  { symbol: 'FUTURE', tick: '0.25', lot: '1', multiplier: '50' },
  { symbol: 'COIN', tick: '0.5', lot: '1', contract: 'inverse', multiplier: '100' },
] as const;
const COIN = 2;
const instruments = SPECS.map((spec, index) => new Instrument(spec, index));

const operation = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      what: fc.constant('fill' as const),
      instrument: fc.nat(2),
      side: fc.constantFrom(Side.buy, Side.sell),
      priceTicks: fc.integer({ min: 1, max: 200_000 }),
      // Few sizes, so that positions are often closed to the lot.
      qtyLots: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3000 })),
      fee: fc.constantFrom<number>(0, 0.001, 1.25e-5, -0.0003, 1e6),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('split' as const),
      instrument: fc.nat(1),
      ratio: fc.constantFrom([2, 1], [3, 2], [1, 10], [1, 7], [10, 1]),
      cash: fc.constantFrom<number>(0, 12.5, -3.1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('flow' as const),
      instrument: fc.nat(2),
      kind: fc.constantFrom(AccountEventKind.funding, AccountEventKind.dividend),
      amount: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
const operations = fc.array(operation, { maxLength: 80 });
const costings = fc.constantFrom<Costing>('average', 'fifo');

/** Does the same to the account and to the twin. */
function apply(each: Operation, account: Account, twins: readonly PlainPosition[]): void {
  const { instrument } = each;
  const twin = twins[instrument]!;
  if (each.what === 'fill') {
    const { side, priceTicks, qtyLots, fee } = each;
    account.applyFill(instrument, side, priceTicks, qtyLots, fee);
    twin.fill(side === Side.buy ? qtyLots : -qtyLots, priceTicks, fee);
  } else if (each.what === 'split') {
    const lots = account.positionLots(instrument);
    const change = Math.trunc((lots * each.ratio[0]!) / each.ratio[1]!) - lots;
    if (lots === 0) return;
    account.applySplit(AccountEventKind.split, instrument, change, each.cash);
    twin.split(change, each.cash);
  } else {
    account.applyCash(each.kind, instrument, each.amount);
    twin.flow(each.amount);
  }
}

function both(all: readonly Operation[], costing: Costing): { account: Account; twins: PlainPosition[] } {
  const account = new Account(instruments, { costing });
  const twins = instruments.map(
    ({ inverse, tick, lot, multiplier }) => new PlainPosition({ inverse, tick, lot, multiplier }, costing === 'fifo'),
  );
  for (const each of all) apply(each, account, twins);
  return { account, twins };
}

/** Off by no more than `ulps` units in the last place of the exact number, or by nothing beside `size`. */
function expectLastUnit(found: number, exact: Fraction, size: number, ulps = 2): void {
  const error = Math.abs(Fraction.of(found).minus(exact).toNumber());
  expect(error).toBeLessThanOrEqual(ulps * 2 ** -52 * Math.abs(exact.toNumber()) + 2 ** -95 * size);
}

const grossOf = (all: readonly Operation[]) =>
  all.reduce((sum, each) => {
    if (each.what !== 'fill') return sum;
    return sum + Math.abs(instruments[each.instrument]!.notional(each.priceTicks, each.qtyLots)) + Math.abs(each.fee);
  }, 1);

describe('an account and its exact twin', () => {
  it('have the same positions, and the same cash, fees, flows and volume to the last unit', () => {
    fc.assert(
      fc.property(operations, costings, (all, costing) => {
        const { account, twins } = both(all, costing);
        twins.forEach((twin, index) => {
          expect(BigInt(account.positionLots(index))).toBe(twin.lots);
          if (index === COIN) {
            expectLastUnit(account.tradeCash(index), twin.cash, grossOf(all));
            expectLastUnit(account.volumeOf(index), twin.volume, grossOf(all));
          } else {
            expect(account.tradeCash(index)).toBe(twin.cash.toNumber());
            expect(account.volumeOf(index)).toBe(twin.volume.toNumber());
          }
          expectLastUnit(account.feesOf(index), twin.fees, 1e9);
          expectLastUnit(account.flowsOfInstrument(index), twin.flows, 1e9);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('have the same realised and unrealised profit, by average cost and by FIFO', () => {
    const marks = fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(operations, costings, marks, (all, costing, halfTicks) => {
        const { account, twins } = both(all, costing);
        const size = 1e-13 * grossOf(all) * (1 + all.length);
        twins.forEach((twin, index) => {
          account.mark(index, halfTicks[index]!);
          expect(Math.abs(account.realisedOf(index) - twin.realised.toNumber())).toBeLessThanOrEqual(size);
          const unrealised = twin.unrealised(halfTicks[index]!).toNumber();
          const worth = Math.abs(instruments[index]!.notional(halfTicks[index]! / 2, Number(twin.lots)));
          expect(Math.abs(account.unrealisedOf(index) - unrealised)).toBeLessThanOrEqual(size + 1e-13 * worth);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('have exactly the same profit by FIFO where nothing was split and nothing is inverse', () => {
    fc.assert(
      fc.property(operations, (all) => {
        const plain = all.filter((each) => each.what === 'fill' && each.instrument !== COIN);
        const { account, twins } = both(plain, 'fifo');
        for (const index of [0, 1]) {
          account.mark(index, 12_345);
          expect(account.realisedOf(index)).toBe(twins[index]!.realised.toNumber());
          expect(account.unrealisedOf(index)).toBe(twins[index]!.unrealised(12_345).toNumber());
        }
      }),
      { numRuns: 300 },
    );
  });

  it('have the same equity whichever lots a closing trade closes', () => {
    fc.assert(
      fc.property(operations, (all) => {
        const [average, fifo] = [both(all, 'average').account, both(all, 'fifo').account];
        const size = 1e-13 * grossOf(all) * (1 + all.length);
        expect(Math.abs(average.equity - fifo.equity)).toBeLessThanOrEqual(size);
      }),
    );
  });

  it('make nothing: two accounts that trade with each other cancel exactly, inverse contracts and FIFO too', () => {
    fc.assert(
      fc.property(operations, costings, (all, costing) => {
        const one = both(all, costing).account;
        const mirrored = all.map((each): Operation => {
          if (each.what === 'split') return { ...each, cash: -each.cash };
          if (each.what === 'flow') return { ...each, amount: -each.amount };
          return { ...each, side: each.side === Side.buy ? Side.sell : Side.buy, fee: -each.fee };
        });
        const other = both(mirrored, costing).account;
        for (const index of instruments.keys()) {
          expect(one.positionLots(index) + other.positionLots(index)).toBe(0);
          expect(one.tradeCash(index) + other.tradeCash(index)).toBe(0);
          expect(one.feesOf(index) + other.feesOf(index)).toBe(0);
          expect(one.realisedOf(index) + other.realisedOf(index)).toBe(0);
          expect(one.flowsOfInstrument(index) + other.flowsOfInstrument(index)).toBe(0);
        }
        expect(one.equity + other.equity).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
