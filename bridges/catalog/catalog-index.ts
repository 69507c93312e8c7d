/**
 * What a catalogue holds as tables of DuckDB, for questions in SQL: an index kept in the folder, made again from `catalog.json`
 * whenever it is missing, stale or broken. Nothing else of a catalogue needs DuckDB, which is loaded only when asked.
 * Knows nothing of rows: DuckDB reads the tapes, which are Parquet. Called by `catalog query` and by users.
 *
 * DuckDB locks a database file for one process. So it is held only while its few tables are copied or made again; the question
 * itself is answered from memory and from the tapes.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { instrumentSpec } from '../../core/instrument.js';
import { loadDuckDb } from '../duckdb.js';
import type { Catalog } from './catalog.js';
import { CatalogError } from './catalog-error.js';
import type { CatalogState } from './catalog-state.js';
import { WORK_FOLDER } from './tickets.js';

const INDEX_FILE = 'index.duckdb';
const WAIT_MS = 10_000;
const RETRY_MS = 50;
/** Changes when the tables below do. */
const TABLES_VERSION = 2;

const TABLES: Readonly<Record<string, string>> = {
  instruments:
    'venue text, symbol text, tick text, lot text, contract text, multiplier text, base text, quote text, expiry text, listed date, delisted date',
  parts:
    'venue text, symbol text, day date, last_day date, file text, bytes bigint, rows bigint, first_exchange_ns bigint, last_exchange_ns bigint, first_local_ns bigint, last_local_ns bigint, sha256 text, opening text',
  kinds: 'file text, kind text, rows bigint',
  pieces: 'file text, source text, from_piece bigint, to_piece bigint',
  sources: 'sha256 text, name text',
  imports: 'source text, format text, file text, bytes bigint, sha256 text, options text',
  corrections: 'source text, name text, count bigint, note text',
};

type Cell = string | number | bigint | undefined;

/** The answer to a question: values as JSON has them, int64 as text. */
export interface CatalogAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * Answers a question in SQL. Tables: `instruments`, `parts`, `kinds`, `pieces`, `sources`, `imports`, `corrections`; `ticks` are the
 * rows of all tapes with `venue`. Throws {@link CatalogError} where DuckDB is not installed, its index is held too long, or it does not
 * understand.
 */
