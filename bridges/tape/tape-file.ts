/**
 * A tape in a Parquet file, opened for replay: its footer is read and checked once, its rows group by group as asked for.
 * Knows nothing of engines. Called by the command line, run files and users. Format: FORMAT.md beside this file.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { allocateColumns, type Columns, KIND_NAMES } from '../../core/market.js';
import { type BlockReader, countKinds, emptyCounts, type TapeInfo, type TapeSource } from '../../core/tape.js';
import {
  BlockDecoder,
  capacityOf,
  type DecodePlan,
  type FileIdentity,
  identityOf,
  openFile,
  readInto,
} from './block-decoder.js';
import { type Footer, readFooter } from './footer-read.js';
import { reasonOf, TapeError } from './tape-error.js';
import { parseMetadata, type TapeMetadata } from './tape-metadata.js';
import { WorkerReader } from './worker-reader.js';
import { findScript } from './worker-script.js';

export interface TapeFileOptions {
  /**
   * Decode ahead on a second thread. Default: where there are two cores or more and a pass reads more than 64 row
   * groups (4 million rows). The rows are the same either way.
   */
  readonly worker?: boolean;
}

/** Row groups from which a worker pays: it takes about 80 ms to start, in which this thread decodes some 2 M rows. */
const WORKER_GROUPS = 64;

/**
 * Opens a tape: reads and checks its footer (checksum, offsets, metadata), not its rows.
 * Throws {@link TapeError}, one line that names the file and what is wrong.
 */
export function openTape(file: string, options: TapeFileOptions = {}): TapeFile {
  return new TapeFile(file, options);
}

/** Use {@link openTape}. */
export class TapeFile implements TapeSource {
  readonly file: string;
  readonly info: TapeInfo;
  readonly footer: Footer;
  readonly metadata: TapeMetadata;
  /** Bytes in the file. */
  readonly size: number;
  readonly #identity: FileIdentity;
  readonly #worker: boolean | undefined;

  constructor(file: string, { worker }: TapeFileOptions) {
    this.file = file;
    this.#worker = worker;
    const descriptor = openFile(file);
    try {
      this.#identity = identityOf(descriptor);
      this.size = this.#identity.size;
      const readAt = (at: number, length: number) => {
        const bytes = new Uint8Array(length);
        readInto(descriptor, bytes, at, length);
        return bytes;
      };
      this.footer = readFooter(readAt, this.size);
      const { columns, metadata, sha256, rows } = this.footer;
      const has = (name: string) => columns.some((column) => column.name === name);
      const set = { orderId: has('order_id'), bars: has('open_ticks'), value: has('value') };
      this.metadata = parseMetadata(metadata, set, sha256);
      this.info = this.metadata.info;
      if (this.info.rows !== rows) {
        throw new TapeError(`its metadata speaks of ${this.info.rows} rows, its footer of ${rows}`);
      }
    } catch (error) {
      throw new TapeError(`tape ${file}: ${reasonOf(error)}`);
    } finally {
      fs.closeSync(descriptor);
    }
  }

  open(originNs: bigint): BlockReader {
    return this.openGroups(originNs, 0, this.footer.groups);
  }

  /** As {@link TapeFile.open}, but row groups [from, to) alone; no other bytes are read. */
  openGroups(originNs: bigint, from: number, to: number): BlockReader {
    const plan = this.#plan(originNs, from, to);
    if (this.#worker === false) return new DirectReader(plan);
    const worth = to - from > WORKER_GROUPS && os.availableParallelism() >= 2;
    if (this.#worker === undefined && !worth) return new DirectReader(plan);
    const script = findScript('decode-worker');
    if (script !== undefined) return new WorkerReader(plan, script);
    if (this.#worker === undefined) return new DirectReader(plan);
    throw new TapeError(`tape ${this.file}: the decode worker's script is missing; build the project first`);
  }

  #plan(originNs: bigint, first: number, groups: number): DecodePlan {
    const shiftNs = Number(this.info.originNs - originNs);
    return {
      file: this.file,
      identity: this.#identity,
      symbols: this.info.instruments.map((spec) => spec.symbol),
      originNs: this.info.originNs,
      shiftNs,
      columns: this.info.columns,
      ...{ first, groups },
      groupRows: this.footer.groupRows,
      chunkAt: this.footer.chunkAt,
    };
  }

  /**
   * Reads the whole file: its SHA-256 must be the one it carries, every row must decode, and the rows of each kind must
   * be as many as its metadata says. Throws {@link TapeError}. About a second for each GB.
   */
  verify(): void {
    const found = this.#sha256();
    if (found !== this.info.hash) {
      throw new TapeError(`tape ${this.file}: its SHA-256 is ${found}, written ${this.info.hash}: the file is damaged`);
    }
    const counts = emptyCounts(this.info.instruments.length);
    const reader = this.open(this.info.originNs);
    try {
      for (let block = reader.next(); block !== undefined; block = reader.next()) {
        countKinds(block, this.info.instruments.length, counts);
        reader.release(block);
      }
    } finally {
      reader.close();
    }
    counts.forEach((kinds, index) => {
      kinds.forEach((rows, kind) => {
        const written = this.info.counts[index]![kind]!;
        if (rows !== written) {
          const { symbol } = this.info.instruments[index]!;
          throw new TapeError(
            `tape ${this.file}: ${symbol} has ${rows} rows of kind ${KIND_NAMES[kind]}, its metadata says ${written}`,
          );
        }
      });
    });
  }

  /** Of all bytes, the two seals' digits taken as zeros (FORMAT.md). */
  #sha256(): string {
    const { sha256At, crc32At } = this.footer;
    const hash = createHash('sha256');
    const descriptor = openFile(this.file);
    const part = Buffer.alloc(Math.min(this.size, 4 * 2 ** 20));
    try {
      for (let at = 0; at < this.size; at += part.length) {
        const length = Math.min(part.length, this.size - at);
        readInto(descriptor, part, at, length);
        zeroDigits(part, sha256At - at, 64, length);
        zeroDigits(part, crc32At - at, 8, length);
        hash.update(part.subarray(0, length));
      }
    } catch (error) {
      throw new TapeError(`tape ${this.file}: ${reasonOf(error)}`);
    } finally {
      fs.closeSync(descriptor);
    }
    return hash.digest('hex');
  }
}

/** Writes "0" over the part of [at, at + count) that lies within the first `length` bytes. */
function zeroDigits(bytes: Buffer, at: number, count: number, length: number): void {
  const from = Math.max(0, at);
  const to = Math.min(length, at + count);
  if (from < to) bytes.fill('0', from, to);
}

/** Decodes on the thread that asks. */
class DirectReader implements BlockReader {
  readonly #plan: DecodePlan;
  readonly #decoder: BlockDecoder;
  readonly #free: Columns[] = [];
  readonly #held = new Set<Columns>();
  #failure: unknown;

  constructor(plan: DecodePlan) {
    this.#plan = plan;
    this.#decoder = new BlockDecoder(plan);
  }

  next(): Columns | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const block = this.#free.pop() ?? allocateColumns(capacityOf(this.#plan), this.#plan.columns);
    try {
      if (!this.#decoder.next(block)) return undefined;
    } catch (error) {
      this.close();
      this.#failure = error;
      throw error;
    }
    this.#held.add(block);
    return block;
  }

  release(block: Columns): void {
    if (this.#held.delete(block)) this.#free.push(block);
  }

  close(): void {
    this.#decoder.close();
    this.#free.length = 0;
  }
}
