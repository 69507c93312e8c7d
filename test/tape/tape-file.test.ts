/** Tapes in files: what is written is read back to the last bit, on this thread and on a worker's. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openTape } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { allocateColumns, type Columns, codeOf, Kind, Side } from '../../core/market.js';
import { MemoryTape, sliceColumns } from '../../core/tape.js';
import { copyRows } from '../../core/tape-builder.js';
import { tapeSourceContract } from '../contracts/tape-source.contract.js';
import { ALL_PARTS, columnsArbitrary, differenceOf, instrumentsOf, marketRows, ORIGIN_NS } from './sample-rows.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tape-file-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => path.join(folder, `${files++}.parquet`);

const head = { instruments: instrumentsOf(3), originNs: ORIGIN_NS };

tapeSourceContract('MemoryTape', (columns, info) => new MemoryTape(columns, info, { blockRows: 7_919 }));
for (const worker of [false, true]) {
  tapeSourceContract(`TapeFile, worker ${worker}`, (columns, info) => {
    const file = fresh();
    writeTape(file, columns, info);
    return openTape(file, { worker });
  });
}

/** Reads a whole file with a pattern of releases: after every block, never, or some blocks late. */
function readAll(file: string, worker: boolean, lag = 0): Columns {
  const tape = openTape(file, { worker });
  const all = allocateColumns(tape.info.rows, tape.info.columns);
  const reader = tape.open(tape.info.originNs);
  const held: Columns[] = [];
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    held.push(block);
    copyRows(block, 0, block.length, all, all.length);
    all.length += block.length;
    while (held.length > lag) reader.release(held.shift()!);
  }
  reader.close();
  return all;
}

