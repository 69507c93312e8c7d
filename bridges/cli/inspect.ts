/**
 * `tickwright inspect`: what is on a tape, and everything its importer corrected. Knows nothing of the tape's bytes.
 * Called by the program.
 */
import { Command } from 'commander';
import { instrumentSpec } from '../../core/instrument.js';
import { KIND_NAMES } from '../../core/market.js';
import { formatDuration, formatEpoch } from '../../core/time.js';
import { openTape, type TapeFile } from '../tape/tape-file.js';
import type { TimeRange } from '../tape/tape-metadata.js';
import { alignColumns, grouped, print } from './terminal.js';

interface Options {
  readonly verify?: boolean;
  readonly json?: boolean;
}

export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      'Say what is on tapes: instruments, kinds, times, rates, sizes, and every correction an importer made.',
    )
    .argument('<tape...>', 'tape files')
    .option('--verify', 'also read every row and compare the checksum')
    .option('--json', 'print JSON: a list with one object for each tape')
    .addHelpText('after', '\nExample:\n  tickwright inspect btc.parquet\n  tickwright inspect *.parquet --json')
    .action(inspect);
}

async function inspect(paths: readonly string[], { verify = false, json = false }: Options): Promise<void> {
  const tapes = paths.map((path) => openTape(path));
  if (verify) for (const tape of tapes) tape.verify();
  const facts = tapes.map((tape) => ({ ...factsOf(tape), ...(verify && { verified: true }) }));
  if (json) await print(`${JSON.stringify(facts, null, 2)}\n`);
  else await print(facts.map(factsText).join('\n'));
}

/** What `--json` prints of a tape. Times are ISO 8601 in UTC, `…Ns` are int64 as text. */
export interface TapeFacts {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number;
  /** Rows that say something; one that stands twice, once for each clock, counts once. */
  readonly events: number;
  readonly exchange: TimeFacts | null;
  readonly local: TimeFacts | null;
  /** Rows in a second of market time by the local clock; `null` for a tape without length. */
  readonly rowsPerSecond: number | null;
  readonly instruments: readonly {
    readonly symbol: string;
    readonly tick: string;
    readonly lot: string;
    /** Contract terms; left out where they are the usual ones, as in the tape's own metadata. */
    readonly contract?: string;
    readonly multiplier?: string;
    readonly base?: string;
    readonly quote?: string;
    readonly expiry?: string;
    /** By kind; kinds without rows are left out. */
    readonly counts: Readonly<Record<string, number>>;
  }[];
  readonly corrections: readonly { readonly name: string; readonly count: number; readonly note: string }[];
  readonly provenance: Readonly<Record<string, string>>;
  readonly verified?: boolean;
}

interface TimeFacts {
  readonly first: string;
  readonly last: string;
  readonly firstNs: string;
  readonly lastNs: string;
}

export function factsOf(tape: TapeFile): TapeFacts {
  const { info, metadata, file, size } = tape;
  const { exchangeNs, localNs } = metadata;
  const instruments = info.instruments.map((spec, index) => {
    const kinds = info.counts[index]!.flatMap((count, kind) =>
      count > 0 ? [[KIND_NAMES[kind]!, count] as const] : [],
    );
    return { ...instrumentSpec(spec), counts: Object.fromEntries(kinds) };
  });
  const range = localNs ?? exchangeNs;
  const seconds = range === undefined ? 0 : Number(range[1] - range[0]) / 1e9;
  return {
    file,
    bytes: size,
    sha256: info.hash ?? '',
    rows: info.rows,
    events: info.counts.flat().reduce((sum, count) => sum + count, 0),
    exchange: timeFacts(exchangeNs),
    local: timeFacts(localNs),
    rowsPerSecond: seconds > 0 ? info.rows / seconds : null,
    instruments,
    corrections: info.corrections.map(({ name, count, note }) => ({ name, count, note })),
    provenance: info.provenance,
  };
}

function timeFacts(range: TimeRange | undefined): TimeFacts | null {
  if (range === undefined) return null;
  const [first, last] = range;
  return { first: formatEpoch(first), last: formatEpoch(last), firstNs: String(first), lastNs: String(last) };
}

/** What an instrument has where its term is left out, in words; a term is shown where some instrument has another. */
const USUAL_TERMS = { contract: 'linear', multiplier: '1', base: '–', quote: '–', expiry: 'never' } as const;
const TERMS = Object.keys(USUAL_TERMS) as (keyof typeof USUAL_TERMS)[];

/** Several lines for people. */
export function factsText(facts: TapeFacts): string {
  const { file, bytes, rows, events, exchange, local, rowsPerSecond, instruments, corrections, provenance } = facts;
  const perRow = rows > 0 ? `, ${(bytes / rows).toFixed(1)} a row` : '';
  const lines: string[][] = [
    ['rows', `${grouped(rows)}, ${grouped(events)} events, ${grouped(bytes)} bytes${perRow}`],
    ['exchange', rangeText(exchange)],
    ['local', rangeText(local)],
  ];
  if (rowsPerSecond !== null)
    lines.push(['rate', `${grouped(Math.round(rowsPerSecond))} rows a second of market time`]);
  lines.push(['sha256', facts.sha256]);
  if (facts.verified === true) lines.push(['verified', 'all rows read, checksum equal']);
  for (const [key, value] of Object.entries(provenance)) lines.push([key, value]);

  const kinds = KIND_NAMES.filter((kind) => instruments.some(({ counts }) => counts[kind] !== undefined));
  const terms = TERMS.filter((term) => instruments.some((instrument) => instrument[term] !== undefined));
  const table = [
    ['instrument', 'tick', 'lot', ...terms, ...kinds],
    ...instruments.map((instrument) => [
      instrument.symbol,
      instrument.tick,
      instrument.lot,
      ...terms.map((term) => instrument[term] ?? USUAL_TERMS[term]),
      ...kinds.map((kind) => grouped(instrument.counts[kind] ?? 0)),
    ]),
  ];
  const corrected =
    corrections.length === 0
      ? 'corrections: none'
      : `corrections:\n${indented(alignColumns(corrections.map(({ name, count, note }) => [name, grouped(count), note])))}`;
  return `${printable(`${file}\n${indented(labelled(lines))}\n${indented(alignColumns(table))}\n${corrected}`)}\n`;
}

function rangeText(times: TimeFacts | null): string {
  if (times === null) return 'no rows';
  return `${times.first} to ${times.last} (${formatDuration(Number(BigInt(times.lastNs) - BigInt(times.firstNs)))})`;
}

/** A label and a text in each line. */
function labelled(lines: readonly (readonly string[])[]): string {
  const width = Math.max(...lines.map(([label]) => label!.length));
  return lines.map(([label, text]) => `${label!.padEnd(width)}  ${text}`).join('\n');
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

/** Text from files must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, '\ufffd');
}
