/** The fitted queue model by hand: what is certain it knows, what is not it weighs as its parameters say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument, Side } from '../../core/index.js';
import { FITTED_QUEUE_PARAMETERS, type FittedQueueParameters, fittedQueue } from '../../execution/fitted-queue.js';
import type { QueuePositionModel } from '../../execution/queue-position.js';
import { WorkingOrders } from '../../execution/working-orders.js';
import { queuePositionContract } from '../contracts/queue-position.contract.js';

const instrument = new Instrument({ symbol: 'X', tick: '0.01', lot: '1' }, 0);

/** Parameters of round numbers: sizes 100 are even chances when their order is the level's newest change. */
const PLAIN: FittedQueueParameters = {
  matched: 2,
  usual: -2,
  usualLots: 100,
  age: -1,
  habit: 1,
  unmatched: -4,
  certainty: 0.5,
};
const chance = (logit: number) => 1 / (1 + Math.exp(-logit));

/** An order behind `levelLots`, told of its level as the venue tells it. */
class Queued {
  readonly orders = new WorkingOrders(1);
  readonly slot: number;
  readonly model: QueuePositionModel;
  levelLots: number;

  constructor(levelLots: number, parameters: Partial<FittedQueueParameters> = {}) {
    this.model = fittedQueue({ ...PLAIN, ...parameters });
    this.slot = this.orders.add(1, 0, 0, Side.buy, 100, 1000, 0, false);
    this.levelLots = levelLots;
    this.model.join(this.orders, this.slot, levelLots, instrument, false);
  }

  get aheadLots(): number {
    return this.orders.aheadLots[this.slot]!;
  }

  /** The level grows or shrinks without a trade. */
  change(lots: number): this {
    this.model.levelChanged(this.orders, this.slot, this.levelLots, this.levelLots + lots, instrument);
    this.levelLots += lots;
    return this;
  }

  /** A trade, then the smaller level. Returns the lots that reached the order. */
  trade(lots: number, leaves = lots): number {
    this.model.traded(this.orders, this.slot, lots);
    const reached = this.model.reachedLots(this.orders, this.slot);
    this.change(-leaves);
    return reached;
  }
}

queuePositionContract('fittedQueue', () => fittedQueue());
queuePositionContract('fittedQueue, sure of nothing', () =>
  fittedQueue({ ...PLAIN, matched: 0, usual: 0, unmatched: 0, usualLots: 5, certainty: 0.99 }),
);

describe('what is certain', () => {
  it('more than is ahead was behind', () => {
    expect(new Queued(50).change(100).change(-100).aheadLots).toBe(50);
  });

  it('more than is behind was ahead', () => {
    expect(new Queued(300).change(50).change(-100).aheadLots).toBe(200);
  });

  it('trades take from what is ahead, and the smaller level after them takes nothing more', () => {
    const order = new Queued(300).change(100);
    expect(order.trade(120)).toBe(0);
    expect(order.aheadLots).toBe(180);
  });

  it('the order fills with what trades have left of what was ahead', () => {
    const order = new Queued(300);
    expect([order.trade(200), order.trade(130, 100), order.trade(7, 0)]).toEqual([0, 30, 7]);
  });

  it('a level that comes in sight again brings nobody new', () => {
    const order = new Queued(300);
    order.levelLots = 0;
    order.change(300).change(50).change(-300);
    // 300 left that were never seen to join behind, nor could be: only 50 are.
    expect(order.aheadLots).toBe(0);
    const other = new Queued(300);
    other.levelLots = 0;
    other.change(800).change(-300);
    expect(other.aheadLots).toBeCloseTo(300 * chance(-4), 9);
  });

  it('what joins stands behind', () => {
    expect(new Queued(30).change(500).change(70).aheadLots).toBe(30);
  });
});

