/**
 * What a peer's reply asks for, checked and done: orders, cancels, timers, log lines.
 * Knows nothing of frames or processes. Called by the remote strategy with the unpacked meta of a reply.
 *
 * Two kinds of fault are told apart. What an order cannot mean (a price off the tick, NaN) goes on to the order desk, which
 * rejects it with a reason as it does for every strategy. What no peer of ours would send (a text for an id) is a
 * {@link BridgeError}, which ends the run.
 */
import type { Instrument } from '../../core/instrument.js';
import { Side } from '../../core/market.js';
import { type Order, OrderEventKind, type OrderRequest, OrderType, Reason, TimeInForce } from '../../core/order.js';
import type { StrategyContext } from '../../core/strategy.js';
import { BridgeError } from './bridge-error.js';
import type { OwnOrders } from './own-orders.js';
import { Operation } from './wire-layout.js';

const MOST_OPERATIONS = 10_000;
const POST_ONLY = 1;
const TIME_IN_FORCE_SHIFT = 1;
const TIMES_IN_FORCE = Object.keys(TimeInForce).length;
const ORDER_TYPES = Object.keys(OrderType).length;

/** Names of terms that are numbers and may be nonsense, which the order desk judges. */
const NUMBER_TERMS = ['stopTicks', 'trailTicks', 'trailFraction', 'displayLots', 'expiresNs', 'tag'] as const;
const FLAG_TERMS = ['reduceOnly', 'allOrNone', 'hidden'] as const;

/** Applies replies for one strategy. */
export class Operations {
  readonly #orders: OwnOrders;
  readonly #context: StrategyContext;
  /** As the peer numbers them. */
  readonly #instruments: readonly Instrument[];
  /** Timers of the peer, told apart from those of the bridge by this prefix. */
  readonly #timerPrefix: string;
  /** Whether the peer has ever set a timer of its own. */
  timersSet = false;

  constructor(orders: OwnOrders, context: StrategyContext, timerPrefix: string) {
    this.#orders = orders;
    this.#context = context;
    this.#instruments = context.instruments;
    this.#timerPrefix = timerPrefix;
  }

  /** Does what `operations` (an unpacked meta) say, in order. Throws {@link BridgeError}. */
  apply(operations: unknown): void {
    if (!Array.isArray(operations)) throw fault(`the operations are ${shown(operations)}, not a list`);
    if (operations.length > MOST_OPERATIONS) {
      throw fault(`${operations.length} operations in one reply; ${MOST_OPERATIONS} are allowed`);
    }
    this.#applyRange(operations, 0, operations.length, false);
  }

