/**
 * DBN market data by order (mbo) → rows of orders, executions and trades.
 * Knows nothing of files or symbols. Called by databento-reader. (Past 300 lines: one action after another, on the same orders.)
 *
 * - A, M, C → orderAdd, orderModify, orderCancel; R → an orderCancel of all that rests. What an A repeats unchanged is left alone,
 *   else an A of a known order replaces it; an M of an unknown one adds it. All of that is counted.
 * - T (a trade, side of the aggressor) and F (a resting order that it filled) change no book in DBN: the C or M that follows
 *   in the same event does. On a tape an orderExecute is both trade and change of the book. So F becomes an orderExecute, the C or M
 *   then does only what F has not done, and T becomes a trade of what its fills do not explain (all of it where there are none;
 *   the rest, flagged hidden, where an order gave more than it displayed). Volume is that of T either way.
 * - Fills of a trade without aggressor (an auction) stay a trade and cancels: both sides of it rest.
 * - A snapshot happens when it is captured, or at the first change after it, whichever is earlier.
 */
import { codeOf, Flag, Kind, Side } from '../../core/index.js';
import type { DbnInstrument } from './dbn-instrument.js';
import { Action, ASCII_ASK, ASCII_BID, DbnFlag, OrderField } from './dbn-layout.js';
import type { DbnRows } from './dbn-rows.js';
import { NO_SIZE, type OffTickPrints, sideOf, tradeTicks } from './dbn-trade.js';

const ADD = [0, codeOf(Kind.orderAdd, Side.buy), codeOf(Kind.orderAdd, Side.sell)];
const MODIFY = [0, codeOf(Kind.orderModify, Side.buy), codeOf(Kind.orderModify, Side.sell)];
const CANCEL = [0, codeOf(Kind.orderCancel, Side.buy), codeOf(Kind.orderCancel, Side.sell)];
const EXECUTE = [0, codeOf(Kind.orderExecute, Side.buy), codeOf(Kind.orderExecute, Side.sell)];

export class DbnOrderRows {
  readonly #rows: DbnRows;
  readonly #offTick: OffTickPrints;

  constructor(rows: DbnRows, offTick: OffTickPrints) {
    this.#rows = rows;
    this.#offTick = offTick;
  }

  /** `trades`: false when another file has the trades of this time. */
  write(instrument: DbnInstrument, at: number, trades: boolean): void {
    const rows = this.#rows;
    const { bytes } = rows;
    const start = at * 4;
    const dbnFlags = bytes[start + OrderField.flagsByte]!;
    const action = bytes[start + OrderField.actionByte]!;
    rows.readTimes(at + 2, at + OrderField.tsRecv, dbnFlags);
    // The records of a snapshot have event times of their own and the capture time in common.
    rows.enter(instrument, (dbnFlags & DbnFlag.snapshot) === 0 ? at + 2 : at + OrderField.tsRecv);
    if (instrument.trade.open && action !== Action.fill) this.#closeTrade(instrument);
    if ((dbnFlags & DbnFlag.snapshot) === 0 && instrument.snapshotFrom >= 0) this.#placeSnapshot(instrument);
    if ((dbnFlags & (DbnFlag.topOfBook | DbnFlag.level)) !== 0) {
      rows.collector.tally.count(
        'aggregated-records',
        'records flagged F_TOB or F_MBP, which are no single orders, were left out',
      );
    } else this.#act(action, instrument, at, trades);
    if ((dbnFlags & DbnFlag.last) !== 0) rows.leave(instrument);
  }

