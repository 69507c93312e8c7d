/** Databento's own files against the answers in ../shared/truth/README.md. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { importDatabento, readDefinitions } from '../../bridges/import/databento.js';
import type { ImportedTape } from '../../bridges/import/row-collector.js';
import { OrderBook } from '../../core/book/orders.js';
import { Flag, Instrument, Kind, MemoryTape, Side } from '../../core/index.js';
import { PlainOrders } from '../reference/plain-books.js';
import { correctionsOf, rowsOf, type TapeRow, truthFolder } from './tape-rows.js';

const folder = truthFolder('databento') ?? '';
const file = (name: string) => join(folder, name);
const esh4 = ['esh4-glbx-mdp3-20231224.mbo.dbn.zst', 'esh4-glbx-mdp3-20231225.mbo.dbn.zst'].map(file);
const futures = [file('futures_definition.dbn.zst')];
const TRADES = file('futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst');
const MBP1 = file('futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst');
const OHLCV = file('futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst');
const TAPE = 'orderbooks_mbo_2024-05-08T00-00-00_2024-05-08T00-00-02.dbn.zst';

const isOrder = ({ kind }: TapeRow) => kind >= Kind.orderAdd && kind <= Kind.orderExecute;

/** Replays one side's rows into the engine's book and the slow one; `each` hears of every event's end. */
function replay(tape: ImportedTape, clock: 'exchange' | 'local', each: (book: OrderBook) => void = () => {}) {
  const book = new OrderBook(new Instrument(tape.info.instruments[0]!, 0));
  const twin = new PlainOrders();
  let last: TapeRow | undefined;
  for (const row of rowsOf(tape.columns, clock)) {
    const { kind, orderId, side, priceTicks, qtyLots } = row;
    if (kind === Kind.orderAdd) book.add(orderId, side as Side, priceTicks, qtyLots);
    else if (kind === Kind.orderModify) {
      if (!book.shrink(orderId, priceTicks, qtyLots)) {
        book.reduce(orderId, Number.POSITIVE_INFINITY);
        book.add(orderId, side as Side, priceTicks, qtyLots);
      }
    } else if (isOrder(row)) book.reduce(orderId, qtyLots);
    if (kind === Kind.orderModify) twin.orders.set(orderId, { side, priceTicks, lots: qtyLots });
    else if (isOrder(row)) twin.apply(row);
    if ((row.flags & Flag.last) !== 0) each(book);
    last = row;
  }
  return { book, twin, last: last! };
}

describe.skipIf(folder === '')('esh4: two days of one contract, order by order', () => {
  const imported = folder === '' ? undefined : importDatabento({ files: esh4, tick: '0.25' });

  it.each(['exchange', 'local'] as const)('ends with the book that is known, on the %s side', async (clock) => {
    const tape = (await imported)!;
    let crossed = 0;
    const { book, twin, last } = replay(tape, clock, ({ levels }) => {
      if (levels.bid >= levels.ask) crossed++;
    });
    const { levels } = book;
    const count = (side: Side) => new Set([...twin.levels(side).keys()]).size;
    expect([count(Side.buy), count(Side.sell)]).toEqual([922, 565]);
    expect([levels.bid, levels.ask]).toEqual([4810.0 / 0.25, 4810.25 / 0.25]);
    expect([levels.bestBidLots, levels.bestAskLots]).toEqual([twin.bestBid[1], twin.bestAsk[1]]);
    expect([book.unknown, book.replaced]).toEqual([0, 0]);
    const lastNs = clock === 'exchange' ? last.exchangeNs : last.localNs;
    const expected = clock === 'exchange' ? 1703548799446724905n : 1703548799446821072n;
    expect(tape.info.originNs + BigInt(lastNs)).toBe(expected);
    expect(crossed).toBe(891);
  });

  it('its rows bring the volume of its trades, each lot once', async () => {
    const tape = (await imported)!;
    const lots = { executed: 0, hidden: 0, auction: 0, plain: 0 };
    for (const { kind, side, flags, qtyLots } of rowsOf(tape.columns, 'exchange')) {
      if (kind === Kind.orderExecute) lots.executed += qtyLots;
      else if (kind !== Kind.trade) continue;
      else if (side === Side.none) lots.auction += qtyLots;
      else lots[(flags & Flag.hidden) === 0 ? 'plain' : 'hidden'] += qtyLots;
    }
    // The T records of both files, added up from the bytes by a script of a few lines: 9,892 lots, 44 of them the opening.
    expect(lots.executed + lots.hidden + lots.auction + lots.plain).toBe(9_892);
    expect(lots.auction).toBe(44);
  });

  it('counts what it left out, and is a tape', async () => {
    const tape = (await imported)!;
    new MemoryTape(tape.columns, tape.info);
    expect(correctionsOf(tape)).toEqual({
      'repeated-orders': 8_725,
      // The first day's snapshot, which is all there is of that day.
      'unfinished-events': 1,
      'fills-left-out': 28,
      'unknown-orders': 7,
      'aggressor-fills': 107,
    });
  });
});

