/** Stress in markets of orders that come at random, in every detail of the feed: what check finds, and what the machine then knows. */
import { describe, expect, test } from 'vitest';
import { QUALITY_FIGURES, TapeCheck } from '../../analytics/index.js';
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type Columns,
  countKinds,
  emptyCounts,
  Instrument,
  MarketBooks,
  type Side,
  Side as Sides,
  type Stress,
  StressTally,
  type TapeInfo,
  type ZeroIntelligenceOptions,
  zeroIntelligenceBlocks,
  zeroIntelligenceInfo,
} from '../../core/index.js';

const S = 1e9;
const STRESS: readonly Stress[] = [
  { kind: 'flash-crash', atNs: 60 * S, forNs: 10 * S, fallTicks: 100, recoveryNs: 30 * S },
  { kind: 'halt', atNs: 120 * S, forNs: 30 * S },
  { kind: 'outage', atNs: 180 * S, forNs: 40 * S },
  { kind: 'latency-burst', atNs: 240 * S, forNs: 4 * S, peakNs: S },
];

const OPTIONS = { seed: 4, durationNs: 300 * S, stress: STRESS };

function countsOf(options: ZeroIntelligenceOptions): number[][] {
  const counts = emptyCounts(1);
  for (const block of zeroIntelligenceBlocks(options)) countKinds(block, 1, counts);
  return counts;
}

/** The book that one side knows after all of its rows up to an exchange time. */
function bookOf(options: ZeroIntelligenceOptions, info: TapeInfo, seen: number, untilNs: number) {
  const books = new MarketBooks([new Instrument(info.instruments[0]!, 0)], info.counts);
  for (const block of zeroIntelligenceBlocks(options)) {
    for (let row = 0; row < block.length; row++) {
      const code = block.code[row]!;
      if ((code & seen) === 0 || block.exchangeNs[row]! > untilNs) continue;
      books.apply(block, row, code & CODE_KIND, ((code >> CODE_SIDE_SHIFT) & 3) as Side, 0);
    }
  }
  const [ticks, lots] = [new Int32Array(1_000), new Float64Array(1_000)];
  const levels = [Sides.buy, Sides.sell].map((side) => {
    const found = books.levels[0]!.levelsInto(side, info.columns.orderId ? 1_000 : 500, ticks, lots);
    return Array.from({ length: found }, (_, at) => [ticks[at], lots[at]]);
  });
  return { levels, orders: books.orders[0]?.resting() ?? [] };
}

describe.each(['orders', 'levels', 'quotes'] as const)('%s', (detail) => {
  const options = { ...OPTIONS, detail };
  const stressTally = new StressTally();
  const info = { ...zeroIntelligenceInfo(options), counts: countsOf({ ...options, stressTally }) };

  test('check finds the halt, the outage and the burst, and nothing else', () => {
    const check = new TapeCheck(info, { gapNs: 20 * S, latencyNs: 100e6 });
    for (const block of zeroIntelligenceBlocks(options)) check.take(block);
    const findings = check.finish();
    const found = QUALITY_FIGURES.map((figure) => [figure.name, figure.overall(findings)] as const);
    const names = found.flatMap(([name, value]) => (value > 0 && name !== 'drift' ? [name] : []));
    expect(names).toEqual(['slow-rows', 'lost-rows', 'outages', 'halts']);
    const [one] = findings.instruments;
    expect(one!.halts.longest).toEqual([{ fromNs: 120 * S, toNs: 150 * S, row: expect.any(Number) }]);
    const [outage] = one!.outages.longest;
    expect(outage!.fromNs).toBeGreaterThanOrEqual(180 * S);
    expect(outage!.fromNs).toBeLessThan(182 * S);
    // The end of the outage, and the millisecond that all rows take.
    expect(outage!.toNs).toBe(220 * S + 1e6);
    const lost = stressTally.results.find(({ name }) => name === 'stress-outage')!;
    expect(one!.lostRows).toBe(lost.count);
    expect(lost.count).toBeGreaterThan(100);
    expect(one!.latency.mostAtNs).toBeGreaterThan(240 * S);
    expect(one!.latency.mostAtNs).toBeLessThan(244 * S);
    expect(one!.latency.most).toBeGreaterThan(0.9 * S);
  });

  test('after the outage the machine knows the venue’s book, with its queues', () => {
    const untilNs = 225 * S;
    const venue = bookOf(options, info, CODE_EXCHANGE, untilNs);
    const machine = bookOf(options, info, CODE_LOCAL, untilNs);
    expect(machine).toEqual(venue);
    expect(venue.levels[0]!.length).toBeGreaterThan(detail === 'quotes' ? 0 : 20);
  });

  test('the price falls by what was asked for, and most of it comes back', () => {
    const { note } = stressTally.results.find(({ name }) => name === 'stress-flash-crash')!;
    const [, from, least, end] = /mid ([\d.]+) → ([\d.]+) → ([\d.]+) ticks/.exec(note)!.map(Number);
    expect(Math.abs(from! - least! - 100)).toBeLessThan(10);
    expect(Math.abs(end! - least! - 80)).toBeLessThan(15);
    expect(note).toMatch(/[1-9]\d* lots sold, [1-9]\d* withdrawn, [1-9]\d* bought/);
  });

  test('until the first regime it is the market without stress; the same seed makes the same tape', () => {
    const rowsOf = (all: ZeroIntelligenceOptions, untilNs: number) => {
      const rows: string[] = [];
      for (const block of zeroIntelligenceBlocks(all)) {
        for (let row = 0; row < block.length && block.localNs[row]! < untilNs; row++) rows.push(textOf(block, row));
      }
      return rows;
    };
    const early = rowsOf(options, 60 * S);
    expect(early.length).toBeGreaterThan(300);
    expect(early).toEqual(rowsOf({ ...options, stress: [] }, 60 * S));
    expect(rowsOf(options, 300 * S)).toEqual(rowsOf(options, 300 * S));
  });
});

function textOf(block: Columns, row: number): string {
  const { exchangeNs, localNs, code, flags, priceTicks, qtyLots, orderId } = block;
  return [exchangeNs, localNs, code, flags, priceTicks, qtyLots, orderId].map((column) => column?.[row]).join(' ');
}
