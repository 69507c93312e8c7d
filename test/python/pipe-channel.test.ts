/** What the channel to a process of our own does beside carrying frames: its environment, its core, its end with ours. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { shakeHands } from '../../bridges/python/handshake.js';
import { FrameType } from '../../bridges/python/wire-layout.js';
import { eventually, PYTHON, request, startFaulty, WELCOME } from './peer.js';

const HAS_CORES =
  process.platform === 'linux' && availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

describe.skipIf(PYTHON === undefined || process.platform === 'win32')('a Python process of our own', () => {
  /** The process ends at once, and says in its error what it printed. */
  function printed(expression: string, env: Record<string, string> = {}): string {
    const script = `import os, sys; sys.stderr.write(repr(${expression}))`;
    const given = { PATH: process.env.PATH, ...env };
    const channel = startFaulty('none', { args: ['-c', script], env: given });
    try {
      channel.receive();
    } catch (error) {
      return (error as { outputTail: string }).outputTail;
    }
    throw new Error('it said HELLO');
  }

  it('repeats itself, prints at once, keeps its libraries to one thread, and knows whose it is', () => {
    const names =
      "'PYTHONHASHSEED PYTHONUNBUFFERED OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS TICKWRIGHT_FDS'";
    expect(printed(`[os.environ[name] for name in ${names}.split()]`)).toBe("['0', '1', '1', '1', '1', '3,4']");
    expect(printed("os.environ['TICKWRIGHT_PARENT']")).toBe(`'${process.pid}'`);
    expect(printed('os.getpid() == os.getpgid(0)')).toBe('True');
    expect(printed('os.getppid()')).toBe(String(process.pid));
  });

  it('gets what the user has set instead, but for what the bridge rests on', () => {
    const env = { OMP_NUM_THREADS: '4', PYTHONHASHSEED: '7', TICKWRIGHT_FDS: '8,9', MINE: 'é' };
    const names = "'OMP_NUM_THREADS PYTHONHASHSEED TICKWRIGHT_FDS MINE'";
    expect(printed(`[os.environ[name] for name in ${names}.split()]`, env)).toBe("['4', '7', '3,4', 'é']");
  });

  it.runIf(process.platform === 'linux')('inherits its two pipes and nothing else of ours', () => {
    const open = "[fd for fd in range(1000) if os.path.exists(f'/proc/self/fd/{fd}')]";
    // What this process itself got from whoever started it and did not close goes to every child.
    const script = `import os; print([fd for fd in ${open} if fd > 2])`;
    const others = spawnSync(PYTHON!, ['-c', script], { encoding: 'utf8' }).stdout.trim();
    expect(printed(open)).toBe(others.replace('[', '[0, 1, 2, 3, 4, ').replace(', ]', ']'));
  });

  it.runIf(HAS_CORES)(
    'shares one core with the simulation thread if that is wished, which gets its own back',
    async () => {
      const allowed = (pid: number) =>
        /^Cpus_allowed_list:\s*(\S+)$/m.exec(fs.readFileSync(`/proc/${pid}/task/${pid}/status`, 'utf8'))![1]!;
      const before = allowed(process.pid);
      for (const end of ['finish', 'close'] as const) {
        const channel = startFaulty('none', { pin: true });
        shakeHands(channel, WELCOME);
        channel.exchange(request(1));
        expect(allowed(process.pid)).toBe(before);
        channel.exchange(request(2));
        expect(await eventually(() => /^\d+$/.test(allowed(process.pid)))).toBe(true);
        expect(await eventually(() => allowed(channel.pid) === allowed(process.pid))).toBe(true);
        if (end === 'finish') channel.exchange(request(3, FrameType.stop));
        channel[end]();
        expect(allowed(process.pid)).toBe(before);
      }
      const free = startFaulty('none');
      shakeHands(free, WELCOME);
      for (let seq = 1; seq < 4; seq++) free.exchange(request(seq));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(allowed(process.pid)).toBe(before);
      free.close();
    },
  );
});
