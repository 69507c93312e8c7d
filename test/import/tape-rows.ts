/**
 * Imported columns as plain rows and as text, for comparing; and where the truth data lies.
 * Called by the import tests.
 */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { ImportedTape } from '../../bridges/import/row-collector.js';
import type { RowIntake } from '../../bridges/import/rows/row-intake.js';
import {
  allocateColumns,
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type Columns,
  copyRows,
  Flag,
  KIND_NAMES,
  SIDE_NAMES,
} from '../../core/index.js';
import type { PlainRow } from '../reference/plain-books.js';

export const FIXTURES = fileURLToPath(new URL('../fixtures/import/', import.meta.url));
const TRUTH = fileURLToPath(new URL('../../../shared/truth/', import.meta.url));

/** The folder of truth data, or `undefined` (said aloud) where this machine has none. */
export function truthFolder(name: string): string | undefined {
  const folder = join(TRUTH, name);
  if (existsSync(folder)) return folder;
  console.warn(`skipped: ${name} truth data is not on this machine (../shared/truth/${name})`);
  return undefined;
}

/** Lines of a gzip file, read the simple way. */
export function gzipLines(path: string): string[] {
  return gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
}

/** A file of its own folder with this text; returns its path. */
export function temporaryFile(name: string, content: string | Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), 'tickwright-import-')), name);
  writeFileSync(path, content);
  return path;
}

export interface TapeRow extends PlainRow {
  readonly row: number;
  readonly exchangeNs: number;
  readonly localNs: number;
}

/** The rows that one side sees, in its order. */
export function* rowsOf(columns: Columns, clock: 'exchange' | 'local'): Generator<TapeRow> {
  const seen = clock === 'exchange' ? CODE_EXCHANGE : CODE_LOCAL;
  for (let row = 0; row < columns.length; row++) {
    const code = columns.code[row]!;
    if ((code & seen) === 0) continue;
    yield {
      row,
      exchangeNs: columns.exchangeNs[row]!,
      localNs: columns.localNs[row]!,
      kind: code & CODE_KIND,
      side: (code >> CODE_SIDE_SHIFT) & 3,
      flags: columns.flags[row]!,
      priceTicks: columns.priceTicks[row]!,
      qtyLots: columns.qtyLots[row]!,
      orderId: columns.orderId?.[row] ?? 0,
    };
  }
}

/** One side's rows in groups that end with `Flag.last`. */
export function* messagesOf(columns: Columns, clock: 'exchange' | 'local'): Generator<TapeRow[]> {
  let rows: TapeRow[] = [];
  for (const row of rowsOf(columns, clock)) {
    rows.push(row);
    if ((row.flags & Flag.last) === 0) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) throw new Error(`${rows.length} rows at the end belong to no closed message`);
}

/** The whole tape as text, one row a line, corrections at the end: what the golden files hold. */
export function tapeText({ columns, info }: ImportedTape): string {
  const lines = [`origin ${info.originNs}`, 'seen exchangeNs localNs kind side flags instrument price qty more'];
  for (let row = 0; row < columns.length; row++) {
    const code = columns.code[row]!;
    const seen = `${code & CODE_EXCHANGE ? 'E' : '-'}${code & CODE_LOCAL ? 'L' : '-'}`;
    const flags = Object.entries(Flag).filter(([, bit]) => (columns.flags[row]! & bit) !== 0);
    const more = [
      columns.orderId?.[row] ? `id=${columns.orderId[row]}` : '',
      columns.openTicks ? `ohl=${columns.openTicks[row]},${columns.highTicks![row]},${columns.lowTicks![row]}` : '',
      columns.value ? `value=${columns.value[row]}` : '',
    ];
    lines.push(
      [
        seen,
        columns.exchangeNs[row],
        columns.localNs[row],
        KIND_NAMES[code & CODE_KIND],
        SIDE_NAMES[((code >> CODE_SIDE_SHIFT) & 3) as 0 | 1 | 2],
        flags.map(([name]) => name).join('+') || '-',
        info.instruments[columns.instrument[row]!]!.symbol,
        columns.priceTicks[row],
        columns.qtyLots[row],
        ...more.filter((text) => text !== ''),
      ].join(' '),
    );
  }
  for (const { name, count } of info.corrections) lines.push(`correction ${name} ${count}`);
  return `${lines.join('\n')}\n`;
}

/** What an importer has collected so far, in the order received. */
export function receivedRows(rows: RowIntake): Columns {
  const received = allocateColumns(rows.length, rows.set);
  rows.revise(0, rows.length, (columns, from, to) => {
    copyRows(columns, from, to, received, received.length);
    received.length += to - from;
  });
  return received;
}

/** Corrections as name → count. */
export function correctionsOf({ info }: ImportedTape): Record<string, number> {
  return Object.fromEntries(info.corrections.map(({ name, count }) => [name, count]));
}
