/** How long an order works, by type: a table of what becomes of each, and the times, by hand. */
import { describe, expect, it } from 'vitest';
import { OrderType, TimeInForce } from '../../core/index.js';
import { constantLatency } from '../../execution/index.js';
import { type Action, told } from './scenario.js';

/** Bids 5@100, asks 5@102 5@103. */
const BOOK = ['0 bid 5@100', '0 ask 5@102', '0 ask 5@103'];
const { GTC, IOC, FOK, GTD, DAY, atOpen, atClose } = TimeInForce;
const HOUR = 3600e9;

describe('an order for 8 lots that could have 5 at once', () => {
  const outcomes = (timeInForce: TimeInForce, more = {}) =>
    told({
      market: [...BOOK, '300 sold 1@102'],
      actions: [[100, (desk) => desk.buy('o', 8, 102, { timeInForce, ...more })]],
    });
  const waits = ['100 o filled 5@102, 3 left', '300 o filled 1@102 as maker, 2 left'];

  it.each([
    ['good till cancelled: waits with the rest', GTC, {}, waits],
    ['immediate or cancel: the rest expires', IOC, {}, [waits[0], '100 o expired 3@102: immediateRemainder']],
    ['fill or kill: all of it expires', FOK, {}, ['100 o expired 8@102: notFullyFillable']],
    ['good till date: waits until then', GTD, { expiresNs: 200 }, [waits[0], '200 o expired 3@102: timeReached']],
    ['good for the day: waits while it lasts', DAY, {}, waits],
    ['for the opening: waits for it', atOpen, {}, ['100 o accepted 8@102']],
    ['for the close: waits for it', atClose, {}, ['100 o accepted 8@102']],
  ] as const)('%s', (_name, timeInForce, more, lines) => {
    expect(outcomes(timeInForce, more)).toEqual(lines);
  });
});

describe('an order for 5 lots that could have them all', () => {
  it.each([
    ['good till cancelled', GTC, {}],
    ['immediate or cancel', IOC, {}],
    ['fill or kill', FOK, {}],
    ['good till date', GTD, { expiresNs: 500 }],
    ['good for the day', DAY, {}],
  ] as const)('has them, %s', (_name, timeInForce, more) => {
    const actions: Action[] = [[100, (desk) => desk.buy('o', 5, 102, { timeInForce, ...more })]];
    expect(told({ market: BOOK, actions })).toEqual(['100 o filled 5@102, 0 left']);
  });
});

describe('an order that could have nothing', () => {
  it.each([
    ['immediate or cancel expires', IOC, '100 o expired 5@101: immediateRemainder'],
    ['fill or kill expires', FOK, '100 o expired 5@101: notFullyFillable'],
    ['good till cancelled rests', GTC, '100 o accepted 5@101'],
  ] as const)('%s', (_name, timeInForce, line) => {
    expect(told({ market: BOOK, actions: [[100, (desk) => desk.buy('o', 5, 101, { timeInForce })]] })).toEqual([line]);
  });
});

describe('fill or kill', () => {
  it('counts several levels, up to its limit', () => {
    const fok = (lots: number, price: number) =>
      told({ market: BOOK, actions: [[100, (desk) => desk.buy('o', lots, price, { timeInForce: FOK })]] });
    expect(fok(10, 103)).toEqual(['100 o filled 5@102, 5 left', '100 o filled 5@103, 0 left']);
    expect(fok(11, 103)).toEqual(['100 o expired 11@103: notFullyFillable']);
    expect(fok(6, 102)).toEqual(['100 o expired 6@102: notFullyFillable']);
  });

  it('counts what was taken before as gone', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('first', 3, 102)],
        [101, (desk) => desk.buy('o', 3, 102, { timeInForce: FOK })],
        [102, (desk) => desk.buy('less', 2, 102, { timeInForce: FOK })],
      ],
    });
    expect(lines.slice(1)).toEqual(['101 o expired 3@102: notFullyFillable', '102 less filled 2@102, 0 left']);
  });

  it('counts orders of others of the run', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.sell('theirs', 2, 101), 'b'],
        [101, (desk) => desk.buy('o', 7, 102, { timeInForce: FOK })],
      ],
    });
    expect(lines.slice(1)).toEqual([
      '101 theirs filled 2@101 as maker, 0 left',
      '101 o filled 2@101, 5 left',
      '101 o filled 5@102, 0 left',
    ]);
  });

  it('holds for market orders: the whole recorded book or nothing', () => {
    const fok = (lots: number) =>
      told({ market: BOOK, actions: [[100, (desk) => desk.buy('o', lots, undefined, { timeInForce: FOK })]] });
    expect(fok(10).at(-1)).toBe('100 o filled 5@103, 0 left');
    expect(fok(11)).toEqual(['100 o expired 11@market: notFullyFillable']);
  });
});

