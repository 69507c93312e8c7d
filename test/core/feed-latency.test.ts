/**
 * Feed latency that is made up and clocks that are put right: rows worked out by hand, a plain twin on made-up markets, and
 * the contract of a tape source.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  burstyDelay,
  CODE_EXCHANGE,
  CODE_LOCAL,
  type Columns,
  checkColumns,
  codeOf,
  constantDelay,
  type Delay,
  Flag,
  Kind,
  logNormalDelay,
  MemoryTape,
  mergeTapes,
  OrderCheck,
  RandomSource,
  Side,
  Simulation,
  TapeBuilder,
  type TapeSource,
  toEpoch,
  uniformDelay,
  withClockOffset,
  withFeedLatency,
} from '../../core/index.js';
import { idleVenue } from '../../execution/index.js';
import { tapeSourceContract } from '../contracts/tape-source.contract.js';
import { marketShapes, randomTape } from '../reference/random-market.js';
import { ORIGIN_NS } from '../tape/sample-rows.js';

const BOTH = CODE_EXCHANGE | CODE_LOCAL;

/** Rows that the exchange sees, one after the other. */
function seenAtExchange(columns: Columns): number[] {
  return Array.from({ length: columns.length }, (_, row) => row).filter((row) => columns.code[row]! & CODE_EXCHANGE);
}

/** The rows of a pass: exchange and local times from `originNs` on, and everything else. */
function rowsOf(tape: TapeSource, originNs = tape.info.originNs) {
  const reader = tape.open(originNs);
  const rows: { exchangeNs: number; localNs: number; code: number; rest: number[] }[] = [];
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    for (let row = 0; row < block.length; row++) {
      const { exchangeNs, localNs, code, flags, instrument, priceTicks, qtyLots, orderId, value } = block;
      rows.push({
        exchangeNs: exchangeNs[row]!,
        localNs: localNs[row]!,
        code: code[row]!,
        rest: [flags[row]!, instrument[row]!, priceTicks[row]!, qtyLots[row]!, orderId?.[row] ?? 0, value?.[row] ?? 0],
      });
    }
    reader.release(block);
  }
  reader.close();
  return rows;
}

type Row = readonly [exchangeNs: number, localNs: number, instrument?: number, flags?: number];

function tapeOf(rows: readonly Row[]): MemoryTape {
  const builder = new TapeBuilder();
  for (const [exchangeNs, localNs, instrument = 0, flags = Flag.last] of rows) {
    builder.add(exchangeNs, localNs, codeOf(Kind.trade, Side.buy), flags, instrument, 100, 1);
  }
  return new MemoryTape(builder.build().columns, {
    instruments: ['A', 'B'].map((symbol) => ({ symbol, tick: '1', lot: '1' })),
    originNs: ORIGIN_NS,
    provenance: { file: 'a.csv' },
    corrections: [],
    hash: 'abc',
  });
}

/** A delay that gives these, one after the other, in every run anew. */
function scripted(delaysNs: readonly number[]): Delay {
  let at = 0;
  return { leastNs: 0, drawNs: () => delaysNs[at++]!, forRun: () => scripted(delaysNs) };
}

