/**
 * The simulation thread's hold on a process that a worker thread keeps: starts it, waits for its end, has it killed.
 * Knows nothing of frames. Called by the pipe channel.
 *
 * The simulation thread sleeps in system calls, so it can neither drain what the process writes nor notice that it hangs or
 * ends; the keeper's thread does all that.
 */
import fs from 'node:fs';
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { BridgeError } from './bridge-error.js';
import { type KeeperJob, type KeeperOrder, Phase, SHARED_LENGTH, Shared, TEXT_BYTES } from './keeper-state.js';

/** From the end of a process to the keeper's word of it, and from an order to kill to the end. */
const PATIENCE_MS = 2_000;
/** For a thread to start and a process to be made. */
const START_PATIENCE_MS = 20_000;

/** How a process ended. */
export interface ProcessEnd {
  /** `undefined` if a signal ended it. */
  readonly exitCode: number | undefined;
  /** E.g. `SIGKILL`. */
  readonly signal: string | undefined;
  /** A `Verdict`. */
  readonly verdict: number;
  /** The request at which the keeper ended it, and how long that was allowed to take. */
  readonly verdictSeq: number;
  readonly verdictMs: number;
}

/** Processes alive when this one exits go with it. */
const alive = new Set<Keeper>();

export class Keeper {
  readonly #shared = new Int32Array(new SharedArrayBuffer(SHARED_LENGTH * 4));
  readonly #text = new Uint8Array(new SharedArrayBuffer(TEXT_BYTES));
  readonly #worker: Worker;
  /** Of the worker's thread; shown if it fails. */
  #failure = '';

  /** Starts the thread, which starts the process; returns when it runs. Throws {@link BridgeError} START. */
  constructor(job: Omit<KeeperJob, 'shared' | 'text'>) {
    const workerData: KeeperJob = { ...job, shared: this.#shared, text: this.#text };
    this.#worker = new Worker(findWorker(), { workerData, execArgv: [], name: 'python keeper' });
    this.#worker.unref();
    this.#worker.on('error', (error) => {
      this.#failure = error.message;
    });
    Atomics.wait(this.#shared, Shared.phase, Phase.starting, START_PATIENCE_MS);
    const phase = Atomics.load(this.#shared, Shared.phase);
    if (phase === Phase.notStarted) throw new BridgeError('START', this.outputTail);
    if (phase === Phase.starting) {
      this.#order('kill');
      throw new BridgeError(
        'START',
        `${job.command} was not started within ${START_PATIENCE_MS / 1000} s ${this.#failure}`,
      );
    }
    if (alive.size === 0) process.on('exit', killAll);
    alive.add(this);
  }

  get pid(): number {
    return Atomics.load(this.#shared, Shared.pid);
  }

  get hasEnded(): boolean {
    return Atomics.load(this.#shared, Shared.phase) >= Phase.ended;
  }

  /** The last 8 KiB that the process wrote; whole once it has ended. */
  get outputTail(): string {
    return Buffer.from(this.#text.slice(0, Atomics.load(this.#shared, Shared.textBytes))).toString('utf8');
  }

  /** From here to {@link endWait} the simulation thread waits; the process is killed when that lasts too long. */
  beginWait(seq: number, allowanceMs: number): void {
    const shared = this.#shared;
    shared[Shared.seq] = seq;
    shared[Shared.allowanceMs] = allowanceMs;
    Atomics.store(shared, Shared.watch, (shared[Shared.watch]! + 1) | 0);
  }

  endWait(): void {
    Atomics.store(this.#shared, Shared.watch, (this.#shared[Shared.watch]! + 1) | 0);
  }

  /**
   * Sleeps until the process is gone, at most `patienceMs`; `undefined` if it is not by then. Once it is gone, its last words
   * take the time that they take.
   */
  awaitEnd(patienceMs: number): ProcessEnd | undefined {
    Atomics.wait(this.#shared, Shared.phase, Phase.running, patienceMs);
    Atomics.wait(this.#shared, Shared.phase, Phase.exited);
    if (!this.hasEnded) return undefined;
    const signal = Atomics.load(this.#shared, Shared.signal);
    return {
      exitCode: signal === 0 ? Atomics.load(this.#shared, Shared.exitCode) : undefined,
      signal: signal === 0 ? undefined : signalName(signal),
      verdict: Atomics.load(this.#shared, Shared.verdict),
      verdictSeq: Atomics.load(this.#shared, Shared.verdictSeq),
      verdictMs: Atomics.load(this.#shared, Shared.verdictMs),
    };
  }

  /** Ends the process and its group; returns when they are gone. */
  kill(): ProcessEnd | undefined {
    if (!this.hasEnded) this.#order('kill');
    return this.awaitEnd(PATIENCE_MS);
  }

  /** The thread may end; the process has, or is killed. */
  dismiss(): void {
    if (this.kill() === undefined) this.killGroup();
    alive.delete(this);
    if (alive.size === 0) process.off('exit', killAll);
    this.#order('dismiss');
  }

  /** Without the keeper's help: the last resort. */
  killGroup(): void {
    if (this.hasEnded) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // It is gone.
    }
  }

  #order(order: KeeperOrder): void {
    this.#worker.postMessage(order);
  }
}

function killAll(): void {
  for (const keeper of alive) keeper.killGroup();
}

function signalName(signal: number): string {
  for (const [name, number] of Object.entries(os.constants.signals)) if (number === signal) return name;
  return `signal ${signal}`;
}

/** The worker's script: beside this file when built; in `dist` when the sources themselves run. */
function findWorker(): URL {
  const built = import.meta.url.endsWith('.ts') ? '../../dist/bridges/python/keeper-worker.js' : './keeper-worker.js';
  const script = new URL(built, import.meta.url);
  if (!fs.existsSync(script)) throw new BridgeError('START', `${script.pathname} is missing: run npm run build`);
  return script;
}
