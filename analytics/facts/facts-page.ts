/**
 * Stylised facts of markets beside each other as one HTML page that needs nothing else, in the look and under the policy of the
 * report. Knows nothing of files. Called by the command line.
 */
import { formatDuration, SECOND } from '../../core/time.js';
import { escapeHtml, figure, tip } from '../report/html.js';
import { htmlPage, type PageParts } from '../report/page.js';
import type { GapFacts } from './arrival-gaps.js';
import { type CorrelationRow, correlationsHtml } from './correlation-table.js';
import { CURVES, type Curve, curvesHtml, type Scales } from './curve-picture.js';
import { FACTS_FIGURES, type FactsColumn } from './facts-figures.js';
import type { StylisedFacts } from './instrument-facts.js';

/** Markets that a page can tell apart by colour. */
export const SHOWN_MARKETS = CURVES;

const CHAPTERS: readonly (readonly [id: string, name: string])[] = [
  ['figures', 'Figures'],
  ['book', 'Book'],
  ['arrivals', 'Arrivals'],
  ['memory', 'Volatility and memory'],
];

const number = (value: number) => String(Number(value.toPrecision(3)));
const percent = (value: number) => `${number(100 * value)} %`;
const duration = (nanos: number) => formatDuration(Math.round(Number(nanos.toPrecision(3))));
const LINEAR: Scales = { logX: false, logY: false, zero: true, xText: number, yText: number };
const LOGARITHMIC: Scales = { logX: true, logY: true, zero: false, xText: number, yText: number };

/**
 * The whole page; equal facts give equal text. `correlations`: of markets of one tape, without them the chapter is not there. Throws `RangeError` for no market or more than {@link SHOWN_MARKETS}: there
 * would be no colour for them.
 */
export function renderFactsPage(
  markets: readonly FactsColumn[],
  parts: Pick<PageParts, 'script'>,
  correlations: readonly CorrelationRow[] = [],
): string {
  if (markets.length === 0 || markets.length > SHOWN_MARKETS) {
    throw new RangeError(`a page of facts shows 1 to ${SHOWN_MARKETS} instruments, not ${markets.length}; choose some`);
  }
  const names = markets.map(({ label }) => label).join(', ');
  const section = (id: string, title: string, content: string) =>
    `<section id="${id}"><h2>${title}</h2>${content}</section>`;
  const pairs = (pictures: readonly string[]) => `${legendHtml(markets)}<div class="pairs">${pictures.join('')}</div>`;
  const body = [
    `<header><div class="title"><h1>Stylised facts</h1></div><p class="about">${escapeHtml(names)}</p></header>`,
    section('figures', 'Figures', figuresHtml(markets)),
    section('book', 'Book', pairs(bookPictures(markets))),
    section('arrivals', 'Arrivals', pairs(arrivalPictures(markets))),
    section('memory', 'Volatility and memory', pairs(memoryPictures(markets))),
    ...(correlations.length > 0
      ? [section('correlation', 'Correlation of returns by interval', correlationsHtml(correlations))]
      : []),
  ].join('\n');
  const chapters = [...CHAPTERS, ...(correlations.length > 0 ? [['correlation', 'Correlation'] as const] : [])];
  return htmlPage(`${names} – tickwright facts`, chapters, body, {}, { chartScript: '', chartStyle: '', ...parts });
}

function legendHtml(markets: readonly FactsColumn[]): string {
  const keys = markets.map(({ label }, at) => `<span><span class="swatch s${at}"></span>${escapeHtml(label)}</span>`);
  return `<p class="legend">${keys.join('')}</p>`;
}

