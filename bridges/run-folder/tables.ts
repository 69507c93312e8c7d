/**
 * The tables of a run folder: which columns each Parquet file has, and how they map to a recording and back.
 * Knows nothing of folders. Called by the run folder.
 *
 * In every table: times are UTC with nanoseconds; `strategy` and `instrument` are names; prices and quantities stand
 * twice, as decimals (`price`, `qty`, nearest double) and as exact whole numbers (`price_ticks`, `qty_lots`); money is
 * in the quote currency.
 */
import type { Column, Table } from '../../analytics/column.js';
import type { Recording } from '../../analytics/recording.js';
import { MAX_PRICE_TICKS } from '../../core/instrument.js';
import { SIDE_NAMES } from '../../core/market.js';
import { ORDER_EVENT_NAMES, ORDER_TYPE_NAMES, REASON_TEXTS, TIME_IN_FORCE_NAMES } from '../../core/order.js';
import { toEpoch } from '../../core/time.js';
import { type Cell, type ColumnSpec, readParquetTable, writeParquetTable } from './parquet-table.js';

/** A column of a file: how a cell is made from the recording, and, unless it is derived, how it goes back. */
interface MappedColumn extends ColumnSpec {
  readonly write: (row: number) => Cell;
  readonly restore?: (cell: Cell) => void;
}

/** File names by table; the order is the order of writing. */
export const TABLE_FILES = {
  orders: 'orders.parquet',
  fills: 'fills.parquet',
  equity: 'equity.parquet',
  positions: 'positions.parquet',
  metrics: 'metrics.parquet',
} as const;
export type TableName = keyof typeof TABLE_FILES;
export const TABLE_NAMES = Object.keys(TABLE_FILES) as TableName[];

/** Rows of a table. */
export function rowsOf(recording: Recording, table: TableName): number {
  return recording[table].localNs.length;
}

export function writeTable(path: string, recording: Recording, table: TableName): void {
  const columns = MAPPINGS[table](recording);
  writeParquetTable(path, columns, rowsOf(recording, table), (column, row) => columns[column]!.write(row));
}

/** Appends the file's rows to the recording's table. Throws `Error` naming file, column, row and value. */
export async function readTable(path: string, recording: Recording, table: TableName): Promise<void> {
  const columns = MAPPINGS[table](recording).filter((column) => column.restore !== undefined);
  let row = 0;
  await readParquetTable(path, columns, (cells, rows) => {
    for (let i = 0; i < rows; i++, row++) {
      for (const [index, column] of columns.entries()) {
        try {
          column.restore!(cells[index]![i]!);
        } catch (error) {
          throw new Error(`row ${row}, column ${column.name}: ${(error as Error).message}`);
        }
      }
    }
  });
}

const MAPPINGS: Readonly<Record<TableName, (recording: Recording) => MappedColumn[]>> = {
  orders: (recording) => {
    const table = recording.orders;
    return [
      time(recording, 'local_time', table.localNs, 'when the strategy learnt of it (requests: when it sent it)'),
      time(recording, 'exchange_time', table.exchangeNs, 'when it happened at the venue; null if it never got there'),
      ...names(recording, table),
      whole('order_id', table.orderId, 'number of the order within the run, from 1'),
      coded('event', table.kind, ORDER_EVENT_NAMES, 'what happened to the order'),
      coded('side', table.side, SIDE_NAMES, 'buy or sell'),
      coded('type', table.type, ORDER_TYPE_NAMES, 'limit or market'),
      coded('time_in_force', table.timeInForce, TIME_IN_FORCE_NAMES, 'GTC, IOC or FOK'),
      flag('post_only', table.postOnly, 'expires rather than takes liquidity'),
      ...price(recording, table, 'price', table.priceTicks, 'fill price; else the (new) price of the order'),
      ...qty(recording, table, 'qty', table.qtyLots, 'filled quantity; else the (new) quantity of the order'),
      ...qty(recording, table, 'leaves', table.leavesLots, 'what may still fill afterwards'),
      coded('reason', table.reason, REASON_TEXTS, 'why it was refused or ended; empty otherwise'),
      number('tag', table.tag, "the strategy's own number for the order"),
    ];
  },
  fills: (recording) => {
    const table = recording.fills;
    return [
      time(recording, 'local_time', table.localNs, 'when the strategy learnt of it'),
      time(recording, 'exchange_time', table.exchangeNs, 'when it happened at the venue'),
      ...names(recording, table),
      whole('order_id', table.orderId, 'number of the order within the run, from 1'),
      coded('side', table.side, SIDE_NAMES, 'buy or sell'),
      flag('maker', table.maker, 'the order was resting'),
      ...price(recording, table, 'price', table.priceTicks, 'fill price'),
      ...qty(recording, table, 'qty', table.qtyLots, 'filled quantity'),
      ...qty(recording, table, 'leaves', table.leavesLots, 'what of the order may still fill'),
      number('fee', table.fee, 'fee paid, quote currency; negative for a rebate'),
      ...qty(recording, table, 'position', table.positionLots, "the strategy's position afterwards"),
      ...price(recording, table, 'bid', table.bidTicks, 'best local bid at local_time; null if none'),
      ...price(recording, table, 'ask', table.askTicks, 'best local ask at local_time; null if none'),
    ];
  },
  equity: (recording) => {
    const table = recording.equity;
    const money = 'quote currency';
    return [
      time(recording, 'time', table.localNs, 'local time of the sample'),
      strategyName(recording, table),
      number('equity', table.equity, `realised + unrealised − fees, ${money}; null: open position without a price`),
      number('cash', table.cash, `money from trades after fees, ${money}`),
      number('fees', table.fees, `fees paid so far, ${money}`),
      number('realised', table.realised, `profit taken by average cost, before fees, ${money}`),
      number('unrealised', table.unrealised, `profit of open positions at local mid prices, before fees, ${money}`),
    ];
  },
  positions: (recording) => {
    const table = recording.positions;
    return [
      time(recording, 'time', table.localNs, 'local time of the sample'),
      ...names(recording, table),
      ...qty(recording, table, 'position', table.positionLots, 'position, negative when short'),
      ...price(recording, table, 'bid', table.bidTicks, 'best local bid; null if none'),
      ...price(recording, table, 'ask', table.askTicks, 'best local ask; null if none'),
    ];
  },
  metrics: (recording) => {
    const table = recording.metrics;
    return [
      time(recording, 'time', table.localNs, 'local time'),
      strategyName(recording, table),
      {
        name: 'name',
        form: 'text',
        doc: "the strategy's own name for the value",
        write: (row) => recording.metricNames[table.name.at(row)]!,
        restore: (cell) => table.name.push(recording.metricIndex(cell as string)),
      },
      number('value', table.value, 'as the strategy gave it; null if it was no number'),
    ];
  },
};

