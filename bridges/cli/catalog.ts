/**
 * `tickwright catalog …`: a folder of tapes by venue, instrument and day. Knows nothing of how it is kept. Called by the program.
 */
import { Command, Option } from 'commander';
import { type Catalog, type CatalogRange, openCatalog } from '../catalog/catalog.js';
import { addToCatalog } from '../catalog/catalog-add.js';
import { compactCatalog } from '../catalog/catalog-compact.js';
import { CatalogError } from '../catalog/catalog-error.js';
import { queryCatalog } from '../catalog/catalog-index.js';
import { partsToRemove, removeFromCatalog } from '../catalog/catalog-remove.js';
import type { CatalogPart } from '../catalog/catalog-state.js';
import { openTape } from '../tape/tape-file.js';
import { answerText, contentsOf, contentsText, rangeFacts, rangeText } from './catalog-text.js';
import { breathe, whileWriting } from './interruption.js';
import { date, list } from './option-values.js';
import { grouped, ProgressBar, print, remark } from './terminal.js';

interface RangeOptions extends CatalogRange {
  readonly json?: boolean;
}

export function catalogCommand(): Command {
  const command = new Command('catalog')
    .description('Keep tapes in a folder by venue, instrument and day, and read any range of them.')
    .addHelpText(
      'after',
      '\nWhat the folder is made of: docs/catalog.md.\n\nExample:\n  tickwright catalog add --help',
    );
  for (const each of [add(), ls(), query(), compact(), rm()]) command.addCommand(each);
  return command;
}

/** What says where an added tape belongs; `import --catalog` takes the same. */
export function placeOptions(command: Command): Command {
  return command
    .option('--venue <name>', 'where the instruments trade')
    .option('--days <setting>', 'a new catalogue: where days begin, utc or a session calendar such as CMES')
    .option('--replace', 'files of the same time and kinds go out, as a whole')
    .option('--listed <day>', 'first day on which the instruments are listed', date)
    .option('--delisted <day>', 'last day on which they are', date);
}

/** Says which part of a catalogue; `run` takes the same. */
export function rangeOptions(command: Command): Command {
  return command
    .option('--from <time>', 'first day (2024-01-02), or a time in UTC (2024-01-02T08:00:00Z)')
    .option('--to <time>', 'last day, or a time in UTC that no longer belongs to it')
    .option('--instruments <patterns>', "symbols, or patterns such as 'BTC*', separated by commas", list)
    .option('--venue <name>', 'those of one venue alone');
}

function add(): Command {
  return placeOptions(new Command('add'))
    .description('Add tapes: cut by instrument and day. A tape that is in it already is skipped.')
    .argument('<folder>', 'the catalogue; made where there is none')
    .argument('<tapes...>', 'tape files')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  tickwright catalog add ticks btc.parquet --venue BINANCE --days utc')
    .action(async (folder: string, tapes: readonly string[], { json = false, venue, ...options }) => {
      if (venue === undefined)
        throw new CatalogError('catalog add: say where the instruments trade, as in --venue BINANCE');
      const done: object[] = [];
      for (const file of tapes) {
        const { added, parts, replaced } = await addTape(folder, file, { venue, ...options });
        done.push({ tape: file, added, files: parts.map(placeOf), replaced: replaced.map(placeOf) });
        if (!added) remark(`${file}: skipped, the catalogue has a tape of this content (the same SHA-256)`);
        else
          remark(
            `${file}: added as ${countText(parts)}${replaced.length > 0 ? ` in place of ${countText(replaced)}` : ''}`,
          );
      }
      if (json) await print(`${JSON.stringify(done, null, 2)}\n`);
    });
}

/** Adds one tape, with a bar. */
export async function addTape(folder: string, file: string, options: Parameters<typeof addToCatalog>[2]) {
  const bar = new ProgressBar('add');
  try {
    const watched = async (done: number) => {
      bar.update(done);
      await breathe();
    };
    return await whileWriting(() => addToCatalog(folder, openTape(file), { ...options, breathe: watched }));
  } finally {
    bar.end();
  }
}

