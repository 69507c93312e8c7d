/** Values travel exactly, both ways: through our writer, the Python package's reader and writer, and our reader. */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { unpackMeta } from '../../bridges/python/frame.js';
import { PipeChannel } from '../../bridges/python/pipe-channel.js';
import { RequestFrame } from '../../bridges/python/request-frame.js';
import { FrameType } from '../../bridges/python/wire-layout.js';

const { path, missing } = inject('python');
const ECHO = fileURLToPath(new URL('./peers/echo.py', import.meta.url));
const TWO_53 = 2 ** 53;
const INT64_EDGES = [0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 1_750_000_000_123_456_789n];
const FLOAT_EDGES = [
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Infinity,
  -Infinity,
  TWO_53,
  TWO_53 - 1,
  TWO_53 + 2,
  -TWO_53,
  5e-324,
  Number.MAX_VALUE,
  65_000,
  0.1,
];

const scratch = new DataView(new ArrayBuffer(8));
function hexOf(value: number): string {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0).toString(16).padStart(16, '0');
}

describe.skipIf(missing !== '')('between the two languages', () => {
  let channel: PipeChannel;
  let seq = 0;
  const frame = new RequestFrame();
  beforeAll(() => {
    channel = new PipeChannel({ subject: 'the echo', command: path, args: [ECHO] });
  });
  afterAll(() => channel.close());

  function echo(
    meta: readonly unknown[],
    times: readonly bigint[],
    numbers: readonly number[],
    columns: readonly (readonly [Uint8Array | Uint16Array, number])[],
  ) {
    frame.begin(meta);
    for (const time of times) frame.addHalves(Number(BigInt.asIntN(32, time)), Number(BigInt.asIntN(32, time >> 32n)));
    frame.addNumbers(Float64Array.from(numbers));
    for (const [column, length] of columns) frame.addColumn(column, length);
    const sent = frame.end(FrameType.decide, ++seq);
    const copy = sent.slice();
    const reply = channel.exchange(sent);
    const [values, written, int64s, floats] = unpackMeta(reply.meta) as [unknown[], string[], string[], string[]];
    return { copy, values, written, int64s, floats, payload: reply.payload };
  }

  const int64 = fc.oneof(fc.constantFrom(...INT64_EDGES), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
  const float = fc.oneof(fc.constantFrom(...FLOAT_EDGES), fc.double());
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', 'BTC/USDT', 'Ä€', '東京証券', '🏛️📈', 'a\u0000b', 'ﬀ', 'e\u0301'),
  );
  /** What meta holds: whole numbers to 2^53, finite floats, texts, truth values. */
  const cell = fc.oneof(
    fc.maxSafeInteger(),
    fc.constantFrom(TWO_53, -TWO_53),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    text,
    fc.boolean(),
  );

  test('int64 times, every float, texts and columns of any length are the same there and back', () => {
    fc.assert(
      fc.property(
        fc.array(cell, { maxLength: 12 }),
        fc.array(int64, { maxLength: 8 }),
        fc.array(float, { maxLength: 20 }),
        fc.uint8Array({ maxLength: 30 }),
        fc.uint16Array({ maxLength: 30 }),
        (meta, times, numbers, bytes, halves) => {
          const { copy, values, written, int64s, floats, payload } = echo(meta, times, numbers, [
            [bytes, bytes.length],
            [halves, halves.length],
          ]);
          expect(values).toEqual(meta);
          expect(int64s.slice(0, times.length)).toEqual(times.map(String));
          expect(floats.slice(times.length, times.length + numbers.length)).toEqual(numbers.map(hexOf));
          const payloadOf = copy.subarray(copy.length - payload.length);
          expect(Buffer.compare(payload, payloadOf)).toBe(0);
          meta.forEach((value, at) => {
            const same =
              typeof value === 'number'
                ? hexOf(value)
                : typeof value === 'boolean'
                  ? String(value)
                  : `text ${[...value].length} ${value}`;
            expect(written[at]).toBe(same);
          });
        },
      ),
      { numRuns: 1_500 },
    );
  });

  test.each(FLOAT_EDGES)('%d keeps its bits', (value) => {
    const { floats, payload } = echo([], [], [value], []);
    expect(floats).toEqual([hexOf(value)]);
    expect(hexOf(new DataView(payload.buffer, payload.byteOffset).getFloat64(0, true))).toBe(hexOf(value));
  });

  test('nothing at all travels, too', () => {
    const { values, payload } = echo([], [], [], [[new Uint8Array(0), 0]]);
    expect(values).toEqual([]);
    expect(payload).toHaveLength(0);
  });
});
