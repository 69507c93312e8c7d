/**
 * The queue models that are held against real orders, and what is said of each in a line of a table.
 * Knows nothing of where orders come from. Called by `tickwright calibrate` and `bench fidelity`.
 */
import { formatDuration } from '../../core/time.js';
import type { FidelityTally } from '../../execution/fidelity-tally.js';
import {
  logBackQueue,
  logQueue,
  powerBackQueue,
  powerFrontQueue,
  powerQueue,
  type QueuePositionModel,
  riskAverseQueue,
} from '../../execution/queue-position.js';
import type { WorkingOrders } from '../../execution/working-orders.js';

export interface NamedQueue {
  readonly name: string;
  readonly model: QueuePositionModel;
}

/** For comparison: always first in line; a trade at the price fills what it brings, or the whole order (`whole`). */
class NoQueue implements QueuePositionModel {
  readonly #whole: boolean;

  constructor(whole: boolean) {
    this.#whole = whole;
  }

  join(orders: WorkingOrders, slot: number): void {
    orders.aheadLots[slot] = 0;
    orders.tradedLots[slot] = 0;
  }

  traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    orders.tradedLots[slot]! += qtyLots;
  }

  levelChanged(): void {}

  reachedLots(orders: WorkingOrders, slot: number): number {
    const traded = orders.tradedLots[slot]!;
    orders.tradedLots[slot] = 0;
    return this.#whole && traded > 0 ? Number.MAX_SAFE_INTEGER : traded;
  }
}

/** A fresh one of each: no queue at all, then every model without fitted parameters. */
export function stockQueues(): NamedQueue[] {
  return [
    { name: 'touch fills all', model: new NoQueue(true) },
    { name: 'front of the queue', model: new NoQueue(false) },
    { name: 'risk-averse', model: riskAverseQueue() },
    ...[1, 2, 3].map((exponent) => ({ name: `power ${exponent}`, model: powerQueue(exponent) })),
    // With exponent 1 they are power 1.
    ...[2, 3].map((exponent) => ({ name: `power-back ${exponent}`, model: powerBackQueue(exponent) })),
    ...[2, 3].map((exponent) => ({ name: `power-front ${exponent}`, model: powerFrontQueue(exponent) })),
    { name: 'log', model: logQueue() },
    { name: 'log-back', model: logBackQueue() },
  ];
}

/** `ahead`: whether the true quantity ahead is known. */
export function fidelityHeads(lots = 'lots', ahead = true): string[] {
  const position = [`ahead, ${lots} off`, 'relative', 'bias'];
  return ['model', ...(ahead ? position : []), ...FILLS.map((head) => head.replace('lots', lots))];
}

const FILLS = ['precision', 'recall', 'wrong', 'late by p50', 'p90', 'p99', 'filled / true', 'lots off'];

export function fidelityLine(tally: FidelityTally, ahead = true): string[] {
  const { name, comparisons, absoluteErrorLots, aheadLots, errorLots, filledLots, wrongLots } = tally;
  const bias = errorLots / comparisons;
  const position = [
    (absoluteErrorLots / comparisons).toFixed(1),
    percent(absoluteErrorLots / aheadLots, 1),
    `${bias > 0 ? '+' : ''}${bias.toFixed(1)}`,
  ];
  return [
    name,
    ...(ahead ? position : []),
    percent(tally.precision),
    percent(tally.recall),
    String(tally.wrongFills),
    ...[0.5, 0.9, 0.99].map((rank) => delay(tally.delayNs(rank))),
    percent(tally.quantityRatio),
    percent(wrongLots / filledLots),
  ];
}

function percent(fraction: number, decimals = 2): string {
  return Number.isFinite(fraction) ? `${(fraction * 100).toFixed(decimals)} %` : 'none';
}

function delay(nanos: number): string {
  return Number.isNaN(nanos) ? 'none' : formatDuration(nanos);
}
