/**
 * ITCH messages → rows of the tape: orders, executions, trades, trading status.
 * Knows nothing of files. Called by itch, whose page (docs/import/itch.md) has the rules in words.
 *
 * - A, F → orderAdd; X, D → orderCancel; U → orderCancel of what is left and orderAdd, one message; E, C → orderExecute, and C that
 *   is not printable → orderCancel, because its volume is in a cross (Q). P → trade flagged hidden; Q → trade without aggressor.
 * - H, h → status; the end of system hours closes every stock.
 */
import { codeOf, Flag, Kind, Side, Status } from '../../core/index.js';
import type { CorrectionTally } from './correction-tally.js';
import {
  AddField,
  CancelField,
  CrossField,
  ExecutedField,
  ItchType,
  LEFT_OUT,
  OrderField,
  ReplaceField,
  StockField,
} from './itch-layout.js';
import { ItchMessage } from './itch-message.js';
import { ItchStatus } from './itch-status.js';
import { type ItchStock, ItchStocks } from './itch-stocks.js';
import type { MessageTaker } from './itch-stream.js';
import { RowCollector, type RowKeeping } from './row-collector.js';

const ADD = [0, codeOf(Kind.orderAdd, Side.buy), codeOf(Kind.orderAdd, Side.sell)];
const CANCEL = [0, codeOf(Kind.orderCancel, Side.buy), codeOf(Kind.orderCancel, Side.sell)];
const EXECUTE = [0, codeOf(Kind.orderExecute, Side.buy), codeOf(Kind.orderExecute, Side.sell)];
const STATUS = codeOf(Kind.status, Side.none);
const CROSS = codeOf(Kind.trade, Side.none);

/** From this day on (UTC seconds of its midnight) P says `B` whichever side rested. */
const SIDE_HIDDEN_FROM = Date.UTC(2014, 6, 14) / 1000;

export interface ItchRowOptions extends RowKeeping {
  readonly tick: string;
  readonly symbols?: readonly string[] | undefined;
  readonly offTickPrints: 'refuse' | 'drop';
  readonly feedLatencyNs: number;
}

export class ItchRows implements MessageTaker {
  readonly collector: RowCollector;
  readonly stocks: ItchStocks;
  readonly wanted: Uint8Array;
  readonly #tally: CorrectionTally;
  readonly #drop: boolean;
  readonly #feedLatencyNs: number;
  readonly #message = new ItchMessage();
  readonly #status: ItchStatus;
  /** The collector's time of midnight, and whether P tells the side. */
  #midnight = Number.NaN;
  #sideTold = false;
  /** The collector's time of the message at hand. */
  #happened = Number.NEGATIVE_INFINITY;

