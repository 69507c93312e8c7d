/** What no engine may see is refused when a tape is made, with the row's number. */
import { describe, expect, it } from 'vitest';
import { allocateColumns, type Columns, codeOf, Kind, MemoryTape, Side } from '../../core/index.js';

/** Three good rows, the second changed. */
function columnsWith(change: (columns: Columns) => void): Columns {
  const columns = allocateColumns(3);
  for (let row = 0; row < 3; row++) {
    columns.exchangeNs[row] = 10 * row;
    columns.localNs[row] = 10 * row + 5;
    columns.code[row] = codeOf(Kind.depth, Side.buy);
    columns.priceTicks[row] = 100;
    columns.qtyLots[row] = 1;
  }
  columns.length = 3;
  change(columns);
  return columns;
}

const make = (change: (columns: Columns) => void) =>
  new MemoryTape(columnsWith(change), {
    instruments: [{ symbol: 'X', tick: '0.1', lot: '0.01' }],
    originNs: 0n,
    provenance: {},
    corrections: [],
  });

describe('a tape in memory', () => {
  it('is made of good rows', () => {
    expect(make(() => {}).info).toMatchObject({ rows: 3, counts: [[0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]] });
  });

  it.each<[name: string, change: (columns: Columns) => void, fault: string]>([
    ['seen before it happened', (c) => (c.localNs[1] = 9), 'local time 9 lies before exchange time 10'],
    ['no time', (c) => (c.exchangeNs[1] = Number.NaN), 'local time 15 lies before exchange time NaN'],
    ['exchange times falling', (c) => (c.exchangeNs[1] = -1), 'exchange time -1 is before the previous row'],
    ['local times falling', (c) => (c.exchangeNs[1] = c.localNs[1] = 3), 'local time 3 is before the previous row'],
    ['half a nanosecond', (c) => (c.localNs[1] = 15.5), 'time 10 or 15.5 is not a whole number of nanoseconds'],
    ['half a nanosecond', (c) => (c.exchangeNs[1] = 10.5), 'time 10.5 or 15 is not a whole number of nanoseconds'],
    ['a negative quantity', (c) => (c.qtyLots[1] = -1), 'quantity -1 is not a whole number of lots'],
    ['half a lot', (c) => (c.qtyLots[1] = 0.5), 'quantity 0.5 is not a whole number of lots'],
    ['no quantity', (c) => (c.qtyLots[1] = Number.NaN), 'quantity NaN is not a whole number of lots'],
    ['another instrument', (c) => (c.instrument[1] = 1), 'instrument 1 is not in the list of 1'],
    ['kind 0', (c) => (c.code[1] = c.code[1]! & 0xf0), 'kind 0 is unknown'],
    ['kind 0', (c) => (c.code[1] = c.code[1]! & 0xf0), 'kind 0 is unknown'],
    ['side 3', (c) => (c.code[1] = c.code[1]! | 0x30), 'side 3 is unknown'],
  ])('refuses %s', (_name, change, fault) => {
    expect(() => make(change)).toThrow(`tape in memory row 1: ${fault}`);
  });

  it('refuses a time that never comes', () => {
    expect(() => make((c) => c.localNs.fill(Number.POSITIVE_INFINITY, 2))).toThrow(
      'tape in memory row 2: time 20 or Infinity is not a whole number',
    );
  });

  it('refuses instruments that make no sense', () => {
    for (const [field, value] of [
      ['tick', '0'],
      ['tick', '-0.1'],
      ['lot', 'x'],
      ['symbol', ''],
    ] as const) {
      const spec = { symbol: 'X', tick: '0.1', lot: '0.01', [field]: value };
      const info = { instruments: [spec], originNs: 0n, provenance: {}, corrections: [] };
      expect(
        () =>
          new MemoryTape(
            columnsWith(() => {}),
            info,
          ),
      ).toThrow(RangeError);
    }
  });
});
