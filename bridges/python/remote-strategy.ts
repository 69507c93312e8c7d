/**
 * A strategy whose decisions are made elsewhere: gathers what happens, asks at the decision times, does what the reply says.
 * Knows nothing of processes, sockets or journals. Called by the router and the strategies' host, as every strategy.
 *
 * A decision is synchronous: the handler that brings it about sends the request, waits for the reply and applies it, at the
 * market time of the request. So the wall clock has no part in a run: it is what the replies make it. Only those handlers
 * exist that are needed, so that rows nobody wants cost nothing. Longer than most files because the handlers are one machine.
 */
import type { AccountEvent } from '../../core/account-event.js';
import type { Book } from '../../core/book/book.js';
import { Kind, type MarketView, Side } from '../../core/market.js';
import { type OrderEvent, OrderEventKind } from '../../core/order.js';
import type { Strategy, StrategyContext } from '../../core/strategy.js';
import type { Nanos } from '../../core/time.js';
import type { FeatureSet } from '../../strategies/features/feature-set.js';
import { AskedBars } from './asked-bars.js';
import type { Attention } from './attention.js';
import type { BarWish } from './bar-wishes.js';
import { BridgeError } from './bridge-error.js';
import { unpackMeta } from './frame.js';
import type { Line } from './line.js';
import { Operations } from './operations.js';
import { finiteOrNil, OwnOrders } from './own-orders.js';
import { RequestFrame } from './request-frame.js';
import { WaitingBars, WaitingRows } from './waiting-rows.js';
import { Event, FrameType } from './wire-layout.js';

/** The timer of `decide.every`, and what those of the peer begin with: signs that no name can hold. */
const EVERY = '\u0000every';
const TIMER_PREFIX = '\u0001';
const TWO_32 = 2 ** 32;

/** Which handler brings rows of a kind that can wait for a request. */
const ROW_HANDLERS = {
  onTrade: [Kind.trade],
  onDepth: [Kind.depth, Kind.depthClear],
  onQuote: [Kind.quote],
  onOrderRow: [Kind.orderAdd, Kind.orderModify, Kind.orderCancel, Kind.orderExecute],
  onFunding: [Kind.funding],
  onStatus: [Kind.status],
  onCustom: [Kind.custom],
  onCorporateAction: [Kind.split, Kind.dividend],
  onMark: [Kind.mark],
} as const;
type RowHandler = keyof typeof ROW_HANDLERS;

/** How far a strategy is with the event that a strategy before it has already shown it. */
const Ahead = { none: 0, noted: 1, asked: 2 } as const;
type Ahead = (typeof Ahead)[keyof typeof Ahead];

/** A reply by which the peer wants another run; thrown out of the simulation. Environments only. */
export class RunReset extends Error {
  override readonly name = 'RunReset';
  /** The frame's meta. */
  readonly request: unknown;

  constructor(request: unknown) {
    super('the environment was reset');
    this.request = request;
  }
}

export interface RemoteStrategyOptions {
  readonly line: Line;
  readonly attention: Attention;
  readonly features?: FeatureSet | undefined;
  /** It occupies a machine of its own for a while at each event: its moments are not those of others. */
  readonly slow?: boolean;
  /** Bars that the run builds for it. */
  readonly bars?: readonly BarWish[];
  /** All remote strategies of the run, in order; this one adds itself. */
  readonly group?: RemoteStrategy[];
}

/** What the frame of a strategy without features has in their place. */
const NO_FEATURES = new Float64Array(0);

export class RemoteStrategy implements Strategy {
  onTrade?: (row: MarketView) => void;
  onDepth?: (row: MarketView) => void;
  onQuote?: (row: MarketView) => void;
  onOrderRow?: (row: MarketView) => void;
  onFunding?: (row: MarketView) => void;
  onStatus?: (row: MarketView) => void;
  onCustom?: (row: MarketView) => void;
  onCorporateAction?: (row: MarketView) => void;
  onMark?: (row: MarketView) => void;
  onBar?: (bar: MarketView) => void;
  onBook?: (book: Book) => void;
  onAccountEvent?: (event: AccountEvent) => void;
  /** Whether the last call made a request: noting an event takes no computing time. */
  thought = false;

