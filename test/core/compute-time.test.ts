/** What thinking costs, handler by handler, and how events wait in line while a strategy thinks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Busy,
  burstyDelay,
  computeTime,
  HANDLERS,
  type HandlerCosts,
  logNormalDelay,
  noComputeTime,
  RandomSource,
} from '../../core/index.js';
import { computeTimeContract } from '../contracts/compute-time.contract.js';

const jittered = logNormalDelay({ medianNs: 20_000, sigma: 0.5 });

computeTimeContract('no compute time', () => noComputeTime);
computeTimeContract('constant', () => computeTime(5_000));
computeTimeContract('log-normal', () => computeTime(jittered));
computeTimeContract('each handler its own', () =>
  computeTime({ onBook: 900, onTimer: burstyDelay({ delay: jittered, rho: 0.9 }), others: 10 }),
);

describe('compute time', () => {
  const random = new RandomSource(1).stream('x');
  const costOf = (costs: HandlerCosts, name: (typeof HANDLERS)[number]) =>
    computeTime(costs).costNs(HANDLERS.indexOf(name), 0, random);

  it('is what was said of a handler, else of the others, else nothing', () => {
    expect(costOf({ onBook: 900, others: 10 }, 'onBook')).toBe(900);
    expect(costOf({ onBook: 900, others: 10 }, 'onTimer')).toBe(10);
    expect(costOf({ onBook: 900 }, 'onTimer')).toBe(0);
    expect(costOf({ onBook: 0, others: 10 }, 'onBook')).toBe(0);
    expect(HANDLERS.map((_, handler) => computeTime(7).costNs(handler, 0, random))).toEqual(HANDLERS.map(() => 7));
  });

  it('of a distribution is a draw of it', () => {
    const twin = new RandomSource(9).stream('x');
    const own = new RandomSource(9).stream('x');
    const model = computeTime({ onTrade: jittered });
    const handler = HANDLERS.indexOf('onTrade');
    for (let i = 0; i < 20; i++)
      expect(model.costNs(handler, i, own)).toBe(Math.round(20_000 * Math.exp(twin.normal() / 2)));
  });

  it('refuses handlers that do not exist and costs that are none', () => {
    expect(() => computeTime({ onTick: 5 } as HandlerCosts)).toThrow('handler "onTick" is unknown; there are onStart,');
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => computeTime(bad)).toThrow(`compute time: ${bad} is not a whole number`);
      expect(() => computeTime({ onBook: bad })).toThrow(`compute time of onBook: ${bad}`);
      expect(() => computeTime({ others: bad })).toThrow(`compute time of others: ${bad}`);
    }
  });
});

describe('a machine that thinks', () => {
  it('begins when the event is there and it is free, and sends when it has thought', () => {
    const busy = new Busy();
    // Arrivals and costs → start, end: 10+30; 15 waits until 40, +5; 45 is free just then; 100 after a pause.
    const seen = [
      [10, 30],
      [15, 5],
      [45, 0],
      [100, 7],
    ].map(([arrivalNs, costNs]) => {
      const startNs = busy.startNs(arrivalNs!);
      return [startNs, busy.work(startNs, costNs!)];
    });
    expect(seen).toEqual([
      [10, 40],
      [40, 45],
      [45, 45],
      [100, 107],
    ]);
    expect(busy.untilNs).toBe(107);
  });

  it('changes no time while it costs nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), (steps) => {
        const busy = new Busy();
        let nowNs = 0;
        for (const step of steps) {
          nowNs += step;
          expect(busy.startNs(nowNs)).toBe(nowNs);
          expect(busy.work(nowNs, 0)).toBe(nowNs);
        }
      }),
    );
  });

  it('is busy at every moment for what had arrived and was not done, and for nothing else', () => {
    const events = fc.array(fc.record({ step: fc.nat(12), costNs: fc.nat(10) }), { maxLength: 30 });
    fc.assert(
      fc.property(events, (all) => {
        const busy = new Busy();
        let arrivalNs = 0;
        const ends = all.map(({ step, costNs }) => {
          arrivalNs += step;
          return busy.work(busy.startNs(arrivalNs), costNs);
        });
        // The twin counts nanosecond by nanosecond what is left to do.
        const done: number[] = [];
        const waiting: { index: number; leftNs: number }[] = [];
        let nowNs = 0;
        let next = 0;
        let dueNs = all[0]?.step ?? 0;
        while (next < all.length || waiting.length > 0) {
          while (next < all.length && dueNs === nowNs) {
            waiting.push({ index: next, leftNs: all[next]!.costNs });
            next++;
            dueNs += all[next]?.step ?? 0;
          }
          while (waiting[0]?.leftNs === 0) done[waiting.shift()!.index] = nowNs;
          if (waiting.length > 0) waiting[0]!.leftNs--;
          nowNs++;
        }
        expect(ends).toEqual(done);
      }),
    );
  });

  it('refuses costs that are no time and work that begins while it thinks', () => {
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new Busy().work(0, bad)).toThrow(`compute time ${bad} is not a time`);
    }
    const busy = new Busy();
    busy.work(0, 10);
    expect(() => busy.work(9, 1)).toThrow('work at 9 while busy until 10');
  });
});
