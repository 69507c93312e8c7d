/**
 * Profit by period of the clock, at the periods that the length of a run allows: what the histogram, the heat map and the
 * rolling curves are made of. Knows nothing of charts. Called by the report.
 */
import { DAY, HOUR, MINUTE, type Nanos, SECOND } from '../../core/time.js';
import type { Series } from '../recording.js';
import { YEAR_NS } from '../sharpe.js';
import { curveData, type Span } from './curves.js';
import type { RollingData } from './page-data.js';

/** Profit of each period in which the curve has a sample. */
export interface PeriodProfits {
  /** In words, as in `profit by hour`. */
  readonly name: string;
  readonly profit: Float64Array;
  /** Where each ends, ns since the run's origin. */
  readonly endNs: Float64Array;
  /** How many a year has. */
  readonly perYear: number;
  /** So many of them, in words. */
  readonly lengthText: (count: number) => string;
}

interface Length {
  readonly lengthNs: Nanos;
  readonly name: string;
}

const LENGTHS: readonly Length[] = [
  { lengthNs: SECOND, name: 'second' },
  { lengthNs: 10 * SECOND, name: '10 seconds' },
  { lengthNs: MINUTE, name: 'minute' },
  { lengthNs: 10 * MINUTE, name: '10 minutes' },
  { lengthNs: HOUR, name: 'hour' },
  { lengthNs: DAY, name: 'day' },
];

/** The longest period of which the run has at least 40, the sampling allowing; never shorter than a sample. */
export function periodFor(durationNs: Nanos, sampleNs: Nanos): Length {
  let chosen = LENGTHS.find(({ lengthNs }) => lengthNs >= sampleNs) ?? LENGTHS[LENGTHS.length - 1]!;
  for (const length of LENGTHS) if (length.lengthNs >= sampleNs && durationNs / length.lengthNs >= 40) chosen = length;
  return chosen;
}

/**
 * Profit from the last sample of one period to the last of the next. Periods begin on the clock (UTC); those without a sample
 * are left out; a sample at the very end of a period belongs to it.
 */
export function periodProfits(curve: Series, originNs: bigint, { lengthNs, name }: Length): PeriodProfits {
  const { period, profit } = profitsByClock(curve, originNs, lengthNs);
  const end = (number: number) => Number((BigInt(number) + 1n) * BigInt(lengthNs) - originNs);
  return {
    ...{ name, profit, endNs: period.map(end), perYear: YEAR_NS / lengthNs },
    lengthText: (count) => periodText(lengthNs * count),
  };
}

/** By the number of the period since 1970 UTC. */
function profitsByClock({ timeNs, value }: Series, originNs: bigint, lengthNs: Nanos) {
  const offsetNs = Number(originNs % BigInt(lengthNs));
  const first = Number(originNs / BigInt(lengthNs));
  const period: number[] = [];
  const end: number[] = [];
  // What there was when the curve began opens its first period, and is in none.
  const opening = value.findIndex((each) => Number.isFinite(each));
  for (let i = opening + 1; i < value.length && opening >= 0; i++) {
    if (!Number.isFinite(value[i]!)) continue;
    const at = first + Math.ceil((timeNs[i]! + offsetNs) / lengthNs) - 1;
    if (period[period.length - 1] === at) end[end.length - 1] = value[i]!;
    else {
      period.push(at);
      end.push(value[i]!);
    }
  }
  let before = opening < 0 ? 0 : value[opening]!;
  const profit = end.map((each) => {
    const change = each - before;
    before = each;
    return change;
  });
  return { period: Float64Array.from(period), profit: Float64Array.from(profit) };
}

export interface Histogram {
  /** Lower edge of the first bin, and what each is wide. */
  readonly from: number;
  readonly width: number;
  readonly counts: readonly number[];
  /** Values below and above what the bins cover, counted in the first and the last. */
  readonly beyond: number;
}

/**
 * Up to 41 bins of a round width, one of them around 0, reaching over all but the outermost 0.5 % on each side. `undefined`
 * where all values are equal, or there are fewer than eight.
 */
export function histogramOf(values: Float64Array): Histogram | undefined {
  const sorted = values.filter(Number.isFinite).sort();
  if (sorted.length < 8) return undefined;
  const trim = Math.floor(sorted.length / 200);
  const low = Math.min(0, sorted[trim]!);
  const high = Math.max(0, sorted[sorted.length - 1 - trim]!);
  if (!(high > low)) return undefined;
  const width = roundUp((high - low) / Math.min(39, Math.max(9, 2 * Math.sqrt(sorted.length))));
  const first = Math.round(low / width);
  const bins = Math.round(high / width) - first + 1;
  const counts = new Array<number>(bins).fill(0);
  let beyond = 0;
  for (const value of sorted) {
    const bin = Math.round(value / width) - first;
    if (bin < 0 || bin >= bins) beyond++;
    counts[Math.min(bins - 1, Math.max(0, bin))]!++;
  }
  return { from: (first - 0.5) * width, width, counts, beyond };
}

