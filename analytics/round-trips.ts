/**
 * Round trips: from flat, through a position, back to flat. Knows nothing of runs or files. Called by the summary and the metrics.
 */
import { AccountEventKind } from '../core/account-event.js';
import { Side } from '../core/market.js';
import type { Nanos } from '../core/time.js';
import { type Recording, walkTrades } from './recording.js';

/** One closed round trip; money in the instrument's settle currency. */
export interface RoundTrip {
  strategy: number;
  instrument: number;
  /** Side of the trade that opened it. */
  side: Side;
  /** When the strategy learnt of the trades that opened and closed it, and when these happened at the venue. */
  openNs: Nanos;
  closeNs: Nanos;
  openExchangeNs: Nanos;
  closeExchangeNs: Nanos;
  /** Rows of `fills` that opened and closed it; −1 where no fill did. Those of the pair in between are all of this trip. */
  openFill: number;
  closeFill: number;
  /** What closed it, an `AccountEventKind`; −1 = a fill. */
  closedBy: AccountEventKind | -1;
  /** Fills and closings by the venue that took part. */
  trades: number;
  /** Largest position of the trip. */
  maxLots: number;
  /** All that enlarged the position, added. */
  entryLots: number;
  /** Mean prices of what enlarged and what reduced the position, by lots as traded; of inverse contracts the harmonic mean. */
  entryTicks: number;
  exitTicks: number;
  /** Money in − money out, before fees and flows. */
  gross: number;
  /** `gross` − fees + flows. */
  profit: number;
  fees: number;
  flows: number;
  /**
   * Lowest and highest profit on the way, the end included and 0 for the beginning: what closing all at the local mid would have
   * brought, fees so far counted. Looked at at every sample of the run and at every trade of the trip, so what happened between
   * two of these is not in it.
   */
  worst: number;
  best: number;
}

/** Closed round trips of one strategy. */
export interface RoundTrips {
  /** Closed ones; a position still open at the end is none. */
  count: number;
  /** Closed with a profit above 0 after fees and flows. */
  wins: number;
}

/** How many each strategy closed, over all its instruments, and how many of them won. */
export function roundTripsOf(recording: Recording): readonly RoundTrips[] {
  const trips = recording.strategies.map(() => ({ count: 0, wins: 0 }));
  walkRoundTrips(recording, ({ strategy, profit }) => {
    trips[strategy]!.count++;
    if (profit > 0) trips[strategy]!.wins++;
  });
  return trips;
}

/**
 * Calls for each closed round trip of all strategies, in order of closing, with one object for all of them. A round trip begins
 * when a position leaves 0 and ends when it is 0 again or changes sign: first in, first out. A fill that turns a position round
 * belongs to both trips, its fee in proportion to quantity. Positions that the venue closes (expiry, delisting, liquidation) are
 * closed as by a fill; a split changes the quantity of a trip, not what it cost.
 *
 * Trades are summed in ticks × lots (of inverse contracts, whose price works as −1 / price, in lots / ticks). Flows are funding,
 * borrowing, dividends and cash for split lots that came while the trip was open.
 */
export function walkRoundTrips(recording: Recording, onTrip: (trip: Readonly<RoundTrip>) => void): void {
  const { fills, accountEvents, positions, instruments } = recording;
  const book = new TripBook(recording, onTrip);
  const change: Change = { fill: -1, kind: -1, signedLots: 0, fee: 0, nowNs: 0, exchangeNs: 0 };
  let sample = 0;
  // A sample of the same moment comes after the trade.
  const sampleUntil = (beforeNs: Nanos) => {
    for (; sample < positions.localNs.length && positions.localNs.at(sample) < beforeNs; sample++) {
      const pair = positions.strategy.at(sample) * instruments.length + positions.instrument.at(sample);
      book.mark(pair, (positions.bidTicks.at(sample) + positions.askTicks.at(sample)) / 2);
    }
  };
  walkTrades(
    recording,
    (row) => {
      const nowNs = fills.localNs.at(row);
      sampleUntil(nowNs);
      const qty = fills.qtyLots.at(row);
      const pair = fills.strategy.at(row) * instruments.length + fills.instrument.at(row);
      change.fill = row;
      change.kind = -1;
      change.signedLots = fills.side.at(row) === Side.buy ? qty : -qty;
      change.fee = fills.fee.at(row);
      change.nowNs = nowNs;
      change.exchangeNs = fills.exchangeNs.at(row);
      book.trade(pair, fills.priceTicks.at(row), change);
      book.mark(pair, (fills.bidTicks.at(row) + fills.askTicks.at(row)) / 2);
    },
    (row) => {
      const instrument = accountEvents.instrument.at(row);
      // What concerns the whole account belongs to no trip.
      if (instrument < 0) return;
      const nowNs = accountEvents.localNs.at(row);
      sampleUntil(nowNs);
      const pair = accountEvents.strategy.at(row) * instruments.length + instrument;
      const kind = accountEvents.kind.at(row) as AccountEventKind;
      change.fill = -1;
      change.kind = kind;
      change.signedLots = accountEvents.qtyLots.at(row);
      change.fee = accountEvents.fee.at(row);
      change.nowNs = nowNs;
      change.exchangeNs = accountEvents.exchangeNs.at(row);
      if (kind === AccountEventKind.split) book.split(pair, accountEvents.amount.at(row), change);
      else if (change.signedLots !== 0) book.trade(pair, accountEvents.priceTicks.at(row), change);
      else book.flow(pair, accountEvents.amount.at(row));
    },
  );
}

