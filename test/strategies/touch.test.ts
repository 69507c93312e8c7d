/**
 * The touch strategy against what an independent simulator answered: end states of 21 runs and every step of two.
 * The market data is not part of the project: where it is absent these tests skip and say so.
 */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import type { Observer } from '../../core/observer.js';
import { Simulation } from '../../core/simulation.js';
import { MemoryTape } from '../../core/tape.js';
import { toEpoch } from '../../core/time.js';
import { makerTakerFees } from '../../execution/fees.js';
import { constantLatency } from '../../execution/latency.js';
import {
  logBackQueue,
  logQueue,
  powerBackQueue,
  powerFrontQueue,
  powerQueue,
  type QueuePositionModel,
  riskAverseQueue,
} from '../../execution/queue-position.js';
import { simulatedVenue } from '../../execution/simulated-venue.js';
import { touch } from '../../strategies/touch.js';

const truth = new URL('../../../shared/truth/', import.meta.url);
const present = existsSync(truth);
if (!present) console.warn('../shared/truth is not there: the touch strategy is not compared with the reference');

const MODELS: Record<string, () => QueuePositionModel> = {
  RiskAdverse: riskAverseQueue,
  'PowerProb(1)': () => powerQueue(1),
  'PowerProb(3)': () => powerQueue(3),
  'PowerProb2(3)': () => powerBackQueue(3),
  'PowerProb3(3)': () => powerFrontQueue(3),
  LogProb: logQueue,
  LogProb2: logBackQueue,
};

/** localNs, best bid, best ask, position, balance, fee, trades. */
type Step = [time: string, ...numbers: number[]];

const COLUMNS = ['bestBidTicks', 'bestAskTicks', 'position', 'balance', 'fee', 'trades'];

/** Collects what the strategy records after each step. */
class StepTrace implements Observer {
  readonly steps: Step[] = [];
  readonly #originNs: bigint;

  constructor(originNs: bigint) {
    this.#originNs = originNs;
  }

  onMetric(nowNs: number, _strategy: number, name: string, value: number): void {
    if (name === COLUMNS[0]) this.steps.push([String(toEpoch(this.#originNs, nowNs))]);
    this.steps.at(-1)!.push(value);
  }
}

function rows(file: string): string[][] {
  const bytes = readFileSync(new URL(`hftbacktest-goldens/${file}`, truth));
  const text = String(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  // Commas within brackets do not occur: "PowerProb(3)".
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

describe.skipIf(!present)('the touch strategy on 345 s of BTCUSDT', () => {
  let tape: MemoryTape;
  beforeAll(async () => {
    const files = [new URL('binance-raw/usdm_btcusdt_20240808.gz', truth).pathname];
    const { columns, info } = await importBinanceCapture({ files, symbol: 'BTCUSDT', tick: '0.1', lot: '0.001' });
    tape = new MemoryTape(columns, info);
  });

  function run(model: string, latencyNs: number): Step[] {
    const trace = new StepTrace(tape.info.originNs);
    new Simulation({
      tapes: [tape],
      strategies: [{ name: 'touch', strategy: touch.create(touch.params.parse({})) }],
      venue: simulatedVenue({
        latency: constantLatency({ entryNs: latencyNs, responseNs: latencyNs }),
        queue: MODELS[model]!(),
        fees: makerTakerFees({ makerRate: 0.0002, takerRate: 0.0005 }),
      }),
      observers: [trace],
    }).run();
    return trace.steps;
  }

  /** Position, balance and fee are given with 4, 6 and 8 decimals. */
  function expectSame(step: Step, [time, ...numbers]: string[], label: string): void {
    expect(step[0], label).toBe(time);
    const [bid, ask, position, balance, fee, trades] = numbers.map(Number);
    expect([step[1], step[2], step[6]], label).toEqual([bid, ask, trades]);
    expect(step[3], label).toBeCloseTo(position!, 9);
    expect(step[4], label).toBeCloseTo(balance!, 9);
    expect(step[5], label).toBeCloseTo(fee!, 9);
  }

  const finals = present ? rows('touch_strategy_btcusdt_final.csv') : [];
  test.each(finals)('ends as the reference does: %s at %s ns', (model, latency, steps, ...last) => {
    const trace = run(model!, Number(latency));
    expect(trace).toHaveLength(Number(steps));
    expectSame(trace.at(-1)!, last, `${model} ${latency}`);
  });

  test.each([
    ['RiskAdverse', 10e6, 'touch_strategy_btcusdt_steps_RiskAverse_10ms.csv.gz'],
    ['PowerProb(3)', 100e6, 'touch_strategy_btcusdt_steps_PowerProb_n3_100ms.csv.gz'],
  ])('agrees with the reference at every step: %s at %d ns', (model, latency, file) => {
    const trace = run(model, latency);
    const reference = rows(file);
    expect(trace).toHaveLength(reference.length);
    for (const [index, expected] of reference.entries()) expectSame(trace[index]!, expected, `step ${index}`);
  });
});
