/**
 * `bench bridge`: what strategies in Python cost: a decision in lockstep beside the bare pipe between two Pythons, orders, the start,
 * batches, and the steps of an environment. Knows nothing of how one run is measured. Called by main.
 *
 * Fresh processes in turn, round by round; multiples are taken within a round. Needs the virtual environment that the tests make
 * (bridges/python/.venv); skips without it, saying so.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { remark } from '../bridges/cli/terminal.js';
import type { BatchesAnswer } from './bridge-batches.js';
import type { BridgeAnswer, BridgeJob } from './bridge-run.js';
import { FEATURES } from './bridge-workload.js';
import { inFreshProcess, lastLine } from './fresh-process.js';
import { median, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const PYTHON = fileURLToPath(new URL('../../bridges/python/.venv/bin/python', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../bridges/cli/main.js', import.meta.url));
const script = (name: string) => fileURLToPath(new URL(`../../bench/peers/${name}.py`, import.meta.url));

const MOST_FLOORS = 2;
const LEAST_DECISIONS = 80_000;
const LEAST_BATCHED = 100e6;
const MOST_START_MS = 300;
const LEAST_STEPS = 60_000;
const BATCH = 100_000;
const BATCHES = 300;
const ROW_BYTES = 25;

interface Floor {
  readonly p50us: number;
  readonly p99us: number;
  readonly perSecond: number;
}

interface Steps {
  readonly stepsPerSecond: number;
  readonly resetMs: number;
  readonly sum: number;
}

interface Round {
  readonly floor: Floor;
  readonly silent: BridgeAnswer;
  readonly ordering: BridgeAnswer;
  readonly journal: BridgeAnswer;
  readonly unpinned: BridgeAnswer;
  readonly batches: BatchesAnswer;
  readonly columns: BridgeAnswer;
  readonly steps: Steps;
}

export async function bridge({ rows, rounds }: BenchOptions): Promise<BenchReport> {
  const title = `bridge: medians of ${rounds} rounds of fresh processes; both ends on one core`;
  const heads = ['what', 'measured', '× floor', 'target', 'all rounds'];
  if (!existsSync(PYTHON)) {
    remark(`SKIPPED: ${PYTHON} is not there; npm test makes it`);
    return { title, heads, rows: [], table: [], notes: ['SKIPPED: see above.'] };
  }
  const folder = mkdtempSync(join(tmpdir(), 'tickwright-bench-'));
  try {
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round++) measured.push(await measure(folder, rows));
    const results = resultsOf(measured);
    return {
      title,
      heads,
      rows: results,
      table: results.map((row) => [row.what, row.measured, row.floors, row.target, row.all]),
      notes: [
        `Floor: two Pythons and two pipes on one core, 144 bytes there, 16 back, which nobody looks at (p50 ${rounded(median(measured.map(({ floor }) => floor.p50us)))} µs).`,
        'A decision: from the timer that is due to the last operation of its answer done; 16 features computed, sent and read. Checked: the',
        'number of requests that Python counted. Ordering: an order or a cancel in two of three answers, venue and account included.',
        `Batches: ${BATCH} rows of ${ROW_BYTES} bytes (ts, px, qty, side) in one request, summed up by numpy; checked: rows that Python counted.`,
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, rows: number): Promise<Round> {
  const run = (job: Partial<BridgeJob>) =>
    inFreshProcess<BridgeAnswer>('bridge-run', { what: 'Silent', python: PYTHON, pin: true, rows: 10_000, ...job });
  const runFile = join(folder, 'run.json');
  writeFileSync(
    runFile,
    JSON.stringify({
      tape: { synthetic: { seed: 3, rows: 30_000, instruments: 1 } },
      venue: {
        latency: { entry: '5ms', response: '5ms' },
        queue: { model: 'power', exponent: 3 },
        fees: { maker: 0, taker: 0.0003 },
      },
    }),
  );
  const steps = JSON.stringify({ runFile, features: FEATURES, steps: 60_000, pin: true, program: PROGRAM });
  const trips = JSON.stringify({ trips: 30_000, warmups: 3_000 });
  const round: Round = {
    floor: await lastLine<Floor>(PYTHON, [script('pipe-floor'), trips], 'pipe floor'),
    silent: await run({}),
    ordering: await run({ what: 'Ordering' }),
    journal: await run({ journalIn: folder }),
    unpinned: await run({ pin: false }),
    batches: await inFreshProcess<BatchesAnswer>('bridge-batches', { python: PYTHON, rows: BATCH, batches: BATCHES }),
    columns: await run({ what: 'Columns', rows, batch: BATCH }),
    steps: await lastLine<Steps>(PYTHON, [script('environment-steps'), steps], 'environment steps'),
  };
  for (const { log, decisions } of [round.silent, round.ordering, round.journal, round.unpinned]) {
    if (log !== `asked ${decisions}`) throw new Error(`Python ${log}, the simulator made ${decisions} requests`);
  }
  if (round.columns.log !== `asked ${round.columns.heard}`) {
    throw new Error(`Python ${round.columns.log} rows, the tape has ${round.columns.heard}`);
  }
  if (round.batches.counted !== BATCH * BATCHES) throw new Error(`Python counted ${round.batches.counted} rows`);
  return round;
}

interface ResultRow {
  readonly what: string;
  readonly value: number;
  readonly measured: string;
  readonly floors: string;
  readonly target: string;
  readonly all: string;
}

function resultsOf(rounds: readonly Round[]): ResultRow[] {
  const row = (
    what: string,
    take: (round: Round) => number,
    text: (value: number) => string,
    target: (value: number, floors: number) => string = () => '',
    floorsOf?: (round: Round) => number,
  ): ResultRow => {
    const values = rounds.map(take);
    const value = median(values);
    const floors = floorsOf === undefined ? Number.NaN : median(rounds.map(floorsOf));
    return {
      what,
      value: rounded(value),
      measured: text(value),
      floors: Number.isNaN(floors) ? '' : `${floors.toFixed(2)} ×`,
      target: target(value, floors),
      all: `${text(Math.min(...values))} … ${text(Math.max(...values))}`,
    };
  };
  const micros = (value: number) => `${value.toFixed(1)} µs`;
  const perSecond = (value: number) => `${Math.round(value / 1e3)} k/s`;
  const millis = (value: number) => `${Math.round(value)} ms`;
  const millions = (value: number) => `${(value / 1e6).toFixed(0)} M/s`;
  const least = (bound: number, text: string) => (value: number) => `${value >= bound ? 'within' : 'UNDER'} ${text}`;
  const withinFloors = (_value: number, floors: number) =>
    `${floors <= MOST_FLOORS ? 'within' : 'OVER'} ${MOST_FLOORS} ×`;
  const floorsOf = (name: 'silent' | 'ordering' | 'journal' | 'unpinned') => (round: Round) =>
    round[name].p50us / round.floor.p50us;
  return [
    row('decision, p50', ({ silent }) => silent.p50us, micros, withinFloors, floorsOf('silent')),
    row('decision, p99', ({ silent }) => silent.p99us, micros),
    row('decisions', ({ silent }) => silent.perSecond, perSecond, least(LEAST_DECISIONS, '80 k/s')),
    row('  kept in a journal, p50', ({ journal }) => journal.p50us, micros, undefined, floorsOf('journal')),
    row('  with orders, p50', ({ ordering }) => ordering.p50us, micros, undefined, floorsOf('ordering')),
    row('  wherever they run, p50', ({ unpinned }) => unpinned.p50us, micros, undefined, floorsOf('unpinned')),
    row('rows in batches', ({ batches }) => (BATCH / batches.p50us) * 1e6, millions, least(LEAST_BATCHED, '100 M/s')),
    row('  that come in the course of a run', ({ columns }) => (BATCH / columns.p50us) * 1e6, millions),
    row(
      'start to first answer',
      ({ silent }) => silent.startMs,
      millis,
      (value) => `${value < MOST_START_MS ? 'within' : 'OVER'} ${MOST_START_MS} ms`,
    ),
    row('steps of an environment', ({ steps }) => steps.stepsPerSecond, perSecond, least(LEAST_STEPS, '60 k/s')),
    row(
      '  its reset',
      ({ steps }) => steps.resetMs,
      (value) => `${value.toFixed(1)} ms`,
    ),
  ];
}
