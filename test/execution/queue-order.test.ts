/** First in, first out from order by order data: what each order ahead and behind does to ours. */
import { describe, expect, it } from 'vitest';
import { Instrument, RandomSource } from '../../core/index.js';
import { orderQueue, proRataQueue, riskAverseQueue, touchQueue, WorkingOrders } from '../../execution/index.js';
import { QueuedOrder } from './queued-order.js';

const joined = (levelLots: number, qtyLots: number) =>
  new QueuedOrder({ model: orderQueue(), levelLots, qtyLots, byOrder: true });

describe('order by order', () => {
  it('what is executed or cancelled ahead moves the order up by as much, what is cancelled behind does not', () => {
    const order = joined(10, 5);
    const steps = [
      [order.execute('ahead', 4), order.ahead],
      [order.cancel('behind', 50), order.ahead],
      [order.cancel('ahead', 1), order.ahead],
      [order.execute('ahead', 5), order.ahead],
    ];
    expect(steps).toEqual([
      [0, 6],
      [0, 6],
      [0, 5],
      [0, 0],
    ]);
  });

  it('a deleted order takes its own lots off what is ahead, and no more', () => {
    const order = joined(300, 5);
    order.cancel('ahead', 100);
    expect(order.ahead).toBe(200);
    order.cancel('behind', 100);
    expect(order.ahead).toBe(200);
  });

  it('what is executed behind us would have been ours, also with others still ahead', () => {
    const order = joined(10, 5);
    expect([order.execute('behind', 2), order.ahead]).toEqual([2, 10]);
    expect([order.execute('behind', 9), order.ahead]).toEqual([3, 10]);
  });

  it('a hidden order executed at our price was ours when nothing displayed is ahead, and says nothing else', () => {
    const order = joined(3, 10);
    expect([order.trade(5), order.ahead]).toEqual([0, 3]);
    order.execute('ahead', 3);
    expect([order.trade(4), order.trade(20)]).toEqual([4, 6]);
  });

  it('changes of the level as a whole say nothing new: no snapshot resets the place', () => {
    const order = joined(10, 5);
    order.execute('ahead', 3);
    expect([order.level(7, 0), order.level(0, 4), order.level(4, 90)]).toEqual([7, 7, 7]);
  });
});

describe('instruments without order by order data', () => {
  it('are refused by name unless another model is given for them', () => {
    expect(() => new QueuedOrder({ model: orderQueue(), levelLots: 10 })).toThrow(
      'order queue: X has no order by order data; name a model for such instruments as otherwise',
    );
  });

  it('are left to that model, order by order ones are not', () => {
    const model = orderQueue({ otherwise: riskAverseQueue() });
    const guessed = new QueuedOrder({ model, levelLots: 10, qtyLots: 5 });
    expect([guessed.level(10, 4), guessed.trade(3), guessed.trade(3)]).toEqual([4, 0, 2]);
    const exact = new QueuedOrder({ model, levelLots: 10, qtyLots: 5, byOrder: true });
    expect([exact.level(10, 4), exact.trade(30), exact.execute('ahead', 10), exact.trade(2)]).toEqual([10, 0, 0, 2]);
  });

  it('get the fresh model of a run, too', () => {
    const model = orderQueue({ otherwise: touchQueue({ probability: 1 }) });
    const own = model.forRun!({ instruments: [], random: new RandomSource(1), streamPrefix: 'venue' });
    expect(new QueuedOrder({ model: own, levelLots: 10, qtyLots: 5 }).trade(3)).toBe(3);
  });

  it('cannot be given a model that shares trades instead of standing in line', () => {
    expect(() => orderQueue({ otherwise: proRataQueue() })).toThrow('order queue: otherwise is a pro-rata model');
  });

  it('do not inherit a sequence from a slot that was used before', () => {
    const orders = new WorkingOrders(1);
    const first = orders.add(1, 0, 0, 1, 100, 1, 0, false);
    orders.joinSequence[first] = 5;
    orders.remove(first);
    const slot = orders.add(2, 0, 0, 1, 100, 1, 0, false);
    const instrument = new Instrument({ symbol: 'Y', tick: '1', lot: '1' }, 0);
    expect(() => orderQueue().join(orders, slot, 1, instrument, false)).toThrow('Y has no order by order data');
  });
});
