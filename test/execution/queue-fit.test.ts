/** The fit of the fitted queue model: the regression against closed forms, the rest on markets whose habits are known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument, Side } from '../../core/index.js';
import { RandomSource } from '../../core/random.js';
import { FidelityTally } from '../../execution/fidelity-tally.js';
import { FITTED_QUEUE_PARAMETERS, fittedQueue } from '../../execution/fitted-queue.js';
import { QueueFidelity } from '../../execution/queue-fidelity.js';
import { fitQueue, fitToFills, logisticFit } from '../../execution/queue-fit.js';
import { riskAverseQueue } from '../../execution/queue-position.js';

const instrument = new Instrument({ symbol: 'X', tick: '0.01', lot: '1' }, 0);

describe('the regression', () => {
  const outcomes = (yes: number, no: number) => [
    ...new Array<boolean>(yes).fill(true),
    ...new Array<boolean>(no).fill(false),
  ];

  it('finds the log odds of one group, and of two', () => {
    const [alone] = logisticFit(
      outcomes(30, 10).map(() => [1]),
      outcomes(30, 10),
      1e-9,
    );
    expect(alone).toBeCloseTo(Math.log(3), 6);
    const groups = [...outcomes(30, 10).map(() => [1, 0]), ...outcomes(5, 20).map(() => [1, 1])];
    const [base, added] = logisticFit(groups, [...outcomes(30, 10), ...outcomes(5, 20)], 1e-9);
    expect(base).toBeCloseTo(Math.log(3), 6);
    expect(base! + added!).toBeCloseTo(Math.log(1 / 4), 6);
  });

  it('stays finite where all outcomes are the same', () => {
    const [base] = logisticFit(
      outcomes(50, 0).map(() => [1]),
      outcomes(50, 0),
      3,
    );
    // Where the pull of the ridge and that of the outcomes are equal: 3 b = 50 / (1 + e^b).
    expect(3 * base!).toBeCloseTo(50 / (1 + Math.exp(base!)), 6);
  });

  it('stands where no coefficient can be bettered', () => {
    const row = fc.tuple(
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 5, maxLength: 60 }), (all) => {
        const rows = all.map(([a, b]) => [1, a, b]);
        const fitted = logisticFit(
          rows,
          all.map(([, , outcome]) => outcome),
          1,
        );
        for (const at of [0, 1, 2]) {
          const slope = all.reduce((sum, [, , outcome], index) => {
            const logit = rows[index]!.reduce((total, value, column) => total + value * fitted[column]!, 0);
            return sum + rows[index]![at]! * ((outcome ? 1 : 0) - 1 / (1 + Math.exp(-logit)));
          }, 0);
          expect(slope - fitted[at]!).toBeCloseTo(0, 6);
        }
      }),
    );
  });
});

/**
 * A level where orders of 10 come and go, and now and then one of another size; `newest` is how often the newest order is
 * the one that leaves (else any), `trades` how often a trade takes the first.
 */
function market(fidelity: QueueFidelity, seed: number, newest: number, trades: number, steps = 3000): void {
  const random = new RandomSource(seed).stream('market');
  const queue: { id: number; left: number }[] = [];
  for (let time = 0; time < steps; time++) {
    const drawn = random.uniform();
    if (queue.length < 2 || (drawn < 0.5 && queue.length < 12)) {
      const lots = random.uniform() < 0.7 ? 10 : 1 + Math.floor(random.uniform() * 50);
      queue.push({ id: time, left: lots });
      fidelity.add(time, time, Side.buy, 100, lots);
    } else if (drawn >= 0.5 && drawn < 0.5 + trades / 2) {
      const [first] = queue as [(typeof queue)[0]];
      const lots = Math.min(first.left, 1 + Math.floor(random.uniform() * 10));
      first.left -= lots;
      fidelity.execute(time, first.id, Side.buy, 100, lots);
      if (first.left === 0) queue.shift();
    } else {
      const at = random.uniform() < newest ? queue.length - 1 : Math.floor(random.uniform() * queue.length);
      fidelity.cancel(time, queue[at]!.id, Side.buy, 100, Number.POSITIVE_INFINITY);
      queue.splice(at, 1);
    }
  }
  fidelity.finish();
}