describe('good till date', () => {
  it('expires at its time, after the data of that moment', () => {
    const until300: Action = [100, (desk) => desk.buy('o', 2, 101, { timeInForce: GTD, expiresNs: 300 })];
    expect(told({ market: [...BOOK, '300 sold 1@101'], actions: [until300] })).toEqual([
      '100 o accepted 2@101',
      '300 o filled 1@101 as maker, 1 left',
      '300 o expired 1@101: timeReached',
    ]);
    expect(told({ market: [...BOOK, '301 sold 1@101'], actions: [until300] }).at(-1)).toBe(
      '300 o expired 2@101: timeReached',
    );
  });

  it('also ends stops that never went off, and leaves finished orders alone', () => {
    const stop = { type: OrderType.stop, stopTicks: 105, timeInForce: GTD, expiresNs: 300 };
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('stop', 1, undefined, stop)],
        [101, (desk) => desk.buy('done', 1, 102, { timeInForce: GTD, expiresNs: 300 })],
        [102, (desk) => desk.buy('gone', 1, 101, { timeInForce: GTD, expiresNs: 300 })],
        [200, (desk) => desk.cancel('gone')],
      ],
    });
    expect(lines.slice(3)).toEqual(['200 gone cancelled 1@101', '300 stop expired 1@market: timeReached']);
  });

  it('is refused when its time is over before it arrives', () => {
    const lines = told({
      market: BOOK,
      venue: { latency: constantLatency({ entryNs: 10, responseNs: 5 }) },
      actions: [
        [100, (desk) => desk.buy('late', 2, 102, { timeInForce: GTD, expiresNs: 110 })],
        [100, (desk) => desk.buy('in time', 2, 102, { timeInForce: GTD, expiresNs: 111 })],
      ],
    });
    expect(lines).toEqual(['115 late rejected 2@102: timeReached', '115 in time filled 2@102, 0 left']);
  });

  it('keeps its end through changes', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('o', 2, 101, { timeInForce: GTD, expiresNs: 300 })],
        [200, (desk) => desk.modify('o', { priceTicks: 99 })],
      ],
    });
    expect(lines.slice(1)).toEqual(['200 o modified 2@99, 2 left', '300 o expired 2@99: timeReached']);
  });
});

describe('good for the day', () => {
  const day: Action = [100, (desk) => desk.buy('o', 1, 101, { timeInForce: DAY })];

  it('ends at midnight UTC where the tape has no close', () => {
    expect(told({ market: BOOK, actions: [day], untilNs: 30 * HOUR })).toEqual([
      '100 o accepted 1@101',
      `${24 * HOUR} o expired 1@101: dayEnded`,
    ]);
  });

  it('ends at the hour that the venue names', () => {
    const venue = { rules: { dayEndNs: 17 * HOUR } };
    expect(told({ market: BOOK, venue, actions: [day], untilNs: 30 * HOUR }).at(-1)).toBe(
      `${17 * HOUR} o expired 1@101: dayEnded`,
    );
  });

  it('sent after that hour ends on the next day', () => {
    const lines = told({
      market: BOOK,
      venue: { rules: { dayEndNs: 17 * HOUR } },
      actions: [[18 * HOUR, (desk) => desk.buy('o', 1, 101, { timeInForce: DAY })]],
      untilNs: 50 * HOUR,
    });
    expect(lines.at(-1)).toBe(`${41 * HOUR} o expired 1@101: dayEnded`);
  });

  it('that arrives as the day ends is for the next one', () => {
    const lines = told({
      market: BOOK,
      venue: { rules: { dayEndNs: 17 * HOUR } },
      actions: [[17 * HOUR, (desk) => desk.buy('o', 1, 101, { timeInForce: DAY })]],
      untilNs: 50 * HOUR,
    });
    expect(lines).toEqual([`${17 * HOUR} o accepted 1@101`, `${41 * HOUR} o expired 1@101: dayEnded`]);
  });

  it('ends each day anew, also of the second instrument', () => {
    const lines = told({
      market: [...BOOK, '0 Y bid 5@10', '0 Y ask 5@12'],
      actions: [
        day,
        [26 * HOUR, (desk) => desk.buy('y', 1, 11, { timeInForce: DAY, instrument: desk.context.instruments[1]! })],
      ],
      untilNs: 60 * HOUR,
    });
    expect(lines).toEqual([
      '100 o accepted 1@101',
      `${24 * HOUR} o expired 1@101: dayEnded`,
      `${26 * HOUR} y accepted 1@11`,
      `${48 * HOUR} y expired 1@11: dayEnded`,
    ]);
  });
});
