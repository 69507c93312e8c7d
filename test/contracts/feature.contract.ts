/**
 * What every feature must do, as a suite: called once for each definition. Contract: strategies/features/feature.ts.
 */
import { describe, expect, it } from 'vitest';
import { Simulation, type Strategy, type StrategyContext, type TapeBuilder } from '../../core/index.js';
import { constantLatency, simulatedVenue } from '../../execution/index.js';
import {
  BUILT_IN_FEATURES,
  type FeatureDefinition,
  type FeatureSet,
  featureFault,
  withFeatures,
} from '../../strategies/index.js';
import { type MarketShape, randomRows, tapeOf } from '../reference/random-market.js';

export interface FeatureClaims {
  /** It has a value before anything was heard: the time, the strategy's own position. Default false. */
  readonly knownAtOnce?: boolean;
}

/** What the features said, by time and column; `null` for NaN. */
type Said = Map<string, number | null>;

/** Wild markets of all kinds of data, with prices around 10 ticks, so that some lie below 0. */
const MARKETS = [1, 2, 3, 4].map(
  (seed): MarketShape => ({ seed, rows: 700, instruments: 2, stepNs: 20, feedNs: 15, blockRows: 100 }),
);

function rowsOf(market: MarketShape): TapeBuilder {
  const rows = randomRows(market);
  for (let row = 0; row < rows.length; row++) rows.columns.priceTicks[row]! -= 90;
  return rows;
}

/** Reads every 3 ns, and quotes at the local best now and then. `eagerly`: reads at every event besides. */
function quoting(features: FeatureSet, said: Said, eagerly: boolean): Strategy {
  let beats = 0;
  const read = () => void features.read();
  return {
    onStart(context) {
      note(features, said, context);
      context.every('beat', 3);
    },
    onTimer(_name, context) {
      note(features, said, context);
      if (beats++ % 5 !== 0) return;
      const instrument = context.instruments[beats % context.instruments.length]!;
      const { bestBidTicks, bestAskTicks } = context.book(instrument);
      if (beats % 3 === 0) context.cancelAll(instrument);
      if (!Number.isNaN(bestBidTicks)) context.buy(instrument, 2, bestBidTicks);
      if (!Number.isNaN(bestAskTicks)) context.sell(instrument, 2, bestAskTicks);
    },
    ...(eagerly && { onTrade: read, onBook: read, onDepth: read, onOrderRow: read, onOrderEvent: read }),
  };
}

function note(features: FeatureSet, said: Said, { nowNs }: StrategyContext): void {
  features.read().forEach((value, place) => {
    said.set(`${nowNs} ${features.names[place]}`, Number.isNaN(value) ? null : value);
  });
}

export function featureContract(name: string, definition: FeatureDefinition, claims: FeatureClaims = {}): void {
  const { argument } = definition;
  const asked = argument === undefined ? definition.name : `${definition.name}_${argument === 'count' ? '3' : '40ns'}`;

  /** Built-in ones are there already. */
  const own = BUILT_IN_FEATURES.includes(definition) ? [] : [definition];

  function said(rows: TapeBuilder, market: MarketShape, eagerly = false, names = [asked]): Said {
    const found: Said = new Map();
    const strategy = withFeatures(names, (features) => quoting(features, found, eagerly), own);
    play(strategy, rows, market);
    return found;
  }

  describe(`${name} keeps the contract of a feature`, () => {
    it('says what it is, in which unit, and how it is worked out', () => {
      expect(featureFault(definition)).toBeUndefined();
      expect(definition.formula.length).toBeGreaterThan(5);
    });

    it('is NaN until it is known, and always a number that is not infinite', () => {
      for (const market of MARKETS) {
        const found = said(rowsOf(market), market);
        const [first] = found.values();
        expect(first === null, 'NaN at the start').toBe(claims.knownAtOnce !== true);
        for (const [when, value] of found)
          if (value !== null && !Number.isFinite(value)) expect([when, value]).toEqual([]);
      }
    });

    it('is known at some time in some market', () => {
      const values = MARKETS.flatMap((market) => [...said(rowsOf(market), market).values()]);
      expect(values.filter((value) => value !== null).length).toBeGreaterThan(20);
    });

    it('says the same however often it is read, and in every run', () => {
      for (const market of MARKETS) {
        const strategies = [false, true].map((eagerly) => {
          const found: Said = new Map();
          return { found, strategy: withFeatures([asked], (features) => quoting(features, found, eagerly), own) };
        });
        for (const { strategy } of strategies) play(strategy, rowsOf(market), market);
        const [seldom, often] = strategies.map(({ found }) => [...found]);
        expect(often).toEqual(seldom);
        // The reading strategy quotes by a counter, which a second run of the same one would go on from.
        expect([...said(rowsOf(market), market)]).toEqual(seldom);
      }
    });

    it('knows nothing of what has not happened yet', () => {
      for (const market of MARKETS) {
        const rows = rowsOf(market);
        const untilNs = rows.columns.exchangeNs[Math.floor(rows.length / 2)]!;
        const early = (found: Said) => [...found].filter(([when]) => Number.parseFloat(when) <= untilNs);
        const changed = rowsOf(market);
        for (let row = 0; row < changed.length; row++) {
          if (changed.columns.exchangeNs[row]! <= untilNs) continue;
          changed.columns.priceTicks[row]! += 3;
          changed.columns.qtyLots[row]! += 7;
        }
        expect(early(said(changed, market))).toEqual(early(said(rows, market)));
      }
    });

    if (definition.of !== 'run') {
      it('has a state of its own for each instrument', () => {
        for (const market of MARKETS) {
          const both = said(rowsOf(market), market);
          const alone = said(rowsOf(market), market, false, [`I1:${asked}`]);
          const second = [...both].filter(([when]) => when.includes(' I1:'));
          expect(second.length).toBeGreaterThan(100);
          expect([...alone]).toEqual(second);
        }
      });
    }
  });
}

function play(strategy: Strategy, rows: TapeBuilder, market: MarketShape): void {
  new Simulation({
    tapes: [tapeOf(rows, market)],
    strategies: [{ name: 'one', strategy }],
    venue: simulatedVenue({ latency: constantLatency({ entryNs: 2, responseNs: 3 }) }),
  }).run();
}
