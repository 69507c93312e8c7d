/**
 * Shares a traded quantity among the parties at a price, to the last lot. Knows nothing of orders.
 * Called by the pro-rata queue models.
 */
import { wholeBelow } from './whole-numbers.js';

/**
 * Who gets the lots that rounding down leaves over: `time`, the oldest party first, as much as it has; `largest`, one lot
 * each to those who lost most by rounding (ties: the older; weights must be whole numbers), and by time what is left then.
 */
export type Remainder = 'time' | 'largest';

/** Parties are added oldest first; then {@link TradeSplit.share} fills `given`. The columns are used again. */
export class TradeSplit {
  readonly #remainder: Remainder;
  readonly #minimumLots: number;
  readonly given: number[] = [];
  readonly #lots: number[] = [];
  readonly #weight: number[] = [];
  /** What rounding took, in units of 1 / (sum of weights) lots; −1 once made up for. */
  readonly #cut: number[] = [];
  #length = 0;
  #totalLots = 0;
  #totalWeight = 0;

  /** Shares below `minimumLots` are rounded to 0. */
  constructor(remainder: Remainder, minimumLots: number) {
    this.#remainder = remainder;
    this.#minimumLots = minimumLots;
  }

  clear(): void {
    this.#length = 0;
    this.#totalLots = 0;
    this.#totalWeight = 0;
  }

  /** A party that takes `lots` at most. Whole numbers ≥ 0; the weight is above 0 where lots are. */
  add(lots: number, weight: number): void {
    this.#lots[this.#length] = lots;
    this.#weight[this.#length] = weight;
    this.#length++;
    this.#totalLots += lots;
    this.#totalWeight += weight;
  }

  /** Gives out `qtyLots`, or all that the parties can take when that is less. */
  share(qtyLots: number): void {
    const { given } = this;
    if (qtyLots >= this.#totalLots) {
      for (let party = 0; party < this.#length; party++) given[party] = this.#lots[party]!;
      return;
    }
    let left = qtyLots;
    for (let party = 0; party < this.#length; party++) {
      const share = Math.min(this.#floorShare(party, qtyLots), this.#lots[party]!, left);
      given[party] = share < this.#minimumLots ? 0 : share;
      if (this.#remainder === 'largest') this.#cut[party] = this.#cutOff(party, qtyLots, given[party]!);
      left -= given[party]!;
    }
    if (this.#remainder === 'largest') left = this.#byCut(left);
    for (let party = 0; left > 0; party++) {
      const more = Math.min(left, this.#lots[party]! - given[party]!);
      given[party]! += more;
      left -= more;
    }
  }

  #floorShare(party: number, qtyLots: number): number {
    const weight = this.#weight[party]!;
    const product = qtyLots * weight;
    // A quotient of whole numbers below 2^53 rounds down right; larger products need all their digits.
    if (product <= Number.MAX_SAFE_INTEGER) return Math.floor(product / this.#totalWeight);
    if (!Number.isSafeInteger(weight) || !Number.isSafeInteger(this.#totalWeight)) {
      return wholeBelow(product / this.#totalWeight);
    }
    return Number((BigInt(qtyLots) * BigInt(weight)) / BigInt(this.#totalWeight));
  }

  /** Of weights that are whole numbers. */
  #cutOff(party: number, qtyLots: number, givenLots: number): number {
    const weight = this.#weight[party]!;
    const product = qtyLots * weight;
    if (product <= Number.MAX_SAFE_INTEGER) return product - givenLots * this.#totalWeight;
    return Number(BigInt(qtyLots) * BigInt(weight) - BigInt(givenLots) * BigInt(this.#totalWeight));
  }

  /** One lot each, largest cut first; returns what is left. Takes the square of the number of parties. */
  #byCut(leftLots: number): number {
    let left = leftLots;
    while (left > 0) {
      let best = -1;
      for (let party = 0; party < this.#length; party++) {
        if (this.given[party]! >= this.#lots[party]! || this.#cut[party]! <= 0) continue;
        if (best < 0 || this.#cut[party]! > this.#cut[best]!) best = party;
      }
      if (best < 0) return left;
      this.given[best]!++;
      this.#cut[best] = -1;
      left--;
    }
    return left;
  }
}
