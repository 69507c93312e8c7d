/**
 * Mids of all instruments of a tape at the points of a grid, and correlations of their returns, in the plainest form. Nothing
 * here is shared with analytics/facts; books are those of a replay.
 */
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_SIDE_SHIFT,
  type Columns,
  Flag,
  Instrument,
  MarketBooks,
  type Side,
  type TapeInfo,
} from '../../core/index.js';

/** Natural logarithms of the mids, by instrument, at 0, step, 2 · step …: the last book of a whole message; `NaN` before. */
export function sampledMids(blocks: Iterable<Columns>, info: TapeInfo, stepNs: number): number[][] {
  const books = new MarketBooks(
    info.instruments.map((spec, index) => new Instrument(spec, index)),
    info.counts,
  );
  const mids = info.instruments.map(() => Number.NaN);
  const samples: number[][] = mids.map(() => []);
  let nextNs = 0;
  for (const block of blocks) {
    for (let row = 0; row < block.length; row++) {
      const code = block.code[row]!;
      if ((code & CODE_EXCHANGE) === 0) continue;
      for (; block.exchangeNs[row]! > nextNs; nextNs += stepNs) {
        for (const [index, all] of samples.entries()) all.push(mids[index]!);
      }
      const index = block.instrument[row]!;
      books.apply(block, row, code & CODE_KIND, ((code >> CODE_SIDE_SHIFT) & 3) as Side, index);
      if ((block.flags[row]! & Flag.last) === 0) continue;
      const { bid, ask } = books.levels[index]!;
      if (bid > 0 && bid <= ask && ask < 2 ** 31 - 1) mids[index] = Math.log((bid + ask) / 2);
    }
  }
  return samples;
}

/** Of returns over `every` points; those of `other` begin `late` points later. */
export function plainCorrelation(one: readonly number[], other: readonly number[], every: number, late = 0): number {
  let [product, oneSquare, otherSquare] = [0, 0, 0];
  for (let at = every; at + late < one.length; at += every) {
    const [a, b] = [one[at]! - one[at - every]!, other[at + late]! - other[at + late - every]!];
    if (Number.isNaN(a + b)) continue;
    product += a * b;
    oneSquare += a * a;
    otherSquare += b * b;
  }
  return product / Math.sqrt(oneSquare * otherSquare);
}
