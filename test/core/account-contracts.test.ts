/** Accounts by hand: inverse contracts, FIFO lots, splits, flows, capital and currencies, with the sums written out. */
import { describe, expect, it } from 'vitest';
import { Account } from '../../core/account.js';
import { AccountEventKind } from '../../core/account-event.js';
import { CurrencyRates } from '../../core/currency.js';
import { Instrument } from '../../core/instrument.js';
import { LotQueue } from '../../core/lot-queue.js';
import { Side } from '../../core/market.js';

const SHARE = { symbol: 'SHARE', tick: '0.01', lot: '1', quote: 'USD' };
/** As BitMEX XBTUSD: a contract is 1 USD, profit is in bitcoin, prices in steps of 0.5. */
const XBTUSD = {
  symbol: 'XBTUSD',
  tick: '0.5',
  lot: '1',
  contract: 'inverse',
  multiplier: '1',
  base: 'XBT',
  quote: 'USD',
} as const;

const accountOf = (spec: ConstructorParameters<typeof Instrument>[0], options = {}) =>
  new Account([new Instrument(spec, 0)], options);

describe('an account of an inverse contract', () => {
  it('earns 0.9091 XBT on 100,000 contracts from 10,000 to 11,000, and loses 1.1111 XBT down to 9,000', () => {
    // BitMEX, "Perpetual Contracts Guide": 100,000 × 1 × (1 / 10,000 − 1 / 11,000) = 10 − 9.0909… = 0.9090…
    const account = accountOf(XBTUSD);
    expect(account.currency).toBe('XBT');
    account.applyFill(0, Side.buy, 20_000, 100_000, 0);
    account.mark(0, 44_000);
    expect(account.unrealisedOf(0)).toBeCloseTo(0.9090909090909091, 14);
    account.mark(0, 36_000);
    // 100,000 × (1 / 10,000 − 1 / 9,000) = 10 − 11.1111…
    expect(account.unrealisedOf(0)).toBeCloseTo(-1.1111111111111112, 14);
    expect(account.equity).toBe(account.unrealisedOf(0));
    account.applyFill(0, Side.sell, 22_000, 100_000, 0.002);
    expect(account.realisedOf(0)).toBeCloseTo(0.9090909090909091, 14);
    expect(account.unrealisedOf(0)).toBe(0);
    expect(account.equity).toBeCloseTo(0.9070909090909091, 14);
    // Both trades together: 10 + 9.0909… XBT.
    expect(account.volume).toBeCloseTo(19.09090909090909, 13);
  });

  it('has the harmonic mean as its average price', () => {
    const account = accountOf(XBTUSD);
    account.applyFill(0, Side.sell, 20_000, 100, 0);
    account.applyFill(0, Side.sell, 16_000, 100, 0);
    // 200 / (100 / 10,000 + 100 / 8,000) = 200 / 0.0225 = 8,888.89 = 17,777.8 ticks
    expect(account.averageCostTicks(0)).toBeCloseTo(17_777.777_777_777_8, 8);
    // Half bought back at 8,000: −100 × (1 / 8,888.89 − 1 / 8,000) = 100 × (0.0125 − 0.01125)
    account.applyFill(0, Side.buy, 16_000, 100, 0);
    expect(account.realisedOf(0)).toBeCloseTo(0.00125, 14);
    expect(account.averageCostTicks(0)).toBeCloseTo(17_777.777_777_777_8, 8);
  });

  it('closes the oldest lots first by FIFO', () => {
    const account = accountOf(XBTUSD, { costing: 'fifo' });
    account.applyFill(0, Side.buy, 20_000, 100, 0);
    account.applyFill(0, Side.buy, 16_000, 100, 0);
    // The 100 of 10,000 sold at 8,000: 100 × (1 / 10,000 − 1 / 8,000) = 0.01 − 0.0125
    account.applyFill(0, Side.sell, 16_000, 100, 0);
    expect(account.realisedOf(0)).toBeCloseTo(-0.0025, 15);
    expect(account.averageCostTicks(0)).toBeCloseTo(16_000, 9);
  });

  it('has no cash left over when it is flat at the price it was opened, however often', () => {
    const account = accountOf(XBTUSD);
    for (let i = 1; i <= 10_000; i++) {
      account.applyFill(0, Side.buy, 3 * i + 1, 7, 0);
      account.applyFill(0, Side.sell, 3 * i + 1, 7, 0);
    }
    expect(account.tradeCash(0)).toBe(0);
    expect(account.realised).toBe(0);
  });

  it('refuses a price of 0 or less before anything is booked, and a mark of it when it is read', () => {
    const account = accountOf(XBTUSD);
    expect(() => account.applyFill(0, Side.buy, 0, 1, 1)).toThrow(
      'XBTUSD is inverse and worth nothing at a price of 0',
    );
    expect(account.positionLots(0)).toBe(0);
    expect(account.fees).toBe(0);
    account.applyFill(0, Side.buy, 10, 1, 0);
    account.mark(0, -4);
    expect(() => account.equity).toThrow('price of -2 ticks');
  });
});

