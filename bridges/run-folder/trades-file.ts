/**
 * The file of closed round trips in a run folder: its columns and units. It follows from the other tables, so nothing reads it back.
 * Knows nothing of folders. Called by the run folder.
 */
import type { Recording } from '../../analytics/recording.js';
import type { TradeTable } from '../../analytics/trade-table.js';
import { ACCOUNT_EVENT_NAMES } from '../../core/account-event.js';
import { SIDE_NAMES } from '../../core/market.js';
import { writeParquetTable } from './parquet-table.js';
import {
  coded,
  codes,
  finePrice,
  type MappedColumn,
  mapped,
  names,
  number,
  qty,
  time,
  whole,
} from './table-columns.js';

export const TRADES_FILE = 'trades.parquet';

/** Throws what the file system throws. */
export function writeTrades(path: string, recording: Recording, trades: TradeTable): void {
  writeParquetTable(path, tradeColumns(recording, trades), trades.strategy.length);
}

function tradeColumns(recording: Recording, table: TradeTable): MappedColumn[] {
  const { instruments } = recording;
  const money = 'in currency';
  const excursion = `looked at at its fills and at the samples of the run, by local mids, ${money}`;
  return [
    time(recording, 'open_time', table.openNs, 'when the strategy learnt of what opened it'),
    time(recording, 'close_time', table.closeNs, 'when the strategy learnt of what closed it'),
    time(recording, 'open_exchange_time', table.openExchangeNs, 'when what opened it happened at the venue'),
    time(recording, 'close_exchange_time', table.closeExchangeNs, 'when what closed it happened at the venue'),
    ...names(recording, table),
    coded('side', table.side, SIDE_NAMES, 'buy: it was long; sell: it was short'),
    ...qty(recording, table, 'qty', table.entryLots, 'all that enlarged the position, added'),
    ...qty(recording, table, 'max_position', table.maxLots, 'the largest position on the way, without sign'),
    ...finePrice(recording, table, 'entry_price', table.entryTicks, meanPrice('enlarged')),
    ...finePrice(
      recording,
      table,
      'exit_price',
      table.exitTicks,
      `${meanPrice('reduced')}; null if nothing was traded`,
    ),
    number('gross_profit', table.gross, `money in − money out, before fees and flows, ${money}`),
    number(
      'fees',
      table.fees,
      `fees of its fills, negative: rebates; of a fill that turned it round its share, ${money}`,
    ),
    number('flows', table.flows, `funding, borrowing, dividends and cash of splits while it was open, ${money}`),
    number('net_profit', table.profit, `gross_profit − fees + flows, ${money}`),
    {
      name: 'currency',
      form: 'text',
      doc: 'what the instrument settles in; empty for the one unnamed currency of a run',
      ...codes(table.instrument, (index) => instruments[index]!.settle),
    },
    {
      name: 'holding_ns',
      form: 'int64',
      doc: 'close_time − open_time, ns',
      fill: (cells, first, rows) => {
        table.closeNs.read(cells, first, rows);
        for (let row = 0; row < rows; row++) cells[row]! -= table.openNs.at(first + row);
      },
    },
    number('mae', table.worst, `maximum adverse excursion: lowest net profit on the way, ≤ 0, ${excursion}`),
    number('mfe', table.best, `maximum favourable excursion: highest net profit on the way, ≥ 0, ${excursion}`),
    whole('fills', table.trades, 'fills that took part, a closing by the venue among them'),
    rowOfFills('open_fill', table.openFill, 'opened'),
    rowOfFills('close_fill', table.closeFill, 'closed'),
    orderOfFill(recording, 'open_order_id', table.openFill, 'opened'),
    orderOfFill(recording, 'close_order_id', table.closeFill, 'closed'),
    {
      name: 'closed_by',
      form: 'text',
      doc: 'fill, or what closed it without one: expiry, delisting, liquidation, split',
      ...codes(table.closedBy, (kind) => (kind < 0 ? 'fill' : ACCOUNT_EVENT_NAMES[kind]!)),
    },
  ];
}

function meanPrice(what: string): string {
  return `mean price of what ${what} the position, by quantity as traded; of inverse contracts the harmonic mean`;
}

function rowOfFills(name: string, column: TradeTable['openFill'], verb: string): MappedColumn {
  return {
    ...{ name, form: 'int64', nullable: true },
    doc: `row of fills.parquet, from 0, that ${verb} it; those of the strategy and instrument from open_fill to close_fill are its fills; null: no fill ${verb} it`,
    fill: mapped(column, (fill) => (fill < 0 ? Number.NaN : fill)),
  };
}

function orderOfFill({ fills }: Recording, name: string, column: TradeTable['openFill'], verb: string): MappedColumn {
  return {
    ...{ name, form: 'int64', nullable: true },
    doc: `number of the order within the run that ${verb} it; null: no fill ${verb} it`,
    fill: mapped(column, (fill) => (fill < 0 ? Number.NaN : fills.orderId.at(fill))),
  };
}
