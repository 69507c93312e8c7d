/**
 * The stylised facts of 345 s of BTCUSDT futures: those of trades against the raw lines, read without importer and tape; those of
 * the book as we recorded them, to see when they change.
 * Source of the capture: ../shared/truth/README.md, which a clone may not have; then this test skips and says so.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TapeFacts } from '../../analytics/index.js';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import { MemoryTape } from '../../core/tape.js';
import { gzipLines, truthFolder } from '../import/tape-rows.js';

const folder = truthFolder('binance-raw');

/** Milliseconds and signs of the market orders that the raw trades make, in order of their times. */
function rawOrders(file: string): { ms: number; sign: number }[] {
  const trades = gzipLines(file).flatMap((line) => {
    const { data } = JSON.parse(line.slice(20));
    return data?.e === 'trade' ? [{ ms: data.T as number, sign: data.m ? -1 : 1 }] : [];
  });
  const inOrder = trades.toSorted((a, b) => a.ms - b.ms);
  return inOrder.filter(({ ms, sign }, at) => ms !== inOrder[at - 1]?.ms || sign !== inOrder[at - 1]?.sign);
}

test.skipIf(folder === undefined)('of trades are what the raw lines say, of the book as recorded', async () => {
  const file = join(folder!, 'usdm_btcusdt_20240808.gz');
  const { columns, info } = await importBinanceCapture({
    ...{ files: [file], symbol: 'BTCUSDT', tick: '0.1', lot: '0.001' },
  });
  const tape = new MemoryTape(columns, info);
  const taken = new TapeFacts(tape.info);
  taken.take(tape.open(tape.info.originNs).next()!);
  const facts = taken.finish()[0]!;

  const orders = rawOrders(file);
  expect(facts.tradeGaps.events).toBe(orders.length);
  const mean = orders.reduce((sum, { sign }) => sum + sign, 0) / orders.length;
  const square = orders.reduce((sum, { sign }) => sum + (sign - mean) ** 2, 0);
  for (const { lag, value } of facts.signs) {
    const product = orders.reduce(
      (sum, { sign }, at) => (at < lag ? sum : sum + (sign - mean) * (orders[at - lag]!.sign - mean)),
      0,
    );
    expect(value).toBeCloseTo(product / square, 9);
  }
  const gapNs = (1e6 * (orders.at(-1)!.ms - orders[0]!.ms)) / (orders.length - 1);
  expect(facts.tradeGaps.meanNs / gapNs).toBeCloseTo(1, 9);

  expect(facts).toMatchObject({ tradeRows: 21_313, unsigned: 0, bookGaps: { events: 6_551 } });
  expect(facts.spread.meanTicks).toBeCloseTo(1.204, 3);
  expect(facts.depth.bidLots[0]! + facts.depth.askLots[0]!).toBeCloseTo(7_400, -1);
  expect(facts.volatility.find(({ intervalNs }) => intervalNs === 1e9)!.bpsPerRootSecond).toBeCloseTo(1.276, 3);
});
