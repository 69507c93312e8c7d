/**
 * Gathers what the page of a check draws of one instrument over time. Knows nothing of drawing. Called by its checks.
 */
import { NO_ASK, NO_BID } from '../../core/book/levels.js';
import type { Nanos } from '../../core/time.js';
import type { InstrumentPictures } from './findings.js';
import type { Spans } from './spans.js';
import { TimeBins } from './time-bins.js';

export class SpreadPictures implements InstrumentPictures {
  readonly rows = new TimeBins('sum');
  readonly leastLatency = new TimeBins('least');
  readonly mostLatency = new TimeBins('most');
  readonly crossed = new TimeBins('sum');
  readonly leastPrice = new TimeBins('least');
  readonly mostPrice = new TimeBins('most');
  readonly leastSpread = new TimeBins('least');
  readonly mostSpread = new TimeBins('most');

  row(timeNs: Nanos): void {
    this.rows.add(timeNs, 1);
  }

  delay(timeNs: Nanos, delayNs: Nanos): void {
    this.leastLatency.add(timeNs, delayNs);
    this.mostLatency.add(timeNs, delayNs);
  }

  price(timeNs: Nanos, tick: number): void {
    this.leastPrice.add(timeNs, tick);
    this.mostPrice.add(timeNs, tick);
  }

  touch(timeNs: Nanos, bid: number, ask: number): void {
    if (bid === NO_BID || ask === NO_ASK) return;
    this.leastSpread.add(timeNs, ask - bid);
    this.mostSpread.add(timeNs, ask - bid);
  }

  /** Where more spells were crossed than are kept by place, the longest are drawn. */
  finish(crossed: Spans): this {
    for (const { fromNs, toNs } of crossed.longest()) this.crossed.addSpan(fromNs, toNs);
    const bins = Object.values(this) as TimeBins[];
    const widthNs = Math.max(...bins.map((each) => each.widthNs));
    for (const each of bins) each.widenTo(widthNs);
    return this;
  }
}
