/**
 * DuckDB as a source of rows: opened so that it can only read, in bounded memory; a query's answer, chunk by chunk.
 * Knows nothing of files, mappings or what may be asked. Called by parquet and sql.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBPreparedStatement } from '@duckdb/node-api';
import { loadDuckDb } from '../duckdb.js';
import { ImportError } from './input-file.js';
import type { RowKeeping } from './row-collector.js';
import type { PointerReader } from './table-columns.js';
import { type ColumnChunk, TableFields } from './table-fields.js';

type DuckDb = typeof import('@duckdb/node-api');

/** What is used of the library below node-api, by the names of DuckDB's C API. */
interface Vectors {
  data_chunk_get_vector(chunk: DuckDBDataChunk['chunk'], column: number): unknown;
  vector_get_data(vector: unknown, bytes: number): Uint8Array;
  vector_get_validity(vector: unknown, bytes: number): Uint8Array | null;
  get_data_from_pointer: PointerReader;
}

/** What every importer that reads through DuckDB takes. */
export interface DuckDbOptions extends RowKeeping {
  /** What DuckDB may take before it goes to the scratch folder or gives up, e.g. `1GB`; default: `512MB`. */
  readonly memory?: string | undefined;
}

/** A query whose rows are wanted. */
export interface TableQuery {
  readonly sql: string;
  /** How messages call what is asked: a file, or `sql`. */
  readonly what: string;
  /** What is wanted of its columns. */
  readonly fields: TableFields;
  /** Columns of ns whose times are of UTC although their type does not say so. */
  readonly utcNanos?: ReadonlySet<string>;
  /** Called for each row, which is the one at hand of the fields. A `RangeError` comes out with the row. */
  readonly onRow: () => void;
  /** Called now and then: how many rows have been read, and the share of the query that DuckDB thinks is done. */
  readonly onRows?: (rows: number, share: number) => void;
}

const MEMORY = '512MB';
const MEMORY_SIZE = /^\d+(?:\.\d+)? ?[KMGT]i?B$/i;

export class DuckDbSource {
  /** DuckDB's. */
  readonly version: string;
  readonly #duckdb: DuckDb;
  readonly #vectors: Vectors;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #places: Places;

  private constructor(
    duckdb: DuckDb,
    vectors: Vectors,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    places: Places,
  ) {
    this.#duckdb = duckdb;
    this.#vectors = vectors;
    this.#instance = instance;
    this.#connection = connection;
    this.#places = places;
    this.version = duckdb.version();
  }

