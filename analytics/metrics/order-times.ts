/**
 * How long a strategy's messages travelled, how many there were, and how long its orders stood in line.
 * Knows nothing of prices. Called by the measurements.
 */
import { MatchKind } from '../../core/match-event.js';
import { OrderEventKind } from '../../core/order.js';
import { SECOND } from '../../core/time.js';
import { Column } from '../column.js';
import type { MeasuredStrategy } from './measured-strategy.js';
import { rising } from './tail-risk.js';

/** Times in ns; columns in rising order. */
export interface OrderTimes {
  /** From sending a request to when the venue dealt with it; and from there to when the strategy heard. */
  readonly entryNs: Float64Array;
  readonly responseNs: Float64Array;
  /** Orders sent, changes and cancels asked for. */
  readonly requests: number;
  /** Most of them in one second of the clock. */
  readonly mostInASecond: number;
  readonly cancelled: number;
  /** From coming to rest to each fill, one a fill of an order that rested. */
  readonly inQueueNs: Float64Array;
  /** Lots ahead when orders came to rest, one each time. */
  readonly aheadLots: Float64Array;
}

const { submitted, modifyRequested, cancelRequested } = OrderEventKind;
/** Which request an event answers, if one is open: 0 = submit, 1 = modify, 2 = cancel. */
const ANSWERS = new Int8Array(256).fill(-1);
ANSWERS[OrderEventKind.accepted] = 0;
ANSWERS[OrderEventKind.rejected] = 0;
ANSWERS[OrderEventKind.expired] = 0;
ANSWERS[OrderEventKind.filled] = 0;
ANSWERS[OrderEventKind.modified] = 1;
ANSWERS[OrderEventKind.modifyRejected] = 1;
ANSWERS[OrderEventKind.cancelled] = 2;
ANSWERS[OrderEventKind.cancelRejected] = 2;
const REQUESTS: readonly number[] = [submitted, modifyRequested, cancelRequested];

export function orderTimesOf({ paths, recording, strategy }: MeasuredStrategy): OrderTimes {
  const { orders, entries, fills } = recording;
  const ids = paths.strategy.length;
  const openNs = REQUESTS.map(() => new Float64Array(ids).fill(Number.NaN));
  const entryNs = new Column(Float64Array);
  const responseNs = new Column(Float64Array);
  let requests = 0;
  let cancelled = 0;
  let second = Number.NaN;
  let inSecond = 0;
  let mostInASecond = 0;
  const secondOffsetNs = Number(recording.originNs % BigInt(SECOND));
  for (let row = 0; row < orders.localNs.length; row++) {
    if (orders.strategy.at(row) !== strategy) continue;
    const kind = orders.kind.at(row);
    const id = orders.orderId.at(row);
    const localNs = orders.localNs.at(row);
    if (kind === OrderEventKind.cancelled) cancelled++;
    const request = REQUESTS.indexOf(kind);
    if (request >= 0) {
      requests++;
      openNs[request]![id] = localNs;
      const now = Math.floor((localNs + secondOffsetNs) / SECOND);
      inSecond = now === second ? inSecond + 1 : 1;
      second = now;
      mostInASecond = Math.max(mostInASecond, inSecond);
      continue;
    }
    const answered = ANSWERS[kind]!;
    if (answered < 0) continue;
    const sentNs = openNs[answered]![id]!;
    openNs[answered]![id] = Number.NaN;
    const exchangeNs = orders.exchangeNs.at(row);
    if (Number.isNaN(sentNs) || Number.isNaN(exchangeNs)) continue;
    entryNs.push(exchangeNs - sentNs);
    responseNs.push(localNs - exchangeNs);
  }
  const inQueueNs = new Column(Float64Array);
  const aheadLots = new Column(Float64Array);
  const restedNs = new Float64Array(ids).fill(Number.NaN);
  // Fills of one order come in their order at the venue; an order that was changed stands anew from then on.
  const entriesOf = new Map<number, number[]>();
  for (let row = 0; row < entries.exchangeNs.length; row++) {
    if (entries.strategy.at(row) !== strategy || entries.kind.at(row) !== MatchKind.rested) continue;
    const id = entries.orderId.at(row);
    if (!Number.isNaN(entries.aheadLots.at(row))) aheadLots.push(entries.aheadLots.at(row));
    if (Number.isNaN(restedNs[id]!)) restedNs[id] = entries.exchangeNs.at(row);
    else if (entriesOf.has(id)) entriesOf.get(id)!.push(entries.exchangeNs.at(row));
    else entriesOf.set(id, [entries.exchangeNs.at(row)]);
  }
  for (let row = 0; row < fills.localNs.length; row++) {
    if (fills.strategy.at(row) !== strategy || fills.maker.at(row) === 0) continue;
    const id = fills.orderId.at(row);
    const filledNs = fills.exchangeNs.at(row);
    const again = entriesOf.get(id);
    while (again !== undefined && again.length > 0 && again[0]! <= filledNs) restedNs[id] = again.shift()!;
    if (!Number.isNaN(restedNs[id]!)) inQueueNs.push(filledNs - restedNs[id]!);
  }
  return {
    entryNs: rising(entryNs.slice()),
    responseNs: rising(responseNs.slice()),
    ...{ requests, mostInASecond, cancelled },
    inQueueNs: rising(inQueueNs.slice()),
    aheadLots: rising(aheadLots.slice()),
  };
}
