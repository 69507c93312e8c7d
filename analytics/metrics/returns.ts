/**
 * Returns of periods: made of equity, compounded, put together to longer periods. Knows nothing of runs.
 * Called by the other metrics and by users.
 *
 * A return is a fraction: 0.01 = 1 %. `NaN` = no return known for the period; it counts as 0 when returns are compounded, and is
 * left out elsewhere. Equal numbers to empyrical's (github.com/quantopian/empyrical) wherever that has them.
 */
import { DAY, HOUR, MINUTE, type Nanos } from '../../core/time.js';
import type { Series } from '../recording.js';

/** E₁ / E₀ − 1, E₂ / E₁ − 1 …: one fewer than there are values. */
export function simpleReturns(values: Float64Array): Float64Array {
  const out = new Float64Array(Math.max(0, values.length - 1));
  for (let i = 1; i < values.length; i++) out[i - 1] = values[i]! / values[i - 1]! - 1;
  return out;
}

/** What 1 has grown to after each period, less 1: Π(1 + r) − 1. */
export function cumulativeReturns(returns: Float64Array): Float64Array {
  let growth = 1;
  return returns.map((value) => {
    if (!Number.isNaN(value)) growth *= 1 + value;
    return growth - 1;
  });
}

/** Π(1 + r) − 1 over all periods; `NaN` without any. */
export function totalReturn(returns: Float64Array): number {
  if (returns.length === 0) return Number.NaN;
  let growth = 1;
  for (const value of returns) if (!Number.isNaN(value)) growth *= 1 + value;
  return growth - 1;
}

/**
 * Compound annual growth rate: (Π(1 + r))^(`periodsPerYear` / n) − 1. `NaN` without a period, and where more than everything
 * was lost. Assumes that n periods like these fill n / `periodsPerYear` years, gaps or not.
 */
export function annualReturn(returns: Float64Array, periodsPerYear: number): number {
  return (1 + totalReturn(returns)) ** (periodsPerYear / returns.length) - 1;
}

/** A calendar in UTC by which returns are put together. Weeks are ISO 8601's. */
export type CalendarPeriod = 'week' | 'month' | 'quarter' | 'year';

/**
 * Compounded returns by calendar period, in order of their first row. `timeMs`: ms since 1970 UTC of each return. As empyrical
 * does, a week is named by the calendar year of its day and its ISO number, so that one that runs over New Year is two.
 */
export function returnsByCalendar(
  returns: Float64Array,
  timeMs: Float64Array,
  period: CalendarPeriod,
): Map<string, number> {
  const out = new Map<string, number>();
  for (let i = 0; i < returns.length; i++) {
    const value = Number.isNaN(returns[i]!) ? 0 : returns[i]!;
    const name = periodName(new Date(timeMs[i]!), period);
    out.set(name, (1 + (out.get(name) ?? 0)) * (1 + value) - 1);
  }
  return out;
}

function periodName(date: Date, period: CalendarPeriod): string {
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  if (period === 'year') return `${year}`;
  if (period === 'quarter') return `${year}-Q${Math.floor(month / 3) + 1}`;
  if (period === 'month') return `${year}-${String(month + 1).padStart(2, '0')}`;
  return `${year}-W${String(isoWeek(date)).padStart(2, '0')}`;
}

/** ISO 8601: the week with the year's first Thursday is week 1. */
function isoWeek(date: Date): number {
  const day = (date.getUTCDay() + 6) % 7;
  const thursday = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - day + 3);
  const first = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursday - first) / (7 * 86_400_000));
}

/** How long the periods of returns are. `trade`: from one round trip's end to the next; `session`: a day of a session calendar. */
export type ReturnPeriod = 'trade' | 'minute' | 'hour' | 'day' | 'session';

/** Ends of a run's regular periods: whole minutes, hours or days of UTC, the day moved by `dayStartNs` (0 = midnight). */
export interface PeriodRule {
  readonly lengthNs: Nanos;
  readonly dayStartNs: Nanos;
}

export const PERIOD_RULES: Readonly<Record<'minute' | 'hour' | 'day', PeriodRule>> = {
  minute: { lengthNs: MINUTE, dayStartNs: 0 },
  hour: { lengthNs: HOUR, dayStartNs: 0 },
  day: { lengthNs: DAY, dayStartNs: 0 },
};

/**
 * The last known value of a curve at the end of each period in which it has any, and the first value before them: what
 * `simpleReturns` and differences take. `originNs`: the run's origin, so that periods begin on the clock and not with the
 * run. Periods without a sample are left out, not filled: a market that is closed has no return of 0.
 * The last period ends with the run, perhaps early.
 */
export function periodEnds({ timeNs, value }: Series, originNs: bigint, { lengthNs, dayStartNs }: PeriodRule): Series {
  const offsetNs = Number((originNs - BigInt(dayStartNs)) % BigInt(lengthNs));
  const times: number[] = [];
  const values: number[] = [];
  let open = Number.NaN;
  for (let i = 0; i < value.length; i++) {
    if (!Number.isFinite(value[i]!)) continue;
    // A value at the very end of a period belongs to it.
    const period = Math.ceil((timeNs[i]! + offsetNs) / lengthNs);
    if (times.length === 0 || period !== open) {
      times.push(timeNs[i]!);
      values.push(value[i]!);
      // The first value opens the run: the period it stands in ends later.
      open = times.length === 1 ? Number.NaN : period;
    } else {
      times[times.length - 1] = timeNs[i]!;
      values[values.length - 1] = value[i]!;
    }
  }
  return { timeNs: Float64Array.from(times), value: Float64Array.from(values) };
}

/**
 * The first value of a curve, then the last one up to each of some rising times that has any since the one before: as
 * `periodEnds`, for periods of any length. What comes after the last of them is in none.
 */
export function valuesUpTo({ timeNs, value }: Series, endsNs: ArrayLike<Nanos>): Series {
  const times: number[] = [];
  const values: number[] = [];
  let at = 0;
  while (at < value.length && Number.isNaN(value[at]!)) at++;
  if (at < value.length) {
    times.push(timeNs[at]!);
    values.push(value[at++]!);
  }
  for (let period = 0; period < endsNs.length; period++) {
    let seen = -1;
    for (; at < value.length && timeNs[at]! <= endsNs[period]!; at++) if (!Number.isNaN(value[at]!)) seen = at;
    if (seen < 0) continue;
    times.push(timeNs[seen]!);
    values.push(value[seen]!);
  }
  return { timeNs: Float64Array.from(times), value: Float64Array.from(values) };
}
