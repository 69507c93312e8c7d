/**
 * The features that a strategy asked for, by name: makes them when it starts, keeps them up to date, and gives them as a row
 * of numbers. Knows nothing of which features there are, nor who reads the row. Called by `withFeatures` and by the bridges
 * that carry rows to other languages.
 */
import type { Book } from '../../core/book/book.js';
import type { Instrument } from '../../core/instrument.js';
import { Kind, type MarketView, Side } from '../../core/market.js';
import type { OrderEvent } from '../../core/order.js';
import { BUILT_IN_FEATURES } from './built-in.js';
import {
  FEATURE_HOOKS,
  type Feature,
  type FeatureContext,
  type FeatureDefinition,
  type FeatureHook,
} from './feature.js';
import { FeatureRegistry, type NamedFeature } from './registry.js';

/** A name as it was given. */
interface Asked extends NamedFeature {
  readonly name: string;
  /** `undefined`: every instrument of the strategy. */
  readonly symbol: string | undefined;
}

/** Who hears of rows of one kind, by instrument. */
type Listeners = Feature[][];

export class FeatureSet {
  /**
   * Which of its handlers a strategy must pass on, so that the features hear what they need: no others, for what nobody wants
   * is never delivered. The handlers below have the same names and take the same thing.
   */
  readonly handlers: readonly FeatureHook[];
  readonly #asked: readonly Asked[];
  #names: readonly string[] = [];
  #features: readonly Feature[] = [];
  #row = new Float64Array(0);
  #context: FeatureContext | undefined;
  readonly #listeners = new Map<FeatureHook, Listeners>();
  /** The frequent ones, out of the map. */
  #onTrade: Listeners = [];
  #onBook: Listeners = [];
  #onDepth: Listeners = [];

