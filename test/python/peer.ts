/**
 * Peers for the tests: Python processes with or without faults, and what must not be left of them.
 * Called by the tests in this folder.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Deadlines } from '../../bridges/python/channel.js';
import { metaFrame, writeHeader } from '../../bridges/python/frame.js';
import type { Welcome } from '../../bridges/python/handshake.js';
import { PipeChannel, type PipeChannelOptions } from '../../bridges/python/pipe-channel.js';
import {
  FRAME_LIMITS,
  FrameType,
  PROTOCOL_VERSION,
  WIRE_LAYOUT_TEXT,
  WIRE_SCHEMA,
} from '../../bridges/python/wire-layout.js';

/** The Python that `python3` stands for, or `undefined`. */
export const PYTHON = (() => {
  const asked = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
})();
if (PYTHON === undefined) console.warn('There is no python3 here: the tests of the bridge to Python are skipped.');

export const FAULTY = fileURLToPath(new URL('./peers/faulty.py', import.meta.url));
/** What a peer needs to greet rightly without the package. */
export const PEER_ENVIRONMENT = {
  TEST_SCHEMA: WIRE_SCHEMA,
  TEST_LAYOUT: WIRE_LAYOUT_TEXT,
  PYTHONDONTWRITEBYTECODE: '1',
};

/** Short, but long enough for a busy machine where nothing hangs. */
const PATIENT: Deadlines = { startMs: 30_000, firstMs: 30_000, requestMs: 30_000, stopMs: 30_000, endMs: 30_000 };

export function startFaulty(
  fault: string,
  { deadlines = {}, ...options }: Partial<PipeChannelOptions> = {},
  at = 3,
): PipeChannel {
  return new PipeChannel({
    subject: 'strategy "test"',
    command: PYTHON!,
    args: [FAULTY, fault, String(at)],
    env: { ...process.env, ...PEER_ENVIRONMENT },
    forwardOutput: false,
    deadlines: { ...PATIENT, ...deadlines },
    ...options,
  });
}

export const WELCOME: Welcome = {
  version: PROTOCOL_VERSION,
  schema: WIRE_SCHEMA,
  run: { name: 'test', seed: 1, originNs: '0' },
  strategy: 'test',
  params: {},
  instruments: [],
  reasons: [],
  limits: FRAME_LIMITS,
};

/** A request with so many bytes of payload, a multiple of 8. */
export function request(seq: number, type: number = FrameType.decide, payloadBytes = 32): Uint8Array {
  const bytes = new Uint8Array(16 + payloadBytes);
  writeHeader(bytes, PROTOCOL_VERSION, type, seq, 0, payloadBytes);
  return bytes;
}

export function welcome(): Uint8Array {
  return metaFrame(FrameType.welcome, 0, WELCOME);
}

/** Whether a process or anybody of its group lives. What is dead and waits for its new parent to look does not. */
export function isAlive(pid: number): boolean {
  if (process.platform !== 'linux') return [pid, -pid].some(takesSignals);
  return fs.readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    let stat: string;
    try {
      stat = fs.readFileSync(`/proc/${entry}/stat`, 'utf8');
    } catch {
      return false;
    }
    // proc(5): pid (name) state parent group
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state !== 'Z' && state !== 'X' && (Number(entry) === pid || Number(group) === pid);
  });
}

function takesSignals(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

/** Descriptors of this process that stand for pipes, sockets and files: what a channel could leave. */
export function openDescriptors(): string[] {
  return fs
    .readdirSync('/proc/self/fd')
    .map((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return '';
      }
    })
    .filter((target) => target !== '' && !target.startsWith('/proc/'));
}

export function leftFolders(): string[] {
  return fs.readdirSync(tmpdir()).filter((name) => name.startsWith('tickwright-pipes-'));
}

/** Waits until `holds`, at most five seconds. */
export async function eventually(holds: () => boolean, looks = 500): Promise<boolean> {
  for (let patience = looks; patience > 0 && !holds(); patience--)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return holds();
}