  readonly #line: Line;
  readonly #attention: Attention;
  readonly #features: FeatureSet | undefined;
  /** What it hears at a moment is not what others hear then: they are no moments to ask at together. */
  readonly #alone: boolean;
  readonly #group: readonly RemoteStrategy[];
  readonly #frame = new RequestFrame();
  /** Events for the next request that came one by one: of orders, of the account. */
  readonly #waiting: unknown[] = [];
  /** Timers that are due, for the next request. */
  readonly #due: unknown[] = [];
  readonly #orders = new OwnOrders(this.#waiting);
  readonly #rows: WaitingRows;
  readonly #bars = new WaitingBars();
  readonly #asked: AskedBars;
  readonly #levelTicks: Int32Array;
  readonly #levelLots: Float64Array;
  #featureRow = NO_FEATURES;
  /** The peer's index of an instrument by the run's; −1 for those that it does not see. */
  #peerIndex = new Int32Array(0);
  /** 1 for instruments whose book changed since the last request, by the peer's index. */
  #bookChanged = new Uint8Array(0);
  #anyBookChanged = false;
  /** The run's origin, int64, as two halves. */
  #originLow = 0;
  #originHigh = 0;
  #seq = 0;
  #context!: StrategyContext;
  #operations!: Operations;
  /** When `decide.every` is due next. */
  #everyNs: Nanos = Number.POSITIVE_INFINITY;
  #ahead: Ahead = Ahead.none;

  constructor({ line, attention, features, slow = false, bars: wishes = [], group = [] }: RemoteStrategyOptions) {
    this.#line = line;
    this.#attention = attention;
    this.#features = features;
    // Bars of its own come before the row that ends them, so no other strategy can have shown it the row.
    this.#asked = new AskedBars(wishes);
    this.#alone = slow || this.#asked.any;
    this.#group = group;
    this.#rows = new WaitingRows(attention.columns);
    this.#levelTicks = new Int32Array(attention.depth);
    this.#levelLots = new Float64Array(attention.depth);
    group.push(this);
    const { rowKinds, times, bars, book, account } = attention;
    const wanted = features?.handlers ?? [];
    for (const handler of Object.keys(ROW_HANDLERS) as RowHandler[]) {
      const waits = ROW_HANDLERS[handler].some((kind) => (rowKinds & (1 << kind)) !== 0);
      const asks = handler === 'onTrade' && times.on.trade;
      if (waits || asks || (wanted as readonly string[]).includes(handler)) {
        this[handler] = (row) => this.#hearRow(handler, row);
      }
    }
    if (bars || times.on.bar || wanted.includes('onBar')) this.onBar = (row) => this.#hearBar(row);
    if (book || times.on.book || wanted.includes('onBook')) this.onBook = (changed) => this.#hearBook(changed);
    if (account || times.on.account) this.onAccountEvent = (event) => this.#hearAccount(event);
  }

  onStart(context: StrategyContext): void {
    const { instruments, originNs } = context;
    this.#context = context;
    this.#operations = new Operations(this.#orders, context, TIMER_PREFIX);
    this.#originLow = Number(BigInt.asUintN(32, originNs));
    this.#originHigh = Number(BigInt.asIntN(32, originNs >> 32n));
    this.#peerIndex = new Int32Array(1 + Math.max(-1, ...instruments.map(({ index }) => index))).fill(-1);
    instruments.forEach(({ index }, at) => {
      this.#peerIndex[index] = at;
    });
    this.#bookChanged = new Uint8Array(instruments.length);
    this.#asked.start(context);
    this.#features?.start(context);
    const names = this.#features?.names ?? [];
    this.#featureRow = new Float64Array(names.length);
    const { everyNs } = this.#attention.times;
    if (everyNs > 0) {
      this.#everyNs = context.nowNs + everyNs;
      context.every(EVERY, everyNs);
    }
    this.#waiting.push(this.#asked.any ? [Event.start, names, this.#asked.names()] : [Event.start, names]);
    this.#decide();
  }

