/** Tapes of the flows of orders, as SHA-256 of their columns: a change of what a seed gives is seen, and then said in the changelog. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Columns, orderMarketBlocks, zeroIntelligenceBlocks, zeroIntelligenceFlow } from '../../core/index.js';

const EXCITED = [
  [0.4, 0, 0, 0],
  [0, 0.4, 0, 0],
  [0.2, 0.2, 0.5, 0.1],
  [0.2, 0.2, 0.1, 0.5],
];
const MARKET = { seed: 7, durationNs: 300e9 };

/** Of every column by itself, so that the blocks' sizes do not count. */
function hashOf(blocks: Iterable<Columns>): string {
  const names = ['exchangeNs', 'localNs', 'code', 'flags', 'priceTicks', 'qtyLots', 'orderId'] as const;
  const hashes = names.map(() => createHash('sha256'));
  for (const block of blocks) {
    names.forEach((name, at) => {
      const column = block[name];
      if (column !== undefined) {
        hashes[at]!.update(new Uint8Array(column.buffer, column.byteOffset, block.length * column.BYTES_PER_ELEMENT));
      }
    });
  }
  const whole = createHash('sha256');
  for (const hash of hashes) whole.update(hash.digest());
  return whole.digest('hex');
}

/** Everything that parameters can say, in one market: two decays, tables and log-normal sizes, gathered levels. */
function richFlow() {
  const plain = zeroIntelligenceFlow({ limitRate: 8 });
  const wide = (scale: number) =>
    [...EXCITED, [0, 0, 0.1, 0, 0.2, 0], [0, 0, 0, 0.1, 0, 0.2]].map((row) =>
      [...row, 0, 0].slice(0, 6).map((mean) => mean * scale),
    );
  return {
    ...{ ...plain, stepTicks: 5, startTicks: 50_000, sweep: 0.5 },
    feed: { detail: 'levels', everyNs: 100e6, latencyNs: 5e6 },
    arrivals: { ...plain.arrivals, kernels: [20, 1].map((decay) => ({ decay, branching: wide(0.5) })) },
    marketLots: { kind: 'table', lots: [1, 10, 100], shares: [3, 2, 1] },
    placement: { to: [1, 2, 10, 60], values: [0.3, 0.2, 0.3, 0.2] },
    limitLots: [
      { to: 2, lots: { kind: 'log-normal', median: 20, sigma: 1, roundLots: 5 } },
      { to: 60, lots: { kind: 'uniform', mean: 9 } },
    ],
    cancelRate: { to: [2, 10], values: [0.5, 0.1] },
    depth: { to: [1, 60], values: [40, 10] },
  } as const;
}

test('are those that were made before', async () => {
  const hashes = {
    'zero-intelligence': hashOf(zeroIntelligenceBlocks(MARKET)),
    'zero-intelligence, quotes': hashOf(zeroIntelligenceBlocks({ ...MARKET, detail: 'quotes' })),
    hawkes: hashOf(zeroIntelligenceBlocks({ ...MARKET, branching: EXCITED, limitRate: 8 })),
    parameters: hashOf(orderMarketBlocks({ ...MARKET, flow: richFlow() })),
  };
  await expect(`${JSON.stringify(hashes, null, 2)}\n`).toMatchFileSnapshot('./synthetic-flows.json');
});
