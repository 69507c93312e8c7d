/**
 * What the check of a tape found of one instrument as drawings over time and by size, without a script. Knows nothing of how
 * things are found. Called by the page of a check.
 */
import { Instrument } from '../../core/instrument.js';
import { formatDuration, formatEpoch, type Nanos, toEpoch } from '../../core/time.js';
import { countText } from '../figure-text.js';
import { drawing, figure, share, tip } from '../report/html.js';
import type { InstrumentFindings, InstrumentPictures } from './findings.js';
import type { Span } from './spans.js';
import type { TimeBins } from './time-bins.js';

/** Where a time lies on the pictures of a tape. */
interface TimeScale {
  readonly originNs: bigint;
  readonly endNs: Nanos;
}

const NOTHING = '<div class="nothing">nothing to draw</div>';
const HIGH = 130;
const LANE = 42;

export function picturesHtml(found: InstrumentFindings, originNs: bigint, endNs: Nanos): string {
  const { pictures } = found;
  if (pictures === undefined) return '';
  const scale = { originNs, endNs: Math.max(1, endNs) };
  const instrument = new Instrument(found.instrument, 0);
  const price = (ticks: number) => String(Number(instrument.price(ticks).toPrecision(12)));
  return `<div class="pairs">${[
    figure('Delays', 'local − exchange time, how often; both scales logarithmic', histogramHtml(found)),
    figure('Delays over time', 'least to most, logarithmic', delaysHtml(pictures, scale)),
    figure('Gaps and spells over time', 'of each kind the longest hundred at most', lanesHtml(found, scale), 'wide'),
    figure('Price of trades', 'least to most; spikes stand out', pricesHtml(found, pictures, scale, price)),
    figure('Spread', 'in ticks, least to most; below 0 the book was crossed', spreadHtml(pictures, scale)),
    figure('Rows', 'seen at the exchange', rowsHtml(pictures, scale), 'wide'),
  ].join('')}</div>`;
}

/** A bar a bucket. */
function histogramHtml({ latency }: InstrumentFindings): string {
  const { histogram, least, most, limitNs } = latency;
  if (histogram.length === 0) return NOTHING;
  const highest = Math.log1p(Math.max(...histogram.map(({ count }) => count)));
  // Buckets that are empty have their place as well: a quarter of a doubling each, zero in front.
  const placeOf = (value: number) => (value < 1 ? -1 : Math.round(4 * Math.log2(value)));
  const first = placeOf(histogram[0]!.from);
  const places = placeOf(histogram.at(-1)!.from) - first + 1;
  const bars = histogram.map(({ from, to, count }) => {
    const high = Math.max(2, (HIGH * Math.log1p(count)) / highest);
    const [x, width] = [(placeOf(from) - first) / places, 1 / places];
    const words = `${formatDuration(Math.round(from))} to ${formatDuration(Math.round(to))}: ${countText(count)} rows`;
    return `<g tabindex="0" ${tip(words)}><rect x="${share(x)}" y="0" width="${share(width)}" height="${HIGH}" class="touch"/>
<rect x="${share(x + 0.08 * width)}" y="${(HIGH - high).toFixed(1)}" width="${share(0.84 * width)}" height="${high.toFixed(1)}" class="${from >= limitNs ? 'loss' : 'gain'}"/></g>`;
  });
  return `${drawing(HIGH + 24, `Histogram of delays from ${formatDuration(least)} to ${formatDuration(most)}`, [
    ...bars,
    ends(formatDuration(least), formatDuration(most)),
  ])}<p class="legend"><span class="muted">slow from ${formatDuration(limitNs)} on</span></p>`;
}

function ends(left: string, right: string): string {
  return `<text x="0" y="${HIGH + 18}">${left}</text><text x="100%" y="${HIGH + 18}" class="end">${right}</text>`;
}

function timeEnds({ originNs, endNs }: TimeScale): string {
  const text = (timeNs: Nanos) => formatEpoch(toEpoch(originNs, timeNs)).slice(0, 19).replace('T', ' ');
  return ends(text(0), text(endNs));
}

/** From the least to the most of each bin, as one shape. */
function rangeShape(least: TimeBins, most: TimeBins, endNs: Nanos, yOf: (value: number) => number): string {
  const shapes: string[] = [];
  for (let bin = 0; bin < least.values.length; bin++) {
    const [low, high] = [least.values[bin]!, most.values[bin]!];
    if (!Number.isFinite(low) || !Number.isFinite(high)) continue;
    const top = yOf(high);
    const bottom = Math.max(top + 1, yOf(low));
    shapes.push(`M${bin} ${top.toFixed(1)}h1V${bottom.toFixed(1)}h-1z`);
  }
  // The drawing is as wide as the tape is long, stretched to its place.
  const width = endNs / least.widthNs;
  return `<svg x="0" y="0" width="100%" height="${HIGH}" viewBox="0 0 ${width} ${HIGH}" preserveAspectRatio="none"><path d="${shapes.join('')}" class="range"/></svg>`;
}

function bounds(least: TimeBins, most: TimeBins): [low: number, high: number] | undefined {
  const low = least.values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = most.values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return low <= high ? [low, high] : undefined;
}

