/** The importers, with good inputs of each kind that they read. Called by the fuzz tests. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { importBinanceArchive } from '../../bridges/import/binance-archive.js';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import { importBybitCapture } from '../../bridges/import/bybit-capture.js';
import { importCsv } from '../../bridges/import/csv.js';
import { type CsvMappingInput, readMapping } from '../../bridges/import/csv-mapping.js';
import { importDatabento } from '../../bridges/import/databento.js';
import { importHftbacktest } from '../../bridges/import/hftbacktest.js';
import { ImportError } from '../../bridges/import/input-file.js';
import { readBybitInstrument, readOkxInstrument } from '../../bridges/import/instrument-info.js';
import { importItch } from '../../bridges/import/itch.js';
import { importLean, type LeanOptions } from '../../bridges/import/lean.js';
import { importLobster } from '../../bridges/import/lobster.js';
import { importOkxCapture } from '../../bridges/import/okx-capture.js';
import type { ImportedTape } from '../../bridges/import/row-collector.js';
import { importTardis } from '../../bridges/import/tardis.js';
import { readTardisInstruments } from '../../bridges/import/tardis-instruments.js';
import { MemoryTape } from '../../core/index.js';
import { FILES as DBN_FILES } from '../import/dbn-fixtures.js';
import * as dbn from '../import/dbn-writer.js';
import { LEVELS, ORDERS, TABLE } from '../import/hftbacktest-fixtures.js';
import { DAY } from '../import/itch-fixtures.js';
import { FILES as LEAN_FILES } from '../import/lean-fixtures.js';
import { eventBytes, npy, table } from '../import/npy-writer.js';
import { expectSoundRows } from '../import/sound-rows.js';
import { FIXTURES } from '../import/tape-rows.js';
import { zip } from '../import/zip-writer.js';
import type { FuzzedParser, FuzzInput } from './fuzzing.js';
import { lines, type Packing, records } from './mutation.js';

const fixture = (name: string) => join(FIXTURES, name);
const text = (name: string) => lines(readFileSync(fixture(name), 'utf8'));
const PACKED: readonly Packing[] = ['plain', 'plain', 'plain', 'gzip', 'zip', 'zstd'];

/** A tape that is read is one that could be replayed. */
async function sound(imported: Promise<ImportedTape>): Promise<void> {
  const { columns, info } = await imported;
  new MemoryTape(columns, info);
  expectSoundRows(columns);
}

function importer(name: string, inputs: readonly FuzzInput[], places?: RegExp): FuzzedParser {
  return { name, inputs, refusals: [ImportError], ...(places !== undefined && { places }) };
}

const STEPS = { symbol: 'ABCUSDT', tick: '0.1', lot: '0.001' };

function capture(
  file: string,
  load: (options: typeof STEPS & { files: string[]; quotes: true }) => Promise<ImportedTape>,
): FuzzInput {
  const read = (path: string) => sound(load({ ...STEPS, files: [path], quotes: true }));
  return { good: text(file), file, packings: PACKED, read };
}

const CAPTURES = [
  importer('binance-capture', [
    capture('futures.capture', importBinanceCapture),
    capture('spot.capture', (options) =>
      importBinanceCapture({ ...options, tick: '0.01', lot: '0.0001', spotQuoteLatencyNs: 2e6 }),
    ),
  ]),
  importer('bybit-capture', [capture('bybit.capture', importBybitCapture)]),
  importer('okx-capture', [
    capture('okx.capture', (options) => importOkxCapture({ ...options, symbol: 'ABC-USDT-SWAP', lot: '1' })),
  ]),
];

const ARCHIVE = [
  ...['ABCUSDT-trades-2024-03-02', 'ABCUSD_PERP-aggTrades-2024-03-01', 'ABCUSDT-bookTicker-2024-03-01'],
  ...['ABCUSDT-1m-2024-03-01', 'ABCUSDT-fundingRate-2024-03', 'XYZ-trades-2025-01-02', 'XYZ-1h-2024-12-31'],
].map((name): FuzzInput => {
  const steps = name.startsWith('ABC') ? { tick: '0.1', lot: '0.001' } : { tick: '0.0001', lot: '0.0001' };
  const terms = name.includes('PERP') ? ({ contract: 'inverse', multiplier: '100', lot: '1' } as const) : {};
  const read = (path: string) =>
    sound(importBinanceArchive({ files: [path], localFrom: 'exchange + 5ms', ...steps, ...terms }));
  return { good: text(`binance-archive/${name}.csv`), file: `${name}.csv`, packings: PACKED, read };
});

