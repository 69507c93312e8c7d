/**
 * The simulator's side of environments and of tapes as arrays, against a peer of a few scripted frames; what Python makes of it
 * is tested in bridges/python/tests. Called by vitest.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BridgeError } from '../../bridges/python/bridge-error.js';
import type { Channel, Frame } from '../../bridges/python/channel.js';
import { serveEnvironment } from '../../bridges/python/environment.js';
import { packMeta, unpackMeta } from '../../bridges/python/frame.js';
import { ParentGone } from '../../bridges/python/parent-channel.js';
import { streamTape, type TapeStreamOptions } from '../../bridges/python/tape-stream.js';
import { FrameType, PROTOCOL_VERSION, WIRE_LAYOUT_TEXT, WIRE_SCHEMA } from '../../bridges/python/wire-layout.js';
import { openEnvironment } from '../../bridges/run-file/environment-run.js';
import { CODE_EXCHANGE, CODE_LOCAL, codeOf, Kind, Side } from '../../core/market.js';
import { MemoryTape } from '../../core/tape.js';
import { TapeBuilder } from '../../core/tape-builder.js';

const NOTHING = new Uint8Array(0);

interface Told {
  readonly type: number;
  readonly seq: number;
  readonly meta: unknown;
  readonly payload: Uint8Array;
}

/** Answers with what the script says; gone at its end. Ends as channels do: `refuse` tells, closes and throws. */
class ScriptedPeer implements Channel {
  readonly heard: Told[] = [];
  closed = 0;
  readonly #script: Iterator<[type: number, meta?: unknown]>;

  constructor(script: (heard: readonly Told[]) => Iterator<[type: number, meta?: unknown]>) {
    this.#script = script(this.heard);
  }

  send(borrowed: Uint8Array): void {
    const frame = new Uint8Array(borrowed);
    const view = new DataView(frame.buffer);
    const [seq, metaBytes, payloadBytes] = [4, 8, 12].map((at) => view.getUint32(at, true)) as [number, number, number];
    const meta = metaBytes === 0 ? undefined : unpackMeta(frame.slice(16, 16 + metaBytes));
    this.heard.push({ type: frame[3]!, seq, meta, payload: frame.slice(frame.length - payloadBytes) });
  }

  receive(): Frame {
    const { value, done } = this.#script.next();
    if (done === true) throw new ParentGone('EXIT', 'the peer is gone');
    const [type, meta] = value;
    return { type, seq: 0, meta: meta === undefined ? NOTHING : packMeta(meta), payload: NOTHING };
  }

  exchange(frame: Uint8Array): Frame {
    this.send(frame);
    return this.receive();
  }

  refuse(error: BridgeError): never {
    this.heard.push({ type: FrameType.error, seq: 0, meta: { code: error.code }, payload: NOTHING });
    throw error;
  }

  finish(): void {}

  close(): void {
    this.closed++;
  }
}

const HELLO = {
  versions: [PROTOCOL_VERSION, PROTOCOL_VERSION],
  schema: WIRE_SCHEMA,
  layout: WIRE_LAYOUT_TEXT,
  library: '0',
  python: '3',
  numpy: '1',
  pid: 1,
  mode: 'environment',
};
const READY = { name: 'agent', handlers: ['features'], features: ['mid'], decide: { every: '1s' } };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwright-environment-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const MARKET = `
tape: { synthetic: { seed: 5, rows: 3000 } }
venue:
  latency: { entry: { model: uniform, from: 1ms, to: 90ms }, response: 1ms }
  queue: { model: risk-averse }
  fees: { maker: 0, taker: 0 }
`;

async function opened(more = '', strategy?: string) {
  const path = join(folder, 'run.yaml');
  writeFileSync(path, MARKET + more);
  return openEnvironment(path, {}, strategy);
}

/** Greets, then does as `rest` says; gives what it heard after WELCOME. */
async function served(
  rest: (heard: readonly Told[]) => Iterator<[type: number, meta?: unknown]>,
  ready: unknown = READY,
  environment = opened(),
): Promise<{ heard: Told[]; error: unknown }> {
  const peer = new ScriptedPeer(function* (heard) {
    yield [FrameType.hello, HELLO];
    yield [FrameType.ready, ready];
    const after = rest(heard);
    for (let step = after.next(); step.done !== true; step = after.next()) yield step.value;
  });
  const error = await serveEnvironment(peer, await environment).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(peer.closed).toBe(1);
  return { heard: peer.heard.slice(1), error };
}

