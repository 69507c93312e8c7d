/** The market of orders without intentions, seen from outside and against its theory. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { TapeCheck, TapeFacts } from '../../analytics/index.js';
import {
  CODE_KIND,
  type Columns,
  countKinds,
  Flag,
  Kind,
  type TapeInfo,
  type ZeroIntelligenceOptions,
  zeroIntelligenceBlocks,
  zeroIntelligenceInfo,
} from '../../core/index.js';

const SECOND = 1e9;

/** `take` gets every block; the tape's counts come first, as they do from a file. */
function replay(options: ZeroIntelligenceOptions, take: (block: Columns, info: TapeInfo) => void): void {
  const info = zeroIntelligenceInfo(options);
  const counts = info.counts.map((each) => [...each]);
  for (const block of zeroIntelligenceBlocks(options)) countKinds(block, 1, counts);
  for (const block of zeroIntelligenceBlocks(options)) take(block, { ...info, counts });
}

const excited = [
  [0.4, 0, 0, 0],
  [0, 0.4, 0, 0],
  [0.2, 0.2, 0.5, 0.1],
  [0.2, 0.2, 0.1, 0.5],
];

describe.each([
  ['Poisson', {}],
  ['Hawkes', { branching: excited, decay: 8, limitRate: 8 }],
])('%s', (_, change) => {
  const options = { seed: 8, durationNs: 900 * SECOND, ...change };

  test('is a sound tape order by order: no order unknown, no book crossed, no row late', () => {
    let check: TapeCheck | undefined;
    replay(options, (block, info) => {
      check ??= new TapeCheck(info);
      check.take(block);
    });
    const [found] = check!.finish().instruments;
    expect(found).toMatchObject({
      book: 'orders',
      unknownOrders: 0,
      replacedOrders: 0,
      zeroSizes: 0,
      duplicateRows: 0,
    });
    expect(found!.crossed.count + found!.locked.count).toBe(0);
  });

  test('is the same for the same seed, another for another', () => {
    const hash = (seed: number) => {
      const sum = createHash('sha256');
      for (const block of zeroIntelligenceBlocks({ ...options, seed })) {
        for (const column of [block.exchangeNs, block.priceTicks, block.qtyLots, block.orderId!]) {
          sum.update(new Uint8Array(column.buffer, 0, block.length * column.BYTES_PER_ELEMENT));
        }
      }
      return sum.digest('hex');
    };
    expect(hash(8)).toBe(hash(8));
    expect(hash(8)).not.toBe(hash(9));
  });
});

test('orders that only cancellations end stand as an M/M/∞ queue says: limitRate / cancelRate a side', () => {
  const options = { seed: 3, durationNs: 4_000 * SECOND, limitRate: 20, cancelRate: 1, marketRate: 1e-6 };
  let [standing, sinceNs, area] = [0, 0, 0];
  for (const block of zeroIntelligenceBlocks(options)) {
    for (let row = 0; row < block.length; row++) {
      area += standing * (block.exchangeNs[row]! - sinceNs);
      sinceNs = block.exchangeNs[row]!;
      const kind = block.code[row]! & CODE_KIND;
      standing += kind === Kind.orderAdd ? 1 : kind === Kind.orderCancel ? -1 : 0;
    }
  }
  // Both sides: mean 40; a time average over T has variance 2 · 40 / (cancelRate · T).
  expect(Math.abs(area / options.durationNs - 40)).toBeLessThan(4 * Math.sqrt(80 / 4_000));
});

test('market orders come at their stationary rate, and cluster only where they excite each other', () => {
  const gapsOf = (branching?: readonly (readonly number[])[]) => {
    let facts: TapeFacts | undefined;
    replay({ seed: 5, durationNs: 4_000 * SECOND, limitRate: 8, ...(branching && { branching }) }, (block, info) => {
      facts ??= new TapeFacts(info);
      facts.take(block);
    });
    return facts!.finish()[0]!.tradeGaps;
  };
  const poisson = gapsOf();
  const hawkes = gapsOf(excited);
  // Two sides at 1 a second; with self-excitement of 0.4 each 1 / 0.6. Variances of the counts: rate and rate / 0.6².
  expect(Math.abs(poisson.events / 4_000 - 2)).toBeLessThan(4 * Math.sqrt(2 / 4_000));
  expect(Math.abs(hawkes.events / 4_000 - 2 / 0.6)).toBeLessThan(4 * Math.sqrt(2 / 0.6 / 0.36 / 4_000));
  expect(Math.abs(poisson.variation - 1)).toBeLessThan(0.05);
  expect(hawkes.variation).toBeGreaterThan(1.15);
});

test('levels and quotes say of the same market what orders say', () => {
  const factsOf = (detail: 'orders' | 'levels' | 'quotes') => {
    let facts: TapeFacts | undefined;
    replay({ seed: 6, durationNs: 600 * SECOND, branching: excited, limitRate: 8, detail }, (block, info) => {
      facts ??= new TapeFacts(info);
      facts.take(block);
    });
    return facts!.finish()[0]!;
  };
  const orders = factsOf('orders');
  expect(orders.tradeRows).toBeGreaterThan(1_000);
  expect(factsOf('levels')).toEqual(orders);
  const quotes = factsOf('quotes');
  // Quotes change no book behind the touch, and their last one may come before the end of the others.
  for (const name of ['signs', 'tradeRows', 'tradeGaps', 'signCount'] as const)
    expect(quotes[name]).toEqual(orders[name]);
  expect(quotes.spread.meanTicks).toBeCloseTo(orders.spread.meanTicks, 2);
  expect(quotes.depth.bidLots[0]).toBeCloseTo(orders.depth.bidLots[0]!, 6);
  expect(quotes.volatility[0]!.bpsPerRootSecond).toBeCloseTo(orders.volatility[0]!.bpsPerRootSecond, 3);
});

test('every message ends once, and the opening is a snapshot', () => {
  let open = false;
  for (const { length, flags, exchangeNs } of zeroIntelligenceBlocks({ seed: 2, durationNs: 300 * SECOND })) {
    for (let row = 0; row < length; row++) {
      const last = (flags[row]! & Flag.last) !== 0;
      expect((flags[row]! & Flag.snapshot) !== 0).toBe(exchangeNs[row] === 0);
      expect(last).toBe(row + 1 === length || exchangeNs[row + 1] !== exchangeNs[row]);
      open = !last;
    }
    expect(open, 'no message is split over blocks').toBe(false);
  }
});

test('what makes no market is refused by name', () => {
  const blocks = (change: Partial<ZeroIntelligenceOptions>) => () =>
    [...zeroIntelligenceBlocks({ seed: 1, durationNs: SECOND, ...change })].length;
  expect(blocks({ reachTicks: 0 })).toThrow('reachTicks 0 is not a whole number from 1');
  expect(blocks({ cancelRate: 0 })).toThrow('cancelRate 0 is not above 0');
  expect(blocks({ branching: excited.map((row) => row.map((each) => 3 * each)) })).toThrow('spectral radius');
  expect(blocks({ durationNs: 1e13, startTicks: 80, marketRate: 20, cancelRate: 5, limitRate: 30 })).toThrow(
    /at \d+ ns a price of -?\d+ ticks left 1 to 159; give larger startTicks/,
  );
});
