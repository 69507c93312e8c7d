/**
 * Fewer points for the same picture. Knows nothing of what a curve shows. Called by the report.
 */
import type { Series } from './recording.js';

/**
 * The rows to keep so that a curve drawn `buckets` pixels wide looks as with all of them: of every equal slice of time
 * the first, the lowest, the highest and the last, in order. Rows without a finite number are left out; up to 4 × `buckets`
 * rows remain, all of them when there are no more than that.
 * Source: U. Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", PVLDB 7 (2014), 797–808.
 */
export function keptRows({ timeNs, value }: Series, buckets: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < value.length; row++) if (Number.isFinite(value[row]!)) rows.push(row);
  if (rows.length <= 4 * buckets) return rows;
  const start = timeNs[rows[0]!]!;
  const width = (timeNs[rows[rows.length - 1]!]! - start) / buckets;
  const bucketOf = (row: number) => Math.min(buckets - 1, Math.floor((timeNs[row]! - start) / width));
  const kept: number[] = [];
  for (let i = 0; i < rows.length; ) {
    const first = rows[i]!;
    const bucket = bucketOf(first);
    let last = first;
    let low = first;
    let high = first;
    for (; i < rows.length && bucketOf(rows[i]!) === bucket; i++) {
      last = rows[i]!;
      if (value[last]! < value[low]!) low = last;
      if (value[last]! > value[high]!) high = last;
    }
    kept.push(...new Set([first, Math.min(low, high), Math.max(low, high), last]));
  }
  return kept;
}
