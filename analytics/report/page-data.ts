/**
 * What the report page's script gets from the page: the data block, as the report writes it and the browser reads it.
 * Types alone; knows nothing of how it is made or drawn. Called by the report and by the browser's script.
 *
 * Times are ms since the run's origin, prices and quantities decimals, money in the account's currency (of trades: in that of
 * the instrument), unless said otherwise.
 */

/**
 * A column of numbers in few bytes: value i = (step 0 + … + step i) / scale, steps whole; `null` = no value, which
 * leaves the sum as it is.
 */
export interface Packed {
  readonly scale: number;
  readonly steps: readonly (number | null)[];
}

/** A curve, times never decreasing. */
export interface CurveData {
  readonly time: Packed;
  readonly value: Packed;
}

/** Bars of one instrument, a candle of one bar or several each; prices scaled alike. */
export interface CandlesData {
  /** When the last of its bars arrived. */
  readonly time: Packed;
  readonly open: Packed;
  readonly high: Packed;
  readonly low: Packed;
  readonly close: Packed;
  /** How many bars a candle is made of at most. */
  readonly barsEach: number;
}

/** Fills of one side. */
export interface MarksData extends CurveData {
  readonly qty: Packed;
  readonly order: Packed;
  /** 1 where the order was resting. */
  readonly maker: Packed;
}

/** One strategy in one instrument. */
export interface PairData {
  readonly strategy: number;
  readonly instrument: number;
  readonly mid: CurveData;
  readonly ownBid: CurveData;
  readonly ownAsk: CurveData;
  readonly buys: MarksData;
  readonly sells: MarksData;
  readonly position: CurveData;
  /** All fills, of which the marks may be fewer. */
  readonly fills: number;
}

/** Sums over a window that moves along the run. */
export interface RollingData {
  /** Its length in words. */
  readonly window: string;
  /** Profit within it. */
  readonly profit: CurveData;
  /** Standard deviation of the profit of a step. */
  readonly deviation: CurveData;
  /** Mean ÷ standard deviation of the profit of a step × √(steps in a year); of a short run as it is, not annualised. */
  readonly sharpe: CurveData;
}

/** A value that a strategy recorded itself. */
export interface OwnValueData {
  readonly strategy: number;
  readonly name: string;
  readonly curve: CurveData;
}

/** Round trips, a row each. */
export interface TripsData {
  readonly strategy: Packed;
  readonly instrument: Packed;
  /** 1 = long. */
  readonly long: Packed;
  readonly open: Packed;
  readonly close: Packed;
  readonly qty: Packed;
  readonly profit: Packed;
  readonly fees: Packed;
  readonly worst: Packed;
  readonly best: Packed;
}

/** Orders, a row each, and what happened to each of them. */
export interface OrdersData {
  readonly id: Packed;
  readonly strategy: Packed;
  readonly instrument: Packed;
  /** 1 = buys. */
  readonly buys: Packed;
  /** Index into `types`. */
  readonly type: Packed;
  readonly price: Packed;
  readonly qty: Packed;
  readonly filled: Packed;
  readonly sent: Packed;
  /** Index into `ends`. */
  readonly end: Packed;
  /** From sending to the first fill, ms. */
  readonly wait: Packed;
  /** Lots ahead when it came to rest. */
  readonly ahead: Packed;
  /** Number of steps of each order in `steps`. */
  readonly count: Packed;
  readonly steps: JourneyData;
  /** Moments in `trail` of each order; 0 = it was not followed in line. */
  readonly moments: Packed;
  readonly trail: TrailData;
  readonly types: readonly string[];
  /** How orders ended, and why. */
  readonly ends: readonly string[];
}

/** Moments of orders in line, those of one order behind each other in order of time. */
export interface TrailData {
  /** At the venue. */
  readonly time: Packed;
  /** Lots ahead, as the queue model has it. */
  readonly ahead: Packed;
}

/** Steps of journeys, those of one order behind each other in the order in which they happened. */
export interface JourneyData {
  /** Index into `kinds`. */
  readonly kind: Packed;
  /** When the strategy sent it or learnt of it; none for what only the venue saw. */
  readonly local: Packed;
  /** When it happened at the venue; none for requests. */
  readonly venue: Packed;
  readonly price: Packed;
  /** Quantity filled, or working. */
  readonly qty: Packed;
  /** Lots ahead in line, as the queue model has it. */
  readonly ahead: Packed;
  readonly kinds: readonly string[];
}

/** What every page with charts over time has. */
export interface CurvesData {
  readonly originMs: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Names of the curves of profit and drawdown. */
  readonly strategies: readonly string[];
  /** Number of the colour and of the kind of line of each; left out: those of its place. */
  readonly looks?: readonly { readonly color: number; readonly dash: number }[];
  readonly profit: readonly CurveData[];
  /** Fall from the peak so far, values ≤ 0. */
  readonly drawdown: readonly CurveData[];
}

export interface PageData extends CurvesData {
  readonly currency: string;
  readonly symbols: readonly string[];
  /** By strategy. */
  readonly rolling: readonly (RollingData | null)[];
  readonly pairs: readonly PairData[];
  /** By instrument; none where it has no bars, or no pair is shown. */
  readonly candles: readonly (CandlesData | null)[];
  readonly own: readonly OwnValueData[];
  readonly trips: TripsData;
  readonly orders: OrdersData;
}
