/**
 * The engine's clock unit, its exact range, and how times are read and written.
 * Knows nothing of markets; reads no clock. Called by everyone.
 *
 * Inside the engine a time is a double: nanoseconds since the run's origin (the first time on the tape). It is exact
 * for 2^53 ns = 104 days; past that it is exact to 2 ns (208 days: 4 ns), and the tape's own row order, which came from
 * exact int64, keeps deciding between tape rows. On disk and at the border a time is int64 nanoseconds since 1970 UTC.
 */

/** Nanoseconds since the run's origin, as a double. `Infinity` means never. */
export type Nanos = number;

export const MICROSECOND: Nanos = 1e3;
export const MILLISECOND: Nanos = 1e6;
export const SECOND: Nanos = 1e9;
export const MINUTE: Nanos = 60e9;
export const HOUR: Nanos = 3600e9;
export const DAY: Nanos = 86_400e9;

const UNIT_NANOS: Record<string, Nanos> = {
  ns: 1,
  us: MICROSECOND,
  µs: MICROSECOND,
  ms: MILLISECOND,
  s: SECOND,
  m: MINUTE,
  min: MINUTE,
  h: HOUR,
  d: DAY,
};

/**
 * Reads a length of time such as `250ns`, `1.5ms`, `100 ms`, `10s`, `1m`, `4h`, `1d`, or `0`.
 * A bare number other than 0 has no unit and is refused. Throws `RangeError` naming the text.
 */
export function parseDuration(text: string | number): Nanos {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|min|m|h|d)?\s*$/.exec(String(text));
  const unit = match?.[2];
  const value = Number(match?.[1]);
  if (match === null || (unit === undefined && value !== 0)) {
    throw new RangeError(
      `duration "${text}" was not understood: write a number and a unit, as in 250us, 10ms, 1.5s, 1h`,
    );
  }
  const nanos = value * (unit === undefined ? 1 : UNIT_NANOS[unit]!);
  const rounded = Math.round(nanos);
  if (Math.abs(nanos - rounded) > 1e-6 * Math.max(1, Math.abs(nanos) * 1e-9) || !Number.isSafeInteger(rounded)) {
    throw new RangeError(`duration "${text}" is not a whole number of nanoseconds within ±104 days`);
  }
  return rounded;
}

/** Writes a length of time with the largest unit that keeps it short: `1.5ms`, `10s`, `2h30m`. For people, not files. */
export function formatDuration(nanos: Nanos): string {
  const size = Math.abs(nanos);
  if (size < MICROSECOND) return `${nanos}ns`;
  if (size < MILLISECOND) return `${trim(nanos / MICROSECOND)}us`;
  if (size < SECOND) return `${trim(nanos / MILLISECOND)}ms`;
  if (size < 10 * MINUTE) return `${trim(nanos / SECOND)}s`;
  const minutes = Math.round(size / MINUTE);
  return `${nanos < 0 ? '-' : ''}${minutes >= 60 ? `${Math.floor(minutes / 60)}h` : ''}${minutes % 60}m`;
}

function trim(value: number): string {
  return String(Number(value.toFixed(3)));
}

/** Int64 nanoseconds since 1970 as ISO 8601 in UTC with nine decimals: `2024-08-08T23:54:16.298000000Z`. */
export function formatEpoch(epochNs: bigint): string {
  const billion = 1_000_000_000n;
  const fraction = ((epochNs % billion) + billion) % billion;
  const seconds = (epochNs - fraction) / billion;
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${String(fraction).padStart(9, '0')}Z`;
}

/**
 * Reads ISO 8601 in UTC, `2024-12-27T08:00:00Z`, with up to nine decimals of the second, as int64 nanoseconds since 1970,
 * digit by digit. Throws `RangeError` naming the text: no offset but Z, no time of the calendar, beyond int64.
 */
export function parseEpoch(text: string): bigint {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/.exec(text);
  const seconds = match === null ? Number.NaN : Date.parse(`${match[1]}Z`) / 1000;
  // The calendar must give the same digits back: 30 February does not.
  if (match === null || Number.isNaN(seconds) || new Date(seconds * 1000).toISOString().slice(0, 19) !== match[1]) {
    throw new RangeError(`"${text}" is not a time in UTC such as 2024-12-27T08:00:00Z`);
  }
  const epochNs = BigInt(seconds) * 1_000_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
  if (BigInt.asIntN(64, epochNs) !== epochNs) throw new RangeError(`"${text}" is beyond int64 ns since 1970`);
  return epochNs;
}

/** Reads a day such as `2024-07-03` as days since 1970. Throws `RangeError` for what is no day of the calendar. */
export function parseDate(text: string): number {
  const days = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / 86_400_000 : Number.NaN;
  if (Number.isNaN(days) || formatDate(days) !== text) {
    throw new RangeError(`date "${text}" is no day of the calendar: write it as in 2012-06-21`);
  }
  return days;
}

/** Days since 1970 as `2024-07-03`. */
export function formatDate(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** The int64 epoch time of a run-relative time. Rounded to whole nanoseconds (times are whole below 2^53). */
export function toEpoch(originNs: bigint, time: Nanos): bigint {
  return originNs + BigInt(Math.round(time));
}

const scratch = new Float64Array(1);
const halves = new Uint32Array(scratch.buffer);

/** The largest time strictly before `time` (which is ≥ 0) that a double can hold: turns `<` into `<=` in hot loops. */
export function justBefore(time: Nanos): Nanos {
  if (time === 0) return -1;
  if (time === Infinity) return Number.MAX_VALUE;
  scratch[0] = time;
  const low = halves[0]!;
  halves[0] = low - 1;
  if (low === 0) halves[1]! -= 1;
  return scratch[0]!;
}
