/**
 * `tickwright import …`: vendor files into a tape. Knows nothing of the formats. Called by the program.
 */
import { statSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CONTRACTS } from '../../core/index.js';
import { importBinanceArchive } from '../import/binance-archive.js';
import { importBinanceCapture } from '../import/binance-capture.js';
import { importBybitCapture } from '../import/bybit-capture.js';
import { importCsv } from '../import/csv.js';
import { derivedNanos, readMapping } from '../import/csv-mapping.js';
import { importDatabento } from '../import/databento.js';
import { importHftbacktest } from '../import/hftbacktest.js';
import { HFT_TIME_UNITS } from '../import/hftbacktest-event.js';
import { ImportError, type OnProgress } from '../import/input-file.js';
import { type InstrumentTerms, readBybitInstrument, readOkxInstrument } from '../import/instrument-info.js';
import { importItch } from '../import/itch.js';
import { importLean } from '../import/lean.js';
import { importLobster } from '../import/lobster.js';
import { importOkxCapture, OKX_BOOKS } from '../import/okx-capture.js';
import type { ImportedTape, RowKeeping } from '../import/row-collector.js';
import { removeLeftovers, Scratch } from '../import/rows/scratch.js';
import { importTardis } from '../import/tardis.js';
import { readTardisInstruments } from '../import/tardis-instruments.js';
import { TARDIS_KINDS } from '../import/tardis-kind.js';
import { openTape } from '../tape/tape-file.js';
import { ImportProgressBar } from './import-progress.js';
import { factsOf, factsText } from './inspect.js';
import { whileWriting } from './interruption.js';
import { collect, decimalText, duration, list, wholeNumber } from './option-values.js';
import { print } from './terminal.js';

interface Target {
  readonly out: string;
  readonly json?: boolean;
  /** Folder for rows that wait. */
  readonly scratch?: string;
}

/** What an import gets from here. */
type Watched = Required<RowKeeping> & { readonly onProgress: OnProgress };

export function importCommand(): Command {
  const command = new Command('import')
    .description('Make a tape of vendor files.')
    .addHelpText('after', '\nExample:\n  tickwright import binance-archive --help');
  for (const format of [
    binanceCapture(),
    binanceArchive(),
    bybitCapture(),
    okxCapture(),
    databento(),
    tardis(),
    lobster(),
    itch(),
    hftbacktest(),
    lean(),
    csv(),
  ])
    command.addCommand(format);
  return command;
}

function binanceCapture(): Command {
  return target(new Command('binance-capture'))
    .description('Raw websocket captures (lines of: local_ns {json}), futures or spot, plain or gzip.')
    .argument('<files...>', 'capture files in order of time; consecutive days make one tape')
    .requiredOption('--symbol <symbol>', 'the instrument’s name on the tape')
    .requiredOption('--tick <size>', 'price step, e.g. 0.1', decimalText)
    .requiredOption('--lot <size>', 'quantity step, e.g. 0.001', decimalText)
    .option('--quotes', 'also take bookTicker, as best quotes')
    .option('--spot-quote-latency <duration>', 'spot quotes have no exchange time: how long they travel', duration)
    .addOption(offLotLevels('round'))
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import binance-capture btcusdt_20240808.gz --symbol BTCUSDT --tick 0.1 --lot 0.001 --out btc.parquet',
    )
    .action(async (files: readonly string[], options) => {
      const { symbol, tick, lot, quotes = false, spotQuoteLatency, offLotLevels } = options;
      await keep(options, files, (watched) =>
        importBinanceCapture({
          ...{ files, symbol, tick, lot, quotes, offLotLevels, ...watched },
          ...(spotQuoteLatency !== undefined && { spotQuoteLatencyNs: spotQuoteLatency }),
        }),
      );
    });
}

function binanceArchive(): Command {
  return terms(target(new Command('binance-archive')))
    .description(
      'Files of data.binance.vision, spot or futures: trades, aggTrades, bookTicker, klines, fundingRate; zip or CSV.',
    )
    .argument('<files...>', 'files of one symbol, of any kinds and days, named as the archive names them')
    .requiredOption('--tick <size>', 'price step, e.g. 0.1', decimalText)
    .requiredOption('--lot <size>', 'quantity step, e.g. 0.001', decimalText)
    .requiredOption('--local-from <text>', 'when rows are seen: "exchange", or "exchange + 5ms"', localFrom)
    .option('--symbol <symbol>', 'the instrument’s name on the tape; default: from the files’ names')
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import binance-archive BTCUSDT-trades-2024-03-*.zip --tick 0.1 --lot 0.001 --local-from "exchange + 5ms" --out btc.parquet',
    )
    .action(async (files: readonly string[], { out, json, scratch, ...options }) => {
      await keep({ out, json, scratch }, files, (watched) => importBinanceArchive({ files, ...options, ...watched }));
    });
}

