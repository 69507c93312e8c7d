/**
 * The encode worker's script: encodes the row groups that it is given, in order, until told to stop.
 * Knows nothing of files. Started by group-encoding; never imported.
 */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type EncodeJob, type GroupAnswer, type GroupRequest, Shared } from './encode-ring.js';
import { RowGroupEncoder } from './row-group-encode.js';
import { reasonOf } from './tape-error.js';

const { symbols, originNs, shared, port } = workerData as EncodeJob;
const encoder = new RowGroupEncoder(symbols, originNs);
Atomics.store(shared, Shared.ready, 1);

for (let done = 0; ; done++) {
  while (Atomics.load(shared, Shared.given) === done && Atomics.load(shared, Shared.stop) === 0) {
    Atomics.wait(shared, Shared.given, done);
  }
  if (Atomics.load(shared, Shared.stop) === 1) break;
  // It is sent before it is counted, so the port has it.
  const { columns, newSymbols } = receiveMessageOnPort(port)!.message as GroupRequest;
  try {
    encoder.addSymbols(newSymbols);
    const { group, bytes } = encoder.encode(columns);
    const own = bytes.slice();
    port.postMessage({ group, bytes: own } satisfies GroupAnswer, [own.buffer]);
  } catch (error) {
    port.postMessage({ failure: reasonOf(error) } satisfies GroupAnswer);
  }
  Atomics.store(shared, Shared.done, done + 1);
  Atomics.notify(shared, Shared.done);
}
port.close();
