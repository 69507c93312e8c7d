/**
 * A strategy that does anything at any time, all of it drawn from a seed, and writes down all it sees. Two engines that
 * treat it alike leave it with the same log. Knows nothing of engines. Called by the property tests.
 */
import {
  type Instrument,
  type Order,
  type OrderRequest,
  OrderType,
  type SelfTrade,
  Side,
  type Strategy,
  type StrategyContext,
  TimeInForce,
  TriggerBy,
} from '../../core/index.js';
import { seeded } from '../tape/sample-rows.js';
import { MIDDLE_TICKS } from './random-market.js';

export interface StrategyShape {
  readonly seed: number;
  /** How often it acts when it is called, 0 … 1. */
  readonly activity: number;
  /** Leave out handlers, so that the engine has rows that nobody wants. */
  readonly deaf: boolean;
  /** Stops acting after so many actions: with zero latency, answers and requests could go round for ever. */
  readonly actions: number;
  /** Sends orders of all kinds rather than limits and markets alone. Default false. */
  readonly special?: boolean;
}

const HANDLERS = [
  'onTrade',
  'onQuote',
  'onDepth',
  'onBook',
  'onOrderRow',
  'onBar',
  'onFunding',
  'onStatus',
  'onCustom',
  'onOrderEvent',
  'onFill',
  'onTimer',
] as const;

/** Something that a handler was told, in words. `nowNs` stands first in every line. */
export type Log = string[];

export function randomStrategy(shape: StrategyShape, log: Log): Strategy {
  const random = seeded(shape.seed);
  const actor = new Actor(random, shape);
  const strategy: Record<string, unknown> = {
    onStart(context: StrategyContext) {
      log.push(`${context.nowNs} onStart`);
      if (random() < 0.7) context.every('beat', 1 + Math.floor(random() * 6));
      actor.act(context);
    },
    onStop(context: StrategyContext) {
      log.push(`${context.nowNs} onStop ${stateOf(context)}`);
    },
  };
  for (const handler of HANDLERS) {
    if (shape.deaf && random() < 0.6) continue;
    strategy[handler] = (subject: unknown, context: StrategyContext) => {
      log.push(`${context.nowNs} ${handler} ${wordsOf(subject)} ${stateOf(context)}`);
      actor.act(context);
    };
  }
  return strategy;
}

/** All numbers of a view, an event or a book, or a timer's name. */
function wordsOf(subject: unknown): string {
  if (typeof subject === 'string') return subject;
  const fields = subject as Record<string, unknown>;
  const order = fields.order as Order | undefined;
  const names = order === undefined ? ROW_FIELDS : EVENT_FIELDS;
  const words = names.filter((name) => fields[name] !== undefined).map((name) => `${name}=${fields[name]}`);
  const { symbol } = (order ?? (subject as { instrument: Instrument })).instrument;
  if (order !== undefined) words.push(`order=${order.id}/${order.status}/${order.leavesLots}/${order.filledTickLots}`);
  return `${symbol} ${words.join(' ')}`;
}

const EVENT_FIELDS = ['kind', 'localNs', 'exchangeNs', 'priceTicks', 'qtyLots', 'leavesLots', 'maker', 'fee', 'reason'];
const ROW_FIELDS = ['kind', 'side', 'flags', 'exchangeNs', 'localNs', 'priceTicks', 'qtyLots', 'orderId', 'value'];

const ticks = new Int32Array(3);
const lots = new Float64Array(3);

/** Everything else that a strategy can look at: books, position, money, own orders. */
function stateOf(context: StrategyContext): string {
  const books = context.instruments.map((instrument) => {
    const book = context.book(instrument);
    const sides = [Side.buy, Side.sell].map((side) => {
      const found = book.levelsInto(side, 3, ticks, lots);
      return Array.from({ length: found }, (_, level) => `${lots[level]}@${ticks[level]}`).join(',');
    });
    return `${sides.join('|')} ${context.positionLots(instrument)}`;
  });
  const orders = [...context.orders()].map((order) => `${order.id}:${order.status}:${order.requestsPending}`);
  return `${books.join(' ; ')} [${orders.join(' ')}] ${context.cash} ${context.equity}`;
}

class Actor {
  readonly #random: () => number;
  readonly #shape: StrategyShape;
  readonly #orders: Order[] = [];
  #left: number;

  constructor(random: () => number, shape: StrategyShape) {
    this.#random = random;
    this.#shape = shape;
    this.#left = shape.actions;
  }

