/**
 * Rows in the order received → rows in tape order, block by block in bounded memory: both orders (by exchange time, by local time)
 * as one sequence, as `orderColumns` of core makes it of rows in memory.
 * Knows nothing of importers or tapes. Called by row-collector.
 *
 * - Rows in order both ways are passed on as they are.
 * - Rows out of order by a few pieces pass through a window (row-stream).
 * - Several streams of one market, one after the other (the trades of a day, then its quotes): each passes through its own
 *   window, and these are merged.
 * - Where there are too many such streams, rows are sorted in runs as large as memory allows, on disk, and these are merged.
 */
import {
  allocateColumns,
  CODE_EXCHANGE,
  CODE_LOCAL,
  type Columns,
  copyRows,
  stableOrder,
} from '../../../core/index.js';
import { pieceBytes, RowFile, type RowSource } from './row-file.js';
import { RowPiece } from './row-piece.js';
import { gatherRows, keepSeen, MergeStream, numbers, type RowStream, WindowStream } from './row-stream.js';
import { type Clock, SEEN_BY, type Spread, type TimeMeasure } from './row-times.js';
import type { ByteStore } from './scratch.js';

/** How much memory ordering may take. */
export interface OrderingLimits {
  /** Pieces that rows may be out of order by to pass through a window. */
  readonly windowPieces: number;
  /** Streams that are merged from the rows as they lie. */
  readonly streams: number;
  /** Pieces of a run that is sorted at once. */
  readonly runPieces: number;
  /** Runs that are merged at once. */
  readonly fanIn: number;
}

/** With pieces of 8,192 rows (at most 0.5 MB each): windows of 3 MB, runs of 0.5 million rows. */
export const ORDERING_LIMITS: OrderingLimits = { windowPieces: 4, streams: 16, runPieces: 64, fanIn: 64 };

const BOTH = CODE_EXCHANGE | CODE_LOCAL;

/**
 * Gives the rows of `source` in tape order. Blocks are used again once the next one is asked for. `openStore`: room for sorted
 * runs, for pieces of so many bytes; who gives it takes it back.
 */
export function* orderedBlocks(
  source: RowSource,
  measure: TimeMeasure,
  openStore: (chunkBytes: number) => ByteStore,
  limits: OrderingLimits = ORDERING_LIMITS,
): Generator<Columns> {
  if (measure.exchangeNs.disorder === 0 && measure.localNs.disorder === 0) {
    const piece = new RowPiece(source.set, source.pieceRows);
    for (let at = 0; at < source.pieces; at++) {
      source.load(at, piece);
      yield piece.columns;
    }
    return;
  }
  const inOrderOf = (clock: Clock) =>
    orderedStream({ source, clock, spread: measure[clock], originNs: measure.originNs, openStore, limits });
  yield* bothOrders(inOrderOf('exchangeNs'), inOrderOf('localNs'), source);
}

interface OrderingJob {
  readonly source: RowSource;
  readonly clock: Clock;
  readonly spread: Spread;
  /** What the source takes off the times that the spread has. */
  readonly originNs: number;
  readonly openStore: (chunkBytes: number) => ByteStore;
  readonly limits: OrderingLimits;
}

function orderedStream(job: OrderingJob): RowStream {
  const { source, clock, spread, originNs, limits } = job;
  const starts = segmentStarts(spread, limits.windowPieces);
  if (starts.length > limits.streams) return mergedRuns(job);
  const least = spread.least.map((time) => time - originNs);
  const streams = starts.map(
    (from, at) => new WindowStream(source, from, starts[at + 1] ?? source.pieces, clock, least, spread.unseen > 0),
  );
  return merged(streams, clock, source);
}

/**
 * First pieces of the segments whose rows are in order but for what a window can hold: a piece belongs to the segment before it
 * if only the last few pieces of that reach beyond its smallest time.
 */
export function segmentStarts({ least, most }: Spread, windowPieces: number): number[] {
  const starts: number[] = [];
  // Largest time up to each piece, within its segment.
  const reached = new Float64Array(least.length);
  let start = 0;
  for (let piece = 0; piece < least.length; piece++) {
    const last = piece - windowPieces - 1;
    if (piece === 0 || (last >= start && reached[last]! > least[piece]!)) {
      start = piece;
      starts.push(piece);
    }
    reached[piece] = piece === start ? most[piece]! : Math.max(reached[piece - 1]!, most[piece]!);
  }
  return starts;
}

function merged(streams: readonly RowStream[], clock: Clock, { set, pieceRows }: RowSource): RowStream {
  return streams.length === 1 ? streams[0]! : new MergeStream(streams, clock, set, pieceRows);
}

/** Pieces [from, to) of a file, in order. */
interface Run {
  readonly file: RowFile;
  readonly from: number;
  readonly to: number;
}

function mergedRuns(job: OrderingJob): RowStream {
  const { source, clock, limits } = job;
  let file = openFile(job);
  let runs = sortedRuns(job, file);
  while (runs.length > limits.fanIn) {
    const longer = openFile(job);
    const longerRuns: Run[] = [];
    for (let at = 0; at < runs.length; at += limits.fanIn) {
      const stream = merged(
        runs.slice(at, at + limits.fanIn).map((run) => runStream(run, clock)),
        clock,
        source,
      );
      longerRuns.push(writeRun(stream, longer));
    }
    file.release();
    file = longer;
    runs = longerRuns;
  }
  return merged(
    runs.map((run) => runStream(run, clock)),
    clock,
    source,
  );
}

