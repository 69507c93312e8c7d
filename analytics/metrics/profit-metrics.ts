/**
 * Metrics of where profit comes from, what trading cost, and what was held. Knows nothing of how these are measured.
 * Called by the list of built-in metrics.
 */
import { AccountEventKind } from '../../core/account-event.js';
import { capacityMultiple } from './exposure.js';
import type { Measurements } from './measurements.js';
import type { Metric, MetricGroup, MetricUnit } from './metric.js';

const SPLIT =
  'Mid: the venue’s when it traded; else the local one when the strategy learnt of it; else the price. capture + inventory − fees + flows = profit.';
const AT_SAMPLES = 'At the samples, by local mids: what happens between two of them is not seen.';

function metric(
  group: MetricGroup,
  name: string,
  label: string,
  unit: MetricUnit,
  formula: string,
  compute: (measurements: Measurements) => number,
  assumptions: string,
  source = 'own',
): Metric {
  return { name, label, group, unit, formula, assumptions, source, compute };
}

const profitOf = ({ split: { capture, inventory, fees, flows } }: Measurements) => capture + inventory - fees + flows;

export const PROFIT_METRICS: readonly Metric[] = [
  metric(
    ...(['profit', 'spreadCapture', 'spread capture', 'money', 'Σ s q (mid − price)'] as const),
    ({ split }) => split.capture,
    SPLIT,
    'Stoll 1978',
  ),
  metric(
    ...(['profit', 'inventoryProfit', 'inventory', 'money', 'Σ position × change of mid'] as const),
    ({ split }) => split.inventory,
    SPLIT,
    'Stoll 1978',
  ),
  metric(
    ...(['profit', 'feesPaid', 'fees', 'money', 'Σ fees of fills and liquidations, rebates negative'] as const),
    ({ split }) => split.fees,
    SPLIT,
  ),
  metric(
    ...([
      'profit',
      'flowsReceived',
      'flows',
      'money',
      'funding + borrowing + interest + dividends + split cash',
    ] as const),
    ({ split }) => split.flows,
    SPLIT,
  ),
  metric(
    ...(['profit', 'spreadCost', 'cost of spread', 'money', 'Σ q |touch − mid| of fills that took'] as const),
    ({ fillCosts }) => fillCosts.takerSpread,
    'Venue’s book when it traded.',
  ),
  metric(
    ...([
      'profit',
      'impactCost',
      'cost of depth and impact',
      'money',
      'Σ s q (price − touch) of fills that took',
    ] as const),
    ({ fillCosts }) => fillCosts.takerImpact,
    'Venue’s recorded book when it traded: what went beyond its best price, by walking the book, by an impact model, or because it was taken before.',
  ),
  metric(
    ...(['profit', 'fundingPaid', 'cost of funding', 'money', '−Σ funding received'] as const),
    ({ account }) => 0 - account.flowsOf(AccountEventKind.funding),
    'At the last rates.',
  ),
  metric(
    ...(['profit', 'profitPerVolume', 'profit per volume', 'bps', 'profit ÷ Σ value of trades'] as const),
    (m) => (1e4 * profitOf(m)) / m.account.volume,
    'Volume counts buys and sells.',
    'hftbacktest (return on trade)',
  ),
];

export const EXPOSURE_METRICS: readonly Metric[] = [
  metric(
    ...(['exposure', 'meanGross', 'mean gross exposure', 'money', 'mean of Σ |position × mid|'] as const),
    ({ exposure }) => (exposure.gross.count === 0 ? Number.NaN : exposure.gross.mean),
    AT_SAMPLES,
  ),
  metric(
    ...(['exposure', 'maxGross', 'max gross exposure', 'money', 'max of Σ |position × mid|'] as const),
    ({ exposure }) => exposure.maxGross,
    AT_SAMPLES,
  ),
  metric(
    ...(['exposure', 'meanNet', 'mean net exposure', 'money', 'mean of Σ position × mid'] as const),
    ({ exposure }) => (exposure.net.count === 0 ? Number.NaN : exposure.net.mean),
    AT_SAMPLES,
  ),
  metric(
    ...(['exposure', 'flatShare', 'time flat', 'fraction', 'samples without a position ÷ samples'] as const),
    ({ exposure }) => exposure.flatShare,
    AT_SAMPLES,
  ),
  metric(
    ...(['exposure', 'turnover', 'turnover', 'ratio', 'Σ value of trades ÷ mean gross exposure'] as const),
    ({ account, exposure }) => account.volume / exposure.gross.mean,
    `How often what was held was traded; twice a round trip. ${AT_SAMPLES}`,
  ),
  metric(
    ...(['exposure', 'turnoverOfCapital', 'turnover of capital', 'ratio', 'Σ value of trades ÷ capital'] as const),
    ({ account, capital }) => account.volume / capital,
    'Needs capital; buys and sells added, not annualised.',
  ),
  metric(
    ...(['exposure', 'meanLeverage', 'mean leverage', 'ratio', 'mean of gross exposure ÷ equity'] as const),
    ({ exposure }) => exposure.meanLeverage,
    `Needs capital. ${AT_SAMPLES}`,
  ),
  metric(
    ...(['exposure', 'maxLeverage', 'max leverage', 'ratio', 'max of gross exposure ÷ equity'] as const),
    ({ exposure }) => exposure.maxLeverage,
    `Needs capital. ${AT_SAMPLES}`,
  ),
  metric(
    ...([
      'exposure',
      'capacity',
      'capacity (times its size)',
      'ratio',
      '((P + I) ÷ I)², P profit, I slippage of takers',
    ] as const),
    (m) => capacityMultiple(profitOf(m), m.shortfall.takerSlippage),
    'Slippage to the arrival mid grows with √size; fills of resting orders grow along, which in a queue they do not. An order of magnitude, for takers.',
    'square-root law: Almgren et al. 2005; Tóth et al. 2011',
  ),
];
