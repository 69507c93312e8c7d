/**
 * A file's unpacked bytes from a worker, which reads, hashes and unpacks while this thread works on what came before.
 * Knows nothing of packings or of what is in the file. Called by input-file.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { Place, type ReadJob, type ReadOutcome, ringMemory, SLAB_BYTES } from './read-ring.js';

/** Longest wait for the worker, and longest work, before whatever else this thread has to do gets its turn. */
const BREATH_MS = 20;

export interface AheadReading {
  /** Takes the next bytes, borrowed for the call. */
  readonly take: (bytes: Buffer) => void;
  readonly onBytes: (read: number) => void;
  /** What stands at a place of the file, for errors of the packing. */
  readonly unit: string;
}

/** Hands over all bytes, and says how it ended. What `take` throws ends it, too. */
export async function readAhead(script: URL, path: string, reading: AheadReading): Promise<ReadOutcome> {
  const ring = ringMemory();
  const { counters, slabs } = ring;
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  const job: ReadJob = { path, unit: reading.unit, ring, port: port2 };
  const worker = new Worker(script, { workerData: job, transferList: [port2], execArgv: [], name: 'import reader' });
  worker.unref();
  let died: string | undefined;
  worker.on('error', (error) => {
    died = error.message;
  });
  worker.on('exit', (code) => {
    if (Atomics.load(counters, Place.ended) === 0) died ??= `exit code ${code}`;
  });
  // A copy costs less than searching shared memory for line ends.
  const bytes = Buffer.alloc(SLAB_BYTES);
  try {
    let breath = performance.now();
    for (let taken = 0; ; ) {
      if (Atomics.load(counters, Place.filled) > taken) {
        const slab = taken % slabs.length;
        const length = counters[Place.lengths + slab]!;
        bytes.set(slabs[slab]!.subarray(0, length));
        Atomics.store(counters, Place.taken, ++taken);
        Atomics.notify(counters, Place.taken);
        reading.take(bytes.subarray(0, length));
        reading.onBytes(ring.read[0]!);
      } else if (Atomics.load(counters, Place.ended) === 0) Atomics.wait(counters, Place.filled, taken, BREATH_MS);
      // It ends after its last slab.
      else if (Atomics.load(counters, Place.filled) === taken) break;
      if (performance.now() - breath < BREATH_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (died !== undefined) return { failure: `the thread that read it ended: ${died}`, refused: false };
      breath = performance.now();
    }
    return receiveMessageOnPort(port1)!.message as ReadOutcome;
  } finally {
    Atomics.store(counters, Place.stop, 1);
    // What the worker sleeps on must change, or it could fall asleep just after this.
    Atomics.add(counters, Place.taken, 1);
    Atomics.notify(counters, Place.taken);
    port1.close();
  }
}
