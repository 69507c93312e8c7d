/** Contract terms on their way: mapping of a CSV file → tape in memory → tape file → instruments of a run. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importCsv } from '../../bridges/import/csv.js';
import { checkMapping } from '../../bridges/import/csv-mapping.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { metadataText, parseMetadata } from '../../bridges/tape/tape-metadata.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { Instrument, type InstrumentSpec } from '../../core/instrument.js';
import { temporaryFile } from '../import/tape-rows.js';
import { marketRows, ORIGIN_NS } from './sample-rows.js';

const PLAIN = { symbol: 'A', tick: '0.1', lot: '1' };
const COIN = { symbol: 'B', tick: '0.5', lot: '1', contract: 'inverse', multiplier: '100', base: 'BTC', quote: 'USD' };
const FUTURE = { symbol: 'C', tick: '0.25', lot: '1', multiplier: '50', quote: 'USD', expiry: '2024-12-20T14:30:00Z' };
const ALL = [PLAIN, COIN, FUTURE] as InstrumentSpec[];

describe('contract terms', () => {
  it('come back from a tape file as they were written', () => {
    const file = temporaryFile('terms.parquet', '');
    writeTape(file, marketRows(1000), { instruments: ALL, originNs: ORIGIN_NS });
    const { instruments } = openTape(file).info;
    expect(instruments).toEqual(ALL);
    const [plain, coin, future] = instruments.map((spec, index) => new Instrument(spec, index));
    expect([plain!.settle, coin!.settle, future!.settle]).toEqual(['', 'BTC', 'USD']);
    expect(coin!.notional(100_000, 500)).toBe(1);
    expect(future!.expiryNs).toBe(1_734_705_000_000_000_000n);
  });

  it('that are the usual ones leave no trace: the file is the same to the byte', () => {
    const usual = { ...PLAIN, contract: 'linear', multiplier: '1', base: '', quote: '' } as const;
    const files = [PLAIN, usual].map((spec, at) => {
      const file = temporaryFile(`${at}.parquet`, '');
      writeTape(file, marketRows(1000, 1), { instruments: [spec], originNs: ORIGIN_NS });
      return readFileSync(file);
    });
    expect(files[0]!.equals(files[1]!)).toBe(true);
  });

  it.each([
    [{ ...PLAIN, multiplier: '0' }, 'instrument A: multiplier "0" is not above 0'],
    [{ ...PLAIN, contract: 'quanto' }, 'metadata is wrong at instruments.0.contract'],
    [{ ...PLAIN, expiry: 'soon' }, 'instrument A: expiry "soon" is not a time in UTC'],
    [{ ...PLAIN, strike: '1' }, 'metadata is wrong at instruments.0: Unrecognized key: "strike"'],
  ])('%o on a tape is refused', (spec, message) => {
    const info = { ...{ instruments: [PLAIN], originNs: 0n, rows: 0, columns: {}, counts: [[]] }, corrections: [] };
    const text = metadataText({ info: { ...info, provenance: {} }, exchangeNs: undefined, localNs: undefined });
    const forged = JSON.stringify({ ...JSON.parse(text), instruments: [spec] });
    expect(() => parseMetadata(forged, {}, '')).toThrow(message);
  });

  it('may be given in the mapping of a CSV file', async () => {
    const mapping = {
      symbol: { column: 's' },
      instruments: Object.fromEntries(ALL.map(({ symbol, ...terms }) => [symbol, terms])),
      exchangeTime: { column: 't', unit: 'ns' },
      localFrom: 'exchange',
      trades: { price: 'p', quantity: 'q' },
    } as const;
    const files = [temporaryFile('trades.csv', 's,t,p,q\nA,1,1,1\nB,2,1,1\nC,3,1,1\n')];
    const tape = await importCsv({ files, mapping });
    expect(tape.info.instruments).toEqual(ALL);
    const wrong = { ...mapping, instruments: { A: { tick: '1', lot: '1', contract: 'inverse', quote: 'USD' } } };
    expect(() => checkMapping(wrong, 'm')).toThrow(
      'm: instruments.A: instrument A: base "" is the currency it settles in; name it as quote is',
    );
  });
});
