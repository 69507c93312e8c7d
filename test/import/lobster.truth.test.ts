/** LOBSTER message files against the orderbook files that come with them (../shared/truth/README.md). */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importLobster } from '../../bridges/import/lobster.js';
import { OrderBook } from '../../core/book/orders.js';
import { Flag, Instrument, Kind, MemoryTape, Side } from '../../core/index.js';
import { PlainOrders } from '../reference/plain-books.js';
import { correctionsOf, gzipLines, rowsOf, type TapeRow, truthFolder } from './tape-rows.js';

const folder = truthFolder('lobster') ?? '';
const file = (name: string) => join(folder, name);
const aaplMessages = file('AAPL_2012-06-21_34200000_37800000_message_50.csv.gz');
const aaplBestMessages = file('AAPL_2012-06-21_34200000_57600000_message_1.csv.gz');
const aaplBest = file('AAPL_2012-06-21_34200000_57600000_orderbook_1.csv.gz');
const googMessages = file('GOOG_2012-06-21_34200000_57600000_message_10.csv.gz');
const googBooks = file('GOOG_2012-06-21_34200000_57600000_orderbook_10.csv.gz');
const NO_LEVEL = 9_999_999_999;

/** The tape's rows that stand for a message each; recovered and stale orders are left out. */
function messageRows(rows: Iterable<TapeRow>): TapeRow[] {
  return [...rows].filter(({ flags }) => (flags & Flag.snapshot) === 0);
}

type Levels = Map<number, number>;

/** One line of an orderbook file; prices × 10,000, which are the tape's ticks of 0.0001. */
function bookOf(line: string): { bids: Levels; asks: Levels } {
  const fields = line.split(',').map(Number);
  const bids: Levels = new Map();
  const asks: Levels = new Map();
  for (let at = 0; at < fields.length; at += 4) {
    if (Math.abs(fields[at]!) !== NO_LEVEL) asks.set(fields[at]!, fields[at + 1]!);
    if (Math.abs(fields[at + 2]!) !== NO_LEVEL) bids.set(fields[at + 2]!, fields[at + 3]!);
  }
  return { bids, asks };
}

/** What the row does to the lots of its level. */
function change({ kind, qtyLots }: TapeRow): number {
  if (kind === Kind.orderAdd) return qtyLots;
  return kind === Kind.orderCancel || kind === Kind.orderExecute ? -qtyLots : 0;
}

/** The best `count` prices of a side. */
function deepest(levels: Levels, side: number, count: number): number[] {
  const sign = side === Side.buy ? -1 : 1;
  return [...levels.keys()].sort((a, b) => sign * (a - b)).slice(0, count);
}

/** Applies a row to a copy of the side's levels and compares with the levels of the next line. */
function oneStep(before: Levels, row: TapeRow, after: Levels, side: number): 'equal' | 'revealed' | 'different' {
  const levels = new Map(before);
  if (row.side === side) {
    const lots = (levels.get(row.priceTicks) ?? 0) + change(row);
    if (lots === 0) levels.delete(row.priceTicks);
    else levels.set(row.priceTicks, lots);
  }
  const expected = deepest(levels, side, 10);
  const found = deepest(after, side, 10);
  const same = expected.every((price, at) => found[at] === price && after.get(price) === levels.get(price));
  if (!same || found.length < expected.length) return 'different';
  return found.length === expected.length ? 'equal' : 'revealed';
}

describe.skipIf(folder === '')('the GOOG day, 10 levels', () => {
  it('explains every row of the book by the row before it and its message', async () => {
    const tape = await importLobster({ messages: googMessages });
    expect(tape.info.instruments).toEqual([{ symbol: 'GOOG', tick: '0.0001', lot: '1' }]);
    const rows = messageRows(rowsOf(tape.columns, 'exchange'));
    const books = gzipLines(googBooks);
    expect([rows.length, books.length]).toEqual([147_916, 147_916]);
    const counts = { equal: 0, revealed: 0, different: 0 };
    let before = bookOf(books[0]!);
    for (let at = 1; at < books.length; at++) {
      const after = bookOf(books[at]!);
      const steps = [
        oneStep(before.bids, rows[at]!, after.bids, Side.buy),
        oneStep(before.asks, rows[at]!, after.asks, Side.sell),
      ];
      counts[steps.includes('different') ? 'different' : steps.includes('revealed') ? 'revealed' : 'equal']++;
      before = after;
    }
    expect(counts).toEqual({ equal: 147_915 - 44_451, revealed: 44_451, different: 0 });
  });
});

