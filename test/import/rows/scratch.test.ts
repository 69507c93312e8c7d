/** Scratch files: their room is free whatever happens, and what killed processes left is found. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryBytes, removeLeftovers, Scratch } from '../../../bridges/import/rows/scratch.js';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'scratch-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
let folder = '';
let target = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(root, 'case-'));
  target = path.join(folder, 'out.parquet');
});

describe('bytes', () => {
  it.each([
    ['in memory', () => new MemoryBytes(8)],
    ['on disk', () => new Scratch(target).open()],
  ])('%s come back as they were last written', (_name, open) => {
    const store = open();
    store.write(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 0);
    store.write(Uint8Array.of(9, 10, 11, 12, 13, 14, 15, 16), 8);
    store.write(Uint8Array.of(99), 10);
    const bytes = new Uint8Array(4);
    store.read(bytes, 8);
    expect([...bytes]).toEqual([9, 10, 99, 12]);
    store.read(bytes, 4);
    expect([...bytes]).toEqual([5, 6, 7, 8]);
    store.release();
  });

  it('that are not there are said to be missing', () => {
    const store = new Scratch(target).open();
    store.write(new Uint8Array(8), 0);
    expect(() => store.read(new Uint8Array(8), 4)).toThrow(/scratch file ends at byte 8: it was cut off/);
    store.release();
  });
});

describe('scratch files', () => {
  it.skipIf(process.platform === 'win32')('have no name once they are open', () => {
    const scratch = new Scratch(target);
    scratch.open().write(new Uint8Array(1000), 0);
    expect(fs.readdirSync(folder)).toEqual([]);
    scratch.close();
    scratch.close();
  });

  it('may be made by others under names that nothing has, and go with the rest', () => {
    const scratch = new Scratch(target);
    const [file, inside] = [scratch.place(), path.join(scratch.place(), 'deep', 'x')];
    fs.writeFileSync(file!, 'x');
    fs.mkdirSync(path.dirname(inside!), { recursive: true });
    fs.writeFileSync(inside!, 'x');
    expect(new Set([file, inside]).size).toBe(2);
    scratch.close();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('lie in the folder of choice, and say where none can be made', () => {
    const missing = path.join(folder, 'no', 'such');
    expect(() => new Scratch(target, missing).open()).toThrow(
      `${missing}: no scratch file can be written there: ENOENT`,
    );
  });
});

describe('what a killed process left', () => {
  // A process that has ended: its number is not given again so soon.
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const elsewhere = () => fs.mkdtempSync(path.join(root, 'elsewhere-'));

  it('is removed; what is of living processes, of other tapes or has other names stays', () => {
    const other = elsewhere();
    const gone = [
      path.join(folder, `out.parquet.tmp-${dead}-0`),
      path.join(folder, `out.parquet.scratch-${dead}-12`),
      // This process has opened none: an earlier one of the same number did.
      path.join(folder, `out.parquet.tmp-${process.pid}-0`),
      path.join(other, `out.parquet.scratch-${dead}-0`),
      path.join(folder, `out.parquet.scratch-${dead}-3`),
    ];
    const kept = [
      target,
      path.join(folder, `out.parquet.tmp-${process.ppid}-0`),
      path.join(folder, `in.parquet.tmp-${dead}-0`),
      path.join(folder, `out.parquet.tmp-${dead}`),
      path.join(folder, `out.parquet.tmp-${dead}-0.txt`),
      path.join(folder, `xout.parquet.tmp-${dead}-0`),
    ];
    // The last one is a folder, such as DuckDB's.
    fs.mkdirSync(gone.at(-1)!);
    fs.writeFileSync(path.join(gone.at(-1)!, 'x'), 'x');
    for (const file of [...gone.slice(0, -1), ...kept]) fs.writeFileSync(file, 'x');
    expect(removeLeftovers(target, other).sort()).toEqual([...gone].sort());
    expect(gone.filter((file) => fs.existsSync(file))).toEqual([]);
    expect(kept.filter((file) => !fs.existsSync(file))).toEqual([]);
  });

  it('is nothing where the folder is not there', () => {
    expect(removeLeftovers(path.join(folder, 'no', 'out.parquet'))).toEqual([]);
  });
});
