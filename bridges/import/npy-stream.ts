/**
 * Cuts a stream of bytes into the rows of an npy array, whatever pieces it comes in.
 * Knows nothing of what rows mean. Called by hftbacktest.
 *
 * Bytes are copied once, into one buffer that begins with a whole row, so that fields are read as words of typed arrays.
 */
import { type NpyHeader, readNpyHeader } from './npy-header.js';

/** The buffer that rows stand in, in three views; all fields are 8 bytes wide. */
export interface RowBuffer {
  readonly numbers: Float64Array;
  /** Lower word first. */
  readonly words: Uint32Array;
}

export interface RowTaker {
  /** Once, before any row. May throw `RangeError`. */
  begin(header: NpyHeader): void;
  /** A row that begins at the 8-byte place `at` of the buffer, borrowed for the call. May throw `RangeError`. */
  row(buffer: RowBuffer, at: number): void;
}

const FIELD_BYTES = 8;
/** At least; a row may be longer. */
const BUFFER_BYTES = 64 * 1024;

export class NpyStream {
  /** Rows handed on. */
  rows = 0;
  readonly #taker: RowTaker;
  #head: Buffer = Buffer.alloc(0);
  #header: NpyHeader | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #buffer: RowBuffer = { numbers: new Float64Array(0), words: new Uint32Array(0) };
  #filled = 0;

  constructor(taker: RowTaker) {
    this.#taker = taker;
  }

  /** Where the stream stands, for messages: rows count from 0, as in Python. */
  get place(): string {
    return this.#header === undefined ? 'its header' : `row ${this.rows}`;
  }

  /** Takes the next bytes. Throws `RangeError` where they are no such array; {@link NpyStream.place} says where. */
  push(piece: Uint8Array): void {
    let from = 0;
    if (this.#header === undefined) {
      const had = this.#head.length;
      this.#head = Buffer.concat([this.#head, piece]);
      const header = readNpyHeader(this.#head);
      if (header === undefined) return;
      from = header.bytes - had;
      this.#begin(header);
      this.#head = Buffer.alloc(0);
    }
    while (from < piece.length) {
      const part = Math.min(piece.length - from, this.#bytes.length - this.#filled);
      this.#bytes.set(piece.subarray(from, from + part), this.#filled);
      this.#filled += part;
      from += part;
      this.#cut();
    }
  }

  #begin(header: NpyHeader): void {
    this.#taker.begin(header);
    this.#header = header;
    const rows = Math.max(1, Math.floor(BUFFER_BYTES / header.rowBytes));
    const buffer = new ArrayBuffer(rows * header.rowBytes);
    this.#bytes = new Uint8Array(buffer);
    this.#buffer = { numbers: new Float64Array(buffer), words: new Uint32Array(buffer) };
  }

  /** Hands on the whole rows in the buffer and moves what is left to its beginning. */
  #cut(): void {
    const { rowBytes, rows } = this.#header!;
    let at = 0;
    for (; at + rowBytes <= this.#filled; at += rowBytes) {
      if (this.rows === rows) throw new RangeError(`the data goes on after the ${rows} rows that its header says`);
      this.#taker.row(this.#buffer, at / FIELD_BYTES);
      this.rows++;
    }
    this.#bytes.copyWithin(0, at, this.#filled);
    this.#filled -= at;
  }

  /** After the last piece. Throws `RangeError` when rows are missing. */
  end(): void {
    const header = this.#header;
    if (header === undefined) throw new RangeError('the data ends within the header: it was cut off');
    if (this.rows < header.rows) {
      throw new RangeError(`the data ends before row ${this.rows + 1} of ${header.rows}: it was cut off`);
    }
    if (this.#filled > 0) throw new RangeError(`the data goes on after the ${header.rows} rows that its header says`);
  }
}