  #act(action: number, instrument: DbnInstrument, at: number, trades: boolean): void {
    switch (action) {
      case Action.add:
        this.#add(instrument, at);
        break;
      case Action.cancel:
        this.#cancel(instrument, at);
        break;
      case Action.modify:
        this.#modify(instrument, at);
        break;
      case Action.trade:
        this.#trade(instrument, at, trades);
        break;
      case Action.fill:
        this.#fill(instrument, at);
        break;
      case Action.clear:
        this.clear(instrument);
        break;
      case Action.none:
        this.#count('no-action', 'records with action N, which say nothing of orders, were left out');
        break;
      default:
        throw new RangeError(`action is ${letter(action)}, none of A, C, F, M, N, R, T`);
    }
  }

  #count(name: string, note: string): void {
    this.#rows.collector.tally.count(name, note);
  }

  /** The words of the order's id. */
  #high(at: number): number {
    return this.#rows.words[at + OrderField.orderId + 1]! >>> 0;
  }
  #low(at: number): number {
    return this.#rows.words[at + OrderField.orderId]! >>> 0;
  }

  #side(at: number): Side {
    const ascii = this.#rows.bytes[at * 4 + OrderField.sideByte]!;
    if (ascii === ASCII_BID) return Side.buy;
    if (ascii === ASCII_ASK) return Side.sell;
    throw new RangeError(`side of an order is ${letter(ascii)}, neither A nor B`);
  }

  #lots(instrument: DbnInstrument, at: number): number {
    const size = this.#rows.words[at + OrderField.size]! >>> 0;
    if (size === NO_SIZE) throw new RangeError('size is undefined');
    return instrument.lots(size, 'size');
  }

  /** A row about the order in this slot. (Its id, a double, is read here: as an argument it would be put on the heap.) */
  #row(instrument: DbnInstrument, code: number, ticks: number, lots: number, slot: number): number {
    const row = this.#rows.add(instrument, code, ticks, lots);
    this.#rows.collector.rows.setOrderId(row, instrument.orders.id[slot]!);
    if ((this.#rows.flags & Flag.snapshot) !== 0) {
      if (instrument.snapshotFrom < 0) instrument.snapshotFrom = row;
      instrument.snapshotTo = row + 1;
    }
    return row;
  }

  #add(instrument: DbnInstrument, at: number): void {
    const { orders } = instrument;
    const side = this.#side(at);
    const lots = this.#lots(instrument, at);
    const ticks = instrument.ticks(this.#rows.words, at + OrderField.price, 'price');
    if (lots === 0) {
      this.#count('zero-size', ZERO_SIZE);
      return;
    }
    const slot = orders.slotOf(this.#high(at), this.#low(at));
    if (slot >= 0) {
      const same = orders.side[slot] === side && orders.ticks[slot] === ticks && orders.lots[slot] === lots;
      if (same && orders.executed[slot] === 0) {
        this.#count('repeated-orders', 'adds of orders that rest just so already were left out');
        return;
      }
      this.#count('replaced-orders', 'adds of orders that rest already took their place');
      this.#take(instrument, slot, orders.lots[slot]!);
      orders.remove(slot);
    }
    this.#appear(instrument, at, side, ticks, lots);
  }

  #appear(instrument: DbnInstrument, at: number, side: Side, ticks: number, lots: number): void {
    const { orders } = instrument;
    const slot = orders.add(this.#high(at), this.#low(at), side, ticks, lots);
    this.#row(instrument, ADD[side]!, ticks, lots, slot);
  }

  #cancel(instrument: DbnInstrument, at: number): void {
    const { orders } = instrument;
    const size = this.#lots(instrument, at);
    const slot = orders.slotOf(this.#high(at), this.#low(at));
    if (slot < 0) {
      this.#unknown();
      return;
    }
    const confirmed = Math.min(orders.executed[slot]!, size);
    orders.executed[slot]! -= confirmed;
    const left = orders.lots[slot]!;
    if (size - confirmed > left) {
      this.#count('removed-too-much', 'cancels of more than was left of an order remove what was left');
    }
    this.#take(instrument, slot, Math.min(size - confirmed, left));
    if (orders.lots[slot] === 0 && orders.executed[slot] === 0) orders.remove(slot);
  }

  /** A cancel row for some of an order. */
  #take(instrument: DbnInstrument, slot: number, lots: number): void {
    if (lots === 0) return;
    const { orders } = instrument;
    orders.lots[slot]! -= lots;
    this.#row(instrument, CANCEL[orders.side[slot]!]!, orders.ticks[slot]!, lots, slot);
  }

  #unknown(): void {
    this.#count('unknown-orders', 'cancels and fills of orders that do not rest were left out');
  }

  #modify(instrument: DbnInstrument, at: number): void {
    const { orders } = instrument;
    const side = this.#side(at);
    const lots = this.#lots(instrument, at);
    const ticks = instrument.ticks(this.#rows.words, at + OrderField.price, 'price');
    const slot = orders.slotOf(this.#high(at), this.#low(at));
    if (slot < 0) {
      this.#count('modified-unknown', 'modifications of orders that do not rest add them');
    } else if (lots === 0 || orders.side[slot] !== side) {
      if (lots > 0) this.#count('changed-side', 'modifications that change the side cancel the order and add it');
      this.#take(instrument, slot, orders.lots[slot]!);
      orders.remove(slot);
    } else {
      const before = orders.lots[slot]!;
      const same = before === lots && orders.ticks[slot] === ticks;
      orders.executed[slot] = 0;
      orders.lots[slot] = lots;
      orders.ticks[slot] = ticks;
      // All of it was executed: on the tape it is gone, and comes back with what it shows now.
      if (before === 0) this.#row(instrument, ADD[side]!, ticks, lots, slot);
      else if (!same) this.#row(instrument, MODIFY[side]!, ticks, lots, slot);
      return;
    }
    if (lots === 0) {
      this.#count('zero-size', ZERO_SIZE);
      return;
    }
    this.#appear(instrument, at, side, ticks, lots);
  }

  /** Cancels all that rests: an R, or the instrument has another id now. */
  clear(instrument: DbnInstrument): void {
    const { orders } = instrument;
    instrument.executed.length = 0;
    for (const slot of orders.all()) {
      this.#take(instrument, slot, orders.lots[slot]!);
      orders.remove(slot);
      this.#count('cleared-orders', 'orders that rested when the book was cleared were cancelled');
    }
  }

  #trade(instrument: DbnInstrument, at: number, trades: boolean): void {
    const rows = this.#rows;
    const { trade } = instrument;
    trade.aggressorHigh = this.#high(at);
    trade.aggressorLow = this.#low(at);
    trade.side = sideOf(rows.bytes[at * 4 + OrderField.sideByte]!);
    trade.open = true;
    trade.partly = false;
    trade.lots = 0;
    const lots = this.#lots(instrument, at);
    if (!trades) {
      this.#count('trades-twice', TRADES_TWICE);
      return;
    }
    if (lots === 0) {
      this.#count('zero-size', ZERO_SIZE);
      return;
    }
    const ticks = tradeTicks(rows, instrument, at + OrderField.price, this.#offTick);
    if (Number.isNaN(ticks)) return;
    trade.lots = lots;
    trade.ticks = ticks;
    trade.happened = rows.happened;
    trade.local = rows.local;
    trade.flags = rows.flags;
  }

  #fill(instrument: DbnInstrument, at: number): void {
    const { orders, trade } = instrument;
    const [high, low] = [this.#high(at), this.#low(at)];
    const slot = orders.slotOf(high, low);
    const own = high === trade.aggressorHigh && low === trade.aggressorLow && (high !== 0 || low !== 0);
    if (trade.open && trade.side !== Side.none && own) {
      this.#count('aggressor-fills', 'fills of the aggressor’s own order were left out: its trade says them');
      return;
    }
    if (slot < 0) {
      this.#unknown();
      return;
    }
    if (!trade.open || trade.side === Side.none || orders.side[slot] === trade.side || trade.lots === 0) {
      this.#count(
        'fills-left-out',
        'fills without an aggressor of the other side (auctions) were left out: their trade and cancels say them',
      );
      return;
    }
    const filled = Math.min(this.#lots(instrument, at), orders.lots[slot]!, trade.lots);
    if (filled === 0) return;
    const ticks = instrument.ticks(this.#rows.words, at + OrderField.price, 'price');
    orders.lots[slot]! -= filled;
    orders.executed[slot]! += filled;
    instrument.executed.push(slot);
    trade.lots -= filled;
    trade.partly = true;
    this.#row(instrument, EXECUTE[orders.side[slot]!]!, ticks, filled, slot);
  }

  /** The trade's fills are through: what they do not explain is a trade of its own. */
  #closeTrade(instrument: DbnInstrument): void {
    const { trade } = instrument;
    trade.open = false;
    if (trade.lots === 0) return;
    const rows = this.#rows;
    const flags = trade.flags | (trade.partly ? Flag.hidden : 0);
    const code = codeOf(Kind.trade, trade.side);
    const { happened, local, ticks, lots } = trade;
    instrument.lastRow = rows.collector.rows.add(happened, local, code, flags, instrument.index, ticks, lots);
    trade.lots = 0;
  }

  /** Ends an event: what was executed and not confirmed by the book rests again. */
  end(instrument: DbnInstrument): void {
    if (instrument.trade.open) this.#closeTrade(instrument);
    if (instrument.executed.length === 0) return;
    const { orders } = instrument;
    for (const slot of instrument.executed) {
      const lots = orders.executed[slot]!;
      if (orders.side[slot] === Side.none || lots === 0) continue;
      this.#count(
        'unconfirmed-fills',
        'fills that no change of the book followed in their event were undone by the next row',
      );
      const gone = orders.lots[slot] === 0;
      orders.lots[slot]! += lots;
      orders.executed[slot] = 0;
      const code = (gone ? ADD : MODIFY)[orders.side[slot]!]!;
      this.#row(instrument, code, orders.ticks[slot]!, orders.lots[slot]!, slot);
    }
    instrument.executed.length = 0;
  }

  /** A change after a snapshot happened after it: the snapshot did not happen later than the change. */
  #placeSnapshot(instrument: DbnInstrument): void {
    const { happened, collector } = this.#rows;
    collector.rows.revise(instrument.snapshotFrom, instrument.snapshotTo, (columns, from, to) => {
      const { exchangeNs, instrument: index } = columns;
      for (let row = from; row < to; row++) {
        if (index[row] === instrument.index && exchangeNs[row]! > happened) exchangeNs[row] = happened;
      }
    });
    instrument.snapshotFrom = -1;
  }
}

const ZERO_SIZE = 'orders and trades of size 0 were left out';
export const TRADES_TWICE = 'trades that another file of the same time has, too, were left out';

function letter(ascii: number): string {
  return ascii > 32 && ascii < 127 ? String.fromCharCode(ascii) : `0x${ascii.toString(16).padStart(2, '0')}`;
}
