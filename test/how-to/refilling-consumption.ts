/** A consumption model of one's own: what we took comes back bit by bit, a share of it with every row of the level. */
import { Side } from 'tickwright/core';
import type { ConsumptionModel } from 'tickwright/execution';

/** `share`: of what is still taken, how much a row of the level brings back, 0 < share ≤ 1, rounded up to a lot. */
export function refillingConsumption({ share }: { readonly share: number }): ConsumptionModel {
  if (!(share > 0 && share <= 1)) {
    throw new RangeError(`refillingConsumption: share ${share} is not above 0 and at most 1`);
  }
  return new RefillingConsumption(share);
}

class RefillingConsumption implements ConsumptionModel {
  readonly #share: number;
  /** Lots that are taken, by level. What is not there is 0, so that levels are forgotten. */
  readonly #taken = new Map<string, number>();

  constructor(share: number) {
    this.#share = share;
  }

  /** It remembers, so each run gets one of its own. */
  forRun(): ConsumptionModel {
    return new RefillingConsumption(this.#share);
  }

  takenLots(instrument: number, side: Side, tick: number, displayedLots: number): number {
    return Math.min(this.#taken.get(levelOf(instrument, side, tick)) ?? 0, displayedLots);
  }

  took(instrument: number, side: Side, tick: number, lots: number): void {
    const level = levelOf(instrument, side, tick);
    this.#taken.set(level, (this.#taken.get(level) ?? 0) + lots);
  }

  levelChanged(instrument: number, side: Side, tick: number, _beforeLots: number, afterLots: number): void {
    const level = levelOf(instrument, side, tick);
    const left = Math.min(Math.floor((this.#taken.get(level) ?? 0) * (1 - this.#share)), afterLots);
    if (left > 0) this.#taken.set(level, left);
    else this.#taken.delete(level);
  }
}

/** Called for rows of levels that we took from and for orders that take, not for all rows: a text will do. */
function levelOf(instrument: number, side: Side, tick: number): string {
  return `${instrument} ${side === Side.buy ? 'bid' : 'ask'} ${tick}`;
}
