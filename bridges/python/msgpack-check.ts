/**
 * Judges msgpack bytes before they are unpacked: whole, of plain values only, text keys, depth and lengths within bounds.
 * Knows nothing of frames. Called by frame.ts.
 *
 * The unpacker would accept more than the protocol does: extension types (it makes dates, sets, even regular expressions of
 * them), 0xc1, keys that are no text, invalid UTF-8, integers that are no longer exact. One pass, nothing allocated.
 */
import { isUtf8 } from 'node:buffer';

/** Deeper than anything the protocol knows, and far from the end of the stack. */
const MOST_DEPTH = 32;

/** What is wrong with `bytes` as one msgpack value, or `undefined`. */
export function msgpackFault(bytes: Uint8Array): string | undefined {
  const walk = new Walk(bytes);
  walk.value(0);
  if (walk.fault === undefined && walk.at < bytes.length) return `${bytes.length - walk.at} bytes follow its end`;
  return walk.fault;
}

class Walk {
  readonly #bytes: Uint8Array;
  at = 0;
  fault: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(depth: number): boolean {
    const bytes = this.#bytes;
    if (this.at >= bytes.length) return this.#cut();
    const code = bytes[this.at++]!;
    if (code < 0x80 || code >= 0xe0) return true;
    if (code < 0x90) return this.#map(code & 0x0f, depth);
    if (code < 0xa0) return this.#array(code & 0x0f, depth);
    if (code < 0xc0) return this.#text(code & 0x1f);
    switch (code) {
      case 0xc0: // nil
      case 0xc2: // false
      case 0xc3: // true
        return true;
      case 0xc4:
        return this.#skip(this.#length(1));
      case 0xc5:
        return this.#skip(this.#length(2));
      case 0xc6:
        return this.#skip(this.#length(4));
      case 0xcc: // uint8
      case 0xd0: // int8
        return this.#skip(1);
      case 0xcd: // uint16
      case 0xd1: // int16
        return this.#skip(2);
      case 0xca: // float32
      case 0xce: // uint32
      case 0xd2: // int32
        return this.#skip(4);
      case 0xcb: // float64
        return this.#skip(8);
      case 0xcf: // uint64
      case 0xd3: // int64
        return this.#wholeNumber(code === 0xd3);
      case 0xd9:
        return this.#text(this.#length(1));
      case 0xda:
        return this.#text(this.#length(2));
      case 0xdb:
        return this.#text(this.#length(4));
      case 0xdc:
        return this.#array(this.#length(2), depth);
      case 0xdd:
        return this.#array(this.#length(4), depth);
      case 0xde:
        return this.#map(this.#length(2), depth);
      case 0xdf:
        return this.#map(this.#length(4), depth);
      case 0xc1:
        return this.#refuse('0xc1 is no msgpack');
      default:
        return this.#refuse('an extension type');
    }
  }

  #array(length: number, depth: number): boolean {
    if (!this.#holds(length, depth)) return false;
    for (let index = 0; index < length; index++) if (!this.value(depth + 1)) return false;
    return true;
  }

  #map(length: number, depth: number): boolean {
    if (!this.#holds(2 * length, depth)) return false;
    for (let index = 0; index < length; index++) {
      const code = this.#bytes[this.at] ?? 0;
      const isText = (code >= 0xa0 && code < 0xc0) || (code >= 0xd9 && code <= 0xdb);
      if (!isText) return this.#refuse('a key that is no text');
      if (!this.value(depth + 1) || !this.value(depth + 1)) return false;
    }
    return true;
  }

  /** Each value has a byte at least: what claims more than are left is refused before anything is made of it. */
  #holds(values: number, depth: number): boolean {
    if (this.fault !== undefined) return false;
    if (values > this.#bytes.length - this.at) return this.#cut();
    return depth < MOST_DEPTH || this.#refuse(`nested deeper than ${MOST_DEPTH}`);
  }

  #text(length: number): boolean {
    const start = this.at;
    if (this.fault !== undefined || !this.#skip(length)) return false;
    for (let at = start; at < this.at; at++) {
      if (this.#bytes[at]! < 0x80) continue;
      return isUtf8(this.#bytes.subarray(start, this.at)) || this.#refuse('a text that is no UTF-8');
    }
    return true;
  }

  #wholeNumber(signed: boolean): boolean {
    const start = this.at;
    if (!this.#skip(8)) return false;
    const high = this.#u32(start);
    // |value| ≤ 2^53, as an unsigned number or as what is left of 2^64.
    const exact =
      high < 0x20_0000 || (high === 0x20_0000 && this.#u32(start + 4) === 0) || (signed && high >= 0xffe0_0000);
    return exact || this.#refuse('a whole number beyond ±2^53');
  }

  #u32(at: number): number {
    const bytes = this.#bytes;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  /** A length of so many bytes; 0 where they are cut off, after which nothing else is read. */
  #length(bytes: number): number {
    const start = this.at;
    let length = 0;
    if (this.#skip(bytes)) for (let at = start; at < this.at; at++) length = length * 256 + this.#bytes[at]!;
    return length;
  }

  #skip(bytes: number): boolean {
    if (this.fault !== undefined || bytes > this.#bytes.length - this.at) return this.#cut();
    this.at += bytes;
    return true;
  }

  #cut(): boolean {
    this.fault ??= 'cut off';
    return false;
  }

  #refuse(what: string): boolean {
    this.fault ??= `${what} at byte ${this.at - 1}`;
    return false;
  }
}
