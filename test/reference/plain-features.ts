/**
 * The built-in features as slow twins: everything that was heard is kept, and each number is worked out anew, from the whole
 * story, whenever it is asked for. Written from the formulas of the definitions. Called by the feature tests.
 */
import {
  type Book,
  type Instrument,
  type MarketView,
  type Order,
  type OrderEvent,
  OrderEventKind,
  OrderStatus,
  OrderType,
  Side,
  TimeInForce,
} from '../../core/index.js';

/** `[ticks, lots]`, best first. */
type Levels = readonly (readonly [ticks: number, lots: number])[];

interface Shown {
  readonly bids: Levels;
  readonly asks: Levels;
}

type Story =
  | { readonly what: 'trade'; readonly ns: number; readonly ticks: number; readonly lots: number; readonly taker: Side }
  | { readonly what: 'book'; readonly ns: number; readonly shown: Shown }
  | {
      readonly what: 'order';
      readonly ns: number;
      readonly shown: Shown;
      readonly order: Order;
      readonly now: OrderNow;
    };

/** An order as it stood after an event. */
interface OrderNow {
  readonly kind: OrderEventKind;
  readonly maker: boolean;
  readonly status: OrderStatus;
  readonly priceTicks: number;
  readonly qtyLots: number;
}

export class PlainFeatures {
  readonly #instrument: Instrument;
  readonly #startNs: number;
  readonly #originNs: bigint;
  readonly #story: Story[] = [];

  constructor(instrument: Instrument, originNs: bigint, startNs: number) {
    this.#instrument = instrument;
    this.#originNs = originNs;
    this.#startNs = startNs;
  }

  /** `taker`: the aggressor. */
  trade({ priceTicks, qtyLots }: MarketView, taker: Side, ns: number): void {
    this.#story.push({ what: 'trade', ns, ticks: priceTicks, lots: qtyLots, taker });
  }

  book(book: Book, ns: number): void {
    this.#story.push({ what: 'book', ns, shown: shownBy(book) });
  }

  order({ kind, maker, order }: OrderEvent, book: Book, ns: number): void {
    const { status, priceTicks, qtyLots } = order;
    const now = { kind, maker, status, priceTicks, qtyLots };
    this.#story.push({ what: 'order', ns, shown: shownBy(book), order, now });
  }

