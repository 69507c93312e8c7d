/**
 * Features of the best prices, read off the local book: mid, bid, ask, spread, microprice, bid_qty, ask_qty.
 * Knows nothing of time or trades. Found in the feature registry; the ones to read first.
 */
import type { Book } from '../../core/book/book.js';
import type { Instrument } from '../../core/instrument.js';
import { defineFeature, type FeatureDefinition } from './feature.js';

/** A feature that is a function of the book as it stands when it is read. */
function bookFeature(
  name: string,
  unit: string,
  formula: string,
  read: (book: Book, instrument: Instrument) => number,
  source?: string,
): FeatureDefinition {
  return defineFeature({
    ...{ name, unit, formula, hears: [] },
    ...(source !== undefined && { source }),
    create: ({ instrument, context }) => ({ value: () => read(context.book(instrument), instrument) }),
  });
}

export const mid = bookFeature(
  'mid',
  'price',
  '(bid + ask) / 2; NaN unless both sides are there',
  ({ midTicks }, instrument) => instrument.price(midTicks),
);

export const bid = bookFeature('bid', 'price', 'highest bid; NaN without bids', ({ bestBidTicks }, instrument) =>
  instrument.price(bestBidTicks),
);

export const ask = bookFeature('ask', 'price', 'lowest ask; NaN without asks', ({ bestAskTicks }, instrument) =>
  instrument.price(bestAskTicks),
);

/** Below 0 while a book is crossed, as order by order books may be in auctions. */
export const spread = bookFeature(
  'spread',
  'price',
  'ask − bid; NaN unless both sides are there',
  ({ bestBidTicks, bestAskTicks }, instrument) => instrument.price(bestAskTicks - bestBidTicks),
);

/**
 * The mid weighted by the sizes of the other sides: near the ask when the bid is large. This is what Gatheral and Oomen call
 * the micro-price; Stoikov ("The micro-price", Quantitative Finance 18, 2018) calls it the weighted mid and gives the name
 * to an adjustment of it that is fitted to data.
 */
export const microprice = bookFeature(
  'microprice',
  'price',
  '(bid × ask_qty + ask × bid_qty) / (bid_qty + ask_qty), the size-weighted mid; NaN unless both sides are there',
  ({ bestBidTicks, bestAskTicks, bestBidLots, bestAskLots }, instrument) =>
    instrument.price((bestBidTicks * bestAskLots + bestAskTicks * bestBidLots) / (bestBidLots + bestAskLots)),
  'Gatheral, Oomen (2010), Zero-intelligence realized variance estimation',
);

export const bidQty = bookFeature(
  'bid_qty',
  'quantity',
  'quantity displayed at the highest bid; NaN without bids',
  ({ bestBidTicks, bestBidLots }, instrument) => instrument.qty(Number.isNaN(bestBidTicks) ? Number.NaN : bestBidLots),
);

export const askQty = bookFeature(
  'ask_qty',
  'quantity',
  'quantity displayed at the lowest ask; NaN without asks',
  ({ bestAskTicks, bestAskLots }, instrument) => instrument.qty(Number.isNaN(bestAskTicks) ? Number.NaN : bestAskLots),
);