/** A picture of ranges with its highest and lowest value written at the left. */
function rangesHtml(
  least: TimeBins,
  most: TimeBins,
  scale: TimeScale,
  label: string,
  text: (value: number) => string,
  bend: (value: number) => number,
  more: (yOf: (value: number) => number) => readonly string[] = () => [],
): string {
  const range = bounds(least, most);
  if (range === undefined) return NOTHING;
  const [low, high] = range.map(bend) as [number, number];
  const yOf = (value: number) => 14 + ((HIGH - 28) * (high - bend(value))) / (high - low || 1);
  return drawing(HIGH + 24, `${label}, from ${text(range[0])} to ${text(range[1])}`, [
    rangeShape(least, most, scale.endNs, yOf),
    ...more(yOf),
    `<text x="0" y="10">${text(range[1])}</text><text x="0" y="${HIGH - 2}">${text(range[0])}</text>`,
    timeEnds(scale),
  ]);
}

const linear = (value: number) => value;

function delaysHtml({ leastLatency, mostLatency }: InstrumentPictures, scale: TimeScale): string {
  return rangesHtml(leastLatency, mostLatency, scale, 'Delays over time', formatDuration, Math.log1p);
}

function pricesHtml(
  { largestSpikes }: InstrumentFindings,
  { leastPrice, mostPrice }: InstrumentPictures,
  scale: TimeScale,
  price: (ticks: number) => string,
): string {
  const marks = (yOf: (value: number) => number) =>
    largestSpikes.map(({ timeNs, priceTicks, medianTicks, row }) => {
      const words = `${price(priceTicks)} among ${price(medianTicks)}, row ${countText(row)}`;
      return `<g tabindex="0" ${tip(words)}><circle cx="${share(timeNs / scale.endNs)}" cy="${yOf(priceTicks).toFixed(1)}" r="5" class="taker hollow"/></g>`;
    });
  return rangesHtml(leastPrice, mostPrice, scale, 'Price of trades over time', price, linear, marks);
}

function spreadHtml({ leastSpread, mostSpread }: InstrumentPictures, scale: TimeScale): string {
  const zero = (yOf: (value: number) => number) => {
    const [low, high] = bounds(leastSpread, mostSpread)!;
    if (low > 0 || high < 0) return [];
    return [`<line x1="0" x2="100%" y1="${yOf(0).toFixed(1)}" y2="${yOf(0).toFixed(1)}" class="axis"/>`];
  };
  // Spreads are skewed: small ones must be seen beside a large one, on both sides of 0.
  const bend = (ticks: number) => Math.sign(ticks) * Math.log1p(Math.abs(ticks));
  return rangesHtml(leastSpread, mostSpread, scale, 'Spread over time', countText, bend, zero);
}

function rowsHtml({ rows }: InstrumentPictures, scale: TimeScale): string {
  const most = rows.values.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return NOTHING;
  const shapes = Array.from(rows.values).flatMap((count, bin) =>
    count === 0 ? [] : [`M${bin} ${HIGH}V${(HIGH - (HIGH - 14) * (count / most)).toFixed(1)}h1V${HIGH}z`],
  );
  const width = scale.endNs / rows.widthNs;
  return drawing(HIGH + 24, `Rows over time, at most ${countText(most)} in ${formatDuration(rows.widthNs)}`, [
    `<svg x="0" y="0" width="100%" height="${HIGH}" viewBox="0 0 ${width} ${HIGH}" preserveAspectRatio="none"><path d="${shapes.join('')}" class="range"/></svg>`,
    `<text x="0" y="10">${countText(most)} in ${formatDuration(rows.widthNs)}</text>`,
    timeEnds(scale),
  ]);
}

/** A line for each kind of thing that lasts. */
function lanesHtml(found: InstrumentFindings, scale: TimeScale): string {
  const lanes: [name: string, spans: readonly Span[], tone: string][] = [
    ...found.streams.map(({ name, gaps }): [string, readonly Span[], string] => [
      `gaps of ${name}`,
      gaps.longest,
      'loss',
    ]),
    ['crossed', found.crossed.longest, 'loss'],
    ['locked', found.locked.longest, 'loss'],
    ['crossed while shut', found.crossedWhileShut.longest, 'flat'],
    ['stale', found.stale.longest, 'loss'],
    ['halted', found.halts.longest, 'flat'],
    ['outages of the feed', found.outages.longest, 'loss'],
  ];
  const full = lanes.filter(([, spans]) => spans.length > 0);
  if (full.length === 0) return '<div class="nothing">no gaps and no spells</div>';
  const at = (timeNs: Nanos) => timeNs / scale.endNs;
  const parts = full.flatMap(([name, spans, tone], lane) => {
    const y = LANE * lane;
    const rects = spans.map((span) => {
      const [from, to] = [at(span.fromNs), at(span.toNs)];
      const when = formatEpoch(toEpoch(scale.originNs, span.fromNs));
      const words = `${name}: ${formatDuration(span.toNs - span.fromNs)} from ${when}, row ${countText(span.row)}`;
      const x = Math.min(from, 0.998);
      return `<g tabindex="0" ${tip(words)}><rect x="${share(x)}" y="${y + 18}" width="${share(Math.max(0.002, to - from))}" height="16" class="${tone}"/></g>`;
    });
    return [`<text x="0" y="${y + 12}">${name} (${countText(spans.length)})</text>`, ...rects];
  });
  return drawing(LANE * full.length, `Gaps and spells over time: ${full.map(([name]) => name).join(', ')}`, parts);
}