const reset = (seed?: number): [number, unknown] => [FrameType.reset, seed === undefined ? {} : { seed }];
const nothing: [number] = [FrameType.actions];
/** Buys one lot of the only instrument, at the market. */
const buy = (id: number): [number, unknown] => [FrameType.actions, [[0, id, 0, Side.buy, 1, null, 0]]];

/** A whole run from its start to its STOP, answering request `n` with `answer(n)`. */
function* wholeRun(heard: readonly Told[], answer: (n: number) => [number, unknown?] = () => nothing) {
  for (let n = 1; heard.at(-1)!.type !== FrameType.stop; n++) yield answer(n);
}

describe('serving an environment', () => {
  it('runs as often as it is reset, each time alike for the same seed', async () => {
    const lengths: number[] = [];
    const { heard, error } = await served(function* (told) {
      for (const seed of [3, 3, 4]) {
        yield reset(seed);
        yield* wholeRun(told, (n) => (n < 3 ? buy(n) : nothing));
        lengths.push(told.length);
      }
    });
    expect(error).toBeUndefined();
    const [end, again] = lengths as [number, number];
    const first = heard.slice(0, end - 1);
    expect(first[0]).toMatchObject({ type: FrameType.decide, seq: 1, meta: [[0, ['mid']]] });
    expect(first.map(({ seq }) => seq)).toEqual(first.map((_, at) => at + 1));
    expect(
      first.flatMap(({ meta }) => (meta as unknown[]) ?? []).filter((event) => (event as number[])[0] === 2),
    ).not.toEqual([]);
    expect(heard.slice(end - 1, again - 1)).toEqual(first);
    expect(heard.slice(again - 1)).not.toEqual(first);
  });

  it('takes RESET in place of any answer, and after the answer to STOP', async () => {
    const { heard, error } = await served(function* (told) {
      yield reset();
      yield reset();
      yield nothing;
      yield reset(1);
      yield* wholeRun(told);
      yield nothing;
      yield reset();
    });
    expect(error).toBeUndefined();
    const starts = heard.filter(({ meta }) => Array.isArray(meta) && (meta as unknown[][])[0]![0] === 0);
    expect(starts.map(({ seq }) => seq)).toEqual([1, 1, 1, 1]);
    expect(heard.at(-1)).toEqual(starts.at(-1));
    expect(starts[2], 'the run file has the seed 1').toEqual(starts[0]);
  });

  it('ends quietly wherever the peer closes its end', async () => {
    for (const frames of [[], [reset()], [reset(), nothing], [reset(), nothing, nothing]]) {
      const { error } = await served(() => frames[Symbol.iterator]() as Iterator<[number, unknown?]>);
      expect(error).toBeUndefined();
    }
  });

  it('refuses what may not come, telling the peer', async () => {
    const cases: [string, RegExp, [number, unknown?][], unknown?][] = [
      ['TYPE', /type 17 where only RESET/, [nothing]],
      ['BAD_META', /RESET\.seed/, [[FrameType.reset, { seed: -1 }]]],
      ['BAD_META', /RESET\.seed/, [reset(), [FrameType.reset, { seed: 0.5 }]]],
      ['BAD_META', /RESET/, [[FrameType.reset, 7]]],
      ['BAD_META', /cannot be read/, [[FrameType.reset]]],
      ['BAD_META', /cannot be read/, [reset(), [FrameType.reset]]],
      ['BAD_ACTIONS', /no order 9/, [reset(), [FrameType.actions, [[1, 9]]]]],
      ['FEATURE', /no feature "midd"/, [], { ...READY, features: ['midd'] }],
      ['FEATURE', /none\.ts/, [], { ...READY, features: ['./none.ts:slope'] }],
      ['START', /nothing says when/, [], { ...READY, decide: {} }],
      ['RUN', /"agent" failed in onStart .*XYZ/, [reset()], { ...READY, features: ['XYZ:mid'] }],
    ];
    for (const [code, message, frames, ready] of cases) {
      const { heard, error } = await served(() => frames[Symbol.iterator]() as Iterator<[number, unknown?]>, ready);
      expect(error, code).toBeInstanceOf(BridgeError);
      expect((error as BridgeError).message).toMatch(message);
      expect(heard.at(-1)).toMatchObject({ type: FrameType.error, meta: { code } });
    }
  });

  it('gives the features of the run file where the peer names none', async () => {
    const strategies = 'strategies: [{ python: ./none.py:Mine, features: [spread, bid], decide: { every: 2s } }]';
    const start = function* () {
      yield reset();
    };
    const theirs = await served(start, { ...READY, features: [] }, opened(strategies));
    expect(theirs.heard[0]!.meta).toEqual([[0, ['spread', 'bid']]]);
    const ours = await served(start, READY, opened(strategies));
    expect(ours.heard[0]!.meta).toEqual([[0, ['mid']]]);
  });

  it('draws the latency of a feed with the seed of the reset', async () => {
    const feed = MARKET.replace('rows: 3000 }', 'rows: 3000 }, feedLatency: { model: uniform, from: 0, to: 2s }');
    const path = join(folder, 'feed.yaml');
    writeFileSync(path, feed);
    const { heard } = await served(
      function* (told) {
        for (const seed of [1, 2, 1]) {
          yield reset(seed);
          yield* wholeRun(told);
        }
      },
      READY,
      openEnvironment(path, {}, undefined),
    );
    const payloads = heard.map(({ payload }) => payload);
    const third = payloads.length / 3;
    expect(payloads.slice(2 * third)).toEqual(payloads.slice(0, third));
    expect(payloads.slice(third, 2 * third)).not.toEqual(payloads.slice(0, third));
  });

  it('says whose place cannot be taken', async () => {
    await expect(opened('', 'nobody')).rejects.toThrow(
      'there is no strategy "nobody" whose place the agent could take; there are: "agent"',
    );
    await expect(opened('strategies: [{ python: ./a.py:A }, { python: ./b.py:B }]')).rejects.toThrow(
      'has the strategies "A", "B" in Python: an environment has one',
    );
  });
});