  onTimer(name: string): void {
    if (name !== EVERY) {
      this.#due.push([Event.timer, name.slice(TIMER_PREFIX.length)]);
      this.#decide();
      return;
    }
    const dueNs = this.#everyNs;
    this.#everyNs += this.#attention.times.everyNs;
    if (this.#ahead === Ahead.none) {
      this.#ask(FrameType.decide);
      for (const other of this.#group) if (other !== this) other.#goAheadAt(dueNs);
    }
    this.#ahead = Ahead.none;
    this.#answer();
  }

  onOrderEvent(event: OrderEvent): void {
    this.thought = false;
    const { on } = this.#attention.times;
    const { kind } = event;
    this.#features?.onOrderEvent(event);
    this.#orders.tell(event);
    const refused =
      kind === OrderEventKind.rejected ||
      kind === OrderEventKind.cancelRejected ||
      kind === OrderEventKind.modifyRejected;
    if (on.order || (on.fill && kind === OrderEventKind.filled) || (on.reject && refused)) this.#decide();
  }

  onStop(): void {
    if (this.#asked.any) this.#due.push([Event.series, this.#asked.counts()]);
    this.#ask(FrameType.stop);
    this.#answer();
    this.#line.finish();
  }

  // ── what is heard ───────────────────────────────────────────────────────────────────────────────────────────────────

  #hearRow(handler: RowHandler, row: MarketView): void {
    if (this.#continues()) return;
    if (!this.#noteRow(handler, row)) return;
    this.#ask(FrameType.decide);
    this.#others(
      (other) => other[handler] !== undefined && other.#sees(row.instrument.index),
      (other) => other.#noteRow(handler, row),
    );
    this.#answer();
  }

  #hearBar(bar: MarketView): void {
    if (bar.series !== '') {
      this.thought = false;
      if (this.#noteBar(bar)) this.#decide();
      return;
    }
    if (this.#continues()) return;
    if (!this.#noteBar(bar)) return;
    this.#ask(FrameType.decide);
    this.#others(
      (other) => other.onBar !== undefined && other.#sees(bar.instrument.index),
      (other) => other.#noteBar(bar),
    );
    this.#answer();
  }

  #hearBook(book: Book): void {
    if (this.#continues()) return;
    if (!this.#noteBook(book)) return;
    this.#ask(FrameType.decide);
    this.#others(
      (other) => other.onBook !== undefined && other.#sees(book.instrument.index),
      (other) => other.#noteBook(book),
    );
    this.#answer();
  }

  #hearAccount(event: AccountEvent): void {
    this.thought = false;
    const { kind, instrument, amount, qtyLots, priceTicks, fee, localNs, exchangeNs } = event;
    const at = instrument === undefined ? null : (this.#peerIndex[instrument.index] ?? -1);
    // A payment for an instrument that the strategy does not see concerns its account all the same.
    const seen = at === -1 ? null : at;
    this.#waiting.push([Event.account, kind, seen, amount, qtyLots, finiteOrNil(priceTicks), fee, localNs, exchangeNs]);
    if (this.#attention.times.on.account) this.#decide();
  }

  /** Takes a row in; whether it calls for a request. */
  #noteRow(handler: RowHandler, row: MarketView): boolean {
    const { rowKinds, times } = this.#attention;
    this.#features?.[handler]?.(row);
    if ((rowKinds & (1 << row.kind)) !== 0) this.#rows.add(row, this.#peerIndex[row.instrument.index]!);
    return (times.on.trade && handler === 'onTrade') || this.#rows.length >= times.rows;
  }

  #noteBar(bar: MarketView): boolean {
    const series = this.#asked.placeOf(bar);
    // Features are of what is on the tape, whatever else the strategy asks for.
    if (series === 0) this.#features?.onBar?.(bar);
    if (this.#attention.bars) this.#bars.add(bar, this.#peerIndex[bar.instrument.index]!, series);
    return this.#attention.times.on.bar;
  }

  #noteBook(book: Book): boolean {
    this.#features?.onBook?.(book);
    if (this.#attention.book) {
      const at = this.#peerIndex[book.instrument.index]!;
      this.#bookChanged[at] = 1;
      this.#anyBookChanged = true;
    }
    return this.#attention.times.on.book;
  }

  // ── several remote strategies: their requests go out together ────────────────────────────────────────────────────────
  //
  // When one must ask at a moment, those after it that must ask at the same moment ask before it waits, so that their peers
  // think side by side. Each reply is still applied in its own strategy's turn: the run is the same as if they asked by turns,
  // because nothing that one strategy does at a moment can be seen by another at that moment.

  /** The router's call for an event that was noted before its turn; true if it is done with. */
  #continues(): boolean {
    const ahead = this.#ahead;
    this.#ahead = Ahead.none;
    this.thought = ahead === Ahead.asked;
    if (ahead === Ahead.asked) this.#answer();
    return ahead !== Ahead.none;
  }

  #others(hears: (other: RemoteStrategy) => boolean, note: (other: RemoteStrategy) => boolean): void {
    const group = this.#group;
    if (this.#alone || group.length === 1) return;
    for (let at = group.indexOf(this) + 1; at < group.length; at++) {
      const other = group[at]!;
      if (other.#alone || !hears(other)) continue;
      const asks = note(other);
      if (asks) other.#ask(FrameType.decide);
      other.#ahead = asks ? Ahead.asked : Ahead.noted;
    }
  }

  /** Asks now if `decide.every` is due at this moment and nothing else of its own can come before it. */
  #goAheadAt(timeNs: Nanos): void {
    if (this.#everyNs !== timeNs || this.#alone || this.#ahead !== Ahead.none || this.#operations.timersSet) return;
    this.#ask(FrameType.decide);
    this.#ahead = Ahead.asked;
  }

  #sees(instrument: number): boolean {
    return (this.#peerIndex[instrument] ?? -1) >= 0;
  }

  // ── requests and replies ────────────────────────────────────────────────────────────────────────────────────────────

  #decide(): void {
    this.#ask(FrameType.decide);
    this.#answer();
  }

  #ask(type: number): void {
    this.thought = true;
    const frame = this.#frame;
    frame.begin(this.#events());
    this.#addState();
    if (this.#bars.length > 0) for (const column of this.#bars.columns) frame.addColumn(column, this.#bars.length);
    if (this.#rows.length > 0) for (const column of this.#rows.columns) frame.addColumn(column, this.#rows.length);
    if (this.#anyBookChanged) this.#addBooks();
    this.#rows.length = 0;
    this.#bars.clear();
    this.#waiting.length = 0;
    this.#due.length = 0;
    this.#line.ask(frame.end(type, ++this.#seq));
  }

  #answer(): void {
    const { type, meta, payload } = this.#line.answer();
    if (type === FrameType.reset) throw new RunReset(unpackMeta(meta));
    if (type !== FrameType.actions)
      throw new BridgeError('TYPE', `the reply to request ${this.#seq} has the type ${type}`);
    if (payload.length > 0) throw new BridgeError('BAD_ACTIONS', `the reply has a payload of ${payload.length} bytes`);
    if (meta.length > 0) this.#operations.apply(unpackMeta(meta));
  }

  /** What the next request tells, in the order of the protocol. */
  #events(): readonly unknown[] {
    const rows = this.#rows.length;
    const bars = this.#bars.length;
    const waiting = this.#waiting;
    if (rows === 0 && bars === 0 && !this.#anyBookChanged && this.#due.length === 0) return waiting;
    const events = [...waiting];
    if (bars > 0) events.push([Event.bars, bars]);
    if (rows > 0) events.push([Event.rows, rows]);
    if (this.#anyBookChanged) this.#announceBooks(events);
    events.push(...this.#due);
    return events;
  }

  #addState(): void {
    const frame = this.#frame;
    const context = this.#context;
    const { nowNs, account, instruments } = context;
    const rest = nowNs % TWO_32;
    const low = this.#originLow + rest;
    frame.addHalves(low, this.#originHigh + (nowNs - rest) / TWO_32 + (low >= TWO_32 ? 1 : 0));
    // Equity first: it marks the account to this moment.
    const { equity } = context;
    frame.addNumber(account.cash);
    frame.addNumber(equity);
    frame.addNumber(account.fees);
    for (let at = 0; at < instruments.length; at++) {
      const instrument = instruments[at]!;
      frame.addNumber(account.positionLots(instrument.index) / instrument.lotsPerUnit);
    }
    if (this.#features === undefined) return;
    this.#features.readInto(this.#featureRow, 0);
    frame.addNumbers(this.#featureRow);
  }

  #announceBooks(events: unknown[]): void {
    const { instruments } = this.#context;
    const { depth } = this.#attention;
    for (let at = 0; at < instruments.length; at++) {
      if (this.#bookChanged[at] === 0) continue;
      const book = this.#context.book(instruments[at]!);
      const bids = book.levelsInto(Side.buy, depth, this.#levelTicks, this.#levelLots);
      const asks = book.levelsInto(Side.sell, depth, this.#levelTicks, this.#levelLots);
      events.push([Event.book, at, bids, asks]);
    }
  }

  #addBooks(): void {
    const { instruments } = this.#context;
    for (let at = 0; at < instruments.length; at++) {
      if (this.#bookChanged[at] === 0) continue;
      this.#addLevels(at, Side.buy);
      this.#addLevels(at, Side.sell);
    }
    this.#bookChanged.fill(0);
    this.#anyBookChanged = false;
  }

  #addLevels(at: number, side: Side): void {
    const frame = this.#frame;
    const instrument = this.#context.instruments[at]!;
    const count = this.#context
      .book(instrument)
      .levelsInto(side, this.#attention.depth, this.#levelTicks, this.#levelLots);
    for (let level = 0; level < count; level++) frame.addNumber(instrument.price(this.#levelTicks[level]!));
    for (let level = 0; level < count; level++) frame.addNumber(instrument.qty(this.#levelLots[level]!));
  }
}
