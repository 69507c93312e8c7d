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
  let finite = 0;
  let last = -1;
  for (let row = 0; row < value.length; row++) {
    if (!Number.isFinite(value[row]!)) continue;
    finite++;
    last = row;
  }
  const kept: number[] = [];
  let row = nextFinite(value, 0);
  if (finite <= 4 * buckets) {
    for (; row < value.length; row = nextFinite(value, row + 1)) kept.push(row);
    return kept;
  }
  const start = timeNs[row]!;
  const width = (timeNs[last]! - start) / buckets;
  const bucketOf = (at: number) => Math.min(buckets - 1, Math.floor((timeNs[at]! - start) / width));
  while (row < value.length) {
    const first = row;
    const bucket = bucketOf(first);
    let [final, low, high] = [first, first, first];
    for (; row < value.length && bucketOf(row) === bucket; row = nextFinite(value, row + 1)) {
      final = row;
      if (value[row]! < value[low]!) low = row;
      if (value[row]! > value[high]!) high = row;
    }
    kept.push(...new Set([first, Math.min(low, high), Math.max(low, high), final]));
  }
  return kept;
}

/** The first row from `row` on with a finite number; their length if none has. */
function nextFinite(value: Float64Array, row: number): number {
  let next = row;
  while (next < value.length && !Number.isFinite(value[next]!)) next++;
  return next;
}
