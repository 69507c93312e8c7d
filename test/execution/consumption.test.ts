/** Whether what we took is still there for our next order, under each model; and what one event gives once. By hand. */
import { describe, expect, it } from 'vitest';
import { OrderType, TimeInForce } from '../../core/index.js';
import {
  type ConsumptionModel,
  consumedUntilUpdated,
  hftbacktestConsumption,
  neverReused,
} from '../../execution/consumption.js';
import { type Action, told } from './scenario.js';

const BOOK = ['0 bid 5@100', '0 ask 5@102', '0 ask 5@103'];
/** Buys 3 at 102 at each of these times, immediate or cancel. */
const takes = (...times: number[]): Action[] =>
  times.map((timeNs) => [timeNs, (desk) => desk.buy(`o${timeNs}`, 3, 102, { timeInForce: TimeInForce.IOC })]);
/** Lots that each of them got. */
function got(consumption: ConsumptionModel, market: readonly string[], actions: readonly Action[]): number[] {
  const lines = told({ market: [...BOOK, ...market], actions, venue: { consumption } });
  return actions.map(([timeNs]) =>
    lines
      .map((line) => new RegExp(`o${timeNs} filled (\\d+)@`).exec(line))
      .reduce((sum, match) => sum + Number(match?.[1] ?? 0), 0),
  );
}

describe('5 lots on display, taken by 3 again and again', () => {
  const three = takes(100, 110, 120);

  it.each([
    ['hftbacktest: there are always 5', hftbacktestConsumption, [3, 3, 3]],
    ['consumed until updated: 3, 2, nothing', consumedUntilUpdated, [3, 2, 0]],
    ['never reused: 3, 2, nothing', neverReused, [3, 2, 0]],
  ] as const)('%s', (_name, model, lots) => {
    expect(got(model, [], three)).toEqual(lots);
  });
});

describe('a level that is recorded anew', () => {
  // 3 taken; then the row; then 3 asked for.
  const twice = takes(100, 200);
  const asked = (model: ConsumptionModel, ...rows: string[]) => got(model, rows, twice)[1];

  it('with another quantity is to be had again, or only by what was added, as the model says', () => {
    expect(asked(consumedUntilUpdated, '150 ask 6@102')).toBe(3);
    // 6 displayed less 3 taken.
    expect(asked(neverReused, '150 ask 6@102')).toBe(3);
    expect(asked(consumedUntilUpdated, '150 ask 4@102')).toBe(3);
    // 4 displayed less 3 taken.
    expect(asked(neverReused, '150 ask 4@102')).toBe(1);
    // 2 displayed: all of them are ours, so a later rise to 3 adds 1.
    expect(asked(neverReused, '150 ask 2@102')).toBe(0);
    expect(asked(neverReused, '150 ask 2@102', '160 ask 3@102')).toBe(1);
  });

  it('with the same quantity says nothing new', () => {
    expect(asked(consumedUntilUpdated, '150 ask 5@102')).toBe(2);
    expect(asked(neverReused, '150 ask 5@102')).toBe(2);
  });

  it('after it was gone is another level', () => {
    for (const model of [consumedUntilUpdated, neverReused]) {
      expect(asked(model, '150 ask 0@102', '160 ask 5@102')).toBe(3);
    }
  });

  it('changes nothing for other levels', () => {
    const lines = told({
      market: [...BOOK, '150 ask 9@103'],
      actions: [
        [100, (desk) => desk.buy('first', 8, 103)],
        [200, (desk) => desk.buy('second', 12, 103, { timeInForce: TimeInForce.IOC })],
      ],
    });
    // 102 is used up, 103 is new with 9.
    expect(lines.slice(2)).toEqual(['200 second filled 9@103, 3 left', '200 second expired 3@103: immediateRemainder']);
  });
});

