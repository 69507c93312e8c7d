/**
 * The orders that the page lists, and their ways as columns. Knows nothing of the page. Called by the report.
 */

import { ORDER_TYPE_NAMES, OrderEventKind } from '../../core/order.js';
import { type OrderStep, type OrderWay, orderWays, STEP_KINDS } from '../order-ways.js';
import type { Recording } from '../recording.js';
import type { Span } from './curves.js';
import { packed, packedBy, packedTimes } from './packing.js';
import type { JourneyData, OrdersData } from './page-data.js';

/** Orders on the page at most, and of each strategy and way of ending at least. */
const MOST = 2000;
const OF_EACH_END = 5;
/** Steps of one order at most: what moves its price every second for a day is cut short, and says so. */
const MOST_STEPS = 200;
/** Moments in line of one order at most: of more every second, third … is shown, and the last. */
const MOST_MOMENTS = 40;

const { filled, cancelled, expired, rejected } = OrderEventKind;

export interface OrderTable {
  readonly data: OrdersData;
  readonly shown: number;
  readonly all: number;
}

/**
 * Of more than 2,000 orders some of every way of ending, and the rest evenly over the run, two thirds of them filled ones (as
 * far as there are any), those first that were followed in line. In the order of sending.
 */
export function orderTable(recording: Recording, span: Span): OrderTable {
  const { ids, all } = chosenOrders(recording);
  const listed = orderWays(recording, ids, { steps: MOST_STEPS, moments: MOST_MOMENTS });
  return { data: ordersData(listed, recording, span), shown: listed.length, all };
}

function chosenOrders({ orders, strategies, trail }: Recording): { ids: number[]; all: number } {
  let highest = 0;
  for (let row = 0; row < orders.localNs.length; row++) highest = Math.max(highest, orders.orderId.at(row));
  const hasFilled = new Uint8Array(highest + 1);
  const wasSent = new Uint8Array(highest + 1);
  const chosen = new Set<number>();
  const ofEnd = new Map<number, number>();
  for (let row = 0; row < orders.localNs.length; row++) {
    const id = orders.orderId.at(row);
    const kind = orders.kind.at(row);
    wasSent[id] = 1;
    if (kind === filled) hasFilled[id] = 1;
    if (kind !== cancelled && kind !== expired && kind !== rejected) continue;
    const end = (orders.reason.at(row) * 16 + kind) * strategies.length + orders.strategy.at(row);
    const count = ofEnd.get(end) ?? 0;
    ofEnd.set(end, count + 1);
    if (count < OF_EACH_END && chosen.size < MOST / 2) chosen.add(id);
  }
  const withFill: number[] = [];
  const without: number[] = [];
  for (let id = 1; id <= highest; id++) if (wasSent[id] === 1) (hasFilled[id] === 1 ? withFill : without).push(id);
  const all = withFill.length + without.length;
  if (all <= MOST) return { ids: [...withFill, ...without].sort((a, b) => a - b), all };
  const room = MOST - chosen.size;
  const ofFilled = Math.min(withFill.length, Math.max(Math.ceil((2 * room) / 3), room - without.length));
  const followed = new Set<number>();
  for (let row = 0; row < trail.orderId.length; row++) followed.add(trail.orderId.at(row));
  spread(withFill, ofFilled, followed, chosen);
  spread(without, Math.min(without.length, room - ofFilled), followed, chosen);
  return { ids: [...chosen].sort((a, b) => a - b), all };
}

/** `count` of them, evenly; those that were followed first. */
function spread(from: readonly number[], count: number, followed: ReadonlySet<number>, into: Set<number>): void {
  const known = from.filter((id) => followed.has(id));
  const some = known.length >= count ? known : from;
  if (some === from) for (const id of known) into.add(id);
  const rest = some === from ? from.filter((id) => !followed.has(id)) : known;
  const left = some === from ? count - known.length : count;
  for (let i = 0; i < left; i++) into.add(rest[Math.floor((i * rest.length) / left)]!);
}

function ordersData(listed: readonly OrderWay[], { trail }: Recording, span: Span): OrdersData {
  const column = (of: (order: OrderWay) => number) => Float64Array.from(listed, of);
  const ends = [...new Set(listed.map(({ end }) => end))].sort();
  const steps = listed.flatMap((order) => order.steps);
  const moments = listed.flatMap((order) => order.moments);
  const cells = (of: (step: OrderStep) => number) => Float64Array.from(steps, of);
  const journeys: JourneyData = {
    kind: packedBy(
      cells(({ kind }) => kind),
      1,
    ),
    local: packedTimes(
      cells(({ localNs }) => localNs),
      span,
    ),
    venue: packedTimes(
      cells(({ venueNs }) => venueNs),
      span,
    ),
    price: exact(cells(({ price }) => price)),
    qty: exact(cells(({ qty }) => qty)),
    ahead: packedBy(
      cells(({ ahead }) => ahead),
      10,
    ),
    kinds: STEP_KINDS,
  };
  return {
    id: packedBy(
      column(({ id }) => id),
      1,
    ),
    strategy: packedBy(
      column(({ strategy }) => strategy),
      1,
    ),
    instrument: packedBy(
      column(({ instrument }) => instrument),
      1,
    ),
    buys: packedBy(
      column(({ buys }) => (buys ? 1 : 0)),
      1,
    ),
    type: packedBy(
      column(({ type }) => type),
      1,
    ),
    price: exact(column(({ price }) => price)),
    qty: exact(column(({ qty }) => qty)),
    filled: exact(column(({ filledQty }) => filledQty)),
    sent: packedTimes(
      column(({ sentNs }) => sentNs),
      span,
    ),
    end: packedBy(
      column(({ end }) => ends.indexOf(end)),
      1,
    ),
    wait: packed(column(({ sentNs, firstFillNs }) => (firstFillNs - sentNs) / 1e6)),
    ahead: packedBy(
      column(({ ahead }) => ahead),
      10,
    ),
    count: packedBy(
      column((order) => order.steps.length),
      1,
    ),
    steps: journeys,
    moments: packedBy(
      column(({ moments }) => moments.length),
      1,
    ),
    trail: {
      time: packedTimes(
        Float64Array.from(moments, (row) => trail.exchangeNs.at(row)),
        span,
      ),
      ahead: packedBy(
        Float64Array.from(moments, (row) => trail.aheadLots.at(row)),
        10,
      ),
    },
    types: ORDER_TYPE_NAMES,
    ends,
  };
}

/** Decimals of several instruments: as many places as the longest needs, up to ten. */
function exact(values: Float64Array): ReturnType<typeof packedBy> {
  let scale = 1;
  while (scale < 1e10 && values.some((value) => isFraction(value * scale))) scale *= 10;
  return packedBy(values, scale);
}

function isFraction(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value - Math.round(value)) > 1e-6 * Math.max(1, Math.abs(value) * 1e-6);
}
