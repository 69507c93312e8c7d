/**
 * What every ComputeTimeModel must do, as a suite: called once for each model. Contract: core/compute-time.ts.
 */
import { describe, expect, it } from 'vitest';
import { type ComputeTimeModel, HANDLERS, RandomSource } from '../../core/index.js';

export function computeTimeContract(name: string, make: () => ComputeTimeModel): void {
  const costsOf = (model: ComputeTimeModel, seed = 3) => {
    const random = new RandomSource(seed).stream('compute-time');
    const own = model.forRun?.() ?? model;
    return Array.from({ length: 3_000 }, (_, call) => own.costNs((call * 5) % HANDLERS.length, call * 1_000, random));
  };

  describe(`${name} keeps the contract of a compute time model`, () => {
    it('gives whole, finite nanoseconds ≥ 0 for every handler', () => {
      expect(costsOf(make()).filter((cost) => !(cost >= 0) || !Number.isSafeInteger(cost))).toEqual([]);
    });

    it('gives the same costs for the same seed, whatever it was used for before', () => {
      const model = make();
      const costs = costsOf(model);
      expect(costsOf(make())).toEqual(costs);
      costsOf(model, 4);
      expect(costsOf(model)).toEqual(costs);
    });
  });
}
