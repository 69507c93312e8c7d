/**
 * Risk before the order leaves: what the desk keeps is a recount's, no orders that passed can break a position limit, and each
 * stock check refuses what tables worked out by hand say, for one strategy and for all together.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Account,
  CurrencyRates,
  Instrument,
  LevelBook,
  MemoryTape,
  Order,
  OrderType,
  PLAIN_TERMS,
  Reason,
  type RiskCheck,
  RiskDesk,
  type RiskScope,
  Side,
  Simulation,
  type StrategyContext,
  TimeInForce,
} from '../../core/index.js';
import * as execution from '../../execution/index.js';
import { ORIGIN_NS, quietRows, SPEC } from '../core/run-samples.js';
import { maxTurnover } from '../how-to/max-turnover.js';
import { histories, RiskWorld, STRATEGIES } from '../reference/risk-world.js';

const { killSwitch, maxDailyLoss, maxGrossExposure, maxNetExposure, maxOpenPositions, maxOrderRate, maxOrderSize } =
  execution;
const { allowAll, maxPosition, priceCollar, simulatedVenue } = execution;
const { buy, sell } = Side;
const SECOND = 1e9;
const HOUR = 3600e9;

/** Lets all requests in and all answers arrive. */
function settle(world: RiskWorld): void {
  for (let strategy = 0; strategy < STRATEGIES; strategy++) while (world.arrive(strategy));
  world.wait(1000);
}

/** Sends, and has it filled wholly at its limit (market: 100). */
function trade(
  world: RiskWorld,
  strategy: number,
  instrument: number,
  side: Side,
  lots: number,
  price?: number,
): Order {
  const order = world.send(strategy, instrument, side, lots, price);
  settle(world);
  world.fill(order, lots);
  world.wait(1000);
  return order;
}

/** '' when it was sent, else the refusal. */
const refusal = (order: Order) => (order.reason === Reason.riskLimit ? order.detail : '');

/** Shows what a scope looks like after each answer. */
class Probe implements RiskCheck {
  scope: RiskScope | undefined;

  check(state: RiskScope): string {
    this.scope = state;
    return '';
  }

  looked(scope: RiskScope): void {
    this.scope = scope;
  }
}