function openFile({ source: { set, pieceRows }, openStore }: OrderingJob): RowFile {
  return new RowFile(set, pieceRows, () => openStore(pieceBytes(set, pieceRows)));
}

function runStream({ file, from, to }: Run, clock: Clock): RowStream {
  return new WindowStream(file, from, to, clock);
}

/** Sorts as many pieces at once as the limits allow, and writes each such run to the file. */
function sortedRuns({ source, clock, spread, limits }: OrderingJob, file: RowFile): Run[] {
  const { set, pieceRows, pieces } = source;
  const piece = new RowPiece(set, pieceRows);
  const rows = allocateColumns(Math.min(limits.runPieces, pieces) * pieceRows, set);
  const runs: Run[] = [];
  for (let start = 0; start < pieces; start += limits.runPieces) {
    rows.length = 0;
    for (let at = start; at < Math.min(pieces, start + limits.runPieces); at++) {
      source.load(at, piece);
      if (spread.unseen > 0) keepSeen(piece.columns, SEEN_BY[clock]);
      copyRows(piece.columns, 0, piece.columns.length, rows, rows.length);
      rows.length += piece.columns.length;
    }
    const order = stableOrder(rows[clock], numbers(rows.length));
    const from = file.pieces;
    for (let at = 0; at < rows.length; at += pieceRows) {
      piece.columns.length = Math.min(pieceRows, rows.length - at);
      gatherRows(rows, order, at, at + piece.columns.length, piece.columns);
      file.append(piece);
    }
    runs.push({ file, from, to: file.pieces });
  }
  return runs;
}

function writeRun(stream: RowStream, file: RowFile): Run {
  const from = file.pieces;
  const piece = new RowPiece(file.set, file.pieceRows);
  const { columns } = piece;
  columns.length = 0;
  while (stream.advance()) {
    while (stream.at < stream.end) {
      const to = Math.min(stream.end, stream.at + file.pieceRows - columns.length);
      copyRows(stream.columns, stream.at, to, columns, columns.length);
      columns.length += to - stream.at;
      stream.at = to;
      if (columns.length < file.pieceRows) continue;
      file.append(piece);
      columns.length = 0;
    }
  }
  if (columns.length > 0) file.append(piece);
  return { file, from, to: file.pieces };
}

/**
 * Both orders as one sequence: while the next row of both has the same two times it is written once for both; else the one that
 * happened first is written for its side only (hftbacktest's `correct_event_order`). Rows given for one side alone stay so.
 */
function* bothOrders(byExchange: RowStream, byLocal: RowStream, { set, pieceRows }: RowSource): Generator<Columns> {
  const block = allocateColumns(pieceRows, set);
  let happens = true;
  let seen = true;
  for (;;) {
    if (happens && byExchange.at === byExchange.end) happens = byExchange.advance();
    if (seen && byLocal.at === byLocal.end) seen = byLocal.advance();
    if (!happens && !seen) break;
    if (happens && seen && alike(byExchange, byLocal)) copyAlike(byExchange, byLocal, block);
    else if (happens && (!seen || goesFirst(byExchange, byLocal))) copyOne(byExchange, CODE_EXCHANGE, block);
    else copyOne(byLocal, CODE_LOCAL, block);
    if (block.length < pieceRows) continue;
    yield block;
    block.length = 0;
  }
  if (block.length > 0) yield block;
}

/** Whether the next rows of both orders have the same times, and are of both sides. */
function alike(a: RowStream, b: RowStream): boolean {
  return (
    a.columns.exchangeNs[a.at] === b.columns.exchangeNs[b.at] &&
    a.columns.localNs[a.at] === b.columns.localNs[b.at] &&
    (a.columns.code[a.at]! & b.columns.code[b.at]! & BOTH) === BOTH
  );
}

/** Whether the next row by exchange time goes before the next one by local time: it happened earlier, or is of one side alone. */
function goesFirst(byExchange: RowStream, byLocal: RowStream): boolean {
  const happenedA = byExchange.columns.exchangeNs[byExchange.at]!;
  const happenedB = byLocal.columns.exchangeNs[byLocal.at]!;
  if (happenedA !== happenedB) return happenedA < happenedB;
  const seenA = byExchange.columns.localNs[byExchange.at]!;
  const seenB = byLocal.columns.localNs[byLocal.at]!;
  return seenA === seenB ? (byExchange.columns.code[byExchange.at]! & BOTH) !== BOTH : seenA < seenB;
}

/** Copies the rows at the head of both orders that have the same times, as far as batches and block go. */
function copyAlike(byExchange: RowStream, byLocal: RowStream, block: Columns): void {
  const { columns: a, at: atA } = byExchange;
  const { columns: b, at: atB } = byLocal;
  const room = block.exchangeNs.length - block.length;
  const most = Math.min(byExchange.end - atA, byLocal.end - atB, room);
  let rows = 0;
  while (
    rows < most &&
    a.exchangeNs[atA + rows] === b.exchangeNs[atB + rows] &&
    a.localNs[atA + rows] === b.localNs[atB + rows] &&
    (a.code[atA + rows]! & b.code[atB + rows]! & BOTH) === BOTH
  ) {
    rows++;
  }
  copyRows(a, atA, atA + rows, block, block.length);
  block.length += rows;
  byExchange.at += rows;
  byLocal.at += rows;
}

function copyOne(from: RowStream, side: number, block: Columns): void {
  copyRows(from.columns, from.at, from.at + 1, block, block.length);
  block.code[block.length] = (block.code[block.length]! & ~BOTH) | side;
  block.length++;
  from.at++;
}
