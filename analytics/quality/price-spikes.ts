/**
 * Finds prices that jump away and come back. Knows nothing of tapes. Called by the check of a tape, and by the repair that
 * drops what it finds.
 *
 * A price is a spike if it lies further from the median of its neighbours (half of them before it, half after, itself left
 * out) than `deviations` times their mean absolute deviation from that median, plus a floor. Where the price moves and stays,
 * the neighbours after it have the new price, so that this is no spike.
 * Source: rule Q4 of O. E. Barndorff-Nielsen, P. R. Hansen, A. Lunde, N. Shephard, "Realized kernels in practice: trades and
 * quotes", Econometrics Journal 12 (2009), C1–C32: 10 deviations, 50 neighbours. The floor is the γ of C. T. Brownlees,
 * G. M. Gallo, "Financial econometric analysis at ultra-high frequency: data handling concerns", Computational Statistics &
 * Data Analysis 51 (2006), 2232–2245: among equal prices any change would be infinitely many deviations.
 */
import type { Nanos } from '../../core/time.js';

export interface SpikeRule {
  /** Neighbours that a price is compared with, even, 10 to 1,000. */
  readonly neighbours: number;
  /** Mean absolute deviations that a price may lie away, > 0. */
  readonly deviations: number;
  /** And a share of the median price besides, ≥ 0 … */
  readonly floorShare: number;
  /** … or this many ticks where that is more, ≥ 0. */
  readonly floorTicks: number;
}

export const USUAL_SPIKES: SpikeRule = { neighbours: 50, deviations: 10, floorShare: 0.001, floorTicks: 2 };

/** Throws `RangeError` naming the part of a rule that is out of its range. */
export function checkSpikeRule({ neighbours, deviations, floorShare, floorTicks }: SpikeRule): void {
  if (!(Number.isInteger(neighbours) && neighbours % 2 === 0 && neighbours >= 10 && neighbours <= 1000)) {
    throw new RangeError(`spikes: ${neighbours} neighbours is not an even number from 10 to 1000`);
  }
  if (!(deviations > 0)) throw new RangeError(`spikes: ${deviations} deviations is not a number above 0`);
  if (!(floorShare >= 0 && floorTicks >= 0)) {
    throw new RangeError(`spikes: a floor of ${floorShare} of the price or ${floorTicks} ticks is not from 0 on`);
  }
}

/** A price that was found. */
export interface Spike {
  readonly row: number;
  readonly timeNs: Nanos;
  readonly priceTicks: number;
  /** Of its neighbours. */
  readonly medianTicks: number;
}

export class PriceSpikes {
  readonly #rule: SpikeRule;
  readonly #found: (spike: Spike) => void;
  /** The last prices in a ring: a price and its neighbours. */
  readonly #prices: Int32Array;
  readonly #rows: Float64Array;
  readonly #times: Float64Array;
  /** The same prices in order of size. */
  readonly #sorted: Int32Array;
  #next = 0;
  #held = 0;

  /** `found` hears of each spike, in order, once half of its neighbours after it are known. */
  constructor(rule: SpikeRule, found: (spike: Spike) => void) {
    this.#rule = rule;
    this.#found = found;
    const size = rule.neighbours + 1;
    this.#prices = new Int32Array(size);
    this.#rows = new Float64Array(size);
    this.#times = new Float64Array(size);
    this.#sorted = new Int32Array(size);
  }

  add(priceTicks: number, timeNs: Nanos, row: number): void {
    const size = this.#prices.length;
    const at = this.#next;
    if (this.#held === size) this.#replace(this.#prices[at]!, priceTicks);
    else this.#insert(priceTicks);
    this.#prices[at] = priceTicks;
    this.#rows[at] = row;
    this.#times[at] = timeNs;
    this.#next = at + 1 === size ? 0 : at + 1;
    if (this.#held < size) {
      this.#held++;
      // The first prices are compared with what came after them, as there is not enough before.
      if (this.#held === size) for (let place = 0; place <= size >> 1; place++) this.#judge(place);
    } else this.#judge(size >> 1);
  }

  /** Judges the last prices, by what came before them; where there were fewer than eleven prices, none. */
  finish(): void {
    const size = this.#prices.length;
    if (this.#held < 11) return;
    for (let place = this.#held === size ? (size >> 1) + 1 : 0; place < this.#held; place++) this.#judge(place);
  }

  /** `place`: from the oldest price held. */
  #judge(place: number): void {
    const size = this.#prices.length;
    const oldest = this.#held === size ? this.#next : 0;
    const at = (oldest + place) % size;
    const price = this.#prices[at]!;
    const median = this.#medianWithout(price);
    const distance = Math.abs(price - median);
    const { deviations, floorShare, floorTicks } = this.#rule;
    const floor = Math.max(floorTicks, floorShare * Math.abs(median));
    if (distance <= floor) return;
    let sum = -distance;
    for (let i = 0; i < this.#held; i++) sum += Math.abs(this.#sorted[i]! - median);
    if (distance <= deviations * (sum / (this.#held - 1)) + floor) return;
    this.#found({ row: this.#rows[at]!, timeNs: this.#times[at]!, priceTicks: price, medianTicks: median });
  }

  /** The median of all prices held but one that is `price`. */
  #medianWithout(price: number): number {
    const sorted = this.#sorted;
    const others = this.#held - 1;
    const own = this.#placeOf(price);
    const pick = (index: number) => sorted[index < own ? index : index + 1]!;
    const middle = others >> 1;
    return others % 2 === 1 ? pick(middle) : (pick(middle - 1) + pick(middle)) / 2;
  }

  /** The first place in `#sorted` that does not lie below `price`. */
  #placeOf(price: number): number {
    const sorted = this.#sorted;
    let from = 0;
    let to = this.#held;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (sorted[middle]! < price) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #insert(price: number): void {
    const at = this.#placeOf(price);
    this.#sorted.copyWithin(at + 1, at, this.#held);
    this.#sorted[at] = price;
  }

  /** Takes one price out and puts another in: those between the two places move by one. */
  #replace(gone: number, price: number): void {
    const sorted = this.#sorted;
    let at = this.#placeOf(gone);
    const last = this.#held - 1;
    for (; at < last && sorted[at + 1]! < price; at++) sorted[at] = sorted[at + 1]!;
    for (; at > 0 && sorted[at - 1]! > price; at--) sorted[at] = sorted[at - 1]!;
    sorted[at] = price;
  }
}
