/**
 * Rows in order of one of their two times, batch by batch, in bounded memory: rows that are nearly in order, through a window;
 * several such streams, merged. Equal times keep the order in which the rows were received.
 * Knows nothing of files or tapes. Called by row-ordering.
 */
import {
  allocateColumns,
  COLUMN_NAMES,
  type ColumnSet,
  type Columns,
  copyRows,
  stableOrder,
} from '../../../core/index.js';
import type { RowSource } from './row-file.js';
import { RowPiece } from './row-piece.js';
import { type Clock, SEEN_BY } from './row-times.js';

/** Contract of rows in order: the batch at hand has rows [at, end) of `columns`; who takes rows moves `at`. */
export interface RowStream {
  readonly columns: Columns;
  at: number;
  readonly end: number;
  /** The next batch, when all rows of this one are taken. False at the end. */
  advance(): boolean;
}

/**
 * Pieces [from, to) of a source in which rows are out of order by a few pieces at most. `least`: the smallest time of each piece
 * of the source; rows stay in the window until no later piece can have one that goes before them. Without it they are in order.
 * Rows that the clock's side does not see are left out where `unseen` says that there are such.
 */
export class WindowStream implements RowStream {
  columns: Columns;
  at = 0;
  end = 0;
  readonly #source: RowSource;
  readonly #clock: Clock;
  readonly #piece: RowPiece;
  /** Smallest time of all pieces from each one on. */
  readonly #limits: Float64Array;
  readonly #from: number;
  readonly #to: number;
  readonly #unseen: boolean;
  #next: number;
  /** Rows of `columns` in order, those that must wait included. */
  #total = 0;
  #window: Columns | undefined;
  #sorted: Columns | undefined;

  constructor(source: RowSource, from: number, to: number, clock: Clock, least?: Float64Array, unseen = false) {
    this.#source = source;
    this.#unseen = unseen;
    this.#clock = clock;
    this.#from = from;
    this.#to = to;
    this.#next = from;
    this.#piece = new RowPiece(source.set, source.pieceRows);
    this.columns = this.#piece.columns;
    this.#limits = new Float64Array(to - from + 1).fill(Infinity);
    for (let piece = to - 1; least !== undefined && piece >= from; piece--) {
      this.#limits[piece - from] = Math.min(this.#limits[piece - from + 1]!, least[piece]!);
    }
  }

