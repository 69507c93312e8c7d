/**
 * How orders meet one bar: where on its path each is reached, at which price, and how much of its volume is there.
 * Knows nothing of latency, fees, impact or the life of orders. Called by a venue for each bar of an instrument that has
 * own orders.
 *
 * The price is taken to move along the path (bar-path.ts) through every tick. Places on it are counted by the ticks
 * travelled since the bar began, so that what happens first is a comparison of two numbers, for any orders of any kind.
 * When an order fills:
 * - A market order at the price where it begins: the open for an order that was there before the bar.
 * - A stop (buy above, sell below) at the open when the bar opened at or beyond it, else at its trigger price; it needs to
 *   be touched, no more. So do orders that trigger when touched from the good side.
 * - A limit at the open when the bar opened better, else at its own price: when touched, or only when the market traded
 *   through it by a tick, whichever was chosen. It never fills worse than its price.
 * - What triggers inside the bar goes on with the rest of the path only: a stop-limit's limit must be met after its trigger.
 * - All own orders together get at most a share of the bar's volume, an order at most once a bar; the rest waits for the next.
 * Where it is unrealistic: the path is a guess; a limit filled by touch was first in line; volume is not tied to prices.
 * Compare LEAN (Common/Orders/Fills): its stop-limit fills only where the *close* is inside the limit.
 */
import { Side } from '../core/market.js';
import { type BarPath, MAX_PATH_POINTS } from './bar-path.js';
import { wholeAbove, wholeBelow } from './whole-numbers.js';

export interface BarMatcherOptions {
  readonly path: BarPath;
  /** Whether a resting limit needs its price touched, or traded through by at least one tick (LEAN's equity limits). */
  readonly limit: 'touched' | 'traded-through';
  /**
   * Share of a bar's volume, 0 < share ≤ 1, that all own orders together may have, rounded down to whole lots (zipline's
   * default is 0.025). A bar without volume fills nothing. `'unlimited'`: volume is not looked at, for data that has none.
   */
  readonly maxVolumeShare: number | 'unlimited';
}

/**
 * One bar at a time, for any number of instruments in turn. The `reach…` methods say how far the price has travelled (in
 * ticks, since the bar began) when the order is reached, or Infinity when it is not reached in this bar; and set
 * {@link fillTicks} and {@link atOnce}. `fromTicks` is where the order begins to be there: 0 = before the bar. They
 * throw `RangeError` when that is no place on the path, and allocate nothing. For the order of many see {@link BarAgenda}.
 */
export class BarMatcher {
  /** Counts bars from 1: a venue notes it with each fill, see {@link take}. */
  bar = 0;
  /** Price of the fill that the last `reach…` found; it means nothing when that returned Infinity. */
  fillTicks = 0;
  /** The last order reached was reachable right where it began: by a gap at the open, or marketable when it triggered. */
  atOnce = false;
  /** {@link reachTrailing}: where the stop stands after what was walked. */
  trailedTicks = 0;
  readonly #path: BarPath;
  readonly #throughTicks: number;
  readonly #maxVolumeShare: number;
  readonly #point = new Int32Array(MAX_PATH_POINTS);
  /** Ticks travelled up to each point. */
  readonly #travelled = new Float64Array(MAX_PATH_POINTS);
  #points = 0;
  #leftLots = 0;

  constructor({ path, limit, maxVolumeShare }: BarMatcherOptions) {
    if (limit !== 'touched' && limit !== 'traded-through') {
      throw new RangeError(`bar matching: limit "${limit}" is neither "touched" nor "traded-through"`);
    }
    if (maxVolumeShare !== 'unlimited' && !(maxVolumeShare > 0 && maxVolumeShare <= 1)) {
      throw new RangeError(
        `bar matching: maxVolumeShare ${maxVolumeShare} is not above 0 and at most 1, nor "unlimited"`,
      );
    }
    this.#path = path;
    this.#throughTicks = limit === 'touched' ? 0 : 1;
    this.#maxVolumeShare = maxVolumeShare === 'unlimited' ? Infinity : maxVolumeShare;
  }

