/**
 * Gives the order-by-order rows of one instrument on a tape to a measurement of queue models.
 * Knows nothing of files. Called by `bench fidelity` and `tickwright calibrate`.
 */
import { CODE_EXCHANGE, CODE_KIND, CODE_SIDE_SHIFT, type Columns, Flag, Kind, type Side } from '../core/market.js';
import type { Nanos } from '../core/time.js';
import type { QueueFidelity } from './queue-fidelity.js';

/**
 * Plays the rows that happened before `untilNs`; orders that join from `fromNs` on are judged, except those of snapshots:
 * when they joined, and so what was ahead of them, is not known. Rows seen locally only and other instruments' are passed
 * over, as are trades: of order-by-order data the executions say them, and hidden ones are of no queue.
 * Returns whether rows after these may be wanted, too.
 */
export function playOrderRows(
  fidelity: QueueFidelity,
  columns: Columns,
  instrument: number,
  fromNs: Nanos,
  untilNs: Nanos,
): boolean {
  const { code, flags, exchangeNs, priceTicks, qtyLots, orderId, length } = columns;
  if (orderId === undefined) return true;
  for (let row = 0; row < length; row++) {
    const bits = code[row]!;
    if ((bits & CODE_EXCHANGE) === 0 || columns.instrument[row] !== instrument) continue;
    const timeNs = exchangeNs[row]!;
    if (timeNs >= untilNs) return false;
    const side = ((bits >> CODE_SIDE_SHIFT) & 3) as Side;
    const [id, tick, lots] = [orderId[row]!, priceTicks[row]!, qtyLots[row]!];
    switch (bits & CODE_KIND) {
      case Kind.orderAdd:
        fidelity.judging = timeNs >= fromNs && (flags[row]! & Flag.snapshot) === 0;
        fidelity.add(timeNs, id, side, tick, lots);
        break;
      case Kind.orderModify:
        fidelity.judging = timeNs >= fromNs;
        fidelity.modify(timeNs, id, side, tick, lots);
        break;
      case Kind.orderCancel:
        fidelity.cancel(timeNs, id, side, tick, lots);
        break;
      case Kind.orderExecute:
        fidelity.execute(timeNs, id, side, tick, lots);
        break;
    }
  }
  return true;
}
