/**
 * What every LatencyModel must do, as a suite: called once for each model. Contract: execution/latency.ts.
 */
import { describe, expect, it } from 'vitest';
import { RandomSource } from '../../core/index.js';
import type { LatencyModel } from '../../execution/index.js';

export function latencyContract(name: string, make: () => LatencyModel): void {
  /** Delays of many requests and answers, over 100 days. */
  const delaysOf = (model: LatencyModel) => {
    const random = new RandomSource(7).stream('latency');
    const entry: number[] = [];
    const response: number[] = [];
    for (let nowNs = 0; nowNs < 8.64e15; nowNs = nowNs * 1.5 + 17) {
      entry.push(model.entryNs(Math.floor(nowNs), random));
      response.push(model.responseNs(Math.floor(nowNs), random));
    }
    return { entry, response };
  };

  describe(`${name} keeps the contract of a latency model`, () => {
    it('promises lower bounds that are times ≥ 0', () => {
      const { leastEntryNs, leastResponseNs } = make();
      for (const leastNs of [leastEntryNs, leastResponseNs]) {
        expect(leastNs).toBeGreaterThanOrEqual(0);
        expect(leastNs).toBeLessThan(Infinity);
      }
    });

    it('gives whole, finite delays that keep the promise', () => {
      const model = make();
      const { entry, response } = delaysOf(model);
      for (const [delays, leastNs] of [
        [entry, model.leastEntryNs],
        [response, model.leastResponseNs],
      ] as const) {
        expect(delays.every(Number.isSafeInteger)).toBe(true);
        expect(Math.min(...delays)).toBeGreaterThanOrEqual(leastNs);
      }
    });

    it('gives the same delays for the same times and random stream', () => {
      expect(delaysOf(make())).toEqual(delaysOf(make()));
    });
  });
}