describe.skipIf(folder === '')('futures: trades, quotes and bars of one time', () => {
  const of = (files: string[]) => importDatabento({ files, definitions: futures });

  it('trades make the 1-minute bars', async () => {
    const trades = await of([TRADES]);
    const bars = await of([OHLCV]);
    const esu4 = bars.info.instruments.findIndex(({ symbol }) => symbol === 'ESU4');
    const minutes = new Map<bigint, number[]>();
    for (const { exchangeNs, priceTicks, qtyLots } of rowsOf(trades.columns, 'exchange')) {
      const close = ((trades.info.originNs + BigInt(exchangeNs)) / 60_000_000_000n + 1n) * 60_000_000_000n;
      const bar = minutes.get(close) ?? [priceTicks, priceTicks, priceTicks, priceTicks, 0];
      bar[1] = Math.max(bar[1]!, priceTicks);
      bar[2] = Math.min(bar[2]!, priceTicks);
      bar[3] = priceTicks;
      bar[4]! += qtyLots;
      minutes.set(close, bar);
    }
    let equal = 0;
    const { columns } = bars;
    for (let row = 0; row < columns.length; row++) {
      if (columns.instrument[row] !== esu4) continue;
      const made = minutes.get(bars.info.originNs + BigInt(columns.exchangeNs[row]!));
      if (made === undefined) continue;
      const prices = [
        columns.openTicks![row],
        columns.highTicks![row],
        columns.lowTicks![row],
        columns.priceTicks[row],
      ];
      expect(made).toEqual([...prices, columns.qtyLots[row]]);
      equal++;
    }
    expect(equal).toBe(4);
    expect(minutes.size).toBe(4);
  });

  it('the trades of mbp-1 are those of the trades file, 120 of 120 in order', async () => {
    const told = async (files: string[]) => {
      const { columns, info } = await of(files);
      const rows = [...rowsOf(columns, 'exchange')].filter(({ kind }) => kind === Kind.trade);
      return rows.map(({ exchangeNs, localNs, side, priceTicks, qtyLots }) => {
        const at = (ns: number) => info.originNs + BigInt(ns);
        return [at(exchangeNs), at(localNs), side, priceTicks, qtyLots];
      });
    };
    const trades = await told([TRADES]);
    expect(trades).toHaveLength(120);
    expect(await told([MBP1])).toEqual(trades);
    expect(await told([MBP1, TRADES])).toEqual(trades);
  });

  it('definitions say tick, multiplier, currency and expiry', async () => {
    const { info } = await of([OHLCV]);
    const common = { tick: '0.25', lot: '1', quote: 'USD', expiry: '2024-09-20T13:30:00Z' };
    expect(info.instruments).toEqual([
      { symbol: 'ESU4', multiplier: '50', ...common },
      { symbol: 'NQU4', multiplier: '20', ...common },
    ]);
  });
});

describe.skipIf(folder === '')('orderbooks: two seconds of one contract, order by order', () => {
  it('has what it has, and is never crossed at the end of an event', async () => {
    const definitions = [file('orderbooks_definition.dbn.zst')];
    const tape = await importDatabento({ files: [file(TAPE)], definitions });
    const kinds = new Map<number, number>();
    for (const { kind } of rowsOf(tape.columns, 'exchange')) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const of = (kind: Kind) => kinds.get(kind) ?? 0;
    expect(of(Kind.orderAdd)).toBe(13_678);
    // 80 cancels and 27 modifications, of which 5 say what executions have said already.
    expect([of(Kind.orderCancel), of(Kind.orderModify), of(Kind.orderExecute)]).toEqual([78, 24, 5]);
    let ends = 0;
    replay(tape, 'exchange', ({ levels }) => {
      ends++;
      expect(levels.bid).toBeLessThan(levels.ask);
    });
    expect(ends).toBeGreaterThan(100);
    expect(correctionsOf(tape)).toEqual({});
  });
});

describe.skipIf(folder === '')('dbn-fixtures: every schema in every version', () => {
  const place = file('dbn-fixtures/tests/data');
  const all = folder === '' ? [] : readdirSync(place).sort();
  /** Rows that the two to four records make, counted from their bytes by a script of a few lines: a row a changed side or level. */
  const ROWS: Record<string, number> = {
    'bbo-1m': 8,
    'bbo-1s': 7,
    'cbbo-1s': 3,
    'cmbp-1': 3,
    mbo: 0,
    'mbp-1': 3,
    'mbp-10': 21,
    'ohlcv-1h': 2,
    'ohlcv-1m': 2,
    'ohlcv-1s': 2,
    status: 4,
    tbbo: 6,
    trades: 2,
  };

  test.each(all)('%s is read, or refused with the reason', async (name) => {
    const path = join(place, name);
    const schema = name.split('.')[1]!;
    const attempt = () => importDatabento({ files: [path], tick: '0.01', lot: '1' });
    if (name.endsWith('.dbz')) {
      await expect(attempt()).rejects.toThrow(/: begins with a skippable zstd frame: it is DBZ, the format before DBN/);
    } else if (name.includes('.frag')) {
      await expect(attempt()).rejects.toThrow(/: its metadata: .* it is no DBN, or records without their metadata/);
    } else if (schema === 'definition') {
      const definitions = await readDefinitions(path);
      expect(definitions.map(({ rawSymbol, seconds }) => [rawSymbol, seconds > 1_600_000_000])).toEqual([
        ['MSFT', true],
        ['MSFT', true],
      ]);
    } else if (schema === 'statistics' || schema === 'imbalance' || schema === 'ohlcv-1d' || schema === 'mbo') {
      // No settlement among the statistics, no row for an imbalance, no record at all, cancels of orders that are not there.
      await expect(attempt()).rejects.toThrow(/: there is nothing in it for the tape, not one row/);
    } else {
      const tape = await attempt();
      new MemoryTape(tape.columns, tape.info);
      expect(tape.columns.length).toBe(ROWS[schema]);
    }
  });
});
