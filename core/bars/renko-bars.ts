/**
 * Renko: bricks of one size, each a bar. Knows nothing of where rows come from. Made by bar-kinds.ts.
 *
 * Bricks stand on a ladder whose first rung is the first price of the session. With an edge `high` and `low` of the last brick
 * (both the first price before there is one), a price ≥ high + size makes a brick up from `high`, one ≤ low − size a brick down
 * from `low`: a turn takes two sizes. One price may make several. Open and close are edges, high and low are the same two; no
 * wicks. The volume since the last brick, that of the trade that makes it included, is the first one's of a move; the others
 * have none. At a session's end what has not made a brick is a bar with its own prices, cut short, and a new ladder begins.
 */
import type { Side } from '../market.js';
import type { Nanos } from '../time.js';
import { BarBuilder, type BarBuilderSetup } from './bar-builder.js';

export class RenkoBars extends BarBuilder {
  protected running = false;
  readonly #size: number;
  #laid = false;
  #high = 0;
  #low = 0;
  #standing = Number.NaN;

  constructor(setup: BarBuilderSetup, size: number) {
    super(setup);
    this.#size = size;
  }

  finish(): void {
    if (this.running) this.leaveUnfinished();
    this.running = false;
  }

  protected take(ticks: number, lots: number, _side: Side, timeNs: Nanos): void {
    if (!this.running) this.#begin(timeNs);
    this.bar.trade(ticks, lots);
    this.#move(ticks, timeNs);
  }

  protected takeMid(ticks: number, timeNs: Nanos): void {
    const before = this.#standing;
    this.#standing = this.outside(timeNs) ? Number.NaN : ticks;
    if (Number.isNaN(this.#standing) || ticks === before) return;
    if (!this.running) this.#begin(timeNs);
    this.bar.price(ticks);
    this.bar.trades++;
    this.#move(ticks, timeNs);
  }

  protected pass(): void {}

  protected cutShort(timeNs: Nanos): void {
    if (this.running) {
      this.bar.cut = true;
      this.running = false;
      this.emit(timeNs);
    }
    this.#laid = false;
    this.#standing = Number.NaN;
  }

  #begin(timeNs: Nanos): void {
    this.running = true;
    this.bar.begin(timeNs);
  }

  #move(ticks: number, timeNs: Nanos): void {
    if (!this.#laid) {
      this.#laid = true;
      this.#high = ticks;
      this.#low = ticks;
    }
    const size = this.#size;
    while (ticks >= this.#high + size) {
      this.#low = this.#high;
      this.#high += size;
      this.#brick(this.#low, this.#high, timeNs);
    }
    while (ticks <= this.#low - size) {
      this.#high = this.#low;
      this.#low -= size;
      this.#brick(this.#high, this.#low, timeNs);
    }
  }

  #brick(open: number, close: number, timeNs: Nanos): void {
    const { bar } = this;
    bar.priced = true;
    bar.openTicks = open;
    bar.closeTicks = close;
    bar.highTicks = this.#high;
    bar.lowTicks = this.#low;
    this.running = false;
    this.emit(timeNs);
    bar.begin(timeNs);
  }
}
