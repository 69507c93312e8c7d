/**
 * Fits the fitted queue model to a tape, and holds it against the other models on what it was not fitted to.
 * Knows nothing of the terminal. Called by `tickwright calibrate`.
 */
import { Instrument } from '../../core/instrument.js';
import { Kind } from '../../core/market.js';
import { playOrderRows } from '../../execution/fidelity-rows.js';
import type { FidelityTally } from '../../execution/fidelity-tally.js';
import { type FittedQueueParameters, fittedQueue } from '../../execution/fitted-queue.js';
import { type OwnOrder, OwnOrderFidelity } from '../../execution/own-order-fidelity.js';
import { QueueFidelity } from '../../execution/queue-fidelity.js';
import { fitQueue, fitToFills, type Judge } from '../../execution/queue-fit.js';
import { ConfigError } from '../run-file/config-error.js';
import type { TapeFile } from '../tape/tape-file.js';
import { stockQueues } from './fidelity-table.js';
import { readFills, type TapeSpan } from './fills-file.js';

export interface CalibrationOptions {
  readonly tape: TapeFile;
  /** Index on the tape. */
  readonly instrument: number;
  /** Within (0, 1]: the share of the tape's time, from its beginning, to fit to; the rest judges. 1: all, for both. */
  readonly split: number;
  /** Own orders (fills-file.ts) rather than the tape's; `shown` says whether the tape shows them. */
  readonly fills?: { readonly path: string; readonly shown: boolean };
  /** Called between blocks, with the share of the work that is done. */
  readonly onProgress?: (fraction: number) => void | Promise<void>;
}

export interface Calibration {
  readonly parameters: FittedQueueParameters;
  /** What was fitted to, in words. */
  readonly source: string;
  /** One for each model, those with the built-in and with the new parameters last. */
  readonly judged: readonly FidelityTally[];
  /** Whether what was ahead is known. */
  readonly ahead: boolean;
  /** Facts about the data, a line each. */
  readonly notes: readonly string[];
}

/** Throws `ConfigError` or `ImportError`, one line, where tape or file have nothing to fit to. */
export async function calibrate(options: CalibrationOptions): Promise<Calibration> {
  const { tape, fills } = options;
  const spec = tape.info.instruments[options.instrument]!;
  const range = tape.metadata.exchangeNs;
  if (range === undefined) throw new ConfigError(`${tape.file}: holds no rows that the exchange sees`);
  const instruments = tape.info.instruments.map((each, index) => new Instrument(each, index));
  const span = { originNs: tape.info.originNs, firstNs: range[0], lastNs: range[1] };
  const passes = new Passes(options, fills === undefined ? 3 : 4);
  const instrument = instruments[options.instrument]!;
  const hasOrders = tape.info.counts[options.instrument]![Kind.orderAdd]! > 0;
  if (fills === undefined && !hasOrders) {
    throw new ConfigError(
      `${tape.file}: ${spec.symbol} has no order by order rows to fit to; give own orders with --fills`,
    );
  }
  try {
    if (fills === undefined) return await fromOrders(passes, instrument, span, options.split);
    const orders = await readFills(fills.path, instrument, span);
    return await fromFills(passes, instruments, instrument, orders, span, options.split, fills.shown);
  } catch (error) {
    // What a fit says of its data.
    if (error instanceof RangeError) throw new ConfigError(`${fills?.path ?? tape.file}: ${error.message}`);
    throw error;
  }
}

