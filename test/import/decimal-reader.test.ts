/** The fast reading of decimals against core/decimal.ts, which does it with BigInt. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalReader } from '../../bridges/import/decimal-reader.js';
import { parseDecimal, unitsOf } from '../../core/index.js';

const UNITS = ['1', '0.1', '0.01', '0.25', '0.0001', '0.00000001', '5', '1000', '0.5', '0.000125', '0.03'];

function slowly(text: string, unit: string): number {
  try {
    return unitsOf(text, parseDecimal(unit));
  } catch {
    return Number.NaN;
  }
}

const decimalText = fc.oneof(
  fc
    .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.integer({ min: 0, max: 12 }))
    .map(([sign, digits, scale]) => {
      const text = String(digits).padStart(scale + 1, '0');
      return `${sign}${text.slice(0, text.length - scale)}${scale > 0 ? `.${text.slice(-scale)}` : ''}`;
    }),
  fc.tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.constantFrom(...UNITS)).map(([units, unit]) => {
    const { digits, scale } = parseDecimal(unit);
    const text = String(BigInt(units) * digits).padStart(scale + 1, '0');
    return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}00`;
  }),
  fc.constantFrom(
    '',
    '-',
    '.',
    '1.',
    '.5',
    '1..2',
    '1e-4',
    '1E3',
    '+1.5',
    ' 1',
    'NaN',
    '0x10',
    '1,5',
    '-0',
    '-0.00',
    '١',
  ),
  fc.string({ maxLength: 8 }),
);

describe('DecimalReader', () => {
  it('gives the number that core/decimal.ts gives, or NaN where that refuses', () => {
    const property = fc.property(decimalText, fc.constantFrom(...UNITS), (text, unit) => {
      const reader = new DecimalReader(unit);
      expect(reader.units(text)).toBe(slowly(text, unit));
      const line = Buffer.from(`1.5,${text},2`);
      // The sign of 0 is not looked at: -0 lots are 0 lots.
      expect(reader.unitsAt(line, 4, line.length - 2) + 0).toBe(slowly(text, unit) + 0);
    });
    fc.assert(property, { numRuns: 20_000, seed: 20_240_808 });
  });

  it('says why a text was refused', () => {
    expect(new DecimalReader('0.1').fault('1.25')).toBe('1.25 is not a whole multiple of 0.1');
    expect(new DecimalReader('0.1').fault('abc')).toBe('"abc" is not a decimal number');
  });

  it('rounds to the nearest unit, never to 0 and never what is no number', () => {
    const reader = new DecimalReader('0.0001');
    const texts = ['2292.22972', '2292.22975', '-2292.22975', '0.00001', '0', 'x', '1e300'];
    expect(texts.map((text) => reader.nearest(text))).toEqual([
      22_922_297,
      22_922_298,
      -22_922_298,
      1,
      0,
      Number.NaN,
      Number.NaN,
    ]);
  });
});
