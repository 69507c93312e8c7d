/**
 * One long run in a process of its own, with its memory read at every block and summed up ten times on the way. A script. Started by soak.
 * Needs `--expose-gc`: of the heap, what is alive is compared, not what happens to lie about. How much is resident swings
 * with the collector's young space, so its highest point in each tenth is compared.
 */
import fs from 'node:fs';
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
  /** The most that was resident at the end of any block in each tenth of the rows, bytes. */
  readonly rss: readonly number[];
  /** What was alive after each tenth, bytes. */
  readonly heap: readonly number[];
}

function soak({ rows, instruments, rowsPerSecond }: SoakJob): SoakAnswer {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('start this script with --expose-gc');
  const tape = syntheticSource({ seed: 1, rows, instruments, rowsPerSecond, blockRows: BLOCK_ROWS });
  const simulation = simulationOf(tape, { quoting: new Quoting() });
  const rss: number[] = [];
  const heap: number[] = [];
  let most = 0;
  simulation.events.on('progress', (progress) => {
    most = Math.max(most, residentBytes());
    if (progress.rows * 10 < (rss.length + 1) * progress.totalRows) return;
    collect();
    const used = process.memoryUsage();
    rss.push(most);
    most = 0;
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

/**
 * Resident memory that no file backs, where the system says (Linux). The rest, mostly Node's own program text, comes and
 * goes as the system reads and drops pages of it.
 */
function residentBytes(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1];
  return kilobytes === undefined ? process.memoryUsage.rss() : Number(kilobytes) * 1024;
}

answer(soak(jobOf<SoakJob>()));
