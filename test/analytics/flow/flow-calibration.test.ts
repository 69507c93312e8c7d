/** Calibration: a market of known parameters is made, and they are found again; from orders, from levels, gathered or not, from quotes. */
import { describe, expect, test } from 'vitest';
import type { PointEvents } from '../../../analytics/flow/event-sample.js';
import { type CalibrationOptions, type FlowCalibration, TapeCalibration } from '../../../analytics/index.js';
import {
  CODE_KIND,
  CODE_SIDE_SHIFT,
  type Columns,
  countKinds,
  emptyCounts,
  type FlowFeed,
  type FlowParameters,
  Kind,
  meanLots,
  orderMarketBlocks,
  orderMarketInfo,
  Side,
  stationaryRates,
  type TapeInfo,
} from '../../../core/index.js';
import { plainErrors } from '../../reference/plain-hawkes.js';

const SECOND = 1e9;
/** Buy and sell are mirror images. */
const row = (own: readonly number[], other: readonly number[]) => own.flatMap((mean, at) => [mean, other[at]!]);
const mirrored = (means: readonly number[]) => [means, means.flatMap((_, at) => means[at ^ 1]!)];
const KNOWN: FlowParameters = {
  instrument: { symbol: 'KNOWN', tick: '0.01', lot: '1' },
  feed: { detail: 'orders', everyNs: 0, latencyNs: 3e6 },
  ...{ startTicks: 50_000, stepTicks: 5, sweep: 0.6 },
  arrivals: {
    base: [0.6, 0.6, 8, 8, 6, 6],
    kernels: [
      {
        decay: 10,
        branching: [
          ...mirrored(row([0.4, 0.005, 0.005], [0, 0, 0])),
          ...mirrored(row([0.6, 0.3, 0.1], [0.2, 0.1, 0])),
          ...mirrored(row([0.1, 0.1, 0.3], [0.4, 0, 0.1])),
        ],
      },
    ],
  },
  marketLots: { kind: 'table', lots: [1, 5, 20], shares: [0.5, 0.3, 0.2] },
  placement: { to: [1, 2, 4, 8, 16, 32], values: [0.2, 0.15, 0.15, 0.2, 0.2, 0.1] },
  limitLots: [
    { to: 2, lots: { kind: 'uniform', mean: 10 } },
    { to: 32, lots: { kind: 'uniform', mean: 4 } },
  ],
  cancelRate: { to: [1, 2, 4, 8, 16, 32], values: [1, 0.8, 0.5, 0.4, 0.3, 0.3] },
  depth: { to: [1, 32], values: [20, 5] },
};

function calibrated(flow: FlowParameters, seconds: number, options: CalibrationOptions = {}) {
  const market = { seed: 12, durationNs: seconds * SECOND, flow };
  const counts = emptyCounts(1);
  for (const block of orderMarketBlocks(market)) countKinds(block, 1, counts);
  const calibration = new TapeCalibration({ ...orderMarketInfo(market, {}), counts }, options);
  for (const block of orderMarketBlocks(market)) calibration.take(block);
  return calibration.finish();
}

/** What happened, read from the rows of an order-by-order tape without the calibration. */
function eventsOf(blocks: Iterable<Columns>, duration: number): PointEvents {
  const [seconds, types]: [number[], number[]] = [[], []];
  let executedNs = Number.NaN;
  for (const block of blocks) {
    for (let at = 0; at < block.length; at++) {
      const timeNs = block.exchangeNs[at]!;
      const kind = block.code[at]! & CODE_KIND;
      if (timeNs === 0 || (kind === Kind.orderExecute && timeNs === executedNs)) continue;
      if (kind === Kind.orderExecute) executedNs = timeNs;
      const sell = ((block.code[at]! >> CODE_SIDE_SHIFT) & 3) === Side.sell;
      seconds.push(timeNs / SECOND);
      types.push(
        kind === Kind.orderAdd ? 2 + Number(sell) : kind === Kind.orderCancel ? 4 + Number(sell) : Number(!sell),
      );
    }
  }
  const counts = new Float64Array(types.length).fill(1);
  return { seconds: Float64Array.from(seconds), types: Uint8Array.from(types), counts, duration };
}

const SEEN = [1, 2, 3, 4, 6, 8, 12, 16, 24];

