/**
 * Times of rows as they will stand on the tape, and what must be known of all of them before the first is written: the clock
 * correction, the origin, how far rows are out of order. Knows nothing of how they are put in order. Called by row-collector.
 */
import { CODE_EXCHANGE, CODE_LOCAL, type ColumnSet, type Columns } from '../../../core/index.js';
import type { RowFile, RowSource } from './row-file.js';
import { RowPiece } from './row-piece.js';

/** The two orders that rows have, and the bit in the code of the rows that each has. */
export type Clock = 'exchangeNs' | 'localNs';
export const SEEN_BY: Readonly<Record<Clock, number>> = { exchangeNs: CODE_EXCHANGE, localNs: CODE_LOCAL };

/** What is done to the times that an importer gave. */
export interface Adjustment {
  /** ns added to every local time. */
  readonly shiftNs: number;
  /** Rows without exchange time (`NaN`) happened so many ns before they were seen, by the shifted clock. */
  readonly untimedDelayNs: number;
  /** What times count from: taken off both. */
  readonly originNs: number;
}

export const AS_GIVEN: Adjustment = { shiftNs: 0, untimedDelayNs: Number.NaN, originNs: 0 };

/** How one of the two times runs through the pieces, of the rows that its side sees. */
export class Spread {
  /** Smallest and largest of each piece. */
  readonly least: Float64Array;
  readonly most: Float64Array;
  /** Rows whose time is before that of an earlier row. */
  disorder = 0;
  /** Rows that this side does not see. */
  unseen = 0;
  /** Smallest and largest of all rows, those that it does not see included. */
  first = Infinity;
  last = -Infinity;
  readonly #clock: Clock;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, pieces: number) {
    this.#clock = clock;
    this.least = new Float64Array(pieces).fill(Infinity);
    this.most = new Float64Array(pieces).fill(-Infinity);
  }

  /** Takes a piece's rows; pieces come in their order. */
  take(piece: number, { [this.#clock]: times, code, length }: Columns): void {
    const side = SEEN_BY[this.#clock];
    let latest = this.#latest;
    let least = Infinity;
    let most = -Infinity;
    let { first, last } = this;
    for (let row = 0; row < length; row++) {
      const time = times[row]!;
      if (time < first) first = time;
      if (time > last) last = time;
      if ((code[row]! & side) === 0) {
        this.unseen++;
        continue;
      }
      if (time < latest) this.disorder++;
      else latest = time;
      if (time < least) least = time;
      if (time > most) most = time;
    }
    this.#latest = latest;
    this.first = first;
    this.last = last;
    this.least[piece] = least;
    this.most[piece] = most;
  }
}

/** Rows in a file with their times adjusted as they are read. Throws `RangeError` where that would round one. */
export class AdjustedRows implements RowSource {
  readonly set: ColumnSet;
  readonly pieceRows: number;
  readonly pieces: number;
  readonly #file: RowFile;
  readonly #adjustment: Adjustment;

  constructor(file: RowFile, adjustment: Adjustment) {
    this.#file = file;
    this.#adjustment = adjustment;
    this.set = file.set;
    this.pieceRows = file.pieceRows;
    this.pieces = file.pieces;
  }

  load(piece: number, into: RowPiece): void {
    this.#file.load(piece, into);
    this.#adjust(into);
  }

  /** Reads times and code alone. */
  loadHeads(piece: number, into: RowPiece): void {
    this.#file.loadHeads(piece, into);
    this.#adjust(into);
  }

  #adjust({ columns: { exchangeNs, localNs, length } }: RowPiece): void {
    const { shiftNs, untimedDelayNs, originNs } = this.#adjustment;
    if (shiftNs !== 0) for (let row = 0; row < length; row++) localNs[row] = difference(localNs[row]!, -shiftNs);
    if (!Number.isNaN(untimedDelayNs)) {
      for (let row = 0; row < length; row++) {
        if (Number.isNaN(exchangeNs[row]!)) exchangeNs[row] = localNs[row]! - untimedDelayNs;
      }
    }
    if (originNs === 0) return;
    for (let row = 0; row < length; row++) {
      exchangeNs[row] = difference(exchangeNs[row]!, originNs);
      localNs[row] = difference(localNs[row]!, originNs);
    }
  }
}

/** How far local times lie before exchange times at worst (ns, ≤ 0), and of how many rows; `NaN` does not take part. */
export function worstLatency(file: RowFile): { readonly worst: number; readonly early: number } {
  // Early tapes have no such rows.
  if (file.early !== undefined) return { worst: 0, early: 0 };
  const piece = new RowPiece({}, file.pieceRows);
  const { exchangeNs, localNs } = piece.columns;
  let worst = 0;
  let early = 0;
  for (let at = 0; at < file.pieces; at++) {
    file.loadHeads(at, piece);
    for (let row = 0; row < piece.columns.length; row++) {
      const latency = localNs[row]! - exchangeNs[row]!;
      if (latency >= 0 || Number.isNaN(latency)) continue;
      early++;
      if (latency < worst) worst = latency;
    }
  }
  return { worst, early };
}

/** What {@link measureTimes} finds. */
export interface TimeMeasure {
  readonly exchangeNs: Spread;
  readonly localNs: Spread;
  /** Smallest of all times. */
  readonly originNs: number;
}

/** One pass over all times, adjusted but for the origin. Throws `RangeError` where the origin cannot be taken off. */
export function measureTimes(file: RowFile, adjustment: Adjustment): TimeMeasure {
  const rows = new AdjustedRows(file, { ...adjustment, originNs: 0 });
  const piece = new RowPiece({}, file.pieceRows);
  const { columns } = piece;
  const exchangeNs = new Spread('exchangeNs', file.pieces);
  const localNs = new Spread('localNs', file.pieces);
  for (let at = 0; at < file.pieces; at++) {
    rows.loadHeads(at, piece);
    exchangeNs.take(at, columns);
    localNs.take(at, columns);
  }
  const originNs = Math.min(exchangeNs.first, localNs.first);
  const latest = Math.max(exchangeNs.last, localNs.last);
  if (latest - originNs > Number.MAX_SAFE_INTEGER) refuseRounded(file, { ...adjustment, originNs }, piece);
  return { exchangeNs, localNs, originNs };
}

/** Whole numbers within 2^53 of each other have an exact difference; beyond that it takes a look at each. */
function refuseRounded(file: RowFile, adjustment: Adjustment, piece: RowPiece): void {
  const rows = new AdjustedRows(file, adjustment);
  for (let at = 0; at < file.pieces; at++) rows.loadHeads(at, piece);
}

/** a − b, or a `RangeError` where the double would be rounded (Knuth's two-sum gives the error exactly). */
function difference(a: number, b: number): number {
  const result = a - b;
  const minusB = result - a;
  if (a - (result - minusB) - (b + minusB) !== 0) {
    throw new RangeError(
      `times ${a} ns and ${b} ns lie more than 104 days apart, too far to stay exact: make several tapes, they can be replayed together`,
    );
  }
  return result;
}
