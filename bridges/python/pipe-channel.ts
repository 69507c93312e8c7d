/**
 * The channel to a Python process that we start ourselves: two blocking pipes, and a keeper thread that minds the process.
 * Knows nothing of what frames say. Called by who starts strategies. Linux and macOS.
 *
 * A decision is one write and one read on the simulation thread. Everything slow or asynchronous is the keeper's.
 */
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { BridgeError } from './bridge-error.js';
import { DEFAULT_DEADLINES, type Deadlines } from './channel.js';
import { type FifoPair, openFifoPair } from './fifo-pair.js';
import { Keeper, type ProcessEnd } from './keeper.js';
import { type KeeperJob, Verdict, WAKE_UP } from './keeper-state.js';
import { LockstepChannel } from './lockstep-channel.js';

/** From the end of the stream to word of the end of the process: freeing gigabytes takes a while, and so does a busy machine. */
const EXIT_PATIENCE_MS = 5_000;

export interface PipeChannelOptions {
  /** What messages call the peer, e.g. `strategy "maker"`. */
  readonly subject: string;
  /** The Python executable, or whatever shall speak on descriptors 3 (reads) and 4 (writes). */
  readonly command: string;
  readonly args: readonly string[];
  /** Default: where this process runs. */
  readonly cwd?: string | undefined;
  /** The new process's environment, to which what the bridge needs is added; default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly deadlines?: Partial<Deadlines> | undefined;
  /** Pass on to our stderr what the process prints; default true. What it wrote last is kept in any case. */
  readonly forwardOutput?: boolean | undefined;
  /**
   * Run the simulation thread and Python's main thread on one core from the second request on, until the end: in
   * lockstep they never work at the same time, and waking another core costs more than a decision. Default false. No effect
   * where there is one core, no `taskset`, no Linux, or in a worker thread.
   */
  readonly pin?: boolean | undefined;
}

export class PipeChannel extends LockstepChannel {
  readonly #keeper: Keeper;
  readonly #read: number;
  readonly #write: number;
  readonly #forwarded: boolean;
  #writeOpen = true;
  #streamEnded = false;

  /** Starts the process and returns when it runs; its first frame is yet to come. Throws {@link BridgeError} START. */
  constructor(options: PipeChannelOptions) {
    super(options.subject, { ...DEFAULT_DEADLINES, ...options.deadlines });
    if (process.platform === 'win32') {
      throw new BridgeError(
        'START',
        `${options.subject}: Windows has no named pipes for this; attach the strategy instead`,
      );
    }
    this.#forwarded = options.forwardOutput ?? true;
    const pair = openFifoPair();
    try {
      this.#keeper = new Keeper(jobOf(options, pair, this.#forwarded));
    } catch (error) {
      fs.closeSync(pair.ourRead);
      fs.closeSync(pair.ourWrite);
      if (!(error instanceof BridgeError)) throw error;
      throw new BridgeError(error.code, `${options.subject}: ${error.message}`);
    } finally {
      fs.closeSync(pair.theirRead);
      fs.closeSync(pair.theirWrite);
    }
    this.#read = pair.ourRead;
    this.#write = pair.ourWrite;
  }

  get pid(): number {
    return this.#keeper.pid;
  }

