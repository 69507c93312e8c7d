/** Orders that show a part or nothing: their place in line, slice by slice, by hand. */
import { describe, expect, it } from 'vitest';
import { type Action, told } from './scenario.js';

const BOOK = ['0 bid 5@100', '0 ask 5@102'];
const iceberg = (lots: number, displayLots: number, price = 101): Action => [
  100,
  (desk) => desk.buy('ice', lots, price, { displayLots }),
];
const fills = (lines: readonly string[]) => lines.filter((line) => line.includes('filled'));

describe('an iceberg', () => {
  it('takes with all of it, and shows a part of what rests', () => {
    // 5 of 9 at 102; the other 4 rest, 2 at a time.
    const lines = told({
      market: [...BOOK, '200 sold 9@102', '300 sold 9@102', '400 sold 9@102'],
      actions: [[100, (desk) => desk.buy('ice', 9, 102, { displayLots: 2 })]],
    });
    expect(lines).toEqual([
      '100 ice filled 5@102, 4 left',
      '200 ice filled 2@102 as maker, 2 left',
      '300 ice filled 2@102 as maker, 0 left',
    ]);
  });

  it('gives a trade no more than the slice that it shows', () => {
    // 5 in slices of 2: 2, 2, 1.
    const lines = told({
      market: [...BOOK, '200 sold 4@101', '300 sold 4@101', '400 sold 4@101'],
      actions: [iceberg(5, 2)],
    });
    expect(lines).toEqual([
      '100 ice accepted 5@101',
      '200 ice filled 2@101 as maker, 3 left',
      '300 ice filled 2@101 as maker, 1 left',
      '400 ice filled 1@101 as maker, 0 left',
    ]);
  });

  it('goes to the back of the line with each slice', () => {
    // A trade of 3: 2 to the slice, 1 to who came after it; 4 more: its other 2 first, then the next slice.
    const lines = told({
      market: [...BOOK, '200 sold 3@101', '300 sold 4@101'],
      actions: [iceberg(6, 2), [101, (desk) => desk.buy('behind', 3, 101)]],
    });
    expect(fills(lines)).toEqual([
      '200 ice filled 2@101 as maker, 4 left',
      '200 behind filled 1@101 as maker, 2 left',
      '300 behind filled 2@101 as maker, 0 left',
      '300 ice filled 2@101 as maker, 2 left',
    ]);
  });

  it('keeps its place while a slice is not used up', () => {
    const lines = told({
      market: [...BOOK, '200 sold 1@101', '300 sold 2@101'],
      actions: [iceberg(6, 2), [101, (desk) => desk.buy('behind', 3, 101)]],
    });
    expect(fills(lines)).toEqual([
      '200 ice filled 1@101 as maker, 5 left',
      '300 ice filled 1@101 as maker, 4 left',
      '300 behind filled 1@101 as maker, 2 left',
    ]);
  });

  it('stands behind all that is displayed again with its next slice', () => {
    // 5 ahead: 7 sold reach it by 2. The level then shows 3: those are ahead of the second slice, so 4 sold reach it by 1.
    const lines = told({
      market: [...BOOK, '200 sold 7@100', '201 bid 3@100', '300 sold 4@100'],
      actions: [iceberg(4, 2, 100)],
    });
    expect(fills(lines)).toEqual(['200 ice filled 2@100 as maker, 2 left', '300 ice filled 1@100 as maker, 1 left']);
  });

  it('gives an order of the run its slice, then who stands behind it, then the next slice', () => {
    const lines = told({
      market: BOOK,
      actions: [
        iceberg(10, 2),
        [101, (desk) => desk.buy('behind', 3, 101)],
        [200, (desk) => desk.sell('taker', 6, 101), 'b'],
      ],
    });
    expect(fills(lines)).toEqual([
      '200 ice filled 2@101 as maker, 8 left',
      '200 taker filled 2@101, 4 left',
      '200 behind filled 3@101 as maker, 0 left',
      '200 taker filled 3@101, 1 left',
      '200 ice filled 1@101 as maker, 7 left',
      '200 taker filled 1@101, 0 left',
    ]);
  });

  it('is filled with all of it by a market that goes through its price', () => {
    const lines = told({ market: [...BOOK, '200 sold 9@100'], actions: [iceberg(7, 2)] });
    expect(fills(lines)).toEqual(['200 ice filled 7@101 as maker, 0 left']);
  });

  it('keeps its place when it is made smaller, and shows no more than is left', () => {
    const lines = told({
      market: [...BOOK, '300 sold 9@101'],
      actions: [
        iceberg(7, 2),
        [101, (desk) => desk.buy('behind', 3, 101)],
        [200, (desk) => desk.modify('ice', { qtyLots: 1 })],
      ],
    });
    expect(lines.slice(2)).toEqual([
      '200 ice modified 1@101, 1 left',
      '300 ice filled 1@101 as maker, 0 left',
      '300 behind filled 3@101 as maker, 0 left',
    ]);
  });
});

