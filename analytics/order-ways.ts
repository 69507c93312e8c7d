/**
 * Everything that is known of the way of some orders: sent, arrived, in line, filled, ended. Knows nothing of pages and terminals.
 * Called by the report's list of orders and by the journey of one order as text.
 */
import { Side } from '../core/market.js';
import { MATCH_NAMES, MatchKind } from '../core/match-event.js';
import { ORDER_EVENT_NAMES, OrderEventKind, REASON_TEXTS, Reason } from '../core/order.js';
import type { Recording } from './recording.js';

const { submitted, filled, cancelled, expired, rejected, cancelRequested, modifyRequested } = OrderEventKind;
const REQUESTS: readonly number[] = [submitted, cancelRequested, modifyRequested];
/** Kinds of steps: those of order events, and what the venue saw. */
export const STEP_KINDS: readonly string[] = [...ORDER_EVENT_NAMES, ...MATCH_NAMES.slice(0, 2), 'cut short'];
const CUT_SHORT = STEP_KINDS.length - 1;

/** One thing that happened to an order; `NaN` = not known, or not there. */
export interface OrderStep {
  /** Index into {@link STEP_KINDS}. */
  readonly kind: number;
  /** When the strategy sent it or learnt of it, and when it happened at the venue; ns since the run's origin. */
  readonly localNs: number;
  readonly venueNs: number;
  /** Decimals; of what only the venue saw the mid. */
  readonly price: number;
  readonly qty: number;
  /** Lots ahead in line, as the queue model has it. */
  readonly ahead: number;
}

export interface OrderWay {
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
  readonly steps: OrderStep[];
  /** Rows of `trail`. */
  moments: number[];
}

/** Of one order at most. Default: all. */
export interface WayLimits {
  /** What comes after is one step `cut short`. */
  readonly steps?: number;
  /** Of more moments in line every second, third … is kept, and the last. */
  readonly moments?: number;
}

/** The ways of the orders of these numbers, in their order; `recording` needs orders, fills, entries and places in line. */
export function orderWays(
  recording: Recording,
  ids: readonly number[],
  { steps: mostSteps = Number.POSITIVE_INFINITY, moments: mostMoments = Number.POSITIVE_INFINITY }: WayLimits = {},
): OrderWay[] {
  const orders = new Map(ids.map((id) => [id, emptyOrder(id)]));
  const add: AddStep = ({ steps }, step) => {
    if (steps.length < mostSteps) steps.push(step);
    else if (steps.length === mostSteps) steps.push({ ...step, kind: CUT_SHORT });
  };
  walkEntries(recording, orders, add);
  walkEvents(recording, orders, add);
  walkFills(recording, orders, add);
  walkTrail(recording, orders, mostMoments);
  const ways = [...orders.values()];
  for (const { steps } of ways) steps.sort(inOrder);
  return ways;
}

type AddStep = (order: OrderWay, step: OrderStep) => void;

function emptyOrder(id: number): OrderWay {
  return {
    ...{ id, strategy: 0, instrument: 0, buys: true, type: 0, price: Number.NaN, qty: 0, filledQty: 0, sentNs: 0 },
    ...{ end: 'open when the run ended', firstFillNs: Number.NaN, ahead: Number.NaN, fills: 0, steps: [], moments: [] },
  };
}

function walkEvents(
  { orders: table, instruments }: Recording,
  orders: ReadonlyMap<number, OrderWay>,
  add: AddStep,
): void {
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
    add(order, { kind, localNs, venueNs, price, qty, ahead: Number.NaN });
  }
}

function wholeOrNone(value: number): number {
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function walkFills({ fills, instruments }: Recording, orders: ReadonlyMap<number, OrderWay>, add: AddStep): void {
  for (let row = 0; row < fills.localNs.length; row++) {
    const order = orders.get(fills.orderId.at(row));
    if (order === undefined) continue;
    const instrument = instruments[fills.instrument.at(row)]!;
    const localNs = fills.localNs.at(row);
    if (Number.isNaN(order.firstFillNs)) order.firstFillNs = localNs;
    order.fills++;
    add(order, {
      kind: filled,
      localNs,
      venueNs: fills.exchangeNs.at(row),
      price: instrument.price(fills.priceTicks.at(row)),
      qty: instrument.qty(fills.qtyLots.at(row)),
      ahead: fills.aheadLots.at(row),
    });
  }
}

function walkEntries({ entries, instruments }: Recording, orders: ReadonlyMap<number, OrderWay>, add: AddStep): void {
  for (let row = 0; row < entries.exchangeNs.length; row++) {
    const order = orders.get(entries.orderId.at(row));
    if (order === undefined) continue;
    const kind = entries.kind.at(row);
    const ahead = entries.aheadLots.at(row);
    const instrument = instruments[entries.instrument.at(row)]!;
    if (kind === MatchKind.rested && Number.isNaN(order.ahead)) order.ahead = ahead;
    add(order, {
      kind: ORDER_EVENT_NAMES.length + kind,
      localNs: Number.NaN,
      venueNs: entries.exchangeNs.at(row),
      price: instrument.price((entries.bidTicks.at(row) + entries.askTicks.at(row)) / 2),
      qty: Number.NaN,
      ahead,
    });
  }
}

/** When it happened: at the venue, or for requests on the strategy's machine. */
function timeOf({ localNs, venueNs }: OrderStep): number {
  return Number.isNaN(venueNs) ? localNs : venueNs;
}

function walkTrail({ trail }: Recording, orders: ReadonlyMap<number, OrderWay>, most: number): void {
  for (let row = 0; row < trail.orderId.length; row++) orders.get(trail.orderId.at(row))?.moments.push(row);
  for (const order of orders.values()) {
    const { length } = order.moments;
    const step = Math.max(1, Math.ceil(length / most));
    order.moments = order.moments.filter((_, i) => i % step === 0 || i === length - 1);
  }
}

/** At equal times as the lists say: an order is in line before it fills. */
function inOrder(a: OrderStep, b: OrderStep): number {
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
