/**
 * Collects rows in the order they were received and makes a tape's columns of them: both orders (by exchange time, by
 * local time) in one sequence. Knows nothing of vendors or files. Called by importers, the synthetic market and tests.
 */
import { allocateColumns, CODE_EXCHANGE, CODE_LOCAL, type ColumnSet, type Columns } from './market.js';

/** Grows columns row by row. Times are ns since an origin that the caller chose. */
export class TapeBuilder {
  #columns: Columns;
  #capacity: number;
  readonly #set: ColumnSet;

  constructor(set: ColumnSet = {}, capacity = 65_536) {
    this.#set = set;
    this.#capacity = capacity;
    this.#columns = allocateColumns(capacity, set);
  }

  get length(): number {
    return this.#columns.length;
  }

  /** The rows so far, in the order they were added. The arrays may be longer than `length`. */
  get columns(): Columns {
    return this.#columns;
  }

  /** Adds a row and returns its number, for {@link TapeBuilder.columns} to set what is optional. */
  add(
    exchangeNs: number,
    localNs: number,
    code: number,
    flags: number,
    instrument: number,
    priceTicks: number,
    qtyLots: number,
  ): number {
    if (this.#columns.length === this.#capacity) this.#grow();
    const columns = this.#columns;
    const row = columns.length++;
    columns.exchangeNs[row] = exchangeNs;
    columns.localNs[row] = localNs;
    columns.code[row] = code;
    columns.flags[row] = flags;
    columns.instrument[row] = instrument;
    columns.priceTicks[row] = priceTicks;
    columns.qtyLots[row] = qtyLots;
    return row;
  }

  #grow(): void {
    const old = this.#columns;
    this.#capacity *= 2;
    const grown = allocateColumns(this.#capacity, this.#set);
    copyRows(old, 0, old.length, grown, 0);
    grown.length = old.length;
    this.#columns = grown;
  }

  /** The columns in tape order; see {@link orderColumns}. */
  build(): OrderedColumns {
    return orderColumns(this.#columns);
  }
}

/** What {@link orderColumns} did. */
export interface OrderedColumns {
  readonly columns: Columns;
  /** Rows given whose exchange time was before that of an earlier row. */
  readonly exchangeDisorder: number;
  /** Rows given whose local time was before that of an earlier row. */
  readonly localDisorder: number;
  /** Rows that now stand twice, once for each side. */
  readonly split: number;
}

/**
 * Sorts rows stably by exchange time and by local time, and writes both orders as one sequence: while the next row of
 * both orders has the same two times it is written once for both; else the one that happened first is written for its
 * side only. (hftbacktest's `correct_event_order`, so that its goldens can be compared.)
 * The rows given must be seen by both sides. Where they stand in both orders already, the result shares their memory.
 */
export function orderColumns(given: Columns): OrderedColumns {
  const { length, exchangeNs, localNs } = given;
  if (isSorted(exchangeNs, length) && isSorted(localNs, length)) {
    return { columns: firstRows(given), exchangeDisorder: 0, localDisorder: 0, split: 0 };
  }
  const byExchange = stableOrder(exchangeNs, length);
  const byLocal = stableOrder(localNs, length);
  const exchangeDisorder = disorder(exchangeNs, length);
  const localDisorder = disorder(localNs, length);
  const set = {
    orderId: given.orderId !== undefined,
    bars: given.openTicks !== undefined,
    value: given.value !== undefined,
  };

  let rows = 0;
  const walk = (emit: (row: number, seen: number) => void) => {
    let a = 0;
    let b = 0;
    while (a < length || b < length) {
      const rowA = a < length ? byExchange[a]! : -1;
      const rowB = b < length ? byLocal[b]! : -1;
      const happenedA = rowA < 0 ? Infinity : exchangeNs[rowA]!;
      const happenedB = rowB < 0 ? Infinity : exchangeNs[rowB]!;
      const seenA = rowA < 0 ? Infinity : localNs[rowA]!;
      const seenB = rowB < 0 ? Infinity : localNs[rowB]!;
      if (happenedA === happenedB && seenA === seenB) {
        emit(rowA, CODE_EXCHANGE | CODE_LOCAL);
        a++;
        b++;
      } else if (happenedA < happenedB || (happenedA === happenedB && seenA < seenB)) {
        emit(rowA, CODE_EXCHANGE);
        a++;
      } else {
        emit(rowB, CODE_LOCAL);
        b++;
      }
    }
  };
  walk(() => rows++);
  const columns = allocateColumns(rows, set);
  walk((row, seen) => {
    const to = columns.length++;
    copyRows(given, row, row + 1, columns, to);
    columns.code[to] = (given.code[row]! & ~(CODE_EXCHANGE | CODE_LOCAL)) | seen;
  });
  return { columns, exchangeDisorder, localDisorder, split: rows - length };
}

/** Copies rows [from, to) of one set of columns into another, from row `at` on. Both need the same optional columns. */
export function copyRows(source: Columns, from: number, to: number, target: Columns, at: number): void {
  if (to - from === 1) {
    target.exchangeNs[at] = source.exchangeNs[from]!;
    target.localNs[at] = source.localNs[from]!;
    target.code[at] = source.code[from]!;
    target.flags[at] = source.flags[from]!;
    target.instrument[at] = source.instrument[from]!;
    target.priceTicks[at] = source.priceTicks[from]!;
    target.qtyLots[at] = source.qtyLots[from]!;
    if (target.orderId !== undefined) target.orderId[at] = source.orderId?.[from] ?? 0;
    if (target.openTicks !== undefined) target.openTicks[at] = source.openTicks?.[from] ?? 0;
    if (target.highTicks !== undefined) target.highTicks[at] = source.highTicks?.[from] ?? 0;
    if (target.lowTicks !== undefined) target.lowTicks[at] = source.lowTicks?.[from] ?? 0;
    if (target.value !== undefined) target.value[at] = source.value?.[from] ?? 0;
    return;
  }
  for (const name of COLUMN_NAMES) {
    const column = source[name];
    if (column !== undefined) target[name]?.set(column.subarray(from, to), at);
  }
}

/** Every column of {@link Columns}, in the order files list them. */
export const COLUMN_NAMES = [
  'exchangeNs',
  'localNs',
  'code',
  'flags',
  'instrument',
  'priceTicks',
  'qtyLots',
  'orderId',
  'openTicks',
  'highTicks',
  'lowTicks',
  'value',
] as const satisfies readonly (keyof Columns)[];

function isSorted(times: Float64Array, length: number): boolean {
  for (let row = 1; row < length; row++) if (!(times[row]! >= times[row - 1]!)) return false;
  return true;
}

/** The rows in use, without the room for more. */
function firstRows(given: Columns): Columns {
  const { length } = given;
  const cut: Record<string, unknown> = { length };
  for (const name of COLUMN_NAMES) cut[name] = given[name]?.subarray(0, length);
  return cut as unknown as Columns;
}

function disorder(times: Float64Array, length: number): number {
  let latest = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (times[row]! < latest) count++;
    else latest = times[row]!;
  }
  return count;
}

/** Row numbers sorted by time, equal times in the order given: natural merge sort, near linear on nearly sorted rows. */
function stableOrder(times: Float64Array, length: number): Uint32Array {
  let order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  // Starts of the ascending runs that are there already.
  let runs: number[] = length > 0 ? [0] : [];
  for (let i = 1; i < length; i++) if (times[i]! < times[i - 1]!) runs.push(i);
  let other = new Uint32Array(runs.length > 1 ? length : 0);
  while (runs.length > 1) {
    const merged: number[] = [];
    for (let r = 0; r < runs.length; r += 2) {
      const start = runs[r]!;
      const middle = runs[r + 1] ?? length;
      const end = runs[r + 2] ?? length;
      merged.push(start);
      let left = start;
      let right = middle;
      for (let to = start; to < end; to++) {
        const takeLeft = right >= end || (left < middle && times[order[left]!]! <= times[order[right]!]!);
        other[to] = takeLeft ? order[left++]! : order[right++]!;
      }
    }
    [order, other] = [other, order];
    runs = merged;
  }
  return order;
}
