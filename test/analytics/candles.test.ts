/** Candles: exactly the bars they are made of, never too many, and told by the run as they arrive. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Candle, CandleTally, candlesOf, MOST_CANDLES, mergeCandles } from '../../analytics/candles.js';
import { Recorder } from '../../analytics/recorder.js';
import { Recording } from '../../analytics/recording.js';
import { candleData } from '../../analytics/report/candle-data.js';
import { renderReportPage } from '../../analytics/report/page.js';
import type { PairData } from '../../analytics/report/page-data.js';
import { buildReport } from '../../analytics/report/report.js';
import { summarise } from '../../analytics/summary.js';
import { pageParts } from '../../bridges/run-folder/report-assets.js';
import { Instrument } from '../../core/instrument.js';
import { Kind, type MarketView, Side } from '../../core/market.js';
import { Simulation } from '../../core/simulation.js';
import { MINUTE } from '../../core/time.js';
import { simulatedVenue } from '../../execution/index.js';
import { randomTape } from '../reference/random-market.js';
import { eager } from './eager-strategy.js';
import { HandMadeRun } from './hand-made-run.js';
import { CHROMIUM, INK, PagesInBrowser, WIDE } from './pages-in-browser.js';
import { unpacked } from './unpacked.js';

const ABC = new Instrument({ symbol: 'ABC', tick: '0.5', lot: '0.1' }, 0);

/** open, high, low, close, volume of a bar that arrives at its index × a minute. */
type Bar = readonly [number, number, number, number, number];

function viewOf(
  [openTicks, highTicks, lowTicks, priceTicks, qtyLots]: Bar,
  index: number,
  instrument = ABC,
): MarketView {
  return { instrument, localNs: index * MINUTE, openTicks, highTicks, lowTicks, priceTicks, qtyLots } as MarketView;
}

function tallied(bars: readonly Bar[]): Recording {
  const tally = new CandleTally();
  for (const [index, bar] of bars.entries()) tally.add(viewOf(bar, index));
  const recording = new Recording({ originNs: 0n, instruments: [ABC], strategies: ['a'], sampleNs: 0 });
  tally.writeInto(recording.candles);
  return recording;
}

/** What a candle of these bars must be, said plainly. */
function plain(bars: readonly Bar[], from: number): Candle {
  return {
    ...{ firstNs: from * MINUTE, lastNs: (from + bars.length - 1) * MINUTE },
    ...{ openTicks: bars[0]![0], highTicks: Math.max(...bars.map((bar) => bar[1])) },
    ...{ lowTicks: Math.min(...bars.map((bar) => bar[2])), closeTicks: bars.at(-1)![3] },
    ...{ volumeLots: bars.reduce((sum, bar) => sum + bar[4], 0), bars: bars.length },
  };
}

const price = fc.integer({ min: -500, max: 5000 });
const bar = fc
  .tuple(price, price, price, price, fc.nat(1e6))
  .map(([a, b, c, d, volume]): Bar => [a, Math.max(a, b, c, d), Math.min(a, b, c, d), d, volume]);

test('a bar each while they fit; then neighbours are merged, exactly, and never too many', () => {
  const counts = fc.oneof(
    fc.integer({ min: 0, max: 40 }),
    fc.constantFrom(MOST_CANDLES, MOST_CANDLES + 1, 2 * MOST_CANDLES, 2 * MOST_CANDLES + 1, 9 * MOST_CANDLES + 7),
  );
  fc.assert(
    fc.property(counts, fc.array(bar, { minLength: 7, maxLength: 60 }), (count, some) => {
      const bars = Array.from({ length: count }, (_, index) => some[(index * 7 + (index >> 3)) % some.length]!);
      const candles = candlesOf(tallied(bars), 0);
      // The smallest power of two that leaves no more than there may be.
      let each = 1;
      while (Math.ceil(count / each) > MOST_CANDLES) each *= 2;
      const wanted: Candle[] = [];
      for (let at = 0; at < count; at += each) wanted.push(plain(bars.slice(at, at + each), at));
      expect(candles).toEqual(wanted);
      expect(mergeCandles(candles, 3).map(({ bars: made }) => made)).toEqual(
        Array.from({ length: Math.ceil(candles.length / 3) }, (_, at) =>
          candles.slice(3 * at, 3 * at + 3).reduce((sum, candle) => sum + candle.bars, 0),
        ),
      );
    }),
    { numRuns: 40 },
  );
});

