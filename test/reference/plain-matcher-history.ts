/**
 * Small made-up histories of one market and what up to three strategies do in it, drawn from a seed: books that cross and
 * empty, trades of every kind, orders of every kind, nonsense among them. Knows nothing of engines.
 * Called by test/execution/matcher-histories.test.ts and read by the plain matcher.
 */
import { Kind, Side, Status } from '../../core/index.js';
import { seeded } from '../tape/sample-rows.js';

export type PlainSide = 'buy' | 'sell';
export type PlainType =
  | 'limit'
  | 'market'
  | 'stop'
  | 'stopLimit'
  | 'trailingStop'
  | 'limitIfTouched'
  | 'marketIfTouched';
export type PlainTimeInForce = 'GTC' | 'IOC' | 'FOK' | 'GTD' | 'DAY' | 'atOpen' | 'atClose';
export type PlainSelfTrade = 'venue' | 'allow' | 'cancelNew' | 'cancelOld' | 'cancelBoth' | 'decrement';

/** A request in words; orders are named by their number in the run, groups by a number of the strategy's own. */
export interface PlainRequest {
  readonly side: PlainSide;
  readonly qtyLots: number;
  readonly priceTicks?: number;
  readonly type?: PlainType;
  readonly timeInForce?: PlainTimeInForce;
  readonly postOnly?: true;
  readonly reduceOnly?: true;
  readonly allOrNone?: true;
  readonly hidden?: true;
  readonly displayLots?: number;
  readonly stopTicks?: number;
  readonly trailTicks?: number;
  readonly trailFraction?: number;
  readonly triggerBy?: 'trade' | 'quote';
  readonly expiresNs?: number;
  readonly selfTrade?: PlainSelfTrade;
  readonly clientId?: string;
  readonly leads?: true;
  /** Order number, from 0. */
  readonly parent?: number;
  /** Even: one cancels the other; odd: one updates the other. */
  readonly group?: number;
}

export type PlainAct =
  | { readonly act: 'submit'; readonly request: PlainRequest }
  | { readonly act: 'cancel'; readonly order: number }
  | {
      readonly act: 'modify';
      readonly order: number;
      readonly priceTicks?: number;
      readonly qtyLots?: number;
      readonly stopTicks?: number;
    }
  | { readonly act: 'cancelAll' }
  | { readonly act: 'oco'; readonly requests: readonly PlainRequest[] }
  | {
      readonly act: 'bracket';
      readonly entry: PlainRequest;
      readonly takeProfitTicks: number;
      readonly stopTicks: number;
      readonly stopLimitTicks?: number;
    }
  | { readonly act: 'together'; readonly acts: readonly PlainAct[] };

export type PlainAction = { readonly atNs: number; readonly strategy: number } & PlainAct;

export interface PlainMarketRow {
  readonly exchangeNs: number;
  readonly localNs: number;
  readonly kind: number;
  readonly side: number;
  readonly priceTicks: number;
  readonly qtyLots: number;
  readonly orderId: number;
  readonly value: number;
  /** A trade with a hidden order. */
  readonly hidden: boolean;
}

export type MessageName = 'submit' | 'modify' | 'cancel' | 'fill';

export interface PlainHistory {
  /** What the book is made of: levels, orders one by one, or best quotes alone. */
  readonly feed: 'levels' | 'orders' | 'quotes';
  readonly strategies: number;
  readonly rows: readonly PlainMarketRow[];
  readonly actions: readonly PlainAction[];
  readonly latencyNs: number;
  /** Delays differ by kind of message and by time. */
  readonly wavers: boolean;
  readonly ownOrders: 'match' | 'ignore';
  readonly ownVolume: 'shared' | 'each';
  readonly selfTrade: Exclude<PlainSelfTrade, 'venue'>;
  readonly whileHalted: 'rest' | 'reject';
  readonly dayEndNs: number;
  readonly matching: 'partial' | 'whole';
  readonly consumption: 'hftbacktest' | 'until updated' | 'never reused';
  readonly queue: 'risk averse' | 'power' | 'logarithm' | 'level one' | 'half of all' | 'order by order';
  /** Ticks that a market order may go from the best; `Infinity` = no limit. */
  readonly protectionTicks: number;
}

