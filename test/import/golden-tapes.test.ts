/** Small inputs of our own making, each against the tape written out by hand-checked golden text. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importBinanceArchive } from '../../bridges/import/binance-archive.js';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import { importBybitCapture } from '../../bridges/import/bybit-capture.js';
import { importCsv } from '../../bridges/import/csv.js';
import { readMapping } from '../../bridges/import/csv-mapping.js';
import type { ImportProgress } from '../../bridges/import/input-file.js';
import { importLobster } from '../../bridges/import/lobster.js';
import { importOkxCapture } from '../../bridges/import/okx-capture.js';
import { importParquet } from '../../bridges/import/parquet.js';
import type { ImportedTape } from '../../bridges/import/row-collector.js';
import { importSql } from '../../bridges/import/sql.js';
import { importTardis } from '../../bridges/import/tardis.js';
import { readTardisInstruments } from '../../bridges/import/tardis-instruments.js';
import { MemoryTape } from '../../core/index.js';
import { FIXTURES, tapeText, temporaryFile } from './tape-rows.js';

const fixture = (name: string) => join(FIXTURES, name);
const futures = { symbol: 'ABCUSDT', tick: '0.1', lot: '0.001' };
const okx = { symbol: 'ABC-USDT-SWAP', tick: '0.1', lot: '1', multiplier: '0.01' };
const archived = (...names: string[]) => names.map((name) => fixture(`binance-archive/${name}`));
const archive = { tick: '0.1', lot: '0.001', localFrom: 'exchange + 5ms' };
const tardis = (...names: string[]) =>
  importTardis({ files: names.map((name) => fixture(`tardis/${name}`)), tick: '0.5', lot: '10' });
const perpetual = (kind: string) => `deribit_${kind}_2020-03-01_ABC-PERPETUAL.csv`;
const lobsterFile = 'ABC_2024-11-04_34200000_57600000_message_5.csv';

async function csv(name: string, mapping: string, path = fixture(name)): Promise<ImportedTape> {
  return importCsv({ files: [path], mapping: await readMapping(fixture(mapping)) });
}

const CASES: Record<string, () => Promise<ImportedTape>> = {
  futures: () => importBinanceCapture({ files: [fixture('futures.capture')], ...futures }),
  'futures-quotes': () => importBinanceCapture({ files: [fixture('futures.capture')], ...futures, quotes: true }),
  spot: () =>
    importBinanceCapture({
      files: [fixture('spot.capture')],
      symbol: 'XYZ',
      tick: '0.01',
      lot: '0.0001',
      quotes: true,
      spotQuoteLatencyNs: 2_000_000,
    }),
  bybit: () => importBybitCapture({ files: [fixture('bybit.capture')], ...futures }),
  'bybit-quotes': () => importBybitCapture({ files: [fixture('bybit.capture')], ...futures, quotes: true }),
  okx: () => importOkxCapture({ files: [fixture('okx.capture')], ...okx }),
  'okx-quotes': () => importOkxCapture({ files: [fixture('okx.capture')], ...okx, quotes: true }),
  'archive-trades': () =>
    importBinanceArchive({
      files: archived('ABCUSDT-trades-2024-03-02.csv', 'ABCUSDT-trades-2024-03-01.zip'),
      ...archive,
    }),
  'archive-all': () =>
    importBinanceArchive({
      files: archived(
        ...['ABCUSDT-bookTicker-2024-03-01.csv', 'ABCUSDT-1m-2024-03-01.csv', 'ABCUSDT-fundingRate-2024-03.csv'],
        ...['ABCUSDT-trades-2024-03-01.zip', 'ABCUSDT-trades-2024-03-02.csv'],
      ),
      ...archive,
    }),
  'archive-spot': () =>
    importBinanceArchive({
      files: archived('XYZ-trades-2025-01-02.csv', 'XYZ-1h-2024-12-31.csv'),
      ...{ tick: '0.0001', lot: '0.0001', localFrom: 'exchange' },
    }),
  'archive-coin-m': () =>
    importBinanceArchive({
      files: archived('ABCUSD_PERP-aggTrades-2024-03-01.csv'),
      ...{ ...archive, lot: '1', contract: 'inverse', multiplier: '100', symbol: 'ABC' },
    }),
  'tardis-book': () => tardis(`${perpetual('incremental_book_L2')}.gz`, `${perpetual('trades')}.gz`),
  'tardis-snapshots': () => tardis(perpetual('book_snapshot_5')),
  'tardis-quotes': () => tardis(perpetual('quotes'), perpetual('liquidations')),
  'tardis-ticker': () => tardis(perpetual('derivative_ticker')),
  'tardis-several': async () =>
    importTardis({
      files: [fixture('tardis/perpetuals_trades_2020-03-01_ALL.csv')],
      instruments: await readTardisInstruments(fixture('tardis/instruments.yaml')),
      otherSymbols: 'drop',
    }),
  lobster: () => importLobster({ messages: fixture(lobsterFile), feedLatencyNs: 1000 }),
  trades: () => csv('trades.csv', 'trades.mapping.yaml'),
  quotes: () => csv('quotes.csv', 'quotes.mapping.yaml'),
  depth: () => csv('depth.csv', 'depth.mapping.json'),
  bars: () => csv('bars.csv', 'bars.mapping.yaml'),
  parquet: async () =>
    importParquet({
      files: [fixture('trades.parquet')],
      mapping: await readMapping(fixture('trades-parquet.mapping.yaml')),
    }),
  sql: async () =>
    importSql({
      sql: `select "time"::varchar as time, pair, price, size, taker from read_csv('${fixture('trades.csv')}',
        skip = 1, all_varchar = true)`,
      mapping: {
        ...(await readMapping(fixture('trades-parquet.mapping.yaml'))),
        exchangeTime: { column: 'time', unit: 's' },
      },
    }),
};

describe('a small input', () => {
  it.each(Object.keys(CASES))('%s becomes exactly its golden tape', async (name) => {
    const tape = await CASES[name]!();
    new MemoryTape(tape.columns, tape.info);
    await expect(tapeText(tape)).toMatchFileSnapshot(fixture(`${name}.golden.txt`));
  });

  it('of the same trades is the same tape, whether CSV, Parquet or SQL', () => {
    const golden = (name: string) => readFileSync(fixture(`${name}.golden.txt`), 'utf8');
    // A table has no blank lines.
    expect(golden('parquet')).toBe(golden('trades').replace('correction blank-lines 1\n', ''));
    expect(golden('sql')).toBe(golden('parquet'));
  });

  it('gives the same tape from gzip, from several gzip members, with CRLF and with a byte order mark', async () => {
    const text = readFileSync(fixture('depth.csv'), 'utf8');
    const golden = tapeText(await CASES.depth!());
    const variants: Record<string, string | Buffer> = {
      gzip: gzipSync(text),
      'gzip members': Buffer.concat([gzipSync(text.slice(0, 100)), gzipSync(text.slice(100))]),
      crlf: text.replaceAll('\n', '\r\n'),
      'byte order mark': `\uFEFF${text}`,
      'no last line end': text.trimEnd(),
    };
    for (const [name, content] of Object.entries(variants)) {
      const path = temporaryFile('depth.csv', content);
      expect(tapeText(await csv('depth.csv', 'depth.mapping.json', path)), name).toBe(golden);
    }
  });

  it('names its files with size and hash in the provenance, never its folder', async () => {
    const { info } = await CASES.futures!();
    expect(info.provenance).toEqual({
      importer: 'binance-capture',
      importerVersion: '1',
      file1: expect.stringMatching(/^futures\.capture, 2004 bytes, sha256 [0-9a-f]{64}$/),
      market: 'futures',
      venueSymbol: 'ABCUSDT',
    });
    expect(JSON.stringify(info.provenance)).not.toContain('/');
  });

  it('says how far it has come', async () => {
    const seen: ImportProgress[] = [];
    const files = [fixture('futures.capture')];
    await importBinanceCapture({ files, ...futures, onProgress: (progress) => seen.push(progress) });
    const last = seen.at(-1)!;
    expect(last.bytesRead).toBe(last.bytesTotal);
    expect([last.file, last.files, basename(last.path)]).toEqual([0, 1, 'futures.capture']);
  });
});

describe('a file of more lines than one chunk holds', () => {
  it('is cut into the same lines', async () => {
    const rows = Array.from({ length: 60_000 }, (_, at) => `${1_700_000_000_000 + at},${100 + (at % 7)},${at % 11}`);
    const path = temporaryFile('long.csv', gzipSync(`t,p,q\n${rows.join('\n')}\n`));
    const { columns } = await importCsv({
      files: [path],
      mapping: {
        symbol: { constant: 'A' },
        instruments: { A: { tick: '1', lot: '1' } },
        exchangeTime: { column: 't', unit: 'ms' },
        localFrom: 'exchange',
        trades: { price: 'p', quantity: 'q' },
      },
    });
    expect(columns.length).toBe(rows.length);
    for (let at = 0; at < rows.length; at++) {
      const row = [columns.exchangeNs[at], columns.priceTicks[at], columns.qtyLots[at]];
      if (row.join() !== [at * 1e6, 100 + (at % 7), at % 11].join()) expect.fail(`row ${at}: ${row}`);
    }
  });
});
