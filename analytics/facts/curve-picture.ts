/**
 * Several curves in one drawing without a script: a colour a curve, scales linear or logarithmic, a tip at every point.
 * Knows nothing of what they show. Called by the page of stylised facts.
 */
import { drawing, escapeHtml, share, tip } from '../report/html.js';

export interface Curve {
  readonly label: string;
  /** Finite ones are drawn, those above 0 only where a scale is logarithmic. x ascends. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Scales {
  readonly logX: boolean;
  readonly logY: boolean;
  /** Whether y = 0 is on the drawing; only where y is linear. */
  readonly zero: boolean;
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
}

const HIGH = 190;
/** Room for the texts at the top and below. */
const TOP = 16;
const WIDE = 1_000;
/** Colours there are. */
export const CURVES = 6;

/** `label`: what it shows, for who cannot see it. At most {@link CURVES} curves. */
export function curvesHtml(label: string, curves: readonly Curve[], scales: Scales): string {
  const { logX, logY, xText, yText } = scales;
  const shown = curves.map(({ points }) =>
    points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && (!logX || x > 0) && (!logY || y > 0)),
  );
  const all = shown.flat();
  if (all.length === 0) return '<div class="nothing">nothing to draw</div>';
  const [left, right] = bounds(all.map(({ x }) => x));
  const [low, high] = bounds([...all.map(({ y }) => y), ...(scales.zero && !logY ? [0] : [])]);
  const across = scale(left, right, logX);
  const up = scale(low, high, logY);
  const yOf = (y: number) => Number((HIGH - (HIGH - TOP) * up(y)).toFixed(1));
  const lines = shown.map((points, at) => {
    const path = points.map(({ x, y }) => `${(WIDE * across(x)).toFixed(1)} ${yOf(y)}`).join('L');
    return points.length < 2 ? '' : `<path d="M${path}" class="line s${at}"/>`;
  });
  const dots = shown.flatMap((points, at) =>
    points.map(({ x, y }) => {
      const words = `${curves[at]!.label}, ${xText(x)}: ${yText(y)}`;
      return `<g ${tip(words)}><circle cx="${share(across(x))}" cy="${yOf(y)}" r="2.5" class="dot s${at}"/></g>`;
    }),
  );
  const axis =
    low <= 0 && high >= 0 && !logY ? `<line x1="0" x2="100%" y1="${yOf(0)}" y2="${yOf(0)}" class="axis"/>` : '';
  return drawing(HIGH + 24, `${label}, from ${yText(low)} to ${yText(high)}`, [
    axis,
    `<svg x="0" y="0" width="100%" height="${HIGH}" viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none">${lines.join('')}</svg>`,
    ...dots,
    `<text x="0" y="10">${escapeHtml(yText(high))}</text><text x="0" y="${HIGH - 4}">${escapeHtml(yText(low))}</text>`,
    `<text x="0" y="${HIGH + 18}">${escapeHtml(xText(left))}</text><text x="100%" y="${HIGH + 18}" class="end">${escapeHtml(xText(right))}</text>`,
  ]);
}

function bounds(values: readonly number[]): readonly [number, number] {
  return [
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
}

/** Values onto 0 … 1; all onto the middle where there is only one. */
function scale(from: number, to: number, logarithmic: boolean): (value: number) => number {
  const bend = logarithmic ? Math.log : (value: number) => value;
  const [start, length] = [bend(from), bend(to) - bend(from)];
  return (value) => (length === 0 ? 0.5 : (bend(value) - start) / length);
}
