/** `tickwright bars` as a user runs it: what is on the tape that it writes, larger bars from smaller ones, what is refused. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TapeFacts } from '../../bridges/cli/inspect.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { CODE_EXCHANGE, type Columns, codeOf, Flag, Kind, Side, TapeBuilder } from '../../core/index.js';
import { syntheticBlocks, syntheticInfo } from '../../core/synthetic.js';
import { Workplace } from './command-line.js';

const place = new Workplace();
afterAll(() => place.remove());

/** All rows of a tape. */
function rowsOf(name: string): Columns {
  const tape = openTape(place.path(name));
  return tape.open(tape.info.originNs).next()!;
}

const minute = 60e9;
beforeAll(() => {
  const options = { seed: 3, rows: 60_000, instruments: 2 };
  writeTape(place.path('market.parquet'), syntheticBlocks(options), syntheticInfo(options));
  const rows = new TapeBuilder({ bars: true, value: true });
  for (const [end, close] of [
    [1, 10],
    [2, 12],
    [3, 11],
    [5, 14],
  ] as const) {
    const row = rows.add(end * minute, end * minute, codeOf(Kind.bar, Side.none), Flag.last, 0, close, 5);
    rows.columns.openTicks![row] = 9;
    rows.columns.highTicks![row] = 15;
    rows.columns.lowTicks![row] = 8;
  }
  const info = { instruments: [{ symbol: 'X', tick: '1', lot: '1' }], originNs: 0n };
  writeTape(place.path('klines.parquet'), rows.build().columns, info);
});

