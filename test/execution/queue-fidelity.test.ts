/** The measurement of queue models: on a market made by hand, and on random ones where a model that knows all is never wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateColumns, codeOf, Flag, Instrument, Kind, Side } from '../../core/index.js';
import { playOrderRows } from '../../execution/fidelity-rows.js';
import { type OwnOrder, OwnOrderFidelity } from '../../execution/own-order-fidelity.js';
import { QueueFidelity } from '../../execution/queue-fidelity.js';
import { QueueLessons } from '../../execution/queue-lessons.js';
import { probabilityQueue, riskAverseQueue } from '../../execution/queue-position.js';

const instrument = new Instrument({ symbol: 'X', tick: '0.01', lot: '1' }, 0);
const BUY = Side.buy;

describe('order by order', () => {
  it('holds each model against what became of every order', () => {
    const fidelity = new QueueFidelity(instrument);
    const averse = fidelity.judge('averse', riskAverseQueue());
    const behind = fidelity.judge(
      'all leave behind',
      probabilityQueue(() => 1),
    );
    const ahead = fidelity.judge(
      'all leave ahead',
      probabilityQueue(() => 0),
    );
    fidelity.judging = false;
    fidelity.add(0, 1, BUY, 100, 50);
    fidelity.judging = true;
    fidelity.add(1, 2, BUY, 100, 30); // behind 50
    fidelity.add(2, 3, BUY, 100, 20); // behind 80
    fidelity.cancel(3, 1, BUY, 100, 40); // ahead of both: truly 10 and 40
    // averse and `behind` have 30 ahead of order 2 (no more than the others hold) and 40 of 3; `ahead` has 10 and 40.
    fidelity.execute(4, 1, BUY, 100, 10); // nothing is ahead of 2 now: it fills for none yet
    fidelity.execute(5, 2, BUY, 100, 25);
    fidelity.cancel(6, 2, BUY, 100, 5);
    fidelity.execute(7, 3, BUY, 100, 20);
    fidelity.finish();
    expect(fidelity).toMatchObject({ outOfTurn: 0, unknown: 0, outOfSight: 0 });
    for (const tally of [averse, behind, ahead]) {
      expect(tally).toMatchObject({ orders: 2, filled: 2, filledLots: 45 });
    }
    expect(ahead).toMatchObject({ predicted: 2, hits: 2, predictedLots: 45, wrongLots: 0, wrongFills: 0 });
    expect([ahead.precision, ahead.recall, ahead.quantityRatio, ahead.delayNs(1)]).toEqual([1, 1, 1, 0]);
    // Of order 2 the others hold 20 after the trade of 10: 20 ahead, then 5 of the 25 that traded reach it.
    expect(averse).toMatchObject({ predicted: 2, hits: 2, predictedLots: 25, wrongLots: 20, wrongFills: 0 });
    expect(averse.delayNs(0.5)).toBe(0);
  });

  it('compares what is ahead after each change of the level', () => {
    const fidelity = new QueueFidelity(instrument);
    const averse = fidelity.judge('averse', riskAverseQueue());
    fidelity.judging = false;
    fidelity.add(0, 1, BUY, 100, 50);
    fidelity.judging = true;
    fidelity.add(1, 2, BUY, 100, 10);
    fidelity.judging = false;
    fidelity.add(2, 3, BUY, 100, 70); // 50 ahead, the model has 50
    fidelity.cancel(3, 1, BUY, 100, 20); // 30 ahead, it has 50
    fidelity.cancel(4, 3, BUY, 100, 60); // 30 ahead, the others hold 40
    expect(averse).toMatchObject({ comparisons: 3, aheadLots: 110, absoluteErrorLots: 30, errorLots: 30 });
  });

  it('does not judge an order that is executed before others, nor those that joined unjudged', () => {
    const fidelity = new QueueFidelity(instrument);
    const tally = fidelity.judge('averse', riskAverseQueue());
    fidelity.judging = false;
    fidelity.add(0, 1, BUY, 100, 50);
    fidelity.judging = true;
    fidelity.add(1, 2, BUY, 100, 10);
    fidelity.execute(2, 2, BUY, 100, 10);
    fidelity.finish();
    expect([fidelity.outOfTurn, tally.orders]).toEqual([1, 0]);
  });

  it('takes a level that comes in sight as one crowd ahead, and ends orders where it goes out of sight', () => {
    const fidelity = new QueueFidelity(instrument);
    const tally = fidelity.judge('averse', riskAverseQueue());
    fidelity.reveal(BUY, 100, 40);
    fidelity.add(1, 2, BUY, 100, 10);
    fidelity.execute(2, 77, BUY, 100, 40); // some order of the crowd
    fidelity.execute(3, 2, BUY, 100, 4);
    fidelity.hide(BUY, 100);
    fidelity.execute(4, 2, BUY, 100, 6); // out of sight
    expect([fidelity.outOfSight, fidelity.unknown]).toEqual([1, 1]);
    expect(tally).toMatchObject({ orders: 1, filledLots: 4, predictedLots: 4 });
  });

  it('follows modifies: less keeps its place, more or another price goes to the back', () => {
    const fidelity = new QueueFidelity(instrument);
    const tally = fidelity.judge('knows', new QueueLessons());
    fidelity.add(0, 1, BUY, 100, 50);
    fidelity.add(1, 2, BUY, 100, 10);
    fidelity.modify(2, 1, BUY, 100, 20);
    fidelity.execute(3, 1, BUY, 100, 20); // still first
    fidelity.add(4, 3, BUY, 100, 5);
    fidelity.modify(5, 2, BUY, 100, 11);
    fidelity.execute(6, 3, BUY, 100, 5); // 2 stands behind it now
    fidelity.modify(7, 2, BUY, 101, 11);
    fidelity.execute(8, 2, BUY, 101, 11);
    expect([fidelity.outOfTurn, fidelity.unknown]).toEqual([0, 0]);
    expect(tally).toMatchObject({ orders: 5, filled: 3, filledLots: 36, wrongLots: 0, absoluteErrorLots: 0 });
  });

  it('never finds a model wrong that knows what left ahead and what behind', () => {
    const lots = fc.integer({ min: 1, max: 9 });
    const tick = fc.integer({ min: 99, max: 101 });
    const step = fc.record({ kind: fc.constantFrom('join', 'join', 'leave', 'trade'), lots, tick, which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const fidelity = new QueueFidelity(instrument);
        const tally = fidelity.judge('knows', new QueueLessons());
        // The queues as plain lists.
        const queues = new Map<number, { id: number; left: number }[]>();
        let [filled, total] = [0, 0];
        for (const [time, { kind, lots, tick, which }] of steps.entries()) {
          const queue = queues.get(tick) ?? [];
          queues.set(tick, queue);
          const order = queue[kind === 'trade' ? 0 : which % queue.length];
          if (kind === 'join') {
            queue.push({ id: time, left: lots });
            fidelity.add(time, time, BUY, tick, lots);
            total++;
          } else if (order !== undefined) {
            const gone = Math.min(lots, order.left);
            order.left -= gone;
            if (order.left === 0) queue.splice(queue.indexOf(order), 1);
            if (kind === 'trade') {
              filled += gone;
              fidelity.execute(time, order.id, BUY, tick, gone);
            } else fidelity.cancel(time, order.id, BUY, tick, gone);
          }
        }
        fidelity.finish();
        expect(tally).toMatchObject({ orders: total, filledLots: filled, predictedLots: filled });
        expect(tally).toMatchObject({ wrongLots: 0, wrongFills: 0, absoluteErrorLots: 0 });
        expect([fidelity.outOfTurn, fidelity.unknown]).toEqual([0, 0]);
      }),
    );
  });
});

describe('rows of a tape', () => {
  /** kind, side, tick, lots, order id, flags; a row each ns. */
  type Row = [kind: Kind, side: Side, tick: number, lots: number, id?: number, flags?: number];
  function columnsOf(rows: readonly Row[]) {
    const columns = allocateColumns(rows.length, { orderId: true });
    for (const [at, [kind, side, tick, lots, id = 0, flags = Flag.last]] of rows.entries()) {
      columns.exchangeNs[at] = at;
      columns.localNs[at] = at;
      columns.code[at] = codeOf(kind, side);
      columns.flags[at] = flags;
      columns.priceTicks[at] = tick;
      columns.qtyLots[at] = lots;
      columns.orderId![at] = id;
    }
    columns.length = rows.length;
    return columns;
  }

  it('judges orders that join from a time on, not those of snapshots, and stops at a time', () => {
    const columns = columnsOf([
      [Kind.orderAdd, BUY, 100, 9, 1, Flag.snapshot],
      [Kind.orderAdd, BUY, 100, 5, 2],
      [Kind.orderAdd, BUY, 100, 6, 3],
      [Kind.orderCancel, BUY, 100, 9, 1],
      [Kind.trade, Side.none, 100, 4, 0, Flag.hidden],
      [Kind.orderModify, BUY, 100, 4, 2],
      [Kind.orderExecute, BUY, 100, 4, 2],
      [Kind.orderExecute, BUY, 100, 6, 3],
    ]);
    const tallyOf = (fromNs: number, untilNs: number) => {
      const fidelity = new QueueFidelity(instrument);
      const tally = fidelity.judge('knows', new QueueLessons());
      const more = playOrderRows(fidelity, columns, 0, fromNs, untilNs);
      fidelity.finish();
      return [more, tally.orders, tally.filledLots, tally.wrongLots];
    };
    expect(tallyOf(0, Infinity)).toEqual([true, 2, 10, 0]);
    expect(tallyOf(2, Infinity)).toEqual([true, 1, 6, 0]);
    expect(tallyOf(0, 7)).toEqual([false, 2, 4, 0]);
  });

  const order = (changes: Partial<OwnOrder> = {}): OwnOrder => ({
    ...{ side: BUY, priceTicks: 100, qtyLots: 5, joinedNs: 1, endedNs: 6, filledLots: 5, firstFillNs: 6 },
    ...changes,
  });
  function ownTally(rows: readonly Row[], orders: readonly OwnOrder[], shown: boolean) {
    const counts = [new Array<number>(13).fill(0)];
    counts[0]![Kind.depth] = 1;
    const fidelity = new OwnOrderFidelity(instrument, [instrument], counts, orders, shown);
    const tally = fidelity.judge('averse', riskAverseQueue());
    fidelity.rows(columnsOf(rows));
    fidelity.finish();
    return tally;
  }

  it('own orders join behind what the level-2 tape shows, and hear of trades and levels until they end', () => {
    const rows: Row[] = [
      [Kind.depth, BUY, 100, 8],
      [Kind.depth, BUY, 99, 3],
      [Kind.trade, Side.sell, 100, 6],
      [Kind.depth, BUY, 100, 2],
      [Kind.trade, Side.buy, 100, 50], // against sellers
      [Kind.depth, BUY, 100, 1],
      [Kind.trade, Side.sell, 100, 4], // 1 was ahead
      [Kind.trade, Side.sell, 100, 40],
    ];
    const tally = ownTally(rows, [order()], false);
    expect(tally).toMatchObject({ orders: 1, hits: 1, filledLots: 5, predictedLots: 3, wrongLots: 2 });
    expect(tally.delayNs(1)).toBe(0);
    // One that ended a row earlier hears nothing of the trade that reaches the other.
    expect(ownTally(rows, [order({ endedNs: 5, filledLots: 0 })], false)).toMatchObject({ predicted: 0, filled: 0 });
  });

  it('an own order that the tape shows is left out of its level', () => {
    const rows: Row[] = [
      [Kind.depth, BUY, 100, 8],
      [Kind.depth, BUY, 100, 13], // our 5
      [Kind.depth, BUY, 100, 9], // 4 of the others left: averse has no more than 4 ahead
      [Kind.trade, Side.sell, 100, 6],
      [Kind.depth, BUY, 100, 3],
    ];
    expect(ownTally(rows, [order()], true)).toMatchObject({ predictedLots: 2 });
    expect(ownTally(rows, [order()], false)).toMatchObject({ predicted: 0 });
  });

  it('an own order fills where the market trades or moves through its price', () => {
    const through: Row[] = [
      [Kind.depth, BUY, 100, 8],
      [Kind.depth, BUY, 99, 1],
      [Kind.trade, Side.sell, 99, 1],
    ];
    expect(ownTally(through, [order()], false)).toMatchObject({ predictedLots: 5 });
    const crossed: Row[] = [
      [Kind.depth, BUY, 100, 8],
      [Kind.depth, BUY, 99, 1],
      [Kind.depth, Side.sell, 100, 1],
    ];
    expect(ownTally(crossed, [order()], false)).toMatchObject({ predictedLots: 5 });
    const cleared: Row[] = [
      [Kind.depth, BUY, 100, 8],
      [Kind.depthClear, BUY, 100, 0],
      [Kind.trade, Side.sell, 100, 5],
    ];
    expect(ownTally(cleared, [order({ joinedNs: 0.5 })], false)).toMatchObject({ predictedLots: 5 });
  });
});