test('a page gets as many as it can hold, of the instruments it shows', () => {
  const bars = Array.from({ length: 1500 }, (_, index): Bar => [index, index + 3, index - 2, index + 1, 5]);
  const tally = new CandleTally();
  const instruments = Array.from(
    { length: 40 },
    (_, index) => new Instrument({ symbol: `S${index}`, tick: '0.5', lot: '0.1' }, index),
  );
  for (const instrument of instruments.slice(1))
    for (const [index, each] of bars.entries()) tally.add(viewOf(each, index, instrument));
  const recording = new Recording({ originNs: 0n, instruments, strategies: ['a'], sampleNs: 0 });
  tally.writeInto(recording.candles);
  const span = { startNs: 0, endNs: 1500 * MINUTE, durationNs: 1500 * MINUTE };
  const pairs = (count: number) => Array.from({ length: count }, (_, instrument) => ({ instrument }) as PairData);
  const few = candleData(recording, pairs(2), span);
  expect(few[0], 'it has no bars').toBeNull();
  expect(few[2], 'it is not shown').toBeNull();
  expect(few[1]!.time.steps).toHaveLength(1500);
  expect(few[1]!.barsEach).toBe(1);
  const many = candleData(recording, pairs(40), span);
  expect(many[1]!.barsEach).toBe(5);
  expect(unpacked(many[39]!.open).slice(0, 2)).toEqual([0, 2.5]);
  expect(unpacked(many[39]!.high)[0], 'of bars 0 to 4').toBe(3.5);
  expect(unpacked(many[39]!.close).at(-1)).toBe(750);
});

test('a run tells observers every bar that arrives, in order, and is the same run', () => {
  const shape = { seed: 3, rows: 4000, instruments: 2, stepNs: 1e6, feedNs: 2e6, blockRows: 64 };
  const run = (observers: object[]) =>
    new Simulation({
      ...{
        tapes: [randomTape(shape)],
        strategies: [{ name: 's', strategy: eager(3) }],
        venue: simulatedVenue(),
        observers,
      },
    }).run();
  const seen: string[] = [];
  const heard: string[] = [];
  const text = (row: MarketView) =>
    `${row.instrument.symbol} ${row.localNs} ${row.openTicks} ${row.highTicks} ${row.lowTicks} ${row.priceTicks} ${row.qtyLots}`;
  const recorder = new Recorder();
  const plainRun = run([]);
  const { runHash } = run([{ onBar: (row: MarketView) => seen.push(text(row)) }, recorder]);
  expect(runHash).toBe(plainRun.runHash);
  new Simulation({
    ...{ tapes: [randomTape(shape)], venue: simulatedVenue() },
    strategies: [{ name: 's', strategy: { onBar: (row) => void (row.kind === Kind.bar && heard.push(text(row))) } }],
  }).run();
  expect(seen.length).toBeGreaterThan(20);
  expect(seen, 'as a strategy hears them').toEqual(heard);
  const { candles } = recorder.recording;
  expect(candles.bars.slice().reduce((sum, bars) => sum + bars, 0)).toBe(seen.length);
});