/** What changes a position; one object for all changes of a walk. */
interface Change {
  /** Row of `fills`; −1 = none. */
  fill: number;
  /** As {@link RoundTrip.closedBy}. */
  kind: AccountEventKind | -1;
  signedLots: number;
  fee: number;
  nowNs: Nanos;
  exchangeNs: Nanos;
}

/** Positions and what their open trips cost so far, by strategy × instruments + instrument. */
class TripBook {
  readonly #instruments: Recording['instruments'];
  readonly #onTrip: (trip: Readonly<RoundTrip>) => void;
  readonly #position: Float64Array;
  readonly #cashTickLots: Float64Array;
  /** What of that was paid (or taken in) to enlarge the position, and the lots on each way. */
  readonly #entryTickLots: Float64Array;
  readonly #entryLots: Float64Array;
  readonly #exitLots: Float64Array;
  readonly #fees: Float64Array;
  readonly #flows: Float64Array;
  readonly #openNs: Float64Array;
  readonly #openExchangeNs: Float64Array;
  readonly #openFill: Float64Array;
  readonly #trades: Float64Array;
  readonly #maxLots: Float64Array;
  readonly #worst: Float64Array;
  readonly #best: Float64Array;
  readonly #trip: RoundTrip = {
    ...{ strategy: 0, instrument: 0, side: Side.buy, openNs: 0, closeNs: 0, openExchangeNs: 0, closeExchangeNs: 0 },
    ...{ openFill: 0, closeFill: 0, closedBy: -1, trades: 0, maxLots: 0, entryLots: 0, entryTicks: 0, exitTicks: 0 },
    ...{ gross: 0, profit: 0, fees: 0, flows: 0, worst: 0, best: 0 },
  };

  constructor({ instruments, strategies }: Recording, onTrip: (trip: Readonly<RoundTrip>) => void) {
    const column = () => new Float64Array(strategies.length * instruments.length);
    this.#instruments = instruments;
    this.#onTrip = onTrip;
    this.#position = column();
    this.#cashTickLots = column();
    this.#entryTickLots = column();
    this.#entryLots = column();
    this.#exitLots = column();
    this.#fees = column();
    this.#flows = column();
    this.#openNs = column();
    this.#openExchangeNs = column();
    this.#openFill = column();
    this.#trades = column();
    this.#maxLots = column();
    this.#worst = column();
    this.#best = column();
  }

  trade(pair: number, priceTicks: number, change: Readonly<Change>): void {
    const { signedLots, fee } = change;
    const price = this.#inner(pair, priceTicks);
    const before = this.#position[pair]!;
    const after = before + signedLots;
    this.#position[pair] = after;
    if (before === 0) this.#open(pair, change);
    this.#trades[pair]!++;
    if (before === 0 || (after !== 0 && after > 0 === before > 0)) {
      this.#cashTickLots[pair]! -= price * signedLots;
      this.#fees[pair]! += fee;
      if (Math.abs(after) > Math.abs(before)) this.#enter(pair, price, signedLots);
      else this.#exitLots[pair]! += Math.abs(signedLots);
      this.#maxLots[pair] = Math.max(this.#maxLots[pair]!, Math.abs(after));
      return;
    }
    // This closes the trip with `before`; whatever is left opens the next one.
    const closingFee = (fee * Math.abs(before)) / Math.abs(signedLots);
    this.#cashTickLots[pair]! += price * before;
    this.#exitLots[pair]! += Math.abs(before);
    this.#fees[pair]! += closingFee;
    this.#close(pair, before, change);
    if (after === 0) return;
    this.#open(pair, change);
    this.#trades[pair] = 1;
    this.#cashTickLots[pair] = -price * after;
    this.#enter(pair, price, after);
    this.#fees[pair] = fee - closingFee;
    this.#maxLots[pair] = Math.abs(after);
  }

  split(pair: number, cash: number, change: Readonly<Change>): void {
    const before = this.#position[pair]!;
    if (before === 0) return;
    this.#flows[pair]! += cash;
    this.#position[pair]! += change.signedLots;
    this.#maxLots[pair] = Math.max(this.#maxLots[pair]!, Math.abs(this.#position[pair]!));
    // Not a whole lot was left.
    if (this.#position[pair] === 0) this.#close(pair, before, change);
  }

  /** Without a position it belongs to no trip. */
  flow(pair: number, amount: number): void {
    if (this.#position[pair] !== 0) this.#flows[pair]! += amount;
  }

  /** The market stands there while the trip is open; `NaN` = nobody knows. */
  mark(pair: number, midTicks: number): void {
    const lots = this.#position[pair]!;
    if (lots === 0 || Number.isNaN(midTicks)) return;
    this.#note(pair, this.#profit(pair, this.#cashTickLots[pair]! + this.#inner(pair, midTicks) * lots));
  }

  /** A price as it works: of inverse contracts −1 / price. */
  #inner(pair: number, priceTicks: number): number {
    return this.#instruments[pair % this.#instruments.length]!.inverse ? -1 / priceTicks : priceTicks;
  }

  #open(pair: number, { nowNs, exchangeNs, fill }: Readonly<Change>): void {
    this.#openNs[pair] = nowNs;
    this.#openExchangeNs[pair] = exchangeNs;
    this.#openFill[pair] = fill;
  }

  #enter(pair: number, price: number, signedLots: number): void {
    this.#entryTickLots[pair]! -= price * signedLots;
    this.#entryLots[pair]! += Math.abs(signedLots);
  }

  #note(pair: number, profit: number): void {
    if (profit < this.#worst[pair]!) this.#worst[pair] = profit;
    if (profit > this.#best[pair]!) this.#best[pair] = profit;
  }

  #profit(pair: number, earned: number): number {
    return this.#money(pair, earned) - (this.#fees[pair]! - this.#flows[pair]!);
  }

  #money(pair: number, earned: number): number {
    const at = this.#instruments[pair % this.#instruments.length]!;
    return at.inverse ? at.inverseValue(earned) : at.value(earned);
  }

  /** The mean of a sum of inner prices × lots, as a price; `NaN` where there were none. */
  #meanTicks(pair: number, tickLots: number, lots: number): number {
    return this.#inner(pair, tickLots / lots);
  }

  #close(pair: number, heldLots: number, { nowNs, exchangeNs, fill, kind }: Readonly<Change>): void {
    const trip = this.#trip;
    const long = heldLots > 0 ? 1 : -1;
    const cash = this.#cashTickLots[pair]!;
    const entry = this.#entryTickLots[pair]!;
    const profit = this.#profit(pair, cash);
    this.#note(pair, profit);
    trip.instrument = pair % this.#instruments.length;
    trip.strategy = (pair - trip.instrument) / this.#instruments.length;
    trip.side = heldLots > 0 ? Side.buy : Side.sell;
    trip.openNs = this.#openNs[pair]!;
    trip.closeNs = nowNs;
    trip.openExchangeNs = this.#openExchangeNs[pair]!;
    trip.closeExchangeNs = exchangeNs;
    trip.openFill = this.#openFill[pair]!;
    trip.closeFill = fill;
    trip.closedBy = kind;
    trip.trades = this.#trades[pair]!;
    trip.maxLots = this.#maxLots[pair]!;
    trip.entryLots = this.#entryLots[pair]!;
    trip.entryTicks = this.#meanTicks(pair, -long * entry, this.#entryLots[pair]!);
    trip.exitTicks = this.#meanTicks(pair, long * (cash - entry), this.#exitLots[pair]!);
    trip.gross = this.#money(pair, cash);
    trip.profit = profit;
    trip.fees = this.#fees[pair]!;
    trip.flows = this.#flows[pair]!;
    trip.worst = this.#worst[pair]!;
    trip.best = this.#best[pair]!;
    this.#onTrip(trip);
    for (const column of [this.#cashTickLots, this.#entryTickLots, this.#entryLots, this.#exitLots]) column[pair] = 0;
    for (const column of [this.#fees, this.#flows, this.#trades, this.#maxLots]) column[pair] = 0;
    this.#worst[pair] = 0;
    this.#best[pair] = 0;
  }
}
