/**
 * Fills on a price chart: ▲ bought, ▼ sold, hollow where the order took; the one under the cursor is named, a click opens its
 * order. Knows nothing of other curves. Called by the chart.
 */
import type uPlotType from 'uplot';
import type { MarksData } from '../page-data.js';
import { numberText } from './figures.js';
import { make, page, unpack } from './page-block.js';
import { colorOf } from './theme.js';

interface Fill {
  readonly ms: number;
  readonly price: number;
  readonly qty: number;
  readonly order: number;
  readonly maker: boolean;
  readonly buys: boolean;
}

export class FillMarks {
  readonly sides: readonly (readonly Fill[])[];

  constructor(sides: readonly (readonly Fill[])[]) {
    this.sides = sides;
  }

  /** Fills from one time to another. */
  between(startMs: number, endMs: number, visit: (fill: Fill) => void): void {
    for (const fills of this.sides) {
      for (let at = firstFrom(fills, startMs); at < fills.length && fills[at]!.ms <= endMs; at++) visit(fills[at]!);
    }
  }
}

function firstFrom(fills: readonly Fill[], ms: number): number {
  let [low, high] = [0, fills.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fills[middle]!.ms < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function fillMarks(buys: MarksData, sells: MarksData): FillMarks {
  return new FillMarks([fillsOf(buys, true), fillsOf(sells, false)]);
}

function fillsOf({ time, value, qty, order, maker }: MarksData, buys: boolean): Fill[] {
  const [times, prices, sizes, orders, makers] = [time, value, qty, order, maker].map(unpack);
  return times!.map((ms, i) => ({
    ...{ ms: ms! + page.originMs, price: prices![i]!, qty: sizes![i]!, order: orders![i]! },
    ...{ maker: makers![i] === 1, buys },
  }));
}

function visible(plot: uPlotType): [number, number] {
  return [plot.scales.x!.min!, plot.scales.x!.max!];
}

function drawMarks(plot: uPlotType, marks: FillMarks): void {
  const { ctx, bbox } = plot;
  let count = 0;
  marks.between(...visible(plot), () => count++);
  const size = (count > 800 ? 2.2 : count > 200 ? 3.2 : 4.8) * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = 1.2 * devicePixelRatio;
  for (const buys of [true, false]) {
    const [filled, hollow] = [new Path2D(), new Path2D()];
    marks.between(...visible(plot), (fill) => {
      if (fill.buys !== buys) return;
      const path = fill.maker ? filled : hollow;
      const [x, y] = [plot.valToPos(fill.ms, 'x', true), plot.valToPos(fill.price, 'y', true)];
      const up = buys ? 1 : -1;
      path.moveTo(x - size, y + up * size);
      path.lineTo(x + size, y + up * size);
      path.lineTo(x, y - up * size);
      path.closePath();
    });
    ctx.fillStyle = ctx.strokeStyle = colorOf(buys ? 'buy' : 'sell');
    ctx.fill(filled);
    ctx.stroke(hollow);
  }
  ctx.restore();
}

function nearest(plot: uPlotType, marks: FillMarks): { fill: Fill; x: number; y: number } | undefined {
  const { left = -1, top = -1 } = plot.cursor;
  if (left < 0 || top < 0) return undefined;
  let reach = 14;
  let best: { fill: Fill; x: number; y: number } | undefined;
  marks.between(plot.posToVal(left - reach, 'x'), plot.posToVal(left + reach, 'x'), (fill) => {
    const [x, y] = [plot.valToPos(fill.ms, 'x'), plot.valToPos(fill.price, 'y')];
    const distance = Math.hypot(x - left, y - top);
    if (distance >= reach) return;
    reach = distance;
    best = { fill, x, y };
  });
  return best;
}

/** The marks as parts of a chart. */
export function markHooks(marks: FillMarks, onFill?: (order: number) => void): uPlotType.Hooks.Arrays {
  const box = make('div', 'fill-tip');
  box.hidden = true;
  return {
    init: [
      (plot) => {
        plot.over.append(box);
        plot.over.addEventListener('click', () => {
          const found = nearest(plot, marks);
          if (found !== undefined) onFill?.(found.fill.order);
        });
      },
    ],
    draw: [(plot) => drawMarks(plot, marks)],
    setCursor: [
      (plot) => {
        const found = nearest(plot, marks);
        box.hidden = found === undefined;
        plot.over.classList.toggle('on-fill', found !== undefined);
        if (found === undefined) return;
        const { fill, x, y } = found;
        box.textContent = `${fill.buys ? 'bought' : 'sold'} ${numberText(fill.qty)} at ${numberText(fill.price)}, ${fill.maker ? 'resting' : 'taking'} (order ${fill.order})`;
        box.style.left = `${Math.max(0, Math.min(x + 10, plot.over.clientWidth - box.offsetWidth))}px`;
        box.style.top = `${Math.max(0, y - 32)}px`;
      },
    ],
  };
}
