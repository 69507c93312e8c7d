/** The channels: what all must do, and what is special to those that do not start their peer. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { BridgeError } from '../../bridges/python/bridge-error.js';
import type { Deadlines } from '../../bridges/python/channel.js';
import { openFifoPair } from '../../bridges/python/fifo-pair.js';
import { receiveHello, shakeHands } from '../../bridges/python/handshake.js';
import { ParentChannel, ParentGone } from '../../bridges/python/parent-channel.js';
import { parseSocketAddress } from '../../bridges/python/socket-address.js';
import { listenForPeer, type SocketChannel, type SocketListener } from '../../bridges/python/socket-channel.js';
import { FrameType } from '../../bridges/python/wire-layout.js';
import { channelContract } from '../contracts/channel.contract.js';
import {
  eventually,
  FAULTY,
  openDescriptors,
  PEER_ENVIRONMENT,
  PYTHON,
  request,
  startFaulty,
  WELCOME,
} from './peer.js';

const SUBJECT = 'strategy "test"';
const folder = fs.mkdtempSync(join(tmpdir(), 'tickwright-channel-'));
const peers: ChildProcess[] = [];
let sockets = 0;

afterEach(async () => {
  for (const peer of peers) peer.kill('SIGKILL');
  for (const peer of peers.splice(0)) await eventually(() => peer.exitCode !== null || peer.signalCode !== null);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function attach(listener: SocketListener, fault: string, at = 3, token = listener.token): ChildProcess {
  const env = {
    ...process.env,
    ...PEER_ENVIRONMENT,
    TEST_ATTACH: listener.address,
    ...(token && { TEST_TOKEN: token }),
  };
  const peer = spawn(PYTHON!, [FAULTY, fault, String(at)], { env, stdio: ['ignore', 'ignore', 'ignore'] });
  peers.push(peer);
  return peer;
}

async function overSocket(
  address: string,
  fault: string,
  at?: number,
  deadlines?: Partial<Deadlines>,
): Promise<SocketChannel> {
  const listener = await listenForPeer({ subject: SUBJECT, address, deadlines });
  attach(listener, fault, at);
  return listener.accepted;
}

/** With us as the child of Python: the pipes are made here, so that one process can be both. */
function overParent(fault: string, at = 3): ParentChannel {
  const pair = openFifoPair();
  const stdio = ['ignore', 'ignore', 'ignore', pair.theirRead, pair.theirWrite] as const;
  const peer = spawn(PYTHON!, [FAULTY, fault, String(at)], {
    env: { ...process.env, ...PEER_ENVIRONMENT },
    stdio: [...stdio],
  });
  peers.push(peer);
  fs.closeSync(pair.theirRead);
  fs.closeSync(pair.theirWrite);
  return new ParentChannel(`${pair.ourRead},${pair.ourWrite}`);
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof BridgeError ? error.code : String(error);
  }
  return 'nothing';
}

