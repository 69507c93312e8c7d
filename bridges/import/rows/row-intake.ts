/**
 * Takes an importer's rows in the order they were received: the latest stand in memory, the others in a file of pieces. What is
 * learnt of a row later is put right wherever it stands. Knows nothing of time or order. Called by row-collector and the importers.
 */
import type { ColumnSet, Columns } from '../../../core/index.js';
import type { RowFile } from './row-file.js';
import { RowPiece } from './row-piece.js';

export class RowIntake {
  /** Which optional columns there are. */
  readonly set: ColumnSet;
  readonly #pieceRows: number;
  readonly #file: RowFile;
  /** Called with how many rows there are, once for each full piece. */
  readonly #onRows: (rows: number) => void;
  /** The piece being filled and the one before it, which stays for what is learnt a little later. */
  #piece: RowPiece;
  #before: RowPiece | undefined;
  #spare: RowPiece | undefined;
  /** Number of the first row of the piece being filled, and rows in it. */
  #base = 0;
  #count = 0;
  // The columns of the piece being filled.
  #exchangeNs!: Float64Array;
  #localNs!: Float64Array;
  #code!: Uint8Array;
  #flags!: Uint8Array;
  #instrument!: Uint16Array;
  #priceTicks!: Int32Array;
  #qtyLots!: Float64Array;
  #orderId!: Float64Array;

  constructor(file: RowFile, onRows: (rows: number) => void = () => {}) {
    this.#file = file;
    this.set = file.set;
    this.#pieceRows = file.pieceRows;
    this.#onRows = onRows;
    this.#piece = new RowPiece(this.set, this.#pieceRows);
    this.#attach();
  }

  /** Rows so far. */
  get length(): number {
    return this.#base + this.#count;
  }

  /** Adds a row and returns its number. What is optional is 0 until it is set. */
  add(
    exchangeNs: number,
    localNs: number,
    code: number,
    flags: number,
    instrument: number,
    priceTicks: number,
    qtyLots: number,
  ): number {
    if (this.#count === this.#pieceRows) this.#turn();
    const at = this.#count++;
    this.#exchangeNs[at] = exchangeNs;
    this.#localNs[at] = localNs;
    this.#code[at] = code;
    this.#flags[at] = flags;
    this.#instrument[at] = instrument;
    this.#priceTicks[at] = priceTicks;
    this.#qtyLots[at] = qtyLots;
    return this.#base + at;
  }

  /** Sets the order id of a row. */
  setOrderId(row: number, id: number): void {
    const at = row - this.#base;
    if (at >= 0) this.#orderId[at] = id;
    else {
      this.revise(row, row + 1, (columns, from) => {
        columns.orderId![from] = id;
      });
    }
  }

  /** Sets the value of a row. */
  setValue(row: number, value: number): void {
    this.revise(row, row + 1, (columns, at) => {
      columns.value![at] = value;
    });
  }

  /** Sets open, high and low of a bar. */
  setBar(row: number, openTicks: number, highTicks: number, lowTicks: number): void {
    this.revise(row, row + 1, (columns, at) => {
      columns.openTicks![at] = openTicks;
      columns.highTicks![at] = highTicks;
      columns.lowTicks![at] = lowTicks;
    });
  }

  /** Sets bits of the flags of a row. */
  mark(row: number, bits: number): void {
    const at = row - this.#base;
    if (at >= 0) this.#flags[at]! |= bits;
    else if (at >= -this.#pieceRows) this.#before!.columns.flags[at + this.#pieceRows]! |= bits;
    else this.#file.mark(Math.floor(row / this.#pieceRows), row % this.#pieceRows, bits);
  }

  /** Hands the rows [from, to) to `change`, piece by piece: columns and the range in them. Cheap for the latest rows only. */
  revise(from: number, to: number, change: (columns: Columns, from: number, to: number) => void): void {
    for (let row = from; row < to; ) {
      const piece = Math.floor(row / this.#pieceRows);
      const start = piece * this.#pieceRows;
      const end = Math.min(to, start + this.#pieceRows);
      if (start === this.#base) change(this.#piece.columns, row - start, end - start);
      else if (start === this.#base - this.#pieceRows) change(this.#before!.columns, row - start, end - start);
      else {
        this.#spare ??= new RowPiece(this.set, this.#pieceRows);
        this.#file.load(piece, this.#spare);
        change(this.#spare.columns, row - start, end - start);
        this.#file.save(piece, this.#spare);
      }
      row = end;
    }
  }

  /** After the last row: all of them are in the file now. */
  end(): RowFile {
    if (this.#before !== undefined) this.#file.append(this.#before);
    this.#before = undefined;
    if (this.#count > 0) this.#append(this.#piece);
    return this.#file;
  }

  #append(piece: RowPiece): void {
    piece.columns.length = this.#count;
    this.#file.append(piece);
    this.#base += this.#count;
    this.#count = 0;
  }

  /** The piece is full: the one before it goes to the file, and is filled next. */
  #turn(): void {
    const full = this.#piece;
    full.columns.length = this.#pieceRows;
    if (this.#before !== undefined) this.#file.append(this.#before);
    this.#piece = this.#before ?? new RowPiece(this.set, this.#pieceRows);
    this.#before = full;
    this.#base += this.#pieceRows;
    this.#count = 0;
    this.#piece.clear();
    this.#attach();
    this.#onRows(this.#base);
  }

  #attach(): void {
    const { columns } = this.#piece;
    this.#exchangeNs = columns.exchangeNs;
    this.#localNs = columns.localNs;
    this.#code = columns.code;
    this.#flags = columns.flags;
    this.#instrument = columns.instrument;
    this.#priceTicks = columns.priceTicks;
    this.#qtyLots = columns.qtyLots;
    if (columns.orderId !== undefined) this.#orderId = columns.orderId;
  }
}