function tardis(): Command {
  return terms(target(new Command('tardis')))
    .description(
      'CSV files of Tardis.dev: trades, incremental_book_L2, book_snapshot_N, quotes, book_ticker, derivative_ticker, liquidations.',
    )
    .argument('<files...>', 'files of any kinds and symbols, those of one kind in order of time')
    .option('--tick <size>', 'price step of the one symbol, e.g. 0.1', decimalText)
    .option('--lot <size>', 'quantity step of the one symbol, e.g. 0.001', decimalText)
    .option('--symbol <symbol>', 'the instrument’s name on the tape; default: as in the files')
    .option('--instruments <file>', 'several symbols instead: YAML or JSON with tick and lot of each')
    .addOption(new Option('--other-symbols <what>', 'symbols that it does not list').choices(['refuse', 'drop']))
    .addOption(new Option('--type <kind>', 'what files are whose names do not say it').choices(TARDIS_KINDS))
    .addOption(negativeLatency())
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import tardis deribit_trades_2020-04-01_BTC-PERPETUAL.csv.gz --tick 0.5 --lot 10 --out btc.parquet',
    )
    .action(async (files: readonly string[], { out, json, scratch, instruments: table, ...options }) => {
      const instruments = table === undefined ? undefined : await readTardisInstruments(table);
      await keep({ out, json, scratch }, files, (watched) =>
        importTardis({ files, ...options, ...(instruments !== undefined && { instruments }), ...watched }),
      );
    });
}

function bybitCapture(): Command {
  return capture(new Command('bybit-capture'))
    .description('Raw captures of Bybit’s public websocket (lines of: local_ns {json}), plain, gzip or zstd.')
    .option('--quotes', 'also take orderbook.1, as best quotes')
    .option('--depth <levels>', 'which orderbook.N makes the book, where there are several', wholeNumber(2, 999_999))
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import bybit-capture btcusdt_20240808.gz --symbol BTCUSDT --tick 0.1 --lot 0.001 --out btc.parquet',
    )
    .action(async (files: readonly string[], { out, json, scratch, instrumentInfo, ...given }) => {
      const options = { ...given, ...(await stepsOf(given, instrumentInfo, readBybitInstrument)) };
      await keep({ out, json, scratch }, files, (watched) => importBybitCapture({ files, ...options, ...watched }));
    });
}

function okxCapture(): Command {
  return capture(new Command('okx-capture'))
    .description('Raw captures of OKX’s public websocket (lines of: local_ns {json}), plain, gzip or zstd.')
    .option('--quotes', 'also take bbo-tbt, as best quotes')
    .addOption(
      new Option('--channel <name>', 'which channel makes the book, where there are several').choices(OKX_BOOKS),
    )
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import okx-capture btc-usdt-swap.gz --symbol BTC-USDT-SWAP --tick 0.1 --lot 0.01 --multiplier 0.01 --out btc.parquet',
    )
    .action(async (files: readonly string[], { out, json, scratch, instrumentInfo, ...given }) => {
      const options = { ...given, ...(await stepsOf(given, instrumentInfo, readOkxInstrument)) };
      await keep({ out, json, scratch }, files, (watched) => importOkxCapture({ files, ...options, ...watched }));
    });
}

/** What the raw captures of venues take, besides what is each one's own. */
function capture(command: Command) {
  return terms(target(command))
    .argument('<files...>', 'capture files in order of time; consecutive days make one tape')
    .requiredOption('--symbol <symbol>', 'the instrument’s name on the tape')
    .option('--tick <size>', 'price step, e.g. 0.1', decimalText)
    .option('--lot <size>', 'quantity step, e.g. 0.001', decimalText)
    .option('--instrument-info <file>', 'tick, lot and terms from what the venue’s REST endpoint answered (JSON)')
    .addOption(offLotLevels('refuse'));
}

interface Steps {
  readonly symbol: string;
  readonly tick?: string;
  readonly lot?: string;
}

