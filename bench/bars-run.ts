/**
 * One way to bars, measured in a process of its own: a replay without and with them, or a tape made into bars. A script;
 * started by bars with a job, answers with the median time of a few passes.
 */
import { TapeBars } from '../core/bars/tape-bars.js';
import type { MarketView } from '../core/market.js';
import type { Strategy } from '../core/strategy.js';
import { loadTape } from './bench-tapes.js';
import { answer, jobOf } from './fresh-process.js';
import { median } from './median.js';
import { simulationOf } from './workloads.js';

export interface BarsJob {
  readonly file: string;
  readonly where: 'replay' | 'run' | 'tape';
  /** Of `replay`: none. */
  readonly bars: string;
}

export interface BarsAnswer {
  readonly rows: number;
  readonly seconds: number;
  readonly bars: number;
}

const WARMUPS = 2;
const PASSES = 3;
const { file, where, bars } = jobOf<BarsJob>();
const { columns, tape } = loadTape(file);

/** Hears of trades, and of bars if any are asked for. */
class Hearer implements Strategy {
  bars = 0;
  sum = 0.5;

  onStart(context: Parameters<NonNullable<Strategy['onStart']>>[0]): void {
    if (where === 'run') for (const instrument of context.instruments) context.bars(instrument, bars);
  }

  onTrade(trade: MarketView): void {
    this.sum += trade.priceTicks;
  }

  onBar(bar: MarketView): void {
    this.bars++;
    this.sum += bar.priceTicks;
  }
}

/** Seconds and bars of one pass. */
function pass(): readonly [number, number] {
  if (where === 'tape') {
    const maker = new TapeBars(tape.info, { bars, onBars: () => {} });
    const start = performance.now();
    maker.take(columns);
    maker.finish();
    return [(performance.now() - start) / 1e3, maker.count];
  }
  const hearer = new Hearer();
  const simulation = simulationOf(tape, { hearer });
  const start = performance.now();
  simulation.run();
  return [(performance.now() - start) / 1e3, hearer.bars];
}

const passes = Array.from({ length: WARMUPS + PASSES }, pass).slice(WARMUPS);
const seconds = median(passes.map(([time]) => time));
answer({ rows: columns.length, seconds, bars: passes[0]![1] } satisfies BarsAnswer);
