/**
 * The orders that the page lists, with everything that is known of the way of each: sent, arrived, in line, filled, ended.
 * Knows nothing of the page. Called by the report.
 */

import { Side } from '../../core/market.js';
import { MATCH_NAMES, MatchKind } from '../../core/match-event.js';
import { ORDER_EVENT_NAMES, ORDER_TYPE_NAMES, OrderEventKind, REASON_TEXTS, Reason } from '../../core/order.js';
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

export interface OrderTable {
  readonly data: OrdersData;
  readonly shown: number;
  readonly all: number;
}

const { submitted, filled, cancelled, expired, rejected, cancelRequested, modifyRequested } = OrderEventKind;
const REQUESTS: readonly number[] = [submitted, cancelRequested, modifyRequested];
/** Kinds of steps: those of order events, and what the venue saw. */
const KINDS = [...ORDER_EVENT_NAMES, ...MATCH_NAMES.slice(0, 2), 'cut short'];
const CUT_SHORT = KINDS.length - 1;

interface Step {
  readonly kind: number;
  readonly localNs: number;
  readonly venueNs: number;
  readonly price: number;
  readonly qty: number;
  readonly ahead: number;
}

interface ListedOrder {
  readonly id: number;
  strategy: number;
  instrument: number;
  buys: boolean;
  type: number;
  price: number;
  qty: number;
  filledQty: number;
  sentNs: number;
  end: string;
  firstFillNs: number;
  ahead: number;
  fills: number;
  readonly steps: Step[];
  /** Rows of `trail`. */
  moments: number[];
}

/**
 * Of more than 2,000 orders some of every way of ending, and the rest evenly over the run, two thirds of them filled ones (as
 * far as there are any), those first that were followed in line. In the order of sending.
 */
