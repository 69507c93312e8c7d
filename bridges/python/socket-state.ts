/**
 * What the simulation thread and the socket's thread share, and what they send each other.
 * Knows nothing of either. Called by socket-channel (this side) and socket-worker (the other).
 */
import type { MessagePort } from 'node:worker_threads';
import type { SocketAddress } from './socket-address.js';

/** Places in the shared int32 array. */
export const Shared = {
  /** The worker counts it up after each message to `port`; the simulation thread sleeps on it. */
  arrivals: 0,
  /** Bytes that the simulation thread has taken, modulo 2^32. */
  takenBytes: 1,
} as const;
export const SHARED_LENGTH = 2;

/** What the worker is started with. */
export interface SocketJob {
  readonly address: SocketAddress;
  readonly shared: Int32Array;
  /** {@link Arrival}s to the simulation thread, {@link Departure}s from it. */
  readonly port: MessagePort;
}

/** The peer's bytes, or how its stream ended: `text` is empty if it simply closed. */
export type Arrival = { readonly bytes: Uint8Array } | { readonly ended: string };
/** Bytes for the peer; `undefined`: that was all, end. */
export type Departure = Uint8Array | undefined;

/** Worker → who waits for the peer: the address as it came to be, that somebody has come, or why not. */
export type SocketNews = { readonly listening: string } | { readonly accepted: true } | { readonly failed: string };
