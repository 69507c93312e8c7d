/**
 * What the reading thread and the decode worker share: a few counters, a queue of block numbers, and what is sent once.
 * Knows nothing of decoding. Called by worker-reader (this side) and decode-worker (the other).
 */
import type { MessagePort } from 'node:worker_threads';
import type { Columns } from '../../core/market.js';
import type { DecodePlan } from './block-decoder.js';

/** Blocks decoded ahead of the one in use: enough to hide one slow read, 2 MB each. */
export const BLOCKS_AHEAD = 3;

/**
 * The row group with which the worker begins. Those before it the reading thread decodes by itself: as long as it takes the worker
 * to start and get warm (16 groups, some 80 ms), at most a quarter of what is read.
 */
export function workerStart({ first, groups }: DecodePlan): number {
  return first + Math.min(16, (groups - first) >> 2);
}

/** Places in the shared int32 array. */
export const Shared = {
  /** Number of the first row group not yet asked for; the reader counts it up and wakes the worker. */
  requested: 0,
  /** Number of the first row group not yet decoded by the worker. */
  done: 1,
  /** 1: the worker shall end. */
  stop: 2,
  /** Above 0: the worker met an error at row group `done`; so many bytes of UTF-8 in {@link DecodeJob.failure}. */
  failed: 3,
  /** The worker counts it up after it changed `done` or `failed`; the reader sleeps on it, so it misses neither. */
  news: 4,
  /** Block numbers for the requests, in a ring of {@link QUEUE}. */
  queue: 5,
} as const;
export const QUEUE = 8;
/** Bytes for an error's text; a longer one is cut. */
export const FAILURE_BYTES = 8192;
export const SHARED_LENGTH = Shared.queue + QUEUE;

/** What the worker is started with. */
export interface DecodeJob {
  readonly plan: DecodePlan;
  readonly shared: Int32Array;
  /** One line of text from the worker; see {@link Shared.failed}. */
  readonly failure: Uint8Array;
  readonly port: MessagePort;
}

/** Reader → worker: a new block in shared memory, numbered in the order they are sent. */
export interface NewBlock {
  readonly columns: Columns;
}
