/**
 * How NASDAQ TotalView-ITCH 5.0 lays out its messages: types, lengths, where the fields stand that are read, which
 * of them a tape has no row for.
 * Knows nothing of files or rows. Called by the itch importer.
 *
 * Source: Nasdaq, "NASDAQ TotalView-ITCH 5.0" (NQTVITCHSpecification.pdf); files: "BinaryFILE" (a 2-byte length before each message).
 * All numbers are unsigned and big-endian; prices have four decimals; text is padded with blanks on the right.
 */

/** Message types as ASCII. */
export const ItchType = {
  systemEvent: 0x53, // S
  stockDirectory: 0x52, // R
  tradingAction: 0x48, // H
  regSho: 0x59, // Y
  participantPosition: 0x4c, // L
  declineLevels: 0x56, // V
  breakerStatus: 0x57, // W
  ipoQuoting: 0x4b, // K
  auctionCollar: 0x4a, // J
  operationalHalt: 0x68, // h
  add: 0x41, // A
  addAttributed: 0x46, // F
  executed: 0x45, // E
  executedWithPrice: 0x43, // C
  cancel: 0x58, // X
  delete: 0x44, // D
  replace: 0x55, // U
  trade: 0x50, // P
  cross: 0x51, // Q
  brokenTrade: 0x42, // B
  imbalance: 0x49, // I
  retailInterest: 0x4e, // N
  directListing: 0x4f, // O
} as const;

const LENGTHS: readonly (readonly [type: number, bytes: number])[] = [
  [ItchType.systemEvent, 12],
  [ItchType.stockDirectory, 39],
  [ItchType.tradingAction, 25],
  [ItchType.regSho, 20],
  [ItchType.participantPosition, 26],
  [ItchType.declineLevels, 35],
  [ItchType.breakerStatus, 12],
  [ItchType.ipoQuoting, 28],
  [ItchType.auctionCollar, 35],
  [ItchType.operationalHalt, 21],
  [ItchType.add, 36],
  [ItchType.addAttributed, 40],
  [ItchType.executed, 31],
  [ItchType.executedWithPrice, 36],
  [ItchType.cancel, 23],
  [ItchType.delete, 19],
  [ItchType.replace, 35],
  [ItchType.trade, 44],
  [ItchType.cross, 40],
  [ItchType.brokenTrade, 19],
  [ItchType.imbalance, 50],
  [ItchType.retailInterest, 20],
  [ItchType.directListing, 48],
];

/** Bytes of a message by type, its length prefix not counted; −1 of what is no type. */
export const MESSAGE_BYTES = new Int16Array(256).fill(-1);
for (const [type, bytes] of LENGTHS) MESSAGE_BYTES[type] = bytes;

export const LONGEST_MESSAGE = Math.max(...MESSAGE_BYTES);

/** Messages that have no row, by type: name and note of the count. */
export const LEFT_OUT: ReadonlyMap<number, readonly [name: string, note: string]> = new Map([
  [ItchType.imbalance, ['imbalances', 'order imbalances before crosses were left out; a tape has no row for them']],
  [ItchType.brokenTrade, ['broken-trades', 'trades that the venue broke later stay on the tape']],
  [ItchType.regSho, ['short-sale-restrictions', 'short sale restrictions were left out']],
  [ItchType.participantPosition, ['participant-positions', 'positions of market makers were left out']],
  [ItchType.declineLevels, ['breaker-levels', 'levels of the market-wide circuit breaker were left out']],
  [
    ItchType.breakerStatus,
    ['breaker-status', 'breaches of the market-wide circuit breaker were left out: halts follow'],
  ],
  [ItchType.ipoQuoting, ['ipo-quoting', 'quoting periods of new issues were left out']],
  [ItchType.auctionCollar, ['auction-collars', 'auction collars were left out']],
  [ItchType.retailInterest, ['retail-interest', 'indications of retail interest were left out']],
  [ItchType.directListing, ['direct-listings', 'price discovery of direct listings was left out']],
]);

/** Bytes from a message's first, its type. */
export const HeadField = { locate: 1, time: 5 } as const;
export const EventField = { code: 11 } as const;
/** Of stock directory and trading action, too. */
export const StockField = { stock: 11, state: 19 } as const;
export const HaltField = { stock: 11, market: 19, action: 20 } as const;
/** Of all messages about an order. */
export const OrderField = { reference: 11 } as const;
/** Of trades, too, whose reference says nothing. */
export const AddField = { side: 19, shares: 20, stock: 24, price: 32 } as const;
export const ExecutedField = { shares: 19, printable: 31, price: 32 } as const;
export const CancelField = { shares: 19 } as const;
export const ReplaceField = { reference: 19, shares: 27, price: 31 } as const;
export const CrossField = { shares: 11, stock: 19, price: 27 } as const;

export const STOCK_BYTES = 8;

/** `A (0x41)`, or the number alone where it is no letter. */
export function letterName(code: number): string {
  const hex = `0x${code.toString(16).padStart(2, '0')}`;
  return code > 32 && code < 127 ? `${String.fromCharCode(code)} (${hex})` : hex;
}
