/**
 * `tickwright import binance-capture`, `bybit-capture`, `okx-capture`: raw captures of venues' websockets.
 * Called by `import`.
 */
import { Command, Option } from 'commander';
import { importBinanceCapture } from '../../import/binance-capture.js';
import { importBybitCapture } from '../../import/bybit-capture.js';
import { ImportError } from '../../import/input-file.js';
import { type InstrumentTerms, readBybitInstrument, readOkxInstrument } from '../../import/instrument-info.js';
import { importOkxCapture, OKX_BOOKS } from '../../import/okx-capture.js';
import { decimalText, duration, wholeNumber } from '../option-values.js';
import { offLotLevels, terms } from './import-options.js';
import { keep, target } from './import-target.js';

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

export function bybitCapture(): Command {
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