export function orderTable(recording: Recording, span: Span): OrderTable {
  const { ids, all } = chosenOrders(recording);
  const orders = new Map(ids.map((id) => [id, emptyOrder(id)]));
  walkEntries(recording, orders);
  walkEvents(recording, orders);
  walkFills(recording, orders);
  walkTrail(recording, orders);
  const listed = [...orders.values()];
  for (const { steps } of listed) steps.sort(inOrder);
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

function emptyOrder(id: number): ListedOrder {
  return {
    ...{ id, strategy: 0, instrument: 0, buys: true, type: 0, price: Number.NaN, qty: 0, filledQty: 0, sentNs: 0 },
    ...{ end: 'open when the run ended', firstFillNs: Number.NaN, ahead: Number.NaN, fills: 0, steps: [], moments: [] },
  };
}

function walkEvents({ orders: table, instruments }: Recording, orders: ReadonlyMap<number, ListedOrder>): void {
  for (let row = 0; row < table.localNs.length; row++) {
    const order = orders.get(table.orderId.at(row));
    if (order === undefined) continue;
    const kind = table.kind.at(row);
    const instrument = instruments[table.instrument.at(row)]!;
    // What a refused order asked for may be neither; files keep whole numbers only.
    const price = instrument.price(wholeOrNone(table.priceTicks.at(row)));
    const qty = instrument.qty(wholeOrNone(table.qtyLots.at(row)));
    const localNs = table.localNs.at(row);
    if (kind === submitted || order.steps.length === 0) {
      order.strategy = table.strategy.at(row);
      order.instrument = instrument.index;
      order.buys = table.side.at(row) === Side.buy;
      order.type = table.type.at(row);
      order.price = price;
      order.qty = qty;
      order.sentNs = localNs;
    }
    // What happens at the venue is told with the fill's place in line by the table of fills.
    if (kind === filled) {
      order.filledQty += qty;
      if (table.leavesLots.at(row) <= 0) order.end = 'filled';
      continue;
    }
    if (kind === cancelled || kind === expired || kind === rejected) order.end = endText(kind, table.reason.at(row));
    const venueNs = REQUESTS.includes(kind) ? Number.NaN : table.exchangeNs.at(row);
    addStep(order, { kind, localNs, venueNs, price, qty, ahead: Number.NaN });
  }
}

function wholeOrNone(value: number): number {
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function walkFills({ fills, instruments }: Recording, orders: ReadonlyMap<number, ListedOrder>): void {
  for (let row = 0; row < fills.localNs.length; row++) {
    const order = orders.get(fills.orderId.at(row));
    if (order === undefined) continue;
    const instrument = instruments[fills.instrument.at(row)]!;
    const localNs = fills.localNs.at(row);
    if (Number.isNaN(order.firstFillNs)) order.firstFillNs = localNs;
    order.fills++;
    addStep(order, {
      kind: filled,
      localNs,
      venueNs: fills.exchangeNs.at(row),
      price: instrument.price(fills.priceTicks.at(row)),
      qty: instrument.qty(fills.qtyLots.at(row)),
      ahead: fills.aheadLots.at(row),
    });
  }
}

function walkEntries({ entries, instruments }: Recording, orders: ReadonlyMap<number, ListedOrder>): void {
  for (let row = 0; row < entries.exchangeNs.length; row++) {
    const order = orders.get(entries.orderId.at(row));
    if (order === undefined) continue;
    const kind = entries.kind.at(row);
    const ahead = entries.aheadLots.at(row);
    const instrument = instruments[entries.instrument.at(row)]!;
    if (kind === MatchKind.rested && Number.isNaN(order.ahead)) order.ahead = ahead;
    addStep(order, {
      kind: ORDER_EVENT_NAMES.length + kind,
      localNs: Number.NaN,
      venueNs: entries.exchangeNs.at(row),
      price: instrument.price((entries.bidTicks.at(row) + entries.askTicks.at(row)) / 2),
      qty: Number.NaN,
      ahead,
    });
  }
}

function addStep({ steps }: ListedOrder, step: Step): void {
  if (steps.length < MOST_STEPS) steps.push(step);
  else if (steps.length === MOST_STEPS) steps.push({ ...step, kind: CUT_SHORT });
}

/** When it happened: at the venue, or for requests on the strategy's machine. */
function timeOf({ localNs, venueNs }: Step): number {
  return Number.isNaN(venueNs) ? localNs : venueNs;
}

function walkTrail({ trail }: Recording, orders: ReadonlyMap<number, ListedOrder>): void {
  for (let row = 0; row < trail.orderId.length; row++) orders.get(trail.orderId.at(row))?.moments.push(row);
  for (const order of orders.values()) {
    const { length } = order.moments;
    const step = Math.ceil(length / MOST_MOMENTS);
    order.moments = order.moments.filter((_, i) => i % step === 0 || i === length - 1);
  }
}

/** At equal times as the lists say: an order is in line before it fills. */
function inOrder(a: Step, b: Step): number {
  return timeOf(a) - timeOf(b) || placeOf(a.kind) - placeOf(b.kind);
}

function placeOf(kind: number): number {
  if (kind === submitted) return 0;
  return kind >= ORDER_EVENT_NAMES.length ? 1 : kind === filled ? 2 : 3;
}

function endText(kind: number, reason: number): string {
  const name = ORDER_EVENT_NAMES[kind]!;
  return reason === Reason.none ? name : `${name}: ${REASON_TEXTS[reason] ?? `reason ${reason}`}`;
}

function ordersData(listed: readonly ListedOrder[], { trail }: Recording, span: Span): OrdersData {
  const column = (of: (order: ListedOrder) => number) => Float64Array.from(listed, of);
  const ends = [...new Set(listed.map(({ end }) => end))].sort();
  const steps = listed.flatMap((order) => order.steps);
  const moments = listed.flatMap((order) => order.moments);
  const cells = (of: (step: Step) => number) => Float64Array.from(steps, of);
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
    kinds: KINDS,
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
