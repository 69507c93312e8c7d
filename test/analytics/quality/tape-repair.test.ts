/** Repairs take away exactly what was planted, on both sides, and what is left passes the check. */
import { describe, expect, test } from 'vitest';
import { readFixes, TapeRepair, USUAL_SPIKES } from '../../../analytics/index.js';
import {
  allocateColumns,
  CODE_EXCHANGE,
  CODE_LOCAL,
  copyRows,
  Flag,
  Kind,
  MemoryTape,
  RandomSource,
  Side,
  type TapeSource,
  toEpoch,
} from '../../../core/index.js';
import type { PlainEvent } from '../../reference/plain-quality.js';
import { checked, cleanMessages, type Defect, figuresOf, plant, rowsSeen, tapeOf } from './planted.js';

const DROPPED = ['crossed', 'crossed-in-message', 'duplicate', 'duplicate-trade', 'spike', 'zero-size'] as const;
const FIXES = ['drop-crossed', 'drop-duplicates', 'drop-duplicate-trades', 'drop-spikes', 'drop-zero-sizes'];

/** The repaired tape in memory, checked again by its constructor. */
async function repaired(tape: TapeSource, ...fixes: string[]) {
  const repair = new TapeRepair(tape, readFixes(fixes), USUAL_SPIKES);
  await repair.look();
  const columns = allocateColumns(tape.info.rows, tape.info.columns);
  for (const block of repair.blocks()) {
    copyRows(block, 0, block.length, columns, columns.length);
    columns.length += block.length;
  }
  const { instruments, provenance } = tape.info;
  const corrections = repair.corrections();
  const cut = { ...columns };
  for (const [name, column] of Object.entries(columns)) {
    if (ArrayBuffer.isView(column))
      Object.assign(cut, { [name]: (column as Float64Array).subarray(0, columns.length) });
  }
  return {
    tape: new MemoryTape(cut, { instruments, provenance, corrections, originNs: repair.originNs }),
    corrections,
  };
}

/** What one side sees, at epoch times. */
function seen(tape: TapeSource, side: number): unknown[] {
  const { originNs } = tape.info;
  return rowsSeen(tape, side).map((event) => ({
    ...event,
    exchangeNs: toEpoch(originNs, event.exchangeNs),
    localNs: toEpoch(originNs, event.localNs),
  }));
}

