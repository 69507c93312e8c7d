/**
 * A minute of market in all the kinds of data there are, and a strategy that trades whatever it sees: enough for every model
 * of a run file to have something to do. Called by the tests of this folder.
 */
import { z } from 'zod';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { AccountEventKind } from '../../core/account-event.js';
import { codeOf, Flag, Kind, Side } from '../../core/market.js';
import { type Order, type OrderEvent, OrderEventKind } from '../../core/order.js';
import { defineStrategy } from '../../core/strategy.js';
import { TapeBuilder } from '../../core/tape-builder.js';

/** One instrument by each kind of data, in the order of the tape. */
export const SYMBOLS = ['DEPTH', 'BARS', 'ORDERS', 'QUOTES'] as const;
const [DEPTH, BARS, ORDERS, QUOTES] = [0, 1, 2, 3];
export const SECONDS = 60;
/** 2024-01-02, 00:00 UTC. */
export const ORIGIN_NS = 1_704_153_600_000_000_000n;
const FEED_NS = 2e6;

/** Prices swing between 990 and 1010 ticks of 0.1; levels hold 20 lots of 0.01; every second one lot trades on each side. */
export function writeModelMarket(file: string): void {
  const tape = new TapeBuilder({ orderId: true, bars: true, value: true });
  const row = (atNs: number, kind: Kind, side: Side, instrument: number, price: number, lots: number) =>
    tape.add(atNs, atNs + FEED_NS, codeOf(kind, side), Flag.last, instrument, price, lots);
  let nextId = 1;
  let resting: { id: number; side: Side }[] = [];
  for (let second = 1; second <= SECONDS; second++) {
    const atNs = second * 1e9;
    const mid = 1000 + Math.round(10 * Math.sin(second / 4));
    for (const { id, side } of resting) {
      const cancel = row(atNs, Kind.orderCancel, side, ORDERS, 0, 20);
      tape.columns.orderId![cancel] = id;
    }
    resting = [];
    for (const side of [Side.buy, Side.sell]) {
      const sign = side === Side.buy ? -1 : 1;
      const price = mid + sign;
      row(atNs, Kind.depthClear, side, DEPTH, side === Side.buy ? 1 : 2000, 0);
      row(atNs, Kind.depth, side, DEPTH, price, 20);
      row(atNs, Kind.depth, side, DEPTH, price + sign, 20);
      row(atNs, Kind.quote, side, QUOTES, price, 20);
      const add = row(atNs, Kind.orderAdd, side, ORDERS, price, 20);
      tape.columns.orderId![add] = nextId;
      resting.push({ id: nextId++, side });
    }
    for (const side of [Side.buy, Side.sell]) {
      const price = side === Side.buy ? mid + 1 : mid - 1;
      for (const instrument of [DEPTH, QUOTES]) row(atNs + 5e8, Kind.trade, side, instrument, price, 30);
      const { id } = resting.find((order) => order.side !== side)!;
      const execute = row(atNs + 5e8, Kind.orderExecute, side === Side.buy ? Side.sell : Side.buy, ORDERS, price, 20);
      tape.columns.orderId![execute] = id;
    }
    resting = [];
    const bar = row(atNs + 6e8, Kind.bar, Side.none, BARS, mid, 1000);
    tape.columns.openTicks![bar] = mid - 2;
    tape.columns.highTicks![bar] = mid + 4;
    tape.columns.lowTicks![bar] = mid - 4;
    if (second % 20 === 0) tape.columns.value![row(atNs + 7e8, Kind.funding, Side.none, DEPTH, 0, 0)] = 0.0001;
  }
  writeTape(file, tape.build().columns, {
    instruments: SYMBOLS.map((symbol) => ({
      symbol,
      tick: '0.1',
      lot: '0.01',
      quote: symbol === 'DEPTH' ? 'EUR' : 'USD',
    })),
    originNs: ORIGIN_NS,
  });
}

/** What became of the orders of a run, by name of event or reason. */
export class Outcomes {
  readonly events = new Map<number, number>();
  readonly reasons = new Map<number, number>();
  readonly details = new Set<string>();
  readonly symbolsFilled = new Set<string>();
  /** When the last fill was, by symbol. */
  readonly lastFillNs = new Map<string, number>();
  /** Ways there and back of accepted orders, and how old bars are when they come. */
  readonly entryNs = new Set<number>();
  readonly responseNs = new Set<number>();
  readonly feedNs = new Set<number>();
  /** Prices at which positions were settled at their instrument's end. */
  readonly settledTicks = new Map<string, number>();
  makerFills = 0;
  takerFills = 0;

  /** What never left has its refusal when it comes back. */
  sent(order: Order): void {
    if (order.detail !== '') this.details.add(order.detail);
  }

  add(event: OrderEvent): void {
    const { kind, reason, order, maker } = event;
    this.events.set(kind, (this.events.get(kind) ?? 0) + 1);
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    if (kind === OrderEventKind.accepted) {
      this.entryNs.add(event.exchangeNs - order.sentNs);
      this.responseNs.add(event.localNs - event.exchangeNs);
    }
    if (kind !== OrderEventKind.filled) return;
    this.symbolsFilled.add(order.instrument.symbol);
    this.lastFillNs.set(order.instrument.symbol, event.exchangeNs);
    if (maker) this.makerFills++;
    else this.takerFills++;
  }
}

/** Every second: a bid and an offer at the touch, and one lot bought or sold at market, of each instrument. */
export function trader(outcomes: Outcomes) {
  return defineStrategy({
    name: 'trader',
    params: z.strictObject({ lots: z.int().default(1) }),
    create({ lots }) {
      const closes = new Map<number, number>();
      let turn = 0;
      return {
        onStart(context) {
          context.every('trade', 1e9, 1.2e9);
        },
        onOrderEvent: (event) => outcomes.add(event),
        onAccountEvent({ kind, instrument, priceTicks }) {
          if (kind === AccountEventKind.expiry) outcomes.settledTicks.set(instrument!.symbol, priceTicks);
        },
        onBar(bar) {
          outcomes.feedNs.add(bar.localNs - bar.exchangeNs);
          closes.set(bar.instrument.index, bar.priceTicks);
        },
        onTimer(_name, context) {
          turn++;
          for (const instrument of context.instruments) {
            const { bestBidTicks, bestAskTicks } = context.book(instrument);
            const close = closes.get(instrument.index) ?? Number.NaN;
            const bid = Number.isNaN(bestBidTicks) ? close - 1 : bestBidTicks;
            const ask = Number.isNaN(bestAskTicks) ? close + 1 : bestAskTicks;
            if (Number.isNaN(bid) || Number.isNaN(ask)) continue;
            context.cancelAll(instrument);
            outcomes.sent(context.buy(instrument, lots, bid));
            outcomes.sent(context.sell(instrument, lots, ask));
            outcomes.sent(turn % 2 === 0 ? context.buy(instrument, lots) : context.sell(instrument, lots));
          }
        },
      };
    },
  });
}
