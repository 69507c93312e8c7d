/**
 * The tables of a run folder: which columns each Parquet file has, and how they map to a recording and back.
 * Knows nothing of folders. Called by the run folder.
 *
 * In every table: times are UTC with nanoseconds; `strategy` and `instrument` are names; prices and quantities stand
 * twice, as decimals (`price`, `qty`, nearest double) and as exact whole numbers (`price_ticks`, `qty_lots`); money of one
 * instrument is in the currency it settles in, that of `equity` in the account's.
 */
import { MARKOUT_COLUMNS, MARKOUT_HORIZONS_NS } from '../../analytics/markouts.js';
import type { Recording } from '../../analytics/recording.js';
import { ACCOUNT_EVENT_NAMES } from '../../core/account-event.js';
import { SIDE_NAMES } from '../../core/market.js';
import { MATCH_NAMES } from '../../core/match-event.js';
import {
  GroupKind,
  ORDER_EVENT_NAMES,
  ORDER_TYPE_NAMES,
  REASON_TEXTS,
  SELF_TRADE_NAMES,
  TIME_IN_FORCE_NAMES,
  TriggerBy,
} from '../../core/order.js';
import { formatDuration } from '../../core/time.js';
import { appendCodes, textAt } from './cells.js';
import { writeParquetTable } from './parquet-table.js';
import {
  added,
  coded,
  codes,
  finePrice,
  flag,
  type MappedColumn,
  mapped,
  names,
  namesOrNone,
  number,
  price,
  qty,
  strategyName,
  sum,
  time,
  whole,
  wholeOrNone,
} from './table-columns.js';
import { readParquetTable } from './table-reader.js';
import { candleColumns, trailColumns } from './thinned-tables.js';

/** File names by table; the order is the order of writing. */
export const TABLE_FILES = {
  orders: 'orders.parquet',
  terms: 'order_terms.parquet',
  fills: 'fills.parquet',
  entries: 'entries.parquet',
  trail: 'queue_trail.parquet',
  accountEvents: 'account_events.parquet',
  equity: 'equity.parquet',
  positions: 'positions.parquet',
  candles: 'candles.parquet',
  metrics: 'metrics.parquet',
} as const;
export type TableName = keyof typeof TABLE_FILES;
export const TABLE_NAMES = Object.keys(TABLE_FILES) as TableName[];

/** Tables whose file is left out when they have no rows: what few runs have. */
export const SPARSE_TABLES: readonly TableName[] = ['terms', 'entries', 'trail', 'accountEvents', 'candles', 'metrics'];

/** Rows of a table. */
export function rowsOf(recording: Recording, table: TableName): number {
  return Object.values(recording[table])[0]!.length;
}

export function writeTable(path: string, recording: Recording, table: TableName): void {
  writeParquetTable(path, MAPPINGS[table](recording), rowsOf(recording, table));
}

/**
 * Appends the file's rows to the recording's table; columns that `leaveOut` names stay empty. Throws `Error` naming file, column,
 * row and value.
 */
export function readTable(
  path: string,
  recording: Recording,
  table: TableName,
  leaveOut: readonly string[] = [],
): void {
  const columns = MAPPINGS[table](recording).filter(
    ({ name, restore }) => restore !== undefined && !leaveOut.includes(name),
  );
  readParquetTable(path, columns, (column, cells) => columns[column]!.restore!(cells));
}

