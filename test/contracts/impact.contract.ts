/**
 * What every ImpactModel must do, as a suite: called once for each model. Contract: execution/impact.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument, RandomSource, Side } from '../../core/index.js';
import { type ImpactModel, ImpactOutcome, ImpactPricer, type ModelRun } from '../../execution/index.js';

const runOf = (seed: number): ModelRun => ({
  instruments: [new Instrument({ symbol: 'X', tick: '1', lot: '1' }, 0)],
  random: new RandomSource(seed),
  streamPrefix: 'venue',
});

const side = fc.constantFrom(Side.buy, Side.sell);
const quantity = fc.integer({ min: 1, max: 1_000_000 });
const price = fc.oneof(fc.integer({ min: -100_000, max: 100_000 }), fc.integer({ min: 1, max: 2 ** 31 - 2 }));
const volume = fc.oneof(fc.integer({ min: 1, max: 1e9 }), fc.constantFrom(0, Number.NaN));
const sigma = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(Number.NaN));
const fill = fc.tuple(side, quantity, price, volume, sigma);

export function impactContract(name: string, make: () => ImpactModel): void {
  const fresh = (): ImpactModel => {
    const model = make();
    return model.forRun?.(runOf(1)) ?? model;
  };

  describe(`${name} keeps the contract of an impact model`, () => {
    it('gives a finite slippage of 0 or more for whatever it says that it can price', () => {
      fc.assert(
        fc.property(fc.array(fill, { minLength: 1, maxLength: 8 }), (fills) => {
          const model = fresh();
          for (const [taker, qtyLots, priceTicks, volumeLots, returns] of fills) {
            if (!model.canPrice(volumeLots, returns)) continue;
            const slippage = model.slippageTicks(taker, qtyLots, priceTicks, volumeLots, returns);
            expect(slippage).toBeGreaterThanOrEqual(0);
            expect(slippage).toBeLessThan(Infinity);
          }
        }),
      );
    });

    it('fills at whole ticks, never better than the reference price nor worse than the limit', () => {
      const limit = fc.oneof(fc.constant(Infinity), fc.nat(100));
      fc.assert(
        fc.property(fill, limit, ([taker, qtyLots, priceTicks, volumeLots, returns], room) => {
          const pricer = new ImpactPricer(fresh());
          const sign = taker === Side.buy ? 1 : -1;
          const outcome = pricer.price(taker, qtyLots, priceTicks, volumeLots, returns, priceTicks + sign * room);
          if (outcome !== ImpactOutcome.priced) return;
          expect(Number.isSafeInteger(pricer.fillTicks)).toBe(true);
          const worse = sign * (pricer.fillTicks - priceTicks);
          expect(worse).toBeGreaterThanOrEqual(0);
          expect(worse).toBeLessThanOrEqual(room);
          // Rounded against the taker, by a tick at most (doubles swallow slippage that is tiny beside the price).
          const rounded = sign * (pricer.fillTicks - pricer.unroundedTicks);
          expect(rounded).toBeGreaterThan(-1e-6 * Math.max(1, Math.abs(priceTicks)));
          expect(rounded).toBeLessThanOrEqual(1);
        }),
      );
    });

    it('gives the same for the same fills in every run of one seed, also when one object serves two runs', () => {
      const model = make();
      const fills = fc.sample(fill, { seed: 1, numRuns: 100 });
      const inOneRun = () => {
        const used = model.forRun?.(runOf(3)) ?? model;
        return fills.map(([taker, qtyLots, priceTicks, volumeLots, returns]) =>
          used.canPrice(volumeLots, returns)
            ? used.slippageTicks(taker, qtyLots, priceTicks, volumeLots, returns)
            : 'refused',
        );
      };
      expect(inOneRun()).toEqual(inOneRun());
    });
  });
}
