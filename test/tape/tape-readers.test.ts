/** Other programs open a tape as it is: DuckDB, and pandas, pyarrow and Polars where they are installed. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { KIND_NAMES, SIDE_NAMES } from '../../core/market.js';
import { ALL_PARTS, instrumentsOf, marketRows, ORIGIN_NS } from './sample-rows.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tape-readers-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const file = path.join(folder, 'tape.parquet');
const instruments = instrumentsOf(300).map((spec, i) => (i === 7 ? { ...spec, symbol: '日経 225' } : spec));
const columns = marketRows(70_000, 300, ALL_PARTS);
// One row group with differences too far apart for deltas, so that PLAIN numbers are read by others too.
columns.qtyLots.set([Number.MAX_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER], 66_000);
columns.priceTicks.set([2 ** 31 - 1, -(2 ** 31) + 1, 2 ** 31 - 1], 200);
writeTape(file, columns, { instruments, originNs: ORIGIN_NS });

const SEEN_NAMES = ['', 'exchange', 'local', 'both'];

/** Row `row` as others must see it: whole numbers as bigint, names as text. */
function expectedRow(row: number) {
  const code = columns.code[row]!;
  return [
    ORIGIN_NS + BigInt(columns.exchangeNs[row]!),
    ORIGIN_NS + BigInt(columns.localNs[row]!),
    KIND_NAMES[code & 15]!,
    SIDE_NAMES[(code >> 4) & 3]!,
    SEEN_NAMES[code >> 6]!,
    columns.flags[row]!,
    instruments[columns.instrument[row]!]!.symbol,
    columns.priceTicks[row]!,
    BigInt(columns.qtyLots[row]!),
    BigInt(columns.orderId![row]!),
    columns.openTicks![row]!,
    columns.highTicks![row]!,
    columns.lowTicks![row]!,
    columns.value![row]!,
  ];
}

describe('DuckDB', () => {
  it('reads every row with its types, times exact to the nanosecond', async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const types = await connection.runAndReadAll(`describe select * from '${file}'`);
    expect(types.getRows().map(([name, type]) => `${name} ${type}`)).toEqual([
      'exchange_ns TIMESTAMP_NS',
      'local_ns TIMESTAMP_NS',
      'kind VARCHAR',
      'side VARCHAR',
      'seen VARCHAR',
      'flags UTINYINT',
      'instrument VARCHAR',
      'price_ticks INTEGER',
      'qty_lots BIGINT',
      'order_id BIGINT',
      'open_ticks INTEGER',
      'high_ticks INTEGER',
      'low_ticks INTEGER',
      'value DOUBLE',
    ]);
    const read = await connection.runAndReadAll(
      `select * replace (epoch_ns(exchange_ns) as exchange_ns, epoch_ns(local_ns) as local_ns) from '${file}'`,
    );
    const rows = read.getRows();
    expect(rows.length).toBe(columns.length);
    rows.forEach((row, at) => {
      const expected = expectedRow(at);
      for (let column = 0; column < expected.length; column++) {
        if (row[column] !== expected[column]) expect(row, `row ${at}`).toEqual(expected);
      }
    });
    connection.closeSync();
  });

  it('finds the rows of a time range by the statistics', async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const from = ORIGIN_NS + BigInt(columns.exchangeNs[68_000]!);
    const read = await connection.runAndReadAll(
      `select count(*) from '${file}' where exchange_ns >= make_timestamp_ns(${from}) and instrument = '日経 225'`,
    );
    let count = 0n;
    for (let row = 0; row < columns.length; row++) {
      if (columns.instrument[row] === 7 && columns.exchangeNs[row]! >= columns.exchangeNs[68_000]!) count++;
    }
    expect(read.getRows()).toEqual([[count]]);
    connection.closeSync();
  });
});

describe('hyparquet', () => {
  it('reads the same rows and our metadata', async () => {
    const bytes = fs.readFileSync(file);
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const keys = parquetMetadata(buffer).key_value_metadata?.map(({ key }) => key);
    expect(keys).toEqual(['tickwright', 'tickwright.sha256', 'tickwright.crc32']);
    const rows = await parquetReadObjects({ file: buffer, rowStart: 65_500, rowEnd: 66_500 });
    rows.forEach((row, at) => {
      const expected = expectedRow(65_500 + at);
      expect([row.kind, row.side, row.seen, row.flags, row.instrument], `row ${at}`).toEqual(expected.slice(2, 7));
      expect([row.price_ticks, row.qty_lots, row.order_id], `row ${at}`).toEqual(expected.slice(7, 10));
    });
  });
});

