/**
 * One measurement in a process of its own: replays a tape a few times and says how long each replay took and what came
 * out. A script. Knows nothing of other measurements. Started by replay, disk and peers.
 *
 * Timed is `run()` alone (reading the file into memory, checking it and putting a run together are not), on the wall and
 * in CPU time of all threads of the process.
 */
import { openTape } from '../bridges/tape/tape-file.js';
import type { Columns } from '../core/market.js';
import type { TapeSource } from '../core/tape.js';
import { loadTape } from './bench-tapes.js';
import { floorByBlocks, floorInterleaved, type PlainBooks, plainBooks } from './floor.js';
import { answer, jobOf } from './fresh-process.js';
import { median } from './median.js';
import { type EngineWorkload, LastPrices, simulationOf, strategyOf } from './workloads.js';

/** The floor's two forms, and what the engine runs. */
export type Workload = 'floorInterleaved' | 'floorByBlocks' | EngineWorkload;

export interface RunJob {
  readonly file: string;
  readonly workload: Workload;
  /** `disk`: rows are decoded from the file as the run goes, ahead of it on a worker thread. */
  readonly from: 'memory' | 'disk';
  readonly warmups: number;
  readonly runs: number;
}

/** What came out of a replay: the same in every replay of the same rows. */
export interface Outcome {
  readonly rows: number;
  readonly runHash: string;
  readonly orderEvents: number;
  readonly fills: number;
  /** Final best prices of the local books by instrument, ticks; `null` = the side is empty. */
  readonly bids: readonly (number | null)[];
  readonly asks: readonly (number | null)[];
  /** Final positions by instrument, lots. */
  readonly positions: readonly number[];
}

export interface RunAnswer {
  /** Medians of the measured replays. */
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly outcome: Outcome;
  /** Most memory that the process ever held, bytes. */
  readonly peakRss: number;
}

/** Rows of one side that the floor by blocks does before it turns to the other: both sides' columns stay in the cache. */
const FLOOR_BLOCK_ROWS = 16_384;

interface Replay {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly outcome: Outcome;
}

function timed<Result>(work: () => Result): { wallMs: number; cpuMs: number; result: Result } {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, result };
}

function replayEngine(tape: TapeSource, workload: EngineWorkload): Replay {
  const prices = new LastPrices();
  const strategy = strategyOf(workload);
  const simulation = simulationOf(tape, strategy === undefined ? {} : { [workload]: strategy }, [prices]);
  const { wallMs, cpuMs, result } = timed(() => simulation.run());
  const { rows, runHash, orderEvents, fills } = result;
  const { bids, asks, positions } = prices;
  return { wallMs, cpuMs, outcome: { rows, runHash, orderEvents, fills, bids, asks, positions } };
}

function replayFloor(columns: Columns, instruments: number, interleaved: boolean): Replay {
  const venue = plainBooks(columns, instruments);
  const local = plainBooks(columns, instruments);
  const { wallMs, cpuMs } = timed(() =>
    interleaved ? floorInterleaved(columns, venue, local) : floorByBlocks(columns, venue, local, FLOOR_BLOCK_ROWS),
  );
  const bids = bestOf(local, local.bestBid);
  const asks = bestOf(local, local.bestAsk);
  const positions = bids.map(() => 0);
  return {
    wallMs,
    cpuMs,
    outcome: { rows: columns.length, runHash: '', orderEvents: 0, fills: 0, bids, asks, positions },
  };
}

function bestOf(books: PlainBooks, best: Int32Array): (number | null)[] {
  return Array.from(best, (at, index) => (at < 0 || at >= books.size[index]! ? null : at + books.base[index]!));
}

function replayer({ file, from, workload }: RunJob): () => Replay {
  if (from === 'disk') {
    const tape = openTape(file, { worker: true });
    return () => replayEngine(tape, workload as EngineWorkload);
  }
  const { columns, tape } = loadTape(file);
  if (workload === 'floorInterleaved' || workload === 'floorByBlocks') {
    return () => replayFloor(columns, tape.info.instruments.length, workload === 'floorInterleaved');
  }
  return () => replayEngine(tape, workload);
}

function measure(job: RunJob): RunAnswer {
  const replay = replayer(job);
  const all = Array.from({ length: job.warmups + job.runs }, replay);
  const outcome = all[0]!.outcome;
  for (const other of all) {
    const same = JSON.stringify(other.outcome) === JSON.stringify(outcome);
    if (!same) throw new Error(`two replays of ${job.file} (${job.workload}) came to different ends`);
  }
  const measured = all.slice(job.warmups);
  return {
    wallMs: median(measured.map(({ wallMs }) => wallMs)),
    cpuMs: median(measured.map(({ cpuMs }) => cpuMs)),
    outcome,
    peakRss: process.resourceUsage().maxRSS * 1024,
  };
}

answer(measure(jobOf<RunJob>()));
