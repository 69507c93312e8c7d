/**
 * A pass over a tape whose row groups are decoded ahead by a worker thread into shared memory.
 * Knows nothing of decoding. Called by the tape file.
 *
 * The first row groups are decoded on this thread, while the worker starts. `next` stays synchronous: it sleeps (Atomics.wait) until the worker has come so far. There are always three blocks
 * beyond those the caller holds, so a caller that holds many only makes the ring larger and never waits for itself.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { allocateColumns, type Columns } from '../../core/market.js';
import type { BlockReader } from '../../core/tape.js';
import { BlockDecoder, capacityOf, type DecodePlan } from './block-decoder.js';
import {
  BLOCKS_AHEAD,
  type DecodeJob,
  FAILURE_BYTES,
  type NewBlock,
  QUEUE,
  SHARED_LENGTH,
  Shared,
  workerStart,
} from './decode-ring.js';
import { TapeError } from './tape-error.js';

/** A row group takes the worker some 2 ms; when nothing came for this long it has died or the disk has. */
const PATIENCE_MS = 60_000;

/** Readers that were dropped without `close` still let their worker go. */
const dropped = new FinalizationRegistry<Int32Array>(stop);

export class WorkerReader implements BlockReader {
  readonly #plan: DecodePlan;
  readonly #shared = new Int32Array(new SharedArrayBuffer(SHARED_LENGTH * 4));
  readonly #failureText = new Uint8Array(new SharedArrayBuffer(FAILURE_BYTES));
  readonly #port: MessagePort;
  readonly #blocks: Columns[] = [];
  /** Numbers of the blocks that nobody uses. */
  readonly #free: number[] = [];
  readonly #held = new Map<Columns, number>();
  /** Decodes the first groups, and checks that the worker's first one follows them. */
  readonly #lead: BlockDecoder;
  readonly #workerStart: number;
  /** Numbers of the first group not yet asked of the worker, and of the next one to give. */
  #requested: number;
  #taken: number;
  #failure: TapeError | undefined;
  #closed = false;

  constructor(plan: DecodePlan, script: URL) {
    this.#plan = plan;
    this.#lead = new BlockDecoder(plan);
    this.#workerStart = workerStart(plan);
    this.#taken = plan.first;
    this.#requested = this.#workerStart;
    Atomics.store(this.#shared, Shared.requested, this.#workerStart);
    Atomics.store(this.#shared, Shared.done, this.#workerStart);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    // A process may end with a pass left open.
    port1.unref();
    const job: DecodeJob = { plan, shared: this.#shared, failure: this.#failureText, port: port2 };
    const worker = new Worker(script, { workerData: job, transferList: [port2], execArgv: [], name: 'tape decoder' });
    worker.unref();
    // Its own script catches everything; what is left (no memory, no thread) shows when `next` runs out of patience.
    worker.on('error', (error) => {
      this.#failure ??= new TapeError(`tape ${plan.file}: the decode worker failed: ${error.message}`);
    });
    dropped.register(this, this.#shared, this);
    this.#request();
  }

  next(): Columns | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const group = this.#taken;
    if (this.#closed || group >= this.#plan.groups) return undefined;
    const number = group < this.#workerStart ? this.#decode() : this.#receive(group);
    this.#taken++;
    const block = this.#blocks[number]!;
    this.#held.set(block, number);
    this.#request();
    return block;
  }

  /** Decodes the next group on this thread; the number of its block. */
  #decode(): number {
    const number = this.#free.pop() ?? this.#addBlock();
    try {
      this.#lead.next(this.#blocks[number]!);
    } catch (error) {
      this.#fail(error as TapeError);
    }
    return number;
  }

  /** Takes a group from the worker; the number of its block. */
  #receive(group: number): number {
    this.#request();
    this.#await(group);
    const number = this.#shared[Shared.queue + (group % QUEUE)]!;
    const block = this.#blocks[number]!;
    block.length = this.#plan.groupRows[group]!;
    if (group === this.#workerStart) {
      try {
        this.#lead.check(block);
      } catch (error) {
        this.#fail(error as TapeError);
      }
      this.#lead.close();
    }
    return number;
  }

  release(block: Columns): void {
    const number = this.#held.get(block);
    if (number === undefined) return;
    this.#held.delete(block);
    this.#free.push(number);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    dropped.unregister(this);
    stop(this.#shared);
    this.#port.close();
    this.#lead.close();
  }

  /** Asks for row groups up to three beyond those taken. */
  #request(): void {
    const before = this.#requested;
    const wanted = Math.min(this.#plan.groups, Math.max(this.#taken, this.#workerStart) + BLOCKS_AHEAD);
    for (; this.#requested < wanted; this.#requested++) {
      const number = this.#free.pop() ?? this.#addBlock();
      Atomics.store(this.#shared, Shared.queue + (this.#requested % QUEUE), number);
    }
    if (this.#requested === before) return;
    Atomics.store(this.#shared, Shared.requested, this.#requested);
    Atomics.notify(this.#shared, Shared.requested);
  }

  #addBlock(): number {
    const columns = allocateColumns(capacityOf(this.#plan), this.#plan.columns, true);
    this.#port.postMessage({ columns } satisfies NewBlock);
    return this.#blocks.push(columns) - 1;
  }

  /** Sleeps until `group` is decoded; throws what the worker met on the way. */
  #await(group: number): void {
    for (;;) {
      const news = Atomics.load(this.#shared, Shared.news);
      if (Atomics.load(this.#shared, Shared.done) > group) return;
      const failed = Atomics.load(this.#shared, Shared.failed);
      if (failed > 0) this.#fail(new TapeError(Buffer.from(this.#failureText.slice(0, failed)).toString()));
      const woken = Atomics.wait(this.#shared, Shared.news, news, PATIENCE_MS);
      if (woken === 'timed-out' && Atomics.load(this.#shared, Shared.news) === news) {
        this.#fail(
          new TapeError(
            `tape ${this.#plan.file}: row group ${group}: the decode worker gave no answer for ${PATIENCE_MS / 1000} s; ` +
              'open the tape without a worker',
          ),
        );
      }
    }
  }

  #fail(failure: TapeError): never {
    this.#failure = failure;
    this.close();
    throw this.#failure;
  }
}

function stop(shared: Int32Array): void {
  Atomics.store(shared, Shared.stop, 1);
  // What the worker sleeps on must change, or it could fall asleep just after this call.
  Atomics.add(shared, Shared.requested, 1);
  Atomics.notify(shared, Shared.requested);
}
