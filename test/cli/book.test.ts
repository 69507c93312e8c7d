/** The printed book against a slow twin that keeps a Map a side and formats with the instrument's own texts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTape } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { Instrument } from '../../core/instrument.js';
import { CODE_EXCHANGE, CODE_KIND, CODE_LOCAL, CODE_SIDE_SHIFT, codeOf, Flag, Kind, Side } from '../../core/market.js';
import { syntheticBlocks, syntheticInfo } from '../../core/synthetic.js';
import type { TapeSource } from '../../core/tape.js';
import { TapeBuilder } from '../../core/tape-builder.js';
import { Workplace } from './command-line.js';

const place = new Workplace();
beforeAll(() => {
  const options = { seed: 3, rows: 30_000, instruments: 3 };
  writeTape(place.path('market.parquet'), syntheticBlocks(options), syntheticInfo(options));
});
afterAll(() => place.remove());

/** What `book` should print, row by row, from the rules alone. */
function twin(
  tape: TapeSource,
  symbol: string,
  levels: number,
  clock: 'exchange' | 'local',
  everyNs?: bigint,
): string[] {
  const { instruments, originNs } = tape.info;
  const index = instruments.findIndex((each) => each.symbol === symbol);
  const instrument = new Instrument(instruments[index]!, index);
  const bids = new Map<number, number>();
  const asks = new Map<number, number>();
  const lines: string[] = [];
  const print = (time: bigint) => {
    if (lines.length === 0 && bids.size + asks.size === 0) return;
    const best = (side: Map<number, number>, sign: number) => [...side].sort(([a], [b]) => sign * (a - b));
    const [askLevels, bidLevels] = [best(asks, 1), best(bids, -1)];
    const cells: unknown[] = [time];
    for (let level = 0; level < levels; level++) {
      for (const side of [askLevels, bidLevels]) {
        const [ticks, lots] = side[level] ?? [];
        cells.push(
          ticks === undefined ? '' : instrument.priceText(ticks),
          lots === undefined ? '' : instrument.qtyText(lots),
        );
      }
    }
    lines.push(cells.join(','));
  };
  let grid = everyNs === undefined ? 0n : ((originNs + everyNs - 1n) / everyNs) * everyNs;
  let last = 0n;
  const reader = tape.open(originNs);
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    for (let row = 0; row < block.length; row++) {
      const code = block.code[row]!;
      if ((code & (clock === 'exchange' ? CODE_EXCHANGE : CODE_LOCAL)) === 0) continue;
      const time = originNs + BigInt((clock === 'exchange' ? block.exchangeNs : block.localNs)[row]!);
      last = time;
      for (; everyNs !== undefined && grid < time; grid += everyNs) print(grid);
      const kind = code & CODE_KIND;
      if (block.instrument[row] !== index || kind === Kind.trade) continue;
      const buy = code >> CODE_SIDE_SHIFT === Side.buy || ((code >> CODE_SIDE_SHIFT) & 3) === Side.buy;
      const own = buy ? bids : asks;
      const other = buy ? asks : bids;
      const tick = block.priceTicks[row]!;
      if (kind === Kind.depthClear) {
        for (const level of [...own.keys()]) if (buy ? level >= tick : level <= tick) own.delete(level);
      } else if (block.qtyLots[row] === 0) own.delete(tick);
      else {
        own.set(tick, block.qtyLots[row]!);
        for (const level of [...other.keys()]) if (buy ? level <= tick : level >= tick) other.delete(level);
      }
      if (everyNs === undefined && (block.flags[row]! & Flag.last) !== 0) print(time);
    }
  }
  if (everyNs !== undefined && grid === last) print(grid);
  return lines;
}

async function printed(...words: string[]): Promise<[string, ...string[]]> {
  const { code, stdout, stderr } = await place.run('book', ...words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n') as [string, ...string[]];
}

describe('the printed book equals the slow twin’s', () => {
  test.each([
    ['SYN-A', 1, 'exchange', undefined],
    ['SYN-A', 5, 'local', undefined],
    ['SYN-C', 20, 'exchange', undefined],
    ['SYN-B', 3, 'local', 100_000_000n],
    ['SYN-C', 2, 'exchange', 7_000_000n],
  ] as const)('%s, %d levels, %s clock, every %s', async (symbol, levels, clock, everyNs) => {
    const every = everyNs === undefined ? 'event' : `${everyNs}ns`;
    const words = ['--instrument', symbol, '--levels', String(levels), '--clock', clock, '--every', every];
    const [header, ...lines] = await printed('market.parquet', ...words);
    expect(header.split(',')).toHaveLength(1 + 4 * levels);
    expect(header).toMatch(/^time_ns,ask_price_1,ask_size_1,bid_price_1,bid_size_1/);
    const expected = twin(openTape(place.path('market.parquet')), symbol, levels, clock, everyNs);
    expect(lines.length).toBe(expected.length);
    expect(lines.length).toBeGreaterThan(50);
    expect(lines).toEqual(expected);
  });

  test('a file holds what stdout would', async () => {
    const lines = await printed('market.parquet', '--instrument', 'SYN-C');
    const { code, stdout } = await place.run('book', 'market.parquet', '--instrument', 'SYN-C', '--out', 'c.csv');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const { readFileSync, readdirSync } = await import('node:fs');
    expect(readFileSync(place.path('c.csv'), 'utf8').trimEnd().split('\n')).toEqual(lines);
    expect(readdirSync(place.folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

test('decimals and times are exact at their ends: large, tiny, negative, before 1970, no levels', async () => {
  const builder = new TapeBuilder();
  const bid = codeOf(Kind.depth, Side.buy);
  const ask = codeOf(Kind.depth, Side.sell);
  builder.add(0, 0, bid, Flag.last, 0, -2_147_483_647, 9_007_199_254_740_991);
  builder.add(1, 1, ask, Flag.last, 0, -1, 1);
  builder.add(2, 2, bid, Flag.last, 0, -2_147_483_647, 0);
  builder.add(3, 3, ask, Flag.last, 0, -1, 0);
  const { columns } = builder.build();
  writeTape(place.path('ends.parquet'), columns, {
    instruments: [{ symbol: 'X', tick: '0.00025', lot: '0.1' }],
    originNs: -2n,
  });
  const [, ...lines] = await printed('ends.parquet', '--levels', '1');
  expect(lines).toEqual([
    '-2,,,-536870.91175,900719925474099.1',
    '-1,-0.00025,0.1,-536870.91175,900719925474099.1',
    '0,-0.00025,0.1,,',
    '1,,,,',
  ]);

  // On the grid the row of time T holds what happened at T.
  expect((await printed('ends.parquet', '--every', '1ns')).slice(1)).toEqual(lines);
  expect((await printed('ends.parquet', '--every', '2ns')).slice(1)).toEqual([lines[0], lines[2]]);
});