describe.each([11, 12, 13, 14, 15, 16])('seed %i', (seed) => {
  const messages = cleanMessages(seed);
  const random = () => new RandomSource(seed).stream('planted');

  test('what was planted goes from both sides, everything else stays, each repair is counted', async () => {
    // Rows that came late stand twice; they stay, and so must what stands twice because of them.
    const defects: Defect[] = [...DROPPED, 'late', ...DROPPED, 'halt', ...DROPPED, 'late', 'locked'];
    const planted = plant(messages, defects, random());
    const { tape, corrections } = await repaired(tapeOf(planted.events, 500), ...FIXES);
    const wanted = tapeOf(planted.repaired);
    for (const side of [CODE_EXCHANGE, CODE_LOCAL]) expect(seen(tape, side)).toEqual(seen(wanted, side));
    expect(Object.fromEntries(corrections.map(({ name, count }) => [name, count]))).toEqual({
      'drop-crossed': 6,
      'drop-duplicates': planted.duplicateRows,
      'drop-duplicate-trades': 3,
      'drop-spikes': 3,
      'drop-zero-sizes': 3,
    });
    const figures = figuresOf(checked(tape));
    for (const name of ['crossed', 'duplicates', 'duplicate-trades', 'spikes', 'zero-sizes'])
      expect(figures[name]).toBe(0);
    expect(figures.locked).toBe(1);
  });

  test('each repair alone takes away its own', async () => {
    const planted = plant(messages, DROPPED, random());
    const tape = tapeOf(planted.events);
    for (const fix of FIXES) {
      const before = figuresOf(checked(tape));
      const after = figuresOf(checked((await repaired(tape, fix)).tape));
      const name = fix.replace('drop-', '');
      expect(before[name]).toBeGreaterThan(0);
      expect(after).toEqual({ ...before, [name]: 0, ...(name === 'crossed' && { 'crossed-time': 0 }) });
    }
  });

  test('a drift and an offset of the clocks are put right', async () => {
    const ppm = seed % 2 === 0 ? 80 : -80;
    const noise = random();
    // A least delay of 5 ms that single rows touch, others above it, and a local clock that runs fast or slow.
    const events = messages.flat().map((event) => {
      const delay = 5e6 + (noise.uniform() < 0.2 ? 0 : Math.round(noise.exponential(2e6)));
      return { ...event, localNs: event.exchangeNs + delay + Math.round((ppm / 1e6) * event.exchangeNs) };
    });
    const spanNs = events.at(-1)!.exchangeNs;
    const tape = tapeOf(events);
    const drifts = checked(tape).instruments.map(({ latency }) => latency.driftPpm);
    for (const drift of drifts) expect(Math.abs(drift - ppm)).toBeLessThan(2);
    const { tape: fixed, corrections } = await repaired(tape, 'clock-drift', 'latency-offset=2ms');
    const latencies = checked(fixed).instruments.map(({ latency }) => latency);
    for (const { driftPpm } of latencies) expect(Math.abs(driftPpm)).toBeLessThan(2);
    const delays = rowsSeen(fixed, CODE_LOCAL)
      .filter(({ flags }) => (flags & Flag.snapshot) === 0)
      .map(({ exchangeNs, localNs }) => localNs - exchangeNs);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(2e6);
    expect(Math.min(...delays), 'rounded up').toBeLessThanOrEqual(2e6 + 1);
    expect(seen(fixed, CODE_EXCHANGE).length).toBe(events.length);
    expect(corrections.map(({ count }) => count)).toEqual([events.length, events.length]);
    expect(spanNs).toBeGreaterThan(1e9);
  });
});

test('an offset alone moves all local times by one whole number', async () => {
  const events = cleanMessages(3).flat();
  const tape = tapeOf(events);
  const { tape: fixed } = await repaired(tape, 'latency-offset=7ms');
  const after = rowsSeen(fixed, CODE_LOCAL);
  const moves = new Set(rowsSeen(tape, CODE_LOCAL).map(({ localNs }, at) => after[at]!.localNs - localNs));
  expect(moves.size).toBe(1);
});

test('rows of a book before its first snapshot go, trades stay, and the tape begins later', async () => {
  const row = (exchangeNs: number, kind: number, flags: number, priceTicks: number): PlainEvent => ({
    ...{
      exchangeNs,
      localNs: exchangeNs + 5,
      kind,
      side: Side.buy,
      flags,
      instrument: 0,
      priceTicks,
      qtyLots: 1,
      value: 0,
    },
  });
  const tape = tapeOf([
    row(0, Kind.depth, Flag.last, 90),
    row(1, Kind.trade, Flag.last, 91),
    row(2, Kind.depth, Flag.last, 92),
    row(3, Kind.depth, Flag.last | Flag.snapshot, 93),
    row(4, Kind.depth, Flag.last, 94),
  ]);
  expect(figuresOf(checked(tape))['no-snapshot']).toBe(2);
  const { tape: fixed, corrections } = await repaired(tape, 'drop-before-snapshot');
  expect(rowsSeen(fixed, CODE_EXCHANGE).map(({ priceTicks }) => priceTicks)).toEqual([91, 93, 94]);
  expect(fixed.info.originNs).toBe(tape.info.originNs + 1n);
  expect(corrections[0]!.count).toBe(2);
  expect(figuresOf(checked(fixed))['no-snapshot']).toBe(0);
});

