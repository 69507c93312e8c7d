/**
 * The read worker's script: reads a file, hashes and unpacks it, and puts the bytes into the ring until told to stop.
 * Knows nothing of what is in the file. Started by read-ahead; never imported.
 */
import { workerData } from 'node:worker_threads';
import { ImportError, readPieces } from './input-file.js';
import { PLACE, Place, type ReadJob, type ReadOutcome, SLAB_BYTES } from './read-ring.js';

const { path, unit, ring, port } = workerData as ReadJob;
const { counters, slabs } = ring;
let filled = 0;

function put(bytes: Uint8Array): void {
  const slab = filled % slabs.length;
  for (;;) {
    if (Atomics.load(counters, Place.stop) === 1) throw new Error('it was told to stop');
    const taken = Atomics.load(counters, Place.taken);
    if (filled - taken < slabs.length) break;
    Atomics.wait(counters, Place.taken, taken);
  }
  slabs[slab]!.set(bytes);
  counters[Place.lengths + slab] = bytes.length;
  Atomics.store(counters, Place.filled, ++filled);
  Atomics.notify(counters, Place.filled);
}

async function outcome(): Promise<ReadOutcome> {
  try {
    const { sha256 } = await readPieces(path, {
      ...{ unit, place: () => PLACE, ahead: false },
      take: (bytes) => {
        for (let at = 0; at < bytes.length; at += SLAB_BYTES) put(bytes.subarray(at, at + SLAB_BYTES));
      },
      onBytes: (read) => {
        ring.read[0] = read;
      },
    });
    return { sha256 };
  } catch (cause) {
    return { failure: (cause as Error).message, refused: cause instanceof ImportError };
  }
}

port.postMessage(await outcome());
Atomics.store(counters, Place.ended, 1);
Atomics.notify(counters, Place.filled);
port.close();
