/**
 * A queue model whose parameters are fitted to real orders. Knows nothing of how they are fitted. Called by the simulated
 * venue, by the fit and by who measures models.
 */
import type { Instrument } from '../core/instrument.js';
import type { ModelRun } from './model-run.js';
import { OrdersBehind } from './orders-behind.js';
import { QueueGuesses } from './queue-guesses.js';
import type { QueuePositionModel } from './queue-position.js';
import type { WorkingOrders } from './working-orders.js';

/**
 * What a fit finds. Logits are of "this decrease left behind the order": 0 is even chances, each 1 more multiplies the odds
 * by e. Only `usualLots` has a unit. All are finite numbers.
 */
export interface FittedQueueParameters {
  /** Logit of a decrease by the size of an order that joined behind with the level's last change. */
  readonly matched: number;
  /** Added when that size is `usualLots`. */
  readonly usual: number;
  /** The size that most orders have, in lots; a whole number ≥ 0, and 0 when there is none. */
  readonly usualLots: number;
  /** Added for each e-fold of how many changes of the level ago the newest order of that size joined. */
  readonly age: number;
  /** Added for each e-fold of (decreases behind so far + 1) / (decreases ahead so far + 1) at this order. */
  readonly habit: number;
  /** Logit of a decrease by a size that none of the orders which joined behind has. */
  readonly unmatched: number;
  /** Within [0.01, 0.99]: an order fills as far as guesses with this much weight together say that trades have passed it. */
  readonly certainty: number;
}

/**
 * Fitted by `npm run bench -- fidelity` to the orders of GOOG on NASDAQ on 2012-06-21 before 12:45 (LOBSTER's sample with 10
 * levels; lots are shares), and judged on the rest of that day and on AAPL. For level-2 data that shows every change.
 */
export const FITTED_QUEUE_PARAMETERS: FittedQueueParameters = {
  matched: 3.29,
  usual: -3.028,
  usualLots: 100,
  age: -0.1114,
  habit: 1.244,
  unmatched: -6.934,
  certainty: 0.2,
};

/** Run files and messages list the parameters in this order. */
export const FITTED_QUEUE_PARAMETER_NAMES = Object.keys(
  FITTED_QUEUE_PARAMETERS,
) as readonly (keyof FittedQueueParameters)[];

/**
 * Trades at the price take from what is ahead, exactly. What level-2 data leaves open is whether a cancelled quantity was
 * ahead or behind, and most of that is known, too: more than is ahead was behind, more than is behind was ahead, and what
 * joined behind did so before our eyes, size by size, so that a size which never joined behind was most likely ahead. What
 * remains is a chance by {@link FittedQueueParameters}. The model follows both ways on as guesses of the quantity ahead with
 * a weight each (8 of them at most), and the order fills when guesses of enough weight agree. `aheadLots` is their mean,
 * never below 0.
 *
 * After Rigtorp (2013), cited in queue-position.ts, whose probability models look at quantities ahead and behind alone.
 * Throws `RangeError` naming the parameter and its value.
 */
export function fittedQueue(parameters: FittedQueueParameters = FITTED_QUEUE_PARAMETERS): QueuePositionModel {
  for (const name of FITTED_QUEUE_PARAMETER_NAMES) check(name, parameters[name]);
  return new FittedQueue({ ...parameters });
}

class FittedQueue implements QueuePositionModel {
  readonly #parameters: FittedQueueParameters;
  /** By slot. */
  readonly #guesses: QueueGuesses[] = [];
  readonly #behind: OrdersBehind[] = [];

  constructor(parameters: FittedQueueParameters) {
    this.#parameters = parameters;
  }

  /** Its memory of slots belongs to one venue. */
  forRun(_run: ModelRun): QueuePositionModel {
    return new FittedQueue(this.#parameters);
  }

  join(orders: WorkingOrders, slot: number, levelLots: number, _instrument: Instrument): void {
    this.#guesses[slot] ??= new QueueGuesses();
    this.#guesses[slot].start(levelLots);
    this.#behind[slot] ??= new OrdersBehind();
    this.#behind[slot].clear();
    orders.aheadLots[slot] = levelLots;
    orders.tradedLots[slot] = 0;
  }

  traded(orders: WorkingOrders, slot: number, qtyLots: number): void {
    const guesses = this.#guesses[slot]!;
    guesses.advance(qtyLots);
    orders.tradedLots[slot]! += qtyLots;
    orders.aheadLots[slot] = guesses.meanLots();
  }

  levelChanged(
    orders: WorkingOrders,
    slot: number,
    beforeLots: number,
    afterLots: number,
    _instrument: Instrument,
  ): void {
    const left = beforeLots - afterLots - orders.tradedLots[slot]!;
    orders.tradedLots[slot] = 0;
    const guesses = this.#guesses[slot]!;
    const behind = this.#behind[slot]!;
    behind.change();
    // A level that comes in sight again brings back what was ahead, not somebody new.
    if (left < 0 && (beforeLots > 0 || guesses.meanLots() === 0)) behind.join(-left);
    if (left > 0) this.#decrease(guesses, behind, left, afterLots + left);
    guesses.limit(afterLots);
    orders.aheadLots[slot] = guesses.meanLots();
  }

  #decrease(guesses: QueueGuesses, behind: OrdersBehind, lots: number, levelLots: number): void {
    const { matched, usual, usualLots, age, habit, unmatched } = this.#parameters;
    const found = behind.find(lots);
    if (!found) {
      guesses.split(lots, levelLots, unmatched, 0);
      return;
    }
    const logit = matched + (lots === usualLots ? usual : 0) + age * Math.log(behind.age);
    behind.leave(lots, guesses.split(lots, levelLots, logit, habit));
  }

  reachedLots(orders: WorkingOrders, slot: number): number {
    const guesses = this.#guesses[slot]!;
    const reached = guesses.takeReached(this.#parameters.certainty);
    if (reached > 0) orders.aheadLots[slot] = guesses.meanLots();
    return reached;
  }
}

function check(name: keyof FittedQueueParameters, value: number): void {
  const fault = (range: string) => new RangeError(`fitted queue: ${name} is ${value}; it must be ${range}`);
  if (!Number.isFinite(value)) throw fault('a finite number');
  if (name === 'certainty' && !(value >= 0.01 && value <= 0.99)) throw fault('within 0.01 and 0.99');
  if (name === 'usualLots' && !(Number.isSafeInteger(value) && value >= 0)) throw fault('a whole number of lots ≥ 0');
}
