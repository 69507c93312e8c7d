/**
 * Columns of a run folder's tables: how each kind of cell is made from a column of the recording, and how it goes back.
 * Knows nothing of which tables there are. Called by the tables.
 *
 * Values that no order may have but a refused one asked for (a price off the tick, half a lot, a type that there is not) are
 * written as far as the form of the column goes, and as null otherwise: a bad request must not keep a run from being kept.
 */
import type { Column, Table } from '../../analytics/column.js';
import type { Recording } from '../../analytics/recording.js';
import { MAX_PRICE_TICKS } from '../../core/instrument.js';
import { toEpoch } from '../../core/time.js';
import { append, appendCodes, type Cells } from './cells.js';
import type { Cell } from './parquet-table.js';
import type { WantedColumn } from './table-reader.js';

/** A column of a file: how a cell is made from the recording, and, unless it is derived, how the cells of a group of rows go back. */
export interface MappedColumn extends WantedColumn {
  readonly write: (row: number) => Cell;
  /** Throws `Error` naming row and value. */
  readonly restore?: (cells: Cells) => void;
}

/** Where rows say of which strategy and instrument they are; −1 = no instrument. */
export type Rows = Table<'instrument' | 'strategy'>;

/** No time before 1970 or after 2262 fits an int64 of nanoseconds. */
const LAST_EPOCH_NS = 2n ** 63n - 1n;

/** Null where there is none: `NaN` comes back, or what `none` says. */
export function time(
  recording: Recording,
  name: string,
  column: Column,
  doc: string,
  { nullable = false, none = Number.NaN }: { nullable?: boolean; none?: number } = {},
): MappedColumn {
  const { originNs } = recording;
  return {
    name,
    form: 'time',
    nullable,
    originNs,
    doc: `${doc}; UTC, ns`,
    write: (row) => {
      const at = column.at(row);
      if (!nullable) return toEpoch(originNs, at);
      if (!(Math.abs(at) <= Number.MAX_SAFE_INTEGER)) return null;
      const epochNs = toEpoch(originNs, at);
      return epochNs >= -LAST_EPOCH_NS && epochNs <= LAST_EPOCH_NS ? epochNs : null;
    },
    restore: (cells) => append(column, cells, none),
  };
}

/** Strategy and instrument. */
export function names(recording: Recording, table: Rows): MappedColumn[] {
  return [strategyName(recording, table), symbol(recording, table)];
}

export function symbol(recording: Recording, table: Table<'instrument'>): MappedColumn {
  const { instruments } = recording;
  const index = indexOf(recording);
  return {
    name: 'instrument',
    form: 'text',
    doc: 'symbol',
    write: (row) => instruments[table.instrument.at(row)]!.symbol,
    restore: (cells) => appendCodes(table.instrument, cells, (text) => known(index, text)),
  };
}

function indexOf({ instruments }: Recording): ReadonlyMap<string, number> {
  return new Map(instruments.map((instrument) => [instrument.symbol, instrument.index]));
}

/** The same where rows may concern no instrument: null. */
export function namesOrNone(recording: Recording, table: Rows): MappedColumn[] {
  const [strategy, instrument] = names(recording, table) as [MappedColumn, MappedColumn];
  const index = indexOf(recording);
  return [
    strategy,
    {
      ...instrument,
      nullable: true,
      doc: 'symbol; null for what concerns the whole account',
      write: (row) => (table.instrument.at(row) < 0 ? null : instrument.write(row)),
      restore: (cells) => appendCodes(table.instrument, cells, (text) => (text === null ? -1 : known(index, text))),
    },
  ];
}

export function strategyName({ strategies }: Recording, table: Table<'strategy'>): MappedColumn {
  const index = new Map(strategies.map((name, at) => [name, at]));
  return {
    name: 'strategy',
    form: 'text',
    doc: 'name of the strategy in this run',
    write: (row) => strategies[table.strategy.at(row)]!,
    restore: (cells) => appendCodes(table.strategy, cells, (text) => known(index, text)),
  };
}

/** A code as its text; `code N` for those that there are not, as a refused request may have named one. */
export function coded(name: string, column: Column, texts: readonly string[], doc: string): MappedColumn {
  const codes = new Map(texts.map((text, code) => [text, code]));
  return {
    name,
    form: 'text',
    doc,
    write: (row) => texts[column.at(row)] ?? `code ${column.at(row)}`,
    restore: (cells) =>
      appendCodes(column, cells, (text) => {
        const code = codes.get(text ?? '') ?? Number(/^code (\d+)$/.exec(text ?? '')?.[1] ?? Number.NaN);
        return Number.isNaN(code) ? known(codes, text) : code;
      }),
  };
}

