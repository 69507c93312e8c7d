/**
 * Columns of a run folder's tables: how cells of each kind are made from a column of the recording, and how they go back.
 * Knows nothing of which tables there are. Called by the tables.
 *
 * Values that no order may have but a refused one asked for (a price off the tick, half a lot, a type that there is not) are
 * written as far as the form of the column goes, and as null otherwise: a bad request must not keep a run from being kept.
 */
import type { Column, Table } from '../../analytics/column.js';
import type { Recording } from '../../analytics/recording.js';
import { MAX_PRICE_TICKS } from '../../core/instrument.js';
import { append, appendCodes, type Cells } from './cells.js';
import type { WrittenColumn } from './column-spec.js';

/** A column of a file: how cells are made from the recording, and, unless it is derived, how those of a group of rows go back. */
export interface MappedColumn extends WrittenColumn {
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
  const [least, most] = [safe(-LAST_EPOCH_NS - originNs), safe(LAST_EPOCH_NS - originNs)];
  return {
    name,
    form: 'time',
    nullable,
    originNs,
    doc: `${doc}; UTC, ns`,
    fill: (cells, first, rows) => {
      column.read(cells, first, rows);
      for (let row = 0; row < rows; row++) {
        const at = Math.round(cells[row]!);
        cells[row] = nullable && !(at >= least && at <= most) ? Number.NaN : at;
      }
    },
    restore: (cells) => append(column, cells, none),
  };
}

/** The nearest whole number that a double and its neighbours hold exactly. */
function safe(ns: bigint): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(ns)));
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
    ...codes(table.instrument, (index) => instruments[index]!.symbol),
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
      fill: mapped(table.instrument, (index) => (index < 0 ? Number.NaN : index)),
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
    ...codes(table.strategy, (index) => strategies[index]!),
    restore: (cells) => appendCodes(table.strategy, cells, (text) => known(index, text)),
  };
}

/** A code as its text; `code N` for those that there are not, as a refused request may have named one. */
export function coded(name: string, column: Column, texts: readonly string[], doc: string): MappedColumn {
  const codeOf = new Map(texts.map((text, code) => [text, code]));
  return {
    name,
    form: 'text',
    doc,
    ...codes(column, (code) => texts[code] ?? `code ${code}`),
    restore: (cells) =>
      appendCodes(column, cells, (text) => {
        const code = codeOf.get(text ?? '') ?? Number(/^code (\d+)$/.exec(text ?? '')?.[1] ?? Number.NaN);
        return Number.isNaN(code) ? known(codeOf, text) : code;
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
    fill: mapped(column, (value) => (value === 1 ? 1 : 0)),
    restore: (cells) => append(column, cells, 0),
  };
}

/** A whole number within ±2^53, INT64. */
export function whole(name: string, column: Column, doc: string): MappedColumn {
  return {
    name,
    form: 'int64',
    doc,
    fill: as(column),
    restore: (cells) => append(column, cells),
  };
}

/** The same, null for 0: numbers that count from 1. */
export function wholeOrNone(name: string, column: Column, doc: string): MappedColumn {
  return {
    ...whole(name, column, doc),
    nullable: true,
    fill: mapped(column, (value) => (Number.isSafeInteger(value) && value !== 0 ? value : Number.NaN)),
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
    fill: as(column),
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
      fill: mapped(column, (ticks) =>
        Number.isInteger(ticks) && Math.abs(ticks) <= MAX_PRICE_TICKS ? ticks : Number.NaN,
      ),
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
    fill: decimals(recording, table, column, 'ticksPerUnit'),
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
      fill: decimals(recording, table, column, 'lotsPerUnit'),
    },
    {
      name: `${name}_lots`,
      form: 'int64',
      nullable: true,
      doc: `${doc}; whole lots`,
      fill: mapped(column, (lots) => (Number.isSafeInteger(lots) ? lots : Number.NaN)),
      restore: (cells) => append(column, cells),
    },
  ];
}

/** The same columns where folders of before they were kept have none: null. */
export function added(columns: readonly MappedColumn[]): MappedColumn[] {
  return columns.map((column) => ({ ...column, optional: true }));
}

/** The numbers of a column as they are. */
export function as(column: Column): WrittenColumn['fill'] {
  return (cells, first, rows) => column.read(cells, first, rows);
}

/** The same, each turned into another. */
export function mapped(column: Column, cellOf: (value: number) => number): WrittenColumn['fill'] {
  return (cells, first, rows) => {
    column.read(cells, first, rows);
    for (let row = 0; row < rows; row++) cells[row] = cellOf(cells[row]!);
  };
}

/** Texts by the codes in a column. */
export function codes(column: Column, textOf: (code: number) => string): Pick<WrittenColumn, 'fill' | 'textOf'> {
  return { fill: as(column), textOf };
}

/** Prices or quantities as decimals, by each row's instrument (`Instrument.price`, `.qty`); none where that is none. */
function decimals(
  { instruments }: Recording,
  table: Table<'instrument'>,
  column: Column,
  unit: 'ticksPerUnit' | 'lotsPerUnit',
): WrittenColumn['fill'] {
  const units = Float64Array.from(instruments, (instrument) => instrument[unit]);
  return (cells, first, rows) => {
    column.read(cells, first, rows);
    for (let row = 0; row < rows; row++) {
      const index = table.instrument.at(first + row);
      cells[row] = index < 0 ? Number.NaN : cells[row]! / units[index]!;
    }
  };
}