/** Of a file of Tardis, which may lie there in gzip. */
function tardisText(kind: string) {
  const path = fixture(`tardis/deribit_${kind}_2020-03-01_ABC-PERPETUAL.csv`);
  return lines((existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`))).toString('utf8'));
}

const TARDIS = [
  ...['incremental_book_L2', 'book_snapshot_5', 'trades', 'liquidations', 'quotes', 'book_ticker', 'derivative_ticker'],
].map((kind): FuzzInput => {
  const read = (path: string) =>
    sound(importTardis({ files: [path], tick: '0.5', lot: '10', negativeLatency: 'shift' }));
  const good = tardisText(kind === 'book_ticker' ? 'quotes' : kind);
  return { good, file: `x_${kind}_y.csv`, packings: PACKED, read };
});

/** A DBN file cut into its metadata and its records. */
function dbnParts(bytes: Buffer) {
  const parts = [bytes.subarray(0, 8 + bytes.readUInt32LE(4))];
  for (let at = parts[0]!.length; at < bytes.length; at += bytes[at]! * 4) {
    parts.push(bytes.subarray(at, at + bytes[at]! * 4));
  }
  return records(parts);
}

/** Records of the kinds whose form differs from version to version. */
function dbnOfVersion(version: dbn.Version): Buffer {
  return dbn.dbn({ version, schema: undefined }, [
    dbn.liveMapping(version, 'ABC', { id: 42 }),
    dbn.definition(version, { unitQuantity: 10n * dbn.SECOND, expiration: dbn.DAY + 86_400n * dbn.SECOND }),
    dbn.mbo({ order: 7, price: 100.25, size: 3 }),
    dbn.status(8, { event: 10 }),
    dbn.statistic(version, 3, { event: 20, price: 100 }),
    dbn.priced(0xc3, [[100, 1, 100.5, 2]], { id: 43, event: dbn.OPEN, recv: dbn.OPEN + dbn.SECOND }),
    dbn.bar(0x20, [100, 101, 99, 100.5], 5n, { event: dbn.OPEN }),
    dbn.message(version, 0x15, 'too slow'),
  ]);
}

function dbnInput(name: string, bytes: Buffer): FuzzInput {
  const read = (path: string) => sound(importDatabento({ files: [path], tick: '0.25' }));
  return { good: dbnParts(bytes), file: `${name}.dbn`, packings: ['plain', 'plain', 'zstd'], read };
}

const DEFINED = fixture('databento-mbo.dbn');
const DATABENTO = [
  importer('databento', [
    ...([1, 2, 3] as const).map((version) => dbnInput(`version-${version}`, dbnOfVersion(version))),
    dbnInput('mbo', DBN_FILES['databento-mbo.dbn']!),
    dbnInput('mixed', DBN_FILES['databento-mixed.dbn']!),
  ]),
  importer(
    'databento definitions',
    [
      {
        good: dbnParts(DBN_FILES['databento-definition.dbn']!),
        ...{ file: 'definition.dbn', packings: ['plain', 'zstd'] },
        read: (path) => sound(importDatabento({ files: [DEFINED], definitions: [path] })),
      },
    ],
    /databento-mbo\.dbn/,
  ),
  importer('databento, bytes in zstd', [
    {
      good: records([readFileSync(fixture('databento-mbo.dbn.zst'))]),
      file: 'packed.dbn.zst',
      read: (path) => sound(importDatabento({ files: [path], tick: '0.25' })),
    },
  ]),
];

const LOBSTER = importer('lobster', [
  {
    good: text('ABC_2024-11-04_34200000_57600000_message_5.csv'),
    ...{ file: 'ABC_2024-11-04_34200000_57600000_message_5.csv', packings: PACKED },
    read: (path) => sound(importLobster({ messages: path, offTickPrints: 'drop' })),
  },
]);

const ITCH = importer('itch', [
  {
    good: records(DAY),
    ...{ file: 'day.itch', packings: ['plain', 'plain', 'gzip'] },
    read: (path) =>
      sound(
        importItch({
          ...{ files: [path], dates: ['2024-11-04'], timeZone: 'America/New_York' },
          ...{ tick: '0.01', offTickPrints: 'drop' },
        }),
      ),
  },
]);

/** An array as its header and its rows. */
function arrayParts(header: Buffer, rows: readonly Buffer[]) {
  return records([header.subarray(0, header.indexOf('\n') + 1), ...rows]);
}

const HFTBACKTEST = (
  [
    ['levels', LEVELS, { tick: '0.1', lot: '0.001', offLotLevels: 'round' }],
    ['orders', ORDERS, { tick: '0.25', lot: '1', orders: true }],
    ['version 1', TABLE, { tick: '0.1', lot: '0.001', timeUnit: 'us' }],
  ] as const
).map(([name, rows, terms]): FuzzInput => {
  const old = rows === TABLE;
  const good = old
    ? arrayParts(
        table(TABLE),
        TABLE.map((row) => Buffer.from(Float64Array.from(row).buffer)),
      )
    : arrayParts(npy(Buffer.alloc(0), rows.length), rows.map(eventBytes as (row: unknown) => Buffer));
  const read = (path: string) =>
    sound(importHftbacktest({ files: [path], symbol: 'A', negativeLatency: 'shift', ...terms }));
  return { good, file: `${name}.npy`, packings: ['plain', 'plain', 'zip'], read };
});

const LEAN = Object.entries(LEAN_FILES).flatMap(([file, content]): FuzzInput[] => {
  if (!file.endsWith('.zip')) return [];
  const options = leanTerms(file.split('/')[0]!);
  // Zip archives and nothing else, as LEAN makes them.
  return [
    { good: lines(content), file, packings: ['zip'], read: (path) => sound(importLean({ files: [path], ...options })) },
  ];
});

function leanTerms(security: string): Omit<LeanOptions, 'files'> {
  if (security === 'equity') {
    return { timeZone: 'America/New_York', tick: '0.01', lot: '1', localFrom: 'exchange + 1ms' };
  }
  const tick = security === 'forex' ? '0.0001' : '0.01';
  return { timeZone: 'UTC', tick, lot: '0.0001', quoteSize: '1', localFrom: 'exchange' };
}

const LEAN_DAYS = ['20140606_trade', '20140609_trade'].map((day) => fixture(`lean/equity/usa/minute/abc/${day}.zip`));
const LEAN_EXTRAS = (['factor', 'map'] as const).map((kind): FuzzInput => {
  const option = kind === 'factor' ? 'factorFile' : 'mapFile';
  const read = (path: string) => sound(importLean({ files: LEAN_DAYS, ...leanTerms('equity'), [option]: path }));
  const good = lines(LEAN_FILES[`equity/usa/${kind}_files/abc.csv`]!);
  return { good, file: `${kind}.csv`, packings: PACKED, read };
});

const EVENTS: Readonly<Record<string, readonly [rows: string, mapping: Partial<CsvMappingInput>]>> = {
  funding: ['t,r\n1,0.0001\n2,-7.5e-05\n', { funding: { rate: 'r' } }],
  status: [
    't,s,p\n1,A,\n2,t,\n3,H,\n4,R,\n5,c,\n6,D,2.5\n7,D,\n',
    {
      status: { column: 's', open: ['T', 'R'], halt: ['h'], auction: ['A'], close: ['C'], delisted: ['D'], price: 'p' },
    },
  ],
  splits: ['t,n,o\n1,3,2\n', { splits: { newUnits: 'n', oldUnits: 'o' } }],
  dividends: ['t,d\n1,0.24\n2,0\n', { dividends: { amount: 'd' } }],
  marks: ['t,p\n1,100.5\n2,100.26\n', { marks: { price: 'p', offTick: 'nearest' } }],
};
const CSV_MAPPINGS = {
  ...{ trades: 'trades.mapping.yaml', quotes: 'quotes.mapping.yaml' },
  ...{ depth: 'depth.mapping.json', bars: 'bars.mapping.yaml' },
};
const CSV = [
  ...Object.entries(CSV_MAPPINGS).map(([shape, name]): FuzzInput => {
    const mapping = readMapping(fixture(name));
    const read = async (path: string) => sound(importCsv({ files: [path], mapping: await mapping }));
    return { good: text(`${shape}.csv`), file: `${shape}.csv`, packings: PACKED, read };
  }),
  ...Object.entries(EVENTS).map(([shape, [rows, mapping]]): FuzzInput => {
    const base: CsvMappingInput = {
      ...{ symbol: { constant: 'A' }, instruments: { A: { tick: '0.5', lot: '1' } } },
      ...{ exchangeTime: { column: 't', unit: 's' as const }, localFrom: 'exchange' },
    };
    const read = (path: string) => sound(importCsv({ files: [path], mapping: { ...base, ...mapping } }));
    return { good: lines(rows), file: `${shape}.csv`, packings: PACKED, read };
  }),
];

/** A mapping that is right is used at once. */
const MAPPINGS = importer(
  'mapping file',
  Object.entries(CSV_MAPPINGS).map(([shape, name]): FuzzInput => {
    const read = async (path: string) =>
      sound(importCsv({ files: [fixture(`${shape}.csv`)], mapping: await readMapping(path) }));
    return { good: text(name), file: name, read };
  }),
  /\.csv/,
);

const INSTRUMENTS = importer('instrument files', [
  { good: text('bybit-instruments-info.json'), file: 'b.json', read: (path) => readBybitInstrument(path, 'BTCUSDT') },
  { good: text('okx-instruments.json'), file: 'o.json', read: (path) => readOkxInstrument(path, 'BTC-USDT-SWAP') },
  { good: text('tardis/instruments.yaml'), file: 't.yaml', read: (path) => readTardisInstruments(path) },
]);

const ZIP = importer('zip archive', [
  {
    good: records([zip(LEAN_FILES['equity/usa/daily/abc.zip']!)]),
    file: 'equity/usa/daily/abc.zip',
    read: (path) => sound(importLean({ files: [path], ...leanTerms('equity') })),
  },
]);

export const IMPORTERS: readonly FuzzedParser[] = [
  ...CAPTURES,
  ...[importer('binance-archive', ARCHIVE), importer('tardis', TARDIS), ...DATABENTO],
  ...[LOBSTER, ITCH, importer('hftbacktest', HFTBACKTEST), importer('lean', LEAN)],
  importer('lean factor and map files', LEAN_EXTRAS, /lean\/equity/),
  ...[importer('csv', CSV), MAPPINGS, INSTRUMENTS, ZIP],
];
