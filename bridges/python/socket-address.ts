/**
 * Where a strategy that runs elsewhere finds us: the path of a Unix socket, or a port on the loopback interface.
 * Knows nothing of channels. Called by the socket channel.
 */
import { BridgeError } from './bridge-error.js';

export type SocketAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** sun_path of sockaddr_un, less its end mark: 108 bytes on Linux, 104 on macOS. */
const LONGEST_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * `host:port` with a loopback host (port 0: any free one), or a path; text with a `/` is a path. Throws {@link BridgeError} START
 * for what is neither, and for hosts that others could reach: what comes in there trades.
 */
export function parseSocketAddress(text: string): SocketAddress {
  const colon = text.lastIndexOf(':');
  if (text === '') throw new BridgeError('START', 'attach: an empty address; give a path or 127.0.0.1:PORT');
  if (text.includes('/') || colon < 0) {
    if (process.platform === 'win32') throw new BridgeError('START', `attach: ${text}: give 127.0.0.1:PORT on Windows`);
    const bytes = Buffer.byteLength(text);
    if (bytes <= LONGEST_PATH_BYTES) return { path: text };
    throw new BridgeError(
      'START',
      `attach: ${text}: has ${bytes} bytes, a socket's path at most ${LONGEST_PATH_BYTES}`,
    );
  }
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const port = text.slice(colon + 1);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new BridgeError('START', `attach: ${text}: ${JSON.stringify(port)} is no port from 0 to 65535`);
  }
  if (!isLoopback(host)) {
    throw new BridgeError(
      'START',
      `attach: ${text}: ${JSON.stringify(host)} is not this machine's own; give 127.0.0.1:${port}`,
    );
  }
  return { host: host === 'localhost' ? '127.0.0.1' : host, port: Number(port) };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){3}$/.test(host);
}
