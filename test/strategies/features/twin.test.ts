/** The features and their slow twins say the same, on wild markets with wild own orders, through the real engine. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Book,
  HANDLERS,
  Kind,
  type MarketView,
  type OrderEvent,
  Side,
  Simulation,
  type Strategy,
  type StrategyContext,
} from '../../../core/index.js';
import { constantLatency, simulatedVenue } from '../../../execution/index.js';
import { BUILT_IN_FEATURES, type FeatureSet, withFeatures } from '../../../strategies/index.js';
import { PlainFeatures } from '../../reference/plain-features.js';
import { MIDDLE_TICKS, marketShapes, randomRows, tapeOf } from '../../reference/random-market.js';
import { randomStrategy } from '../../reference/random-strategy.js';
import { seeded } from '../../tape/sample-rows.js';

const NAMES = BUILT_IN_FEATURES.flatMap(({ name, argument }) => {
  if (argument === undefined) return [name];
  return (argument === 'count' ? ['1', '3', '50'] : ['1ns', '7ns', '60ns']).map((text) => `${name}_${text}`);
});
/** Their numbers come from logarithms, which the twin takes otherwise. */
const ROUNDED = /^(return|volatility)_/;

/** How often a number, not `NaN`, was compared, by name. */
const compared = new Map(NAMES.map((name) => [name, 0]));

/** Hears everything, acts as another strategy does, and compares the features with their twins now and then. */
function comparing(features: FeatureSet, acting: Strategy, seed: number): Strategy {
  const random = seeded(seed);
  const twins: PlainFeatures[] = [];
  const hear = (handler: string, thing: unknown, context: StrategyContext) => {
    if (handler === 'onBook') twins[(thing as Book).instrument.index]!.book(thing as Book, context.nowNs);
    else if (handler === 'onOrderEvent') {
      const { instrument } = (thing as OrderEvent).order;
      twins[instrument.index]!.order(thing as OrderEvent, context.book(instrument), context.nowNs);
    } else if (handler === 'onTrade' || handler === 'onOrderRow') {
      const row = thing as MarketView;
      const twin = twins[row.instrument.index]!;
      if (handler === 'onTrade') twin.trade(row, row.side, context.nowNs);
      else if (row.kind === Kind.orderExecute) {
        twin.trade(row, row.side === Side.buy ? Side.sell : Side.buy, context.nowNs);
      }
    }
  };
  const compare = (context: StrategyContext) => {
    const row = features.read();
    features.names.forEach((column, place) => {
      const [name = '', symbol] = column.split(':').reverse();
      const instrument = symbol === undefined ? context.instruments[0]! : context.instrument(symbol);
      const [book, lots] = [context.book(instrument), context.positionLots(instrument)];
      const expected = twins[instrument.index]!.value(name, context.nowNs, book, lots);
      const found = row[place]!;
      if (!Number.isNaN(expected)) compared.set(name, compared.get(name)! + 1);
      const near = ROUNDED.test(name) && Math.abs(found - expected) <= 1e-12;
      // `expect` costs far more than the comparison.
      if (!near && !Object.is(found + 0, expected + 0)) expect([column, found]).toEqual([column, expected]);
    });
  };
  const strategy: Record<string, unknown> = {};
  for (const handler of HANDLERS) {
    strategy[handler] = (thing: never, context: StrategyContext) => {
      if (handler === 'onStart') {
        const { instruments, originNs, nowNs } = thing as StrategyContext;
        for (const each of instruments) twins[each.index] = new PlainFeatures(each, originNs, nowNs);
        (acting.onStart as (context: StrategyContext) => void)(thing);
      } else if (handler !== 'onStop') {
        hear(handler, thing, context);
        if (random() < 0.4) compare(context);
        (acting[handler] as ((thing: never, context: StrategyContext) => void) | undefined)?.(thing, context);
      }
    };
  }
  return strategy as Strategy;
}

test('every feature is what its slow twin says, at whatever moment it is read', () => {
  fc.assert(
    fc.property(
      marketShapes,
      fc.nat(2 ** 31 - 1),
      fc.constantFrom(0, 0, MIDDLE_TICKS, MIDDLE_TICKS + 3),
      fc.constantFrom(0, 0, 2),
      (market, seed, belowTicks, thinkNs) => {
        const rows = randomRows(market);
        // Mids around 0 and below.
        for (let row = 0; row < rows.length; row++) rows.columns.priceTicks[row]! -= belowTicks;
        const acting = randomStrategy({ seed, activity: 0.4, deaf: false, actions: 60, special: true }, []);
        new Simulation({
          tapes: [tapeOf(rows, market)],
          strategies: [
            {
              name: 'one',
              strategy: withFeatures(NAMES, (features) => comparing(features, acting, seed)),
              ...(thinkNs > 0 && { computeTime: { costNs: () => thinkNs } }),
            },
          ],
          venue: simulatedVenue({ latency: constantLatency({ entryNs: 1, responseNs: 2 }) }),
        }).run();
      },
    ),
    { numRuns: 150 },
  );
  for (const [name, times] of compared) expect(times, `comparisons of ${name}`).toBeGreaterThan(150);
});