const MAPPINGS: Readonly<Record<TableName, (recording: Recording) => MappedColumn[]>> = {
  orders: (recording) => {
    const table = recording.orders;
    return [
      time(recording, 'local_time', table.localNs, 'when the strategy learnt of it (requests: when it sent it)'),
      time(recording, 'exchange_time', table.exchangeNs, 'when it happened at the venue; null if it never got there', {
        nullable: true,
      }),
      ...names(recording, table),
      whole('order_id', table.orderId, 'number of the order within the run, from 1'),
      coded('event', table.kind, ORDER_EVENT_NAMES, 'what happened to the order'),
      coded('side', table.side, SIDE_NAMES, 'buy or sell'),
      coded('type', table.type, ORDER_TYPE_NAMES, ORDER_TYPE_NAMES.join(', ')),
      coded('time_in_force', table.timeInForce, TIME_IN_FORCE_NAMES, TIME_IN_FORCE_NAMES.join(', ')),
      flag('post_only', table.postOnly, 'expires rather than takes liquidity'),
      ...price(recording, table, 'price', table.priceTicks, 'fill price; else the (new) price of the order'),
      ...qty(recording, table, 'qty', table.qtyLots, 'filled quantity; else the (new) quantity of the order'),
      ...qty(recording, table, 'leaves', table.leavesLots, 'what may still fill afterwards'),
      coded('reason', table.reason, REASON_TEXTS, 'why it was refused or ended; empty otherwise'),
      number('tag', table.tag, "the strategy's own number for the order"),
      ...added(price(recording, table, 'bid', table.bidTicks, 'best local bid at local_time; null if none')),
      ...added(price(recording, table, 'ask', table.askTicks, 'best local ask at local_time; null if none')),
      {
        name: 'detail',
        form: 'text',
        nullable: true,
        optional: true,
        doc: 'what exactly was refused: the limit, its value and the attempt; null otherwise',
        fill: (cells, first, rows) => {
          for (let row = 0; row < rows; row++)
            cells[row] = recording.details.has(first + row) ? first + row : Number.NaN;
        },
        textOf: (row) => recording.details.get(row)!,
        restore: (cells) => {
          for (let row = 0; row < cells.rows; row++) {
            const text = textAt(cells, row);
            if (text !== null) recording.details.set(cells.first + row, text);
          }
        },
      },
    ];
  },
  terms: (recording) => {
    const { terms: table, clientIds } = recording;
    return [
      time(recording, 'sent_time', table.localNs, 'when the strategy sent the order'),
      ...names(recording, table),
      whole('order_id', table.orderId, 'number of the order within the run, as in orders.parquet'),
      {
        name: 'client_id',
        form: 'text',
        nullable: true,
        doc: "the strategy's own name for the order; null if it has none",
        fill: mapped(table.clientId, (id) => (clientIds[id] === undefined ? Number.NaN : id)),
        textOf: (id) => clientIds[id]!,
        restore: (cells) => {
          for (let row = 0; row < cells.rows; row++) {
            const text = textAt(cells, row);
            table.clientId.push(text === null ? -1 : clientIds.push(text) - 1);
          }
        },
      },
      ...price(recording, table, 'stop', table.stopTicks, 'stop or touch price as sent; null if none'),
      number('trail_ticks', table.trailTicks, 'trailing distance in ticks; null if none'),
      number('trail_fraction', table.trailFraction, 'trailing distance as a fraction of the price; null if none'),
      coded('trigger_by', table.triggerBy, Object.keys(TriggerBy), 'which price moves the stop: trade or quote'),
      ...qty(recording, table, 'display', table.displayLots, 'quantity shown at a time; 0 = all of it'),
      flag('hidden', table.hidden, 'not displayed'),
      flag('reduce_only', table.reduceOnly, 'never opens or enlarges a position'),
      flag('all_or_none', table.allOrNone, 'fills all at once or not at all'),
      flag('leads', table.leads, 'other orders may name it as their parent'),
      time(recording, 'expires_time', table.expiresNs, 'its own end, venue time; null if none', {
        nullable: true,
        none: Number.POSITIVE_INFINITY,
      }),
      coded('self_trade', table.selfTrade, SELF_TRADE_NAMES, 'what it asks for where it would trade with its own'),
      wholeOrNone('parent_id', table.parentId, 'order_id of its parent; null if none'),
      wholeOrNone('group_id', table.groupId, 'number of its group within the run; null if none'),
      coded('group_kind', table.groupKind, Object.keys(GroupKind), 'oco or ouo; says nothing without a group'),
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
      number('fee', table.fee, 'fee paid, in the currency the instrument settles in; negative for a rebate'),
      ...qty(recording, table, 'position', table.positionLots, "the strategy's position afterwards"),
      ...price(recording, table, 'bid', table.bidTicks, 'best local bid at local_time; null if none'),
      ...price(recording, table, 'ask', table.askTicks, 'best local ask at local_time; null if none'),
      ...added([
        number(
          'ahead_lots',
          table.aheadLots,
          'lots ahead in line when it filled, as the queue model has it; null if none',
        ),
        ...price(recording, table, 'venue_bid', table.venueBidTicks, "best bid of the venue's book at exchange_time"),
        ...price(recording, table, 'venue_ask', table.venueAskTicks, "best ask of the venue's book at exchange_time"),
        ...MARKOUT_COLUMNS.flatMap((name, horizon) => {
          const after = formatDuration(MARKOUT_HORIZONS_NS[horizon]!);
          const doc = `mid of the venue's book ${after} after exchange_time; null if none, or the run was over`;
          return finePrice(recording, table, `mid_${after}`, table[name], doc);
        }),
      ]),
    ];
  },
  entries: (recording) => {
    const table = recording.entries;
    return [
      time(recording, 'exchange_time', table.exchangeNs, "when the order met the venue's market"),
      ...names(recording, table),
      whole('order_id', table.orderId, 'number of the order within the run, from 1'),
      coded('event', table.kind, MATCH_NAMES, 'entered: there was something to take for it; rested: it stands in line'),
      number(
        'ahead_lots',
        table.aheadLots,
        'lots ahead in line, as the queue model has it; null where it stands in none',
      ),
      ...price(recording, table, 'bid', table.bidTicks, "best bid of the venue's book; null if none"),
      ...price(recording, table, 'ask', table.askTicks, "best ask of the venue's book; null if none"),
    ];
  },
  trail: trailColumns,
  accountEvents: (recording) => {
    const { accountEvents: table, instruments, currency } = recording;
    return [
      time(recording, 'local_time', table.localNs, 'when the strategy learnt of it'),
      time(recording, 'exchange_time', table.exchangeNs, 'when it happened at the venue'),
      ...namesOrNone(recording, table),
      coded('event', table.kind, ACCOUNT_EVENT_NAMES, 'what happened to the account'),
      ...finePrice(recording, table, 'price', table.priceTicks, 'price it was closed or reckoned at; null if none'),
      ...qty(recording, table, 'qty', table.qtyLots, 'by how much the position changed, signed'),
      number('amount', table.amount, 'money received, negative: paid; what closings earn is in the account as a trade'),
      number('fee', table.fee, 'fee paid, of liquidations'),
      {
        name: 'currency',
        form: 'text',
        doc: 'what amount and fee are in; empty for the one unnamed currency of a run',
        ...codes(table.instrument, (index) => instruments[index]?.settle ?? currency),
      },
      ...qty(
        recording,
        table,
        'position',
        table.positionLots,
        "the strategy's position afterwards; null without instrument",
      ),
      whole('fills_before', table.fillsBefore, 'rows of fills.parquet that came before it'),
    ];
  },
  equity: (recording) => {
    const table = recording.equity;
    const money = recording.currency === '' ? "the account's currency" : recording.currency;
    return [
      time(recording, 'time', table.localNs, 'local time of the sample'),
      strategyName(recording, table),
      number(
        'equity',
        table.equity,
        `capital + realised + unrealised − fees + flows, ${money}; null: open position without a price`,
      ),
      number('cash', table.cash, `capital, money from trades after fees, and flows, ${money}`),
      number('fees', table.fees, `fees paid so far, ${money}`),
      number('realised', table.realised, `profit taken by average cost, before fees, ${money}`),
      number('unrealised', table.unrealised, `profit of open positions at local mid prices, before fees, ${money}`),
      sum('capital', table.capital, `what the account started with, ${money}`),
      sum('flows', table.flows, `funding, borrowing, interest, dividends and cash of splits so far, ${money}`),
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
  candles: candleColumns,
  metrics: (recording) => {
    const table = recording.metrics;
    return [
      time(recording, 'time', table.localNs, 'local time'),
      strategyName(recording, table),
      {
        name: 'name',
        form: 'text',
        doc: "the strategy's own name for the value",
        ...codes(table.name, (name) => recording.metricNames[name]!),
        restore: (cells) => appendCodes(table.name, cells, (text) => recording.metricIndex(text!)),
      },
      number('value', table.value, 'as the strategy gave it; null if it was no number'),
    ];
  },
};
