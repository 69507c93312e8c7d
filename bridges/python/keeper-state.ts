/**
 * What the simulation thread and the keeper's thread share: a few numbers, and the text of what the process wrote last.
 * Knows nothing of either. Called by keeper (this side) and keeper-worker (the other).
 */

/** Places in the shared int32 array. */
export const Shared = {
  /** A {@link Phase}; the keeper wakes who sleeps on it. */
  phase: 0,
  pid: 1,
  /** Odd while the simulation thread waits for the peer. Counts up at both ends of a wait. */
  watch: 2,
  /** How long the present wait may last, ms; 0 = without end. */
  allowanceMs: 3,
  /** The request that the present wait is for. */
  seq: 4,
  /** A {@link Verdict}: why the keeper ended the process, set before it does. */
  verdict: 5,
  /** The request at which it did, and how long that was allowed to take. */
  verdictSeq: 6,
  verdictMs: 7,
  /** How the process ended: exit code, or −1 and a signal's number. */
  exitCode: 8,
  signal: 9,
  /** Bytes of text: what the process wrote last, or why it could not be started. */
  textBytes: 10,
  /** 1: the simulation thread's core shall be the peer's, too. */
  pinned: 11,
} as const;
export const SHARED_LENGTH = 12;

/** `exited`: the process is gone; `ended`: and what it wrote is heard and passed on. */
export const Phase = { starting: 0, running: 1, exited: 2, ended: 3, notStarted: 4 } as const;
export const Verdict = { none: 0, timeout: 1, stopped: 2 } as const;

/** Bytes kept of what a process wrote: a deep traceback fits. */
export const TEXT_BYTES = 8192;

/**
 * What the keeper writes to wake a simulation thread that sleeps on a pipe which some descendant of a dead process, in a
 * session of its own, holds open. Only ever written after the process has ended.
 */
export const WAKE_UP = Buffer.from('\0TWKEEPER:ENDED\0', 'latin1');

/** What the keeper is started with. */
export interface KeeperJob {
  readonly shared: Int32Array;
  readonly text: Uint8Array;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Descriptors of this process that become 3 (to read) and 4 (to write) in the new one. */
  readonly theirRead: number;
  readonly theirWrite: number;
  /** Our end that reads, and which file it is: to wake who sleeps on it. */
  readonly ourRead: number;
  readonly inode: number;
  readonly device: number;
  /** Pass on what the process writes to our stderr. */
  readonly forward: boolean;
  /** Thread to run on one core with the process, and that core; Linux only. */
  readonly pin: { readonly threadId: number; readonly cpu: number; readonly before: string } | undefined;
}

/** Simulation thread → keeper. `kill`: end the process now. `dismiss`: nobody will ask any more. */
export type KeeperOrder = 'kill' | 'dismiss';
