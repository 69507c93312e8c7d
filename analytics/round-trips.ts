/**
 * Round trips: from flat, through a position, back to flat. Knows nothing of runs or files. Called by the summary.
 */
import { AccountEventKind } from '../core/account-event.js';
import { Side } from '../core/market.js';
import { type Recording, walkTrades } from './recording.js';

/** Closed round trips of one strategy. */
export interface RoundTrips {
  /** Closed ones; a position still open at the end is none. */
  count: number;
  /** Closed with a profit above 0 after fees and flows. */
  wins: number;
}

/**
 * Closed round trips of each strategy, over all its instruments. A round trip begins when a position leaves 0 and ends
 * when it is 0 again or changes sign; a fill that turns a position round belongs to both trips, its fee in proportion
 * to quantity. Positions that the venue closes (expiry, delisting, liquidation) are closed as by a fill; a split changes the
 * quantity of a trip, not what it cost.
 *
 * Profit = money in − money out − fees + flows, in the instrument's settle currency; trades are summed in ticks × lots (of
 * inverse contracts, whose price works as −1 / price, in lots / ticks). Flows are funding, borrowing, dividends and cash for
 * split lots that came while the trip was open.
 */
export function roundTripsOf(recording: Recording): readonly RoundTrips[] {
  const { fills, accountEvents, instruments } = recording;
  const book = new TripBook(recording);
  walkTrades(
    recording,
    (row) => {
      const qty = fills.qtyLots.at(row);
      const signed = fills.side.at(row) === Side.buy ? qty : -qty;
      const pair = fills.strategy.at(row) * instruments.length + fills.instrument.at(row);
      book.trade(pair, fills.priceTicks.at(row), signed, fills.fee.at(row));
    },
    (row) => {
      const instrument = accountEvents.instrument.at(row);
      // What concerns the whole account belongs to no trip.
      if (instrument < 0) return;
      const pair = accountEvents.strategy.at(row) * instruments.length + instrument;
      const kind = accountEvents.kind.at(row);
      const signed = accountEvents.qtyLots.at(row);
      if (kind === AccountEventKind.split) book.split(pair, signed, accountEvents.amount.at(row));
      else if (signed !== 0) book.trade(pair, accountEvents.priceTicks.at(row), signed, accountEvents.fee.at(row));
      else book.flow(pair, accountEvents.amount.at(row));
    },
  );
  return book.trips;
}

/** Positions and what their open trips cost so far, by strategy × instruments + instrument. */
class TripBook {
  readonly trips: readonly RoundTrips[];
  readonly #instruments: Recording['instruments'];
  readonly #position: Float64Array;
  readonly #cashTickLots: Float64Array;
  /** Fees less flows. */
  readonly #costs: Float64Array;

  constructor({ instruments, strategies }: Recording) {
    const pairs = strategies.length * instruments.length;
    this.trips = strategies.map(() => ({ count: 0, wins: 0 }));
    this.#instruments = instruments;
    this.#position = new Float64Array(pairs);
    this.#cashTickLots = new Float64Array(pairs);
    this.#costs = new Float64Array(pairs);
  }

  trade(pair: number, priceTicks: number, signedLots: number, fee: number): void {
    const price = this.#instruments[pair % this.#instruments.length]!.inverse ? -1 / priceTicks : priceTicks;
    const before = this.#position[pair]!;
    const after = before + signedLots;
    this.#position[pair] = after;
    if (before === 0 || (after !== 0 && after > 0 === before > 0)) {
      this.#cashTickLots[pair]! -= price * signedLots;
      this.#costs[pair]! += fee;
      return;
    }
    // This closes the trip with `before`; whatever is left opens the next one.
    const closingFee = (fee * Math.abs(before)) / Math.abs(signedLots);
    this.#cashTickLots[pair]! += price * before;
    this.#costs[pair]! += closingFee;
    this.#close(pair);
    this.#cashTickLots[pair] = -price * after;
    this.#costs[pair] = fee - closingFee;
  }

  split(pair: number, changeLots: number, cash: number): void {
    if (this.#position[pair] === 0) return;
    this.#costs[pair]! -= cash;
    this.#position[pair]! += changeLots;
    // Not a whole lot was left.
    if (this.#position[pair] === 0) this.#close(pair);
  }

  /** Without a position it belongs to no trip. */
  flow(pair: number, amount: number): void {
    if (this.#position[pair] !== 0) this.#costs[pair]! -= amount;
  }

  #close(pair: number): void {
    const instrument = pair % this.#instruments.length;
    const at = this.#instruments[instrument]!;
    const earned = this.#cashTickLots[pair]!;
    const profit = (at.inverse ? at.inverseValue(earned) : at.value(earned)) - this.#costs[pair]!;
    const trips = this.trips[(pair - instrument) / this.#instruments.length]!;
    trips.count++;
    if (profit > 0) trips.wins++;
    this.#cashTickLots[pair] = 0;
    this.#costs[pair] = 0;
  }
}
