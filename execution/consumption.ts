/**
 * Whether displayed liquidity that we took is still there for our next order: the recorded market does not know of us.
 * Knows nothing of orders. Called by the matching engine.
 * contract: ConsumptionModel.
 */
import { Side } from '../core/market.js';
import type { ModelRun } from './model-run.js';

/**
 * Decides how much of a displayed level is no longer to be had because we took it.
 *
 * `takenLots` is called for the levels that an order which takes may reach, `took` after every fill against the displayed
 * book, `levelChanged` for every row of a level of which something is taken, and for no other. `side`: of the book (asks
 * that a buy took are `Side.sell`); ticks of either sign; whole lots. Must not allocate beyond what it remembers. State
 * belongs to one run, so models that remember implement `forRun`. Read {@link consumedUntilUpdated} first.
 * Conformance: test/contracts/consumption.contract.ts; one of your own: docs/how-to/consumption-model.md.
 */
export interface ConsumptionModel {
  /**
   * Lots of a level now displaying `displayedLots` that are ours already: the lesser of that and of what is taken at all.
   * The venue asks with `Infinity` whether anything is; at 0 it tells of the level's rows no more.
   */
  takenLots(instrument: number, side: Side, tick: number, displayedLots: number): number;
  /** We took `lots` > 0 of it; with models that fill whole orders that may be more than is displayed. */
  took(instrument: number, side: Side, tick: number, lots: number): void;
  /** The level was recorded anew. What is taken never grows by it, and is at most `afterLots` afterwards. */
  levelChanged(instrument: number, side: Side, tick: number, beforeLots: number, afterLots: number): void;
  forRun?(run: ModelRun): ConsumptionModel;
}

/**
 * hftbacktest's: what is displayed can be taken as often as one likes. The do-nothing model; flatters whoever takes
 * liquidity more than once.
 */
export const hftbacktestConsumption: ConsumptionModel = {
  takenLots: () => 0,
  took() {},
  levelChanged() {},
};

/**
 * What we took stays taken until the level is recorded with another quantity; then all of it is to be had again
 * (NautilusTrader's `liquidity_consumption`, except that it compares only when it next matches).
 */
export const consumedUntilUpdated: ConsumptionModel = {
  ...hftbacktestConsumption,
  forRun: () => new TakenLots(false),
};

/**
 * What we took stays taken for as long as the level exists: only what is added to it afterwards can be had. When the level
 * shrinks, what others took or withdrew counts as ours first.
 */
export const neverReused: ConsumptionModel = {
  ...hftbacktestConsumption,
  forRun: () => new TakenLots(true),
};

class TakenLots implements ConsumptionModel {
  readonly #keeps: boolean;
  /** Lots by (tick × 2 + side), by instrument. */
  readonly #taken: Map<number, number>[] = [];

  constructor(keeps: boolean) {
    this.#keeps = keeps;
  }

  takenLots(instrument: number, side: Side, tick: number, displayedLots: number): number {
    const taken = this.#taken[instrument]?.get(keyOf(side, tick)) ?? 0;
    return Math.min(taken, displayedLots);
  }

  took(instrument: number, side: Side, tick: number, lots: number): void {
    let levels = this.#taken[instrument];
    if (levels === undefined) {
      levels = new Map();
      this.#taken[instrument] = levels;
    }
    const key = keyOf(side, tick);
    levels.set(key, (levels.get(key) ?? 0) + lots);
  }

  levelChanged(instrument: number, side: Side, tick: number, beforeLots: number, afterLots: number): void {
    const levels = this.#taken[instrument];
    const key = keyOf(side, tick);
    const taken = levels?.get(key);
    if (taken === undefined) return;
    if (afterLots === 0 || (!this.#keeps && afterLots !== beforeLots)) levels!.delete(key);
    else if (taken > afterLots) levels!.set(key, afterLots);
  }
}

function keyOf(side: Side, tick: number): number {
  return tick * 2 + (side === Side.sell ? 1 : 0);
}
