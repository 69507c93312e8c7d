/** What is made of account events, order terms and reasons: tables, figures, texts. The run and its figures: hand-made-run.ts. */
import { describe, expect, test } from 'vitest';
import { unfilledEnds } from '../../analytics/order-ends.js';
import { Recorder } from '../../analytics/recorder.js';
import { profitSeries } from '../../analytics/recording.js';
import { renderReportPage } from '../../analytics/report/page.js';
import { buildReport, type RunDescription } from '../../analytics/report/report.js';
import { roundTripsOf } from '../../analytics/round-trips.js';
import { summarise } from '../../analytics/summary.js';
import { formatOrderEnds, formatSummary } from '../../analytics/summary-table.js';
import { AccountEventKind } from '../../core/account-event.js';
import { CurrencyRates } from '../../core/currency.js';
import { Side } from '../../core/market.js';
import { GroupKind, OrderEventKind, REASON_TEXTS, Reason, SelfTrade, TriggerBy } from '../../core/order.js';
import { SECOND } from '../../core/time.js';
import { fourFills, HandMadeRun, settledRun } from './hand-made-run.js';
import { unpacked } from './unpacked.js';

const run = settledRun();
const { recording } = run.recorder;
const summary = summarise(recording, run.outcome(0, 40 * SECOND));
const holder = summary.strategies[0]!;

describe('the recorder', () => {
  test('writes every account event with the position after it and how many fills came before', () => {
    const { accountEvents } = recording;
    const column = (name: keyof typeof accountEvents) => [...accountEvents[name].slice()];
    const { funding, split, dividend, liquidation, expiry, interest } = AccountEventKind;
    expect(column('kind')).toEqual([funding, split, dividend, liquidation, expiry, interest]);
    expect(column('localNs').map((time) => time / SECOND)).toEqual([10, 15, 20, 25, 30, 35]);
    expect(column('instrument')).toEqual([0, 0, 0, 0, 0, -1]);
    expect(column('positionLots')).toEqual([40, 81, 81, 50, 0, Number.NaN]);
    expect(column('fillsBefore')).toEqual([1, 1, 1, 1, 2, 2]);
    expect(column('priceTicks')).toEqual([200.5, 100, Number.NaN, 90, 120, Number.NaN]);
    expect(column('qtyLots')).toEqual([0, 41, 0, -31, -30, 0]);
    expect(column('amount')).toEqual([-1.5, -0.25, 2, 0, 0, 0.25]);
    expect(column('fee')).toEqual([0, 0, 0, 1, 0, 0]);
    expect(recording.currency).toBe('USD');
  });

  test('writes the terms of an order once, and none for plain orders', () => {
    const { terms, clientIds } = recording;
    const rowOf = (row: number) =>
      Object.fromEntries(Object.entries(terms).map(([name, cells]) => [name, cells.at(row)]));
    expect(terms.localNs.length, '6 orders, 2 with terms').toBe(2);
    const nothing = { trailTicks: Number.NaN, trailFraction: Number.NaN, triggerBy: TriggerBy.trade };
    const flags = { hidden: 0, allOrNone: 0 };
    expect(rowOf(0)).toEqual({
      ...{ localNs: 4 * SECOND, strategy: 0, instrument: 0, orderId: 1, clientId: 0, displayLots: 10, leads: 1 },
      ...{ stopTicks: Number.NaN, reduceOnly: 0, expiresNs: Infinity, selfTrade: SelfTrade.venue },
      ...{ parentId: 0, groupId: 0, groupKind: 0, ...nothing, ...flags },
    });
    expect(rowOf(1)).toEqual({
      ...{ localNs: 11 * SECOND, strategy: 0, instrument: 0, orderId: 2, clientId: -1, displayLots: 0, leads: 0 },
      ...{ stopTicks: 185, reduceOnly: 1, expiresNs: 60 * SECOND, selfTrade: SelfTrade.cancelNew },
      ...{ parentId: 1, groupId: 3, groupKind: GroupKind.ouo, ...nothing, ...flags },
    });
    expect(clientIds).toEqual(['ice "1"']);
    const { orders } = recording;
    expect(
      [...orders.orderId.slice()].filter((id) => id === 2),
      'three events of the stop',
    ).toHaveLength(3);
  });

  test('keeps the text of a refusal beside the event it belongs to, and only there', () => {
    const { orders, details } = recording;
    const rows = [...details].map(([row, text]) => [orders.orderId.at(row), orders.kind.at(row), text.slice(0, 15)]);
    expect(rows).toEqual([
      [3, OrderEventKind.rejected, 'max-order-size:'],
      [4, OrderEventKind.rejected, 'max-order-size:'],
      [5, OrderEventKind.modifyRejected, 'max-position: 5'],
    ]);
  });

  test('keeps such texts up to its limit and counts the rest', () => {
    const short = settledRun(new Recorder({ maxDetails: 2 })).recorder.recording;
    expect([...short.details.values()].map((text) => /\d{4}/.exec(text)?.[0])).toEqual(['7000', '8000']);
    expect(short.droppedDetails).toBe(1);
  });

  test('samples a pair of a large run from its first account event on', () => {
    const large = new HandMadeRun({ symbols: Array.from({ length: 65 }, (_, i) => `S${i}`), names: ['a'] });
    large.settle(AccountEventKind.dividend, 0, { instrument: 7, amount: 1 });
    large.settle(AccountEventKind.interest, 0, { instrument: -1, amount: 1 });
    large.sample(SECOND, true);
    expect([...large.recorder.recording.positions.instrument.slice()]).toEqual([7]);
  });
});

