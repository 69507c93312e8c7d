/**
 * Imports what a SELECT of DuckDB answers, of one shape, as a mapping says: the same mapping as of CSV, columns by name.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * Rows come in the order of the answer. Nothing but a SELECT is run, over files that its text names, without extensions; what
 * DuckDB would read otherwise than exactly and say nothing (see parquet-schema) is refused where the query may use it.
 */
import { type CsvMappingInput, checkMapping } from './csv-mapping.js';
import { type DuckDbOptions, DuckDbSource } from './duckdb-source.js';
import { hashFile } from './file-hash.js';
import { ImportError, type InputFact, type OnProgress } from './input-file.js';
import { MappedRows } from './mapped-rows.js';
import { refuseTextOptions } from './parquet.js';
import { isParquet, readParquetSchema } from './parquet-schema.js';
import type { ImportedTape } from './row-collector.js';
import { readSql, type SqlReading } from './sql-text.js';

export interface SqlOptions extends DuckDbOptions {
  /** One SELECT, e.g. `select * from 'trades/*.parquet' order by time`. */
  readonly sql: string;
  /** As written, or as `readMapping` read it from a file. */
  readonly mapping: CsvMappingInput;
  readonly onProgress?: OnProgress;
}

/** Throws `ImportError` with row (counted from 0), column and value where something cannot be imported. */
export async function importSql(options: SqlOptions): Promise<ImportedTape> {
  const { sql, onProgress } = options;
  const mapping = checkMapping(options.mapping);
  refuseTextOptions(mapping, 'sql');
  const source = await DuckDbSource.open('sql', options);
  try {
    const reading = await readingOf(sql, source);
    const paths = await pathsOf(reading, source);
    const facts = await factsOf(paths, reading, onProgress);
    const fields = source.fields();
    const rows = new MappedRows(mapping, fields, options);
    await source.read({
      ...{ sql, what: 'sql', fields },
      onRow: () => rows.take(),
      onRows: (_, share) =>
        onProgress?.({
          ...{ file: paths.length, files: paths.length + 1, path: 'the query' },
          ...{ bytesRead: Math.max(0, share), bytesTotal: 1 },
        }),
    });
    const choices = { sql: sql.trim(), duckdb: source.version };
    return rows.finish({ importer: 'sql', version: '1', files: facts, choices });
  } finally {
    source.close();
  }
}

/** The files that a text of SQL names, as {@link importSql} would read them. Throws `ImportError` for what it would not run. */
export async function filesOfSql(sql: string): Promise<readonly string[]> {
  const source = await DuckDbSource.open('sql', {});
  try {
    return await pathsOf(await readingOf(sql, source), source);
  } finally {
    source.close();
  }
}

async function readingOf(sql: string, source: DuckDbSource): Promise<SqlReading> {
  const [[tree] = []] = await source.answer('select json_serialize_sql($1::varchar)', [sql], 'sql');
  return readSql(JSON.parse(String(tree)), sql);
}

/** The files that names and patterns stand for, each once, in their order. */
async function pathsOf({ files }: SqlReading, source: DuckDbSource): Promise<string[]> {
  const paths = new Set<string>();
  for (const pattern of files) {
    if (/^\w+:\/\//.test(pattern)) {
      throw new ImportError(
        `sql: ${JSON.stringify(pattern)} is an address, and only files of this machine are read: fetch it first`,
      );
    }
    const found = await source.answer('select file from glob($1::varchar)', [pattern], 'sql');
    if (found.length === 0) throw new ImportError(`sql: there is no file ${JSON.stringify(pattern)}`);
    for (const [path] of found) paths.add(String(path));
  }
  return [...paths];
}

async function factsOf(
  paths: readonly string[],
  reading: SqlReading,
  onProgress: OnProgress | undefined,
): Promise<InputFact[]> {
  const facts: InputFact[] = [];
  for (const [file, path] of paths.entries()) {
    if (await isParquet(path)) await refuseInexact(path, reading);
    const fact = await hashFile(path);
    facts.push(fact);
    onProgress?.({ file, files: paths.length + 1, path, bytesRead: fact.sizeBytes, bytesTotal: fact.sizeBytes });
  }
  return facts;
}

async function refuseInexact(path: string, { mayUse }: SqlReading): Promise<void> {
  for (const { name, fault, utcNanosAt } of (await readParquetSchema(path)).columns) {
    if (!mayUse(name)) continue;
    if (fault !== undefined) throw new ImportError(`sql: ${path}: column "${name}" is ${fault}${WAY_OUT}`);
    if (utcNanosAt === undefined) continue;
    throw new ImportError(
      `sql: ${path}: column "${name}" has nanoseconds adjusted to UTC, which DuckDB cuts to microseconds: ` +
        `import parquet reads them exactly${WAY_OUT}`,
    );
  }
}

const WAY_OUT = '; where it is not needed, name the columns that are instead of *';
