/**
 * What was recorded of one run: tables of order events, order terms, fills, entries into the market, places in line, account
 * events, equity, positions, candles and metrics, and the log.
 * Knows nothing of who filled it (a recorder during a run, a run folder's files afterwards). Called by metrics, summary,
 * report and the run folder.
 *
 * All times are ns since the run's origin. `NaN` stands for "none": no price, no exchange time, no quote, no mark. Longer than most
 * files because every column of every table is documented here.
 */
import type { Instrument } from '../core/instrument.js';
import type { Nanos } from '../core/time.js';
import { type Column, emptyTable, type Table } from './column.js';

/** One row an order event, in the order in which strategies learnt of them. */
const ORDER_CELLS = {
  /** When the strategy learnt of it; for requests, when it sent it. */
  localNs: Float64Array,
  /** When it happened at the venue; `NaN` for what never reached one. */
  exchangeNs: Float64Array,
  strategy: Int32Array,
  instrument: Int32Array,
  orderId: Float64Array,
  /** `OrderEventKind`. */
  kind: Uint8Array,
  /** `Side`. */
  side: Uint8Array,
  /** `OrderType`. */
  type: Uint8Array,
  /** `TimeInForce`. */
  timeInForce: Uint8Array,
  /** 0 or 1. */
  postOnly: Uint8Array,
  /** Fill price, or the order's (new) price; `NaN` for market orders without a fill. */
  priceTicks: Float64Array,
  /** Filled quantity, or the order's (new) quantity. */
  qtyLots: Float64Array,
  /** What may still fill afterwards. */
  leavesLots: Float64Array,
  /** `Reason`. */
  reason: Uint8Array,
  tag: Float64Array,
  /** Best local quotes at `localNs`. */
  bidTicks: Float64Array,
  askTicks: Float64Array,
} as const;

/**
 * One row an order that has more than a price, a quantity and a time in force, as it was sent: plain orders have none, so
 * an order event costs the same whatever its order can do.
 */
const TERM_CELLS = {
  /** When the strategy sent it. */
  localNs: Float64Array,
  strategy: Int32Array,
  instrument: Int32Array,
  orderId: Float64Array,
  /** Index into `clientIds`; −1 = none. */
  clientId: Int32Array,
  /** `NaN` where there is none; so for the distances. */
  stopTicks: Float64Array,
  trailTicks: Float64Array,
  trailFraction: Float64Array,
  /** `TriggerBy`. */
  triggerBy: Uint8Array,
  /** 0 = all of it. */
  displayLots: Float64Array,
  /** 0 or 1; so for the next three. */
  hidden: Uint8Array,
  reduceOnly: Uint8Array,
  allOrNone: Uint8Array,
  leads: Uint8Array,
  /** `Infinity` = never. */
  expiresNs: Float64Array,
  /** `SelfTrade`. */
  selfTrade: Uint8Array,
  /** Order id of its parent; 0 = none. */
  parentId: Float64Array,
  /** 0 = none. */
  groupId: Float64Array,
  /** `GroupKind`. */
  groupKind: Uint8Array,
} as const;

/** One row a fill, in the order in which strategies learnt of them. */
const FILL_CELLS = {
  localNs: Float64Array,
  exchangeNs: Float64Array,
  strategy: Int32Array,
  instrument: Int32Array,
  orderId: Float64Array,
  side: Uint8Array,
  /** 1 when the order was resting. */
  maker: Uint8Array,
  priceTicks: Float64Array,
  qtyLots: Float64Array,
  leavesLots: Float64Array,
  /** In the instrument's settle currency; negative for a rebate. */
  fee: Float64Array,
  /** The strategy's position in the instrument after the fill. */
  positionLots: Float64Array,
  /** Best local quotes when the strategy learnt of the fill. */
  bidTicks: Float64Array,
  askTicks: Float64Array,
  /** Lots that were ahead in line, by the venue's queue model, when it filled; `NaN` where it stood in none. */
  aheadLots: Float64Array,
  /** Best quotes of the venue's book when it filled; so for the mids, each so long after that. */
  venueBidTicks: Float64Array,
  venueAskTicks: Float64Array,
  mid1msTicks: Float64Array,
  mid10msTicks: Float64Array,
  mid100msTicks: Float64Array,
  mid1sTicks: Float64Array,
  mid5sTicks: Float64Array,
  mid10sTicks: Float64Array,
  mid60sTicks: Float64Array,
} as const;

