/** A margin model of one's own, as docs/how-to/margin-model.md has it: what the page says is so. */
import { expect, test } from 'vitest';
import { Instrument, Side } from '../../core/index.js';
import { sizeMargin } from '../how-to/size-margin.js';
import { Desk } from './settlement-desk.js';

const model = () => sizeMargin({ initialRate: 0.05, maintenanceRate: 0.03, perRootQty: 0.01, kept: 0.6 });

test('ties up what the page says: 125 and 75 for 25 coins at 100, 1 000 and 600 for 100', () => {
  const coin = new Instrument({ symbol: 'COIN', tick: '1', lot: '1' }, 0);
  const amounts = (lots: number) => [model().initial(coin, lots, 100), model().maintenance(coin, lots, 100)];
  expect(amounts(25)).toEqual([125, 75]);
  expect(amounts(-100)).toEqual([1_000, 600]);
});

test('lets an account of 1 000 hold 100 coins at 100, and closes some of them at 95.5 and not at 96', () => {
  const desk = new Desk({
    instruments: [{ symbol: 'COIN', tick: '0.5', lot: '1' }],
    account: { capital: { '': 1_000 } },
    settlement: { margin: model() },
  });
  desk.quote(0, 200);
  const allows = (lots: number) => desk.settlement.initialMarginAllows(0, 0, Side.buy, 200, lots);
  expect([allows(100), allows(101)]).toEqual([true, false]);
  desk.fill(0, 0, 100, 200);
  // 600 ≥ 6 % of 9 600 = 576; then 550 < 573, and 97 lots need 0.06 × √0.97 × 97 × 95.5 = 547.4, 98 need 555.9.
  desk.quote(0, 192);
  expect(desk.told).toEqual([]);
  desk.quote(0, 191);
  expect(desk.told.map(({ kind, qtyLots }) => [kind, qtyLots])).toEqual([['liquidation', -3]]);
});
