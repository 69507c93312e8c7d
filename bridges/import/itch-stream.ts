/**
 * Cuts a stream of bytes into ITCH messages, whatever pieces it comes in, checks each one's type and length, and passes over those
 * of stocks that nobody wants. Knows nothing of what messages mean. Called by itch.
 *
 * A day has hundreds of millions of messages, of which a chosen stock has few: what is passed over costs five bytes read where they
 * lie, and no call.
 */
import { ItchType, LONGEST_MESSAGE, letterName, MESSAGE_BYTES } from './itch-layout.js';

/** Where the messages go. */
export interface MessageTaker {
  /** By stock locate: 1 where its messages are handed on. It may change while messages come. */
  readonly wanted: Uint8Array;
  /** A message of type `type` that begins at byte `at`, borrowed for the call. May throw `RangeError`. */
  message(type: number, bytes: Uint8Array, at: number): void;
}

const PREFIX_BYTES = 2;
/** So many bytes tell a message's length and type; its stock locate follows. */
const TYPE_END = 3;

/** Types that are handed on whatever their stock locate: they say what locates are, or are of all stocks. */
const ALWAYS = new Uint8Array(256);
ALWAYS[ItchType.systemEvent] = 1;
ALWAYS[ItchType.stockDirectory] = 1;

export class ItchStream {
  /** Messages so far. */
  messages = 0;
  /** Those of them that were passed over. */
  skipped = 0;
  readonly #taker: MessageTaker;
  /** The beginning of a message whose end is still to come. */
  readonly #rest = new Uint8Array(PREFIX_BYTES + LONGEST_MESSAGE);
  #restBytes = 0;
  /** Bytes of the stream before the message at hand. */
  #at = 0;

  constructor(taker: MessageTaker) {
    this.#taker = taker;
  }

  /** Where the stream stands, for messages: `message 3 at byte 1234`. */
  get place(): string {
    return `message ${this.messages + 1} at byte ${this.#at}`;
  }

  /** Takes the next bytes. Throws `RangeError` where they are no ITCH; {@link ItchStream.place} says where. */
  push(piece: Uint8Array): void {
    let from = 0;
    while (this.#restBytes > 0 && from < piece.length) from = this.#complete(piece, from);
    if (from === piece.length) return;
    const end = this.#cut(piece, from);
    this.#rest.set(piece.subarray(end));
    this.#restBytes = piece.length - end;
  }

  /** After the last piece. Throws `RangeError` when a message is unfinished. */
  end(): void {
    const rest = this.#rest;
    // BinaryFILE ends a session with a length of 0.
    const sessionEnd = this.#restBytes === PREFIX_BYTES && rest[0] === 0 && rest[1] === 0;
    if (this.#restBytes > 0 && !sessionEnd) {
      throw new RangeError(`the data ends after ${this.#restBytes} bytes of this message: it was cut off`);
    }
  }

  /** Adds to the unfinished message and hands it on once it is whole; returns up to where the piece is used. */
  #complete(piece: Uint8Array, from: number): number {
    const rest = this.#rest;
    const known = this.#restBytes;
    const wanted = known < TYPE_END ? TYPE_END : PREFIX_BYTES + ((rest[0]! << 8) | rest[1]!);
    const part = Math.min(wanted - known, piece.length - from);
    rest.set(piece.subarray(from, from + part), known);
    this.#restBytes += part;
    // Refuses what is no message before the buffer could be too short for it.
    if (this.#cut(rest.subarray(0, this.#restBytes), 0) > 0) this.#restBytes = 0;
    return from + part;
  }

  /** Hands on the whole messages from `from` on and returns where the last of them ends. */
  #cut(bytes: Uint8Array, from: number): number {
    const taker = this.#taker;
    const { wanted } = taker;
    const lengths = MESSAGE_BYTES;
    const always = ALWAYS;
    const end = bytes.length;
    const start = this.#at - from;
    const before = this.messages;
    let at = from;
    let count = 0;
    let skipped = 0;
    while (at + TYPE_END <= end) {
      const length = (bytes[at]! << 8) | bytes[at + 1]!;
      const type = bytes[at + 2]!;
      if (length !== lengths[type]) {
        this.#at = start + at;
        this.messages = before + count;
        this.#refuse(length, type);
      }
      const next = at + PREFIX_BYTES + length;
      if (next > end) break;
      if ((wanted[(bytes[at + TYPE_END]! << 8) | bytes[at + TYPE_END + 1]!]! | always[type]!) !== 0) {
        this.#at = start + at;
        this.messages = before + count;
        taker.message(type, bytes, at + PREFIX_BYTES);
      } else skipped++;
      count++;
      at = next;
    }
    this.#at = start + at;
    this.messages = before + count;
    this.skipped += skipped;
    return at;
  }

  #refuse(length: number, type: number): never {
    if (length === 0) throw new RangeError('the data goes on after the length of 0 that ends a session');
    const expected = MESSAGE_BYTES[type]!;
    throw new RangeError(
      expected < 0
        ? `its type is ${letterName(type)}, none that ITCH 5.0 has`
        : `its length is ${length} bytes, but a message of type ${letterName(type)} has ${expected}`,
    );
  }
}