  /** `what` is how messages call the importer. Throws `ImportError` where DuckDB is not installed. */
  static async open(what: string, { scratch, memory = MEMORY }: DuckDbOptions): Promise<DuckDbSource> {
    if (!MEMORY_SIZE.test(memory))
      throw new ImportError(`${what}: memory is "${memory}" where a size such as 1GB was expected`);
    const duckdb = await loadDuckDb((need, cause) => new ImportError(`${what}: Parquet and SQL ${need}`, { cause }));
    const places = new Places(scratch);
    const instance = await duckdb.DuckDBInstance.create(':memory:', {
      memory_limit: memory,
      // A second one decodes while the first waits; more take memory for what is not needed yet.
      threads: '2',
      temp_directory: places.next(),
      preserve_insertion_order: 'true',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    // Never the machine's own: text that SQL makes an instant of is UTC unless it says otherwise.
    await connection.run(`set TimeZone = 'UTC'`);
    await connection.run('set lock_configuration = true');
    return new DuckDbSource(duckdb, vectorsOf(duckdb.version()), instance, connection, places);
  }

  /** Fields that queries of this DuckDB can fill. */
  fields(): TableFields {
    return new TableFields((buffer, offset, bytes) => this.#vectors.get_data_from_pointer(buffer, offset, bytes));
  }

  /** A name for a file of our own, removed when this is closed. */
  place(): string {
    return this.#places.next();
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
    this.#places.remove();
  }

  /** The rows of a small answer. Throws `ImportError`. */
  async answer(sql: string, values: string[], what: string): Promise<readonly (readonly unknown[])[]> {
    try {
      return (await this.#connection.runAndReadAll(sql, values)).getRowsJson();
    } catch (cause) {
      throw new ImportError(`${what}: ${oneLine((cause as Error).message)}`);
    }
  }

  /**
   * Hands on the rows of a single SELECT in its order; returns how many there were. Throws `ImportError` for what DuckDB refuses,
   * columns that are not there or cannot be read, and rows that `onRow` refuses.
   */
  async read(query: TableQuery): Promise<number> {
    const { what } = query;
    let rows = 0;
    try {
      const statement = await this.#prepare(query);
      const result = await statement.stream();
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        this.#attach(chunk, query.fields);
        rows = this.#take(chunk.rowCount, rows, query);
        query.onRows?.(rows, this.#connection.progress.percentage / 100);
      }
    } catch (cause) {
      if (cause instanceof ImportError || cause instanceof TypeError) throw cause;
      const after = rows > 0 ? ` (after row ${rows - 1})` : '';
      throw new ImportError(`${what}: ${oneLine((cause as Error).message)}${after}`);
    }
    return rows;
  }

  async #prepare({ sql, what, fields, utcNanos }: TableQuery): Promise<DuckDBPreparedStatement> {
    const statement = await this.#connection.prepare(sql);
    if (statement.statementType !== this.#duckdb.StatementType.SELECT) {
      throw new ImportError(`${what}: is no SELECT, and nothing else is run`);
    }
    if (statement.parameterCount > 0) throw new ImportError(`${what}: has parameters, for which there are no values`);
    const specs = Array.from({ length: statement.columnCount }, (_, at) => {
      const name = statement.columnName(at);
      const type = statement.columnType(at);
      const utc = utcNanos?.has(name) === true;
      if (utc && String(type) !== 'TIMESTAMP_NS') throw new ImportError(`${what}: column "${name}" comes as ${type}`);
      return { name, type, utc };
    });
    fields.resolve(specs);
    return statement;
  }

  #attach({ chunk, rowCount }: DuckDBDataChunk, fields: TableFields): void {
    fields.attach((index, width): ColumnChunk => {
      const vector = this.#vectors.data_chunk_get_vector(chunk, index);
      const valid = this.#vectors.vector_get_validity(vector, Math.ceil(rowCount / 64) * 8);
      return { bytes: this.#vectors.vector_get_data(vector, rowCount * width), valid: valid ?? undefined };
    });
  }

  #take(count: number, before: number, { what, fields, onRow }: TableQuery): number {
    for (let row = 0; row < count; row++) {
      fields.row = row;
      try {
        onRow();
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        throw new ImportError(`${what}: row ${before + row}: ${cause.message}`);
      }
    }
    return before + count;
  }
}

const FUNCTIONS = ['data_chunk_get_vector', 'vector_get_data', 'vector_get_validity', 'get_data_from_pointer'] as const;

/**
 * The very library that node-api calls, wherever a package manager has put it: by it vectors are read without an object a value.
 * Throws `ImportError` where it has other functions.
 */
function vectorsOf(version: string): Vectors {
  const { resolve } = createRequire(import.meta.url);
  const library = createRequire(resolve('@duckdb/node-api'))('@duckdb/node-bindings') as Vectors;
  const missing = FUNCTIONS.find((name) => typeof library[name] !== 'function');
  if (missing === undefined) return library;
  throw new ImportError(`DuckDB ${version} for Node has no ${missing}: install @duckdb/node-api 1.5`);
}

/** Names of files that go away: in the scratch folder, or in one of the system's. */
class Places {
  readonly #scratch: RowKeeping['scratch'];
  #folder: string | undefined;
  #count = 0;

  constructor(scratch: RowKeeping['scratch']) {
    this.#scratch = scratch;
  }

  next(): string {
    if (this.#scratch !== undefined) return this.#scratch.place();
    this.#folder ??= mkdtempSync(join(tmpdir(), 'tickwright-'));
    return join(this.#folder, String(this.#count++));
  }

  /** Those of the scratch go with it. */
  remove(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * DuckDB's message in one line. Of `LINE 1: select a frm b` with a caret below, which wide queries cut, it keeps the line's number
 * and the text from the caret on.
 */
export function oneLine(message: string): string {
  // What it proposes is not what can be done here.
  const [, short] = /^(Out of Memory Error: .*?)\n\nPossible solutions/s.exec(message) ?? [];
  if (short !== undefined)
    return `${oneLine(short)}: let DuckDB take more (--memory), or ask for less; sorting takes most`;
  const pointed = /\n+LINE (\d+): (.*)\n( *)\^[\s\S]*$/.exec(message);
  if (pointed === null) return message.trim().replace(/\s*\n\s*/g, ' ');
  const [all, line, text, indent] = pointed;
  const at = text!.slice(Math.max(0, indent!.length - `LINE ${line}: `.length), 60 + indent!.length);
  return `${oneLine(message.slice(0, -all.length))} (line ${line}, at: ${at.trim().slice(0, 60)})`;
}