/** The next of 1, 2, 2.5, 5 × a power of ten. */
function roundUp(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  for (const factor of [1, 2, 2.5, 5]) if (factor * power >= step * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

export interface HeatMap {
  /** As in `year × month`. */
  readonly rowName: string;
  readonly columnName: string;
  readonly columns: readonly string[];
  readonly rows: readonly HeatRow[];
}

export interface HeatRow {
  readonly name: string;
  readonly cells: readonly (number | undefined)[];
  /** What else there is to say of each cell. */
  readonly notes?: readonly string[];
}

interface Grid {
  readonly rowName: string;
  readonly columnName: string;
  readonly columns: readonly string[];
  /** Runs from this length on, and up to this many rows. */
  readonly fromNs: Nanos;
  readonly lengthNs: Nanos;
  rowOf(ms: number): string;
  columnOf(ms: number): number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const iso = (ms: number, from: number, to: number) => new Date(ms).toISOString().slice(from, to);
const numbers = (count: number, step: number) =>
  Array.from({ length: count }, (_, i) => String(i * step).padStart(2, '0'));

/** From the coarsest to the finest. */
const GRIDS: readonly Grid[] = [
  {
    ...{ rowName: 'year', columnName: 'month', columns: MONTHS, fromNs: 59 * DAY, lengthNs: DAY },
    rowOf: (ms) => iso(ms, 0, 4),
    columnOf: (ms) => new Date(ms).getUTCMonth(),
  },
  {
    ...{
      rowName: 'day',
      columnName: 'hour of the day, UTC',
      columns: numbers(24, 1),
      fromNs: 25 * HOUR,
      lengthNs: HOUR,
    },
    rowOf: (ms) => iso(ms, 0, 10),
    columnOf: (ms) => new Date(ms).getUTCHours(),
  },
  {
    ...{
      rowName: 'hour, UTC',
      columnName: 'minute',
      columns: numbers(12, 5),
      fromNs: 65 * MINUTE,
      lengthNs: 5 * MINUTE,
    },
    rowOf: (ms) => iso(ms, 5, 13).replace('T', ' '),
    columnOf: (ms) => Math.floor(new Date(ms).getUTCMinutes() / 5),
  },
  {
    ...{
      rowName: 'minute, UTC',
      columnName: 'second',
      columns: numbers(12, 5),
      fromNs: 65 * SECOND,
      lengthNs: 5 * SECOND,
    },
    rowOf: (ms) => iso(ms, 11, 16),
    columnOf: (ms) => Math.floor(new Date(ms).getUTCSeconds() / 5),
  },
];

/** Profit by two periods of the clock, the coarsest that the run is long enough for. `undefined` for about a minute or less. */
export function heatMapOf(profit: Series, originNs: bigint, span: Span, sampleNs: Nanos): HeatMap | undefined {
  const grid = GRIDS.find(({ fromNs, lengthNs }) => span.durationNs >= fromNs && sampleNs <= lengthNs);
  if (grid === undefined) return undefined;
  const { period, profit: change } = profitsByClock(profit, originNs, grid.lengthNs);
  const rows = new Map<string, (number | undefined)[]>();
  for (let i = 0; i < period.length; i++) {
    const ms = (period[i]! * grid.lengthNs) / 1e6;
    const name = grid.rowOf(ms);
    let cells = rows.get(name);
    if (cells === undefined) {
      cells = new Array<number | undefined>(grid.columns.length).fill(undefined);
      rows.set(name, cells);
    }
    const column = grid.columnOf(ms);
    cells[column] = (cells[column] ?? 0) + change[i]!;
  }
  const { rowName, columnName, columns } = grid;
  return { rowName, columnName, columns, rows: [...rows].map(([name, cells]) => ({ name, cells })) };
}

/** Steps in a window. */
const WINDOW_STEPS = 60;
/** More steps than that are put together before: a curve has no more pixels. */
const MOST_STEPS = 3000;

/** Over 60 periods that move along the run, a third of it at most. `null` for fewer than 12 periods. */
export function rollingOf({ profit, endNs, perYear, lengthText }: PeriodProfits, span: Span): RollingData | null {
  const together = Math.ceil(profit.length / MOST_STEPS);
  const steps = Math.floor(profit.length / together);
  const window = Math.min(WINDOW_STEPS, Math.floor(steps / 3));
  if (window < 4) return null;
  const step = new Float64Array(steps);
  for (let i = 0; i < steps * together; i++) step[Math.floor(i / together)]! += profit[i]!;
  const length = steps - window + 1;
  const timeNs = new Float64Array(length);
  const sums = new Float64Array(length);
  const deviations = new Float64Array(length);
  const ratios = new Float64Array(length);
  const annual = span.durationNs < DAY ? 1 : Math.sqrt(perYear / together);
  for (let i = 0; i < length; i++) {
    const part = step.subarray(i, i + window);
    const sum = part.reduce((all, each) => all + each, 0);
    const mean = sum / window;
    const deviation = Math.sqrt(part.reduce((all, each) => all + (each - mean) ** 2, 0) / (window - 1));
    timeNs[i] = Math.min(span.endNs, endNs[(i + window) * together - 1]!);
    sums[i] = sum;
    deviations[i] = deviation;
    ratios[i] = deviation > 0 ? (mean / deviation) * annual : Number.NaN;
  }
  const curve = (value: Float64Array) => curveData({ timeNs, value }, span, 600);
  return {
    window: lengthText(together * window),
    profit: curve(sums),
    deviation: curve(deviations),
    sharpe: curve(ratios),
  };
}

function periodText(lengthNs: Nanos): string {
  const units: [Nanos, string][] = [
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
    [SECOND, 'second'],
  ];
  const [unit, name] = units.find(([length]) => lengthNs >= 2 * length) ?? units[units.length - 1]!;
  const count = Math.round(lengthNs / unit);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
