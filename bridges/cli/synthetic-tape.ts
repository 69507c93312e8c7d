/**
 * A synthetic market into a tape file, block by block in bounded memory, with progress. Knows nothing of the market.
 * Called by the demo and by `tickwright synth`.
 */
import type { Columns } from '../../core/market.js';
import { type SyntheticOptions, syntheticBlocks, syntheticInfo } from '../../core/synthetic.js';
import type { TapeInfo } from '../../core/tape.js';
import { writeTape } from '../tape/tape-writer.js';
import { grouped, ProgressBar } from './terminal.js';

/** Writes the tape whole or not at all. Throws `RangeError` naming an option that is wrong. */
export function writeSyntheticTape(path: string, options: SyntheticOptions): TapeInfo {
  const info = syntheticInfo(options);
  const bar = new ProgressBar('market');
  function* watched(): Generator<Columns> {
    let done = 0;
    for (const block of syntheticBlocks(options)) {
      yield block;
      done += block.length;
      bar.update(Math.min(1, done / info.rows), `${grouped(done)} rows`);
    }
  }
  try {
    return writeTape(path, watched(), info);
  } finally {
    bar.end();
  }
}
