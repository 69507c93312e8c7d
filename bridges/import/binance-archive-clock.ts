/**
 * Times of Binance's public archive, held against the day or month that a file's name says. Spot files count microseconds from
 * 2025-01-01 on and milliseconds before, futures files milliseconds; which it is shows in the number, as only one of them
 * lies in the file's period.
 * Knows nothing of rows. Called by the writers of binance-archive.
 */
import type { ArchiveFile } from './binance-archive-name.js';
import type { LineFields } from './line-fields.js';
import type { RowCollector } from './row-collector.js';

/** From here on a number is in microseconds: as milliseconds it would be in the year 5138. */
const MICROSECONDS_FROM = 1e14;

export class ArchiveClock {
  readonly #collector: RowCollector;
  #file: ArchiveFile | undefined;
  /** Units in a millisecond: 1 or 1,000; 0 before the file's first time. */
  #perMs = 0;

  constructor(collector: RowCollector) {
    this.#collector = collector;
  }

  begin(file: ArchiveFile): void {
    this.#file = file;
    this.#perMs = 0;
  }

  /** A time within the file's period, or up to `slackMs` before it, in ns of the collector. */
  read(fields: LineFields, place: number, name: string, slackMs = 0): number {
    const count = fields.integer(place, name);
    const perMs = this.#unit(count, name);
    const { fromMs, toMs, period } = this.#file!;
    const ms = count / perMs;
    if (ms >= fromMs - slackMs && ms < toMs) return this.#nanos(count, perMs);
    const shown = ms < 8.64e15 ? ` (${new Date(ms).toISOString()})` : '';
    throw new RangeError(`${name} is ${count}${shown}, outside ${period} in UTC, which the file's name says`);
  }

  /** The moment at which what ends with this unit of time is over: one unit later. */
  end(fields: LineFields, place: number, name: string): number {
    const count = fields.integer(place, name);
    return this.#nanos(count + 1, this.#unit(count, name));
  }

  #unit(count: number, name: string): number {
    const perMs = count >= MICROSECONDS_FROM ? 1_000 : 1;
    if (this.#perMs === 0) this.#perMs = perMs;
    if (perMs === this.#perMs) return perMs;
    throw new RangeError(
      `${name} is ${count}: in ${perMs === 1 ? 'ms' : 'us'}, where the times before were in ${perMs === 1 ? 'us' : 'ms'}`,
    );
  }

  #nanos(count: number, perMs: number): number {
    const perSecond = perMs * 1_000;
    const seconds = Math.floor(count / perSecond);
    return this.#collector.time(seconds, (count - seconds * perSecond) * (1e9 / perSecond));
  }
}