describe('the summary of a run with flows and closings', () => {
  test('has the money worked out by hand, and it adds up', () => {
    expect(holder.profit).toBeCloseTo(28.5, 10);
    expect(holder.realised).toBeCloseTo(29.5, 10);
    expect(holder.fees).toBeCloseTo(1.5, 12);
    expect(holder.flows).toEqual({ total: 0.5, funding: -1.5, borrow: 0, interest: 0.25, dividend: 2, split: -0.25 });
    const { realised, unrealised, fees, flows, profit, cash } = holder;
    expect(profit).toBe(realised + unrealised! - fees + flows.total);
    const { total, ...kinds } = flows;
    expect(Object.values(kinds).reduce((sum, amount) => sum + amount)).toBeCloseTo(total, 12);
    expect(cash, 'flat: all of equity').toBeCloseTo(1028.5, 10);
    expect(run.accounts[0]!.equity - run.accounts[0]!.capital).toBeCloseTo(profit!, 9);
  });

  test('tells positions that the venue closed from fills', () => {
    expect(holder.trades).toBe(4);
    expect(holder.volume).toBeCloseTo(829.5, 10);
    expect(holder.closings).toEqual({
      expiry: { count: 1, value: 180, fees: 0 },
      delisting: { count: 0, value: 0, fees: 0 },
      liquidation: { count: 1, value: 139.5, fees: 1 },
    });
    expect(holder.makerShare, 'both fills were resting').toBe(1);
    expect(holder.instruments).toHaveLength(1);
    expect(holder.instruments[0]).toMatchObject({ currency: 'USD', trades: 4, closings: 2, flows: 0.25, position: 0 });
  });

  test('knows that the trip ended with the expiry, after the sale of the same moment', () => {
    expect(roundTripsOf(recording)).toEqual([{ count: 1, wins: 1 }]);
  });

  test('measures its drawdown in profit, not in the capital it began with', () => {
    // −1.9 at 10 s; at 20 s 81 lots at 100 ticks are 405, 5 more than they cost: 4.85, then higher.
    expect([...profitSeries(recording, 0).value].map((value) => Number(value.toFixed(9)))).toEqual([
      0, -1.9, 4.85, 28.25, 28.5,
    ]);
    expect(holder.drawdown.amount).toBeCloseTo(1.9, 10);
  });

  test('says how orders ended and why; the counts add up', () => {
    const { orders } = holder;
    const text = (reason: Reason) => REASON_TEXTS[reason];
    expect(orders.ends).toEqual([
      { end: 'rejected', reason: text(Reason.riskLimit), orders: 2, unfilled: 2 },
      { end: 'expired', reason: text(Reason.selfTrade), orders: 1, unfilled: 1 },
      { end: 'expired', reason: text(Reason.dayEnded), orders: 1, unfilled: 1 },
    ]);
    expect(orders).toMatchObject({ sent: 4, filled: 2, cancelled: 0, rejected: 2, expired: 2, selfTradesPrevented: 1 });
  });

  test('tells orders that ended without any fill from those that had one', () => {
    const parts = new HandMadeRun({ names: ['a', 'b'] });
    const { submitted, expired, cancelled } = OrderEventKind;
    for (const [strategy, filled, kind, reason] of [
      [0, 3, expired, Reason.immediateRemainder],
      [0, 0, expired, Reason.immediateRemainder],
      [1, 0, expired, Reason.immediateRemainder],
      [1, 0, cancelled, Reason.none],
      [1, 0, cancelled, Reason.none],
      [1, 0, cancelled, Reason.none],
    ] as const) {
      const order = parts.order(Side.buy, 100, 10, strategy);
      parts.event(order, submitted, 0);
      if (filled > 0) parts.fill(order, 1, 100, filled, false, 0);
      parts.event(order, kind, 2, { reason, leavesLots: 0 });
    }
    parts.sample(3, true);
    const both = summarise(parts.recorder.recording, parts.outcome(0, 3));
    expect(both.strategies[0]!.orders.ends).toMatchObject([{ orders: 2, unfilled: 1 }]);
    expect(unfilledEnds(both.strategies)).toEqual([
      { text: 'cancelled on request', orders: [0, 3] },
      { text: 'expired: immediate-or-cancel: nothing (more) to take', orders: [1, 1] },
    ]);
    expect(formatOrderEnds(both)).toBe(
      [
        '',
        'a  b  orders that ended without a fill',
        '─  ─  ────────────────────────────────────────────────────',
        '0  3  cancelled on request',
        '1  1  expired: immediate-or-cancel: nothing (more) to take',
        '',
      ].join('\n'),
    );
  });
});

