/** Stress in the synthetic market, seen from outside: rows searched plainly, and what the check of a tape finds of each regime. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { QUALITY_FIGURES, type QualityFindings } from '../../analytics/index.js';
import {
  CODE_EXCHANGE,
  CODE_LOCAL,
  Flag,
  Kind,
  type MemoryTape,
  RandomSource,
  Status,
  type Stress,
  StressTally,
  type SyntheticOptions,
  syntheticBlocks,
  syntheticInfo,
  syntheticTape,
} from '../../core/index.js';
import { OrderFlow } from '../../core/synthetic/order-flow.js';
import { stockProfiles } from '../../core/synthetic/profile.js';
import { checked, rowsSeen } from '../analytics/quality/planted.js';
import { type PlainEvent, PlainTouch } from '../reference/plain-quality.js';

const S = 1e9;
const PLAN: readonly Stress[] = [
  { kind: 'flash-crash', atNs: 60 * S, forNs: 5 * S, fall: 0.004, recoveryNs: 30 * S },
  { kind: 'halt', atNs: 120 * S, forNs: 40 * S },
  { kind: 'outage', atNs: 200 * S, forNs: 30 * S },
  { kind: 'latency-burst', atNs: 260 * S, forNs: 4 * S, peakNs: 2 * S },
  { kind: 'outage', atNs: 280 * S, forNs: 25 * S, instrument: 'SYN-A' },
];
const QUIET = { medianNs: 1e6, jitter: 0.05, burstEveryNs: Number.POSITIVE_INFINITY };

function optionsOf(seed: number, change: Partial<SyntheticOptions> = {}): SyntheticOptions {
  return { seed, durationNs: 320 * S, instruments: 2, rowsPerSecond: 100, feedLatency: QUIET, stress: PLAN, ...change };
}

function made(seed: number, change: Partial<SyntheticOptions> = {}) {
  const stressTally = new StressTally();
  const tape = syntheticTape(optionsOf(seed, { ...change, stressTally }));
  return { tape, results: stressTally.results };
}

const key = (row: PlainEvent) =>
  `${row.exchangeNs} ${row.instrument} ${row.kind} ${row.side} ${row.priceTicks} ${row.qtyLots} ${row.value}`;

/** Rows of one instrument that no local row is the twin of. */
function lostOf(tape: MemoryTape, instrument: number): PlainEvent[] {
  const received = new Map<string, number>();
  for (const row of rowsSeen(tape, CODE_LOCAL)) received.set(key(row), (received.get(key(row)) ?? 0) + 1);
  return rowsSeen(tape, CODE_EXCHANGE).filter((row) => {
    if (row.instrument !== instrument) return false;
    const left = received.get(key(row)) ?? 0;
    received.set(key(row), left - 1);
    return left <= 0;
  });
}

function touchOf(rows: readonly PlainEvent[], instrument: number): PlainTouch {
  const touch = new PlainTouch();
  for (const row of rows) if (row.instrument === instrument) touch.apply(row);
  return touch;
}

