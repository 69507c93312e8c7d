/**
 * Maker and taker rates that fall with what was traded in a rolling window. Knows nothing of accounts or venues.
 * Called by the simulated venue as any fee model.
 */
import type { Instrument } from '../core/instrument.js';
import type { Side } from '../core/market.js';
import type { Nanos } from '../core/time.js';
import { WideSums } from '../core/wide-sums.js';
import { rateOf } from './fee-options.js';
import { type FeeModel, tradedValue } from './fees.js';

export interface FeeTier {
  /** Applies from this volume on (traded value in the settle currency, buys and sells added), inclusive. */
  readonly fromVolume: number;
  readonly makerRate: number;
  readonly takerRate: number;
}

export interface TieredFeesOptions {
  /** How far back volume counts, ns > 0; exchanges mostly have 30 days. */
  readonly windowNs: Nanos;
  /** Rising in `fromVolume`, the first from 0. */
  readonly tiers: readonly FeeTier[];
  /**
   * What each strategy had traded in each settle currency before the run; counts as one trade at the run's origin, so a run
   * shorter than the window keeps it to its end. Default 0.
   */
  readonly initialVolume?: number;
}

/**
 * A fraction of the traded value by who was resting and by how much the strategy has traded: its fills of instruments with
 * the same settle currency at times t with `nowNs` − `windowNs` < t ≤ `nowNs`, the present fill left out. So a fill pays the
 * tier that was reached before it, a volume of exactly `fromVolume` has reached it, and a fill exactly one window ago no
 * longer counts. Remembers every fill in the window, 16 bytes each (fills at equal time together).
 *
 * Throws `RangeError` naming the option: no tiers, the first not from 0, thresholds that do not rise, rates outside (−1, 1),
 * a window that is not above 0, a negative initial volume.
 */
export function tieredFees(options: TieredFeesOptions): FeeModel {
  const { windowNs, tiers, initialVolume = 0 } = options;
  if (!(windowNs > 0 && windowNs < Infinity)) {
    throw new RangeError(`tieredFees: windowNs ${windowNs} is not a length of time above 0`);
  }
  if (!(initialVolume >= 0 && initialVolume < Infinity)) {
    throw new RangeError(`tieredFees: initialVolume ${initialVolume} is not a number from 0`);
  }
  if (tiers.length === 0) throw new RangeError('tieredFees: there are no tiers');
  tiers.forEach(({ fromVolume, makerRate, takerRate }, at) => {
    const fine = at === 0 ? fromVolume === 0 : fromVolume > tiers[at - 1]!.fromVolume && fromVolume < Infinity;
    if (!fine) {
      const wanted = at === 0 ? '0' : `above ${tiers[at - 1]!.fromVolume}`;
      throw new RangeError(`tieredFees: tiers.${at}.fromVolume ${fromVolume} is not ${wanted}`);
    }
    rateOf('tieredFees', `tiers.${at}.makerRate`, makerRate);
    rateOf('tieredFees', `tiers.${at}.takerRate`, takerRate);
  });
  return new Tiered(windowNs, tiers, initialVolume);
}

class Tiered implements FeeModel {
  readonly #windowNs: Nanos;
  readonly #tiers: readonly FeeTier[];
  readonly #initialVolume: number;
  /** By settle currency, then by strategy. */
  readonly #windows = new Map<string, (VolumeWindow | undefined)[]>();

  constructor(windowNs: Nanos, tiers: readonly FeeTier[], initialVolume: number) {
    this.#windowNs = windowNs;
    this.#tiers = tiers;
    this.#initialVolume = initialVolume;
  }

  fee(
    instrument: Instrument,
    _side: Side,
    priceTicks: number,
    qtyLots: number,
    maker: boolean,
    strategy: number,
    _orderId: number,
    nowNs: Nanos,
  ): number {
    const window = this.#window(instrument.settle, strategy);
    const tiers = this.#tiers;
    const volume = window.before(nowNs);
    let tier = tiers.length - 1;
    while (tier > 0 && volume < tiers[tier]!.fromVolume) tier--;
    const value = tradedValue(instrument, priceTicks, qtyLots);
    window.add(nowNs, value);
    const { makerRate, takerRate } = tiers[tier]!;
    return value * (maker ? makerRate : takerRate);
  }

  #window(settle: string, strategy: number): VolumeWindow {
    let windows = this.#windows.get(settle);
    if (windows === undefined) {
      windows = [];
      this.#windows.set(settle, windows);
    }
    let window = windows[strategy];
    if (window === undefined) {
      window = new VolumeWindow(this.#windowNs);
      if (this.#initialVolume > 0) window.add(0, this.#initialVolume);
      windows[strategy] = window;
    }
    return window;
  }

  forRun(): FeeModel {
    return new Tiered(this.#windowNs, this.#tiers, this.#initialVolume);
  }
}

const FIRST_CAPACITY = 64;

/** Amounts by time, of which those of the last window are added up: a ring that doubles when it is full. */
class VolumeWindow {
  readonly #windowNs: Nanos;
  /** What leaves takes away exactly what it had brought. */
  readonly #sum = new WideSums(1);
  #timesNs = new Float64Array(FIRST_CAPACITY);
  #amounts = new Float64Array(FIRST_CAPACITY);
  #head = 0;
  #length = 0;

  constructor(windowNs: Nanos) {
    this.#windowNs = windowNs;
  }

  /** The sum of what was added later than one window before now. */
  before(nowNs: Nanos): number {
    const mask = this.#timesNs.length - 1;
    while (this.#length > 0 && this.#timesNs[this.#head]! <= nowNs - this.#windowNs) {
      this.#sum.add(0, -this.#amounts[this.#head]!);
      this.#head = (this.#head + 1) & mask;
      this.#length--;
    }
    return this.#sum.value(0);
  }

  add(nowNs: Nanos, amount: number): void {
    const last = (this.#head + this.#length - 1) & (this.#timesNs.length - 1);
    if (this.#length > 0 && this.#timesNs[last] === nowNs) {
      // Together they must leave as what they are together in the ring, so that nothing stays behind.
      const together = this.#amounts[last]! + amount;
      this.#sum.add(0, -this.#amounts[last]!);
      this.#sum.add(0, together);
      this.#amounts[last] = together;
      return;
    }
    if (this.#length === this.#timesNs.length) this.#grow();
    const at = (this.#head + this.#length) & (this.#timesNs.length - 1);
    this.#timesNs[at] = nowNs;
    this.#amounts[at] = amount;
    this.#length++;
    this.#sum.add(0, amount);
  }

  #grow(): void {
    const { length } = this.#timesNs;
    const timesNs = new Float64Array(2 * length);
    const amounts = new Float64Array(2 * length);
    for (let i = 0; i < length; i++) {
      const at = (this.#head + i) & (length - 1);
      timesNs[i] = this.#timesNs[at]!;
      amounts[i] = this.#amounts[at]!;
    }
    this.#timesNs = timesNs;
    this.#amounts = amounts;
    this.#head = 0;
  }
}
