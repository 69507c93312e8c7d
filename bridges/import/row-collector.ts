/**
 * Collects an importer's rows and makes a tape of them: exact times relative to an origin, the clock correction, both
 * time orders, what was corrected; in memory, or in bounded memory with the rows on disk.
 * Knows nothing of vendors. Called by the importers.
 */
import {
  allocateColumns,
  type ColumnSet,
  type Columns,
  type Correction,
  copyRows,
  formatEpoch,
  Instrument,
  type InstrumentSpec,
  type TapeInfo,
} from '../../core/index.js';
import { TapeWriter } from '../tape/tape-writer.js';
import { CorrectionTally } from './correction-tally.js';
import { ImportError, type InputFact } from './input-file.js';
import { EarlyTape } from './rows/early-tape.js';
import { pieceBytes, RowFile } from './rows/row-file.js';
import { RowIntake } from './rows/row-intake.js';
import { orderedBlocks } from './rows/row-ordering.js';
import { AdjustedRows, AS_GIVEN, measureTimes, worstLatency } from './rows/row-times.js';
import { type ByteStore, MemoryBytes, type Scratch } from './rows/scratch.js';

/** Input that is read well, and has nothing for a tape. */
export class NoRowsError extends ImportError {}

/** What every importer takes. */
export interface RowKeeping {
  /** Where rows wait until they are ordered. Default: in memory. */
  readonly scratch?: Scratch | undefined;
}

/** How `finish` describes the tape. */
export interface TapeOrigins {
  readonly importer: string;
  readonly version: string;
  readonly instruments: readonly InstrumentSpec[];
  readonly files: readonly InputFact[];
  /** Choices worth keeping beside the data, e.g. `{ tick: '0.01 because …' }`. */
  readonly choices?: Readonly<Record<string, string>>;
  /**
   * Rows that came late within their own stream, for importers that read several streams of one market one after the other:
   * that these lie in one order afterwards is no correction. Default: every row that sorting moved.
   */
  readonly reordered?: { readonly exchange: number; readonly local: number };
}

/** Rows of a piece on disk, 0.3 to 0.5 MB, and in memory, where small imports shall take little. */
const PIECE_ROWS = 8_192;
const MEMORY_PIECE_ROWS = 1_024;

/** What an int64 of ns since 1970 holds on either side. */
const FARTHEST_SECONDS = 9_223_372_036;

/** Rows of one tape in the order they were received. */
export class RowCollector {
  readonly rows: RowIntake;
  readonly tally = new CorrectionTally();
  readonly #openStore: (chunkBytes: number) => ByteStore;
  #baseSeconds = Number.NaN;
  #shiftNs = 0;
  #untimedDelayNs = Number.NaN;

