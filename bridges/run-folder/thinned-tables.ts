/**
 * Columns of the tables that hold a bounded part of what there was: candles, and the moments of orders in line.
 * Knows nothing of folders. Called by the tables.
 */
import type { Recording } from '../../analytics/recording.js';
import { type MappedColumn, names, number, price, qty, symbol, time, whole } from './table-columns.js';

export function candleColumns(recording: Recording): MappedColumn[] {
  const table = recording.candles;
  return [
    time(recording, 'first_time', table.firstNs, 'when the first of its bars arrived'),
    time(recording, 'last_time', table.lastNs, 'when the last of its bars arrived'),
    symbol(recording, table),
    ...price(recording, table, 'open', table.openTicks, 'open of its first bar'),
    ...price(recording, table, 'high', table.highTicks, 'highest of its bars'),
    ...price(recording, table, 'low', table.lowTicks, 'lowest of its bars'),
    ...price(recording, table, 'close', table.closeTicks, 'close of its last bar'),
    ...qty(recording, table, 'volume', table.volumeLots, 'volume of its bars, added'),
    whole('bars', table.bars, 'how many bars of the tape, behind each other, it is made of'),
  ];
}

export function trailColumns(recording: Recording): MappedColumn[] {
  const table = recording.trail;
  return [
    time(recording, 'exchange_time', table.exchangeNs, 'when so much was ahead of it'),
    ...names(recording, table),
    whole('order_id', table.orderId, 'number of the order within the run, from 1; of long runs a sample of the orders'),
    number(
      'ahead_lots',
      table.aheadLots,
      'lots ahead in line, as the queue model has it: when the order joined, and each time a fifth less was ahead',
    ),
  ];
}
