/** What a second thread reads, unpacks and hashes is what this one would, errors and their places included. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { type InputFact, readPieces } from '../../bridges/import/input-file.js';
import { readAhead } from '../../bridges/import/read-ahead.js';
import { findScript } from '../../bridges/tape/worker-script.js';
import { RandomSource } from '../../core/random.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'read-ahead-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

it('needs the built worker', () => {
  expect(findScript('read-worker'), 'npm run build').toBeDefined();
});

/** More than the 8 MB that the ring holds, in parts that pack well and parts that do not. */
const random = new RandomSource(1).stream('bytes');
const BYTES = Buffer.from(
  Uint8Array.from({ length: 12_000_001 }, (_, at) =>
    at % 9_000 < 3_000 ? Math.floor(random.uniform() * 256) : at & 7,
  ),
);

function write(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
}

interface Reading {
  /** Their number and hash. */
  readonly bytes: string;
  readonly fact: InputFact | string;
  readonly read: number;
}

const sumOf = (bytes: Buffer) => `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;

/** All that came, and how it ended. */
async function reading(file: string, ahead: boolean): Promise<Reading> {
  const parts: Buffer[] = [];
  let read = 0;
  let bytes = 0;
  const fact = await readPieces(file, {
    ...{ ahead, unit: 'this line', place: () => `${file}: byte ${bytes}` },
    take: (part) => {
      // Slow to begin with, so that the other thread fills the ring and has to wait.
      if (bytes === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      parts.push(Buffer.from(part));
      bytes += part.length;
    },
    onBytes: (so) => {
      read = so;
    },
  }).catch((error: Error) => `${error.name}: ${error.message}`);
  return { bytes: sumOf(Buffer.concat(parts)), fact, read };
}

const packed: [string, Buffer][] = [
  ['plain', BYTES],
  ['gzip', gzipSync(BYTES)],
  ['two of gzip', Buffer.concat([gzipSync(BYTES.subarray(0, 100)), gzipSync(BYTES.subarray(100))])],
];
const zstd = spawnSync('zstd', ['-q', '-c', write('to-pack', BYTES)], { maxBuffer: 2 ** 26 });
if (zstd.status === 0) packed.push(['zstd', zstd.stdout]);

it.each(packed)('%s: the same bytes and the same hash', async (name, bytes) => {
  const file = write(name, bytes);
  const there = await reading(file, true);
  expect(there.bytes).toBe(sumOf(BYTES));
  expect(there).toEqual(await reading(file, false));
  expect(there.read).toBe(bytes.length);
});

it.each(packed.slice(1))('%s: cut off and damaged, in the same words at the same place', async (name, bytes) => {
  const middle = bytes.length >> 1;
  const spoiled = Buffer.from(bytes);
  spoiled.fill(0xa5, middle, middle + 64);
  for (const file of [write('cut', bytes.subarray(0, middle)), write('spoiled', spoiled)]) {
    const there = await reading(file, true);
    expect(there, name).toEqual(await reading(file, false));
    expect(there.fact).toMatch(
      /^ImportError: .*: byte \d+: the (gzip|zstd) data (ends in the middle of this line|is damaged)/,
    );
  }
});

it('what is refused of a piece ends the reading, there too', async () => {
  const file = write('plain', BYTES);
  let pieces = 0;
  const refused = readPieces(file, {
    ...{ ahead: true, unit: 'that', place: () => '' },
    take: () => {
      if (++pieces === 3) throw new RangeError('enough of this');
    },
  });
  await expect(refused).rejects.toThrow('enough of this');
  expect(pieces).toBe(3);
});

it('a file that goes while it is read is an error, no endless wait', async () => {
  const file = write('gone', BYTES);
  // It is looked at here first, then opened there.
  const found = reading(file, true);
  fs.rmSync(file);
  expect((await found).fact).toMatch(/there is no such file/);
});

it.each([
  ['throws', "throw new Error('out of memory')", 'the thread that read it ended: out of memory'],
  ['exits', 'process.exit(3)', 'the thread that read it ended: exit code 3'],
])('a thread that %s in the middle is an error, no endless wait', async (name, script, failure) => {
  const file = write(`${name}.mjs`, Buffer.from(script));
  const outcome = await readAhead(pathToFileURL(file), 'a.csv', { unit: 'this line', take() {}, onBytes() {} });
  expect(outcome).toEqual({ failure, refused: false });
});
