/**
 * One instrument of the tape while DBN records of it are read: 64-bit prices and sizes → ticks and lots, and what its writers
 * remember of it. Knows nothing of symbols or files. Called by dbn-instruments and the writers of rows.
 */
import { formatDecimal, type InstrumentSpec, MAX_PRICE_TICKS, parseDecimal, Side } from '../../core/index.js';
import { NO_PRICE_HIGH, NO_WORD, PRICE_DECIMALS } from './dbn-layout.js';
import { RestingOrders } from './resting-orders.js';

const WORD = 2 ** 32;
/** Upper words of which a value is exact in a double. */
const EXACT_HIGH = 2 ** 21;

/** A trade that has been reported, less what executions of resting orders have said of it. */
export interface OpenTrade {
  lots: number;
  ticks: number;
  side: Side;
  happened: number;
  local: number;
  flags: number;
  /** Some of it is on the tape as executions. */
  partly: boolean;
  /** The order that took liquidity: the words of its id. */
  aggressorHigh: number;
  aggressorLow: number;
  /** True from the trade until the next record that is no fill. */
  open: boolean;
}

export class DbnInstrument {
  /** Resting orders, of market data by order. */
  readonly orders = new RestingOrders();
  /** Row on the tape that was added last and may yet be the last of its event; −1: none. */
  lastRow = -1;
  /** Kinds of its rows so far, a bit each. */
  kinds = 0;
  /** An event of the venue is under way, of this time (words). */
  open = false;
  eventLow = 0;
  eventHigh = 0;
  readonly trade: OpenTrade = {
    ...{ lots: 0, ticks: 0, side: Side.none, happened: 0, local: 0, flags: 0, partly: false, open: false },
    ...{ aggressorHigh: 0, aggressorLow: 0 },
  };
  /** Slots of orders of which executions are on the tape that the book has yet to confirm. */
  readonly executed: number[] = [];
  /** Rows of a snapshot whose exchange time the next change may still lower; none: −1. */
  snapshotFrom = -1;
  snapshotTo = -1;
  /** Best prices as last written, bid and ask; `NaN` before the first. */
  readonly bestTicks = new Float64Array(2).fill(Number.NaN);
  readonly bestLots = new Float64Array(2);
  /** Depth as last written, by side, best first, and how many levels. */
  readonly levelTicks = [new Int32Array(10), new Int32Array(10)] as const;
  readonly levelLots = [new Float64Array(10), new Float64Array(10)] as const;
  readonly levelCount = new Int32Array(2);

  readonly index: number;
  readonly spec: InstrumentSpec;
  readonly publisher: number;
  /** Databento's id at the moment; the same symbol may have another one the next day. */
  id: number;
  /** The tick in 1e-9. */
  readonly tickUnits: bigint;
  readonly #tick: number;
  readonly #lot: number;

  /** Throws `RangeError` for a tick finer than 1e-9 and a lot that is no whole number. */
  constructor(index: number, spec: InstrumentSpec, id: number, publisher: number) {
    this.index = index;
    this.spec = spec;
    this.id = id;
    this.publisher = publisher;
    this.tickUnits = priceUnits(spec.tick);
    this.#tick = Number(this.tickUnits);
    this.#lot = wholeLot(spec.lot);
  }

  /** Whether the price at this word is "no price". */
  static none(words: Int32Array, word: number): boolean {
    return words[word + 1] === NO_PRICE_HIGH && words[word] === NO_WORD;
  }

  /** Ticks of the price at this word; `NaN` where it is not on the tick, which {@link DbnInstrument.fault} words. */
  ticksOrNaN(words: Int32Array, word: number): number {
    const high = words[word + 1]!;
    if (high >= EXACT_HIGH || high < -EXACT_HIGH) return this.#slowTicks(words, word);
    const value = high * WORD + (words[word]! >>> 0);
    const ticks = Math.round(value / this.#tick);
    return ticks * this.#tick === value && Math.abs(ticks) <= MAX_PRICE_TICKS ? ticks : Number.NaN;
  }

  #slowTicks(words: Int32Array, word: number): number {
    const value = priceAt(words, word);
    const ticks = value / this.tickUnits;
    return ticks * this.tickUnits === value && Math.abs(Number(ticks)) <= MAX_PRICE_TICKS ? Number(ticks) : Number.NaN;
  }

  /** Ticks of the price at this word. Throws `RangeError` naming `what` for "no price" and for what is not on the tick. */
  ticks(words: Int32Array, word: number, what: string): number {
    const ticks = this.ticksOrNaN(words, word);
    if (Number.isNaN(ticks)) throw this.fault(words, word, what);
    return ticks;
  }

  /** The nearest tick, of a price that is not on one; `NaN` beyond all ticks. */
  nearestTicks(words: Int32Array, word: number): number {
    const value = priceAt(words, word);
    const half = value < 0n ? -this.tickUnits : this.tickUnits;
    const ticks = Number((2n * value + half) / (2n * this.tickUnits));
    return Math.abs(ticks) <= MAX_PRICE_TICKS ? ticks : Number.NaN;
  }

  /** Why a price gave `NaN`. */
  fault(words: Int32Array, word: number, what: string): RangeError {
    const { symbol, tick } = this.spec;
    if (DbnInstrument.none(words, word)) return new RangeError(`${what} of ${symbol} is undefined`);
    const text = formatDecimal({ digits: priceAt(words, word), scale: PRICE_DECIMALS });
    const value = priceAt(words, word);
    const reason =
      value % this.tickUnits === 0n ? `beyond ${MAX_PRICE_TICKS} ticks of` : 'not a whole multiple of the tick';
    return new RangeError(`${what} ${text} of ${symbol} is ${reason} ${tick}`);
  }

  /** Lots of a size. Throws `RangeError` naming `what` for a size that is no whole number of lots. */
  lots(size: number, what: string): number {
    if (this.#lot === 1) return size;
    const lots = size / this.#lot;
    if (Number.isInteger(lots)) return lots;
    throw new RangeError(`${what} ${size} of ${this.spec.symbol} is not a whole multiple of the lot ${this.spec.lot}`);
  }
}

function priceAt(words: Int32Array, word: number): bigint {
  return (BigInt(words[word + 1]!) << 32n) | BigInt(words[word]! >>> 0);
}

/** A tick in 1e-9. Throws `RangeError` where it is finer than that. */
export function priceUnits(tick: string): bigint {
  const { digits, scale } = parseDecimal(tick);
  const units = digits * 10n ** BigInt(PRICE_DECIMALS);
  const divisor = 10n ** BigInt(scale);
  if (digits > 0n && units % divisor === 0n && units / divisor <= BigInt(Number.MAX_SAFE_INTEGER))
    return units / divisor;
  throw new RangeError(
    `tick ${tick} is not a whole multiple of 0.000000001 from that to 9007199, which DBN prices are of`,
  );
}

function wholeLot(lot: string): number {
  const { digits, scale } = parseDecimal(lot);
  const divisor = 10n ** BigInt(scale);
  if (digits > 0n && digits % divisor === 0n && digits / divisor < 2n ** 32n) return Number(digits / divisor);
  throw new RangeError(`lot ${lot} is not a whole number from 1 to 4294967295, which DBN sizes are`);
}
