/**
 * Row groups of one tape file as checked blocks: reads a group's bytes, decodes them, checks order and codes.
 * Knows nothing of threads or of who asks. Called by the reader on this thread and by the one on the worker's.
 */
import fs from 'node:fs';
import type { Columns } from '../../core/market.js';
import { checkColumns, OrderCheck } from '../../core/tape.js';
import type { Footer } from './footer-read.js';
import { RowGroupDecoder } from './row-group-decode.js';
import { reasonOf, TapeError } from './tape-error.js';
import { diskColumns } from './tape-layout.js';

/** All that decoding needs to know of a tape; plain data, so that it can be sent to a worker. */
export interface DecodePlan {
  readonly file: string;
  readonly identity: FileIdentity;
  readonly symbols: readonly string[];
  readonly originNs: bigint;
  /** Added to every time; see {@link RowGroupDecoder}. */
  readonly shiftNs: number;
  readonly columns: Parameters<typeof diskColumns>[0];
  /** Row groups [first, groups) are read. */
  readonly first: number;
  readonly groups: number;
  readonly groupRows: Footer['groupRows'];
  readonly chunkAt: Footer['chunkAt'];
}

/** What must not change between opening a tape and reading it. */
export interface FileIdentity {
  readonly size: number;
  readonly inode: number;
  readonly modifiedMs: number;
}

/** Decodes the groups in order, each once. */
export class BlockDecoder {
  readonly #plan: DecodePlan;
  readonly #decoder: RowGroupDecoder;
  readonly #check: OrderCheck;
  readonly #width: number;
  #descriptor: number | undefined;
  #bytes = new Uint8Array(0);
  #group = 0;

  /** Opens the file anew, at row group `from`. Throws {@link TapeError} when it is not the file that was opened first. */
  constructor(plan: DecodePlan, from = plan.first) {
    this.#plan = plan;
    this.#group = from;
    const columns = diskColumns(plan.columns);
    this.#width = columns.length;
    this.#decoder = new RowGroupDecoder(columns, plan.symbols, plan.originNs, plan.shiftNs);
    this.#check = new OrderCheck(`tape ${plan.file}`);
    for (let group = 0; group < from; group++) this.#check.rows += plan.groupRows[group]!;
    this.#descriptor = openFile(plan.file);
    const { size, inode, modifiedMs } = identityOf(this.#descriptor);
    const same =
      size === plan.identity.size && inode === plan.identity.inode && modifiedMs === plan.identity.modifiedMs;
    if (!same) {
      this.close();
      throw new TapeError(`tape ${plan.file}: the file was changed or replaced while it was in use; open it again`);
    }
  }

  /** Fills `out` with the next group's rows; false at the end. */
  next(out: Columns): boolean {
    const { file, groupRows, chunkAt, groups } = this.#plan;
    const group = this.#group;
    if (group >= groups || this.#descriptor === undefined) return false;
    this.#group++;
    const first = group * this.#width;
    const base = chunkAt[first]!;
    const length = chunkAt[first + this.#width]! - base;
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length + (length >> 3));
    try {
      readInto(this.#descriptor, this.#bytes, base, length);
      const place = (column: number) => ({ at: chunkAt[first + column]!, end: chunkAt[first + column + 1]! });
      this.#decoder.decode(this.#bytes, base, groupRows[group]!, place, out);
    } catch (error) {
      throw new TapeError(`tape ${file}: row group ${group} (rows from ${this.#check.rows}): ${reasonOf(error)}`);
    }
    this.check(out);
    return true;
  }

  /** Checks rows that follow those decoded so far; the next ones follow these. */
  check(rows: Columns): void {
    try {
      checkColumns(rows, this.#plan.symbols.length, this.#check);
    } catch (error) {
      throw new TapeError(reasonOf(error));
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** Rows that a block must have room for. */
export function capacityOf({ groupRows }: DecodePlan): number {
  return groupRows.reduce((most, rows) => Math.max(most, rows), 0);
}

/** Opens a tape for reading. Throws {@link TapeError} in words when there is none. */
export function openFile(file: string): number {
  try {
    const found = fs.statSync(file);
    if (found.isDirectory()) throw new TapeError('it is a folder');
    if (!found.isFile()) throw new TapeError('it is no ordinary file');
    return fs.openSync(file, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : reasonOf(error);
    throw new TapeError(`tape ${file}: ${why}`);
  }
}

export function identityOf(descriptor: number): FileIdentity {
  const { size, ino, mtimeMs } = fs.fstatSync(descriptor);
  return { size, inode: ino, modifiedMs: mtimeMs };
}

/** Reads exactly `length` bytes from `at` to the start of `bytes`. */
export function readInto(descriptor: number, bytes: Uint8Array, at: number, length: number): void {
  for (let done = 0; done < length; ) {
    const got = fs.readSync(descriptor, bytes, done, length - done, at + done);
    if (got === 0) throw new TapeError(`the file ends at byte ${at + done}, before ${at + length}`);
    done += got;
  }
}
