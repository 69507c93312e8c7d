/**
 * The socket's script: listens, takes one peer, carries bytes both ways between it and the simulation thread, which sleeps.
 * Knows nothing of frames. Started by socket-channel; never imported.
 */
import fs from 'node:fs';
import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { aligned, HEADER_BYTES } from './frame.js';
import { type Arrival, type Departure, Shared, type SocketJob, type SocketNews } from './socket-state.js';
import { FRAME_LIMITS } from './wire-layout.js';

const { address, shared, port } = workerData as SocketJob;
/** By turns there is one frame under way; a second one is allowed to show what it is. */
const MOST_WAITING_BYTES = 2 * (HEADER_BYTES + aligned(FRAME_LIMITS.metaBytes) + FRAME_LIMITS.payloadBytes);

const server = net.createServer();
let socket: net.Socket | undefined;
let sentBytes = 0;
let over = false;
let replaced = false;

function say(news: SocketNews): void {
  parentPort!.postMessage(news);
}

function arrive(arrival: Arrival): void {
  port.postMessage(arrival, 'bytes' in arrival ? [arrival.bytes.buffer as ArrayBuffer] : []);
  Atomics.add(shared, Shared.arrivals, 1);
  Atomics.notify(shared, Shared.arrivals);
}

function end(how: string): void {
  if (over) return;
  over = true;
  arrive({ ended: how });
}

/** Who has connected and said nothing yet: the peer speaks first, and who only looks whether somebody waits here says nothing. */
const candidates = new Set<net.Socket>();

function consider(candidate: net.Socket): void {
  candidates.add(candidate);
  const forget = () => candidates.delete(candidate);
  candidate.on('error', forget).on('close', forget);
  candidate.once('data', (piece) => {
    candidate.off('error', forget).off('close', forget);
    take(candidate, piece);
  });
}

function take(peer: net.Socket, piece: Buffer): void {
  socket = peer;
  // Nobody else is welcome; a Unix socket's file goes with this.
  server.close();
  candidates.delete(peer);
  for (const other of candidates) other.destroy();
  peer.setNoDelay(true).setKeepAlive(true);
  peer.on('data', receive);
  peer.on('error', (error) => end(error.message));
  peer.on('close', () => {
    end('');
    leave();
  });
  say({ accepted: true });
  receive(piece);
}

function receive(piece: Buffer): void {
  if (over) return;
  sentBytes = (sentBytes + piece.length) | 0;
  const waiting = (sentBytes - Atomics.load(shared, Shared.takenBytes)) | 0;
  arrive({ bytes: new Uint8Array(piece) });
  if (waiting > MOST_WAITING_BYTES) socket!.destroy(new Error(`it sends without end: ${waiting} bytes wait`));
}

function leave(): void {
  end('');
  server.close();
  for (const candidate of candidates) candidate.destroy();
  port.close();
  parentPort!.close();
}

port.on('message', (departure: Departure) => {
  if (departure !== undefined) socket?.write(departure);
  else if (socket === undefined) leave();
  else if (socket.destroyed) end('');
  else socket.destroySoon();
});

function refuse(reason: string): void {
  say({ failed: reason });
  leave();
}

function listen(): void {
  if ('path' in address) server.listen(address.path);
  else server.listen(address.port, address.host);
}

/** The file of a socket at which nobody listens any more is in nobody's use. */
function replaceStale(path: string): void {
  if (!fs.lstatSync(path).isSocket()) throw new Error(`${path} is there and is no socket`);
  const probe = net.connect(path);
  probe.once('connect', () => {
    probe.destroy();
    refuse(`${path} is in use: another simulator waits there`);
  });
  probe.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') {
      fs.unlinkSync(path);
      listen();
    } else refuse(error.message);
  });
}

server.on('connection', consider);
server.on('listening', () => {
  const bound = server.address();
  if ('path' in address) {
    fs.chmodSync(address.path, 0o600);
    say({ listening: address.path });
  } else {
    const { port } = bound as net.AddressInfo;
    say({ listening: address.host.includes(':') ? `[${address.host}]:${port}` : `${address.host}:${port}` });
  }
});
server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE' || !('path' in address) || replaced) {
    refuse(error.message);
    return;
  }
  replaced = true;
  try {
    replaceStale(address.path);
  } catch (fault) {
    refuse((fault as Error).message);
  }
});
listen();
