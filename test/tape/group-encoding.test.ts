/** Tapes that a worker helps to encode are the same files, and its failures come out as errors. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { GroupEncoding } from '../../bridges/tape/group-encoding.js';
import type { RowGroup } from '../../bridges/tape/row-group-encode.js';
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

/** What comes out of so many groups of 100 rows; and how many of them the worker had. */
function encoded(set: ColumnSet, groups: number, groupsAlone: number) {
  const rows = marketRows(groups * 100, 3, set);
  const out: [group: string, bytes: Buffer][] = [];
  const symbols = head.instruments.map(({ symbol }) => symbol);
  const onGroup = (group: RowGroup, bytes: Uint8Array) => out.push([plainText(group), Buffer.from(bytes)]);
  const encoding = new GroupEncoding(symbols, ORIGIN_NS, onGroup, groupsAlone);
  for (let at = 0; at < groups; at++) {
    encoding.take(sliceColumns(rows, at * 100, at * 100 + 100), set);
    if (at === groupsAlone) pause(3_000);
  }
  encoding.finish();
  return { out, helped: encoding.helped };
}

/** Bytes of statistics come back from the worker as another kind of array. */
function plainText(group: RowGroup): string {
  return JSON.stringify(group, (_key, value) =>
    value?.type === 'Buffer' ? value.data : value instanceof Uint8Array ? [...value] : value,
  );
}

/** Gives other threads their time. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

it.each<[string, ColumnSet]>([
  ['all columns', ALL_PARTS],
  ['the least columns', {}],
])('groups come out the same and in order, whoever encodes them: %s', (_name, set) => {
  const alone = encoded(set, 30, Number.POSITIVE_INFINITY);
  const together = encoded(set, 30, 3);
  expect(alone.helped).toBe(0);
  expect(together.helped, 'groups that the worker had').toBeGreaterThan(0);
  expect(together.out).toEqual(alone.out);
});

it('a tape is the same file with a worker and without', () => {
  const rows = marketRows(5 * 65_536 + 77, 3, ALL_PARTS);
  const alone = written([rows], Number.POSITIVE_INFINITY);
  const blocks = Array.from({ length: Math.ceil(rows.length / 50_000) }, (_, at) =>
    sliceColumns(rows, at * 50_000, Math.min(rows.length, (at + 1) * 50_000)),
  );
  expect(written(blocks, 0).equals(alone)).toBe(true);
});

it('what the worker cannot encode is an error here', () => {
  const rows = marketRows(200, 3, {});
  const encoding = new GroupEncoding(['A', 'B', 'C'], ORIGIN_NS, () => {}, 0);
  encoding.take(sliceColumns(rows, 0, 100), {});
  pause(3_000);
  // The writer's own checks refuse such a time before.
  rows.exchangeNs[100] = Number.NaN;
  encoding.take(sliceColumns(rows, 100, 200), {});
  expect(encoding.helped).toBe(1);
  expect(() => encoding.finish()).toThrow(/NaN cannot be converted to a BigInt/);
  encoding.close();
});
