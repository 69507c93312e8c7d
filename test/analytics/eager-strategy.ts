/** A strategy that trades much, by chance: for tests that need fills of every kind. Knows nothing of what is tested. */
import type { MarketView } from '../../core/market.js';
import type { Strategy, StrategyContext } from '../../core/strategy.js';
import { seeded } from '../tape/sample-rows.js';

/** Sends an order for some of the rows it hears of: to rest a few ticks away, or to take; now and then it takes all back. */
export function eager(seed: number): Strategy {
  const random = seeded(seed);
  const act = (row: MarketView, context: StrategyContext) => {
    const book = context.book(row.instrument);
    if (!(book.bestBidTicks < book.bestAskTicks) || random() < 0.7) return;
    const lots = 1 + Math.floor(3 * random());
    const away = Math.floor(3 * random()) - 1;
    if (random() < 0.5) context.buy(row.instrument, lots, book.bestBidTicks - away);
    else context.sell(row.instrument, lots, book.bestAskTicks + away);
    if (random() < 0.1) context.cancelAll();
  };
  return { onDepth: act, onTrade: act, onQuote: act, onOrderRow: act };
}
