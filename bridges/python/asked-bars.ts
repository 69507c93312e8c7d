/**
 * The series of bars that one remote strategy has asked for: which of them a bar is of, and what became of each.
 * Knows nothing of frames. Called by the remote strategy.
 */
import type { BarSeries } from '../../core/bars/bar-options.js';
import type { MarketView } from '../../core/market.js';
import type { StrategyContext } from '../../core/strategy.js';
import type { BarWish } from './bar-wishes.js';

export class AskedBars {
  readonly #wishes: readonly BarWish[];
  readonly #series: BarSeries[] = [];
  /** Place among the series from 1 on, by the run's index of the instrument and the name. */
  readonly #places = new Map<number, Map<string, number>>();

  constructor(wishes: readonly BarWish[]) {
    this.#wishes = wishes;
  }

  get any(): boolean {
    return this.#wishes.length > 0;
  }

  /** Asks for them; in `onStart`. Throws what `context.bars` throws. */
  start(context: StrategyContext): void {
    this.#series.length = 0;
    this.#places.clear();
    for (const { name, instrument: at, bars, options } of this.#wishes) {
      const instrument = context.instruments[at]!;
      this.#series.push(context.bars(instrument, bars, options));
      const names = this.#places.get(instrument.index) ?? new Map<string, number>();
      this.#places.set(instrument.index, names.set(name, this.#series.length));
    }
  }

  /** Which of them a bar is of, from 1 on in the order of {@link AskedBars.names}; 0 for bars of the tape. */
  placeOf({ series, instrument }: MarketView): number {
    return series === '' ? 0 : this.#places.get(instrument.index)!.get(series)!;
  }

  /** As the start tells them: name, and the peer's index of the instrument. */
  names(): readonly (readonly [name: string, instrument: number])[] {
    return this.#wishes.map(({ name, instrument }) => [name, instrument]);
  }

  /** As the end tells them, in the order of the names. */
  counts(): readonly (readonly number[])[] {
    return this.#series.map((series) => [
      ...[series.count, series.empty, series.cut, series.lateTrades, series.lateLots],
      ...[series.outsideTrades, series.outsideLots, series.bounded],
    ]);
  }
}
