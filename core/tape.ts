/**
 * A tape: market data of all instruments in one time-ordered sequence of rows, in columns, read block by block.
 * Knows nothing of files or of who reads. Called by the feed (replay), by merge and by everything that makes tapes.
 * contract: TapeSource, BlockReader.
 */
import { Instrument, type InstrumentSpec } from './instrument.js';
import { CODE_EXCHANGE, CODE_KIND, CODE_LOCAL, type ColumnSet, type Columns, KIND_NAMES } from './market.js';

/** One kind of correction an importer or a repair made, with how often and whatever else is worth knowing. */
export interface Correction {
  /** Kebab-case name, e.g. `negative-latency`, `reordered-rows`, `update-id-gap`, `crossed-book`, `unknown-kind`. */
  readonly name: string;
  /** How many rows or messages it touched. */
  readonly count: number;
  /** One sentence for people, with units: `all local times moved by 1272156851 ns`. */
  readonly note: string;
}

/** What is known of a tape before its rows are read. */
export interface TapeInfo {
  /** In the order of the `instrument` column's indices. */
  readonly instruments: readonly InstrumentSpec[];
  /** Int64 ns since 1970 UTC that the tape's times count from: its smallest time. */
  readonly originNs: bigint;
  readonly rows: number;
  readonly columns: ColumnSet;
  /** Where the rows came from: files, importer, version. Free text values. */
  readonly provenance: Readonly<Record<string, string>>;
  readonly corrections: readonly Correction[];
  /** Rows of each kind for each instrument, `counts[instrument][kind]`; kinds index {@link KIND_NAMES}. */
  readonly counts: readonly (readonly number[])[];
  /** Hex SHA-256 of the tape's content where it is known (files); the manifest of a run quotes it. */
  readonly hash?: string;
}

/**
 * Gives a tape's rows. Each `open` starts a new pass from the first row.
 *
 * Decides how rows get into memory. Opened once per run. Times are ns since the `originNs` given to `open`. Readers may
 * hand out the same buffers again after `release`. Errors (damaged file) are thrown from `next` and name file, place and
 * value. Read {@link MemoryTape} first. Conformance: test/contracts/tape-source.contract.ts.
 */
export interface TapeSource {
  readonly info: TapeInfo;
  open(originNs: bigint): BlockReader;
}

/** One pass over a tape. */
export interface BlockReader {
  /** The next rows in order, checked (see {@link checkColumns}), never empty; `undefined` at the end. */
  next(): Columns | undefined;
  /** The caller has done with a block that `next` gave; its buffers may be used for a later one. */
  release(block: Columns): void;
  /** Ends the pass early or late; frees what it holds. Calling it twice does nothing. */
  close(): void;
}

/** The rows of one tape in memory, handed out in blocks of `blockRows` (all at once by default). */
export class MemoryTape implements TapeSource {
  readonly info: TapeInfo;
  readonly #columns: Columns;
  readonly #blockRows: number;

  /**
   * `columns`: times relative to `info.originNs`. They are checked here, row by row; throws `RangeError` naming the row.
   * `info.rows` and `info.counts` are computed.
   */
  constructor(
    columns: Columns,
    info: Omit<TapeInfo, 'rows' | 'counts' | 'columns'>,
    { blockRows = columns.length }: { blockRows?: number } = {},
  ) {
    const instruments = info.instruments.map((spec, index) => new Instrument(spec, index));
    checkColumns(columns, instruments.length, new OrderCheck('tape in memory'));
    checkWholeTimes(columns, 'tape in memory');
    this.info = {
      ...info,
      rows: columns.length,
      counts: countKinds(columns, instruments.length),
      columns: setOf(columns),
    };
    this.#columns = columns;
    this.#blockRows = Math.max(1, blockRows);
  }

  open(originNs: bigint): BlockReader {
    const shift = Number(this.info.originNs - originNs);
    const columns = shift === 0 ? this.#columns : shiftTimes(this.#columns, shift);
    const step = this.#blockRows;
    let row = 0;
    return {
      next() {
        if (row >= columns.length) return undefined;
        const end = Math.min(row + step, columns.length);
        const block = sliceColumns(columns, row, end);
        row = end;
        return block;
      },
      release() {},
      close() {
        row = columns.length;
      },
    };
  }
}

/** Remembers the last times of a pass, so that order is checked across blocks, and names rows by their place in it. */
export class OrderCheck {
  /** How messages call the source, e.g. `tape btc.parquet`. */
  readonly source: string;
  exchangeNs = Number.NEGATIVE_INFINITY;
  localNs = Number.NEGATIVE_INFINITY;
  rows = 0;

  constructor(source: string) {
    this.source = source;
  }
}

/**
 * Refuses rows that no engine may see: times out of order, seen locally before they happened, unknown
 * kinds or sides, instruments off the list, quantities that are negative or not whole. Throws `RangeError` with the
 * source and the row. One pass, no allocation.
 */
