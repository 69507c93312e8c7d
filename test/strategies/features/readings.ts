/**
 * What features say at given times over a market written as in test/execution/scenario.ts (tick 1, lot 1). Knows nothing of
 * what they should say. Called by the feature tests.
 */
import { Simulation, type StrategyContext } from '../../../core/index.js';
import { type SimulatedVenueOptions, simulatedVenue } from '../../../execution/index.js';
import { type FeatureDefinition, withFeatures } from '../../../strategies/index.js';
import { tapeOf } from '../../execution/scenario.js';

/** Something that the strategy does. */
export type Act = (context: StrategyContext) => void;

export interface Reading {
  readonly market: readonly string[];
  readonly names: readonly string[];
  /** Times of the readings; at each, all that is seen at that time has been heard. */
  readonly at: readonly number[];
  /** Own orders and the like, by time. */
  readonly acts?: Readonly<Record<number, Act>>;
  readonly venue?: SimulatedVenueOptions;
  readonly definitions?: readonly FeatureDefinition[];
}

/** A row for each time. */
export function readings({ market, names, at, acts = {}, venue = {}, definitions = [] }: Reading): number[][] {
  const rows: number[][] = [];
  const strategy = withFeatures(
    names,
    (features) => ({
      onStart(context) {
        for (const time of Object.keys(acts)) context.at(`act ${time}`, Number(time));
        for (const time of at) context.at(`read ${time}`, time);
      },
      onTimer(timer, context) {
        const [what, time] = timer.split(' ');
        if (what === 'act') acts[Number(time)]!(context);
        else rows.push([...features.read()]);
      },
    }),
    definitions,
  );
  const untilNs = Math.max(1000, ...at);
  const tapes = [tapeOf(market, untilNs)];
  new Simulation({ tapes, strategies: [{ name: 'one', strategy }], venue: simulatedVenue(venue) }).run();
  return rows;
}