describe('a hidden order', () => {
  const hidden = (price: number): Action => [100, (desk) => desk.buy('hid', 3, price, { hidden: true })];

  it('comes after all that is displayed at its price, also what came later', () => {
    // 5 are displayed; the level grows to 8 after it came. 8 sold leave it nothing, 9 sold leave it 1.
    const lines = told({
      market: [...BOOK, '150 bid 8@100', '200 sold 8@100', '300 sold 9@100'],
      actions: [hidden(100)],
    });
    expect(fills(lines)).toEqual(['300 hid filled 1@100 as maker, 2 left']);
  });

  it('comes after displayed orders of the run, too', () => {
    // 8 sold: 5 to the market, 2 to the other, 1 to the hidden one.
    const lines = told({
      market: [...BOOK, '200 sold 8@100'],
      actions: [hidden(100), [101, (desk) => desk.buy('shown', 2, 100), 'b']],
    });
    expect(fills(lines)).toEqual(['200 shown filled 2@100 as maker, 0 left', '200 hid filled 1@100 as maker, 2 left']);
  });

  it('among hidden ones goes in order of arrival', () => {
    const lines = told({
      market: [...BOOK, '200 sold 4@101'],
      actions: [hidden(101), [101, (desk) => desk.buy('later', 3, 101, { hidden: true })]],
    });
    expect(fills(lines)).toEqual(['200 hid filled 3@101 as maker, 0 left', '200 later filled 1@101 as maker, 2 left']);
  });

  it('is filled by a market that goes through its price', () => {
    const lines = told({
      market: [...BOOK, '200 sold 2@100', '300 bid 0@100', '301 ask 4@101'],
      actions: [hidden(101)],
    });
    expect(fills(lines)).toEqual(['200 hid filled 2@101 as maker, 1 left', '301 hid filled 1@101 as maker, 0 left']);
  });

  it('is met by an order of the run after what is displayed', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.sell('hid', 3, 102, { hidden: true })],
        [101, (desk) => desk.sell('better', 1, 101, { hidden: true })],
        [200, (desk) => desk.buy('taker', 7, 102), 'b'],
      ],
    });
    expect(fills(lines)).toEqual([
      '200 better filled 1@101 as maker, 0 left',
      '200 taker filled 1@101, 6 left',
      '200 taker filled 5@102, 1 left',
      '200 hid filled 1@102 as maker, 2 left',
      '200 taker filled 1@102, 0 left',
    ]);
  });

  it('can be changed and cancelled as any other', () => {
    const lines = told({
      market: BOOK,
      actions: [
        hidden(100),
        [200, (desk) => desk.modify('hid', { priceTicks: 101 })],
        [300, (desk) => desk.cancel('hid')],
      ],
    });
    expect(lines.slice(1)).toEqual(['200 hid modified 3@101, 3 left', '300 hid cancelled 3@101']);
  });
});
