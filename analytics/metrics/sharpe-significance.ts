/**
 * How likely a Sharpe ratio is more than luck, given how long, how skewed and how fat-tailed the returns are, and how many
 * strategies were tried. Knows nothing of runs. Called by the list of metrics and by users.
 */
import { momentsOf } from './moments.js';

/** Euler and Mascheroni's constant. */
const EULER = 0.577_215_664_901_532_9;

/**
 * Probability, 0 … 1, that the true Sharpe ratio is above `benchmark`: Φ((SR − SR*) √(n − 1) / √(1 − γ₃ SR + (γ₄ − 1) / 4 × SR²)),
 * all ratios per period, not annualised; γ₃ skew, γ₄ kurtosis (3 = normal). Assumes stationary, ergodic returns; independent
 * they need not be normal. `NaN` for fewer than two returns or none that vary.
 * Source: D. Bailey and M. López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15 (2012), 3–44.
 */
export function probabilisticSharpe(returns: Float64Array, benchmark = 0): number {
  const { count, mean, deviation, skew, kurtosis } = momentsOf(returns);
  return sharpeProbability(mean / deviation, count, skew, kurtosis, benchmark);
}

/** The same from a ratio per period over `count` of them. */
export function sharpeProbability(
  ratio: number,
  count: number,
  skew: number,
  kurtosis: number,
  benchmark: number,
): number {
  const error = Math.sqrt(1 - skew * ratio + ((kurtosis - 1) / 4) * ratio * ratio);
  return normalProbability(((ratio - benchmark) * Math.sqrt(count - 1)) / error);
}

/**
 * The Sharpe ratio per period that the best of `trials` strategies without any skill is expected to show: σ ((1 − γ) Φ⁻¹(1 − 1 / N)
 * + γ Φ⁻¹(1 − 1 / (N e))). `deviation` = the standard deviation of the ratios tried. 0 for one trial.
 * Source: D. Bailey and M. López de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (2014), 94–107.
 */
export function expectedBestSharpe(trials: number, deviation: number): number {
  if (!(trials >= 1)) throw new RangeError(`trials ${trials} is no count from 1 on`);
  if (trials === 1) return 0;
  return deviation * ((1 - EULER) * normalQuantile(1 - 1 / trials) + EULER * normalQuantile(1 - 1 / (trials * Math.E)));
}

/**
 * Probability that the true Sharpe ratio is above what the best of all that was tried would show by luck; `deviation` as in
 * {@link expectedBestSharpe}. With one trial it is the probabilistic one. Source: as there.
 */
export function deflatedSharpe(returns: Float64Array, trials: number, deviation: number): number {
  return probabilisticSharpe(returns, expectedBestSharpe(trials, deviation));
}

/** Φ(z), to about 1e-15: series near 0, continued fraction in the tails (Abramowitz and Stegun 26.2.10 and 26.2.14). */
export function normalProbability(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  const size = Math.abs(z);
  const density = Math.exp((-size * size) / 2) / Math.sqrt(2 * Math.PI);
  let upper: number;
  if (size < 3) {
    let term = size;
    let sum = size;
    for (let i = 3; Math.abs(term) > 1e-17 * sum; i += 2) {
      term *= (size * size) / i;
      sum += term;
    }
    upper = 0.5 - density * sum;
  } else {
    let tail = size;
    for (let i = 120; i >= 1; i--) tail = size + i / tail;
    upper = density / tail;
  }
  return z > 0 ? 1 - upper : upper;
}

/** Φ⁻¹(p): bisection on {@link normalProbability}, so that the two agree to the last digits. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  let low = -40;
  let high = 40;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  for (let i = 0; i < 200 && high - low > 1e-15 * Math.max(1, Math.abs(low)); i++) {
    const middle = (low + high) / 2;
    if (normalProbability(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