function checkPlacement({ parameters, counts }: FlowCalibration): void {
  const shareUpTo = ({ placement }: FlowParameters, distance: number) =>
    placement.to.reduce((sum, to, at) => (to <= distance ? sum + placement.values[at]! : sum), 0);
  for (const distance of KNOWN.placement.to) {
    const share = shareUpTo(KNOWN, distance);
    const error = Math.sqrt((share * (1 - share)) / counts.limitOrders) + 1e-6;
    expect(Math.abs(shareUpTo(parameters, distance) - share) / error, `placed up to ${distance}`).toBeLessThan(4.5);
  }
}

/** How far the rate of cancellations at a distance is off, as a share of it. */
function cancelledAt({ parameters }: FlowCalibration, distance: number): number {
  const at = ({ to, values }: FlowParameters['cancelRate']) => values.at(to.findIndex((each) => distance <= each))!;
  return Math.abs(at(parameters.cancelRate) / at(KNOWN.cancelRate) - 1);
}

test('without excitement rates are within 5 standard errors, and cancellations at each distance', () => {
  const seconds = 5_000;
  const found = calibrated({ ...KNOWN, arrivals: { ...KNOWN.arrivals, kernels: [] } }, seconds, { decays: [] });
  const { arrivals } = found.parameters;
  for (const type of [0, 1, 2, 3]) {
    const rate = KNOWN.arrivals.base[type]!;
    // Both sides together.
    expect(Math.abs(arrivals.base[type]! - rate) / Math.sqrt(rate / (2 * seconds)), `type ${type}`).toBeLessThan(5);
  }
  checkPlacement(found);
  for (const distance of SEEN) {
    // At the least 2 % of the cancellations are at a distance; uniform sizes have a mean square of 4/3 of their squared mean.
    const error = Math.sqrt(4 / 3 / (0.02 * found.counts.cancellations));
    expect(cancelledAt(found, distance) / error, `cancelled at ${distance}`).toBeLessThan(5);
  }
});

describe('from orders', () => {
  const SECONDS = 5_000;
  const found = calibrated(KNOWN, SECONDS, { decays: [10], mostEvents: 1e6 });
  const { parameters, counts } = found;
  const events = eventsOf(orderMarketBlocks({ seed: 12, durationNs: SECONDS * SECOND, flow: KNOWN }), SECONDS);
  const countOf = (...wanted: number[]) => events.types.filter((type) => wanted.includes(type)).length;

  test('everything is counted once', () => {
    expect(counts).toEqual({ marketOrders: countOf(0, 1), limitOrders: countOf(2, 3), cancellations: countOf(4, 5) });
    expect(found.sample).toMatchObject({ events: events.types.length, of: events.types.length });
    expect(found.leftOut.filter(({ name }) => name !== 'beyond')).toEqual([]);
  });

  test('instrument, steps and delay are those of the tape', () => {
    const { instrument, feed, stepTicks } = parameters;
    expect({ instrument, detail: feed.detail, stepTicks }).toEqual({
      instrument: KNOWN.instrument,
      detail: 'orders',
      stepTicks: 5,
    });
    expect(Math.abs(feed.latencyNs / 3e6 - 1)).toBeLessThan(0.016);
    expect(Math.abs(parameters.startTicks / 50_000 - 1)).toBeLessThan(0.01);
  });

  test('base and branching of market and limit orders are within 5 standard errors', () => {
    const errors = plainErrors(events, KNOWN.arrivals);
    // Each number is the mean of two mirror images.
    const far = (off: number, error: number) => Math.abs(off) / (error / Math.SQRT2);
    for (const type of [0, 1, 2, 3]) {
      const base = parameters.arrivals.base[type]!;
      expect(far(base - KNOWN.arrivals.base[type]!, errors.base[type]!), `base ${type}`).toBeLessThan(5);
      KNOWN.arrivals.kernels[0]!.branching[type]!.forEach((mean, by) => {
        const off = parameters.arrivals.kernels[0]!.branching[type]![by]! - mean;
        expect(far(off, errors.branching[type]![by]!), `branching ${type} by ${by}`).toBeLessThan(5);
      });
    }
  });

  test('cancellations come as often: that orders that came leave again is taken for excitement, as documented', () => {
    const rates = stationaryRates(parameters.arrivals);
    for (const type of [4, 5]) expect((rates[type]! * SECONDS) / countOf(type)).toBeCloseTo(1, 1);
  });

  test('market and limit orders rescale to Poisson processes', () => {
    // Cancellations hang on the book, too, which the fit leaves out.
    for (const { gaps, distance } of found.rescaled.slice(0, 4)) expect(distance * Math.sqrt(gaps)).toBeLessThan(1.628);
  });

  test('placement by distance; cancellations about so, as they are lively when orders at the touch are few', () => {
    checkPlacement(found);
    for (const distance of SEEN) expect(cancelledAt(found, distance), `cancelled at ${distance}`).toBeLessThan(0.15);
  });

  test('sizes and sweeps', () => {
    const { marketLots, sweep, limitLots } = parameters;
    expect(marketLots.kind === 'table' && Math.max(...marketLots.lots)).toBe(20);
    // What was executed is what was wanted, but for sweeps that were not gone on with.
    expect(meanLots(marketLots)).toBeLessThan(6);
    expect(meanLots(marketLots)).toBeGreaterThan(4);
    expect(meanLots(limitLots.find(({ to }) => to >= 1)!.lots)).toBeCloseTo(10, 0);
    expect(meanLots(limitLots.at(-1)!.lots)).toBeCloseTo(4, 0);
    expect(Math.abs(sweep - 0.6)).toBeLessThan(0.12);
  });
});

