/**
 * The contract between who asks a peer and how its frames travel.
 * Knows nothing of processes, pipes or sockets. Called by the handshake and the lines; implemented by the channels.
 * contract: Channel.
 */
import type { BridgeError } from './bridge-error.js';
import type { Frame } from './frame.js';

export type { Frame } from './frame.js';

/** Longest waits in milliseconds of wall clock; 0 = without end. */
export interface Deadlines {
  /** For each frame of the handshake: an import may take its time. */
  readonly startMs: number;
  /** For the reply to request 1, in which a strategy may load its model. */
  readonly firstMs: number;
  /** For every other reply. */
  readonly requestMs: number;
  readonly stopMs: number;
  /** From the reply to STOP to the end of the process. */
  readonly endMs: number;
}

export const DEFAULT_DEADLINES: Deadlines = {
  startMs: 60_000,
  firstMs: 300_000,
  requestMs: 30_000,
  stopMs: 30_000,
  endMs: 5_000,
};

/**
 * Carries frames to one peer and back, strictly by turns and blocking: the simulation thread sleeps in `receive`. Decides
 * neither what frames say nor when they go out; it checks that they are frames, and that each reply carries the `seq` of what
 * was sent last (0 before that).
 *
 * Called at every decision: `send`, then `receive`; between the two other channels may be used. What is sent is borrowed for
 * the length of the call, what is received until the next `receive`; a reply without meta and payload allocates nothing.
 * Deadlines are wall clock in ms and count from the call of `receive`.
 *
 * Throws {@link BridgeError}, and has then closed itself: the peer is told or killed, nothing of it is left. An ERROR frame of
 * the peer is thrown as what it says. Read {@link file://./pipe-channel.ts} first. Conformance: test/python/channel.test.ts.
 */
export interface Channel {
  /** Sends one whole frame. A peer that is gone is noticed by `receive`. */
  send(frame: Uint8Array): void;
  /** The next frame. Which deadline holds follows from what was sent last, unless one is given (ms, 0 = none). */
  receive(deadlineMs?: number): Frame;
  /** `send` and `receive`. */
  exchange(frame: Uint8Array, deadlineMs?: number): Frame;
  /** Ends the conversation over what the peer has said: tells it, closes, and throws `error` with the peer's name. */
  refuse(error: BridgeError): never;
  /** After the reply to STOP: waits for the peer's end and throws if it was not a good one. Closes in any case. */
  finish(): void;
  /** Ends it at once, the peer too if it is ours; no effect when it is closed. Never throws. */
  close(): void;
}
