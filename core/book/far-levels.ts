/**
 * Levels far from the touch: lots by tick, open addressing in two typed arrays. Several times faster than a Map, which
 * matters because deep books send a few rows in a hundred from far away. Called by the level book only.
 */
const SMALLEST = 64;

export class FarLevels {
  #ticks = new Int32Array(SMALLEST);
  /** −1: the place was never used. 0: a level that is gone; its place is kept, because far levels come back. */
  #lots = new Float64Array(SMALLEST).fill(-1);
  #shift = 32 - 6;
  /** Places that are not −1. */
  #used = 0;

  get(tick: number): number {
    const at = this.#place(tick);
    return this.#lots[at] === -1 ? 0 : this.#lots[at]!;
  }

  /** 0 lots removes the level. */
  set(tick: number, lots: number): void {
    const at = this.#place(tick);
    if (this.#lots[at] === -1) {
      if (lots === 0) return;
      this.#ticks[at] = tick;
      this.#used++;
    }
    this.#lots[at] = lots;
    if (this.#used * 2 > this.#lots.length) this.#rebuild();
  }

  /** Calls `visit` for every level, in no particular order. `visit` may set that level to 0. */
  forEach(visit: (tick: number, lots: number) => void): void {
    const ticks = this.#ticks;
    const lots = this.#lots;
    for (let at = 0; at < lots.length; at++) if (lots[at]! > 0) visit(ticks[at]!, lots[at]!);
  }

  /** Where a tick is, or would be. */
  #place(tick: number): number {
    const ticks = this.#ticks;
    const lots = this.#lots;
    const mask = lots.length - 1;
    let at = Math.imul(tick, 0x9e3779b1) >>> this.#shift;
    while (lots[at] !== -1 && ticks[at] !== tick) at = (at + 1) & mask;
    return at;
  }

  /** Leaves out what is gone, and makes the table at least four times as long as what is left. */
  #rebuild(): void {
    const ticks = this.#ticks;
    const lots = this.#lots;
    let levels = 0;
    for (const each of lots) if (each > 0) levels++;
    let length = SMALLEST;
    while (length < 4 * levels) length *= 2;
    this.#ticks = new Int32Array(length);
    this.#lots = new Float64Array(length).fill(-1);
    this.#shift = 32 - Math.log2(length);
    this.#used = levels;
    for (let from = 0; from < lots.length; from++) {
      if (lots[from]! <= 0) continue;
      const at = this.#place(ticks[from]!);
      this.#ticks[at] = ticks[from]!;
      this.#lots[at] = lots[from]!;
    }
  }
}
