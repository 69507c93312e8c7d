/** Latency models of constants, of distributions and of other models: each message asks the part that is meant. */
import { describe, expect, it } from 'vitest';
import {
  burstyDelay,
  constantDelay,
  type Delay,
  logNormalDelay,
  RandomSource,
  type RandomStream,
  uniformDelay,
} from '../../core/index.js';
import {
  constantLatency,
  type LatencyModel,
  latencyByKind,
  latencyOf,
  latencySides,
  Message,
  type ModelRun,
} from '../../execution/index.js';
import { loadLatency } from '../how-to/load-latency.js';

const { submit, modify, cancel, fill } = Message;
const RUN: ModelRun = { instruments: [], random: new RandomSource(3), streamPrefix: 'venue' };
const stream = (seed = 1): RandomStream => new RandomSource(seed).stream('x');
const entries = (model: LatencyModel) => [submit, modify, cancel].map((kind) => model.entryNs(kind, 0, stream()));
const responses = (model: LatencyModel) =>
  [submit, modify, cancel, fill].map((kind) => model.responseNs(kind, 0, stream()));

describe('a constant latency', () => {
  it('is one for all kinds of message, or for each its own', () => {
    const alike = constantLatency({ entryNs: 5e6, responseNs: 3e6 });
    expect([entries(alike), responses(alike)]).toEqual([
      [5e6, 5e6, 5e6],
      [3e6, 3e6, 3e6, 3e6],
    ]);
    const apart = constantLatency({
      entryNs: { submit: 5, modify: 12, cancel: 8 },
      responseNs: { submit: 4, modify: 3, cancel: 9, fill: 2 },
    });
    expect([entries(apart), responses(apart)]).toEqual([
      [5, 12, 8],
      [4, 3, 9, 2],
    ]);
    expect([apart.leastEntryNs, apart.leastResponseNs]).toEqual([5, 2]);
  });

  it('says what it is', () => {
    expect(String(constantLatency({ entryNs: 5e6, responseNs: 0 }))).toBe('constant latency 5ms in, 0ns out');
    const apart = constantLatency({ entryNs: { submit: 5e6, modify: 1, cancel: 2 }, responseNs: 1e3 });
    expect(String(apart)).toBe('constant latency submit 5ms, modify 1ns, cancel 2ns in, 1us out');
  });

  it('refuses what is no delay, and kinds that are left out', () => {
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      const entryNs = { submit: 0, modify: 0, cancel: bad };
      expect(() => constantLatency({ entryNs, responseNs: 0 })).toThrow(
        `constant latency: entryNs.cancel ${bad} is not`,
      );
    }
    const incomplete = { submit: 1, modify: 1, cancel: 1 } as { submit: 1; modify: 1; cancel: 1; fill: number };
    expect(() => constantLatency({ entryNs: 0, responseNs: incomplete })).toThrow('responseNs.fill undefined is not');
  });
});

