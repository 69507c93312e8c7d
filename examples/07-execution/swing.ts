/**
 * Orders that are more than limits and markets. By turns, on each instrument:
 * - a bracket: a post-only entry, and with it a target and a stop of which one cancels the other;
 * - an iceberg, and once it is over a trailing stop for as much as is held.
 * Entries give up after a while. What became of all of them, and why, the run prints at its end.
 */
import {
  defineStrategy,
  type Instrument,
  lotsOf,
  type Order,
  OrderType,
  period,
  positiveDecimal,
  Side,
  type Strategy,
  type StrategyContext,
  TimeInForce,
} from 'tickwright';
import { z } from 'zod';

const ICEBERG = 1;

export default defineStrategy({
  name: 'swing',
  description: 'Buys the bid with brackets and icebergs',
  params: z.strictObject({
    interval: period.default(1e9),
    patience: period.default(5e9),
    qty: positiveDecimal.default(0.3),
    /** How far target and stops are from the price, as a fraction of it. */
    reach: z.number().gt(0).lt(1).default(0.0001),
  }),

  create({ interval, patience, qty, reach }): Strategy {
    let turn = 0;

    function enter(instrument: Instrument, context: StrategyContext): void {
      const { bestBidTicks } = context.book(instrument);
      if (Number.isNaN(bestBidTicks)) return;
      const qtyLots = lotsOf(instrument, qty, 'qty');
      const entry = {
        ...{ instrument, side: Side.buy, qtyLots, priceTicks: bestBidTicks },
        // Venue time; what rests is taken back there, without a message of ours.
        ...{ timeInForce: TimeInForce.GTD, expiresNs: context.nowNs + patience },
      };
      if (turn++ % 2 === 0) {
        const ticks = Math.ceil(bestBidTicks * reach);
        const exits = { takeProfitTicks: bestBidTicks + ticks, stopTicks: bestBidTicks - ticks };
        refused(context.bracket({ ...entry, postOnly: true }, exits).entry, context);
      } else {
        // A third of it is displayed at a time; each further slice goes to the back of the line.
        refused(context.submit({ ...entry, displayLots: Math.ceil(qtyLots / 3), tag: ICEBERG }), context);
      }
    }

    function exit(instrument: Instrument, context: StrategyContext): void {
      const qtyLots = context.positionLots(instrument);
      const type = OrderType.trailingStop;
      context.submit({ instrument, side: Side.sell, qtyLots, type, trailFraction: reach, reduceOnly: true });
    }

    /** What a risk limit refuses never leaves: the order comes back finished, and says which limit it was. */
    function refused({ finished, detail }: Order, context: StrategyContext): void {
      if (finished) context.log(detail);
    }

    return {
      onStart: (context) => context.every('look', interval),

      onTimer(_name, context) {
        const busy = new Set([...context.orders()].map((order) => order.instrument));
        for (const instrument of context.instruments) {
          if (busy.has(instrument)) continue;
          // Exits can be refused on their way, by a limit or at the gate.
          if (context.positionLots(instrument) > 0) exit(instrument, context);
          else enter(instrument, context);
        }
      },

      onOrderEvent({ order }, context) {
        if (order.tag === ICEBERG && order.finished && order.filledLots > 0) exit(order.instrument, context);
      },
    };
  },
});
