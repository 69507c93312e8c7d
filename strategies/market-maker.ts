/**
 * A market maker: one post-only order a side around the microprice, leaning against its own inventory.
 * Knows nothing of venues. Found in the registry as `market-maker`.
 *
 * Fair = microprice (best prices weighted with the other side's quantity; Stoikov, "The micro-price", 2018) moved
 * against the position, by `skewTicks` when it is full. Quotes lie `halfSpreadTicks` to both sides of fair but never
 * inside the touch, and are left alone, keeping their place in the queue, until they are more than `toleranceTicks` off.
 */
import { z } from 'zod';
import type { Instrument } from '../core/instrument.js';
import { Side } from '../core/market.js';
import { defineStrategy, type Strategy, type StrategyContext } from '../core/strategy.js';
import { lotsOf, period, positiveDecimal } from './parameter.js';
import { QuoteSlot } from './quote-slot.js';

const params = z.strictObject({
  /** Time between two looks at the book. */
  interval: period.default(10e6),
  /** Quantity of each order. */
  qty: positiveDecimal.default(0.01),
  /** No order that could take the position beyond it, long or short. */
  maxPosition: positiveDecimal.default(0.05),
  /** Distance of each quote from fair, ticks. */
  halfSpreadTicks: z.number().min(0).default(1),
  /** How far a full position moves fair, ticks. */
  skewTicks: z.number().min(0).default(2),
  /** How far off a quote may be before it is replaced, ticks. */
  toleranceTicks: z.number().min(0).default(0),
});

interface Quoted {
  readonly instrument: Instrument;
  readonly bid: QuoteSlot;
  readonly ask: QuoteSlot;
  readonly qtyLots: number;
  readonly maxLots: number;
}

class MarketMaker implements Strategy {
  readonly #params: z.infer<typeof params>;
  #quoted: Quoted[] = [];

  constructor(checked: z.infer<typeof params>) {
    this.#params = checked;
  }

  onStart(context: StrategyContext): void {
    this.#quoted = context.instruments.map((instrument) => ({
      instrument,
      bid: new QuoteSlot(instrument, Side.buy),
      ask: new QuoteSlot(instrument, Side.sell),
      qtyLots: lotsOf(instrument, this.#params.qty, 'qty'),
      maxLots: lotsOf(instrument, this.#params.maxPosition, 'maxPosition'),
    }));
    context.every('quote', this.#params.interval);
  }

  onTimer(_name: string, context: StrategyContext): void {
    for (const quoted of this.#quoted) this.#quote(quoted, context);
  }

  #quote({ instrument, bid, ask, qtyLots, maxLots }: Quoted, context: StrategyContext): void {
    const { halfSpreadTicks, skewTicks, toleranceTicks } = this.#params;
    const { bestBidTicks, bestAskTicks, bestBidLots, bestAskLots } = context.book(instrument);
    const positionLots = context.positionLots(instrument);
    // NaN when a side is missing, which takes both quotes away below.
    const microTicks = (bestBidTicks * bestAskLots + bestAskTicks * bestBidLots) / (bestBidLots + bestAskLots);
    const fairTicks = microTicks - (skewTicks * positionLots) / maxLots;
    const bidTicks = Math.min(Math.floor(fairTicks - halfSpreadTicks), bestBidTicks);
    const askTicks = Math.max(Math.ceil(fairTicks + halfSpreadTicks), bestAskTicks);
    this.#work(context, bid, positionLots + qtyLots <= maxLots ? bidTicks : Number.NaN, qtyLots, toleranceTicks);
    this.#work(context, ask, positionLots - qtyLots >= -maxLots ? askTicks : Number.NaN, qtyLots, toleranceTicks);
  }

  #work(context: StrategyContext, slot: QuoteSlot, priceTicks: number, qtyLots: number, toleranceTicks: number): void {
    slot.keep(context, priceTicks, toleranceTicks);
    if (slot.empty && !Number.isNaN(priceTicks)) slot.place(context, priceTicks, qtyLots);
  }
}

export const marketMaker = defineStrategy({
  name: 'market-maker',
  description: 'Quotes both sides around the microprice and leans against its inventory',
  params,
  create: (checked) => new MarketMaker(checked),
});
