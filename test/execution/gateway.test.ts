/** Gateways: limits counted by hand and by a plain twin, overload by its shares, and refusals as they were recorded. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomSource } from '../../core/index.js';
import {
  type Gateway,
  LatencyTable,
  Message,
  openGateway,
  randomlyOverloaded,
  recordedGateway,
  recordedLatency,
  throttledGateway,
} from '../../execution/index.js';

const { submit, cancel } = Message;
const random = new RandomSource(1).stream('x');
const run = { instruments: [], random: new RandomSource(1), streamPrefix: 'venue' };
const admitted = (gateway: Gateway, arrivals: readonly number[], kind: Message = submit) =>
  arrivals.map((arrivalNs) => gateway.admits(kind, arrivalNs, arrivalNs, random));

describe('a throttled gateway', () => {
  it('lets so many in per window, and one again as soon as the oldest is a window old', () => {
    const gateway = throttledGateway({ requests: 2, perNs: 100 });
    expect(admitted(gateway, [0, 10, 50, 99, 100, 109, 110, 111])).toEqual([
      ...[true, true, false, false],
      ...[true, false, true, false],
    ]);
  });

  it('counts what was refused only when told so', () => {
    const arrivals = [0, 60, 120, 180, 300];
    expect(admitted(throttledGateway({ requests: 1, perNs: 100 }), arrivals)).toEqual([true, false, true, false, true]);
    const hard = throttledGateway({ requests: 1, perNs: 100, refusedCount: true });
    expect(admitted(hard, arrivals)).toEqual([true, false, false, false, true]);
  });

  it('lets cancels through when they are free, and does not count them', () => {
    const gateway = throttledGateway({ requests: 1, perNs: 100, cancelsFree: true });
    expect(admitted(gateway, [0, 1, 2], cancel)).toEqual([true, true, true]);
    expect(admitted(gateway, [3, 4])).toEqual([true, false]);
    expect(admitted(gateway, [5], cancel)).toEqual([true]);
    expect(admitted(throttledGateway({ requests: 1, perNs: 100 }), [0, 1], cancel)).toEqual([true, false]);
  });

  it('is what counting the window anew for each request gives', () => {
    const limits = fc.record({ requests: fc.integer({ min: 1, max: 4 }), perNs: fc.integer({ min: 1, max: 12 }) });
    const steps = fc.array(fc.nat(6), { maxLength: 60 });
    fc.assert(
      fc.property(limits, fc.boolean(), steps, (limit, refusedCount, all) => {
        const gateway = throttledGateway({ ...limit, refusedCount });
        const counted: number[] = [];
        let nowNs = 0;
        for (const step of all) {
          nowNs += step;
          const fits = counted.filter((time) => time > nowNs - limit.perNs).length < limit.requests;
          expect(gateway.admits(submit, 0, nowNs, random)).toBe(fits);
          if (fits || refusedCount) counted.push(nowNs);
        }
      }),
    );
  });

  it('refuses options that are none', () => {
    for (const bad of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => throttledGateway({ requests: bad, perNs: 1 })).toThrow(`requests ${bad}`);
      expect(() => throttledGateway({ requests: 1, perNs: bad })).toThrow(`perNs ${bad}`);
    }
    expect(() => throttledGateway({ requests: 1e6 + 1, perNs: 1 })).toThrow('more than a million');
  });
});

describe('a randomly overloaded gateway', () => {
  const shareRefused = (outcomes: readonly boolean[]) => outcomes.filter((fine) => !fine).length / outcomes.length;
  const outcomesOf = (gateway: Gateway, stepNs: number, count = 200_000) => {
    const stream = new RandomSource(5).stream('gateway');
    const own = gateway.forRun?.(run) ?? gateway;
    return Array.from({ length: count }, (_, i) => own.admits(submit, i * stepNs, i * stepNs, stream));
  };

  it('refuses its share of requests, each for itself', () => {
    const outcomes = outcomesOf(randomlyOverloaded({ probability: 0.2 }), 1e6);
    expect(shareRefused(outcomes)).toBeCloseTo(0.2, 2);
    // After a refusal as likely as ever.
    expect(shareRefused(outcomes.filter((_, i) => i > 0 && !outcomes[i - 1]))).toBeCloseTo(0.2, 1.5);
    expect(outcomesOf(randomlyOverloaded({ probability: 0 }), 1, 1000)).not.toContain(false);
    expect(outcomesOf(randomlyOverloaded({ probability: 1 }), 1, 1000)).not.toContain(true);
  });

  const episodes = { everyNs: 9e9, lastingNs: 1e9 };

  it('refuses in episodes that take their share of time and last as long as they are said to', () => {
    const outcomes = outcomesOf(randomlyOverloaded({ probability: 1, episodes }), 1e7, 1_000_000);
    expect(shareRefused(outcomes)).toBeCloseTo(0.1, 1.5);
    const ends = outcomes.filter((fine, i) => i > 0 && fine && !outcomes[i - 1]).length;
    const refused = outcomes.filter((fine) => !fine).length;
    // 100 requests, 1 s, an episode.
    expect(refused / ends / 100).toBeCloseTo(1, 0.8);
  });

  it('refuses only a share during an episode where the probability says so', () => {
    const outcomes = outcomesOf(randomlyOverloaded({ probability: 0.5, episodes }), 1e7, 1_000_000);
    expect(shareRefused(outcomes)).toBeCloseTo(0.05, 1.5);
    const next = outcomes.filter((_, i) => i > 0 && !outcomes[i - 1]);
    expect(shareRefused(next)).toBeCloseTo(0.5, 1);
  });

  it('has the same episodes for who looks rarely: in the long run its share, without memory', () => {
    const outcomes = outcomesOf(randomlyOverloaded({ probability: 1, episodes }), 1e12);
    expect(shareRefused(outcomes)).toBeCloseTo(0.1, 2);
    expect(shareRefused(outcomes.filter((_, i) => i > 0 && !outcomes[i - 1]))).toBeCloseTo(0.1, 1.5);
  });

  it('refuses options that are none', () => {
    for (const bad of [-0.1, 1.1, Number.NaN]) {
      expect(() => randomlyOverloaded({ probability: bad })).toThrow(`probability ${bad}`);
    }
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const broken = (part: object) => randomlyOverloaded({ probability: 1, episodes: { ...episodes, ...part } });
      expect(() => broken({ everyNs: bad })).toThrow(`everyNs ${bad}`);
      expect(() => broken({ lastingNs: bad })).toThrow(`lastingNs ${bad}`);
    }
    expect(() => randomlyOverloaded({ probability: 1, episodes: { everyNs: 1 } as typeof episodes })).toThrow(
      'need both',
    );
  });
});

describe('a recorded gateway', () => {
  // Refused at 200, heard 60 ns later; neighbours were answered after 40 and 31 ns.
  const table = new LatencyTable([100, 200, 300], [120, Number.NaN, 311], [140, 260, 331]);
  const gateway = recordedGateway(table);
  const latency = recordedLatency(table, { refusedRows: 'atGateway' });

  it('refuses what is sent beside a refused row, and nothing else', () => {
    expect([99, 100, 199, 200, 299, 300, 1e9].map((sentNs) => gateway.admits(submit, sentNs, 1e9, random))).toEqual([
      ...[true, false, false],
      ...[false, false, true, true],
    ]);
  });

  it('is heard after the interpolated time from sending to refusal, as an outcome and not as a negative number', () => {
    // |E| = 40 + trunc(20/100 × 50) = 50 at 150, 60 + trunc(−29/100 × 50) = 46 at 250.
    for (const [sentNs, heardNs] of [
      [100, 140],
      [150, 200],
      [200, 260],
      [250, 296],
    ] as const) {
      const arrivalNs = sentNs + latency.entryNs(submit, sentNs, random);
      expect(arrivalNs).toBeGreaterThan(sentNs);
      expect(arrivalNs + gateway.refusalNs!(submit, sentNs, arrivalNs)).toBe(heardNs);
    }
  });

  it('keeps its promise where the request was held up on its way', () => {
    expect(gateway.leastRefusalNs).toBe(16);
    expect(gateway.refusalNs!(submit, 200, 5_000)).toBe(16);
  });

  it('is open where no row was refused', () => {
    expect(recordedGateway(new LatencyTable([1], [2], [3]))).toBe(openGateway);
  });
});