describe.skipIf(PYTHON === undefined)('with a Python peer', () => {
  describe.skipIf(process.platform === 'win32')('by pipes', () => {
    channelContract('pipes', {
      open: async (fault, at, deadlines) => startFaulty(fault, { deadlines }, at),
      subject: SUBJECT,
      watches: true,
    });
    channelContract('the parent', {
      open: async (fault, at) => overParent(fault, at),
      subject: 'the Python process that started this',
      watches: false,
    });
    channelContract('a Unix socket', {
      open: (fault, at, deadlines) => overSocket(join(folder, `peer-${sockets++}`), fault, at, deadlines),
      subject: SUBJECT,
      watches: true,
    });
  });
  channelContract('a TCP port', {
    open: (fault, at, deadlines) => overSocket('127.0.0.1:0', fault, at, deadlines),
    subject: SUBJECT,
    watches: true,
  });

  it('the parent that is gone between two frames is no fault', async () => {
    for (const fault of ['exit', 'half-header'] as const) {
      const channel = overParent(fault, 1);
      shakeHands(channel, WELCOME);
      let thrown: unknown;
      try {
        channel.exchange(request(1));
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(BridgeError);
      expect([fault, thrown instanceof ParentGone]).toEqual([fault, fault === 'exit']);
    }
    for (const fds of [undefined, '', '3', '3,x', '3,4,5', '-1,4', '900000,900001']) {
      expect(codeOf(() => new ParentChannel(fds ?? ''))).toBe('START');
    }
  });

  it('a TCP peer without the token that was printed is refused', async () => {
    for (const token of ['', 'f'.repeat(64)]) {
      const listener = await listenForPeer({ subject: SUBJECT, address: '127.0.0.1:0' });
      expect(listener.token).toMatch(/^[0-9a-f]{64}$/);
      attach(listener, 'none', 3, token);
      const channel = await listener.accepted;
      expect(codeOf(() => receiveHello(channel, { token: listener.token }))).toBe('TOKEN');
    }
    const listener = await listenForPeer({ subject: SUBJECT, address: '127.0.0.1:0' });
    attach(listener, 'none');
    const channel = await listener.accepted;
    shakeHands(channel, WELCOME, { token: listener.token });
    channel.exchange(request(1, FrameType.stop));
    channel.finish();
  });

  it('who connects and says nothing is no peer', async () => {
    const path = join(folder, 'silent');
    const listener = await listenForPeer({ subject: SUBJECT, address: path });
    const silent = net.connect(path);
    const sentAway = new Promise((resolve) => silent.once('close', resolve));
    await new Promise((resolve) => silent.once('connect', resolve));
    net.connect(path).destroy();
    attach(listener, 'none');
    const channel = await listener.accepted;
    await sentAway;
    shakeHands(channel, WELCOME);
    channel.exchange(request(1, FrameType.stop));
    channel.finish();
  });

  it.runIf(process.platform === 'linux')('who sends without end is cut off', async () => {
    const path = join(folder, 'flood');
    const listener = await listenForPeer({ subject: SUBJECT, address: path });
    const flood = net.connect(path);
    const cutOff = new Promise((resolve) => flood.once('close', resolve));
    flood.on('error', () => {});
    flood.write(Buffer.alloc(140 << 20));
    const channel = await listener.accepted;
    await cutOff;
    expect(codeOf(() => channel.receive())).toBe('GARBAGE');
  });

  it('a peer that is refused hears why', async () => {
    const listener = await listenForPeer({ subject: SUBJECT, address: '127.0.0.1:0' });
    const heard: Buffer[] = [];
    const [host, port] = listener.address.split(':');
    const client = net.connect(Number(port), host);
    client.on('data', (piece) => heard.push(piece));
    const closed = new Promise((resolve) => client.once('close', resolve));
    client.write('GET / HTTP/1.1\r\n\r\n');
    const channel = await listener.accepted;
    expect(codeOf(() => channel.receive())).toBe('GARBAGE');
    await closed;
    const told = Buffer.concat(heard);
    expect(told[3]).toBe(FrameType.error);
    expect(told.toString('latin1')).toContain('GARBAGE');
  });

  it('nothing is left of a socket: no file, no descriptor, no thread that keeps the program alive', async () => {
    const before = openDescriptors().length;
    const path = join(folder, 'left');
    const listener = await listenForPeer({ subject: SUBJECT, address: path });
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
    attach(listener, 'none');
    const channel = await listener.accepted;
    expect(fs.existsSync(path)).toBe(false);
    shakeHands(channel, WELCOME);
    channel.exchange(request(1, FrameType.stop));
    channel.finish();
    expect(await eventually(() => openDescriptors().length <= before)).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('a socket that nobody comes to', () => {
  it('is given up without a trace', async () => {
    const path = join(folder, 'alone');
    const listener = await listenForPeer({ subject: SUBJECT, address: path });
    expect(fs.existsSync(path)).toBe(true);
    listener.close();
    await expect(listener.accepted).rejects.toThrow('strategy "test": attach: the wait was ended');
    expect(fs.existsSync(path)).toBe(false);
  });

  it('gives way to nobody, takes the place of a dead one, and spares what is no socket', async () => {
    const path = join(folder, 'taken');
    const listener = await listenForPeer({ subject: SUBJECT, address: path });
    await expect(listenForPeer({ subject: SUBJECT, address: path })).rejects.toThrow(
      `strategy "test": attach: ${path} is in use: another simulator waits there`,
    );
    expect(fs.existsSync(path)).toBe(true);
    listener.close();
    await listener.accepted.catch(() => {});
    // A process that ended without a word leaves its socket's file.
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(fs.lstatSync(path).isSocket()).toBe(true);
    const next = await listenForPeer({ subject: SUBJECT, address: path });
    next.close();
    await next.accepted.catch(() => {});
    fs.writeFileSync(path, 'notes');
    await expect(listenForPeer({ subject: SUBJECT, address: path })).rejects.toThrow(/is there and is no socket/);
    expect(fs.readFileSync(path, 'utf8')).toBe('notes');
    await expect(listenForPeer({ subject: SUBJECT, address: '/no/such/folder/s' })).rejects.toThrow(/ENOENT|EACCES/);
  });

  it('loses its file when the program is interrupted', async () => {
    const path = join(folder, 'interrupted');
    const door = new URL('../../dist/bridges/python/socket-channel.js', import.meta.url).href;
    const script = `const { listenForPeer } = await import(${JSON.stringify(door)});
      const listener = await listenForPeer({ subject: 'x', address: ${JSON.stringify(path)} });
      console.log('waits'); await listener.accepted;`;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const waiting = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => waiting.stdout.once('data', resolve));
      expect(fs.existsSync(path)).toBe(true);
      const ended = new Promise((resolve) => waiting.once('exit', (_, by) => resolve(by)));
      waiting.kill(signal);
      expect(await ended).toBe(signal);
      expect(fs.existsSync(path)).toBe(false);
    }
  });
});

describe('an address', () => {
  it('is a path, or a loopback host and port', () => {
    expect(parseSocketAddress('127.0.0.1:4567')).toEqual({ host: '127.0.0.1', port: 4567 });
    expect(parseSocketAddress('localhost:0')).toEqual({ host: '127.0.0.1', port: 0 });
    expect(parseSocketAddress('[::1]:80')).toEqual({ host: '::1', port: 80 });
    if (process.platform === 'win32') return;
    expect(parseSocketAddress('/tmp/tw:1')).toEqual({ path: '/tmp/tw:1' });
    expect(parseSocketAddress('tw.sock')).toEqual({ path: 'tw.sock' });
  });

  it.each([
    ['0.0.0.0:80', /"0\.0\.0\.0" is not this machine's own; give 127\.0\.0\.1:80/],
    ['192.168.1.4:80', /not this machine's own/],
    ['example.org:80', /not this machine's own/],
    ['127.0.0.1.example.org:80', /not this machine's own/],
    ['127.0.0.256:80', /not this machine's own/],
    [':80', /"" is not this machine's own/],
    ['127.0.0.1:', /"" is no port/],
    ['127.0.0.1:http', /"http" is no port/],
    ['127.0.0.1:65536', /"65536" is no port/],
    ['', /an empty address/],
    [`/tmp/${'x'.repeat(200)}`, /has 205 bytes, a socket's path at most 10[37]/],
  ])('%s is refused', (text, message) => {
    expect(codeOf(() => parseSocketAddress(text))).toBe('START');
    expect(() => parseSocketAddress(text)).toThrow(message);
  });
});