describe('the risk desk', () => {
  it('knows after every step the open lots that a recount of the orders finds', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const world = new RiskWorld([[maxPosition({ lots: 30 })]]);
        for (const step of steps) {
          world.take(step);
          for (let strategy = 0; strategy < STRATEGIES; strategy++) {
            for (const instrument of world.instruments) {
              for (const side of [buy, sell]) {
                const lots = world
                  .ordersOf(strategy)
                  .filter((order) => order.instrument === instrument && order.side === side)
                  .reduce((sum, order) => sum + order.leavesLots, 0);
                expect(world.desk.openLots(strategy, instrument, side)).toBe(lots);
              }
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('comes back to the position alone as soon as everything is answered', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const probes = [new Probe(), new Probe()];
        const world = new RiskWorld(probes.map((probe) => [probe]));
        for (const step of steps) world.take(step);
        settle(world);
        for (let strategy = 0; strategy < STRATEGIES; strategy++) {
          for (const order of world.ordersOf(strategy)) world.withdraw(order);
        }
        settle(world);
        probes.forEach(({ scope }, strategy) => {
          for (const instrument of scope === undefined ? [] : world.instruments) {
            const position = world.accounts[strategy]!.positionLots(instrument.index);
            const { highestLots, lowestLots } = {
              highestLots: scope!.highestLots(instrument),
              lowestLots: scope!.lowestLots(instrument),
            };
            expect([highestLots, lowestLots]).toEqual([position, position]);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it('never lets orders out that could together break a position limit, whatever fills, changes or ends in flight', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(buy, sell), fc.integer({ min: -7, max: 7 }), (steps, side, first) => {
        const lots = { X: 12, Y: 7 };
        const world = new RiskWorld([[maxPosition({ lots })], [maxPosition({ lots })]], [maxPosition({ lots: 15 })]);
        // Many begin with a position, so that reduce-only orders have something to do.
        for (const instrument of [0, 1]) {
          if (first !== 0) trade(world, instrument, instrument, first > 0 ? buy : sell, Math.abs(first));
        }
        for (const step of steps) world.take(step);
        for (let strategy = 0; strategy < STRATEGIES; strategy++) world.fillAll(strategy, side);
        world.wait(1000);
        for (const { index, symbol } of world.instruments) {
          const positions = world.accounts.map((account) => account.positionLots(index));
          for (const position of positions) {
            expect(Math.abs(position)).toBeLessThanOrEqual(lots[symbol as keyof typeof lots]);
          }
          expect(Math.abs(positions[0]! + positions[1]!)).toBeLessThanOrEqual(15);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('asks in order, the strategy’s own checks first, and stops at the first refusal', () => {
    const asked: string[] = [];
    const saying = (name: string, text: string): RiskCheck => ({
      check: () => {
        asked.push(name);
        return text;
      },
    });
    const own = [saying('a', ''), saying('b', 'b: no'), saying('c', 'c: no')];
    const world = new RiskWorld([own, [saying('d', '')]], [saying('e', 'e: no')]);
    const first = world.send(0, 0, buy, 1, 99);
    const second = world.send(1, 0, buy, 1, 99);
    expect(asked).toEqual(['a', 'b', 'd', 'e']);
    expect([first.detail, second.detail]).toEqual(['b: no', 'all strategies: e: no']);
    expect(first).toMatchObject({ finished: true, reason: Reason.riskLimit, leavesLots: 0 });
  });

  it('never asks about cancels', () => {
    const world = new RiskWorld([[{ check: (state) => (state.change ? 'never' : '') }]]);
    const order = world.send(0, 0, buy, 1, 99);
    world.withdraw(order);
    settle(world);
    expect(order.status).toBe(3);
  });

  it('counts a change to more from when it is sent, and no longer once it was refused', () => {
    const probe = new Probe();
    const world = new RiskWorld([[probe]]);
    const [x] = world.instruments;
    const order = world.send(0, 0, buy, 4, 99);
    settle(world);
    world.change(order, 99, 9);
    expect([probe.scope!.openBuyLots(x!), probe.scope!.highestLots(x!)]).toEqual([4, 9]);
    world.change(order, 99, 6);
    world.arrive(0, true);
    world.wait(1000);
    // The venue refused the 9, but until the 6 is answered a refused change is not told from the other.
    expect(probe.scope!.highestLots(x!)).toBe(9);
    world.arrive(0);
    world.wait(1000);
    expect([probe.scope!.openBuyLots(x!), probe.scope!.highestLots(x!)]).toEqual([6, 6]);
  });

  it('counts reduce-only orders for no more than the position that they reduce', () => {
    const probe = new Probe();
    const world = new RiskWorld([[probe]]);
    const [x, y] = world.instruments;
    trade(world, 0, 0, sell, 10);
    world.send(0, 0, buy, 30, 90, true);
    const worst = () => [probe.scope!.lowestLots(x!), probe.scope!.highestLots(x!)];
    expect(worst()).toEqual([-10, 0]);
    // First the 30 reduce to flat, then the 4 open.
    world.send(0, 0, buy, 4, 90);
    expect(worst()).toEqual([-10, 4]);
    world.send(0, 0, sell, 3, 110, true);
    expect(worst()).toEqual([-10, 4]);
    trade(world, 0, 1, buy, 10);
    world.send(0, 1, sell, 30, 110, true);
    world.send(0, 1, sell, 4, 110);
    expect([probe.scope!.lowestLots(y!), probe.scope!.highestLots(y!)]).toEqual([-4, 10]);
  });

  it('refuses accounts in several currencies', () => {
    const instruments = [new Instrument({ symbol: 'X', tick: '1', lot: '1', base: 'A', quote: 'EUR' }, 0)];
    const accounts = ['EUR', 'USD'].map((currency) => new Account(instruments, { rates: new CurrencyRates(currency) }));
    const books = [new LevelBook(instruments[0]!)];
    expect(() => new RiskDesk({ checks: [], overall: [], accounts, instruments, books, originNs: 0n })).toThrow(
      'an account is in "USD", not in "EUR"',
    );
  });
});

describe('an order’s size', () => {
  // X: tick 0.5, lot 1; at 99/101 ticks one lot is worth 49.5 / 50.5. Y: tick 1, lot 0.1.
  it.each<[name: string, options: execution.OrderSizeOptions, send: [number, Side, number, number?], text: string]>([
    ['the limit itself passes', { lots: 5 }, [0, buy, 5, 99], ''],
    ['one more does not', { lots: 5 }, [0, buy, 6, 99], '5 lots of X; this order to buy 6 lots of X at 49.5'],
    ['a limit of its own', { lots: { Y: 2 } }, [1, sell, 3, 99], '2 lots of Y; this order to sell 3 lots of Y at 99'],
    ['no limit by name', { lots: { Y: 2 } }, [0, sell, 300, 99], ''],
    ['a value at the limit price', { value: 99 }, [0, buy, 2, 99], ''],
    ['one beyond it', { value: 99 }, [0, buy, 2, 100], '99; this order to buy 2 lots of X at 50.0 is worth 100'],
    [
      'a market buy is worth the ask',
      { value: 100.9 },
      [0, buy, 2],
      '100.9; this order to buy 2 lots of X at market is worth 101',
    ],
    ['a market sell is worth the bid', { value: 99 }, [0, sell, 2], ''],
  ])('%s', (_name, options, [instrument, side, lots, price], text) => {
    const world = new RiskWorld([[maxOrderSize(options)]]);
    expect(refusal(world.send(0, instrument, side, lots, price))).toBe(text === '' ? '' : `max-order-size: ${text}`);
  });

  it('is refused by value when nobody knows a price', () => {
    const world = new RiskWorld([[maxOrderSize({ value: 1e9 })]]);
    for (const side of [buy, sell]) world.books[0]!.setOnly(side, side === buy ? 99 : 101, 0);
    expect(refusal(world.send(0, 0, buy, 1))).toBe(
      'max-order-size: 1000000000; this order to buy 1 lots of X at market has no price or rate to be valued at',
    );
    expect(refusal(world.send(0, 0, buy, 1, 99))).toBe('');
  });

  it('is that of the whole order after a change', () => {
    const world = new RiskWorld([[maxOrderSize({ lots: 5 })]]);
    const order = world.send(0, 0, buy, 5, 99);
    settle(world);
    world.change(order, 99, 6);
    expect(order).toMatchObject({
      qtyLots: 5,
      detail: 'max-order-size: 5 lots of X; this change to buy 6 lots of X at 49.5',
    });
    expect(order.requestPending).toBe(false);
  });

  it('is worth quantity × multiplier / price for an inverse contract, at recorded rates', () => {
    const spec = { symbol: 'XBTUSD', tick: '0.5', lot: '1', base: 'BTC', quote: 'USD', contract: 'inverse' } as const;
    const instrument = new Instrument(spec, 0);
    const rates = new CurrencyRates('EUR', { BTC: 40_000 });
    const accounts = [new Account([instrument], { rates })];
    const books = [new LevelBook(instrument)];
    const checks = [[maxOrderSize({ value: 800 })]];
    const desk = new RiskDesk({ checks, overall: [], accounts, instruments: [instrument], books, originNs: 0n, rates });
    const order = (lots: number) => orderOf(instrument, lots, 100_000);
    // 1 000 USD at 50 000 USD are 0.02 BTC, 800 EUR.
    expect(desk.submit(order(1000), 0)).toBe('');
    expect(desk.submit(order(1100), 0)).toBe(
      'max-order-size: 800 EUR; this order to buy 1100 lots of XBTUSD at 50000.0 is worth 880 EUR',
    );
  });
});

describe('a position limit', () => {
  it('counts the position and everything open on the side', () => {
    const world = new RiskWorld([[maxPosition({ lots: 50 })]]);
    trade(world, 0, 0, buy, 48, 99);
    world.send(0, 0, buy, 2, 99);
    expect(refusal(world.send(0, 0, buy, 10, 99))).toBe(
      'max-position: 50 lots of X; position 48 and open buys 2 would become 60 with this order to buy 10 lots of X at 49.5',
    );
    expect(refusal(world.send(0, 0, sell, 98, 101))).toBe('');
    expect(refusal(world.send(0, 0, sell, 1, 101))).toBe(
      'max-position: 50 lots of X; position 48 and open sells 98 would become -51 with this order to sell 1 lots of X at 50.5',
    );
    expect(refusal(world.send(0, 1, buy, 50, 99)), 'each instrument for itself').toBe('');
    expect(refusal(world.send(1, 0, buy, 50, 99)), 'the other strategy has no limit').toBe('');
  });

  it('lets a position that is over it be reduced, and changes that add nothing', () => {
    const world = new RiskWorld([[maxPosition({ lots: { X: 5 } })]]);
    const order = world.send(0, 0, buy, 5, 99);
    settle(world);
    world.fill(order, 5);
    world.wait(1000);
    // The venue makes 50 of 5, as splits do, while the limit stays.
    world.accounts[0]!.applyFill(0, buy, 99, 45, 0);
    expect(refusal(world.send(0, 0, buy, 1, 99))).toContain('position 50 and open buys 0 would become 51');
    expect(refusal(world.send(0, 0, buy, 1, 99, true)), 'it would have nothing to reduce').toBe('');
    const closing = world.send(0, 0, sell, 20, 101);
    expect(refusal(closing)).toBe('');
    settle(world);
    world.change(closing, 102, 20);
    expect(closing.requestPending).toBe(true);
  });

  it('asks for the excess of a change alone', () => {
    const world = new RiskWorld([[maxPosition({ lots: 10 })]]);
    const order = world.send(0, 0, buy, 6, 99);
    settle(world);
    world.change(order, 99, 10);
    expect(order.detail).toBe('');
    world.change(order, 99, 11);
    expect(order.detail).toBe(
      'max-position: 10 lots of X; position 0 and open buys 10 would become 11 with this change to buy 11 lots of X at 49.5',
    );
  });

  it('of all strategies together is one of the sum, longs and shorts netted', () => {
    const world = new RiskWorld([[maxPosition({ lots: 50 })]], [maxPosition({ lots: 10 })]);
    trade(world, 0, 0, buy, 8, 99);
    expect(refusal(world.send(1, 0, buy, 3, 99))).toBe(
      'all strategies: max-position: 10 lots of X; position 8 and open buys 0 would become 11 with ' +
        'this order to buy 3 lots of X at 49.5',
    );
    trade(world, 1, 0, sell, 8, 99);
    expect(refusal(world.send(1, 0, buy, 10, 99))).toBe('');
  });

  it('refuses a symbol that the run does not have, as the run is put together', () => {
    expect(() => new RiskWorld([[maxPosition({ lots: { Z: 1 } })]])).toThrow(
      'instrument "Z" is not one of the run\'s: X, Y',
    );
    expect(() => new RiskWorld([], [maxOrderSize({ lots: { Z: 1 } })])).toThrow('max-order-size: instrument "Z"');
  });
});

describe('the number of open positions', () => {
  it('counts those that are open and those that orders could open, once each', () => {
    const world = new RiskWorld([[maxOpenPositions({ count: 1 })]], [maxOpenPositions({ count: 2 })]);
    const first = world.send(0, 0, buy, 2, 99);
    expect(refusal(world.send(0, 0, sell, 1, 101))).toBe('');
    expect(refusal(world.send(0, 1, buy, 1, 99))).toBe(
      'max-open-positions: 1; 1 open or being opened would become 2 with this order to buy 1 lots of Y at 99',
    );
    expect(refusal(world.send(0, 1, buy, 1, 99, true)), 'reduce-only opens nothing').toBe('');
    expect(refusal(world.send(1, 0, buy, 1, 99))).toBe('');
    expect(refusal(world.send(1, 1, buy, 1, 99))).toBe(
      'all strategies: max-open-positions: 2; 2 open or being opened would become 3 with ' +
        'this order to buy 1 lots of Y at 99',
    );
    settle(world);
    for (const order of world.ordersOf(0)) world.withdraw(order);
    settle(world);
    expect(first.finished).toBe(true);
    expect(refusal(world.send(0, 1, buy, 1, 99)), 'nothing is open any more').toBe('');
  });
});

describe('exposure', () => {
  // Mids of 100 ticks: a lot of X is worth 50, a lot of Y 10.
  it('gross adds up the worst of each instrument', () => {
    const world = new RiskWorld([[maxGrossExposure({ value: 600 })]], [maxGrossExposure({ value: 700 })]);
    trade(world, 0, 0, buy, 8);
    expect(refusal(world.send(0, 1, sell, 20, 101))).toBe('');
    expect(refusal(world.send(0, 1, sell, 1, 101))).toBe(
      'max-gross-exposure: 600; positions and open orders of 600 would become 610 with ' +
        'this order to sell 1 lots of Y at 101',
    );
    // 16 sells turn the long 8 round to a short 8: no more than before.
    expect(refusal(world.send(0, 0, sell, 16, 101))).toBe('');
    expect(refusal(world.send(0, 0, sell, 1, 101))).toContain('600 would become 650');
    expect(refusal(world.send(1, 0, buy, 3, 99)), 'strategies are added up').toBe(
      'all strategies: max-gross-exposure: 700; positions and open orders of 600 would become 750 with ' +
        'this order to buy 3 lots of X at 49.5',
    );
    expect(refusal(world.send(1, 0, buy, 2, 99))).toBe('');
  });

  it('gross lets what does not raise it pass when prices have carried it over the limit', () => {
    const world = new RiskWorld([[maxGrossExposure({ value: 500 })]]);
    trade(world, 0, 0, buy, 10);
    world.quote(0, 119, 2);
    expect(refusal(world.send(0, 0, buy, 1, 119))).toContain('of 600 would become 660');
    expect(refusal(world.send(0, 0, sell, 10, 121))).toBe('');
  });

  it('net sets shorts against longs, and the strategies against each other', () => {
    const world = new RiskWorld([[maxNetExposure({ value: 500 })]], [maxNetExposure({ value: 550 })]);
    trade(world, 0, 0, buy, 10);
    expect(refusal(world.send(0, 1, buy, 1, 99))).toBe(
      'max-net-exposure: 500; positions and open orders of 500 would become 510 with this order to buy 1 lots of Y at 99',
    );
    trade(world, 0, 1, sell, 30);
    // 500 long, 300 short: 200 net; down to −500 there are 700, of which X can give 14 lots.
    expect(refusal(world.send(0, 0, sell, 14, 101))).toBe('');
    expect(refusal(world.send(0, 0, sell, 1, 101))).toBe(
      'max-net-exposure: 500; positions and open orders of -500 would become -550 with this order to sell 1 lots of X at 50.5',
    );
    expect(refusal(world.send(1, 1, buy, 35, 99))).toBe('');
    expect(refusal(world.send(1, 1, buy, 1, 99))).toBe(
      'all strategies: max-net-exposure: 550; positions and open orders of 550 would become 560 with ' +
        'this order to buy 1 lots of Y at 99',
    );
  });

  it('that nobody can value is refused, unless it is reduced', () => {
    for (const check of [maxGrossExposure({ value: 1e9 }), maxNetExposure({ value: 1e9 })]) {
      const world = new RiskWorld([[check]], [], { rates: new CurrencyRates('') });
      for (const side of [buy, sell]) world.books[0]!.setOnly(side, side === buy ? 99 : 101, 0);
      expect(refusal(world.send(0, 0, buy, 1))).toMatch(
        /^max-\w+-exposure: 1000000000; this order to buy 1 .*without a price/,
      );
      expect(refusal(world.send(0, 0, buy, 1, 99)), 'its own price is one').toBe('');
    }
  });

  it('is valued at the last price where there is no mid, and known there', () => {
    const lastTicks = [120, 100];
    const world = new RiskWorld([[maxGrossExposure({ value: 100 })]], [], { lastTicks });
    world.books[0]!.setOnly(sell, 101, 0);
    expect(refusal(world.send(0, 0, buy, 2, 99))).toContain('0 would become 120');
  });
});

describe('a price collar', () => {
  // Mid 100, from 99 / 101.
  it.each<[options: execution.PriceCollarOptions, side: Side, price: number | undefined, text: string]>([
    [{ ticks: 3 }, buy, 103, ''],
    [{ ticks: 3 }, buy, 97, ''],
    [
      { ticks: 3 },
      buy,
      104,
      '3 ticks (3 ticks) from the market at 50; this order to buy 1 lots of X at 52.0 is 4 ticks away',
    ],
    [
      { ticks: 3 },
      sell,
      104,
      '3 ticks (3 ticks) from the market at 50; this order to sell 1 lots of X at 52.0 is 4 ticks away',
    ],
    [{ ticks: 3, aggressiveOnly: true }, sell, 104, ''],
    [
      { ticks: 3, aggressiveOnly: true },
      sell,
      96,
      '3 ticks (3 ticks) from the market at 50; this order to sell 1 lots of X at 48.0 is 4 ticks away',
    ],
    [{ bps: 400 }, buy, 104, ''],
    [
      { bps: 399 },
      buy,
      104,
      '399 bps (3.99 ticks) from the market at 50; this order to buy 1 lots of X at 52.0 is 4 ticks away',
    ],
    [{ ticks: 3 }, buy, undefined, ''],
  ])('of %o: side %i at %s', (options, side, price, text) => {
    const world = new RiskWorld([[priceCollar(options)]]);
    expect(refusal(world.send(0, 0, side, 1, price))).toBe(text === '' ? '' : `price-collar: ${text}`);
  });

  it('measures from a mid between two ticks', () => {
    const world = new RiskWorld([[priceCollar({ ticks: 3 })]]);
    world.quote(0, 99, 3);
    expect(refusal(world.send(0, 0, buy, 1, 103))).toBe('');
    expect(refusal(world.send(0, 0, buy, 1, 104))).toContain('from the market at 50.25; ');
  });

  it('refuses or passes as told while there is no price', () => {
    const sent = (noReference: 'refuse' | 'pass' | undefined, last?: number[]) => {
      const options = { ticks: 3, ...(noReference === undefined ? {} : { noReference }) };
      const world = new RiskWorld([[priceCollar(options)]], [], last === undefined ? {} : { lastTicks: last });
      world.books[0]!.setOnly(sell, 101, 0);
      return refusal(world.send(0, 0, buy, 1, 999));
    };
    const text = 'price-collar: 3 ticks; there is no price to compare this order to buy 1 lots of X at 499.5 with';
    expect([sent('refuse'), sent(undefined), sent('pass')]).toEqual([text, text, '']);
    expect(sent('pass', [100, 100])).toContain('is 899 ticks away');
  });

  it('compares the limit of a stop-limit order with its stop', () => {
    const world = new RiskWorld([[priceCollar({ ticks: 3 })]]);
    const { desk, instruments } = world;
    const order = (priceTicks: number) => orderOf(instruments[0]!, 1, priceTicks, 200);
    expect(desk.submit(order(203), 0)).toBe('');
    expect(desk.submit(order(204), 0)).toContain('from its stop at 100; ');
    expect(desk.modify(order(203), 213, 1, 0, 210)).toBe('');
  });
});

describe('a rate of orders', () => {
  it('counts a sliding window of what left, changes too, and nothing that was refused', () => {
    const world = new RiskWorld([[maxOrderSize({ lots: 5 }), maxOrderRate({ messages: 3, perNs: 1000 })]]);
    const at = (nowNs: number, lots = 1) => {
      world.nowNs = nowNs;
      return refusal(world.send(0, 0, buy, lots, 99)) === '';
    };
    expect([at(0), at(0, 9), at(10)]).toEqual([true, false, true]);
    const order = world.orders[0]!;
    settle(world);
    world.nowNs = 2000;
    expect([at(2000), at(2100)]).toEqual([true, true]);
    world.nowNs = 2200;
    world.change(order, 98, 1);
    expect(order.requestPending).toBe(true);
    expect(world.send(0, 0, buy, 2, 99).detail).toBe(
      'max-order-rate: 3 orders and changes per 1us; this order to buy 2 lots of X at 49.5 would be number 4',
    );
    expect([at(2999), at(3000), at(3099), at(3100)]).toEqual([false, true, false, true]);
    world.change(order, 97, 1);
    expect(order.detail).toContain('this change to buy 1 lots');
    world.withdraw(order);
    expect(order.requestsPending, 'a cancel leaves').toBe(2);
  });

  it('is never above the limit in any window, also when times of several strategies go back', () => {
    const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 60 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 30 }), (waits, messages, perNs) => {
        const world = new RiskWorld([], [maxOrderRate({ messages, perNs })]);
        const left: number[] = [];
        let nowNs = 0;
        for (const [waitNs, thinkNs] of waits) {
          nowNs += waitNs;
          world.nowNs = nowNs + thinkNs;
          if (refusal(world.send(0, 0, buy, 1, 99)) === '') left.push(world.nowNs);
        }
        for (const startNs of left) {
          expect(left.filter((ns) => ns >= startNs && ns < startNs + perNs).length).toBeLessThanOrEqual(messages);
        }
      }),
    );
  });

  it('refuses nothing that a plain count of a window would let pass, as long as time goes on', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 80 }), fc.integer({ min: 1, max: 5 }), (waits, messages) => {
        const world = new RiskWorld([[maxOrderRate({ messages, perNs: 20 })]]);
        const left: number[] = [];
        for (const waitNs of waits) {
          world.nowNs += waitNs;
          const { nowNs } = world;
          const passes = refusal(world.send(0, 0, buy, 1, 99)) === '';
          expect(passes).toBe(left.filter((ns) => ns > nowNs - 20).length < messages);
          if (passes) left.push(nowNs);
        }
      }),
    );
  });
});

describe('a daily loss', () => {
  /** Long 4 X, bought at 100 ticks: each tick is worth 2. */
  const invested = (check: RiskCheck, originNs = 0n) => {
    const world = new RiskWorld([[check]], [], { originNs });
    trade(world, 0, 0, buy, 4, 100);
    return world;
  };

  it('that is reached stops all but reducing until the reset, whatever comes back', () => {
    const world = invested(maxDailyLoss({ loss: 40, resetNs: 2 * HOUR }), 1_700_000_000n * 1_000_000_000n);
    // 2023-11-14 22:13:20 UTC: the next reset is 3 h 46 min 40 s later.
    const resetNs = (3 * 3600 + 46 * 60 + 40) * SECOND;
    world.quote(0, 80, 1);
    expect(refusal(world.send(0, 0, buy, 1, 80)), '19.5 ticks of 2').toBe('');
    world.quote(0, 79, 2);
    const refused =
      'max-daily-loss: 40 since 02:00:00 UTC; equity fell from 0 to -40; ' +
      'this order to buy 1 lots of X at 40.0 does not reduce a position';
    expect(refusal(world.send(0, 0, buy, 1, 80))).toBe(refused);
    world.quote(0, 119, 2);
    expect(refusal(world.send(0, 0, buy, 1, 80)), 'sticky').toBe(refused);
    expect(refusal(world.send(0, 0, sell, 4, 121)), 'closing').toBe('');
    expect(refusal(world.send(0, 0, sell, 1, 121)), 'more than there is').not.toBe('');
    expect(refusal(world.send(0, 0, sell, 1, 121, true)), 'reduce-only').toBe('');
    world.wait(resetNs - 1 - world.nowNs);
    expect(refusal(world.send(0, 0, buy, 1, 80))).toBe(refused);
    world.wait(1);
    expect(refusal(world.send(0, 0, buy, 1, 80))).toBe('');
  });

  it('is counted from the equity at the reset, although nobody trades then', () => {
    const world = invested(maxDailyLoss({ loss: 40 }));
    world.quote(0, 109, 2);
    // 4 lots from 100 to 110: equity 20 at midnight, of which 40 may be lost.
    world.wait(25 * HOUR);
    world.quote(0, 91, 1);
    expect(refusal(world.send(0, 0, buy, 1, 90)), 'to 91.5: -17, a loss of 37').toBe('');
    world.quote(0, 89, 2);
    expect(refusal(world.send(0, 0, buy, 1, 90))).toContain('equity fell from 20 to -20');
  });

  it('is seen when a fill or a payment is booked, not only when something leaves', () => {
    const world = invested(maxDailyLoss({ loss: 40 }));
    world.accounts[0]!.applyCash(0, 0, -50);
    world.desk.accountEvent(0, world.nowNs);
    world.accounts[0]!.applyCash(0, 0, 50);
    world.desk.accountEvent(0, world.nowNs);
    expect(refusal(world.send(0, 0, buy, 1, 90))).toContain('equity fell from 0 to -50');
  });

  it('of all strategies together is that of their sum', () => {
    const world = new RiskWorld([[maxDailyLoss({ loss: 30 })]], [maxDailyLoss({ loss: 40 })]);
    trade(world, 0, 0, buy, 2, 100);
    trade(world, 1, 0, buy, 2, 100);
    world.quote(0, 79, 2);
    // 20 ticks of 1 each.
    expect(refusal(world.send(0, 0, buy, 1, 80))).toMatch(/^all strategies: max-daily-loss: 40 .* from 0 to -40/);
    expect(refusal(world.send(1, 0, sell, 2, 80))).toBe('');
  });
});

describe('a kill switch', () => {
  it('stops everything but reducing and cancels until it is reset', () => {
    const stop = killSwitch();
    const world = new RiskWorld([[stop]]);
    trade(world, 0, 0, buy, 4);
    const resting = world.send(0, 0, buy, 5, 90);
    settle(world);
    expect(stop.tripped).toBe('');
    stop.trip('the exchange is lying');
    stop.trip('a second reason');
    expect(stop.tripped).toBe('the exchange is lying');
    const text = 'kill-switch: the exchange is lying; this order to buy 1 lots of X at 45.0 does not reduce a position';
    expect(refusal(world.send(0, 0, buy, 1, 90))).toBe(text);
    world.change(resting, 91, 5);
    expect(resting.detail, 'the same at a better price').toContain('this change to buy 5 lots');
    world.change(resting, 90, 3);
    expect(resting.requestsPending, 'less of it').toBe(1);
    world.withdraw(resting);
    expect(refusal(world.send(0, 0, sell, 4))).toBe('');
    settle(world);
    expect(resting.finished).toBe(true);
    stop.reset();
    expect([stop.tripped, refusal(world.send(0, 0, buy, 1, 90))]).toEqual(['', '']);
  });

  it('trips by itself at a loss, and stays so', () => {
    const stop = killSwitch({ maxLoss: 40 });
    const world = new RiskWorld([[stop]]);
    trade(world, 0, 0, buy, 4, 100);
    world.quote(0, 79, 2);
    expect(refusal(world.send(0, 0, buy, 1, 80))).toContain('kill-switch: a loss of 40, from 0 to -40; this order');
    world.quote(0, 99, 2);
    expect(refusal(world.send(0, 0, buy, 1, 80))).not.toBe('');
    stop.reset();
    expect(refusal(world.send(0, 0, buy, 1, 80))).toBe('');
    world.quote(0, 80, 1);
    expect(refusal(world.send(0, 0, buy, 1, 80)), 'a loss of 39 since the reset').toBe('');
    world.quote(0, 79, 2);
    expect(refusal(world.send(0, 0, buy, 1, 80))).toContain('a loss of 40, from 0 to -40');
  });

  it('trips by itself with a number of refusals, by whichever check', () => {
    const stop = killSwitch({ refusals: 2 });
    const world = new RiskWorld([[stop]], [maxOrderSize({ lots: 5 })]);
    expect(refusal(world.send(0, 0, buy, 6, 99))).toContain('max-order-size');
    expect(refusal(world.send(0, 0, buy, 1, 99))).toBe('');
    expect(refusal(world.send(0, 0, buy, 6, 99))).toContain('max-order-size');
    expect(refusal(world.send(0, 0, buy, 1, 99))).toContain('kill-switch: 2 refusals; ');
    expect(refusal(world.send(1, 0, buy, 1, 99)), 'the other strategy').toBe('');
  });

  it('trips in all chains of the run by hand, by itself in the one alone', () => {
    const stop = killSwitch({ refusals: 1 });
    const size = maxOrderSize({ lots: 5 });
    const world = new RiskWorld([
      [stop, size],
      [stop, size],
    ]);
    world.send(0, 0, buy, 6, 99);
    const open = () => [0, 1].map((strategy) => refusal(world.send(strategy, 0, buy, 1, 99)) === '');
    expect(open()).toEqual([false, true]);
    stop.reset();
    expect(open()).toEqual([true, true]);
    stop.trip('by hand');
    expect(open()).toEqual([false, false]);
  });

  it('begins every run as it was left before the first', () => {
    const stop = killSwitch();
    const passes = (world: RiskWorld) => refusal(world.send(0, 0, buy, 1, 99)) === '';
    const first = new RiskWorld([[stop]]);
    stop.trip('in the first run');
    const second = new RiskWorld([[stop]]);
    expect([passes(first), passes(second), stop.tripped]).toEqual([false, true, '']);
    const closed = killSwitch();
    closed.trip('before any run');
    expect(passes(new RiskWorld([[closed]]))).toBe(false);
  });
});

describe('options of the stock checks', () => {
  it.each<[make: () => unknown, text: string]>([
    [() => maxOrderSize({}), 'max-order-size: neither lots nor value is given'],
    [() => maxOrderSize({ lots: 0 }), 'max-order-size: lots 0 is not a whole number of 1 or more'],
    [() => maxOrderSize({ lots: { X: 1.5 } }), 'max-order-size: lots of X 1.5 is not'],
    [() => maxOrderSize({ value: Number.NaN }), 'max-order-size: value NaN is not a number above 0'],
    [() => maxPosition({ lots: -1 }), 'max-position: lots -1 is not a whole number of 0 or more'],
    [() => maxOpenPositions({ count: 0.5 }), 'max-open-positions: count 0.5 is not'],
    [() => maxGrossExposure({ value: 0 }), 'max-gross-exposure: value 0 is not a number above 0'],
    [() => maxNetExposure({ value: Infinity }), 'max-net-exposure: value Infinity is not'],
    [() => priceCollar({}), 'price-collar: ticks undefined and bps undefined: give one of the two'],
    [() => priceCollar({ ticks: 1, bps: 1 }), 'price-collar: ticks 1 and bps 1: give one'],
    [() => priceCollar({ ticks: -1 }), 'price-collar: ticks -1 is not'],
    [() => priceCollar({ bps: 0 }), 'price-collar: bps 0 is not'],
    [() => priceCollar({ bps: 1, noReference: 'guess' as 'pass' }), 'price-collar: noReference "guess" is neither'],
    [() => maxOrderRate({ messages: 0 }), 'max-order-rate: messages 0 is not'],
    [() => maxOrderRate({ messages: 1, perNs: 0 }), 'max-order-rate: perNs 0 is not'],
    [() => maxDailyLoss({ loss: 0 }), 'max-daily-loss: loss 0 is not'],
    [
      () => maxDailyLoss({ loss: 1, resetNs: 24 * HOUR }),
      'max-daily-loss: resetNs 86400000000000 is not a time of day',
    ],
    [() => killSwitch({ maxLoss: -1 }), 'kill-switch: maxLoss -1 is not'],
    [() => killSwitch({ refusals: 0 }), 'kill-switch: refusals 0 is not'],
    [() => killSwitch().trip(''), 'kill-switch: a reason is needed'],
  ])('are refused by name and value: case %#', (make, text) => {
    expect(make).toThrow(RangeError);
    expect(make).toThrow(text);
  });
});

describe('a run with risk checks', () => {
  const run = (risk: readonly RiskCheck[], strategies: readonly (readonly RiskCheck[])[]) => {
    const info = { instruments: [SPEC], originNs: ORIGIN_NS, provenance: {}, corrections: [] };
    const seen: string[] = [];
    const strategy = (name: string) => ({
      onTrade(_trade: unknown, context: StrategyContext) {
        const order = context.buy(context.instruments[0]!, 3, 101);
        if (order.detail !== '') seen.push(`${name} ${order.detail}`);
      },
    });
    const { strategies: ran, runHash } = new Simulation({
      tapes: [new MemoryTape(quietRows(30).build().columns, info)],
      strategies: strategies.map((checks, index) => ({
        name: `s${index}`,
        strategy: strategy(`s${index}`),
        risk: checks,
      })),
      venue: simulatedVenue(),
      risk,
    }).run();
    return { runHash, seen, positions: ran.map(({ account }) => account.positionLots(0)) };
  };

  it('goes on when an order is refused, and is the same without refusals as without checks', () => {
    const free = run([], [[], []]);
    expect(run([allowAll, maxPosition({ lots: 1000 })], [[allowAll], []])).toEqual(free);
    const limited = run([maxPosition({ lots: 10 })], [[maxPosition({ lots: 6 })], []]);
    expect(limited.seen[0]).toMatch(/^s\d .*max-position: \d+ lots of X; position/);
    expect(limited.seen.length).toBeGreaterThan(5);
    expect(run([maxPosition({ lots: 10 })], [[maxPosition({ lots: 6 })], []])).toEqual(limited);
  });
});

describe("a check of one's own in docs/how-to/risk-check.md", () => {
  it('does what the page says', () => {
    const world = new RiskWorld([[maxTurnover({ value: 1000 })]]);
    // 200 ticks of 0.5 are 100.
    const bought = trade(world, 0, 0, buy, 8, 200);
    const [three, two] = [3, 2].map((lots) => refusal(world.send(0, 0, buy, lots, 200)));
    expect([refusal(bought), two]).toEqual(['', '']);
    expect(three).toBe(
      'max-turnover: 1000; 800 sent so far would become 1100 with this order to buy 3 lots of X at 100.0',
    );
    expect(refusal(world.send(0, 0, sell, 8, 200))).toBe('');
    expect(refusal(world.send(0, 0, sell, 1, 200))).not.toBe('');
  });
});

/** An order to buy so many lots; a stop-limit order where there is a stop. */
function orderOf(instrument: Instrument, qtyLots: number, priceTicks: number, stopTicks = Number.NaN): Order {
  const type = Number.isNaN(stopTicks) ? OrderType.limit : OrderType.stopLimit;
  const terms = { ...PLAIN_TERMS, stopTicks };
  return new Order(1, 0, instrument, buy, type, TimeInForce.GTC, false, 0, 0, priceTicks, qtyLots, terms);
}
