/**
 * One long run in a process of its own, with its memory read at every block and summed up ten times on the way. A script. Started by soak.
 *
 * Two such runs make one soak: one is left alone, and its resident memory counts; in the other one everything dead is
 * collected after each tenth (`--expose-gc`), and what is alive counts. In one run they would disturb each other: full
 * collections on demand make the resident memory of this very run grow from 47 to 110 MB, where it else stays at 47.
 */
import fs from 'node:fs';
import { syntheticSource } from '../core/synthetic.js';
import { BLOCK_ROWS } from './bench-tapes.js';
import { answer, jobOf } from './fresh-process.js';
import { KEEP_TICKS, Quoting, simulationOf } from './workloads.js';

export interface SoakJob {
  readonly rows: number;
  readonly instruments: number;
  readonly rowsPerSecond: number;
  /** Whether to collect after each tenth. */
  readonly collect: boolean;
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
  /** In use by V8 and the buffers outside of it after each tenth, bytes. */
  readonly heap: readonly number[];
}

function soak({ rows, instruments, rowsPerSecond, collect }: SoakJob): SoakAnswer {
  if (collect && globalThis.gc === undefined) throw new Error('start this script with --expose-gc');
  const tape = syntheticSource({ seed: 1, rows, instruments, rowsPerSecond, blockRows: BLOCK_ROWS });
  const simulation = simulationOf(tape, { quoting: new Quoting(KEEP_TICKS.quoting) });
  const rss: number[] = [];
  const heap: number[] = [];
  let most = 0;
  simulation.events.on('progress', (progress) => {
    most = Math.max(most, residentBytes());
    if (progress.rows * 10 < (rss.length + 1) * progress.totalRows) return;
    if (collect) globalThis.gc?.();
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
