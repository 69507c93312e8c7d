/**
 * What the writing thread and the encode worker share: counters, and a port for row groups there and their bytes back.
 * Knows nothing of encoding. Called by group-encoding (this side) and encode-worker (the other).
 */
import type { MessagePort } from 'node:worker_threads';
import type { Columns } from '../../core/market.js';
import type { RowGroup } from './row-group-encode.js';

/** Row groups that a tape must have before a worker is started: what starting one costs, this thread encodes a million rows in. */
export const GROUPS_ALONE = 16;
/** Row groups given to the worker that it has not answered: one to encode, one that waits for it. */
export const GROUPS_AHEAD = 2;

/** Places in the shared int32 array. */
export const Shared = {
  /** Row groups given to the worker so far, and answered by it. */
  given: 0,
  done: 1,
  /** 1: the worker shall end. */
  stop: 2,
  /** 1: the worker runs; before that nothing is given to it, or the end of a tape would wait for its start. */
  ready: 3,
} as const;
export const SHARED_LENGTH = 4;

/** What the worker is started with. */
export interface EncodeJob {
  readonly symbols: readonly string[];
  readonly originNs: bigint;
  readonly shared: Int32Array;
  readonly port: MessagePort;
}

/** Writer → worker: rows in shared memory, which stay as they are until the answer. */
export interface GroupRequest {
  readonly columns: Columns;
  /** Instruments that have come up since the last request. */
  readonly newSymbols: readonly string[];
}

/** Worker → writer: a group as if it stood at the beginning of the file, or why there is none. */
export type GroupAnswer =
  | { readonly group: RowGroup; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly failure: string };
