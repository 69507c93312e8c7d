/**
 * What every FeeModel must do, as a suite: called once for each model. Contract: execution/fees.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument } from '../../core/instrument.js';
import { Side } from '../../core/market.js';
import { RandomSource } from '../../core/random.js';
import type { FeeModel } from '../../execution/fees.js';

const instruments = [
  new Instrument({ symbol: 'LINEAR', tick: '0.1', lot: '0.001', multiplier: '5' }, 0),
  new Instrument({ symbol: 'COIN', tick: '0.5', lot: '1', contract: 'inverse', multiplier: '100' }, 1),
];
const run = { instruments, random: new RandomSource(1), streamPrefix: 'venue' };

/** Prices of 0 and below for linear contracts only: inverse ones have no value there. */
const price = fc.constantFrom(1, 7, 618_002, 2 ** 31 - 2);
const fill = fc
  .record({
    instrument: fc.nat(1),
    side: fc.constantFrom(Side.buy, Side.sell),
    priceTicks: fc.oneof(price, fc.constantFrom(0, -5)),
    qtyLots: fc.constantFrom<number>(1, 10, 999, 1e9),
    maker: fc.boolean(),
    strategy: fc.nat(1),
    orderId: fc.integer({ min: 1, max: 5000 }),
    waitNs: fc.constantFrom(0, 1, 5e9, 86_400e9),
  })
  .filter(({ instrument, priceTicks }) => instrument === 0 || priceTicks > 0);
type Fill = typeof fill extends fc.Arbitrary<infer T> ? T : never;
const fills = fc.array(fill, { minLength: 1, maxLength: 20 });

/** Orders are of one strategy and one instrument each; times never decrease. */
function* played(model: FeeModel, all: readonly Fill[]): Generator<number> {
  let nowNs = 0;
  for (const each of all) {
    const { side, priceTicks, qtyLots, maker, strategy } = each;
    nowNs += each.waitNs;
    const orderId = 4 * each.orderId + 2 * strategy + each.instrument;
    yield model.fee(instruments[each.instrument]!, side, priceTicks, qtyLots, maker, strategy, orderId, nowNs);
  }
}

/** `remembers`: a fee may depend on what the same strategy has done before. */
export function feeContract(name: string, make: () => FeeModel, { remembers = false } = {}): void {
  const fresh = (): FeeModel => {
    const model = make();
    return model.forRun?.(run) ?? model;
  };

  describe(`${name} keeps the contract of a fee model`, () => {
    it('gives a finite amount for every fill, of linear contracts also at prices of 0 and below', () => {
      fc.assert(
        fc.property(fills, (all) => {
          for (const fee of played(fresh(), all)) expect(Number.isFinite(fee)).toBe(true);
        }),
      );
    });

    it('gives the same fees in every run, also when one object serves two runs at a time', () => {
      fc.assert(
        fc.property(fills, (all) => {
          const model = make();
          const alone = [...played(fresh(), all)];
          const [one, other] = [model.forRun?.(run) ?? model, model.forRun?.(run) ?? model];
          const [first, second] = [played(one, all), played(other, all)];
          for (const fee of alone) expect([first.next().value, second.next().value]).toEqual([fee, fee]);
        }),
      );
    });

    it('does not let one strategy pay for what another does', () => {
      fc.assert(
        fc.property(fills, (all) => {
          const together = [...played(fresh(), all)].filter((_, at) => all[at]!.strategy === 0);
          const away = all.map((each) => (each.strategy === 0 ? each : { ...each, qtyLots: 1 }));
          expect([...played(fresh(), away)].filter((_, at) => all[at]!.strategy === 0)).toEqual(together);
        }),
      );
    });

    it.runIf(!remembers)('gives the same fee for the same fill, whatever came before', () => {
      fc.assert(
        fc.property(fills, (all) => {
          const model = fresh();
          const there = [...played(model, all)];
          const back = [...played(model, all.toReversed())];
          expect(back.toReversed()).toEqual(there);
        }),
      );
    });
  });
}