describe('a latency of distributions', () => {
  it('asks the distribution of the side and the kind, with the time and the stream it was given', () => {
    const asked: unknown[] = [];
    const spy = (name: string, leastNs: number): Delay => ({
      leastNs,
      drawNs: (sentNs, random) => {
        asked.push([name, sentNs, random]);
        return leastNs;
      },
    });
    const random = stream();
    const model = latencyOf({
      entry: { submit: spy('in submit', 3), modify: spy('in modify', 2), cancel: spy('in cancel', 4) },
      response: {
        submit: spy('out submit', 7),
        modify: constantDelay(9),
        cancel: constantDelay(9),
        fill: spy('out fill', 6),
      },
    });
    model.entryNs(cancel, 11, random);
    model.entryNs(submit, 12, random);
    model.responseNs(fill, 13, random);
    model.responseNs(submit, 14, random);
    expect(asked).toEqual([
      ['in cancel', 11, random],
      ['in submit', 12, random],
      ['out fill', 13, random],
      ['out submit', 14, random],
    ]);
    expect([model.leastEntryNs, model.leastResponseNs]).toEqual([2, 6]);
  });

  it('has one line a side in bursts: kinds share it, entry and response do not', () => {
    const bursty = burstyDelay({ delay: logNormalDelay({ medianNs: 1e6, sigma: 1 }), rho: 0.9 });
    const model = latencyOf({ entry: bursty, response: bursty }).forRun!(RUN);
    const [line, back] = [bursty.forRun!(), bursty.forRun!()];
    const [random, twin, backRandom, backTwin] = [stream(), stream(), stream(2), stream(2)];
    for (let i = 0; i < 30; i++) {
      const kind = [submit, modify, cancel][i % 3]!;
      expect(model.entryNs(kind, i, random)).toBe(line.drawNs(i, twin));
      expect(model.responseNs(kind, i, backRandom)).toBe(back.drawNs(i, backTwin));
    }
  });

  it('refuses what is no distribution, naming the side and the kind', () => {
    const fine = constantDelay(1);
    expect(() => latencyOf({ entry: 5 as never, response: fine })).toThrow(
      'latency: entry.submit is undefined, not a delay',
    );
    const part = { submit: fine, modify: fine, cancel: fine } as never;
    expect(() => latencyOf({ entry: fine, response: part })).toThrow(
      'latency: response.fill is undefined, not a delay',
    );
    expect(() => latencyOf({ entry: undefined as never, response: fine })).toThrow(
      'latency: entry.submit is undefined',
    );
  });

  it('says what it is', () => {
    const model = latencyOf({ entry: uniformDelay({ fromNs: 1e6, toNs: 2e6 }), response: constantDelay(5) });
    expect(String(model)).toBe('latency 1ms to 2ms in, 5ns out');
  });
});

describe('models together', () => {
  const model = (base: number) =>
    constantLatency({
      entryNs: { submit: base + 1, modify: base + 2, cancel: base + 3 },
      responseNs: { submit: base + 4, modify: base + 5, cancel: base + 6, fill: base + 7 },
    });

  it('by kind: each message asks the model of its kind, and for its kind', () => {
    const joined = latencyByKind({ submit: model(10), modify: model(20), cancel: model(30), fill: model(40) });
    expect([entries(joined), responses(joined)]).toEqual([
      [11, 22, 33],
      [14, 25, 36, 47],
    ]);
    // The least of the whole models: 40 + 1 is no entry, as no request is a fill.
    expect([joined.leastEntryNs, joined.leastResponseNs]).toEqual([11, 14]);
  });

  it('by sides: requests ask one, answers the other', () => {
    const joined = latencySides(model(10), model(20));
    expect([entries(joined), responses(joined)]).toEqual([
      [11, 12, 13],
      [24, 25, 26, 27],
    ]);
    expect([joined.leastEntryNs, joined.leastResponseNs]).toEqual([11, 24]);
  });

  it('are fresh in every run, and one again where the same was given twice', () => {
    let made = 0;
    const counted: LatencyModel = {
      ...model(0),
      entryNs: () => 1,
      responseNs: () => 4,
      forRun: () => {
        made++;
        return model(50);
      },
    };
    const joined = latencyByKind({ submit: counted, modify: counted, cancel: model(0), fill: counted });
    const prepared = joined.forRun!(RUN);
    expect(made).toBe(1);
    expect([entries(prepared), responses(prepared)]).toEqual([
      [51, 52, 3],
      [54, 55, 6, 57],
    ]);
    expect(entries(joined)).toEqual([1, 1, 3]);
  });
});

describe("a model of one's own in docs/how-to/latency-model.md", () => {
  it('lets requests that are sent at once wait for each other', () => {
    const model = loadLatency({ wayNs: 100, serviceNs: 30, jitterNs: 0 });
    // Arrivals at 100, 100, 110 and 1,100; each occupies the gateway for 30.
    expect([0, 0, 10, 1_000].map((sentNs) => model.entryNs(submit, sentNs, stream()))).toEqual([130, 160, 180, 130]);
  });

  it('refuses options that are none', () => {
    const options = { wayNs: 1, serviceNs: 1, jitterNs: 1 };
    for (const name of Object.keys(options)) {
      expect(() => loadLatency({ ...options, [name]: 0.5 })).toThrow(`load latency: ${name} 0.5 is not`);
    }
  });
});
