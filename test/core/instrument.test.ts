/** Instruments: contract terms, what trades are worth, and what is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Account } from '../../core/account.js';
import { Instrument, type InstrumentSpec, instrumentSpec } from '../../core/instrument.js';
import { Side } from '../../core/market.js';
import { mergeTapes } from '../../core/merge.js';
import { MemoryTape } from '../../core/tape.js';
import { TapeBuilder } from '../../core/tape-builder.js';
import { formatEpoch, parseEpoch } from '../../core/time.js';
import { Fraction, PlainPosition } from '../reference/plain-account.js';

const of = (spec: Partial<InstrumentSpec>) => new Instrument({ symbol: 'X', tick: '0.1', lot: '0.001', ...spec }, 0);

describe('an instrument', () => {
  it('without terms is linear, in the unnamed currency, and never expires', () => {
    const plain = of({});
    expect(plain).toMatchObject({
      contract: 'linear',
      multiplier: '1',
      base: '',
      quote: '',
      settle: '',
      inverse: false,
    });
    expect(plain.expiryNs).toBeUndefined();
    expect(plain.value(1234)).toBe(0.1234);
  });

  it('settles in the quote currency, or in the base currency when it is inverse', () => {
    expect(of({ base: 'BTC', quote: 'USDT' }).settle).toBe('USDT');
    expect(of({ contract: 'inverse', base: 'BTC', quote: 'USD' }).settle).toBe('BTC');
  });

  it('values trades with the multiplier: linear by price, inverse by one over price', () => {
    // 3 contracts of 50 × 4,000.25
    expect(of({ tick: '0.25', lot: '1', multiplier: '50' }).notional(16_001, 3)).toBe(600_037.5);
    // 200 contracts of 100 USD at 50,000.5 ticks of 0.5 … 20,000 / 25,000 = 0.8
    expect(of({ contract: 'inverse', tick: '0.5', lot: '1', multiplier: '100' }).notional(50_000, 200)).toBe(0.8);
    expect(of({ multiplier: '0.01' }).value(1e6)).toBe(1);
  });

  it('gives profit that an account agrees with, and the exact one', () => {
    const price = fc.integer({ min: 1, max: 1e6 });
    const lots = fc.integer({ min: -5000, max: 5000 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(
        fc.constantFrom('linear' as const, 'inverse' as const),
        lots,
        price,
        price,
        (contract, n, from, to) => {
          const instrument = of({ contract, multiplier: '2.5' });
          const account = new Account([instrument]);
          account.applyFill(0, n > 0 ? Side.buy : Side.sell, from, Math.abs(n), 0);
          account.mark(0, 2 * to);
          const terms = { inverse: contract === 'inverse', tick: '0.1', lot: '0.001', multiplier: '2.5' };
          const twin = new PlainPosition(terms, false);
          twin.fill(n, from, 0);
          const exact = twin.unrealised(2 * to).toNumber();
          const size = 1e-15 * (Math.abs(instrument.notional(from, n)) + Math.abs(instrument.notional(to, n)));
          expect(Math.abs(instrument.profit(n, from, to) - exact)).toBeLessThanOrEqual(1e-15 * Math.abs(exact));
          expect(Math.abs(account.unrealised - exact)).toBeLessThanOrEqual(size);
          const worth = twin.volume.toNumber();
          expect(Math.abs(instrument.notional(from, Math.abs(n)) - worth)).toBeLessThanOrEqual(1e-15 * worth);
        },
      ),
    );
    expect(Fraction.of('2.5').toNumber()).toBe(2.5);
  });

  it('has no value where an inverse contract has none, nor one of ticks × lots', () => {
    const inverse = of({ contract: 'inverse' });
    expect(() => inverse.value(1)).toThrow('instrument X is inverse: it has no value of ticks × lots');
    expect(() => of({}).inverseValue(1)).toThrow('instrument X is linear');
    for (const price of [0, -1, Number.NaN]) {
      expect(() => inverse.notional(price, 1)).toThrow(
        `instrument X is inverse: it has no value at a price of ${price}`,
      );
      expect(() => inverse.profit(1, 1, price)).toThrow('instrument X is inverse');
    }
  });

  it('expires at a time that is read to the nanosecond', () => {
    expect(of({ expiry: '2024-12-27T08:00:00Z' }).expiryNs).toBe(1_735_286_400_000_000_000n);
    expect(of({ expiry: '2024-12-27T08:00:00.000000001Z' }).expiryNs).toBe(1_735_286_400_000_000_001n);
    expect(parseEpoch('1969-12-31T23:59:59.5Z')).toBe(-500_000_000n);
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 63n - 1n }), (epochNs) => {
        expect(parseEpoch(formatEpoch(epochNs))).toBe(epochNs);
      }),
    );
  });

  it.each([
    [{ multiplier: '0' }, 'multiplier "0" is not above 0'],
    [{ multiplier: '-1' }, 'multiplier "-1" is not above 0'],
    [{ multiplier: 'ten' }, 'multiplier "ten" is not a decimal'],
    [{ tick: '' }, 'tick "" is not a decimal'],
    [{ contract: 'quanto' as 'linear' }, 'contract "quanto" is not linear or inverse'],
    [{ base: 'B\n', quote: 'USD' }, 'base "B\\n" holds a control character'],
    [{ quote: 'U\u0000' }, 'quote "U\\u0000" holds a control character'],
    [{ base: 'BTC' }, 'quote "" is the currency it settles in'],
    [{ contract: 'inverse' as const, quote: 'USD' }, 'base "" is the currency it settles in'],
    [{ expiry: '2024-12-27' }, 'expiry "2024-12-27" is not a time in UTC'],
    [{ expiry: '2024-02-30T00:00:00Z' }, 'expiry "2024-02-30T00:00:00Z" is not a time in UTC'],
    [{ expiry: '2024-12-27T24:00:00Z' }, 'expiry "2024-12-27T24:00:00Z" is not a time in UTC'],
    [{ expiry: '2024-12-27T08:00:00+01:00' }, 'expiry "2024-12-27T08:00:00+01:00" is not a time in UTC'],
    [{ expiry: '2624-12-27T08:00:00Z' }, 'is beyond int64 ns since 1970'],
  ])('refuses %o and names the field', (terms, message) => {
    expect(() => of(terms)).toThrow(RangeError);
    expect(() => of(terms)).toThrow(message);
  });

  it('is described by the terms it has and no others, so that plain instruments are written as ever', () => {
    expect(JSON.stringify(instrumentSpec(of({})))).toBe('{"symbol":"X","tick":"0.1","lot":"0.001"}');
    const full: InstrumentSpec = {
      ...{ symbol: 'X', tick: '0.1', lot: '1', contract: 'inverse' as const, multiplier: '100' },
      ...{ base: 'BTC', quote: 'USD', expiry: '2024-12-27T08:00:00Z' },
    };
    expect(instrumentSpec(new Instrument(full, 3))).toEqual(full);
    expect(instrumentSpec({ ...full, startTicks: 5 } as InstrumentSpec)).toEqual(full);
  });

  it('has the same terms on every tape of a run', () => {
    const tape = (spec: Partial<InstrumentSpec>) =>
      new MemoryTape(new TapeBuilder().build().columns, {
        instruments: [{ symbol: 'X', tick: '1', lot: '1', ...spec }],
        ...{ originNs: 0n, provenance: {}, corrections: [] },
      });
    expect(() => mergeTapes([tape({}), tape({ multiplier: '5' })])).toThrow(
      'instrument X has multiplier undefined on one tape, 5 on another',
    );
    expect(mergeTapes([tape({}), tape({ multiplier: '1', contract: 'linear' })]).info.instruments).toHaveLength(1);
  });
});
