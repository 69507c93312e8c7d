/**
 * The simulated exchange, put together: requests travel, the matching engine decides, answers travel back.
 * Knows nothing of strategies or of how orders fill. Called by the lanes (market rows), the order desk (requests) and
 * the schedule. When an order fills: `execution/matching-engine.ts`; sessions and waiting orders: `execution/session.ts`.
 */
import { Kind, type MarketView, type Side } from '../core/market.js';
import type { Order } from '../core/order.js';
import type { Nanos } from '../core/time.js';
import type { TradeOrigin, Venue, VenueEnvironment, VenueFactory } from '../core/venue.js';
import { BarMarket, type BarOptions, checkBarOptions } from './bar-market.js';
import { type ConsumptionModel, consumedUntilUpdated, hftbacktestConsumption } from './consumption.js';
import { Courier } from './courier.js';
import { type FeeModel, noFees } from './fees.js';
import { type Gateway, openGateway } from './gateway.js';
import { constantLatency, type LatencyModel, Message } from './latency.js';
import { type MatchingModel, noPartialFill, partialFill } from './matching.js';
import { MatchingEngine } from './matching-engine.js';
import type { ModelRun } from './model-run.js';
import { noPriceProtection, type PriceProtection } from './price-protection.js';
import { type QueuePositionModel, riskAverseQueue } from './queue-position.js';
import { Session } from './session.js';
import { Settlement, type SettlementOptions } from './settlement.js';
import { SettlementDesk } from './settlement-desk.js';
import { type VenueRules, venueRules } from './venue-rules.js';

/** The models and rules of a venue. What is left out is what the docstring says. */
export interface SimulatedVenueOptions {
  /** Default: none. */
  readonly latency?: LatencyModel;
  /** Who gets through the front door. Default: everybody. */
  readonly gateway?: Gateway;
  /** Whether requests of a strategy may overtake each other on their way. Default false. */
  readonly overtaking?: boolean;
  /** Default: risk averse. */
  readonly queue?: QueuePositionModel;
  /** Default: as far as there is something to fill (`partialFill`). */
  readonly matching?: MatchingModel;
  /** Default: what we took stays taken until the level is recorded anew (`consumedUntilUpdated`). */
  readonly consumption?: ConsumptionModel;
  /** How far orders without a limit may go. Default: to the end of the recorded book, where the rest expires. */
  readonly protection?: PriceProtection;
  /** Default: none. */
  readonly fees?: FeeModel;
  readonly rules?: VenueRules;
  /** How orders fill where the tape has bars and nothing finer. */
  readonly bars?: BarOptions;
  /** Funding, carry, corporate actions, expiry, margin. Default: what is on the tape, no margin. */
  readonly settlement?: SettlementOptions;
  /** Tells the random streams of several venues apart. Default `venue`. */
  readonly name?: string;
}

/**
 * The settings with which a venue answers as hftbacktest's `NoPartialFillExchange` does: orders fill whole, the market is
 * never used up, and own orders do not know of each other. Spread them into the options.
 */
export const HFTBACKTEST_RULES = {
  matching: noPartialFill,
  consumption: hftbacktestConsumption,
  rules: { ownOrders: 'ignore', ownVolume: 'each' },
} as const satisfies SimulatedVenueOptions;

/** Makes a {@link Venue} of models. Throws `RangeError` for rules and models that cannot be. */
export function simulatedVenue(options: SimulatedVenueOptions = {}): VenueFactory {
  venueRules(options.rules);
  checkBarOptions(options.bars);
  return (environment) => new SimulatedVenue(environment, options);
}

/** A venue that never answers: the do-nothing implementation, for smoke tests and as a benchmark's floor. */
export const idleVenue: VenueFactory = () => ({
  working: 0,
  leastEntryNs: 0,
  leastResponseNs: 0,
  submit() {},
  modify() {},
  cancel() {},
  batch() {},
  onDepth() {},
  onTrade() {},
  onOrderReduced() {},
  onRow() {},
});

/** Rows that may change money or positions by themselves. */
const SETTLING_KINDS = [Kind.funding, Kind.status, Kind.split, Kind.dividend, Kind.mark] as const;

class SimulatedVenue implements Venue {
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;
  readonly #courier: Courier;
  readonly #engine: MatchingEngine;
  readonly #session: Session;
  /** 1 = the session or the settlement hears of the instrument's rows. */
  readonly #hears: Uint8Array;
  readonly #bars: BarMarket;
  readonly #settlement: Settlement;
  /** Whether a row can concern a position: the tape says something of positions, or margin does. */
  readonly #settles: boolean;

