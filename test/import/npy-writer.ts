/**
 * Writes npy and npz files of hftbacktest's events, from NumPy's own description of the format; shares nothing with the reader.
 * Called by the hftbacktest tests.
 */
import { zip } from './zip-writer.js';

/** Bits of `ev`. */
export const EXCHANGE = 2 ** 31;
export const LOCAL = 2 ** 30;
export const BUY = 2 ** 29;
export const SELL = 2 ** 28;
export const BOTH = EXCHANGE + LOCAL;

/** ev, exch_ts, local_ts, px, qty, order_id, ival, fval. */
export type Event = readonly [
  ev: number | bigint,
  exchange: bigint,
  local: bigint,
  px: number,
  qty: number,
  order?: bigint,
  ival?: bigint,
  fval?: number,
];

export const DESCR = [
  ...["('ev', '<u8')", "('exch_ts', '<i8')", "('local_ts', '<i8')", "('px', '<f8')", "('qty', '<f8')"],
  ...["('order_id', '<u8')", "('ival', '<i8')", "('fval', '<f8')"],
];

export interface Shape {
  readonly descr?: string;
  readonly order?: string;
  readonly shape?: string;
  readonly version?: number;
}

/** An npy file: its header, padded to 64 bytes as NumPy does, and the data. */
export function npy(data: Buffer, rows: number, shape: Shape = {}): Buffer {
  const { descr = `[${DESCR.join(', ')}]`, order = 'False', version = 1 } = shape;
  const dict = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape.shape ?? `(${rows},)`}, }`;
  const fixed = version === 1 ? 10 : 12;
  const text = `${dict.padEnd(Math.ceil((fixed + dict.length + 1) / 64) * 64 - fixed - 1)}\n`;
  const head = Buffer.alloc(fixed);
  head.write('\u0093NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(text.length, 8);
  else head.writeUInt32LE(text.length, 8);
  return Buffer.concat([head, Buffer.from(text, 'latin1'), data]);
}

export function eventBytes([ev, exchange, local, px, qty, order = 0n, ival = 0n, fval = 0]: Event): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeBigUInt64LE(BigInt(ev), 0);
  bytes.writeBigInt64LE(exchange, 8);
  bytes.writeBigInt64LE(local, 16);
  bytes.writeDoubleLE(px, 24);
  bytes.writeDoubleLE(qty, 32);
  bytes.writeBigUInt64LE(order, 40);
  bytes.writeBigInt64LE(ival, 48);
  bytes.writeDoubleLE(fval, 56);
  return bytes;
}

export const events = (list: readonly Event[], shape: Shape = {}): Buffer =>
  npy(Buffer.concat(list.map(eventBytes)), list.length, shape);

/** A table of doubles, as version 1 of hftbacktest has it. */
export function table(rows: readonly (readonly number[])[], shape: Shape = {}): Buffer {
  const numbers = Float64Array.from(rows.flat());
  return npy(Buffer.from(numbers.buffer), rows.length, {
    ...{ descr: "'<f8'", shape: `(${rows.length}, ${rows[0]!.length})` },
    ...shape,
  });
}

/** A zip archive of one entry, as numpy.savez (stored) and numpy.savez_compressed make it. */
export function npz(content: Buffer, deflated: boolean): Buffer {
  return zip(content, { names: ['data.npy'], method: deflated ? 8 : 0 });
}
