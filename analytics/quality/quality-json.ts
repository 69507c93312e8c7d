/**
 * What the check of a tape found as JSON: times as int64 nanoseconds in text and as ISO 8601, what is no number as `null`.
 * Knows nothing of how things are found. Called by the command line.
 */
import { formatEpoch, type Nanos, toEpoch } from '../../core/time.js';
import type { InstrumentFindings, QualityFindings, SpanFindings } from './findings.js';
import { QUALITY_FIGURES, type QualityFigure } from './quality-figures.js';

/** A value for `JSON.stringify`. Lengths of time end in `Ns` and are numbers, moments are objects with `time` and `ns`. */
export function qualityJson(findings: QualityFindings): Record<string, unknown> {
  const { originNs, rows, instruments, corrections } = findings;
  return {
    rows,
    overall: figuresOf((figure) => figure.overall(findings)),
    instruments: instruments.map((found) => instrumentJson(found, originNs)),
    corrections,
  };
}

/** Those that there are. */
function figuresOf(value: (figure: QualityFigure) => number): Record<string, number> {
  const pairs = QUALITY_FIGURES.map((figure) => [figure.name, value(figure)] as const);
  return Object.fromEntries(pairs.filter(([, number]) => !Number.isNaN(number)));
}

function instrumentJson(found: InstrumentFindings, originNs: bigint): Record<string, unknown> {
  const { instrument, rows, book, bookNs, snapshotRows, staleTrades, latency, crossedMessages } = found;
  const moment = (timeNs: Nanos) => momentOf(originNs, timeNs);
  const spans = ({ count, totalNs, longestNs, longest }: SpanFindings) => ({
    ...{ count, totalNs, longestNs },
    longest: longest.map(({ fromNs, toNs, row }) => ({ from: moment(fromNs), lengthNs: toNs - fromNs, row })),
  });
  const { mostAtNs, ...delays } = latency;
  return {
    symbol: instrument.symbol,
    ...{ rows, book, bookNs: numberOf(bookNs), snapshotRows, staleTrades, crossedMessages },
    figures: figuresOf(({ of }) => of(found)),
    streams: found.streams.map(({ name, rows: of, gaps, excused }) => ({ name, rows: of, excused, gaps: spans(gaps) })),
    ...{ crossed: spans(found.crossed), locked: spans(found.locked), stale: spans(found.stale) },
    ...{ crossedWhileShut: spans(found.crossedWhileShut), halts: spans(found.halts) },
    outages: spans(found.outages),
    latency: {
      ...Object.fromEntries(
        Object.entries(delays).map(([name, value]) => [name, typeof value === 'number' ? numberOf(value) : value]),
      ),
      mostAt: moment(mostAtNs),
    },
    spikes: found.largestSpikes.map(({ row, timeNs, priceTicks, medianTicks }) => ({
      ...{ at: moment(timeNs), row, priceTicks, medianTicks },
    })),
  };
}

function numberOf(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function momentOf(originNs: bigint, timeNs: Nanos): { time: string; ns: string } | null {
  if (Number.isNaN(timeNs)) return null;
  const epochNs = toEpoch(originNs, timeNs);
  return { time: formatEpoch(epochNs), ns: String(epochNs) };
}
