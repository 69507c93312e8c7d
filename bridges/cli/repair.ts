/**
 * `tickwright repair`: a tape with named repairs, each counted, as a new tape. Knows nothing of how they work.
 * Called by the program.
 */

import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { Command } from 'commander';
import { FIXES, type FixPlan, readFixes } from '../../analytics/quality/fixes.js';
import { TapeRepair } from '../../analytics/quality/tape-repair.js';
import { ConfigError } from '../run-file/config-error.js';
import { openTape, type TapeFile } from '../tape/tape-file.js';
import { TapeWriter } from '../tape/tape-writer.js';
import { factsOf, factsText } from './inspect.js';
import { breathe, whileWriting } from './interruption.js';
import { collect } from './option-values.js';
import { type SpikeChoices, spikeOptions, spikeRuleOf } from './quality-options.js';
import { grouped, ProgressBar, print, remark } from './terminal.js';

interface Options extends SpikeChoices {
  readonly out: string;
  readonly fix: readonly string[];
  readonly json?: boolean;
}

export function repairCommand(): Command {
  const fixes = Object.entries(FIXES).map(([name, meaning]) => `  ${name.padEnd(22)} ${meaning}`);
  return spikeOptions(
    new Command('repair')
      .description('Make a new tape of a tape, with the repairs that are named, each counted in the new one.')
      .argument('<tape>', 'tape file')
      .requiredOption('--out <tape>', 'the tape to write (Parquet)')
      .requiredOption('--fix <name>', 'a repair, see below; may be given again', collect),
  )
    .option('--json', 'print what is on the new tape as JSON')
    .addHelpText(
      'after',
      `\nRepairs:\n${fixes.join('\n')}\n\nExample:\n  tickwright repair btc.parquet --fix drop-crossed --fix latency-offset=2ms --out btc-repaired.parquet`,
    )
    .action(repair);
}

async function repair(path: string, options: Options): Promise<void> {
  const { out, json = false } = options;
  const tape = openTape(path);
  if (isSame(path, out))
    throw new ConfigError(`--out ${out}: is the tape that is repaired; give the new one another name`);
  const plan = misuse(() => readFixes(options.fix));
  const work = misuse(() => new TapeRepair(tape, plan, spikeRuleOf(options)));
  await whileWriting(() => write(tape, plan, work, out));
  for (const { name, count } of work.corrections()) remark(`${name}: ${grouped(count)} rows`);
  const facts = factsOf(openTape(out));
  await print(json ? `${JSON.stringify(facts, null, 2)}\n` : factsText(facts));
}

async function write(tape: TapeFile, plan: FixPlan, work: TapeRepair, out: string): Promise<void> {
  const bar = new ProgressBar('repair');
  let done = 0;
  const pass = async (rows: number) => {
    done += rows;
    bar.update(done / (3 * tape.info.rows), `${grouped(done)} rows`);
    await breathe();
  };
  try {
    await work.look(pass);
    const { instruments, columns, provenance, corrections } = tape.info;
    const writer = new TapeWriter(out, {
      ...{ instruments, columns, originNs: work.originNs },
      provenance: { ...provenance, ...origins(tape, plan) },
      corrections: [...corrections, ...work.corrections()],
    });
    try {
      for (const block of work.blocks()) {
        writer.append(block);
        await pass(block.length);
      }
      writer.finish();
    } finally {
      writer.abort();
    }
  } finally {
    bar.end();
  }
}

/** The tape that was repaired, and how; a tape repaired before keeps what it says of that. */
function origins({ file, size, info }: TapeFile, { texts }: FixPlan): Record<string, string> {
  let times = 1;
  while (`repairedFrom${times === 1 ? '' : times}` in info.provenance) times++;
  const number = times === 1 ? '' : String(times);
  return {
    [`repairedFrom${number}`]: `${basename(file)}, ${size} bytes, sha256 ${info.hash}`,
    [`repairs${number}`]: texts.join(' '),
  };
}

function isSame(path: string, out: string): boolean {
  try {
    return realpathSync(path) === realpathSync(out);
  } catch {
    return false;
  }
}

/** What does not fit is wrong use. */
function misuse<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(error.message);
    throw error;
  }
}
