/**
 * Frames as PROTOCOL.md has them: headers written, frames found in a stream of bytes, meta packed and unpacked.
 * Knows nothing of where bytes come from or what frames mean. Called by the channels, and by who fills requests.
 *
 * Every frame is a multiple of 8 bytes long, so frames that follow each other in one buffer stay aligned.
 */
import { Packr, Unpackr } from 'msgpackr';
import { BridgeError } from './bridge-error.js';
import { msgpackFault } from './msgpack-check.js';
import { FRAME_LIMITS, FrameType, PROTOCOL_VERSION } from './wire-layout.js';

export { PROTOCOL_VERSION } from './wire-layout.js';

export const HEADER_BYTES = 16;
const MAGIC = 0x5754;
/** Bytes of what is no frame that an error quotes. */
const QUOTED_BYTES = 40;
const FIRST_BYTES = 1 << 16;
const NOTHING: Uint8Array = new Uint8Array(0);
const KNOWN_TYPES = new Set<number>(Object.values(FrameType));

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

/** `value` as msgpack: plain values, arrays and maps with text keys only. */
export function packMeta(value: unknown): Uint8Array {
  return packr.pack(value);
}

/** The value of a frame's meta. Throws {@link BridgeError} BAD_META for anything that the protocol does not allow. */
export function unpackMeta(meta: Uint8Array): unknown {
  const fault = msgpackFault(meta);
  if (fault !== undefined) throw new BridgeError('BAD_META', `${meta.length} bytes of meta cannot be read: ${fault}`);
  try {
    return unpackr.unpack(meta);
  } catch (error) {
    throw new BridgeError('BAD_META', `${meta.length} bytes of meta cannot be read: ${(error as Error).message}`);
  }
}

/** Writes the 16 bytes of a header to the beginning of `bytes`. */
export function writeHeader(
  bytes: Uint8Array,
  version: number,
  type: number,
  seq: number,
  metaBytes: number,
  payloadBytes: number,
): void {
  bytes[0] = MAGIC & 0xff;
  bytes[1] = MAGIC >> 8;
  bytes[2] = version;
  bytes[3] = type;
  writeU32(bytes, 4, seq);
  writeU32(bytes, 8, metaBytes);
  writeU32(bytes, 12, payloadBytes);
}

/** A frame with `meta` and no payload: those of the handshake, and errors. */
export function metaFrame(type: FrameType, seq: number, meta: unknown): Uint8Array {
  const packed = packMeta(meta);
  const bytes = new Uint8Array(HEADER_BYTES + aligned(packed.length));
  writeHeader(bytes, PROTOCOL_VERSION, type, seq, packed.length, 0);
  bytes.set(packed, HEADER_BYTES);
  return bytes;
}

/** A frame as it was found: one object per reader, borrowed with all it holds until the reader is asked again. */
export interface Frame {
  readonly type: number;
  readonly seq: number;
  /** msgpack, not yet looked at; empty where there is none. */
  readonly meta: Uint8Array;
  /** 8-aligned in its ArrayBuffer. */
  readonly payload: Uint8Array;
}

/**
 * Finds frames in bytes that come in pieces: put bytes at `bytes[end]` and on (`room` of them fit), tell `filled`, take `next`.
 * What stands behind a frame is kept for the next one. The first bytes of a header are judged as soon as they are there.
 */
export class FrameReader {
  bytes: Uint8Array;
  end = 0;
  #start = 0;
  readonly #frame = { type: 0, seq: 0, meta: NOTHING, payload: NOTHING };

  /** `firstBytes`: the buffer's length to begin with; it grows as frames want it. */
  constructor(firstBytes: number = FIRST_BYTES) {
    this.bytes = new Uint8Array(firstBytes);
  }

  get room(): number {
    return this.bytes.length - this.end;
  }

  /** Bytes that no frame has been made of. */
  get pending(): number {
    return this.end - this.#start;
  }

  filled(bytes: number): void {
    this.end += bytes;
  }

  /** Takes back the last `bytes` bytes: they were no part of the stream. */
  withdraw(bytes: number): void {
    this.end -= bytes;
  }

  /** Appends bytes that lie elsewhere. */
  push(piece: Uint8Array): void {
    const needed = this.pending + piece.length;
    if (piece.length > this.room) this.#move(needed > this.bytes.length ? Math.max(2 * this.bytes.length, needed) : 0);
    this.bytes.set(piece, this.end);
    this.end += piece.length;
  }

