/**
 * `tickwright check`: what in a tape a strategy should not trust. Knows nothing of how it is found. Called by the program, and by
 * imports that only check.
 */
import { Command } from 'commander';
import type { QualityFindings } from '../../analytics/quality/findings.js';
import { excesses } from '../../analytics/quality/quality-figures.js';
import { qualityJson } from '../../analytics/quality/quality-json.js';
import { DRAWN, renderQualityPage } from '../../analytics/quality/quality-page.js';
import { figureText, formatQuality } from '../../analytics/quality/quality-table.js';
import type { QualityOptions } from '../../analytics/quality/tape-check.js';
import { TapeCheck } from '../../analytics/quality/tape-check.js';
import { sessionCalendar } from '../../core/session-calendar.js';
import { ConfigError } from '../run-file/config-error.js';
import { replaceFile } from '../run-folder/placement.js';
import { pageParts } from '../run-folder/report-assets.js';
import { openTape, type TapeFile } from '../tape/tape-file.js';
import { whileWriting } from './interruption.js';
import { type QualityChoices, qualityOf, qualityOptions, thresholds } from './quality-options.js';
import { passOver } from './tape-pass.js';
import { grouped, print, remark } from './terminal.js';

/** Figures that only a calendar gives. */
const SESSION_FIGURES = ['outside-sessions', 'missed-sessions', 'late-open', 'early-end'];

export interface CheckOptions extends QualityChoices {
  readonly max?: ReadonlyMap<string, number>;
  readonly html?: string;
  readonly json?: boolean;
}

/** What is checked, and how it is called. */
export interface NamedTape {
  readonly name: string;
  readonly tape: TapeFile;
}

export function checkCommand(): Command {
  return checkOptions(new Command('check'))
    .description(
      'Look for gaps, crossed and stale books, slow and late rows, clock drift, duplicates, price spikes and the like.',
    )
    .argument('<tape...>', 'tape files')
    .option('--json', 'print JSON: a list with one object for each tape')
    .addHelpText(
      'after',
      '\nVendor files are checked by their import: tickwright import FORMAT … --check' +
        '\n\nExample:\n  tickwright check btc.parquet --max crossed=0,spikes=0,longest-gap=10s',
    )
    .action((paths: readonly string[], options: CheckOptions) => checkTapes(namedTapes(paths), options));
}

/** What is looked for, what of it is too much, and the page; also of imports that only check. */
export function checkOptions(command: Command): Command {
  return qualityOptions(command)
    .option('--max <figure=most,…>', 'exit with 1 where a figure is larger, e.g. crossed=0,longest-gap=10s', thresholds)
    .option('--html <file>', 'write a page too, with pictures of delays, gaps, spells, prices and spreads');
}

/** One after the other, as each is opened when its turn comes. */
function* namedTapes(paths: readonly string[]): Generator<NamedTape> {
  for (const name of paths) yield { name, tape: openTape(name) };
}

/** Prints what is found and writes the page. Throws `Error` naming each figure that is more than it may be. */
export async function checkTapes(tapes: Iterable<NamedTape>, options: CheckOptions): Promise<void> {
  const { max = new Map(), html, json = false } = options;
  const unasked = [...max.keys()].find((name) => SESSION_FIGURES.includes(name));
  if (unasked !== undefined && options.calendar === undefined) {
    throw new ConfigError(`--max ${unasked}: needs the exchange's sessions; name them with --calendar`);
  }
  const checked: (NamedTape & { findings: QualityFindings })[] = [];
  for (const { name, tape } of tapes) {
    checked.push({
      ...{ name, tape },
      findings: await findingsOf(tape, {
        ...qualityOf(options),
        ...sessionsOf(tape, options.calendar),
        pictures: html === undefined ? 0 : DRAWN,
      }),
    });
  }
  const tooMuch = checked.flatMap(({ name, findings }) =>
    excesses(findings, max).map(
      ({ figure, value, most }) =>
        `${name}: ${figure.name} is ${figureText(figure, value)}, more than ${figureText(figure, most)}`,
    ),
  );
  if (json)
    await print(
      `${JSON.stringify(
        checked.map((each) => jsonOf(each, each.findings, max)),
        null,
        2,
      )}\n`,
    );
  else for (const { name, findings } of checked) await print(textOf(name, findings));
  if (html !== undefined) {
    const shown = checked.map(({ name, tape, findings }) => ({ name, hash: tape.info.hash ?? '', findings }));
    await whileWriting(() => replaceFile(html, renderQualityPage(shown, max, pageParts('check'))));
    remark(`page: ${html}`);
  }
  if (tooMuch.length > 0) throw new Error(tooMuch.join('; '));
}

/** The sessions in the exchange times of a tape. */
function sessionsOf({ info, metadata, file }: TapeFile, name: string | undefined): Partial<QualityOptions> {
  const range = metadata.exchangeNs;
  if (name === undefined || range === undefined) return {};
  const [firstNs, lastNs] = range.map((time) => Number(time - info.originNs)) as [number, number];
  try {
    return { sessions: sessionCalendar(name).sessions(info.originNs, firstNs, lastNs + 1) };
  } catch (error) {
    throw new ConfigError(`${file}: ${(error as Error).message}`);
  }
}

/** One pass over the rows. */
async function findingsOf(tape: TapeFile, options: Partial<QualityOptions>): Promise<QualityFindings> {
  const taken = new TapeCheck(tape.info, options);
  await passOver(tape, 'check', (block) => taken.take(block));
  return taken.finish();
}

function jsonOf({ name, tape }: NamedTape, findings: QualityFindings, max: ReadonlyMap<string, number>): object {
  const tooMuch = excesses(findings, max).map(({ figure, value, most }) => ({ figure: figure.name, value, most }));
  return { file: name, sha256: tape.info.hash, ...qualityJson(findings), tooMuch };
}

function textOf(name: string, findings: QualityFindings): string {
  return `${name}: ${grouped(findings.rows)} rows\n${formatQuality(findings)}\n`;
}