describe('an account of a future', () => {
  it('counts the multiplier: one E-mini contract earns 50 a point', () => {
    const account = accountOf({ symbol: 'ES', tick: '0.25', lot: '1', multiplier: '50' });
    account.applyFill(0, Side.buy, 4 * 5000, 2, 4.5);
    account.applyFill(0, Side.sell, 4 * 5003, 2, 4.5);
    expect(account.realised).toBe(2 * 3 * 50);
    expect(account.volume).toBe(2 * 50 * (5000 + 5003));
    expect(account.equity).toBe(300 - 9);
  });
});

describe('FIFO lots', () => {
  it('give another realised profit than the average, and the same in the end', () => {
    const trade = (costing: 'average' | 'fifo') => {
      const account = accountOf(SHARE, { costing });
      account.applyFill(0, Side.buy, 1000, 10, 0);
      account.applyFill(0, Side.buy, 2000, 10, 0);
      account.applyFill(0, Side.sell, 3000, 5, 0);
      const early = account.realised;
      account.applyFill(0, Side.sell, 3000, 15, 0);
      return [early, account.realised];
    };
    // 5 × (30 − 15) by average cost, 5 × (30 − 10) by FIFO; in the end 600 − 300 with both.
    expect(trade('average')).toEqual([75, 300]);
    expect(trade('fifo')).toEqual([100, 300]);
  });

  it('go over to the other side when the position turns round', () => {
    const account = accountOf(SHARE, { costing: 'fifo' });
    account.applyFill(0, Side.buy, 1000, 10, 0);
    account.applyFill(0, Side.sell, 1200, 15, 0);
    expect(account.realised).toBe(20);
    expect(account.averageCostTicks(0)).toBe(1200);
    account.applyFill(0, Side.buy, 1100, 2, 0);
    expect(account.realised).toBe(22);
    expect(account.positionLots(0)).toBe(-3);
  });

  it('take no more room than the most that were open at once', () => {
    const queue = new LotQueue();
    let cost = 0;
    for (let i = 0; i < 100_000; i++) {
      queue.push(2, 200);
      queue.push(1, 50);
      cost += queue.take(3);
    }
    expect(cost).toBe(100_000 * 250);
    expect(queue.length).toBe(0);
    expect(queue.capacity).toBe(8);
    for (let i = 0; i < 100; i++) queue.push(1, i);
    expect(queue.capacity).toBe(128);
    expect(queue.take(10)).toBe(45);
    queue.clear();
    expect(queue.length).toBe(0);
  });

  it('keep their costs when split, each its share; what makes no lot joins the next', () => {
    const queue = new LotQueue();
    queue.push(5, 50);
    queue.push(3, 60);
    queue.push(12, 36);
    // 20 → 2 lots: places 5, 8, 20 become 0, 0, 2.
    queue.rescale(20, 2);
    expect(queue.length).toBe(1);
    expect(queue.take(1)).toBe(73);
  });
});