  /** The next bar. Throws `RangeError` for a bar that cannot be, or a path that leaves it. */
  begin(openTicks: number, highTicks: number, lowTicks: number, closeTicks: number, volumeLots: number): void {
    const lowest = Math.min(openTicks, closeTicks);
    const highest = Math.max(openTicks, closeTicks);
    if (!(lowTicks <= lowest && highest <= highTicks)) {
      throw new RangeError(
        `bar: open ${openTicks}, high ${highTicks}, low ${lowTicks}, close ${closeTicks} (ticks): open or close is outside`,
      );
    }
    if (this.#maxVolumeShare === Infinity) this.#leftLots = Infinity;
    else if (volumeLots >= 0 && volumeLots < Infinity) this.#leftLots = wholeBelow(this.#maxVolumeShare * volumeLots);
    else throw new RangeError(`bar: volume ${volumeLots} lots is no quantity, and maxVolumeShare needs one`);
    const point = this.#point;
    const points = this.#path.path(openTicks, highTicks, lowTicks, closeTicks, point);
    if (!this.#isPath(points, openTicks, highTicks, lowTicks, closeTicks)) {
      throw new RangeError(
        `bar path: ${points} points [${point.join(', ')}] are no path from ${openTicks} to ${closeTicks} within ${lowTicks} … ${highTicks}`,
      );
    }
    let travelled = 0;
    for (let i = 1; i < points; i++) {
      travelled += Math.abs(point[i]! - point[i - 1]!);
      this.#travelled[i] = travelled;
    }
    this.#points = points;
    this.bar++;
  }

  #isPath(points: number, openTicks: number, highTicks: number, lowTicks: number, closeTicks: number): boolean {
    const point = this.#point;
    if (!(points >= 1 && points <= MAX_PATH_POINTS) || point[points - 1] !== closeTicks) return false;
    for (let i = 0; i < points; i++) if (point[i]! < lowTicks || point[i]! > highTicks) return false;
    return points === 1 || point[0] === openTicks;
  }

  /** Length of the whole path in ticks: where the bar ends. */
  get lengthTicks(): number {
    return this.#travelled[this.#points - 1]!;
  }

