/**
 * What every FeeModel must do, as a suite: called once for each model. Contract: execution/fees.ts.
 */
import { describe, expect, it } from 'vitest';
import { Instrument } from '../../core/index.js';
import type { FeeModel } from '../../execution/index.js';

const instrument = new Instrument({ symbol: 'X', tick: '0.1', lot: '0.001' }, 0);
const FILLS: [priceTicks: number, qtyLots: number, maker: boolean][] = [1, -5, 0, 618_002, 2 ** 31 - 2].flatMap(
  (priceTicks) =>
    [1, 10, 1e9].flatMap((qtyLots) =>
      [true, false].map((maker) => [priceTicks, qtyLots, maker] as [number, number, boolean]),
    ),
);

export function feeContract(name: string, make: () => FeeModel): void {
  describe(`${name} keeps the contract of a fee model`, () => {
    it('gives a finite amount for every fill, also at prices of 0 and below', () => {
      const model = make();
      for (const fill of FILLS) expect(Number.isFinite(model.fee(instrument, ...fill)), String(fill)).toBe(true);
    });

    it('gives the same fee for the same fill, whatever came before', () => {
      const model = make();
      const there = FILLS.map((fill) => model.fee(instrument, ...fill));
      const back = FILLS.toReversed().map((fill) => model.fee(instrument, ...fill));
      expect(back.toReversed()).toEqual(there);
      expect(FILLS.map((fill) => make().fee(instrument, ...fill))).toEqual(there);
    });
  });
}
