/**
 * What every strategy plug-in must do, as a suite: called once for each plug-in. Contract: core/strategy.ts.
 */
import { describe, expect, it } from 'vitest';
import {
  type Observer,
  ORDER_EVENT_NAMES,
  type RunResult,
  Simulation,
  type StrategyPlugin,
  type TapeSource,
} from '../../core/index.js';
import { constantLatency, simulatedVenue } from '../../execution/index.js';
import { pluginFault } from '../../strategies/index.js';
import { quietTape } from '../core/run-samples.js';
import { randomTape } from '../reference/random-market.js';

export function strategyContract(name: string, plugin: StrategyPlugin): void {
  const fresh = () => plugin.create(plugin.params.parse({}));
  const run = (tape: TapeSource, observer: Observer = {}, strategy = fresh()): RunResult =>
    new Simulation({
      tapes: [tape],
      strategies: [{ name: 'one', strategy }],
      venue: simulatedVenue({ latency: constantLatency({ entryNs: 3, responseNs: 3 }) }),
      observers: [observer],
    }).run();
  const market = (seed: number) =>
    // A minute of 2,000 rows of one instrument, with all kinds of rows and books that cross and empty.
    randomTape({ seed, rows: 2_000, instruments: 1, stepNs: 60e6, feedNs: 1e6, blockRows: 100 });

  describe(`${name} keeps the contract of a strategy plug-in`, () => {
    it('is a plug-in with a sentence about itself, and has a default for every parameter', () => {
      expect(pluginFault(plugin)).toBeUndefined();
      expect(plugin.description).toMatch(/^\S.{9,}/);
      expect(plugin.params.safeParse({}).success).toBe(true);
    });

    it('refuses parameters that it does not know', () => {
      expect(plugin.params.safeParse({ noSuchParameter: 1 }).success).toBe(false);
    });

    it('bears tapes without rows, and quiet and wild markets, and sends nothing that is refused at once', () => {
      for (const tape of [quietTape(0), quietTape(1), quietTape(300), ...[1, 2, 3, 4, 5, 6].map(market)]) {
        const refused: string[] = [];
        run(tape, {
          onOrderEvent: ({ kind, order, exchangeNs }) => {
            const name = ORDER_EVENT_NAMES[kind]!;
            if (Number.isNaN(exchangeNs) && name.endsWith('ejected')) refused.push(`${name} ${order.id}`);
          },
        });
        expect(refused).toEqual([]);
      }
    });

    it('is made anew for each run: what one run did does not change the next', () => {
      const hashes = [0, 1].map(() => run(market(3)).runHash);
      run(market(4));
      expect(new Set([...hashes, run(market(3)).runHash]).size).toBe(1);
    });
  });
}
