/** Queue positions where only the best quotes are known. */
import { describe, expect, it } from 'vitest';
import { RandomSource } from '../../core/index.js';
import { frontQueue, levelOneQueue, powerQueue, proRataQueue, touchQueue } from '../../execution/index.js';
import { QueuedOrder } from './queued-order.js';

describe('with level-1 data', () => {
  it('an order that joins the best has what is quoted there ahead of it: 10, trades 3, 4, 2, 3 fill 2 by the fourth', () => {
    const order = new QueuedOrder({ model: levelOneQueue(), levelLots: 10, qtyLots: 2 });
    expect([3, 4, 2, 3].map((lots) => order.trade(lots))).toEqual([0, 0, 0, 2]);
  });

  it('an order that improves the best has nothing ahead', () => {
    const order = new QueuedOrder({ model: levelOneQueue(), levelLots: 0, improves: true, qtyLots: 5 });
    expect([order.ahead, order.trade(3)]).toEqual([0, 3]);
  });

  it('an order behind the best waits until its price is quoted; then all of that is ahead', () => {
    for (const model of [levelOneQueue(), levelOneQueue(powerQueue(2))]) {
      const order = new QueuedOrder({ model, levelLots: 0, qtyLots: 5 });
      expect([order.trade(100), order.trade(1e6)]).toEqual([0, 0]);
      expect([order.level(0, 8), order.trade(6), order.trade(3)]).toEqual([8, 0, 1]);
    }
  });

  it('trades before the price was quoted do not reach the order afterwards', () => {
    const order = new QueuedOrder({ model: levelOneQueue(frontQueue()), levelLots: 0, qtyLots: 5 });
    expect([order.trade(4), order.level(0, 8), order.trade(1)]).toEqual([0, 0, 1]);
  });

  it('an order whose level the quote fell back from stands alone', () => {
    const order = new QueuedOrder({ model: levelOneQueue(powerQueue(1)), levelLots: 10, qtyLots: 5 });
    expect([order.level(10, 0), order.trade(2)]).toEqual([0, 2]);
    const waiting = new QueuedOrder({ model: levelOneQueue(), levelLots: 0, qtyLots: 5 });
    expect([waiting.level(0, 0), waiting.trade(2)], 'the quote fell past a price never quoted').toEqual([0, 2]);
  });

  it('a level that comes into sight again has no more ahead than before, and no more than is quoted', () => {
    const order = new QueuedOrder({ model: levelOneQueue(), levelLots: 10 });
    order.trade(4);
    expect([order.level(0, 20), order.level(0, 5)]).toEqual([6, 5]);
  });

  it('the model inside draws from the run', () => {
    const model = levelOneQueue(touchQueue({ probability: 1 }));
    const own = model.forRun!({ instruments: [], random: new RandomSource(1), streamPrefix: 'venue' });
    expect(new QueuedOrder({ model: own, levelLots: 10, qtyLots: 5 }).trade(3)).toBe(3);
  });

  it('the model inside may share trades: nothing is shared out to an order that waits', () => {
    const model = levelOneQueue(proRataQueue());
    expect([model.proRata, levelOneQueue().proRata]).toEqual([true, false]);
    const order = new QueuedOrder({ model, levelLots: 0, qtyLots: 10 });
    expect(order.trade(40)).toBe(0);
    order.level(0, 30);
    expect(order.trade(20)).toBe(5);
  });
});
