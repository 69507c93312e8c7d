/**
 * Rows of several days for the catalogue's tests: levels or orders with trades, marks, status and latencies that overtake each
 * other, written as tapes; and what a plain filter makes of them. Called by the tests of this folder.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openTape, type TapeFile } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import {
  allocateColumns,
  CODE_EXCHANGE,
  CODE_LOCAL,
  type Columns,
  codeOf,
  Flag,
  Kind,
  type Side,
} from '../../core/market.js';
import type { TapeSource } from '../../core/tape.js';
import { COLUMN_NAMES, copyRows, orderColumns } from '../../core/tape-builder.js';
import { seeded } from '../tape/sample-rows.js';

export const HOUR_NS = 3_600_000_000_000;
const SIDES = CODE_EXCHANGE | CODE_LOCAL;

export interface DayRows {
  readonly instruments: number;
  readonly rows: number;
  readonly days: number;
  readonly book: 'levels' | 'orders' | 'trades';
  readonly seed: number;
}

/** Sizes and times of seeded rows; times count from the tape's origin. */
export function dayRows({ instruments, rows, days, book, seed }: DayRows): Columns {
  const random = seeded(seed);
  const out = allocateColumns(rows, { value: true, orderId: book === 'orders' });
  const live: number[][] = Array.from({ length: instruments }, () => []);
  let timeNs = 0;
  for (let row = 0; row < rows; row++) {
    timeNs += Math.floor(random() * ((2 * days * 24 * HOUR_NS) / rows));
    const at = Math.floor(random() * instruments);
    out.exchangeNs[row] = timeNs;
    // Up to half an hour: rows near midnight are seen on the next day, and overtake each other.
    out.localNs[row] = timeNs + Math.floor(random() ** 4 * (HOUR_NS / 2));
    out.instrument[row] = at;
    out.flags[row] = random() < 0.5 ? Flag.last : 0;
    out.priceTicks[row] = 100 + Math.floor(random() * 12);
    out.qtyLots[row] = Math.floor(random() * 5);
    const side = (1 + Math.floor(random() * 2)) as Side;
    out.code[row] = codeOf(Kind.trade, side);
    const choice = random();
    if (choice < 0.04) {
      out.code[row] = codeOf(choice < 0.02 ? Kind.mark : Kind.status, 0);
      out.value![row] = choice < 0.02 ? 0 : Math.floor(random() * 2);
    } else if (choice < 0.8 && book === 'levels') {
      out.code[row] = codeOf(random() < 0.05 ? Kind.depthClear : Kind.depth, side);
    } else if (choice < 0.8 && book === 'orders') {
      const known = live[at]!;
      const gone = known.length > 0 && random() < 0.5;
      const kind = gone
        ? [Kind.orderCancel, Kind.orderExecute, Kind.orderModify][Math.floor(random() * 3)]!
        : Kind.orderAdd;
      const id = gone ? known[Math.floor(random() * known.length)]! : row + 1;
      if (!gone) known.push(id);
      out.code[row] = codeOf(kind, side);
      out.orderId![row] = id;
      out.qtyLots[row] = 1 + Math.floor(random() * 5);
    }
  }
  out.length = rows;
  return orderColumns(out).columns;
}

export function folderFor(name: string): string {
  return mkdtempSync(path.join(tmpdir(), `tickwright-${name}-`));
}

export function tapeOf(file: string, rows: Columns, instruments: number, originNs: bigint, note = ''): TapeFile {
  writeTape(file, rows, {
    originNs,
    instruments: Array.from({ length: instruments }, (_, i) => ({ symbol: `SYM${i}`, tick: '0.1', lot: '0.001' })),
    provenance: { importer: 'made', note },
    corrections: [{ name: 'made-up', count: 3, note: 'three of them' }],
  });
  return openTape(file);
}

/** All rows that a source gives, with times from `originNs`. */
export function allRows(source: TapeSource, originNs: bigint): Columns {
  const out = allocateColumns(source.info.rows * 2 + 1000, source.info.columns);
  const reader = source.open(originNs);
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    copyRows(block, 0, block.length, out, out.length);
    out.length += block.length;
    reader.release(block);
  }
  reader.close();
  return out;
}

/** Rows of one instrument that a side sees within [from, to), each side by its own clock; in the order they stand. */
export function plainRange(rows: Columns, instrument: number, fromNs: number, toNs: number): Columns {
  const out = allocateColumns(rows.length, {
    orderId: rows.orderId !== undefined,
    bars: rows.openTicks !== undefined,
    value: rows.value !== undefined,
  });
  for (let row = 0; row < rows.length; row++) {
    if (rows.instrument[row] !== instrument) continue;
    let seen = 0;
    const code = rows.code[row]!;
    if ((code & CODE_EXCHANGE) !== 0 && rows.exchangeNs[row]! >= fromNs && rows.exchangeNs[row]! < toNs)
      seen |= CODE_EXCHANGE;
    if ((code & CODE_LOCAL) !== 0 && rows.localNs[row]! >= fromNs && rows.localNs[row]! < toNs) seen |= CODE_LOCAL;
    if (seen === 0) continue;
    const at = out.length++;
    copyRows(rows, row, row + 1, out, at);
    out.code[at] = (code & ~SIDES) | seen;
    out.instrument[at] = 0;
  }
  return out;
}

/** Rows [from, to) as plain lists, to compare. */
export function listed(rows: Columns, from = 0, to = rows.length): Record<string, number[]> {
  return Object.fromEntries(
    COLUMN_NAMES.flatMap((name) => {
      const column = rows[name];
      return column === undefined ? [] : [[name, Array.from(column.subarray(from, to))]];
    }),
  );
}
