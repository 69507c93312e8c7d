/**
 * `tickwright import lobster`, `itch`: NASDAQ's messages, order by order, as LOBSTER rebuilt them and as they were sent.
 * Called by `import`.
 */
import { Command, Option } from 'commander';
import { importItch } from '../../import/itch.js';
import { importLobster } from '../../import/lobster.js';
import { decimalText, duration, list } from '../option-values.js';
import { keep } from './import-run.js';
import { target } from './import-target.js';

export function lobster(): Command {
  return target(new Command('lobster'))
    .description('A LOBSTER message file (NASDAQ, order by order).')
    .requiredOption('--messages <file>', 'message file, CSV or CSV in gzip')
    .option('--symbol <symbol>', 'default: from the file’s name')
    .option('--date <day>', 'trading day, 2012-06-21; default: from the file’s name')
    .option('--tick <size>', 'price step; default 0.01 if all prices are multiples of it, else 0.0001', decimalText)
    .addOption(new Option('--off-tick-prints <what>', 'hidden prints off the tick').choices(['refuse', 'drop']))
    .option('--feed-latency <duration>', 'local time = exchange time + this', duration, 0)
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import lobster --messages GOOG_message_10.csv --symbol GOOG --date 2012-06-21 --out goog.parquet',
    )
    .action(async (options, command: Command) => {
      const { messages, symbol, date, tick, offTickPrints, feedLatency } = options;
      await keep(command, {
        files: [messages],
        load: (_files, watched) =>
          importLobster({
            ...{ messages, feedLatencyNs: feedLatency, ...watched },
            ...(symbol !== undefined && { symbol }),
            ...(date !== undefined && { date }),
            ...(tick !== undefined && { tick }),
            ...(offTickPrints !== undefined && { offTickPrints }),
          }),
      });
    });
}

export function itch(): Command {
  return target(new Command('itch'))
    .description('NASDAQ TotalView-ITCH 5.0 files (order by order), plain or gzip.')
    .argument('<files...>', 'files in order of time: parts of one day, or several days')
    .requiredOption(
      '--date <days>',
      'trading day of each file, separated by commas; one where all are of one day',
      list,
    )
    .requiredOption('--time-zone <zone>', 'whose midnight the times count from: America/New_York')
    .requiredOption('--tick <size>', 'price step: 0.01 for stocks of a dollar and more, 0.0001 fits all', decimalText)
    .option('--symbols <names>', 'these stocks alone, separated by commas; default: all', list)
    .addOption(
      new Option('--off-tick-prints <what>', 'hidden trades and crosses off the tick, such as those at the midpoint')
        .choices(['refuse', 'drop'])
        .default('refuse'),
    )
    .option('--feed-latency <duration>', 'local time = exchange time + this', duration, 0)
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import itch 12302019.NASDAQ_ITCH50.gz --date 2019-12-30 --time-zone America/New_York --symbols AAPL,MSFT --tick 0.01 --off-tick-prints drop --out nasdaq.parquet',
    )
    .action(async (files: readonly string[], options, command: Command) => {
      const { date, timeZone, tick, symbols, offTickPrints, feedLatency } = options;
      const days = new ItchDays(files, date);
      await keep(command, {
        files,
        steps: days.steps,
        optionsOf: (some) => ({ date: days.of(some).join(',') }),
        load: (some, watched) =>
          importItch({
            ...{ files: [...some], dates: days.of(some), timeZone, tick, offTickPrints, feedLatencyNs: feedLatency },
            ...watched,
            ...(symbols !== undefined && { symbols }),
          }),
      });
    });
}

/** Which files are of which trading day. Nothing rests over night, so a day is a step. */
class ItchDays {
  readonly #files: readonly string[];
  readonly #dates: readonly string[];

  /** Where the two do not fit, the importer says so. */
  constructor(files: readonly string[], dates: readonly string[]) {
    this.#files = files;
    this.#dates = dates;
  }

  get steps(): string[][] {
    if (this.#dates.length !== this.#files.length) return [[...this.#files]];
    return [...new Set(this.#dates)].map((day) => this.#files.filter((_, at) => this.#dates[at] === day));
  }

  /** The days of some files in the form that the importer takes: one where all are of one day. */
  of(files: readonly string[]): string[] {
    if (this.#dates.length !== this.#files.length) return [...this.#dates];
    const days = files.map((file) => this.#dates[this.#files.indexOf(file)]!);
    return new Set(days).size === 1 ? [days[0]!] : days;
  }
}