describe('a split', () => {
  it('changes lots and price, not the cost nor the worth, and pays out what makes no lot', () => {
    const account = accountOf(SHARE);
    account.applyFill(0, Side.buy, 10_000, 15, 0);
    account.mark(0, 2 * 11_000);
    const before = account.equity;
    // One for ten: 1.5 new shares at 1,100; a half is paid out: 550.
    account.applySplit(AccountEventKind.split, 0, -14, 550);
    expect(account.positionLots(0)).toBe(1);
    expect(account.equity).toBe(before);
    expect(account.markTicks(0)).toBe(110_000);
    expect(account.averageCostTicks(0)).toBe(150_000);
    expect(account.realised).toBe(0);
    expect(account.flowsOf(AccountEventKind.split)).toBe(550);
    account.applyFill(0, Side.sell, 110_000, 1, 0);
    // 1,100 + 550 for what cost 1,500.
    expect(account.equity).toBe(150);
  });

  it('that leaves nothing takes the cost as a loss, against the cash that it pays', () => {
    for (const costing of ['average', 'fifo'] as const) {
      const account = accountOf(SHARE, { costing });
      account.applyFill(0, Side.sell, 10_000, 3, 0);
      account.applySplit(AccountEventKind.split, 0, 3, -330);
      expect(account.positionLots(0)).toBe(0);
      expect(account.realised).toBe(300);
      expect(account.equity).toBe(-30);
    }
  });

  it('refuses to turn a position round, to make lots out of none, and inverse contracts', () => {
    const account = accountOf(SHARE);
    expect(() => account.applySplit(AccountEventKind.split, 0, 1, 0)).toThrow(
      'split of SHARE by 1 lots: a position of 0 lots',
    );
    account.applyFill(0, Side.buy, 1, 5, 0);
    expect(() => account.applySplit(AccountEventKind.split, 0, -6, 0)).toThrow(
      'a position of 5 lots cannot be split so',
    );
    expect(() => account.applySplit(AccountEventKind.split, 0, 0.5, 0)).toThrow('by 0.5 lots');
    expect(() => accountOf(XBTUSD).applySplit(AccountEventKind.split, 0, 0, 0)).toThrow('an inverse contract');
    expect(account.positionLots(0)).toBe(5);
  });
});

describe('flows', () => {
  it('are kept by kind and by instrument, and count in cash and equity', () => {
    const account = accountOf(SHARE, { capital: { USD: 1000 } });
    account.applyCash(AccountEventKind.dividend, 0, 2.5);
    account.applyCash(AccountEventKind.dividend, 0, 1.5);
    account.applyCash(AccountEventKind.interest, -1, -0.25);
    expect(account.flowsOf(AccountEventKind.dividend)).toBe(4);
    expect(account.flowsOf(AccountEventKind.interest)).toBe(-0.25);
    expect(account.flowsOf(AccountEventKind.funding)).toBe(0);
    expect(account.flowsOfInstrument(0)).toBe(4);
    expect(account.flows).toBe(3.75);
    expect(account.cash).toBe(1003.75);
    expect(account.cashIn('USD')).toBe(1003.75);
    expect(account.equity).toBe(1003.75);
    expect(account.balance).toBe(0);
  });

  it('are refused when they are no amount, of no kind or of no instrument', () => {
    const account = accountOf(SHARE);
    expect(() => account.applyCash(0, 0, Number.NaN)).toThrow('flow of kind 0: NaN is no amount');
    expect(() => account.applyCash(-1, 0, 1)).toThrow('flow of kind -1');
    expect(() => account.applyCash(0, 1, 1)).toThrow('flow of instrument 1');
    expect(() => account.applyCash(0, 0, 1, 'EUR')).toThrow('flow of SHARE in "EUR", but it settles in "USD"');
    expect(account.flows).toBe(0);
  });
});

