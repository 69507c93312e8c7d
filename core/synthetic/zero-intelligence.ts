/**
 * The plainest market of orders without intentions: even distances, one rate of cancellation, a few numbers. Knows nothing of
 * files, venues or strategies. Called by `tickwright synth` and tests. What these numbers mean as parameters of a flow is all there is here.
 *
 * With Poisson arrivals: E. Smith, J. D. Farmer, L. Gillemot, S. Krishnamurthy, "Statistical theory of the continuous double
 * auction", Quantitative Finance 3, 2003. With `branching`, market and limit orders arrive as a Hawkes process.
 */
import type { InstrumentSpec } from '../instrument.js';
import type { Columns } from '../market.js';
import type { TapeInfo } from '../tape.js';
import type { Nanos } from '../time.js';
import type { FeedDetail, FlowParameters } from './flow-parameters.js';
import { type OrderMarketOptions, orderMarketBlocks, orderMarketInfo } from './order-market.js';
import type { StressOptions } from './stress-plan.js';

export interface ZeroIntelligenceOptions extends StressOptions {
  /** Whole number 0 … 2^53−1. */
  readonly seed: number;
  /** Market time, ns, ≥ 1. */
  readonly durationNs: Nanos;
  readonly instrument?: InstrumentSpec;
  /** Where the first ask stands about; prices between 1 and twice this. Default 10,000. */
  readonly startTicks?: number;
  /** Market orders of each side a second that nothing brings about. Default 1. */
  readonly marketRate?: number;
  /** Limit orders of each side a second, over all distances. Default 20. */
  readonly limitRate?: number;
  /** A limit order stands 1 … this many ticks behind the opposite touch, each as often. Default 40. */
  readonly reachTicks?: number;
  /** Cancellations a second for each order that stands. Default 0.1. */
  readonly cancelRate?: number;
  /** Mean lots of an order: 1 … twice this less 1, each as often. Default 5. */
  readonly orderLots?: number;
  /** Of market buy, market sell, limit buy, limit sell, see `HawkesKernel`; default: none, Poisson. */
  readonly branching?: readonly (readonly number[])[];
  /** How fast excitement fades, per second. Default 5. */
  readonly decay?: number;
  /** Order by order (the default), or what a feed of levels or of best quotes would say of the same market, with trades. */
  readonly detail?: FeedDetail;
  /** From the venue to the machine, ns, the same for all rows. Default 1 ms. */
  readonly latencyNs?: Nanos;
}

const QUIET = [0, 0, 0, 0].map(() => [0, 0, 0, 0]);
const USUAL = {
  instrument: { symbol: 'SYN-ZI', tick: '0.01', lot: '1' },
  ...{ startTicks: 10_000, marketRate: 1, limitRate: 20, reachTicks: 40, cancelRate: 0.1, orderLots: 5 },
  ...{ branching: QUIET, decay: 5, latencyNs: 1e6, detail: 'orders' as const },
};

/** What is known of the tape before its rows are made. */
export function zeroIntelligenceInfo(options: ZeroIntelligenceOptions): TapeInfo {
  const { instrument: _, ...all } = checked(options);
  const words = Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)]);
  return orderMarketInfo(marketOf(options), { source: 'zero-intelligence market', ...Object.fromEntries(words) });
}

/**
 * The market block by block, in bounded memory. A block's buffers are used again. It begins with the book in its long-run state
 * far from the touch. Throws `RangeError` naming an option that is wrong, or the time at which the price left its range.
 */
export function zeroIntelligenceBlocks(options: ZeroIntelligenceOptions): Generator<Columns, void, undefined> {
  return orderMarketBlocks(marketOf(options));
}

/** The same numbers as parameters of a flow. */
export function zeroIntelligenceFlow(options: Omit<ZeroIntelligenceOptions, 'seed' | 'durationNs'>): FlowParameters {
  const all = checked({ seed: 0, durationNs: 1, ...options });
  const { instrument, startTicks, marketRate, limitRate, reachTicks, cancelRate, orderLots, branching, decay } = all;
  const { detail, latencyNs } = all;
  const lots = { kind: 'uniform', mean: orderLots } as const;
  const quiet = [0, 0];
  // Cancellations are brought about by nothing: their rate counts only against itself.
  const kernel = {
    decay,
    branching: [...branching.map((row) => [...row, ...quiet]), [...QUIET[0]!, ...quiet], [...QUIET[0]!, ...quiet]],
  };
  return {
    ...{ instrument, startTicks, stepTicks: 1, sweep: 1, marketLots: lots },
    feed: { detail, everyNs: 0, latencyNs },
    arrivals: {
      base: [marketRate, marketRate, limitRate, limitRate, limitRate, limitRate],
      kernels: branching.flat().some((mean) => mean > 0) ? [kernel] : [],
    },
    placement: { to: [reachTicks], values: [1] },
    limitLots: [{ to: reachTicks, lots }],
    cancelRate: { to: [reachTicks], values: [cancelRate] },
    // Orders as many as come to stand where nothing but cancellations takes them: limitRate / cancelRate a side.
    depth: { to: [reachTicks], values: [(limitRate / cancelRate / reachTicks) * orderLots] },
  };
}

function marketOf(options: ZeroIntelligenceOptions): OrderMarketOptions {
  const { seed, durationNs, stress, stressTally } = options;
  return { seed, durationNs, stress, stressTally, flow: zeroIntelligenceFlow(options) };
}

function checked(options: ZeroIntelligenceOptions): Required<Omit<ZeroIntelligenceOptions, keyof StressOptions>> {
  const { stress: _, stressTally: __, ...numbers } = options;
  const all = { ...USUAL, ...numbers };
  const need = (name: keyof typeof all, fine: boolean, allowed: string) => {
    if (!fine) throw new RangeError(`zero-intelligence market: ${name} ${JSON.stringify(all[name])} is not ${allowed}`);
  };
  const whole = (name: 'startTicks' | 'reachTicks' | 'orderLots', least: number, most: number) =>
    need(
      name,
      Number.isInteger(all[name]) && all[name] >= least && all[name] <= most,
      `a whole number from ${least} to ${most}`,
    );
  whole('reachTicks', 1, 10_000);
  whole('startTicks', 2 * all.reachTicks, 5_000_000);
  whole('orderLots', 1, 10_000);
  for (const name of ['marketRate', 'limitRate', 'cancelRate'] as const) {
    need(name, all[name] > 0 && all[name] <= 1e6, 'above 0 and at most 1000000');
  }
  need('limitRate', all.limitRate / all.cancelRate <= 1e6, 'at most 1000000 times cancelRate');
  need('branching', all.branching.length === 4 && all.branching.every((row) => row.length === 4), '4 of 4');
  return all;
}
