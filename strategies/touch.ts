/**
 * The touch strategy: one order on each side at the local best price, looked at every step. It is the reference that
 * fills are compared by, so its rules are fixed; as a business it is poor.
 * Knows nothing of venues. Found in the registry as `touch`.
 *
 * At each step, if both best prices are there, for the bid and then the ask: forget a finished order; cancel a working
 * one that has no request on its way and is not at the local best; then, if the slot is empty and the position allows
 * another one, rest a post-only limit order at the local best. The state after each step is recorded as metrics.
 */
import { z } from 'zod';
import type { Instrument } from '../core/instrument.js';
import { Side } from '../core/market.js';
import { defineStrategy, type Strategy, type StrategyContext } from '../core/strategy.js';
import { lotsOf, period, positiveDecimal } from './parameter.js';
import { QuoteSlot } from './quote-slot.js';

const params = z.strictObject({
  /** Time between two looks at the book. */
  step: period.default(100e6),
  /** Quantity of each order. */
  qty: positiveDecimal.default(0.01),
  /** No bid at or above this position, no ask at or below its negative. */
  maxPosition: positiveDecimal.default(0.05),
});

class Touch implements Strategy {
  readonly #params: z.infer<typeof params>;
  #instrument!: Instrument;
  #bid!: QuoteSlot;
  #ask!: QuoteSlot;
  #qtyLots = 0;
  #maxLots = 0;

  constructor(checked: z.infer<typeof params>) {
    this.#params = checked;
  }

  onStart(context: StrategyContext): void {
    const [instrument, ...others] = context.instruments;
    if (instrument === undefined || others.length > 0) {
      const symbols = context.instruments.map((each) => each.symbol).join(', ');
      throw new RangeError(`touch trades one instrument, it was given ${context.instruments.length}: ${symbols}`);
    }
    this.#instrument = instrument;
    this.#bid = new QuoteSlot(instrument, Side.buy);
    this.#ask = new QuoteSlot(instrument, Side.sell);
    this.#qtyLots = lotsOf(instrument, this.#params.qty, 'qty');
    this.#maxLots = lotsOf(instrument, this.#params.maxPosition, 'maxPosition');
    context.every('step', this.#params.step, context.nowNs);
  }

  onTimer(_name: string, context: StrategyContext): void {
    const book = context.book(this.#instrument);
    const { bestBidTicks, bestAskTicks } = book;
    if (Number.isNaN(bestBidTicks) || Number.isNaN(bestAskTicks)) return;
    const positionLots = context.positionLots(this.#instrument);
    this.#look(context, this.#bid, bestBidTicks, positionLots < this.#maxLots);
    this.#look(context, this.#ask, bestAskTicks, positionLots > -this.#maxLots);

    const { account } = context;
    context.metric('bestBidTicks', bestBidTicks);
    context.metric('bestAskTicks', bestAskTicks);
    context.metric('position', account.position(this.#instrument.index));
    context.metric('balance', account.balance);
    context.metric('fee', account.fees);
    context.metric('trades', account.trades);
  }

  #look(context: StrategyContext, slot: QuoteSlot, priceTicks: number, allowed: boolean): void {
    slot.keep(context, priceTicks);
    if (slot.empty && allowed) slot.place(context, priceTicks, this.#qtyLots);
  }
}

export const touch = defineStrategy({
  name: 'touch',
  description: 'One order a side at the best price, every 100 ms: the reference for fills',
  params,
  create: (checked) => new Touch(checked),
});
