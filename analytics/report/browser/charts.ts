/**
 * The charts over time of the page: which there are, what each shows of the selected strategy and instrument, and their common
 * zoom. Knows nothing of how one is drawn. Called by the page's main script.
 */
import type uPlotType from 'uplot';
import type { PairData, RollingData } from '../page-data.js';
import { candleHook, candleLines } from './candles.js';
import { type ChartPlan, drawChart, type Line, wholeRange } from './chart.js';
import { lengthText, momentText, moneyText } from './figures.js';
import { page } from './page-block.js';

/** What is to be seen: a strategy, one of its pairs (index into `page.pairs`; −1 = none), a rolling measure. */
export interface View {
  strategy: number;
  pair: number;
  rolling: keyof Omit<RollingData, 'window'>;
}

/** Second ways to tell curves apart besides colour. */
const DASHES = [[], [6, 4], [2, 3], [10, 4, 2, 4], [12, 5], [1, 2]];
const SERIES_COLORS = 6;

function lineOf(name: string, color: number, dash = color): Pick<Line, 'name' | 'color' | 'dash'> {
  // A colour that comes again comes with another kind of line.
  const kind = dash + Math.floor(color / SERIES_COLORS);
  return { name, color: `series-${color % SERIES_COLORS}`, dash: DASHES[kind % DASHES.length]! };
}

/** What a place of the page shows; `undefined` = nothing there. */
type Planner = (view: View, place: HTMLElement) => ChartPlan | undefined;

const strategyLines = (curves: typeof page.profit): Line[] =>
  curves.map((curve, index) => ({
    ...lineOf(page.strategies[index]!, page.looks?.[index]?.color ?? index, page.looks?.[index]?.dash),
    ...{ curve, filled: curves.length === 1 },
  }));

function pairPlan(pair: PairData, onFill: (order: number) => void): ChartPlan {
  const { mid, ownBid, ownAsk, buys, sells } = pair;
  const lines: Line[] = [];
  const quote = { stepped: true, faint: true, width: 1 };
  if (ownBid.time.steps.length > 0) lines.push({ name: 'own bid', curve: ownBid, color: 'buy', ...quote });
  if (ownAsk.time.steps.length > 0) lines.push({ name: 'own ask', curve: ownAsk, color: 'sell', ...quote });
  const candles = page.candles[pair.instrument] ?? null;
  if (candles !== null) lines.push(...candleLines(candles));
  if (candles === null || mid.time.steps.length > 0) lines.push({ name: 'mid', curve: mid, color: 'mid', width: 1.4 });
  const drawBehind = candles === null ? {} : { drawBehind: candleHook(candles) };
  return { lines, height: 330, zero: false, marks: { buys, sells }, ...drawBehind, onFill };
}

export class Charts {
  readonly #places: readonly HTMLElement[];
  readonly #planners: Readonly<Record<string, Planner>>;
  readonly #plots = new Map<HTMLElement, uPlotType>();
  readonly #onRange: (text: string) => void;
  #range: [number, number] = wholeRange();
  #view: View;