  constructor({ tick, symbols, offTickPrints, feedLatencyNs, scratch }: ItchRowOptions) {
    this.collector = new RowCollector({ orderId: true, value: true }, { scratch }, () => this.stocks.specs);
    this.#tally = this.collector.tally;
    this.stocks = new ItchStocks(tick, symbols);
    this.wanted = this.stocks.wanted;
    this.#status = new ItchStatus(this.#message, this.stocks, this.#tally, (stock, status) => {
      const row = this.#row(stock, STATUS, Flag.last, 0, 0, 0);
      this.collector.rows.setValue(row, status);
    });
    this.#drop = offTickPrints === 'drop';
    this.#feedLatencyNs = feedLatencyNs;
  }

  /**
   * Begins a day whose midnight is `midnight` (seconds since 1970 UTC) and whose date is `day` (the same of the date in UTC). What
   * rested yesterday is gone. Throws `RangeError` for a day too far from the first.
   */
  startDay(midnight: number, day: number): void {
    this.endDay();
    // The day's last time must be exact, too.
    const start = this.collector.time(midnight, 0);
    this.collector.time(midnight + 86_399, 999_999_999);
    for (const stock of this.stocks.list) this.#clear(stock);
    this.stocks.startDay();
    this.#midnight = start;
    this.#sideTold = day < SIDE_HIDDEN_FROM;
    this.#status.ended = false;
  }

  /** The day's files are read. */
  endDay(): void {
    if (!this.#status.ended) {
      this.#tally.count(
        'unfinished-days',
        'days whose files stop before the end of messages (event C) were taken as far as they go',
      );
    }
    this.#status.ended = true;
  }

  /** What only now is known. Throws `RangeError` for symbols that never came. */
  finish(): void {
    const over = this.#status.ended;
    this.endDay();
    if (over) for (const stock of this.stocks.list) this.#clear(stock);
    this.stocks.checkWanted();
    const renumbered = this.stocks.list.reduce((sum, { orders }) => sum + orders.renumbered, 0);
    this.#tally.count(
      'renumbered-orders',
      'orders whose references are beyond 2^53 have the ids -1, -2, … on the tape, by stock',
      renumbered,
    );
  }

  message(type: number, bytes: Uint8Array, at: number): void {
    const message = this.#message;
    message.bytes = bytes;
    message.at = at;
    const happened = this.#midnight + message.nanos;
    if (happened < this.#happened) {
      throw new RangeError(`timestamp ${message.nanos} ns is before that of a message before`);
    }
    this.#happened = happened;
    if (type === ItchType.add || type === ItchType.addAttributed) this.#add();
    else if (type === ItchType.delete) this.#cancel(Infinity);
    else if (type === ItchType.replace) this.#replace();
    else if (type === ItchType.executed) this.#executed(false);
    else if (type === ItchType.executedWithPrice) this.#executed(true);
    else if (type === ItchType.cancel) this.#cancel(message.shares(CancelField.shares, 'cancelled shares'));
    else this.#rarer(type);
  }

  #rarer(type: number): void {
    const left = LEFT_OUT.get(type);
    if (left !== undefined) this.#tally.count(...left);
    else if (type === ItchType.systemEvent) this.#status.event();
    else {
      const offset =
        type === ItchType.trade ? AddField.stock : type === ItchType.cross ? CrossField.stock : StockField.stock;
      const stock = this.#named(offset);
      if (stock === undefined) return;
      if (type === ItchType.trade) this.#trade(stock);
      else if (type === ItchType.cross) this.#cross(stock);
      else if (type === ItchType.tradingAction) this.#status.tradingAction(stock);
      else if (type === ItchType.operationalHalt) this.#status.operationalHalt(stock);
    }
  }

  /** The stock that the message names; `undefined`: it is not wanted. */
  #named(offset: number): ItchStock | undefined {
    const { bytes, at, locate } = this.#message;
    const stock = this.stocks.named(locate, bytes, at + offset);
    if (stock === undefined) this.#tally.count('other-symbols', OTHER_SYMBOLS);
    return stock;
  }

  #price(stock: ItchStock, offset: number, what: string): number {
    const price = this.#message.word(offset);
    const ticks = stock.ticks(price);
    if (Number.isNaN(ticks)) throw stock.priceFault(price, what);
    return ticks;
  }

  #slot(stock: ItchStock): number {
    const { reference } = OrderField;
    return stock.orders.slotOf(this.#message.word(reference), this.#message.word(reference + 4));
  }

  #row(stock: ItchStock, code: number, flags: number, ticks: number, lots: number, id: number): number {
    const happened = this.#happened;
    const { rows } = this.collector;
    const row = rows.add(happened, happened + this.#feedLatencyNs, code, flags, stock.index, ticks, lots);
    rows.setOrderId(row, id);
    return row;
  }

  #add(): void {
    const stock = this.#named(AddField.stock);
    if (stock === undefined) return;
    const side = this.#message.side();
    const shares = this.#message.shares(AddField.shares, 'shares');
    this.#appear(stock, OrderField.reference, side, this.#price(stock, AddField.price, 'price'), shares);
  }

  #appear(stock: ItchStock, offset: number, side: Side, ticks: number, shares: number): void {
    const { orders } = stock;
    const high = this.#message.word(offset);
    const low = this.#message.word(offset + 4);
    if (orders.slotOf(high, low) >= 0) {
      throw new RangeError(
        `order reference ${this.#message.referenceText(offset)} of ${stock.spec.symbol} is added again while it rests`,
      );
    }
    const slot = orders.add(high, low, side, ticks, shares);
    this.#row(stock, ADD[side]!, Flag.last, ticks, shares, orders.id[slot]!);
  }

  /** The stock of a message that does not name it; counts those of which nothing is known. */
  #stock(): ItchStock | undefined {
    const stock = this.stocks.at(this.#message.locate);
    if (stock === undefined) {
      this.#tally.count(
        'unnamed-stocks',
        'messages with a stock locate that no message before had named were left out (the file begins within a day)',
      );
    }
    return stock;
  }

  #unknown(): void {
    this.#tally.count(
      'unknown-orders',
      'messages about orders that do not rest were left out (the file begins within a day, or messages are missing)',
    );
  }

  #executed(priced: boolean): void {
    const stock = this.#stock();
    if (stock === undefined) return;
    const shares = this.#message.shares(ExecutedField.shares, 'executed shares');
    const printed = !priced || this.#message.printable();
    const price = priced && printed ? this.#price(stock, ExecutedField.price, 'execution price') : Number.NaN;
    const slot = this.#slot(stock);
    if (slot < 0) this.#unknown();
    else if (printed) this.#reduce(stock, slot, shares, EXECUTE, priced ? price : stock.orders.ticks[slot]!, Flag.last);
    else {
      this.#tally.count(
        'non-printable',
        'executions that are not printed (their volume is in a cross) became cancels of the order',
      );
      this.#reduce(stock, slot, shares, CANCEL, stock.orders.ticks[slot]!, Flag.last);
    }
  }

  #cancel(shares: number): void {
    const stock = this.#stock();
    if (stock === undefined) return;
    const slot = this.#slot(stock);
    if (slot < 0) this.#unknown();
    else this.#reduce(stock, slot, shares, CANCEL, stock.orders.ticks[slot]!, Flag.last);
  }

  /** A row for some of an order, or for what is left of it (`shares` infinite). */
  #reduce(
    stock: ItchStock,
    slot: number,
    shares: number,
    codes: readonly number[],
    ticks: number,
    flags: number,
  ): void {
    const { orders } = stock;
    const left = orders.lots[slot]!;
    if (shares > left && shares !== Infinity) {
      this.#tally.count(
        'removed-too-much',
        'cancels or executions of more than was left of an order remove what was left',
      );
    }
    const removed = Math.min(shares, left);
    this.#row(stock, codes[orders.side[slot]!]!, flags, ticks, removed, orders.id[slot]!);
    orders.lots[slot] = left - removed;
    if (removed === left) orders.remove(slot);
  }

  #replace(): void {
    const stock = this.#stock();
    if (stock === undefined) return;
    const shares = this.#message.shares(ReplaceField.shares, 'shares');
    const ticks = this.#price(stock, ReplaceField.price, 'price');
    const slot = this.#slot(stock);
    // Its side would be that of the order replaced.
    if (slot < 0) {
      this.#unknown();
      return;
    }
    const side = stock.orders.side[slot]! as Side;
    this.#reduce(stock, slot, Infinity, CANCEL, stock.orders.ticks[slot]!, 0);
    this.#appear(stock, ReplaceField.reference, side, ticks, shares);
  }

  #trade(stock: ItchStock): void {
    const resting = this.#message.side();
    const shares = this.#message.shares(AddField.shares, 'shares');
    const aggressor = !this.#sideTold ? Side.none : resting === Side.buy ? Side.sell : Side.buy;
    this.#print(stock, codeOf(Kind.trade, aggressor), Flag.hidden | Flag.last, AddField.price, 'price', shares);
  }

  #cross(stock: ItchStock): void {
    const shares = this.#message.wideShares(CrossField.shares, 'shares');
    if (shares === 0) this.#tally.count('empty-crosses', 'crosses in which nothing traded were left out');
    else this.#print(stock, CROSS, Flag.last, CrossField.price, 'cross price', shares);
  }

  #print(stock: ItchStock, code: number, flags: number, offset: number, what: string, shares: number): void {
    const price = this.#message.word(offset);
    const ticks = stock.ticks(price);
    if (!Number.isNaN(ticks)) this.#row(stock, code, flags, ticks, shares, 0);
    else if (!this.#drop || price === 0) throw stock.priceFault(price, what);
    else this.#tally.count('off-tick-prints', 'hidden trades and crosses at prices off the tick were left out');
  }

  /** Nothing rests over night: the feed adds anew what does. */
  #clear(stock: ItchStock): void {
    const { orders } = stock;
    stock.status = Number.NaN;
    stock.action = Status.open;
    stock.halted = false;
    // By their numbers: which slots they have depends on the days before.
    for (const slot of orders.all().sort((a, b) => orders.id[a]! - orders.id[b]!)) {
      this.#tally.count('cleared-orders', 'orders that still rested when the day’s messages ended were cancelled');
      this.#reduce(stock, slot, Infinity, CANCEL, orders.ticks[slot]!, Flag.last);
    }
  }
}

export const OTHER_SYMBOLS = 'messages of symbols that were not asked for were left out';