/** Tick, lot and terms: what is given, and the rest from the file. */
async function stepsOf(
  given: Steps,
  file: string | undefined,
  read: (path: string, symbol: string) => Promise<InstrumentTerms>,
): Promise<InstrumentTerms> {
  const { tick, lot } = given;
  if (file !== undefined) return { ...(await read(file, given.symbol)), ...given };
  if (tick === undefined || lot === undefined) {
    throw new ImportError('give --tick and --lot, or --instrument-info');
  }
  return { tick, lot };
}

function databento(): Command {
  return target(new Command('databento'))
    .description(
      'Databento DBN files: mbo, mbp-1, mbp-10, tbbo, trades, bbo, ohlcv, status, statistics; plain or zstd.',
    )
    .argument('<files...>', 'DBN files: consecutive days in order of time, or several schemas of one time')
    .option('--definition <file>', 'definitions: ticks, multipliers, currencies, expiries; may be given again', collect)
    .option('--symbols <names>', 'these alone, separated by commas; symbols or instrument ids', list)
    .option('--publisher <id>', 'this one alone (number of a venue and feed)', wholeNumber(1, 65_535))
    .option('--tick <size>', 'price step where no definition has one, e.g. 0.25', decimalText)
    .option('--lot <size>', 'quantity step, a whole number; default: 1', decimalText)
    .addOption(
      new Option('--off-tick-prints <what>', 'trades off the tick, such as hidden ones at the midpoint')
        .choices(['refuse', 'drop'])
        .default('refuse'),
    )
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import databento glbx-mdp3-20240508.mbo.dbn.zst --definition glbx-mdp3-20240508.definition.dbn.zst --out es.parquet',
    )
    .action(async (files: readonly string[], options) => {
      const { definition, symbols, publisher, tick, lot, offTickPrints } = options;
      await keep(options, [...(definition ?? []), ...files], (watched) =>
        importDatabento({
          ...{ files, offTickPrints, ...watched },
          ...(definition !== undefined && { definitions: definition }),
          ...(symbols !== undefined && { symbols }),
          ...(publisher !== undefined && { publisher }),
          ...(tick !== undefined && { tick }),
          ...(lot !== undefined && { lot }),
        }),
      );
    });
}

function lobster(): Command {
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
    .action(async (options) => {
      const { messages, symbol, date, tick, offTickPrints, feedLatency } = options;
      await keep(options, [messages], (watched) =>
        importLobster({
          ...{ messages, feedLatencyNs: feedLatency, ...watched },
          ...(symbol !== undefined && { symbol }),
          ...(date !== undefined && { date }),
          ...(tick !== undefined && { tick }),
          ...(offTickPrints !== undefined && { offTickPrints }),
        }),
      );
    });
}

function itch(): Command {
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
    .action(async (files: readonly string[], options) => {
      const { date, timeZone, tick, symbols, offTickPrints, feedLatency } = options;
      await keep(options, files, (watched) =>
        importItch({
          ...{ files: [...files], dates: date, timeZone, tick, offTickPrints, feedLatencyNs: feedLatency, ...watched },
          ...(symbols !== undefined && { symbols }),
        }),
      );
    });
}

function hftbacktest(): Command {
  return terms(target(new Command('hftbacktest')))
    .description('Event arrays of hftbacktest, .npz and .npy, of versions 2 and 1.')
    .argument('<files...>', 'arrays of one instrument in order of time')
    .requiredOption('--symbol <symbol>', 'the instrument’s name on the tape')
    .requiredOption('--tick <size>', 'price step, e.g. 0.1', decimalText)
    .requiredOption('--lot <size>', 'quantity step, e.g. 0.001', decimalText)
    .option('--orders', 'the arrays are order by order (L3)')
    .addOption(
      new Option('--time-unit <unit>', 'of the times; version 2: ns by default, version 1: must be given').choices(
        HFT_TIME_UNITS,
      ),
    )
    .addOption(offLotLevels('refuse'))
    .addOption(negativeLatency())
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import hftbacktest btcusdt_20240808.npz --symbol BTCUSDT --tick 0.1 --lot 0.001 --out btc.parquet',
    )
    .action(async (files: readonly string[], { out, json, scratch, ...options }) => {
      await keep({ out, json, scratch }, files, (watched) => importHftbacktest({ files, ...options, ...watched }));
    });
}