function ls(): Command {
  return new Command('ls')
    .description('Say what is in a catalogue: venues, instruments, days, rows, sizes, corrections.')
    .argument('<folder>', 'the catalogue')
    .option('--json', 'print JSON, with all files')
    .addHelpText('after', '\nExample:\n  tickwright catalog ls ticks')
    .action(async (folder: string, { json = false }: { json?: boolean }) => {
      const contents = contentsOf(openCatalog(folder));
      await print(json ? `${JSON.stringify(contents, null, 2)}\n` : contentsText(contents));
    });
}

function query(): Command {
  return rangeOptions(new Command('query'))
    .description('Answer a question in SQL (needs DuckDB), or say what a run over a range would read.')
    .argument('<folder>', 'the catalogue')
    .argument('[sql]', 'over instruments, parts, kinds, pieces, sources, imports, corrections, and ticks: all rows')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example:
  tickwright catalog query ticks --from 2024-01-02 --to 2024-03-01 --instruments 'BTC*'
  tickwright catalog query ticks 'select instrument, count(*) from ticks group by all'`,
    )
    .action(async (folder: string, sql: string | undefined, { json = false, ...range }: RangeOptions) => {
      const catalog = openCatalog(folder);
      if (sql === undefined) {
        const facts = rangeFacts(catalog.tape(range));
        await print(json ? `${JSON.stringify(facts, null, 2)}\n` : rangeText(facts));
        return;
      }
      if (Object.keys(range).length > 0)
        throw new CatalogError('catalog query: SQL, or a range with --from, --to …: not both');
      const { columns, rows } = await queryCatalog(catalog, sql);
      const objects = rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
      await print(json ? `${JSON.stringify(objects, null, 2)}\n` : answerText(columns, rows));
    });
}

function compact(): Command {
  return new Command('compact')
    .description('Make one file of those of a day, or of a month, where they can be read one behind the other.')
    .argument('<folder>', 'the catalogue')
    .addOption(new Option('--by <period>', 'what a file shall hold').choices(['day', 'month']).default('day'))
    .addHelpText('after', '\nExample:\n  tickwright catalog compact ticks --by month')
    .action(async (folder: string, { by }: { by: 'day' | 'month' }) => {
      openCatalog(folder).close();
      const { made, gone } = await whileWriting(() => compactCatalog(folder, { by, breathe: () => breathe() }));
      remark(gone.length === 0 ? 'there is nothing to compact' : `${countText(gone)} became ${countText(made)}`);
    });
}

function rm(): Command {
  return rangeOptions(new Command('rm'))
    .description('Remove the files of instruments, of a venue or of a time; says which, and does so with --yes.')
    .argument('<folder>', 'the catalogue')
    .option('--yes', 'remove them')
    .addHelpText('after', "\nExample:\n  tickwright catalog rm ticks --instruments 'ETH*' --to 2023-12-31 --yes")
    .action(async (folder: string, { yes = false, ...range }: CatalogRange & { yes?: boolean }) => {
      if (Object.keys(range).length === 0) {
        throw new CatalogError('catalog rm: say what, with --instruments, --venue, --from or --to');
      }
      const catalog: Catalog = openCatalog(folder);
      const found = partsToRemove(catalog, range);
      catalog.close();
      if (!yes) {
        await print(`${found.map(({ file, rows }) => `${file}  ${grouped(rows)} rows`).join('\n')}\n`);
        throw new CatalogError(`catalog rm: ${countText(found)} would go; say --yes to remove them`);
      }
      remark(`removed ${countText(removeFromCatalog(folder, range))}`);
    });
}

/** A file as `--json` prints it. */
export function placeOf({ venue, symbol, day, lastDay, file, rows }: CatalogPart) {
  return { venue, symbol, day, lastDay, file, rows };
}

export function countText(parts: readonly CatalogPart[]): string {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return `${grouped(parts.length)} ${parts.length === 1 ? 'file' : 'files'} with ${grouped(rows)} rows`;
}
