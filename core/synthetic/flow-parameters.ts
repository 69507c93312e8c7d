/**
 * Everything that the flow of orders of one synthetic instrument is made of, and what is refused. Knows nothing of books or
 * files. Called by the order market, by parameter files, and by whoever fits a flow to a tape.
 *
 * Distances are whole price steps from the best price of the other side: 1 is the best that can stand without trading.
 */
import { Instrument, type InstrumentSpec, MAX_PRICE_TICKS } from '../instrument.js';
import { type Nanos, SECOND } from '../time.js';
import { checkHawkes, type HawkesParameters, stationaryRates } from './hawkes.js';
import { checkSizes, meanLots, type Sizes } from './order-sizes.js';

/** Types of events of `arrivals`, in this order. Cancellations of the side whose order goes. */
export const ARRIVALS = ['market buy', 'market sell', 'limit buy', 'limit sell', 'cancel buy', 'cancel sell'] as const;

/** What a feed can say of a book of orders. */
export const FEED_DETAILS = ['orders', 'levels', 'quotes'] as const;
export type FeedDetail = (typeof FEED_DETAILS)[number];

/** A figure by distance: `values[i]` holds for distances above `to[i − 1]` (0 before the first) up to `to[i]`. */
export interface ByDistance {
  /** Whole steps, ascending, ≥ 1. */
  readonly to: readonly number[];
  readonly values: readonly number[];
}

/** How a tape says what happens. */
export interface FlowFeed {
  /** Order by order, or what a feed of levels or of best quotes would say of the same market, with trades. */
  readonly detail: FeedDetail;
  /**
   * Levels and quotes that changed come together, so long after each other, as of feeds that gather; trades come at once. 0:
   * everything at once, as `orders` needs. Ns.
   */
  readonly everyNs: Nanos;
  /** From the venue to the machine, ns, the same for all rows. */
  readonly latencyNs: Nanos;
}

export interface FlowParameters {
  readonly instrument: InstrumentSpec;
  readonly feed: FlowFeed;
  /** Where the first ask stands about. */
  readonly startTicks: number;
  /** Prices stand this many ticks apart, ≥ 1. */
  readonly stepTicks: number;
  /**
   * When something happens: rates and kernels of {@link ARRIVALS}. How many cancellations there are hangs on the orders that stand,
   * too: an order's chance to be cancelled is `cancelRate` times (what its side's intensity of cancellations is now / what it is in
   * the long run).
   */
  readonly arrivals: HawkesParameters;
  /** Of market orders. */
  readonly marketLots: Sizes;
  /** Chance, 0 … 1, that a market order with lots left when it has emptied a price goes on to the next one; else the rest is dropped. */
  readonly sweep: number;
  /** Share of the limit orders that come at a distance up to each bound, spread evenly within; need not add up to 1. */
  readonly placement: ByDistance;
  /** Sizes of limit orders up to each distance; those of the last bound hold beyond it. */
  readonly limitLots: readonly { readonly to: number; readonly lots: Sizes }[];
  /** Cancellations a second of an order that stands at a distance; the last value holds beyond the last bound. */
  readonly cancelRate: ByDistance;
  /** Mean lots at each price of a distance, with which the book begins. */
  readonly depth: ByDistance;
}

const MOST_STEPS = 5_000_000;
/** Of one side. */
const MOST_ORDERS = 1_000_000;

