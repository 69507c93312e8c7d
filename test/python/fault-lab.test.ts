/**
 * Everything that can befall a Python strategy, done to real processes: each gives its error in its time, and leaves nothing.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import seedrandom from 'seedrandom';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BridgeError } from '../../bridges/python/bridge-error.js';
import type { Deadlines } from '../../bridges/python/channel.js';
import { shakeHands } from '../../bridges/python/handshake.js';
import type { PipeChannel } from '../../bridges/python/pipe-channel.js';
import { FrameType } from '../../bridges/python/wire-layout.js';
import {
  eventually,
  FAULTY,
  isAlive,
  leftFolders,
  openDescriptors,
  PEER_ENVIRONMENT,
  PYTHON,
  request,
  startFaulty,
  WELCOME,
} from './peer.js';

const SHORT: Partial<Deadlines> = { startMs: 400, firstMs: 400, requestMs: 400, stopMs: 400, endMs: 400 };
/** From the end of a deadline to the error: tick, stack, kill, and a busy machine. */
const SLACK_MS = 30_000;
const LAST_REQUEST = 6;

interface Outcome {
  error: BridgeError | undefined;
  /** From the request at which it came, or from the start. */
  ms: number;
  pid: number;
}

/** A whole conversation. */
function play(fault: string, deadlines: Partial<Deadlines> = {}, at = 3): Outcome {
  let since = performance.now();
  let channel: PipeChannel | undefined;
  try {
    channel = startFaulty(fault, { deadlines }, at);
    shakeHands(channel, WELCOME);
    for (let seq = 1; seq <= LAST_REQUEST; seq++) {
      since = performance.now();
      channel.exchange(request(seq, seq === LAST_REQUEST ? FrameType.stop : FrameType.decide));
    }
    since = performance.now();
    channel.finish();
    return { error: undefined, ms: performance.now() - since, pid: channel.pid };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return { error, ms: performance.now() - since, pid: channel?.pid ?? 0 };
  }
}

