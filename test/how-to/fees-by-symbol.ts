/** Fees of one's own: another model for each symbol, and a day's fees never more than a cap, after which trading is free. */
import type { Instrument, Side } from 'tickwright/core';
import type { FeeModel, ModelRun } from 'tickwright/execution';

const DAY_NS = 86_400e9;

/** `dailyCap`: each strategy's most for a day of the run, in the one settle currency of all its instruments. */
export function feesBySymbol(models: Readonly<Record<string, FeeModel>>, dailyCap = Infinity): FeeModel {
  if (!(dailyCap >= 0)) throw new RangeError(`feesBySymbol: dailyCap ${dailyCap} is not a number from 0`);
  return new FeesBySymbol(new Map(Object.entries(models)), dailyCap);
}

class FeesBySymbol implements FeeModel {
  readonly #models: ReadonlyMap<string, FeeModel>;
  readonly #dailyCap: number;
  /** What each strategy has paid today. */
  readonly #paid: number[] = [];
  #day = 0;

  constructor(models: ReadonlyMap<string, FeeModel>, dailyCap: number) {
    this.#models = models;
    this.#dailyCap = dailyCap;
  }

  fee(
    instrument: Instrument,
    side: Side,
    priceTicks: number,
    qtyLots: number,
    maker: boolean,
    strategy: number,
    orderId: number,
    nowNs: number,
  ): number {
    const model = this.#models.get(instrument.symbol);
    // A fee that is missing is not a fee of 0.
    if (model === undefined) throw new RangeError(`feesBySymbol: there are no fees for ${instrument.symbol}`);
    const fee = model.fee(instrument, side, priceTicks, qtyLots, maker, strategy, orderId, nowNs);
    const day = Math.floor(nowNs / DAY_NS);
    if (day !== this.#day) this.#paid.length = 0;
    this.#day = day;
    const before = this.#paid[strategy] ?? 0;
    const after = Math.min(before + fee, this.#dailyCap);
    this.#paid[strategy] = after;
    return after - before;
  }

  /** It remembers, and so may the models in it: each run gets fresh ones. */
  forRun(run: ModelRun): FeeModel {
    const fresh = [...this.#models].map(([symbol, model]) => [symbol, model.forRun?.(run) ?? model] as const);
    return new FeesBySymbol(new Map(fresh), this.#dailyCap);
  }
}
