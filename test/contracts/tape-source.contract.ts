/**
 * What every TapeSource must do, as a suite: called once by each implementation's test.
 * Knows nothing of files. Contract: core/tape.ts.
 */
import { describe, expect, it } from 'vitest';
import { allocateColumns, type Columns } from '../../core/market.js';
import { type BlockReader, countKinds, sliceColumns, type TapeInfo, type TapeSource } from '../../core/tape.js';
import { COLUMN_NAMES, copyRows } from '../../core/tape-builder.js';
import { ALL_PARTS, differenceOf, instrumentsOf, marketRows, ORIGIN_NS } from '../tape/sample-rows.js';

export type TapeMaker = (
  columns: Columns,
  head: Pick<TapeInfo, 'instruments' | 'originNs' | 'provenance' | 'corrections'>,
) => TapeSource;

const HEAD = {
  instruments: instrumentsOf(3),
  originNs: ORIGIN_NS,
  provenance: { importer: 'contract test', file: 'a.csv' },
  corrections: [{ name: 'reordered-rows', count: 3, note: 'three rows moved by at most 5 ns' }],
};

/**
 * `make` gives a source over these rows; its blocks must be smaller than 100,000 rows, so that there are many. A source
 * that changes rows on purpose says what they become (times from `ORIGIN_NS`) and what it adds to the provenance.
 */
export function tapeSourceContract(
  name: string,
  make: TapeMaker,
  becomes: (given: Columns) => Columns = (given) => given,
  adds: TapeInfo['provenance'] = {},
): void {
  describe(`${name} keeps the contract of a tape source`, () => {
    const given = marketRows(450_000, 3, ALL_PARTS);
    const source = make(given, HEAD);
    const columns = becomes(given);

    it('says what it holds', () => {
      const { info } = source;
      expect(info.rows).toBe(columns.length);
      expect(info.originNs).toBe(ORIGIN_NS);
      expect(info.columns).toEqual(ALL_PARTS);
      expect(info.instruments).toEqual(HEAD.instruments);
      expect(info.provenance).toEqual({ ...HEAD.provenance, ...adds });
      expect(info.corrections).toEqual(HEAD.corrections);
      expect(info.counts).toEqual(countKinds(columns, 3));
    });

    it('gives every row once, in order, in blocks that are never empty', () => {
      const blocks: number[] = [];
      const rows = gather(source.open(ORIGIN_NS), columns, (block) => blocks.push(block.length));
      expect(differenceOf(rows, columns)).toBeUndefined();
      expect(Math.min(...blocks)).toBeGreaterThan(0);
      expect(blocks.length, 'the suite needs many blocks').toBeGreaterThan(6);
    });

    it('starts anew with each open, also while another pass is under way', () => {
      const first = source.open(ORIGIN_NS);
      const begun = first.next()!;
      const kept = copyOf(begun);
      const second = gather(source.open(ORIGIN_NS), columns);
      expect(differenceOf(second, columns)).toBeUndefined();
      expect(differenceOf(begun, kept), 'the other pass wrote into our block').toBeUndefined();
      const rest = gather(first, columns, () => {}, begun);
      expect(differenceOf(rest, columns)).toBeUndefined();
    });

    it.each([0n, 1n, -1n, 86_400_000_000_000n, 2n ** 53n])('counts times from an origin %s ns earlier', (earlier) => {
      const found = gather(source.open(ORIGIN_NS - earlier), columns);
      const shift = Number(earlier);
      const expected = {
        ...columns,
        exchangeNs: columns.exchangeNs.map((time) => time + shift),
        localNs: columns.localNs.map((time) => time + shift),
      };
      expect(differenceOf(found, expected)).toBeUndefined();
    });

    it('never writes into a block that is still held', () => {
      const reader = source.open(ORIGIN_NS);
      const held: Columns[] = [];
      for (let block = reader.next(); block !== undefined; block = reader.next()) held.push(block);
      let row = 0;
      for (const block of held) {
        const part = sliceColumns(columns, row, row + block.length);
        expect(differenceOf(block, part), `block from row ${row}`).toBeUndefined();
        row += block.length;
      }
      reader.close();
    });

    it('bears blocks released late, twice, in any order, or from elsewhere', () => {
      const reader = source.open(ORIGIN_NS);
      const held: Columns[] = [];
      const found = allocateColumns(columns.length, ALL_PARTS);
      for (let block = reader.next(); block !== undefined; block = reader.next()) {
        held.push(block);
        copyRows(block, 0, block.length, found, found.length);
        found.length += block.length;
        if (held.length === 2) {
          const newest = held.pop()!;
          reader.release(newest);
          reader.release(newest);
          reader.release(allocateColumns(1));
        }
      }
      expect(differenceOf(found, columns)).toBeUndefined();
      reader.close();
    });

    it('gives a block out once that was released twice', () => {
      const reader = source.open(ORIGIN_NS);
      const first = reader.next()!;
      let row = first.length;
      reader.release(first);
      reader.release(first);
      const held: Columns[] = [];
      for (let block = reader.next(); block !== undefined; block = reader.next()) held.push(block);
      for (const block of held) {
        const part = sliceColumns(columns, row, row + block.length);
        expect(differenceOf(block, part), `block from row ${row}`).toBeUndefined();
        row += block.length;
      }
      reader.close();
    });

    it('stays at the end, and bears being closed early and twice', () => {
      const reader = source.open(ORIGIN_NS);
      gather(reader, columns);
      expect(reader.next()).toBeUndefined();
      expect(reader.next()).toBeUndefined();
      reader.close();
      reader.close();
      const early = source.open(ORIGIN_NS);
      early.next();
      early.close();
      early.close();
      expect(early.next()).toBeUndefined();
    });

    it('holds a tape without rows', () => {
      const empty = make(allocateColumns(0), HEAD);
      expect(empty.info.rows).toBe(0);
      const reader = empty.open(ORIGIN_NS);
      expect(reader.next()).toBeUndefined();
      reader.close();
    });
  });
}

/** All rows of a pass in one set of columns; `begun` is a block that was taken from it before. */
function gather(
  reader: BlockReader,
  like: Columns,
  seen: (block: Columns) => void = () => {},
  begun?: Columns,
): Columns {
  const all = allocateColumns(like.length, {
    orderId: like.orderId !== undefined,
    bars: like.openTicks !== undefined,
    value: like.value !== undefined,
  });
  for (let block = begun ?? reader.next(); block !== undefined; block = reader.next()) {
    seen(block);
    if (all.length + block.length > like.length) throw new Error('more rows than were written');
    copyRows(block, 0, block.length, all, all.length);
    all.length += block.length;
    reader.release(block);
  }
  reader.close();
  return all;
}

function copyOf(columns: Columns): Columns {
  const copies = COLUMN_NAMES.map((name) => [name, columns[name]?.slice()]);
  return { ...columns, ...Object.fromEntries(copies) };
}
