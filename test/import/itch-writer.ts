/**
 * Writes NASDAQ ITCH 5.0 messages, each with its length before it, from Nasdaq's own table of fields; shares nothing with the reader.
 * Called by the itch tests and by the bench.
 */

/** ns since midnight. */
export const OPEN = 34_200_000_000_000;

export interface Head {
  /** Stock locate; default 7. */
  readonly locate?: number;
  /** ns after {@link OPEN}. */
  readonly at?: number;
}

/** A field: bytes wide, and a number or text (padded on the right). */
type Field = readonly [bytes: number, value: number | bigint | string];

function message(type: string, { locate = 7, at = 0 }: Head, fields: readonly Field[]): Buffer {
  const body = [[1, type], [2, locate], [2, 0], [6, OPEN + at], ...fields] as readonly Field[];
  const length = body.reduce((sum, [bytes]) => sum + bytes, 0);
  const out = Buffer.alloc(2 + length, ' ');
  out.writeUInt16BE(length);
  let place = 2;
  for (const [bytes, value] of body) {
    if (typeof value === 'string') out.write(value, place, bytes, 'latin1');
    else {
      let rest = BigInt(value);
      for (let byte = bytes - 1; byte >= 0; byte--, rest >>= 8n) out[place + byte] = Number(rest & 0xffn);
    }
    place += bytes;
  }
  return out;
}

export interface Terms extends Head {
  readonly stock?: string;
  /** Order reference. */
  readonly ref?: number | bigint;
  readonly side?: string;
  readonly shares?: number;
  /** × 10,000. */
  readonly price?: number;
}

const STOCK = 'ABC';

export const event = (code: string, head: Head = {}) => message('S', { locate: 0, ...head }, [[1, code]]);

export const directory = (stock = STOCK, head: Head = {}) =>
  message('R', head, [
    [8, stock],
    ...([
      [1, 'Q'],
      [1, 'N'],
      [4, 100],
      [1, 'N'],
      [1, 'C'],
      [2, 'Z'],
      [1, 'P'],
      [1, 'N'],
    ] as const),
    ...([
      [1, 'N'],
      [1, '1'],
      [1, 'N'],
      [4, 0],
      [1, 'N'],
    ] as const),
  ]);

export const action = (state: string, { stock = STOCK, ...head }: Terms = {}) =>
  message('H', head, [
    [8, stock],
    [1, state],
    [1, ' '],
    [4, 'T1'],
  ]);

export const operationalHalt = (market: string, halts: string, { stock = STOCK, ...head }: Terms = {}) =>
  message('h', head, [
    [8, stock],
    [1, market],
    [1, halts],
  ]);

export function add(
  { stock = STOCK, ref = 1, side = 'B', shares = 100, price = 1_000_000, ...head }: Terms = {},
  mpid = '',
) {
  const fields: Field[] = [
    [8, ref],
    [1, side],
    [4, shares],
    [8, stock],
    [4, price],
  ];
  return message(mpid === '' ? 'A' : 'F', head, mpid === '' ? fields : [...fields, [4, mpid]]);
}

export const executed = ({ ref = 1, shares = 100, ...head }: Terms = {}) =>
  message('E', head, [
    [8, ref],
    [4, shares],
    [8, 900],
  ]);

export const executedAt = (printable: string, { ref = 1, shares = 100, price = 1_000_000, ...head }: Terms = {}) =>
  message('C', head, [
    [8, ref],
    [4, shares],
    [8, 901],
    [1, printable],
    [4, price],
  ]);

export const cancel = ({ ref = 1, shares = 100, ...head }: Terms = {}) =>
  message('X', head, [
    [8, ref],
    [4, shares],
  ]);

export const remove = ({ ref = 1, ...head }: Terms = {}) => message('D', head, [[8, ref]]);

export const replace = (to: number | bigint, { ref = 1, shares = 100, price = 1_000_000, ...head }: Terms = {}) =>
  message('U', head, [
    [8, ref],
    [8, to],
    [4, shares],
    [4, price],
  ]);

export const trade = ({ stock = STOCK, side = 'B', shares = 100, price = 1_000_000, ...head }: Terms = {}) =>
  message('P', head, [
    [8, 0],
    [1, side],
    [4, shares],
    [8, stock],
    [4, price],
    [8, 902],
  ]);

export const cross = ({ stock = STOCK, shares = 100, price = 1_000_000, ...head }: Terms = {}) =>
  message('Q', head, [
    [8, shares],
    [8, stock],
    [4, price],
    [8, 903],
    [1, 'O'],
  ]);

export const broken = (head: Head = {}) => message('B', head, [[8, 902]]);

export const imbalance = ({ stock = STOCK, ...head }: Terms = {}) =>
  message('I', head, [
    [8, 500],
    [8, 100],
    [1, 'B'],
    [8, stock],
    [4, 0],
    [4, 0],
    [4, 1_000_000],
    [1, 'O'],
    [1, ' '],
  ]);

/** Messages without a row, one of each type that is left. */
export const others = (head: Head = {}) => [
  message('Y', head, [
    [8, STOCK],
    [1, '0'],
  ]),
  message('L', head, [
    [4, 'MMKR'],
    [8, STOCK],
    [1, 'Y'],
    [1, 'N'],
    [1, 'A'],
  ]),
  message('V', { ...head, locate: 0 }, [
    [8, 1],
    [8, 2],
    [8, 3],
  ]),
  message('W', { ...head, locate: 0 }, [[1, '1']]),
  message('K', head, [
    [8, STOCK],
    [4, 34_200],
    [1, 'A'],
    [4, 0],
  ]),
  message('J', head, [
    [8, STOCK],
    [4, 1],
    [4, 2],
    [4, 3],
    [4, 0],
  ]),
  message('N', head, [
    [8, STOCK],
    [1, 'A'],
  ]),
  message('O', head, [
    [8, STOCK],
    [1, 'Y'],
    [4, 1],
    [4, 2],
    [4, 3],
    [8, 0],
    [4, 4],
    [4, 5],
  ]),
];
