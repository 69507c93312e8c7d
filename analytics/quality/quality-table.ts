/**
 * What the check of a tape found as text for a terminal. Knows nothing of how things are found. Called by the command line.
 */
import { formatDuration, formatEpoch, type Nanos, toEpoch } from '../../core/time.js';
import { countText, NO_FIGURE, shareText } from '../figure-text.js';
import { alignedLines, withoutControls } from '../text-table.js';
import type { InstrumentFindings, QualityFindings, SpanFindings } from './findings.js';
import { QUALITY_FIGURES, type QualityFigure } from './quality-figures.js';

/** Instruments that the terminal shows, those with most findings; all are in the JSON. */
const SHOWN = 6;

/** A figure's value for people. */
export function figureText({ unit }: QualityFigure, value: number): string {
  if (Number.isNaN(value)) return NO_FIGURE;
  if (unit === 'count') return countText(value);
  if (unit === 'ppm') return value === 0 ? '0' : `${value.toPrecision(3)} ppm`;
  return value === 0 ? '0' : formatDuration(value);
}

/** A table of all figures, for each instrument and over all; then delays; then where the worst of it is. */
export function formatQuality(findings: QualityFindings): string {
  const shown = mostFound(findings.instruments).slice(0, SHOWN);
  const several = findings.instruments.length > 1;
  const table = [
    [
      '',
      ...(several || shown.length === 0 ? ['all'] : []),
      ...shown.map(({ instrument }) => withoutControls(instrument.symbol)),
    ],
    ...QUALITY_FIGURES.map((figure) => {
      const all = figureText(figure, figure.overall(findings));
      const each = shown.map((found) => figureText(figure, figure.of(found)));
      return [figure.name, ...(several || shown.length === 0 ? [all, ...each] : [all])];
    }),
  ];
  const left = findings.instruments.length - shown.length;
  return [
    ...alignedLines(table, (column) => column > 0),
    ...(left > 0 ? [`(the ${SHOWN} instruments with most findings of ${findings.instruments.length})`] : []),
    '',
    ...alignedLines([LATENCY_HEAD, ...shown.map(latencyCells)], (column) => column > 0),
    ...section(
      'where',
      shown.flatMap((each) => placeLines(each, findings.originNs)),
    ),
    ...section('the tape says of itself', correctionLines(findings)),
    '',
  ].join('\n');
}

/** Those in which most figures are above 0 first, then as on the tape. */
export function mostFound(instruments: readonly InstrumentFindings[]): readonly InstrumentFindings[] {
  const found = (each: InstrumentFindings) => QUALITY_FIGURES.filter(({ of }) => of(each) > 0).length;
  return instruments.toSorted((a, b) => found(b) - found(a));
}

const LATENCY_HEAD = [
  'local − exchange',
  'least',
  'median',
  '90 %',
  '99 %',
  '99.9 %',
  'most',
  'slow from',
  'drift over',
];

function latencyCells({ instrument, latency }: InstrumentFindings): string[] {
  const { least, median, p90, p99, p999, most, limitNs, driftOverNs } = latency;
  return [
    withoutControls(instrument.symbol),
    ...[least, median, p90, p99, p999, most, limitNs, driftOverNs].map((value) =>
      Number.isNaN(value) ? NO_FIGURE : formatDuration(value),
    ),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}

/** The longest of everything that lasts, and the largest spike. */
export function placeLines(found: InstrumentFindings, originNs: bigint): string[] {
  const name = withoutControls(found.instrument.symbol);
  const at = (timeNs: Nanos) => formatEpoch(toEpoch(originNs, timeNs));
  const longest = (what: string, { count, totalNs, longest: [first] }: SpanFindings, more = '') =>
    first === undefined
      ? []
      : [
          `${name} ${what}: ${countText(count)}, ${formatDuration(totalNs)} together${more}; ` +
            `the longest ${formatDuration(first.toNs - first.fromNs)} from ${at(first.fromNs)} (row ${countText(first.row)})`,
        ];
  const share = ({ totalNs }: SpanFindings) => `, ${shareText(totalNs / found.bookNs)} of the time`;
  const [spike] = found.largestSpikes;
  return [
    ...found.streams.flatMap((stream) => longest(`gaps of ${stream.name}`, stream.gaps)),
    ...longest('crossed', found.crossed, share(found.crossed)),
    ...longest('locked', found.locked, share(found.locked)),
    ...longest('crossed or locked while shut', found.crossedWhileShut),
    ...longest('stale', found.stale, `, ${countText(found.staleTrades)} trades outside`),
    ...longest('halted', found.halts),
    ...longest('outages of the feed', found.outages, `, ${countText(found.lostRows)} rows lost`),
    ...(spike === undefined
      ? []
      : [
          `${name} spikes: ${countText(found.spikes)}; the largest ${spike.priceTicks} ticks among ${spike.medianTicks} ` +
            `at ${at(spike.timeNs)} (row ${countText(spike.row)})`,
        ]),
  ];
}

/** What importers and repairs counted, missing sequence numbers among it. */
function correctionLines({ corrections }: QualityFindings): string[] {
  return corrections.map(({ name, count, note }) => withoutControls(`${name} ${countText(count)}: ${note}`));
}