function known(codes: ReadonlyMap<string, number>, text: string | null): number {
  const code = text === null ? undefined : codes.get(text);
  if (code === undefined) throw new Error(`${JSON.stringify(text)} is not one of ${[...codes.keys()].join(', ')}`);
  return code;
}

export function flag(name: string, column: Column, doc: string): MappedColumn {
  return {
    name,
    form: 'flag',
    doc,
    write: (row) => column.at(row) === 1,
    restore: (cells) => append(column, cells, 0),
  };
}

/** A whole number within ±2^53, INT64. */
export function whole(name: string, column: Column, doc: string): MappedColumn {
  return {
    name,
    form: 'int64',
    doc,
    write: (row) => BigInt(column.at(row)),
    restore: (cells) => append(column, cells),
  };
}

/** The same, null for 0: numbers that count from 1. */
export function wholeOrNone(name: string, column: Column, doc: string): MappedColumn {
  return {
    ...whole(name, column, doc),
    nullable: true,
    write: (row) => (Number.isSafeInteger(column.at(row)) && column.at(row) !== 0 ? BigInt(column.at(row)) : null),
    restore: (cells) => append(column, cells, 0),
  };
}

/** A double, null where it is `NaN`. */
export function number(name: string, column: Column, doc: string): MappedColumn {
  return {
    name,
    form: 'double',
    nullable: true,
    doc,
    write: (row) => orNull(column.at(row)),
    restore: (cells) => append(column, cells),
  };
}

/** A sum of money; run folders of before it was kept have none: 0. */
export function sum(name: string, column: Column, doc: string): MappedColumn {
  return {
    ...number(name, column, doc),
    optional: true,
    restore: (cells) => append(column, cells, 0),
  };
}

/**
 * A price as decimal and in ticks (int32), both null where there is none; ticks also where a refused order asked for a
 * price off the tick.
 */
export function price(
  recording: Recording,
  table: Table<'instrument'>,
  name: string,
  column: Column,
  doc: string,
): MappedColumn[] {
  return [
    decimalPrice(recording, table, name, column, doc),
    {
      name: `${name}_ticks`,
      form: 'int32',
      nullable: true,
      doc: `${doc}; whole ticks`,
      write: (row) => {
        const ticks = column.at(row);
        return Number.isInteger(ticks) && Math.abs(ticks) <= MAX_PRICE_TICKS ? ticks : null;
      },
      restore: (cells) => append(column, cells),
    },
  ];
}

/** A price that may lie between two ticks (a mid, a mark after a split): both are doubles. */
export function finePrice(
  recording: Recording,
  table: Table<'instrument'>,
  name: string,
  column: Column,
  doc: string,
): MappedColumn[] {
  return [
    decimalPrice(recording, table, name, column, doc),
    number(`${name}_ticks`, column, `${doc}; ticks, perhaps not whole`),
  ];
}

function decimalPrice(
  recording: Recording,
  table: Table<'instrument'>,
  name: string,
  column: Column,
  doc: string,
): MappedColumn {
  return {
    name,
    form: 'double',
    nullable: true,
    doc: `${doc}; decimal`,
    write: (row) => orNull(recording.instruments[table.instrument.at(row)]?.price(column.at(row)) ?? Number.NaN),
  };
}

/** A quantity as decimal and in lots (int64); null where a refused order asked for no number, or for parts of a lot. */
export function qty(
  recording: Recording,
  table: Table<'instrument'>,
  name: string,
  column: Column,
  doc: string,
): MappedColumn[] {
  return [
    {
      name,
      form: 'double',
      nullable: true,
      doc: `${doc}; decimal`,
      write: (row) => orNull(recording.instruments[table.instrument.at(row)]?.qty(column.at(row)) ?? Number.NaN),
    },
    {
      name: `${name}_lots`,
      form: 'int64',
      nullable: true,
      doc: `${doc}; whole lots`,
      write: (row) => (Number.isSafeInteger(column.at(row)) ? BigInt(column.at(row)) : null),
      restore: (cells) => append(column, cells),
    },
  ];
}

/** The same columns where folders of before they were kept have none: null. */
export function added(columns: readonly MappedColumn[]): MappedColumn[] {
  return columns.map((column) => ({ ...column, optional: true }));
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
