/**
 * `npm run bench -- <name>`: runs one bench and prints what it found. A script; started by people and by CI.
 */
import { parseArgs } from 'node:util';
import { analytics } from './analytics.js';
import { bars } from './bars.js';
import { bridge } from './bridge.js';
import { disk } from './disk.js';
import { execution } from './execution.js';
import { fidelity } from './fidelity.js';
import { importing } from './import.js';
import { importDbn } from './import-dbn.js';
import { importItchFile } from './import-itch.js';
import { inspecting } from './inspect.js';
import { latency } from './latency.js';
import { micro } from './micro.js';
import { peers } from './peers.js';
import { replay } from './replay.js';
import { type BenchOptions, type BenchReport, printReport } from './report.js';
import { soak } from './soak.js';

interface Bench {
  readonly run: (options: BenchOptions) => Promise<BenchReport>;
  readonly rows: number;
  readonly rounds: number;
  readonly does: string;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  replay: { run: replay, rows: 5e6, rounds: 5, does: 'rows a second from memory, and as multiples of a bare floor' },
  disk: { run: disk, rows: 5e6, rounds: 5, does: 'the same from tape files, and the memory that takes' },
  execution: {
    run: execution,
    rows: 1e6,
    rounds: 5,
    does: 'what an order costs, with few and many resting; L3 replay beside 200',
  },
  latency: { run: latency, rows: 5e6, rounds: 5, does: 'time per event: p50, p99, p99.99 and the longest pause' },
  soak: { run: soak, rows: 210e6, rounds: 1, does: '24 h of market time: does memory grow' },
  peers: { run: peers, rows: 5e6, rounds: 5, does: 'the same file and loop with hftbacktest (needs Python and PyPI)' },
  fidelity: {
    run: fidelity,
    rows: 1,
    rounds: 1,
    does: 'queue models against every real order of a day (its own files)',
  },
  analytics: { run: analytics, rows: 3e6, rounds: 3, does: 'what recording costs; the report of a million fills' },
  'import-dbn': {
    run: importDbn,
    rows: 5e6,
    rounds: 3,
    does: 'vendor files into tapes: Databento mbo, decoded alone and imported whole',
  },
  'import-itch': {
    run: importItchFile,
    rows: 5e6,
    rounds: 3,
    does: 'NASDAQ ITCH: messages passed over, and one stock of a hundred imported',
  },
  bridge: { run: bridge, rows: 5e6, rounds: 5, does: 'strategies in Python: decisions, batches, start, environments' },
  import: { run: importing, rows: 5e6, rounds: 3, does: 'vendor files in gzip to tapes, and the memory that takes' },
  inspect: {
    run: inspecting,
    rows: 1,
    rounds: 5,
    does: 'what is on a tape of 10 GB, out of its footer alone (made for it)',
  },
  bars: { run: bars, rows: 5e6, rounds: 3, does: 'building bars, in a run beside the same run without, and of tapes' },
  micro: { run: micro, rows: 1e6, rounds: 1, does: 'schedule, books and tape decoding by themselves' },
};

const USAGE = `npm run bench -- <name> [--json] [--rows N] [--rounds N] [--instruments 1,10,100]

${Object.entries(BENCHES)
  .map(([name, { does, rows, rounds }]) => `  ${name.padEnd(9)} ${does} (${rows / 1e6} M rows, ${rounds} rounds)`)
  .join('\n')}

Example:
  npm run -s bench -- replay --instruments 1 --rounds 1 --json
`;

class UsageError extends Error {}

function count(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`${option} ${text} is not a whole number above 0`);
  return value;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rows: { type: 'string' },
      rounds: { type: 'string' },
      instruments: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const name = positionals[0] ?? '';
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (bench === undefined || positionals.length > 1) {
    throw new UsageError(`"${positionals.join(' ')}" is no bench; there are ${Object.keys(BENCHES).join(', ')}`);
  }
  const instruments = values.instruments?.split(',').map((text) => count(text, '--instruments'));
  const report = await bench.run({
    rows: values.rows === undefined ? bench.rows : count(values.rows, '--rows'),
    rounds: values.rounds === undefined ? bench.rounds : count(values.rounds, '--rounds'),
    ...(instruments === undefined ? {} : { instruments }),
  });
  await printReport(report, values.json);
}

try {
  await main();
} catch (error) {
  const wrongUse = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${wrongUse ? `\n${USAGE}` : ''}`);
  process.exitCode = wrongUse ? 2 : 1;
}
