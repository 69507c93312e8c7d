/**
 * Imports delimited text (CSV and its kin) of one shape, as a mapping says: trades, quotes, depth or bars; funding, trading
 * status, splits, dividends or mark prices, to be replayed together with a tape that has the market.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * Nothing is guessed: each of the two clocks is a column or is made from the other one as the mapping says; a time without
 * UTC offset needs a zone; each symbol has its tick and lot; texts of the side column are listed.
 */
import { CsvColumns } from './csv-columns.js';
import { type CsvMapping, type CsvMappingInput, checkMapping } from './csv-mapping.js';
import { ImportError, type InputFact, type OnProgress, readLines } from './input-file.js';
import { MappedRows } from './mapped-rows.js';
import type { ImportedTape, RowKeeping } from './row-collector.js';

export interface CsvOptions extends RowKeeping {
  readonly files: readonly string[];
  /** As written, or as `readMapping` read it from a file. */
  readonly mapping: CsvMappingInput;
  readonly onProgress?: OnProgress;
}

/** Throws `ImportError` with file, line, column and value where something cannot be imported. */
export async function importCsv(options: CsvOptions): Promise<ImportedTape> {
  const { files } = options;
  if (files.length === 0) throw new ImportError('csv: no files were given');
  const reader = new CsvReader(checkMapping(options.mapping), options);
  const facts: InputFact[] = [];
  for (const [file, path] of files.entries()) {
    reader.beginFile();
    const onBytes = (bytesRead: number, bytesTotal: number) =>
      options.onProgress?.({ file, files: files.length, path, bytesRead, bytesTotal });
    facts.push(await readLines(path, reader.line, onBytes));
    if (!reader.sawHeader) throw new ImportError(`${path}: ends before its header`);
  }
  return reader.rows.finish({ importer: 'csv', version: '1', files: facts });
}

/** One pass over the lines of all files. */
class CsvReader {
  readonly rows: MappedRows;
  readonly #mapping: CsvMapping;
  readonly #columns = new CsvColumns();
  #line = 0;

  constructor(mapping: CsvMapping, keeping: RowKeeping) {
    this.#mapping = mapping;
    this.rows = new MappedRows(mapping, this.#columns, keeping);
  }

  beginFile(): void {
    this.#line = 0;
    this.#columns.resolved = false;
  }

  get sawHeader(): boolean {
    return this.#columns.resolved;
  }

  readonly line = (bytes: Buffer, start: number, end: number): void => {
    this.#line++;
    if (this.#line <= this.#mapping.skipLines) return;
    const from = this.#line === 1 && isByteOrderMark(bytes, start, end) ? start + 3 : start;
    if (from === end) {
      this.rows.collector.tally.count('blank-lines', 'empty lines were left out');
      return;
    }
    const count = this.#columns.split(bytes, from, end, this.#mapping.separator);
    if (!this.#columns.resolved) {
      if (this.#columns.resolve(this.#mapping.header, count)) return;
    }
    if (count !== this.#columns.width) {
      throw new RangeError(`there are ${count} fields where ${this.#columns.width} were expected`);
    }
    this.rows.take();
  };
}

function isByteOrderMark(bytes: Buffer, start: number, end: number): boolean {
  return end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
}