describe('streaming a tape', () => {
  /** Trades at 10, 20 … ns of the exchange's clock, seen 5 ns later; the third is never seen locally. */
  function tape(): MemoryTape {
    const builder = new TapeBuilder();
    for (let n = 1; n <= 5; n++) {
      const code = codeOf(Kind.trade, Side.buy, n === 3 ? CODE_EXCHANGE : CODE_EXCHANGE | CODE_LOCAL);
      builder.add(n * 10, n * 10 + 5, code, 1, 0, n, n * 2);
    }
    const instruments = [{ symbol: 'X', tick: '0.5', lot: '1' }];
    return new MemoryTape(
      builder.columns,
      { instruments, originNs: 1_000n, provenance: {}, corrections: [] },
      { blockRows: 2 },
    );
  }

  /** What came: the head, the times of the rows by frame, and how it ended. */
  function streamed(options: Partial<TapeStreamOptions>) {
    const peer = new ScriptedPeer(() => [][Symbol.iterator]());
    streamTape(peer, tape(), { clock: 'local', columns: ['local'], ...options });
    const [head, ...pieces] = peer.heard;
    expect(peer.heard.map(({ seq, type }) => [seq, type])).toEqual(peer.heard.map((_, at) => [at, FrameType.tape]));
    expect(pieces.at(-1)).toMatchObject({ meta: [0], payload: new Uint8Array(0) });
    const times = pieces.slice(0, -1).map(({ payload }) => [...new Float64Array(payload.buffer)]);
    expect(pieces.slice(0, -1).map(({ meta }) => meta)).toEqual(times.map(({ length }) => [length]));
    return { head: head!.meta as Record<string, unknown>, times: times.flat() };
  }

  it('sends each row of a clock once, from a time on, and no more than wanted', () => {
    expect(streamed({}).times).toEqual([15, 25, 45, 55]);
    expect(streamed({ clock: 'exchange' }).times).toEqual([15, 25, 35, 45, 55]);
    expect(streamed({ fromNs: 1_025n }).times).toEqual([25, 45, 55]);
    expect(streamed({ clock: 'exchange', fromNs: 1_030n, rows: 2 }).times).toEqual([35, 45]);
    expect(streamed({ rows: 3 }).times).toEqual([15, 25, 45]);
    expect(streamed({ rows: 0 }).times).toEqual([]);
    expect(streamed({ fromNs: 2n ** 62n }).times).toEqual([]);
  });

  it('says first what comes', () => {
    const { head } = streamed({ columns: undefined, rows: 0 });
    expect(head).toMatchObject({ schema: WIRE_SCHEMA, originNs: '1000', rows: 0 });
    expect(head.columns).toEqual([
      ['local', 'f8'],
      ['exchange', 'f8'],
      ['ticks', 'i4'],
      ['lots', 'f8'],
      ['code', 'u1'],
      ['flags', 'u1'],
      ['inst', 'u2'],
    ]);
    expect(head.instruments).toMatchObject([{ symbol: 'X', ticksPerUnit: 2, lotsPerUnit: 1, settle: '' }]);
    expect(streamed({}).head.rows).toBe(5);
    expect(() => streamed({ columns: ['value'] })).toThrow('the tape has no column "value"');
  });
});