/** What a request or answer takes. */
export function plainDelayNs(history: PlainHistory, way: 'entry' | 'response', kind: MessageName, nowNs: number) {
  const { latencyNs, wavers } = history;
  if (!wavers) return latencyNs;
  const own = { submit: 1, modify: 3, cancel: 0, fill: 2 }[kind];
  return latencyNs + ((nowNs * (way === 'entry' ? 7 : 3) + own) % (way === 'entry' ? 5 : 7));
}

/** What fast-check varies; the rest follows from the seed. */
export interface HistoryShape {
  readonly seed: number;
  readonly rows: number;
  readonly actions: number;
}

class Draws {
  readonly random: () => number;
  /** All want the same few prices, so that own orders meet. */
  crowded = false;
  /** Trading stops and opens again. */
  halting = false;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  whole(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  of<T>(values: readonly T[]): T {
    return values[this.whole(values.length)]!;
  }

  odds(share: number): boolean {
    return this.random() < share;
  }
}

/** Prices lie around this. */
const MIDDLE = 100;

export function plainHistory(shape: HistoryShape): PlainHistory {
  const draws = new Draws(shape.seed);
  draws.crowded = draws.odds(0.3);
  const feed = draws.of(['levels', 'levels', 'levels', 'levels', 'levels', 'orders', 'orders', 'quotes'] as const);
  const strategies = draws.of([1, 2, 2, 3]);
  draws.halting = draws.odds(0.3);
  const rows = marketRows(draws, shape.rows, feed);
  const endNs = rows.at(-1)!.exchangeNs;
  const plain = draws.odds(0.25);
  const common = { feed, strategies, rows, latencyNs: draws.of([0, 0, 1, 4]), wavers: draws.odds(0.3) };
  // A taker that gets all at the best price, whatever is displayed, goes with orders that know nothing of each other.
  const matching = draws.odds(0.88) ? 'partial' : 'whole';
  return {
    ...common,
    actions: actionsOf(draws, shape.actions, strategies, endNs, plain),
    ownOrders: matching === 'partial' && draws.odds(0.95) ? 'match' : 'ignore',
    ownVolume: draws.odds(0.8) ? 'shared' : 'each',
    selfTrade: draws.of(['allow', 'allow', 'cancelNew', 'cancelOld', 'cancelBoth', 'decrement']),
    whileHalted: draws.of(['rest', 'rest', 'reject']),
    dayEndNs: draws.of([0, 0, Math.ceil(endNs / 2), Math.ceil(endNs * 0.8)]),
    matching,
    consumption: draws.of(['never reused', 'until updated', 'hftbacktest']),
    queue:
      feed === 'orders' && draws.odds(0.8)
        ? 'order by order'
        : feed === 'quotes' && draws.odds(0.6)
          ? 'level one'
          : draws.of(['risk averse', 'risk averse', 'risk averse', 'power', 'logarithm', 'half of all']),
    protectionTicks: draws.of([Infinity, Infinity, 0, 1, 2]),
  };
}

// ── the market ────────────────────────────────────────────────────────────────────────────────────────────────────────

function marketRows(draws: Draws, count: number, feed: PlainHistory['feed']): PlainMarketRow[] {
  const rows: PlainMarketRow[] = [];
  const ids: { id: number; side: Side; tick: number }[] = [];
  let timeNs = 0;
  let nextId = 1;
  let inAuction = false;
  const add = (kind: number, side: Side, priceTicks: number, qtyLots: number, orderId = 0, value = 0) => {
    const localNs = timeNs + draws.of([0, 1, 3]);
    rows.push({
      exchangeNs: timeNs,
      localNs,
      kind,
      side,
      priceTicks,
      qtyLots,
      orderId,
      value,
      hidden: kind === Kind.trade && draws.odds(0.15),
    });
  };
  const addOrder = (side: Side, tick: number) => {
    ids.push({ id: nextId, side, tick });
    add(Kind.orderAdd, side, tick, 1 + draws.whole(6), nextId++);
  };
  for (let row = 0; row < count; row++) {
    // The first rows make a book at once; of one moment are many others, too.
    const opening = row < 6;
    if (!opening) timeNs += draws.of([0, 0, 1, 1, 2, 5]);
    const side = opening ? (row % 2 === 0 ? Side.buy : Side.sell) : draws.of([Side.buy, Side.sell]);
    const away = opening ? 1 + (row >> 1) : draws.of([-1, 0, 1, 1, 1, 2, 2, 3, 4]);
    const far = draws.odds(0.02) ? 32 : 0;
    const tick = MIDDLE + (side === Side.buy ? -away - far : away + far);
    const drawn = draws.random();
    if (draws.halting && drawn < 0.09 && (!opening || drawn < 0.02)) {
      const { open, halt, auction, close } = Status;
      const status = draws.of([open, open, open, halt, halt, auction, auction, auction, close]);
      add(Kind.status, Side.none, 0, 0, 0, status);
      inAuction = status === auction;
    } else if (inAuction && draws.odds(0.4)) {
      // Its prints may lie far from the book.
      add(Kind.trade, Side.none, tick + draws.whole(7) - 3, 1 + draws.whole(8));
    } else if (feed === 'orders') {
      const known = ids[draws.whole(ids.length)];
      if (opening || known === undefined || drawn < 0.45) addOrder(side, tick);
      else if (drawn < 0.57) add(Kind.trade, draws.of([Side.none, Side.buy, Side.sell]), tick, 1 + draws.whole(5));
      else if (drawn < 0.75) {
        add(Kind.orderCancel, known.side, known.tick, 1 + draws.whole(6), draws.odds(0.05) ? 1e6 : known.id);
      } else if (drawn < 0.8) {
        const moved = draws.odds(0.5) ? known.tick : tick;
        add(Kind.orderModify, known.side, moved, 1 + draws.whole(6), known.id);
        known.tick = moved;
      } else add(Kind.orderExecute, known.side, known.tick, 1 + draws.whole(6), known.id);
    } else if (!opening && drawn < 0.38) {
      // Mostly at the prices of the side that it takes.
      const aggressor = draws.odds(0.12) ? Side.none : (side === Side.buy) === draws.odds(0.85) ? Side.sell : Side.buy;
      add(Kind.trade, aggressor, tick, 1 + draws.whole(10));
    } else if (feed === 'quotes') add(Kind.quote, side, tick, !opening && draws.odds(0.1) ? 0 : 1 + draws.whole(10));
    else if (!opening && drawn < 0.41) add(Kind.depthClear, side, tick, 0);
    else add(Kind.depth, side, tick, !opening && draws.odds(0.3) ? 0 : 1 + draws.whole(10));
  }
  return rows;
}

// ── the strategies ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Who sent each order, by number, so that most requests name one's own. */
interface Owned {
  readonly strategy: number;
  leads: boolean;
  exit?: boolean;
}

function actionsOf(draws: Draws, count: number, strategies: number, endNs: number, plain: boolean): PlainAction[] {
  const times = Array.from({ length: count }, () => draws.whole(endNs + 2)).sort((a, b) => a - b);
  const owners: Owned[] = [];
  return times.map((atNs) => {
    const strategy = draws.whole(strategies);
    return { atNs, strategy, ...actOf(draws, strategy, owners, atNs, plain) };
  });
}

function actOf(draws: Draws, strategy: number, owners: Owned[], atNs: number, plain: boolean): PlainAct {
  const drawn = draws.random();
  const own = owners.flatMap((owned, order) => (owned.strategy === strategy ? [order] : [])).slice(-6);
  if (own.length === 0 || drawn < 0.62 || (plain && drawn < 0.7)) return submitOf(draws, strategy, owners, atNs, plain);
  // Exits are changed more often than others: what works of them hangs on what their parents and each other filled.
  const exits = own.filter((number) => owners[number]!.exit);
  const order = draws.of(exits.length > 0 && draws.odds(0.5) ? exits : own);
  if (drawn < 0.7) {
    if (draws.odds(0.5)) {
      const exit = { strategy, leads: false, exit: true };
      owners.push({ strategy, leads: true }, exit, exit);
      const entry = entryOf(draws);
      const away = 1 + draws.whole(3);
      const { priceTicks = MIDDLE } = entry;
      const up = entry.side === 'buy' ? 1 : -1;
      return {
        act: 'bracket',
        entry,
        takeProfitTicks: priceTicks + up * away,
        stopTicks: priceTicks - up * away,
        ...(draws.odds(0.3) ? { stopLimitTicks: priceTicks - up * (away + 1) } : {}),
      };
    }
    if (draws.odds(0.5)) {
      owners.push({ strategy, leads: false }, { strategy, leads: false });
      const timeInForce = draws.halting ? draws.of(['GTC', 'atOpen', 'atClose'] as const) : 'GTC';
      const one = () => ({ ...entryOf(draws), timeInForce });
      return { act: 'oco', requests: [one(), one()] };
    }
    const acts = Array.from({ length: 2 + draws.whole(2) }, () => actOf(draws, strategy, owners, atNs, true));
    return { act: 'together', acts };
  }
  if (drawn < 0.82) return { act: 'cancel', order };
  if (drawn < 0.84) return { act: 'cancelAll' };
  const change = draws.random();
  if (change < 0.06) {
    return draws.of([
      { act: 'modify', order, qtyLots: 0 },
      { act: 'modify', order, priceTicks: 99.5 },
      { act: 'modify', order, priceTicks: Number.NaN },
      { act: 'modify', order, qtyLots: 1e308 },
    ] as const);
  }
  return {
    act: 'modify',
    order,
    ...(change < 0.6 ? { priceTicks: priceOf(draws) } : {}),
    ...(change > 0.35 ? { qtyLots: 1 + draws.whole(8) } : {}),
    ...(change > 0.9 ? { stopTicks: priceOf(draws) } : {}),
  };
}

function priceOf(draws: Draws): number {
  return MIDDLE + draws.of([-4, -3, -2, -2, -1, -1, 0, 1, 1, 2, 2, 3, 4]);
}

/** More often than not a price that rests. */
function limitOf(draws: Draws, side: PlainSide): number {
  if (draws.crowded) return MIDDLE + draws.whole(3) - 1;
  const away = draws.of([-3, -2, -1, -1, 0, 0, 1, 1, 1, 1, 2, 2, 3]);
  return MIDDLE + (side === 'buy' ? -away : away);
}

function entryOf(draws: Draws): PlainRequest {
  const side = draws.of(['buy', 'sell'] as const);
  const qtyLots = 1 + draws.whole(6);
  return draws.odds(0.15) ? { side, qtyLots } : { side, qtyLots, priceTicks: limitOf(draws, side) };
}

function submitOf(draws: Draws, strategy: number, owners: Owned[], atNs: number, plain: boolean): PlainAct {
  const number = owners.length;
  const owned: Owned = { strategy, leads: false };
  owners.push(owned);
  if (draws.odds(0.03)) return { act: 'submit', request: nonsenseOf(draws, atNs) };
  const base = entryOf(draws);
  const priced = base.priceTicks !== undefined;
  if (plain) {
    if (!priced) return { act: 'submit', request: draws.odds(0.3) ? { ...base, timeInForce: 'FOK' } : base };
    if (draws.odds(0.15)) return { act: 'submit', request: { ...base, postOnly: true } };
    const timeInForce = draws.of(['GTC', 'GTC', 'GTC', 'IOC', 'FOK'] as const);
    return { act: 'submit', request: { ...base, timeInForce } };
  }
  const type = draws.odds(0.6)
    ? undefined
    : draws.of(['stop', 'stopLimit', 'trailingStop', 'limitIfTouched', 'marketIfTouched'] as const);
  const limit = type === undefined ? priced : type === 'stopLimit' || type === 'limitIfTouched';
  const request: Record<string, unknown> = { side: base.side, qtyLots: base.qtyLots };
  if (limit) request.priceTicks = base.priceTicks ?? limitOf(draws, base.side);
  if (type !== undefined) {
    request.type = type;
    if (type !== 'trailingStop' || draws.odds(0.2)) request.stopTicks = priceOf(draws);
    if (type === 'trailingStop') {
      if (draws.odds(0.6)) request.trailTicks = 1 + draws.whole(3);
      else request.trailFraction = draws.of([0.01, 0.015, 0.03]);
    }
    if (draws.odds(0.5)) request.triggerBy = draws.of(['trade', 'quote']);
  }
  const lasting = limit || type !== undefined;
  const drawn = lasting
    ? draws.of([
        'GTC',
        'GTC',
        'GTC',
        'GTC',
        'GTC',
        'GTC',
        'IOC',
        'IOC',
        'FOK',
        'FOK',
        'GTD',
        'DAY',
        'atOpen',
        'atClose',
      ])
    : draws.of(['IOC', 'IOC', 'IOC', 'IOC', 'FOK', 'FOK', 'GTC', 'GTD', 'atOpen', 'atClose']);
  const timeInForce = draws.halting && draws.odds(0.15) ? draws.of(['atOpen', 'atClose', 'IOC']) : drawn;
  request.timeInForce = timeInForce;
  if (timeInForce === 'GTD') request.expiresNs = atNs + 1 + draws.whole(25);
  const atOnce = timeInForce === 'IOC' || timeInForce === 'FOK';
  const rests = limit && !atOnce;
  if (rests && draws.odds(0.12)) request.postOnly = true;
  else if (draws.odds(0.12)) request.allOrNone = true;
  if (draws.odds(0.15)) request.reduceOnly = true;
  if (rests && draws.odds(0.15)) request.hidden = true;
  else if (rests && base.qtyLots > 1 && request.allOrNone === undefined && draws.odds(0.25)) {
    request.displayLots = 1 + draws.whole(base.qtyLots - 1);
  }
  if (draws.odds(0.35)) {
    request.selfTrade = draws.of(['allow', 'cancelNew', 'cancelOld', 'cancelBoth', 'decrement', 'venue']);
  }
  if (draws.odds(0.3)) {
    request.leads = true;
    owned.leads = true;
  }
  if (draws.odds(0.25)) {
    // Now and then one that leads nobody.
    const any = draws.odds(0.1);
    const fits = (other: Owned, order: number) => other.strategy === strategy && order < number && (any || other.leads);
    const parents = owners.flatMap((other, order) => (fits(other, order) ? [order] : []));
    if (parents.length > 0) {
      request.parent = draws.of(parents.slice(-3));
      owned.exit = true;
    }
  }
  if (draws.odds(0.2)) request.group = draws.whole(4);
  if (draws.odds(0.05)) request.clientId = draws.of(['a', 'b']);
  return { act: 'submit', request: request as unknown as PlainRequest };
}

/** What an exchange must refuse, with a word why. */
function nonsenseOf(draws: Draws, atNs: number): PlainRequest {
  const limit = { side: 'buy', qtyLots: 1, priceTicks: 99 } as const;
  return draws.of<PlainRequest>([
    { ...limit, qtyLots: 0 },
    { ...limit, qtyLots: -3 },
    { ...limit, qtyLots: 1.5 },
    { ...limit, qtyLots: Number.NaN },
    { ...limit, qtyLots: 1e308 },
    { ...limit, priceTicks: Number.NaN },
    { ...limit, priceTicks: 99.5 },
    { ...limit, priceTicks: 1e308 },
    { ...limit, priceTicks: 2 ** 31 },
    { ...limit, type: 'market' },
    { side: 'buy', qtyLots: 1, type: 'limit' },
    { side: 'buy', qtyLots: 1, postOnly: true },
    { ...limit, timeInForce: 'IOC', postOnly: true },
    { ...limit, type: 'stopLimit' },
    { side: 'sell', qtyLots: 1, type: 'stop', stopTicks: 98.5 },
    { side: 'sell', qtyLots: 1, type: 'trailingStop' },
    { side: 'sell', qtyLots: 1, type: 'trailingStop', trailTicks: 1, trailFraction: 0.1 },
    { side: 'sell', qtyLots: 1, type: 'trailingStop', trailTicks: 0 },
    { side: 'sell', qtyLots: 1, type: 'trailingStop', trailFraction: 1 },
    { ...limit, stopTicks: 100 },
    { ...limit, timeInForce: 'GTD' },
    { ...limit, timeInForce: 'GTD', expiresNs: atNs },
    { ...limit, expiresNs: atNs + 5 },
    { ...limit, displayLots: 1 },
    { ...limit, qtyLots: 4, displayLots: 2, hidden: true },
    { side: 'buy', qtyLots: 2, hidden: true },
    { ...limit, allOrNone: true, postOnly: true },
  ]);
}
