/** Names, columns, errors, and who is called for what: the feature set, the registry, and strategies with features. */
import { describe, expect, it } from 'vitest';
import { Kind, Simulation, type Strategy, type StrategyContext } from '../../../core/index.js';
import { simulatedVenue } from '../../../execution/index.js';
import {
  BUILT_IN_FEATURES,
  defineFeature,
  type Feature,
  type FeatureDefinition,
  FeatureRegistry,
  FeatureSet,
  featureFault,
  withFeatures,
} from '../../../strategies/index.js';
import { tapeOf } from '../../execution/scenario.js';
import { readings } from './readings.js';

const ONE = ['0 bid 5@100', '0 ask 5@102', '10 bought 1@102', '900 sold 2@100'];
const TWO = [...ONE, '0 Y bid 5@50', '0 Y ask 5@54', '20 Y bought 7@54'];

function run(strategy: Strategy, market: readonly string[] = ONE): void {
  new Simulation({
    tapes: [tapeOf(market, 1000)],
    strategies: [{ name: 'one', strategy }],
    venue: simulatedVenue(),
  }).run();
}

/** The columns of a set that was started on a market. */
function columnsOf(
  names: readonly string[],
  market: readonly string[],
  own: readonly FeatureDefinition[] = [],
): string[] {
  let columns: readonly string[] = [];
  run(
    withFeatures(
      names,
      (features) => ({
        onStart: () => {
          columns = features.names;
        },
      }),
      own,
    ),
    market,
  );
  return [...columns];
}

/** A feature of one's own with everything that a definition needs. */
function own(more: Partial<Record<string, unknown>> = {}, feature: Feature = { value: () => 1 }): FeatureDefinition {
  return { name: 'own', unit: '1', formula: '1', hears: [], create: () => feature, ...more } as FeatureDefinition;
}

describe('the columns of a feature set', () => {
  it('are the names as given, where there is one instrument', () => {
    const names = ['spread', 'X:mid', 'ofi_1s', 'time_of_day', 'mid'];
    expect(columnsOf(names, ONE)).toEqual(names);
  });

  it('are one for each instrument where there are several, and one in all for features of the run', () => {
    expect(columnsOf(['mid', 'time_of_day', 'Y:ofi_1s', 'X:spread'], TWO)).toEqual([
      ...['X:mid', 'Y:mid', 'time_of_day', 'Y:ofi_1s', 'X:spread'],
    ]);
  });

  it('hold what is true of their own instrument', () => {
    const found = readings({ market: TWO, names: ['mid', 'trades_5ns', 'Y:volume_30ns'], at: [20, 30] });
    expect(found).toEqual([
      [101, 52, 0, 1, Number.NaN],
      [101, 52, 0, 0, 7],
    ]);
  });

  it('are found by name', () => {
    let places: number[] = [];
    const strategy = withFeatures(['mid', 'Y:bid'], (features) => ({
      onStart: () => {
        places = ['Y:bid', 'X:mid'].map((name) => features.index(name));
        expect(() => features.index('mid')).toThrow(
          new RangeError('there is no feature column "mid"; there are: X:mid, Y:mid, Y:bid'),
        );
      },
    }));
    run(strategy, TWO);
    expect(places).toEqual([2, 0]);
  });

  it('are written into the middle of a row of another', () => {
    const out = new Float64Array(5).fill(-1);
    run(
      withFeatures(['bid', 'ask'], (features) => ({
        onTrade: () => features.readInto(out, 2),
      })),
    );
    expect([...out]).toEqual([-1, -1, 100, 102, -1]);
  });

  it('may be none at all', () => {
    const set = new FeatureSet([]);
    expect(set.handlers).toEqual([]);
    expect([...set.read()]).toEqual([]);
    expect(columnsOf([], ONE)).toEqual([]);
  });
});

