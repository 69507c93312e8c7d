/**
 * Where an import goes, a tape, a catalogue or a check: the options of every format. Knows nothing of the formats.
 * Called by the command of each.
 */
import { Command, Option } from 'commander';
import { placeOptions } from '../catalog.js';
import { checkOptions } from '../check.js';

/** Options of {@link target}. */
export interface Target {
  readonly out?: string;
  readonly catalog?: string;
  readonly check?: boolean;
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
const GENERAL = ['out', 'catalog', 'check', 'scratch', 'memory', 'json'];
export const OF_CATALOGS = ['venue', 'days', 'replace', 'listed', 'delisted', 'together', 'beside'];

export const OF_CHECKS = checkOptions(new Command()).options.map((option) => option.attributeName());

export function target(command: Command): Command {
  command
    .option('--out <tape>', 'the tape to write (Parquet)')
    .option('--catalog <folder>', 'or the catalogue to import into, step by step: what is there is skipped')
    .option('--check', 'or nowhere: only say what tickwright check finds in the files')
    .option(
      '--scratch <folder>',
      'where rows wait until they are in order, 32 to 60 bytes each; default: beside the tape, with --check the system’s folder',
    )
    .option('--json', 'print what is on the tape, what became of each step, or what was found, as JSON');
  placeOptions(command)
    .option('--together', 'all files are one step, whatever the format says')
    .addOption(
      new Option('--beside', 'keep what is there from the same files with other options, too').conflicts('replace'),
    );
  checkOptions(command);
  for (const option of command.options) {
    if (OF_CATALOGS.includes(option.attributeName())) option.helpGroup('With --catalog:');
    if (OF_CHECKS.includes(option.attributeName())) option.helpGroup('With --check:');
  }
  return command;
}

/** What is the format's own of the options given; none of the others is left in it, whatever its type says. */
export function ownOptions<Options extends object>(options: Options): Options {
  const others = [...GENERAL, ...OF_CATALOGS, ...OF_CHECKS];
  const own = Object.entries(options).filter(([name]) => !others.includes(name));
  return Object.fromEntries(own) as Options;
}
