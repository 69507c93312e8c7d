/**
 * Imports Parquet files of any origin, of one shape, as a mapping says: the same mapping as of CSV, columns by name.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * DuckDB reads the columns that the mapping names and no others. What it would not read exactly (see parquet-schema) is refused,
 * but for nanoseconds adjusted to UTC: of such a file a copy in the scratch folder is read, in which these columns are not marked
 * as adjusted; they are taken as UTC here, which is what the mark says.
 */
import { closeSync, constants, copyFileSync, openSync, readSync, writeSync } from 'node:fs';
import { type CsvMapping, type CsvMappingInput, checkMapping } from './csv-mapping.js';
import { type DuckDbOptions, DuckDbSource } from './duckdb-source.js';
import { hashFile } from './file-hash.js';
import { ImportError, type InputFact, type OnProgress } from './input-file.js';
import { MappedRows } from './mapped-rows.js';
import { type ParquetColumn, type ParquetSchema, readParquetSchema } from './parquet-schema.js';
import type { ImportedTape } from './row-collector.js';
import type { TableFields } from './table-fields.js';

export interface ParquetOptions extends DuckDbOptions {
  readonly files: readonly string[];
  /** As written, or as `readMapping` read it from a file. */
  readonly mapping: CsvMappingInput;
  readonly onProgress?: OnProgress;
}

/** Throws `ImportError` with file, row (counted from 0), column and value where something cannot be imported. */
export async function importParquet(options: ParquetOptions): Promise<ImportedTape> {
  const { files, onProgress } = options;
  if (files.length === 0) throw new ImportError('parquet: no files were given');
  const mapping = checkMapping(options.mapping);
  refuseTextOptions(mapping, 'parquet');
  const source = await DuckDbSource.open('parquet', options);
  try {
    const fields = source.fields();
    const reading = { source, fields, rows: new MappedRows(mapping, fields, options) };
    const facts: InputFact[] = [];
    for (const [file, path] of files.entries()) {
      const onBytes = (bytesRead: number, bytesTotal: number) =>
        onProgress?.({ file, files: files.length, path, bytesRead, bytesTotal });
      facts.push(await readParquet(path, reading, onBytes));
    }
    return reading.rows.finish({
      importer: 'parquet',
      version: '1',
      files: facts,
      choices: { duckdb: source.version },
    });
  } finally {
    source.close();
  }
}

/** What a mapping says of text files means nothing where there is none. */
export function refuseTextOptions({ header, separator, skipLines }: CsvMapping, importer: string): void {
  const given = [!header && 'header: false', separator !== ',' && 'separator', skipLines > 0 && 'skipLines'];
  const [first] = given.filter((option) => option !== false);
  if (first !== undefined)
    throw new ImportError(`${importer}: the mapping says ${first}, which is for text files alone`);
}

/** What rows are read through, and where they go. */
export interface ParquetReading {
  readonly source: DuckDbSource;
  /** With the columns that the mapping of `rows` wants. */
  readonly fields: TableFields;
  readonly rows: MappedRows;
}

/** All rows of a file. Throws as {@link importParquet} does. */
export async function readParquet(
  path: string,
  { source, fields, rows }: ParquetReading,
  onBytes: (read: number, total: number) => void,
): Promise<InputFact> {
  const fact = await hashFile(path);
  const schema = await readParquetSchema(path);
  const names = await columnNames(path, source);
  const columns = inFile(path, () => chosenOf(names, schema, fields));
  const adjusted = columns.filter(({ utcNanosAt }) => utcNanosAt !== undefined);
  const scanned = adjusted.length > 0 ? inFile(path, () => unmarkedCopy(path, adjusted, source)) : path;
  const read = await source.read({
    sql: `select ${columns.map(({ name }) => quoted(name)).join(', ')} from ${scanOf(scanned)}`,
    ...{ what: path, fields },
    utcNanos: new Set(adjusted.map(({ name }) => name)),
    onRow: () => rows.take(),
    onRows: (count) => onBytes(Math.round((fact.sizeBytes * count) / Math.max(1, schema.rows)), fact.sizeBytes),
  });
  if (read !== schema.rows) throw new ImportError(`${path}: has ${read} rows where its footer says ${schema.rows}`);
  return fact;
}

/** The columns that the mapping names, by the names that DuckDB gives them: it makes names differ that are the same. */
function chosenOf(names: readonly string[], schema: ParquetSchema, fields: TableFields): ParquetColumn[] {
  if (names.length !== schema.columns.length) {
    throw new RangeError(`has ${schema.columns.length} columns, but DuckDB sees ${names.length}`);
  }
  return fields.choose(names).map((place) => {
    const { fault } = schema.columns[place]!;
    if (fault !== undefined) throw new RangeError(`column "${names[place]}" is ${fault}`);
    return { ...schema.columns[place]!, name: names[place]! };
  });
}

/** All of the file's columns, in its order. */
async function columnNames(path: string, source: DuckDbSource): Promise<string[]> {
  const rows = await source.answer(`select column_name from (describe from ${scanOf(path)})`, [], path);
  return rows.map(([name]) => String(name));
}

/** This file alone, whatever signs its name has, and nothing made of the folders that it lies in. */
function scanOf(path: string): string {
  const literal = path.replace(/[[*?]/g, (sign) => `[${sign}]`);
  return `read_parquet('${literal.replaceAll("'", "''")}', hive_partitioning = false)`;
}

/** A copy whose columns are not marked as adjusted to UTC: one byte each. Costs no room where the disk can share it. */
function unmarkedCopy(path: string, columns: readonly ParquetColumn[], source: DuckDbSource): string {
  const copy = source.place();
  try {
    copyFileSync(path, copy, constants.COPYFILE_FICLONE);
    const file = openSync(copy, 'r+');
    try {
      for (const { utcNanosAt } of columns) unmark(file, utcNanosAt!);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw new ImportError(`${path}: no copy of it can be made in the scratch folder: ${(cause as Error).message}`);
  }
  return copy;
}

/** The byte is the head of a thrift field, whose low half is 1 for true and 2 for false. */
function unmark(file: number, at: number): void {
  const byte = new Uint8Array(1);
  readSync(file, byte, 0, 1, at);
  if ((byte[0]! & 15) !== 1) throw new RangeError('its Parquet footer marks times as UTC in an unknown way');
  byte[0] = (byte[0]! & 0xf0) | 2;
  writeSync(file, byte, 0, 1, at);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function inFile<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ImportError(`${path}: ${cause.message}`);
  }
}
