import fs from 'node:fs';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../bridges/python/bridge-error.js';
import { aligned, FrameReader, metaFrame, packMeta, unpackMeta, writeHeader } from '../../bridges/python/frame.js';
import { FRAME_LIMITS, FrameType, PROTOCOL_VERSION } from '../../bridges/python/wire-layout.js';

interface Found {
  type: number;
  seq: number;
  meta: unknown;
  payload: string;
}

/** The one thing that a reader may throw. */
function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof BridgeError) return error.code;
    throw error;
  }
  return 'nothing';
}

function frameOf(type: number, seq: number, meta: Uint8Array, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(16 + aligned(meta.length) + payload.length);
  writeHeader(bytes, PROTOCOL_VERSION, type, seq, meta.length, payload.length);
  bytes.set(meta, 16);
  bytes.set(payload, 16 + aligned(meta.length));
  return bytes;
}

/** All frames of `bytes`, given to a reader in pieces as a system call would. */
function read(bytes: Uint8Array, pieces: () => number, reader = new FrameReader()): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + Math.min(pieces(), reader.room));
    reader.bytes.set(piece, reader.end);
    reader.filled(piece.length);
    at += piece.length;
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      expect(frame.payload.byteOffset % 8).toBe(0);
      const meta = frame.meta.length === 0 ? undefined : unpackMeta(frame.meta);
      found.push({ type: frame.type, seq: frame.seq, meta, payload: Buffer.from(frame.payload).toString('hex') });
    }
  }
  return found;
}

/** JSON has no words for some numbers; the vectors write them as text. `minusZero`: what −0 becomes. */
function special(value: unknown, minusZero = -0): unknown {
  if (value === null) return undefined;
  return JSON.parse(JSON.stringify(value), (_, cell) => {
    if (cell === '-0') return minusZero;
    return cell === 'NaN' || cell === 'Infinity' || cell === '-Infinity' ? Number(cell) : cell;
  });
}

const whole = () => Number.POSITIVE_INFINITY;
const header = (changes: Partial<Record<'magic' | 'version' | 'type' | 'meta' | 'payload', number>>) => {
  const bytes = Buffer.alloc(16);
  writeHeader(
    bytes,
    changes.version ?? 1,
    changes.type ?? FrameType.actions,
    7,
    changes.meta ?? 0,
    changes.payload ?? 0,
  );
  if (changes.magic !== undefined) bytes.writeUInt16LE(changes.magic, 0);
  return bytes;
};