describe('what is not', () => {
  it('a size that never joined behind has the chance of the unmatched', () => {
    expect(new Queued(300).change(170).change(-150).aheadLots).toBeCloseTo(300 - 150 * (1 - chance(-4)), 9);
  });

  it('a size that joined behind just now has the chance of the matched', () => {
    expect(new Queued(300).change(37).change(-37).aheadLots).toBeCloseTo(300 - 37 * (1 - chance(2)), 9);
  });

  it('the usual size says less', () => {
    expect(new Queued(300).change(100).change(-100).aheadLots).toBeCloseTo(250, 9);
  });

  it('the longer ago it joined, in changes of the level, the less likely it is the one that left', () => {
    const order = new Queued(300).change(37).change(1).change(1).change(-37);
    expect(order.aheadLots).toBeCloseTo(300 - 37 * (1 - chance(2 - Math.log(3))), 9);
  });

  it('of several orders of a size the newest counts', () => {
    const order = new Queued(300).change(37).change(1).change(37).change(-37);
    expect(order.aheadLots).toBeCloseTo(300 - 37 * (1 - chance(2)), 9);
  });

  it('what left behind before makes it likelier to have been behind again', () => {
    // 400 can only have been behind: two decreases behind then stand against none ahead.
    const order = new Queued(300).change(400).change(-400).change(400).change(-400).change(37).change(-37);
    expect(order.aheadLots).toBeCloseTo(300 - 37 * (1 - chance(2 + Math.log(3))), 9);
  });

  it('an order behind leaves once: the same size again was ahead, as far as the first was behind', () => {
    const order = new Queued(1000).change(37).change(500).change(-37);
    const first = chance(2 - Math.log(2));
    expect(order.aheadLots).toBeCloseTo(1000 - 37 * (1 - first), 9);
    // The one that may still be there joined three changes ago; each guess has its own past.
    order.change(-37);
    const guesses = [
      { weight: first, ahead: 1000, habit: Math.log(2) },
      { weight: 1 - first, ahead: 963, habit: -Math.log(2) },
    ];
    const mean = guesses.reduce(
      (sum, { weight, ahead, habit }) => sum + weight * (ahead - 37 * (1 - chance(2 - Math.log(3) + habit))),
      0,
    );
    expect(order.aheadLots).toBeCloseTo(mean, 9);
  });

  it('later rows tell guesses apart: what cannot have been falls away', () => {
    const order = new Queued(100).change(100).change(-100);
    expect(order.aheadLots).toBeCloseTo(50, 9);
    // 100 are left, ahead or behind. 60 of a size that never joined were ahead, or else behind by the chance of that.
    const stays = 0.5 * (1 - chance(-4));
    const was = 0.5 * chance(-4);
    expect(order.change(-60).aheadLots).toBeCloseTo((40 * stays) / (stays + was), 9);
  });

  it.each([
    [0.4, 100, 0],
    [0.6, 0, 1],
  ])(
    'fills by half a chance with a certainty of %d: %d of the first trade, %d of the next',
    (certainty, first, next) => {
      // Ahead are 100 or none, evenly; the trades bring 100 and 1.
      const order = new Queued(100, { certainty }).change(100).change(-100);
      expect(order.trade(100)).toBe(first);
      expect(order.trade(1, 0) - (first > 0 ? 1 : 0)).toBe(next);
    },
  );
});

it('an order that has filled in part is first in line, whatever a guess had ahead of it', () => {
  const order = new Queued(100, { certainty: 0.4 }).change(100).change(-100);
  expect(order.trade(100, 0)).toBe(100);
  expect(order.aheadLots).toBe(0);
});

describe('in a run', () => {
  it('gives each run an instance with a memory of its own', () => {
    const model = fittedQueue(PLAIN) as QueuePositionModel & { forRun(run: never): QueuePositionModel };
    const [a, b] = [model.forRun(undefined as never), model.forRun(undefined as never)];
    const orders = new WorkingOrders(1);
    const slot = orders.add(1, 0, 0, Side.buy, 100, 10, 0, false);
    a.join(orders, slot, 300, instrument, false);
    b.join(orders, slot, 50, instrument, false);
    a.traded(orders, slot, 310);
    expect(b.reachedLots(orders, slot)).toBe(0);
    expect(a.reachedLots(orders, slot)).toBe(10);
  });

  it('keeps what is ahead within what can be', () => {
    const lots = fc.constantFrom(1, 7, 100, 100, 100, 250);
    const step = fc.record({ kind: fc.constantFrom('join', 'leave', 'trade'), lots });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900 }), fc.array(step, { maxLength: 200 }), (ahead, steps) => {
        const order = new Queued(ahead, { certainty: 0.3 });
        let most = ahead;
        for (const { kind, lots } of steps) {
          if (kind === 'join') order.change(lots);
          else if (kind === 'leave') order.change(-Math.min(lots, order.levelLots));
          else {
            const traded = Math.min(lots, order.levelLots);
            order.trade(traded);
            most = Math.max(0, most - traded);
          }
          expect(order.aheadLots).toBeGreaterThanOrEqual(0);
          expect(order.aheadLots).toBeLessThanOrEqual(Math.min(most, order.levelLots) + 1e-6);
        }
      }),
    );
  });
});

describe('parameters', () => {
  it.each<[Partial<FittedQueueParameters>, string]>([
    [{ matched: Number.NaN }, 'fitted queue: matched is NaN; it must be a finite number'],
    [{ habit: Infinity }, 'fitted queue: habit is Infinity; it must be a finite number'],
    [{ age: undefined as never }, 'fitted queue: age is undefined; it must be a finite number'],
    [{ certainty: 0 }, 'fitted queue: certainty is 0; it must be within 0.01 and 0.99'],
    [{ certainty: 1 }, 'fitted queue: certainty is 1; it must be within 0.01 and 0.99'],
    [{ usualLots: 0.5 }, 'fitted queue: usualLots is 0.5; it must be a whole number of lots ≥ 0'],
    [{ usualLots: -1 }, 'fitted queue: usualLots is -1; it must be a whole number of lots ≥ 0'],
  ])('refuses %j', (wrong, message) => {
    expect(() => fittedQueue({ ...FITTED_QUEUE_PARAMETERS, ...wrong })).toThrow(new RangeError(message));
  });

  it('are copied: changing the object later changes nothing', () => {
    const parameters = { ...PLAIN };
    const model = fittedQueue(parameters);
    (parameters as { certainty: number }).certainty = 0.99;
    const orders = new WorkingOrders(1);
    const slot = orders.add(1, 0, 0, Side.buy, 100, 10, 0, false);
    model.join(orders, slot, 100, instrument, false);
    model.levelChanged(orders, slot, 100, 200, instrument);
    model.levelChanged(orders, slot, 200, 100, instrument);
    model.traded(orders, slot, 100);
    expect(model.reachedLots(orders, slot)).toBe(100);
  });
});
