/**
 * Row groups → bytes, in their order: the first ones on this thread, those of longer tapes on this one and on a worker, whichever
 * has time. The bytes are the same either way. Knows nothing of files. Called by the tape writer.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { allocateColumns, type ColumnSet, type Columns } from '../../core/market.js';
import { copyRows } from '../../core/tape-builder.js';
import {
  type EncodeJob,
  GROUPS_AHEAD,
  GROUPS_ALONE,
  type GroupAnswer,
  type GroupRequest,
  SHARED_LENGTH,
  Shared,
} from './encode-ring.js';
import { type RowGroup, RowGroupEncoder } from './row-group-encode.js';
import { TapeError } from './tape-error.js';
import { ROW_GROUP_ROWS } from './tape-layout.js';
import { findScript } from './worker-script.js';

/** A row group takes the worker some 10 ms; when nothing came for this long it has died. */
const PATIENCE_MS = 60_000;

/** Takes a group, which begins at 0, and its bytes, which are borrowed for the call. */
export type OnGroup = (group: RowGroup, bytes: Uint8Array) => void;

export class GroupEncoding {
  readonly #symbols: string[];
  readonly #originNs: bigint;
  readonly #onGroup: OnGroup;
  readonly #groupsAlone: number;
  readonly #encoder: RowGroupEncoder;
  /** Groups whose turn has not come, in order: encoded here, or with the worker. */
  readonly #waiting: (Encoded | Given)[] = [];
  /** Room for a group that is encoded here. */
  #own: Columns | undefined;
  #groups = 0;
  /** Groups that the worker was given. */
  helped = 0;
  #worker: EncodeWorker | undefined;

  /** `groupsAlone`: groups before a worker is started; `Infinity`: never. */
  constructor(symbols: readonly string[], originNs: bigint, onGroup: OnGroup, groupsAlone = GROUPS_ALONE) {
    this.#symbols = [...symbols];
    this.#originNs = originNs;
    this.#onGroup = onGroup;
    this.#groupsAlone = groupsAlone;
    this.#encoder = new RowGroupEncoder(symbols, originNs);
  }

  /** Takes the names of further instruments, before the first group that has one of them. */
  addSymbols(symbols: readonly string[]): void {
    this.#symbols.push(...symbols);
    this.#encoder.addSymbols(symbols);
  }

  /** Empty room for the next group, with these columns; in memory of the worker's where it has time. It is given to `take` next. */
  room(set: ColumnSet): Columns {
    this.#pass(false);
    this.#own ??= allocateColumns(ROW_GROUP_ROWS, set);
    const room = this.#worker?.lend(set) ?? this.#own;
    room.length = 0;
    return room;
  }

  /** Takes the next group's rows, 1 to 65,536, with these columns; they are read before it returns. */
  take(columns: Columns, set: ColumnSet): void {
    if (this.#groups++ === this.#groupsAlone) this.#worker = EncodeWorker.start(this.#symbols, this.#originNs);
    const block = this.#worker?.blockOf(columns, set);
    if (block !== undefined) {
      this.#worker!.give(block, this.#symbols);
      this.helped++;
      this.#waiting.push({ block });
    } else {
      const { group, bytes } = this.#encoder.encode(columns);
      this.#pass(false);
      if (this.#waiting.length === 0) this.#onGroup(group, bytes);
      else this.#waiting.push({ group, bytes: bytes.slice() });
    }
    this.#pass(false);
  }

  /** After the last group: all of them have been handed on. */
  finish(): void {
    this.#pass(true);
    this.close();
  }

  /** Lets the worker go; called again, it does nothing. */
  close(): void {
    this.#worker?.stop();
    this.#worker = undefined;
    this.#waiting.length = 0;
  }

  /** Hands on the groups whose turn has come; with `all`, waits for those that are with the worker. */
  #pass(all: boolean): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const encoded = 'group' in first ? first : this.#worker!.answer(first.block, all);
      if (encoded === undefined) return;
      this.#waiting.shift();
      this.#onGroup(encoded.group, encoded.bytes);
    }
  }
}

