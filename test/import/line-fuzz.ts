/** Lines that are nearly right, from a seed: for parsers that must refuse what they cannot read, and never crash or hang. */
import { expect } from 'vitest';
import { type Columns, KIND_NAMES } from '../../core/index.js';
import { CODE_KIND, CODE_SIDE_SHIFT } from '../../core/market.js';

const SPITE = [
  ...[
    '',
    '-',
    '.',
    '-1',
    '0',
    '1e400',
    '1e-400',
    'NaN',
    'Infinity',
    'null',
    '0x10',
    '١',
    '9'.repeat(30),
    '\u0000',
    '"',
    '"a""',
  ],
  ...[
    '9007199254740993',
    '-9007199254740993',
    '1709251200000',
    '1709251200000000',
    'true',
    'False',
    'buy',
    'bid',
    ' 1',
    '1 ',
  ],
];

/** xorshift32 → whole numbers below `most`. */
export function dice(seed: number): (most: number) => number {
  let state = seed | 1;
  return (most) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % most;
  };
}

/** The line with one to three things done to it. */
export function spoiled(line: string, roll: (most: number) => number): Buffer {
  let bytes = Buffer.from(line);
  for (let times = 1 + roll(3); times > 0; times--) {
    const at = roll(bytes.length + 1);
    const way = roll(6);
    if (way === 0) bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([roll(256)]), bytes.subarray(at)]);
    else if (way === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + roll(4))]);
    else if (way === 2 && at < bytes.length) bytes[at] = 44 + roll(14);
    else if (way === 3 && at < bytes.length) bytes[at]! ^= 1 << roll(8);
    else {
      const fields = bytes.toString('latin1').split(',');
      fields[roll(fields.length)] = way === 4 ? SPITE[roll(SPITE.length)]! : fields[roll(fields.length)]!;
      bytes = Buffer.from(fields.join(','), way === 4 ? 'utf8' : 'latin1');
    }
  }
  return bytes;
}

/** Lines never hold a line end: the splitter has taken it. */
export const onOneLine = (bytes: Buffer): boolean => !bytes.includes(10);

/** Every row that got through is one that a tape can hold. */
export function expectSoundRows(columns: Columns): void {
  for (let row = 0; row < columns.length; row++) {
    const sound =
      Number.isInteger(columns.exchangeNs[row]) &&
      columns.localNs[row]! >= columns.exchangeNs[row]! &&
      Number.isSafeInteger(columns.qtyLots[row]) &&
      columns.qtyLots[row]! >= 0 &&
      KIND_NAMES[columns.code[row]! & CODE_KIND] !== undefined &&
      ((columns.code[row]! >> CODE_SIDE_SHIFT) & 3) < 3 &&
      (columns.value === undefined || Number.isFinite(columns.value[row]));
    if (!sound) expect.fail(`row ${row}: ${columns.exchangeNs[row]} ${columns.localNs[row]} ${columns.qtyLots[row]}`);
  }
}
