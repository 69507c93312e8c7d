/** Funding, borrowing and interest: what is paid when, by whom, at which price. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, Kind } from '../../core/index.js';
import type { SettlementOptions } from '../../execution/settlement.js';
import { Desk, type DeskOptions } from './settlement-desk.js';

const BTC = { symbol: 'BTC', tick: '0.1', lot: '0.001' };
const SHARE = { symbol: 'SHARE', tick: '0.01', lot: '1' };
const XBT = { symbol: 'XBT', tick: '0.5', lot: '1', contract: 'inverse', base: 'BTC', quote: 'USD' } as const;

describe('funding', () => {
  test('is paid by longs to shorts while the rate is above 0: 1.5 × 60 000 × 0.01 % = 9', () => {
    const desk = new Desk({ instruments: [BTC], strategies: 2 });
    desk.fill(0, 0, 1_500, 590_000);
    desk.fill(1, 0, -1_500, 590_000);
    desk.row(Kind.mark, 0, Number.NaN, 600_000);
    desk.nowNs = 7;
    desk.row(Kind.funding, 0, 0.0001);
    expect(desk.told).toEqual([
      { strategy: 0, kind: 'funding', instrument: 0, priceTicks: 600_000, qtyLots: 0, amount: -9, fee: 0, nowNs: 7 },
      { strategy: 1, kind: 'funding', instrument: 0, priceTicks: 600_000, qtyLots: 0, amount: 9, fee: 0, nowNs: 7 },
    ]);
    desk.row(Kind.funding, 0, -0.0002);
    expect(desk.amounts('funding', 0)).toEqual([-9, 18]);
    expect(desk.accounts[0]!.flows).toBe(9);
    expect(desk.accounts[1]!.flows).toBe(-9);
  });

  test('counts the multiplier, and of inverse contracts is paid in the base currency: 10 000 / 50 000 × 0.01 %', () => {
    const ten = { ...BTC, symbol: 'TEN', multiplier: '10' };
    const desk = new Desk({ instruments: [BTC, XBT, ten], account: { currency: 'USD' } });
    desk.accounts[0]!.setRate('BTC', 50_000);
    desk.accounts[0]!.setRate('', 1);
    desk.fill(0, 1, 10_000, 100_000);
    desk.fill(0, 2, 1_500, 600_000);
    desk.row(Kind.mark, 1, Number.NaN, 100_000);
    desk.row(Kind.mark, 2, Number.NaN, 600_000);
    desk.row(Kind.funding, 1, 0.0001);
    desk.row(Kind.funding, 2, 0.0001);
    expect(desk.amounts('funding')).toEqual([-0.00002, -90]);
    expect(desk.accounts[0]!.cashIn('BTC')).toBeCloseTo(0.2 - 0.00002, 12);
    // In US dollars: −0.00002 × 50 000 = −1; the other contract settles in the unnamed currency, worth one.
    expect(desk.accounts[0]!.flows).toBeCloseTo(-91, 9);
  });

  test('is reckoned at the last mark row, else the mid, else the last fill that there was', () => {
    const desk = new Desk({ instruments: [BTC] });
    desk.fill(0, 0, 1_000, 400_000);
    desk.row(Kind.funding, 0, 0.001);
    desk.halfTicks[0] = 1_000_001;
    desk.row(Kind.funding, 0, 0.001);
    desk.row(Kind.mark, 0, Number.NaN, 600_000);
    desk.row(Kind.funding, 0, 0.001);
    expect(desk.told.map(({ priceTicks }) => priceTicks)).toEqual([400_000, 500_000.5, 600_000]);
    // 50 000.05 × 0.001
    expect(desk.amounts('funding').map((amount) => +amount.toFixed(9))).toEqual([-40, -50.00005, -60]);
  });

  test('concerns nobody without a position, and nobody at all when it is switched off', () => {
    const desk = new Desk({ instruments: [BTC, { ...BTC, symbol: 'OTHER' }] });
    desk.fill(0, 0, 1_000, 400_000);
    desk.row(Kind.funding, 1, 0.001);
    desk.row(Kind.funding, 0, 0);
    desk.fill(0, 0, -1_000, 400_000);
    desk.row(Kind.funding, 0, 0.001);
    expect(desk.told).toEqual([]);
    const off = new Desk({ instruments: [BTC], settlement: { funding: false } });
    off.fill(0, 0, 1_000, 400_000);
    off.row(Kind.funding, 0, 0.001);
    expect(off.told).toEqual([]);
  });

  test('at a rate that is no number stops the run', () => {
    const desk = new Desk({ instruments: [BTC] });
    desk.nowNs = 5;
    expect(() => desk.row(Kind.funding, 0, Number.NaN)).toThrow('funding of BTC at 5 ns: rate NaN');
  });

  test('of an instrument that counts as cash when traded stops the run, where cash matters', () => {
    const options = { interestRate: 0.05 };
    const desk = new Desk({ instruments: [BTC], settlement: options });
    expect(() => desk.row(Kind.funding, 0, 0.001)).toThrow(
      'BTC pays funding, so it is a contract: name it in contracts',
    );
    const named = new Desk({ instruments: [BTC], settlement: { ...options, contracts: ['BTC'] } });
    named.row(Kind.funding, 0, 0.001);
    expect(named.told).toEqual([]);
  });
});

describe('borrowing', () => {
  const short = (settlement: SettlementOptions, origin = '2024-01-01T18:00:00Z') => {
    const desk = new Desk({ instruments: [SHARE, { ...SHARE, symbol: 'LENT' }], settlement, origin });
    desk.fill(0, 0, -100, 4_000);
    desk.fill(0, 1, 100, 4_000);
    desk.halfTicks[0] = 10_000;
    return desk;
  };

  test('costs shorts rate × value at 00:00 UTC, pro rata for the first day: 5 000 × 7.3 % / 365 = 1, a quarter first', () => {
    const desk = short({ borrowRate: 0.073 });
    desk.runTo(2 * DAY + 6 * HOUR);
    expect(desk.told.map(({ kind, nowNs, priceTicks }) => [kind, nowNs, priceTicks])).toEqual([
      ['borrow', 6 * HOUR, 5_000],
      ['borrow', 6 * HOUR + DAY, 5_000],
      ['borrow', 6 * HOUR + 2 * DAY, 5_000],
    ]);
    expect(desk.amounts('borrow').map((amount) => +amount.toFixed(12))).toEqual([-0.25, -1, -1]);
  });

  test('by ACT/360 is dearer by 365/360', () => {
    const desk = short({ borrowRate: 0.072, dayCount: 'ACT/360' }, '2024-01-01T00:00:00Z');
    desk.runTo(DAY);
    expect(desk.amounts('borrow').map((amount) => +amount.toFixed(12))).toEqual([-1]);
  });

  test('is charged by symbol where it is given so, at the hours that are asked for', () => {
    const desk = short({ borrowRate: { LENT: 0.5 }, accrualNs: 8 * HOUR });
    desk.runTo(DAY);
    expect(desk.told).toEqual([]);
    desk.fill(0, 1, -200, 4_000);
    desk.halfTicks[1] = 8_760 * 2;
    desk.runTo(DAY + 12 * HOUR);
    // 100 × 87.60 × 0.5 / 365 / 3 = 4: at 00:00 and 08:00.
    expect(desk.told.map(({ nowNs }) => nowNs)).toEqual([30 * HOUR]);
    expect(desk.amounts('borrow').map((amount) => +amount.toFixed(12))).toEqual([-4]);
  });

  test('is not known of contracts', () => {
    const settlement = { borrowRate: 0.1, contracts: ['BTC'] };
    const future = { ...BTC, symbol: 'FUT', expiry: '2024-06-01T00:00:00Z' };
    const desk = new Desk({ instruments: [BTC, future, SHARE], settlement });
    for (const instrument of [0, 1, 2]) desk.fill(0, instrument, -100, 4_000);
    desk.runTo(DAY);
    expect(desk.told.map(({ instrument }) => instrument)).toEqual([2]);
    expect(() => new Desk({ instruments: [future], settlement: { borrowRate: { FUT: 0.1 } } })).toThrow(
      'borrowRate 0.1 of FUT: a contract is not borrowed',
    );
  });
});

describe('interest', () => {
  const desk = (settlement: SettlementOptions, more: Partial<DeskOptions> = {}) =>
    new Desk({ instruments: [SHARE], account: { capital: { '': 10_000 } }, settlement, ...more });
  const rounded = (found: Desk) => found.amounts('interest').map((amount) => +amount.toFixed(9));

  test('is earned on the cash that there is at 00:00 UTC: 10 000 × 3.65 % / 365 = 1, half of it after a purchase', () => {
    const found = desk({ interestRate: 0.0365 }, { origin: '2024-01-01T06:00:00Z' });
    found.runTo(18 * HOUR);
    found.fill(0, 0, 100, 5_000);
    found.runTo(18 * HOUR + DAY);
    expect(found.told.map(({ instrument, nowNs }) => [instrument, nowNs])).toEqual([
      [-1, 18 * HOUR],
      [-1, 18 * HOUR + DAY],
    ]);
    // ¾ of a day on 10 000; a day on 5 000.75.
    expect(rounded(found)).toEqual([0.75, 0.500075]);
  });

  test('is paid on cash below 0 at its own rate', () => {
    const found = desk({ interestRate: 0.01, debitRate: 0.073 });
    found.fill(0, 0, 300, 5_000);
    found.runTo(DAY);
    // 10 000 − 15 000 = −5 000; × 7.3 % / 365.
    expect(rounded(found)).toEqual([-1]);
  });

  test('does not take the price of a contract for cash, but its realised profit', () => {
    const found = desk({ interestRate: 0.0365, contracts: 'all' });
    found.fill(0, 0, 300, 5_000);
    found.runTo(DAY);
    found.fill(0, 0, -100, 6_000, 10);
    found.runTo(2 * DAY);
    // 100 × (60 − 50) − 10 = 990 and the first day's 1 on top of 10 000.
    expect(rounded(found)).toEqual([1, 1.0991]);
  });

  test('is in each currency of its own', () => {
    const instruments = [
      { ...SHARE, quote: 'USD' },
      { ...SHARE, symbol: 'ADYEN', quote: 'EUR' },
    ];
    const account = { currency: 'USD', capital: { USD: 36_500, EUR: 73_000 } };
    const found = new Desk({ instruments, account, settlement: { interestRate: { USD: 0.02, EUR: 0.01 } } });
    for (const each of [found.accounts[0]!, found.twins[0]!]) each.setRate('EUR', 1.5);
    found.runTo(DAY);
    expect(found.told.map(({ instrument, amount }) => [instrument, +amount.toFixed(9)])).toEqual([
      [-1, 2],
      [1, 2],
    ]);
    expect(found.accounts[0]!.cashIn('EUR')).toBeCloseTo(73_002, 9);
    expect(found.accounts[0]!.flows).toBeCloseTo(5, 9);
    expect(found.twins[0]!.flows).toBeCloseTo(5, 9);
  });

  test('takes the profit of contracts for cash of their own currency alone', () => {
    const instruments = [
      { ...SHARE, symbol: 'US', quote: 'USD' },
      { ...SHARE, symbol: 'DE', quote: 'EUR' },
    ];
    const account = { currency: 'USD', capital: { USD: 36_500 } };
    const found = new Desk({ instruments, account, settlement: { interestRate: { USD: 0.02 }, contracts: 'all' } });
    for (const each of [found.accounts[0]!, found.twins[0]!]) each.setRate('EUR', 1.5);
    found.fill(0, 1, 100, 5_000);
    found.runTo(DAY);
    expect(rounded(found)).toEqual([2]);
  });

  test('schedules nothing where there is no rate', () => {
    expect(desk({}).schedule.headNs).toBe(Infinity);
    expect(desk({ interestRate: 0, borrowRate: 0 }).schedule.headNs).toBe(Infinity);
    const found = desk({ interestRate: 0.1 });
    expect(found.schedule.headNs).toBe(DAY);
    // A run does not go on for the sake of interest.
    expect(found.schedule.pending).toBe(0);
  });
});

test('options that make no sense are refused with their name and value', () => {
  const wrong: [SettlementOptions, string][] = [
    [{ borrowRate: -0.1 }, 'borrowRate -0.1 is not from 0 to 10'],
    [{ borrowRate: { NONE: 0.1 } }, 'borrowRate names "NONE"; there is SHARE'],
    [{ interestRate: 5 }, 'interestRate 5 is not between −1 and 1'],
    [{ interestRate: { CHF: 0.01 } }, 'interestRate names "CHF"'],
    [{ debitRate: Number.NaN }, 'debitRate NaN is not between −1 and 1'],
    [{ contracts: ['X'] }, 'contracts names "X"'],
    [{ accrualNs: 0 }, 'accrualNs 0 is not a whole number above 0'],
    [{ dayCount: '30/360' as 'ACT/360' }, 'dayCount "30/360" is not ACT/365 or ACT/360'],
  ];
  for (const [settlement, message] of wrong) {
    expect(() => new Desk({ instruments: [SHARE], settlement })).toThrow(message);
  }
});