describe('a name is refused', () => {
  const all =
    'mid, bid, ask, spread, microprice, bid_qty, ask_qty, imbalance_N, ofi_T, signed_volume_T, volume_T, trades_T, vwap_T, ' +
    'return_T, volatility_T, queue_ahead_bid, queue_ahead_ask, inventory, time_of_day, book_age';
  const count = 'needs a whole number from 1 to 10000 after it, such as imbalance_5';
  const span = 'needs a duration above 0 after it, such as ofi_100ms, ofi_1s or ofi_5m';
  it.each([
    ['midd', `there is no feature "midd"; there are: ${all}`],
    ['', `there is no feature "${''}"; there are: ${all}`],
    ['X:', `there is no feature "${''}"; there are: ${all}`],
    ['_5', `there is no feature "_5"; there are: ${all}`],
    ['mid_1s', 'feature "mid_1s": mid takes nothing after it, it was given "1s"'],
    ['imbalance', `feature "imbalance" ${count}`],
    ['X:imbalance', `feature "imbalance" ${count}`],
    ['imbalance_0', `feature "imbalance_0": imbalance ${count}`],
    ['imbalance_1.5', `feature "imbalance_1.5": imbalance ${count}`],
    ['imbalance_10001', `feature "imbalance_10001": imbalance ${count}`],
    ['imbalance_1s', `feature "imbalance_1s": imbalance ${count}`],
    ['ofi', `feature "ofi" ${span}`],
    ['ofi_5', `feature "ofi_5": ofi ${span}`],
    ['ofi_0s', `feature "ofi_0s": ofi ${span}`],
    ['ofi_-1s', `feature "ofi_-1s": ofi ${span}`],
    ['ofi_1 s', `feature "ofi_1 s": ofi ${span}`],
    ['ofi_1fortnight', `feature "ofi_1fortnight": ofi ${span}`],
    ['ofi_0.5ns', `feature "ofi_0.5ns": ofi ${span}`],
    ['ofi_1000d', `feature "ofi_1000d": ofi ${span}`],
    ['X:time_of_day', 'feature "X:time_of_day": time_of_day is of the whole run; leave out "X:"'],
  ])('%s', (name, message) => {
    expect(() => new FeatureSet(['mid', name])).toThrow(new RangeError(message));
  });

  it('when it comes twice, as given or once it stands for every instrument', () => {
    expect(() => new FeatureSet(['mid', 'bid', 'mid'])).toThrow(new RangeError('feature "mid" is asked for twice'));
    expect(() => columnsOf(['mid', 'Y:mid'], TWO)).toThrow('feature "Y:mid" is asked for twice');
  });

  it('when its instrument is not one of the strategy', () => {
    expect(() => columnsOf(['Z:mid'], TWO)).toThrow(
      'feature "Z:mid": instrument "Z" is not among this strategy\'s: X, Y',
    );
  });
});

