/**
 * What every PriceProtection must do, as a suite: called once for each model. Contract: execution/price-protection.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Side } from '../../core/index.js';
import type { PriceProtection } from '../../execution/index.js';

export function priceProtectionContract(name: string, make: () => PriceProtection): void {
  describe(`${name} keeps the contract of a price protection`, () => {
    it('gives whole ticks or no limit at all, and always lets the best price through', () => {
      fc.assert(
        fc.property(fc.integer({ min: -(2 ** 31) + 2, max: 2 ** 31 - 2 }), (bestTicks) => {
          const model = make();
          const buy = model.limitTicks(Side.buy, bestTicks);
          const sell = model.limitTicks(Side.sell, bestTicks);
          expect(buy === Infinity || Number.isSafeInteger(buy)).toBe(true);
          expect(sell === -Infinity || Number.isSafeInteger(sell)).toBe(true);
          expect(buy).toBeGreaterThanOrEqual(bestTicks);
          expect(sell).toBeLessThanOrEqual(bestTicks);
          expect(model.limitTicks(Side.buy, bestTicks)).toBe(buy);
        }),
      );
    });
  });
}