describe.skipIf(PYTHON === undefined || process.platform === 'win32')('the fault lab', () => {
  let descriptors = 0;
  let folders: string[] = [];
  let started: number[] = [];

  // A place of its own for temporary files: other simulators on this machine make and remove theirs at any time.
  const place = mkdtempSync(join(tmpdir(), 'tickwright-lab-'));
  const placeBefore = process.env.TMPDIR;
  beforeAll(() => {
    process.env.TMPDIR = place;
  });
  afterAll(() => {
    if (placeBefore === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = placeBefore;
    rmSync(place, { recursive: true });
  });

  beforeEach(() => {
    descriptors = process.platform === 'linux' ? openDescriptors().length : 0;
    folders = leftFolders();
    started = [];
  });

  afterEach(async () => {
    for (const pid of started) expect([pid, await eventually(() => !isAlive(pid))]).toEqual([pid, true]);
    expect(await eventually(() => leftFolders().every((name) => folders.includes(name)))).toBe(true);
    if (process.platform !== 'linux') return;
    expect(await eventually(() => openDescriptors().length <= descriptors)).toBe(true);
  });

  const suffer = (fault: string, deadlines?: Partial<Deadlines>, at?: number): Outcome => {
    const outcome = play(fault, deadlines, at);
    if (outcome.pid > 0) started.push(outcome.pid);
    return outcome;
  };

  it('lets a sound peer run to its end', () => {
    expect(suffer('none').error).toBeUndefined();
  });

  describe('a process that ends', () => {
    it.each([
      ['sigkill', 'EXIT', /was ended by SIGKILL at request 3/],
      ['segfault', 'EXIT', /was ended by SIGSEGV at request 3; it wrote last: /],
      ['exit', 'EXIT', /ended with exit code 3 at request 3$/],
      ['sigterm', 'EXIT', /was ended by SIGTERM at request 3/],
      ['exit-after-reply', 'EXIT', /ended with exit code 4 at request 4/],
      ['half-header', 'EXIT', /ended with exit code 0 at request 3/],
      ['forked-child', 'EXIT', /ended with exit code 5 at request 3/],
      ['forked-session', 'EXIT', /ended with exit code 5 at request 3/],
    ])('%s: %s', (fault, code, message) => {
      const { error, ms } = suffer(fault);
      expect(error?.code).toBe(code);
      expect(error?.message).toMatch(/^strategy "test": the Python process /);
      expect(error?.message).toMatch(message);
      expect(ms).toBeLessThan(SLACK_MS);
    });

    it('brings what a crash wrote', () => {
      const { error } = suffer('segfault');
      expect(error?.outputTail).toMatch(/Fatal Python error: Segmentation fault[\s\S]*in crash/);
      expect(error?.details).toBe(error?.outputTail.trimEnd());
    });

    it('between two requests is noticed at the next', async () => {
      const channel = startFaulty('none');
      started.push(channel.pid);
      shakeHands(channel, WELCOME);
      channel.exchange(request(1));
      process.kill(channel.pid, 'SIGKILL');
      await eventually(() => !isAlive(channel.pid));
      expect(() => channel.exchange(request(2))).toThrow('the Python process was ended by SIGKILL at request 2');
      expect(() => channel.exchange(request(3))).toThrow('strategy "test": the channel is closed');
    });

    it('by SIGKILL at 200 random moments always gives the same error', { timeout: 240_000 }, () => {
      const random = seedrandom('moments');
      let whileStarting = 0;
      for (let turn = 0; turn < 200; turn++) {
        const channel = startFaulty('sigkill-later', {}, Math.floor(random() * (turn % 4 === 0 ? 1_000 : 20_000)));
        started.push(channel.pid);
        let error: unknown;
        try {
          shakeHands(channel, WELCOME);
          for (let seq = 1; ; seq++) channel.exchange(request(seq, FrameType.decide, 8 * (seq % 500)));
        } catch (caught) {
          error = caught;
        }
        const { code, message } = error as BridgeError;
        expect(['START', 'EXIT']).toContain(code);
        expect(message).toMatch(
          /^strategy "test": the Python process was ended by SIGKILL (before it was ready|at request \d+)$/,
        );
        if (code === 'START') whileStarting++;
      }
      expect(whileStarting).toBeGreaterThan(0);
      expect(whileStarting).toBeLessThan(200);
    });
  });

  describe('a strategy that raises', () => {
    it('brings its message and the whole traceback', () => {
      const { error } = suffer('exception');
      expect(error?.code).toBe('STRATEGY');
      expect(error?.message).toBe('strategy "test", at request 3: ValueError: the model is empty');
      expect(error?.details).toMatch(
        /^Traceback \(most recent call last\):\n[\s\S]*in raise_error\n[\s\S]*ValueError: the model is empty$/,
      );
    });

    it('with an ERROR frame that says nothing is at fault itself', () => {
      expect(suffer('bad-error').error).toMatchObject({
        code: 'BAD_META',
        message: expect.stringMatching(/ERROR frame without/),
      });
    });
  });

  describe('a process that hangs', () => {
    it.each([
      ['sleep', /in <lambda>/],
      ['lock', /in hold_the_lock/],
      ['half-frame', /in <lambda>/],
      ['drip', /in drip/],
    ])('%s: TIMEOUT, with the Python stack', (fault, stack) => {
      const { error, ms } = suffer(fault, SHORT);
      expect(error?.code).toBe('TIMEOUT');
      expect(error?.message).toMatch(/^strategy "test": no answer to request 3 within 0.4 s, and it was killed/);
      expect(error?.outputTail).toMatch(/most recent call first/);
      expect(error?.outputTail).toMatch(stack);
      expect(ms).toBeGreaterThanOrEqual(400);
      expect(ms).toBeLessThan(400 + SLACK_MS);
    });

    it('at the first request has its own deadline', () => {
      const { error } = suffer('sleep', { ...SHORT, requestMs: 60_000 }, 1);
      expect(error?.message).toMatch(/no answer to request 1 within 0.4 s/);
    });

    it('at STOP has its own deadline', () => {
      const { error } = suffer('sleep-at-stop', { ...SHORT, firstMs: 60_000, requestMs: 60_000 });
      expect(error).toMatchObject({
        code: 'TIMEOUT',
        message: expect.stringMatching(/no answer to request 6 within 0.4 s/),
      });
    });

    it('with its pipe closed is killed', () => {
      const { error, ms } = suffer('close');
      expect(error?.code).toBe('EXIT');
      expect(error?.message).toMatch(/closed its pipe but went on, and was killed at request 3/);
      expect(ms).toBeLessThan(5_000 + SLACK_MS);
    });

    it('and does not read is killed while a large request is written', () => {
      const channel = startFaulty('sleep', { deadlines: SHORT }, 1);
      started.push(channel.pid);
      shakeHands(channel, WELCOME);
      channel.send(request(1));
      expect(() => channel.exchange(request(2, FrameType.decide, 8 << 20))).toThrow(
        /no answer to request 2 within 0.4 s/,
      );
    });

    it('after its last reply is killed', () => {
      const { error, ms } = suffer('linger', SHORT);
      expect(error?.code).toBe('TIMEOUT');
      expect(error?.message).toMatch(/did not end within 0.4 s of its last reply and was killed/);
      expect(ms).toBeLessThan(400 + SLACK_MS);
    });
  });

  describe('an answer that is none', () => {
    it.each([
      ['garbage', 'GARBAGE', /no frame, but "loss: 0\.123\\n"/],
      ['short-garbage', 'GARBAGE', /no frame, but "\\n"/],
      ['huge-meta', 'TOO_BIG', /4294967280 bytes of meta/],
      ['huge-payload', 'TOO_BIG', /4294967280 bytes of payload/],
      ['wrong-seq', 'SEQ', /answered 4 where request 3 waits/],
      ['wrong-type', 'TYPE', /a frame of type 16, which is ours to send/],
      ['unknown-type', 'TYPE', /the unknown type 99/],
      ['wrong-frame-version', 'VERSION', /protocol version 2; this tickwright speaks version 1/],
    ])('%s: %s', (fault, code, message) => {
      const { error, ms } = suffer(fault);
      expect(error?.code).toBe(code);
      expect(error?.message).toMatch(/^strategy "test", at request 3: /);
      expect(error?.message).toMatch(message);
      expect(ms).toBeLessThan(SLACK_MS);
    });

    it('twice: SEQ at the next request', () => {
      expect(suffer('twice').error).toMatchObject({ code: 'SEQ', message: expect.stringMatching(/at request [34]: /) });
    });

    it('twice at STOP: SEQ', () => {
      expect(suffer('stop-twice').error).toMatchObject({
        code: 'SEQ',
        message:
          'strategy "test", at STOP (request 6): answered more than it was asked: 16 bytes behind its last reply',
      });
    });
  });

  describe('a start that fails', () => {
    it.each([
      [
        'import-error',
        'START',
        /ended with exit code 1 before it was ready; it wrote last: ModuleNotFoundError: No module/,
      ],
      ['exit-at-start', 'START', /ended with exit code 7 before it was ready$/],
      ['no-hello', 'TYPE', /a frame of type 17 in place of HELLO/],
      ['wrong-version', 'VERSION', /its tickwright 0 speaks protocol versions 2 to 3, this one version 1: install/],
      ['wrong-schema', 'SCHEMA', /another wire layout \(account: \[.*here, not there/],
      ['bad-hello', 'BAD_META', /HELLO\.pid: /],
      ['bad-ready', 'BAD_META', /READY\.handlers: /],
    ])('%s: %s', (fault, code, message) => {
      const { error, ms } = suffer(fault);
      expect(error?.message).toMatch(message);
      expect(error?.code).toBe(code);
      expect(error?.message).toMatch(/^strategy "test": /);
      expect(ms).toBeLessThan(SLACK_MS);
    });

    it('in which it speaks out of turn is SEQ or TYPE, as the bytes come', () => {
      expect(['SEQ', 'TYPE']).toContain(suffer('greet-twice').error?.code);
    });

    it.each(['silent', 'no-ready'])('%s: START_TIMEOUT', (fault) => {
      const { error, ms } = suffer(fault, { ...SHORT, startMs: 1_000 });
      expect(error?.code).toBe('START_TIMEOUT');
      expect(error?.message).toMatch(/^strategy "test": it was not ready within 1 s, and it was killed/);
      expect(ms).toBeLessThan(2_000 + SLACK_MS);
    });

    it('brings the traceback of an import whole', () => {
      const { details } = suffer('import-error').error!;
      expect(details).toMatch(/^Traceback[\s\S]*No module named 'no_such_module_anywhere'$/);
    });

    it('without a program: START, at once', () => {
      const start = (options: object) => () => startFaulty('none', options);
      expect(start({ command: '/no/such/python' })).toThrow(
        new BridgeError(
          'START',
          `strategy "test": /no/such/python could not be started in ${process.cwd()}: spawn /no/such/python ENOENT`,
        ),
      );
      expect(start({ cwd: '/no/such/folder' })).toThrow(
        /^strategy "test": .* could not be started in \/no\/such\/folder: spawn .* ENOENT$/,
      );
      expect(start({ command: FAULTY })).toThrow(/EACCES/);
    });
  });

  describe('an end', () => {
    it('with another exit code than 0 is told', () => {
      expect(suffer('bad-exit').error).toMatchObject({
        code: 'EXIT',
        message: 'strategy "test": the Python process ended with exit code 6 after its last reply',
      });
    });

    it('takes children along that the process left', () => {
      expect(suffer('leave-child').error).toBeUndefined();
      expect(suffer('grandchild').error).toBeUndefined();
    });

    it('before the end of a run leaves nothing', async () => {
      const channel = startFaulty('grandchild', {}, 1);
      started.push(channel.pid);
      shakeHands(channel, WELCOME);
      channel.exchange(request(1));
      channel.close();
      // A child that is killed with it goes in its own time.
      expect(await eventually(() => !isAlive(channel.pid))).toBe(true);
      channel.close();
    });
  });

  describe('what the process prints', () => {
    it('is taken, a megabyte of it, and its end kept', () => {
      const channel = startFaulty('shout', {}, 1);
      started.push(channel.pid);
      shakeHands(channel, WELCOME);
      channel.exchange(request(1));
      channel.exchange(request(2, FrameType.stop));
      channel.finish();
    });
  });

  describe('a simulator in a process of its own', () => {
    let simulator: ChildProcess;
    let out = '';
    let err = '';

    const start = (fault: string, requests: number, read = true) => {
      out = '';
      err = '';
      const script = fileURLToPath(new URL('./peers/lone-simulator.mjs', import.meta.url));
      simulator = spawn(process.execPath, [script, PYTHON!, FAULTY, fault, '3', String(requests)], {
        env: { ...process.env, ...PEER_ENVIRONMENT },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      simulator.stdout!.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
      if (read) readPrinted();
    };
    const readPrinted = () =>
      simulator.stderr!.setEncoding('utf8').on('data', (text: string) => {
        err += text;
      });
    const pythonPid = async () => {
      expect(await eventually(() => out.includes('\n'))).toBe(true);
      const pid = Number.parseInt(out, 10);
      expect(isAlive(pid)).toBe(true);
      started.push(pid, simulator.pid!);
      return pid;
    };
    const ended = () =>
      new Promise<[number | null, string | null]>((resolve) => simulator.once('close', (...how) => resolve(how)));

    it.each([
      ['SIGKILL', 'none'],
      ['SIGKILL', 'sleep'],
      ['SIGKILL', 'lock'],
    ] as const)('killed by %s leaves no Python (%s)', async (signal, fault) => {
      start(fault, 1e9);
      const python = await pythonPid();
      const end = ended();
      simulator.kill(signal);
      const since = performance.now();
      expect(await eventually(() => !isAlive(python))).toBe(true);
      expect(performance.now() - since).toBeLessThan(SLACK_MS);
      expect(await end).toEqual([null, signal]);
    });

    it.each(['none', 'sleep'])('ended by Ctrl-C leaves nothing (%s)', async (fault) => {
      start(fault, 1e9);
      const python = await pythonPid();
      const end = ended();
      process.kill(-simulator.pid!, 'SIGINT');
      expect(await eventually(() => !isAlive(python))).toBe(true);
      expect(await end).toEqual([null, 'SIGINT']);
    });

    it.each(['process.exit(3)', 'throw new Error()'])(
      'that ends by %s takes along who does not notice',
      async (end) => {
        const door = new URL('../../dist/bridges/python/pipe-channel.js', import.meta.url).href;
        const script = `const { PipeChannel } = await import(${JSON.stringify(door)});
        const channel = new PipeChannel({ subject: 'x', command: 'sleep', args: ['3600'] });
        console.log(channel.pid); ${end};`;
        const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
        const pid = Number.parseInt(stdout, 10);
        expect(pid).toBeGreaterThan(0);
        started.push(pid);
        expect(await eventually(() => !isAlive(pid))).toBe(true);
      },
    );

    it('passes on all that is printed, in order, and ends', async () => {
      start('shout', 4);
      expect(await ended()).toEqual([0, null]);
      expect(out).toMatch(/^\d+\ndone\n$/);
      expect(err).toBe(`${'x'.repeat(79)}\n${`${'y'.repeat(79)}\n`.repeat(13_000)}`);
    });

    it('waits for a terminal that is slow to take it', async () => {
      start('shout', 4, false);
      const python = await pythonPid();
      const end = ended();
      expect(await eventually(() => !isAlive(python))).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(out).not.toContain('done');
      readPrinted();
      expect(await end).toEqual([0, null]);
      expect(err.length).toBe(80 * 13_001);
    });

    it('ends although a terminal never takes it', async () => {
      start('shout', 4, false);
      const end = ended();
      await pythonPid();
      expect(await eventually(() => out.includes('done'), 3_000)).toBe(true);
      simulator.stderr!.destroy();
      expect(await end).toEqual([0, null]);
    });

    it('passes on print()', async () => {
      start('print', 5);
      expect(await ended()).toEqual([0, null]);
      expect(err).toBe('a line of the strategy\n'.repeat(2));
    });
  });
});
