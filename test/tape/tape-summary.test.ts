/** The summary of a tape says what the rows say, without reading them. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { tapeSummary } from '../../bridges/tape/tape-summary.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { allocateColumns, codeOf, Kind, Side } from '../../core/market.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tape-summary-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const file = path.join(folder, 'tape.parquet');
const instruments = [
  { symbol: 'BTCUSDT', tick: '0.1', lot: '0.001' },
  { symbol: 'ETHUSDT', tick: '0.01', lot: '0.0001' },
];
const originNs = 1_723_161_256_298_000_000n;

it('counts, times, sizes and corrections are those of the tape, and JSON holds them', () => {
  const columns = allocateColumns(4);
  columns.exchangeNs.set([0, 100, 200, 1_999_000_000]);
  columns.localNs.set([50, 150, 250, 2_000_000_000]);
  columns.code.set([codeOf(Kind.depth, Side.buy), codeOf(Kind.trade, Side.sell), codeOf(Kind.depth, Side.sell)]);
  columns.code[3] = codeOf(Kind.depth, Side.buy);
  columns.instrument.set([0, 0, 1, 0]);
  columns.length = 4;
  const corrections = [{ name: 'negative-latency', count: 4, note: 'all local times moved by 1272156851 ns' }];
  const provenance = { importer: 'binance-capture', files: 'a.gz' };
  const { hash } = writeTape(file, columns, { instruments, originNs, corrections, provenance });

  const summary = tapeSummary(file);
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  expect(summary).toMatchObject({
    file,
    formatVersion: 1,
    hash,
    rows: 4,
    rowGroups: 1,
    fileBytes: fs.statSync(file).size,
    bytesPerRow: fs.statSync(file).size / 4,
    kinds: { trade: 1, depth: 3 },
    rowsPerSecond: 2,
    corrections,
    provenance,
    exchangeTime: {
      first: '2024-08-08T23:54:16.298000000Z',
      firstNs: '1723161256298000000',
      last: '2024-08-08T23:54:18.297000000Z',
      lastNs: '1723161258297000000',
    },
    localTime: { firstNs: '1723161256298000050', lastNs: '1723161258298000000' },
  });
  expect(summary.instruments).toEqual([
    { ...instruments[0], rows: 3, kinds: { trade: 1, depth: 2 } },
    { ...instruments[1], rows: 1, kinds: { depth: 1 } },
  ]);
  expect(summary.columns.map(({ name, type, encoding }) => `${name} ${type} ${encoding}`)).toEqual([
    'exchange_ns TIMESTAMP(NANOS) DELTA_BINARY_PACKED',
    'local_ns TIMESTAMP(NANOS) DELTA_BINARY_PACKED',
    'kind STRING RLE_DICTIONARY',
    'side STRING RLE_DICTIONARY',
    'seen STRING RLE_DICTIONARY',
    'flags UINT8 RLE_DICTIONARY',
    'instrument STRING RLE_DICTIONARY',
    'price_ticks INT32 DELTA_BINARY_PACKED',
    'qty_lots INT64 DELTA_BINARY_PACKED',
  ]);
});

it('a tape without rows has no times and no rate', () => {
  writeTape(file, allocateColumns(0), { instruments, originNs });
  expect(tapeSummary(file)).toMatchObject({ rows: 0, rowGroups: 0, bytesPerRow: 0, kinds: {} });
  expect(tapeSummary(file).exchangeTime).toBeUndefined();
  expect(tapeSummary(file).rowsPerSecond).toBeUndefined();
});

it('what is no tape is refused as when it is opened', () => {
  expect(() => tapeSummary(path.join(folder, 'none.parquet'))).toThrow(/there is no such file/);
});
