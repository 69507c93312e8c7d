/**
 * Orders meeting bars in the plainest form, as a slow twin: the price goes tick by tick, and at every tick every order is
 * asked. Written from the rules alone (the head of execution/bar-matching.ts); nothing here is shared with it.
 */

export interface PlainOrder {
  readonly kind: 'market' | 'limit' | 'stop' | 'stop-limit' | 'touch' | 'trailing';
  readonly buy: boolean;
  /** Limit, or trigger; where a trailing stop stands. */
  readonly price: number;
  /** The limit of a stop-limit. */
  readonly limit: number;
  /** How far behind a trailing stop follows. */
  readonly offset: number;
  readonly lots: number;
  /** Orders of one group: as soon as one of them has a fill, the others are gone. */
  readonly group: number;
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

interface Live extends PlainOrder {
  state: 'market' | 'limit' | 'waiting' | 'gone';
  bound: number;
  left: number;
  /** Where it began to be there: 0, or the place of its trigger. */
  began: number;
  filledIn: number;
}

/** All fills, in their order. Orders are there before the first bar. `percent` of a bar's volume is for own orders. */
export function plainFills(
  orders: readonly PlainOrder[],
  bars: readonly PlainBar[],
  { through, percent }: { through: boolean; percent: number },
): PlainFill[] {
  const fills: PlainFill[] = [];
  const live: Live[] = orders.map((order) => ({
    ...order,
    state: order.kind === 'market' || order.kind === 'limit' ? order.kind : 'waiting',
    bound: order.price,
    left: order.lots,
    began: 0,
    filledIn: -1,
  }));

  bars.forEach(({ points, volume }, bar) => {
    let budget = Math.floor((percent * volume) / 100);
    for (const order of live) order.began = 0;

    const fill = (order: Live, price: number) => {
      const lots = order.filledIn === bar ? 0 : Math.min(order.left, budget);
      if (lots === 0) return;
      budget -= lots;
      order.left -= lots;
      order.filledIn = bar;
      fills.push({ bar, order: live.indexOf(order), price, lots });
      if (order.left === 0) order.state = 'gone';
      for (const other of live) if (other !== order && other.group === order.group) other.state = 'gone';
    };

    const way: number[] = [points[0]!];
    for (const point of points) {
      while (way.at(-1)! !== point) way.push(way.at(-1)! + (point > way.at(-1)! ? 1 : -1));
    }
    way.forEach((price, place) => {
      for (const order of live) {
        if (order.state === 'market') fill(order, price);
        if (order.state !== 'waiting') continue;
        const risesTo = order.kind === 'touch' ? !order.buy : order.buy;
        if (risesTo ? price >= order.bound : price <= order.bound) {
          if (order.kind === 'stop-limit') {
            order.state = 'limit';
            order.bound = order.limit;
            order.began = place;
          } else {
            order.state = 'market';
            fill(order, price);
          }
        } else if (order.kind === 'trailing') {
          order.bound = order.buy
            ? Math.min(order.bound, price + order.offset)
            : Math.max(order.bound, price - order.offset);
        }
      }
      for (const order of live) {
        if (order.state !== 'limit') continue;
        const better = order.buy ? order.bound - price : price - order.bound;
        if (better >= (through ? 1 : 0)) fill(order, place === order.began ? price : order.bound);
      }
    });
  });
  return fills;
}
