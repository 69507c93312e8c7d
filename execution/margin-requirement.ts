/**
 * What an account must have and what it has: the margin model summed over positions and working orders, beside equity at the
 * marks. Knows nothing of liquidation. Called by settlement before an order is admitted, and by liquidation.
 */
import { Side } from '../core/market.js';
import type { MarginModel } from './margin.js';
import type { MarkBoard } from './mark-board.js';
import type { SettlementPort } from './settlement-port.js';

/** All sums are in the accounts' currency. An account's margin is one pot for all its positions ("cross"). */
export class MarginRequirement {
  readonly #port: SettlementPort;
  readonly #marks: MarkBoard;
  readonly #model: MarginModel;
  /** Price of the last order admitted, by strategy and instrument: what it is reckoned at where nothing else is known. */
  readonly #orderTicks: Float64Array;

  constructor(port: SettlementPort, marks: MarkBoard, model: MarginModel) {
    this.#port = port;
    this.#marks = marks;
    this.#model = model;
    this.#orderTicks = new Float64Array(port.strategies.length * port.instruments.length).fill(Number.NaN);
  }

  /** At the marks, which it sets in the account. */
  equity(strategy: number): number {
    const { accounts, instruments } = this.#port;
    const account = accounts[strategy]!;
    for (let i = 0; i < instruments.length; i++) {
      if (account.positionLots(i) !== 0) account.mark(i, this.#marks.halfTicks(strategy, i));
    }
    return account.equity;
  }

  /** Of all positions, or of all but that of one instrument. May be `Infinity`, as the model's may. */
  maintenance(strategy: number, except = -1): number {
    const { accounts, instruments } = this.#port;
    let total = 0;
    for (let i = 0; i < instruments.length; i++) {
      const lots = accounts[strategy]!.positionLots(i);
      if (lots !== 0 && i !== except) total += this.maintenanceOf(strategy, i, lots);
    }
    return total;
  }

  /** Of one position, were it this large. */
  maintenanceOf(strategy: number, instrument: number, positionLots: number): number {
    const at = this.#port.instruments[instrument]!;
    const priceTicks = this.#marks.halfTicks(strategy, instrument) / 2;
    const margin = this.#model.maintenance(at, positionLots, priceTicks);
    return this.#converted(strategy, instrument, margin, 'maintenance');
  }

  /**
   * Whether the account can bear one more order (of a modify: what it adds). It can if the order, with those that work on its
   * side, only closes; or if it does not raise what is needed; or if equity covers the initial margin of every instrument,
   * each taken with all working orders of one side filled, of the side that needs more, the order's instrument at the mark or
   * at the order's limit, whichever needs more. `priceTicks`: `NaN` for an order without a limit; where no mark is known
   * either, it cannot be reckoned and is refused.
   */
  allows(strategy: number, instrument: number, side: Side, priceTicks: number, qtyLots: number): boolean {
    const buysLots = side === Side.buy ? qtyLots : 0;
    const sellsLots = qtyLots - buysLots;
    const markTicks = this.#marks.halfTicks(strategy, instrument) / 2;
    const orderTicks = Number.isNaN(priceTicks) ? markTicks : priceTicks;
    const at = strategy * this.#port.instruments.length + instrument;
    if (this.#closes(strategy, instrument, side, qtyLots)) return true;
    if (Number.isNaN(orderTicks)) return false;
    const present = this.#initialOf(strategy, instrument, 0, 0, markTicks, orderTicks);
    let needed = this.#initialOf(strategy, instrument, buysLots, sellsLots, markTicks, orderTicks);
    // What is not allowed at all (Infinity) stays so.
    if (needed > present || needed === Infinity) {
      for (let i = 0; i < this.#port.instruments.length; i++) {
        if (i !== instrument) needed += this.#initialAtMark(strategy, i);
      }
      if (needed > this.equity(strategy)) return false;
    }
    this.#orderTicks[at] = orderTicks;
    return true;
  }

  #closes(strategy: number, instrument: number, side: Side, qtyLots: number): boolean {
    const lots = this.#port.accounts[strategy]!.positionLots(instrument);
    const closable = side === Side.buy ? -lots : lots;
    return closable > 0 && qtyLots + this.#port.workingLots(strategy, instrument, side) <= closable;
  }

  #initialAtMark(strategy: number, instrument: number): number {
    const working =
      this.#port.workingLots(strategy, instrument, Side.buy) + this.#port.workingLots(strategy, instrument, Side.sell);
    if (working === 0 && this.#port.accounts[strategy]!.positionLots(instrument) === 0) return 0;
    const markTicks = this.#marks.halfTicks(strategy, instrument) / 2;
    const orderTicks = this.#orderTicks[strategy * this.#port.instruments.length + instrument]!;
    return this.#initialOf(strategy, instrument, 0, 0, markTicks, Number.isNaN(markTicks) ? orderTicks : markTicks);
  }

  /** At the dearer of two prices, the first of which may be `NaN`, and with the dearer side's working orders filled. */
  #initialOf(
    strategy: number,
    instrument: number,
    buysLots: number,
    sellsLots: number,
    markTicks: number,
    orderTicks: number,
  ): number {
    const lots = this.#port.accounts[strategy]!.positionLots(instrument);
    const most = lots + buysLots + this.#port.workingLots(strategy, instrument, Side.buy);
    const least = lots - sellsLots - this.#port.workingLots(strategy, instrument, Side.sell);
    const atOrder = Math.max(
      this.#initial(strategy, instrument, most, orderTicks),
      this.#initial(strategy, instrument, least, orderTicks),
    );
    if (Number.isNaN(markTicks) || markTicks === orderTicks) return atOrder;
    const longAtMark = this.#initial(strategy, instrument, most, markTicks);
    return Math.max(atOrder, longAtMark, this.#initial(strategy, instrument, least, markTicks));
  }

  #initial(strategy: number, instrument: number, positionLots: number, priceTicks: number): number {
    if (positionLots === 0) return 0;
    const margin = this.#model.initial(this.#port.instruments[instrument]!, positionLots, priceTicks);
    return this.#converted(strategy, instrument, margin, 'initial');
  }

  #converted(strategy: number, instrument: number, margin: number, what: string): number {
    // Written so that NaN fails it.
    if (!(margin >= 0)) {
      const { symbol } = this.#port.instruments[instrument]!;
      throw new RangeError(`margin model: ${what} margin ${margin} of ${symbol} is not a number ≥ 0`);
    }
    return this.#port.accounts[strategy]!.converted(instrument, margin);
  }
}
