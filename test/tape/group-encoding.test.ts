/** Tapes that a worker helps to encode are the same files, and its failures come out as errors. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { GroupEncoding } from '../../bridges/tape/group-encoding.js';
import { TapeWriter } from '../../bridges/tape/tape-writer.js';
import { findScript } from '../../bridges/tape/worker-script.js';
import type { ColumnSet, Columns } from '../../core/market.js';
import { sliceColumns } from '../../core/tape.js';
import { ALL_PARTS, instrumentsOf, marketRows, ORIGIN_NS } from './sample-rows.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'group-encoding-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const head = { instruments: instrumentsOf(3), originNs: ORIGIN_NS };

function written(blocks: readonly Columns[], groupsAlone: number): Buffer {
  const file = path.join(folder, 'out.parquet');
  const writer = new TapeWriter(file, head, { groupsAlone });
  for (const block of blocks) writer.append(block);
  writer.finish();
  return fs.readFileSync(file);
}

it('needs the built worker', () => {
  expect(findScript('encode-worker'), 'npm run build').toBeDefined();
});

it.each<[string, ColumnSet]>([
  ['all columns', ALL_PARTS],
  ['the least columns', {}],
])('with a worker from the first, the third or no group on, the file is the same: %s', (_name, set) => {
  const rows = marketRows(11 * 65_536 + 77, 3, set);
  const alone = written([rows], Number.POSITIVE_INFINITY);
  const blocks = Array.from({ length: Math.ceil(rows.length / 50_000) }, (_, at) =>
    sliceColumns(rows, at * 50_000, Math.min(rows.length, (at + 1) * 50_000)),
  );
  expect(written([rows], 0).equals(alone)).toBe(true);
  expect(written(blocks, 2).equals(alone)).toBe(true);
});

it('groups come out in order, whoever encoded them', () => {
  const rows = marketRows(2_000, 3, {});
  const firsts: bigint[] = [];
  const encoding = new GroupEncoding(
    head.instruments.map(({ symbol }) => symbol),
    ORIGIN_NS,
    ({ chunks }) => firsts.push(Buffer.from(chunks[0]!.least!).readBigInt64LE()),
    0,
  );
  for (let at = 0; at < 20; at++) encoding.take(sliceColumns(rows, at * 100, at * 100 + 100), {});
  encoding.finish();
  expect(firsts.length).toBe(20);
  expect([...firsts].sort((a, b) => Number(a - b))).toEqual(firsts);
});

it('what the worker cannot encode is an error here', () => {
  const rows = marketRows(100, 3, {});
  const encoding = new GroupEncoding(['A', 'B', 'C'], ORIGIN_NS, () => {}, 0);
  // The writer's own checks refuse such a time before.
  rows.exchangeNs[0] = Number.NaN;
  encoding.take(rows, {});
  expect(() => encoding.finish()).toThrow(/NaN cannot be converted to a BigInt/);
  encoding.close();
});
