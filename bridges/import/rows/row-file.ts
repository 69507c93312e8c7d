/**
 * Rows by pieces in a byte store: written in order, changed here and there, read again piece by piece. While they suit an early tape
 * they go there instead, and into the store only once one of them is asked for.
 * Knows nothing of order or of what rows say. Called by row-intake, which fills it, and row-ordering.
 */
import { type ColumnSet, copyRows } from '../../../core/index.js';
import type { EarlyTape } from './early-tape.js';
import { HEAD_BYTES, RowPiece, rowBytes } from './row-piece.js';
import type { ByteStore } from './scratch.js';

/** What gives rows piece by piece. Contract of all that orders rows; the simplest is a {@link RowFile}. */
export interface RowSource {
  readonly set: ColumnSet;
  readonly pieceRows: number;
  readonly pieces: number;
  /** Reads a piece. */
  load(piece: number, into: RowPiece): void;
}

export class RowFile implements RowSource {
  readonly set: ColumnSet;
  /** Most rows of a piece; a piece may have fewer, and takes the same room. */
  readonly pieceRows: number;
  rows = 0;
  readonly #openStore: () => ByteStore;
  #opened: ByteStore | undefined;
  #early: EarlyTape | undefined;
  readonly #lengths: number[] = [];
  readonly #pieceBytes: number;

  /** `openStore`: called when the first piece goes there. */
  constructor(set: ColumnSet, pieceRows: number, openStore: () => ByteStore, early?: EarlyTape) {
    this.set = set;
    this.pieceRows = pieceRows;
    this.#openStore = openStore;
    this.#early = early;
    this.#pieceBytes = pieceRows * rowBytes(set);
  }

  get pieces(): number {
    return this.#lengths.length;
  }

  /** The tape that all rows are on, if they are. */
  get early(): EarlyTape | undefined {
    return this.#early;
  }

  get #store(): ByteStore {
    if (this.#opened === undefined || this.#early !== undefined) this.#settle();
    return this.#opened!;
  }

  /** Moves what is on the early tape to the store. */
  #settle(): void {
    const early = this.#early;
    this.#early = undefined;
    this.#opened ??= this.#openStore();
    if (early === undefined) return;
    const piece = new RowPiece(this.set, this.pieceRows);
    let at = 0;
    for (const block of early.takeBack()) {
      for (let from = 0; from < block.length; from += this.pieceRows) {
        const to = Math.min(block.length, from + this.pieceRows);
        copyRows(block, from, to, piece.columns, 0);
        this.#opened.write(piece.bytes, at++ * this.#pieceBytes);
      }
    }
  }

  append(piece: RowPiece): void {
    if (this.#early?.take(piece.columns) !== true) this.#store.write(piece.bytes, this.pieces * this.#pieceBytes);
    this.#lengths.push(piece.columns.length);
    this.rows += piece.columns.length;
  }

  load(piece: number, into: RowPiece): void {
    this.#store.read(into.bytes, piece * this.#pieceBytes);
    into.columns.length = this.#lengths[piece]!;
  }

  /** Reads times and code alone. */
  loadHeads(piece: number, into: RowPiece): void {
    this.#store.read(into.bytes.subarray(0, this.pieceRows * HEAD_BYTES), piece * this.#pieceBytes);
    into.columns.length = this.#lengths[piece]!;
  }

  /** Writes a changed piece back. */
  save(piece: number, from: RowPiece): void {
    this.#store.write(from.bytes, piece * this.#pieceBytes);
  }

  /** Sets bits of the flags of one row, without reading the others. */
  mark(piece: number, row: number, bits: number): void {
    // Flags are the last column.
    const at = (piece + 1) * this.#pieceBytes - this.pieceRows + row;
    const byte = new Uint8Array(1);
    this.#store.read(byte, at);
    byte[0]! |= bits;
    this.#store.write(byte, at);
  }

  release(): void {
    this.#opened?.release();
  }
}

/** Bytes of a piece of so many rows, for stores that want to know. */
export function pieceBytes(set: ColumnSet, pieceRows: number): number {
  return pieceRows * rowBytes(set);
}
