/**
 * Latency from tables: rows worked out by hand, a plain twin of hftbacktest's interpolation, and tables made of a feed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CODE_LOCAL,
  codeOf,
  constantDelay,
  Kind,
  MemoryTape,
  RandomSource,
  Side,
  TapeBuilder,
  withFeedLatency,
} from '../../core/index.js';
import {
  feedProportionalTable,
  type LatencyModel,
  LatencyTable,
  Message,
  recordedLatency,
} from '../../execution/index.js';
import { marketShapes, randomTape } from '../reference/random-market.js';

const random = new RandomSource(1).stream('x');
const entryNs = (model: LatencyModel, sentNs: number) => model.entryNs(Message.submit, sentNs, random);
const responseNs = (model: LatencyModel, answeredNs: number) => model.responseNs(Message.fill, answeredNs, random);

type Row = readonly [request: number, exchange: number, response: number];
const tableOf = (...rows: Row[]) =>
  new LatencyTable(...([0, 1, 2].map((column) => rows.map((row) => row[column]!)) as [number[], number[], number[]]));

describe('a recorded latency', () => {
  const model = recordedLatency(tableOf([1000, 1010, 1030], [1100, 1117, 1120], [1200, 1203, 1290]));

  it('interpolates requests by the time of sending, and truncates what it adds', () => {
    // Entries 10, 17, 3: at 1050 10 + trunc(3.5), at 1150 17 + trunc(−7), at 1110 17 + trunc(−1.4).
    expect([1000, 1050, 1099, 1100, 1110, 1150, 1199].map((t) => entryNs(model, t))).toEqual([
      10, 13, 16, 17, 16, 10, 4,
    ]);
  });

  it('interpolates answers by the time of answering', () => {
    // Responses 20, 3, 87 at 1010, 1117, 1203: at 1063 20 + trunc(−17/107 × 53 = −8.42), at 1160 3 + trunc(84/86 × 43).
    expect([1010, 1063, 1116, 1117, 1160].map((t) => responseNs(model, t))).toEqual([20, 12, 4, 3, 45]);
  });

  it('is that of the first row before it, and that of the last row from it on', () => {
    expect([-5e9, 0, 999].map((t) => entryNs(model, t))).toEqual([10, 10, 10]);
    expect([1200, 1e15].map((t) => entryNs(model, t))).toEqual([3, 3]);
    expect([0, 1009].map((t) => responseNs(model, t))).toEqual([20, 20]);
    expect([1203, 1e15].map((t) => responseNs(model, t))).toEqual([87, 87]);
  });

  it('promises the least of its rows', () => {
    expect([model.leastEntryNs, model.leastResponseNs]).toEqual([3, 3]);
  });

  const rows = fc.array(fc.record({ step: fc.nat(40), entry: fc.nat(60), response: fc.nat(60) }), {
    minLength: 1,
    maxLength: 12,
  });

  it('is hftbacktest’s, step by step, for rows in the order of both clocks', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat(60), { maxLength: 30 }), (given, steps) => {
        let sent = 0n;
        let handled = 0n;
        const epoch = 1_723_161_256_298_000_000n;
        const recorded = given.map(({ step, entry, response }) => {
          sent += BigInt(step);
          handled = handled > sent + BigInt(entry) ? handled : sent + BigInt(entry);
          return [epoch + sent, epoch + handled, epoch + handled + BigInt(response)] as const;
        });
        const table = LatencyTable.fromEpoch(recorded, epoch - 7n);
        const ours = recordedLatency(table);
        let nowNs = 0n;
        for (const step of steps) {
          nowNs += BigInt(step);
          const relative = Number(nowNs) + 7;
          expect(entryNs(ours, relative)).toBe(plainInterpolation(recorded, 0, 1, epoch + nowNs));
          expect(responseNs(ours, relative)).toBe(plainInterpolation(recorded, 1, 2, epoch + nowNs));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('sorts answers by exchange time where requests overtook each other', () => {
    const overtaken = recordedLatency(tableOf([0, 100, 110], [10, 20, 40]));
    // Responses 20 at 20 and 10 at 100: at 60 just between.
    expect([20, 60, 100].map((t) => responseNs(overtaken, t))).toEqual([20, 15, 10]);
  });

  it('re-bases what was measured elsewhere: the offset is added to either way', () => {
    const table = LatencyTable.fromEpoch([[1000n, 1010n, 1030n]], 0n, 250);
    expect([...table.requestNs, ...table.exchangeNs, ...table.responseNs]).toEqual([1000, 1260, 1530]);
    expect(() => LatencyTable.fromEpoch([[1000n, 1010n, 1030n]], 0n, -11)).toThrow('row 0: request 1000, exchange 999');
    expect(() => LatencyTable.fromEpoch([], 0n, 0.5)).toThrow('offsetNs 0.5');
  });
});

/** hftbacktest's loop over rows, in exact integers as far as it has them: latency = column `to` − column `from`. */
function plainInterpolation(rows: readonly (readonly bigint[])[], from: number, to: number, at: bigint): number {
  const latency = (row: readonly bigint[]) => row[to]! - row[from]!;
  if (at < rows[0]![from]!) return Number(latency(rows[0]!));
  for (let i = 0; i + 1 < rows.length; i++) {
    const [row, next] = [rows[i]!, rows[i + 1]!];
    if (!(row[from]! <= at && at < next[from]!)) continue;
    const slope = Number(latency(next) - latency(row)) / Number(next[from]! - row[from]!);
    return Number(BigInt(Math.trunc(slope * Number(at - row[from]!))) + latency(row));
  }
  return Number(latency(rows.at(-1)!));
}

