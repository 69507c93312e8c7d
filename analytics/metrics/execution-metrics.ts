/**
 * Metrics of how orders fared: fills, place in line, spreads, slippage, markouts, messages and their times.
 * Knows nothing of how these are measured. Called by the list of built-in metrics.
 */
import { formatDuration, SECOND } from '../../core/time.js';
import { MARKOUT_HORIZONS_NS } from '../markouts.js';
import type { MarkoutSum } from './fill-costs.js';
import type { Measurements } from './measurements.js';
import type { Metric, MetricUnit } from './metric.js';
import { sortedQuantile } from './tail-risk.js';

const AT_VENUE =
  'Mid of the venue’s recorded book when it happened, own orders not in it; fills without one (bars) are left out. Weighted by value.';
const LATER = `${AT_VENUE} Later mids at exactly that exchange time; fills so near the end of the run that there is none are left out.`;
const QUEUE = 'As the venue’s queue model has it, which on data by level is a guess.';
const MID = 's = +1 for buys, −1 for sells; p price; m mid';
const ORDERS =
  'Orders without a mid when they were sent are left out, and those that never stood in the market: refused, or expired on arrival.';

type Compute = (measurements: Measurements) => number;

function metric(
  name: string,
  label: string,
  unit: MetricUnit,
  formula: string,
  compute: Compute,
  assumptions: string,
  source = 'own',
): Metric {
  return { name, label, group: 'execution', unit, formula, assumptions, source, compute };
}

/** Money per value traded. */
const bps = (money: number, value: number) => (1e4 * money) / value;
/** The horizon at which spread earned and adverse selection are told in one number. */
const HORIZON = MARKOUT_HORIZONS_NS.indexOf(5 * SECOND);
const atHorizon = ({ fillCosts }: Measurements) => fillCosts.markouts[HORIZON]!;

function markout(horizonNs: number, index: number): Metric {
  const after = formatDuration(horizonNs);
  const of = (sum: MarkoutSum) => bps(sum.fromPrice, sum.value);
  return metric(
    `markout${after}`,
    `markout ${after}`,
    'bps',
    `Σ s q (m(t + ${after}) − p) ÷ Σ q m; ${MID}`,
    ({ fillCosts }) => of(fillCosts.markouts[index]!),
    `${LATER} > 0 = what was traded has gained.`,
    'usual',
  );
}

const latency = (name: string, label: string, at: number, of: (m: Measurements) => Float64Array, what: string) =>
  metric(
    `${name}${at === 1 ? 'Max' : `P${at * 100}`}`,
    `${label} ${at === 1 ? 'max' : `p${at * 100}`}`,
    'ns',
    at === 1 ? `max(${what})` : `${at * 100} % quantile of ${what}`,
    (m) => sortedQuantile(of(m), at),
    'Of requests that the venue answered: orders, changes, cancels.',
  );

