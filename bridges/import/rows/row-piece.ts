/**
 * A piece of rows: columns that lie one after the other in one buffer, so that all of them are written and read at once.
 * Knows nothing of where it is kept. Called by everything in this folder.
 */
import type { ColumnSet, Columns } from '../../../core/index.js';

export class RowPiece {
  readonly columns: Columns;
  /** All columns, each with room for all rows: the two times and the code first, the flags last. */
  readonly bytes: Uint8Array;
  readonly #set: ColumnSet;

  /** `rows`: the most it holds; a multiple of 8, so that every column lies where its numbers may. */
  constructor(set: ColumnSet, rows: number) {
    this.#set = set;
    const buffer = new ArrayBuffer(rows * rowBytes(set));
    this.bytes = new Uint8Array(buffer);
    let at = 0;
    const place = (width: number) => {
      at += rows * width;
      return at - rows * width;
    };
    const f64 = () => new Float64Array(buffer, place(8), rows);
    const i32 = () => new Int32Array(buffer, place(4), rows);
    this.columns = {
      length: 0,
      exchangeNs: f64(),
      localNs: f64(),
      code: new Uint8Array(buffer, place(1), rows),
      qtyLots: f64(),
      orderId: set.orderId ? f64() : undefined,
      value: set.value ? f64() : undefined,
      priceTicks: i32(),
      openTicks: set.bars ? i32() : undefined,
      highTicks: set.bars ? i32() : undefined,
      lowTicks: set.bars ? i32() : undefined,
      instrument: new Uint16Array(buffer, place(2), rows),
      flags: new Uint8Array(buffer, place(1), rows),
    };
  }

  /** Ready for other rows: none in use, optional columns 0. */
  clear(): void {
    const { columns } = this;
    columns.length = 0;
    if (this.#set.orderId) columns.orderId!.fill(0);
    if (this.#set.value) columns.value!.fill(0);
    if (!this.#set.bars) return;
    for (const name of ['openTicks', 'highTicks', 'lowTicks'] as const) columns[name]!.fill(0);
  }
}

/** Bytes of a row's times and code. */
export const HEAD_BYTES = 17;

/** What a row takes: 32 to 60 bytes. */
export function rowBytes({ orderId, value, bars }: ColumnSet): number {
  return 32 + (orderId ? 8 : 0) + (value ? 8 : 0) + (bars ? 12 : 0);
}
