/** Imports into a catalogue: steps give the rows of an import as a whole, and what was imported is known again. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalog } from '../../bridges/catalog/catalog.js';
import { type ImportedStep, importToCatalog } from '../../bridges/catalog/catalog-import.js';
import { queryCatalog } from '../../bridges/catalog/catalog-index.js';
import { removeFromCatalog } from '../../bridges/catalog/catalog-remove.js';
import { importBinanceArchive } from '../../bridges/import/binance-archive.js';
import { importTardis } from '../../bridges/import/tardis.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { CODE_EXCHANGE, CODE_LOCAL, type Columns, Kind } from '../../core/market.js';
import { mergeTapes } from '../../core/merge.js';
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

it('splits, dividends and funding from files of their own lie beside the ticks, and a range has all of them', async () => {
  const { words, files } = CASES.csv!();
  const head = (lines: readonly string[]) =>
    write('actions.yaml', [
      'symbol: { constant: A }',
      "instruments: { A: { tick: '1', lot: '1' } }",
      'exchangeTime: { column: time, unit: ms }',
      'localFrom: exchange + 5ms',
      ...lines,
    ]);
  const kinds = { splits: 'ratio', dividends: 'amount', funding: 'rate' };
  await place.run('import', 'csv', ...files, ...words, '--out', 'ticks.parquet');
  await place.run('import', 'csv', ...files, ...words, ...INTO('beside'));
  for (const [kind, value] of Object.entries(kinds)) {
    head([`${kind}: { ${value}: value }`]);
    const file = write(`${kind}.csv`, [
      'time,value',
      ...DAYS.map((day, at) => `${midnight(day) + at},${kind === 'splits' ? 2 : 0.25}`),
    ]);
    const into = await place.run('import', 'csv', file, '--mapping', 'actions.yaml', ...INTO('beside'));
    expect([into.code, into.stderr]).toEqual([0, expect.stringContaining('imported 1 file')]);
    await place.run('import', 'csv', file, '--mapping', 'actions.yaml', '--out', `${kind}.parquet`);
  }
  const catalog = openCatalog(place.path('beside'));
  const whole = catalog.tape();
  expectSameRows(
    whole,
    mergeTapes(['funding', 'splits', 'dividends', 'ticks'].map((name) => openTape(place.path(`${name}.parquet`)))),
  );
  const day = catalog.tape({ from: DAYS[1]!, to: DAYS[1]! });
  const rows = allRows(day, day.info.originNs);
  const kindsSeen = new Set(Array.from(rows.code.subarray(0, rows.length), (code) => code & 0xf));
  expect(kindsSeen).toEqual(new Set([Kind.trade, Kind.split, Kind.dividend, Kind.funding]));
  catalog.close();
}, 60_000);

/** Steps of a file each, as the command line would take them. */
async function archive(folder: string, files: readonly string[], given: Partial<ArchiveGiven> = {}) {
  const { localFrom = 'exchange+5ms', symbol, ...options } = given;
  const outcomes: ImportedStep[] = [];
  for (const file of files) {
    const make = async (tape: string) => {
      const files = [place.path(file)];
      const terms = { tick: '0.1', lot: '1', localFrom, ...(symbol !== undefined && { symbol }) };
      await (await importBinanceArchive({ files, ...terms })).writeTo(tape);
      return true;
    };
    const texts = { tick: '0.1', localFrom, ...(symbol !== undefined && { symbol }) };
    const step = { format: 'binance-archive', files: [place.path(file)], options: texts, make };
    outcomes.push(await importToCatalog(place.path(folder), step, { venue: 'TEST', days: 'utc', ...options }));
  }
  return outcomes.map(({ outcome, parts, replaced }) => [outcome, parts.length, replaced.length]);
}

interface ArchiveGiven {
  readonly localFrom: string;
  readonly symbol: string;
  readonly replace: boolean;
  readonly beside: boolean;
}