/** One row each time an order met the venue's market: when there was something to take for it, or when it came to rest. */
const ENTRY_CELLS = {
  exchangeNs: Float64Array,
  strategy: Int32Array,
  instrument: Int32Array,
  orderId: Float64Array,
  /** `MatchKind`: entered or rested. */
  kind: Uint8Array,
  /** Lots ahead in line, by the venue's queue model; `NaN` where it stands in none. */
  aheadLots: Float64Array,
  /** Best quotes of the venue's book at that moment. */
  bidTicks: Float64Array,
  askTicks: Float64Array,
} as const;

/** One row a moment of an order in line, of those that were followed, in order of time; see `QueueTrail`. */
const TRAIL_CELLS = {
  exchangeNs: Float64Array,
  strategy: Int32Array,
  instrument: Int32Array,
  orderId: Float64Array,
  /** Lots ahead in line, by the venue's queue model; may be below 0. */
  aheadLots: Float64Array,
} as const;

/** One row a change of an account that no order made, in the order in which strategies learnt of them. */
const ACCOUNT_EVENT_CELLS = {
  /** When the strategy learnt of it. */
  localNs: Float64Array,
  /** When it happened at the venue. */
  exchangeNs: Float64Array,
  strategy: Int32Array,
  /** −1 where it concerns the whole account. */
  instrument: Int32Array,
  /** `AccountEventKind`. */
  kind: Uint8Array,
  /** At which a position was closed or reckoned, perhaps half a tick or other fractions; `NaN` where there is none. */
  priceTicks: Float64Array,
  /** By how much the position changed, signed. */
  qtyLots: Float64Array,
  /** Received (negative: paid), in the instrument's settle currency, without instrument in the account's. */
  amount: Float64Array,
  /** Of a liquidation, same currency, ≥ 0 = paid. */
  fee: Float64Array,
  /** The strategy's position in the instrument afterwards; `NaN` without instrument. */
  positionLots: Float64Array,
  /** Rows of `fills` that were there before it: which came first is not always in the times. */
  fillsBefore: Float64Array,
} as const;

/** One row a strategy and sample, in the account's currency; strategies in order within a sample. */
const EQUITY_CELLS = {
  localNs: Float64Array,
  strategy: Int32Array,
  /** Capital + realised + unrealised − fees + flows; `NaN` when a position is open that has no mark yet. */
  equity: Float64Array,
  cash: Float64Array,
  fees: Float64Array,
  realised: Float64Array,
  unrealised: Float64Array,
  /** What the account started with, at the rates of the moment. */
  capital: Float64Array,
  /** Funding, interest, dividends …: money that no trade made. */
  flows: Float64Array,
} as const;

/** One row a sample, strategy and instrument it watches; see `Recorder` for which those are. */
const POSITION_CELLS = {
  localNs: Float64Array,
  strategy: Int32Array,
  instrument: Int32Array,
  positionLots: Float64Array,
  bidTicks: Float64Array,
  askTicks: Float64Array,
} as const;

/** One row a candle: one bar of the tape or several behind each other, by instrument, in order of time; see `CandleTally`. */
const CANDLE_CELLS = {
  /** When the first and the last of its bars arrived. */
  firstNs: Float64Array,
  lastNs: Float64Array,
  instrument: Int32Array,
  /** Of the first bar. */
  openTicks: Float64Array,
  highTicks: Float64Array,
  lowTicks: Float64Array,
  /** Of the last bar. */
  closeTicks: Float64Array,
  /** Volume of all of them. */
  volumeLots: Float64Array,
  /** How many bars. */
  bars: Float64Array,
} as const;

/** One row a value that a strategy recorded under a name of its own. */
const METRIC_CELLS = {
  localNs: Float64Array,
  strategy: Int32Array,
  /** Index into `metricNames`. */
  name: Int32Array,
  value: Float64Array,
} as const;

export interface LogLine {
  readonly localNs: Nanos;
  readonly strategy: number;
  readonly message: string;
}

/** What the rows of a recording refer to. */
export interface RecordingOutline {
  readonly originNs: bigint;
  readonly instruments: readonly Instrument[];
  readonly strategies: readonly string[];
  /** Market time between two samples, ns; 0 = only the last moment was sampled. */
  readonly sampleNs: Nanos;
  /** What the accounts are kept in; '' (default) = the run's one unnamed currency. */
  readonly currency?: string | undefined;
}

