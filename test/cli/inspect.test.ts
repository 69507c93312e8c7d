/** What `tickwright inspect` shows of kinds and contract terms that few tapes have. */
import { expect, test } from 'vitest';
import { factsOf, factsText } from '../../bridges/cli/inspect.js';
import { importCsv } from '../../bridges/import/csv.js';
import type { CsvMappingInput } from '../../bridges/import/csv-mapping.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { temporaryFile } from '../import/tape-rows.js';

const COIN = {
  contract: 'inverse',
  multiplier: '100',
  base: 'BTC',
  quote: 'USD',
  expiry: '2024-12-27T08:00:00Z',
} as const;

async function shown(instruments: CsvMappingInput['instruments']) {
  const mapping: CsvMappingInput = {
    symbol: { column: 's' },
    instruments,
    exchangeTime: { column: 't', unit: 'ns' },
    localFrom: 'exchange',
    splits: { ratio: 'n' },
  };
  const symbols = Object.keys(instruments);
  const text = symbols.map((symbol, at) => `${symbol},${at},2`).join('\n');
  const { columns, info } = await importCsv({ files: [temporaryFile('splits.csv', `s,t,n\n${text}\n`)], mapping });
  const path = temporaryFile('splits.parquet', '');
  writeTape(path, columns, info);
  const tape = openTape(path);
  tape.verify();
  return { facts: factsOf(tape), lines: factsText(factsOf(tape)).split('\n') };
}

test('contract terms stand beside tick and lot, kinds beside them', async () => {
  const { facts, lines } = await shown({
    COIN: { tick: '0.5', lot: '1', ...COIN },
    SHARE: { tick: '0.01', lot: '1', quote: 'USD' },
  });
  expect(facts.instruments).toEqual([
    { symbol: 'COIN', tick: '0.5', lot: '1', ...COIN, counts: { split: 1 } },
    { symbol: 'SHARE', tick: '0.01', lot: '1', quote: 'USD', counts: { split: 1 } },
  ]);
  const cells = (word: string) =>
    lines
      .find((line) => line.trim().startsWith(word))!
      .trim()
      .split(/ {2,}/);
  expect(cells('instrument')).toEqual([
    ...['instrument', 'tick', 'lot', 'contract', 'multiplier', 'base', 'quote', 'expiry', 'split'],
  ]);
  expect(cells('COIN')).toEqual(['COIN', '0.5', '1', 'inverse', '100', 'BTC', 'USD', '2024-12-27T08:00:00Z', '1']);
  expect(cells('SHARE')).toEqual(['SHARE', '0.01', '1', 'linear', '1', '–', 'USD', 'never', '1']);
});

test('nothing is said of terms where all are the usual ones', async () => {
  const { facts, lines } = await shown({ A: { tick: '1', lot: '1' } });
  expect(facts.instruments).toEqual([{ symbol: 'A', tick: '1', lot: '1', counts: { split: 1 } }]);
  expect(
    lines
      .find((line) => line.includes('instrument'))!
      .trim()
      .split(/ +/),
  ).toEqual(['instrument', 'tick', 'lot', 'split']);
});
