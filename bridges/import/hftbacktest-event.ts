/**
 * One event of an hftbacktest array, whichever of its layouts the file has: flags taken apart and checked, times made the tape's.
 * Knows nothing of rows or books. Called by the writers of rows.
 *
 * Source: hftbacktest's documentation, "Data" (version 2: fields ev, exch_ts, local_ts, px, qty, order_id, ival, fval) and
 * "Migration to V2" (version 1: a table of doubles event, exch_ts, local_ts, side, px, qty with −1 for "not for this side").
 */
import { CODE_EXCHANGE, CODE_LOCAL, Side } from '../../core/index.js';
import { EpochWords } from './epoch-words.js';
import { brief } from './line-fields.js';
import type { NpyHeader } from './npy-header.js';
import type { RowBuffer } from './npy-stream.js';
import type { RowCollector } from './row-collector.js';

/** What an event is: the lowest byte of `ev`. */
export const HftKind = {
  ...{ depth: 1, trade: 2, depthClear: 3, depthSnapshot: 4, bestQuote: 5 },
  ...{ addOrder: 10, cancelOrder: 11, modifyOrder: 12, fill: 13 },
} as const;

const KIND_MASK = 0xff;
const EXCHANGE_BIT = 2 ** 31;
const LOCAL_BIT = 2 ** 30;
const BUY_BIT = 2 ** 29;
const SELL_BIT = 2 ** 28;
const UNUSED = 0x0fff_ff00;

const WORD = 2 ** 32;

export const HFT_TIME_UNITS = ['ns', 'us', 'ms', 's'] as const;
export type HftTimeUnit = (typeof HFT_TIME_UNITS)[number];
const PER_SECOND = { ns: 1e9, us: 1e6, ms: 1e3, s: 1 } as const;

/** Version 2's fields, those that are read, by the types they may have; the first five must be there. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  ev: ['<u8', '<i8'],
  exch_ts: ['<i8'],
  local_ts: ['<i8'],
  px: ['<f8'],
  qty: ['<f8'],
  order_id: ['<u8', '<i8'],
  ival: ['<i8'],
  fval: ['<f8'],
};
const NEEDED = 5;
/** Version 1's columns. */
const TABLE_COLUMNS = ['event', 'exch_ts', 'local_ts', 'side', 'px', 'qty'];

const NOWHERE = -1;

/** The event at hand. Every reading throws `RangeError` with the field's name and value. */
export class HftEvent {
  kind = 0;
  side: Side = Side.none;
  /** Which sides it is for: bits as of the tape's codes. */
  seen = 0;
  /** The collector's ns. */
  happened = 0;
  local = 0;
  px = 0;
  qty = 0;
  /** 8-byte places of fields in the row at hand, −1 where there is none, for those that read words. */
  orderAt = NOWHERE;
  ivalAt = NOWHERE;
  flagsAt = NOWHERE;
  readonly timeAt = { exchange: NOWHERE, local: NOWHERE };
  /** Words of a row. */
  rowWords = 0;
  /** `v1` or `v2`, of the file at hand. */
  layout = '';
  buffer: RowBuffer = { numbers: new Float64Array(0), words: new Uint32Array(0) };
  /** 8-byte place of the row at hand. */
  at = 0;
  readonly #collector: RowCollector;
  readonly #epoch: EpochWords;
  readonly #unit: HftTimeUnit | undefined;
  /** Fields' 8-byte places in a row. */
  #place: Readonly<Record<string, number>> = {};

  /** `unit` of the times; of version 2 ns where left out. */
  constructor(collector: RowCollector, unit?: HftTimeUnit) {
    this.#collector = collector;
    this.#epoch = new EpochWords(collector);
    this.#unit = unit;
  }

  /** A file of this layout begins. Throws `RangeError` for a layout that hftbacktest does not have. */
  begin(header: NpyHeader): void {
    this.rowWords = header.rowBytes / 4;
    if (header.plain) this.#table(header);
    else this.#structured(header);
  }

