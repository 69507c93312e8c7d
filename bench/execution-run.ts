/**
 * One measurement of execution in a process of its own: the same run a few times, checked, and how long each took.
 * A script. Knows nothing of other measurements. Started by execution.
 */
import { floorL3, type L3Market, type L3Outcome, l3Tape, runL3 } from './execution-l3.js';
import { floorOrders, type OrdersOutcome, type OrdersShape, ordersTape, runOrders } from './execution-orders.js';
import { answer, jobOf } from './fresh-process.js';
import { median } from './median.js';

export type ExecutionJob = { readonly warmups: number; readonly runs: number } & (
  | { readonly what: 'orders' | 'floorOrders'; readonly shape: OrdersShape; readonly orders: number }
  | { readonly what: 'l3' | 'l3Books' | 'floorL3'; readonly market: L3Market; readonly rows: number }
);

export interface ExecutionAnswer<Outcome> {
  /** Median of the measured runs. */
  readonly wallMs: number;
  /** `wallMs` in it is one run's own. */
  readonly outcome: Outcome;
}

async function runner(job: ExecutionJob): Promise<() => OrdersOutcome | L3Outcome> {
  if ('shape' in job) {
    const { shape, orders } = job;
    if (job.what === 'floorOrders') return () => floorOrders(shape, orders);
    const tape = ordersTape(shape, orders);
    return () => runOrders(tape, shape, orders);
  }
  const tape = await l3Tape(job.market, job.rows);
  if (job.what === 'floorL3') return () => floorL3(tape);
  return () => runL3(tape, job.what === 'l3');
}

async function measure(job: ExecutionJob): Promise<ExecutionAnswer<OrdersOutcome | L3Outcome>> {
  const run = await runner(job);
  const all = Array.from({ length: job.warmups + job.runs }, run);
  const end = (outcome: object) => JSON.stringify({ ...outcome, wallMs: 0 });
  for (const other of all) {
    if (end(other) !== end(all[0]!)) throw new Error(`two runs of ${JSON.stringify(job)} came to different ends`);
  }
  return { wallMs: median(all.slice(job.warmups).map(({ wallMs }) => wallMs)), outcome: all[0]! };
}

answer(await measure(jobOf<ExecutionJob>()));
