/**
 * The channel to a strategy that runs elsewhere on this machine: in a notebook, or under a debugger. We listen, it comes.
 * Knows nothing of what frames say. Called by `--attach`.
 *
 * A worker owns the socket, and the simulation thread sleeps on shared memory. That takes some 40 µs a turn where a socket made
 * blocking would take 15, but it rests on nothing private to Node, works on Windows, and can keep deadlines.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { BridgeError } from './bridge-error.js';
import type { Deadlines } from './channel.js';
import { LockstepChannel } from './lockstep-channel.js';
import { parseSocketAddress } from './socket-address.js';
import {
  type Arrival,
  type Departure,
  SHARED_LENGTH,
  Shared,
  type SocketJob,
  type SocketNews,
} from './socket-state.js';

/** Who debugs takes all the time there is. */
const NO_DEADLINES: Deadlines = { startMs: 0, firstMs: 0, requestMs: 0, stopMs: 0, endMs: 5_000 };
/** For the last bytes to leave. */
const FAREWELL_MS = 500;
const TOKEN_BYTES = 32;

export interface SocketChannelOptions {
  /** What messages call the peer, e.g. `strategy "maker"`. */
  readonly subject: string;
  /** A path, or a loopback host and port; see {@link parseSocketAddress}. */
  readonly address: string;
  readonly deadlines?: Partial<Deadlines> | undefined;
}

/** Waits for one peer. */
export interface SocketListener {
  /** As a peer has to give it. */
  readonly address: string;
  /** What HELLO must carry: anybody on the machine can reach a TCP port. `undefined` for a Unix socket, which is its owner's. */
  readonly token: string | undefined;
  /** Settles when a peer has come, or when it cannot come any more. */
  readonly accepted: Promise<SocketChannel>;
  /** No longer. `accepted` is rejected unless it has been settled. */
  close(): void;
}

/**
 * Listens. The socket's file, readable for its owner alone, is gone once the peer has come, and when waiting ends otherwise; one
 * that a dead process left is replaced. Throws {@link BridgeError} START.
 */
export async function listenForPeer(options: SocketChannelOptions): Promise<SocketListener> {
  const address = parseSocketAddress(options.address);
  const shared = new Int32Array(new SharedArrayBuffer(SHARED_LENGTH * 4));
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  const workerData: SocketJob = { address, shared, port: port2 };
  const worker = new Worker(findWorker(), { workerData, transferList: [port2], execArgv: [], name: 'python socket' });
  const fail = (reason: string) => new BridgeError('START', `${options.subject}: attach: ${reason}`);
  const leave = () => port1.postMessage(undefined satisfies Departure);
  const file = 'path' in address ? new SocketFile(address.path) : undefined;

  let nowListening: (address: string) => void;
  let nowAccepted: (channel: SocketChannel) => void;
  let notListening: (error: Error) => void;
  let notAccepted: (error: Error) => void;
  const listening = new Promise<string>((resolve, reject) => {
    nowListening = resolve;
    notListening = reject;
  });
  const accepted = new Promise<SocketChannel>((resolve, reject) => {
    nowAccepted = resolve;
    notAccepted = reject;
  });
  // Who never asks for it has closed.
  accepted.catch(() => {});
  const over = (reason: string) => {
    file?.release();
    notListening(fail(reason));
    notAccepted(fail(reason));
  };
  worker.on('error', (error) => over(error.message));
  worker.on('exit', () => over('the wait was ended'));
  worker.on('message', (news: SocketNews) => {
    if ('failed' in news) over(news.failed);
    else if ('listening' in news) {
      file?.hold();
      nowListening(news.listening);
    } else {
      file?.release();
      // From here on it must not keep the program alive.
      worker.unref();
      nowAccepted(new SocketChannel(options, shared, port1));
    }
  });
  const token = 'path' in address ? undefined : randomBytes(TOKEN_BYTES).toString('hex');
  return { address: await listening, token, accepted, close: leave };
}

export class SocketChannel extends LockstepChannel {
  readonly #shared: Int32Array;
  readonly #port: MessagePort;
  #ending: string | undefined;
  #deadlineMs = 0;
  #until = 0;