interface Encoded {
  readonly group: RowGroup;
  readonly bytes: Uint8Array;
}
interface Given {
  /** Its rows. */
  readonly block: Columns;
}

/** The worker, from this side. */
class EncodeWorker {
  readonly #shared = new Int32Array(new SharedArrayBuffer(SHARED_LENGTH * 4));
  readonly #port: MessagePort;
  readonly #free: Columns[] = [];
  #given = 0;
  #answered = 0;
  #lent: Columns | undefined;
  /** Symbols that it knows. */
  #known: number;

  /** `undefined`: its script is not there (sources that have not been built). */
  static start(symbols: readonly string[], originNs: bigint): EncodeWorker | undefined {
    const script = findScript('encode-worker');
    return script === undefined ? undefined : new EncodeWorker(script, symbols, originNs);
  }

  private constructor(script: URL, symbols: readonly string[], originNs: bigint) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#known = symbols.length;
    port1.unref();
    const job: EncodeJob = { symbols, originNs, shared: this.#shared, port: port2 };
    const worker = new Worker(script, { workerData: job, transferList: [port2], execArgv: [], name: 'tape encoder' });
    worker.unref();
    // Its script catches what encoding throws; what is left (no memory, no thread) shows when nothing comes.
    worker.on('error', () => {});
  }

  /** Shared memory to be filled with a group; `undefined` when the worker has enough to do. */
  lend(set: ColumnSet): Columns | undefined {
    this.#lent = this.#freeBlock(set);
    return this.#lent;
  }

  /** A group in shared memory: as it was lent, or a copy; `undefined` when the worker has enough to do. */
  blockOf(columns: Columns, set: ColumnSet): Columns | undefined {
    if (columns === this.#lent) {
      this.#lent = undefined;
      return columns;
    }
    const block = this.#freeBlock(set);
    if (block === undefined) return undefined;
    copyRows(columns, 0, columns.length, block, 0);
    block.length = columns.length;
    return block;
  }

  #freeBlock(set: ColumnSet): Columns | undefined {
    if (Atomics.load(this.#shared, Shared.ready) === 0) return undefined;
    if (this.#given - this.#answered >= GROUPS_AHEAD) return undefined;
    return this.#free.pop() ?? allocateColumns(ROW_GROUP_ROWS, set, true);
  }

  /** Hands a block of its own to the worker. */
  give(block: Columns, symbols: readonly string[]): void {
    this.#port.postMessage({ columns: block, newSymbols: symbols.slice(this.#known) } satisfies GroupRequest);
    this.#known = symbols.length;
    Atomics.store(this.#shared, Shared.given, ++this.#given);
    Atomics.notify(this.#shared, Shared.given);
  }

  /** The oldest group that was given and not taken back; `undefined` when it is not ready and is not to be waited for. */
  answer(block: Columns, wait: boolean): Encoded | undefined {
    while (Atomics.load(this.#shared, Shared.done) === this.#answered) {
      if (!wait) return undefined;
      if (Atomics.wait(this.#shared, Shared.done, this.#answered, PATIENCE_MS) === 'timed-out') {
        throw new TapeError(`the encode worker gave no answer for ${PATIENCE_MS / 1000} s`);
      }
    }
    this.#answered++;
    this.#free.push(block);
    const answer = receiveMessageOnPort(this.#port)!.message as GroupAnswer;
    if ('failure' in answer) throw new TapeError(answer.failure);
    return answer;
  }

  stop(): void {
    Atomics.store(this.#shared, Shared.stop, 1);
    // What the worker sleeps on must change, or it could fall asleep just after this call.
    Atomics.add(this.#shared, Shared.given, 1);
    Atomics.notify(this.#shared, Shared.given);
    this.#port.close();
  }
}