export class Recording implements RecordingOutline {
  readonly originNs: bigint;
  readonly instruments: readonly Instrument[];
  readonly strategies: readonly string[];
  readonly sampleNs: Nanos;
  readonly currency: string;
  readonly orders: Table<keyof typeof ORDER_CELLS> = emptyTable(ORDER_CELLS);
  readonly terms: Table<keyof typeof TERM_CELLS> = emptyTable(TERM_CELLS);
  readonly fills: Table<keyof typeof FILL_CELLS> = emptyTable(FILL_CELLS);
  readonly entries: Table<keyof typeof ENTRY_CELLS> = emptyTable(ENTRY_CELLS);
  readonly trail: Table<keyof typeof TRAIL_CELLS> = emptyTable(TRAIL_CELLS);
  readonly accountEvents: Table<keyof typeof ACCOUNT_EVENT_CELLS> = emptyTable(ACCOUNT_EVENT_CELLS);
  readonly equity: Table<keyof typeof EQUITY_CELLS> = emptyTable(EQUITY_CELLS);
  readonly positions: Table<keyof typeof POSITION_CELLS> = emptyTable(POSITION_CELLS);
  readonly candles: Table<keyof typeof CANDLE_CELLS> = emptyTable(CANDLE_CELLS);
  readonly metrics: Table<keyof typeof METRIC_CELLS> = emptyTable(METRIC_CELLS);
  readonly metricNames: string[] = [];
  /** Names that strategies gave their orders, in the order of sending. */
  readonly clientIds: string[] = [];
  /** What exactly was refused (the limit, its value, the attempt), by row of `orders`. */
  readonly details = new Map<number, string>();
  /** Such texts that came after the limit and were not kept. */
  droppedDetails = 0;
  readonly log: LogLine[] = [];
  /** Log lines that came after the limit and were not kept. */
  droppedLogLines = 0;
  readonly #metricIndex = new Map<string, number>();

  constructor(outline: RecordingOutline) {
    this.originNs = outline.originNs;
    this.instruments = outline.instruments;
    this.strategies = outline.strategies;
    this.sampleNs = outline.sampleNs;
    this.currency = outline.currency ?? '';
  }

  /** The index of a metric's name; new names get the next one. */
  metricIndex(name: string): number {
    let index = this.#metricIndex.get(name);
    if (index === undefined) {
      index = this.metricNames.push(name) - 1;
      this.#metricIndex.set(name, index);
    }
    return index;
  }
}

/** One curve: values at times, copied out of a table. */
export interface Series {
  /** Never decreasing. */
  readonly timeNs: Float64Array;
  readonly value: Float64Array;
}

/** The rows of a table that `keep` picks, as a curve of `value`. */
export function seriesOf(time: Column, keep: (row: number) => boolean, value: (row: number) => number): Series {
  const rows: number[] = [];
  for (let row = 0; row < time.length; row++) if (keep(row)) rows.push(row);
  return {
    timeNs: Float64Array.from(rows, (row) => time.at(row)),
    value: Float64Array.from(rows, value),
  };
}

/** A strategy's sampled equity in the account's currency. */
export function equitySeries({ equity }: Recording, strategy: number): Series {
  return seriesOf(
    equity.localNs,
    (row) => equity.strategy.at(row) === strategy,
    (row) => equity.equity.at(row),
  );
}

/** The same without the capital it started with: realised + unrealised − fees + flows; 0 when the run starts. */
export function profitSeries({ equity }: Recording, strategy: number): Series {
  return seriesOf(
    equity.localNs,
    (row) => equity.strategy.at(row) === strategy,
    (row) => equity.realised.at(row) + equity.unrealised.at(row) - equity.fees.at(row) + equity.flows.at(row),
  );
}

/** Calls for each fill and each account event, rows of their tables, in the order in which strategies learnt of them. */
export function walkTrades(
  { fills, accountEvents }: Pick<Recording, 'fills' | 'accountEvents'>,
  onFill: (row: number) => void,
  onAccountEvent: (row: number) => void,
): void {
  let fill = 0;
  for (let row = 0; row < accountEvents.localNs.length; row++) {
    const before = Math.min(accountEvents.fillsBefore.at(row), fills.localNs.length);
    for (; fill < before; fill++) onFill(fill);
    onAccountEvent(row);
  }
  for (; fill < fills.localNs.length; fill++) onFill(fill);
}
