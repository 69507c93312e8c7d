/**
 * ofi_T: order-flow imbalance at the best prices over the last T. Knows nothing of trades or deeper levels. Found in the
 * feature registry.
 *
 * Each complete book message n adds
 *   e = [B′ ≥ B] q′ − [B′ ≤ B] q − [A′ ≤ A] r′ + [A′ ≥ A] r
 * with bid price and size B, q and ask price and size A, r of the message before, and those after it primed. A side that is
 * not there has size 0 at a price behind all others: what comes counts whole, and so does what goes.
 */
import type { Book } from '../../core/book/book.js';
import type { Nanos } from '../../core/time.js';
import { defineFeature, type Feature, type FeatureSetup } from './feature.js';
import { RollingSum } from './rolling-sum.js';

export const orderFlowImbalance = defineFeature({
  name: 'ofi',
  argument: 'duration',
  unit: 'quantity',
  formula:
    'Σ over complete book messages in (now − T, now] of [B′≥B]q′ − [B′≤B]q − [A′≤A]r′ + [A′≥A]r, best bid B, q and ask A, r; ' +
    'NaN until T after the first message',
  source: 'Cont, Kukanov, Stoikov (2014), The price impact of order book events, Journal of Financial Econometrics 12',
  hears: ['onBook'],
  create: (setup) => new OrderFlowImbalance(setup),
});

/** Places of the best prices and sizes in {@link OrderFlowImbalance}'s array. */
const BID = 0;
const BID_LOTS = 1;
const ASK = 2;
const ASK_LOTS = 3;

class OrderFlowImbalance implements Feature {
  readonly #setup: FeatureSetup;
  readonly #flow: RollingSum;
  /** As of the last message. In an array, so that nothing is boxed. */
  readonly #best = new Float64Array(4);
  #firstNs = Number.POSITIVE_INFINITY;

  constructor(setup: FeatureSetup) {
    this.#setup = setup;
    this.#flow = new RollingSum(setup.argument);
  }

  onBook(book: Book, nowNs: Nanos): void {
    const best = this.#best;
    const bid = Number.isNaN(book.bestBidTicks) ? Number.NEGATIVE_INFINITY : book.bestBidTicks;
    const ask = Number.isNaN(book.bestAskTicks) ? Number.POSITIVE_INFINITY : book.bestAskTicks;
    const bidLots = book.bestBidLots;
    const askLots = book.bestAskLots;
    if (this.#firstNs === Number.POSITIVE_INFINITY) this.#firstNs = nowNs;
    else {
      let flowLots = 0;
      if (bid >= best[BID]!) flowLots += bidLots;
      if (bid <= best[BID]!) flowLots -= best[BID_LOTS]!;
      if (ask <= best[ASK]!) flowLots -= askLots;
      if (ask >= best[ASK]!) flowLots += best[ASK_LOTS]!;
      if (flowLots !== 0) this.#flow.add(flowLots, nowNs);
    }
    best[BID] = bid;
    best[BID_LOTS] = bidLots;
    best[ASK] = ask;
    best[ASK_LOTS] = askLots;
  }

  value(nowNs: Nanos): number {
    const { instrument, argument } = this.#setup;
    return this.#firstNs <= nowNs - argument ? instrument.qty(this.#flow.at(nowNs)) : Number.NaN;
  }
}