export function checkColumns(columns: Columns, instruments: number, check: OrderCheck): void {
  const { exchangeNs, localNs, code, instrument, qtyLots, length } = columns;
  const kinds = KIND_NAMES.length;
  let lastExchange = check.exchangeNs;
  let lastLocal = check.localNs;
  for (let row = 0; row < length; row++) {
    const bits = code[row]!;
    const happened = exchangeNs[row]!;
    const seen = localNs[row]!;
    const lots = qtyLots[row]!;
    const kind = bits & CODE_KIND;
    // Every comparison is written so that NaN fails it.
    const fine =
      happened <= seen &&
      (happened >= lastExchange || (bits & CODE_EXCHANGE) === 0) &&
      (seen >= lastLocal || (bits & CODE_LOCAL) === 0) &&
      lots >= 0 &&
      Math.floor(lots) === lots &&
      instrument[row]! < instruments &&
      kind !== 0 &&
      kind < kinds &&
      (bits & 0b0011_0000) !== 0b0011_0000;
    if (!fine)
      throw new RangeError(
        `${check.source} row ${check.rows + row}: ${faultOf(columns, row, instruments, lastExchange, lastLocal)}`,
      );
    if ((bits & CODE_EXCHANGE) !== 0) lastExchange = happened;
    if ((bits & CODE_LOCAL) !== 0) lastLocal = seen;
  }
  check.exchangeNs = lastExchange;
  check.localNs = lastLocal;
  check.rows += length;
}

/** Refuses times that are fractions or endless, which rows made in memory may have; in files times are int64. */
function checkWholeTimes({ exchangeNs, localNs, length }: Columns, source: string): void {
  for (let row = 0; row < length; row++) {
    const [happened, seen] = [exchangeNs[row]!, localNs[row]!];
    if (Number.isInteger(happened) && Number.isInteger(seen)) continue;
    throw new RangeError(`${source} row ${row}: time ${happened} or ${seen} is not a whole number of nanoseconds`);
  }
}

function faultOf(columns: Columns, row: number, instruments: number, lastExchange: number, lastLocal: number): string {
  const happened = columns.exchangeNs[row]!;
  const seen = columns.localNs[row]!;
  const lots = columns.qtyLots[row]!;
  const kind = columns.code[row]! & CODE_KIND;
  if (!(happened <= seen)) return `local time ${seen} lies before exchange time ${happened} (or one is no number)`;
  if (!(lots >= 0) || Math.floor(lots) !== lots) return `quantity ${lots} is not a whole number of lots ≥ 0`;
  if (columns.instrument[row]! >= instruments)
    return `instrument ${columns.instrument[row]} is not in the list of ${instruments}`;
  if (kind === 0 || kind >= KIND_NAMES.length) return `kind ${kind} is unknown`;
  if ((columns.code[row]! & 0b0011_0000) === 0b0011_0000) return 'side 3 is unknown';
  if (happened < lastExchange) return `exchange time ${happened} is before the previous row's ${lastExchange}`;
  return `local time ${seen} is before the previous row's ${lastLocal}`;
}

/** Rows of each kind for each instrument: `counts[instrument][kind]`. A row that stands twice is counted once. */
export function countKinds(columns: Columns, instruments: number, counts = emptyCounts(instruments)): number[][] {
  const { code, instrument, length } = columns;
  let last = -1;
  let own: number[] = [];
  for (let row = 0; row < length; row++) {
    const bits = code[row]!;
    if ((bits & CODE_EXCHANGE) === 0) continue;
    const index = instrument[row]!;
    if (index !== last) {
      last = index;
      own = counts[index]!;
    }
    own[bits & CODE_KIND]! += 1;
  }
  return counts;
}

export function emptyCounts(instruments: number): number[][] {
  return Array.from({ length: instruments }, () => new Array<number>(KIND_NAMES.length).fill(0));
}

function setOf(columns: Columns): ColumnSet {
  return {
    orderId: columns.orderId !== undefined,
    bars: columns.openTicks !== undefined,
    value: columns.value !== undefined,
  };
}

/** A view of rows [from, to) that shares memory with `columns`. */
export function sliceColumns(columns: Columns, from: number, to: number): Columns {
  return {
    length: to - from,
    exchangeNs: columns.exchangeNs.subarray(from, to),
    localNs: columns.localNs.subarray(from, to),
    code: columns.code.subarray(from, to),
    flags: columns.flags.subarray(from, to),
    instrument: columns.instrument.subarray(from, to),
    priceTicks: columns.priceTicks.subarray(from, to),
    qtyLots: columns.qtyLots.subarray(from, to),
    orderId: columns.orderId?.subarray(from, to),
    openTicks: columns.openTicks?.subarray(from, to),
    highTicks: columns.highTicks?.subarray(from, to),
    lowTicks: columns.lowTicks?.subarray(from, to),
    value: columns.value?.subarray(from, to),
  };
}

function shiftTimes(columns: Columns, shiftNs: number): Columns {
  const exchangeNs = columns.exchangeNs.map((time) => time + shiftNs);
  const localNs = columns.localNs.map((time) => time + shiftNs);
  return { ...columns, exchangeNs, localNs };
}
