/**
 * Where an import goes, and what it says on its way: the options of every format, and what happens around it.
 * Knows nothing of the formats. Called by the command of each.
 */
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import type { OnProgress } from '../../import/input-file.js';
import type { ImportedTape, RowKeeping } from '../../import/row-collector.js';
import { removeLeftovers, Scratch } from '../../import/rows/scratch.js';
import { openTape } from '../../tape/tape-file.js';
import { ImportProgressBar } from '../import-progress.js';
import { factsOf, factsText } from '../inspect.js';
import { whileWriting } from '../interruption.js';
import { print } from '../terminal.js';

interface Target {
  readonly out: string;
  readonly json?: boolean;
  /** Folder for rows that wait. */
  readonly scratch?: string;
}

/** What an import gets from here. */
type Watched = Required<RowKeeping> & { readonly onProgress: OnProgress };

export function target(command: Command): Command {
  return command
    .requiredOption('--out <tape>', 'the tape to write (Parquet)')
    .option(
      '--scratch <folder>',
      'where rows wait until they are in order, 32 to 60 bytes each; default: beside the tape',
    )
    .option('--json', 'print what is on the tape as JSON');
}

/** Imports, writes the tape, and prints what is on it, corrections included. */
export async function keep(
  { out, json, scratch: folder }: Target,
  files: readonly string[],
  load: (watched: Watched) => Promise<ImportedTape>,
): Promise<void> {
  await whileWriting(async () => {
    refuseFolder(out);
    removeLeftovers(out, folder);
    const scratch = new Scratch(out, folder);
    const bar = new ImportProgressBar(files, () => scratch.rows);
    try {
      const tape = await load({ scratch, onProgress: (progress) => bar.read(progress) });
      await tape.writeTo(out, (rows, total) => bar.wrote(rows, total));
    } finally {
      scratch.close();
      bar.end();
    }
  });
  const facts = factsOf(openTape(out));
  await print(json ? `${JSON.stringify(facts, null, 2)}\n` : factsText(facts));
}

/** Better known before a long import than after it. */
function refuseFolder(out: string): void {
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${out}: is a folder; give the name of a file`);
  }
}
