/**
 * The columns of Binance's public archive, kind by kind: how many, what a header may call them, which are prices.
 * Knows nothing of lines or rows. Called by binance-archive.
 */
import type { ArchiveKind } from './binance-archive-name.js';

/** The columns of a kind, in their order; names as newer files head them, with those of older ones. */
export interface ArchiveShape {
  /** How many fields a line has, by market; `any`: of both. */
  readonly widths: ReadonlyMap<number, 'spot' | 'futures' | 'any'>;
  /** Names that a header may have, by place; places that are not read may be called anything. */
  readonly header: Readonly<Record<number, readonly string[]>>;
  readonly prices: readonly number[];
  readonly quantities: readonly number[];
}

const MAKER = ['is_buyer_maker', 'isBuyerMaker'];

export const SHAPES: Readonly<Record<ArchiveKind, ArchiveShape>> = {
  trades: {
    widths: new Map([
      [6, 'futures'],
      [7, 'spot'],
    ]),
    header: { 0: ['id', 'trade_id'], 1: ['price'], 2: ['qty', 'quantity'], 4: ['time'], 5: MAKER },
    prices: [1],
    quantities: [2],
  },
  aggTrades: {
    widths: new Map([
      [7, 'futures'],
      [8, 'spot'],
    ]),
    header: {
      0: ['agg_trade_id'],
      1: ['price'],
      2: ['quantity', 'qty'],
      3: ['first_trade_id'],
      4: ['last_trade_id'],
      5: ['transact_time', 'timestamp'],
      6: MAKER,
    },
    prices: [1],
    quantities: [2],
  },
  bookTicker: {
    widths: new Map([[7, 'futures']]),
    header: {
      0: ['update_id'],
      1: ['best_bid_price'],
      2: ['best_bid_qty'],
      3: ['best_ask_price'],
      4: ['best_ask_qty'],
      5: ['transaction_time'],
      6: ['event_time'],
    },
    prices: [1, 3],
    quantities: [2, 4],
  },
  klines: {
    widths: new Map([[12, 'any']]),
    header: {
      0: ['open_time'],
      1: ['open'],
      2: ['high'],
      3: ['low'],
      4: ['close'],
      5: ['volume'],
      6: ['close_time'],
      8: ['count'],
    },
    prices: [1, 2, 3, 4],
    quantities: [5],
  },
  fundingRate: {
    widths: new Map([[3, 'futures']]),
    header: { 0: ['calc_time'], 1: ['funding_interval_hours'], 2: ['last_funding_rate'] },
    prices: [],
    quantities: [],
  },
};
