/**
 * The second of two passes over a LOBSTER file: messages → rows of the tape.
 * Knows nothing of files. Called by lobster, whose head has the rules.
 */
import { codeOf, Flag, Kind, Side, Status } from '../../core/index.js';
import type { CorrectionTally } from './correction-tally.js';
import { DecimalReader } from './decimal-reader.js';
import { type LobsterMessage, LobsterType } from './lobster-message.js';
import { LobsterOrders } from './lobster-orders.js';
import type { OrderScan, Resting } from './lobster-scan.js';
import { RowCollector, type RowKeeping } from './row-collector.js';

/** Second pass: messages → rows. */
export class LobsterWriter {
  readonly collector: RowCollector;
  readonly #tally: CorrectionTally;
  readonly #orders = new LobsterOrders();
  readonly #lastTouch: Map<number, number>;
  #messages = 0;
  /** Ticks by price × 10,000: a day has few prices. */
  readonly #ticksOf = new Map<number, number>();
  readonly #before: Map<number, Resting>;
  readonly #tick: DecimalReader;
  readonly #drop: boolean;
  readonly #midnight: number;
  readonly #feedLatencyNs: number;
  #last = Number.NEGATIVE_INFINITY;
  /** Ids of the orders that the file touches but never adds, and how many of them stand by now. */
  readonly #recovered: readonly number[];
  #next = 0;
  readonly #firstAdded: number;
  #started = false;

  constructor(
    scan: OrderScan,
    tick: string,
    offTick: 'refuse' | 'drop',
    midnight: number,
    feedLatencyNs: number,
    keeping: RowKeeping = {},
  ) {
    this.collector = new RowCollector({ orderId: true, value: scan.halts > 0 }, keeping);
    this.#tally = this.collector.tally;
    this.#before = scan.before;
    this.#lastTouch = scan.lastTouch;
    this.#firstAdded = scan.firstAdded;
    this.#recovered = [...scan.before.keys()].sort((a, b) => a - b);
    this.#tick = new DecimalReader(tick);
    this.#drop = offTick === 'drop';
    this.#midnight = midnight;
    this.#feedLatencyNs = feedLatencyNs;
  }

  take(message: LobsterMessage): void {
    const happened = this.collector.time(this.#midnight + message.seconds, message.nanos);
    if (happened < this.#last) throw new RangeError('time is before that of the line before');
    this.#last = happened;
    this.#messages++;
    if (!this.#started) {
      this.#recoverUpTo(this.#firstAdded, happened);
      this.#started = true;
    }
    if (message.type <= LobsterType.execute) this.#recoverUpTo(message.orderId, happened);
    if (message.rounded) {
      this.#tally.count(
        'time-rounded',
        'times with more than 9 decimals (a double printed in full) were rounded to the ns',
      );
    }
    switch (message.type) {
      case LobsterType.add:
        this.#add(message, happened);
        break;
      case LobsterType.cancel:
        this.#remove(message, happened, Kind.orderCancel, message.size);
        break;
      case LobsterType.remove:
        this.#remove(message, happened, Kind.orderCancel, Infinity);
        break;
      case LobsterType.execute:
        this.#remove(message, happened, Kind.orderExecute, message.size);
        break;
      case LobsterType.halt:
        this.#status(message.price, happened);
        break;
      default:
        this.#print(message, happened);
    }
    this.#countCrossing();
  }

  /**
   * Recovered orders whose ids the file has passed: ids are given in the order of the flow, so an order that the file never
   * adds joined, out of its sight, before the first add with a higher id.
   */
  #recoverUpTo(id: number, happened: number): void {
    const first = this.#next;
    while (this.#next < this.#recovered.length && this.#recovered[this.#next]! <= id) this.#next++;
    for (let at = first; at < this.#next; at++) this.#recover(this.#recovered[at]!, happened, at === this.#next - 1);
    this.#tally.count(
      this.#started ? 'orders-outside-levels' : 'orders-before-start',
      this.#started
        ? "orders that joined outside the file's levels stand from when the order ids reached theirs, with what is later " +
            'removed of them'
        : 'orders that were there before the file begins stand at its first time, in order-id order, with what is later ' +
            'removed of them',
      this.#next - first,
    );
  }

  #recover(id: number, happened: number, last: boolean): void {
    const order = this.#before.get(id)!;
    const flags = last ? Flag.snapshot | Flag.last : Flag.snapshot;
    const side = order.buy ? Side.buy : Side.sell;
    this.#row(happened, codeOf(Kind.orderAdd, side), flags, this.#ticks(order.price), order.size, id);
    this.#orders.add(id, { ...order });
  }

