/**
 * Every order of a run in one row: when and at what market it was sent, reached the venue, and ended; what filled.
 * Knows nothing of money. Called by the measurements.
 */
import { OrderEventKind } from '../../core/order.js';
import type { Recording } from '../recording.js';

/** Columns by order id (ids count from 1; row 0 is nobody's). `NaN` = did not happen, or nobody saw it. */
export class OrderPaths {
  /** −1 = no such order was sent. */
  readonly strategy: Int32Array;
  readonly instrument: Int32Array;
  readonly side: Uint8Array;
  readonly sentNs: Float64Array;
  /** Quantity as it was last agreed. */
  readonly lots: Float64Array;
  readonly filledLots: Float64Array;
  /** Local mid when it was sent: the decision. */
  readonly decisionTicks: Float64Array;
  /** When it first met the venue's market, and the mid there. */
  readonly arrivalNs: Float64Array;
  readonly arrivalTicks: Float64Array;
  /** When the strategy learnt of its end (the last fill is one), and the local mid then. */
  readonly endNs: Float64Array;
  readonly endTicks: Float64Array;
  /** 1 = was cancelled. */
  readonly cancelled: Uint8Array;

  constructor(recording: Recording) {
    const { orders, entries } = recording;
    let highest = 0;
    for (let row = 0; row < orders.localNs.length; row++) highest = Math.max(highest, orders.orderId.at(row));
    const count = highest + 1;
    const unknown = () => new Float64Array(count).fill(Number.NaN);
    this.strategy = new Int32Array(count).fill(-1);
    this.instrument = new Int32Array(count).fill(-1);
    this.side = new Uint8Array(count);
    this.sentNs = unknown();
    this.lots = unknown();
    this.filledLots = new Float64Array(count);
    this.decisionTicks = unknown();
    this.arrivalNs = unknown();
    this.arrivalTicks = unknown();
    this.endNs = unknown();
    this.endTicks = unknown();
    this.cancelled = new Uint8Array(count);
    for (let row = 0; row < orders.localNs.length; row++) this.#add(orders, row);
    for (let row = 0; row < entries.exchangeNs.length; row++) {
      const id = entries.orderId.at(row);
      if (!Number.isNaN(this.arrivalNs[id]!)) continue;
      this.arrivalNs[id] = entries.exchangeNs.at(row);
      this.arrivalTicks[id] = (entries.bidTicks.at(row) + entries.askTicks.at(row)) / 2;
    }
  }

  #add(orders: Recording['orders'], row: number): void {
    const { submitted, modified, restated, filled, cancelled, expired, rejected } = OrderEventKind;
    const id = orders.orderId.at(row);
    const kind = orders.kind.at(row);
    const midTicks = (orders.bidTicks.at(row) + orders.askTicks.at(row)) / 2;
    if (kind === submitted) {
      this.strategy[id] = orders.strategy.at(row);
      this.instrument[id] = orders.instrument.at(row);
      this.side[id] = orders.side.at(row);
      this.sentNs[id] = orders.localNs.at(row);
      this.lots[id] = orders.qtyLots.at(row);
      this.decisionTicks[id] = midTicks;
    } else if (kind === modified || kind === restated) this.lots[id] = orders.qtyLots.at(row);
    else if (kind === filled) this.filledLots[id]! += orders.qtyLots.at(row);
    else if (kind === cancelled) this.cancelled[id] = 1;
    const ends = kind === cancelled || kind === expired || kind === rejected || kind === filled;
    if (ends && orders.leavesLots.at(row) === 0) {
      this.endNs[id] = orders.localNs.at(row);
      this.endTicks[id] = midTicks;
    }
  }
}