describe.each([1, 2])('seed %i', (seed) => {
  const { tape, results } = made(seed);
  const findings: QualityFindings = checked(tape, { gapNs: 20 * S, latencyNs: 100e6 });
  const happened = rowsSeen(tape, CODE_EXCHANGE);
  const received = rowsSeen(tape, CODE_LOCAL);

  test('check finds the halt, the outages and the burst, and nothing else', () => {
    const found = QUALITY_FIGURES.map((figure) => [figure.name, figure.overall(findings)] as const);
    const names = found.flatMap(([name, value]) => (value > 0 && name !== 'drift' ? [name] : []));
    expect(names).toEqual(['slow-rows', 'lost-rows', 'outages', 'halts']);
  });

  test.each([0, 1])('of instrument %i: times and counts are those of a plain search', (index) => {
    const found = findings.instruments[index]!;
    const [halt] = found.halts.longest;
    expect(halt!.fromNs).toBeCloseTo(120 * S, -2);
    expect(halt!.toNs).toBeCloseTo(160 * S, -2);
    const within = happened.filter(({ instrument, exchangeNs }) => instrument === index && exchangeNs > 121 * S);
    expect(within.find(({ exchangeNs }) => exchangeNs < 159 * S)).toBeUndefined();

    const lost = lostOf(tape, index);
    expect(lost.length).toBeGreaterThan(500);
    expect(found.lostRows).toBe(lost.length);
    const begins = index === 0 ? [200, 280] : [200];
    const spells = found.outages.longest.toSorted((a, b) => a.fromNs - b.fromNs);
    expect(spells.map(({ fromNs }) => fromNs)).toEqual(
      begins.map((at) => lost.find(({ exchangeNs }) => exchangeNs >= at * S)!.exchangeNs),
    );
    const ends = index === 0 ? [230, 305] : [230];
    expect(spells.map(({ toNs }) => toNs)).toEqual(
      ends.map((at) => received.find(({ instrument, localNs }) => instrument === index && localNs >= at * S)!.localNs),
    );
    for (const { fromNs, toNs } of spells) {
      const heard = received.filter(({ instrument, localNs }) => instrument === index && localNs > fromNs + 3e6);
      expect(heard.some(({ localNs }) => localNs < toNs)).toBe(false);
    }
    const notes = results.filter(({ name, note }) => name === 'stress-outage' && note.startsWith(`SYN-${'AB'[index]}`));
    expect(notes.reduce((sum, { count }) => sum + count, 0)).toBe(lost.length);

    const slow = received.filter((row) => row.instrument === index && row.localNs - row.exchangeNs > 100e6);
    expect(found.latency.outliers).toBe(slow.length);
    expect(slow.length).toBeGreaterThan(20);
    expect(slow.every(({ exchangeNs }) => exchangeNs >= 260 * S && exchangeNs <= 264 * S)).toBe(true);
    expect(found.latency.most).toBe(Math.max(...slow.map(({ localNs, exchangeNs }) => localNs - exchangeNs)));
    expect(found.latency.most).toBeGreaterThan(1.2 * S);
    expect(found.latency.most).toBeLessThan(2.01 * S);
  });

  test.each([0, 1])('of instrument %i: the book that the machine has after an outage is the venue’s', (index) => {
    const lastNs = 240 * S;
    const venue = touchOf(
      happened.filter(({ exchangeNs }) => exchangeNs <= lastNs),
      index,
    );
    const machine = touchOf(
      received.filter(({ exchangeNs }) => exchangeNs <= lastNs),
      index,
    );
    expect([...machine.bids].toSorted()).toEqual([...venue.bids].toSorted());
    expect([...machine.asks].toSorted()).toEqual([...venue.asks].toSorted());
    expect(machine.bids.size).toBeGreaterThan(5);
  });

  test.each([0, 1])('of instrument %i: the crash falls as far as it says', (index) => {
    const touch = new PlainTouch();
    const mids: { timeNs: number; mid: number }[] = [];
    for (const row of happened.filter(({ instrument }) => instrument === index)) {
      touch.apply(row);
      if ((row.flags & Flag.last) !== 0) mids.push({ timeNs: row.exchangeNs, mid: (touch.bid + touch.ask) / 2 });
    }
    const before = mids.findLast(({ timeNs }) => timeNs < 60 * S)!.mid;
    const during = mids.filter(({ timeNs }) => timeNs >= 60 * S && timeNs <= 95 * S + 5);
    const least = Math.min(...during.map(({ mid }) => mid));
    const { note } = results.find(
      ({ name, note }) => name === 'stress-flash-crash' && note.includes(`SYN-${'AB'[index]}`),
    )!;
    expect(note).toContain(`mid ${before} → ${least} → ${during.at(-1)!.mid} ticks: fell ${before - least} ticks`);
    expect((before - least) / before).toBeGreaterThan(0.0036);
    expect((before - least) / before).toBeLessThan(0.006);
    // Four fifths of it are won back, give or take what the market did of its own.
    expect((during.at(-1)!.mid - least) / (before - least)).toBeGreaterThan(0.4);
  });
});

test('the same seed makes the same tape, whatever the blocks; before the first regime it is the market without stress', () => {
  const whole = made(9).tape;
  const text = (row: PlainEvent) => `${key(row)} ${row.localNs} ${row.flags}`;
  const rows = (tape: MemoryTape, before = Number.POSITIVE_INFINITY) =>
    [CODE_EXCHANGE, CODE_LOCAL].map((seen) =>
      rowsSeen(tape, seen)
        .filter(({ localNs }) => localNs < before)
        .map(text)
        .join('\n'),
    );
  const again = made(9, { blockRows: 777 });
  expect(again.results).toEqual(made(9).results);
  expect(rows(again.tape)).toEqual(rows(whole));
  expect(rows(made(10).tape)).not.toEqual(rows(whole));
  const calm = syntheticTape(optionsOf(9, { stress: [] }));
  expect(rows(whole, 60 * S)[0]!.length).toBeGreaterThan(100_000);
  expect(rows(whole, 60 * S)).toEqual(rows(calm, 60 * S));
});

test('only a halt brings status rows and their column', () => {
  const { tape } = made(1);
  const status = rowsSeen(tape, CODE_EXCHANGE).filter(({ kind }) => kind === Kind.status);
  expect(status.map(({ value }) => value)).toEqual([Status.halt, Status.halt, Status.open, Status.open]);
  expect(syntheticInfo(optionsOf(1)).columns.value).toBe(true);
  expect(syntheticInfo(optionsOf(1, { stress: PLAN.slice(2) })).columns.value).toBe(false);
  expect(syntheticInfo(optionsOf(1)).provenance.stress).toBe(JSON.stringify(PLAN));
});