const bars = async (...words: string[]): Promise<TapeFacts> => {
  const { code, stdout, stderr } = await place.run('bars', ...words, '--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as TapeFacts;
};

test('time bars say what they were made of, hold all that was traded, and make larger ones', async () => {
  const facts = await bars('market.parquet', '--every', '500ms', '--out', 'half.parquet');
  const market = openTape(place.path('market.parquet')).info;
  expect(facts.provenance).toMatchObject({
    ...{ importer: 'tickwright bars', bars: '500ms', from: 'trades', clock: 'exchange' },
    file1: expect.stringContaining(`sha256 ${market.hash}`),
  });
  expect(Object.keys(facts.provenance)).toContain('source.seed');
  // A row that stands twice is counted at the exchange.
  const volume = ({ qtyLots, code, length }: Columns, kind: Kind) =>
    qtyLots
      .subarray(0, length)
      .reduce((sum, lots, row) => sum + ((code[row]! & (15 | CODE_EXCHANGE)) === (kind | CODE_EXCHANGE) ? lots : 0), 0);
  const half = rowsOf('half.parquet');
  expect(volume(half, Kind.bar)).toBe(volume(rowsOf('market.parquet'), Kind.trade));
  expect([...half.value!.subarray(0, half.length)].every((vwap) => vwap > 0)).toBe(true);

  await bars('half.parquet', '--every', '2s', '-o', 'larger.parquet');
  await bars('market.parquet', '--every', '2s', '-o', 'direct.parquet');
  const [larger, direct] = [rowsOf('larger.parquet'), rowsOf('direct.parquet')];
  for (const column of [
    'exchangeNs',
    'instrument',
    'priceTicks',
    'qtyLots',
    'openTicks',
    'highTicks',
    'lowTicks',
  ] as const) {
    expect(larger[column]).toEqual(direct[column]);
  }
  larger.value!.forEach((vwap, row) => void expect(vwap).toBeCloseTo(direct.value![row]!, 9));
});

test.each([
  [['--ticks', '50'], '50 ticks'],
  [['--volume', '5'], '5 volume'],
  [['--value', '10000'], '10000 value'],
  [['--renko', '0.1'], '0.1 renko'],
  [['--tick-imbalance', '40', '--expected-ticks-within', '5,500'], '40 tick-imbalance'],
  [['--value-runs', '40', '--signs', 'aggressor', '--span', '5'], '40 value-runs'],
])('%j', async (words, name) => {
  const facts = await bars('market.parquet', ...words, '--instruments', 'SYN-B', '--out', 'counted.parquet');
  expect(facts.provenance.bars).toBe(name);
  expect(facts.instruments.map(({ symbol }) => symbol)).toEqual(['SYN-B']);
  expect(facts.rows).toBeGreaterThan(1);
});

test('mids are on a tape of half the tick', async () => {
  const facts = await bars('market.parquet', '--every', '1s', '--from', 'mid', '--out', 'mids.parquet');
  const { instruments } = openTape(place.path('market.parquet')).info;
  expect(facts.instruments.map(({ tick }) => Number(tick))).toEqual(instruments.map(({ tick }) => Number(tick) / 2));
});

test('bars of elsewhere, once it is said how long they are', async () => {
  await bars('klines.parquet', '--every', '2m', '--bars-of', '1m', '--out', 'two.parquet');
  const { exchangeNs, openTicks, priceTicks, qtyLots, value, length } = rowsOf('two.parquet');
  expect([length, [...exchangeNs].map((ns) => ns / minute), [...openTicks!], [...priceTicks], [...qtyLots]]).toEqual([
    3,
    [2, 4, 6],
    [9, 9, 9],
    [12, 11, 14],
    [10, 5, 5],
  ]);
  // Whose average price is not known.
  expect([...value!]).toEqual([0, 0, 0]);
});

describe('refused in one line, with nothing written', () => {
  test.each<[words: string, code: number, message: string]>([
    ['market.parquet', 2, 'say which bars with one of --every, --ticks,'],
    ['market.parquet --every 1m --ticks 5', 2, 'there are 2'],
    ['market.parquet --every 1x', 2, 'market.parquet: bars "1x" were not understood'],
    ['market.parquet --ticks 0', 2, "argument '0' is invalid. Allowed: a whole number from 1"],
    ['market.parquet --every 1m --empty never', 2, 'Allowed choices are none, flat'],
    ['market.parquet --ticks 5 --empty flat', 2, 'empty "flat": only of time bars'],
    ['market.parquet --volume 5 --from mid', 2, 'mids have no quantity'],
    ['market.parquet --every 1m --sessions XMOON', 2, 'there is no calendar "XMOON"'],
    [
      'market.parquet --every 1m --instruments SYN-Q',
      2,
      'instrument "SYN-Q" is not on the tape; there are: SYN-A, SYN-B',
    ],
    ['market.parquet --tick-runs 5 --expected-ticks-within 9,2', 2, 'Allowed: two whole numbers'],
    ['klines.parquet --every 2m', 2, 'the tape does not say how long its bars are'],
    ['klines.parquet --every 90s --bars-of 1m', 2, 'it is no multiple of that; finer data are needed'],
    ['klines.parquet --every 30s --bars-of 1m', 2, 'it is shorter; finer data are needed'],
    ['klines.parquet --ticks 5 --bars-of 1m', 2, 'bars of 5 ticks end with a trade; make them from trades'],
    [
      'klines.parquet --every 4m --bars-of 2m',
      1,
      'bar of X that ends at 1970-01-01T00:01:00.000000000Z: is not inside one bar of 4m',
    ],
    ['klines.parquet --every 2m --bars-of 1m --clock local', 2, 'bars of bars are by the exchange'],
    ['klines.parquet --every 1m --from trades', 2, 'the tape has no trades'],
    ['market.parquet --every 1m --from bars --bars-of 1s', 2, 'the tape has no bars'],
    ['market.parquet --every 1m --bars-of 1s', 2, 'barsOf 1s is for bars of bars'],
    ['none.parquet --every 1m', 1, 'none.parquet'],
  ])('%s', async (words, code, message) => {
    const before = readdirSync(place.folder).sort();
    const outcome = await place.run('bars', ...words.split(' '), '--out', 'refused.parquet');
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(/^tickwright: .*\n$/);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stdout).toBe('');
    expect(readdirSync(place.folder).sort()).toEqual(before);
  });
});