describe('a definition', () => {
  it("of one's own is found beside the built-in ones, by the longest name", () => {
    const definitions = [
      own(),
      own({ name: 'own_count', argument: 'count', create: counted }),
      own({ name: 'own_count_2' }),
    ];
    function counted({ argument }: { argument: number }): Feature {
      return { value: () => argument };
    }
    const found = readings({ market: ONE, names: ['own', 'own_count_7', 'own_count_2', 'mid'], at: [5], definitions });
    expect(found).toEqual([[1, 7, 1, 101]]);
  });

  it('gets its instrument, its argument, a context to look at, and the time from which on it hears', () => {
    const seen: unknown[] = [];
    const create: FeatureDefinition['create'] = (setup: object) => {
      seen.push(setup);
      return { value: () => 0 };
    };
    let context: StrategyContext | undefined;
    const starting: Strategy = {
      onStart(given) {
        context = given;
      },
    };
    const definitions = [own({ argument: 'duration', create }), own({ name: 'all', of: 'run', create })];
    run(
      withFeatures(['own_2us', 'all'], () => starting, definitions),
      ['40 bid 1@1', '40 Y bid 1@1'],
    );
    const [x, y] = context!.instruments;
    expect(seen).toEqual([
      { instrument: x, argument: 2000, context, startNs: 40 },
      { instrument: y, argument: 2000, context, startNs: 40 },
      { argument: Number.NaN, context, startNs: 40 },
    ]);
  });

  it.each([
    [null, 'it is null'],
    [() => 1, 'it is of type function'],
    [own({ name: undefined }), 'field "name" is undefined, it must be words in lower case joined by _'],
    [own({ name: 'Mid' }), 'field "name" is "Mid", it must be words in lower case joined by _'],
    [own({ name: 'a:b' }), 'field "name" is "a:b", it must be words in lower case joined by _'],
    [
      own({ argument: 'price' }),
      'field "argument" of feature "own" is "price", it must be "duration", "count" or left out',
    ],
    [own({ of: 'day' }), 'field "of" of feature "own" is "day", it must be "instrument", "run" or left out'],
    [own({ unit: '' }), 'field "unit" of feature "own" is "", it must be text, such as price, quantity, seconds or 1'],
    [own({ formula: 3 }), 'field "formula" of feature "own" is 3, it must be text'],
    [own({ source: 3 }), 'field "source" of feature "own" is 3, it must be text or left out'],
    [own({ create: 'x' }), 'field "create" of feature "own" is "x", it must be a function (setup) => feature'],
  ])('that is none is refused %#', (value, fault) => {
    expect(featureFault(value)).toBe(fault);
    expect(() => new FeatureRegistry([value as FeatureDefinition])).toThrow(
      new TypeError(`not a feature definition: ${fault}`),
    );
  });

  it('may hear only what there is', () => {
    expect(featureFault(own({ hears: ['onFill'] }))).toMatch(
      /^field "hears" of feature "own" is \["onFill"\], it must be a list of onTrade, onBook, .*, onOrderEvent$/,
    );
    expect(featureFault(own({ hears: undefined }))).toMatch(/^field "hears" of feature "own" is undefined/);
  });

  it('may not take the name of another', () => {
    expect(() => new FeatureSet(['mid'], [own({ name: 'mid' })])).toThrow(
      new RangeError('feature "mid" is defined twice; give yours another name'),
    );
  });

  it('must have the hooks that it names and no others, and a value', () => {
    const started = (definition: FeatureDefinition) => () => columnsOf(['own'], ONE, [definition]);
    expect(started(own({ hears: ['onBook'] }))).toThrow(
      'feature "own": its definition\'s "hears" names onBook, which the feature lacks',
    );
    expect(started(own({}, { value: () => 1, onBar: () => {} }))).toThrow(
      'feature "own": its definition\'s "hears" does not name onBar, which the feature has',
    );
    expect(started(own({}, {} as Feature))).toThrow('feature "own": what create returned has no value()');
  });
});

describe('a strategy with features', () => {
  it('has the handlers that they or it need, and no others', () => {
    const handlersOf = (strategy: Strategy) => Object.keys(strategy).sort();
    const quiet = (names: readonly string[]) => handlersOf(withFeatures(names, () => ({})));
    expect(quiet([])).toEqual(['onStart']);
    expect(quiet(['mid', 'imbalance_5', 'inventory', 'time_of_day'])).toEqual(['onStart']);
    expect(quiet(['ofi_1s'])).toEqual(['onBook', 'onStart']);
    // Executions of order by order data are trades.
    expect(quiet(['volume_1s'])).toEqual(['onOrderRow', 'onStart', 'onTrade']);
    const busy = withFeatures(['ofi_1s'], () => ({ onFill() {}, onBook() {}, onTimer() {} }));
    expect(handlersOf(busy)).toEqual(['onBook', 'onFill', 'onStart', 'onTimer']);
  });

  it('finds them up to date in every handler, and keeps its own `this`', () => {
    class Counting implements Strategy {
      readonly lines: string[] = [];
      readonly features: FeatureSet;
      constructor(features: FeatureSet) {
        this.features = features;
      }
      onStart(): void {
        this.lines.push(`start ${this.features.read()}`);
      }
      onBook(): void {
        this.lines.push(`book ${this.features.read()}`);
      }
      onTrade(): void {
        this.lines.push(`trade ${this.features.read()}`);
      }
    }
    let strategy!: Counting;
    const made = withFeatures(['heard_books', 'heard_trades'], (features) => (strategy = new Counting(features)), [
      heard('heard_books', 'onBook'),
      heard('heard_trades', 'onTrade'),
    ]);
    run(made);
    expect(strategy.lines).toEqual(['start 0,0', 'book 1,0', 'book 2,0', 'trade 2,1', 'trade 2,2']);
  });

  it('starts afresh in every run', () => {
    const lines: string[] = [];
    const strategy = withFeatures(
      ['heard_trades'],
      (features) => ({ onTrade: () => void lines.push(`${features.read()}`) }),
      [heard('heard_trades', 'onTrade')],
    );
    run(strategy);
    run(strategy);
    expect(lines).toEqual(['1', '2', '1', '2']);
  });
});

