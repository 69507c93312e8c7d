/** Imports into a catalogue: steps give the rows of an import as a whole, and what was imported is known again. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalog } from '../../bridges/catalog/catalog.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { CODE_EXCHANGE, CODE_LOCAL, type Columns } from '../../core/market.js';
import type { TapeSource } from '../../core/tape.js';
import { COLUMN_NAMES } from '../../core/tape-builder.js';
import { Workplace } from '../cli/command-line.js';
import { add, directory, event, executed } from '../import/itch-writer.js';
import { allRows } from './day-rows.js';

const place = new Workplace();
afterAll(() => place.remove());
const INTO = (folder: string) => ['--catalog', folder, '--venue', 'TEST', '--days', 'utc'];
const DAYS = ['2024-03-01', '2024-03-02', '2024-03-03'];
const midnight = (day: string) => Date.parse(`${day}T00:00:00Z`);

function write(name: string, lines: readonly string[]): string {
  fs.mkdirSync(path.dirname(place.path(name)), { recursive: true });
  return place.write(name, `${lines.join('\n')}\n`);
}

/** What a side sees, in order: all columns, 0 where a tape lacks one. */
function seenBy(rows: Columns, side: number): number[][] {
  const seen: number[][] = [];
  for (let row = 0; row < rows.length; row++) {
    if ((rows.code[row]! & side) === 0) continue;
    const values = COLUMN_NAMES.map((name) => rows[name]?.[row] ?? 0);
    values[COLUMN_NAMES.indexOf('code')] = rows.code[row]! & 0x3f;
    seen.push(values);
  }
  return seen;
}

function expectSameRows(source: TapeSource, expected: TapeSource): void {
  const [got, wanted] = [source, expected].map((tape) => allRows(tape, expected.info.originNs)) as [Columns, Columns];
  for (const side of [CODE_EXCHANGE, CODE_LOCAL]) expect(seenBy(got, side)).toEqual(seenBy(wanted, side));
}

interface Case {
  readonly words: readonly string[];
  readonly files: readonly string[];
  readonly steps: number;
}

const ARCHIVE = ['--tick', '0.1', '--lot', '1', '--local-from', 'exchange+5ms'];
const archiveTrades = (day: string, count = 6, from = 0) =>
  write(
    `ABCUSDT-trades-${day}.csv`,
    Array.from({ length: count }, (_, row) => {
      const time = row === 5 ? midnight(day) + 86_399_998 : midnight(day) + from + row * 1000;
      return `${DAYS.indexOf(day) * 100 + row},${100 + row}.5,${row + 1},${100 * row},${time},${row % 2 === 0}`;
    }),
  );

