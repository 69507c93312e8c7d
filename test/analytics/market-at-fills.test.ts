/** What the recorder has of the venue: where in line orders stood, and the market when they filled and a while after. */
import { describe, expect, it } from 'vitest';
import { MARKOUT_COLUMNS, MARKOUT_HORIZONS_NS } from '../../analytics/markouts.js';
import { Recorder } from '../../analytics/recorder.js';
import { CODE_EXCHANGE, CODE_KIND, CODE_SIDE_SHIFT, type Columns, type Side } from '../../core/market.js';
import { MarketBooks } from '../../core/market-books.js';
import { MatchKind } from '../../core/match-event.js';
import { OrderEventKind } from '../../core/order.js';
import { Simulation } from '../../core/simulation.js';
import { MILLISECOND, SECOND } from '../../core/time.js';
import { constantLatency, HFTBACKTEST_RULES, simulatedVenue } from '../../execution/index.js';
import { randomTape } from '../reference/random-market.js';
import { eager } from './eager-strategy.js';

/** A run of two strategies on a random market whose rows are up to `stepNs` apart. */
function played(seed: number, stepNs: number, rows: number) {
  const tape = randomTape({ seed, rows, instruments: 2, stepNs, feedNs: 3 * MILLISECOND, blockRows: 97 });
  const recorder = new Recorder();
  const simulation = new Simulation({
    tapes: [tape],
    strategies: [1, 2].map((each) => ({
      name: `s${each}`,
      strategy: eager(seed + each),
    })),
    venue: simulatedVenue({
      ...HFTBACKTEST_RULES,
      latency: constantLatency({ entryNs: 2 * MILLISECOND, responseNs: 5 * MILLISECOND }),
    }),
    observers: [recorder],
  });
  const { instruments } = simulation;
  const result = simulation.run();
  return { tape, recording: recorder.recording, instruments, result };
}

/** The plain twin: the venue's mid after all rows up to each time, by walking the whole tape. */
function midsAt({ tape, instruments }: ReturnType<typeof played>, wanted: { ns: number; instrument: number }[]) {
  const books = new MarketBooks(instruments, tape.info.counts);
  const order = wanted.map((_, at) => at).sort((a, b) => wanted[a]!.ns - wanted[b]!.ns);
  const mids = new Array<number>(wanted.length).fill(Number.NaN);
  let next = 0;
  const answer = (beforeNs: number) => {
    for (; next < order.length && wanted[order[next]!]!.ns < beforeNs; next++) {
      mids[order[next]!] = books.levels[wanted[order[next]!]!.instrument]!.midTicks;
    }
  };
  const reader = tape.open(tape.info.originNs);
  for (let block: Columns | undefined = reader.next(); block !== undefined; block = reader.next()) {
    for (let row = 0; row < block.length; row++) {
      const code = block.code[row]!;
      if ((code & CODE_EXCHANGE) === 0) continue;
      answer(block.exchangeNs[row]!);
      const side = ((code >> CODE_SIDE_SHIFT) & 3) as Side;
      books.apply(block, row, code & CODE_KIND, side, block.instrument[row]!);
    }
    reader.release(block);
  }
  answer(Number.POSITIVE_INFINITY);
  return mids;
}

/** Compares every mid with the twin's; how many are known and how many are not. */
function checkMids(run: ReturnType<typeof played>): { known: number; unknown: number } {
  const { fills } = run.recording;
  const wanted = Array.from({ length: fills.localNs.length }, (_, row) =>
    MARKOUT_HORIZONS_NS.map((horizon) => ({
      ns: fills.exchangeNs.at(row) + horizon,
      instrument: fills.instrument.at(row),
    })),
  ).flat();
  const mids = midsAt(run, wanted);
  let known = 0;
  for (const [at, { ns }] of wanted.entries()) {
    const row = Math.floor(at / MARKOUT_HORIZONS_NS.length);
    const column = MARKOUT_COLUMNS[at % MARKOUT_HORIZONS_NS.length]!;
    const expected = ns > run.result.endNs ? Number.NaN : mids[at]!;
    expect(fills[column].at(row), `fill ${row}, ${column}`).toBe(expected);
    if (!Number.isNaN(expected)) known++;
  }
  return { known, unknown: wanted.length - known };
}