test('a status that got lost in an outage comes with the snapshot', () => {
  const stress: Stress[] = [
    { kind: 'outage', atNs: 50 * S, forNs: 20 * S },
    { kind: 'halt', atNs: 60 * S, forNs: 30 * S },
  ];
  const { tape } = made(2, { stress, durationNs: 100 * S });
  const known = rowsSeen(tape, CODE_LOCAL).filter(({ kind }) => kind === Kind.status);
  expect(known.map(({ value }) => value)).toEqual([Status.halt, Status.halt, Status.open, Status.open]);
  expect(known[0]!.localNs).toBeGreaterThanOrEqual(70 * S);
  expect(known[0]!.flags & Flag.snapshot).toBe(Flag.snapshot);
});

test('what cannot be is refused with its name', () => {
  const refused = (regime: object, change: Partial<SyntheticOptions> = {}) => {
    const stress = [regime, { kind: 'halt', atNs: 100 * S, forNs: 10 * S }] as Stress[];
    return () => syntheticInfo(optionsOf(1, { stress, ...change }));
  };
  const halt = { kind: 'halt', atNs: 50 * S, forNs: 10 * S };
  expect(refused(halt)).not.toThrow();
  expect(refused({ ...halt, atNs: 105 * S })).toThrow('halt@105s begins before halt@100s of SYN-A is over at 110s');
  expect(refused({ ...halt, atNs: 315 * S })).toThrow("halt@315s: end 325s is not before the market's, 320s");
  expect(refused({ ...halt, atNs: 1 })).toThrow('atNs 1ns is not from 1s to 320s');
  expect(refused({ ...halt, atNs: Number.NaN })).toThrow('atNs NaN');
  expect(refused({ ...halt, forNs: 0 })).toThrow('forNs 0ns is not from 1ms');
  expect(refused({ ...halt, kind: 'pause' })).toThrow('kind pause is not one of flash-crash, halt');
  expect(refused({ ...halt, instrument: 'XYZ' })).toThrow('instrument XYZ is not one of SYN-A, SYN-B');
  expect(refused({ ...halt, kind: 'latency-burst', peakNs: 11 * S })).toThrow('peakNs 11s is not from 1ns to 10s');
  const crash = { kind: 'flash-crash', atNs: 20 * S, forNs: 2 * S };
  expect(refused(crash)).not.toThrow();
  expect(refused({ ...crash, fall: 0.6 })).toThrow('fall 0.6 is not above 0 and at most 0.5');
  expect(refused({ ...crash, fall: 0.1, fallTicks: 5 })).toThrow('give one');
  expect(refused({ ...crash, fallTicks: 1.5 })).toThrow('fallTicks 1.5');
  expect(refused({ ...crash, recovers: 1.1 })).toThrow('recovers 1.1 is not from 0 to 1');
  expect(refused({ ...crash, withdraws: -1 })).toThrow('withdraws -1');
  expect(refused({ ...crash, recoveryNs: 90 * S })).toThrow('begins before flash-crash@20s of SYN-A is over at 112s');
  expect(refused(halt, { rows: 1000 })).toThrow('rows 1000 is not possible with stress');
});

test.each([-1, 1])('news beyond the reach of the book do not hold the price: %i', (way) => {
  const [profile] = stockProfiles(1, new RandomSource(1).stream('profiles'));
  const flow = new OrderFlow(profile!, 100, 64, new RandomSource(3).stream('flow'), { row() {} });
  flow.open();
  let now = flow.step(1);
  for (let each = 0; each < 200; each++) now = flow.step(Math.ceil(now));
  flow.fair.moveTicks(way * 5_000);
  for (let each = 0; each < 2_000; each++) now = flow.step(Math.ceil(now));
  expect(Math.abs(flow.book.bid - flow.fair.ticks)).toBeLessThan(200);
});

test('without stress and correlation the market is the one that it was before there were any', () => {
  const sum = createHash('sha256');
  const options = { seed: 7, rows: 60_000, instruments: 3, rowsPerSecond: 900, blockRows: 60_000 };
  for (const block of syntheticBlocks(options)) {
    for (const name of ['exchangeNs', 'localNs', 'code', 'flags', 'instrument', 'priceTicks', 'qtyLots'] as const) {
      const column = block[name];
      sum.update(new Uint8Array(column.buffer, 0, block.length * column.BYTES_PER_ELEMENT));
    }
  }
  expect(sum.digest('hex')).toBe('af330f1d17096572b24666232702efda2645ee28ff6722aa692f0f3d5fb05ad5');
});
