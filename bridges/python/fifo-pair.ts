/**
 * Two blocking pipes between this process and one that it starts, from public parts of Node alone.
 * Knows nothing of frames or of the process. Called by the pipe channel.
 *
 * Node's own pipes to children are sockets that do not block, so `readSync` on them fails. A named pipe does block. It is opened
 * for reading and writing first, which never waits, then once for each end, and loses its name at once: nothing can be left over.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeError } from './bridge-error.js';

/** File descriptors; all close on exec, who opened them closes them. */
export interface FifoPair {
  readonly ourRead: number;
  readonly ourWrite: number;
  readonly theirRead: number;
  readonly theirWrite: number;
}

/** Throws {@link BridgeError} START where there are no named pipes or no descriptors left. */
export function openFifoPair(): FifoPair {
  const opened: number[] = [];
  let folder: string | undefined;
  const open = (path: string, flags: number): number => {
    const fd = fs.openSync(path, flags);
    opened.push(fd);
    return fd;
  };
  try {
    folder = fs.mkdtempSync(join(tmpdir(), 'tickwright-pipes-'));
    const paths = [join(folder, 'to'), join(folder, 'from')] as const;
    const made = spawnSync('mkfifo', ['-m', '600', ...paths], { stdio: ['ignore', 'ignore', 'pipe'] });
    if (made.error !== undefined) throw made.error;
    if (made.status !== 0) throw new Error(`mkfifo: ${made.stderr.toString().trim()}`);
    const { O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;
    const anchors = paths.map((path) => open(path, O_RDWR));
    const pair: FifoPair = {
      ourRead: open(paths[1], O_RDONLY),
      ourWrite: open(paths[0], O_WRONLY),
      theirRead: open(paths[0], O_RDONLY),
      theirWrite: open(paths[1], O_WRONLY),
    };
    for (const fd of anchors) fs.closeSync(fd);
    return pair;
  } catch (error) {
    for (const fd of opened) fs.closeSync(fd);
    throw new BridgeError('START', `no pipes to a Python process can be made: ${(error as Error).message}`);
  } finally {
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  }
}
