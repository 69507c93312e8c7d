/**
 * How long rows of one instrument took from the venue to the machine that recorded them. Knows nothing of files.
 * Called by the check of a tape. Rows of snapshots take no part: they say what had happened before.
 */
import type { Nanos } from '../../core/time.js';
import { LowerHull } from './clock-drift.js';
import { type Bucket, LogHistogram } from './log-histogram.js';

/** What was found; times and delays in ns, `NaN` where there were no rows. */
export interface LatencyFindings {
  readonly rows: number;
  readonly least: Nanos;
  readonly median: Nanos;
  readonly p90: Nanos;
  readonly p99: Nanos;
  readonly p999: Nanos;
  readonly most: Nanos;
  /** When the slowest row was seen, ns since the origin, and which row that was. */
  readonly mostAtNs: Nanos;
  readonly mostRow: number;
  /** Rows at least as slow as this are outlying. */
  readonly limitNs: Nanos;
  readonly outliers: number;
  /** Four buckets to a doubling. */
  readonly histogram: readonly Bucket[];
  /** Parts per million by which the local clock runs faster; `NaN` where it cannot be said. */
  readonly driftPpm: number;
  /** Time from the first row to the last, that the drift was taken over. */
  readonly driftOverNs: Nanos;
  /** Rows that were received after a row which happened later, and by how much at most. */
  readonly late: number;
  readonly latestNs: Nanos;
}

export class LatencyWatch {
  readonly #histogram = new LogHistogram();
  readonly #hull = new LowerHull();
  readonly #limitNs: Nanos | undefined;
  #over = 0;
  #firstNs: Nanos = Number.NaN;
  /** Times of the row before, and how many rows in a row have had both: those of a message are taken together. */
  #exchangeNs: Nanos = Number.NaN;
  #localNs: Nanos = Number.NaN;
  #row = 0;
  #alike = 0;
  #most: Nanos = -1;
  #mostAtNs: Nanos = Number.NaN;
  #mostRow = 0;
  #newestNs: Nanos = Number.NEGATIVE_INFINITY;
  #late = 0;
  #latestNs: Nanos = 0;

  /** `limitNs`: rows slower than that are outlying; left out, it is taken from the rows: see {@link outlierEdge}. */
  constructor(limitNs: Nanos | undefined) {
    this.#limitNs = limitNs;
  }

  /** Rows in the order of their local times. */
  add(exchangeNs: Nanos, localNs: Nanos, row: number): void {
    if (exchangeNs !== this.#exchangeNs || localNs !== this.#localNs) {
      this.#takeAlike();
      this.#exchangeNs = exchangeNs;
      this.#localNs = localNs;
      this.#row = row;
    }
    this.#alike++;
  }

  #takeAlike(): void {
    const rows = this.#alike;
    if (rows === 0) return;
    this.#alike = 0;
    const exchangeNs = this.#exchangeNs;
    const localNs = this.#localNs;
    const delayNs = localNs - exchangeNs;
    this.#histogram.add(delayNs, rows);
    this.#hull.add(localNs, delayNs);
    if (this.#limitNs !== undefined && delayNs > this.#limitNs) this.#over += rows;
    if (delayNs > this.#most) {
      this.#most = delayNs;
      this.#mostAtNs = localNs;
      this.#mostRow = this.#row;
    }
    if (Number.isNaN(this.#firstNs)) this.#firstNs = localNs;
    if (exchangeNs >= this.#newestNs) this.#newestNs = exchangeNs;
    else {
      this.#late += rows;
      if (this.#newestNs - exchangeNs > this.#latestNs) this.#latestNs = this.#newestNs - exchangeNs;
    }
  }

  findings(): LatencyFindings {
    this.#takeAlike();
    const histogram = this.#histogram;
    const some = histogram.count > 0;
    const edge = some ? outlierEdge(histogram) : Number.NaN;
    return {
      rows: histogram.count,
      least: some ? histogram.least : Number.NaN,
      median: histogram.quantile(0.5),
      p90: histogram.quantile(0.9),
      p99: histogram.quantile(0.99),
      p999: histogram.quantile(0.999),
      most: some ? histogram.most : Number.NaN,
      mostAtNs: this.#mostAtNs,
      mostRow: this.#mostRow,
      limitNs: this.#limitNs ?? edge,
      outliers: this.#limitNs === undefined ? (some ? histogram.countFrom(edge) : 0) : this.#over,
      histogram: histogram.buckets(4),
      driftPpm: (this.#hull.line()?.slope ?? Number.NaN) * 1e6,
      driftOverNs: this.#localNs - this.#firstNs,
      late: this.#late,
      latestNs: this.#latestNs,
    };
  }
}

/**
 * From where on delays are outlying: Tukey's outer fence on a scale of logarithms, as delays are skewed, so the upper quartile
 * times the cube of upper by lower quartile; and at least twice the upper quartile. Moved up to the next edge of a bucket, so
 * that the count is exact. Source: J. W. Tukey, "Exploratory Data Analysis", 1977: three times the quartiles' distance.
 */
export function outlierEdge(histogram: LogHistogram): Nanos {
  const [lower, upper] = [Math.max(1, histogram.quantile(0.25)), Math.max(1, histogram.quantile(0.75))];
  return histogram.edgeFrom(Math.max(2 * upper, upper * (upper / lower) ** 3));
}
