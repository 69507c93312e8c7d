/**
 * What every MarginModel must do, as a suite: called once for each model. Contract: execution/margin.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instrument } from '../../core/instrument.js';
import type { MarginModel } from '../../execution/margin.js';

/** The symbols that a model made for this suite must know. */
export const MARGIN_SYMBOLS = ['LINEAR', 'COIN'] as const;
const instruments = [
  new Instrument({ symbol: 'LINEAR', tick: '0.1', lot: '0.001', multiplier: '5' }, 0),
  new Instrument({ symbol: 'COIN', tick: '0.5', lot: '1', contract: 'inverse', multiplier: '100' }, 1),
];

const halfTicks = fc.oneof(fc.integer({ min: 1, max: 4e6 }), fc.constantFrom(1, 2 ** 32 - 4, 0, -7));
const question = fc
  .record({
    instrument: fc.nat(1),
    lots: fc.oneof(fc.integer({ min: -1e6, max: 1e6 }), fc.constantFrom(0, 1, -1, 1e12, -1e12)),
    halfTicks,
  })
  .filter((each) => each.instrument === 0 || each.halfTicks > 0);
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

function answers(model: MarginModel, { instrument, lots, halfTicks }: Question): [initial: number, kept: number] {
  const at = instruments[instrument]!;
  return [model.initial(at, lots, halfTicks / 2), model.maintenance(at, lots, halfTicks / 2)];
}

export function marginContract(name: string, make: () => MarginModel): void {
  describe(`${name} keeps the contract of a margin model`, () => {
    it('ties up nothing for no position, and never less than nothing', () => {
      fc.assert(
        fc.property(question, (asked) => {
          for (const amount of answers(make(), asked)) expect(amount).toBeGreaterThanOrEqual(0);
          expect(answers(make(), { ...asked, lots: 0 })).toEqual([0, 0]);
        }),
      );
    });

    it('asks no more to keep a position than to open it', () => {
      fc.assert(
        fc.property(question, (asked) => {
          const [initial, kept] = answers(make(), asked);
          expect(kept).toBeLessThanOrEqual(initial * (1 + 1e-12));
        }),
      );
    });

    it('never asks less for a larger position on the same side', () => {
      fc.assert(
        fc.property(question, fc.integer({ min: 1, max: 1e6 }), (asked, more) => {
          const smaller = answers(make(), asked);
          const larger = answers(make(), { ...asked, lots: asked.lots + (asked.lots < 0 ? -more : more) });
          larger.forEach((amount, at) => {
            expect(amount).toBeGreaterThanOrEqual(smaller[at]! * (1 - 1e-12));
          });
        }),
      );
    });

    it('answers alike whatever was asked before', () => {
      fc.assert(
        fc.property(fc.array(question, { minLength: 1, maxLength: 10 }), (all) => {
          const model = make();
          const there = all.map((asked) => answers(model, asked));
          expect(all.toReversed().map((asked) => answers(model, asked))).toEqual(there.toReversed());
          expect(all.map((asked) => answers(make(), asked))).toEqual(there);
        }),
      );
    });
  });
}
