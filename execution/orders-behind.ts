/**
 * What joined a level behind an own order, size by size, as far as level-2 data tells it. Knows nothing of what is ahead.
 * Called by the fitted queue model and by its fit.
 */

/** So many joins are remembered; the oldest are forgotten first. */
const REMEMBERED = 128;
/** With less than this chance that any of them is still there, no order of a size counts as being behind. */
const LEAST_CHANCE = 0.05;

export class OrdersBehind {
  /** Of the size last looked for: changes of the level since the newest of them joined, that one counted; ≥ 1. */
  age = 0;
  #changes = 0;
  /** Oldest first: lots, the chance that the order is still there, and the level's change that brought it. */
  readonly #lots: number[] = [];
  readonly #chance: number[] = [];
  readonly #joined: number[] = [];
  #length = 0;

  clear(): void {
    this.#length = 0;
    this.#changes = 0;
  }

  /** The level changed, by whatever. */
  change(): void {
    this.#changes++;
  }

  join(lots: number): void {
    if (this.#length === REMEMBERED) this.#forget(0);
    const at = this.#length++;
    this.#lots[at] = lots;
    this.#chance[at] = 1;
    this.#joined[at] = this.#changes;
  }

  /** Whether an order of this size may be behind; then sets {@link age}. */
  find(lots: number): boolean {
    let chance = 0;
    let newest = 0;
    for (let at = 0; at < this.#length; at++) {
      if (this.#lots[at] !== lots) continue;
      chance += this.#chance[at]!;
      newest = this.#joined[at]!;
    }
    this.age = Math.max(1, this.#changes - newest);
    return chance > LEAST_CHANCE;
  }

  /** With this chance an order of the size left; of several the newest. */
  leave(lots: number, chance: number): void {
    let left = chance;
    for (let at = this.#length - 1; at >= 0 && left > 0; at--) {
      if (this.#lots[at] !== lots) continue;
      const taken = Math.min(left, this.#chance[at]!);
      left -= taken;
      this.#chance[at]! -= taken;
      if (this.#chance[at]! < 1e-6) this.#forget(at);
    }
  }

  #forget(at: number): void {
    this.#length--;
    for (let to = at; to < this.#length; to++) {
      this.#lots[to] = this.#lots[to + 1]!;
      this.#chance[to] = this.#chance[to + 1]!;
      this.#joined[to] = this.#joined[to + 1]!;
    }
  }
}
