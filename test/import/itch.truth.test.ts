/**
 * LOBSTER data are made of ITCH. So the rows of a LOBSTER file, written as ITCH messages and imported, must be the same rows, and the
 * same book at the end (../shared/truth/README.md has what that book was held against).
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { importItch } from '../../bridges/import/itch.js';
import { importLobster } from '../../bridges/import/lobster.js';
import { OrderBook } from '../../core/book/orders.js';
import { type Columns, Flag, Instrument, Kind, Side } from '../../core/index.js';
import * as itch from './itch-writer.js';
import { rowsOf, type TapeRow, temporaryFile, truthFolder } from './tape-rows.js';

const folder = truthFolder('lobster') ?? '';
const MESSAGES = join(folder, 'AAPL_2012-06-21_34200000_37800000_message_50.csv.gz');
const STOCK = 'AAPL';

/** Rows as messages; a cancel of all that is left, followed by an add of its side at the same time, is a replacement. */
function messagesFrom(rows: readonly TapeRow[], startNs: number): Buffer[] {
  const left = new Map<number, number>();
  const messages = [itch.event('O', { at: -1e9 }), itch.directory(STOCK, { at: -1e9 })];
  for (let at = 0; at < rows.length; at++) {
    const { kind, side, exchangeNs, priceTicks, qtyLots, orderId: ref } = rows[at]!;
    const price = priceTicks * 100;
    const terms = { stock: STOCK, at: startNs + exchangeNs - itch.OPEN, ref, shares: qtyLots, price };
    const letter = side === Side.buy ? 'B' : 'S';
    if (kind === Kind.orderAdd) {
      left.set(ref, qtyLots);
      messages.push(itch.add({ ...terms, side: letter }, ref % 2 === 0 ? 'MMKR' : ''));
      continue;
    }
    if (kind === Kind.trade) {
      // The tape has the aggressor, the message the side that rested.
      messages.push(itch.trade({ ...terms, side: side === Side.buy ? 'S' : 'B' }));
      continue;
    }
    const rest = left.get(ref)! - qtyLots;
    left.set(ref, rest);
    const next = rows[at + 1];
    if (kind === Kind.orderExecute) messages.push(ref % 2 === 0 ? itch.executed(terms) : itch.executedAt('Y', terms));
    else if (rest > 0) messages.push(itch.cancel(terms));
    else if (next?.kind === Kind.orderAdd && next.side === side && next.exchangeNs === exchangeNs) {
      left.set(next.orderId, next.qtyLots);
      messages.push(itch.replace(next.orderId, { ...terms, shares: next.qtyLots, price: next.priceTicks * 100 }));
      at++;
    } else messages.push(itch.remove(terms));
  }
  messages.push(itch.event('C', { at: startNs + rows.at(-1)!.exchangeNs - itch.OPEN }));
  return messages;
}

function bookOf(columns: Columns, tick: string) {
  const book = new OrderBook(new Instrument({ symbol: STOCK, tick, lot: '1' }, 0));
  const states: number[] = [];
  for (const row of rowsOf(columns, 'exchange')) {
    if (row.kind === Kind.orderAdd) book.add(row.orderId, row.side as Side, row.priceTicks, row.qtyLots);
    else if (row.kind !== Kind.trade) book.reduce(row.orderId, row.qtyLots);
    const { bestAskTicks, bestAskLots, bestBidTicks, bestBidLots } = book.levels;
    states.push(bestAskTicks, bestAskLots, bestBidTicks, bestBidLots);
  }
  return { states, unknown: book.unknown + book.replaced };
}

it.skipIf(folder === '')('the first hour of AAPL comes back from ITCH row by row', async () => {
  const lobster = await importLobster({
    messages: MESSAGES,
    symbol: STOCK,
    date: '2012-06-21',
    tick: '0.01',
    offTickPrints: 'drop',
  });
  const rows = [...rowsOf(lobster.columns, 'exchange')];
  const midnightNs = BigInt(Date.UTC(2012, 5, 21, 4)) * 1_000_000n;
  const messages = messagesFrom(rows, Number(lobster.info.originNs - midnightNs));
  const path = temporaryFile('aapl.itch', Buffer.concat(messages));
  const tape = await importItch({ files: [path], dates: ['2012-06-21'], timeZone: 'America/New_York', tick: '0.01' });
  expect(tape.info.originNs).toBe(lobster.info.originNs);
  // The messages of the day end there: what still rests is cancelled.
  const cleared = [...rowsOf(tape.columns, 'exchange')].slice(rows.length);
  expect(tape.info.corrections).toMatchObject([{ name: 'cleared-orders', count: cleared.length }]);
  expect(new Set(cleared.map(({ kind, exchangeNs }) => `${kind} ${exchangeNs}`))).toEqual(
    new Set([`${Kind.orderCancel} ${rows.at(-1)!.exchangeNs}`]),
  );
  const plain = (columns: Columns) =>
    [...rowsOf(columns, 'exchange')].map(({ flags, ...row }) => ({ ...row, hidden: flags & Flag.hidden }));
  expect(plain(tape.columns).slice(0, rows.length)).toEqual(plain(lobster.columns));
  expect(rows.length).toBeGreaterThan(91_000);
  const types = new Set(messages.map((message) => String.fromCharCode(message[2]!)));
  expect([...types].sort().join('')).toBe('ACDEFPRSUX');
  const { states, unknown } = bookOf(tape.columns, '0.01');
  const expected = bookOf(lobster.columns, '0.01').states;
  expect({ states: states.slice(0, expected.length), unknown }).toEqual({ states: expected, unknown: 0 });
  expect([states.at(-3), states.at(-1)]).toEqual([0, 0]);
});
