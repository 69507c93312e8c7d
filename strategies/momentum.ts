/**
 * Momentum: follows the sign of recent trades with immediate orders, up to a position limit.
 * Knows nothing of venues. Found in the registry as `momentum`; the one to read first.
 *
 * For each instrument two sums decay with time constant `window`: signed traded lots and all traded lots. Their ratio
 * lies in [−1, 1]; beyond ±`threshold` the strategy takes `qty` at the touch in that direction, at most once per
 * `cooldown`, and what is not there at that price expires.
 */
import { z } from 'zod';
import type { Instrument } from '../core/instrument.js';
import { type MarketView, Side } from '../core/market.js';
import { TimeInForce } from '../core/order.js';
import { defineStrategy, type Strategy, type StrategyContext } from '../core/strategy.js';
import { lotsOf, period, positiveDecimal } from './parameter.js';

const params = z.strictObject({
  /** Time constant of the decay. */
  window: period.default(2e9),
  /** How one-sided trading must be: 0 any, 1 all trades one way. */
  threshold: z.number().gt(0).lt(1).default(0.6),
  /** Quantity of each order. */
  qty: positiveDecimal.default(0.01),
  /** Largest position, long or short. */
  maxPosition: positiveDecimal.default(0.05),
  /** Least time between two orders in one instrument. */
  cooldown: period.default(1e9),
});

/** What is remembered of one instrument. */
interface Flow {
  signedLots: number;
  allLots: number;
  lastNs: number;
  /** No order before this time. */
  restNs: number;
  readonly qtyLots: number;
  readonly maxLots: number;
}

class Momentum implements Strategy {
  readonly #params: z.infer<typeof params>;
  /** By instrument index. */
  readonly #flows: Flow[] = [];

  constructor(checked: z.infer<typeof params>) {
    this.#params = checked;
  }

  onStart(context: StrategyContext): void {
    for (const instrument of context.instruments) {
      this.#flows[instrument.index] = {
        signedLots: 0,
        allLots: 0,
        lastNs: context.nowNs,
        restNs: context.nowNs + this.#params.window,
        qtyLots: lotsOf(instrument, this.#params.qty, 'qty'),
        maxLots: lotsOf(instrument, this.#params.maxPosition, 'maxPosition'),
      };
    }
  }

  onTrade(trade: MarketView, context: StrategyContext): void {
    const flow = this.#flows[trade.instrument.index]!;
    const decay = Math.exp((flow.lastNs - context.nowNs) / this.#params.window);
    const sign = trade.side === Side.buy ? 1 : trade.side === Side.sell ? -1 : 0;
    flow.lastNs = context.nowNs;
    flow.signedLots = flow.signedLots * decay + sign * trade.qtyLots;
    flow.allLots = flow.allLots * decay + trade.qtyLots;
    if (context.nowNs < flow.restNs) return;
    const ratio = flow.signedLots / flow.allLots;
    if (ratio > this.#params.threshold) this.#take(context, trade.instrument, flow, Side.buy);
    else if (ratio < -this.#params.threshold) this.#take(context, trade.instrument, flow, Side.sell);
  }

  #take(context: StrategyContext, instrument: Instrument, flow: Flow, side: Side): void {
    const book = context.book(instrument);
    const priceTicks = side === Side.buy ? book.bestAskTicks : book.bestBidTicks;
    const towards = side === Side.buy ? context.positionLots(instrument) : -context.positionLots(instrument);
    if (Number.isNaN(priceTicks) || towards + flow.qtyLots > flow.maxLots) return;
    flow.restNs = context.nowNs + this.#params.cooldown;
    context.submit({ instrument, side, priceTicks, qtyLots: flow.qtyLots, timeInForce: TimeInForce.IOC });
  }
}

export const momentum = defineStrategy({
  name: 'momentum',
  description: 'Follows the sign of recent trades with immediate orders, up to a position limit',
  params,
  create: (checked) => new Momentum(checked),
});
