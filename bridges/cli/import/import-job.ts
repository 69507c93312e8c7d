/**
 * What a format's command asks for: files, how they fall into steps, how they are read; and how a tape is made of some of them.
 * Knows nothing of the formats. Called by what imports into a tape and into a catalogue.
 */
import type { OnProgress } from '../../import/input-file.js';
import type { ImportedTape, RowKeeping } from '../../import/row-collector.js';
import { Scratch } from '../../import/rows/scratch.js';
import { ImportProgressBar } from '../import-progress.js';

/** What an import gets from here. */
export type Watched = Required<RowKeeping> & { readonly onProgress: OnProgress };

export interface ImportJob {
  readonly files: readonly string[];
  /** What is read besides them, for the progress. */
  readonly besides?: readonly string[];
  /** How they fall into steps, each of which stands for itself in a catalogue. Default: nothing may be torn apart. */
  readonly steps?: readonly (readonly string[])[];
  /** What is true of some of the files alone, in place of the option of that name. */
  readonly optionsOf?: (files: readonly string[]) => Readonly<Record<string, string>>;
  readonly load: (files: readonly string[], watched: Watched) => Promise<ImportedTape>;
}

/** Reads files and writes their tape, with a bar. */
export async function written(
  out: string,
  folder: string | undefined,
  files: readonly string[],
  { besides = [], load }: ImportJob,
): Promise<void> {
  const scratch = new Scratch(out, folder);
  const bar = new ImportProgressBar([...besides, ...files], () => scratch.rows);
  try {
    const tape = await load(files, { scratch, onProgress: (progress) => bar.read(progress) });
    await tape.writeTo(out, (rows, total) => bar.wrote(rows, total));
  } finally {
    scratch.close();
    bar.end();
  }
}
