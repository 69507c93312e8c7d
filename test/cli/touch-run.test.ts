/**
 * From the raw capture to the reference's numbers as a user gets there: `import`, `run` with examples/touch/run.yaml and
 * `--set`, and the run folder's metrics. Skips, and says so, where the market data is absent.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRunFolder } from '../../bridges/run-folder.js';
import { toEpoch } from '../../core/time.js';
import { Workplace } from './command-line.js';

const truth = new URL('../../../shared/truth/', import.meta.url);
const present = existsSync(truth);
if (!present) console.warn('../shared/truth is not there: examples/touch is not compared with the reference');

const RUN = fileURLToPath(new URL('../../examples/touch/run.yaml', import.meta.url));
const METRICS = ['bestBidTicks', 'bestAskTicks', 'position', 'balance', 'fee', 'trades'];

describe.skipIf(!present)('examples/touch/run.yaml', () => {
  const place = new Workplace();
  beforeAll(async () => {
    const capture = fileURLToPath(new URL('binance-raw/usdm_btcusdt_20240808.gz', truth));
    const words = ['--symbol', 'BTCUSDT', '--tick', '0.1', '--lot', '0.001', '--out', 'btcusdt.parquet', '--json'];
    const { code, stdout } = await place.run('import', 'binance-capture', capture, ...words);
    expect(code).toBe(0);
    const [facts] = [JSON.parse(stdout)];
    expect(facts).toMatchObject({ rows: 491_973, events: 466_836 });
  });
  afterAll(() => place.remove());

  test.each([
    ['as it is', 'RiskAverse_10ms', []],
    [
      'with --set',
      'PowerProb_n3_100ms',
      [
        'venue.queue.model=power',
        'venue.queue.exponent=3',
        'venue.latency.entry=100ms',
        'venue.latency.response=100ms',
      ],
    ],
  ])('agrees with the reference at all 3,448 steps, %s', async (_how, trace, settings) => {
    const set = settings.flatMap((setting) => ['--set', setting]);
    expect(await place.run('run', RUN, '--tape', 'btcusdt.parquet', '--out', trace, ...set)).toMatchObject({ code: 0 });
    const { recording } = await readRunFolder(place.path(trace), { tables: ['metrics'] });
    const { metrics, metricNames, originNs } = recording;
    const file = new URL(`hftbacktest-goldens/touch_strategy_btcusdt_steps_${trace}.csv.gz`, truth);
    const steps = String(gunzipSync(readFileSync(file)))
      .trim()
      .split('\n')
      .slice(1);
    expect(steps).toHaveLength(3448);
    expect(metrics.value.length).toBe(steps.length * METRICS.length);
    for (const [step, line] of steps.entries()) {
      const [time, ...values] = line.split(',');
      for (const [index, name] of METRICS.entries()) {
        const row = step * METRICS.length + index;
        expect(metricNames[metrics.name.at(row)], line).toBe(name);
        expect(String(toEpoch(originNs, metrics.localNs.at(row))), line).toBe(time);
        expect(metrics.value.at(row), line).toBeCloseTo(Number(values[index]), 9);
      }
    }
  });

  test('another symbol and tick than the tape’s are refused', async () => {
    for (const [setting, message] of [
      ['instruments.0.symbol=ETHUSDT', 'instruments.0: "ETHUSDT" is not on the tape'],
      ['instruments.0.tick=0.01', 'instruments.0.tick: given 0.01; the tape has BTCUSDT with a tick of 0.1'],
      ['instruments.0.lot=1', 'instruments.0.lot: given 1; the tape has BTCUSDT with a lot of 0.001'],
    ] as const) {
      const { code, stderr } = await place.run('run', RUN, '--tape', 'btcusdt.parquet', '--out', 'x', '--set', setting);
      expect(code).toBe(2);
      expect(stderr).toContain(message);
    }
  });
});
