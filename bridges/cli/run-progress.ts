/**
 * How far a run has come: rows a second, market time, what is left; and a line for each strategy with its profit. Redrawn on a
 * terminal; elsewhere a plain line now and then, so that logs of long runs show that they go on.
 * Knows nothing of how runs are run. Called by whatever runs them.
 */
import { moneyText } from '../../analytics/figure-text.js';
import type { Recorder } from '../../analytics/recorder.js';
import { formatEpoch, toEpoch } from '../../core/time.js';
import { barText, grouped, LiveLines, remark } from './terminal.js';

/** Strategies with a line of their own; the rest is counted. */
const MOST_LINES = 12;
/** Between two lines where nobody watches, ms. */
const PLAIN_EVERY_MS = 10_000;

/** What a simulation tells of itself about once a block of rows. */
export interface Progress {
  readonly rows: number;
  readonly totalRows: number;
  readonly nowNs: number;
}

export class RunProgress {
  readonly #title: string;
  readonly #recorder: Recorder;
  readonly #lines = new LiveLines();
  readonly #began = performance.now();
  #lastPlain = this.#began;

  constructor(title: string, recorder: Recorder) {
    this.#title = title;
    this.#recorder = recorder;
  }

  update(progress: Progress): void {
    if (this.#lines.watched) {
      if (this.#lines.due) this.#lines.draw([this.#barLine(progress), ...this.#strategyLines()]);
      return;
    }
    const now = performance.now();
    if (now - this.#lastPlain < PLAIN_EVERY_MS) return;
    this.#lastPlain = now;
    remark(plainLine(this.#title, progress, this.#rate(progress), this.#marketTime(progress), profits(this.#recorder)));
  }

  /** Takes it off the screen. */
  end(): void {
    this.#lines.clear();
  }

  #rate({ rows }: Progress): number {
    return (rows / Math.max(1, performance.now() - this.#began)) * 1000;
  }

  #marketTime({ nowNs }: Progress): string {
    const { originNs } = this.#recorder.recording;
    return Number.isFinite(nowNs) ? formatEpoch(toEpoch(originNs, nowNs)).slice(0, 19).replace('T', ' ') : '';
  }

  #barLine(progress: Progress): string {
    const { rows, totalRows } = progress;
    const rate = this.#rate(progress);
    const left = remainingText(totalRows - rows, rate);
    return `${this.#title} ${barText(rows / totalRows)} ${grouped(Math.round(rate))} rows/s  ${this.#marketTime(progress)}  ${left}`;
  }

  #strategyLines(): string[] {
    const all = profits(this.#recorder);
    if (all.length < 2) return all.map(({ name, profit }) => `  ${name}  ${profit}`);
    const shown = all.slice(0, MOST_LINES);
    const width = Math.max(...shown.map(({ name }) => name.length));
    const wide = Math.max(...shown.map(({ profit }) => profit.length));
    const lines = shown.map(({ name, profit }) => `  ${name.padEnd(width)}  ${profit.padStart(wide)}`);
    return all.length > shown.length ? [...lines, `  and ${all.length - shown.length} more`] : lines;
  }
}

/** One line of a log. */
export function plainLine(
  title: string,
  { rows, totalRows }: Progress,
  rowsPerSecond: number,
  marketTime: string,
  strategies: readonly StrategyProfit[],
): string {
  const share = `${Math.floor((100 * rows) / totalRows)} %`;
  const rate = `${grouped(Math.round(rowsPerSecond))} rows/s`;
  const left = remainingText(totalRows - rows, rowsPerSecond);
  const money = strategies.slice(0, MOST_LINES).map(({ name, profit }) => `${name} ${profit}`);
  return [`${title} ${share}`, `${grouped(rows)} rows`, rate, marketTime, left, ...money].filter(Boolean).join(' · ');
}

/** `4 min 10 s left`. */
export function remainingText(rows: number, rowsPerSecond: number): string {
  const seconds = Math.ceil(rows / rowsPerSecond);
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 60) return `${seconds} s left`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s left`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

export interface StrategyProfit {
  readonly name: string;
  /** With its sign, at the last sample. */
  readonly profit: string;
}

function profits({ recording }: Recorder): StrategyProfit[] {
  const { equity, strategies } = recording;
  const first = equity.localNs.length - strategies.length;
  if (first < 0) return [];
  return strategies.map((name, index) => {
    const row = first + index;
    const profit = equity.realised.at(row) + equity.unrealised.at(row) - equity.fees.at(row) + equity.flows.at(row);
    return { name, profit: Number.isNaN(profit) ? '–' : `${profit > 0 ? '+' : ''}${moneyText(profit)}` };
  });
}
