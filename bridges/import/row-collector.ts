/**
 * Collects an importer's rows and makes a tape of them: exact times relative to an origin, the clock correction, both
 * time orders, what was corrected. Knows nothing of vendors. Called by the importers.
 */
import {
  type ColumnSet,
  type Columns,
  formatEpoch,
  type InstrumentSpec,
  TapeBuilder,
  type TapeInfo,
} from '../../core/index.js';
import { CorrectionTally } from './correction-tally.js';
import { ImportError, type InputFact } from './input-file.js';

/** What every importer returns: made for `writeTape(path, columns, info)` and `new MemoryTape(columns, info)`. */
export interface ImportedTape {
  readonly columns: Columns;
  readonly info: Pick<TapeInfo, 'instruments' | 'originNs' | 'provenance' | 'corrections'>;
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

/** Rows of one tape in the order they were received. */
export class RowCollector {
  readonly rows: TapeBuilder;
  readonly tally = new CorrectionTally();
  #baseSeconds = Number.NaN;

  /** `rows`: room for as many before it must grow. */
  constructor(set: ColumnSet = {}, rows?: number) {
    this.rows = new TapeBuilder(set, rows);
  }

  /**
   * Whole seconds since 1970 and ns within the second → ns since this tape's base (the first second it was given).
   * Throws `RangeError` where a double cannot hold that exactly: from 104 days on, unless the ns are round enough.
   */
  time(seconds: number, nanos: number): number {
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
   * Where the local clock ran behind the exchange's, moves all local times by the worst difference, so that nothing is
   * seen before it happened. Rows whose exchange time is still to come (`NaN`) do not take part. Returns the ns moved.
   */
  shiftLocalClock(): number {
    const { exchangeNs, localNs, length } = this.rows.columns;
    let worst = 0;
    let early = 0;
    for (let row = 0; row < length; row++) {
      const latency = localNs[row]! - exchangeNs[row]!;
      if (latency >= 0 || Number.isNaN(latency)) continue;
      early++;
      if (latency < worst) worst = latency;
    }
    if (early === 0) return 0;
    for (let row = 0; row < length; row++) localNs[row] = exactDifference(localNs[row]!, worst);
    this.tally.count(
      'negative-latency',
      `all local times moved by ${-worst} ns: ${early} of ${length} rows were received before they happened ` +
        `(worst ${worst} ns), so the local clock ran behind the exchange's`,
      length,
    );
    return -worst;
  }

  /** Orders the rows, sets the origin to the smallest time, and lists what was corrected. Throws when there are no rows. */
  finish(origins: TapeOrigins): ImportedTape {
    const names = origins.files.map((file) => file.name).join(', ');
    if (this.rows.length === 0) throw new ImportError(`${names}: there is nothing in it for the tape, not one row`);
    const ordered = this.rows.build();
    const { exchangeDisorder: exchange, localDisorder: local } = ordered;
    this.#countDisorder(origins.reordered ?? { exchange, local }, ordered.split);
    const originNs = this.epochOf(moveToOrigin(ordered.columns));
    const provenance: Record<string, string> = { importer: origins.importer, importerVersion: origins.version };
    origins.files.forEach((file, index) => {
      provenance[`file${index + 1}`] = `${file.name}, ${file.sizeBytes} bytes, sha256 ${file.sha256}`;
    });
    Object.assign(provenance, origins.choices);
    return {
      columns: ordered.columns,
      info: { instruments: origins.instruments, originNs, provenance, corrections: this.tally.list() },
    };
  }

  #countDisorder({ exchange, local }: { exchange: number; local: number }, split: number): void {
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
    this.tally.count(
      'split-rows',
      'rows that happened and were seen in different orders stand twice, once for each side',
      split,
    );
  }
}

/** Makes the smallest time 0 and returns what it was. */
function moveToOrigin({ exchangeNs, localNs, length }: Columns): number {
  let origin = Infinity;
  for (let row = 0; row < length; row++) {
    if (exchangeNs[row]! < origin) origin = exchangeNs[row]!;
    if (localNs[row]! < origin) origin = localNs[row]!;
  }
  for (let row = 0; row < length; row++) {
    exchangeNs[row] = exactDifference(exchangeNs[row]!, origin);
    localNs[row] = exactDifference(localNs[row]!, origin);
  }
  return origin;
}

/** a − b, or a `RangeError` where the double would be rounded (Knuth's two-sum gives the error exactly). */
function exactDifference(a: number, b: number): number {
  const difference = a - b;
  const minusB = difference - a;
  if (a - (difference - minusB) - (b + minusB) !== 0) {
    throw new ImportError(
      `times ${a} ns and ${b} ns lie more than 104 days apart, too far to stay exact: make several tapes, they can be replayed together`,
    );
  }
  return difference;
}
