/**
 * Metrics of returns, risk and benchmark. Knows nothing of how they are computed beyond whom to ask.
 * Called by the list of built-in metrics.
 *
 * Without capital there is no return: all of these but the money ones are then null. Longer than most files because each definition
 * says all that there is to know of its figure.
 */
import { drawdownOf } from '../drawdown.js';
import { alpha, beta, capture } from './benchmark.js';
import type { Measurements } from './measurements.js';
import type { Metric } from './metric.js';
import { momentsOf } from './moments.js';
import {
  annualVolatility,
  calmar,
  downsideDeviation,
  informationRatio,
  omega,
  sharpe,
  sortino,
  stability,
} from './ratios.js';
import { drawdownSpells } from './return-drawdowns.js';
import { deflatedSharpe, probabilisticSharpe } from './sharpe-significance.js';
import { conditionalValueAtRisk, tailRatio, valueAtRisk } from './tail-risk.js';

/** Said of each of them, so that nobody has to look elsewhere. */
const PERIODS =
  'Periods: days of UTC from 30 days of market time on (sessions, where the run names a calendar), hours from one day on, else minutes, unless set; those without a sample are left out.';
const YEAR =
  'A year is 365 days of 24 hours, or as many sessions as the calendar usually has, unless set; none for less than a day.';
const CAPITAL = 'Needs capital.';
const OF_RETURNS = `${CAPITAL} ${PERIODS}`;
const ANNUAL = `${OF_RETURNS} ${YEAR}`;
const RISK_FREE = 'Risk-free rate 0 unless set.';
const BENCHMARK =
  'Benchmark: the instrument of the largest volume, bought and held, by local mids at the samples, unless set.';

/** Of the year's length and of the returns. */
const annual = (measure: (returns: Float64Array, periodsPerYear: number) => number) => (m: Measurements) =>
  measure(m.periodReturns, m.periodsPerYear);
const excess = (m: Measurements) => m.periodReturns.map((value) => value - m.riskFreePerPeriod);

