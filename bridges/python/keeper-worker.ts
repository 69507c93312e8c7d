/**
 * The keeper's script: owns one process. Starts it, passes on what it writes and remembers the end of that, kills it when the
 * simulation thread has waited for too long or orders it, and notes how it ended. Knows nothing of frames.
 * Started by keeper; never imported.
 *
 * The process leads a group of its own, and what is left of the group goes when it does: children that it forked would
 * otherwise hold its pipe open and the simulation thread asleep.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import type { Readable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { type KeeperJob, type KeeperOrder, Phase, Shared, TEXT_BYTES, Verdict, WAKE_UP } from './keeper-state.js';

/** How often the simulation thread is looked at; a deadline is overrun by so much at most. */
const TICK_MS = 20;
/** The most that one tick counts: a stopped or sleeping machine is no hanging strategy. */
const MOST_TICK_MS = 1_000;
/** From the request for a Python stack to the end of who was to write it: when it has been written, or that much later. */
const STACK_MS = 2_000;
/** Nothing more of the stack for so long: it is whole. */
const STACK_PAUSE_MS = 50;
/** For what a dead process wrote to come through, in looks of {@link LOOK_MS} at which it can: on a busy machine they take longer. */
const LAST_WORDS_MS = 250;
const LOOK_MS = 10;
/** For a terminal that takes nothing more of it. */
const STUCK_TERMINAL_MS = 5_000;
/** What may wait for a terminal that does not take it before the process itself has to wait. */
const MOST_WAITING_BYTES = 1 << 20;
const BUSY_TERMINAL_MS = 5;

const job = workerData as KeeperJob;
const { shared, text } = job;

let child: ChildProcess | undefined;
let tail = Buffer.alloc(0);
let ended = false;
let dismissed = false;

// ── what the process writes ─────────────────────────────────────────────────────────────────────────────────────────────

const waiting: Buffer[] = [];
let waitingBytes = 0;
let writing = false;
/** All that the process has written, and how much of it was passed on. */
let heardBytes = 0;
let passedBytes = 0;

function hear(stream: Readable): void {
  stream.on('data', (piece: Buffer) => {
    heardBytes += piece.length;
    tail = Buffer.concat([tail, piece.subarray(-TEXT_BYTES)]).subarray(-TEXT_BYTES);
    if (!job.forward) return;
    waiting.push(piece);
    waitingBytes += piece.length;
    if (waitingBytes > MOST_WAITING_BYTES) for (const one of streams()) one.pause();
    if (!writing) passOn();
  });
  stream.on('error', () => {});
}

function streams(): Readable[] {
  return [child?.stdout, child?.stderr].filter((stream) => stream != null);
}

/** Not `process.stderr`: in a worker that goes by way of the simulation thread, which sleeps. */
function passOn(): void {
  const piece = waiting[0];
  writing = piece !== undefined;
  if (piece === undefined) {
    for (const one of streams()) one.resume();
    return;
  }
  fs.write(2, piece, (error, written) => {
    if (error?.code === 'EAGAIN') {
      setTimeout(passOn, BUSY_TERMINAL_MS);
      return;
    }
    const taken = error === null ? written : piece.length;
    waitingBytes -= taken;
    passedBytes += taken;
    if (taken === piece.length) waiting.shift();
    else waiting[0] = piece.subarray(taken);
    passOn();
  });
}

// ── its end ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function note(phase: number, words: Buffer): void {
  text.set(words);
  Atomics.store(shared, Shared.textBytes, words.length);
  Atomics.store(shared, Shared.phase, phase);
  Atomics.notify(shared, Shared.phase);
}

