/**
 * What each file of a run folder must hold, cell by cell, said once more in plain words from the recording: nothing here is taken
 * from the code that writes the files. Called by the tests that open them in other people's programs.
 */

import type { Recording } from '../../analytics/recording.js';
import type { TradeTable } from '../../analytics/trade-table.js';
import { ACCOUNT_EVENT_NAMES } from '../../core/account-event.js';
import { MATCH_NAMES } from '../../core/match-event.js';
import {
  GroupKind,
  ORDER_EVENT_NAMES,
  ORDER_TYPE_NAMES,
  REASON_TEXTS,
  SELF_TRADE_NAMES,
  TIME_IN_FORCE_NAMES,
} from '../../core/order.js';

/** What a cell must be; times as whole ns since 1970, so that no program's clock rounds them before they are compared. */
export type Value = bigint | number | string | boolean | null;
/** A column's cells by row. */
export type Expected = Readonly<Record<string, (row: number) => Value>>;
export interface ExpectedTable {
  readonly rows: number;
  readonly columns: Expected;
}

type Cells = { readonly length: number; at(row: number): number };

export function expectedTables(recording: Recording, trades: TradeTable): Readonly<Record<string, ExpectedTable>> {
  const { originNs, instruments, strategies, currency } = recording;
  const none = (value: number) => (Number.isNaN(value) ? null : value);
  const time = (cells: Cells) => (row: number) =>
    Number.isFinite(cells.at(row)) ? originNs + BigInt(cells.at(row)) : null;
  const plain = (cells: Cells) => (row: number) => none(cells.at(row));
  const yes = (cells: Cells) => (row: number) => cells.at(row) === 1;
  const word = (cells: Cells, words: readonly string[]) => (row: number) => words[cells.at(row)]!;
  const side = (cells: Cells) => (row: number) => (cells.at(row) === 1 ? 'buy' : 'sell');
  const fromOne = (cells: Cells) => (row: number) => (cells.at(row) === 0 ? null : cells.at(row));
  const who = (table: { strategy: Cells; instrument?: Cells }): Expected => ({
    strategy: (row) => strategies[table.strategy.at(row)]!,
    ...(table.instrument && { instrument: (row: number) => instruments[table.instrument!.at(row)]?.symbol ?? null }),
  });
  /** Decimal beside exact. Refused orders may have asked for prices off the tick: no whole ticks then. */
  const scaled = (
    table: { instrument: Cells },
    name: string,
    cells: Cells,
    unit: 'tick' | 'lot',
    fine = false,
  ): Expected => ({
    [name]: (row) => {
      const one = instruments[table.instrument.at(row)]?.[unit];
      return one === undefined ? null : none(cells.at(row) * Number(one));
    },
    [`${name}_${unit}s`]: (row) => (fine || Number.isInteger(cells.at(row)) ? none(cells.at(row)) : null),
  });
  const price = (table: { instrument: Cells }, name: string, cells: Cells, fine = false) =>
    scaled(table, name, cells, 'tick', fine);
  const qty = (table: { instrument: Cells }, name: string, cells: Cells) => scaled(table, name, cells, 'lot');
  const { orders, terms, fills, entries, trail, accountEvents, equity, positions, candles, metrics } = recording;
  return {
    orders: {
      rows: orders.kind.length,
      columns: {
        ...{ local_time: time(orders.localNs), exchange_time: time(orders.exchangeNs), ...who(orders) },
        ...{ order_id: plain(orders.orderId), event: word(orders.kind, ORDER_EVENT_NAMES), side: side(orders.side) },
        ...{ type: word(orders.type, ORDER_TYPE_NAMES), time_in_force: word(orders.timeInForce, TIME_IN_FORCE_NAMES) },
        ...{ post_only: yes(orders.postOnly), ...price(orders, 'price', orders.priceTicks) },
        ...{ ...qty(orders, 'qty', orders.qtyLots), ...qty(orders, 'leaves', orders.leavesLots) },
        ...{ reason: word(orders.reason, REASON_TEXTS), tag: plain(orders.tag) },
        ...{ ...price(orders, 'bid', orders.bidTicks), ...price(orders, 'ask', orders.askTicks) },
        detail: (row) => recording.details.get(row) ?? null,
      },
    },
    order_terms: {
      rows: terms.orderId.length,
      columns: {
        ...{ sent_time: time(terms.localNs), ...who(terms), order_id: plain(terms.orderId) },
        client_id: (row) => recording.clientIds[terms.clientId.at(row)] ?? null,
        ...{ ...price(terms, 'stop', terms.stopTicks), trail_ticks: plain(terms.trailTicks) },
        ...{
          trail_fraction: plain(terms.trailFraction),
          trigger_by: (row) => (terms.triggerBy.at(row) === 0 ? 'trade' : 'quote'),
        },
        ...{
          ...qty(terms, 'display', terms.displayLots),
          hidden: yes(terms.hidden),
          reduce_only: yes(terms.reduceOnly),
        },
        ...{ all_or_none: yes(terms.allOrNone), leads: yes(terms.leads), expires_time: time(terms.expiresNs) },
        ...{ self_trade: word(terms.selfTrade, SELF_TRADE_NAMES), parent_id: fromOne(terms.parentId) },
        ...{ group_id: fromOne(terms.groupId), group_kind: word(terms.groupKind, Object.keys(GroupKind)) },
      },
    },
    fills: {
      rows: fills.fee.length,
      columns: {
        ...{ local_time: time(fills.localNs), exchange_time: time(fills.exchangeNs), ...who(fills) },
        ...{ order_id: plain(fills.orderId), side: side(fills.side), maker: yes(fills.maker) },
        ...{ ...price(fills, 'price', fills.priceTicks), ...qty(fills, 'qty', fills.qtyLots) },
        ...{
          ...qty(fills, 'leaves', fills.leavesLots),
          fee: plain(fills.fee),
          ...qty(fills, 'position', fills.positionLots),
        },
        ...{
          ...price(fills, 'bid', fills.bidTicks),
          ...price(fills, 'ask', fills.askTicks),
          ahead_lots: plain(fills.aheadLots),
        },
        ...{ ...price(fills, 'venue_bid', fills.venueBidTicks), ...price(fills, 'venue_ask', fills.venueAskTicks) },
        ...{
          ...price(fills, 'mid_1ms', fills.mid1msTicks, true),
          ...price(fills, 'mid_10ms', fills.mid10msTicks, true),
        },
        ...{
          ...price(fills, 'mid_100ms', fills.mid100msTicks, true),
          ...price(fills, 'mid_1s', fills.mid1sTicks, true),
        },
        ...{ ...price(fills, 'mid_5s', fills.mid5sTicks, true), ...price(fills, 'mid_10s', fills.mid10sTicks, true) },
        ...price(fills, 'mid_60s', fills.mid60sTicks, true),
      },
    },
    entries: {
      rows: entries.kind.length,
      columns: {
        ...{ exchange_time: time(entries.exchangeNs), ...who(entries), order_id: plain(entries.orderId) },
        ...{ event: word(entries.kind, MATCH_NAMES), ahead_lots: plain(entries.aheadLots) },
        ...{ ...price(entries, 'bid', entries.bidTicks), ...price(entries, 'ask', entries.askTicks) },
      },
    },
    queue_trail: {
      rows: trail.aheadLots.length,
      columns: {
        ...{ exchange_time: time(trail.exchangeNs), ...who(trail), order_id: plain(trail.orderId) },
        ahead_lots: plain(trail.aheadLots),
      },
    },
    account_events: {
      rows: accountEvents.kind.length,
      columns: {
        ...{
          local_time: time(accountEvents.localNs),
          exchange_time: time(accountEvents.exchangeNs),
          ...who(accountEvents),
        },
        ...{
          event: word(accountEvents.kind, ACCOUNT_EVENT_NAMES),
          ...price(accountEvents, 'price', accountEvents.priceTicks, true),
        },
        qty: (row) => {
          const instrument = instruments[accountEvents.instrument.at(row)];
          return instrument === undefined ? null : accountEvents.qtyLots.at(row) * Number(instrument.lot);
        },
        ...{
          qty_lots: plain(accountEvents.qtyLots),
          amount: plain(accountEvents.amount),
          fee: plain(accountEvents.fee),
        },
        currency: (row) => instruments[accountEvents.instrument.at(row)]?.settle ?? currency,
        ...{
          ...qty(accountEvents, 'position', accountEvents.positionLots),
          fills_before: plain(accountEvents.fillsBefore),
        },
      },
    },
    equity: {
      rows: equity.equity.length,
      columns: {
        ...{ time: time(equity.localNs), ...who({ strategy: equity.strategy }), equity: plain(equity.equity) },
        ...{ cash: plain(equity.cash), fees: plain(equity.fees), realised: plain(equity.realised) },
        ...{ unrealised: plain(equity.unrealised), capital: plain(equity.capital), flows: plain(equity.flows) },
      },
    },
    positions: {
      rows: positions.positionLots.length,
      columns: {
        ...{ time: time(positions.localNs), ...who(positions), ...qty(positions, 'position', positions.positionLots) },
        ...{ ...price(positions, 'bid', positions.bidTicks), ...price(positions, 'ask', positions.askTicks) },
      },
    },
    candles: {
      rows: candles.bars.length,
      columns: {
        ...{ first_time: time(candles.firstNs), last_time: time(candles.lastNs) },
        instrument: (row) => instruments[candles.instrument.at(row)]!.symbol,
        ...{ ...price(candles, 'open', candles.openTicks), ...price(candles, 'high', candles.highTicks) },
        ...{ ...price(candles, 'low', candles.lowTicks), ...price(candles, 'close', candles.closeTicks) },
        ...{ ...qty(candles, 'volume', candles.volumeLots), bars: plain(candles.bars) },
      },
    },
    metrics: {
      rows: metrics.value.length,
      columns: {
        ...{ time: time(metrics.localNs), ...who({ strategy: metrics.strategy }) },
        ...{ name: (row) => recording.metricNames[metrics.name.at(row)]!, value: plain(metrics.value) },
      },
    },
    trades: {
      rows: trades.profit.length,
      columns: {
        ...{ open_time: time(trades.openNs), close_time: time(trades.closeNs) },
        ...{ open_exchange_time: time(trades.openExchangeNs), close_exchange_time: time(trades.closeExchangeNs) },
        ...{ ...who(trades), side: side(trades.side), ...qty(trades, 'qty', trades.entryLots) },
        ...{ ...qty(trades, 'max_position', trades.maxLots), ...price(trades, 'entry_price', trades.entryTicks, true) },
        ...{ ...price(trades, 'exit_price', trades.exitTicks, true), gross_profit: plain(trades.gross) },
        ...{ fees: plain(trades.fees), flows: plain(trades.flows), net_profit: plain(trades.profit) },
        currency: (row) => instruments[trades.instrument.at(row)]!.settle,
        holding_ns: (row) => trades.closeNs.at(row) - trades.openNs.at(row),
        ...{ mae: plain(trades.worst), mfe: plain(trades.best), fills: plain(trades.trades) },
        open_fill: (row) => (trades.openFill.at(row) < 0 ? null : trades.openFill.at(row)),
        close_fill: (row) => (trades.closeFill.at(row) < 0 ? null : trades.closeFill.at(row)),
        open_order_id: (row) => (trades.openFill.at(row) < 0 ? null : fills.orderId.at(trades.openFill.at(row))),
        close_order_id: (row) => (trades.closeFill.at(row) < 0 ? null : fills.orderId.at(trades.closeFill.at(row))),
        closed_by: (row) => (trades.closedBy.at(row) < 0 ? 'fill' : ACCOUNT_EVENT_NAMES[trades.closedBy.at(row)]!),
      },
    },
  };
}