/** Refuses parameters that no market can be made of: throws `RangeError` naming field and value. */
export function checkFlow(flow: FlowParameters): void {
  new Instrument(flow.instrument, 0);
  const { startTicks, stepTicks, arrivals, placement, cancelRate, depth, limitLots, sweep } = flow;
  const need = (name: string, value: number, fine: boolean, allowed: string) => {
    if (!fine) throw new RangeError(`order flow: ${name} ${value} is not ${allowed}`);
  };
  checkFeed(flow.feed);
  need('stepTicks', stepTicks, Number.isInteger(stepTicks) && stepTicks >= 1, 'a whole number from 1 on');
  const reach = Math.max(placement.to.at(-1) ?? 0, depth.to.at(-1) ?? 0);
  const most = Math.min(MOST_STEPS * stepTicks, Math.floor(MAX_PRICE_TICKS / 2));
  need(
    'startTicks',
    startTicks,
    Number.isInteger(startTicks) && startTicks >= 2 * reach * stepTicks && startTicks <= most,
    `a whole number from ${2 * reach * stepTicks} (twice the farthest distance) to ${most}`,
  );
  need('types of arrivals', arrivals.base.length, arrivals.base.length === ARRIVALS.length, `${ARRIVALS.length}`);
  checkHawkes(arrivals);
  for (const type of [2, 3, 4, 5]) {
    need(`arrivals.base of ${ARRIVALS[type]}`, arrivals.base[type]!, arrivals.base[type]! > 0, 'above 0');
  }
  need('sweep', sweep, sweep >= 0 && sweep <= 1, 'from 0 to 1');
  for (const [name, figure] of Object.entries({ placement, cancelRate, depth })) checkDistances(name, figure);
  need('sum of placement', sum(placement.values), sum(placement.values) > 0, 'above 0');
  need('sum of depth', sum(depth.values), sum(depth.values) > 0, 'above 0');
  checkSizes('marketLots', flow.marketLots);
  limitLots.forEach(({ to, lots }, at) => {
    const before = at === 0 ? 0 : limitLots[at - 1]!.to;
    need(`limitLots[${at}].to`, to, Number.isInteger(to) && to > before, `a whole number above ${before}`);
    checkSizes(`limitLots[${at}].lots`, lots);
  });
  need('entries of limitLots', limitLots.length, limitLots.length > 0, 'above 0');
  checkOrders(flow);
}

function checkFeed({ detail, everyNs, latencyNs }: FlowFeed): void {
  const need = (name: string, value: number | string, fine: boolean, allowed: string) => {
    if (!fine) throw new RangeError(`order flow: feed.${name} ${value} is not ${allowed}`);
  };
  const whole = (name: string, value: number, most: number) =>
    need(name, value, Number.isInteger(value) && value >= 0 && value <= most, `a whole number from 0 to ${most}`);
  need('detail', detail, FEED_DETAILS.includes(detail), `one of ${FEED_DETAILS.join(', ')}`);
  whole('everyNs', everyNs, 3_600 * SECOND);
  whole('latencyNs', latencyNs, 60 * SECOND);
  need('everyNs', everyNs, detail !== 'orders' || everyNs === 0, '0, as detail orders needs');
}

/** What comes must go, and what stands must find room. */
function checkOrders({ arrivals, placement, cancelRate, depth, limitLots }: FlowParameters): void {
  cancelRate.values.forEach((rate, at) => {
    if (!(rate > 0)) throw new RangeError(`order flow: cancelRate.values[${at}] ${rate} is not above 0`);
  });
  const lotsAt = (distance: number) => meanLots((limitLots.find(({ to }) => distance <= to) ?? limitLots.at(-1)!).lots);
  const opening = sum(depth.to.map((to, at) => (widthOf(depth, at) * depth.values[at]!) / lotsAt(to)));
  if (!(opening <= MOST_ORDERS)) {
    throw new RangeError(`order flow: depth makes ${opening} orders of a side, more than ${MOST_ORDERS}`);
  }
  // An M/M/∞ queue at each distance, were the best prices to stay where they are and nothing to trade.
  const rateAt = (distance: number) => {
    const at = cancelRate.to.findIndex((to) => distance <= to);
    return cancelRate.values.at(at)!;
  };
  const usual = Math.max(...stationaryRates(arrivals).slice(2, 4));
  const standing =
    sum(placement.values.map((share, at) => (usual * share) / rateAt(placement.to[at]!))) / sum(placement.values);
  if (!(standing <= MOST_ORDERS)) {
    throw new RangeError(
      `order flow: placement and cancelRate let ${standing} orders of a side stand, more than ${MOST_ORDERS}`,
    );
  }
}

/** How many steps the distances of an entry are. */
export function widthOf({ to }: ByDistance, at: number): number {
  return to[at]! - (at === 0 ? 0 : to[at - 1]!);
}

function checkDistances(name: string, { to, values }: ByDistance): void {
  if (to.length === 0) throw new RangeError(`order flow: ${name}.to has no distance`);
  if (values.length !== to.length) {
    throw new RangeError(`order flow: ${name}.values has ${values.length} values for ${to.length} distances`);
  }
  to.forEach((distance, at) => {
    const before = at === 0 ? 0 : to[at - 1]!;
    if (!(Number.isInteger(distance) && distance > before && distance <= MOST_STEPS / 2)) {
      throw new RangeError(
        `order flow: ${name}.to[${at}] ${distance} is not a whole number above ${before} and at most ${MOST_STEPS / 2}`,
      );
    }
  });
  values.forEach((value, at) => {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`order flow: ${name}.values[${at}] ${value} is not a number from 0 on`);
    }
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
