/**
 * Candles on a price chart: a line from low to high, a body from open to close, hollow where it rose, filled where it fell. Knows
 * nothing of other curves. Called by the page's charts.
 */
import type uPlotType from 'uplot';
import type { CandlesData } from '../page-data.js';
import type { Line } from './chart.js';
import { lengthText } from './figures.js';
import { page, unpack } from './page-block.js';
import { colorOf } from './theme.js';

/** Bodies narrower than this, in pixels of the screen, are left out: the line from low to high is all there is room for. */
const LEAST_BODY = 3;
const MOST_BODY = 16;

/** The values of candles as lines that are not drawn, so that the cursor names them and the scale holds them. */
export function candleLines(candles: CandlesData): Line[] {
  const value = (name: 'open' | 'high' | 'low' | 'close'): Line => ({
    ...{ name, curve: { time: candles.time, value: candles[name] }, color: 'candle', unseen: true },
  });
  return [value('open'), value('high'), value('low'), value('close')];
}

/** What the candles are, in words. */
export function candleText(candles: CandlesData | null): string {
  if (candles === null) return '';
  const gap = usualGapMs(unpack(candles.time).map((ms) => ms!));
  const one = candles.barsEach === 1;
  const what = one ? 'a bar each' : `of ${candles.barsEach.toLocaleString('en-US')} bars each`;
  const length = gap > 0 ? `, ${lengthText(gap)} apart` : '';
  return `candles ${what}${length}${one ? '' : ', at the time of the last'}: hollow rose, filled fell; `;
}

/** The usual time between two: the median. */
function usualGapMs(times: readonly number[]): number {
  const gaps = times.slice(1).map((ms, i) => ms - times[i]!);
  return gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 0;
}

/** Draws them before the curves. */
export function candleHook(candles: CandlesData): (plot: uPlotType) => void {
  const times = unpack(candles.time).map((ms) => ms! + page.originMs);
  const [open, high, low, close] = [candles.open, candles.high, candles.low, candles.close].map(unpack);
  const gap = usualGapMs(times);
  return (plot) => {
    const { ctx, bbox } = plot;
    const [from, to] = [plot.scales.x!.min!, plot.scales.x!.max!];
    const body = Math.min(MOST_BODY, ((0.7 * gap) / (to - from)) * plot.over.clientWidth) * devicePixelRatio;
    const width = times.length === 1 ? MOST_BODY * devicePixelRatio : body;
    const y = (value: number) => Math.round(plot.valToPos(value, 'y', true));
    const [wicks, rising, falling] = [new Path2D(), new Path2D(), new Path2D()];
    for (const [i, ms] of times.entries()) {
      if (ms < from - gap || ms > to + gap) continue;
      const x = Math.round(plot.valToPos(ms, 'x', true)) + 0.5;
      const [top, bottom] = [y(Math.max(open![i]!, close![i]!)), y(Math.min(open![i]!, close![i]!))];
      if (width < LEAST_BODY * devicePixelRatio) {
        wicks.rect(x - 0.5, y(high![i]!), 1, Math.max(1, y(low![i]!) - y(high![i]!)));
        continue;
      }
      wicks.rect(x - 0.5, y(high![i]!), 1, top - y(high![i]!));
      wicks.rect(x - 0.5, bottom, 1, y(low![i]!) - bottom);
      (close![i]! >= open![i]! ? rising : falling).rect(x - width / 2, top, width, Math.max(1, bottom - top));
    }
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = ctx.strokeStyle = colorOf('candle');
    ctx.lineWidth = devicePixelRatio;
    ctx.fill(wicks);
    ctx.stroke(rising);
    ctx.fill(falling);
    ctx.restore();
  };
}