  /**
   * The next frame, or `undefined` until more bytes have come, for which there is room then. Throws {@link BridgeError}
   * GARBAGE, VERSION, TYPE or TOO_BIG; after that the stream is lost.
   */
  next(): Frame | undefined {
    const { bytes } = this;
    const start = this.#start;
    const have = this.end - start;
    if (have < HEADER_BYTES) {
      this.#judge(start, have);
      this.#makeRoom(HEADER_BYTES);
      return undefined;
    }
    this.#judge(start, HEADER_BYTES);
    const metaBytes = readU32(bytes, start + 8);
    const payloadBytes = readU32(bytes, start + 12);
    if (metaBytes > FRAME_LIMITS.metaBytes) this.#tooBig('meta', metaBytes, FRAME_LIMITS.metaBytes);
    if (payloadBytes > FRAME_LIMITS.payloadBytes) this.#tooBig('payload', payloadBytes, FRAME_LIMITS.payloadBytes);
    if ((payloadBytes & 7) !== 0) {
      throw new BridgeError('GARBAGE', `a payload of ${payloadBytes} bytes, which is no multiple of 8`);
    }
    const payloadAt = start + HEADER_BYTES + aligned(metaBytes);
    const frameEnd = payloadAt + payloadBytes;
    if (frameEnd > this.end) {
      this.#makeRoom(frameEnd - start);
      return undefined;
    }
    const metaEnd = start + HEADER_BYTES + metaBytes;
    for (let at = metaEnd; at < payloadAt; at++) {
      if (bytes[at] !== 0)
        throw new BridgeError('GARBAGE', `the padding behind ${metaBytes} bytes of meta is not zero`);
    }
    const frame = this.#frame;
    frame.type = bytes[start + 3]!;
    frame.seq = readU32(bytes, start + 4);
    frame.meta = metaBytes === 0 ? NOTHING : bytes.subarray(start + HEADER_BYTES, metaEnd);
    frame.payload = payloadBytes === 0 ? NOTHING : bytes.subarray(payloadAt, frameEnd);
    if (frameEnd === this.end) {
      this.#start = 0;
      this.end = 0;
    } else this.#start = frameEnd;
    return frame;
  }

  /** The first `have` bytes of a header. */
  #judge(start: number, have: number): void {
    const { bytes } = this;
    if ((have > 0 && bytes[start] !== (MAGIC & 0xff)) || (have > 1 && bytes[start + 1] !== MAGIC >> 8)) {
      throw new BridgeError('GARBAGE', `no frame, but ${this.#quoted(start)}: does something write to its descriptor?`);
    }
    if (have > 2 && bytes[start + 2] !== PROTOCOL_VERSION) {
      throw new BridgeError(
        'VERSION',
        `a frame of protocol version ${bytes[start + 2]}; this tickwright speaks version ${PROTOCOL_VERSION}`,
      );
    }
    if (have > 3 && !KNOWN_TYPES.has(bytes[start + 3]!)) {
      throw new BridgeError('TYPE', `a frame of the unknown type ${bytes[start + 3]}`);
    }
  }

  #quoted(start: number): string {
    const piece = this.bytes.subarray(start, Math.min(this.end, start + QUOTED_BYTES));
    return JSON.stringify(Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1'));
  }

  #tooBig(part: string, bytes: number, most: number): never {
    throw new BridgeError('TOO_BIG', `a frame with ${bytes} bytes of ${part}; ${most} are allowed`);
  }

  /** Makes room for more of the frame at the front. Grows with what came, not with what a header claims. */
  #makeRoom(frameBytes: number): void {
    const { length } = this.bytes;
    if (this.#start + frameBytes <= length && this.room > 0) return;
    this.#move(this.pending === length ? Math.min(2 * length, aligned(frameBytes)) : 0);
  }

  /** What is pending to the front, of a larger buffer if its length is given. */
  #move(largerBytes: number): void {
    const held = this.bytes.subarray(this.#start, this.end);
    if (largerBytes > 0) this.bytes = new Uint8Array(largerBytes);
    this.bytes.set(held, 0);
    this.#start = 0;
    this.end = held.length;
  }
}

export function aligned(bytes: number): number {
  return (bytes + 7) & ~7;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
