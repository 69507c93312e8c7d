/**
 * How well a Hawkes process goes with events: in the time of its own intensity each type should be a Poisson process of rate 1.
 * Knows nothing of markets. Called by the calibration of a flow.
 * Source: Y. Ogata, "Statistical models for earthquake occurrences and residual analysis for point processes", Journal of the
 * American Statistical Association 83, 1988.
 */
import type { HawkesParameters } from '../../core/synthetic/hawkes.js';
import type { PointEvents } from './event-sample.js';

/** One type's events. */
export interface RescaledFit {
  /** Times between events that were compared. */
  readonly gaps: number;
  /** Kolmogorov–Smirnov: largest distance of the distribution of the rescaled gaps from the exponential one; `NaN` without gaps. */
  readonly distance: number;
}

/** By type; events of one time are one. Where the process is right, distance · √gaps exceeds 1.628 once in a hundred times. */
export function rescaledFits(events: PointEvents, { base, kernels }: HawkesParameters): RescaledFit[] {
  const { seconds, types, counts } = events;
  const count = base.length;
  const integral = new Float64Array(count);
  // By kernel and type: Σ over past events of branching · exp(−decay · age).
  const excited = new Float64Array(kernels.length * count);
  const residuals: number[][] = base.map(() => []);
  const met = new Uint8Array(count);
  let last = 0;
  for (let at = 0; at < types.length; ) {
    const now = seconds[at]!;
    for (let type = 0; type < count; type++) integral[type]! += base[type]! * (now - last);
    kernels.forEach(({ decay }, kernel) => {
      const kept = Math.exp(-decay * (now - last));
      for (let type = 0, each = kernel * count; type < count; type++, each++) {
        integral[type]! += excited[each]! * (1 - kept);
        excited[each]! *= kept;
      }
    });
    last = now;
    const from = at;
    for (; at < types.length && seconds[at] === now; at++) {
      const type = types[at]!;
      // The first has no event before it to be reckoned from.
      if (met[type] !== 0) residuals[type]!.push(-Math.expm1(-integral[type]!));
      met[type] = 1;
      integral[type] = 0;
    }
    for (let each = from; each < at; each++) {
      kernels.forEach(({ branching }, kernel) => {
        for (let type = 0; type < count; type++)
          excited[kernel * count + type]! += branching[type]![types[each]!]! * counts[each]!;
      });
    }
  }
  return residuals.map((uniform) => ({
    gaps: uniform.length,
    distance: distanceFromUniform(Float64Array.from(uniform)),
  }));
}

function distanceFromUniform(values: Float64Array): number {
  values.sort();
  const count = values.length;
  return values.reduce(
    (most, value, at) => Math.max(most, (at + 1) / count - value, value - at / count),
    count > 0 ? 0 : Number.NaN,
  );
}