const row = (exchangeNs: number, change: Partial<PlainEvent>): PlainEvent => ({
  ...{ exchangeNs, localNs: exchangeNs + 5, kind: Kind.depth, side: Side.buy, flags: Flag.last, instrument: 0 },
  ...{ priceTicks: 1000, qtyLots: 1, value: 0, ...change },
});

test('rows that came late stand twice: what is left out goes from both sides, and what is left ends its message there', async () => {
  const ask = row(0, { side: Side.sell, priceTicks: 1010 });
  const trades = Array.from({ length: 60 }, (_, at) => row(10 * at, { kind: Kind.trade }));
  const far = row(103, { priceTicks: 900, localNs: 250, flags: 0 });
  const crossing = row(103, { priceTicks: 1020, localNs: 250 });
  const spike = row(303, { kind: Kind.trade, priceTicks: 1100, localNs: 400 });
  const events = [ask, ...trades, far, crossing, spike].toSorted((a, b) => a.exchangeNs - b.exchangeNs);
  const tape = tapeOf(events, 7);
  expect(tape.info.rows, 'late rows, and those they overtook, stand twice').toBeGreaterThan(events.length + 2);
  const { tape: fixed } = await repaired(tape, 'drop-crossed', 'drop-spikes');
  const left = events.flatMap((event) => {
    if (event === crossing || event === spike) return [];
    return event === far ? [{ ...far, flags: Flag.last }] : [event];
  });
  for (const side of [CODE_EXCHANGE, CODE_LOCAL]) expect(seen(fixed, side)).toEqual(seen(tapeOf(left), side));
});

test('a level that was left out is what it was before: what follows is judged by that', async () => {
  const ask = (exchangeNs: number, priceTicks: number) => row(exchangeNs, { side: Side.sell, priceTicks });
  const bid = (exchangeNs: number, priceTicks: number) => row(exchangeNs, { priceTicks });
  const events = [bid(0, 101), ask(0, 103), ask(1, 100), bid(2, 102), bid(3, 104), ask(4, 103), ask(5, 102)];
  const { tape, corrections } = await repaired(tapeOf(events), 'drop-crossed');
  const left = rowsSeen(tape, CODE_EXCHANGE).map(({ exchangeNs, priceTicks }) => [exchangeNs, priceTicks]);
  expect(left).toEqual([
    ...[
      [0, 101],
      [0, 103],
      [2, 102],
      [4, 103],
      [5, 102],
    ],
  ]);
  expect(corrections[0]!.count).toBe(2);
  const quote = (exchangeNs: number, side: Side, priceTicks: number, flags: number = Flag.last) =>
    row(exchangeNs, { kind: Kind.quote, side, priceTicks, flags });
  const quotes = [
    quote(0, Side.buy, 100, 0),
    quote(0, Side.sell, 101),
    quote(1, Side.buy, 105, 0),
    quote(1, Side.sell, 104),
    quote(2, Side.sell, 103),
    quote(3, Side.sell, 99),
    quote(4, Side.sell, 102),
  ];
  const { tape: fixed } = await repaired(tapeOf(quotes), 'drop-crossed');
  expect(rowsSeen(fixed, CODE_EXCHANGE).map(({ exchangeNs }) => exchangeNs)).toEqual([0, 0, 2, 4]);
});

test('names that are no fixes are refused', () => {
  expect(() => readFixes([])).toThrow('no fix is named; there are: latency-offset,');
  expect(() => readFixes(['drop-everything'])).toThrow('there is no fix "drop-everything"; there are:');
  expect(() => readFixes(['drop-crossed', 'drop-crossed'])).toThrow('named twice');
  expect(() => readFixes(['drop-crossed=3'])).toThrow('takes no value, not "3"');
  expect(() => readFixes(['latency-offset'])).toThrow('needs the least delay, as in latency-offset=2ms');
  expect(() => readFixes(['latency-offset=-1ms'])).toThrow('below 0');
});