test('an observer that throws at a bar stops the run, and is no strategy', () => {
  const shape = { seed: 3, rows: 4000, instruments: 2, stepNs: 1e6, feedNs: 2e6, blockRows: 64 };
  const observer = {
    onBar() {
      throw new Error('no bars please');
    },
  };
  const run = new Simulation({
    tapes: [randomTape(shape)],
    strategies: [],
    venue: simulatedVenue(),
    observers: [observer],
  });
  expect(() => run.run()).toThrow('no bars please');
});

/** Bars of a market made up, a minute each. */
function madeUp(minutes: number): Bar[] {
  let close = 2000;
  return Array.from({ length: minutes }, (_, minute): Bar => {
    const open = close;
    close = Math.round(open + 9 * Math.sin(minute * 12.9898) + 3 * Math.sin(minute / 90));
    return [open, Math.max(open, close) + (minute % 4), Math.min(open, close) - (minute % 3), close, 100];
  });
}

/** The page of a run over such bars, with a trade an hour or none at all. */
function pageOfBars(bars: readonly Bar[], trades = true): string {
  const run = new HandMadeRun({ symbols: ['ABC'], names: ['daily'] });
  for (const [minute, bar] of bars.entries()) {
    run.recorder.onBar(viewOf(bar, minute));
    if (!trades || minute % 60 !== 30) continue;
    const side = minute % 120 === 30 ? Side.buy : Side.sell;
    run.fill(run.order(side, bar[3], 10), minute * MINUTE, bar[3], 10, false, 0.02);
  }
  const endNs = bars.length * MINUTE;
  run.sample(endNs, true);
  const { recording } = run.recorder;
  const description = {
    ...{ config: null, seed: 1, versions: {}, sampleNs: 0, startNs: 0, endNs, droppedLogLines: 0, tapes: [] },
  };
  const summary = summarise(recording, run.outcome(0, endNs));
  return renderReportPage(buildReport(recording, summary, description), pageParts('main'));
}

describe.skipIf(CHROMIUM === undefined)('candles in a browser', () => {
  const pages = new PagesInBrowser();
  beforeAll(() => pages.start());
  afterAll(() => pages.stop());
  const price = '.plot[data-chart=price]';

  test('are drawn on the price chart, light and dark, wide and narrow', async () => {
    const html = pageOfBars(madeUp(1440));
    for (const [width, scheme] of [
      [1600, 'light'],
      [400, 'dark'],
    ] as const) {
      const page = await pages.open(html, width, scheme);
      const ink = await page.evaluate(INK.replace("'.plot canvas'", `'${price} canvas'`));
      expect((ink as number[])[0]).toBeGreaterThan(0.02);
      expect(await page.locator('#candles').textContent()).toBe(
        'candles a bar each, 1 min apart: hollow rose, filled fell; ',
      );
      expect(await page.evaluate(WIDE)).toBeLessThanOrEqual(width);
      await page.close();
    }
  });

  test('are drawn where nothing traded too', async () => {
    const page = await pages.open(pageOfBars(madeUp(60), false));
    const ink = await page.evaluate(INK.replace("'.plot canvas'", `'${price} canvas'`));
    expect((ink as number[])[0]).toBeGreaterThan(0.02);
    expect(await page.locator('#candles').textContent()).toContain('candles a bar each');
    await page.close();
  });

  test('are named under the cursor with open, high, low and close', async () => {
    const bars = madeUp(60);
    const page = await pages.open(pageOfBars(bars));
    const over = page.locator(`${price} .u-over`);
    await over.scrollIntoViewIfNeeded();
    const box = (await over.boundingBox())!;
    // Minute 45 of 60.
    await page.mouse.move(box.x + box.width * 0.75, box.y + 20);
    const shown = (ticks: number) => (ticks / 2).toLocaleString('en-US');
    const [open, high, low, close] = bars[45]!;
    await expect
      .poll(() => page.locator(`${price} .u-legend .u-value`).allTextContents())
      .toEqual([expect.stringContaining('00:39:16.298'), shown(open), shown(high), shown(low), shown(close)]);
    await page.close();
  });
});
