/**
 * Time per event in a process of its own. A script. Knows nothing of other measurements. Started by latency.
 *
 * Every local row of the tape (depth change or trade) ends with a reading of the clock, in the handler of the strategy
 * that is measured or of a stopwatch strategy beside it; an event's time is the gap between two readings. It holds all
 * that the engine did in between: the row itself, the venue's rows of that time, timers, requests, answers, garbage
 * collection, and whatever else the machine did. What one reading costs, measured before, is taken off every gap.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import type { MarketView } from '../core/market.js';
import type { Strategy, StrategyContext } from '../core/strategy.js';
import { loadTape } from './bench-tapes.js';
import { answer, jobOf } from './fresh-process.js';
import { Histogram } from './histogram.js';
import { median } from './median.js';
import { EveryEvent, KEEP_TICKS, Quoting, simulationOf } from './workloads.js';

export interface LatencyJob {
  readonly file: string;
  readonly workload: 'quoting' | 'everyEvent';
  readonly warmups: number;
}

export interface LatencyAnswer {
  readonly events: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p9999Ns: number;
  readonly longestNs: number;
  readonly clockNs: number;
  /** The longest garbage collection, ns, and how many times the system took the processor away, in the measured run. */
  readonly longestGcNs: number;
  readonly takenAway: number;
}

class Stopwatch {
  readonly gaps = new Histogram();
  readonly #clockNs: number;
  #last = 0;

  constructor(clockNs: number) {
    this.#clockNs = clockNs;
  }

  restart(): void {
    this.gaps.clear();
    this.#last = performance.now();
  }

  stamp(): void {
    const now = performance.now();
    const gap = (now - this.#last) * 1e6 - this.#clockNs;
    this.#last = now;
    this.gaps.record(Math.max(gap, 0));
  }
}

/** Hears every row and only looks at the clock. */
class StampEveryRow implements Strategy {
  readonly #watch: Stopwatch;

  constructor(watch: Stopwatch) {
    this.#watch = watch;
  }

  onDepth(): void {
    this.#watch.stamp();
  }

  onTrade(): void {
    this.#watch.stamp();
  }
}

class StampedEveryEvent extends EveryEvent {
  readonly #watch: Stopwatch;

  constructor(watch: Stopwatch) {
    super();
    this.#watch = watch;
  }

  override onDepth(level: MarketView, context: StrategyContext): void {
    super.onDepth(level, context);
    this.#watch.stamp();
  }

  override onTrade(trade: MarketView, context: StrategyContext): void {
    super.onTrade(trade, context);
    this.#watch.stamp();
  }
}

/** What one reading of the clock costs: the median over 1,000 batches of 1,000. */
function clockCostNs(): number {
  const batches: number[] = [];
  for (let batch = 0; batch < 1000; batch++) {
    const start = performance.now();
    for (let i = 0; i < 999; i++) performance.now();
    batches.push(((performance.now() - start) * 1e6) / 1000);
  }
  return median(batches);
}

async function measure({ file, workload, warmups }: LatencyJob): Promise<LatencyAnswer> {
  const { tape } = loadTape(file);
  const clockNs = clockCostNs();
  const watch = new Stopwatch(clockNs);
  const run = () => {
    const strategies: Record<string, Strategy> =
      workload === 'quoting'
        ? { quoting: new Quoting(KEEP_TICKS.quoting), stopwatch: new StampEveryRow(watch) }
        : { everyEvent: new StampedEveryEvent(watch) };
    const simulation = simulationOf(tape, strategies);
    watch.restart();
    simulation.run();
  };
  for (let i = 0; i < warmups; i++) run();
  let longestGcMs = 0;
  const collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestGcMs = Math.max(longestGcMs, duration);
  });
  // What the warm-up left to be told is told before the observer hears anything.
  await new Promise((done) => setTimeout(done, 20));
  collections.observe({ entryTypes: ['gc'] });
  const before = process.resourceUsage().involuntaryContextSwitches;
  run();
  const takenAway = process.resourceUsage().involuntaryContextSwitches - before;
  await new Promise((done) => setTimeout(done, 20));
  collections.disconnect();
  const { gaps } = watch;
  return {
    events: gaps.count,
    p50Ns: gaps.percentile(0.5),
    p99Ns: gaps.percentile(0.99),
    p9999Ns: gaps.percentile(0.9999),
    longestNs: gaps.largest,
    clockNs,
    longestGcNs: longestGcMs * 1e6,
    takenAway,
  };
}

answer(await measure(jobOf<LatencyJob>()));
