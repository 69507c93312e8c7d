/**
 * Tape rows as hftbacktest reads them: a NumPy file of 64-byte events for each instrument.
 * Knows nothing of either engine. Called by the peers bench.
 */
import fs from 'node:fs';
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type Columns,
  Flag,
  Kind,
  Side,
} from '../core/market.js';
import type { TapeInfo } from '../core/tape.js';

/** Its event words (`hftbacktest.types`). */
const EVENT = {
  depth: 1,
  trade: 2,
  depthClear: 3,
  depthSnapshot: 4,
  exchange: 2 ** 31,
  local: 2 ** 30,
  buy: 2 ** 29,
  sell: 2 ** 28,
};

const DTYPE =
  "{'descr': [('ev', '<u8'), ('exch_ts', '<i8'), ('local_ts', '<i8'), ('px', '<f8'), ('qty', '<f8'), " +
  "('order_id', '<u8'), ('ival', '<i8'), ('fval', '<f8')], 'fortran_order': False, 'shape': (ROWS,), }";
const WORDS = 8;

/** One instrument's events and what its engine must be told. */
export interface EventFile {
  readonly file: string;
  readonly tick: number;
  readonly lot: number;
  readonly rows: number;
  /** The range of prices that occur. */
  readonly lowTick: number;
  readonly highTick: number;
}

/** Writes `<prefix>-<index>.npy` for each instrument. Throws `RangeError` for kinds that only one of the two knows. */
export function writeEventFiles(prefix: string, columns: Columns, info: TapeInfo): EventFile[] {
  return info.instruments.map(({ tick, lot }, index) => {
    const rows: number[] = [];
    let lowTick = Infinity;
    let highTick = -Infinity;
    for (let row = 0; row < columns.length; row++) {
      if (columns.instrument[row] !== index) continue;
      rows.push(row);
      const price = columns.priceTicks[row]!;
      if (price < lowTick) lowTick = price;
      if (price > highTick) highTick = price;
    }
    const file = `${prefix}-${index}.npy`;
    const spec = { file, tick: Number(tick), lot: Number(lot), rows: rows.length, lowTick, highTick };
    writeEvents(spec, rows, columns, info.originNs);
    return spec;
  });
}

function writeEvents(
  { file, tick, lot }: EventFile,
  rows: readonly number[],
  columns: Columns,
  originNs: bigint,
): void {
  const bytes = new ArrayBuffer(rows.length * WORDS * 8);
  const integers = new BigInt64Array(bytes);
  const doubles = new Float64Array(bytes);
  // The nearest double of ticks × tick, as a decimal text would be read.
  const ticksPerUnit = Math.round(1 / tick);
  const lotsPerUnit = Math.round(1 / lot);
  rows.forEach((row, place) => {
    const at = place * WORDS;
    integers[at] = BigInt(eventWord(columns.code[row]!, columns.flags[row]!, row));
    integers[at + 1] = originNs + BigInt(columns.exchangeNs[row]!);
    integers[at + 2] = originNs + BigInt(columns.localNs[row]!);
    doubles[at + 3] = columns.priceTicks[row]! / ticksPerUnit;
    doubles[at + 4] = columns.qtyLots[row]! / lotsPerUnit;
  });
  const text = DTYPE.replace('ROWS', String(rows.length));
  // Magic, version 1.0, length of the header, which ends with a line feed at a multiple of 64.
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.alloc(2),
    Buffer.from(padded, 'latin1'),
  ]);
  head.writeUInt16LE(padded.length, 8);
  const descriptor = fs.openSync(file, 'w');
  fs.writeSync(descriptor, head);
  const data = new Uint8Array(bytes);
  for (let at = 0; at < data.length; ) at += fs.writeSync(descriptor, data, at, Math.min(data.length - at, 2 ** 26));
  fs.closeSync(descriptor);
}

function eventWord(code: number, flags: number, row: number): number {
  const kind = code & CODE_KIND;
  let word: number;
  if (kind === Kind.trade) word = EVENT.trade;
  else if (kind === Kind.depthClear) word = EVENT.depthClear;
  else if (kind === Kind.depth) word = (flags & Flag.snapshot) !== 0 ? EVENT.depthSnapshot : EVENT.depth;
  else throw new RangeError(`row ${row}: kind ${kind} has no event of the same meaning at the peer`);
  const side = (code >> CODE_SIDE_SHIFT) & 3;
  if (side === Side.buy) word += EVENT.buy;
  else if (side === Side.sell) word += EVENT.sell;
  if ((code & CODE_EXCHANGE) !== 0) word += EVENT.exchange;
  if ((code & CODE_LOCAL) !== 0) word += EVENT.local;
  return word;
}
