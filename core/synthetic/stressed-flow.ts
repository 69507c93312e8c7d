/**
 * The traders of one synthetic instrument under halts and flash crashes: what the order flow does, with what the stress does
 * between. Knows nothing of latency. Called by core/synthetic.ts in place of the order flow.
 */
import { codeOf, Kind, Side } from '../market.js';
import type { RandomSource, RandomStream } from '../random.js';
import type { Nanos } from '../time.js';
import type { FeedOrder } from './feed-order.js';
import { FlowStress, type StressedMarket } from './flow-stress.js';
import type { OrderFlow } from './order-flow.js';
import type { Stress, StressTally } from './stress-plan.js';

const STATUS = codeOf(Kind.status, Side.none, 0);

export class StressedFlow implements StressedMarket {
  readonly #flow: OrderFlow;
  readonly #order: FeedOrder;
  readonly #stress: FlowStress;
  readonly #random: RandomStream;
  /** When the flow's own next message comes. */
  #flowNs: Nanos = 0;

  constructor(
    flow: OrderFlow,
    symbol: string,
    plan: readonly Stress[],
    source: RandomSource,
    order: FeedOrder,
    tally: StressTally,
  ) {
    this.#flow = flow;
    this.#order = order;
    this.#random = source.stream(`synthetic/stress/${symbol}`);
    this.#stress = new FlowStress(plan, symbol, this.#random, tally);
  }

  get bid(): number {
    return this.#flow.book.bid;
  }

  get ask(): number {
    return this.#flow.book.ask;
  }

  open(): void {
    this.#flow.open();
  }

  /** As the flow's; a step of stress may be without rows. */
  step(now: Nanos): number {
    const stress = this.#stress;
    const before = this.#order.openRows;
    if (now >= stress.nextNs) stress.act(this, now);
    else this.#flowNs = this.#flow.step(now);
    stress.watch(this.bid, this.ask, this.#order.openRows - before);
    // Whoever wanted to act comes when it is over.
    if (stress.halted) this.#flowNs = Math.max(this.#flowNs, stress.nextNs);
    return Math.max(now + 1, Math.min(this.#flowNs, stress.nextNs));
  }

  sweep(aggressor: Side, limitTicks: number): number {
    const { book } = this.#flow;
    const [step, inside] = aggressor === Side.sell ? [-1, limitTicks + 1] : [1, limitTicks - 1];
    let lots = 0;
    for (let tick = aggressor === Side.sell ? book.bid : book.ask; (inside - tick) * step >= 0; tick += step) {
      if (Math.abs(tick - (aggressor === Side.sell ? book.bid : book.ask)) > book.depthTicks) break;
      lots += book.lots(tick);
    }
    return lots === 0 ? 0 : book.take(aggressor, lots, inside, this.#random.uniform());
  }

  withdrawBids(share: number, limitTicks: number): number {
    const { book } = this.#flow;
    let withdrawn = 0;
    for (let tick = book.bid, end = Math.max(limitTicks + 1, tick - book.depthTicks); tick >= end; tick--) {
      const lots = book.lots(tick);
      if (lots > 0 && this.#random.uniform() < share && book.cancel(Side.buy, tick, lots)) withdrawn += lots;
    }
    return withdrawn;
  }

  lean(ticks: number): void {
    this.#flow.fair.moveTicks(ticks);
  }

  status(value: number): void {
    this.#order.row(STATUS, 0, 0, 0, value);
  }
}
