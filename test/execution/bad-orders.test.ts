/**
 * What makes no sense is refused, with a reason, and the run goes on: after each of these a good order still trades. Bad
 * requests are of no type that compiles, because users of plain JavaScript and of other languages send them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../analytics/recorder.js';
import { readRunFolder, writeRunFolder } from '../../bridges/run-folder.js';
import {
  Instrument,
  MAX_PRICE_TICKS,
  type OrderRequest,
  OrderStatus,
  OrderType,
  REASON_TEXTS,
  Reason,
  SelfTrade,
  Side,
  TimeInForce,
} from '../../core/index.js';
import { play, type Scenario, tapeOf, told } from './scenario.js';

const BOOK = ['0 bid 5@100', '0 ask 5@102'];
const GOOD = '200 good filled 1@102, 0 left';
const OFF = { offTick: 100.5, offLot: 0.5, nan: Number.NaN, huge: 1e308, endless: Infinity };

/** What becomes of an order for 1 lot at 100 that is changed so; a good one follows. */
function outcome(more: Record<string, unknown>): { line: string; reason: Reason; status: OrderStatus } {
  const { lines, orders } = play({
    market: BOOK,
    actions: [
      [100, (desk) => desk.send('bad', { side: Side.buy, qtyLots: 1, priceTicks: 100, ...more } as OrderRequest)],
      [200, (desk) => desk.buy('good', 1)],
    ],
  });
  expect(lines.at(-1)).toBe(GOOD);
  const { reason, status, leavesLots, finished } = orders.get('bad')!;
  if (reason !== Reason.none) expect({ leavesLots, finished }).toEqual({ leavesLots: 0, finished: true });
  return { line: lines[0]!, reason, status };
}

