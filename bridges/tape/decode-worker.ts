/**
 * The decode worker's script: decodes the row groups it is asked for, in order, into shared blocks, until told to stop.
 * Knows nothing of the reader but the ring. Started by worker-reader; never imported.
 */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Columns } from '../../core/market.js';
import { BlockDecoder } from './block-decoder.js';
import { type DecodeJob, type NewBlock, QUEUE, Shared, workerStart } from './decode-ring.js';
import { reasonOf } from './tape-error.js';

const { plan, shared, failure, port } = workerData as DecodeJob;
const blocks: Columns[] = [];

const first = workerStart(plan);

function serve(decoder: BlockDecoder): void {
  for (let done = first; done < plan.groups; done++) {
    while (Atomics.load(shared, Shared.requested) <= done) {
      if (Atomics.load(shared, Shared.stop) === 1) return;
      Atomics.wait(shared, Shared.requested, done);
    }
    if (Atomics.load(shared, Shared.stop) === 1) return;
    const number = Atomics.load(shared, Shared.queue + (done % QUEUE));
    // Blocks are sent before they are first asked for, so the port has them by now.
    while (blocks.length <= number) blocks.push((receiveMessageOnPort(port)!.message as NewBlock).columns);
    decoder.next(blocks[number]!);
    tell(Shared.done, done + 1);
  }
}

function tell(place: number, value: number): void {
  Atomics.store(shared, place, value);
  Atomics.add(shared, Shared.news, 1);
  Atomics.notify(shared, Shared.news);
}

let decoder: BlockDecoder | undefined;
try {
  decoder = new BlockDecoder(plan, first);
  serve(decoder);
} catch (error) {
  const { written } = new TextEncoder().encodeInto(reasonOf(error), failure);
  tell(Shared.failed, Math.max(1, written));
} finally {
  decoder?.close();
}
