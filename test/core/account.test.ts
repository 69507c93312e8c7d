/** Accounts: nothing is made or lost, the identities of profit hold, and sums are exact. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Account, Instrument, Side } from '../../core/index.js';

const instruments = [
  new Instrument({ symbol: 'A', tick: '0.1', lot: '0.001' }, 0),
  new Instrument({ symbol: 'B', tick: '0.25', lot: '1' }, 1),
];
/** Money of one tick × lot of each, as a fraction: 0.1 × 0.001 and 0.25 × 1. */
const VALUE = [
  [1n, 10_000n],
  [25n, 100n],
] as const;

const fill = fc.record({
  instrument: fc.nat(1),
  side: fc.constantFrom(Side.buy, Side.sell),
  priceTicks: fc.integer({ min: -20, max: 700_000 }),
  qtyLots: fc.integer({ min: 1, max: 3000 }),
  fee: fc.constantFrom<number>(0, 0.001, 1.25e-5, -0.0003),
});
type Fill = typeof fill extends fc.Arbitrary<infer T> ? T : never;
const fills = fc.array(fill, { maxLength: 60 });

function booked(all: readonly Fill[]): Account {
  const account = new Account(instruments);
  for (const each of all) {
    account.applyFill(each.instrument, each.side, each.priceTicks, each.qtyLots, each.fee);
  }
  return account;
}

const signed = ({ side, qtyLots }: Fill) => (side === Side.buy ? qtyLots : -qtyLots);

/** Exact money of a whole number of ticks × lots, as the nearest double. */
function money(instrument: number, tickLots: bigint): number {
  const [digits, scale] = VALUE[instrument]!;
  return Number(tickLots * digits) / Number(scale);
}

/** Equal but for the last bits of sums of this size. */
function expectClose(found: number, expected: number, size: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, size));
}

describe('an account', () => {
  it('adds up positions and money exactly', () => {
    fc.assert(
      fc.property(fills, (all) => {
        const account = booked(all);
        for (const index of [0, 1]) {
          const own = all.filter(({ instrument }) => instrument === index);
          expect(account.positionLots(index)).toBe(own.reduce((sum, each) => sum + signed(each), 0));
          const cash = own.reduce((sum, each) => sum - BigInt(each.priceTicks) * BigInt(signed(each)), 0n);
          expect(account.tradeCash(index)).toBe(money(index, cash));
          const volume = own.reduce((sum, each) => sum + BigInt(each.priceTicks) * BigInt(each.qtyLots), 0n);
          expect(account.volumeOf(index)).toBe(money(index, volume));
        }
        expect(account.trades).toBe(all.length);
      }),
    );
  });

  it('has equity = realised + unrealised − fees = cash + position × mark', () => {
    const marks = fc.tuple(fc.integer({ min: 1, max: 1_400_000 }), fc.integer({ min: 1, max: 1_400_000 }));
    fc.assert(
      fc.property(fills, marks, (all, halfTicks) => {
        const account = booked(all);
        let size = all.reduce((sum, each) => sum + Math.abs(each.priceTicks * each.qtyLots), 0);
        let worth = account.cash;
        for (const index of [0, 1]) {
          account.mark(index, halfTicks[index]!);
          size += Math.abs(account.positionLots(index) * halfTicks[index]!);
          worth += money(index, BigInt(account.positionLots(index)) * BigInt(halfTicks[index]!)) / 2;
        }
        expectClose(account.equity, worth, size);
        expectClose(account.equity, account.realised + account.unrealised - account.fees, size);
        expectClose(account.cash, account.balance - account.fees, size);
      }),
    );
  });

  it('keeps the average cost of an open position while it shrinks, and starts anew when it turns round', () => {
    fc.assert(
      fc.property(fills, (all) => {
        const account = new Account(instruments);
        const cost = [Number.NaN, Number.NaN];
        for (const each of all) {
          const { instrument, priceTicks, qtyLots, fee } = each;
          const before = account.positionLots(instrument);
          account.applyFill(instrument, each.side, priceTicks, qtyLots, fee);
          const after = account.positionLots(instrument);
          if (after === 0) cost[instrument] = Number.NaN;
          else if (before === 0 || Math.sign(before) !== Math.sign(after)) cost[instrument] = priceTicks;
          else if (Math.abs(after) > Math.abs(before)) {
            cost[instrument] = (cost[instrument]! * Math.abs(before) + priceTicks * qtyLots) / Math.abs(after);
          }
          const found = account.averageCostTicks(instrument);
          if (after === 0) expect(found).toBeNaN();
          else expectClose(found, cost[instrument]!, 1e6);
        }
      }),
    );
  });

  it('makes nothing out of two accounts that trade with each other', () => {
    fc.assert(
      fc.property(fills, (all) => {
        const one = booked(all);
        const other = booked(
          all.map((each) => ({ ...each, side: each.side === Side.buy ? Side.sell : Side.buy, fee: -each.fee })),
        );
        for (const index of [0, 1]) {
          expect(one.positionLots(index) + other.positionLots(index)).toBe(0);
          expect(one.tradeCash(index) + other.tradeCash(index)).toBe(0);
          expect(one.feesOf(index) + other.feesOf(index)).toBe(0);
          one.mark(index, 777);
          other.mark(index, 777);
        }
        expectClose(one.equity + other.equity, 0, 1e9);
      }),
    );
  });

  it('has taken all its profit when it is flat', () => {
    fc.assert(
      fc.property(fills, fc.integer({ min: 1, max: 1e6 }), (all, priceTicks) => {
        const account = booked(all);
        for (const index of [0, 1]) {
          const lots = account.positionLots(index);
          if (lots !== 0) account.applyFill(index, lots > 0 ? Side.sell : Side.buy, priceTicks, Math.abs(lots), 0);
          expect(account.realisedOf(index)).toBe(account.tradeCash(index));
          expect(account.unrealisedOf(index)).toBe(0);
        }
        expectClose(account.equity, account.cash, 1e9);
      }),
    );
  });

  it('loses no small fee beside a large one', () => {
    const account = new Account(instruments);
    account.applyFill(0, Side.buy, 1, 1, 1e9);
    for (let i = 0; i < 100_000; i++) account.applyFill(0, i % 2 === 0 ? Side.sell : Side.buy, 1, 1, 1e-5);
    expectClose(account.fees, 1e9 + 1, 1e3);
  });

  it('values a position at its first fill until there is a mark', () => {
    const account = new Account(instruments);
    account.applyFill(0, Side.buy, 100, 5, 0);
    account.applyFill(0, Side.buy, 110, 5, 0);
    expect(account.unrealisedOf(0)).toBe(instruments[0]!.value(100 * 10 - 1050));
    account.mark(0, 221);
    expect(account.unrealisedOf(0)).toBe(instruments[0]!.value((221 / 2) * 10 - 1050));
  });
});
