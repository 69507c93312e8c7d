/**
 * Where an import goes, a tape or a catalogue: the options of every format. Knows nothing of the formats.
 * Called by the command of each.
 */
import { type Command, Option } from 'commander';
import { placeOptions } from '../catalog.js';

/** Options of {@link target}. */
export interface Target {
  readonly out?: string;
  readonly catalog?: string;
  readonly json?: boolean;
  readonly scratch?: string;
  readonly venue?: string;
  readonly days?: string;
  readonly replace?: boolean;
  readonly listed?: string;
  readonly delisted?: string;
  readonly together?: boolean;
  readonly beside?: boolean;
}

/** What decides nothing of what becomes of the files. */
const GENERAL = ['out', 'catalog', 'scratch', 'memory', 'json'];
export const OF_CATALOGS = ['venue', 'days', 'replace', 'listed', 'delisted', 'together', 'beside'];

export function target(command: Command): Command {
  command
    .option('--out <tape>', 'the tape to write (Parquet)')
    .option('--catalog <folder>', 'or the catalogue to import into, step by step: what is there is skipped')
    .option(
      '--scratch <folder>',
      'where rows wait until they are in order, 32 to 60 bytes each; default: beside the tape',
    )
    .option('--json', 'print what is on the tape, or what became of each step, as JSON');
  placeOptions(command)
    .option('--together', 'all files are one step, whatever the format says')
    .addOption(
      new Option('--beside', 'keep what is there from the same files with other options, too').conflicts('replace'),
    );
  for (const option of command.options) {
    if (OF_CATALOGS.includes(option.attributeName())) option.helpGroup('With --catalog:');
  }
  return command;
}

/** What is the format's own of the options given; none of the others is left in it, whatever its type says. */
export function ownOptions<Options extends object>(options: Options): Options {
  const own = Object.entries(options).filter(([name]) => !GENERAL.includes(name) && !OF_CATALOGS.includes(name));
  return Object.fromEntries(own) as Options;
}
