/**
 * A synthetic market into a tape file, block by block in bounded memory, with progress. Knows nothing of the market.
 * Called by the demo and by `tickwright synth`.
 */
import type { Columns } from '../../core/market.js';
import { type OrderMarketOptions, orderMarketBlocks, orderMarketInfo } from '../../core/synthetic/order-market.js';
import { StressTally } from '../../core/synthetic/stress-plan.js';
import {
  type ZeroIntelligenceOptions,
  zeroIntelligenceBlocks,
  zeroIntelligenceInfo,
} from '../../core/synthetic/zero-intelligence.js';
import { type SyntheticOptions, syntheticBlocks, syntheticInfo } from '../../core/synthetic.js';
import type { TapeInfo } from '../../core/tape.js';
import type { Nanos } from '../../core/time.js';
import { writeTape } from '../tape/tape-writer.js';
import { grouped, ProgressBar } from './terminal.js';

/** Writes the tape whole or not at all. Throws `RangeError` naming an option that is wrong. */
export function writeSyntheticTape(path: string, options: SyntheticOptions): TapeInfo {
  const stressTally = new StressTally();
  const info = { ...syntheticInfo(options), corrections: stressTally.results };
  let done = 0;
  return writeBlocks(path, info, syntheticBlocks({ ...options, stressTally }), (block) => {
    done += block.length;
    return done / info.rows;
  });
}

/** The same of a market of orders without intentions. */
export function writeZeroIntelligenceTape(path: string, options: ZeroIntelligenceOptions): TapeInfo {
  const stressTally = new StressTally();
  const info = { ...zeroIntelligenceInfo(options), corrections: stressTally.results };
  return writeOrders(path, info, zeroIntelligenceBlocks({ ...options, stressTally }), options.durationNs);
}

/** The same of a flow's parameters. `provenance`: where they come from, for the tape. */
export function writeOrderMarketTape(
  path: string,
  options: OrderMarketOptions,
  provenance: TapeInfo['provenance'],
): TapeInfo {
  const stressTally = new StressTally();
  const info = { ...orderMarketInfo(options, provenance), corrections: stressTally.results };
  return writeOrders(path, info, orderMarketBlocks({ ...options, stressTally }), options.durationNs);
}

function writeOrders(path: string, info: TapeInfo, blocks: Iterable<Columns>, durationNs: Nanos): TapeInfo {
  return writeBlocks(path, info, blocks, ({ exchangeNs, length }) => exchangeNs[length - 1]! / durationNs);
}

/**
 * `passed`: what share is done with a block. Corrections of `info` are those of a tally: complete when the last block was made,
 * and read only when the tape ends.
 */
function writeBlocks(
  path: string,
  info: TapeInfo,
  blocks: Iterable<Columns>,
  passed: (block: Columns) => number,
): TapeInfo {
  const bar = new ProgressBar('market');
  function* watched(): Generator<Columns> {
    let done = 0;
    for (const block of blocks) {
      const share = passed(block);
      done += block.length;
      yield block;
      bar.update(Math.min(1, share), `${grouped(done)} rows`);
    }
  }
  try {
    return writeTape(path, watched(), info);
  } finally {
    bar.end();
  }
}
