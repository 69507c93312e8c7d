import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Column, emptyTable } from '../../analytics/column.js';
import { Recorder } from '../../analytics/recorder.js';
import { ORDER_EVENT_NAMES, OrderEventKind } from '../../core/order.js';
import { SECOND } from '../../core/time.js';
import { fourFills, HandMadeRun } from './hand-made-run.js';

describe('a column', () => {
  test('gives back what was pushed, across chunks and after truncation, like a plain array', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 20_000 }) }),
      fc.record({ keep: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const column = new Column(Float64Array);
        const plain: number[] = [];
        for (const one of steps) {
          if ('push' in one) {
            for (let i = 0; i < one.push; i++) {
              column.push(plain.length * 0.5 + i);
              plain.push(plain.length * 0.5 + i);
            }
          } else {
            plain.length = Math.floor(plain.length * one.keep);
            column.truncate(plain.length);
          }
        }
        expect(column.length).toBe(plain.length);
        expect([...column.slice()]).toEqual(plain);
      }),
      { numRuns: 30 },
    );
  });

  test('takes the cell type it was given', () => {
    const table = emptyTable({ small: Uint8Array, whole: Int32Array });
    table.small.push(255);
    table.whole.push(-(2 ** 31));
    expect([table.small.at(0), table.whole.at(0)]).toEqual([255, -(2 ** 31)]);
  });
});

describe('the recorder', () => {
  const { recording } = fourFills().recorder;

  test('writes every order event with its order and its own figures', () => {
    const { orders } = recording;
    const kinds = [...orders.kind.slice()].map((kind) => ORDER_EVENT_NAMES[kind]);
    expect(kinds.join(' ')).toBe(
      'submitted accepted submitted accepted filled filled cancelled submitted accepted filled submitted rejected ' +
        'expired submitted accepted filled',
    );
    const cells = Object.entries(orders).map(([name, column]) => [name, column.at(5)]);
    expect(Object.fromEntries(cells), 'the second fill, of the offer').toEqual({
      localNs: 20 * SECOND,
      exchangeNs: 20 * SECOND - 1000,
      strategy: 0,
      instrument: 0,
      orderId: 2,
      kind: OrderEventKind.filled,
      side: 2,
      type: 0,
      timeInForce: 0,
      postOnly: 1,
      priceTicks: 210,
      qtyLots: 10,
      leavesLots: 20,
      reason: 0,
      tag: 7,
      bidTicks: 209,
      askTicks: 211,
    });
    expect(orders.exchangeNs.at(0), 'requests have no exchange time').toBeNaN();
  });

  test('writes each fill with the position after it and the local quotes of its moment', () => {
    const { fills } = recording;
    expect([...fills.positionLots.slice()]).toEqual([40, 30, -20, 0]);
    expect([...fills.maker.slice()]).toEqual([1, 1, 0, 0]);
    expect([...fills.fee.slice()]).toEqual([-0.01, -0.01, 0.02, 0.02]);
    expect([...fills.bidTicks.slice()]).toEqual([199, 209, 189, 191]);
    expect([...fills.askTicks.slice()]).toEqual([201, 211, 191, 193]);
  });

  test('samples every strategy, and the last moment once', () => {
    const { equity } = recording;
    expect([...equity.localNs.slice()].map((time) => time / SECOND)).toEqual([
      0, 0, 10, 10, 20, 20, 30, 30, 40, 40, 50, 50,
    ]);
    expect([...equity.strategy.slice(0, 4)]).toEqual([0, 1, 0, 1]);
    const maker = [...equity.equity.slice()].filter((_, row) => row % 2 === 0);
    for (const [i, expected] of [0, 0.01, 20.02, -10, -12.02, -12.02].entries())
      expect(maker[i]).toBeCloseTo(expected, 10);
  });

  test('samples every pair of a small run, and in a large run those with an order', () => {
    expect(recording.positions.localNs.length, '2 strategies × 2 instruments × 6 samples').toBe(24);
    const large = new HandMadeRun({ symbols: Array.from({ length: 65 }, (_, i) => `S${i}`), names: ['a'] });
    large.sample(0);
    large.event(large.order(1, 100, 10, 0, 41), OrderEventKind.submitted, SECOND);
    large.sample(2 * SECOND);
    large.sample(3 * SECOND, true);
    const { positions } = large.recorder.recording;
    expect([...positions.instrument.slice()]).toEqual([41, 41]);
  });

  test('keeps log lines up to its limit and counts the rest', () => {
    const run = new HandMadeRun({}, new Recorder({ maxLogLines: 2 }));
    for (let i = 0; i < 5; i++) run.recorder.onLog(i, 1, `line ${i}`);
    expect(run.recorder.recording.log.map(({ message }) => message)).toEqual(['line 0', 'line 1']);
    expect(run.recorder.recording.droppedLogLines).toBe(3);
  });

  test('starts afresh with each run and says when it has seen none', () => {
    expect(() => new Recorder().recording).toThrow('has not observed a run');
    const recorder = new Recorder();
    fourFills(recorder);
    const second = fourFills(recorder);
    expect(second.recorder.recording.fills.localNs.length).toBe(4);
  });

  test('holds a million order events in under 100 bytes each', () => {
    const run = new HandMadeRun({ names: ['a'] });
    const order = run.order(1, 100, 10);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 1_000_000; i++) run.event(order, OrderEventKind.submitted, i);
    const bytes = (process.memoryUsage().arrayBuffers - before) / 1e6;
    expect(run.recorder.recording.orders.localNs.length).toBe(1_000_000);
    expect(bytes, 'bytes an event').toBeLessThan(100);
  });
});