export async function queryCatalog(catalog: Catalog, sql: string): Promise<CatalogAnswer> {
  const { DuckDBInstance } = await loadDuckDb(
    (need, cause) => new CatalogError(`catalogue ${catalog.folder}: questions in SQL ${need}`, { cause }),
  );
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await copyIndex(connection, catalog);
    await connection.run(ticksView(catalog));
    const reader = await connection.runAndReadAll(sql);
    return { columns: reader.columnNames(), rows: reader.getRowsJson() };
  } catch (error) {
    if (error instanceof CatalogError) throw error;
    throw new CatalogError(`catalogue ${catalog.folder}: ${(error as Error).message}`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Copies the index's tables to memory; makes it first where it does not say what the catalogue says. */
async function copyIndex(connection: DuckDBConnection, catalog: Catalog): Promise<void> {
  const file = path.join(catalog.folder, WORK_FOLDER, INDEX_FILE);
  const copy = async () => {
    await connection.run(`attach ${text(file)} as kept (read_only)`);
    try {
      const reader = await connection.runAndReadAll('select revision, version from kept.about');
      if (reader.getRowsJson()[0]?.join() !== [String(catalog.state.revision), TABLES_VERSION].join()) return false;
      for (const table of Object.keys(TABLES)) await connection.run(`create table ${table} as from kept.${table}`);
      return true;
    } finally {
      await connection.run('detach kept');
    }
  };
  const fresh = fs.existsSync(file) && (await patiently(copy, catalog).catch(() => false));
  if (fresh) return;
  // Where the folder may not be written to, the tables are made in memory alone.
  for (const [table, columns] of Object.entries(TABLES)) {
    await connection.run(`create or replace table ${table} (${columns})`);
  }
  for (const statement of insertions(catalog.state)) await connection.run(statement);
  await keepIndex(connection, catalog, file).catch((error: Error) => {
    if (!/permission denied|read-only/i.test(error.message)) throw error;
  });
}

/** Writes the tables beside the index's place and puts them there: an index is whole or is not there. */
async function keepIndex(connection: DuckDBConnection, { state }: Catalog, file: string): Promise<void> {
  const made = `${file}.${process.pid}.${Date.now()}.new`;
  try {
    await connection.run(`attach ${text(made)} as made`);
    for (const table of Object.keys(TABLES)) await connection.run(`create table made.${table} as from ${table}`);
    await connection.run(
      `create table made.about as select ${state.revision} as revision, ${TABLES_VERSION} as version`,
    );
    await connection.run('detach made');
    fs.renameSync(made, file);
  } finally {
    for (const left of [made, `${made}.wal`]) fs.rmSync(left, { force: true });
  }
}

/** Again and again while another process holds the index. */
async function patiently<T>(work: () => Promise<T>, { folder }: Catalog): Promise<T> {
  const until = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!/lock/i.test((error as Error).message)) throw error;
      if (performance.now() > until) {
        throw new CatalogError(
          `catalogue ${folder}: another process has held ${WORK_FOLDER}/${INDEX_FILE} for over ${WAIT_MS / 1000} s`,
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function* insertions(state: CatalogState): Generator<string> {
  const rows: Record<string, Cell[][]> = {
    instruments: state.instruments.map(({ venue, listed, delisted, ...spec }) => {
      const { symbol, tick, lot, contract, multiplier, base, quote, expiry } = instrumentSpec(spec);
      return [venue, symbol, tick, lot, contract, multiplier, base, quote, expiry, listed, delisted];
    }),
    parts: state.parts.map((part) => [
      ...[part.venue, part.symbol, part.day, part.lastDay, part.file, part.bytes, part.rows],
      ...[...part.exchangeNs, ...part.localNs, part.sha256, part.opening?.file],
    ]),
    kinds: state.parts.flatMap(({ file, counts }) =>
      Object.entries(counts).map(([kind, count]) => [file, kind, count]),
    ),
    pieces: state.parts.flatMap(({ file, pieces }) => pieces.map(({ source, from, to }) => [file, source, from, to])),
    sources: state.sources.map(({ sha256, name }) => [sha256, name]),
    imports: state.sources.flatMap(({ sha256, imported }) =>
      (imported?.files ?? []).map((file) => [
        ...[sha256, imported!.format, file.name, file.bytes, file.sha256, JSON.stringify(imported!.options)],
      ]),
    ),
    corrections: state.sources.flatMap(({ sha256, corrections }) =>
      corrections.map(({ name, count, note }) => [sha256, name, count, note]),
    ),
  };
  for (const [table, all] of Object.entries(rows)) {
    for (let from = 0; from < all.length; from += 500) {
      const values = all.slice(from, from + 500).map((cells) => `(${cells.map(literal).join(', ')})`);
      yield `insert into ${table} values ${values.join(', ')}`;
    }
  }
}

function literal(cell: Cell): string {
  return cell === undefined ? 'null' : typeof cell === 'string' ? text(cell) : String(cell);
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** The rows of all tapes; without tapes there is no such view. */
function ticksView({ folder, state }: Catalog): string {
  if (state.parts.length === 0) return 'select 1';
  const places = state.parts.map(({ file, venue }) => [path.resolve(folder, file), venue] as const);
  const files = places.map(([file]) => text(file)).join(', ');
  const venues = places.map((each) => `(${each.map(text).join(', ')})`).join(', ');
  return `create view ticks as
    select venue, tapes.* exclude (filename)
    from read_parquet([${files}], union_by_name = true, filename = true) tapes
    join (values ${venues}) places(filename, venue) using (filename)`;
}
