/**
 * What the importing thread and the read worker share: slabs of unpacked bytes, one after the other in a ring, and counters.
 * Knows nothing of files. Called by read-ahead (the importing thread) and read-worker (the other).
 */
import type { MessagePort } from 'node:worker_threads';

/** 8 MB: what this thread works on while the other core encodes row groups. */
const SLABS = 32;
/** As much as each way of unpacking hands out at once. */
export const SLAB_BYTES = 256 * 1024;

/** Places in the shared int32 array; from {@link Place.lengths} on, the bytes in each slab. */
export const Place = {
  /** Slabs filled so far, and given back. */
  filled: 0,
  taken: 1,
  /** 1: no slab follows, and what there is to say has been posted. */
  ended: 2,
  /** 1: the worker shall end. */
  stop: 3,
  lengths: 4,
} as const;

/** What the worker is started with. */
export interface ReadJob {
  readonly path: string;
  readonly unit: string;
  readonly ring: RingMemory;
  readonly port: MessagePort;
}

/** The last word of the worker: whose file it was, or why there is no more. */
export type ReadOutcome =
  | { readonly sha256: string }
  /** `refused`: it is an `ImportError`, with {@link PLACE} where the place belongs. */
  | { readonly failure: string; readonly refused: boolean };

/** Stands for the place that has been reached, which the importing thread alone knows. */
export const PLACE = '{{place}}';

export interface RingMemory {
  readonly counters: Int32Array;
  /** Bytes of the file read so far. */
  readonly read: Float64Array;
  readonly slabs: readonly Uint8Array[];
}

export function ringMemory(): RingMemory {
  const bytes = new SharedArrayBuffer(SLABS * SLAB_BYTES);
  return {
    counters: new Int32Array(new SharedArrayBuffer((Place.lengths + SLABS) * 4)),
    read: new Float64Array(new SharedArrayBuffer(8)),
    slabs: Array.from({ length: SLABS }, (_, slab) => new Uint8Array(bytes, slab * SLAB_BYTES, SLAB_BYTES)),
  };
}