describe('an order is refused for', () => {
  const stop = { type: OrderType.stop, priceTicks: undefined };
  const trail = { type: OrderType.trailingStop, priceTicks: undefined };
  const cases: Record<string, readonly (readonly [name: string, more: Record<string, unknown>])[]> = {
    badPrice: [
      ['a price that is no number', { priceTicks: OFF.nan }],
      ['a price off the tick', { priceTicks: OFF.offTick }],
      ['a price of 1e308', { priceTicks: OFF.huge }],
      ['a price of −1e308', { priceTicks: -OFF.huge }],
      ['a price without end', { priceTicks: OFF.endless }],
      ['a price beyond what books hold', { priceTicks: MAX_PRICE_TICKS + 1 }],
      ['a price as text', { priceTicks: '100' }],
      ['no price where there must be one', { type: OrderType.limit, priceTicks: undefined }],
      ['a stop-limit order without a limit', { type: OrderType.stopLimit, priceTicks: undefined, stopTicks: 105 }],
    ],
    badQuantity: [
      ['a quantity of zero', { qtyLots: 0 }],
      ['a quantity below zero', { qtyLots: -1 }],
      ['a quantity off the lot', { qtyLots: OFF.offLot }],
      ['a quantity that is no number', { qtyLots: OFF.nan }],
      ['a quantity of 1e308', { qtyLots: OFF.huge }],
      ['a quantity without end', { qtyLots: OFF.endless }],
      ['a quantity that is not exact any more', { qtyLots: 2 ** 53 }],
      ['a quantity as text', { qtyLots: '1' }],
      ['no quantity', { qtyLots: undefined }],
      ['slices as large as the order', { qtyLots: 3, displayLots: 3 }],
      ['slices below zero', { qtyLots: 3, displayLots: -1 }],
      ['slices off the lot', { qtyLots: 3, displayLots: OFF.offLot }],
      ['slices that are no number', { qtyLots: 3, displayLots: OFF.nan }],
    ],
    badRequest: [
      ['no side', { side: Side.none }],
      ['a side that does not exist', { side: 7 }],
      ['a type that does not exist', { type: 99 }],
      ['a type that is no number', { type: OFF.nan }],
      ['a time in force that does not exist', { timeInForce: 99 }],
      ['a time in force that is no number', { timeInForce: OFF.nan }],
      ['a market order with a limit', { type: OrderType.market }],
      ['a post-only market order', { priceTicks: undefined, postOnly: true }],
      ['a post-only order that may not wait', { postOnly: true, timeInForce: TimeInForce.IOC }],
      ['a hidden order that may not wait', { hidden: true, timeInForce: TimeInForce.FOK }],
      ['a hidden market order', { hidden: true, priceTicks: undefined }],
      ['a hidden iceberg', { qtyLots: 3, displayLots: 1, hidden: true }],
      ['an iceberg that must fill whole', { qtyLots: 3, displayLots: 1, allOrNone: true }],
      ['a self-trade rule that does not exist', { selfTrade: SelfTrade.decrement + 1 }],
      ['a stop for the opening, which has one price', { ...stop, stopTicks: 105, timeInForce: TimeInForce.atOpen }],
    ],
    badTrigger: [
      ['a stop order without a stop', stop],
      ['a stop off the tick', { ...stop, stopTicks: 105.5 }],
      ['a stop that is no number', { ...stop, stopTicks: OFF.nan }],
      ['a stop of 1e308', { ...stop, stopTicks: OFF.huge }],
      ['a limit order with a stop', { stopTicks: 105 }],
      ['a trailing stop without a distance', trail],
      ['a trailing stop with two distances', { ...trail, trailTicks: 2, trailFraction: 0.1 }],
      ['a distance of zero', { ...trail, trailTicks: 0 }],
      ['a distance off the tick', { ...trail, trailTicks: 0.5 }],
      ['a distance of all of the price', { ...trail, trailFraction: 1 }],
      ['a distance on an order that does not trail', { trailTicks: 2 }],
      ['a kind of trigger that does not exist', { ...stop, stopTicks: 105, triggerBy: 9 }],
    ],
    badExpiry: [
      ['good till date without a date', { timeInForce: TimeInForce.GTD }],
      ['a date that is over', { timeInForce: TimeInForce.GTD, expiresNs: 100 }],
      ['a date that is no number', { timeInForce: TimeInForce.GTD, expiresNs: OFF.nan }],
      ['a date that never comes', { timeInForce: TimeInForce.GTD, expiresNs: Infinity }],
      ['a date on an order that has no use for one', { expiresNs: 500 }],
    ],
  };
  const rows = Object.entries(cases).flatMap(([reason, bad]) =>
    bad.map(([name, more]) => [name, reason, more] as const),
  );

  it.each(rows)('%s: %s', (_name, reason, more) => {
    const { line, ...known } = outcome(more);
    expect(known).toEqual({ reason: Reason[reason as keyof typeof Reason], status: OrderStatus.rejected });
    expect(line).toMatch(new RegExp(`^100 bad rejected .*: ${reason}$`));
  });

  it('an instrument that is not of the run, which has no line but in the log', () => {
    const foreign = new Instrument({ symbol: 'X', tick: '1', lot: '1' }, 0);
    for (const instrument of [foreign, new Instrument({ symbol: 'Z', tick: '1', lot: '1' }, 7), undefined, null]) {
      const logged: string[] = [];
      const { lines, orders } = play({
        market: BOOK,
        actions: [
          [
            100,
            (desk) => desk.send('bad', { side: Side.buy, qtyLots: 1, priceTicks: 100, instrument } as OrderRequest),
          ],
          [200, (desk) => desk.buy('good', 1)],
        ],
        observers: [{ onLog: (_timeNs, _strategy, message) => logged.push(message) }],
      });
      expect(lines).toEqual([GOOD]);
      expect(orders.get('bad')).toMatchObject({ reason: Reason.unknownInstrument, status: OrderStatus.rejected });
      expect(logged).toEqual([`order 1 rejected: ${REASON_TEXTS[Reason.unknownInstrument]}`]);
    }
  });

  it('a name that another order of the strategy has had; the first one stays, and others may use it', () => {
    const named = { clientId: 'mine' };
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('first', 1, 100, named)],
        [101, (desk) => desk.buy('second', 1, 100, named)],
        [102, (desk) => desk.buy('of another', 1, 100, named), 'b'],
        [110, (desk) => desk.cancel('first')],
        [120, (desk) => desk.buy('third', 1, 100, named)],
        [200, (desk) => desk.buy('good', 1)],
      ],
    });
    expect(lines).toEqual([
      '100 first accepted 1@100',
      '101 second rejected 1@100: duplicateId',
      '102 of another accepted 1@100',
      '110 first cancelled 1@100',
      '120 third rejected 1@100: duplicateId',
      GOOD,
    ]);
  });
});