  #add({ orderId, size, price, buy }: LobsterMessage, happened: number): void {
    const known = this.#orders.get(orderId);
    if (known !== undefined && known.size > 0)
      throw new RangeError(`order id ${orderId} is added again while it rests`);
    this.#dropStale(!buy, (best) => (buy ? best <= price : best >= price), happened);
    this.#orders.add(orderId, { price, buy, size });
    const side = buy ? Side.buy : Side.sell;
    this.#row(happened, codeOf(Kind.orderAdd, side), Flag.last, this.#ticks(price), size, orderId);
  }

  #remove({ orderId, size, price, buy }: LobsterMessage, happened: number, kind: Kind, wanted: number): void {
    // The scan made sure that every order touched here was added, by the file or before it.
    const order = this.#orders.get(orderId)!;
    if (order.price !== price || order.buy !== buy) {
      throw new RangeError(
        `price and direction are ${price}, ${buy ? 1 : -1}, but order ${orderId} rests at ${order.price}, ${order.buy ? 1 : -1}`,
      );
    }
    if (kind === Kind.orderExecute) {
      this.#dropStale(buy, (best) => (buy ? best > price : best < price), happened);
    }
    const removed = Math.min(wanted, order.size);
    if (removed === 0) {
      this.#tally.count('touched-after-end', 'messages about orders of which nothing was left were left out');
      return;
    }
    if (wanted === Infinity && size !== removed) {
      this.#tally.count(
        'delete-size-mismatch',
        'deletions whose size is not what was left of the order (parts went outside the file’s levels) remove what was left',
      );
    } else if (wanted !== Infinity && wanted > removed) {
      this.#tally.count(
        'removed-too-much',
        'cancels or executions of more than was left of an order remove what was left',
      );
    }
    this.#orders.reduce(orderId, order, removed);
    this.#row(happened, codeOf(kind, buy ? Side.buy : Side.sell), Flag.last, this.#ticks(price), removed, orderId);
    if (order.size === 0 && this.#lastTouch.get(orderId)! <= this.#messages) this.#forget(orderId);
  }

  /** A day has millions of orders, of which some thousands rest at a time. */
  #forget(id: number): void {
    this.#orders.forget(id);
    this.#lastTouch.delete(id);
  }

  /**
   * Removes orders that the file no longer touches where they prove to be gone: an order joins without trading, so what it
   * would have traded with is not there; an execution happens at the best price, so nothing better is there.
   * Like the recovered orders these rows are flagged as snapshot: no message of the file says them.
   */
  #dropStale(buy: boolean, impossible: (best: number) => boolean, happened: number): void {
    const gone = (id: number) => this.#lastTouch.get(id)! < this.#messages;
    for (;;) {
      const ids = this.#orders.staleAtBest(buy, impossible, gone);
      if (ids.length === 0) return;
      for (const id of ids) {
        const order = this.#orders.get(id)!;
        const code = codeOf(Kind.orderCancel, buy ? Side.buy : Side.sell);
        this.#row(happened, code, Flag.snapshot | Flag.last, this.#ticks(order.price), order.size, id);
        this.#orders.reduce(id, order, order.size);
        this.#forget(id);
      }
      this.#tally.count(
        'stale-orders',
        "orders that left outside the file's levels were cancelled when a message proved that they were gone",
        ids.length,
      );
    }
  }

  #countCrossing(): void {
    const { crossed, bids, asks } = this.#orders.watch;
    if (!crossed) return;
    this.#tally.count(
      'crossed-book',
      'after these messages the best bid was not below the best ask; the rows were kept (orders that joined or left outside ' +
        `the file's levels stand too early or too long; first: bid ${decimalOf(bids.best)}, ask ${decimalOf(asks.best)})`,
    );
  }

  /** Hidden executions and crosses: a trade that changes no book. */
  #print({ type, size, price, buy }: LobsterMessage, happened: number): void {
    const hidden = type === LobsterType.hidden;
    if (this.#drop && Number.isNaN(this.#tick.units(decimalOf(price)))) {
      this.#tally.count('off-tick-print', 'hidden prints at prices off the tick were left out');
      return;
    }
    const aggressor = !hidden ? Side.none : buy ? Side.sell : Side.buy;
    const flags = hidden ? Flag.hidden | Flag.last : Flag.last;
    this.#row(happened, codeOf(Kind.trade, aggressor), flags, this.#ticks(price), size, 0);
  }

  #status(price: number, happened: number): void {
    const status = price === -1 ? Status.halt : price === 0 ? Status.auction : price === 1 ? Status.open : undefined;
    if (status === undefined) throw new RangeError(`price ${price} of a halt message is none of -1, 0, 1`);
    const row = this.#row(happened, codeOf(Kind.status, Side.none), Flag.last, 0, 0, 0);
    this.collector.rows.setValue(row, status);
  }

  #row(happened: number, code: number, flags: number, ticks: number, lots: number, id: number): number {
    const row = this.collector.rows.add(happened, happened + this.#feedLatencyNs, code, flags, 0, ticks, lots);
    this.collector.rows.setOrderId(row, id);
    return row;
  }

  /** Price × 10,000 → ticks. */
  #ticks(price: number): number {
    let ticks = this.#ticksOf.get(price);
    if (ticks === undefined) {
      ticks = this.#tick.units(decimalOf(price));
      if (Number.isNaN(ticks)) throw new RangeError(`price: ${this.#tick.fault(decimalOf(price))} (the tick)`);
      this.#ticksOf.set(price, ticks);
    }
    return ticks;
  }
}

/** 5853300 → `585.3300` */
function decimalOf(price: number): string {
  const digits = String(price).padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}