  #structured({ fields }: NpyHeader): void {
    const place: Record<string, number> = {};
    for (const { name, type, offset } of fields) {
      const types = FIELDS[name];
      if (types === undefined)
        throw new RangeError(`descr has a field ${brief(name)}, which no event of hftbacktest has`);
      if (!types.includes(type))
        throw new RangeError(`the type of "${name}" is ${type} where ${types.join(' or ')} was expected`);
      place[name] = offset / 8;
    }
    const missing = Object.keys(FIELDS)
      .slice(0, NEEDED)
      .find((name) => place[name] === undefined);
    if (missing !== undefined)
      throw new RangeError(`descr has no field "${missing}", which every event of hftbacktest has`);
    this.#place = place;
    this.layout = 'v2';
  }

  #table({ fields }: NpyHeader): void {
    if (fields.length !== TABLE_COLUMNS.length || fields[0]!.type !== '<f8') {
      throw new RangeError(
        `the array has ${fields.length} columns of ${fields[0]!.type}, not the 6 of <f8 that version 1 of hftbacktest has`,
      );
    }
    if (this.#unit === undefined) {
      throw new RangeError('it is of version 1, whose times have no set unit: name it (time unit, mostly us)');
    }
    this.#place = Object.fromEntries(TABLE_COLUMNS.map((name, at) => [name, at]));
    this.layout = 'v1';
  }

  read(buffer: RowBuffer, at: number): void {
    this.buffer = buffer;
    this.at = at;
    const place = this.#place;
    if (this.layout === 'v1') this.#readTable(buffer.numbers, at);
    else {
      this.flagsAt = at + place.ev!;
      this.#readFlags(buffer.words[this.flagsAt * 2 + 1]!, buffer.words[this.flagsAt * 2]!);
      this.timeAt.exchange = at + place.exch_ts!;
      this.timeAt.local = at + place.local_ts!;
      this.happened = this.#time(this.timeAt.exchange, 'exch_ts');
      this.local = this.#time(this.timeAt.local, 'local_ts');
      this.orderAt = place.order_id === undefined ? NOWHERE : at + place.order_id;
      this.ivalAt = place.ival === undefined ? NOWHERE : at + place.ival;
    }
    this.px = buffer.numbers[at + place.px!]!;
    this.qty = buffer.numbers[at + place.qty!]!;
  }

  #readFlags(high: number, low: number): void {
    if (high !== 0 || (low & UNUSED) !== 0) {
      throw new RangeError(
        `ev is 0x${(BigInt(high) * BigInt(WORD) + BigInt(low)).toString(16)}, which has bits that mean nothing`,
      );
    }
    this.kind = low & KIND_MASK;
    const buy = (low & BUY_BIT) !== 0;
    const sell = (low & SELL_BIT) !== 0;
    if (buy && sell) throw new RangeError(`ev is 0x${low.toString(16)}, both of the buy and of the sell side`);
    this.side = buy ? Side.buy : sell ? Side.sell : Side.none;
    this.seen = (low >= EXCHANGE_BIT ? CODE_EXCHANGE : 0) | ((low & LOCAL_BIT) !== 0 ? CODE_LOCAL : 0);
    if (this.seen === 0) {
      throw new RangeError(
        `ev is 0x${low.toString(16)}, for neither the exchange nor the local side: let hftbacktest's correct_event_order make the file`,
      );
    }
  }

  #time(at: number, what: string): number {
    const { words } = this.buffer;
    const high = words[at * 2 + 1]!;
    const low = words[at * 2]!;
    if (this.#unit === undefined || this.#unit === 'ns') return this.#epoch.time(high, low, what);
    return this.#scaled((high | 0) * WORD + low, what);
  }

  #scaled(count: number, what: string): number {
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`${what} is ${count}, no whole number from 0 to 2^53`);
    }
    const perSecond = PER_SECOND[this.#unit!];
    const seconds = Math.floor(count / perSecond);
    try {
      return this.#collector.time(seconds, (count - seconds * perSecond) * (1e9 / perSecond));
    } catch (cause) {
      throw new RangeError(`${what}: ${(cause as Error).message}`);
    }
  }

  #readTable(numbers: Float64Array, at: number): void {
    const event = numbers[at]!;
    const exchange = numbers[at + 1]!;
    const local = numbers[at + 2]!;
    const side = numbers[at + 3]!;
    if (!(Number.isInteger(event) && event >= 0 && event <= KIND_MASK)) {
      throw new RangeError(`event is ${event}, no whole number from 0 to 255`);
    }
    if (side !== 1 && side !== -1 && side !== 0) throw new RangeError(`side is ${side}, none of 1, -1, 0`);
    this.kind = event;
    this.side = side === 1 ? Side.buy : side === -1 ? Side.sell : Side.none;
    this.seen = (exchange === NOWHERE ? 0 : CODE_EXCHANGE) | (local === NOWHERE ? 0 : CODE_LOCAL);
    if (this.seen === 0) throw new RangeError('exch_ts and local_ts are -1 both: the event is for neither side');
    // The side that it is not for never looks at the time.
    this.happened = this.#scaled(exchange === NOWHERE ? local : exchange, 'exch_ts');
    this.local = this.#scaled(local === NOWHERE ? exchange : local, 'local_ts');
    this.orderAt = NOWHERE;
    this.ivalAt = NOWHERE;
  }
}
