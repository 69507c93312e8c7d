/**
 * `tickwright run`: a run as a file describes it. Knows nothing of engines. Called by the program.
 */
import { basename, dirname, extname, resolve } from 'node:path';
import { Command } from 'commander';
import { ConfigError } from '../run-file/config-error.js';
import { prepareRun } from '../run-file/prepare.js';
import { pathIn, type RunFile, readRunFile } from '../run-file/read.js';
import { stressedRuns } from '../run-file/stress.js';
import { checkRunFolderTarget } from '../run-folder.js';
import { attachedStrategies } from './attached-strategies.js';
import { rangeOptions } from './catalog.js';
import { collect, wholeNumber } from './option-values.js';
import { runAndKeep } from './run-outcome.js';
import { runStress } from './stress-runs.js';

interface Options {
  readonly tape?: readonly string[];
  readonly catalog?: string;
  readonly from?: string;
  readonly to?: string;
  readonly instruments?: readonly string[];
  readonly venue?: string;
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly attach?: readonly string[];
  readonly replayBridge?: string;
  readonly checkBridge?: string;
  readonly stress?: readonly string[];
}

export function runCommand(): Command {
  return rangeOptions(new Command('run'))
    .description('Run strategies over tapes as a run file (YAML, JSON or a TypeScript/JavaScript module) says.')
    .argument('<runfile>', 'what to run')
    .option('--tape <file>', 'tape to replay instead of the run file’s; may be given several times', collect)
    .option('--catalog <folder>', 'catalogue to replay a range of, instead of the run file’s tapes')
    .option('--set <path=value>', 'change one field of the run file; may be given several times', collect)
    .option('--seed <number>', 'seed of all random streams', wholeNumber(0))
    .option('--out <folder>', 'run folder; default: the run file’s, else runs/NAME-TIME')
    .option('--overwrite', 'give up the run that the folder holds')
    .option('--json', 'print the summary as JSON')
    .option(
      '--attach <address>',
      'wait for a Python strategy that runs elsewhere, on a Unix socket or 127.0.0.1:PORT; NAME=ADDRESS if there are several',
      collect,
    )
    .option(
      '--stress <changes>',
      'run again with latency=2x, fees=1.5x, queue=MODEL or several of these: each by itself, then all',
      collect,
    )
    .option('--replay-bridge <journal>', 'repeat what strategies in Python answered, without Python')
    .option('--check-bridge <journal>', 'say where strategies in Python answer otherwise than in this journal')
    .addHelpText(
      'after',
      `
Paths in the run file count from its folder, paths on the command line from here.

Example:
  tickwright run examples/touch/run.yaml --tape btc.parquet \\
    --set venue.latency.entry=100ms --set 'venue.queue={ model: power, exponent: 3 }' --out runs/touch
  tickwright run examples/touch/run.yaml --catalog ticks --from 2024-01-02 --to 2024-03-01 --instruments 'BTC*'
  tickwright run examples/touch/run.yaml --stress latency=2x,fees=1.5x,queue=back`,
    )
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const { seed, out, overwrite = false, json = false } = options;
  const { from, to, instruments, venue } = options;
  if (options.tape !== undefined && options.catalog !== undefined) {
    throw new ConfigError('--tape or --catalog, not both');
  }
  const file = await readRunFile(path, {
    ...(options.set !== undefined && { set: options.set }),
    ...(options.tape !== undefined && { tapes: options.tape }),
    ...(options.catalog !== undefined && { catalog: options.catalog }),
    range: { from, to, instruments, venue },
    ...(seed !== undefined && { seed }),
    ...(out !== undefined && { out }),
  });
  const folder = out ?? folderOf(file);
  checkRunFolderTarget(folder, { overwrite });
  if (options.replayBridge !== undefined && (options.checkBridge ?? options.attach) !== undefined) {
    throw new ConfigError('--replay-bridge runs without Python: not with --check-bridge or --attach');
  }
  if (options.stress !== undefined && (options.replayBridge ?? options.checkBridge ?? options.attach) !== undefined) {
    throw new ConfigError('--stress runs every strategy again: not with --replay-bridge, --check-bridge or --attach');
  }
  const stressed = stressedRuns(file.config, options.stress ?? []);
  const attached = attachedStrategies(file, options.attach ?? []);
  const prepared = await prepareRun(file, {
    python: {
      journalIn: dirname(resolve(folder)),
      ...(options.replayBridge !== undefined && { replay: options.replayBridge }),
      ...(options.checkBridge !== undefined && { check: options.checkBridge }),
      attached,
    },
  });
  const { config } = file;
  await runAndKeep({
    ...{ run: prepared, folder, config, seed: config.seed, overwrite, json },
    ...(stressed.length > 0 && { stress: (summary) => runStress(file, summary, stressed) }),
  });
}

function folderOf(file: RunFile): string {
  const { out } = file.config;
  if (out !== undefined) return pathIn(file, out);
  const name = basename(file.path, extname(file.path));
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `runs/${name}-${time}`;
}
