/**
 * Rows by pieces in a byte store: written in order, changed here and there, read again piece by piece.
 * Knows nothing of order or of what rows say. Called by row-intake, which fills it, and row-ordering.
 */
import type { ColumnSet } from '../../../core/index.js';
import { HEAD_BYTES, type RowPiece, rowBytes } from './row-piece.js';
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
  readonly #store: ByteStore;
  readonly #lengths: number[] = [];
  readonly #pieceBytes: number;

  constructor(set: ColumnSet, pieceRows: number, store: ByteStore) {
    this.set = set;
    this.pieceRows = pieceRows;
    this.#store = store;
    this.#pieceBytes = pieceRows * rowBytes(set);
  }

  get pieces(): number {
    return this.#lengths.length;
  }

  append(piece: RowPiece): void {
    this.#store.write(piece.bytes, this.pieces * this.#pieceBytes);
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
    this.#store.release();
  }
}

/** Bytes of a piece of so many rows, for stores that want to know. */
export function pieceBytes(set: ColumnSet, pieceRows: number): number {
  return pieceRows * rowBytes(set);
}
