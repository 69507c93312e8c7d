/**
 * The tape of rows that come in its order already: they are written while others are still being read, and never wait on disk. When a
 * row comes that they do not suit, all of them are given back.
 * Knows nothing of importers. Called by row-file, and by row-collector, which ends the tape.
 */
import { CODE_EXCHANGE, CODE_LOCAL, type ColumnSet, type Columns, type InstrumentSpec } from '../../../core/index.js';
import { TapeWriter } from '../../tape/tape-writer.js';
import type { Scratch } from './scratch.js';

/** What the tape is made with. */
export interface EarlyTapeJob {
  readonly set: ColumnSet;
  /** Where the tape shall be; that it closes drops a tape that is not ended. */
  readonly scratch: Scratch;
  /** The tape's, asked for once there is a row; the list grows as others come up, each before its first row. */
  readonly instruments: () => readonly InstrumentSpec[];
  /** Int64 ns since 1970 that times count from, once there is one. */
  readonly baseNs: () => bigint;
}

const BOTH = CODE_EXCHANGE | CODE_LOCAL;

export class EarlyTape {
  readonly target: string;
  readonly #job: EarlyTapeJob;
  #writer: TapeWriter | undefined;
  /** The tape's first time, ns since the base; `NaN` before the first row. */
  originNs = Number.NaN;
  #exchangeNs = 0;
  #localNs = 0;

  constructor(job: EarlyTapeJob) {
    this.#job = job;
    this.target = job.scratch.target;
  }

  /** Writes the next rows; false, with nothing done, where they do not follow as a tape's must or may have to be changed at the end. */
  take(rows: Columns): boolean {
    if (rows.length === 0) return true;
    if (!this.#follow(rows)) return false;
    this.#writer ??= this.#begin(rows);
    this.#writer.append(rows);
    return true;
  }

  #begin({ exchangeNs }: Columns): TapeWriter {
    const { set, scratch, instruments, baseNs } = this.#job;
    this.originNs = exchangeNs[0]!;
    const writer = new TapeWriter(this.target, { instruments: instruments(), originNs: baseNs(), columns: set });
    scratch.atClose(() => writer.abort());
    return writer;
  }

  /**
   * Whether both orders go on, for both sides, and nothing is seen before it happened (or all local times would be moved). Comparisons
   * are written so that NaN fails them.
   */
  #follow({ exchangeNs, localNs, code, length }: Columns): boolean {
    let happened = this.#exchangeNs;
    let seen = this.#localNs;
    for (let row = 0; row < length; row++) {
      const nextHappened = exchangeNs[row]!;
      const nextSeen = localNs[row]!;
      const fine =
        nextHappened >= happened && nextSeen >= seen && nextSeen >= nextHappened && (code[row]! & BOTH) === BOTH;
      if (!fine) return false;
      happened = nextHappened;
      seen = nextSeen;
    }
    // Beyond this a time is exact from the tape's origin, perhaps, but not from the base.
    if (seen > Number.MAX_SAFE_INTEGER) return false;
    this.#exchangeNs = happened;
    this.#localNs = seen;
    return true;
  }

  /** All rows that were taken, in blocks that are borrowed until the next; the tape is given up. */
  *takeBack(): Generator<Columns> {
    if (this.#writer !== undefined) yield* this.#writer.takeBack();
  }

  /** The writer, which has all rows. */
  get writer(): TapeWriter {
    return this.#writer!;
  }
}