const CASES: Record<string, () => Case> = {
  // Trades and quotes of one millisecond, and rows that are seen on the next day.
  'binance-archive': () => ({
    words: ARCHIVE,
    files: [
      ...DAYS.map((day) => archiveTrades(day)),
      ...DAYS.map((day) =>
        write(
          `ABCUSDT-bookTicker-${day}.csv`,
          Array.from({ length: 6 }, (_, row) => {
            const time = midnight(day) + row * 500;
            return `${DAYS.indexOf(day) * 100 + row},${100 + row}.4,3,${100 + row}.6,${row + 1},${time},${time + 1}`;
          }),
        ),
      ),
      write(
        'ABCUSDT-fundingRate-2024-03.csv',
        DAYS.map((day) => `${midnight(day) + 3},8,0.0001`),
      ),
    ],
    steps: 7,
  }),
  // Each day begins with its whole book; funding is paid at midnight, between two files.
  tardis: () => {
    const us = (day: string, row: number) => (midnight(day) + 1 + row * 3_600_000) * 1000;
    const head = (day: string, row: number) => `deribit,ABC,${us(day, row)},${us(day, row) + 700}`;
    return {
      words: ['--tick', '0.5', '--lot', '10'],
      files: [
        ...DAYS.map((day) =>
          write(`deribit_incremental_book_L2_${day}_ABC.csv`, [
            'exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount',
            ...['bid,99.5,10', 'bid,99,20', 'ask,100,30', 'ask,101,30'].map((level) => `${head(day, 0)},true,${level}`),
            ...Array.from(
              { length: 20 },
              (_, row) => `${head(day, row + 1)},false,bid,${95 + row / 2},${10 * (row % 3)}`,
            ),
          ]),
        ),
        ...DAYS.map((day) =>
          write(`deribit_trades_${day}_ABC.csv`, [
            'exchange,symbol,timestamp,local_timestamp,id,side,price,amount',
            ...Array.from({ length: 22 }, (_, row) => `${head(day, row)},${row},buy,${99 + row / 2},10`),
          ]),
        ),
        ...DAYS.map((day) =>
          write(`deribit_derivative_ticker_${day}_ABC.csv`, [
            'exchange,symbol,timestamp,local_timestamp,funding_timestamp,funding_rate,predicted_funding_rate,open_interest,last_price,index_price,mark_price',
            ...Array.from(
              { length: 6 },
              (_, row) =>
                `${head(day, row)},${(midnight(day) + 86_400_000) * 1000},0.000${row + 1},,1,1,1,${100 + row / 2}`,
            ),
          ]),
        ),
      ],
      steps: 7,
    };
  },
  // Trade bars and quote bars end at the same moments.
  lean: () => ({
    words: ['--time-zone', 'UTC', '--tick', '0.01', '--lot', '0.01', '--local-from', 'exchange'],
    files: DAYS.flatMap((day) =>
      ['trade', 'quote'].map((kind) =>
        write(
          `crypto/coinbase/minute/abcusd/${day.replaceAll('-', '')}_${kind}.csv`,
          Array.from({ length: 1440 }, (_, minute) => {
            const bar = `${100 + (minute % 9)},120,90,${100 + ((minute + 1) % 9)}`;
            return kind === 'trade' ? `${minute * 60_000},${bar},5` : `${minute * 60_000},${bar},2,${bar},3`;
          }),
        ),
      ),
    ),
    steps: 3,
  }),
  // An order rests when the day ends, and its number comes again on the next day.
  itch: () => ({
    words: ['--date', DAYS.join(','), '--time-zone', 'America/New_York', '--tick', '0.01'],
    files: DAYS.map((day) =>
      place.write(
        `${day}.itch`,
        Buffer.concat([
          ...[event('O'), directory('ABC'), add({ ref: 1, shares: 300, price: 1_000_000, at: 1000 })],
          ...[
            add({ ref: 2, side: 'S', shares: 50, price: 1_000_100, at: 2000 }),
            executed({ ref: 2, shares: 20, at: 3000 }),
          ],
          event('C', { at: 9_000 }),
        ]),
      ),
    ),
    steps: 3,
  }),
  csv: () => {
    write('trades.yaml', [
      'symbol: { constant: A }',
      "instruments: { A: { tick: '1', lot: '1' } }",
      'exchangeTime: { column: time, unit: ms }',
      'localFrom: exchange + 5ms',
      'trades: { price: price, quantity: quantity }',
    ]);
    return {
      words: ['--mapping', 'trades.yaml'],
      files: DAYS.map((day) =>
        write(`trades-${day}.csv`, [
          'time,price,quantity',
          ...Array.from({ length: 50 }, (_, row) => `${midnight(day) + row * 1_728_000 + 1},${row + 1},1`),
        ]),
      ),
      steps: 3,
    };
  },
};

describe('step by step', () => {
  it.each(Object.keys(CASES))('%s gives the rows of an import as a whole', async (format) => {
    const { words, files, steps } = CASES[format]!();
    const whole = await place.run('import', format, ...files, ...words, '--out', `${format}.parquet`);
    expect(whole.stderr).toBe('');
    const outcome = await place.run('import', format, ...files, ...words, ...INTO(format), '--json');
    expect(outcome.code, outcome.stderr).toBe(0);
    const done = JSON.parse(outcome.stdout) as { files: string[]; outcome: string }[];
    expect(done.map((step) => step.outcome)).toEqual(Array(steps).fill('added'));
    expect(done.flatMap((step) => step.files).sort()).toEqual([...files].sort());
    const catalog = openCatalog(place.path(format));
    expectSameRows(catalog.tape(), openTape(place.path(`${format}.parquet`)));
    catalog.close();
  });
});

