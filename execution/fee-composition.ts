/**
 * Fee models made of others: sums, and bounds per fill or per order. Knows nothing of what the others charge for.
 * Called by the simulated venue as any fee model.
 */
import type { Instrument } from '../core/instrument.js';
import type { Side } from '../core/market.js';
import type { Nanos } from '../core/time.js';
import { amountOf } from './fee-options.js';
import { type FeeModel, tradedValue } from './fees.js';
import type { ModelRun } from './model-run.js';

/** Commission and exchange fee and tax: all of them added. Throws `RangeError` for none. */
export function sumFees(...models: FeeModel[]): FeeModel {
  if (models.length === 0) throw new RangeError('sumFees: there is no model to add up');
  return new SumOfFees(models);
}

class SumOfFees implements FeeModel {
  readonly #models: readonly FeeModel[];

  constructor(models: readonly FeeModel[]) {
    this.#models = models;
  }

  fee(
    instrument: Instrument,
    side: Side,
    priceTicks: number,
    qtyLots: number,
    maker: boolean,
    strategy: number,
    orderId: number,
    nowNs: Nanos,
  ): number {
    const models = this.#models;
    let total = 0;
    for (let i = 0; i < models.length; i++) {
      total += models[i]!.fee(instrument, side, priceTicks, qtyLots, maker, strategy, orderId, nowNs);
    }
    return total;
  }

  forRun(run: ModelRun): FeeModel {
    return new SumOfFees(this.#models.map((model) => model.forRun?.(run) ?? model));
  }
}

export interface FeeBounds {
  /** What is bounded: each fill's fee, or what all fills of an order cost together. There is no default. */
  readonly per: 'fill' | 'order';
  /** At least this much, settle currency; also makes a rebate a fee. Default: none. */
  readonly minimum?: number;
  /** At most this much, settle currency. Default: none. */
  readonly maximum?: number;
  /** At most this fraction of the traded value (of the fill, or of the order so far). Default: none. */
  readonly maximumRate?: number;
}

/**
 * Another model's fee within bounds: min(max(fee, minimum), maximum, maximumRate × value). Where they contradict each other
 * the maximum counts, as with Interactive Brokers ("the maximum per order will be assessed").
 *
 * Per order: after each fill the order has cost that much of its fees and its value so far, and the fill is charged what the
 * order has not yet paid; so the first fill bears the minimum and later ones nothing until it is used up. It remembers two
 * numbers for each order that filled. `boundedFees(perQuantityFees({ makerAmount: 0.005, takerAmount: 0.005 }), { per:
 * 'order', minimum: 1, maximumRate: 0.01 })` is Interactive Brokers' fixed price for US shares.
 *
 * Throws `RangeError` naming the option: not finite, a rate below 0 or from 1, minimum above maximum, no bound at all.
 */
export function boundedFees(inner: FeeModel, bounds: FeeBounds): FeeModel {
  const { per, minimum, maximum, maximumRate } = bounds;
  if (per !== 'fill' && per !== 'order') throw new RangeError(`boundedFees: per "${per}" is not fill or order`);
  if (minimum === undefined && maximum === undefined && maximumRate === undefined) {
    throw new RangeError('boundedFees: there is no minimum, maximum or maximumRate');
  }
  if (minimum !== undefined) amountOf('boundedFees', 'minimum', minimum);
  if (maximum !== undefined) amountOf('boundedFees', 'maximum', maximum);
  if (maximumRate !== undefined && !(maximumRate >= 0 && maximumRate < 1)) {
    throw new RangeError(`boundedFees: maximumRate ${maximumRate} is not a fraction from 0 to below 1`);
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    throw new RangeError(`boundedFees: minimum ${minimum} is above maximum ${maximum}`);
  }
  return per === 'fill' ? new BoundedByFill(inner, bounds) : new BoundedByOrder(inner, bounds);
}

class Bounds {
  readonly #minimum: number;
  readonly #maximum: number;
  readonly #maximumRate: number | undefined;

  constructor({ minimum = -Infinity, maximum = Infinity, maximumRate }: FeeBounds) {
    this.#minimum = minimum;
    this.#maximum = maximum;
    this.#maximumRate = maximumRate;
  }

  bound(fee: number, value: number): number {
    const bounded = Math.min(Math.max(fee, this.#minimum), this.#maximum);
    return this.#maximumRate === undefined ? bounded : Math.min(bounded, this.#maximumRate * value);
  }
}

class BoundedByFill implements FeeModel {
  readonly #inner: FeeModel;
  readonly #given: FeeBounds;
  readonly #bounds: Bounds;

  constructor(inner: FeeModel, given: FeeBounds) {
    this.#inner = inner;
    this.#given = given;
    this.#bounds = new Bounds(given);
  }

  fee(
    instrument: Instrument,
    side: Side,
    priceTicks: number,
    qtyLots: number,
    maker: boolean,
    strategy: number,
    orderId: number,
    nowNs: Nanos,
  ): number {
    const fee = this.#inner.fee(instrument, side, priceTicks, qtyLots, maker, strategy, orderId, nowNs);
    return this.#bounds.bound(fee, tradedValue(instrument, priceTicks, qtyLots));
  }

  forRun(run: ModelRun): FeeModel {
    return new BoundedByFill(this.#inner.forRun?.(run) ?? this.#inner, this.#given);
  }
}

class BoundedByOrder implements FeeModel {
  readonly #inner: FeeModel;
  readonly #given: FeeBounds;
  readonly #bounds: Bounds;
  readonly #orders = new OrderTotals();

  constructor(inner: FeeModel, given: FeeBounds) {
    this.#inner = inner;
    this.#given = given;
    this.#bounds = new Bounds(given);
  }

  fee(
    instrument: Instrument,
    side: Side,
    priceTicks: number,
    qtyLots: number,
    maker: boolean,
    strategy: number,
    orderId: number,
    nowNs: Nanos,
  ): number {
    const fee = this.#inner.fee(instrument, side, priceTicks, qtyLots, maker, strategy, orderId, nowNs);
    const totals = this.#orders.page(orderId);
    const at = 3 * (orderId % ORDERS_PER_PAGE);
    totals[at]! += fee;
    totals[at + 1]! += tradedValue(instrument, priceTicks, qtyLots);
    const before = totals[at + 2]!;
    const after = this.#bounds.bound(totals[at]!, totals[at + 1]!);
    totals[at + 2] = after;
    return after - before;
  }

  forRun(run: ModelRun): FeeModel {
    return new BoundedByOrder(this.#inner.forRun?.(run) ?? this.#inner, this.#given);
  }
}

const ORDERS_PER_PAGE = 1024;

/** For each order: fees before bounds, traded value, what it was charged. In pages, of which only those with fills exist. */
class OrderTotals {
  readonly #pages: (Float64Array | undefined)[] = [];

  page(orderId: number): Float64Array {
    const at = Math.floor(orderId / ORDERS_PER_PAGE);
    let page = this.#pages[at];
    if (page === undefined) {
      if (!(Number.isSafeInteger(orderId) && orderId >= 0)) {
        throw new RangeError(`boundedFees: order id ${orderId} is not a whole number from 0`);
      }
      page = new Float64Array(3 * ORDERS_PER_PAGE);
      this.#pages[at] = page;
    }
    return page;
  }
}
