/**
 * A strategy of your own: buys what fell below its average and sells it back at the average.
 * It is found by its path in run.yaml; nothing has to be registered.
 */
import { defineStrategy, lotsOf, type Order, period, positiveDecimal, Side, type Strategy } from 'tickwright';
import { z } from 'zod';

export default defineStrategy({
  name: 'mean-reversion',
  description: 'Buys below its moving average, sells at it',

  // Checked before the run; a run file that says something else is refused with the field's name.
  params: z.strictObject({
    window: period.default(10e9),
    discountTicks: z.number().positive().default(3),
    qty: positiveDecimal.default(0.1),
  }),

  // Called once per run; what the strategy remembers lives here.
  create({ window, discountTicks, qty }): Strategy {
    let averageTicks = Number.NaN;
    let lastNs = 0;
    let working: Order | undefined;

    return {
      onStart(context) {
        context.log(`watching ${context.instruments.map((instrument) => instrument.symbol).join(', ')}`);
      },

      // Only the handlers that are here are called. A message that changed the book is complete:
      onBook(book, context) {
        const mid = book.midTicks;
        if (Number.isNaN(mid)) return;
        const weight = Number.isNaN(averageTicks) ? 1 : 1 - Math.exp((lastNs - context.nowNs) / window);
        averageTicks = weight === 1 ? mid : averageTicks + weight * (mid - averageTicks);
        lastNs = context.nowNs;
        if (working !== undefined && !working.finished) return;

        const { instrument } = book;
        const held = context.positionLots(instrument);
        const lots = lotsOf(instrument, qty, 'qty');
        if (held === 0 && mid < averageTicks - discountTicks) working = context.buy(instrument, lots);
        else if (held > 0 && mid >= averageTicks) working = context.sell(instrument, held);
      },

      onFill(fill, context) {
        const { instrument, side } = fill.order;
        const verb = side === Side.buy ? 'bought' : 'sold';
        context.log(`${verb} ${instrument.qtyText(fill.qtyLots)} at ${instrument.priceText(fill.priceTicks)}`);
        context.metric('average', instrument.price(averageTicks));
      },
    };
  },
});