function lean(): Command {
  return terms(target(new Command('lean')))
    .description('QuantConnect LEAN data (zip or CSV in their folders): bars, quote bars and ticks of one security.')
    .argument('<files...>', 'files of one resolution, such as equity/usa/minute/spy/20131007_trade.zip')
    .requiredOption('--time-zone <zone>', 'of the times in the files: America/New_York for US equities, UTC for crypto')
    .requiredOption('--tick <size>', 'price step, e.g. 0.01', decimalText)
    .requiredOption('--lot <size>', 'quantity step, e.g. 1', decimalText)
    .requiredOption('--local-from <text>', 'when rows are seen: "exchange", or "exchange + 5ms"', localFrom)
    .option('--symbol <symbol>', 'the instrument’s name on the tape; default: the ticker')
    .option('--factor-file <file>', 'splits and dividends, e.g. equity/usa/factor_files/spy.csv')
    .option('--map-file <file>', 'tickers and delisting, e.g. equity/usa/map_files/spy.csv')
    .option('--from <day>', 'first day, e.g. 2014-06-02')
    .option('--to <day>', 'last day')
    .option('--quote-size <quantity>', 'of quotes that have none (forex)', decimalText)
    .option('--delivery <month>', 'of futures: which contract of an archive, e.g. 201406')
    .option('--exchange <name>', 'ticks of this exchange alone, as the files call it')
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import lean data/equity/usa/minute/spy/201310*_trade.zip --time-zone America/New_York --tick 0.0001 --lot 1 --local-from exchange --out spy.parquet',
    )
    .action(async (files: readonly string[], { out, json, scratch, ...options }) => {
      await keep({ out, json, scratch }, files, (watched) => importLean({ files, ...options, ...watched }));
    });
}

function csv(): Command {
  return target(new Command('csv'))
    .description(
      'Any CSV of trades, quotes, depth, bars, funding, status, splits, dividends or marks, plain or gzip, as a mapping file describes it.',
    )
    .argument('<files...>', 'CSV files in order of time')
    .requiredOption('--mapping <file>', 'YAML or JSON: which column is what, units, time formats, instruments')
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import csv trades_*.csv.gz --mapping trades.yaml --out trades.parquet',
    )
    .action(async (files: readonly string[], options) => {
      const mapping = await readMapping(options.mapping);
      await keep(options, files, (watched) => importCsv({ files, mapping, ...watched }));
    });
}

function localFrom(text: string): string {
  if (derivedNanos(text, 'exchange', '+') !== undefined) return text;
  throw new InvalidArgumentError('Allowed: "exchange", or "exchange + 5ms" for a delay.');
}

function offLotLevels(otherwise: 'refuse' | 'round'): Option {
  return new Option('--off-lot-levels <what>', 'levels that are not whole lots')
    .choices(['refuse', 'round'])
    .default(otherwise);
}

function negativeLatency(): Option {
  return new Option('--negative-latency <what>', 'local before exchange time: refuse, or move all local times')
    .choices(['refuse', 'shift'])
    .default('refuse');
}

/** Contract terms of what is not simply worth price × quantity. */
function terms(command: Command): Command {
  return command
    .addOption(new Option('--contract <kind>', 'linear (default) or inverse').choices(CONTRACTS))
    .option('--multiplier <units>', 'units in a quantity of 1; default 1', decimalText)
    .option('--base <currency>', 'currency code')
    .option('--quote <currency>', 'currency code')
    .option('--expiry <time>', 'of a future, e.g. 2024-12-27T08:00:00Z');
}

function target(command: Command): Command {
  return command
    .requiredOption('--out <tape>', 'the tape to write (Parquet)')
    .option(
      '--scratch <folder>',
      'where rows wait until they are in order, 32 to 60 bytes each; default: beside the tape',
    )
    .option('--json', 'print what is on the tape as JSON');
}

/** Imports, writes the tape, and prints what is on it, corrections included. */
async function keep(
  { out, json, scratch: folder }: Target,
  files: readonly string[],
  load: (watched: Watched) => Promise<ImportedTape>,
): Promise<void> {
  await whileWriting(async () => {
    refuseFolder(out);
    removeLeftovers(out, folder);
    const scratch = new Scratch(out, folder);
    const bar = new ImportProgressBar(files, () => scratch.rows);
    try {
      const tape = await load({ scratch, onProgress: (progress) => bar.read(progress) });
      await tape.writeTo(out, (rows, total) => bar.wrote(rows, total));
    } finally {
      scratch.close();
      bar.end();
    }
  });
  const facts = factsOf(openTape(out));
  await print(json ? `${JSON.stringify(facts, null, 2)}\n` : factsText(facts));
}

/** Better known before a long import than after it. */
function refuseFolder(out: string): void {
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${out}: is a folder; give the name of a file`);
  }
}
