/** The line at one price: trades and cancels worked out by hand, and queue positions that others' defects lose. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomSource } from '../../core/index.js';
import {
  backQueue,
  fittedQueue,
  frontQueue,
  logBackQueue,
  logQueue,
  type ModelRun,
  powerBackQueue,
  powerFrontQueue,
  powerQueue,
  probabilityQueue,
  type QueuePositionModel,
  riskAverseQueue,
  touchQueue,
} from '../../execution/index.js';
import { drawnQueue } from '../how-to/drawn-queue.js';
import { QueuedOrder } from './queued-order.js';

const run = (seed = 1, streamPrefix = 'venue'): ModelRun => ({
  instruments: [],
  random: new RandomSource(seed),
  streamPrefix,
});

const clampAtZero = { clampAtZero: true };
const STANDING_IN_LINE: Record<string, () => QueuePositionModel> = {
  riskAverseQueue,
  'powerQueue(1)': () => powerQueue(1),
  'powerQueue(3), clamped': () => powerQueue(3, clampAtZero),
  logQueue: () => logQueue(),
  fittedQueue: () => fittedQueue(),
};

describe('standing in line', () => {
  it.each(Object.entries(STANDING_IN_LINE))(
    '%s: 10 ahead, trades of 3, 4, 2, 3: an order of 2 fills by the fourth',
    (_, make) => {
      const order = new QueuedOrder({ model: make(), levelLots: 10, qtyLots: 2 });
      expect([3, 4, 2, 3].map((lots) => order.trade(lots))).toEqual([0, 0, 0, 2]);
    },
  );

  it.each(Object.entries(STANDING_IN_LINE))('%s: 5 ahead, trades of 3 and 3: 1 fills', (_, make) => {
    const order = new QueuedOrder({ model: make(), levelLots: 5, qtyLots: 10 });
    expect([order.trade(3), order.trade(3)]).toEqual([0, 1]);
    expect([order.ahead, order.trade(4)]).toEqual([0, 4]);
  });

  it.each(Object.entries(STANDING_IN_LINE))(
    '%s: a level that a snapshot repeats or enlarges changes no place',
    (_, make) => {
      const order = new QueuedOrder({ model: make(), levelLots: 10 });
      order.trade(4);
      order.level(10, 6);
      order.level(6, 9);
      expect([order.ahead, order.level(0, 9), order.level(0, 400)]).toEqual([6, 6, 6]);
      expect(order.level(0, 2), 'of which no more can be ahead than there is').toBeLessThanOrEqual(2);
    },
  );
});

describe('cancels alone', () => {
  const forms: Record<string, (options?: { clampAtZero?: boolean }) => QueuePositionModel> = {
    powerQueue: (options) => powerQueue(0.5, options),
    powerBackQueue: (options) => powerBackQueue(3, options),
    powerFrontQueue: (options) => powerFrontQueue(3, options),
    logQueue,
    logBackQueue,
    'nothing leaves behind': (options) => probabilityQueue(() => 0, options),
  };

  it('take the quantity ahead below 0 in hftbacktest, and a trade of 1 lot then fills 5', () => {
    const order = new QueuedOrder({ model: probabilityQueue(() => 0), levelLots: 4 });
    order.level(4, 12);
    // 8 leave, all from ahead where only 4 are: ahead is 4 − 8.
    expect([order.level(12, 4), order.trade(1)]).toEqual([-4, 5]);
  });

  it('move an order to the front at most when clamped, and a trade of 1 lot then fills 1', () => {
    const order = new QueuedOrder({ model: probabilityQueue(() => 0, clampAtZero), levelLots: 4 });
    order.level(4, 12);
    expect([order.level(12, 4), order.trade(1), order.trade(3)]).toEqual([0, 1, 3]);
  });

  it.each(Object.entries(forms))(
    '%s, clamped: is the same until the front is reached, and never below it',
    (_, make) => {
      let below = 0;
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 40 }),
          fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 }),
          (joined, levels) => {
            const free = new QueuedOrder({ model: make(), levelLots: joined });
            const clamped = new QueuedOrder({ model: make(clampAtZero), levelLots: joined });
            let [before, same] = [joined, true];
            for (const after of levels) {
              const [freely, kept] = [free.level(before, after), clamped.level(before, after)];
              if (freely < 0 && same) [same, below] = [false, below + 1];
              expect(kept).toBeGreaterThanOrEqual(0);
              if (same) expect(kept).toBe(freely);
              before = after;
            }
          },
        ),
        { seed: 11, numRuns: 300 },
      );
      if (_ === 'nothing leaves behind') expect(below).toBeGreaterThan(0);
    },
  );
});

describe('without a line', () => {
  it('the front is reached by all that trades, the back by nothing', () => {
    const front = new QueuedOrder({ model: frontQueue(), levelLots: 1e6, qtyLots: 5 });
    expect([front.trade(2), front.level(1e6, 0), front.trade(9)]).toEqual([2, 0, 3]);
    const back = new QueuedOrder({ model: backQueue(), levelLots: 3 });
    expect([back.trade(1e9), back.level(3, 0), back.trade(1)]).toEqual([0, 0, 0]);
  });

  it('a touch fills with the stated probability, trade by trade, whatever is displayed', () => {
    const order = new QueuedOrder({
      model: touchQueue({ probability: 0.3 }).forRun!(run()),
      levelLots: 1e9,
      qtyLots: 1e9,
    });
    const trades = 20_000;
    let [touched, lots] = [0, 0];
    for (let trade = 0; trade < trades; trade++) {
      const filled = order.trade(7);
      touched += filled > 0 ? 1 : 0;
      lots += filled;
    }
    expect(lots, 'the whole of a trade or nothing').toBe(touched * 7);
    // 5 standard deviations of a binomial: √(20000 × 0.3 × 0.7) = 64.8.
    expect(Math.abs(touched - trades * 0.3)).toBeLessThan(5 * 64.8);
    const [never, always] = [0, 1].map((probability) => {
      const model = touchQueue({ probability }).forRun!(run());
      return new QueuedOrder({ model, levelLots: 0 }).trade(2);
    });
    expect([never, always]).toEqual([0, 2]);
  });

  it('touches are drawn from a stream of their own, by seed and venue, anew for each run', () => {
    const model = touchQueue({ probability: 0.5 });
    const touches = (at: ModelRun) => {
      const order = new QueuedOrder({ model: model.forRun!(at), levelLots: 0, qtyLots: 1e9 });
      return Array.from({ length: 64 }, () => order.trade(1)).join('');
    };
    const first = touches(run());
    expect(touches(run())).toBe(first);
    expect(touches(run(2))).not.toBe(first);
    expect(touches(run(1, 'venue/B'))).not.toBe(first);
    const stream = new RandomSource(1).stream('venue/touch-queue');
    expect(first).toBe(Array.from({ length: 64 }, () => (stream.uniform() < 0.5 ? 1 : 0)).join(''));
  });

  it('refuses what is no probability, and to draw without a run', () => {
    for (const bad of [-0.1, 1.1, Number.NaN]) {
      expect(() => touchQueue({ probability: bad })).toThrow(`touch queue: probability ${bad} is not between 0 and 1`);
    }
    expect(() => new QueuedOrder({ model: touchQueue({ probability: 1 }), levelLots: 0 }).trade(1)).toThrow('forRun');
  });
});

describe("a model of one's own in docs/how-to/queue-position-model.md", () => {
  it('has half of the cancels ahead when half of the level is', () => {
    let moved = 0;
    const model = drawnQueue().forRun!(run());
    for (let order = 0; order < 4_000; order++) {
      const queued = new QueuedOrder({ model, levelLots: 10 });
      queued.level(10, 20);
      if (queued.level(20, 17) === 7) moved++;
    }
    // 5 standard deviations of a binomial: √(4000 / 4) = 31.6.
    expect(Math.abs(moved - 2_000)).toBeLessThan(158);
  });
});
