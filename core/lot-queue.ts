/**
 * The open lots of one position in the order they were opened, first in first out: how many, and what they cost.
 * Knows nothing of sides, money or instruments. Called by the account when it costs by FIFO.
 *
 * A ring of columns that doubles when it is full and never shrinks: as long as the most lots that were open at once.
 */

const FIRST_CAPACITY = 8;

export class LotQueue {
  #qtyLots = new Float64Array(FIRST_CAPACITY);
  #cost = new Float64Array(FIRST_CAPACITY);
  #head = 0;
  #length = 0;

  /** How many openings are not wholly closed. */
  get length(): number {
    return this.#length;
  }

  /** How many fit before it grows: a power of two. */
  get capacity(): number {
    return this.#qtyLots.length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** `cost`: of all these lots together, any sign and unit. */
  push(qtyLots: number, cost: number): void {
    if (this.#length === this.#qtyLots.length) this.#grow();
    const at = (this.#head + this.#length) & (this.#qtyLots.length - 1);
    this.#qtyLots[at] = qtyLots;
    this.#cost[at] = cost;
    this.#length++;
  }

  /** Takes the oldest lots out, at most as many as there are; returns what they cost. Whole costs per lot stay exact. */
  take(qtyLots: number): number {
    const mask = this.#qtyLots.length - 1;
    let wanted = qtyLots;
    let taken = 0;
    while (wanted > 0) {
      const at = this.#head;
      const there = this.#qtyLots[at]!;
      const cost = this.#cost[at]!;
      if (there > wanted) {
        const part = (cost / there) * wanted;
        this.#qtyLots[at] = there - wanted;
        this.#cost[at] = cost - part;
        return taken + part;
      }
      taken += cost;
      wanted -= there;
      this.#head = (at + 1) & mask;
      this.#length--;
    }
    return taken;
  }

  /**
   * Makes `after` lots of all that there are (`before` > 0, after > 0) at the same cost, each opening its share: the places
   * where one ends and the next begins are scaled and cut to whole lots. What would be no lot is joined to the next.
   */
  rescale(before: number, after: number): void {
    const mask = this.#qtyLots.length - 1;
    const [from, to] = [BigInt(before), BigInt(after)];
    const count = this.#length;
    let passed = 0n;
    let placed = 0;
    let carried = 0;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const at = (this.#head + i) & mask;
      passed += BigInt(this.#qtyLots[at]!);
      carried += this.#cost[at]!;
      // Beyond 2^53 a product of doubles would round; splits are rare.
      const end = Number((passed * to) / from);
      if (end === placed) continue;
      const into = (this.#head + kept) & mask;
      this.#qtyLots[into] = end - placed;
      this.#cost[into] = carried;
      placed = end;
      carried = 0;
      kept++;
    }
    this.#length = kept;
  }

  #grow(): void {
    const { length } = this.#qtyLots;
    const qtyLots = new Float64Array(2 * length);
    const cost = new Float64Array(2 * length);
    for (let i = 0; i < length; i++) {
      const at = (this.#head + i) & (length - 1);
      qtyLots[i] = this.#qtyLots[at]!;
      cost[i] = this.#cost[at]!;
    }
    this.#qtyLots = qtyLots;
    this.#cost = cost;
    this.#head = 0;
  }
}