describe('refused rows of a recorded latency', () => {
  const NOT = Number.NaN;
  // Answers to requests took 40, 60 (refused), 31 and 20 ns.
  const table = tableOf([100, 120, 140], [200, NOT, 260], [300, 311, 331], [400, 404, 420]);

  it('must be decided on', () => {
    expect(() => recordedLatency(table)).toThrow("row 1 (1 in all) was refused; set refusedRows to 'atGateway'");
    expect(() => recordedLatency(tableOf([1, NOT, 2]), { refusedRows: 'leftOut' })).toThrow('all 1 rows were refused');
  });

  it('left out, are as if they had never been recorded', () => {
    const model = recordedLatency(table, { refusedRows: 'leftOut' });
    const without = recordedLatency(tableOf([100, 120, 140], [300, 311, 331], [400, 404, 420]));
    for (let t = 90; t < 430; t += 7) {
      expect([entryNs(model, t), responseNs(model, t)]).toEqual([entryNs(without, t), responseNs(without, t)]);
    }
  });

  it('at the gateway, refuse what is sent between their neighbours; it arrives after half of the way', () => {
    const model = recordedLatency(table, { refusedRows: 'atGateway' });
    // 40 → 60 over 100 ns: 50 after 50; 60 → 31: 60 + trunc(−14.5) = 46.
    expect([99, 100, 150, 200, 250, 299, 300].map((t) => table.refusalNs(t))).toEqual([NOT, 40, 50, 60, 46, 32, NOT]);
    expect([99, 100, 150, 200, 250, 299, 300].map((t) => entryNs(model, t))).toEqual([20, 20, 25, 30, 23, 16, 11]);
    expect(model.leastEntryNs).toBe(4);
    // 20 at 120 and at 311: a refused row is no answer's neighbour.
    expect([120, 200, 311].map((t) => responseNs(model, t))).toEqual([20, 20, 20]);
  });

  it('at the ends refuse everything before or after', () => {
    const ends = tableOf([100, NOT, 150], [200, 210, 230], [300, NOT, 390]);
    expect([0, 100, 300, 1e9].map((t) => ends.refusalNs(t))).toEqual([50, 50, 90, 90]);
    expect(ends.leastRefusal()).toEqual({ entryNs: 15, responseNs: 15 });
  });

  it('are what 0 for an exchange time stands for in recorded files', () => {
    const read = LatencyTable.fromEpoch(
      [
        [1000n, 0n, 1060n],
        [2000n, 2010n, 2020n],
      ],
      900n,
      5,
    );
    expect([...read.requestNs, ...read.exchangeNs, ...read.responseNs]).toEqual([100, 1100, NOT, 1115, 170, 1130]);
    expect(read.refused).toBe(1);
  });
});

describe('a table', () => {
  it('refuses rows whose times cannot be, with place and values', () => {
    expect(() => tableOf()).toThrow('latency table: no rows');
    expect(() => new LatencyTable([1], [1, 2], [3])).toThrow('columns of 1, 2 and 1 rows');
    expect(() => tableOf([0, 1, 2], [5, 4, 9])).toThrow('row 1: request 5, exchange 4, response 9: not in this order');
    expect(() => tableOf([5, 9, 8])).toThrow('row 0: request 5, exchange 9, response 8: not in this order');
    expect(() => tableOf([5, Number.NaN, 4])).toThrow('not in this order');
    expect(() => tableOf([5, 6, 7], [4, 6, 7])).toThrow('row 1: request 4, exchange 6, response 7: request before 5');
    expect(() => tableOf([0.5, 6, 7])).toThrow('not whole nanoseconds');
    expect(() => tableOf([1, 6, Number.NaN])).toThrow('not whole nanoseconds');
  });

  it('keeps a copy', () => {
    const request = [1, 2];
    const table = new LatencyTable(request, [5, 6], [9, 9]);
    request[0] = 1e9;
    expect(table.requestNs[0]).toBe(1);
  });
});

