/**
 * Orders meeting bars in the plainest form, as a slow twin: the price goes tick by tick, and at every tick every order is
 * asked. Written from the rules alone (the heads of execution/bar-matching.ts and execution/bar-market.ts); nothing here is
 * shared with them.
 */

export interface PlainOrder {
  readonly kind: 'market' | 'limit' | 'stop' | 'stop-limit' | 'touch' | 'touch-limit' | 'trailing';
  readonly buy: boolean;
  /** Limit, or trigger; where a trailing stop stands. */
  readonly price: number;
  /** The limit of a stop-limit or touch-limit. */
  readonly limit: number;
  /** How far behind a trailing stop follows; below 1: as a share of the price. */
  readonly offset: number;
  readonly lots: number;
  /** Orders of one group: as soon as one of them has a fill, the others are gone. */
  readonly group: number;
  /** Comes inside this bar, after this many eighths of its time; left out: before the first. Later orders come later. */
  readonly arrives?: readonly [bar: number, eighths: number];
  /** How long it waits; left out: bar after bar. */
  readonly until?: 'immediate' | 'kill' | 'open' | 'close';
  /** `postOnly` never takes, `reduceOnly` only closes, `whole` fills all at once. */
  readonly term?: 'postOnly' | 'reduceOnly' | 'whole';
  /** Number of an earlier order: as much as that has filled may fill of this. */
  readonly parent?: number;
}

export interface PlainBar {
  /** The points of the bar's path. */
  readonly points: readonly number[];
  readonly volume: number;
}

export interface PlainFill {
  readonly bar: number;
  /** Number of the order, in order of arrival. */
  readonly order: number;
  readonly price: number;
  readonly lots: number;
}

class Live {
  readonly order: PlainOrder;
  readonly number: number;
  readonly parent: Live | undefined;
  state: 'market' | 'limit' | 'waiting' | 'gone';
  bound: number;
  filled = 0;
  /** Where it began to be there in this bar; `NaN` while it is not. */
  began = Number.NaN;
  filledIn = -1;
  /** Its turn among those that wait. */
  turn = -1;
  fresh = true;
  /** It got nothing at this tick. */
  tried = false;

  constructor(order: PlainOrder, number: number, parent: Live | undefined) {
    this.order = order;
    this.number = number;
    this.parent = parent;
    this.state = order.kind === 'market' || order.kind === 'limit' ? order.kind : 'waiting';
    this.bound = order.price;
  }

  get free(): number {
    return Math.min(this.order.lots, this.parent?.filled ?? Infinity) - this.filled;
  }
}

