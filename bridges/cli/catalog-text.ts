/**
 * What `tickwright catalog` says of a catalogue, as data and in lines for people. Knows nothing of files.
 * Called by the command.
 */

import { formatEpoch } from '../../core/time.js';
import type { Catalog, CatalogTape } from '../catalog/catalog.js';
import { sourcesOf } from '../catalog/catalog-parts.js';
import { alignColumns, grouped } from './terminal.js';

/** What `ls --json` prints. */
export interface CatalogContents {
  readonly catalog: string;
  readonly days: string;
  readonly instruments: readonly {
    readonly venue: string;
    readonly symbol: string;
    readonly listed: string | null;
    readonly delisted: string | null;
    readonly firstDay: string;
    readonly lastDay: string;
    /** Days that files begin with; a file of a month counts once. */
    readonly files: readonly {
      readonly file: string;
      readonly day: string;
      readonly lastDay: string;
      readonly rows: number;
      readonly bytes: number;
    }[];
    readonly rows: number;
    readonly bytes: number;
    readonly counts: Readonly<Record<string, number>>;
    /** Of the sources that its files came from, as a whole. */
    readonly corrections: readonly {
      readonly source: string;
      readonly name: string;
      readonly count: number;
      readonly note: string;
    }[];
  }[];
}

export function contentsOf({ folder, state }: Catalog): CatalogContents {
  const instruments = state.instruments.map(({ venue, symbol, listed, delisted }) => {
    const parts = state.parts.filter((part) => part.venue === venue && part.symbol === symbol);
    parts.sort((a, b) => (a.exchangeNs[0] < b.exchangeNs[0] ? -1 : 1));
    const counts: Record<string, number> = {};
    for (const part of parts) {
      for (const [kind, count] of Object.entries(part.counts)) counts[kind] = (counts[kind] ?? 0) + count;
    }
    return {
      ...{ venue, symbol, listed: listed ?? null, delisted: delisted ?? null },
      firstDay: parts.map(({ day }) => day).sort()[0] ?? '',
      lastDay:
        parts
          .map(({ lastDay }) => lastDay)
          .sort()
          .at(-1) ?? '',
      files: parts.map(({ file, day, lastDay, rows, bytes }) => ({ file, day, lastDay, rows, bytes })),
      rows: parts.reduce((sum, { rows }) => sum + rows, 0),
      bytes: parts.reduce(
        (sum, { bytes, opening, closing }) => sum + bytes + (opening?.bytes ?? 0) + (closing?.bytes ?? 0),
        0,
      ),
      counts,
      corrections: sourcesOf(state, parts).flatMap((source) =>
        source.corrections.map(({ name, count, note }) => ({ source: source.name, name, count, note })),
      ),
    };
  });
  return { catalog: folder, days: state.days, instruments };
}

export function contentsText({ catalog, days, instruments }: CatalogContents): string {
  const listed = instruments.some((each) => each.listed !== null || each.delisted !== null);
  const rows = instruments.map((each) => [
    ...[each.venue, each.symbol, each.firstDay, each.lastDay, grouped(each.files.length), grouped(each.rows)],
    ...[grouped(each.bytes), Object.keys(each.counts).join(' ')],
    each.corrections.length === 0
      ? 'none'
      : each.corrections.map(({ name, count }) => `${name} ${grouped(count)}`).join(', '),
    ...(listed ? [each.listed ?? '–', each.delisted ?? '–'] : []),
  ]);
  const head = [
    'venue',
    'instrument',
    'first day',
    'last day',
    'files',
    'rows',
    'bytes',
    'kinds',
    'corrections of the sources',
  ];
  const table = alignColumns([[...head, ...(listed ? ['listed', 'delisted'] : [])], ...rows]);
  return `${printable(`${catalog}: days begin by ${days}\n${table}`)}\n`;
}

/** What a run over a range reads. */
export function rangeFacts(tape: CatalogTape) {
  return {
    bytes: tape.bytes,
    rowGroups: tape.groups,
    instruments: tape.info.instruments.map(({ symbol }) => symbol),
    files: tape.ranges.flatMap(({ reads, opening, fromNs, toNs }) =>
      reads.map((read, at) => ({
        file: read.tape.file,
        symbol: read.tape.info.instruments[0]!.symbol,
        rowGroups: { from: read.from, to: read.to, of: read.tape.footer.groups },
        opening: at === 0 ? (opening?.file ?? null) : null,
        from: fromNs === undefined ? null : formatEpoch(fromNs),
        to: toNs === undefined ? null : formatEpoch(toNs),
      })),
    ),
  };
}

export function rangeText(facts: ReturnType<typeof rangeFacts>): string {
  const rows = facts.files.map(({ symbol, file, rowGroups, opening }) => [
    ...[
      symbol,
      file,
      `${grouped(rowGroups.to - rowGroups.from)} of ${grouped(rowGroups.of)}`,
      opening === null ? '' : 'opening',
    ],
  ]);
  const table = alignColumns([['instrument', 'file', 'row groups', 'books'], ...rows]);
  return `${printable(table)}\nreads ${grouped(facts.bytes)} bytes in ${grouped(facts.rowGroups)} row groups\n`;
}

export function answerText(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cell = (value: unknown) =>
    value === null ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return `${printable(alignColumns([columns, ...rows.map((row) => row.map(cell))]))}\n`;
}

/** Text from files must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, '\ufffd');
}