  /** A feature by its name without a symbol, windows in whole ns. */
  value(name: string, ns: number, book: Book, positionLots: number): number {
    const { bids, asks } = shownBy(book);
    const [bid = Number.NaN, bidLots = Number.NaN] = bids[0] ?? [];
    const [ask = Number.NaN, askLots = Number.NaN] = asks[0] ?? [];
    const price = (ticks: number) => this.#instrument.price(ticks);
    const qty = (lots: number) => this.#instrument.qty(lots);
    const [, base = name, digits = ''] = /^(.*)_(\d+)(?:ns)?$/.exec(name) ?? [];
    const argument = Number(digits);
    const fromNs = ns - argument;
    const trades = this.#story.filter((each) => each.what === 'trade').filter((each) => each.ns > fromNs);
    const sinceStart = this.#startNs > fromNs ? Number.NaN : 0;
    switch (base) {
      case 'mid':
        return price((bid + ask) / 2);
      case 'bid':
        return price(bid);
      case 'ask':
        return price(ask);
      case 'spread':
        return price(ask - bid);
      case 'microprice':
        return price((bid * askLots + ask * bidLots) / (bidLots + askLots));
      case 'bid_qty':
        return qty(bidLots);
      case 'ask_qty':
        return qty(askLots);
      case 'imbalance': {
        const b = total(bids.slice(0, argument).map(([, lots]) => lots));
        const a = total(asks.slice(0, argument).map(([, lots]) => lots));
        return (b - a) / (b + a);
      }
      case 'volume':
        return sinceStart + qty(total(trades.map(({ lots }) => lots)));
      case 'signed_volume': {
        const bought = total(trades.filter(({ taker }) => taker === Side.buy).map(({ lots }) => lots));
        const sold = total(trades.filter(({ taker }) => taker === Side.sell).map(({ lots }) => lots));
        return sinceStart + qty(bought - sold);
      }
      case 'trades':
        return sinceStart + trades.length;
      case 'vwap':
        return sinceStart + price(total(trades.map((t) => t.ticks * t.lots)) / total(trades.map((t) => t.lots)));
      case 'ofi':
        return this.#flow(fromNs);
      case 'return':
        return this.#midReturn(fromNs);
      case 'volatility':
        return this.#volatility(fromNs);
      case 'queue_ahead_bid':
        return qty(this.#ahead(Side.buy));
      case 'queue_ahead_ask':
        return qty(this.#ahead(Side.sell));
      case 'inventory':
        return qty(positionLots);
      case 'time_of_day': {
        const epochNs = this.#originNs + BigInt(ns);
        const midnightNs =
          BigInt(Date.parse(new Date(Number(epochNs / 1_000_000n)).toISOString().slice(0, 10))) * 1_000_000n;
        return Number(epochNs - midnightNs) / 1e9;
      }
      case 'book_age': {
        const last = this.#story.filter((each) => each.what === 'book').at(-1);
        return last === undefined ? Number.NaN : (ns - last.ns) / 1e9;
      }
    }
    throw new RangeError(`no twin of feature ${name}`);
  }

  #flow(fromNs: number): number {
    const books = this.#story.filter((each) => each.what === 'book');
    if (books.length === 0 || books[0]!.ns > fromNs) return Number.NaN;
    let flow = 0;
    for (let n = 1; n < books.length; n++) {
      if (books[n]!.ns <= fromNs) continue;
      const before = books[n - 1]!.shown;
      const after = books[n]!.shown;
      flow += pressure(before.bids[0], after.bids[0], 1) - pressure(before.asks[0], after.asks[0], -1);
    }
    return this.#instrument.qty(flow);
  }

  /** All mids after complete messages, in half ticks. */
  #mids(): { readonly ns: number; readonly mid: number }[] {
    return this.#story.flatMap((each) => {
      if (each.what !== 'book') return [];
      const [bid, ask] = [each.shown.bids[0]?.[0], each.shown.asks[0]?.[0]];
      return bid === undefined || ask === undefined ? [] : [{ ns: each.ns, mid: bid + ask }];
    });
  }

  #midReturn(fromNs: number): number {
    const mids = this.#mids();
    const old = mids.filter(({ ns }) => ns <= fromNs).at(-1);
    if (old === undefined) return Number.NaN;
    return logOf(old.mid, mids.at(-1)!.mid);
  }

  #volatility(fromNs: number): number {
    const mids = this.#mids();
    if (mids.length === 0 || mids[0]!.ns > fromNs) return Number.NaN;
    const steps = mids.slice(1).map(({ ns, mid }, n) => ({ ns, from: mids[n]!.mid, to: mid }));
    const squares = steps
      .filter(({ ns, from, to }) => ns > fromNs && from !== to)
      .map(({ from, to }) => logOf(from, to) ** 2);
    return Math.sqrt(total(squares));
  }

  #ahead(side: Side): number {
    const own = new Set(
      this.#story.flatMap((each) => (each.what === 'order' && each.order.side === side ? [each.order] : [])),
    );
    const resting = [...own].sort((a, b) => a.id - b.id).flatMap((order) => this.#aheadOf(order));
    return resting[0] ?? Number.NaN;
  }

  /** Nothing for an order that does not rest. */
  #aheadOf(order: Order): number[] {
    const { terms, side, type, timeInForce } = order;
    if (
      terms.hidden ||
      terms.displayLots > 0 ||
      timeInForce === TimeInForce.atOpen ||
      timeInForce === TimeInForce.atClose
    ) {
      return [];
    }
    let working = type === OrderType.limit && terms.parent === undefined;
    let last: OrderNow | undefined;
    let ahead = Number.NaN;
    const sign = side === Side.buy ? 1 : -1;
    for (const each of this.#story) {
      if (each.what === 'order') {
        const { now } = each;
        if (each.order !== order) continue;
        if (now.kind === OrderEventKind.triggered) working = true;
        if (now.status > OrderStatus.open) return [];
        if (!working || now.status !== OrderStatus.open || Number.isNaN(now.priceTicks)) continue;
        if (now.kind === OrderEventKind.filled && now.maker) ahead = 0;
        else if (last === undefined || now.priceTicks !== last.priceTicks || now.qtyLots > last.qtyLots) {
          ahead = levelOf(each.shown, side, now.priceTicks);
        }
        last = now;
      } else if (last === undefined) continue;
      else if (each.what === 'trade') {
        if (each.taker === side) continue;
        if (sign * (last.priceTicks - each.ticks) > 0) ahead = 0;
        else if (each.ticks === last.priceTicks && !Number.isNaN(ahead)) ahead = Math.max(0, ahead - each.lots);
      } else {
        const level = levelOf(each.shown, side, last.priceTicks);
        if (Number.isNaN(ahead) || level < ahead) ahead = level;
      }
    }
    return last === undefined ? [] : [ahead];
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function logOf(from: number, to: number): number {
  return from <= 0 || to <= 0 ? Number.NaN : Math.log(to) - Math.log(from);
}

/** What one side adds, as seen from the bids (`sign` 1): all of a better price, less all of a worse one, else the change. */
function pressure(before: Levels[number] | undefined, after: Levels[number] | undefined, sign: number): number {
  if (after === undefined) return -(before?.[1] ?? 0);
  if (before === undefined) return after[1];
  const better = sign * (after[0] - before[0]);
  return better > 0 ? after[1] : better < 0 ? -before[1] : after[1] - before[1];
}

/** `NaN`: the only level shown of the side is better, so that nobody knows. */
function levelOf({ bids, asks }: Shown, side: Side, priceTicks: number): number {
  const levels = side === Side.buy ? bids : asks;
  const found = levels.find(([ticks]) => ticks === priceTicks);
  if (found !== undefined) return found[1];
  const only = levels.length === 1 ? levels[0]![0] : undefined;
  if (only === undefined) return 0;
  return side === Side.buy ? (only > priceTicks ? Number.NaN : 0) : only < priceTicks ? Number.NaN : 0;
}

const DEPTH = 200;
const ticks = new Int32Array(DEPTH);
const lots = new Float64Array(DEPTH);

function shownBy(book: Book): Shown {
  const side = (which: Side) => {
    const found = book.levelsInto(which, DEPTH, ticks, lots);
    return Array.from({ length: found }, (_, level) => [ticks[level]!, lots[level]!] as const);
  };
  return { bids: side(Side.buy), asks: side(Side.sell) };
}
