/** Buys when a bar closes above the highs of those before it, and sells what it holds when one closes below its own average. */
import { type BarSeries, defineStrategy, type Strategy } from 'tickwright/core';
import { lotsOf, positiveDecimal } from 'tickwright/strategies';
import { z } from 'zod';

export const barBreakout = defineStrategy({
  name: 'bar-breakout',
  description: 'Buys breakouts of bars',
  params: z.strictObject({
    bars: z.string().default('1m'),
    lookback: z.int().min(1).default(20),
    qty: positiveDecimal.default(0.1),
  }),

  create({ bars, lookback, qty }): Strategy {
    /** Highs of the last bars, by instrument. */
    const highs: number[][] = [];
    const series: BarSeries[] = [];

    return {
      onStart(context) {
        for (const instrument of context.instruments) {
          highs[instrument.index] = [];
          series.push(context.bars(instrument, bars, { empty: 'flat' }));
        }
      },

      // A bar that has closed, at the moment at which it closed here.
      onBar(bar, context) {
        const { instrument } = bar;
        const last = highs[instrument.index]!;
        const held = context.positionLots(instrument);
        if (held === 0 && last.length === lookback && bar.priceTicks > Math.max(...last)) {
          context.buy(instrument, lotsOf(instrument, qty, 'qty'));
        } else if (held > 0 && bar.price < bar.vwap) {
          context.sell(instrument, held);
        }
        last.push(bar.highTicks);
        if (last.length > lookback) last.shift();
      },

      onStop(context) {
        for (const { instrument, name, count, empty } of series) {
          context.log(`${instrument.symbol}: ${count} bars of ${name}, ${empty} of them empty`);
        }
      },
    };
  },
});
