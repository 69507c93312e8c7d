/**
 * `tickwright facts`: the stylised facts of tapes beside each other. Knows nothing of how they are reckoned. Called by the program.
 */
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { correlationRows, formatCorrelations } from '../../analytics/facts/correlation-table.js';
import { type FactsColumn, formatFacts } from '../../analytics/facts/facts-figures.js';
import { renderFactsPage, SHOWN_MARKETS } from '../../analytics/facts/facts-page.js';
import type { StylisedFacts } from '../../analytics/facts/instrument-facts.js';
import type { CorrelationFact } from '../../analytics/facts/mid-correlations.js';
import { TapeFacts } from '../../analytics/facts/tape-facts.js';
import { ConfigError } from '../run-file/config-error.js';
import { replaceFile } from '../run-folder/placement.js';
import { pageParts } from '../run-folder/report-assets.js';
import { openTape, type TapeFile } from '../tape/tape-file.js';
import { whileWriting } from './interruption.js';
import { list } from './option-values.js';
import { passOver } from './tape-pass.js';
import { print, remark } from './terminal.js';

interface Options {
  readonly instrument?: readonly string[];
  readonly html?: string;
  readonly json?: boolean;
}

export function factsCommand(): Command {
  return new Command('facts')
    .description(
      'Put markets beside each other: spread, depth, arrivals, volatility by interval, memory of signs and returns.',
    )
    .argument('<tape...>', 'tape files')
    .option('--instrument <symbol,…>', 'which instruments, of every tape that has them; default: all', list)
    .option('--html <file>', `write a page too, with the curves of up to ${SHOWN_MARKETS} instruments`)
    .option('--json', 'print JSON: a list with one object for each tape')
    .addHelpText('after', '\nExample:\n  tickwright facts btc.parquet synthetic.parquet --html facts.html')
    .action(facts);
}

async function facts(paths: readonly string[], { instrument, html, json = false }: Options): Promise<void> {
  const tapes = paths.map((path) => openTape(path));
  const chosen = tapes.map(({ info }) => symbolsOf(info.instruments, instrument));
  const missing = instrument?.find((symbol) => chosen.every((symbols) => !symbols.includes(symbol)));
  if (missing !== undefined) throw new ConfigError(`facts: no tape has an instrument ${missing}`);
  const count = chosen.flat().length;
  if (html !== undefined && count > SHOWN_MARKETS) {
    throw new ConfigError(`facts: a page shows up to ${SHOWN_MARKETS} instruments, not ${count}; give --instrument`);
  }
  const found: Found[] = [];
  for (const [index, tape] of tapes.entries()) found.push(await factsOf(tape, chosen[index]!));
  const columns = found.flatMap(({ tape, instruments }) => instruments.map((each) => columnOf(tape, each, tapes)));
  const pairs = found.flatMap(({ tape, instruments, correlations }) =>
    correlationRows(
      instruments.map((each) => columnOf(tape, each, tapes).label),
      correlations,
    ),
  );
  if (json) {
    const plain = found.map(({ tape, ...facts }) => ({ file: tape.file, sha256: tape.info.hash, ...facts }));
    await print(`${JSON.stringify(plain, null, 2)}\n`);
  } else {
    const table = formatCorrelations(pairs);
    await print(`${formatFacts(columns)}${table === '' ? '' : `\n${table}`}`);
  }
  if (html === undefined) return;
  await whileWriting(() => replaceFile(html, renderFactsPage(columns, pageParts('check'), pairs)));
  remark(`page: ${html}`);
}

function symbolsOf(specs: readonly { readonly symbol: string }[], wanted?: readonly string[]): string[] {
  const symbols = specs.map(({ symbol }) => symbol);
  return wanted === undefined ? symbols : symbols.filter((symbol) => wanted.includes(symbol));
}

/** Named by what tells it from the others: the file where there are several. */
function columnOf(tape: TapeFile, each: StylisedFacts, tapes: readonly TapeFile[]): FactsColumn {
  const names = tapes.map(({ file }) => basename(resolve(file)));
  const name = new Set(names).size === names.length ? basename(resolve(tape.file)) : tape.file;
  const { symbol } = each.instrument;
  return { label: tapes.length > 1 ? `${symbol} (${name})` : symbol, facts: each };
}

interface Found {
  readonly tape: TapeFile;
  readonly instruments: readonly StylisedFacts[];
  readonly correlations: readonly CorrelationFact[];
}

/** One pass over the rows. */
async function factsOf(tape: TapeFile, symbols: readonly string[]): Promise<Found> {
  const taken = new TapeFacts(tape.info, symbols);
  await passOver(tape, 'facts', (block) => taken.take(block));
  return { tape, instruments: taken.finish(), correlations: taken.correlations() };
}
