/** Columns give back exactly what was put in, packed or not: against a plain array. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CellType, Column } from '../../analytics/column.js';
import { packChunk } from '../../analytics/packed-chunk.js';
import { RandomSource } from '../../core/random.js';

const CHUNK = 16_384;

/** What columns hold: each kind of number fills some chunks, so that every form of packing comes up. */
const KINDS: readonly ((draw: () => number, row: number) => number)[] = [
  () => 7,
  () => Number.NaN,
  () => -0,
  (draw) => (draw() < 0.01 ? Number.NaN : Math.floor(200 * draw()) - 100),
  (draw) => (draw() < 0.5 ? -0 : Math.floor(200 * draw())),
  (draw) => 1e9 + Math.floor(60_000 * draw()) / 2,
  (draw) => Math.floor(4e9 * draw()) - 2e9,
  (draw) => Math.floor(2e9 * draw()),
  (draw, row) => row + 2 ** 52 + (draw() < 0.001 ? 0.5 : 0),
  (draw) => (draw() < 0.001 ? Infinity : 3),
  (draw) => draw(),
  // Just as many steps as a byte has, as two have, and one more.
  (draw) => Math.floor(255 * draw()),
  (draw) => Math.floor(256 * draw()),
  (draw) => Math.floor(65_535 * draw()) / 2,
  (draw) => Math.floor(65_536 * draw()) / 2,
];

function differences(column: Column, expected: ArrayLike<number>, rows: Iterable<number>): number[] {
  return [...rows].filter((row) => !Object.is(column.at(row), expected[row]));
}

describe('a column', () => {
  test('gives back what was appended, whatever numbers it packs', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.nat(KINDS.length - 1), { minLength: 6, maxLength: 12 }),
        fc.integer({ min: 1, max: CHUNK }),
        (seed, kinds, more) => {
          const stream = new RandomSource(seed).stream('cells');
          const draw = () => stream.uniform();
          const rows = (kinds.length - 1) * CHUNK + more;
          const expected = Float64Array.from({ length: rows }, (_, row) =>
            KINDS[kinds[Math.floor(row / CHUNK)]!]!(draw, row),
          );
          const column = new Column(Float64Array);
          const apart = new Float64Array(3 * rows);
          for (let row = 0; row < rows; row++) apart[3 * row + 1] = expected[row]!;
          const pushed = Math.floor(rows * draw());
          for (let row = 0; row < pushed; row++) column.push(expected[row]!);
          column.append(apart, 3 * pushed + 1, 3, rows - pushed);
          expect(column.length).toBe(rows);
          expect(differences(column, expected, expected.keys()), 'row after row').toEqual([]);
          const here = Array.from({ length: 2000 }, () => Math.floor(rows * draw()));
          expect(differences(column, expected, here), 'here and there').toEqual([]);
          // Written anew, read at once and afterwards: no stale number is seen.
          for (const row of here.slice(0, 50)) {
            column.set(row, row / 3);
            expected[row] = row / 3;
            expect(column.at(row)).toBe(row / 3);
          }
          expect(differences(column, expected, expected.keys()), 'after writing anew').toEqual([]);
          // Cut into a packed chunk, and grown again.
          const kept = Math.floor(rows * draw());
          column.truncate(kept);
          for (let row = kept; row < rows; row++) {
            column.push(-row);
            expected[row] = -row;
          }
          expect([...column.slice()], 'cut and grown again').toEqual([...expected]);
        },
      ),
      { numRuns: 12 },
    );
  });

  test.each<[string, CellType, number]>([
    ['whole numbers', Int32Array, -5],
    ['codes', Uint8Array, 0],
  ])('of %s keeps the type of its cells', (_, type, least) => {
    const column = new Column(type);
    for (let row = 0; row < 8 * CHUNK; row++) column.push(row < 3 * CHUNK ? least : least + (row % 100));
    for (let row = 0; row < 8 * CHUNK; row++) {
      if (column.at(row) !== (row < 3 * CHUNK ? least : least + (row % 100))) throw new Error(`row ${row}`);
    }
    column.set(0, 200);
    expect([column.at(0), column.at(1)]).toEqual([200, least]);
  });

  test('may be read while it grows over the memory of what was read before', () => {
    const column = new Column(Float64Array);
    for (let row = 0; row < 12 * CHUNK; row++) {
      column.push(row % 1000);
      // The chunk that is packed next is the one that is being looked at.
      const back = Math.max(0, row - 4 * CHUNK);
      if (column.at(back) !== back % 1000) throw new Error(`row ${back} of ${row}`);
    }
  });
});

describe('a packed chunk', () => {
  test.each<[string, number[], number | undefined]>([
    ['equal numbers', [0.1, 0.1, 0.1], 0],
    ['nothing but −0', [-0, -0, -0], 0],
    ['small steps', [1e12, 1e12 + 254, Number.NaN], 1],
    ['one step more, as 255 stands for none', [1e12, 1e12 + 255, 1], undefined],
    ['255 steps', [1e12, 1e12 + 255, 1e12], 2],
    ['half steps', [0.5, 127, 64], 1],
    ['65,535 steps', [0, 65_535, 1], 4],
    ['fractions', [0.1, 0.2, 0.3], undefined],
    ['0 and −0', [0, -0, 0], undefined],
  ])('of %s takes the bytes it should', (_, values, bytes) => {
    const packed = packChunk(Float64Array.from(values));
    expect(packed === undefined ? undefined : (packed.cells?.BYTES_PER_ELEMENT ?? 0)).toBe(bytes);
  });
});