describe('the fit to order by order data', () => {
  it('sees which orders leave', async () => {
    const late = await fitQueue(instrument, (fidelity) => market(fidelity, 1, 0.95, 0.3));
    const any = await fitQueue(instrument, (fidelity) => market(fidelity, 1, 0, 0.3));
    expect(late.parameters.usualLots).toBe(10);
    // What left was the newest order, or any: the chance that it was behind is far higher in the one than in the other.
    expect(late.parameters.matched + late.parameters.usual).toBeGreaterThan(
      any.parameters.matched + any.parameters.usual + 1,
    );
    // Orders leave whole here, so a size that did not join behind was ahead.
    expect(late.parameters.unmatched).toBeLessThan(-3);
    expect(() => fittedQueue(late.parameters)).not.toThrow();
  });

  it('is better on another day of the same market than a model that has not seen it', async () => {
    const { parameters } = await fitQueue(instrument, (fidelity) => market(fidelity, 1, 0.9, 0.3));
    const fidelity = new QueueFidelity(instrument);
    const fitted = fidelity.judge('fitted', fittedQueue(parameters));
    const averse = fidelity.judge('averse', riskAverseQueue());
    market(fidelity, 2, 0.9, 0.3);
    expect(fitted.filled).toBeGreaterThan(100);
    expect(fitted.wrongLots).toBeLessThan(averse.wrongLots);
    expect(fitted.absoluteErrorLots).toBeLessThan(averse.absoluteErrorLots);
  });

  it('finds the same again', async () => {
    const again = () => fitQueue(instrument, (fidelity) => market(fidelity, 3, 0.5, 0.3));
    expect(await again()).toEqual(await again());
  });

  it('refuses data with nothing to fit to', async () => {
    await expect(fitQueue(instrument, () => {})).rejects.toThrow('there is nothing to fit to');
    await expect(fitQueue(instrument, (fidelity) => market(fidelity, 1, 0.5, 0))).rejects.toThrow(
      /^none of the \d+ orders filled: the certainty cannot be fitted$/,
    );
  });
});

describe('the fit to own fills', () => {
  /** Orders of 100 behind 300; then 200 leave and 200 trade. `ahead`: whether what left was ahead, so that they filled. */
  class Orders {
    readonly tallies: [FidelityTally, ReturnType<typeof fittedQueue>][] = [];
    judge(name: string, model: ReturnType<typeof fittedQueue>): FidelityTally {
      const tally = new FidelityTally(name);
      this.tallies.push([tally, model]);
      return tally;
    }
  }
  const play = (ahead: boolean) => async (judge: Orders) => {
    const { WorkingOrders } = await import('../../execution/working-orders.js');
    for (const [tally, model] of judge.tallies) {
      const orders = new WorkingOrders(1);
      const slot = orders.add(1, 0, 0, Side.buy, 100, 100, 0, false);
      model.join(orders, slot, 300, instrument, false);
      model.levelChanged(orders, slot, 300, 550, instrument);
      model.levelChanged(orders, slot, 550, 350, instrument);
      model.traded(orders, slot, 200);
      tally.order(Math.min(100, model.reachedLots(orders, slot)), ahead ? 100 : 0, 1, 1);
      tally.order(10, 10, 1, 1);
    }
  };

  it('keeps what it began with unless something else is better', async () => {
    expect(await fitToFills(() => new Orders(), play(true))).toEqual(FITTED_QUEUE_PARAMETERS);
  });

  it('moves to what explains the fills', async () => {
    const parameters = await fitToFills(() => new Orders(), play(false));
    // 200 of a size that never joined behind left behind all the same.
    expect(parameters.unmatched).toBeGreaterThan(FITTED_QUEUE_PARAMETERS.unmatched);
    const judge = new Orders();
    const tally = judge.judge('', fittedQueue(parameters));
    await play(false)(judge);
    expect(tally.wrongLots).toBe(0);
  });

  it('refuses orders none of which filled', async () => {
    const none = fitToFills(
      () => new Orders(),
      (judge) => {
        for (const [tally] of judge.tallies) tally.order(0, 0, Number.NaN, Number.NaN);
      },
    );
    await expect(none).rejects.toThrow(new RangeError('none of the 1 orders filled: there is nothing to fit to'));
  });
});
