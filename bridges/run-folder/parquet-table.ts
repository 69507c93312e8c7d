/**
 * Plain Parquet tables for people's tools, writing: column by column of each row group, in bounded memory. Knows nothing of runs.
 * Called by the tables of the run folder; the table reader reads them. (Tapes have a form of their own.)
 *
 * Equal rows give equal bytes: nothing here depends on the clock or on the machine. The file stands when all of it is written;
 * whoever must not see half of one writes it into a folder that is put in its place afterwards.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { MAGIC } from '../tape/footer-write.js';
import { ROW_GROUP_ROWS } from '../tape/tape-layout.js';
import { ChunkEncoder } from './chunk-encoder.js';
import type { WrittenColumn } from './column-spec.js';
import { tableFooterBytes, type WrittenGroup } from './table-footer-write.js';

/**
 * Writes `rows` rows. Throws what the file system throws, and `Error` naming file, column, row and value of a cell that the form of
 * its column cannot hold.
 */
export function writeParquetTable(path: string, columns: readonly WrittenColumn[], rows: number): void {
  const descriptor = openSync(path, 'w');
  try {
    let at = 0;
    const put = (bytes: Uint8Array) => {
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      at += bytes.length;
    };
    put(Buffer.from(MAGIC));
    const groups: WrittenGroup[] = [];
    const encoder = new ChunkEncoder();
    for (let first = 0; first < rows; first += ROW_GROUP_ROWS) {
      const size = Math.min(ROW_GROUP_ROWS, rows - first);
      const start = at;
      const chunks = columns.map((column) => {
        const { chunk, bytes } = encodeColumn(encoder, column, first, size, at, path);
        put(bytes);
        return chunk;
      });
      groups.push({ at: start, rows: size, chunks });
    }
    put(tableFooterBytes(columns, groups, rows));
  } finally {
    closeSync(descriptor);
  }
}

function encodeColumn(
  encoder: ChunkEncoder,
  column: WrittenColumn,
  first: number,
  rows: number,
  at: number,
  path: string,
): ReturnType<ChunkEncoder['encode']> {
  try {
    return encoder.encode(column, first, rows, at);
  } catch (error) {
    throw new Error(`${path}: column ${column.name}, ${(error as Error).message}`, { cause: error });
  }
}
