/**
 * Parquet as pandas and pyarrow write it: every unit of time with and without zone, every codec, dictionaries and pages of both
 * versions are the same tape; what DuckDB would read as something else, and say nothing, is refused.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { CsvMappingInput } from '../../bridges/import/csv-mapping.js';
import { importParquet } from '../../bridges/import/parquet.js';
import { isParquet, readParquetSchema } from '../../bridges/import/parquet-schema.js';
import { Scratch } from '../../bridges/import/rows/scratch.js';
import { importSql } from '../../bridges/import/sql.js';
import { CODE_SIDE_SHIFT } from '../../core/market.js';
import { FIXTURES } from './tape-rows.js';

const { path: python, missing } = inject('python');

const WRITE = `
import decimal, json, sys
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1]
N = 3000
step = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
base = 1709296496 * 10**9
rows = np.arange(N)
price = [decimal.Decimal(int(61000000 + (i * 7919) % 5000)) / 100 for i in range(N)]
size = [((i * 31) % 977 + 1) / 1000 for i in range(N)]
side = ["buy" if i % 3 else "sell" for i in range(N)]
symbol = ["BTC-PERPETUAL" if i % 2 else "B" for i in range(N)]
files = {}


def frame(times, prices):
    return pa.table({"t": times, "p": prices, "q": pa.array(size), "s": pa.array(side).dictionary_encode(), "y": pa.array(symbol)})


def note(name, table, times, zone=None, **options):
    pq.write_table(table, f"{folder}/{name}", **options)
    files[name] = {"times": [str(x) for x in times], "zone": zone}


decimals = pa.array(price, pa.decimal128(12, 2))
for unit, size_ns in step.items():
    # Odd counts, so that every digit of the unit matters.
    times = [base + (int(i) * 1237 + 1) * size_ns for i in rows]
    counts = [x // size_ns for x in times]
    for zone in [None, "UTC", "America/New_York"]:
        column = pa.array(counts, pa.timestamp(unit, tz=zone))
        # What is marked as UTC needs no zone, even one of another name.
        note(f"{unit}-{zone}.parquet".replace("/", "-"), frame(column, decimals), times, None if zone else "UTC")
    note(f"{unit}-int.parquet", frame(pa.array(counts), decimals), times, unit)

ns = [base + int(i) * 1237 + 1 for i in rows]
utc = pa.array(ns, pa.timestamp("ns", tz="UTC"))
for codec in ["snappy", "zstd", "gzip", "brotli", "lz4", "none"]:
    note(f"{codec}.parquet", frame(utc, decimals), ns, compression=codec, row_group_size=700)
note("plain.parquet", frame(utc, decimals), ns, use_dictionary=False)
note("pages-v2.parquet", frame(utc, decimals), ns, data_page_version="2.0", data_page_size=2000)
note("delta.parquet", frame(utc, decimals), ns, use_dictionary=False, column_encoding={"t": "DELTA_BINARY_PACKED", "y": "DELTA_BYTE_ARRAY", "q": "BYTE_STREAM_SPLIT"})
note("checksums.parquet", frame(utc, decimals), ns, write_page_checksum=True)
for digits in [9, 18, 38]:
    note(f"decimal{digits}.parquet", frame(utc, pa.array(price, pa.decimal128(digits, 2))), ns)
note("double.parquet", frame(utc, pa.array([float(x) for x in price])), ns)
note("text.parquet", frame(utc, pa.array([str(x) for x in price])), ns)
note("large-text.parquet", frame(utc, pa.array([str(x) for x in price], pa.large_string())), ns)

panda = pd.DataFrame({"t": pd.to_datetime(ns, utc=True), "p": [float(x) for x in price], "q": size, "s": pd.Categorical(side), "y": symbol})
panda.to_parquet(f"{folder}/pandas.parquet")
files["pandas.parquet"] = {"times": [str(x) for x in ns], "zone": None}
panda.assign(t=panda.t.dt.tz_localize(None)).set_index("t").to_parquet(f"{folder}/pandas-index.parquet", engine="pyarrow")
files["pandas-index.parquet"] = {"times": [str(x) for x in ns], "zone": "UTC"}

pq.write_table(frame(pa.array(ns, pa.timestamp("ns")), decimals), f"{folder}/refused-int96.parquet", use_deprecated_int96_timestamps=True)
pq.write_table(frame(utc, pa.array(price, pa.decimal256(50, 2))), f"{folder}/refused-decimal.parquet")
pq.write_table(frame(utc, pa.array(np.array(price, dtype=np.float16))), f"{folder}/refused-half.parquet")
nested = frame(utc, decimals)
nested = nested.append_column("n", pa.array([{"t": None, "deep": [{"p": 1}]}] * N))
note("nested-beside.parquet", nested.select(["n", "t", "p", "q", "s", "y"]), ns)
json.dump({"files": files, "price": [int(x * 100) for x in price], "size": [round(x * 1000) for x in size], "buy": [x == "buy" for x in side], "first": [x == "B" for x in symbol]}, open(f"{folder}/files.json", "w"))
`;

interface Written {
  readonly files: Record<string, { readonly times: readonly string[]; readonly zone: string | null }>;
  readonly price: readonly number[];
  readonly size: readonly number[];
  readonly buy: readonly boolean[];
  readonly first: readonly boolean[];
}

if (missing !== '') console.warn(`skipped: Parquet written by pyarrow and pandas (${missing})`);

describe.skipIf(missing !== '')('files of pyarrow and pandas', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickwright-pyarrow-'));
  const mapping = (zone: string | null): CsvMappingInput => ({
    symbol: { column: 'y' },
    instruments: { B: { tick: '0.01', lot: '0.001' }, 'BTC-PERPETUAL': { tick: '0.01', lot: '0.001' } },
    exchangeTime:
      zone === null || zone === 'UTC'
        ? { column: 't', unit: 'iso', ...(zone !== null && { zone }) }
        : { column: 't', unit: zone as 'ns' },
    localFrom: 'exchange',
    trades: { price: 'p', quantity: 'q', side: { column: 's', buy: ['buy'], sell: ['sell'] } },
  });

  it('are the same tape, to the last nanosecond', async () => {
    const run = spawnSync(python, ['-c', WRITE, folder], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    const { files, price, size, buy, first } = JSON.parse(readFileSync(join(folder, 'files.json'), 'utf8')) as Written;
    expect(Object.keys(files).length).toBe(35);
    for (const [name, { times, zone }] of Object.entries(files)) {
      const scratch = new Scratch(join(folder, 'out.parquet'));
      const tape = await importParquet({ files: [join(folder, name)], mapping: mapping(zone), scratch });
      const { columns, info } = tape;
      scratch.close();
      expect(columns.length, name).toBe(times.length);
      expect(info.corrections, name).toEqual([]);
      for (let row = 0; row < columns.length; row++) {
        const found = [
          ...[info.originNs + BigInt(columns.exchangeNs[row]!), columns.priceTicks[row], columns.qtyLots[row]],
          ...[(columns.code[row]! >> CODE_SIDE_SHIFT) & 3, columns.instrument[row]],
        ];
        const side = buy[row] ? 1 : 2;
        if (found.join() !== [times[row], price[row], size[row], side, first[row] ? 0 : 1].join()) {
          expect.fail(`${name}, row ${row}: ${found.join()}`);
        }
      }
    }
    expect(readdirSync(folder).filter((name) => name.includes('scratch'))).toEqual([]);
  });

  it.each([
    ['int96', 't', 'INT96 time, which DuckDB cuts to microseconds: write it as TIMESTAMP'],
    ['decimal', 'p', 'DECIMAL of 50 digits, of which DuckDB makes another number'],
    ['half', 'p', '16-bit float, too coarse for what is to be exact'],
  ])('with what is not exact (%s) are refused, by SQL too, unless it is not asked for', async (name, column, why) => {
    const path = join(folder, `refused-${name}.parquet`);
    const attempt = importParquet({ files: [path], mapping: mapping('UTC') });
    await expect(attempt).rejects.toThrow(`${path}: column "${column}" is ${why}`);
    const asked = importSql({ sql: `select y, s, q, ${column} from '${path}'`, mapping: mapping('UTC') });
    await expect(asked).rejects.toThrow(`sql: ${path}: column "${column}" is ${why}`);
    const select = `select y, s, 1 as p, q, timestamp '2024-03-01' as t from '${path}' x`;
    expect((await importSql({ sql: select, mapping: mapping('UTC') })).columns.length).toBe(3_000);
  });

  it('with nanoseconds marked as UTC are not read by SQL, which would cut them, whatever way they are asked for', async () => {
    const path = join(folder, 'zstd.parquet');
    const ways = [
      'select * from F',
      'from F',
      'select t, p, q, s, y from F',
      'select u.t, p, q, s, y from F u',
      'select T, p, q, s, y from F',
      'select #1 as t, p, q, s, y from F',
      'select a as t, b as p, c as q, d as s, e as y from F u(a, b, c, d, e)',
      'select unnest(zstd) from F',
      "select columns('.') from F",
      'select u.t, p, q, s, y from (select struct_pack(t := t) as u, p, q, s, y from F)',
      'with w as (from F) select t, p, q, s, y from w',
      `select t, p, q, s, y from read_parquet('${path}')`,
      `select t, p, q, s, y from parquet_scan(['${path}'])`,
      'select case when p > 0 then t end as t, p, q, s, y from F',
      'select (select max(t) from F) as t, p, q, s, y from F',
      'select epoch_ns(t) as t, p, q, s, y from F',
      'select p, q, s, y, t from F union all select p, q, s, y, t from F',
    ];
    for (const way of ways) {
      const attempt = importSql({ sql: way.replaceAll('F', `'${path}'`), mapping: mapping(null) });
      await expect(attempt, way).rejects.toThrow(
        /zstd\.parquet: column "t" has nanoseconds adjusted to UTC, which DuckDB cuts/,
      );
    }
    const select = `select p, q, s, y, timestamptz '2024-03-01' as t from '${path}'`;
    expect((await importSql({ sql: select, mapping: mapping(null) })).columns.length).toBe(3_000);
  });

  it('say of their columns what their footers say', async () => {
    expect(await isParquet(join(folder, 'files.json'))).toBe(false);
    const { rows, columns } = await readParquetSchema(join(folder, 'nested-beside.parquet'));
    expect(rows).toBe(3_000);
    expect(columns.map(({ name }) => name)).toEqual(['n', 't', 'p', 'q', 's', 'y']);
    expect(columns.filter(({ utcNanosAt }) => utcNanosAt !== undefined).map(({ name }) => name)).toEqual(['t']);
  });
});

it('the fixture of pyarrow has nanoseconds marked as UTC', async () => {
  const { columns } = await readParquetSchema(join(FIXTURES, 'trades.parquet'));
  expect(columns[0]).toMatchObject({ name: 'time', utcNanosAt: expect.any(Number) });
});
