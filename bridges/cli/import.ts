/**
 * `tickwright import …`: vendor files into a tape; a sub-command a format, each in a file of `import/` by format or family.
 * Called by the program.
 */
import { Command } from 'commander';
import { binanceArchive } from './import/binance-archive.js';
import { binanceCapture, bybitCapture, okxCapture } from './import/captures.js';
import { csv } from './import/csv.js';
import { databento } from './import/databento.js';
import { hftbacktest } from './import/hftbacktest.js';
import { lean } from './import/lean.js';
import { itch, lobster } from './import/nasdaq.js';
import { parquet, sql } from './import/parquet.js';
import { tardis } from './import/tardis.js';

export function importCommand(): Command {
  const command = new Command('import')
    .description('Make a tape of vendor files.')
    .addHelpText('after', '\nExample:\n  tickwright import binance-archive --help');
  for (const format of [
    binanceCapture(),
    binanceArchive(),
    bybitCapture(),
    okxCapture(),
    databento(),
    tardis(),
    lobster(),
    itch(),
    hftbacktest(),
    lean(),
    csv(),
    parquet(),
    sql(),
  ])
    command.addCommand(format);
  return command;
}