describe.skipIf(folder === '')('a file of few levels', () => {
  it('never crosses, but often lacks the best prices of its orderbook file', async () => {
    const tape = await importLobster({ messages: googMessages });
    expect(correctionsOf(tape)).toEqual({
      'orders-before-start': 145,
      'orders-outside-levels': 3_065,
      'stale-orders': 2_790,
    });
    const book = new OrderBook(new Instrument(tape.info.instruments[0]!, 0));
    const books = gzipLines(googBooks);
    let line = 0;
    let equal = 0;
    for (const row of rowsOf(tape.columns, 'exchange')) {
      if (row.kind === Kind.orderAdd) book.add(row.orderId, row.side as Side, row.priceTicks, row.qtyLots);
      else if (row.kind !== Kind.trade) book.reduce(row.orderId, row.qtyLots);
      if ((row.flags & Flag.snapshot) !== 0) continue;
      const [ask, , bid] = books[line++]!.split(',', 3).map(Number);
      if (ask === book.levels.bestAskTicks && bid === book.levels.bestBidTicks) equal++;
    }
    // What left the 10 levels unseen can stand inside the spread until a message proves it gone: 62 %, no more.
    expect([equal, line]).toEqual([91_329, 147_916]);
    expect(book.unknown + book.replaced).toBe(0);
  });
});

describe.skipIf(folder === '')('the first hour of AAPL, 50 levels', () => {
  const imported = importLobster({ messages: aaplMessages, symbol: 'AAPL', date: '2012-06-21' });

  it('becomes a tape that passes its checks, with the recovered orders counted', async () => {
    const tape = await imported;
    expect(new MemoryTape(tape.columns, tape.info).info.counts[0]![Kind.orderAdd]).toBe(44_256 + 80);
    // 09:30:00.004241176 in New York, daylight saving time.
    expect(tape.info.originNs).toBe(1_340_285_400_004_241_176n);
    expect(correctionsOf(tape)).toEqual({
      'orders-before-start': 36,
      'orders-outside-levels': 44,
      'time-rounded': 1,
    });
  });

  it('replays to the best levels of the level-1 file, executes at the best price, prints hidden orders inside', async () => {
    const tape = await imported;
    const book = new OrderBook(new Instrument(tape.info.instruments[0]!, 0));
    const twin = new PlainOrders();
    const lines = gzipLines(aaplMessages);
    const bestLines = gzipLines(aaplBestMessages);
    const bestBooks = gzipLines(aaplBest);
    const tally = { compared: 0, equal: 0, executions: 0, atBest: 0, hidden: 0, inside: 0 };
    let line = 0;
    for (const row of rowsOf(tape.columns, 'exchange')) {
      const { bid, ask } = book.levels;
      if (row.kind === Kind.orderExecute) {
        tally.executions++;
        if (row.priceTicks === (row.side === Side.buy ? bid : ask)) tally.atBest++;
      }
      if (row.kind === Kind.trade) {
        tally.hidden++;
        if (row.priceTicks >= bid && row.priceTicks <= ask) tally.inside++;
      }
      if (row.kind === Kind.orderAdd) book.add(row.orderId, row.side as Side, row.priceTicks, row.qtyLots);
      else if (row.kind !== Kind.trade) book.reduce(row.orderId, row.qtyLots);
      twin.apply(row);
      if ((row.flags & Flag.snapshot) !== 0 || lines[line++] !== bestLines[tally.compared]) continue;
      const { bestAskTicks, bestAskLots, bestBidTicks, bestBidLots } = book.levels;
      const best = [bestAskTicks, bestAskLots, bestBidTicks, bestBidLots];
      if (best.join() === bestBooks[tally.compared]) tally.equal++;
      if (tally.compared++ % 10 === 0) expect([...twin.bestAsk, ...twin.bestBid]).toEqual(best);
    }
    expect(line).toBe(91_997);
    expect(book.unknown + book.replaced).toBe(0);
    expect(tally).toMatchObject({ compared: 25_641, executions: 4_067, atBest: 4_067, hidden: 2_201, inside: 2_201 });
    expect(tally.equal).toBeGreaterThanOrEqual(25_623);
  });
});

describe.skipIf(folder === '')('executions and hidden prints beside the books of the level files', () => {
  it('GOOG: every execution at the best price, every hidden print inside the spread, of the row before', async () => {
    const tape = await importLobster({ messages: googMessages });
    const books = gzipLines(googBooks);
    const rows = messageRows(rowsOf(tape.columns, 'exchange'));
    const tally = { executions: 0, atBest: 0, hidden: 0, inside: 0 };
    for (let at = 1; at < rows.length; at++) {
      const { kind, side, priceTicks } = rows[at]!;
      const [ask, , bid] = books[at - 1]!.split(',', 3).map(Number) as [number, number, number];
      if (kind === Kind.orderExecute) {
        tally.executions++;
        if (priceTicks === (side === Side.buy ? bid : ask)) tally.atBest++;
      } else if (kind === Kind.trade) {
        tally.hidden++;
        if (priceTicks >= bid && priceTicks <= ask) tally.inside++;
      }
    }
    expect(tally).toEqual({ executions: 7_764, atBest: 7_764, hidden: 3_913, inside: 3_913 });
  });
});