  advance(): boolean {
    do {
      if (this.#next === this.#to) return false;
      this.#take(this.#total - this.end);
      const limit = this.#limits[++this.#next - this.#from]!;
      this.at = 0;
      this.end = countUpTo(this.columns[this.#clock], this.#total, limit);
    } while (this.end === 0);
    return true;
  }

  /** The next piece, in order with the `waiting` rows. */
  #take(waiting: number): void {
    if (waiting > 0) {
      this.#window = roomFor(this.#window, waiting + this.#source.pieceRows, this.#source.set);
      copyRows(this.columns, this.end, this.#total, this.#window, 0);
    }
    const { columns } = this.#piece;
    this.#source.load(this.#next, this.#piece);
    if (this.#unseen) keepSeen(columns, SEEN_BY[this.#clock]);
    this.#total = waiting + columns.length;
    if (waiting === 0 && inOrder(columns[this.#clock], columns.length)) {
      this.columns = columns;
      return;
    }
    const window = roomFor(this.#window, this.#total, this.#source.set);
    copyRows(columns, 0, columns.length, window, waiting);
    const order = stableOrder(window[this.#clock], numbers(this.#total));
    this.#window = window;
    this.#sorted = roomFor(this.#sorted, this.#total, this.#source.set);
    gatherRows(window, order, 0, this.#total, this.#sorted);
    this.columns = this.#sorted;
  }
}

/** Several streams in order as one; at equal times the one given first goes first. */
export class MergeStream implements RowStream {
  readonly columns: Columns;
  at = 0;
  end = 0;
  readonly #clock: Clock;
  readonly #rows: number;
  readonly #streams: readonly RowStream[];
  /** Numbers of the streams that have rows, as a heap with the earliest at its root. */
  readonly #heap: number[] = [];

  /** `rows`: the most of a batch. */
  constructor(streams: readonly RowStream[], clock: Clock, set: ColumnSet, rows: number) {
    this.#clock = clock;
    this.#rows = rows;
    this.#streams = streams;
    this.columns = allocateColumns(rows, set);
    streams.forEach((stream, number) => {
      if (stream.advance()) this.#heap.push(number);
    });
    for (let at = this.#heap.length >> 1; at >= 0; at--) this.#sink(at);
  }

  advance(): boolean {
    const { columns } = this;
    columns.length = 0;
    while (columns.length < this.#rows && this.#heap.length > 0) this.#copyFirst();
    this.at = 0;
    this.end = columns.length;
    return this.end > 0;
  }

  /** Copies what the first stream has before all others. */
  #copyFirst(): void {
    const heap = this.#heap;
    const first = this.#streams[heap[0]!]!;
    const times = first.columns[this.#clock];
    const most = Math.min(first.end, first.at + this.#rows - this.columns.length);
    let to = first.at + 1;
    if (heap.length === 1) to = most;
    else {
      const second = heap.length > 2 && this.#before(heap[2]!, heap[1]!) ? heap[2]! : heap[1]!;
      const limit = this.#time(second);
      if (heap[0]! < second) while (to < most && times[to]! <= limit) to++;
      else while (to < most && times[to]! < limit) to++;
    }
    copyRows(first.columns, first.at, to, this.columns, this.columns.length);
    this.columns.length += to - first.at;
    first.at = to;
    if (first.at === first.end && !first.advance()) {
      const last = heap.pop()!;
      if (heap.length === 0) return;
      heap[0] = last;
    }
    this.#sink(0);
  }

  #time(number: number): number {
    const { columns, at } = this.#streams[number]!;
    return columns[this.#clock][at]!;
  }

  #before(a: number, b: number): boolean {
    const timeA = this.#time(a);
    const timeB = this.#time(b);
    return timeA < timeB || (timeA === timeB && a < b);
  }

  /** Moves what stands at a place of the heap down to where it belongs. */
  #sink(start: number): void {
    const heap = this.#heap;
    const number = heap[start];
    if (number === undefined) return;
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#before(heap[child]!, number)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = number;
  }
}

/** Copies rows order[from … to) of `source` to the beginning of `target`. */
export function gatherRows(source: Columns, order: Uint32Array, from: number, to: number, target: Columns): void {
  for (const name of COLUMN_NAMES) {
    const column = source[name];
    if (column === undefined) continue;
    const gathered = target[name]!;
    for (let at = from; at < to; at++) gathered[at - from] = column[order[at]!]!;
  }
}

/** 0, 1, …: what {@link stableOrder} sorts. */
export function numbers(count: number): Uint32Array<ArrayBuffer> {
  const list = new Uint32Array(count);
  for (let at = 0; at < count; at++) list[at] = at;
  return list;
}

/** Moves the rows that a side sees together, and forgets the others. */
export function keepSeen(columns: Columns, side: number): void {
  let kept = 0;
  for (let row = 0; row < columns.length; row++) {
    if ((columns.code[row]! & side) === 0) continue;
    if (kept < row) copyRows(columns, row, row + 1, columns, kept);
    kept++;
  }
  columns.length = kept;
}

function inOrder(times: Float64Array, length: number): boolean {
  for (let row = 1; row < length; row++) if (times[row]! < times[row - 1]!) return false;
  return true;
}

/** How many of the first `length` times, which are in order, are not after `limit`. */
function countUpTo(times: Float64Array, length: number, limit: number): number {
  let low = 0;
  let high = length;
  if (length > 0 && times[length - 1]! <= limit) return length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The columns, or larger ones with what they hold. */
function roomFor(columns: Columns | undefined, rows: number, set: ColumnSet): Columns {
  if (columns !== undefined && columns.exchangeNs.length >= rows) return columns;
  const larger = allocateColumns(Math.ceil(rows * 1.5), set);
  if (columns !== undefined) copyRows(columns, 0, columns.exchangeNs.length, larger, 0);
  return larger;
}
