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
 * A row that is given for one side alone (its code says so) takes part in that side's order and stays so.
 * Where the rows stand in both orders already, the result shares their memory.
 */
export function orderColumns(given: Columns): OrderedColumns {
  const { length, exchangeNs, localNs, code } = given;
  const byExchange = rowsSeen(given, CODE_EXCHANGE);
  const byLocal = rowsSeen(given, CODE_LOCAL);
  const exchangeDisorder = disorder(exchangeNs, byExchange);
  const localDisorder = disorder(localNs, byLocal);
  if (exchangeDisorder === 0 && localDisorder === 0) {
    return { columns: firstRows(given), exchangeDisorder, localDisorder, split: 0 };
  }
  const exchangeOrder = stableOrder(exchangeNs, byExchange);
  const localOrder = stableOrder(localNs, byLocal);
  const set = {
    orderId: given.orderId !== undefined,
    bars: given.openTicks !== undefined,
    value: given.value !== undefined,
  };

  let rows = 0;
  const walk = (emit: (row: number, seen: number) => void) => {
    let a = 0;
    let b = 0;
    while (a < exchangeOrder.length || b < localOrder.length) {
      const rowA = a < exchangeOrder.length ? exchangeOrder[a]! : -1;
      const rowB = b < localOrder.length ? localOrder[b]! : -1;
      const happenedA = rowA < 0 ? Infinity : exchangeNs[rowA]!;
      const happenedB = rowB < 0 ? Infinity : exchangeNs[rowB]!;
      const seenA = rowA < 0 ? Infinity : localNs[rowA]!;
      const seenB = rowB < 0 ? Infinity : localNs[rowB]!;
      const together = happenedA === happenedB && seenA === seenB;
      if (together && (code[rowA]! & code[rowB]! & BOTH) === BOTH) {
        emit(rowA, BOTH);
        a++;
        b++;
      } else if (
        happenedA < happenedB ||
        (happenedA === happenedB && seenA < seenB) ||
        (together && (code[rowA]! & BOTH) !== BOTH)
      ) {
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
    columns.code[to] = (given.code[row]! & ~BOTH) | seen;
  });
  return { columns, exchangeDisorder, localDisorder, split: rows - length };
}

const BOTH = CODE_EXCHANGE | CODE_LOCAL;

/** Numbers of the rows that one side sees. */
function rowsSeen({ code, length }: Columns, side: number): Uint32Array<ArrayBuffer> {
  const rows = new Uint32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) if ((code[row]! & side) !== 0) rows[count++] = row;
  return rows.subarray(0, count);
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

/** The rows in use, without the room for more. */
function firstRows(given: Columns): Columns {
  const { length } = given;
  const cut: Record<string, unknown> = { length };
  for (const name of COLUMN_NAMES) cut[name] = given[name]?.subarray(0, length);
  return cut as unknown as Columns;
}

function disorder(times: Float64Array, rows: Uint32Array): number {
  let latest = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (let at = 0; at < rows.length; at++) {
    const time = times[rows[at]!]!;
    if (time < latest) count++;
    else latest = time;
  }
  return count;
}

/** Row numbers sorted by time, equal times in the order given: natural merge sort, near linear on nearly sorted rows. */
export function stableOrder(times: Float64Array, given: Uint32Array<ArrayBuffer>): Uint32Array {
  const { length } = given;
  let order = given;
  // Starts of the ascending runs that are there already.
  let runs: number[] = length > 0 ? [0] : [];
  for (let i = 1; i < length; i++) if (times[order[i]!]! < times[order[i - 1]!]!) runs.push(i);
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
