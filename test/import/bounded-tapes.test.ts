/** What waits on disk becomes the same file as what waits in memory, in every format. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { importBinanceArchive } from '../../bridges/import/binance-archive.js';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import { importCsv } from '../../bridges/import/csv.js';
import { readMapping } from '../../bridges/import/csv-mapping.js';
import { importDatabento } from '../../bridges/import/databento.js';
import { importLobster } from '../../bridges/import/lobster.js';
import type { ImportedTape, RowKeeping } from '../../bridges/import/row-collector.js';
import { Scratch } from '../../bridges/import/rows/scratch.js';
import { importTardis } from '../../bridges/import/tardis.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { FIXTURES, truthFolder } from './tape-rows.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bounded-tapes-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

type Import = (keeping: RowKeeping) => Promise<ImportedTape>;
const fixture = (name: string) => path.join(FIXTURES, name);
const depth = await readMapping(fixture('depth.mapping.json'));
const spot = { symbol: 'XYZ', tick: '0.01', lot: '0.0001', quotes: true, spotQuoteLatencyNs: 2_000_000 };
const tardisFiles = (...kinds: string[]) =>
  kinds.map((kind) => fixture(`tardis/deribit_${kind}_2020-03-01_ABC-PERPETUAL.csv`));

const SMALL: Record<string, Import> = {
  spot: (keeping) => importBinanceCapture({ files: [fixture('spot.capture')], ...spot, ...keeping }),
  archive: (keeping) =>
    importBinanceArchive({
      files: ['bookTicker-2024-03-01.csv', '1m-2024-03-01.csv', 'fundingRate-2024-03.csv', 'trades-2024-03-01.zip'].map(
        (name) => fixture(`binance-archive/ABCUSDT-${name}`),
      ),
      ...{ tick: '0.1', lot: '0.001', localFrom: 'exchange + 5ms', ...keeping },
    }),
  tardis: (keeping) =>
    importTardis({
      files: tardisFiles('book_snapshot_5', 'derivative_ticker', 'quotes', 'liquidations'),
      ...{ tick: '0.5', lot: '10', ...keeping },
    }),
  depth: (keeping) => importCsv({ files: [fixture('depth.csv')], mapping: depth, ...keeping }),
  lobster: (keeping) =>
    importLobster({ messages: fixture('ABC_2024-11-04_34200000_57600000_message_5.csv'), ...keeping }),
};

const truth = (name: string, file: string) => path.join(truthFolder(name) ?? '', file);
/** Of many pieces, out of order at the exchange; with late changes of rows (snapshots without time). */
const LARGE: Record<string, [folder: string, load: Import]> = {
  'futures capture': [
    'binance-raw',
    (keeping) =>
      importBinanceCapture({
        files: [truth('binance-raw', 'usdm_btcusdt_20240808.gz')],
        ...{ symbol: 'BTCUSDT', tick: '0.1', lot: '0.001', quotes: true, ...keeping },
      }),
  ],
  'spot capture': [
    'binance-raw',
    (keeping) =>
      importBinanceCapture({
        files: [truth('binance-raw', 'spot_ethusdt_20240808.gz'), truth('binance-raw', 'spot_ethusdt_20240809.gz')],
        ...{ ...spot, symbol: 'ETHUSDT', ...keeping },
      }),
  ],
  'orders of futures': [
    'databento',
    (keeping) =>
      importDatabento({
        files: [truth('databento', 'orderbooks_mbo_2024-05-08T00-00-00_2024-05-08T00-00-02.dbn.zst')],
        definitions: [truth('databento', 'orderbooks_definition.dbn.zst')],
        ...keeping,
      }),
  ],
};

async function expectSameFiles(load: Import): Promise<void> {
  const inMemory = await load({});
  const plain = path.join(folder, 'memory.parquet');
  const info = writeTape(plain, inMemory.columns, inMemory.info);
  const bounded = path.join(folder, 'bounded.parquet');
  const scratch = new Scratch(bounded);
  expect((await (await load({ scratch })).writeTo(bounded)).hash).toBe(info.hash);
  scratch.close();
  expect(fs.readFileSync(bounded).equals(fs.readFileSync(plain))).toBe(true);
}

describe('the same file comes of', () => {
  it.each(Object.entries(SMALL))('a small input: %s', (_name, load) => expectSameFiles(load));

  for (const [name, [where, load]] of Object.entries(LARGE)) {
    it.skipIf(truthFolder(where) === undefined)(`recorded data: ${name}`, () => expectSameFiles(load));
  }
});