  /** `onFill`: a click on a fill, with its order; `onRange`: the times in view, in words. */
  constructor(view: View, onFill: (order: number) => void, onRange: (text: string) => void) {
    this.#view = view;
    this.#onRange = onRange;
    this.#places = [...document.querySelectorAll<HTMLElement>('.plot')];
    this.#planners = {
      profit: () => ({ lines: strategyLines(page.profit), height: 260, zero: true, value: moneyText }),
      drawdown: () => ({ lines: strategyLines(page.drawdown), height: 150, zero: true, value: moneyText }),
      price: ({ pair }) => (pair < 0 ? undefined : pairPlan(page.pairs[pair]!, onFill)),
      position: ({ pair }) =>
        pair < 0
          ? undefined
          : {
              lines: [
                { name: 'position', curve: page.pairs[pair]!.position, color: 'position', filled: true, stepped: true },
              ],
              ...{ height: 150, zero: true },
            },
      rolling: ({ strategy, rolling }) => {
        const data = page.rolling[strategy];
        return data == null
          ? undefined
          : { lines: [{ name: rolling, curve: data[rolling], color: 'series-0' }], height: 170, zero: true };
      },
      own: (_view, place) => {
        const own = page.own[Number(place.dataset.own)]!;
        return {
          lines: [{ ...lineOf(own.name, own.strategy), curve: own.curve }],
          ...{ height: 180, zero: false },
        };
      },
    };
    const resized = new ResizeObserver(() => this.#resize());
    for (const place of this.#places) {
      resized.observe(place);
      place.addEventListener('keydown', (event) => this.#onKey(place, event));
    }
    // What is folded away or of another strategy has no width to be drawn in yet.
    this.show(view);
  }

  /** Draws what changed with the selection; times in view stay. `all`: draws everything, as for new colours. */
  show(view: View, all = true): void {
    this.#view = { ...view };
    for (const place of this.#places) {
      const kind = place.dataset.chart!;
      if (all || kind === 'price' || kind === 'position' || kind === 'rolling') this.#draw(place);
    }
    document.documentElement.dataset.charts = String(this.#plots.size);
  }

  #draw(place: HTMLElement): void {
    this.#plots.get(place)?.destroy();
    this.#plots.delete(place);
    if (place.clientWidth === 0) return;
    const plan = this.#planners[place.dataset.chart!]!(this.#view, place);
    const points = plan?.lines.some(({ curve }) => curve.time.steps.length > 0) ?? false;
    const marks =
      plan?.marks === undefined ? 0 : plan.marks.buys.time.steps.length + plan.marks.sells.time.steps.length;
    if (plan === undefined || (!points && marks === 0)) {
      place.classList.add('nothing');
      place.textContent = 'nothing to draw';
      return;
    }
    place.classList.remove('nothing');
    const plot = drawChart(place, plan);
    const [whole, shown] = [wholeRange(), this.#range];
    if (shown[0] !== whole[0] || shown[1] !== whole[1]) plot.setScale('x', { min: shown[0], max: shown[1] });
    // From here on every change of the times in view is the reader's.
    plot.hooks.setScale = [
      (changed, scale) => {
        if (scale === 'x') this.#seen(changed.scales.x!.min!, changed.scales.x!.max!);
      },
    ];
    this.#plots.set(place, plot);
  }

  #seen(min: number, max: number): void {
    if (this.#range[0] === min && this.#range[1] === max) return;
    this.#range = [min, max];
    for (const plot of this.#plots.values()) {
      if (plot.scales.x!.min !== min || plot.scales.x!.max !== max) plot.setScale('x', { min, max });
    }
    this.#onRange(`${momentText(min)} to ${momentText(max)} (${lengthText(max - min)})`);
  }

  /** Times in view: `in`, `out`, `left`, `right` or `all`. */
  zoom(how: string): void {
    const [start, end] = wholeRange();
    const [min, max] = this.#range;
    const width = max - min;
    const least = Math.max(0.01, (end - start) / 1e7);
    const middle = this.#cursorMs() ?? (min + max) / 2;
    let [from, to] = [start, end];
    if (how === 'in' && width / 2 >= least) {
      from = middle - (middle - min) / 2;
      to = from + width / 2;
    } else if (how === 'in') [from, to] = [min, max];
    else if (how === 'out') [from, to] = [middle - (middle - min) * 2, middle + (max - middle) * 2];
    else if (how === 'left') [from, to] = [min - width / 4, max - width / 4];
    else if (how === 'right') [from, to] = [min + width / 4, max + width / 4];
    if (from < start) [from, to] = [start, Math.min(end, to + start - from)];
    if (to > end) [from, to] = [Math.max(start, from - (to - end)), end];
    const [first] = this.#plots.values();
    first?.setScale('x', { min: from, max: to });
  }

  #cursorMs(): number | undefined {
    for (const plot of this.#plots.values()) {
      const { left } = plot.cursor;
      if (left !== undefined && left !== null && left >= 0) return plot.posToVal(left, 'x');
    }
    return undefined;
  }

  /** Left and right move the cursor (with Shift the times in view), + and − zoom, 0 shows all. */
  #onKey(place: HTMLElement, event: KeyboardEvent): void {
    const plot = this.#plots.get(place);
    if (plot === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const zooms: Readonly<Record<string, string>> = { '+': 'in', '=': 'in', '-': 'out', '0': 'all', Escape: 'all' };
    const arrow = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (zooms[event.key] !== undefined) this.zoom(zooms[event.key]!);
    else if (arrow !== 0 && event.shiftKey) this.zoom(arrow < 0 ? 'left' : 'right');
    else if (arrow !== 0) this.#moveCursor(plot, arrow);
    else return;
    event.preventDefault();
  }

  #moveCursor(plot: uPlotType, way: number): void {
    const width = plot.over.clientWidth;
    const { left } = plot.cursor;
    const from = left === undefined || left === null || left < 0 ? width / 2 : left;
    const to = Math.max(0, Math.min(width - 1, from + way * Math.max(2, width / 120)));
    const ms = plot.posToVal(to, 'x');
    for (const each of this.#plots.values()) {
      each.setCursor({ left: each.valToPos(ms, 'x'), top: each.over.clientHeight / 2 });
    }
  }

  #resize(): void {
    for (const place of this.#places) {
      const width = place.clientWidth;
      const plot = this.#plots.get(place);
      if (plot === undefined && width > 0 && !place.classList.contains('nothing')) this.#draw(place);
      else if (plot !== undefined && width > 0 && plot.width !== width) plot.setSize({ width, height: plot.height });
    }
  }
}