describe('what is there', () => {
  const stateOf = (folder: string) => fs.readFileSync(place.path(`${folder}/catalog.json`), 'utf8');
  const ADDED = ['added', 2, 0];
  const THERE = ['there', 0, 0];
  let trades: string[];

  beforeAll(() => {
    trades = DAYS.map((day) => archiveTrades(day));
  });

  it('is skipped, and new files are taken', async () => {
    expect(await archive('known', trades.slice(0, 2))).toEqual([ADDED, ADDED]);
    expect(await archive('known', trades)).toEqual([THERE, THERE, ADDED]);
    const before = stateOf('known');
    expect(await archive('known', trades)).toEqual([THERE, THERE, THERE]);
    expect(stateOf('known')).toBe(before);
  });

  it('is kept from other options, unless they replace it', async () => {
    await archive('options', trades);
    const before = stateOf('options');
    const localFrom = 'exchange+9ms';
    await expect(archive('options', trades, { localFrom })).rejects.toThrow(
      /has ABCUSDT-trades-2024-03-01\.csv from an import with localFrom exchange\+5ms \(now exchange\+9ms\): .*--replace.*--beside/,
    );
    await expect(archive('options', trades, { localFrom, beside: true })).rejects.toThrow(
      /has trade of TEST ABCUSDT on 2024-03-01 already/,
    );
    expect(stateOf('options')).toBe(before);
    const replaced = await archive('options', trades, { localFrom, replace: true });
    expect(replaced).toEqual(Array(3).fill(['added', 2, 2]));
    const catalog = openCatalog(place.path('options'));
    const options = catalog.state.sources.map(({ imported }) => imported!.options.localFrom);
    expect(options).toEqual(Array(3).fill(localFrom));
    expect(catalog.tape().info.rows).toBe(18);
    catalog.close();
    // Under another name they are another instrument.
    const named = await archive('options', trades, { localFrom, symbol: 'OTHER', beside: true });
    expect(named).toEqual([ADDED, ADDED, ADDED]);
  });

  it('is kept from a file that was changed since', async () => {
    await archive('changed', trades);
    archiveTrades(DAYS[1]!, 5, 7);
    await expect(archive('changed', trades)).rejects.toThrow(
      /already.*, from a ABCUSDT-trades-2024-03-02\.csv of other bytes \(SHA-256 [0-9a-f]{12}…\): the file was changed since; .*--replace/,
    );
    expect(await archive('changed', trades, { replace: true })).toEqual([THERE, ['added', 1, 1], THERE]);
    archiveTrades(DAYS[1]!);
  });

  it('is not taken in from a file that changes while it is read', async () => {
    const [file] = trades;
    const step = {
      ...{ format: 'binance-archive', files: [place.path(file!)], options: {} },
      make: async (tape: string) => {
        fs.appendFileSync(place.path(file!), ' ');
        fs.copyFileSync(place.path('known.parquet'), tape);
        return true;
      },
    };
    const { columns, info } = await importBinanceArchive({
      ...{ files: [place.path(file!)], tick: '0.1', lot: '1', localFrom: 'exchange' },
    });
    writeTape(place.path('known.parquet'), columns, info);
    const attempt = importToCatalog(place.path('moving'), step, { venue: 'TEST', days: 'utc' });
    await expect(attempt).rejects.toThrow(/2024-03-01\.csv: was changed while it was imported/);
    expect(fs.readdirSync(place.path('moving'))).toEqual(['.catalog']);
    archiveTrades(DAYS[0]!);
  });

  it('is told in SQL', async () => {
    await archive('asked', trades.slice(0, 1));
    const catalog = openCatalog(place.path('asked'));
    catalog.close();
    const { rows } = await queryCatalog(
      catalog,
      'select format, file, options from imports join sources on source = sources.sha256',
    );
    const options = JSON.stringify({ tick: '0.1', localFrom: 'exchange+5ms' });
    expect(rows).toEqual([['binance-archive', 'ABCUSDT-trades-2024-03-01.csv', options]]);
  });

  it('comes again after it was removed', async () => {
    await archive('removed', trades);
    removeFromCatalog(place.path('removed'), { instruments: ['ABCUSDT'] });
    expect(await archive('removed', trades)).toEqual([ADDED, ADDED, ADDED]);
  });

  it('is not torn out of what belongs together', async () => {
    const tickers = CASES.tardis!().files.filter((file) => file.includes('ticker'));
    const tardis = (files: readonly string[], tick = '0.5', replace = false) => {
      const paths = files.map((file) => place.path(file));
      const make = async (tape: string) => {
        await (await importTardis({ files: paths, tick, lot: '10' })).writeTo(tape);
        return true;
      };
      const step = { format: 'tardis', files: paths, options: { tick }, make };
      return importToCatalog(place.path('torn'), step, { venue: 'TEST', days: 'utc', replace });
    };
    await tardis(tickers.slice(0, 2));
    await expect(tardis(tickers)).rejects.toThrow(
      /has deribit_derivative_ticker_2024-03-01_ABC\.csv already, but not deribit_derivative_ticker_2024-03-03_ABC\.csv, and the two belong together: .*--replace/,
    );
    expect((await tardis(tickers, '0.5', true)).outcome).toBe('added');
    // What would be lost with it is named.
    await expect(tardis(tickers.slice(0, 1), '0.25', true)).rejects.toThrow(
      /cannot be replaced alone: it was imported together with deribit_derivative_ticker_2024-03-02_ABC\.csv/,
    );
  });

  it('refuses before it reads what a new catalogue lacks, and files that are not there', async () => {
    const make = () => Promise.reject(new Error('was asked'));
    const step = { format: 'csv', files: [place.path(trades[0]!)], options: {}, make };
    const attempt = (options: { venue: string; days?: string }, some = step) =>
      importToCatalog(place.path('fresh'), some, options);
    await expect(attempt({ venue: 'TEST' })).rejects.toThrow(/is new; say where its days begin/);
    await expect(attempt({ venue: ' ', days: 'utc' })).rejects.toThrow(/venue " " is empty/);
    const missing = { ...step, files: [place.path('none.csv')] };
    await expect(attempt({ venue: 'TEST', days: 'utc' }, missing)).rejects.toThrow(/none\.csv: there is no such file/);
    expect(fs.existsSync(place.path('fresh'))).toBe(false);
  });
});