describe('the statistics of each row group', () => {
  it('are the smallest and largest values of its rows', () => {
    const bytes = fs.readFileSync(file);
    const { row_groups } = parquetMetadata(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    );
    let from = 0;
    for (const group of row_groups) {
      const rows = Array.from({ length: Number(group.num_rows) }, (_, row) => expectedRow(from + row));
      from += rows.length;
      group.columns.forEach(({ meta_data: chunk }, column) => {
        const name = chunk?.path_in_schema[0];
        const { min_value, max_value, null_count } = chunk?.statistics ?? {};
        if (name === 'value') {
          expect(chunk?.statistics, 'doubles have none').toBeUndefined();
          return;
        }
        const values = rows.map((row) => row[column]!);
        // Texts compare by their UTF-8 bytes, which for these symbols is the order of JavaScript.
        values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        const least = values[0];
        const most = values.at(-1);
        const plain = (value: unknown) => (value instanceof Date ? BigInt(value.getTime()) : value);
        const shown = (value: unknown) => (column < 2 ? (value as bigint) / 1_000_000n : value);
        expect([plain(min_value), plain(max_value), null_count], name).toEqual([shown(least), shown(most), 0n]);
      });
    }
  });
});

const PYTHON = `
import json, sys
import pyarrow.parquet as pq
path, rows = sys.argv[1], int(sys.argv[2])
table = pq.ParquetFile(path, page_checksum_verification=True).read()
assert table.num_rows == rows, table.num_rows
out = {"types": [f"{f.name} {f.type}" for f in table.schema]}
def digest(frame):
    import hashlib
    lines = hashlib.sha256()
    for row in zip(*frame):
        lines.update(("|".join(str(v) for v in row) + "\\n").encode())
    return lines.hexdigest()
ints = [table["exchange_ns"].cast("int64"), table["local_ns"].cast("int64")]
names = ["kind", "side", "seen", "flags", "instrument", "price_ticks", "qty_lots", "order_id", "open_ticks", "high_ticks", "low_ticks"]
out["pyarrow"] = digest([c.to_pylist() for c in ints + [table[n] for n in names]])
try:
    import pandas as pd
    frame = pd.read_parquet(path)
    times = [frame[n].astype("int64") for n in ("exchange_ns", "local_ns")]
    out["pandas"] = digest([c.tolist() for c in times + [frame[n] for n in names]])
    out["pandasTime"] = str(frame["exchange_ns"].dtype)
except ImportError:
    pass
try:
    import polars as pl
    frame = pl.read_parquet(path)
    times = [frame[n].cast(pl.Int64) for n in ("exchange_ns", "local_ns")]
    out["polars"] = digest([c.to_list() for c in times + [frame[n] for n in names]])
except ImportError:
    pass
print(json.dumps(out))
`;

// TICKWRIGHT_PYTHON: another interpreter than the one on the path, such as that of a virtual environment.
const python = process.env.TICKWRIGHT_PYTHON ?? (inject('python').path || 'python3');
const hasArrow = spawnSync(python, ['-c', 'import pyarrow']).status === 0;
if (!hasArrow) console.warn(`skipped: pandas, pyarrow and Polars reading a tape (${python} has no pyarrow)`);

describe.skipIf(!hasArrow)('pyarrow, and pandas and Polars where they are there', () => {
  it('read every row, with page checksums on', async () => {
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256');
    for (let row = 0; row < columns.length; row++) hash.update(`${expectedRow(row).slice(0, 13).join('|')}\n`);
    const expected = hash.digest('hex');
    const run = spawnSync(python, ['-c', PYTHON, file, String(columns.length)], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    const found = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(found.types).toEqual([
      'exchange_ns timestamp[ns]',
      'local_ns timestamp[ns]',
      'kind string',
      'side string',
      'seen string',
      'flags uint8',
      'instrument string',
      'price_ticks int32',
      'qty_lots int64',
      'order_id int64',
      'open_ticks int32',
      'high_ticks int32',
      'low_ticks int32',
      'value double',
    ]);
    expect(found.pyarrow).toBe(expected);
    if ('pandas' in found) expect([found.pandas, found.pandasTime]).toEqual([expected, 'datetime64[ns]']);
    if ('polars' in found) expect(found.polars).toBe(expected);
  });
});