  /**
   * `instruments`: the tape's, where they are known before their first row (asked for then; the list may grow). Then rows that come in order are
   * written while others are read; else all of them wait.
   */
  constructor(set: ColumnSet = {}, { scratch }: RowKeeping = {}, instruments?: () => readonly InstrumentSpec[]) {
    this.#openStore = (chunkBytes) => scratch?.open() ?? new MemoryBytes(chunkBytes);
    const rows = scratch === undefined ? MEMORY_PIECE_ROWS : PIECE_ROWS;
    const early =
      scratch === undefined || instruments === undefined
        ? undefined
        : new EarlyTape({ set, scratch, instruments, baseNs: () => this.epochOf(0) });
    const file = new RowFile(set, rows, () => this.#openStore(pieceBytes(set, rows)), early);
    this.rows = new RowIntake(file, (received) => {
      if (scratch !== undefined) scratch.rows = received;
    });
  }

  /**
   * Whole seconds since 1970 and ns within the second → ns since this tape's base (the first second it was given).
   * Throws `RangeError` where a double cannot hold that exactly (from 104 days on, unless the ns are round enough), and beyond int64.
   */
  time(seconds: number, nanos: number): number {
    if (!(seconds >= -FARTHEST_SECONDS && seconds < FARTHEST_SECONDS)) {
      throw new RangeError(`time ${seconds} s since 1970 lies beyond the years 1678 to 2261, which int64 ns can tell`);
    }
    if (Number.isNaN(this.#baseSeconds)) this.#baseSeconds = seconds;
    const whole = (seconds - this.#baseSeconds) * 1e9;
    const time = whole + nanos;
    if (time - whole !== nanos) {
      throw new RangeError(
        `time ${formatEpoch(BigInt(seconds) * 1_000_000_000n + BigInt(nanos))} lies more than 104 days from the first, ` +
          'too far to stay exact: make several tapes, they can be replayed together',
      );
    }
    return time;
  }

  /** Int64 ns since 1970 of a time that {@link RowCollector.time} gave. */
  epochOf(time: number): bigint {
    return BigInt(Math.round(time)) + BigInt(this.#baseSeconds || 0) * 1_000_000_000n;
  }

  /**
   * After the last row: where the local clock ran behind the exchange's, all local times are moved by the worst difference, so
   * that nothing is seen before it happened. Rows without exchange time (`NaN`) do not take part. Returns the ns moved.
   */
  shiftLocalClock(): number {
    const { worst, early } = worstLatency(this.rows.end());
    if (early === 0) return 0;
    this.#shiftNs = -worst;
    this.tally.count(
      'negative-latency',
      `all local times moved by ${-worst} ns: ${early} of ${this.rows.length} rows were received before they happened ` +
        `(worst ${worst} ns), so the local clock ran behind the exchange's`,
      this.rows.length,
    );
    return -worst;
  }

  /** Rows whose exchange time is `NaN` happened so many ns before they were seen, by the clock as it was shifted. */
  timeUntimed(delayNs: number): void {
    this.#untimedDelayNs = delayNs;
  }

  /** The tape, whose origin is the smallest time, with what was corrected. Throws `ImportError` when there are no rows. */
  finish(origins: TapeOrigins): ImportedTape {
    const names = origins.files.map((file) => file.name).join(', ');
    if (this.rows.length === 0) throw new NoRowsError(`${names}: there is nothing in it for the tape, not one row`);
    const file = this.rows.end();
    const times = { ...AS_GIVEN, shiftNs: this.#shiftNs, untimedDelayNs: this.#untimedDelayNs };
    const { early } = file;
    const measure = placed(names, () => {
      for (const [index, spec] of origins.instruments.entries()) new Instrument(spec, index); // refuses what cannot be one
      this.#checkShift();
      return early === undefined ? measureTimes(file, times) : undefined;
    });
    const originNs = measure?.originNs ?? early!.originNs;
    const moved = { exchange: measure?.exchangeNs.disorder ?? 0, local: measure?.localNs.disorder ?? 0 };
    this.#countDisorder(origins.reordered ?? moved);
    const provenance: Record<string, string> = { importer: origins.importer, importerVersion: origins.version };
    origins.files.forEach((input, index) => {
      provenance[`file${index + 1}`] = `${input.name}, ${input.sizeBytes} bytes, sha256 ${input.sha256}`;
    });
    Object.assign(provenance, origins.choices);
    const blocks = () => {
      const order = measure ?? measureTimes(file, times);
      return orderedBlocks(new AdjustedRows(file, { ...times, originNs }), order, this.#openStore);
    };
    return new ImportedTape(
      {
        instruments: origins.instruments,
        originNs: this.epochOf(originNs),
        provenance,
        corrections: this.tally.list(),
      },
      {
        set: file.set,
        rows: file.rows,
        blocks,
        earlyFor: (target) => (file.early?.target === target ? early : undefined),
      },
    );
  }

  /** A clock that runs behind is behind by seconds. */
  #checkShift(): void {
    if (this.#shiftNs <= Number.MAX_SAFE_INTEGER) return;
    throw new RangeError(
      `a local time lies ${this.#shiftNs / 86_400e9} days before its exchange time: no clock that ran behind explains that`,
    );
  }

  #countDisorder({ exchange, local }: { exchange: number; local: number }): void {
    this.tally.count(
      'reordered-rows',
      'rows that came after a row with a later exchange time stand in order of exchange time on the exchange side',
      exchange,
    );
    this.tally.count(
      'reordered-local-rows',
      'rows that came after a row with a later local time stand in order of local time on the local side',
      local,
    );
  }
}

function placed<Result>(place: string, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    throw cause instanceof RangeError ? new ImportError(`${place}: ${cause.message}`) : cause;
  }
}

type ImportedInfo = Pick<TapeInfo, 'instruments' | 'originNs' | 'provenance' | 'corrections'>;

/** The rows of an import, which can be put in order any number of times. */
interface CollectedRows {
  readonly set: ColumnSet;
  readonly rows: number;
  /** In tape order; each block is borrowed until the next. */
  readonly blocks: () => Iterable<Columns>;
  /** The tape that has all of them and needs but its end, if it is this one. */
  readonly earlyFor: (target: string) => EarlyTape | undefined;
}

/** What every importer returns: written by {@link ImportedTape.writeTo}, or in memory for `new MemoryTape(columns, info)`. */
export class ImportedTape {
  readonly #info: ImportedInfo;
  readonly #collected: CollectedRows;
  #columns: Columns | undefined;

  constructor(info: ImportedInfo, collected: CollectedRows) {
    this.#info = info;
    this.#collected = collected;
  }

  /** All rows in tape order, in memory. */
  get columns(): Columns {
    if (this.#columns !== undefined) return this.#columns;
    const { set, blocks } = this.#collected;
    const parts: Columns[] = [];
    let rows = 0;
    for (const block of blocks()) {
      const part = allocateColumns(block.length, set);
      copyRows(block, 0, block.length, part, 0);
      part.length = block.length;
      parts.push(part);
      rows += part.length;
    }
    const columns = allocateColumns(rows, set);
    for (const part of parts) {
      copyRows(part, 0, part.length, columns, columns.length);
      columns.length += part.length;
    }
    this.#columns = columns;
    return columns;
  }

  get info(): ImportedInfo {
    return { ...this.#info, corrections: this.#corrections(this.columns.length) };
  }

  /**
   * Writes the tape, whole or not at all, in bounded memory; once, where rows are kept in a scratch of this tape. `onRows`: how many of how many rows are written, now and then.
   * Throws `TapeError`.
   */
  async writeTo(file: string, onRows: (rows: number, total: number) => void = () => {}): Promise<TapeInfo> {
    const { set, rows, blocks } = this.#collected;
    const { instruments, originNs, provenance } = this.#info;
    const early = this.#collected.earlyFor(file);
    if (early !== undefined) {
      onRows(rows, rows);
      return early.writer.finish({ originNs, provenance, corrections: this.#corrections(rows) });
    }
    const writer = new TapeWriter(file, { instruments, originNs, provenance, columns: set });
    try {
      let breath = performance.now();
      for (const block of blocks()) {
        writer.append(block);
        if (performance.now() - breath < BREATH_MS) continue;
        onRows(writer.rows, rows);
        // An interruption gets its turn.
        await new Promise((resolve) => setImmediate(resolve));
        breath = performance.now();
      }
      return writer.finish({ corrections: this.#corrections(writer.rows) });
    } finally {
      writer.abort();
    }
  }

  /** Those of the import, and what ordering did. */
  #corrections(written: number): Correction[] {
    const tally = new CorrectionTally();
    tally.count(
      'split-rows',
      'rows that happened and were seen in different orders stand twice, once for each side',
      written - this.#collected.rows,
    );
    return [...this.#info.corrections, ...tally.list()];
  }
}

const BREATH_MS = 50;