describe('frames', () => {
  it('are laid out as PROTOCOL.md says', () => {
    const bytes = frameOf(FrameType.actions, 0x01020304, packMeta([1]), new Uint8Array(8).fill(0xff));
    expect(bytes.toString('hex')).toBe(
      '5457011104030201' + '0200000008000000' + '9101000000000000' + 'ffffffffffffffff',
    );
    expect(read(bytes, whole)).toEqual([{ type: 17, seq: 0x01020304, meta: [1], payload: 'ffffffffffffffff' }]);
    expect(Buffer.from(metaFrame(FrameType.error, 0, 1)).toString('hex')).toBe(
      '5457010500000000' + '0100000000000000' + '0100000000000000',
    );
  });

  it('are found whole however the bytes come, with what stands behind kept for the next', () => {
    const meta = fc.option(
      fc.array(fc.oneof(fc.integer(), fc.string(), fc.double(), fc.constant(null)), { maxLength: 9 }),
    );
    const one = fc.record({
      type: fc.constantFrom(...Object.values(FrameType)),
      seq: fc.integer({ min: 0, max: 0xffffffff }),
      meta,
      words: fc.array(fc.double(), { maxLength: 40 }),
    });
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (frames, sizes) => {
          const bytes = frames.map(({ type, seq, meta, words }) =>
            frameOf(
              type,
              seq,
              meta === null ? new Uint8Array(0) : packMeta(meta),
              new Uint8Array(new Float64Array(words).buffer),
            ),
          );
          let turn = 0;
          const found = read(Buffer.concat(bytes), () => sizes[turn++ % sizes.length]!);
          expect(found).toEqual(
            frames.map(({ type, seq, meta, words }) => ({
              type,
              seq,
              // −0 and whole floats are not msgpack's to keep.
              meta: meta === null ? undefined : meta.map((cell) => (Object.is(cell, -0) ? 0 : cell)),
              payload: Buffer.from(new Float64Array(words).buffer).toString('hex'),
            })),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('larger than the buffer are taken, at the limits', () => {
    const payload = new Uint8Array(FRAME_LIMITS.payloadBytes).fill(3);
    const reader = new FrameReader();
    const bytes = frameOf(FrameType.actions, 5, new Uint8Array(0), payload);
    let frame: ReturnType<FrameReader['next']>;
    for (let at = 0; at < bytes.length; frame = reader.next()) {
      const piece = bytes.subarray(at, at + reader.room);
      reader.bytes.set(piece, reader.end);
      reader.filled(piece.length);
      at += piece.length;
    }
    expect(Buffer.compare(frame!.payload, payload)).toBe(0);
    reader.push(frameOf(FrameType.actions, 6, packMeta('x'), new Uint8Array(0)));
    expect(reader.next()).toMatchObject({ seq: 6 });
    // And in pieces that come from elsewhere, of any length.
    const small = new FrameReader(16);
    const stream = Buffer.concat(
      Array.from({ length: 50 }, (_, seq) =>
        frameOf(FrameType.actions, seq, packMeta([seq]), payload.subarray(0, 8 * seq)),
      ),
    );
    const seqs: number[] = [];
    for (let at = 0, size = 1; at < stream.length; at += size++) {
      small.push(stream.subarray(at, at + size));
      for (let one = small.next(); one !== undefined; one = small.next()) seqs.push(one.seq);
    }
    expect(seqs).toEqual(Array.from({ length: 50 }, (_, seq) => seq));
  });

  it('without meta and payload hold the same empty bytes each time', () => {
    const reader = new FrameReader();
    reader.push(header({}));
    const { meta, payload } = reader.next()!;
    reader.push(header({}));
    expect(reader.next()!.meta).toBe(meta);
    expect(reader.pending).toBe(0);
    expect(payload.length).toBe(0);
  });

  it('that are none are refused, before anything is made of their lengths', () => {
    const refused: [string, Uint8Array, string][] = [
      ['a stray print', Buffer.from('loss: 0.12345678\n'), 'GARBAGE'],
      ['a line end', Buffer.from('\n'), 'GARBAGE'],
      ['half a magic', Buffer.from('TX'), 'GARBAGE'],
      ['another magic', header({ magic: 0x5755 }), 'GARBAGE'],
      ['another version', header({ version: 2 }), 'VERSION'],
      ['three bytes with another version', header({ version: 0 }).subarray(0, 3), 'VERSION'],
      ['an unknown type', header({ type: 4 }), 'TYPE'],
      ['four bytes with type 0', header({ type: 0 }).subarray(0, 4), 'TYPE'],
      ['huge meta', header({ meta: 0xfffffff0 }), 'TOO_BIG'],
      ['meta one too long', header({ meta: FRAME_LIMITS.metaBytes + 1 }), 'TOO_BIG'],
      ['huge payload', header({ payload: 0xfffffff0 }), 'TOO_BIG'],
      ['a payload one word too long', header({ payload: FRAME_LIMITS.payloadBytes + 8 }), 'TOO_BIG'],
      ['a payload of 4 bytes', header({ payload: 4 }), 'GARBAGE'],
      ['padding', Buffer.concat([header({ meta: 1 }), Buffer.from([1, 0, 0, 0, 0, 0, 0, 9])]), 'GARBAGE'],
    ];
    for (const [what, bytes, code] of refused) {
      const reader = new FrameReader();
      const before = reader.bytes.length;
      expect([what, codeOf(() => read(bytes, whole, reader))]).toEqual([what, code]);
      expect(reader.bytes.length).toBe(before);
    }
  });

  it('that are none are quoted, harmlessly', () => {
    const reader = new FrameReader();
    reader.push(Buffer.from(`\x1b[31mepoch 1\n${'x'.repeat(60)}`));
    expect(() => reader.next()).toThrow(`no frame, but "\\u001b[31mepoch 1\\n${'x'.repeat(27)}"`);
  });

  it('fill the vectors that both languages read', ({ skip }) => {
    const file = new URL('../fixtures/bridge/frames.json', import.meta.url);
    if (!fs.existsSync(file)) return skip('test/fixtures/bridge/frames.json is not there');
    interface Vector {
      name: string;
      hex: string;
      type?: number;
      seq?: number;
      meta?: unknown;
      payload?: string;
      fault?: string;
    }
    const vectors = JSON.parse(fs.readFileSync(file, 'utf8')) as Vector[];
    expect(vectors.length).toBeGreaterThan(50);
    for (const { name, hex, fault, ...told } of vectors) {
      const bytes = Buffer.from(hex, 'hex');
      const reader = new FrameReader();
      if (fault === undefined) {
        const [found, ...more] = read(bytes, whole, reader);
        expect([name, found, more]).toEqual([name, { ...told, meta: special(told.meta) }, []]);
        // Who packs may choose a shorter form of a number; what is packed must be read as the same.
        if (found!.meta !== undefined)
          expect([name, unpackMeta(packMeta(found!.meta))]).toEqual([name, special(told.meta, 0)]);
      } else if (fault === 'EXIT') {
        expect([name, read(bytes, whole, reader)]).toEqual([name, []]);
        expect(reader.pending).toBe(bytes.length);
      } else expect([name, codeOf(() => read(bytes, whole, reader))]).toEqual([name, fault]);
    }
  });
});

describe('meta', () => {
  const pack = (value: unknown) => new Packr({ useRecords: false }).pack(value);
  const nested = (depth: number) => Buffer.concat([Buffer.alloc(depth, 0x91), Buffer.from([0xc0])]);

  it('comes back as it went', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'proto'));
        expect(unpackMeta(packMeta(plain))).toEqual(plain);
      }),
      { numRuns: 1000 },
    );
    const numbers = [
      0,
      -1,
      127,
      128,
      -32,
      -33,
      65535,
      65536,
      2 ** 31,
      -(2 ** 31),
      2 ** 32,
      2 ** 53,
      -(2 ** 53),
      0.1,
      1e300,
    ];
    expect(unpackMeta(packMeta(numbers))).toEqual(numbers);
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(unpackMeta(packMeta(odd))).toBe(odd);
    }
    expect(unpackMeta(packMeta([undefined, 'é∣日本🎲', true, false]))).toEqual([null, 'é∣日本🎲', true, false]);
  });

  it('with whole numbers in 64 bits is read as numbers up to 2^53, and refused beyond', () => {
    const u64 = (value: bigint) =>
      Buffer.concat([Buffer.from([0xcf]), Buffer.from(value.toString(16).padStart(16, '0'), 'hex')]);
    const i64 = (value: bigint) => {
      const bytes = Buffer.alloc(9, 0xd3);
      bytes.writeBigInt64BE(value, 1);
      return bytes;
    };
    const edge = 2n ** 53n;
    for (const value of [0n, 1n, edge - 1n, edge]) expect(unpackMeta(u64(value))).toBe(Number(value));
    for (const value of [0n, -1n, edge, -edge]) expect(unpackMeta(i64(value))).toBe(Number(value));
    for (const value of [edge + 1n, 2n ** 63n, 2n ** 64n - 1n])
      expect(codeOf(() => unpackMeta(u64(value)))).toBe('BAD_META');
    for (const value of [edge + 1n, -edge - 1n, -(2n ** 63n)])
      expect(codeOf(() => unpackMeta(i64(value)))).toBe('BAD_META');
  });

  it('that is hostile is BAD_META, and says why', () => {
    const hostile: [Uint8Array, RegExp][] = [
      [Buffer.from([]), /cut off/],
      [Buffer.from([0xc1]), /0xc1 is no msgpack at byte 0/],
      [Buffer.from([0x91, 0xc1]), /0xc1 is no msgpack at byte 1/],
      [Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]), /cut off/],
      [Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff]), /cut off/],
      [Buffer.from([0xdb, 0xff, 0xff, 0xff, 0xff, 0x41]), /cut off/],
      [Buffer.from([0xc6, 0x7f, 0xff, 0xff, 0xff]), /cut off/],
      [Buffer.from([0xdc, 0x00]), /cut off/],
      [Buffer.from([0xcb, 0, 0, 0]), /cut off/],
      [nested(100_000), /nested deeper/],
      [Buffer.concat([pack([1]), Buffer.from([0])]), /1 bytes follow its end/],
      [pack(new Date(0)), /an extension type/],
      [Buffer.from([0xd5, 0x73, 0x91, 1]), /an extension type/],
      [Buffer.from([0xd4, 0, 0]), /an extension type/],
      [Buffer.from([0xc7, 5, 0x78, 0x92, 0xa1, 0x61, 0xa0, 0]), /an extension type/],
      [Buffer.from([0xa2, 0xc3, 0x28]), /no UTF-8/],
      [Buffer.from([0xa3, 0xed, 0xa0, 0x80]), /no UTF-8/],
      [Buffer.from([0x81, 0x01, 0x02]), /a key that is no text/],
      [Buffer.from([0x81, 0xa2, 0xc3, 0x28, 0x01]), /no UTF-8/],
    ];
    for (const [bytes, message] of hostile) {
      expect(codeOf(() => unpackMeta(bytes))).toBe('BAD_META');
      expect(() => unpackMeta(bytes)).toThrow(message);
    }
  });

  it('cannot reach the prototype of objects', () => {
    const evil = Buffer.concat([
      Buffer.from([0x81, 0xa9]),
      Buffer.from('__proto__'),
      Buffer.from([0x81, 0xa1, 0x78, 1]),
    ]);
    expect((unpackMeta(evil) as Record<string, unknown>).x).toBeUndefined();
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('300,000 random and mutated frames', () => {
  it('are read or refused, without a crash and without more memory than the limits allow', { timeout: 120_000 }, () => {
    const random = seedrandom('frames');
    const below = (end: number) => Math.floor(random() * end);
    const seeds = [
      frameOf(
        FrameType.actions,
        1,
        packMeta([
          [0, 1, 0, 1, 2, 3.5, 6, { tag: 'é', type: 'stop' }],
          [1, 1],
        ]),
        new Uint8Array(0),
      ),
      frameOf(FrameType.actions, 2, new Uint8Array(0), new Uint8Array(64)),
      frameOf(FrameType.actions, 3, new Uint8Array(0), new Uint8Array(0)),
      frameOf(
        FrameType.ready,
        0,
        packMeta({ name: 'x', handlers: ['bar'], decide: { every: '1s' } }),
        new Uint8Array(0),
      ),
      frameOf(FrameType.reset, 9, packMeta({ seed: 7 }), new Uint8Array(8)),
    ];
    const codes = new Map<string, number>();
    let stream = new FrameReader(256);
    let largest = 0;
    for (let turn = 0; turn < 300_000; turn++) {
      let bytes: Buffer;
      if (turn % 10 === 0) {
        bytes = Buffer.from(Array.from({ length: below(40) }, () => below(256)));
      } else {
        bytes = Buffer.from(seeds[below(seeds.length)]!);
        for (let changes = below(4); changes > 0; changes--) {
          const change = below(4);
          const at = below(bytes.length);
          if (change === 0) bytes[at] = below(256);
          else if (change === 1) bytes[at] = bytes[at]! ^ (1 << below(8));
          else if (change === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(4))]);
          else
            bytes.writeUInt32LE(
              below(100) === 0 ? 64 << 20 : [0, 0xffffffff, 0xfffffff0, 8, 1 << 20][below(5)]!,
              Math.min(at, bytes.length - 4),
            );
          if (bytes.length < 8) break;
        }
      }
      let code = 'more to come';
      try {
        stream.push(bytes);
        for (let frame = stream.next(); frame !== undefined; frame = stream.next()) {
          code = 'read';
          if (frame.meta.length > 0) unpackMeta(frame.meta);
        }
      } catch (error) {
        if (!(error instanceof BridgeError)) throw error;
        code = error.code;
      }
      codes.set(code, (codes.get(code) ?? 0) + 1);
      largest = Math.max(largest, stream.bytes.length);
      // A stream that was refused is over; one that claims much would swallow what follows.
      if (code !== 'read' || stream.pending > 0) stream = new FrameReader(256);
    }
    expect(largest).toBeLessThanOrEqual(16 + FRAME_LIMITS.metaBytes + FRAME_LIMITS.payloadBytes);
    for (const code of ['read', 'more to come', 'GARBAGE', 'VERSION', 'TYPE', 'TOO_BIG', 'BAD_META']) {
      expect([code, codes.get(code) ?? 0]).toEqual([code, expect.any(Number)]);
      expect(codes.get(code)).toBeGreaterThan(500);
    }
  });
});
