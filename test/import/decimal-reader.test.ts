/** The fast reading of decimals against core/decimal.ts, which does it with BigInt. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalReader } from '../../bridges/import/decimal-reader.js';
import { formatDecimal, formatUnits, parseDecimal, unitsOf } from '../../core/index.js';

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

/** The next double, away from 0. */
function nextUp(value: number): number {
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  bits[0]! += 1n;
  return new Float64Array(bits.buffer)[0]!;
}

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

  it('reads whole numbers with a scale, and doubles, as the texts of these', () => {
    const whole = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -1_000, max: 1_000 }));
    const scaled = fc.property(whole, fc.nat(25), fc.constantFrom(...UNITS), (mantissa, scale, unit) => {
      const text = formatDecimal({ digits: BigInt(mantissa), scale });
      expect(new DecimalReader(unit).unitsOfScaled(mantissa, scale) + 0).toBe(slowly(text, unit) + 0);
    });
    fc.assert(scaled, { numRuns: 20_000, seed: 6 });
    const multiple = fc
      .tuple(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.nat(1_000)), fc.constantFrom(...UNITS))
      .map(([units, unit]) => Number(formatUnits(units, parseDecimal(unit))));
    const number = fc.oneof(multiple, multiple.map(nextUp), fc.double(), fc.integer());
    const double = fc.property(number, fc.constantFrom(...UNITS), (value, unit) => {
      expect(new DecimalReader(unit).unitsOfDouble(value) + 0).toBe(slowly(String(value), unit) + 0);
    });
    fc.assert(double, { numRuns: 40_000, seed: 7 });
  });

  it('reads a float where it is that of one multiple alone', () => {
    const property = fc.property(
      fc.float({ noNaN: true }),
      fc.nat(2 ** 26),
      fc.constantFrom(...UNITS),
      (any, near, unit) => {
        const reader = new DecimalReader(unit);
        const floatOf = (units: number) => Math.fround(Number(formatUnits(units, parseDecimal(unit))));
        for (const value of [any, floatOf(near)]) {
          const units = reader.unitsOfFloat(value);
          if (Number.isNaN(units)) continue;
          expect([-2, -1, 0, 1, 2].map((away) => floatOf(units + away) === value)).toEqual([
            false,
            false,
            true,
            false,
            false,
          ]);
        }
        const alone = floatOf(near - 1) !== floatOf(near) && floatOf(near + 1) !== floatOf(near);
        expect(reader.unitsOfFloat(floatOf(near))).toBe(alone ? near : Number.NaN);
      },
    );
    fc.assert(property, { numRuns: 20_000, seed: 8 });
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
