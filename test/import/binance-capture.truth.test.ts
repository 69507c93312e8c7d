/** Binance captures against what the captures themselves and the reference converter say (../shared/truth/README.md). */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import type { ImportedTape } from '../../bridges/import/row-collector.js';
import { LevelBook } from '../../core/book/levels.js';
import { Instrument, Kind, MemoryTape } from '../../core/index.js';
import { PlainLevels } from '../reference/plain-books.js';
import { correctionsOf, gzipLines, messagesOf, rowsOf, truthFolder } from './tape-rows.js';

const folder = truthFolder('binance-raw') ?? '';
const futuresFile = join(folder, 'usdm_btcusdt_20240808.gz');
const spotFiles = ['spot_ethusdt_20240808.gz', 'spot_ethusdt_20240809.gz'].map((name) => join(folder, name));

interface Quote {
  readonly id: number;
  readonly bid: readonly [string, string];
  readonly ask: readonly [string, string];
}

/** What the raw lines say, read without the importer. */
function rawMessages(path: string) {
  const quotes: Quote[] = [];
  const depths: { kind: 'diff' | 'snapshot'; id: number }[] = [];
  const tradeIds: number[] = [];
  for (const line of gzipLines(path)) {
    const message = JSON.parse(line.slice(20));
    const data = message.data ?? message;
    if (data.lastUpdateId !== undefined) depths.push({ kind: 'snapshot', id: data.lastUpdateId });
    else if (data.e === 'depthUpdate') {
      // A diff without levels makes no rows.
      if (data.b.length + data.a.length > 0) depths.push({ kind: 'diff', id: data.u });
    } else if (data.e === 'trade') tradeIds.push(data.t);
    else quotes.push({ id: data.u, bid: [data.b, data.B], ask: [data.a, data.A] });
  }
  return { quotes, depths, tradeIds };
}

/**
 * Replays the tape's depth messages as one side sees them and compares the best levels after each diff that follows the
 * snapshot with the last bookTicker up to its update id. At the exchange they stand in order of update id.
 * Both the book that is replayed and, at the exchange, its slow twin.
 */
function compareWithQuotes(
  tape: ImportedTape,
  path: string,
  clock: 'exchange' | 'local',
  [ticksPerUnit, lotsPerUnit]: [number, number],
) {
  const { quotes, depths, tradeIds } = rawMessages(path);
  if (clock === 'exchange') depths.sort((a, b) => a.id - b.id);
  quotes.sort((a, b) => a.id - b.id);
  const book = new LevelBook(new Instrument(tape.info.instruments[0]!, 0));
  const twin = clock === 'exchange' ? new PlainLevels() : undefined;
  let quote = -1;
  let message = 0;
  let trades = 0;
  let compared = 0;
  let equal = 0;
  let snapshots = 0;
  for (const rows of messagesOf(tape.columns, clock)) {
    if (rows[0]!.kind === Kind.trade) {
      trades += rows.length;
      continue;
    }
    for (const row of rows) {
      if (row.kind === Kind.depthClear) book.clear(row.side, row.priceTicks);
      else book.set(row.side, row.priceTicks, row.qtyLots);
      twin?.apply(row);
    }
    const depth = depths[message++]!;
    if (depth.kind === 'snapshot') snapshots++;
    while (quote + 1 < quotes.length && quotes[quote + 1]!.id <= depth.id) quote++;
    if (depth.kind === 'snapshot' || snapshots === 0 || quote < 0) continue;
    compared++;
    const { bid, ask } = quotes[quote]!;
    const wanted = [bid, ask].map(([price, qty]) =>
      [Number(price) * ticksPerUnit, Number(qty) * lotsPerUnit].map(Math.round),
    );
    const held = [
      [book.bestBidTicks, book.bestBidLots],
      [book.bestAskTicks, book.bestAskLots],
    ];
    expect(twin === undefined ? held : [twin.bestBid, twin.bestAsk]).toEqual(held);
    if (JSON.stringify(held) === JSON.stringify(wanted)) equal++;
  }
  expect(message, 'depth messages on the tape').toBe(depths.length);
  expect(trades, 'trades on the tape').toBe(tradeIds.length);
  return { compared, equal, contiguous: tradeIds.every((id, at) => at === 0 || id === tradeIds[at - 1]! + 1) };
}