export const EXECUTION_METRICS: readonly Metric[] = [
  metric(
    'fillRatioByValue',
    'fill ratio by value',
    'fraction',
    'Σ value filled ÷ Σ value ordered, at the mid when sent',
    ({ shortfall }) => shortfall.filledValue / shortfall.orderedValue,
    `${ORDERS} By number of orders: the field fillRatio.`,
  ),
  metric(
    'makerShareOfFills',
    'maker fills',
    'fraction',
    'fills of resting orders ÷ fills',
    ({ fillCosts }) => fillCosts.makerFills / fillCosts.fills,
    'By number; by value: the field makerShare.',
  ),
  metric(
    'timeInQueue',
    'time in queue (median)',
    'ns',
    'median(filled − came to rest)',
    ({ times }) => sortedQuantile(times.inQueueNs, 0.5),
    'Exchange time, over fills of resting orders; from the last time the order lost its place.',
  ),
  metric(
    'meanTimeInQueue',
    'time in queue (mean)',
    'ns',
    'mean(filled − came to rest)',
    ({ times }) => meanOf(times.inQueueNs),
    'As the median.',
  ),
  metric(
    'queueAtEntry',
    'queue ahead at entry',
    'lots',
    'mean lots ahead when an order came to rest',
    ({ times }) => meanOf(times.aheadLots),
    QUEUE,
  ),
  metric(
    'queueAtFill',
    'queue ahead at fill',
    'lots',
    'mean of max(0, lots ahead) when a resting order filled',
    ({ fillCosts }) => meanOf(fillCosts.aheadLots.map((lots) => Math.max(0, lots))),
    `${QUEUE} > 0 = the price went through the order before its turn had come.`,
  ),
  metric(
    'effectiveSpread',
    'effective spread',
    'bps',
    `Σ 2 s q (p − m) ÷ Σ q m; ${MID}`,
    ({ fillCosts }) => bps(-2 * fillCosts.capture, fillCosts.value),
    `${AT_VENUE} > 0 = paid, < 0 = earned by resting.`,
    'SEC rule 605',
  ),
  metric(
    'realisedSpread',
    'realised spread (5 s)',
    'bps',
    `Σ 2 s q (p − m(t + 5 s)) ÷ Σ q m; ${MID}`,
    (m) => bps(-2 * atHorizon(m).fromPrice, atHorizon(m).value),
    `${LATER} Rule 605 takes 5 minutes; 5 s here.`,
    'SEC rule 605; Huang and Stoll 1996',
  ),
  metric(
    'adverseSelection',
    'adverse selection (5 s)',
    'bps',
    `Σ −s q (m(t + 5 s) − m) ÷ Σ q m; ${MID}`,
    (m) => bps(-atHorizon(m).fromMid, atHorizon(m).value),
    `${LATER} > 0 = the mid went against the fills: (realised − effective spread) ÷ 2 of the same fills.`,
    'Glosten and Harris 1988; Huang and Stoll 1996',
  ),
  ...MARKOUT_HORIZONS_NS.map(markout),
  metric(
    'decisionSlippage',
    'slippage to decision mid',
    'bps',
    'Σ s q (p − local mid when sent) ÷ Σ q mid',
    ({ shortfall }) => bps(shortfall.decisionSlippage, shortfall.filledValue),
    `${ORDERS} > 0 = cost. Counts what the market did while the order rested.`,
    'Perold 1988',
  ),
  metric(
    'arrivalSlippage',
    'slippage to arrival mid',
    'bps',
    'Σ s q (p − venue’s mid when the order met the market) ÷ Σ q mid',
    ({ shortfall }) => bps(shortfall.arrivalSlippage, shortfall.arrivalValue),
    'Fills of orders with such a mid. > 0 = cost.',
    'usual: arrival price',
  ),
  metric(
    'implementationShortfall',
    'implementation shortfall',
    'bps',
    '(Σ s q (p − m) + fees + Σ s u (e − m)) ÷ Σ value ordered; m mid when sent, u unfilled, e mid when ended',
    ({ shortfall: { decisionSlippage, fees, opportunity, orderedValue } }) =>
      bps(decisionSlippage + fees + opportunity, orderedValue),
    `${ORDERS} On paper all of every order trades at m; for who quotes on both sides and cancels, that is a hard standard.`,
    'Perold 1988',
  ),
  metric(
    'cancelToTrade',
    'cancels per fill',
    'ratio',
    'orders cancelled ÷ fills',
    ({ times, fillCosts }) => times.cancelled / fillCosts.fills,
    'On request or by the venue.',
  ),
  metric(
    'messageRate',
    'requests a second',
    '1/s',
    '(orders + changes + cancels sent) ÷ duration',
    ({ times, durationNs }) => (times.requests / durationNs) * SECOND,
    'Market time, nights included.',
  ),
  metric(
    'peakMessageRate',
    'most requests in a second',
    '1/s',
    'largest number of requests in one second of the clock',
    ({ times }) => times.mostInASecond,
    'Seconds begin on the clock: two halves of neighbours may hold more together.',
  ),
  ...[0.5, 0.99, 1].flatMap((at) => [
    latency('entryLatency', 'entry latency', at, ({ times }) => times.entryNs, 'venue dealt with it − sent'),
    latency('responseLatency', 'response latency', at, ({ times }) => times.responseNs, 'heard − venue dealt with it'),
  ]),
];

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
