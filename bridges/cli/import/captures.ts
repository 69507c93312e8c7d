/**
 * `tickwright import binance-capture`, `bybit-capture`, `okx-capture`: raw captures of venues' websockets.
 * A book goes over from one file to the next, so in a catalogue all files are one step. Called by `import`.
 */
import { Command, Option } from 'commander';
import { importBinanceCapture } from '../../import/binance-capture.js';
import { importBybitCapture } from '../../import/bybit-capture.js';
import { ImportError } from '../../import/input-file.js';
import { type InstrumentTerms, readBybitInstrument, readOkxInstrument } from '../../import/instrument-info.js';
import { importOkxCapture, OKX_BOOKS } from '../../import/okx-capture.js';
import { decimalText, duration, wholeNumber } from '../option-values.js';
import type { ImportJob } from './import-job.js';
import { offLotLevels, terms } from './import-options.js';
import { keep } from './import-run.js';
import { ownOptions, target } from './import-target.js';

export function binanceCapture(): Command {
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
    .action(async (files: readonly string[], options, command: Command) => {
      const { symbol, tick, lot, quotes = false, spotQuoteLatency, offLotLevels } = options;
      await keep(command, {
        files,
        load: (some, watched) =>
          importBinanceCapture({
            ...{ files: some, symbol, tick, lot, quotes, offLotLevels, ...watched },
            ...(spotQuoteLatency !== undefined && { spotQuoteLatencyNs: spotQuoteLatency }),
          }),
      });
    });
}

export function bybitCapture(): Command {
  return capture(new Command('bybit-capture'))
    .description('Raw captures of Bybit’s public websocket (lines of: local_ns {json}), plain, gzip or zstd.')
    .option('--quotes', 'also take orderbook.1, as best quotes')
    .option('--depth <levels>', 'which orderbook.N makes the book, where there are several', wholeNumber(2, 999_999))
    .addHelpText(
      'after',
      '\nExample:\n  tickwright import bybit-capture btcusdt_20240808.gz --symbol BTCUSDT --tick 0.1 --lot 0.001 --out btc.parquet',
    )
    .action(async (files: readonly string[], { instrumentInfo, ...given }, command: Command) => {
      const options = { ...ownOptions(given), ...(await stepsOf(given, instrumentInfo, readBybitInstrument)) };
      const load: ImportJob['load'] = (some, watched) => importBybitCapture({ files: some, ...options, ...watched });
      await keep(command, { files, load });
    });
}

export function okxCapture(): Command {
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
    .action(async (files: readonly string[], { instrumentInfo, ...given }, command: Command) => {
      const options = { ...ownOptions(given), ...(await stepsOf(given, instrumentInfo, readOkxInstrument)) };
      const load: ImportJob['load'] = (some, watched) => importOkxCapture({ files: some, ...options, ...watched });
      await keep(command, { files, load });
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
  if (file !== undefined) return { ...(await read(file, given.symbol)), ...ownOptions(given) };
  if (tick === undefined || lot === undefined) {
    throw new ImportError('give --tick and --lot, or --instrument-info');
  }
  return { tick, lot };
}