describe('a tape file', () => {
  it('gives back random rows with every extreme to the last bit', () => {
    const file = fresh();
    fc.assert(
      fc.property(columnsArbitrary, (columns) => {
        writeTape(file, columns, head);
        expect(differenceOf(readAll(file, false), columns)).toBeUndefined();
        openTape(file).verify();
      }),
      { numRuns: 150 },
    );
  });

  const FARTHEST = 2 ** 53 - 1;
  it.each([
    ['a step of 2^53', [-1, FARTHEST]],
    ['a step back of 2^53', [FARTHEST, -1]],
    ['a step of 2^53 + 1 beside one of 10', [-(2 ** 52), -(2 ** 52) + 10, 2 ** 52 + 11]],
    ['from one end to the other', [-FARTHEST, FARTHEST, -FARTHEST]],
  ])('gives back order ids with %s', (_name, ids) => {
    const columns = allocateColumns(ids.length, { orderId: true });
    columns.length = ids.length;
    columns.code.fill(codeOf(Kind.orderAdd, Side.buy));
    columns.orderId!.set(ids);
    const file = fresh();
    writeTape(file, columns, head);
    expect([...readAll(file, false).orderId!]).toEqual(ids);
  });

  it('is the same file whatever the blocks it was written from', () => {
    const columns = marketRows(140_000);
    const whole = fresh();
    const info = writeTape(whole, columns, head);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 12 }), (sizes) => {
        const file = fresh();
        const again = writeTape(file, blocksOf(columns, sizes), head);
        expect(again.hash).toBe(info.hash);
        expect(fs.readFileSync(file).equals(fs.readFileSync(whole))).toBe(true);
        fs.rmSync(file);
      }),
      { numRuns: 12 },
    );
  });

  it.each([0, 1, 2, 3, 5, 100])('reads the same with and without a worker when %i blocks are held', (lag) => {
    const columns = marketRows(400_000, 3, { value: true });
    const file = fresh();
    writeTape(file, columns, head);
    expect(differenceOf(readAll(file, false, lag), columns)).toBeUndefined();
    expect(differenceOf(readAll(file, true, lag), columns)).toBeUndefined();
    fs.rmSync(file);
  });

  it.each([
    [0, 10],
    [2, 10],
    [3, 6],
    [9, 10],
    [4, 4],
  ])('reads row groups %i to %i alone, with and without a worker', (from, to) => {
    const columns = marketRows(400_000, 3, { value: true });
    const file = fresh();
    writeTape(file, columns, head);
    for (const worker of [false, true]) {
      const tape = openTape(file, { worker });
      const { groups, groupRows } = tape.footer;
      expect(groups).toBe(10);
      const startOf = (group: number) => groupRows.slice(0, group).reduce((sum, rows) => sum + rows, 0);
      const reader = tape.openGroups(ORIGIN_NS, from, to);
      let row = startOf(from);
      for (let block = reader.next(); block !== undefined; block = reader.next()) {
        expect(block.exchangeNs.subarray(0, block.length)).toEqual(
          columns.exchangeNs.subarray(row, row + block.length),
        );
        row += block.length;
        reader.release(block);
      }
      reader.close();
      expect(row).toBe(startOf(to));
    }
    fs.rmSync(file);
  });

  it('holds quantities, times and ids at the edge of 2^53 and prices at the edge of int32', () => {
    const far = Number.MAX_SAFE_INTEGER;
    const columns = marketRows(6, 3, ALL_PARTS);
    columns.exchangeNs.set([0, 0, 0, far, far, far]);
    columns.localNs.set([0, 0, far, far, far, far]);
    columns.code.fill(0b1101_0010);
    columns.qtyLots.set([far, 0, far, 0, 1, far]);
    columns.orderId!.set([far, -far, 0, far, -far, far]);
    columns.priceTicks.set([2 ** 31 - 1, -(2 ** 31) + 1, 2 ** 31 - 1, 0, -1, -(2 ** 31) + 1]);
    columns.value!.set([Number.NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE]);
    columns.length = 6;
    const file = fresh();
    writeTape(file, columns, head);
    expect(differenceOf(readAll(file, false), columns)).toBeUndefined();
    const tape = openTape(file);
    expect(tape.metadata.localNs).toEqual([ORIGIN_NS, ORIGIN_NS + BigInt(far)]);
  });

  it('holds times before 1970 and near the end of int64', () => {
    for (const originNs of [-(2n ** 63n), -1n, 0n, 2n ** 63n - 2n ** 53n]) {
      const columns = marketRows(1000);
      const file = fresh();
      writeTape(file, columns, { ...head, originNs });
      const tape = openTape(file);
      expect(tape.info.originNs).toBe(originNs);
      expect(differenceOf(readAll(file, false), columns)).toBeUndefined();
    }
  });

  it('holds symbols of any script and any length, and 1,000 of them', () => {
    const names = ['BTC/USDT:USDT', '日経225', 'ÖMV', '🚀', ' ', 'o\'b"r', 'x'.repeat(3000), '\u00e9', 'e\u0301'];
    const symbols = [...names, ...Array.from({ length: 1000 - names.length }, (_, i) => `S${i}`)];
    const instruments = symbols.map((symbol) => ({ symbol, tick: '0.00000001', lot: '1' }));
    const columns = marketRows(5000, 1000);
    const file = fresh();
    writeTape(file, columns, { ...head, instruments });
    expect(openTape(file).info.instruments).toEqual(instruments);
    expect(differenceOf(readAll(file, false), columns)).toBeUndefined();
  });

  it.each([1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 255, 256, 257, 300])('holds %i instruments in turn', (count) => {
    const columns = marketRows(3000, 3);
    for (let row = 0; row < columns.length; row++) columns.instrument[row] = row % count;
    const file = fresh();
    writeTape(file, columns, { ...head, instruments: instrumentsOf(count) });
    expect(differenceOf(readAll(file, false), columns)).toBeUndefined();
  });

  it.each([1, 2, 7, 8, 9, 31, 32, 33, 127, 128, 129, 130, 65_535, 65_536, 65_537])('holds %i rows', (rows) => {
    const columns = sliceColumns(marketRows(rows + 10, 3, ALL_PARTS), 0, rows);
    const file = fresh();
    writeTape(file, columns, head);
    expect(differenceOf(readAll(file, false), columns)).toBeUndefined();
  });

  it('carries a hash that covers rows, metadata and corrections', () => {
    const columns = marketRows(100);
    const other = marketRows(100);
    other.priceTicks[50]!++;
    const corrections = [{ name: 'crossed-book', count: 1, note: 'one' }];
    const hashes = [
      writeTape(fresh(), columns, head).hash,
      writeTape(fresh(), other, head).hash,
      writeTape(fresh(), columns, { ...head, corrections }).hash,
      writeTape(fresh(), columns, { ...head, provenance: { file: 'b' } }).hash,
    ];
    expect(new Set(hashes).size).toBe(4);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(writeTape(fresh(), columns, head).hash, 'the same twice').toBe(hashes[0]);
  });
});

/** The rows in blocks of these sizes in turn; one buffer for all, as a streaming importer would have it. */
function* blocksOf(columns: Columns, sizes: readonly number[]): Generator<Columns> {
  const buffer = allocateColumns(90_000);
  for (let row = 0, turn = 0; row < columns.length; turn++) {
    const size = turn > 40 ? 90_000 : sizes[turn % sizes.length]!;
    const to = Math.min(columns.length, row + size);
    copyRows(columns, row, to, buffer, 0);
    buffer.length = to - row;
    yield buffer;
    buffer.priceTicks.fill(0);
    row = to;
  }
}
