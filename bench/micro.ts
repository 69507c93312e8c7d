/**
 * `bench micro`: the parts by themselves, with tinybench: the schedule, both kinds of book, the tape decoder.
 * Knows nothing of runs. Called by main.
 *
 * A sample is a batch of operations, so that the clock does not count; every batch's result is used and checked.
 */
import { Bench } from 'tinybench';
import { openTape } from '../bridges/tape/tape-file.js';
import { LevelBook } from '../core/book/levels.js';
import { OrderBook } from '../core/book/orders.js';
import { Instrument } from '../core/instrument.js';
import { CODE_KIND, CODE_SIDE_SHIFT, type Columns, Kind, Side } from '../core/market.js';
import { type Handler, Schedule } from '../core/queue.js';
import { RandomSource } from '../core/random.js';
import { Rank } from '../core/rank.js';
import { loadTape, makeSyntheticTape } from './bench-tapes.js';
import { rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

/** A part: `batch` does `operations` of them and returns a number that must be the same every time. */
interface Part {
  readonly name: string;
  readonly operations: number;
  readonly batch: () => number;
}

const BATCH = 20_000;

/** `entries` stand in the schedule; each operation takes the earliest out and puts one in at a random later time. */
function schedulePart(entries: number): Part {
  const random = new RandomSource(1).stream('micro');
  const delays = Array.from({ length: BATCH }, () => 1 + Math.floor(random.uniform() * 1000 * entries));
  const batch = () => {
    const schedule = new Schedule();
    let fired = 0;
    const handler: Handler = {
      fire(_payload, timeNs) {
        schedule.add(timeNs + delays[fired++]!, Rank.timer, handler, 0, true);
      },
    };
    for (let i = 0; i < entries; i++) schedule.add(delays[i]!, Rank.timer, handler, 0, true);
    for (let i = 0; i < BATCH; i++) schedule.fireHead();
    return schedule.headNs;
  };
  return { name: `schedule: fire and add, ${entries} waiting`, operations: BATCH, batch };
}

/** The depth rows of a market, in order, into one book. */
function levelPart(columns: Columns, instrument: Instrument): Part {
  const { code, priceTicks, qtyLots, length } = columns;
  let operations = 0;
  for (let row = 0; row < length; row++) if ((code[row]! & CODE_KIND) === Kind.depth) operations++;
  const batch = () => {
    const book = new LevelBook(instrument);
    for (let row = 0; row < length; row++) {
      const bits = code[row]!;
      if ((bits & CODE_KIND) === Kind.depth) book.set((bits >> CODE_SIDE_SHIFT) & 3, priceTicks[row]!, qtyLots[row]!);
    }
    return book.bid + book.ask;
  };
  return { name: 'level book: set, rows of the seeded market', operations, batch };
}

/** Orders come and go near the touch, some 1,000 resting: each operation cancels the oldest and adds one. */
function orderPart(instrument: Instrument): Part {
  const random = new RandomSource(2).stream('micro');
  const offsets = Array.from({ length: BATCH }, () => Math.floor(random.uniform() * 50));
  const batch = () => {
    const book = new OrderBook(instrument);
    for (let id = 0; id < BATCH; id++) {
      const buys = (id & 1) === 0;
      if (id >= 1000) book.reduce(id - 1000, Number.POSITIVE_INFINITY);
      book.add(id, buys ? Side.buy : Side.sell, buys ? 999 - offsets[id]! : 1001 + offsets[id]!, 1 + (id % 7));
    }
    return book.size + book.levels.bid + book.levels.ask;
  };
  return { name: 'order book: add one, cancel the oldest of 1,000', operations: BATCH, batch };
}

/** All row groups of a tape file on this thread, as a replay reads them. */
function decodePart(file: string, rows: number): Part {
  const tape = openTape(file, { worker: false });
  const batch = () => {
    const reader = tape.open(tape.info.originNs);
    let sum = 0;
    for (let block = reader.next(); block !== undefined; block = reader.next()) {
      sum += block.length + block.localNs[block.length - 1]!;
      reader.release(block);
    }
    reader.close();
    return sum;
  };
  return { name: 'tape file: read, decode and check a row', operations: rows, batch };
}

export async function micro({ rows }: BenchOptions): Promise<BenchReport> {
  const made = makeSyntheticTape(rows, 1);
  const { columns, tape } = loadTape(made.file);
  const instrument = new Instrument(tape.info.instruments[0]!, 0);
  const parts = [
    ...[1, 4, 64, 1_000, 10_000].map(schedulePart),
    levelPart(columns, instrument),
    orderPart(instrument),
    decodePart(made.file, made.rows),
  ];
  const bench = new Bench({ time: 1000, iterations: 10, warmupTime: 300, warmupIterations: 3 });
  for (const { name, batch } of parts) {
    const expected = batch();
    bench.add(name, () => {
      if (batch() !== expected) throw new Error(`${name}: two batches came to different ends`);
    });
  }
  await bench.run();
  const results = parts.map(({ name, operations }) => {
    const { result } = bench.getTask(name)!;
    if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`);
    const nanos = (milliseconds: number) => rounded((milliseconds * 1e6) / operations);
    const { min, mean, p50, sd, samplesCount } = result.latency;
    return {
      workload: 'micro',
      part: name,
      minNs: nanos(min),
      medianNs: nanos(p50),
      meanNs: nanos(mean),
      deviationNs: nanos(sd),
      perSecond: rounded(1e9 / nanos(p50)),
      samples: samplesCount,
    };
  });
  return {
    title: 'micro: nanoseconds of one operation',
    rows: results,
    heads: ['part', 'least', 'median', 'mean ± sd', 'samples'],
    table: results.map((row) => [
      row.part,
      String(row.minNs),
      String(row.medianNs),
      `${row.meanNs} ± ${row.deviationNs}`,
      String(row.samples),
    ]),
  };
}