async function fromOrders(passes: Passes, instrument: Instrument, span: TapeSpan, split: number): Promise<Calibration> {
  const splitNs = timeAt(span, split);
  const fit = await fitQueue(instrument, (each) => passes.orders(each, 0, splitNs));
  const measured = new QueueFidelity(instrument);
  const judged = contestants(measured, fit.parameters);
  await passes.orders(measured, split === 1 ? 0 : splitNs, Number.POSITIVE_INFINITY);
  const { orders, filled } = judged[0]!;
  return {
    parameters: fit.parameters,
    source: `${fit.orders} orders of the tape, ${fit.filled} of which filled`,
    judged,
    ahead: true,
    notes: [
      `fitted to ${fit.matched} decreases whose size had joined behind and ${fit.unmatched} others, by ${fit.orders} orders, ${fit.filled} of which filled`,
      `judged on ${orders} orders, ${filled} of which filled${split === 1 ? ', the very ones that were fitted to' : ''}`,
      `${measured.outOfTurn} orders not judged, as the tape has them executed before others; ${measured.unknown} rows about orders that were not there`,
    ],
  };
}

async function fromFills(
  passes: Passes,
  instruments: readonly Instrument[],
  instrument: Instrument,
  orders: readonly OwnOrder[],
  span: TapeSpan,
  split: number,
  shown: boolean,
): Promise<Calibration> {
  const { counts } = passes.tape.info;
  const splitNs = timeAt(span, split);
  const first = orders.filter(({ joinedNs }) => joinedNs < splitNs);
  const rest = split === 1 ? orders : orders.filter(({ joinedNs }) => joinedNs >= splitNs);
  const measure = (some: readonly OwnOrder[]) => new OwnOrderFidelity(instrument, instruments, counts, some, shown);
  if (first.length === 0) throw new RangeError('no order joined in the part of the tape to fit to; see --split');
  const parameters = await fitToFills(
    () => measure(first),
    (each) => passes.own(each),
  );
  const measured = measure(rest);
  const judged = contestants(measured, parameters);
  await passes.own(measured);
  const filled = (some: readonly OwnOrder[]) => some.filter(({ filledLots }) => filledLots > 0).length;
  return {
    parameters,
    source: `${first.length} own orders, ${filled(first)} of which filled`,
    judged,
    ahead: false,
    notes: [
      `fitted to ${first.length} own orders, ${filled(first)} of which filled`,
      `judged on ${rest.length} own orders, ${filled(rest)} of which filled${split === 1 ? ', the very ones that were fitted to' : ''}`,
    ],
  };
}

/** The stock models, and the fitted one before and after. */
function contestants(judge: Judge, parameters: FittedQueueParameters): FidelityTally[] {
  const models = [
    ...stockQueues(),
    { name: 'fitted, built-in', model: fittedQueue() },
    { name: 'fitted, calibrated', model: fittedQueue(parameters) },
  ];
  return models.map(({ name, model }) => judge.judge(name, model));
}

/** ns since the origin; beyond the last row where the share is all. */
function timeAt({ originNs, firstNs, lastNs }: TapeSpan, share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  return Number(firstNs - originNs) + Number(lastNs - firstNs) * share;
}

/** Reads the tape again for each pass. */
class Passes {
  readonly tape: TapeFile;
  readonly #options: CalibrationOptions;
  readonly #passes: number;
  #done = 0;

  constructor(options: CalibrationOptions, passes: number) {
    this.tape = options.tape;
    this.#options = options;
    this.#passes = passes;
  }

  async orders(fidelity: QueueFidelity, fromNs: number, untilNs: number): Promise<void> {
    await this.#pass((block) => playOrderRows(fidelity, block, this.#options.instrument, fromNs, untilNs));
    fidelity.finish();
  }

  async own(fidelity: OwnOrderFidelity): Promise<void> {
    await this.#pass((block) => {
      fidelity.rows(block);
      return true;
    });
    fidelity.finish();
  }

  async #pass(take: (block: Parameters<typeof playOrderRows>[1]) => boolean): Promise<void> {
    const reader = this.tape.open(this.tape.info.originNs);
    let rows = 0;
    try {
      for (let block = reader.next(); block !== undefined; block = reader.next()) {
        const more = take(block);
        rows += block.length;
        reader.release(block);
        await this.#options.onProgress?.((this.#done + rows / this.tape.info.rows) / this.#passes);
        if (!more) break;
      }
    } finally {
      reader.close();
    }
    this.#done++;
  }
}