function heard(name: string, hook: 'onBook' | 'onTrade'): FeatureDefinition {
  return defineFeature({
    ...{ name, unit: '1', formula: 'how often it heard', hears: [hook] },
    create() {
      let times = 0;
      return { [hook]: () => void times++, value: () => times };
    },
  });
}

describe('hooks', () => {
  const market = [
    '0 bid 5@100',
    '1 quote ask 5@102',
    '2 bought 1@102',
    '3 status halt',
    '4 bar 100 105 98 102 50',
    '0 Y add #1 bid 5@50',
    '5 Y hit #1 bid 2@50',
    '6 Y sold 1@50',
  ];
  const hears = [
    'onTrade',
    'onBook',
    'onQuote',
    'onDepth',
    'onOrderRow',
    'onBar',
    'onStatus',
    'onCustom',
    'onOrderEvent',
  ];
  /** Writes down what it hears. */
  function listening(lines: string[], nameOf: (setup: { instrument?: { symbol: string } }) => string) {
    return (setup: object) => {
      const feature: Record<string, unknown> = { value: () => lines.length };
      for (const hook of hears) {
        feature[hook] = (thing: { kind?: number }, nowNs: number, aggressor?: number) => {
          const taker = aggressor === undefined ? '' : ` ${['none', 'buy', 'sell'][aggressor]}`;
          lines.push(`${nowNs} ${nameOf(setup)} ${hook}${thing.kind === Kind.orderExecute ? ' execute' : ''}${taker}`);
        };
      }
      return feature;
    };
  }

  it('of a feature hear what happens to its own instrument', () => {
    const lines: string[] = [];
    const create = listening(lines, ({ instrument }) => instrument!.symbol);
    const acts = { 7: (context: StrategyContext) => void context.buy(context.instruments[1]!, 1, 40) };
    readings({ market, names: ['X:own'], at: [], definitions: [own({ hears, create })], acts });
    expect(lines).toEqual([
      ...['0 X onDepth', '0 X onBook', '1 X onQuote', '1 X onBook', '2 X onTrade buy', '3 X onStatus', '4 X onBar'],
      '1000 X onCustom',
    ]);
    lines.length = 0;
    readings({ market, names: ['Y:own'], at: [], definitions: [own({ hears, create })], acts });
    expect(lines).toEqual([
      ...['0 Y onOrderRow', '0 Y onBook', '5 Y onOrderRow execute', '5 Y onTrade execute sell', '5 Y onBook'],
      ...['6 Y onTrade sell', '7 Y onOrderEvent'],
    ]);
  });

  it('of a feature of the run hear what happens to all', () => {
    const lines: string[] = [];
    const definitions = [own({ of: 'run', hears: ['onTrade', 'onStatus'], create: runFeature })];
    function runFeature(): Feature {
      return {
        value: () => 0,
        onTrade: (trade, nowNs) => void lines.push(`${nowNs} ${trade.instrument.symbol}`),
        onStatus: (row, nowNs) => void lines.push(`${nowNs} ${row.instrument.symbol} status`),
      };
    }
    readings({ market, names: ['own'], at: [], definitions });
    expect(lines).toEqual(['2 X', '3 X status', '5 Y', '6 Y']);
  });
});

it('every built-in feature has a name of its own and a definition without fault', () => {
  expect(new FeatureRegistry(BUILT_IN_FEATURES).list()).toEqual(BUILT_IN_FEATURES);
});
