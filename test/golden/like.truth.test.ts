/**
 * Flows fitted to real tapes: what is made of them is like the tape, fact by fact, within a factor of two where the model can, and
 * where it cannot, by how much it misses.
 * Source of the tapes: ../shared/truth/README.md, which a clone may not have; then these tests skip and say so.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FACTS_FIGURES, type StylisedFacts, TapeCalibration, TapeFacts } from '../../analytics/index.js';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import { importLobster } from '../../bridges/import/lobster.js';
import {
  type Columns,
  countKinds,
  emptyCounts,
  type FlowParameters,
  MemoryTape,
  orderMarketBlocks,
  orderMarketInfo,
  type TapeInfo,
} from '../../core/index.js';
import type { ImportedTape } from '../../bridges/import/row-collector.js';
import { truthFolder } from '../import/tape-rows.js';

interface Like {
  readonly tape: StylisedFacts;
  readonly made: StylisedFacts;
  readonly calibration: ReturnType<TapeCalibration['finish']>;
}

function like({ columns, info: imported }: Pick<ImportedTape, 'columns' | 'info'>): Like {
  const { info } = new MemoryTape(columns, imported);
  const calibration = new TapeCalibration(info);
  calibration.take(columns);
  const found = calibration.finish();
  const tape = factsOf([columns], info);
  return { tape, calibration: found, made: madeOf(found.parameters, tape.endNs - tape.fromNs) };
}

function madeOf(flow: FlowParameters, durationNs: number): StylisedFacts {
  const market = { seed: 1, durationNs, flow };
  const counts = emptyCounts(1);
  for (const block of orderMarketBlocks(market)) countKinds(block, 1, counts);
  return factsOf(orderMarketBlocks(market), { ...orderMarketInfo(market, {}), counts });
}

function factsOf(blocks: Iterable<Columns>, info: TapeInfo): StylisedFacts {
  const facts = new TapeFacts(info);
  for (const block of blocks) facts.take(block);
  return facts.finish()[0]!;
}

function checkRatios({ tape, made }: Like, names: readonly string[]): void {
  for (const name of names) {
    const { of } = FACTS_FIGURES.find((each) => each.name === name)!;
    const ratio = of(made) / of(tape);
    expect(ratio, `${name}: ${of(made)} made, ${of(tape)} on the tape`).toBeGreaterThan(0.5);
    expect(ratio, `${name}: ${of(made)} made, ${of(tape)} on the tape`).toBeLessThan(2);
  }
}

const lobster = truthFolder('lobster');
describe.skipIf(lobster === undefined)('an hour of AAPL, order by order', async () => {
  const file = 'AAPL_2012-06-21_34200000_37800000_message_50.csv.gz';
  const found = like(await importLobster({ messages: join(lobster!, file) }));

  test('is like the tape within a factor of two', () => {
    const { parameters, fit } = found.calibration;
    expect(parameters).toMatchObject({ stepTicks: 100, feed: { detail: 'orders', everyNs: 0 } });
    expect(fit.logLikelihood - fit.poissonLogLikelihood).toBeGreaterThan(2 * fit.events);
    checkRatios(found, ['spread', 'spread-median', 'spread-p95', 'touch', 'depth', 'market-orders', 'trade-gap']);
    checkRatios(found, ['trade-clustering', 'updates', 'update-gap', 'update-clustering', 'volatility-1s']);
    checkRatios(found, ['volatility-1m', 'sign-memory', 'size-memory']);
  });
});

const binance = truthFolder('binance-raw');
describe.skipIf(binance === undefined)('345 s of BTCUSDT, levels gathered', async () => {
  const files = [join(binance!, 'usdm_btcusdt_20240808.gz')];
  const found = like(await importBinanceCapture({ files, symbol: 'BTCUSDT', tick: '0.1', lot: '0.001' }));

  test('is like the tape within a factor of two, but for volatility, of which it has less', () => {
    expect(found.calibration.parameters.feed.detail).toBe('levels');
    expect(found.calibration.parameters.feed.everyNs / 52.6e6).toBeCloseTo(1, 2);
    checkRatios(found, ['spread', 'spread-median', 'touch', 'depth', 'market-orders', 'trade-gap', 'trade-clustering']);
    checkRatios(found, ['updates', 'update-gap', 'sign-memory']);
    const second = ({ volatility }: StylisedFacts) => volatility.find(({ intervalNs }) => intervalNs === 1e9)!.bpsPerRootSecond;
    expect(second(found.made) / second(found.tape)).toBeLessThan(0.5);
    expect(second(found.made) / second(found.tape)).toBeGreaterThan(0.2);
  });
});
