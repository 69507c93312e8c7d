/**
 * `tickwright demo`: a synthetic market, two strategies over it in one pass, a report. Needs no data and no network.
 * Knows nothing of how any of it works: it does what a user would do. Called by the program.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { prepareRun } from '../run-file/prepare.js';
import { readRunFile } from '../run-file/read.js';
import { checkRunFolderTarget } from '../run-folder.js';
import { whileWriting } from './interruption.js';
import { wholeNumber } from './option-values.js';
import { runAndKeep } from './run-outcome.js';
import { writeSyntheticTape } from './synthetic-tape.js';
import { grouped, remark } from './terminal.js';

interface Options {
  readonly rows: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

const INSTRUMENTS = 3;

export function demoCommand(): Command {
  return new Command('demo')
    .description('Make a seeded market, replay a market maker and a momentum strategy over it, write a report.')
    .option('--rows <number>', 'tape rows of the market', wholeNumber(1_000, 200_000_000), 3_000_000)
    .option('--seed <number>', 'seed of the market and of the run', wholeNumber(0), 1)
    .option('--out <folder>', 'where the tape, the run file and the run folder go', 'runs/demo')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', '\nExample:\n  tickwright demo --rows 500000 --seed 7')
    .action(demo);
}

async function demo({ rows, seed, out, json = false }: Options): Promise<void> {
  const tape = join(out, 'market.parquet');
  const runFile = join(out, 'run.yaml');
  const folder = join(out, 'run');
  // Also makes `out`.
  checkRunFolderTarget(folder, { overwrite: true });
  const market = await whileWriting(() => {
    mkdirSync(out, { recursive: true });
    writeFileSync(runFile, runText(seed));
    return writeSyntheticTape(tape, { rows, seed, instruments: INSTRUMENTS });
  });
  remark(`market:     ${tape} (${grouped(market.rows)} rows, ${INSTRUMENTS} instruments, seed ${seed})`);
  const file = await readRunFile(runFile);
  const run = await prepareRun(file);
  await runAndKeep({ run, folder, config: file.config, seed, overwrite: true, json });
  remark(`report:     ${join(folder, 'report.html')}`);
  remark(`run it with other settings: tickwright run ${runFile} --set venue.latency.entry=1ms`);
}

function runText(seed: number): string {
  return `# Written by \`tickwright demo\`; change it and run it again with \`tickwright run\`.
tape: market.parquet
seed: ${seed}
strategies:
  - use: market-maker
    params: { interval: 10ms, qty: 0.1, maxPosition: 0.5, halfSpreadTicks: 1, skewTicks: 2, toleranceTicks: 1 }
  - use: momentum
    params: { window: 2s, threshold: 0.6, qty: 0.1, maxPosition: 0.5, cooldown: 1s }
venue:
  latency: { entry: 10ms, response: 10ms }
  queue: { model: power, exponent: 3 }
  fees: { maker: -0.00002, taker: 0.0003 }
record: { sample: 1s }
`;
}