describe('what is there', () => {
  const archive = (folder: string, files: readonly string[], ...more: string[]) =>
    place.run('import', 'binance-archive', ...files, ...ARCHIVE, ...INTO(folder), ...more);
  const stateOf = (folder: string) => fs.readFileSync(place.path(`${folder}/catalog.json`), 'utf8');
  let trades: string[];

  beforeAll(() => {
    trades = DAYS.map((day) => archiveTrades(day));
  });

  it('is skipped and counted, and new files are taken', async () => {
    const first = await archive('known', trades.slice(0, 2));
    expect(first.stderr).toMatch(/^ABCUSDT-trades-2024-03-01\.csv: added as 2 files with 6 rows\n/);
    expect(first.stderr).toMatch(/imported 2 files, skipped 0 files/);
    const again = await archive('known', trades);
    expect(again.stderr).toMatch(/^ABCUSDT-trades-2024-03-03\.csv: added.*\nimported 1 file, skipped 2 files/);
    const before = stateOf('known');
    const third = await archive('known', trades);
    expect(third.stderr).toBe(
      'imported 0 files, skipped 3 files that the catalogue has (the same bytes, name and options)\n',
    );
    expect(stateOf('known')).toBe(before);
  });

  it('is kept from other options, unless they replace it', async () => {
    await archive('options', trades);
    const before = stateOf('options');
    const other = ['--local-from', 'exchange+9ms'];
    const refused = await archive('options', trades, ...other);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /has ABCUSDT-trades-2024-03-01\.csv from an import with localFrom exchange\+5ms \(now exchange\+9ms\): .*--replace.*--beside/,
    );
    const beside = await archive('options', trades, ...other, '--beside');
    expect(beside.stderr).toMatch(/has trade of TEST ABCUSDT on 2024-03-01 already/);
    expect(stateOf('options')).toBe(before);
    const replaced = await archive('options', trades, ...other, '--replace');
    expect(replaced.stderr).toMatch(/added as 2 files with 6 rows in place of 2 files with 6 rows\n/);
    const catalog = openCatalog(place.path('options'));
    expect(catalog.state.sources.map(({ imported }) => imported!.options.localFrom)).toEqual(
      Array(3).fill('exchange+9ms'),
    );
    expect(catalog.tape().info.rows).toBe(18);
    catalog.close();
    // Under another name they are another instrument.
    const named = await archive('options', trades, ...other, '--symbol', 'OTHER', '--beside');
    expect(named.stderr).toMatch(/imported 3 files/);
  });

  it('is kept from a file that was changed since', async () => {
    await archive('changed', trades);
    archiveTrades(DAYS[1]!, 5, 7);
    const refused = await archive('changed', trades);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /already.*, from a ABCUSDT-trades-2024-03-02\.csv of other bytes \(SHA-256 [0-9a-f]{12}…\): the file was changed since; .*--replace/,
    );
    const replaced = await archive('changed', trades, '--replace');
    expect(replaced.stderr).toMatch(
      /^ABCUSDT-trades-2024-03-02\.csv: added as 1 file with 5 rows in place of .*\nimported 1 file, skipped 2 /,
    );
    archiveTrades(DAYS[1]!);
  });

  it('comes again after it was removed', async () => {
    await archive('removed', trades);
    await place.run('catalog', 'rm', 'removed', '--instruments', 'ABCUSDT', '--yes');
    expect((await archive('removed', trades)).stderr).toMatch(/imported 3 files, skipped 0 /);
  });

  it('is not torn out of what belongs together', async () => {
    const { words, files } = CASES.tardis!();
    const tickers = files.filter((file) => file.includes('ticker'));
    const tardis = (some: readonly string[], ...more: string[]) =>
      place.run('import', 'tardis', ...some, ...words, ...INTO('torn'), ...more);
    await tardis(tickers.slice(0, 2));
    const refused = await tardis(tickers);
    expect(refused.stderr).toMatch(
      /has deribit_derivative_ticker_2024-03-01_ABC\.csv already, but not deribit_derivative_ticker_2024-03-03_ABC\.csv, and the two belong together: .*--replace/,
    );
    expect((await tardis(tickers, '--replace')).stderr).toMatch(/imported 3 files/);
    // What would be lost with it is named.
    const lost = await place.run(
      'import',
      'tardis',
      tickers[0]!,
      '--tick',
      '0.25',
      '--lot',
      '10',
      ...INTO('torn'),
      '--replace',
    );
    expect(lost.stderr).toMatch(
      /cannot be replaced alone: it was imported together with deribit_derivative_ticker_2024-03-02_ABC\.csv/,
    );
  });

  it('has nothing of files without rows, which are told', async () => {
    const header = 'exchange,symbol,timestamp,local_timestamp,id,side,price,amount';
    const empty = write('deribit_trades_2024-03-04_ABC.csv', [header]);
    const { words, files } = CASES.tardis!();
    const tardis = (...some: string[]) => place.run('import', 'tardis', ...some, ...words, ...INTO('empty'));
    const some = await tardis(empty, files.find((file) => file.includes('trades'))!);
    expect(some.stderr).toMatch(/2024-03-04_ABC\.csv: there is nothing in it for a tape, not one row\n/);
    expect(some.stderr).toMatch(/imported 1 file, skipped 0 files .*, 1 file without a row\n$/);
    const none = await tardis(empty);
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/there is nothing in these files for a tape/)]);
  });

  it('keeps what landed before a file that cannot be read', async () => {
    const broken = write('ABCUSDT-trades-2024-03-04.csv', ['1,2,three,4,5,true']);
    const { code, stderr } = await archive('partly', [...trades, broken]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/tickwright: ABCUSDT-trades-2024-03-04\.csv:1/)]);
    expect(openCatalog(place.path('partly')).state.sources).toHaveLength(3);
    expect(fs.readdirSync(place.path('partly')).sort()).toEqual(['.catalog', 'TEST', 'catalog.json']);
    expect(fs.readdirSync(place.path('partly/.catalog/writers'))).toEqual([]);
  });

  it('goes together where that is asked for', async () => {
    const { stdout } = await archive('together', trades, '--together', '--json');
    expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ files: trades, outcome: 'added' })]);
    expect((await archive('together', trades)).stderr).toMatch(/imported 0 files, skipped 3 /);
  });

  it.each([
    ['a new catalogue without days', ['--catalog', 'fresh', '--venue', 'TEST'], 1, /is new; say where its days begin/],
    ['no venue', ['--catalog', 'fresh', '--days', 'utc'], 1, /say where the instruments trade, as in --venue/],
    ['nowhere to go', [], 2, /one of --out <tape> and --catalog <folder>/],
    ['two places to go', ['--catalog', 'fresh', '--out', 't.parquet'], 2, /one of --out <tape> and --catalog <folder>/],
    ['a venue of a tape', ['--out', 't.parquet', '--venue', 'TEST'], 2, /--venue belongs to --catalog <folder>/],
    [
      'replace and beside',
      [...INTO('fresh'), '--replace', '--beside'],
      2,
      /'--beside' cannot be used with option '--replace'/,
    ],
    ['a missing file', [...INTO('fresh')], 1, /ABCUSDT-trades-2020-01-01\.csv: there is no such file/],
  ])('%s is refused before anything is read', async (_name, more, code, message) => {
    const outcome = await place.run('import', 'binance-archive', 'ABCUSDT-trades-2020-01-01.csv', ...ARCHIVE, ...more);
    expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringMatching(message)]);
    expect(fs.existsSync(place.path('fresh'))).toBe(false);
  });
});
