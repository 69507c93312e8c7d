/**
 * A definition record of a DBN file → what an instrument is: symbol, tick, multiplier, currency, expiry.
 * Knows nothing of tapes. Called by databento.
 */
import { formatDecimal, formatEpoch } from '../../core/index.js';
import { type DbnVersion, NO_PRICE_HIGH, NO_WORD, PRICE_DECIMALS } from './dbn-layout.js';
import { textOf } from './dbn-metadata.js';

export interface DbnDefinition {
  readonly instrumentId: number;
  /** When Databento received it, whole seconds since 1970. */
  readonly seconds: number;
  readonly rawSymbol: string;
  /** Price step in 1e-9; `undefined` where the venue states none. */
  readonly tick: bigint | undefined;
  /** Units of the underlying in one contract, of futures, options and spreads of them. */
  readonly multiplier: string | undefined;
  readonly quote: string;
  readonly expiry: string | undefined;
  /** The venue says that there is no such instrument any more. */
  readonly deleted: boolean;
}

/** Byte offsets by version: the fields that are read. */
const OFFSETS = {
  1: { unitQuantity: 88, currency: 186, rawSymbol: 200, symbolBytes: 22, instrumentClass: 325, action: 349 },
  2: { unitQuantity: 88, currency: 186, rawSymbol: 200, symbolBytes: 71, instrumentClass: 374, action: 382 },
  3: { unitQuantity: 80, currency: 224, rawSymbol: 238, symbolBytes: 71, instrumentClass: 487, action: 493 },
} as const;
const INSTRUMENT_ID_WORD = 1;
const TS_RECV = 16;
const TICK = 24;
const EXPIRATION = 40;
const CURRENCY_BYTES = 4;
/** Classes whose unit quantity is a contract's: futures, calls, puts, spreads of them, and mixed ones. */
const CONTRACTS = 'FCPSTM';
const DELETE = 'D';

/** Reads the record at word `at`. Throws `RangeError` naming the field. */
export function readDefinition(version: DbnVersion, words: Int32Array, bytes: Uint8Array, at: number): DbnDefinition {
  const offsets = OFFSETS[version];
  const start = at * 4;
  const rawSymbol = textOf(bytes, start + offsets.rawSymbol, offsets.symbolBytes, 'definition: raw symbol');
  if (rawSymbol === '') throw new RangeError('definition: raw symbol is empty');
  const instrumentClass = String.fromCharCode(bytes[start + offsets.instrumentClass]!);
  const unitQuantity = CONTRACTS.includes(instrumentClass) ? price(words, start + offsets.unitQuantity) : undefined;
  return {
    ...{ rawSymbol, tick: price(words, start + TICK), expiry: expiryOf(words, start + EXPIRATION) },
    instrumentId: words[at + INSTRUMENT_ID_WORD]! >>> 0,
    seconds: Number((int64(words, start + TS_RECV) & MASK) / BILLION),
    multiplier: unitQuantity === undefined ? undefined : trimmed(unitQuantity),
    quote: textOf(bytes, start + offsets.currency, CURRENCY_BYTES, 'definition: currency'),
    deleted: String.fromCharCode(bytes[start + offsets.action]!) === DELETE,
  };
}

const MASK = 2n ** 64n - 1n;
const BILLION = 1_000_000_000n;

function int64(words: Int32Array, byte: number): bigint {
  return (BigInt(words[byte / 4 + 1]!) << 32n) | BigInt(words[byte / 4]! >>> 0);
}

/** A price above 0; `undefined` where there is none. */
function price(words: Int32Array, byte: number): bigint | undefined {
  if (words[byte / 4 + 1] === NO_PRICE_HIGH && words[byte / 4] === NO_WORD) return undefined;
  const value = int64(words, byte);
  return value > 0n ? value : undefined;
}

/** 50000000000 → `50` */
function trimmed(units: bigint): string {
  return formatDecimal({ digits: units, scale: PRICE_DECIMALS }).replace(/\.?0+$/, '');
}

/** A tick in 1e-9 as a decimal. */
export function tickText(tick: bigint): string {
  return trimmed(tick);
}

function expiryOf(words: Int32Array, byte: number): string | undefined {
  const time = int64(words, byte);
  // All ones or 0: it never expires. int64 ends in 2262.
  if (time === -1n || time === 0n) return undefined;
  if (time < 0n) throw new RangeError(`definition: expiration ${time & MASK} ns lies beyond the year 2262`);
  return formatEpoch(time).replace('.000000000Z', 'Z');
}
