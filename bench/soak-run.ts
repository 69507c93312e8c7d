/**
 * One long run in a process of its own, with its memory read ten times on the way. A script. Started by soak.
 * Needs `--expose-gc`: what is compared is what is alive, not what happens to lie about.
 */
import { syntheticSource } from '../core/synthetic.js';
import { BLOCK_ROWS } from './bench-tapes.js';
import { answer, jobOf } from './fresh-process.js';
import { Quoting, simulationOf } from './workloads.js';

export interface SoakJob {
  readonly rows: number;
  readonly instruments: number;
  readonly rowsPerSecond: number;
}

export interface SoakAnswer {
  readonly rows: number;
  readonly marketHours: number;
  readonly wallMs: number;
  readonly orderEvents: number;
  readonly fills: number;
  readonly runHash: string;
  /** After each tenth of the rows, bytes. */
  readonly rss: readonly number[];
  readonly heap: readonly number[];
}

function soak({ rows, instruments, rowsPerSecond }: SoakJob): SoakAnswer {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('start this script with --expose-gc');
  const tape = syntheticSource({ seed: 1, rows, instruments, rowsPerSecond, blockRows: BLOCK_ROWS });
  const simulation = simulationOf(tape, { quoting: new Quoting() });
  const rss: number[] = [];
  const heap: number[] = [];
  simulation.events.on('progress', (progress) => {
    if (progress.rows * 10 < (rss.length + 1) * progress.totalRows) return;
    collect();
    const used = process.memoryUsage();
    rss.push(used.rss);
    heap.push(used.heapUsed + used.arrayBuffers);
  });
  const start = performance.now();
  const result = simulation.run();
  return {
    rows: result.rows,
    marketHours: (result.endNs - result.startNs) / 3600e9,
    wallMs: performance.now() - start,
    orderEvents: result.orderEvents,
    fills: result.fills,
    runHash: result.runHash,
    rss,
    heap,
  };
}

answer(soak(jobOf<SoakJob>()));