  act(context: StrategyContext): void {
    while (this.#left > 0 && this.#random() < this.#shape.activity) {
      this.#left--;
      const drawn = this.#random();
      if (drawn < 0.55) this.#orders.push(this.#submit(context));
      else if (drawn < 0.85) this.#disturb(context);
      else if (drawn < 0.95) this.#setTimer(context);
      else if (drawn < 0.98) context.clearTimer(this.#name());
      else context.cancelAll();
    }
  }

  #submit(context: StrategyContext): Order {
    const instrument = context.instruments[this.#whole(context.instruments.length)]!;
    const side = this.#random() < 0.5 ? Side.buy : Side.sell;
    const qtyLots = 1 + this.#whole(4);
    const tag = Math.floor(context.random('tags').uniform() * 1000);
    if (this.#shape.special === true && this.#random() < 0.5) {
      return this.#special(context, { instrument, side, qtyLots, tag });
    }
    if (this.#random() < 0.15) return context.submit({ instrument, side, qtyLots, tag, type: OrderType.market });
    const away = this.#whole(9) - 2;
    const far = this.#random() < 0.1 ? [-64, -32, 32][this.#whole(3)]! : 0;
    const priceTicks = MIDDLE_TICKS + (side === Side.buy ? -away : away) + far;
    const postOnly = this.#random() < 0.3;
    const timeInForce = postOnly ? 0 : ([0, 0, 0, 1, 2] as const)[this.#whole(5)]!;
    return context.submit({ instrument, side, qtyLots, priceTicks, postOnly, timeInForce, tag });
  }

  /** Orders that wait, hide, hang together or end by themselves. */
  #special(context: StrategyContext, plain: OrderRequest): Order {
    const { side, qtyLots } = plain;
    const sign = side === Side.buy ? 1 : -1;
    const priceTicks = MIDDLE_TICKS - sign * (this.#whole(7) - 2);
    const stopTicks = MIDDLE_TICKS + sign * (this.#whole(6) - 2);
    const triggerBy = this.#random() < 0.5 ? TriggerBy.trade : TriggerBy.quote;
    const selfTrade = this.#whole(6) as SelfTrade;
    const base = { ...plain, triggerBy, selfTrade };
    const limit = { ...base, priceTicks };
    switch (this.#whole(14)) {
      case 0:
        return context.submit({ ...base, type: OrderType.stop, stopTicks });
      case 1:
        return context.submit({ ...limit, type: OrderType.stopLimit, stopTicks });
      case 2:
        return context.submit({ ...base, type: OrderType.trailingStop, trailTicks: 1 + this.#whole(4) });
      case 3:
        return context.submit({ ...base, type: OrderType.trailingStop, trailFraction: 0.02 });
      case 4:
        return context.submit({ ...base, type: OrderType.marketIfTouched, stopTicks: 2 * MIDDLE_TICKS - stopTicks });
      case 5:
        return context.submit({ ...limit, type: OrderType.limitIfTouched, stopTicks: 2 * MIDDLE_TICKS - stopTicks });
      case 6:
        return context.submit({ ...limit, qtyLots: qtyLots + 2, displayLots: 1 + this.#whole(2) });
      case 7:
        return context.submit({ ...limit, hidden: true });
      case 8:
        return context.submit({ ...limit, reduceOnly: true });
      case 9:
        return context.submit({ ...limit, allOrNone: true });
      case 10: {
        const expiresNs = context.nowNs + 1 + this.#whole(12);
        return context.submit({ ...limit, timeInForce: TimeInForce.GTD, expiresNs });
      }
      case 11: {
        const timeInForce = [TimeInForce.DAY, TimeInForce.atOpen, TimeInForce.atClose][this.#whole(3)]!;
        return context.submit({ ...limit, timeInForce });
      }
      case 12:
        return context.oco(limit, { ...base, type: OrderType.stop, stopTicks })[0]!;
      default: {
        const exits = { takeProfitTicks: priceTicks + 3 * sign, stopTicks: priceTicks - 3 * sign };
        return context.bracket(limit, exits).entry;
      }
    }
  }

  /** Cancels or modifies an order of its own: resting, unanswered, or finished long ago. */
  #disturb(context: StrategyContext): void {
    const recent = this.#orders.slice(-6);
    const order = recent[this.#whole(recent.length)];
    if (order === undefined) return;
    if (this.#random() < 0.5) context.cancel(order);
    else {
      const priceTicks = this.#random() < 0.5 ? order.priceTicks : MIDDLE_TICKS + this.#whole(9) - 4;
      context.modify(order, { priceTicks, qtyLots: 1 + this.#whole(5) });
    }
  }

  #setTimer(context: StrategyContext): void {
    if (this.#random() < 0.5) context.every(this.#name(), 1 + this.#whole(7), context.nowNs + this.#whole(4));
    else context.at(this.#name(), context.nowNs + this.#whole(5));
  }

  #name(): string {
    return ['beat', 'once', 'third'][this.#whole(3)]!;
  }

  #whole(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}
