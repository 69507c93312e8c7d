/**
 * Cuts a stream of bytes into DBN metadata and records, whatever pieces it comes in, and checks each record's type and length.
 * Knows nothing of what records mean. Called by databento.
 *
 * Bytes are copied once, into one buffer that begins with a whole record, so that fields are read as words of typed arrays.
 */
import { ANYWHERE, HEADER_WORDS, recordWords, rtypeName, SCHEMA_NAMES, SCHEMA_RTYPES } from './dbn-layout.js';
import { type DbnMetadata, metadataLength, PRELUDE_BYTES, readMetadata } from './dbn-metadata.js';

/** Where the records of a file go. */
export interface RecordTaker {
  /** Once, before any record. */
  begin(metadata: DbnMetadata): void;
  /** The buffer that records stand in from now on; it moves when it must grow. */
  attach(words: Int32Array, bytes: Uint8Array): void;
  /** A record of type `rtype` that begins at word `at` of the buffer, borrowed for the call. May throw `RangeError`. */
  record(rtype: number, at: number): void;
}

const FIRST_BYTES = 64 * 1024;

export class DbnStream {
  metadata: DbnMetadata | undefined;
  /** Records handed on. */
  records = 0;
  readonly #taker: RecordTaker;
  #buffer: ArrayBuffer = new ArrayBuffer(FIRST_BYTES);
  #words = new Int32Array(this.#buffer);
  #bytes: Uint8Array = new Uint8Array(this.#buffer);
  /** Bytes in the buffer, and of the stream before the buffer's first. */
  #filled = 0;
  #before = 0;
  #recordWords: Uint8Array = new Uint8Array(256);
  #allowed = new Uint8Array(256);

  constructor(taker: RecordTaker) {
    this.#taker = taker;
    taker.attach(this.#words, this.#bytes);
  }

  /** Where the stream stands, for messages: `record 3 at byte 1234`. */
  get place(): string {
    if (this.metadata === undefined) return 'its metadata';
    return `record ${this.records + 1} at byte ${this.#before}`;
  }

  /** Takes the next bytes. Throws `RangeError` where they are no DBN; {@link DbnStream.place} says where. */
  push(piece: Uint8Array): void {
    for (let from = 0; from < piece.length; ) {
      if (this.#filled === this.#buffer.byteLength) this.#grow();
      const part = Math.min(piece.length - from, this.#buffer.byteLength - this.#filled);
      this.#bytes.set(part === piece.length ? piece : piece.subarray(from, from + part), this.#filled);
      this.#filled += part;
      from += part;
      this.#cut();
    }
  }

  /** After the last piece. Throws `RangeError` when something is unfinished; of records only if they were wanted. */
  end(metadataAlone = false): void {
    if (this.metadata === undefined) throw new RangeError('the data ends within the metadata: it was cut off');
    if (this.#filled === 0 || metadataAlone) return;
    const whole = this.#bytes[0]! * 4;
    throw new RangeError(`the data ends after ${this.#filled} of the record's ${whole} bytes: it was cut off`);
  }

  #grow(): void {
    const buffer = new ArrayBuffer(this.#buffer.byteLength * 2);
    const bytes = new Uint8Array(buffer);
    bytes.set(this.#bytes);
    this.#buffer = buffer;
    this.#bytes = bytes;
    this.#words = new Int32Array(buffer);
    this.#taker.attach(this.#words, bytes);
  }

  #cut(): void {
    const start = this.metadata === undefined ? this.#head() : 0;
    if (this.metadata === undefined) return;
    this.#drop(start);
    this.#drop(this.#records());
  }

  /** Bytes of the metadata, once they are all there. */
  #head(): number {
    if (this.#filled < PRELUDE_BYTES) return 0;
    const head = Buffer.from(this.#buffer, 0, this.#filled);
    const length = PRELUDE_BYTES + metadataLength(head);
    if (this.#filled < length) return 0;
    const metadata = readMetadata(head.subarray(0, length));
    this.#recordWords = recordWords(metadata.version, metadata.tsOut);
    const own = metadata.schema === undefined ? undefined : SCHEMA_RTYPES[metadata.schema];
    for (let rtype = 0; rtype < 256; rtype++) {
      const allowed = own === undefined || rtype === own || ANYWHERE.includes(rtype);
      this.#allowed[rtype] = allowed && this.#recordWords[rtype]! > 0 ? 1 : 0;
    }
    this.#taker.begin(metadata);
    this.metadata = metadata;
    return length;
  }

  /** Hands on the whole records in the buffer and returns how many bytes they take. */
  #records(): number {
    const bytes = this.#bytes;
    const taker = this.#taker;
    const before = this.#before;
    const filled = this.#filled;
    const lengths = this.#recordWords;
    const allowed = this.#allowed;
    let at = 0;
    for (; at + 2 <= filled; ) {
      const rtype = bytes[at + 1]!;
      const words = bytes[at]!;
      if (words !== lengths[rtype] || allowed[rtype] === 0) {
        this.#before = before + at;
        this.#refuse(words, rtype);
      }
      const next = at + words * 4;
      if (next > filled) break;
      this.#before = before + at;
      taker.record(rtype, at >> 2);
      this.records++;
      at = next;
    }
    this.#before = before;
    return at;
  }

  #refuse(words: number, rtype: number): never {
    const expected = this.#recordWords[rtype]!;
    if (expected === 0) throw new RangeError(`record type ${rtypeName(rtype)} is none that DBN has`);
    if (words !== expected) {
      const least = words < HEADER_WORDS ? ', less than a header' : '';
      throw new RangeError(
        `its length is ${words * 4} bytes${least}, but a record of type ${rtypeName(rtype)} has ${expected * 4}`,
      );
    }
    const schema = SCHEMA_NAMES[this.metadata!.schema!];
    throw new RangeError(`it is of type ${rtypeName(rtype)}, but the metadata says that the file is ${schema}`);
  }

  /** Moves what is left to the buffer's beginning. */
  #drop(bytes: number): void {
    if (bytes === 0) return;
    this.#bytes.copyWithin(0, bytes, this.#filled);
    this.#filled -= bytes;
    this.#before += bytes;
  }
}
