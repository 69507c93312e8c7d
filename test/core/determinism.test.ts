/**
 * The same answer every time: the run hash over reruns, block sizes, memory or file, worker or not, one tape or several, and
 * company that does nothing; and against a hash that is kept, so that Node versions and machines can be compared.
 */

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openTape } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import {
  allocateColumns,
  type Columns,
  copyRows,
  MemoryTape,
  RandomSource,
  type RunResult,
  Simulation,
  type SimulationOptions,
  type StrategyEntry,
  syntheticTape,
  type TapeSource,
} from '../../core/index.js';
import { HFTBACKTEST_RULES, makerTakerFees, powerQueue, simulatedVenue } from '../../execution/index.js';
import { marketMaker } from '../../strategies/market-maker.js';

const ROWS = 60_000;
const synthetic = syntheticTape({ seed: 42, rows: ROWS, instruments: 3 });

/** All rows of a tape in one set of columns. */
function columnsOf(tape: TapeSource): Columns {
  const all = allocateColumns(tape.info.rows, tape.info.columns);
  const reader = tape.open(tape.info.originNs);
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    copyRows(block, 0, block.length, all, all.length);
    all.length += block.length;
  }
  return all;
}
const columns = columnsOf(synthetic);

/** A tape in memory of the rows that are `wanted`; instruments get their index among those listed. */
function partOf(wanted: (row: number) => boolean, instruments = synthetic.info.instruments.map((_, index) => index)) {
  const part = allocateColumns(columns.length);
  for (let row = 0; row < columns.length; row++) {
    if (!wanted(row)) continue;
    copyRows(columns, row, row + 1, part, part.length);
    part.instrument[part.length] = instruments.indexOf(columns.instrument[row]!);
    part.length++;
  }
  const info = { ...synthetic.info, instruments: instruments.map((index) => synthetic.info.instruments[index]!) };
  return new MemoryTape(part, info);
}

/** Takes at random times, in random directions, as much as its own random stream says. */
const taker = (): StrategyEntry['strategy'] => ({
  onTrade(trade, context) {
    const random = context.random('coin');
    if (random.uniform() < 0.6) return;
    const qtyLots = 1 + random.integer(3);
    if (random.uniform() < 0.5) context.buy(trade.instrument, qtyLots);
    else context.sell(trade.instrument, qtyLots, trade.priceTicks);
  },
});

const strategies = (): StrategyEntry[] => [
  {
    name: 'maker',
    strategy: marketMaker.create(marketMaker.params.parse({ interval: '20ms', qty: 0.1, maxPosition: 0.5 })),
  },
  { name: 'taker', strategy: taker() },
];

const run = (tapes: readonly TapeSource[], options: Partial<SimulationOptions> = {}): RunResult =>
  new Simulation({
    tapes,
    strategies: strategies(),
    venue: simulatedVenue({
      ...HFTBACKTEST_RULES,
      // Wavers, so that the venue's random streams matter too.
      latency: {
        leastEntryNs: 200_000,
        leastResponseNs: 100_000,
        entryNs: (_kind, _sentNs, random) => 200_000 + random.integer(1_000_000),
        responseNs: (_kind, _answeredNs, random) => 100_000 + Math.floor(random.exponential(300_000)),
      },
      queue: powerQueue(2),
      fees: makerTakerFees({ makerRate: 0.0001, takerRate: 0.0004 }),
    }),
    seed: 7,
    ...options,
  }).run();

