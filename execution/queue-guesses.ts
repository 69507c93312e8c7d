/**
 * Several guesses of the quantity ahead of one order, each with a weight; together the weights are 1.
 * Knows nothing of orders or of where the chances come from. Called by the fitted queue model.
 */

/** Guesses kept; while a decrease splits them there may be twice as many. */
const KEPT = 8;
/** Weights are sums of rounded numbers: this much less still counts as enough. */
const TOLERANCE = 1e-9;

export class QueueGuesses {
  #count = 0;
  /** Lots ahead; below 0 as far as more has traded than was ahead. */
  readonly #ahead = new Float64Array(2 * KEPT);
  readonly #weight = new Float64Array(2 * KEPT);
  /** Decreases so far that were behind, and ahead. */
  readonly #behind = new Float64Array(2 * KEPT);
  readonly #before = new Float64Array(2 * KEPT);

  /** All that is displayed is ahead, for certain. */
  start(lots: number): void {
    this.#count = 1;
    this.#ahead[0] = lots;
    this.#weight[0] = 1;
    this.#behind[0] = 0;
    this.#before[0] = 0;
  }

  /** So much traded. */
  advance(lots: number): void {
    for (let at = 0; at < this.#count; at++) this.#ahead[at]! -= lots;
  }

  /** No more can be ahead than is displayed. */
  limit(levelLots: number): void {
    for (let at = 0; at < this.#count; at++) if (this.#ahead[at]! > levelLots) this.#ahead[at] = levelLots;
  }

  /** The weighted mean of the lots ahead, where less than none counts as none. */
  meanLots(): number {
    let sum = 0;
    for (let at = 0; at < this.#count; at++) sum += Math.max(0, this.#ahead[at]!) * this.#weight[at]!;
    return sum;
  }

  /**
   * `lots` of the `levelLots` displayed were cancelled. Every guess splits in two, one for each side; those that cannot be
   * fall away, and the others weigh the more. `logit` is of behind, plus `habit` for each e-fold by which decreases behind
   * have outnumbered those ahead. Returns how likely it was behind, in all.
   */
  split(lots: number, levelLots: number, logit: number, habit: number): number {
    const count = this.#count;
    const [ahead, weight, behind, before] = [this.#ahead, this.#weight, this.#behind, this.#before];
    let behindWeight = 0;
    let aheadWeight = 0;
    for (let at = 0; at < count; at++) {
      const front = Math.max(0, ahead[at]!);
      const odds = habit === 0 ? logit : logit + habit * Math.log((1 + behind[at]!) / (1 + before[at]!));
      const share = 1 / (1 + Math.exp(-odds));
      const twin = KEPT + at;
      ahead[twin] = ahead[at]! - lots;
      behind[twin] = behind[at]!;
      before[twin] = before[at]! + 1;
      weight[twin] = front >= lots ? weight[at]! * (1 - share) : 0;
      aheadWeight += weight[twin];
      behind[at]! += 1;
      weight[at] = levelLots - front >= lots ? weight[at]! * share : 0;
      behindWeight += weight[at];
    }
    const total = behindWeight + aheadWeight;
    if (!(total > 0)) {
      this.#shrink(count, Math.max(0, 1 - lots / levelLots));
      return 0;
    }
    this.#count = 0;
    for (let at = 0; at < count; at++) this.#keep(at, weight[at]! / total);
    for (let at = 0; at < count; at++) this.#keep(KEPT + at, weight[KEPT + at]! / total);
    while (this.#count > KEPT) this.#dropLightest();
    return behindWeight / total;
  }

  /**
   * Whole lots (halves up) by which guesses of `certainty` together say that trades have passed the order; uses them up.
   */
  takeReached(certainty: number): number {
    let reached = 0;
    for (let at = 0; at < this.#count; at++) {
      const lots = passedLots(this.#ahead[at]!);
      if (lots > reached && this.#weightPassed(lots) >= certainty - TOLERANCE) reached = lots;
    }
    // The order is first in line now, whatever a guess had ahead of it.
    if (reached > 0) for (let at = 0; at < this.#count; at++) this.#ahead[at] = Math.min(0, this.#ahead[at]! + reached);
    return reached;
  }

  #weightPassed(lots: number): number {
    let sum = 0;
    for (let at = 0; at < this.#count; at++) if (passedLots(this.#ahead[at]!) >= lots) sum += this.#weight[at]!;
    return sum;
  }

  /** More left than either side had, by any guess, as when one row stands for several cancels: both sides shrink alike. */
  #shrink(count: number, share: number): void {
    for (let at = 0; at < count; at++) {
      if (this.#ahead[at]! > 0) this.#ahead[at]! *= share;
      this.#weight[at] = 1 / count;
    }
  }

  /** Moves the guess at `from` to the end of those that stay, or adds it to an equal one. `from` is never before that end. */
  #keep(from: number, weight: number): void {
    if (!(weight > 0)) return;
    const lots = this.#ahead[from]!;
    let same = 0;
    while (same < this.#count && this.#ahead[same] !== lots) same++;
    if (same < this.#count) this.#merge(same, from, weight);
    else this.#move(from, this.#count++, weight);
  }

  #move(from: number, to: number, weight: number): void {
    this.#ahead[to] = this.#ahead[from]!;
    this.#behind[to] = this.#behind[from]!;
    this.#before[to] = this.#before[from]!;
    this.#weight[to] = weight;
  }

  /** Guess `into` takes the weight of another, and the mean of what both remember. */
  #merge(into: number, from: number, weight: number): void {
    const total = this.#weight[into]! + weight;
    const share = weight / total;
    this.#behind[into]! += (this.#behind[from]! - this.#behind[into]!) * share;
    this.#before[into]! += (this.#before[from]! - this.#before[into]!) * share;
    this.#weight[into] = total;
  }

  /** The lightest guess goes; its weight goes to the nearest one. */
  #dropLightest(): void {
    const ahead = this.#ahead;
    const weight = this.#weight;
    let lightest = 0;
    for (let at = 1; at < this.#count; at++) if (weight[at]! < weight[lightest]!) lightest = at;
    let nearest = lightest === 0 ? 1 : 0;
    for (let at = 0; at < this.#count; at++) {
      if (at === lightest) continue;
      if (Math.abs(ahead[at]! - ahead[lightest]!) < Math.abs(ahead[nearest]! - ahead[lightest]!)) nearest = at;
    }
    this.#merge(nearest, lightest, weight[lightest]!);
    const last = --this.#count;
    if (lightest !== last) this.#move(last, lightest, weight[last]!);
  }
}

/** Lots by which trades have passed a guess; 0 when there was as much ahead or more. */
function passedLots(ahead: number): number {
  return Math.max(0, Math.floor(-ahead + 0.5));
}
