/**
 * A venue that does whatever a history says, behind the real order desk: requests wait until they are let in, orders fill,
 * end and shrink on command, answers arrive later. It keeps its own truth about orders and positions. Called by the tests of
 * the risk desk and its checks.
 */
import fc from 'fast-check';
import {
  Account,
  type AnswerSink,
  Instrument,
  LevelBook,
  type Order,
  type OrderEvent,
  OrderEventKind,
  Reason,
  type RiskCheck,
  RiskDesk,
  type RiskDeskOptions,
  Schedule,
  Side,
  type Venue,
} from '../../core/index.js';
import { OrderDesk } from '../../core/order-desk.js';
import { RunHash } from '../../core/run-hash.js';
import { Watch } from '../../core/venue.js';

export const STRATEGIES = 2;
export const SPECS = [
  { symbol: 'X', tick: '0.5', lot: '1' },
  { symbol: 'Y', tick: '1', lot: '0.1' },
];

/** What can happen. `pick` chooses among the orders sent so far. */
export type Step =
  | {
      readonly what: 'submit';
      readonly strategy: number;
      readonly instrument: number;
      readonly side: Side;
      readonly qtyLots: number;
      readonly priceTicks: number | undefined;
      readonly reduceOnly: boolean;
    }
  | { readonly what: 'modify'; readonly pick: number; readonly qtyLots: number; readonly priceTicks: number }
  | { readonly what: 'cancel' | 'expire' | 'shrink'; readonly pick: number }
  | { readonly what: 'fill'; readonly pick: number; readonly qtyLots: number }
  /** The oldest request of a strategy reaches the venue, which takes or refuses it. */
  | { readonly what: 'arrive'; readonly strategy: number; readonly refuse: boolean }
  | { readonly what: 'wait'; readonly ns: number }
  | { readonly what: 'quote'; readonly instrument: number; readonly bidTicks: number; readonly spreadTicks: number };

const side = fc.constantFrom(Side.buy, Side.sell);
const qtyLots = fc.integer({ min: 1, max: 9 });
const priceTicks = fc.integer({ min: 80, max: 120 });
const pick = fc.nat(1000);
const strategy = fc.nat(STRATEGIES - 1);
const instrument = fc.nat(SPECS.length - 1);
const reduceOnly = fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, fc.constant(true));
const submit: fc.Arbitrary<Step> = fc.record({
  what: fc.constant('submit'),
  ...{ strategy, instrument, side, qtyLots, reduceOnly },
  priceTicks: fc.option(priceTicks, { nil: undefined, freq: 4 }),
});
const modify: fc.Arbitrary<Step> = fc.record({ what: fc.constant('modify'), pick, qtyLots, priceTicks });
const onOne: fc.Arbitrary<Step> = fc.record({ what: fc.constantFrom('cancel', 'expire', 'shrink'), pick });
const fill: fc.Arbitrary<Step> = fc.record({ what: fc.constant('fill'), pick, qtyLots });
const arrive: fc.Arbitrary<Step> = fc.record({ what: fc.constant('arrive'), strategy, refuse: fc.boolean() });
const wait: fc.Arbitrary<Step> = fc.record({ what: fc.constant('wait'), ns: fc.integer({ min: 1, max: 100 }) });
const quote: fc.Arbitrary<Step> = fc.record({
  what: fc.constant('quote'),
  instrument,
  bidTicks: priceTicks,
  spreadTicks: fc.integer({ min: 1, max: 4 }),
});
const step = fc.oneof(
  { arbitrary: submit, weight: 4 },
  { arbitrary: modify, weight: 2 },
  onOne,
  { arbitrary: fill, weight: 4 },
  { arbitrary: arrive, weight: 5 },
  { arbitrary: wait, weight: 2 },
  quote,
);
export const histories = fc.array(step, { minLength: 10, maxLength: 80 });

/** An order as the venue has it. */
interface Resting {
  readonly order: Order;
  qtyLots: number;
  filledLots: number;
  priceTicks: number;
  live: boolean;
}
interface Request {
  readonly order: Order;
  readonly kind: 'submit' | 'cancel' | 'modify';
  readonly priceTicks: number;
  readonly qtyLots: number;
}