/** All fills, in their order. `percent` of a bar's volume is for own orders. */
export function plainFills(
  orders: readonly PlainOrder[],
  bars: readonly PlainBar[],
  { through, percent }: { through: boolean; percent: number },
): PlainFill[] {
  const fills: PlainFill[] = [];
  const live: Live[] = [];
  orders.forEach((order, number) => {
    live.push(new Live(order, number, order.parent === undefined ? undefined : live[order.parent]!));
  });
  let turns = 0;
  let position = 0;
  const closable = ({ order }: Live) => Math.max(0, order.buy ? -position : position);

  bars.forEach(({ points, volume }, bar) => {
    let budget = Math.floor((percent * volume) / 100);
    const way: number[] = [points[0]!];
    for (const point of points) {
      while (way.at(-1)! !== point) way.push(way.at(-1)! + (point > way.at(-1)! ? 1 : -1));
    }
    const last = way.length - 1;
    /** From which place on this bar counts for an order, by its arrival. */
    const arrival = ({ order: { arrives = [0, 0] } }: Live) =>
      arrives[0] === bar ? Math.ceil((arrives[1] * last) / 8) : arrives[0] < bar ? 0 : Infinity;
    const inTime = ({ order: { arrives = [0, 0] } }: Live) => arrives[0] < bar || arrives[1] === 0;
    const begin = (each: Live, place: number, asOfNow: boolean) => {
      each.began = each.order.until === 'close' ? last : Math.max(place, arrival(each));
      if (each.order.until === 'open' && !(asOfNow && inTime(each))) each.began = Number.NaN;
    };

    for (const each of live) {
      const { term, arrives = [0, 0] } = each.order;
      each.began = Number.NaN;
      if (each.state === 'gone' || arrives[0] > bar) continue;
      const arrivesNow = arrives[0] === bar;
      if (arrivesNow && term === 'reduceOnly' && each.parent === undefined && closable(each) === 0) each.state = 'gone';
      else if (each.free > 0) {
        if (each.turn < 0) each.turn = turns++;
        begin(each, 0, true);
      }
    }

    const fill = (each: Live, price: number, place: number, asLimit: boolean) => {
      const { order } = each;
      const atOnce = place === each.began;
      each.tried = true;
      if (order.term === 'postOnly' && asLimit && atOnce && each.fresh) {
        each.state = 'gone';
        return;
      }
      const most = order.term === 'reduceOnly' ? closable(each) : Infinity;
      if (most === 0) {
        each.state = 'gone';
        return;
      }
      const lots = each.filledIn === bar ? 0 : Math.min(each.free, most, budget);
      if (lots === 0 || ((order.term === 'whole' || order.until === 'kill') && lots < each.free)) return;
      budget -= lots;
      each.filled += lots;
      each.filledIn = bar;
      position += order.buy ? lots : -lots;
      const paid = asLimit && !(atOnce && order.term !== 'postOnly') ? each.bound : price;
      fills.push({ bar, order: each.number, price: paid, lots });
      if (each.filled === order.lots) each.state = 'gone';
      else if (order.term === 'reduceOnly' && closable(each) === 0 && each.free > 0) each.state = 'gone';
      for (const other of live) {
        if (other !== each && other.order.group === order.group) other.state = 'gone';
        if (other.parent !== each || other.state === 'gone' || arrival(other) === Infinity) continue;
        const freeBefore = Math.min(other.order.lots, each.filled - lots) - other.filled;
        if (freeBefore <= 0 && other.free > 0) {
          other.turn = turns++;
          other.fresh = true;
          begin(other, place, place === 0);
        }
      }
    };
    const immediate = ({ order: { until } }: Live) => until === 'immediate' || until === 'kill' || until === 'open';

    way.forEach((price, place) => {
      const there = (each: Live) =>
        each.state !== 'gone' &&
        !each.tried &&
        each.free > 0 &&
        place >= each.began &&
        !(each.order.until === 'open' && place !== each.began);
      const sets = ({ order, state, bound }: Live) => {
        if (state !== 'waiting') return state === 'market';
        return order.buy === order.kind.startsWith('touch') ? price <= bound : price >= bound;
      };
      const meets = ({ order, state, bound }: Live) =>
        state === 'limit' && (order.buy ? bound - price : price - bound) >= (through ? 1 : 0);
      const first = (which: (each: Live) => boolean) =>
        live.filter((each) => there(each) && which(each)).sort((a, b) => a.turn - b.turn)[0];
      for (const each of live) each.tried = false;
      for (;;) {
        const setOff = first(
          (each) => sets(each) && !(each.state === 'market' && immediate(each) && place !== each.began),
        );
        if (setOff !== undefined) {
          if (setOff.state === 'waiting') {
            setOff.fresh = true;
            setOff.began = place;
            if (setOff.order.kind.endsWith('-limit')) {
              setOff.state = 'limit';
              setOff.bound = setOff.order.limit;
              continue;
            }
            setOff.state = 'market';
          }
          fill(setOff, price, place, false);
          continue;
        }
        const met = first((each) => meets(each) && !(immediate(each) && place !== each.began));
        if (met === undefined) break;
        fill(met, price, place, true);
      }
      for (const each of live) {
        const { kind, buy, offset } = each.order;
        if (kind !== 'trailing' || each.state !== 'waiting' || !(place >= each.began) || each.free <= 0) continue;
        const behind = offset < 1 ? Math.abs(price) * offset : offset;
        each.bound = buy
          ? Math.min(each.bound, Math.ceil(price + behind))
          : Math.max(each.bound, Math.floor(price - behind));
      }
    });
    for (const each of live) {
      if (Number.isNaN(each.began)) continue;
      each.fresh = false;
      const { until } = each.order;
      if (each.free <= 0) continue;
      const over = until === 'open' || until === 'close' || (immediate(each) && each.state !== 'waiting');
      if (over) each.state = 'gone';
    }
  });
  return fills;
}
