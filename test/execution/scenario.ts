/**
 * A small market and what strategies do in it, through a real simulation, told line by line: rows and actions by time in,
 * what happened to orders out. Knows nothing of what should come of it. Called by the tests of the venue.
 *
 * A row is a text: time, kind, quantity @ price. `0 bid 5@100` says that 5 lots are bid at 100, `300 sold 4@100` that a
 * seller traded 4 lots there, `300 bought 4@102` that a buyer did, `300 traded 4@101` that nobody knows who. Order by order:
 * `0 add #1 bid 5@100`, `10 cut #1 bid 2@100`, `10 hit #1 bid 2@100`, `10 set #1 bid 3@100`. `0 clear bid 0@98` takes all
 * bids down to 98 away, `0 quote bid 5@100` is level-1 data, `0 status halt` a status, `60 bar 100 105 98 102 50` a bar (open,
 * high, low, close, volume). `5/8 …` happens at 5 and is seen by strategies at 8, and `Y ` after the time makes it a row of
 * the second instrument. Prices in ticks, quantities in lots.
 */
import {
  type BracketExits,
  type ComputeTimeModel,
  codeOf,
  Flag,
  Kind,
  MemoryTape,
  type Observer,
  ORDER_EVENT_NAMES,
  type Order,
  type OrderEvent,
  OrderEventKind,
  type OrderRequest,
  Reason,
  type RunResult,
  Side,
  Simulation,
  Status,
  type Strategy,
  type StrategyContext,
  TapeBuilder,
} from '../../core/index.js';
import { type SimulatedVenueOptions, simulatedVenue } from '../../execution/index.js';

/** What an action may do: orders have names, so that later actions and the lines can speak of them. */
export class Desk {
  readonly context: StrategyContext;
  readonly #orders = new Map<string, Order>();
  readonly #names: Map<Order, string>;

  constructor(context: StrategyContext, names: Map<Order, string>) {
    this.context = context;
    this.#names = names;
  }

  /** Any order; of the first instrument unless it names one. */
  send(name: string, request: Omit<OrderRequest, 'instrument'> & Partial<Pick<OrderRequest, 'instrument'>>): Order {
    const order = this.context.submit({ instrument: this.context.instruments[0]!, ...request });
    this.name(order, name);
    return order;
  }

  /** Without a price: a market order. */
  buy(name: string, qtyLots: number, priceTicks?: number, more: Partial<OrderRequest> = {}): Order {
    return this.send(name, { side: Side.buy, qtyLots, ...(priceTicks === undefined ? {} : { priceTicks }), ...more });
  }

  sell(name: string, qtyLots: number, priceTicks?: number, more: Partial<OrderRequest> = {}): Order {
    return this.send(name, { side: Side.sell, qtyLots, ...(priceTicks === undefined ? {} : { priceTicks }), ...more });
  }

  /** Its orders are `entry`, `target` and `stop`. */
  bracket(entry: Omit<OrderRequest, 'instrument'>, exits: BracketExits): void {
    const made = this.context.bracket({ instrument: this.context.instruments[0]!, ...entry }, exits);
    this.name(made.entry, 'entry');
    this.name(made.takeProfit, 'target');
    this.name(made.stopLoss, 'stop');
  }

  /** One cancels the other, each under its name. */
  oco(requests: Readonly<Record<string, Omit<OrderRequest, 'instrument'>>>): void {
    const instrument = this.context.instruments[0]!;
    const orders = this.context.oco(...Object.values(requests).map((request) => ({ instrument, ...request })));
    Object.keys(requests).forEach((name, index) => {
      this.name(orders[index]!, name);
    });
  }

  /** Gives an order that came about otherwise its name. */
  name(order: Order, name: string): void {
    this.#orders.set(name, order);
    this.#names.set(order, name);
  }

  order(name: string): Order {
    return this.#orders.get(name)!;
  }

  cancel(name: string): void {
    this.context.cancel(this.order(name));
  }

  modify(name: string, change: Parameters<StrategyContext['modify']>[1]): void {
    this.context.modify(this.order(name), change);
  }
}

/** When, what, and by which strategy (default the first, `a`). */
export type Action = readonly [timeNs: number, act: (desk: Desk) => void, strategy?: string];

export interface Scenario {
  readonly market?: readonly string[];
  readonly actions?: readonly Action[];
  readonly venue?: SimulatedVenueOptions;
  /** Called for everything that strategies learn of an order, after its line was written. */
  readonly onEvent?: (event: OrderEvent, desk: Desk, name: string) => void;
  /** The tape goes on until here (default 1000). */
  readonly untilNs?: number;
  readonly computeTime?: ComputeTimeModel;
  readonly observers?: readonly Observer[];
  /** Also tells what strategies send. */
  readonly requests?: boolean;
}

export interface Played {
  /** What happened, in the order in which strategies learnt of it. */
  readonly lines: string[];
  readonly result: RunResult;
  readonly orders: ReadonlyMap<string, Order>;
}

/** Each line is time, name, what happened, quantity @ price (the order's or the fill's), what is left, and why. */
interface Line {
  readonly order: Order;
  readonly time: number;
  readonly text: string;
}