export class RiskWorld implements Venue {
  readonly instruments = SPECS.map((spec, index) => new Instrument(spec, index));
  readonly accounts: readonly Account[];
  readonly books = this.instruments.map((each) => new LevelBook(each));
  readonly desk: RiskDesk;
  readonly orders: Order[] = [];
  /** Refusals in order, and every event in words. */
  readonly refusals: string[] = [];
  readonly told: string[] = [];
  nowNs = 0;
  readonly working = 1;
  readonly leastEntryNs = 0;
  readonly leastResponseNs = 0;
  readonly watch = new Watch(SPECS.length);
  readonly #schedule = new Schedule();
  readonly #desk: OrderDesk;
  readonly #requests: Request[][] = Array.from({ length: STRATEGIES }, () => []);
  readonly #resting = new Map<number, Resting>();
  /** `[strategy][instrument]`, at the venue. */
  readonly #positions = Array.from({ length: STRATEGIES }, () => SPECS.map(() => 0));
  readonly #lastAnswerNs = Array.from({ length: STRATEGIES }, () => 0);

  constructor(
    checks: readonly (readonly RiskCheck[])[],
    overall: readonly RiskCheck[] = [],
    options: Partial<RiskDeskOptions> = {},
  ) {
    this.accounts = Array.from({ length: STRATEGIES }, () => new Account(this.instruments));
    const { instruments, accounts, books } = this;
    this.desk = new RiskDesk({
      ...{ checks, overall, accounts, instruments, books, originNs: 0n, schedule: this.#schedule },
      ...options,
    });
    const observer = {
      onOrderEvent: ({ kind, order, reason, priceTicks: price, qtyLots: lots, leavesLots }: OrderEvent) => {
        this.told.push(`${kind} ${order.id} ${price} ${lots} ${leavesLots} ${reason}`);
        if (reason === Reason.riskLimit) this.refusals.push(order.detail);
      },
    };
    this.#desk = new OrderDesk(this.#schedule, instruments, [observer], new RunHash());
    const owners = accounts.map((account, index) => ({
      ...{ index, account },
      onAnswer: () => {},
      onSettlement: () => {},
      log: () => {},
    }));
    this.#desk.connect(this, owners, this.desk);
    for (const { index } of this.instruments) this.quote(index, 99, 2);
  }

  /** Orders not finished, as their strategy knows. */
  ordersOf(index: number): Order[] {
    return [...this.#desk.ordersOf(index)];
  }

  quote(index: number, bidTicks: number, spreadTicks: number): void {
    this.books[index]!.setOnly(Side.buy, bidTicks, 0);
    this.books[index]!.setOnly(Side.sell, bidTicks + spreadTicks, 0);
    this.books[index]!.setOnly(Side.buy, bidTicks, 1);
    this.books[index]!.setOnly(Side.sell, bidTicks + spreadTicks, 1);
  }

  send(owner: number, index: number, of: Side, lots: number, price?: number, reduces = false): Order {
    const order = this.#desk.submit(
      owner,
      {
        ...{ instrument: this.instruments[index]!, side: of, qtyLots: lots },
        ...(price === undefined ? {} : { priceTicks: price }),
        ...(reduces ? { reduceOnly: true } : {}),
      },
      this.nowNs,
    );
    this.orders.push(order);
    return order;
  }

  change(order: Order, price: number, lots: number): void {
    this.#desk.modify(order, price, lots, Number.NaN, this.nowNs);
  }

  withdraw(order: Order): void {
    this.#desk.cancel(order, this.nowNs);
  }

  take(next: Step): void {
    // Among the latest, most of which are not finished.
    const picked = 'pick' in next ? this.orders.at(-1 - (next.pick % Math.min(8, this.orders.length || 1))) : undefined;
    switch (next.what) {
      case 'submit':
        this.send(next.strategy, next.instrument, next.side, next.qtyLots, next.priceTicks, next.reduceOnly);
        break;
      case 'modify':
        if (picked !== undefined) this.change(picked, next.priceTicks, next.qtyLots);
        break;
      case 'cancel':
        if (picked !== undefined) this.withdraw(picked);
        break;
      case 'expire':
      case 'shrink':
        this.#endOrShrink(picked, next.what);
        break;
      case 'fill':
        this.fill(picked, next.qtyLots);
        break;
      case 'arrive':
        this.arrive(next.strategy, next.refuse);
        break;
      case 'wait':
        this.wait(next.ns);
        break;
      case 'quote':
        this.quote(next.instrument, next.bidTicks, next.spreadTicks);
        break;
    }
  }

  /** Lets the oldest request of a strategy in; false when there is none. */
  arrive(owner: number, refuse = false): boolean {
    const request = this.#requests[owner]!.shift();
    if (request === undefined) return false;
    const { order } = request;
    const resting = this.#resting.get(order.id);
    if (request.kind === 'submit') {
      const { qtyLots: lots, priceTicks: price } = order;
      this.#resting.set(order.id, { order, qtyLots: lots, filledLots: 0, priceTicks: price, live: !refuse });
      this.#answer(order, refuse ? OrderEventKind.rejected : OrderEventKind.accepted);
      return true;
    }
    const cancels = request.kind === 'cancel';
    const late = resting === undefined || !resting.live;
    if (late || refuse || (!cancels && request.qtyLots <= resting.filledLots)) {
      this.#answer(order, cancels ? OrderEventKind.cancelRejected : OrderEventKind.modifyRejected);
    } else if (cancels) {
      resting.live = false;
      this.#answer(order, OrderEventKind.cancelled);
    } else {
      resting.qtyLots = request.qtyLots;
      resting.priceTicks = request.priceTicks;
      this.#answer(order, OrderEventKind.modified);
    }
    return true;
  }

  /** Fills up to so many lots, as far as the order and (reduce-only) the position go. */
  fill(order: Order | undefined, lots: number): void {
    const resting = order === undefined ? undefined : this.#resting.get(order.id);
    if (resting === undefined || !resting.live) return;
    const own = this.#positions[resting.order.strategy]!;
    const { index } = resting.order.instrument;
    const sign = resting.order.side === Side.buy ? 1 : -1;
    let most = Math.min(lots, resting.qtyLots - resting.filledLots);
    if (resting.order.terms.reduceOnly) most = Math.min(most, Math.max(0, -sign * own[index]!));
    if (most === 0) return;
    own[index]! += sign * most;
    resting.filledLots += most;
    resting.live = resting.filledLots < resting.qtyLots;
    const price = Number.isNaN(resting.priceTicks) ? 100 : resting.priceTicks;
    this.#answer(resting.order, OrderEventKind.filled, price, most);
  }

  /** Lets everything in that may still grow the orders of one side, and fills them all: reduce-only ones first. */
  fillAll(owner: number, of: Side): void {
    const wanted = () =>
      [...this.#resting.values()].filter(({ order }) => order.strategy === owner && order.side === of);
    const fillWanted = () => {
      for (const { order } of wanted()) if (order.terms.reduceOnly) this.fill(order, Infinity);
      for (const { order } of wanted()) this.fill(order, Infinity);
    };
    for (;;) {
      const request = this.#requests[owner]![0];
      if (request === undefined) break;
      const resting = this.#resting.get(request.order.id);
      // Fill before what would make less of an order, and after what makes more.
      const grows =
        request.kind === 'submit' ||
        (request.kind === 'modify' && resting !== undefined && request.qtyLots > resting.qtyLots);
      if (!grows) fillWanted();
      this.arrive(owner, !grows);
    }
    fillWanted();
  }

  /** Time passes; answers that are due arrive. */
  wait(ns: number): void {
    const untilNs = this.nowNs + ns;
    while (this.#schedule.headNs <= untilNs) {
      this.nowNs = this.#schedule.headNs;
      this.#schedule.fireHead();
    }
    this.nowNs = untilNs;
  }

  #endOrShrink(order: Order | undefined, what: 'expire' | 'shrink'): void {
    const resting = order === undefined ? undefined : this.#resting.get(order.id);
    if (resting === undefined || !resting.live) return;
    if (what === 'expire') {
      resting.live = false;
      this.#answer(resting.order, OrderEventKind.expired);
    } else if (resting.qtyLots - resting.filledLots > 1) {
      resting.qtyLots--;
      this.#answer(resting.order, OrderEventKind.restated);
    }
  }

  #answer(order: Order, kind: OrderEventKind, price?: number, lots?: number): void {
    const resting = this.#resting.get(order.id);
    const atNs = Math.max(
      this.nowNs + ((order.id * 7 + this.told.length * 3) % 50),
      this.#lastAnswerNs[order.strategy]!,
    );
    this.#lastAnswerNs[order.strategy] = atNs;
    const { qtyLots: total = order.qtyLots, filledLots = 0, priceTicks: limit = order.priceTicks } = resting ?? {};
    const sink: AnswerSink = this.#desk;
    sink.answer(atNs, this.nowNs, order.id, kind, price ?? limit, lots ?? total, total - filledLots, true, 0, 0);
  }

  submit(order: Order): void {
    this.#requests[order.strategy]!.push({
      order,
      kind: 'submit',
      priceTicks: order.priceTicks,
      qtyLots: order.qtyLots,
    });
  }

  modify(order: Order, price: number, lots: number): void {
    this.#requests[order.strategy]!.push({ order, kind: 'modify', priceTicks: price, qtyLots: lots });
  }

  cancel(order: Order): void {
    this.#requests[order.strategy]!.push({ order, kind: 'cancel', priceTicks: 0, qtyLots: 0 });
  }

  batch(): void {}
  onDepth(): void {}
  onTrade(): void {}
  onOrderReduced(): void {}
  onRow(): void {}
}