describe('texts', () => {
  test('show the currency, flows and closings where there are any', () => {
    const table = formatSummary(summary);
    expect(table).toMatch(/^in USD +holder$/m);
    expect(table).toMatch(/^ {2}funding +−1.50$/m);
    expect(table).toMatch(/^ {2}by liquidation +1$/m);
    expect(table).toMatch(/^self-trades prevented +1$/m);
    expect(table, 'nobody was delisted, nothing borrowed').not.toMatch(/delisting|borrowing/);
  });

  test('are what they were for a run that has none of it', () => {
    const plain = fourFills();
    const table = formatSummary(summarise(plain.recorder.recording, plain.outcome(0, 50 * SECOND)));
    expect(
      table
        .split('\n')
        .slice(2, 19)
        .map((line) => line.slice(0, 17).trim()),
    ).toEqual([
      ...['profit', 'realised', 'unrealised', 'fees', 'from the spread', 'from positions', 'volume', 'trades'],
      ...['maker share', 'orders sent', 'fill ratio'],
      ...['rejected', 'max drawdown', 'longest down', 'Sharpe (year)', 'win rate', 'round trips'],
    ]);
  });

  test('say nothing of orders where all were filled, and let no name steer the terminal', () => {
    expect(formatOrderEnds({ ...summary, strategies: [] })).toBe('');
    const evil = formatOrderEnds({ ...summary, currency: 'a\u001b', strategies: [{ ...holder, name: 'e\u001b[2J' }] });
    expect(evil.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(formatSummary({ ...summary, currency: 'a\u001b' }).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  test('of the page name reasons and figures, and the position follows splits and closings', () => {
    const description: RunDescription = {
      ...{ config: null, seed: 1, versions: {}, sampleNs: 10 * SECOND, startNs: 0, endNs: 40 * SECOND },
      ...{ droppedLogLines: 0, tapes: [] },
    };
    const report = buildReport(recording, summary, description);
    expect(unpacked(report.data.pairs[0]!.position.value)).toEqual([0, 4, 8.1, 5, 3, 0, 0]);
    expect(unpacked(report.data.profit[0]!.value)[0], 'starts at 0, capital or not').toBe(0);
    const page = renderReportPage(report, { chartScript: '', chartStyle: '', script: '' });
    for (const text of [
      'Why orders ended without a fill',
      'rejected: a risk limit',
      'profit after fees, USD',
      '2 fills',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).toMatch(/>positions liquidated<\/span><\/th><td class="number">1<\/td>/);
    expect(page).not.toContain('>borrowing</span>');
  });
});

describe('a run in several currencies', () => {
  const rates = new CurrencyRates('USD', { EUR: 1.25 });
  const specs = [
    { symbol: 'AAA', tick: '1', lot: '1', quote: 'USD' },
    { symbol: 'BBB', tick: '1', lot: '1', quote: 'EUR' },
  ];
  const both = new HandMadeRun({ names: ['a'], specs, account: { capital: { EUR: 100 }, rates } });
  const fill = (instrument: number, side: Side, ticks: number, maker: boolean) => {
    const order = both.order(side, ticks, 10, 0, instrument);
    both.event(order, OrderEventKind.submitted, 0);
    both.fill(order, 1, ticks, 10, maker, 1);
  };
  fill(0, Side.buy, 10, true);
  fill(1, Side.buy, 8, false);
  both.settle(AccountEventKind.dividend, 2, { instrument: 1, amount: 4 });
  both.settle(AccountEventKind.delisting, 3, { instrument: 1, priceTicks: 4, qtyLots: -10, fee: 2 });
  both.quote(10, 10);
  both.sample(4, true);
  const figures = summarise(both.recorder.recording, both.outcome(0, 4));
  const strategy = figures.strategies[0]!;

  test('names the currency of the account and converts sums into it', () => {
    expect(figures.currency).toBe('USD');
    // BBB: −40 EUR, fees 3 EUR, dividend 4 EUR; AAA: fee 1 USD.
    expect(strategy).toMatchObject({ realised: -50, fees: 1 + 3.75, flows: { total: 5, dividend: 5 }, profit: -49.75 });
    expect(strategy.closings.delisting).toEqual({ count: 1, value: 50, fees: 2.5 });
    expect(strategy.makerShare, '100 USD resting, 80 EUR taking').toBe(0.5);
  });

  test('keeps the money of an instrument in the currency it settles in', () => {
    expect(strategy.instruments[1]).toMatchObject({ currency: 'EUR', realised: -40, fees: 3, flows: 4, volume: 120 });
  });
});