  /**
   * `names`: as in `mid` or `ofi_1s`, for every instrument of the strategy, or `BTCUSDT:mid` for one. `definitions`: those of
   * your own, besides the built-in ones. Throws `RangeError` for names that are unknown or given twice, `TypeError` for what
   * is no definition.
   */
  constructor(names: readonly string[], definitions: readonly FeatureDefinition[] = []) {
    const registry = new FeatureRegistry([...BUILT_IN_FEATURES, ...definitions]);
    this.#asked = names.map((name) => {
      // Symbols may hold colons, features do not.
      const cut = name.lastIndexOf(':');
      const symbol = cut < 0 ? undefined : name.slice(0, cut);
      const found = registry.find(name.slice(cut + 1));
      if (symbol !== undefined && found.definition.of === 'run') {
        throw new RangeError(`feature "${name}": ${found.definition.name} is of the whole run; leave out "${symbol}:"`);
      }
      return { name, symbol, ...found };
    });
    refuseTwice(names);
    const heard = new Set(this.#asked.flatMap(({ definition }) => definition.hears));
    // Executions of order by order data are trades, too.
    if (heard.has('onTrade')) heard.add('onOrderRow');
    this.handlers = FEATURE_HOOKS.filter((hook) => heard.has(hook));
  }

  /**
   * Makes the features afresh; to be called from the strategy's `onStart`. Throws `RangeError` for a symbol that the strategy
   * does not have or a column that comes twice, `TypeError` for a feature that has other hooks than its definition says.
   */
  start(context: FeatureContext): this {
    const { instruments, nowNs: startNs } = context;
    const names: string[] = [];
    const features: Feature[] = [];
    for (const hook of FEATURE_HOOKS) this.#listeners.set(hook, []);
    this.#context = context;
    for (const { name, symbol, definition, argument } of this.#asked) {
      const add = (column: string, feature: Feature, heardOf: readonly Instrument[]): void => {
        checkHooks(column, feature, definition);
        names.push(column);
        features.push(feature);
        for (const hook of definition.hears) {
          const listeners = this.#listeners.get(hook)!;
          for (const { index } of heardOf) {
            listeners[index] ??= [];
            listeners[index].push(feature);
          }
        }
      };
      if (definition.of === 'run') {
        add(name, definition.create({ argument, context, startNs }), instruments);
        continue;
      }
      for (const instrument of symbol === undefined ? instruments : [instrumentOf(context, symbol, name)]) {
        const column = symbol === undefined && instruments.length > 1 ? `${instrument.symbol}:${name}` : name;
        add(column, definition.create({ instrument, argument, context, startNs }), [instrument]);
      }
    }
    refuseTwice(names);
    this.#names = names;
    this.#features = features;
    this.#row = new Float64Array(names.length);
    this.#onTrade = this.#listeners.get('onTrade')!;
    this.#onBook = this.#listeners.get('onBook')!;
    this.#onDepth = this.#listeners.get('onDepth')!;
    return this;
  }

  /**
   * The columns of a row, known once it has started: in the order asked for; a name without a symbol stands for one column for
   * each instrument in the strategy's order, `SYMBOL:name` if there are several, and `name` alone if there is one.
   */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The place of a column in a row. Throws `RangeError` naming those there are. */
  index(name: string): number {
    const index = this.#names.indexOf(name);
    if (index < 0) {
      throw new RangeError(`there is no feature column "${name}"; there are: ${this.#names.join(', ') || 'none'}`);
    }
    return index;
  }

  /** All features as of now. It is the same array every time: copy what you want to keep. */
  read(): Float64Array {
    this.readInto(this.#row, 0);
    return this.#row;
  }

  /** Writes all features as of now into `out` from `offset` on; there must be room for `names.length`. */
  readInto(out: Float64Array, offset: number): void {
    const features = this.#features;
    if (features.length === 0) return;
    const { nowNs } = this.#context!;
    for (let i = 0; i < features.length; i++) out[offset + i] = features[i]!.value(nowNs);
  }

  onTrade(trade: MarketView): void {
    this.#tellTrade(trade, trade.side);
  }

  onBook(book: Book): void {
    const listeners = this.#onBook[book.instrument.index];
    if (listeners === undefined) return;
    const { nowNs } = this.#context!;
    for (let i = 0; i < listeners.length; i++) listeners[i]!.onBook!(book, nowNs);
  }

  onDepth(row: MarketView): void {
    const listeners = this.#onDepth[row.instrument.index];
    if (listeners === undefined) return;
    const { nowNs } = this.#context!;
    for (let i = 0; i < listeners.length; i++) listeners[i]!.onDepth!(row, nowNs);
  }

  onOrderRow(row: MarketView): void {
    this.#tell('onOrderRow', row);
    if (row.kind === Kind.orderExecute) this.#tellTrade(row, row.side === Side.buy ? Side.sell : Side.buy);
  }

  onQuote(row: MarketView): void {
    this.#tell('onQuote', row);
  }
  onBar(row: MarketView): void {
    this.#tell('onBar', row);
  }
  onFunding(row: MarketView): void {
    this.#tell('onFunding', row);
  }
  onStatus(row: MarketView): void {
    this.#tell('onStatus', row);
  }
  onCustom(row: MarketView): void {
    this.#tell('onCustom', row);
  }
  onCorporateAction(row: MarketView): void {
    this.#tell('onCorporateAction', row);
  }
  onMark(row: MarketView): void {
    this.#tell('onMark', row);
  }

  onOrderEvent(event: OrderEvent): void {
    const listeners = this.#listeners.get('onOrderEvent')?.[event.order.instrument.index];
    if (listeners === undefined) return;
    const { nowNs } = this.#context!;
    for (let i = 0; i < listeners.length; i++) listeners[i]!.onOrderEvent!(event, nowNs);
  }

  #tellTrade(row: MarketView, aggressor: Side): void {
    const listeners = this.#onTrade[row.instrument.index];
    if (listeners === undefined) return;
    const { nowNs } = this.#context!;
    for (let i = 0; i < listeners.length; i++) listeners[i]!.onTrade!(row, nowNs, aggressor);
  }

  #tell(hook: Exclude<FeatureHook, 'onTrade' | 'onBook' | 'onOrderEvent'>, row: MarketView): void {
    const listeners = this.#listeners.get(hook)?.[row.instrument.index];
    if (listeners === undefined) return;
    const { nowNs } = this.#context!;
    for (let i = 0; i < listeners.length; i++) listeners[i]![hook]!(row, nowNs);
  }
}

function instrumentOf(context: FeatureContext, symbol: string, name: string): Instrument {
  try {
    return context.instrument(symbol);
  } catch (error) {
    throw new RangeError(`feature "${name}": ${(error as Error).message}`);
  }
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw new RangeError(`feature "${twice}" is asked for twice`);
}

function checkHooks(column: string, feature: Feature, { hears }: FeatureDefinition): void {
  if (typeof feature?.value !== 'function')
    throw new TypeError(`feature "${column}": what create returned has no value()`);
  for (const hook of FEATURE_HOOKS) {
    if (hears.includes(hook) === (typeof feature[hook] === 'function')) continue;
    const [says, has] = hears.includes(hook) ? ['names', 'lacks'] : ['does not name', 'has'];
    throw new TypeError(`feature "${column}": its definition's "hears" ${says} ${hook}, which the feature ${has}`);
  }
}
