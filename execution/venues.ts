/**
 * Several venues in one run, each with instruments of its own. Knows nothing of what they do. Called by whoever sets up a run.
 */
import type { MarketView, Side } from '../core/market.js';
import type { Order } from '../core/order.js';
import type { Nanos } from '../core/time.js';
import type { TradeOrigin, Venue, VenueEnvironment, VenueFactory } from '../core/venue.js';

/** One of several venues. */
export interface VenueEntry {
  /** Unique among the venues of a run. */
  readonly name: string;
  /** Give `simulatedVenue` the same `name`, so that no two draw from the same random streams. */
  readonly venue: VenueFactory;
  /** Symbols that trade there. */
  readonly instruments: readonly string[];
}

/**
 * One venue made of several: each instrument trades at exactly one of them, and each venue has latency, fees, rules, models and
 * sessions of its own. Requests to different venues do overtake each other. What a strategy does at all of them is in one
 * account; a venue settles its own instruments alone, but interest on cash and margin are of the whole account: set them at
 * one venue. A venue whose clock was off is put right on its tape (`withClockOffset`).
 *
 * Throws `RangeError` naming the venue for a name that is taken, a symbol that is not in the run or trades elsewhere as well;
 * and naming an instrument that trades nowhere.
 */
export function severalVenues(entries: readonly VenueEntry[]): VenueFactory {
  return (environment) => new SeveralVenues(environment, entries);
}

class SeveralVenues implements Venue {
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;
  readonly #venues: readonly Venue[];
  /** By instrument. */
  readonly #at: readonly Venue[];

  constructor(environment: VenueEnvironment, entries: readonly VenueEntry[]) {
    const { instruments } = environment;
    const at: Venue[] = [];
    const taken = new Uint8Array(instruments.length);
    const names = new Set<string>();
    this.#venues = entries.map(({ name, venue: make, instruments: symbols }) => {
      if (names.has(name)) throw new RangeError(`two venues are named "${name}"; give each its own name`);
      names.add(name);
      const here = new Uint8Array(instruments.length);
      for (const symbol of symbols) {
        const index = instruments.findIndex((instrument) => instrument.symbol === symbol);
        if (index < 0) throw new RangeError(`venue "${name}": instrument "${symbol}" is not in the run`);
        if (taken[index] === 1) throw new RangeError(`venue "${name}": "${symbol}" trades at another venue as well`);
        here[index] = 1;
        taken[index] = 1;
      }
      // What happens elsewhere is not on this venue's tape.
      const nothing = new Array<number>(environment.counts[0]?.length ?? 0).fill(0);
      const counts = environment.counts.map((kinds, index) => (here[index] === 1 ? kinds : nothing));
      const venue = make({ ...environment, here, counts });
      here.forEach((trades, index) => {
        if (trades === 1) at[index] = venue;
      });
      return venue;
    });
    const nowhere = instruments.find(({ index }) => at[index] === undefined);
    if (nowhere !== undefined) throw new RangeError(`instrument "${nowhere.symbol}" trades at none of the venues`);
    this.#at = at;
    this.leastEntryNs = Math.min(...this.#venues.map((venue) => venue.leastEntryNs));
    this.leastResponseNs = Math.min(...this.#venues.map((venue) => venue.leastResponseNs));
  }

  get working(): number {
    let working = 0;
    for (const venue of this.#venues) working += venue.working;
    return working;
  }

  submit(order: Order, nowNs: Nanos): void {
    this.#at[order.instrument.index]!.submit(order, nowNs);
  }

  modify(order: Order, priceTicks: number, qtyLots: number, stopTicks: number, nowNs: Nanos): void {
    this.#at[order.instrument.index]!.modify(order, priceTicks, qtyLots, stopTicks, nowNs);
  }

  cancel(order: Order, nowNs: Nanos): void {
    this.#at[order.instrument.index]!.cancel(order, nowNs);
  }

  /** One message to each of the venues concerned. */
  batch(on: boolean): void {
    for (const venue of this.#venues) venue.batch(on);
  }

  onDepth(
    instrument: number,
    side: Side,
    priceTicks: number,
    beforeLots: number,
    afterLots: number,
    nowNs: Nanos,
  ): void {
    this.#at[instrument]!.onDepth(instrument, side, priceTicks, beforeLots, afterLots, nowNs);
  }

  onTrade(
    instrument: number,
    aggressor: Side,
    priceTicks: number,
    qtyLots: number,
    origin: TradeOrigin,
    nowNs: Nanos,
  ): void {
    this.#at[instrument]!.onTrade(instrument, aggressor, priceTicks, qtyLots, origin, nowNs);
  }

  onOrderReduced(
    instrument: number,
    side: Side,
    priceTicks: number,
    sequence: number,
    qtyLots: number,
    executed: boolean,
    nowNs: Nanos,
  ): void {
    this.#at[instrument]!.onOrderReduced(instrument, side, priceTicks, sequence, qtyLots, executed, nowNs);
  }

  onRow(row: MarketView, nowNs: Nanos): void {
    this.#at[row.instrument.index]!.onRow(row, nowNs);
  }
}