describe('one order', () => {
  it('never takes the same lots twice, also where the next one may', () => {
    // Own offers of another strategy stand between: 5@102, then 1@102 of ours, 5@103, 1@103 of ours; no 5@102 again.
    const lines = told({
      market: BOOK,
      venue: { consumption: hftbacktestConsumption },
      actions: [
        [
          100,
          (desk) => {
            desk.sell('x', 1, 102);
            desk.sell('y', 1, 103);
          },
          'b',
        ],
        [200, (desk) => desk.buy('o', 20, 103, { timeInForce: TimeInForce.IOC })],
        [300, (desk) => desk.buy('next', 20, 103, { timeInForce: TimeInForce.IOC })],
      ],
    });
    expect(lines.filter((line) => line.startsWith('200 o'))).toEqual([
      '200 o filled 5@102, 15 left',
      '200 o filled 1@102, 14 left',
      '200 o filled 5@103, 9 left',
      '200 o filled 1@103, 8 left',
      '200 o expired 8@103: immediateRemainder',
    ]);
    expect(lines.filter((line) => line.startsWith('300 next filled'))).toEqual([
      '300 next filled 5@102, 15 left',
      '300 next filled 5@103, 10 left',
    ]);
  });

  it('takes what stands before an own order once, also when two own orders stand behind it', () => {
    // 4 displayed, then x, then 3 more displayed, then y: 4, x, 3, y.
    const lines = told({
      market: ['0 bid 5@100', '0 ask 4@102', '150 ask 7@102'],
      actions: [
        [100, (desk) => desk.sell('x', 1, 102), 'b'],
        [160, (desk) => desk.sell('y', 1, 102), 'b'],
        [200, (desk) => desk.buy('o', 8, 102)],
      ],
    });
    expect(lines.filter((line) => line.startsWith('200'))).toEqual([
      '200 o filled 4@102, 4 left',
      '200 x filled 1@102 as maker, 0 left',
      '200 o filled 1@102, 3 left',
      '200 o filled 3@102, 0 left',
    ]);
  });

  it('after another took from the level meets who stands there sooner', () => {
    // 5 before x; 3 of them are taken first, so the next order takes 2 and then x.
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.sell('x', 1, 102), 'b'],
        [200, (desk) => desk.buy('first', 3, 102)],
        [210, (desk) => desk.buy('second', 3, 102)],
      ],
    });
    expect(lines.slice(1)).toEqual([
      '200 first filled 3@102, 0 left',
      '210 second filled 2@102, 1 left',
      '210 x filled 1@102 as maker, 0 left',
      '210 second filled 1@102, 0 left',
    ]);
  });
});

describe('a level of the other side that comes to a resting order', () => {
  const rests: Action = [100, (desk) => desk.buy('o', 8, 101)];

  it('fills what it displays, once', () => {
    const lines = told({
      market: [...BOOK, '200 ask 5@101', '210 ask 5@101', '220 ask 6@101'],
      actions: [rests],
    });
    // The same quantity again is the same lots; with 6 the level is new, and fills the other 3.
    expect(lines.slice(1)).toEqual(['200 o filled 5@101 as maker, 3 left', '220 o filled 3@101 as maker, 0 left']);
  });

  it('has so much less for the next order', () => {
    const lines = told({
      market: [...BOOK, '200 ask 5@101'],
      actions: [
        [100, (desk) => desk.buy('o', 3, 101)],
        [300, (desk) => desk.buy('taker', 5, 101, { timeInForce: TimeInForce.IOC }), 'b'],
      ],
    });
    expect(lines.slice(1)).toEqual([
      '200 o filled 3@101 as maker, 0 left',
      '300 taker filled 2@101, 3 left',
      '300 taker expired 3@101: immediateRemainder',
    ]);
  });

  it('is shared by all own orders that it reaches, best price first', () => {
    const lines = told({
      market: [...BOOK, '200 ask 5@99'],
      actions: [
        [100, (desk) => desk.buy('low', 4, 100)],
        [101, (desk) => desk.buy('high', 3, 101)],
      ],
    });
    expect(lines.slice(2)).toEqual(['200 high filled 3@101 as maker, 0 left', '200 low filled 2@100 as maker, 2 left']);
  });

  it('gives each the whole of it where the rules say so', () => {
    const lines = told({
      market: [...BOOK, '200 ask 5@99'],
      venue: { rules: { ownVolume: 'each' } },
      actions: [
        [100, (desk) => desk.buy('low', 4, 100)],
        [101, (desk) => desk.buy('high', 3, 101)],
      ],
    });
    expect(lines.slice(2)).toEqual(['200 high filled 3@101 as maker, 0 left', '200 low filled 4@100 as maker, 0 left']);
  });
});

describe('a trade that sets off a stop', () => {
  it('has taken what it took, whether or not the book shows it yet', () => {
    // 4 bought at 102: 1 is left there.
    const lines = told({
      market: [...BOOK, '200 bought 4@102'],
      actions: [[100, (desk) => desk.buy('o', 3, undefined, { type: OrderType.stop, stopTicks: 102 })]],
    });
    expect(lines.slice(2)).toEqual(['200 o filled 1@102, 2 left', '200 o filled 2@103, 0 left']);
  });

  it('takes nothing of the side that it did not trade with', () => {
    const lines = told({
      market: [...BOOK, '200 sold 4@100'],
      actions: [[100, (desk) => desk.buy('o', 5, undefined, { type: OrderType.marketIfTouched, stopTicks: 100 })]],
    });
    expect(lines.slice(2)).toEqual(['200 o filled 5@102, 0 left']);
  });

  it('leaves two stops what one of them would have had, in their order', () => {
    const stop = { type: OrderType.stop, stopTicks: 102 };
    const lines = told({
      market: [...BOOK, '200 bought 1@102'],
      actions: [
        [100, (desk) => desk.buy('first', 3, undefined, stop)],
        [101, (desk) => desk.buy('second', 3, undefined, stop), 'b'],
      ],
    });
    // 5 − 1 = 4 at 102: 3 and 1; then 103.
    expect(lines.filter((line) => line.includes('filled'))).toEqual([
      '200 first filled 3@102, 0 left',
      '200 second filled 1@102, 2 left',
      '200 second filled 2@103, 0 left',
    ]);
  });
});