describe('an account in several currencies', () => {
  const instruments = [
    new Instrument(SHARE, 0),
    new Instrument({ symbol: 'AKTIE', tick: '0.01', lot: '1', quote: 'EUR' }, 1),
    new Instrument(XBTUSD, 2),
  ];

  it('converts what is read at the last recorded rates', () => {
    const account = new Account(instruments, { currency: 'USD', capital: { USD: 100, EUR: 10 } });
    account.setRate('EUR', 1.1);
    account.setRate('XBT', 20_000);
    account.applyFill(0, Side.buy, 1000, 2, 1);
    account.applyFill(1, Side.buy, 5000, 1, 2);
    account.applyFill(2, Side.buy, 40_000, 20_000, 0);
    account.mark(1, 2 * 6000);
    account.applyCash(AccountEventKind.dividend, 1, 3);
    account.applyCash(AccountEventKind.interest, -1, 0.5, 'EUR');
    // EUR: unrealised 10, fee 2, flows 3.5, capital 10; USD: fee 1, capital 100.
    expect(account.unrealised).toBeCloseTo(11, 12);
    expect(account.fees).toBeCloseTo(1 + 2.2, 12);
    expect(account.flows).toBeCloseTo(3.85, 12);
    expect(account.capital).toBeCloseTo(111, 12);
    expect(account.equity).toBeCloseTo(11 - 3.2 + 3.85 + 111, 12);
    expect(account.volume).toBeCloseTo(20 + 55 + 20_000, 8);
    expect(account.cashIn('EUR')).toBe(10 - 50 - 2 + 3.5);
    expect(account.cashIn('USD')).toBe(100 - 20 - 1);
    expect(account.cashIn('XBT')).toBe(1);
    expect(account.cashIn('CHF')).toBe(0);
    account.setRate('EUR', 2);
    expect(account.unrealised).toBe(20);
  });

  it('needs no rate for what is 0, and names the currency where it lacks one', () => {
    const account = new Account(instruments, { currency: 'USD' });
    account.applyFill(0, Side.buy, 1000, 2, 0);
    expect(account.equity).toBe(0);
    account.applyFill(1, Side.buy, 1000, 2, 0);
    expect(() => account.balance).toThrow('-20 of EUR cannot be had in USD: no rate was recorded yet');
    expect(() => account.setRate('EUR', 0)).toThrow('rate of EUR in USD: 0 is not a number above 0');
    expect(() => account.setRate('EUR', Number.NaN)).toThrow('NaN is not');
    expect(() => account.setRate('USD', 1.01)).toThrow('rate of USD in itself: 1.01 is not 1');
  });

  it('shares a table of rates with others', () => {
    const rates = new CurrencyRates('CHF', { EUR: 0.95, USD: 0.9 });
    const accounts = [1, 2].map(() => new Account(instruments, { rates, capital: { EUR: 100 } }));
    expect(accounts.map(({ equity }) => equity)).toEqual([95, 95]);
    rates.set('EUR', 0.5);
    expect(accounts.map(({ equity, currency }) => [equity, currency])).toEqual([
      [50, 'CHF'],
      [50, 'CHF'],
    ]);
    expect(rates.rate('EUR')).toBe(0.5);
    expect(rates.rate('XBT')).toBeNaN();
  });

  it('wants to be told its currency where instruments settle in several', () => {
    expect(() => new Account(instruments)).toThrow('settle in USD, EUR, XBT; say which currency');
    expect(() => new Account(instruments, { currency: 'USD', rates: new CurrencyRates('EUR') })).toThrow(
      'currency "USD" is not "EUR"',
    );
    expect(() => new Account(instruments, { currency: 'USD', capital: { USD: Infinity } })).toThrow(
      'capital Infinity of "USD"',
    );
    expect(() => new Account(instruments, { currency: 'USD', costing: 'lifo' as 'fifo' })).toThrow('costing "lifo"');
  });
});