  /** The price where `fromTicks` have been travelled. */
  priceTicks(fromTicks: number): number {
    if (!(fromTicks >= 0 && fromTicks <= this.lengthTicks && Math.floor(fromTicks) === fromTicks)) {
      throw new RangeError(`bar matching: ${fromTicks} is no place on a path of ${this.lengthTicks} ticks`);
    }
    const leg = this.#legOf(fromTicks);
    if (leg === this.#points) return this.#point[0]!;
    const before = this.#point[leg - 1]!;
    const away = fromTicks - this.#travelled[leg - 1]!;
    return this.#point[leg]! >= before ? before + away : before - away;
  }

  /**
   * Where the price is after a share (0 to 1) of the bar's time, for orders that arrive inside it: it is taken to move
   * evenly, and the place is rounded on to the next whole tick of the way.
   */
  placeAfter(timeShare: number): number {
    if (!(timeShare >= 0 && timeShare <= 1)) {
      throw new RangeError(`bar matching: ${timeShare} is no share of the bar's time`);
    }
    return wholeAbove(timeShare * this.lengthTicks);
  }

  /** A market order: at once. */
  reachMarket(fromTicks: number): number {
    this.fillTicks = this.priceTicks(fromTicks);
    this.atOnce = true;
    return fromTicks;
  }

  /** A limit order. Fills at its price, or at the better price where it begins. */
  reachLimit(side: Side, limitTicks: number, fromTicks: number): number {
    return side === Side.buy
      ? this.#reach(-1, limitTicks - this.#throughTicks, limitTicks, fromTicks)
      : this.#reach(1, limitTicks + this.#throughTicks, limitTicks, fromTicks);
  }

  /** A stop: a buy when the price has risen to it, a sell when it has fallen. Fills at it, or at the worse price of a gap. */
  reachStop(side: Side, stopTicks: number, fromTicks: number): number {
    return this.#reach(side === Side.buy ? 1 : -1, stopTicks, stopTicks, fromTicks);
  }

  /** A trigger touched from the good side (market- and limit-if-touched): a buy when the price has fallen to it. */
  reachTouch(side: Side, triggerTicks: number, fromTicks: number): number {
    return this.#reach(side === Side.buy ? -1 : 1, triggerTicks, triggerTicks, fromTicks);
  }

  /**
   * A stop that follows the price at `offsetTicks` ≥ 1 and never goes back; `stopTicks` is where it stands as it begins
   * (∓Infinity for a sell or buy that does not stand anywhere yet). {@link trailedTicks} is where it stands afterwards.
   * With `offsetTicks` NaN it follows at a fraction of the price, 0 < `offsetFraction` < 1, at the whole tick away from it.
   */
  reachTrailing(
    side: Side,
    stopTicks: number,
    offsetTicks: number,
    fromTicks: number,
    offsetFraction: number = Number.NaN,
  ): number {
    const sign = side === Side.buy ? -1 : 1;
    // In the mirror of `sign` the stop is below the price: every case below reads as that of a sell.
    let stop = sign * stopTicks;
    const begin = sign * this.priceTicks(fromTicks);
    this.atOnce = begin <= stop;
    this.fillTicks = sign * begin;
    this.trailedTicks = stopTicks;
    if (this.atOnce) return fromTicks;
    stop = Math.max(stop, behind(begin, offsetTicks, offsetFraction));
    for (let leg = this.#legOf(fromTicks); leg < this.#points; leg++) {
      const end = sign * this.#point[leg]!;
      if (end <= stop) {
        this.fillTicks = this.trailedTicks = sign * stop;
        return this.#travelled[leg]! - (stop - end);
      }
      stop = Math.max(stop, behind(end, offsetTicks, offsetFraction));
    }
    this.trailedTicks = sign * stop;
    return Infinity;
  }

  /** Lots of the bar that own orders may still have; Infinity when unlimited. What fill-or-kill asks. */
  get leftLots(): number {
    return this.#leftLots;
  }

  /**
   * Whole lots that an order gets of the `qtyLots` it wants, used up with this. `filledBar` is the {@link bar} of its last
   * fill, 0 if it had none: an order that has had a fill of this bar gets nothing more of it.
   */
  take(qtyLots: number, filledBar: number): number {
    if (filledBar === this.bar) return 0;
    const lots = Math.min(qtyLots, this.#leftLots);
    this.#leftLots -= lots;
    return lots;
  }

  /** The first place from `fromTicks` on where the price is at `levelTicks` or beyond: above (1) or below (−1). */
  #reach(sign: number, levelTicks: number, fillTicks: number, fromTicks: number): number {
    const begin = this.priceTicks(fromTicks);
    this.atOnce = sign * (begin - levelTicks) >= 0;
    this.fillTicks = this.atOnce ? begin : fillTicks;
    if (this.atOnce) return fromTicks;
    for (let leg = this.#legOf(fromTicks); leg < this.#points; leg++) {
      const end = this.#point[leg]!;
      if (sign * (end - levelTicks) >= 0) return this.#travelled[leg]! - Math.abs(end - levelTicks);
    }
    return Infinity;
  }

  /** The leg (named by the point it ends at) on which a place lies; the number of points when the path has but one. */
  #legOf(fromTicks: number): number {
    let leg = 1;
    while (leg < this.#points && this.#travelled[leg]! < fromTicks) leg++;
    return leg;
  }
}

/** Where a stop stands below a price that it follows. */
function behind(ticks: number, offsetTicks: number, offsetFraction: number): number {
  return Number.isNaN(offsetTicks) ? Math.floor(ticks - Math.abs(ticks) * offsetFraction) : ticks - offsetTicks;
}