function figuresHtml(markets: readonly FactsColumn[]): string {
  const head = markets
    .map(
      ({ label }, at) => `<th scope="col" class="number"><span class="swatch s${at}"></span>${escapeHtml(label)}</th>`,
    )
    .join('');
  const rows = FACTS_FIGURES.map(({ name, meaning, of, text }) => {
    const cells = markets.map(({ facts }) => `<td class="number">${escapeHtml(text(of(facts)))}</td>`).join('');
    return `<tr><th scope="row"><span class="term" tabindex="0" ${tip(meaning)}>${name}</span></th>${cells}</tr>`;
  });
  return `<div class="panel scroll"><table class="figures"><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function curvesOf(markets: readonly FactsColumn[], points: (facts: StylisedFacts) => Curve['points']): Curve[] {
  return markets.map(({ label, facts }) => ({ label, points: points(facts) }));
}

function bookPictures(markets: readonly FactsColumn[]): string[] {
  const spread = curvesOf(markets, ({ spread: { shares } }) =>
    shares.map(({ ticks, share }) => ({ x: ticks, y: share })),
  );
  const depth = curvesOf(markets, ({ depth: { bidLots, askLots } }) =>
    bidLots.map((lots, level) => ({ x: level + 1, y: (lots + askLots[level]!) / 2 })),
  );
  const spreadScales = { ...LINEAR, logY: true, xText: (ticks: number) => `${number(ticks)} ticks`, yText: percent };
  const depthScales = {
    ...LINEAR,
    logY: true,
    xText: (level: number) => `level ${level}`,
    yText: (lots: number) => `${number(lots)} lots`,
  };
  return [
    figure('Spread', 'share of the time that each stood; logarithmic', curvesHtml('Spread', spread, spreadScales)),
    figure(
      'Depth',
      'mean lots by level from the touch, both sides; logarithmic',
      curvesHtml('Depth', depth, depthScales),
    ),
  ];
}

/** Share of all gaps per doubling, at the middle of each bucket: buckets are not equally wide on a scale of logarithms. */
function gapPoints({ events, histogram }: GapFacts): Curve['points'] {
  return histogram
    .filter(({ from }) => from > 0)
    .map(({ from, to, count }) => ({ x: Math.sqrt(from * to), y: count / (events - 1) / Math.log2(to / from) }));
}

function arrivalPictures(markets: readonly FactsColumn[]): string[] {
  const scales = { ...LINEAR, logX: true, xText: duration, yText: percent };
  const picture = (title: string, gaps: (facts: StylisedFacts) => GapFacts) =>
    figure(
      title,
      'time from one to the next: share per doubling; 0 has no place here and is among the figures',
      curvesHtml(
        title,
        curvesOf(markets, (facts) => gapPoints(gaps(facts))),
        scales,
      ),
    );
  return [
    picture('Market orders', ({ tradeGaps }) => tradeGaps),
    picture('Messages that change the book', ({ bookGaps }) => bookGaps),
  ];
}

function memoryPictures(markets: readonly FactsColumn[]): string[] {
  const signature = curvesOf(markets, ({ volatility }) =>
    volatility.map(({ intervalNs, bpsPerRootSecond }) => ({ x: intervalNs, y: bpsPerRootSecond })),
  );
  const memory = (name: 'signs' | 'returns' | 'absoluteReturns') =>
    curvesOf(markets, (facts) => facts[name].map(({ lag, value }) => ({ x: lag, y: value })));
  const lags = { ...LINEAR, logX: true };
  const seconds = { ...lags, xText: (lag: number) => duration(lag * SECOND) };
  return [
    figure(
      'Volatility signature',
      'of the mid by interval, basis points per √second; level where the price is a random walk',
      curvesHtml('Volatility signature', signature, { ...LOGARITHMIC, xText: duration }),
    ),
    figure(
      'Signs of market orders',
      'autocorrelation by orders between',
      curvesHtml('Autocorrelation of signs', memory('signs'), { ...lags, xText: (lag: number) => `lag ${lag}` }),
    ),
    figure(
      'Returns over 1 s',
      'autocorrelation by time between',
      curvesHtml('Autocorrelation of returns', memory('returns'), seconds),
    ),
    figure(
      'Sizes of returns over 1 s',
      'autocorrelation by time between: how long volatility lasts',
      curvesHtml('Autocorrelation of the sizes of returns', memory('absoluteReturns'), seconds),
    ),
  ];
}
