/** Parquet files made by DuckDB for the tests of the importers, and importing from them. Called by the tests of Parquet and SQL. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { CsvMappingInput } from '../../bridges/import/csv-mapping.js';
import { importParquet } from '../../bridges/import/parquet.js';
import { importSql } from '../../bridges/import/sql.js';

/** Writes what a SELECT answers to a Parquet file of its own folder; returns its path. */
export async function parquetOf(select: string, { name = 'in.parquet', options = '' } = {}): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'tickwright-parquet-')), name);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`copy (${select}) to '${path.replaceAll("'", "''")}' (format parquet${options})`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return path;
}

/** `('a', 1), ('b', 2)` as a table with columns of these names. */
export const table = (columns: string, ...rows: string[]): string =>
  `select * from (values ${rows.map((row) => `(${row})`).join(', ')}) t(${columns})`;

export async function parquet(mapping: CsvMappingInput, select: string) {
  return importParquet({ files: [await parquetOf(select)], mapping });
}

export function sql(mapping: CsvMappingInput, select: string) {
  return importSql({ sql: select, mapping });
}

export const BASE = {
  symbol: { constant: 'A' },
  instruments: { A: { tick: '0.01', lot: '0.001' } },
  exchangeTime: { column: 't', unit: 'ns' },
  localFrom: 'exchange',
} as const satisfies Partial<CsvMappingInput>;
export const TRADES = { ...BASE, trades: { price: 'p', quantity: 'q' } } satisfies CsvMappingInput;
