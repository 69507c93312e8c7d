/**
 * One strategy's account: fills in; positions, cash, average cost, realised and unrealised profit and fees out.
 * Knows nothing of venues or of where marks come from. Called by the router; read by strategies and observers.
 *
 * Everything but fees is kept in ticks × lots, whole numbers that add up exactly (to 2^53); money appears only when read.
 */
import type { Instrument } from './instrument.js';
import { Side } from './market.js';

export class Account {
  readonly #instruments: readonly Instrument[];
  readonly #positionLots: Float64Array;
  /** Cash from trades by instrument, before fees, ticks × lots. */
  readonly #cashTickLots: Float64Array;
  /** What the open position cost by average cost, ticks × lots, signed like the position. */
  readonly #costTickLots: Float64Array;
  /** The last mark by instrument in half ticks (so that a mid is whole); `NaN` until the first mark or fill. */
  readonly #markHalfTicks: Float64Array;
  readonly #fees: Float64Array;
  readonly #feeErrors: Float64Array;
  readonly #volumeTickLots: Float64Array;
  #trades = 0;

  constructor(instruments: readonly Instrument[]) {
    const count = instruments.length;
    this.#instruments = instruments;
    this.#positionLots = new Float64Array(count);
    this.#cashTickLots = new Float64Array(count);
    this.#costTickLots = new Float64Array(count);
    this.#markHalfTicks = new Float64Array(count).fill(Number.NaN);
    this.#fees = new Float64Array(count);
    this.#feeErrors = new Float64Array(count);
    this.#volumeTickLots = new Float64Array(count);
  }

  /** Books a fill. `fee` in the quote currency, negative for a rebate. */
  applyFill(instrument: number, side: Side, priceTicks: number, qtyLots: number, fee: number): void {
    const signed = side === Side.buy ? qtyLots : -qtyLots;
    const before = this.#positionLots[instrument]!;
    const after = before + signed;
    const value = priceTicks * qtyLots;
    this.#cashTickLots[instrument]! -= priceTicks * signed;
    this.#volumeTickLots[instrument]! += value;
    if (before === 0 || before > 0 === signed > 0) {
      this.#costTickLots[instrument]! += priceTicks * signed;
    } else if (after === 0) {
      this.#costTickLots[instrument] = 0;
    } else if (before > 0 === after > 0) {
      // Part of the position closed: the rest keeps its average cost.
      this.#costTickLots[instrument]! *= after / before;
    } else {
      // Turned round: what is open now was opened at this price.
      this.#costTickLots[instrument] = priceTicks * after;
    }
    this.#positionLots[instrument] = after;
    // Until the first mark the fill's own price is the best there is.
    if (Number.isNaN(this.#markHalfTicks[instrument]!)) this.#markHalfTicks[instrument] = 2 * priceTicks;
    this.#trades++;
    this.#addFee(instrument, fee);
  }

  /** Neumaier's compensated sum: thousands of fees of 1e-5 on top of 1e6 lose nothing. */
  #addFee(instrument: number, fee: number): void {
    const sum = this.#fees[instrument]!;
    const total = sum + fee;
    this.#feeErrors[instrument]! += Math.abs(sum) >= Math.abs(fee) ? sum - total + fee : fee - total + sum;
    this.#fees[instrument] = total;
  }

  /** Sets the price the open position is valued at, as twice the ticks, so that a mid price is whole. */
  mark(instrument: number, halfTicks: number): void {
    this.#markHalfTicks[instrument] = halfTicks;
  }

  /** Lots, negative when short. */
  positionLots(instrument: number): number {
    return this.#positionLots[instrument]!;
  }

  /** Decimal quantity, negative when short. */
  position(instrument: number): number {
    return this.#instruments[instrument]!.qty(this.#positionLots[instrument]!);
  }

  /** Average cost of the open position in ticks; `NaN` when flat. */
  averageCostTicks(instrument: number): number {
    return this.#costTickLots[instrument]! / this.#positionLots[instrument]!;
  }

  /** Money from trades of one instrument before fees, quote currency. */
  tradeCash(instrument: number): number {
    return this.#instruments[instrument]!.value(this.#cashTickLots[instrument]!);
  }

  /** Fees paid on one instrument, quote currency. */
  feesOf(instrument: number): number {
    return this.#fees[instrument]! + this.#feeErrors[instrument]!;
  }

  /** Profit taken on one instrument by average cost, before fees. */
  realisedOf(instrument: number): number {
    return this.#instruments[instrument]!.value(this.#cashTickLots[instrument]! + this.#costTickLots[instrument]!);
  }

  /** Profit of the open position at the last mark (before the first one: at the first fill's price), before fees. */
  unrealisedOf(instrument: number): number {
    const lots = this.#positionLots[instrument]!;
    if (lots === 0) return 0;
    const twice = this.#markHalfTicks[instrument]! * lots - 2 * this.#costTickLots[instrument]!;
    return this.#instruments[instrument]!.value(twice / 2);
  }

  /** Value of all trades of one instrument, buys and sells added, quote currency. */
  volumeOf(instrument: number): number {
    return this.#instruments[instrument]!.value(this.#volumeTickLots[instrument]!);
  }

  /** Money from all trades before fees. */
  get balance(): number {
    return this.#sum((instrument) => this.tradeCash(instrument));
  }

  /** Money from all trades after fees. */
  get cash(): number {
    return this.balance - this.fees;
  }

  get fees(): number {
    return this.#sum((instrument) => this.feesOf(instrument));
  }

  get realised(): number {
    return this.#sum((instrument) => this.realisedOf(instrument));
  }

  get unrealised(): number {
    return this.#sum((instrument) => this.unrealisedOf(instrument));
  }

  /** Realised + unrealised − fees: what the run has earned so far. */
  get equity(): number {
    return this.realised + this.unrealised - this.fees;
  }

  /** Number of fills. */
  get trades(): number {
    return this.#trades;
  }

  get volume(): number {
    return this.#sum((instrument) => this.volumeOf(instrument));
  }

  #sum(of: (instrument: number) => number): number {
    let total = 0;
    for (let i = 0; i < this.#instruments.length; i++) total += of(i);
    return total;
  }
}