describe('the command', () => {
  const archiveInto = (folder: string, files: readonly string[], ...more: string[]) =>
    place.run('import', 'binance-archive', ...files, ...ARCHIVE, ...INTO(folder), ...more);

  it('says what was imported and counts what was skipped; what landed before a broken file stays', async () => {
    const trades = DAYS.map((day) => archiveTrades(day));
    const broken = write('ABCUSDT-trades-2024-03-04.csv', ['1,2,three,4,5,true']);
    const first = await archiveInto('said', [trades[0]!, broken]);
    expect([first.code, first.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^ABCUSDT-trades-2024-03-01\.csv: added as 2 files with 6 rows\ntickwright: ABCUSDT-trades-2024-03-04\.csv:1/,
      ),
    ]);
    expect(fs.readdirSync(place.path('said')).sort()).toEqual(['.catalog', 'TEST', 'catalog.json']);
    expect(fs.readdirSync(place.path('said/.catalog/writers'))).toEqual([]);
    const again = await archiveInto('said', trades, '--together', '--replace', '--json');
    expect(again.stderr).toMatch(
      /^ABCUSDT-trades-2024-03-01\.csv and 2 more: added as 4 files with 18 rows in place of 2 files/,
    );
    expect(JSON.parse(again.stdout)).toEqual([expect.objectContaining({ files: trades, outcome: 'added' })]);
    expect((await archiveInto('said', trades)).stderr).toBe(
      'imported 0 files, skipped 3 files that the catalogue has (the same bytes, name and options)\n',
    );
  });

  it('tells files without rows', async () => {
    const empty = write('deribit_trades_2024-03-04_ABC.csv', [
      'exchange,symbol,timestamp,local_timestamp,id,side,price,amount',
    ]);
    const { words, files } = CASES.tardis!();
    const tardis = (...some: string[]) => place.run('import', 'tardis', ...some, ...words, ...INTO('empty'));
    const some = await tardis(empty, files.find((file) => file.includes('trades'))!);
    expect(some.stderr).toMatch(/2024-03-04_ABC\.csv: there is nothing in it for a tape, not one row\n/);
    expect(some.stderr).toMatch(/imported 1 file, skipped 0 files .*, 1 file without a row\n$/);
    const none = await tardis(empty);
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/there is nothing in these files for a tape/)]);
  });

  it.each([
    ['no venue', ['--catalog', 'fresh', '--days', 'utc'], 1, /say where the instruments trade, as in --venue/],
    [
      'two places to go',
      ['--catalog', 'fresh', '--out', 't.parquet'],
      2,
      /one of --out <tape>, --catalog <folder> and --check/,
    ],
    ['a threshold of a tape', ['--out', 't.parquet', '--max', 'spikes=0'], 2, /--max belongs to --check/],
    ['a venue of a tape', ['--out', 't.parquet', '--venue', 'TEST'], 2, /--venue belongs to --catalog <folder>/],
    [
      'replace and beside',
      [...INTO('fresh'), '--replace', '--beside'],
      2,
      /'--beside' cannot be used with option '--replace'/,
    ],
  ])('refuses %s', async (_name, more, code, message) => {
    const outcome = await place.run('import', 'binance-archive', 'ABCUSDT-trades-2020-01-01.csv', ...ARCHIVE, ...more);
    expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringMatching(message)]);
    expect(fs.existsSync(place.path('fresh'))).toBe(false);
  });
});
