/**
 * Databento Binary Encoding as numbers: record types, their lengths and fields, schemas, flags, and the values that stand for
 * "none". Knows nothing of tapes. Called by the other dbn files.
 * Source: the documentation of DBN (databento.com/docs, "Databento Binary Encoding") and of github.com/databento/dbn.
 *
 * Everything is little-endian. A record is a header (length in words of 4 bytes, record type, publisher, instrument id, event
 * time) and a body of fixed length; the lengths are multiples of 4, so all fields of 4 bytes lie on words.
 */

/** Versions of the format that are read. */
export const DBN_VERSIONS = [1, 2, 3] as const;
export type DbnVersion = (typeof DBN_VERSIONS)[number];

/** The record type: second byte of a record. */
export const Rtype = {
  trade: 0x00,
  mbp1: 0x01,
  mbp10: 0x0a,
  /** Bars without an interval; not made since 2022. */
  oldBar: 0x11,
  status: 0x12,
  definition: 0x13,
  imbalance: 0x14,
  error: 0x15,
  symbolMapping: 0x16,
  system: 0x17,
  statistics: 0x18,
  bar1s: 0x20,
  bar1m: 0x21,
  bar1h: 0x22,
  bar1d: 0x23,
  /** By trading session, whose end the record does not say. */
  barSession: 0x24,
  mbo: 0xa0,
  cmbp1: 0xb1,
  cbbo1s: 0xc0,
  cbbo1m: 0xc1,
  tcbbo: 0xc2,
  bbo1s: 0xc3,
  bbo1m: 0xc4,
} as const;

/** Lengths in bytes, header included, by record type; three numbers where the versions 1, 2, 3 differ. */
const LENGTHS: Readonly<Record<number, number | readonly [number, number, number]>> = {
  [Rtype.trade]: 48,
  [Rtype.mbp1]: 80,
  [Rtype.mbp10]: 368,
  [Rtype.oldBar]: 56,
  [Rtype.status]: 40,
  [Rtype.definition]: [360, 400, 520],
  [Rtype.imbalance]: 112,
  [Rtype.error]: [80, 320, 320],
  [Rtype.symbolMapping]: [80, 176, 176],
  [Rtype.system]: [80, 320, 320],
  [Rtype.statistics]: [64, 64, 80],
  [Rtype.bar1s]: 56,
  [Rtype.bar1m]: 56,
  [Rtype.bar1h]: 56,
  [Rtype.bar1d]: 56,
  [Rtype.barSession]: 56,
  [Rtype.mbo]: 56,
  [Rtype.cmbp1]: 80,
  [Rtype.cbbo1s]: 80,
  [Rtype.cbbo1m]: 80,
  [Rtype.tcbbo]: 80,
  [Rtype.bbo1s]: 80,
  [Rtype.bbo1m]: 80,
};

/** Words of each record type (0 = there is no such type), in files of a version; `tsOut`: each record ends with a send time. */
export function recordWords(version: DbnVersion, tsOut: boolean): Uint8Array {
  const words = new Uint8Array(256);
  for (const [rtype, lengths] of Object.entries(LENGTHS)) {
    const bytes = typeof lengths === 'number' ? lengths : lengths[version - 1]!;
    words[Number(rtype)] = (bytes + (tsOut ? 8 : 0)) / 4;
  }
  return words;
}

/** Schemas by number, as Databento names them. */
export const SCHEMA_NAMES: readonly string[] = [
  ...['mbo', 'mbp-1', 'mbp-10', 'tbbo', 'trades', 'ohlcv-1s', 'ohlcv-1m', 'ohlcv-1h', 'ohlcv-1d', 'definition'],
  ...['statistics', 'status', 'imbalance', 'ohlcv-eod', 'cmbp-1', 'cbbo-1s', 'cbbo-1m', 'tcbbo', 'bbo-1s', 'bbo-1m'],
];
/** Stands for "several": what a live session records. */
export const NO_SCHEMA = 0xffff;

/** The record type that a schema is made of, in the order of {@link SCHEMA_NAMES}. */
export const SCHEMA_RTYPES: readonly number[] = [
  ...[Rtype.mbo, Rtype.mbp1, Rtype.mbp10, Rtype.mbp1, Rtype.trade],
  ...[Rtype.bar1s, Rtype.bar1m, Rtype.bar1h, Rtype.bar1d, Rtype.definition],
  ...[Rtype.statistics, Rtype.status, Rtype.imbalance, Rtype.barSession, Rtype.cmbp1],
  ...[Rtype.cbbo1s, Rtype.cbbo1m, Rtype.tcbbo, Rtype.bbo1s, Rtype.bbo1m],
];
/** Record types that may stand in a file of any schema. */
export const ANYWHERE: readonly number[] = [Rtype.definition, Rtype.error, Rtype.symbolMapping, Rtype.system];

/** How messages call a record type. */
export function rtypeName(rtype: number): string {
  const name = Object.entries(Rtype).find(([, code]) => code === rtype)?.[0];
  return `${name ?? 'unknown'} (0x${rtype.toString(16).padStart(2, '0')})`;
}

/** Kinds of symbol that a file's mappings lead from and to. */
export const Stype = { instrumentId: 0, rawSymbol: 1, smart: 2, continuous: 3, parent: 4 } as const;

/** The flags byte of market data records. */
export const DbnFlag = {
  /** Last record of the venue's event for this instrument. */
  last: 0x80,
  /** A best price of a side, not a single order. */
  topOfBook: 0x40,
  /** From a replay or a snapshot, not from the feed as it happened. */
  snapshot: 0x20,
  /** A price level, not a single order. */
  level: 0x10,
  /** The capture time is not to be relied on. */
  badTsRecv: 0x08,
  /** There was a gap that could not be repaired. */
  maybeBadBook: 0x04,
} as const;

/** Actions of market data records: ASCII. */
export const Action = { add: 65, cancel: 67, fill: 70, modify: 77, none: 78, clear: 82, trade: 84 } as const;
export const ASCII_ASK = 65;
export const ASCII_BID = 66;
export const ASCII_NONE = 78;

/** Prices count 1e-9 of a unit. */
export const PRICE_DECIMALS = 9;
/** "No price" is int64's largest value; "no time" is uint64's. Here: their upper and lower words, signed. */
export const NO_PRICE_HIGH = 0x7fff_ffff;
export const NO_WORD = -1;

/** Words of a record's header and where the record's type and publisher stand. */
export const HEADER_WORDS = 4;
/** Word offsets in a record of market data by price (trades, mbp, bbo, consolidated ones). */
export const PriceField = {
  price: 4,
  size: 6,
  actionByte: 28,
  sideByte: 29,
  flagsByte: 30,
  tsRecv: 8,
  levels: 12,
} as const;
/** Words of one level: bid price (2), ask price (2), bid size, ask size, bid count, ask count. */
export const LEVEL_WORDS = 8;
/** Word and byte offsets in a record of market data by order. */
export const OrderField = {
  ...{ orderId: 4, price: 6, size: 8, flagsByte: 36, actionByte: 38, sideByte: 39, tsRecv: 10 },
} as const;
export const BarField = { open: 4, high: 6, low: 8, close: 10, volume: 12 } as const;
export const StatusField = { tsRecv: 4, actionShort: 12, isTradingByte: 30 } as const;
/** Statistics, by version: after the price come the quantity (4 bytes, from version 3 on 8), sequence and delta. */
export const StatisticsField = { tsRecv: 4, price: 8, typeByte: { 1: 52, 2: 52, 3: 56 }, actionOffset: 4 } as const;