function killGroup(): void {
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

async function bury(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
  killGroup();
  unpin();
  Atomics.store(shared, Shared.phase, Phase.exited);
  Atomics.notify(shared, Shared.phase);
  await lastWords();
  for (const stream of streams()) stream.destroy();
  Atomics.store(shared, Shared.exitCode, code ?? -1);
  Atomics.store(shared, Shared.signal, signal === null ? 0 : os.constants.signals[signal]);
  ended = true;
  note(Phase.ended, tail);
  leave();
}

/**
 * Until all that the process wrote is heard and passed on. A descendant in a session of its own can hold the streams open for
 * ever: by so many looks at streams that were not held up, whatever the process itself had written has come.
 */
async function lastWords(): Promise<void> {
  let looks = 0;
  let stuckLooks = 0;
  let passedBefore = passedBytes;
  const isHeard = () => looks * LOOK_MS >= LAST_WORDS_MS || streams().every((stream) => stream.closed);
  while (writing || !isHeard()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (!streams().some((stream) => stream.isPaused())) looks++;
    stuckLooks = writing && passedBytes === passedBefore ? stuckLooks + 1 : 0;
    if (stuckLooks * LOOK_MS >= STUCK_TERMINAL_MS) return;
    passedBefore = passedBytes;
  }
}

/** With nothing left to hear, the thread ends by itself. */
function leave(): void {
  if (!ended || !dismissed) return;
  clearInterval(ticker);
  parentPort!.close();
}

// ── the simulation thread's wait ────────────────────────────────────────────────────────────────────────────────────────

let seenWatch = 0;
let waitedMs = 0;
let tickAt = performance.now();

function tick(): void {
  const now = performance.now();
  const passedMs = Math.min(now - tickAt, MOST_TICK_MS);
  tickAt = now;
  const watch = Atomics.load(shared, Shared.watch);
  if (watch !== seenWatch || (watch & 1) === 0) {
    if (Atomics.load(shared, Shared.seq) > 1) pin();
    seenWatch = watch;
    waitedMs = 0;
    return;
  }
  waitedMs += passedMs;
  if (ended) wakeUp();
  const allowanceMs = Atomics.load(shared, Shared.allowanceMs);
  if (allowanceMs > 0 && waitedMs >= allowanceMs) overrun(allowanceMs);
}

function overrun(allowanceMs: number): void {
  if (Atomics.compareExchange(shared, Shared.verdict, Verdict.none, Verdict.timeout) !== Verdict.none) return;
  Atomics.store(shared, Shared.verdictSeq, Atomics.load(shared, Shared.seq));
  Atomics.store(shared, Shared.verdictMs, allowanceMs);
  if (Atomics.load(shared, Shared.watch) !== seenWatch) {
    // It answered at the last moment.
    Atomics.store(shared, Shared.verdict, Verdict.none);
    return;
  }
  // faulthandler writes the stack even while other code holds the interpreter's lock.
  const before = heardBytes;
  child?.kill('SIGUSR1');
  const killedAt = performance.now() + STACK_MS;
  const waitForStack = (heardThen: number): void => {
    const whole = heardBytes > before && heardBytes === heardThen;
    if (whole || ended || performance.now() >= killedAt) killGroup();
    else setTimeout(waitForStack, STACK_PAUSE_MS, heardBytes);
  };
  waitForStack(before);
}

/** The pipe is found by its descriptor, and proved to be it: the number may be another file's by now. */
function wakeUp(): void {
  let fd: number | undefined;
  try {
    fd = fs.openSync(`/proc/self/fd/${job.ourRead}`, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
    const file = fs.fstatSync(fd);
    if (file.isFIFO() && file.ino === job.inode && file.dev === job.device) fs.writeSync(fd, WAKE_UP);
  } catch {
    // No /proc, or the pipe is closed, or full, so that nobody sleeps on it.
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

// ── one core for both ───────────────────────────────────────────────────────────────────────────────────────────────────

/** After request 1: threads that inherit the core they may run on, of a model or of a tape, are made by then. */
function pin(): void {
  if (job.pin === undefined || shared[Shared.pinned] === 1 || ended) return;
  shared[Shared.pinned] = 1;
  const { threadId, cpu } = job.pin;
  for (const id of [threadId, child!.pid!])
    spawn('taskset', ['-pc', String(cpu), String(id)], { stdio: 'ignore', env: job.env }).on('error', () => {});
}

function unpin(): void {
  if (job.pin === undefined || shared[Shared.pinned] !== 1) return;
  spawnSync('taskset', ['-pc', job.pin.before, String(job.pin.threadId)], { stdio: 'ignore', env: job.env });
}

// ── begin ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

parentPort!.on('message', (order: KeeperOrder) => {
  if (order === 'kill') {
    Atomics.compareExchange(shared, Shared.verdict, Verdict.none, Verdict.stopped);
    killGroup();
  } else {
    dismissed = true;
    leave();
  }
});

const ticker = setInterval(tick, TICK_MS);

function refuse(error: Error): void {
  ended = true;
  dismissed = true;
  note(
    Phase.notStarted,
    Buffer.from(`${job.command} could not be started in ${job.cwd}: ${error.message}`).subarray(0, TEXT_BYTES),
  );
  leave();
}

try {
  child = spawn(job.command, job.args, {
    cwd: job.cwd,
    env: job.env,
    stdio: ['ignore', 'pipe', 'pipe', job.theirRead, job.theirWrite],
    detached: true,
  });
  if (child.pid === undefined) child.once('error', refuse);
  else {
    for (const stream of streams()) hear(stream);
    child.on('error', () => {});
    child.once('exit', (code, signal) => void bury(code, signal));
    Atomics.store(shared, Shared.pid, child.pid);
    Atomics.store(shared, Shared.phase, Phase.running);
    Atomics.notify(shared, Shared.phase);
  }
} catch (error) {
  refuse(error as Error);
}