  protected override write(bytes: Uint8Array): void {
    this.beginWait(this.deadlines.requestMs);
    try {
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(this.#write, bytes, at);
    } catch (error) {
      // Whom nobody hears has ended, and perhaps said why: `receive` finds out.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw this.broken(error);
    } finally {
      this.endWait();
    }
  }

  protected override beginWait(deadlineMs: number): void {
    this.#keeper.beginWait(this.sentSeq, deadlineMs);
  }

  protected override endWait(): void {
    this.#keeper.endWait();
  }

  protected override fill(): boolean {
    const { reader } = this;
    if (this.#streamEnded) return false;
    const read = fs.readSync(this.#read, reader.bytes, reader.end, reader.room, null);
    reader.filled(read);
    if (read === 0) this.#streamEnded = true;
    else if (this.#keeper.hasEnded) this.#takeWakeUp(read);
    return read > 0;
  }

  protected override ended(): BridgeError {
    let end = this.#keeper.awaitEnd(EXIT_PATIENCE_MS);
    const wentOn = end === undefined;
    if (end === undefined) end = this.#keeper.kill();
    const words = { outputTail: this.#keeper.outputTail, outputShown: this.#forwarded };
    if (end?.verdict === Verdict.timeout) return this.#timeout(end, words.outputTail);
    const how = wentOn ? 'closed its pipe but went on, and was killed' : howItEnded(end);
    const code = this.sentSeq === 0 ? 'START' : 'EXIT';
    return new BridgeError(
      code,
      `${this.subject}: the Python process ${how} ${this.occasion}${lastLine(words.outputTail)}`,
      words,
    );
  }

  protected override awaitEnd(): void {
    this.#closeWrite();
    const { endMs } = this.deadlines;
    let end = this.#keeper.awaitEnd(endMs === 0 ? Number.POSITIVE_INFINITY : endMs);
    const late = end === undefined;
    if (end === undefined) end = this.#keeper.kill();
    const words = { outputTail: this.#keeper.outputTail, outputShown: this.#forwarded };
    if (end?.verdict === Verdict.timeout) throw this.#timeout(end, words.outputTail);
    if (late) {
      const message = `${this.subject}: the Python process did not end within ${seconds(endMs)} of its last reply and was killed`;
      throw new BridgeError('TIMEOUT', message, words);
    }
    if (end?.exitCode !== 0) {
      throw new BridgeError(
        'EXIT',
        `${this.subject}: the Python process ${howItEnded(end)} after its last reply${lastLine(words.outputTail)}`,
        words,
      );
    }
    // A second answer to STOP lies in the pipe by now.
    this.beginWait(endMs);
    this.fill();
    this.endWait();
  }

  protected override release(atLeisure: boolean): void {
    this.#closeWrite();
    if (atLeisure) this.#keeper.awaitEnd(EXIT_PATIENCE_MS);
    this.#keeper.dismiss();
    fs.closeSync(this.#read);
  }

  #closeWrite(): void {
    if (this.#writeOpen) fs.closeSync(this.#write);
    this.#writeOpen = false;
  }

  #timeout(end: ProcessEnd, outputTail: string): BridgeError {
    const starting = end.verdictSeq === 0;
    const what = starting ? 'it was not ready' : `no answer to request ${end.verdictSeq}`;
    const message = `${this.subject}: ${what} within ${seconds(end.verdictMs)}, and it was killed; its Python stack is what it wrote last`;
    return new BridgeError(starting ? 'START_TIMEOUT' : 'TIMEOUT', message, {
      outputTail,
      outputShown: this.#forwarded,
    });
  }

  /** The process has ended: what the keeper wrote to wake us, once or more often, is no part of the stream. */
  #takeWakeUp(read: number): void {
    const { reader } = this;
    const { length } = WAKE_UP;
    for (let left = read; left >= length; left -= length) {
      if (!WAKE_UP.equals(reader.bytes.subarray(reader.end - length, reader.end))) return;
      reader.withdraw(length);
      this.#streamEnded = true;
    }
  }
}

function jobOf(options: PipeChannelOptions, pair: FifoPair, forward: boolean): Omit<KeeperJob, 'shared' | 'text'> {
  const env: Record<string, string> = {
    PYTHONHASHSEED: '0',
    OMP_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
  };
  for (const [name, value] of Object.entries(options.env ?? process.env)) if (value !== undefined) env[name] = value;
  env.PYTHONUNBUFFERED = '1';
  env.TICKWRIGHT_FDS = '3,4';
  env.TICKWRIGHT_PARENT = String(process.pid);
  const pipe = fs.fstatSync(pair.ourRead);
  return {
    command: options.command,
    args: options.args,
    cwd: options.cwd ?? process.cwd(),
    env,
    theirRead: pair.theirRead,
    theirWrite: pair.theirWrite,
    ourRead: pair.ourRead,
    inode: pipe.ino,
    device: pipe.dev,
    forward,
    pin: options.pin === true ? placeOfMainThread() : undefined,
  };
}

/** The main thread (its id is the process's), the core it runs on now, and the cores it may run on. */
function placeOfMainThread(): KeeperJob['pin'] {
  if (process.platform !== 'linux' || !isMainThread || availableParallelism() < 2) return undefined;
  const status = fs.readFileSync(`/proc/self/task/${process.pid}/status`, 'utf8');
  const before = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
  const stat = fs.readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8');
  // Field 39 of proc(5); the second, a name in parentheses, may hold spaces.
  const cpu = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[36]);
  return before === undefined || !Number.isInteger(cpu) ? undefined : { threadId: process.pid, cpu, before };
}

function howItEnded(end: ProcessEnd | undefined): string {
  if (end === undefined) return 'ended';
  return end.signal === undefined ? `ended with exit code ${end.exitCode}` : `was ended by ${end.signal}`;
}

/** What a process wrote last is, for Python, what was wrong. */
function lastLine(outputTail: string): string {
  const line = outputTail.trimEnd().split('\n').at(-1)!.trim();
  return line === '' ? '' : `; it wrote last: ${line.slice(0, 300)}`;
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