describe('a feed whose latency is made up', () => {
  it('arrives a draw after it happened, and never overtakes itself', () => {
    const tape = withFeedLatency(
      tapeOf([
        [0, 0],
        [100, 100],
        [130, 130],
        [400, 400],
      ]),
      scripted([50, 90, 10, 0]),
      1,
    );
    // 0+50, 100+90, 130+10 = 140 waits for the row before, 400+0.
    expect(rowsOf(tape).map(({ localNs }) => localNs)).toEqual([50, 190, 190, 400]);
    expect(rowsOf(tape).map(({ exchangeNs }) => exchangeNs)).toEqual([0, 100, 130, 400]);
  });

  it('carries a message in one piece: rows of one time and instrument up to the one flagged last share a draw', () => {
    const tape = withFeedLatency(
      tapeOf([
        [10, 10, 0, 0],
        [10, 10, 0, Flag.last],
        [10, 10, 0, 0],
        [10, 10, 1, 0],
        [12, 12, 1, 0],
      ]),
      scripted([1, 2, 3, 4]),
      1,
    );
    expect(rowsOf(tape).map(({ localNs }) => localNs)).toEqual([11, 11, 12, 13, 16]);
  });

  it('is the tape itself where latency is as recorded', () => {
    const tape = tapeOf([[0, 5]]);
    expect(withFeedLatency(tape, 'asRecorded', 1)).toBe(tape);
  });

  it('says of itself what it holds: the rows of the exchange, its latency, and no longer the hash of the file', () => {
    // The second row overtook the first on its way, so that one of them stands twice.
    const source = tapeOf([
      [0, 90],
      [10, 20],
    ]);
    expect(source.info.rows).toBe(3);
    const { info } = withFeedLatency(source, logNormalDelay({ medianNs: 2e6, sigma: 0.5 }), 4);
    expect(info.rows).toBe(2);
    expect(info.counts).toEqual(source.info.counts);
    expect(info.hash).toBeUndefined();
    expect(info.provenance).toEqual({
      file: 'a.csv',
      sourceHash: 'abc',
      feedLatency: 'log-normal around 2ms, sigma 0.5, seed 4',
    });
  });

  const delays = fc.constantFrom<Delay>(
    constantDelay(0),
    constantDelay(7),
    uniformDelay({ fromNs: 1, toNs: 9 }),
    burstyDelay({ delay: logNormalDelay({ medianNs: 20, sigma: 1.5 }), halfLifeNs: 10 }),
  );

  it('is what a plain twin makes of the rows, whatever the blocks and the origin', () => {
    fc.assert(
      fc.property(marketShapes, delays, fc.nat(), fc.nat(1000), (shape, delay, seed, earlierNs) => {
        const source = randomTape(shape);
        const tape = withFeedLatency(source, delay, seed);
        const symbols = source.info.instruments.map(({ symbol }) => symbol).join(',');
        const random = new RandomSource(seed).stream(`feed-latency/${symbols}`);
        const own = delay.forRun?.() ?? delay;
        const given = rowsOf(source).filter(({ code }) => code & CODE_EXCHANGE);
        let latestNs = 0;
        const expected = given.map((row, index) => {
          const before = given[index - 1];
          const same =
            before?.exchangeNs === row.exchangeNs && before.rest[1] === row.rest[1] && !(before.rest[0]! & Flag.last);
          if (!same) latestNs = Math.max(latestNs, row.exchangeNs + own.drawNs(row.exchangeNs, random));
          return {
            ...row,
            exchangeNs: row.exchangeNs + earlierNs,
            localNs: latestNs + earlierNs,
            code: row.code | BOTH,
          };
        });
        const originNs = source.info.originNs - BigInt(earlierNs);
        expect(rowsOf(tape, originNs)).toEqual(expected);
        expect(rowsOf(tape, originNs)).toEqual(expected);
        expect(rowsOf(withFeedLatency(randomTape({ ...shape, blockRows: 2 }), delay, seed), originNs)).toEqual(
          expected,
        );
        expect(tape.info.rows).toBe(expected.length);
      }),
    );
  });

  it('gives rows that the engine takes', () => {
    fc.assert(
      fc.property(marketShapes, delays, (shape, delay) => {
        const tape = withFeedLatency(randomTape(shape), delay, 1);
        const check = new OrderCheck('feed latency');
        const reader = tape.open(tape.info.originNs);
        for (let block = reader.next(); block; block = reader.next()) checkColumns(block, shape.instruments, check);
        const result = new Simulation({ tapes: [tape], strategies: [], venue: idleVenue }).run();
        expect(result.rows).toBe(tape.info.rows);
      }),
    );
  });

  it('draws apart for tapes of other symbols and for other seeds', () => {
    const delay = uniformDelay({ fromNs: 0, toNs: 1e9 });
    const first = (tape: TapeSource, seed: number) => rowsOf(withFeedLatency(tape, delay, seed))[0]!.localNs;
    const a = randomTape({ seed: 1, rows: 5, instruments: 1, stepNs: 5, feedNs: 0, blockRows: 9 });
    const b = randomTape({ seed: 1, rows: 5, instruments: 2, stepNs: 5, feedNs: 0, blockRows: 9 });
    expect(new Set([first(a, 1), first(b, 1), first(a, 2)]).size).toBe(3);
    expect(first(a, 1)).toBe(first(a, 1));
  });

  it('refuses a seed that is none, and a delay that breaks its promise, with the row', () => {
    const tape = tapeOf([
      [0, 0],
      [5, 5],
    ]);
    expect(() => withFeedLatency(tape, constantDelay(1), -1)).toThrow('seed -1');
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => rowsOf(withFeedLatency(tape, scripted([0, bad]), 1))).toThrow(`row 1: the delay gave ${bad}`);
    }
  });
});