/** Plays a scenario and says all that came of it. Throws what a run throws. */
export function play(scenario: Scenario): Played {
  const { market = [], actions = [], untilNs = 1000, venue = {}, onEvent, computeTime, requests = false } = scenario;
  const names = new Map<Order, string>();
  const lines: Line[] = [];
  const owners = [...new Set(['a', ...actions.map(([, , strategy = 'a']) => strategy)])];
  const entries = owners.map((name) => {
    const own = actions.filter(([, , strategy = 'a']) => strategy === name);
    const strategy = strategyOf(own, names, onEvent);
    return computeTime === undefined ? { name, strategy } : { name, strategy, computeTime };
  });
  const result = new Simulation({
    tapes: [tapeOf(market, untilNs)],
    strategies: entries,
    venue: simulatedVenue(venue),
    observers: [
      ...(scenario.observers ?? []),
      {
        onOrderEvent(event) {
          if (!requests && IS_REQUEST.test(ORDER_EVENT_NAMES[event.kind]!)) return;
          lines.push({ order: event.order, time: event.localNs, text: textOf(event) });
        },
      },
    ],
  }).run();
  return {
    lines: lines.map(({ order, time, text }) => `${time} ${names.get(order) ?? order.id} ${text}`),
    result,
    orders: new Map([...names].map(([order, name]) => [name, order])),
  };
}

/** What happened in a scenario, in the order in which strategies learnt of it. */
export function told(scenario: Scenario): string[] {
  return play(scenario).lines;
}

const IS_REQUEST = /submitted|Requested/;
const REASON_NAMES = Object.keys(Reason);

function textOf({ kind, priceTicks, qtyLots, leavesLots, maker, reason }: OrderEvent): string {
  const price = Number.isNaN(priceTicks) ? 'market' : priceTicks;
  const why = reason === Reason.none ? '' : `: ${REASON_NAMES[reason]}`;
  const { filled, modified, restated } = OrderEventKind;
  const left = kind === filled || kind === modified || kind === restated ? `, ${leavesLots} left` : '';
  return `${ORDER_EVENT_NAMES[kind]} ${qtyLots}@${price}${maker ? ' as maker' : ''}${left}${why}`;
}

function strategyOf(actions: readonly Action[], names: Map<Order, string>, onEvent: Scenario['onEvent']): Strategy {
  let desk: Desk;
  return {
    onStart(context) {
      desk = new Desk(context, names);
      actions.forEach(([timeNs], index) => {
        context.at(`${index}`, timeNs);
      });
    },
    onTimer(name) {
      actions[Number(name)]![1](desk);
    },
    ...(onEvent !== undefined && {
      onOrderEvent: (event: OrderEvent) => onEvent(event, desk, names.get(event.order) ?? `${event.order.id}`),
    }),
  };
}

const ROW = /^(\d+)(?:\/(\d+))? (Y )?(\w+)(?: #(\d+))?(?: (bid|ask))?(?: (\d+)@(-?\d+)| (\w+)| ([\d ]+))?$/;
const BOOK_SIDES: Readonly<Record<string, Side>> = { bid: Side.buy, ask: Side.sell };
const AGGRESSORS: Readonly<Record<string, Side>> = { bought: Side.buy, sold: Side.sell, traded: Side.none };
const OTHER_ROWS: Readonly<Record<string, Kind>> = {
  quote: Kind.quote,
  add: Kind.orderAdd,
  set: Kind.orderModify,
  cut: Kind.orderCancel,
  hit: Kind.orderExecute,
  status: Kind.status,
  bar: Kind.bar,
  clear: Kind.depthClear,
};
const SPECS = ['X', 'Y'].map((symbol) => ({ symbol, tick: '1', lot: '1' }));

/** The tape of rows in that notation; `untilNs`: its last row, of no meaning, stands there. */
export function tapeOf(market: readonly string[], untilNs: number): MemoryTape {
  const rows = new TapeBuilder({ orderId: true, bars: true, value: true }, 64);
  for (const text of market) {
    const match = ROW.exec(text);
    if (match === null) throw new RangeError(`no row: ${text}`);
    const [, exchange, local = exchange, second, word = '', id, side, lots, ticks, status, bar] = match;
    const kind = word in BOOK_SIDES ? Kind.depth : word in AGGRESSORS ? Kind.trade : OTHER_ROWS[word];
    if (kind === undefined) throw new RangeError(`no kind of row: ${text}`);
    const code = codeOf(kind, BOOK_SIDES[side ?? word] ?? AGGRESSORS[word] ?? Side.none);
    const [open = 0, high = 0, low = 0, close = 0, volume = 0] = (bar ?? '').split(' ').map(Number);
    const [price, qty] = kind === Kind.bar ? [close, volume] : [Number(ticks ?? 0), Number(lots ?? 0)];
    const row = rows.add(Number(exchange), Number(local), code, Flag.last, second === undefined ? 0 : 1, price, qty);
    const { columns } = rows;
    columns.orderId![row] = Number(id ?? 0);
    columns.openTicks![row] = open;
    columns.highTicks![row] = high;
    columns.lowTicks![row] = low;
    columns.value![row] = status === undefined ? 0 : Status[status as keyof typeof Status];
  }
  rows.add(untilNs, untilNs, codeOf(Kind.custom, Side.none), 0, 0, 0, 0);
  const instruments = market.some((text) => / Y /.test(text)) ? SPECS : SPECS.slice(0, 1);
  return new MemoryTape(rows.build().columns, { instruments, originNs: 0n, provenance: {}, corrections: [] });
}
