/**
 * The fields of the ITCH message at hand, read where they lie and checked one by one.
 * Knows nothing of stocks or rows. Called by itch-rows and itch-status.
 */
import { Side } from '../../core/index.js';
import { AddField, ExecutedField, HeadField, letterName } from './itch-layout.js';

const WORD = 2 ** 32;
const DAY_NS = 86_400e9;
const ASCII = { B: 0x42, S: 0x53, Y: 0x59, N: 0x4e } as const;

/** Every method that reads a field throws `RangeError` with its name and value where it cannot be. */
export class ItchMessage {
  bytes: Uint8Array = new Uint8Array(0);
  /** The byte of its type. */
  at = 0;

  /** The 4-byte number that begins so many bytes after the type. */
  word(offset: number): number {
    const { bytes } = this;
    const at = this.at + offset;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  byte(offset: number): number {
    return this.bytes[this.at + offset]!;
  }

  get locate(): number {
    return (this.byte(HeadField.locate) << 8) | this.byte(HeadField.locate + 1);
  }

  /** ns since midnight, less than a day. */
  get nanos(): number {
    const high = (this.byte(HeadField.time) << 8) | this.byte(HeadField.time + 1);
    const nanos = high * WORD + this.word(HeadField.time + 2);
    if (nanos < DAY_NS) return nanos;
    throw new RangeError(`timestamp is ${nanos} ns after midnight, more than a day`);
  }

  /** Above 0. */
  shares(offset: number, what: string): number {
    const shares = this.word(offset);
    if (shares > 0) return shares;
    throw new RangeError(`${what} are 0`);
  }

  /** Of an 8-byte field; may be 0. */
  wideShares(offset: number, what: string): number {
    const shares = this.word(offset) * WORD + this.word(offset + 4);
    if (Number.isSafeInteger(shares)) return shares;
    throw new RangeError(`${what} are ${shares}, beyond 2^53`);
  }

  /** An 8-byte reference as text. */
  referenceText(offset: number): string {
    return String((BigInt(this.word(offset)) << 32n) | BigInt(this.word(offset + 4)));
  }

  side(): Side {
    const code = this.byte(AddField.side);
    if (code === ASCII.B) return Side.buy;
    if (code === ASCII.S) return Side.sell;
    throw new RangeError(`buy/sell indicator is ${letterName(code)}, neither B nor S`);
  }

  printable(): boolean {
    const code = this.byte(ExecutedField.printable);
    if (code === ASCII.Y || code === ASCII.N) return code === ASCII.Y;
    throw new RangeError(`printable is ${letterName(code)}, neither Y nor N`);
  }

  /** One of these letters. */
  letter(offset: number, what: string, allowed: string): string {
    const code = this.byte(offset);
    const letter = String.fromCharCode(code);
    if (allowed.includes(letter)) return letter;
    throw new RangeError(`${what} is ${letterName(code)}, none of ${[...allowed].join(', ')}`);
  }
}