  #applyRange(operations: readonly unknown[], from: number, to: number, together: boolean): void {
    for (let at = from; at < to; at++) {
      const operation = operations[at];
      if (!Array.isArray(operation)) throw fault(`operation ${at} is ${shown(operation)}, not a list`);
      if (operation[0] === Operation.together) {
        const end = operations.findIndex(
          (one, index) => index > at && Array.isArray(one) && one[0] === Operation.apart,
        );
        if (together || end < 0) throw fault(`operation ${at} begins a message that never ends, or one inside another`);
        this.#context.together(() => this.#applyRange(operations, at + 1, end, true));
        at = end;
      } else this.#applyOne(operation, at);
    }
  }

  #applyOne(operation: readonly unknown[], at: number): void {
    const context = this.#context;
    switch (operation[0]) {
      case Operation.submit:
        this.#submit(operation, at);
        break;
      case Operation.cancel:
        this.#cancel(this.#order(operation, at));
        break;
      case Operation.modify:
        this.#modify(operation, at);
        break;
      case Operation.cancelAll:
        context.cancelAll(operation[1] === null ? undefined : this.#instrument(operation, 1, at));
        break;
      case Operation.log:
        context.log(text(operation, 1, at));
        break;
      case Operation.metric:
        context.metric(text(operation, 1, at), number(operation, 2, at));
        break;
      case Operation.every:
      case Operation.at:
      case Operation.clearTimer:
        this.#timer(operation, at);
        break;
      default:
        throw fault(`operation ${at} has the code ${shown(operation[0])}, which there is not`);
    }
  }

  #submit(operation: readonly unknown[], at: number): void {
    const [, id, , side, , , flags, terms] = operation;
    if (id !== this.#orders.nextId) {
      throw fault(`operation ${at}: the next order has the id ${this.#orders.nextId}, not ${shown(id)}`);
    }
    const instrument = this.#instrument(operation, 2, at);
    if (side !== Side.buy && side !== Side.sell) throw fault(`operation ${at}: side ${shown(side)} is not 1 or 2`);
    const qtyLots = number(operation, 4, at);
    const priceTicks = operation[5] === null ? undefined : number(operation, 5, at);
    if (
      !Number.isInteger(flags) ||
      (flags as number) < 0 ||
      (flags as number) >> TIME_IN_FORCE_SHIFT > TIMES_IN_FORCE
    ) {
      throw fault(`operation ${at}: flags ${shown(flags)} are not known`);
    }
    const postOnly = ((flags as number) & POST_ONLY) !== 0;
    const timeInForce = ((flags as number) >> TIME_IN_FORCE_SHIFT) - 1;
    const request: OrderRequest = {
      instrument,
      side,
      qtyLots,
      ...(priceTicks === undefined ? {} : { priceTicks }),
      ...(postOnly ? { postOnly } : {}),
      ...(timeInForce < 0 ? {} : { timeInForce: timeInForce as TimeInForce }),
      ...(terms === undefined ? {} : termsOf(terms, at)),
    };
    this.#orders.add(this.#context.submit(request), this.#context.nowNs);
  }

  #cancel(order: Order): void {
    const reason = this.#context.cancel(order);
    if (reason === Reason.none) return;
    this.#orders.tellAtOnce(order, OrderEventKind.cancelRejected, reason, this.#context.nowNs);
  }

  #modify(operation: readonly unknown[], at: number): void {
    const order = this.#order(operation, at);
    const change = {
      ...(operation[2] === null ? {} : { priceTicks: number(operation, 2, at) }),
      ...(operation[3] === null ? {} : { qtyLots: number(operation, 3, at) }),
      ...(operation[4] === null ? {} : { stopTicks: number(operation, 4, at) }),
    };
    const reason = this.#context.modify(order, change);
    if (reason === Reason.none) return;
    this.#orders.tellAtOnce(order, OrderEventKind.modifyRejected, reason, this.#context.nowNs);
  }

  #timer(operation: readonly unknown[], at: number): void {
    const context = this.#context;
    const name = this.#timerPrefix + text(operation, 1, at);
    this.timersSet = true;
    try {
      if (operation[0] === Operation.clearTimer) context.clearTimer(name);
      else if (operation[0] === Operation.at) context.at(name, number(operation, 2, at));
      else if (operation[3] === null) context.every(name, number(operation, 2, at));
      else context.every(name, number(operation, 2, at), number(operation, 3, at));
    } catch (error) {
      if (error instanceof RangeError) throw fault(`operation ${at}: ${error.message.replace(this.#timerPrefix, '')}`);
      throw error;
    }
  }

  #order(operation: readonly unknown[], at: number): Order {
    const order = this.#orders.get(Number(operation[1]));
    if (order === undefined || typeof operation[1] !== 'number') {
      throw fault(`operation ${at}: there is no order ${shown(operation[1])}`);
    }
    return order;
  }

  #instrument(operation: readonly unknown[], field: number, at: number): Instrument {
    const found = this.#instruments[operation[field] as number];
    if (found === undefined) {
      throw fault(`operation ${at}: instrument ${shown(operation[field])} is not 0 to ${this.#instruments.length - 1}`);
    }
    return found;
  }
}

function termsOf(terms: unknown, at: number): Partial<OrderRequest> {
  if (typeof terms !== 'object' || terms === null || Array.isArray(terms)) {
    throw fault(`operation ${at}: terms ${shown(terms)} are no map`);
  }
  const request: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(terms)) {
    const fits =
      (NUMBER_TERMS as readonly string[]).includes(name) || name === 'type'
        ? typeof value === 'number'
        : (FLAG_TERMS as readonly string[]).includes(name)
          ? typeof value === 'boolean'
          : name === 'clientId' && typeof value === 'string';
    if (!fits) throw fault(`operation ${at}: term ${name} ${shown(value)} is not known, or of the wrong kind`);
    request[name] = value;
  }
  const { type } = request;
  if (type !== undefined && !(Number.isInteger(type) && (type as number) >= 0 && (type as number) < ORDER_TYPES)) {
    throw fault(`operation ${at}: order type ${shown(type)} is not known`);
  }
  return request;
}

function number(operation: readonly unknown[], field: number, at: number): number {
  const value = operation[field];
  if (typeof value !== 'number') throw fault(`operation ${at}: field ${field} is ${shown(value)}, not a number`);
  return value;
}

function text(operation: readonly unknown[], field: number, at: number): string {
  const value = operation[field];
  if (typeof value !== 'string') throw fault(`operation ${at}: field ${field} is ${shown(value)}, not a text`);
  return value;
}

function fault(message: string): BridgeError {
  return new BridgeError('BAD_ACTIONS', message);
}

function shown(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  const written = JSON.stringify(value) ?? String(value);
  return written.length > 60 ? `${written.slice(0, 57)}…` : written;
}
