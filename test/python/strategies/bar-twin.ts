/** Asks for bars of six kinds, writes down what it is told to the last bit, and trades by them: what bar_twin.py does, too. */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { BarSeries } from '../../../core/bars/bar-options.js';
import type { Strategy, StrategyPlugin } from '../../../core/strategy.js';

function hex(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

export const barTwin: StrategyPlugin<{ out: string }> = {
  name: 'bar-twin',
  params: z.strictObject({ out: z.string().default('') }),

  create({ out }): Strategy {
    const lines: string[] = [];
    let series: BarSeries[] = [];
    return {
      onStart(context) {
        const each = (bars: string, options = {}) =>
          context.instruments.map((instrument) => context.bars(instrument, bars, options));
        series = [
          ...each('1m'),
          ...each('1s', { clock: 'exchange', graceNs: 3e6 }),
          ...each('100 ticks'),
          ...each('1s', { name: 'mids', from: 'mid', empty: 'flat' }),
          ...each('20 volume-imbalance', { expectedTicksWithin: [5, 50] }),
          ...each('0.5 renko'),
        ];
      },

      onBar(bar, context) {
        const { instrument } = bar;
        const price = (ticks: number) => instrument.price(ticks);
        if (bar.series !== '') {
          const times = [context.nowNs, bar.localNs, bar.exchangeNs, bar.startNs, bar.endNs];
          const prices = [bar.openTicks, bar.highTicks, bar.lowTicks, bar.priceTicks].map(price);
          const epochs = times.map((time) => String(context.originNs + BigInt(time)));
          const exact = [...prices, bar.qty, bar.vwap].map(hex);
          lines.push([bar.series, instrument.symbol, ...epochs, bar.trades, ...exact].join(' '));
        }
        const held = context.positionLots(instrument);
        const most = instrument.qtyLots(0.05);
        const lots = instrument.qtyLots(0.01);
        if (bar.priceTicks > bar.openTicks && held < most) {
          context.buy(instrument, lots, Math.floor(bar.priceTicks));
        } else if (bar.priceTicks < bar.openTicks && held > -most) {
          context.sell(instrument, lots, Math.ceil(bar.priceTicks));
        }
      },

      onStop() {
        for (const each of series) {
          const late = [each.lateTrades, each.lateLots];
          const outside = [each.outsideTrades, each.outsideLots];
          const counts = [each.count, each.empty, each.cut, ...late, ...outside, each.bounded];
          lines.push([each.name, each.instrument.symbol, ...counts].join(' '));
        }
        if (out !== '') writeFileSync(out, lines.join('\n'));
      },
    };
  },
};

export default barTwin;