const { runHash, ...first } = run([synthetic]);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'determinism-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe('the run hash', () => {
  it('is of a run in which something happens', () => {
    expect(first.orderEvents).toBeGreaterThan(2_000);
    expect(first.fills).toBeGreaterThan(500);
    expect(first.strategies.every(({ account }) => account.trades > 100)).toBe(true);
  });

  it('is the one that is kept for this market, on every machine and version of Node', async () => {
    const { orderEvents, fills } = first;
    const accounts = first.strategies.map(({ name, account }) => ({
      name,
      trades: account.trades,
      cash: account.cash,
    }));
    const text = `${JSON.stringify({ runHash, orderEvents, fills, accounts }, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../golden/synthetic-run.json');
  });

  it('is the same in 20 reruns', () => {
    const hashes = new Set(Array.from({ length: 20 }, () => run([synthetic]).runHash));
    expect([...hashes]).toEqual([runHash]);
  });

  it('depends on the seed, on the tape and on the models', () => {
    const others = [
      run([synthetic], { seed: 8 }),
      run([partOf((row) => row < columns.length - 1000)]),
      run([synthetic], { venue: simulatedVenue(HFTBACKTEST_RULES) }),
    ];
    expect(new Set([runHash, ...others.map((each) => each.runHash)]).size).toBe(4);
  });

  it.each([1, 7, 1000, 65_536, Number.POSITIVE_INFINITY])('is the same with blocks of %s rows', (blockRows) => {
    const tape = new MemoryTape(columns, synthetic.info, { blockRows: Math.min(blockRows, columns.length) });
    expect(run([tape]).runHash).toBe(runHash);
  });

  it('is the same from a reader that destroys a block as soon as it is released', () => {
    const tape = new MemoryTape(columns, synthetic.info, { blockRows: 500 });
    let released = 0;
    const strict: TapeSource = {
      info: tape.info,
      open(originNs) {
        const reader = tape.open(originNs);
        return {
          next() {
            const block = reader.next();
            if (block === undefined) return undefined;
            const copy = allocateColumns(block.length);
            copyRows(block, 0, block.length, copy, 0);
            copy.length = block.length;
            return copy;
          },
          release(block) {
            released++;
            for (const column of [block.exchangeNs, block.localNs, block.qtyLots]) column.fill(Number.NaN);
            block.code.fill(0);
            block.priceTicks.fill(-1);
          },
          close: () => reader.close(),
        };
      },
    };
    expect(run([strict]).runHash).toBe(runHash);
    expect(released).toBe(Math.ceil(columns.length / 500));
  });

  it('is the same from a tape file, on this thread or decoded by a worker', () => {
    const file = path.join(folder, 'tape.parquet');
    writeTape(file, columns, synthetic.info);
    for (const worker of [false, true]) expect(run([openTape(file, { worker })]).runHash).toBe(runHash);
  });

  it('is the same with a tape of the same rows that begins earlier or counts from elsewhere', () => {
    const shiftNs = 12_345;
    const shifted = {
      ...columns,
      exchangeNs: columns.exchangeNs.map((time) => time + shiftNs),
      localNs: columns.localNs.map((time) => time + shiftNs),
    };
    const tape = new MemoryTape(shifted, { ...synthetic.info, originNs: synthetic.info.originNs - BigInt(shiftNs) });
    // Times are counted from the tape's origin, so the events move as one; what happens does not change.
    const { orderEvents, fills, strategies: ended } = run([tape]);
    expect([orderEvents, fills]).toEqual([first.orderEvents, first.fills]);
    expect(ended.map(({ account }) => account.cash)).toEqual(first.strategies.map(({ account }) => account.cash));
    const empty = partOf(() => false);
    expect(run([empty, synthetic]).runHash).toBe(runHash);
  });

  it('is the same with one tape or one for each instrument', () => {
    const parts = [0, 1, 2].map((instrument) => partOf((row) => columns.instrument[row] === instrument, [instrument]));
    expect(parts.reduce((sum, part) => sum + part.info.rows, 0)).toBe(columns.length);
    expect(run(parts).runHash).toBe(runHash);
  });

  it('is the same with one tape or one for each stretch of time', () => {
    for (const cuts of [[0.5], [0.1, 0.11, 0.9]]) {
      const times = [0, ...cuts.map((cut) => columns.exchangeNs[Math.floor(cut * columns.length)]!), Infinity];
      const parts = times.slice(1).map((end, index) => {
        const from = times[index]!;
        return partOf((row) => columns.exchangeNs[row]! >= from && columns.exchangeNs[row]! < end);
      });
      expect(run(parts).runHash).toBe(runHash);
    }
  });

  it('is the same whatever computes it', () => {
    expect(run([synthetic], { sha256: createHash('sha256') }).runHash).toBe(runHash);
  });
});

describe('company', () => {
  it('that does nothing changes nothing', () => {
    const idle: StrategyEntry = { name: 'idle', strategy: {} };
    const watcher: StrategyEntry = {
      name: 'watcher',
      strategy: {
        onStart: (context) => context.every('beat', 1e6),
        onTimer: (_name, context) => void context.random('own').uniform(),
        onDepth: (_level, context) => void context.equity,
        onBook() {},
        onTrade() {},
      },
    };
    expect(run([synthetic], { strategies: [...strategies(), idle, watcher] }).runHash).toBe(runHash);
  });

  it('that watches changes nothing, however often it is called', () => {
    let samples = 0;
    const observer = { onSample: () => samples++, onOrderEvent() {} };
    expect(run([synthetic], { observers: [observer], sampleNs: 1e6 }).runHash).toBe(runHash);
    expect(samples).toBeGreaterThan(1_000);
  });
});

describe('random streams', () => {
  const draws = (source: RandomSource, name: string) => Array.from({ length: 50 }, () => source.stream(name).uniform());

  it('do not shift each other, in whatever order they are asked for', () => {
    const alone = draws(new RandomSource(5), 'a');
    const source = new RandomSource(5);
    draws(source, 'b');
    const together = Array.from({ length: 50 }, () => {
      source.stream('c').normal();
      return source.stream('a').uniform();
    });
    expect(together).toEqual(alone);
  });

  it('differ by name and by seed', () => {
    const streams = [
      draws(new RandomSource(5), 'a'),
      draws(new RandomSource(5), 'b'),
      draws(new RandomSource(6), 'a'),
      draws(new RandomSource(0), ''),
    ];
    expect(new Set(streams.map((each) => each.join())).size).toBe(4);
  });

  it('look uniform, normal and exponential', () => {
    const stream = new RandomSource(3).stream('shape');
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const many = (draw: () => number) => Array.from({ length: 40_000 }, draw);
    const uniform = many(() => stream.uniform());
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    const normal = many(() => stream.normal());
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
    const exponential = many(() => stream.exponential(20));
    expect(Math.min(...exponential)).toBeGreaterThanOrEqual(0);
    expect(Math.abs(mean(exponential) - 20)).toBeLessThan(0.6);
    const whole = many(() => stream.integer(6));
    expect(new Set(whole)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });
});