describe('a latency in proportion to the feed’s', () => {
  const feed = (rows: readonly (readonly [exchangeNs: number, localNs: number])[]) => {
    const builder = new TapeBuilder();
    for (const [happened, seen] of rows) builder.add(happened, seen, codeOf(Kind.trade, Side.buy), 0, 0, 1, 1);
    const instruments = [{ symbol: 'A', tick: '1', lot: '1' }];
    const info = { instruments, originNs: 1_000n, provenance: {}, corrections: [] };
    return new MemoryTape(builder.build().columns, info, { blockRows: 2 });
  };
  const tape = feed([
    [0, 7],
    [10, 90],
    [80, 99],
    [120, 123],
    [330, 431],
    [340, 441],
  ]);

  it('takes the last row of each stretch: factor × feed latency there, and again back', () => {
    const table = feedProportionalTable(tape, { entryFactor: 4, responseFactor: 0.5, everyNs: 100 });
    // Feed latencies 19, 3, 101 at 99, 123, 441.
    expect([...table.requestNs]).toEqual([99, 123, 441]);
    expect([...table.exchangeNs]).toEqual([99 + 76, 123 + 12, 441 + 404]);
    expect([...table.responseNs]).toEqual([175 + 10, 135 + 2, 845 + 51]);
  });

  it('counts from the run’s origin where that is another', () => {
    const options = { entryFactor: 1, responseFactor: 1, everyNs: 100 };
    expect([...feedProportionalTable(tape, { ...options, originNs: 950n }).requestNs]).toEqual([57, 173, 491]);
  });

  it('rises when the feed slows down, as in a crash, and falls with it', () => {
    const calm = constantDelay(1_000);
    const storm = { leastNs: 1_000, drawNs: (nowNs: number) => (nowNs > 3e9 && nowNs < 6e9 ? 80_000 : 1_000) };
    const quiet = feed(Array.from({ length: 900 }, (_, row) => [row * 1e7, row * 1e7] as const));
    const options = { entryFactor: 4, responseFactor: 3, everyNs: 1e8 };
    const delays = (made: typeof calm | typeof storm) => {
      const model = recordedLatency(feedProportionalTable(withFeedLatency(quiet, made, 1), options));
      return [1e9, 4.5e9, 8e9].map((t) => [entryNs(model, t), responseNs(model, t)]);
    };
    expect(delays(calm)).toEqual([
      [4_000, 3_000],
      [4_000, 3_000],
      [4_000, 3_000],
    ]);
    expect(delays(storm)).toEqual([
      [4_000, 3_000],
      [320_000, 240_000],
      [4_000, 3_000],
    ]);
  });

  it('is what a plain walk over the rows that the strategy sees gives, for any blocks', () => {
    fc.assert(
      fc.property(marketShapes, fc.integer({ min: 1, max: 50 }), (shape, everyNs) => {
        const source = randomTape(shape);
        const stretches = new Map<number, number[]>();
        const reader = source.open(source.info.originNs);
        for (let block = reader.next(); block; block = reader.next()) {
          for (let row = 0; row < block.length; row++) {
            const [happened, seen] = [block.exchangeNs[row]!, block.localNs[row]!];
            if (block.code[row]! & CODE_LOCAL) stretches.set(Math.floor(seen / everyNs), [happened, seen]);
          }
        }
        const table = feedProportionalTable(source, { entryFactor: 2, responseFactor: 3, everyNs });
        const rows = [...stretches.values()].map(([happened, seen]) => [seen!, seen! + 2 * (seen! - happened!)]);
        expect([...table.requestNs.keys()].map((row) => [table.requestNs[row], table.exchangeNs[row]])).toEqual(rows);
      }),
    );
  });

  it('refuses options that are none and tapes without rows', () => {
    const fine = { entryFactor: 1, responseFactor: 1, everyNs: 1 };
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => feedProportionalTable(tape, { ...fine, entryFactor: bad })).toThrow(`entryFactor ${bad}`);
      expect(() => feedProportionalTable(tape, { ...fine, responseFactor: bad })).toThrow(`responseFactor ${bad}`);
    }
    for (const bad of [0, 0.5, Number.NaN]) {
      expect(() => feedProportionalTable(tape, { ...fine, everyNs: bad })).toThrow(`everyNs ${bad}`);
    }
    expect(() => feedProportionalTable(feed([]), fine)).toThrow('no rows');
  });
});
