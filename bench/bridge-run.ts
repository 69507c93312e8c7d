/**
 * One run with a strategy in Python (or its twin without), measured decision by decision. A script in a fresh process.
 * Knows nothing of rounds and tables. Started by the bridge bench.
 */
import { fileURLToPath } from 'node:url';
import { PipeChannel } from '../bridges/python/pipe-channel.js';
import { PythonStrategies } from '../bridges/python/python-strategies.js';
import { Instrument } from '../core/instrument.js';
import { Simulation } from '../core/simulation.js';
import type { Strategy, StrategyContext } from '../core/strategy.js';
import { syntheticTape } from '../core/synthetic.js';
import { makerTakerFees } from '../execution/fees.js';
import { constantLatency } from '../execution/latency.js';
import { powerQueue } from '../execution/queue-position.js';
import { simulatedVenue } from '../execution/simulated-venue.js';
import { FEATURES } from './bridge-workload.js';
import { answer, jobOf } from './fresh-process.js';
import { median } from './median.js';

export interface BridgeJob {
  readonly what: 'Silent' | 'Ordering' | 'Columns';
  readonly python: string;
  readonly pin: boolean;
  /** Of the tape; a row is some 0.7 ms of market time. */
  readonly rows: number;
  /** Batches: rows in one. */
  readonly batch?: number;
  readonly journalIn?: string;
}

export interface BridgeAnswer {
  /** From the start of the process to the answer to the first request. */
  readonly startMs: number;
  readonly decisions: number;
  readonly p50us: number;
  readonly p99us: number;
  readonly maxMs: number;
  /** By the time that decisions took, engine left out. */
  readonly perSecond: number;
  /** The whole run. */
  readonly wallMs: number;
  /** Market rows that reached the strategy. */
  readonly heard: number;
  readonly orderEvents: number;
  readonly log: string;
}

const SCRIPT = fileURLToPath(new URL('../../bench/peers/strategies.py', import.meta.url));
const WARM = 0.2;

const job = jobOf<BridgeJob>();
const tape = syntheticTape({ seed: 3, rows: job.rows, instruments: 1 });
const instruments = tape.info.instruments.map((spec, index) => new Instrument(spec, index));

const began = performance.now();
const python = await PythonStrategies.connect(
  [
    {
      name: 'measured',
      instruments,
      params: job.batch === undefined ? {} : { rows: job.batch },
      ...(job.batch === undefined ? { features: { names: FEATURES, definitions: [] } } : {}),
      slow: false,
      connect: () => ({
        channel: new PipeChannel({
          subject: 'strategy "measured"',
          command: job.python,
          args: ['-m', 'tickwright', `${SCRIPT}:${job.what}`],
          pin: job.pin,
        }),
      }),
    },
  ],
  { name: 'bench', seed: 1, originNs: tape.info.originNs, journalIn: job.journalIn },
);

const took: number[] = [];
let startMs = 0;
let log = '';
let heard = 0;
/** Measures every call that asks: timers, or the row that fills a batch. */
function measured(strategy: Strategy): Strategy {
  const remote = strategy as Strategy & { thought: boolean };
  const wrapped: Record<string, unknown> = {
    onStart(context: StrategyContext) {
      strategy.onStart!(context);
      startMs = performance.now() - began;
    },
    onStop: (context: StrategyContext) => strategy.onStop!(context),
    onOrderEvent: (...given: Parameters<NonNullable<Strategy['onOrderEvent']>>) => strategy.onOrderEvent!(...given),
    onTimer(name: string, context: StrategyContext) {
      const start = performance.now();
      strategy.onTimer!(name, context);
      took.push(performance.now() - start);
    },
  };
  for (const handler of ['onTrade', 'onDepth', 'onBook'] as const) {
    if (strategy[handler] === undefined) continue;
    wrapped[handler] = (argument: never, context: StrategyContext) => {
      heard++;
      const start = performance.now();
      strategy[handler]!(argument, context);
      if (job.what === 'Columns' && remote.thought) took.push(performance.now() - start);
    };
  }
  return wrapped as Strategy;
}

const simulation = new Simulation({
  tapes: [tape],
  strategies: [{ name: 'measured', strategy: measured(python.strategies[0]!) }],
  venue: simulatedVenue({
    latency: constantLatency({ entryNs: 5e6, responseNs: 5e6 }),
    queue: powerQueue(3),
    fees: makerTakerFees({ makerRate: 0, takerRate: 0.0003 }),
  }),
  observers: [
    {
      onLog: (_nowNs, _strategy, message) => {
        log = message;
      },
    },
  ],
  sampleNs: 0,
});
const start = performance.now();
const result = simulation.run();
const wallMs = performance.now() - start;
python.close();

const warm = took.slice(Math.floor(took.length * WARM));
const sorted = [...warm].sort((a, b) => a - b);
const outcome: BridgeAnswer = {
  startMs,
  decisions: took.length,
  p50us: median(warm) * 1e3,
  p99us: (sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN) * 1e3,
  maxMs: sorted.at(-1) ?? Number.NaN,
  perSecond: (warm.length / warm.reduce((sum, each) => sum + each, 0)) * 1e3,
  wallMs,
  heard,
  orderEvents: result.orderEvents,
  log,
};
answer(outcome);