describe.skipIf(folder === '')('a futures capture', () => {
  const imported = importBinanceCapture({ files: [futuresFile], symbol: 'BTCUSDT', tick: '0.1', lot: '0.001' });

  it('yields the 466,836 rows of the reference converter, 491,973 in both orders', async () => {
    const tape = await imported;
    expect([...rowsOf(tape.columns, 'exchange')]).toHaveLength(466_836);
    expect([...rowsOf(tape.columns, 'local')]).toHaveLength(466_836);
    expect(tape.columns.length).toBe(491_973);
    expect(tape.info.originNs).toBe(1_723_161_256_298_000_000n);
  });

  it('passes the checks of a tape and says what was corrected', async () => {
    const tape = await imported;
    expect(new MemoryTape(tape.columns, tape.info).info.rows).toBe(491_973);
    expect(correctionsOf(tape)).toEqual({
      'diffs-before-snapshot': 6,
      'snapshot-behind-diffs': 1,
      'negative-latency': 466_836,
      'reordered-rows': 25_137,
      'split-rows': 25_137,
    });
    expect(tape.info.corrections.find(({ name }) => name === 'negative-latency')?.note).toContain('1272156851 ns');
  });

  it('has the best levels of the bookTicker after every diff at the exchange', async () => {
    const result = compareWithQuotes(await imported, futuresFile, 'exchange', [10, 1000]);
    expect(result).toEqual({ compared: 6_547, equal: 6_547, contiguous: true });
  });

  it('has them as received too, where two diffs newer than the snapshot arrive before it', async () => {
    const result = compareWithQuotes(await imported, futuresFile, 'local', [10, 1000]);
    expect(result).toEqual({ compared: 6_545, equal: 6_545, contiguous: true });
  });

  it('takes quotes on request', async () => {
    const tape = await importBinanceCapture({
      files: [futuresFile],
      symbol: 'BTCUSDT',
      tick: '0.1',
      lot: '0.001',
      quotes: true,
    });
    const quotes = [...rowsOf(tape.columns, 'exchange')].filter(({ kind }) => kind === Kind.quote);
    expect(quotes).toHaveLength(2 * 66_089);
  });
});

describe.skipIf(folder === '')('a spot capture', () => {
  it('has the best levels of the bookTicker after every diff, in lots that hold every quantity', async () => {
    const files = spotFiles.slice(0, 1);
    const tape = await importBinanceCapture({ files, symbol: 'ETHUSDT', tick: '0.01', lot: '0.00000001' });
    for (const clock of ['exchange', 'local'] as const) {
      const result = compareWithQuotes(tape, files[0]!, clock, [100, 1e8]);
      expect(result).toEqual({ compared: 3_432, equal: 3_432, contiguous: true });
    }
  });

  it('goes on over midnight without a gap', async () => {
    const tape = await importBinanceCapture({ files: spotFiles, symbol: 'ETHUSDT', tick: '0.01', lot: '0.0001' });
    expect(correctionsOf(tape)).toMatchObject({ 'event-time-used': 6_470, 'off-lot-quantity': 3 });
    expect(Object.keys(correctionsOf(tape))).not.toContain('update-id-gap');
    expect(Object.keys(correctionsOf(tape))).not.toContain('trade-id-gap');
    expect(Object.keys(correctionsOf(tape))).not.toContain('crossed-book');
    new MemoryTape(tape.columns, tape.info);
  });

  it('refuses a quantity off the lot where rounding is not wished', async () => {
    const files = spotFiles.slice(0, 1);
    const options = { files, symbol: 'ETHUSDT', tick: '0.01', lot: '0.0001', offLotLevels: 'refuse' } as const;
    await expect(importBinanceCapture(options)).rejects.toThrow(
      'spot_ethusdt_20240808.gz:12336: quantity in a[4]: 2292.22972000 is not a whole multiple of 0.0001 (the lot)',
    );
  });

  it('refuses files in the wrong order', async () => {
    const options = { files: [...spotFiles].reverse(), symbol: 'ETHUSDT', tick: '0.01', lot: '0.0001' };
    await expect(importBinanceCapture(options)).rejects.toThrow('give the files in order of time');
  });
});