describe('the mids after a fill', () => {
  it('are those of the venue at exactly that time, and none after the end of the run', () => {
    let known = 0;
    let unknown = 0;
    for (let seed = 1; seed <= 16; seed++) {
      const stepNs = seed % 2 === 0 ? 2e5 : 1e8;
      const mids = checkMids(played(seed, stepNs, 4000));
      known += mids.known;
      unknown += mids.unknown;
    }
    expect(known).toBeGreaterThan(1000);
    expect(unknown).toBeGreaterThan(10);
  });

  // Steps at which the room grows once the oldest fills have left it, so that places change.
  it.each([3e6, 9e6])(
    'are so too where more fills are young than there was room for, rows up to %i ns apart',
    (stepNs) => {
      const run = played(17, stepNs, 240_000);
      const { exchangeNs } = run.recording.fills;
      let young = 0;
      let first = 0;
      for (let row = 0; row < exchangeNs.length; row++) {
        while (exchangeNs.at(first) < exchangeNs.at(row) - MARKOUT_HORIZONS_NS.at(-1)!) first++;
        young = Math.max(young, row - first + 1);
      }
      expect(young).toBeGreaterThan(256);
      expect(first).toBeGreaterThan(256);
      expect(checkMids(run).known).toBeGreaterThan(1000);
    },
  );
});

describe('entries into the market', () => {
  const { recording } = played(6, 2e6, 4000);
  const { entries, orders, fills } = recording;

  it('are in the order of exchange time, each of an order that was sent before', () => {
    const sentNs = new Map<number, number>();
    for (let row = 0; row < orders.localNs.length; row++) {
      if (orders.kind.at(row) === OrderEventKind.submitted) sentNs.set(orders.orderId.at(row), orders.localNs.at(row));
    }
    expect(entries.exchangeNs.length).toBeGreaterThan(100);
    for (let row = 0; row < entries.exchangeNs.length; row++) {
      expect(entries.exchangeNs.at(row)).toBeGreaterThanOrEqual(sentNs.get(entries.orderId.at(row))! + 2 * MILLISECOND);
      if (row > 0) expect(entries.exchangeNs.at(row)).toBeGreaterThanOrEqual(entries.exchangeNs.at(row - 1));
    }
  });

  it('come before every fill of the order; fills that took have no place in line, those that rested have one', () => {
    const firstNs = new Map<number, number>();
    for (let row = entries.exchangeNs.length - 1; row >= 0; row--) {
      firstNs.set(entries.orderId.at(row), entries.exchangeNs.at(row));
      expect(Number.isNaN(entries.aheadLots.at(row))).toBe(entries.kind.at(row) === MatchKind.entered);
    }
    const makers = { 0: 0, 1: 0 };
    for (let row = 0; row < fills.localNs.length; row++) {
      expect(firstNs.get(fills.orderId.at(row))).toBeLessThanOrEqual(fills.exchangeNs.at(row));
      const maker = fills.maker.at(row) as 0 | 1;
      makers[maker]++;
      expect(Number.isNaN(fills.aheadLots.at(row))).toBe(maker === 0);
      expect(fills.exchangeNs.at(row) + 5 * MILLISECOND).toBeLessThanOrEqual(fills.localNs.at(row));
    }
    expect(Math.min(makers[0], makers[1])).toBeGreaterThan(20);
  });

  it('change nothing in the run: its hash is that of a run that nobody looks at', () => {
    const tape = randomTape({ seed: 9, rows: 3000, instruments: 2, stepNs: 1e7, feedNs: 2e6, blockRows: 64 });
    const hash = (observers: Recorder[]) =>
      new Simulation({
        tapes: [tape],
        strategies: [{ name: 's', strategy: eager(1) }],
        venue: simulatedVenue(),
        observers,
        sampleNs: SECOND,
      }).run();
    const alone = hash([]);
    expect(alone.fills).toBeGreaterThan(20);
    expect(hash([new Recorder(), new Recorder()]).runHash).toBe(alone.runHash);
  });
});
