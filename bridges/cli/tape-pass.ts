/** One pass over all rows of a tape, with progress. Knows nothing of what the rows are for. Called by the commands check and facts. */
import type { Columns } from '../../core/index.js';
import type { TapeFile } from '../tape/tape-file.js';
import { breathe } from './interruption.js';
import { grouped, ProgressBar } from './terminal.js';

/** `take` borrows each block. `name` stands before the bar. */
export async function passOver(tape: TapeFile, name: string, take: (block: Columns) => void): Promise<void> {
  const reader = tape.open(tape.info.originNs);
  const bar = new ProgressBar(name);
  let done = 0;
  try {
    for (let block = reader.next(); block !== undefined; block = reader.next()) {
      take(block);
      done += block.length;
      reader.release(block);
      bar.update(done / tape.info.rows, `${grouped(done)} rows`);
      await breathe();
    }
  } finally {
    bar.end();
    reader.close();
  }
}