describe('from what a feed says of the same market', () => {
  const orders = calibrated(KNOWN, 600);
  const of = (feed: Partial<FlowFeed>) => calibrated({ ...KNOWN, feed: { ...KNOWN.feed, ...feed } }, 600);

  test('levels, each at once, give what orders give', () => {
    const levels = of({ detail: 'levels' });
    const { feed, ...rest } = levels.parameters;
    const { feed: _, ...same } = orders.parameters;
    expect(levels.counts).toEqual(orders.counts);
    expect(rest).toEqual(same);
    expect(feed.detail).toBe('levels');
    expect(feed.everyNs).toBe(0);
  });

  test('gathered levels give their interval, and the lots that came less what went in between', () => {
    const { parameters, counts } = of({ detail: 'levels', everyNs: 500e6 });
    expect(parameters.feed.everyNs / 500e6).toBeCloseTo(1, 2);
    expect(counts.marketOrders).toBe(orders.counts.marketOrders);
    expect(counts.limitOrders).toBeLessThan(orders.counts.limitOrders);
    expect(counts.limitOrders).toBeGreaterThan(0.3 * orders.counts.limitOrders);
    const depth = (flow: FlowParameters) =>
      flow.depth.values.reduce((sum, lots, at) => sum + lots * (flow.depth.to[at]! - (flow.depth.to[at - 1] ?? 0)), 0);
    expect(depth(parameters) / depth(orders.parameters)).toBeCloseTo(1, 1);
  });

  test('quotes know the touch alone', () => {
    const { parameters, counts } = of({ detail: 'quotes' });
    expect(parameters.feed.detail).toBe('quotes');
    expect(counts.marketOrders).toBe(orders.counts.marketOrders);
    expect(parameters.placement.to.at(-1)).toBeLessThan(orders.parameters.placement.to.at(-1)!);
  });

  test('a sample of the most recent events is said to be one', () => {
    const { sample, fit } = calibrated(KNOWN, 600, { mostEvents: 2_000, decays: [10] });
    expect(sample.of).toBe(orders.sample.of);
    expect(sample.events).toBe(fit.events);
    expect(sample.events).toBeLessThan(2_500);
    expect(sample.fromNs).toBeGreaterThan(500 * SECOND);
  });
});

test('what says nothing is refused by name', () => {
  const info = orderMarketInfo({ seed: 1, durationNs: SECOND, flow: KNOWN }, {});
  const counted = (...kinds: number[]): TapeInfo => {
    const counts = emptyCounts(1);
    for (const kind of kinds) counts[0]![kind] = 5;
    return { ...info, counts };
  };
  expect(() => new TapeCalibration(counted(Kind.trade))).toThrow('KNOWN has no book');
  expect(() => new TapeCalibration(counted(Kind.depth))).toThrow('KNOWN has no trades');
  expect(() => new TapeCalibration(counted(Kind.orderAdd, Kind.orderExecute), { symbol: 'X' })).toThrow(
    'no instrument X; it has KNOWN',
  );
  expect(() => calibrated(KNOWN, 3)).toThrow(/KNOWN has \d+ market orders that say who took, fewer than 30/);
});
