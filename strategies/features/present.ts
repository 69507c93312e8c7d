/**
 * Features of the present moment and of the strategy itself: inventory, time_of_day, book_age.
 * Know nothing of prices. Found in the feature registry.
 */
import { DAY, type Nanos, SECOND } from '../../core/time.js';
import { defineFeature, type Feature } from './feature.js';

/** Known from the start. */
export const inventory = defineFeature({
  name: 'inventory',
  unit: 'quantity',
  formula: 'own position, below 0 when short, fills counted when the news of them arrives',
  hears: [],
  create: ({ instrument, context }) => ({ value: () => instrument.qty(context.positionLots(instrument)) }),
});

/** Known from the start. There is one for all instruments. */
export const timeOfDay = defineFeature({
  name: 'time_of_day',
  of: 'run',
  unit: 'seconds',
  formula: 'since midnight UTC, 0 ≤ t < 86 400',
  hears: [],
  create({ context }) {
    const day = BigInt(DAY);
    const originNs = Number(((context.originNs % day) + day) % day);
    return { value: (nowNs) => ((originNs + nowNs) % DAY) / SECOND };
  },
});

export const bookAge = defineFeature({
  name: 'book_age',
  unit: 'seconds',
  formula: 'since the last complete message that changed the book; NaN before the first',
  hears: ['onBook'],
  create: () => new BookAge(),
});

class BookAge implements Feature {
  #lastNs = Number.NaN;

  onBook(_book: unknown, nowNs: Nanos): void {
    this.#lastNs = nowNs;
  }

  value(nowNs: Nanos): number {
    return (nowNs - this.#lastNs) / SECOND;
  }
}