export const RETURN_METRICS: readonly Metric[] = [
  {
    name: 'totalReturn',
    label: 'total return',
    group: 'returns',
    unit: 'fraction',
    formula: 'profit ÷ capital',
    assumptions: `${CAPITAL} Capital at the last rates.`,
    source: 'own',
    compute: ({ split, capital }) => (split.capture + split.inventory - split.fees + split.flows) / capital,
  },
  {
    name: 'cagr',
    label: 'return a year',
    group: 'returns',
    unit: 'fraction',
    formula: '(1 + total return)^(1 year ÷ duration) − 1',
    assumptions: `${CAPITAL} By the market time of the run, nights and gaps included. A year is 365 days of 24 hours; none for less than a day.`,
    source: 'empyrical, but by time instead of by number of periods',
    compute: (m) => {
      const { split, capital, durationNs, periodsPerYear } = m;
      if (Number.isNaN(periodsPerYear)) return Number.NaN;
      const growth = 1 + (split.capture + split.inventory - split.fees + split.flows) / capital;
      return growth ** ((365 * 86_400e9) / durationNs) - 1;
    },
  },
  {
    name: 'volatility',
    label: 'volatility a year',
    group: 'risk',
    unit: 'fraction',
    formula: 'sd(r) × √(periods a year), dividing by n − 1',
    assumptions: `${ANNUAL} Returns are independent.`,
    source: 'empyrical',
    compute: annual(annualVolatility),
  },
  {
    name: 'downsideDeviation',
    label: 'downside deviation a year',
    group: 'risk',
    unit: 'fraction',
    formula: '√(mean(min(0, r − f)²)) × √(periods a year)',
    assumptions: `${ANNUAL} ${RISK_FREE} Required return f: the risk-free rate.`,
    source: 'Sortino and van der Meer 1991',
    compute: (m) => downsideDeviation(m.periodReturns, m.periodsPerYear, m.riskFreePerPeriod),
  },
  {
    name: 'sharpeOfReturns',
    label: 'Sharpe (returns)',
    group: 'returns',
    unit: 'ratio',
    formula: 'mean(r − f) ÷ sd(r − f) × √(periods a year)',
    assumptions: `${ANNUAL} ${RISK_FREE} Returns are independent. Of money without capital: see the field sharpe.`,
    source: 'Sharpe 1994',
    compute: (m) => sharpe(m.periodReturns, m.periodsPerYear, m.riskFreePerPeriod),
  },
  {
    name: 'sharpeOfProfit',
    label: 'Sharpe (profit)',
    group: 'returns',
    unit: 'ratio',
    formula: 'mean(Δ profit) ÷ sd(Δ profit) × √(periods a year)',
    assumptions: `Money in place of returns: the same for any constant capital. ${PERIODS} ${YEAR} Risk-free rate 0.`,
    source: 'Sharpe 1994, of a self-financing strategy',
    compute: (m) => sharpe(m.periodProfits, m.periodsPerYear),
  },
  {
    name: 'sortino',
    label: 'Sortino',
    group: 'returns',
    unit: 'ratio',
    formula: 'mean(r − f) × periods a year ÷ downside deviation',
    assumptions: `${ANNUAL} ${RISK_FREE}`,
    source: 'Sortino and van der Meer 1991',
    compute: (m) => sortino(m.periodReturns, m.periodsPerYear, m.riskFreePerPeriod),
  },
  {
    name: 'calmar',
    label: 'Calmar',
    group: 'returns',
    unit: 'ratio',
    formula: '(Π(1 + r)^(periods a year ÷ n) − 1) ÷ |largest drawdown of the periods|',
    assumptions: ANNUAL,
    source: 'Young 1991',
    compute: annual(calmar),
  },
  {
    name: 'omega',
    label: 'Omega',
    group: 'returns',
    unit: 'ratio',
    formula: 'Σ max(0, r − f) ÷ Σ max(0, f − r)',
    assumptions: `${OF_RETURNS} ${RISK_FREE} Threshold f: the risk-free rate.`,
    source: 'Keating and Shadwick 2002',
    compute: (m) => omega(excess(m), 1),
  },
  {
    name: 'stability',
    label: 'stability',
    group: 'returns',
    unit: 'ratio',
    formula: 'r² of a straight line through Σ ln(1 + r)',
    assumptions: `${OF_RETURNS} 1 = grew, or shrank, at one pace.`,
    source: 'empyrical',
    compute: (m) => stability(m.periodReturns),
  },
  {
    name: 'probabilisticSharpe',
    label: 'probabilistic Sharpe',
    group: 'returns',
    unit: 'fraction',
    formula: 'Φ((SR − 0) √(n − 1) ÷ √(1 − skew SR + (kurtosis − 1) SR² ÷ 4)), SR per period',
    assumptions: `Probability that the true ratio is above 0. Of profit where there is no capital. ${PERIODS} Stationary, independent.`,
    source: 'Bailey and López de Prado 2012',
    compute: (m) => probabilisticSharpe(ratioSeries(m)),
  },
  {
    name: 'deflatedSharpe',
    label: 'deflated Sharpe',
    group: 'returns',
    unit: 'fraction',
    formula: 'as the probabilistic one, above the SR that the best of N tries shows by luck',
    assumptions: `Number of trials and the deviation of their SR as set; with 1 trial it is the probabilistic one. ${PERIODS}`,
    source: 'Bailey and López de Prado 2014',
    compute: (m) => {
      const { trials = 1, trialDeviation = 0 } = m.all.options;
      return deflatedSharpe(ratioSeries(m), trials, trialDeviation);
    },
  },
  {
    name: 'skew',
    label: 'skew',
    group: 'risk',
    unit: 'ratio',
    formula: 'm₃ ÷ m₂^1.5 of Δ profit by period',
    assumptions: `Of money, which without changes of capital has the skew of returns. ${PERIODS} Not corrected for bias.`,
    source: 'Pearson 1895',
    compute: (m) => momentsOf(m.periodProfits).skew,
  },
  {
    name: 'kurtosis',
    label: 'kurtosis',
    group: 'risk',
    unit: 'ratio',
    formula: 'm₄ ÷ m₂² of Δ profit by period',
    assumptions: `As skew; 3 for the normal distribution. ${PERIODS}`,
    source: 'Pearson 1905',
    compute: (m) => momentsOf(m.periodProfits).kurtosis,
  },
  {
    name: 'tailRatio',
    label: 'tail ratio',
    group: 'risk',
    unit: 'ratio',
    formula: '|95 % quantile| ÷ |5 % quantile| of Δ profit by period',
    assumptions: PERIODS,
    source: 'empyrical',
    compute: (m) => tailRatio(m.periodProfits),
  },
  {
    name: 'valueAtRisk',
    label: 'value at risk 5 %',
    group: 'risk',
    unit: 'fraction',
    formula: '5 % quantile of r',
    assumptions: `${OF_RETURNS} Of one period; historical: nothing worse than the worst period is foreseen.`,
    source: 'Jorion 1996',
    compute: (m) => valueAtRisk(m.periodReturns),
  },
  {
    name: 'conditionalValueAtRisk',
    label: 'expected shortfall 5 %',
    group: 'risk',
    unit: 'fraction',
    formula: 'mean of the worst 5 % of r',
    assumptions: `${OF_RETURNS} Historical.`,
    source: 'Rockafellar and Uryasev 2000',
    compute: (m) => conditionalValueAtRisk(m.periodReturns),
  },
  {
    name: 'valueAtRiskMoney',
    label: 'value at risk 5 % (money)',
    group: 'risk',
    unit: 'money',
    formula: '5 % quantile of Δ profit by period',
    assumptions: `${PERIODS} Of one period; historical.`,
    source: 'Jorion 1996',
    compute: (m) => valueAtRisk(m.periodProfits),
  },
  {
    name: 'conditionalValueAtRiskMoney',
    label: 'expected shortfall 5 % (money)',
    group: 'risk',
    unit: 'money',
    formula: 'mean of the worst 5 % of Δ profit by period',
    assumptions: `${PERIODS} Historical.`,
    source: 'Rockafellar and Uryasev 2000',
    compute: (m) => conditionalValueAtRisk(m.periodProfits),
  },
  {
    name: 'maxDrawdown',
    label: 'max drawdown',
    group: 'risk',
    unit: 'fraction',
    formula: 'max over samples of (peak − equity) ÷ peak',
    assumptions: `${CAPITAL} At every sample; what happens between two is not seen. In money with its dates: the field drawdown.`,
    source: 'empyrical',
    compute: largestFall,
  },
  {
    name: 'drawdowns',
    label: 'drawdowns',
    group: 'risk',
    unit: 'count',
    formula: 'falls of profit from a peak until it stood there again, or the end',
    assumptions: 'At the samples; the first peak is the profit of 0 that a run begins with.',
    source: 'own',
    compute: (m) => drawdownSpells(m.profit, 0, m.all.run.startNs).length,
  },
  {
    name: 'profitOverDrawdown',
    label: 'profit over max drawdown',
    group: 'returns',
    unit: 'ratio',
    formula: 'profit ÷ largest fall of profit, in money',
    assumptions: 'At the samples. Needs no capital: Calmar in money, not annualised.',
    source: 'hftbacktest (return over maximum drawdown)',
    compute: (m) => {
      const { capture: captured, inventory, fees, flows } = m.split;
      return (captured + inventory - fees + flows) / drawdownOf(m.profit, m.all.run.startNs).amount;
    },
  },
  {
    name: 'alpha',
    label: 'alpha a year',
    group: 'benchmark',
    unit: 'fraction',
    formula: '(1 + mean(r − f − β (b − f)))^(periods a year) − 1',
    assumptions: `${ANNUAL} ${RISK_FREE} ${BENCHMARK}`,
    source: 'Jensen 1968',
    compute: (m) => alpha(m.periodReturns, m.benchmarkReturns, m.periodsPerYear, m.riskFreePerPeriod),
  },
  {
    name: 'beta',
    label: 'beta',
    group: 'benchmark',
    unit: 'ratio',
    formula: 'cov(r, b) ÷ var(b)',
    assumptions: `${OF_RETURNS} ${BENCHMARK}`,
    source: 'Sharpe 1964',
    compute: (m) => beta(m.periodReturns, m.benchmarkReturns),
  },
  {
    name: 'informationRatio',
    label: 'information ratio',
    group: 'benchmark',
    unit: 'ratio',
    formula: 'mean(r − b) ÷ sd(r − b), per period',
    assumptions: `${OF_RETURNS} ${BENCHMARK} Not annualised.`,
    source: 'Sharpe 1994; empyrical: excess_sharpe',
    compute: (m) => informationRatio(m.periodReturns, m.benchmarkReturns),
  },
  {
    name: 'upCapture',
    label: 'up capture',
    group: 'benchmark',
    unit: 'ratio',
    formula: 'annual return ÷ the benchmark’s, over periods in which that rose',
    assumptions: `${ANNUAL} ${BENCHMARK}`,
    source: 'Morningstar; empyrical',
    compute: (m) => capture(m.periodReturns, m.benchmarkReturns, m.periodsPerYear, 'up'),
  },
  {
    name: 'downCapture',
    label: 'down capture',
    group: 'benchmark',
    unit: 'ratio',
    formula: 'annual return ÷ the benchmark’s, over periods in which that fell',
    assumptions: `${ANNUAL} ${BENCHMARK}`,
    source: 'Morningstar; empyrical',
    compute: (m) => capture(m.periodReturns, m.benchmarkReturns, m.periodsPerYear, 'down'),
  },
];

/** Returns where there is capital, else changes of profit: what a ratio per period is made of. */
function ratioSeries(m: Measurements): Float64Array {
  return Number.isNaN(m.capital) ? m.periodProfits : excess(m);
}

/** At every sample, which sees more than the ends of periods. */
function largestFall({ equity, capital }: Measurements): number {
  if (Number.isNaN(capital)) return Number.NaN;
  let peak = capital;
  let largest = 0;
  for (const value of equity.value) {
    if (value > peak) peak = value;
    if (value < peak) largest = Math.max(largest, (peak - value) / peak);
  }
  return largest;
}
