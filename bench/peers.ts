/**
 * `bench peers`: the market maker on the same rows with hftbacktest from PyPI (hash map and array depth) and with the
 * engine, one after the other in each round; both must end with the same prices, positions and fills.
 * Knows nothing of how either replays. Called by main.
 *
 * Needs Python ≥ 3.10 and PyPI once; the virtual environment is kept in the folder of temporary files. Skips, saying so,
 * without them. Compiling is not timed on either side (2 runs to warm up, then the median of 3).
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { remark } from '../bridges/cli/terminal.js';
import { type BenchTape, loadTape, makeCaptureTape, makeSyntheticTape, scratchFolder } from './bench-tapes.js';
import { type EventFile, writeEventFiles } from './event-file.js';
import { inFreshProcess, lastLine } from './fresh-process.js';
import type { Outcome, RunAnswer, RunJob } from './measured-run.js';
import { median, millions, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';
import {
  KEEP_TICKS,
  LOOK_NS,
  MAKER_RATE,
  MOST_LOTS,
  ORDER_LATENCY_NS,
  QUEUE_EXPONENT,
  TAKER_RATE,
} from './workloads.js';

const PACKAGE = 'hftbacktest==2.4.4';
const SCRIPT = fileURLToPath(new URL('../../bench/peers/quoting.py', import.meta.url));
const DEPTHS = ['HashMap', 'ROIVector'] as const;
type Depth = (typeof DEPTHS)[number];
const MAKERS = ['quoting', 'quotingTouch'] as const;
type Maker = (typeof MAKERS)[number];

interface PeerAnswer {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly outcome: Pick<Outcome, 'fills' | 'bids' | 'asks' | 'positions'> & { readonly orders: number };
}

type Engine = 'tickwright' | `hftbacktest ${Depth}`;
const ENGINES: readonly Engine[] = ['tickwright', ...DEPTHS.map((depth) => `hftbacktest ${depth}` as const)];
type Round = Record<Engine, { readonly wallMs: number; readonly cpuMs: number; readonly outcome: object }>;

/** The environment's Python; `undefined`, said aloud, where it cannot be made. */
function peerPython(): string | undefined {
  const folder = path.join(os.tmpdir(), 'tickwright-peers');
  const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const has = () => {
    try {
      const code = `import hftbacktest; assert hftbacktest.__version__ == "${PACKAGE.split('==')[1]}"`;
      execFileSync(python, ['-c', code], { stdio: 'pipe' });
      return true;
    } catch {
      return false;
    }
  };
  if (has()) return python;
  try {
    remark(`installing ${PACKAGE} into ${folder}`);
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' });
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', PACKAGE], { stdio: 'pipe' });
  } catch (error) {
    remark(`SKIPPED: no Python 3.10 with ${PACKAGE} could be made: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
  return has() ? python : undefined;
}

export async function peers({ rows, rounds, instruments }: BenchOptions): Promise<BenchReport> {
  const title = `peers: the same 10 ms market maker with ${PACKAGE}; medians of ${rounds} rounds of fresh processes`;
  const heads = [
    'tape',
    'market maker',
    'engine',
    'rows/s',
    'ours is',
    'by CPU',
    'ours is',
    'orders',
    'fills',
    'same end',
  ];
  const python = peerPython();
  if (python === undefined) return { title, heads, rows: [], table: [], notes: ['SKIPPED: see above.'] };
  const tapes = (instruments ?? [1, 10]).map((count) => makeSyntheticTape(rows, count));
  const capture = instruments === undefined ? await makeCaptureTape(rows) : undefined;
  if (capture !== undefined) tapes.push(capture);
  const results = [];
  for (const tape of tapes) {
    const { columns, tape: memory } = loadTape(tape.file);
    const files = writeEventFiles(path.join(scratchFolder(), tape.name), columns, memory.info);
    for (const maker of MAKERS) results.push(...(await compared(tape, files, maker, python, rounds)));
    for (const { file } of files) fs.rmSync(file);
  }
  return {
    title,
    heads,
    rows: results,
    table: results.map((row) => [
      row.tape,
      row.workload.slice('peers-'.length),
      row.engine,
      millions(row.rowsPerSecond),
      row.engine === 'tickwright' ? '' : `${row.oursTimesAsFast.toFixed(2)} × as fast`,
      millions(row.cpuRowsPerSecond),
      row.engine === 'tickwright' ? '' : `${row.oursTimesAsFastByCpu.toFixed(2)} × as fast`,
      row.orders === undefined ? '' : String(row.orders),
      String(row.fills),
      row.sameEnd ? 'yes' : 'NO',
    ]),
    notes: [
      'Same rows, latency, queue model, matching, fees and rules; rows in memory on both sides. "same end": final best',
      'prices, positions and number of fills of all instruments. HashMap and ROIVector are its two kinds of market depth.',
    ],
  };
}

async function compared(tape: BenchTape, files: readonly EventFile[], maker: Maker, python: string, rounds: number) {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours: RunJob = { file: tape.file, workload: maker, from: 'memory', warmups: 2, runs: 3 };
    const answers: Partial<Round> = { tickwright: await inFreshProcess<RunAnswer>('measured-run', ours) };
    for (const depth of DEPTHS) answers[`hftbacktest ${depth}`] = await peerRun(python, files, depth, maker);
    measured.push(answers as Round);
  }
  return ENGINES.map((engine) => rowOf(tape, maker, engine, measured));
}

function peerRun(python: string, instruments: readonly EventFile[], depth: Depth, maker: Maker): Promise<PeerAnswer> {
  const job = {
    instruments,
    depth,
    latencyNs: ORDER_LATENCY_NS,
    lookNs: LOOK_NS,
    mostLots: MOST_LOTS,
    keepTicks: KEEP_TICKS[maker],
    queueExponent: QUEUE_EXPONENT,
    makerRate: MAKER_RATE,
    takerRate: TAKER_RATE,
    warmups: 2,
    runs: 3,
  };
  return lastLine<PeerAnswer>(python, [SCRIPT, JSON.stringify(job)], `hftbacktest ${depth}`);
}

function rowOf(tape: BenchTape, maker: Maker, engine: Engine, rounds: readonly Round[]) {
  const outcome = rounds[0]![engine].outcome as PeerAnswer['outcome'];
  for (const round of rounds) {
    if (JSON.stringify(round[engine].outcome) !== JSON.stringify(outcome)) {
      throw new Error(`${tape.name} ${engine}: two processes came to different ends`);
    }
  }
  const end = ({ fills, bids, asks, positions }: PeerAnswer['outcome']) =>
    JSON.stringify({ fills, bids, asks, positions });
  const oursEnd = end(rounds[0]!.tickwright.outcome as PeerAnswer['outcome']);
  const wallMs = rounds.map((round) => round[engine].wallMs);
  const cpuMs = rounds.map((round) => round[engine].cpuMs);
  return {
    workload: `peers-${maker}`,
    engine,
    tape: tape.name,
    instruments: tape.instruments,
    rows: tape.rows,
    rowsPerSecond: rounded((tape.rows / median(wallMs)) * 1000),
    cpuRowsPerSecond: rounded((tape.rows / median(cpuMs)) * 1000),
    oursTimesAsFast: rounded(median(rounds.map((round) => round[engine].wallMs / round.tickwright.wallMs))),
    oursTimesAsFastByCpu: rounded(median(rounds.map((round) => round[engine].cpuMs / round.tickwright.cpuMs))),
    orders: outcome.orders as number | undefined,
    fills: outcome.fills,
    sameEnd: end(outcome) === oursEnd,
  };
}
