/**
 * Same fills as the reference: the touch strategy over 345 s of BTCUSDT futures, 7 queue models × 3 latencies, against
 * the end states and step traces that hftbacktest recorded; and the hash of each run against the one we recorded.
 * Source of the numbers: ../shared/truth/README.md, which a clone may not have; then these tests skip and say so.
 */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import { MemoryTape, type Observer, type RunResult, Simulation, toEpoch } from '../../core/index.js';
import {
  constantLatency,
  logBackQueue,
  logQueue,
  makerTakerFees,
  powerBackQueue,
  powerFrontQueue,
  powerQueue,
  type QueuePositionModel,
  riskAverseQueue,
  simulatedVenue,
  HFTBACKTEST_RULES,
} from '../../execution/index.js';
import { touch } from '../../strategies/touch.js';

const truth = new URL('../../../shared/truth/', import.meta.url);
const present = existsSync(truth);
if (!present)
  console.warn('SKIPPED: ../shared/truth is not on this machine, fills are not compared with the reference');

const QUEUES: Readonly<Record<string, () => QueuePositionModel>> = {
  RiskAdverse: riskAverseQueue,
  'PowerProb(1)': () => powerQueue(1),
  'PowerProb(3)': () => powerQueue(3),
  'PowerProb2(3)': () => powerBackQueue(3),
  'PowerProb3(3)': () => powerFrontQueue(3),
  LogProb: logQueue,
  LogProb2: logBackQueue,
};

/** What the strategy writes at each step, in this order. */
const WRITTEN = ['bestBidTicks', 'bestAskTicks', 'position', 'balance', 'fee', 'trades'];
/** Decimals with which the reference gives them. */
const DECIMALS = [0, 0, 4, 6, 8, 0];

interface Step {
  readonly localNs: string;
  readonly values: number[];
}

class Steps implements Observer {
  readonly all: Step[] = [];
  readonly #originNs: bigint;

  constructor(originNs: bigint) {
    this.#originNs = originNs;
  }

  onMetric(nowNs: number, _strategy: number, name: string, value: number): void {
    if (name === WRITTEN[0]) this.all.push({ localNs: String(toEpoch(this.#originNs, nowNs)), values: [] });
    this.all.at(-1)!.values[WRITTEN.indexOf(name)] = value;
  }
}

/** Data rows of a CSV file of the reference. Its fields hold no commas of their own. */
function reference(file: string): string[][] {
  const bytes = readFileSync(new URL(`hftbacktest-goldens/${file}`, truth));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [, ...lines] = text.trim().split('\n');
  return lines.map((line) => line.split(','));
}

/** As decimals of the reference's length; adding 0 makes −0 (its residue of adding ±0.01) the same as 0. */
function written(values: readonly number[]): string[] {
  return values.map((value, field) => (Number(value.toFixed(DECIMALS[field]!)) + 0).toFixed(DECIMALS[field]!));
}

describe.skipIf(!present)('the touch strategy on 345 s of BTCUSDT', () => {
  let tape: MemoryTape;
  const runs = new Map<string, { steps: Step[]; result: RunResult }>();

  beforeAll(async () => {
    const files = [new URL('binance-raw/usdm_btcusdt_20240808.gz', truth).pathname];
    const { columns, info } = await importBinanceCapture({ files, symbol: 'BTCUSDT', tick: '0.1', lot: '0.001' });
    tape = new MemoryTape(columns, info);
  });

  function run(model: string, latencyNs: number): { steps: Step[]; result: RunResult } {
    const known = runs.get(`${model} ${latencyNs}`);
    if (known !== undefined) return known;
    const steps = new Steps(tape.info.originNs);
    const simulation = new Simulation({
      tapes: [tape],
      strategies: [{ name: 'touch', strategy: touch.create(touch.params.parse({})) }],
      venue: simulatedVenue({
      ...HFTBACKTEST_RULES,
        latency: constantLatency({ entryNs: latencyNs, responseNs: latencyNs }),
        queue: QUEUES[model]!(),
        fees: makerTakerFees({ makerRate: 0.0002, takerRate: 0.0005 }),
      }),
      observers: [steps],
      sampleNs: 0,
    });
    const done = { result: simulation.run(), steps: steps.all };
    runs.set(`${model} ${latencyNs}`, done);
    return done;
  }

  it('replays every row of the converted capture', () => {
    expect(tape.info.rows).toBe(491_973);
  });

  const finals = present ? reference('touch_strategy_btcusdt_final.csv') : [];
  it.each(finals)('ends as the reference: %s, latency %s ns', (model, latency, steps, localNs, ...values) => {
    const { steps: ours, result } = run(model!, Number(latency));
    expect(ours).toHaveLength(Number(steps));
    const last = ours.at(-1)!;
    expect(last.localNs).toBe(localNs);
    expect(written(last.values)).toEqual(written(values.map(Number)));
    expect(result.fills).toBe(Number(values.at(-1)));
  });

  it.each([
    ['RiskAdverse', 10e6, 'touch_strategy_btcusdt_steps_RiskAverse_10ms.csv.gz'],
    ['PowerProb(3)', 100e6, 'touch_strategy_btcusdt_steps_PowerProb_n3_100ms.csv.gz'],
  ])('agrees with the reference at every step: %s, latency %d ns', (model, latencyNs, file) => {
    const { steps } = run(model, latencyNs);
    const expected = reference(file);
    expect(expected).toHaveLength(3_448);
    expect(steps.map(({ localNs, values }) => [localNs, ...written(values)])).toEqual(
      expected.map(([localNs, ...values]) => [localNs, ...written(values.map(Number))]),
    );
  });

  it('has the run hashes that were recorded when all of this agreed', async () => {
    const hashes = finals.map(([model, latency]) => [
      `${model} ${latency}`,
      run(model!, Number(latency)).result.runHash,
    ]);
    const text = `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('./touch-hashes.json');
  });
});