describe('a change is refused for', () => {
  /** What becomes of a change of an order for 2 lots at 100. */
  const changed = (change: Record<string, unknown>, more: Partial<OrderRequest> = {}) => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.send('o', { side: Side.buy, qtyLots: 2, priceTicks: 100, ...more } as OrderRequest)],
        [150, (desk) => desk.modify('o', change)],
        [200, (desk) => desk.buy('good', 1)],
      ],
    });
    expect(lines.at(-1)).toBe(GOOD);
    expect(lines[0]).toMatch(/accepted/);
    return lines[1];
  };

  it.each([
    ['a price that is no number', { priceTicks: OFF.nan }, 'badPrice'],
    ['a price off the tick', { priceTicks: OFF.offTick }, 'badPrice'],
    ['a price of 1e308', { priceTicks: OFF.huge }, 'badPrice'],
    ['a price as text', { priceTicks: '99' }, 'badPrice'],
    ['a quantity of zero', { qtyLots: 0 }, 'badQuantity'],
    ['a quantity below zero', { qtyLots: -2 }, 'badQuantity'],
    ['a quantity off the lot', { qtyLots: OFF.offLot }, 'badQuantity'],
    ['a quantity that is no number', { qtyLots: OFF.nan }, 'badQuantity'],
    ['a quantity of 1e308', { qtyLots: OFF.huge }, 'badQuantity'],
    ['a stop on an order that has none', { stopTicks: 105 }, 'badTrigger'],
  ])('%s', (_name, change, reason) => {
    expect(changed(change)).toMatch(new RegExp(`^150 o modifyRejected .*: ${reason}$`));
  });

  it('a limit on a stop order, which has none, and a stop off the tick', () => {
    const stop = { type: OrderType.stop, stopTicks: 105, priceTicks: undefined } as unknown as Partial<OrderRequest>;
    expect(changed({ priceTicks: 101 }, stop)).toBe('150 o modifyRejected 2@101: badPrice');
    expect(changed({ stopTicks: 105.5 }, stop)).toBe('150 o modifyRejected 2@market: badTrigger');
    expect(changed({ stopTicks: 106 }, stop)).toBe('150 o modified 2@market, 2 left');
  });

  it('an order that is finished: filled, cancelled, refused or expired; cancels of it likewise', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.buy('filled', 1, 102)],
        [101, (desk) => desk.buy('cancelled', 1, 100)],
        [102, (desk) => desk.cancel('cancelled')],
        [103, (desk) => desk.buy('refused', 0, 100)],
        [104, (desk) => desk.buy('expired', 1, 100, { timeInForce: TimeInForce.IOC })],
        [
          150,
          (desk) => {
            for (const name of ['filled', 'cancelled', 'refused', 'expired']) {
              desk.modify(name, { qtyLots: 5 });
              desk.cancel(name);
            }
          },
        ],
        [200, (desk) => desk.buy('good', 1)],
      ],
    });
    const late = lines.filter((line) => line.startsWith('150 '));
    expect(late).toHaveLength(8);
    for (const line of late) expect(line).toMatch(/(modify|cancel)Rejected .*: alreadyFinished$/);
    expect(lines.at(-1)).toBe(GOOD);
  });
});

describe('bad orders, all in one run', () => {
  it('are counted, recorded and written like any others', async () => {
    const recorder = new Recorder();
    const bad = [OFF.nan, 0, -1, OFF.offLot, OFF.huge, OFF.endless];
    const scenario: Scenario = {
      market: BOOK,
      observers: [recorder],
      actions: [
        [
          100,
          (desk) => {
            for (const value of bad) {
              desk.buy('q', value, 100);
              desk.buy('p', 1, value === -1 || value === 0 ? OFF.offTick : value, { tag: value });
            }
            desk.send('s', { side: 9 as Side, qtyLots: 1, priceTicks: 100, type: 42 as OrderType });
            desk.send('t', { side: Side.buy, qtyLots: 1, priceTicks: 100, timeInForce: 77 as TimeInForce });
          },
        ],
        [200, (desk) => desk.buy('good', 1)],
      ],
    };
    const { lines, result } = play(scenario);
    expect(lines).toHaveLength(15);
    expect(lines.at(-1)).toBe(GOOD);
    expect(result.orderEvents).toBe(16);
    expect(play({ ...scenario, observers: [] }).result.runHash).toBe(result.runHash);
    const base = mkdtempSync(join(tmpdir(), 'tickwright-bad-orders-'));
    try {
      const folder = join(base, 'run');
      const tapes = [tapeOf(BOOK, 1000).info];
      const summary = writeRunFolder(folder, { recorder, result, config: {}, seed: 1, tapes });
      expect(summary.strategies[0]).toMatchObject({ orders: { rejected: 14, filled: 1 } });
      const { recording } = await readRunFolder(folder);
      expect(recording.orders.localNs.length).toBe(16);
    } finally {
      rmSync(base, { recursive: true });
    }
  });
});