  constructor(environment: VenueEnvironment, options: SimulatedVenueOptions) {
    const { random, instruments } = environment;
    const { queue = riskAverseQueue(), matching = partialFill, consumption = consumedUntilUpdated } = options;
    const { fees = noFees, protection = noPriceProtection, overtaking = false } = options;
    const { latency = constantLatency({ entryNs: 0, responseNs: 0 }), gateway = openGateway } = options;
    const run: ModelRun = { instruments, random, streamPrefix: options.name ?? 'venue' };
    const taken = consumption.forRun?.(run) ?? consumption;
    const rules = venueRules(options.rules);
    const models = {
      queue: queue.forRun?.(run) ?? queue,
      matching: matching.forRun?.(run) ?? matching,
      consumption: taken,
      protection,
      fees: fees.forRun?.(run) ?? fees,
      rules,
    };
    const travel = { latency, gateway, overtaking };
    let courier!: Courier;
    const engine = new MatchingEngine(environment, models, (recipient) => {
      courier = new Courier(environment, run, travel, recipient);
      return courier;
    });
    const session = new Session(engine, environment, rules);
    const settlement = new Settlement(
      new SettlementDesk(environment, engine, session, courier, taken),
      options.settlement,
    );
    this.leastEntryNs = courier.leastEntryNs;
    this.leastResponseNs = courier.leastResponseNs;
    this.#courier = courier;
    this.#engine = engine;
    this.#session = session;
    this.#hears = session.hears;
    this.#bars = new BarMarket(environment, run, engine, options.bars);
    this.#settlement = settlement;
    this.#settles =
      options.settlement?.margin !== undefined ||
      environment.counts.some((kinds) => SETTLING_KINDS.some((kind) => (kinds[kind] ?? 0) > 0));
    engine.doorman = session;
    session.connect(settlement, options.settlement?.margin !== undefined, this.#bars);
    const { settlement: settling } = options;
    const expires = instruments.some(({ expiryNs }) => expiryNs !== undefined);
    // Where nothing is ever settled, nobody needs to know at the venue what accounts hold.
    // Other venues of the run may settle what accounts hold from here.
    const shared = environment.here !== undefined;
    if (this.#settles || settling !== undefined || expires || shared) {
      engine.listener = {
        onFill(strategy, instrument, side, priceTicks, qtyLots, fee, nowNs) {
          environment.accounts[strategy]!.applyFill(instrument, side, priceTicks, qtyLots, fee);
          settlement.onFill(strategy, instrument, nowNs);
          session.listen(instrument);
        },
      };
    }
    settlement.start();
  }

  get working(): number {
    // Asked at every turn of the loop: the frequent case first.
    const resting = this.#engine.orders.size;
    if (resting > 0) return resting;
    const positions = this.#settles ? this.#settlement.openPositions : 0;
    return this.#session.waiting + this.#bars.waiting + positions;
  }

  submit(order: Order, nowNs: Nanos): void {
    this.#courier.send(Message.submit, order, order.priceTicks, order.qtyLots, Number.NaN, nowNs);
  }

  modify(order: Order, priceTicks: number, qtyLots: number, stopTicks: number, nowNs: Nanos): void {
    this.#courier.send(Message.modify, order, priceTicks, qtyLots, stopTicks, nowNs);
  }

  cancel(order: Order, nowNs: Nanos): void {
    this.#courier.send(Message.cancel, order, 0, 0, Number.NaN, nowNs);
  }

  batch(on: boolean): void {
    this.#courier.batch(on);
  }

  onDepth(
    instrument: number,
    side: Side,
    priceTicks: number,
    beforeLots: number,
    afterLots: number,
    nowNs: Nanos,
  ): void {
    this.#engine.onDepth(instrument, side, priceTicks, beforeLots, afterLots, nowNs);
    if (this.#hears[instrument] === 0) return;
    this.#session.onQuote(instrument, nowNs);
    if (this.#settlement.wantsDepth) this.#settlement.onDepth(instrument, nowNs);
  }

  onTrade(
    instrument: number,
    aggressor: Side,
    priceTicks: number,
    qtyLots: number,
    origin: TradeOrigin,
    nowNs: Nanos,
  ): void {
    this.#engine.onTrade(instrument, aggressor, priceTicks, qtyLots, origin, nowNs);
    if (this.#hears[instrument] === 0) return;
    this.#session.onTrade(instrument, aggressor, priceTicks, qtyLots, origin, nowNs);
    if (this.#settlement.wantsTrades) this.#settlement.onTrade(instrument, priceTicks, nowNs);
  }

  onOrderReduced(
    instrument: number,
    side: Side,
    priceTicks: number,
    sequence: number,
    qtyLots: number,
    executed: boolean,
    nowNs: Nanos,
  ): void {
    this.#engine.onOrderReduced(instrument, side, priceTicks, sequence, qtyLots, executed, nowNs);
  }

  onRow(row: MarketView, nowNs: Nanos): void {
    const { kind } = row;
    if (kind === Kind.custom) return;
    if (kind === Kind.bar) {
      this.#bars.onBar(row, nowNs);
      // Where nothing finer is recorded the close is the last trade.
      const { index } = row.instrument;
      if (this.#settlement.wantsTrades && this.#bars.trades(index)) {
        this.#settlement.onTrade(index, row.priceTicks, nowNs);
      }
      return;
    }
    if (kind === Kind.status) this.#session.onStatus(row, nowNs);
    this.#settlement.onRow(row, nowNs);
    this.#session.listen(row.instrument.index);
  }
}
