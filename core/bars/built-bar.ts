/**
 * A bar that was built in the run, as a strategy's `onBar` sees it: the view that recorded bars have, of a bar instead of a row.
 * Knows nothing of how bars are built. Called by bar series.
 */
import type { Instrument } from '../instrument.js';
import { Flag, Kind, MarketView, Side } from '../market.js';
import type { Nanos } from '../time.js';
import type { Bar } from './bar.js';

export class BuiltBar extends MarketView {
  readonly #bar: Bar;
  readonly #instrument: Instrument;
  readonly #series: string;
  /** Price units of the bar in a tick. */
  readonly #perTick: number;
  #exchangeNs: Nanos = 0.5;
  #localNs: Nanos = 0.5;

  constructor(bar: Bar, instrument: Instrument, series: string, perTick: 1 | 2) {
    super([]);
    this.#bar = bar;
    this.#instrument = instrument;
    this.#series = series;
    this.#perTick = perTick;
  }

  /** The series says when it is told; not for handlers. */
  tellAt(exchangeNs: Nanos, localNs: Nanos): void {
    this.#exchangeNs = exchangeNs;
    this.#localNs = localNs;
  }

  override get instrument(): Instrument {
    return this.#instrument;
  }
  override get kind(): Kind {
    return Kind.bar;
  }
  override get side(): Side {
    return Side.none;
  }
  override get flags(): number {
    return Flag.last;
  }
  override get exchangeNs(): Nanos {
    return this.#exchangeNs;
  }
  override get localNs(): Nanos {
    return this.#localNs;
  }
  override get priceTicks(): number {
    return this.#bar.closeTicks / this.#perTick;
  }
  override get qtyLots(): number {
    return this.#bar.qtyLots;
  }
  override get orderId(): number {
    return Number.NaN;
  }
  override get openTicks(): number {
    return this.#bar.openTicks / this.#perTick;
  }
  override get highTicks(): number {
    return this.#bar.highTicks / this.#perTick;
  }
  override get lowTicks(): number {
    return this.#bar.lowTicks / this.#perTick;
  }
  override get value(): number {
    const { vwap } = this;
    return Number.isNaN(vwap) ? 0 : vwap;
  }
  override get vwap(): number {
    return this.#instrument.price(this.#bar.vwapTicks / this.#perTick);
  }
  override get series(): string {
    return this.#series;
  }
  override get startNs(): Nanos {
    return this.#bar.startNs;
  }
  override get endNs(): Nanos {
    return this.#bar.endNs;
  }
  override get trades(): number {
    return this.#bar.trades;
  }
}