type Rows = Table<'instrument' | 'strategy'>;

function time(recording: Recording, name: string, column: Column, doc: string): MappedColumn {
  const { originNs } = recording;
  const nullable = name === 'exchange_time';
  return {
    name,
    form: 'time',
    nullable,
    doc: `${doc}; UTC, ns`,
    write: (row) => {
      const at = column.at(row);
      return Number.isNaN(at) && nullable ? null : toEpoch(originNs, at);
    },
    restore: (cell) => column.push(cell === null ? Number.NaN : Number((cell as bigint) - originNs)),
  };
}

function names(recording: Recording, table: Rows): MappedColumn[] {
  const { instruments } = recording;
  const index = new Map(instruments.map((instrument) => [instrument.symbol, instrument.index]));
  return [
    strategyName(recording, table),
    {
      name: 'instrument',
      form: 'text',
      doc: 'symbol',
      write: (row) => instruments[table.instrument.at(row)]!.symbol,
      restore: (cell) => table.instrument.push(known(index, cell)),
    },
  ];
}

function strategyName({ strategies }: Recording, table: Table<'strategy'>): MappedColumn {
  const index = new Map(strategies.map((name, at) => [name, at]));
  return {
    name: 'strategy',
    form: 'text',
    doc: 'name of the strategy in this run',
    write: (row) => strategies[table.strategy.at(row)]!,
    restore: (cell) => table.strategy.push(known(index, cell)),
  };
}

function coded(name: string, column: Column, texts: readonly string[], doc: string): MappedColumn {
  const codes = new Map(texts.map((text, code) => [text, code]));
  return {
    name,
    form: 'text',
    doc,
    write: (row) => texts[column.at(row)]!,
    restore: (cell) => column.push(known(codes, cell)),
  };
}

function known(codes: ReadonlyMap<string, number>, cell: Cell): number {
  const code = codes.get(cell as string);
  if (code === undefined) throw new Error(`${JSON.stringify(cell)} is not one of ${[...codes.keys()].join(', ')}`);
  return code;
}

function flag(name: string, column: Column, doc: string): MappedColumn {
  return {
    name,
    form: 'flag',
    doc,
    write: (row) => column.at(row) === 1,
    restore: (cell) => column.push(cell === true ? 1 : 0),
  };
}

/** A whole number within ±2^53, INT64. */
function whole(name: string, column: Column, doc: string): MappedColumn {
  return {
    name,
    form: 'int64',
    doc,
    write: (row) => BigInt(column.at(row)),
    restore: (cell) => column.push(Number(cell)),
  };
}

/** A double, null where it is `NaN`. */
function number(name: string, column: Column, doc: string): MappedColumn {
  return {
    name,
    form: 'double',
    nullable: true,
    doc,
    write: (row) => orNull(column.at(row)),
    restore: (cell) => column.push(cell === null ? Number.NaN : (cell as number)),
  };
}

/**
 * A price as decimal and in ticks (int32), both null where there is none; ticks also where a refused order asked for a
 * price off the tick.
 */
function price(recording: Recording, table: Rows, name: string, column: Column, doc: string): MappedColumn[] {
  const instrument = (row: number) => recording.instruments[table.instrument.at(row)]!;
  return [
    {
      name,
      form: 'double',
      nullable: true,
      doc: `${doc}; decimal`,
      write: (row) => orNull(instrument(row).price(column.at(row))),
    },
    {
      name: `${name}_ticks`,
      form: 'int32',
      nullable: true,
      doc: `${doc}; whole ticks`,
      write: (row) => {
        const ticks = column.at(row);
        return Number.isInteger(ticks) && Math.abs(ticks) <= MAX_PRICE_TICKS ? ticks : null;
      },
      restore: (cell) => column.push(cell === null ? Number.NaN : (cell as number)),
    },
  ];
}

/** A quantity as decimal and in lots (int64); null where a refused order asked for no number, or for parts of a lot. */
function qty(recording: Recording, table: Rows, name: string, column: Column, doc: string): MappedColumn[] {
  const instrument = (row: number) => recording.instruments[table.instrument.at(row)]!;
  return [
    {
      name,
      form: 'double',
      nullable: true,
      doc: `${doc}; decimal`,
      write: (row) => orNull(instrument(row).qty(column.at(row))),
    },
    {
      name: `${name}_lots`,
      form: 'int64',
      nullable: true,
      doc: `${doc}; whole lots`,
      write: (row) => (Number.isSafeInteger(column.at(row)) ? BigInt(column.at(row)) : null),
      restore: (cell) => column.push(cell === null ? Number.NaN : Number(cell)),
    },
  ];
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
