/**
 * What every Observer must do, as a suite: called once for each. It watches, bears every kind of run, and changes nothing.
 * Contract: core/observer.ts.
 */
import { describe, expect, it } from 'vitest';
import { type Observer, RunError, Simulation, type Strategy, type TapeSource } from '../../core/index.js';
import { simulatedVenue } from '../../execution/index.js';
import { quietTape } from '../core/run-samples.js';
import { randomTape } from '../reference/random-market.js';
import { randomStrategy } from '../reference/random-strategy.js';

export function observerContract(name: string, make: () => Observer): void {
  const market = (instruments: number) =>
    randomTape({ seed: 11, rows: 600, instruments, stepNs: 10, feedNs: 5, blockRows: 64 });
  const busy = (seed: number): Strategy => {
    const strategy = randomStrategy({ seed, activity: 0.4, deaf: false, actions: 300 }, []);
    const { onTimer } = strategy;
    return {
      ...strategy,
      onTimer(timer, context) {
        onTimer?.(timer, context);
        context.log(`timer ${timer}`);
        context.metric('seen', context.nowNs);
      },
    };
  };
  const run = (tape: TapeSource, observers: readonly Observer[], strategies = [busy(1), busy(2)], sampleNs = 3) =>
    new Simulation({
      tapes: [tape],
      strategies: strategies.map((strategy, index) => ({ name: `s${index}`, strategy })),
      venue: simulatedVenue(),
      observers,
      sampleNs,
    }).run();

  describe(`${name} keeps the contract of an observer`, () => {
    it('changes nothing, alone or with others', () => {
      const { runHash, fills } = run(market(2), []);
      expect(fills).toBeGreaterThan(20);
      expect(run(market(2), [make()]).runHash).toBe(runHash);
      expect(run(market(2), [make(), make()]).runHash).toBe(runHash);
    });

    it('bears runs without rows, without strategies, without samples, and with many instruments', () => {
      run(quietTape(0), [make()]);
      run(quietTape(50), [make()], []);
      run(market(2), [make()], [busy(3)], 0);
      run(market(70), [make()], [busy(4)]);
    });

    it('bears a run that fails, and one after another', () => {
      const observer = make();
      const failing: Strategy = {
        onTrade() {
          throw new Error('enough');
        },
      };
      expect(() => run(market(1), [observer], [busy(5), failing])).toThrow(RunError);
      const { runHash } = run(market(2), []);
      expect(run(market(2), [observer]).runHash).toBe(runHash);
    });
  });
}
