/**
 * Whose turn it is inside a bar: own orders by the place on the bar's path where each is reached. Knows nothing of prices
 * or fills. Called by a venue beside the bar matcher, which says the places.
 */

/** Who goes first of those reached at the same place. */
export const BarTurn = {
  /** Market orders, stops and touched triggers: of a bracket whose legs are reached at once, the stop counts. */
  trigger: 0,
  /** Limits: they get what volume is left. */
  limit: 1,
} as const;
export type BarTurn = (typeof BarTurn)[keyof typeof BarTurn];

/**
 * Hands out orders (any whole numbers that name them, such as slots) by place, then {@link BarTurn}, then arrival.
 *
 * A venue clears it for each bar, adds every order that the bar reaches, and takes them one by one. An order that triggers
 * is added again with the place where its limit is met, which is never before its trigger. One that ends without having had
 * its turn (the other leg of a bracket) is removed. O(log n) to add and take, O(n) to remove; allocates only to grow.
 */
export class BarAgenda {
  /** Place of the order handed out last. */
  placeTicks = 0;
  #order = new Float64Array(16);
  #place = new Float64Array(16);
  #turn = new Uint8Array(16);
  #arrival = new Float64Array(16);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
    this.placeTicks = 0;
  }

  /** `placeTicks` as `reach…` said it; Infinity (not reached) adds nothing. `arrival` tells orders apart that tie. */
  add(order: number, placeTicks: number, turn: BarTurn, arrival: number): void {
    if (placeTicks === Infinity) return;
    if (!(placeTicks >= this.placeTicks)) {
      throw new RangeError(`bar agenda: place ${placeTicks} lies before ${this.placeTicks}, where the bar is already`);
    }
    if (this.#size === this.#order.length) this.#grow();
    this.#rise(this.#size++, order, placeTicks, turn, arrival);
  }

  /** The order whose turn it is, taken off; −1 when there is none. */
  next(): number {
    if (this.#size === 0) return -1;
    const order = this.#order[0]!;
    this.placeTicks = this.#place[0]!;
    this.#removeAt(0);
    return order;
  }

  /** Takes an order off that will have no turn. False when it is not there. */
  remove(order: number): boolean {
    const at = this.#order.subarray(0, this.#size).indexOf(order);
    if (at < 0) return false;
    this.#removeAt(at);
    return true;
  }

  #removeAt(hole: number): void {
    const last = --this.#size;
    if (hole === last) return;
    const order = this.#order[last]!;
    const place = this.#place[last]!;
    const turn = this.#turn[last]!;
    const arrival = this.#arrival[last]!;
    let at = hole;
    for (let child = 2 * at + 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && this.#before(child + 1, this.#place[child]!, this.#turn[child]!, this.#arrival[child]!)) {
        child++;
      }
      if (!this.#before(child, place, turn, arrival)) break;
      this.#move(child, at);
      at = child;
    }
    this.#rise(at, order, place, turn, arrival);
  }

  /** Puts an entry in at `at` or above it. */
  #rise(at: number, order: number, place: number, turn: number, arrival: number): void {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#before(parent, place, turn, arrival)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#order[at] = order;
    this.#place[at] = place;
    this.#turn[at] = turn;
    this.#arrival[at] = arrival;
  }

  /** Whether the entry goes before one of these; equal counts, as it was there first. */
  #before(entry: number, place: number, turn: number, arrival: number): boolean {
    const placeDifference = this.#place[entry]! - place;
    if (placeDifference !== 0) return placeDifference < 0;
    const turnDifference = this.#turn[entry]! - turn;
    return turnDifference !== 0 ? turnDifference < 0 : this.#arrival[entry]! <= arrival;
  }

  #move(from: number, to: number): void {
    this.#order[to] = this.#order[from]!;
    this.#place[to] = this.#place[from]!;
    this.#turn[to] = this.#turn[from]!;
    this.#arrival[to] = this.#arrival[from]!;
  }

  #grow(): void {
    const grown = (column: Float64Array) => {
      const wider = new Float64Array(column.length * 2);
      wider.set(column);
      return wider;
    };
    this.#order = grown(this.#order);
    this.#place = grown(this.#place);
    this.#arrival = grown(this.#arrival);
    const turn = new Uint8Array(this.#turn.length * 2);
    turn.set(this.#turn);
    this.#turn = turn;
  }
}