describe('a venue whose clock is off', () => {
  // Happened at 1000 and 2000 true time by a clock that is 400 ns ahead; seen 500 and 700 ns later.
  const ahead = tapeOf([
    [1400, 1500],
    [2400, 2700],
  ]);

  it('loses its offset from every exchange time, while local times stay', () => {
    const tape = withClockOffset(ahead, 400);
    const at = (time: number) => toEpoch(ORIGIN_NS, time);
    expect(tape.info.originNs).toBe(at(-400));
    const absolute = rowsOf(tape).map(({ exchangeNs, localNs }) => [
      toEpoch(tape.info.originNs, exchangeNs),
      toEpoch(tape.info.originNs, localNs),
    ]);
    expect(absolute).toEqual([
      [at(1000), at(1500)],
      [at(2000), at(2700)],
    ]);
    expect(tape.info.provenance).toEqual({ file: 'a.csv', sourceHash: 'abc', clockOffsetNs: '400' });
  });

  it('may be behind as far as no row is seen before it happened; beyond, the row is named', () => {
    expect(rowsOf(withClockOffset(ahead, -100)).map(({ exchangeNs }) => exchangeNs)).toEqual([1400, 2400]);
    expect(() => rowsOf(withClockOffset(ahead, -101))).toThrow(
      'clock offset -101 ns: row 0 was seen at 2024-08-08T23:54:16.298001501Z, 1 ns before its exchange time would be',
    );
  });

  it('keeps several venues apart: their tapes are put right each for itself, then merged', () => {
    const other = tapeOf([
      [1390, 1490],
      [2500, 2600],
    ]);
    const merged = mergeTapes([withClockOffset(ahead, 400), other]);
    const happened = rowsOf(merged, ORIGIN_NS).filter(({ code }) => code & CODE_EXCHANGE);
    expect(happened.map(({ exchangeNs }) => exchangeNs)).toEqual([1000, 1390, 2000, 2500]);
  });

  it('refuses an offset that is not whole, and leaves a tape alone where there is none', () => {
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => withClockOffset(ahead, bad)).toThrow(`clock offset ${bad} is not a whole number`);
    }
    expect(withClockOffset(ahead, 0)).toBe(ahead);
  });
});

/** Rows of the exchange, each `delayNs` later at the strategy. */
function delayedBy(given: Columns, delayNs: number): Columns {
  const rows = seenAtExchange(given);
  const picked = Object.fromEntries(
    Object.entries(given).map(([name, column]) => {
      if (typeof column === 'number') return [name, rows.length];
      return [name, column.slice(0, rows.length).map((_: number, at: number) => column[rows[at]!]!)];
    }),
  ) as unknown as Columns;
  return {
    ...picked,
    code: picked.code.map((bits) => bits | BOTH),
    localNs: picked.exchangeNs.map((t) => t + delayNs),
  };
}

tapeSourceContract(
  'a tape with feed latency',
  (columns, info) => withFeedLatency(new MemoryTape(columns, info, { blockRows: 7_919 }), constantDelay(1_500), 1),
  (given) => delayedBy(given, 1_500),
  { feedLatency: '1.5us, seed 1' },
);

tapeSourceContract(
  'a tape with its clock put right',
  (columns, info) => {
    // Recorded by a clock 5 ns behind; the local clock was right.
    const recorded = { ...columns, localNs: columns.localNs.map((time) => time + 5) };
    const tape = new MemoryTape(recorded, { ...info, originNs: ORIGIN_NS - 5n }, { blockRows: 7_919 });
    return withClockOffset(tape, -5);
  },
  (given) => given,
  { clockOffsetNs: '-5' },
);
