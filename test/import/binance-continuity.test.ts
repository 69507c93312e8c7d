/** The chains of update ids and trade ids, case by case. */
import { describe, expect, it } from 'vitest';
import { TradeChain, UpdateChain } from '../../bridges/import/binance-continuity.js';
import { CorrectionTally } from '../../bridges/import/correction-tally.js';

/** `[first, last, previous]` for a futures diff, `[first, last]` for a spot diff, a number for a snapshot. */
type Step = [number, number, number] | [number, number] | number;

function chain(spot: boolean, steps: Step[]): Record<string, number> {
  const tally = new CorrectionTally();
  const updates = new UpdateChain(tally);
  for (const step of steps) {
    if (typeof step === 'number') updates.snapshot(step, spot);
    else updates.diff({ first: step[0], last: step[1], previous: step[2] });
  }
  return Object.fromEntries(tally.list().map(({ name, count }) => [name, count]));
}

describe('update ids', () => {
  it('of futures may begin in a diff that spans the snapshot, before it or after it', () => {
    expect(chain(false, [100, [90, 105, 80], [110, 120, 105]])).toEqual({});
    expect(chain(false, [[90, 99, 80], [101, 110, 99], 100, [115, 120, 110]])).toEqual({});
  });

  it('of futures break where `pu` is not the `u` before', () => {
    expect(chain(false, [100, [90, 105, 80], [106, 120, 104]])).toEqual({ 'update-id-gap': 1 });
  });

  it('that begin after the snapshot are a gap', () => {
    expect(chain(false, [100, [101, 105, 95]])).toEqual({ 'update-id-gap': 1 });
    expect(chain(true, [100, [102, 105]])).toEqual({ 'update-id-gap': 1 });
    expect(chain(true, [100, [101, 105]])).toEqual({});
  });

  it('of spot break where `U` is not the `u` before + 1', () => {
    expect(chain(true, [100, [99, 105], [106, 107], [109, 110]])).toEqual({ 'update-id-gap': 1 });
  });

  it('seen before are left out', () => {
    expect(chain(true, [100, [99, 105], [99, 105], [106, 106]])).toEqual({ 'duplicate-diff': 1 });
  });

  it('are whole again after the snapshot that follows a gap', () => {
    expect(chain(true, [100, [99, 105], [200, 210], 205, [211, 212]])).toEqual({ 'update-id-gap': 1 });
  });
});

describe('trade ids', () => {
  function trades(ids: number[]) {
    const tally = new CorrectionTally();
    const taken = ids.filter(
      (
        (trades) => (id: number) =>
          trades.trade(id)
      )(new TradeChain(tally)),
    );
    return { taken, ...Object.fromEntries(tally.list().map(({ name, count }) => [name, count])) };
  }

  it('that are missing are counted, late ones kept, repeated ones left out', () => {
    expect(trades([5, 6, 10, 8, 8, 7, 9, 9, 11, 5])).toEqual({
      taken: [5, 6, 10, 8, 7, 9, 11],
      'trade-id-gap': 1,
      'late-trade': 3,
      'duplicate-trade': 3,
    });
  });
});
