/** Several strategies on one venue in one pass: one market, one line at each price, accounts of their own. By hand. */
import { describe, expect, it } from 'vitest';
import { HFTBACKTEST_RULES } from '../../execution/index.js';
import { play, type Scenario, told } from './scenario.js';

const BOOK = ['0 bid 5@100', '0 ask 5@102', '0 ask 5@103'];
const accounts = (scenario: Scenario) =>
  play(scenario).result.strategies.map(({ name, account }) => `${name} ${account.positionLots(0)} ${account.cash}`);

describe('strategies of one run', () => {
  it('trade with each other at the price of who rested, and money goes from one to the other', () => {
    const scenario: Scenario = {
      market: BOOK,
      actions: [
        [100, (desk) => desk.sell('offer', 3, 101), 'b'],
        [200, (desk) => desk.buy('bid', 2, 102)],
      ],
    };
    expect(told(scenario).slice(1)).toEqual([
      '200 offer filled 2@101 as maker, 1 left',
      '200 bid filled 2@101, 0 left',
    ]);
    expect(accounts(scenario)).toEqual(['a 2 -202', 'b -2 202']);
  });

  it('stand in one line: who came first fills first', () => {
    const lines = told({
      market: [...BOOK, '300 sold 3@101'],
      actions: [
        [100, (desk) => desk.buy('b', 2, 101), 'b'],
        [101, (desk) => desk.buy('a', 2, 101)],
      ],
    });
    expect(lines.slice(2)).toEqual(['300 b filled 2@101 as maker, 0 left', '300 a filled 1@101 as maker, 1 left']);
  });

  it('find taken what another took', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('b', 4, 102), 'b'],
        [101, (desk) => desk.buy('a', 4, 103)],
      ],
    });
    expect(lines).toEqual(['100 b filled 4@102, 0 left', '101 a filled 1@102, 3 left', '101 a filled 3@103, 0 left']);
  });

  it('set off each other’s stops by what they trade among themselves', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [50, (desk) => desk.buy('stop', 1, undefined, { type: 2, stopTicks: 101 }), 'c'],
        [100, (desk) => desk.sell('offer', 3, 101), 'b'],
        [200, (desk) => desk.buy('bid', 2, 101)],
      ],
    });
    expect(lines.slice(2)).toEqual([
      '200 offer filled 2@101 as maker, 1 left',
      '200 bid filled 2@101, 0 left',
      '200 stop triggered 1@101',
      '200 offer filled 1@101 as maker, 0 left',
      '200 stop filled 1@101, 0 left',
    ]);
  });

  it('also when the trade came of a change', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [50, (desk) => desk.buy('stop', 1, undefined, { type: 2, stopTicks: 101 }), 'c'],
        [100, (desk) => desk.sell('offer', 3, 101), 'b'],
        [150, (desk) => desk.buy('bid', 2, 99)],
        [200, (desk) => desk.modify('bid', { priceTicks: 101 })],
      ],
    });
    expect(lines.filter((line) => line.includes('stop')).slice(1)).toEqual([
      '200 stop triggered 1@101',
      '200 stop filled 1@101, 0 left',
    ]);
  });

  it('do not see each other where the venue answers as hftbacktest does', () => {
    const scenario: Scenario = {
      market: [...BOOK, '300 sold 3@101'],
      venue: HFTBACKTEST_RULES,
      actions: [
        [100, (desk) => desk.buy('b', 2, 101), 'b'],
        [101, (desk) => desk.buy('a', 2, 101)],
        [200, (desk) => desk.sell('c', 2, 101), 'c'],
      ],
    };
    expect(told(scenario).slice(2)).toEqual([
      '200 c accepted 2@101',
      '300 b filled 2@101 as maker, 0 left',
      '300 a filled 2@101 as maker, 0 left',
    ]);
  });

  it('do what each would do alone when they do not meet', () => {
    const market = [...BOOK, '300 sold 3@101', '400 bought 9@103'];
    const bid = [
      100,
      (desk: Parameters<NonNullable<Scenario['actions']>[number][1]>[0]) => desk.buy('bid', 2, 101),
    ] as const;
    const ask = [
      100,
      (desk: Parameters<NonNullable<Scenario['actions']>[number][1]>[0]) => desk.sell('ask', 2, 103),
    ] as const;
    const together = told({ market, actions: [bid, [...ask, 'b']] });
    const alone = [...told({ market, actions: [bid] }), ...told({ market, actions: [ask] })];
    expect([...together].sort()).toEqual([...alone].sort());
  });
});
