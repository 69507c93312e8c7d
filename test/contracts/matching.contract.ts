/**
 * What every MatchingModel must do, as a suite: called once for each model. Contract: execution/matching.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument, LevelBook, Side } from '../../core/index.js';
import { type MatchingModel, reaches } from '../../execution/index.js';

const instrument = new Instrument({ symbol: 'X', tick: '1', lot: '1' }, 0);
const level = fc.record({ away: fc.integer({ min: 1, max: 6 }), lots: fc.integer({ min: 1, max: 9 }) });
const levels = fc.array(level, { maxLength: 5 });
const side = fc.constantFrom(Side.buy, Side.sell);

function bookOf(bids: { away: number; lots: number }[], asks: { away: number; lots: number }[]): LevelBook {
  const book = new LevelBook(instrument);
  for (const { away, lots } of bids) book.set(Side.buy, 100 - away, lots);
  for (const { away, lots } of asks) book.set(Side.sell, 100 + away, lots);
  return book;
}

function textOf(book: LevelBook): string {
  const [ticks, lots] = [new Int32Array(20), new Float64Array(20)];
  return [Side.buy, Side.sell]
    .map((each) => {
      const found = book.levelsInto(each, 20, ticks, lots);
      return `${ticks.slice(0, found)} ${lots.slice(0, found)}`;
    })
    .join(' | ');
}

export function matchingContract(name: string, make: () => MatchingModel): void {
  describe(`${name} keeps the contract of a matching model`, () => {
    const limit = fc.oneof(fc.integer({ min: 92, max: 108 }), fc.constant('market' as const));
    const quantity = fc.integer({ min: 1, max: 40 });

    it('takes whole lots, best price first, within limit and quantity, and leaves the book as it was', () => {
      fc.assert(
        fc.property(levels, levels, side, limit, quantity, (bids, asks, taker, drawn, qtyLots) => {
          const book = bookOf(bids, asks);
          const before = textOf(book);
          const limitTicks = drawn === 'market' ? (taker === Side.buy ? Infinity : -Infinity) : drawn;
          const model = make();
          const fills: [number, number][] = [];
          const available = model.availableLots(book, taker, limitTicks, qtyLots);
          model.take(book, taker, limitTicks, qtyLots, (priceTicks, lots) => fills.push([priceTicks, lots]));
          const total = fills.reduce((sum, [, lots]) => sum + lots, 0);
          expect(fills.every(([, lots]) => Number.isSafeInteger(lots) && lots > 0)).toBe(true);
          expect(total).toBeLessThanOrEqual(qtyLots);
          const sign = taker === Side.buy ? 1 : -1;
          expect(fills.every(([price]) => sign * (limitTicks - price) >= 0)).toBe(true);
          expect(fills.every(([price], index) => index === 0 || sign * (price - fills[index - 1]![0]) > 0)).toBe(true);
          if (!reaches(book, taker, limitTicks)) expect(total).toBe(0);
          // Fill-or-kill relies on it: what is said to be available is what one gets.
          expect(total >= qtyLots).toBe(available >= qtyLots);
          expect(textOf(book)).toBe(before);
        }),
      );
    });

    it('fills a resting order by whole lots, 0 to what is left of it', () => {
      fc.assert(
        fc.property(quantity, quantity, (leavesLots, reachedLots) => {
          const filled = make().restingLots(leavesLots, reachedLots);
          expect(Number.isSafeInteger(filled) && filled >= 0 && filled <= leavesLots).toBe(true);
        }),
      );
    });
  });
}