  /** Called by {@link listenForPeer}. */
  constructor(options: SocketChannelOptions, shared: Int32Array, port: MessagePort) {
    super(options.subject, { ...NO_DEADLINES, ...options.deadlines });
    this.#shared = shared;
    this.#port = port;
  }

  protected override write(bytes: Uint8Array): void {
    // A copy: what lies under a view would be sent whole.
    this.#port.postMessage(bytes.slice() satisfies Departure);
  }

  protected override beginWait(deadlineMs: number): void {
    this.#deadlineMs = deadlineMs;
    this.#until = deadlineMs === 0 ? Number.POSITIVE_INFINITY : performance.now() + deadlineMs;
  }

  protected override endWait(): void {}

  protected override fill(): boolean {
    if (this.#ending !== undefined) return false;
    const arrival = this.#next(this.#until);
    if (arrival === undefined) throw this.#timeout();
    if ('ended' in arrival) this.#ending = arrival.ended;
    else {
      this.reader.push(arrival.bytes);
      Atomics.add(this.#shared, Shared.takenBytes, arrival.bytes.length);
    }
    return this.#ending === undefined;
  }

  protected override ended(): BridgeError {
    const how = this.#ending === '' ? 'closed the connection' : `lost the connection (${this.#ending})`;
    return new BridgeError(this.sentSeq === 0 ? 'START' : 'EXIT', `${this.subject}: ${how} ${this.occasion}`);
  }

  /** It may live on, in its notebook: only the connection ends. What it still had to say shows that it is out of step. */
  protected override awaitEnd(): void {
    this.#port.postMessage(undefined satisfies Departure);
    this.beginWait(this.deadlines.endMs);
    while (this.reader.pending === 0 && this.fill());
  }

  protected override release(): void {
    this.#port.postMessage(undefined satisfies Departure);
    const until = performance.now() + FAREWELL_MS;
    while (this.#ending === undefined) {
      const arrival = this.#next(until);
      if (arrival === undefined || 'ended' in arrival) break;
    }
    this.#port.close();
  }

  /** Sleeps until something has come, at most until then. */
  #next(until: number): Arrival | undefined {
    for (;;) {
      const arrivals = Atomics.load(this.#shared, Shared.arrivals);
      const received = receiveMessageOnPort(this.#port);
      if (received !== undefined) return received.message as Arrival;
      const leftMs = until - performance.now();
      if (leftMs <= 0) return undefined;
      Atomics.wait(this.#shared, Shared.arrivals, arrivals, leftMs);
    }
  }

  #timeout(): BridgeError {
    const starting = this.sentSeq === 0;
    const what = starting ? 'it was not ready' : `no answer ${this.occasion}`;
    const message = `${this.subject}: ${what} within ${this.#deadlineMs / 1000} s`;
    return new BridgeError(starting ? 'START_TIMEOUT' : 'TIMEOUT', message);
  }
}

/** A socket's file goes when the program does, also by Ctrl-C while it waits. */
class SocketFile {
  readonly #path: string;
  #held = false;

  constructor(path: string) {
    this.#path = path;
  }

  hold(): void {
    this.#held = true;
    process.on('exit', this.#remove);
    for (const signal of ENDING_SIGNALS) process.on(signal, this.#interrupted);
  }

  /** The file is gone, or not ours any more. */
  release(): void {
    this.#held = false;
    process.off('exit', this.#remove);
    for (const signal of ENDING_SIGNALS) process.off(signal, this.#interrupted);
  }

  readonly #remove = () => {
    if (this.#held) fs.rmSync(this.#path, { force: true });
  };

  /** As if this were no handler, but for the file. */
  readonly #interrupted = (signal: NodeJS.Signals) => {
    this.#remove();
    this.release();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
}

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The worker's script: beside this file when built; in `dist` when the sources themselves run. */
function findWorker(): URL {
  const built = import.meta.url.endsWith('.ts') ? '../../dist/bridges/python/socket-worker.js' : './socket-worker.js';
  const script = new URL(built, import.meta.url);
  if (!fs.existsSync(script)) throw new BridgeError('START', `${script.pathname} is missing: run npm run build`);
  return script;
}
