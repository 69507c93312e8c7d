/**
 * Regimes of stress that a synthetic market is put under: what, when, whom, how much; and what came of each.
 * Knows nothing of books or rows. Called by the flows, by the feed and by `tickwright synth`.
 */
import type { Correction } from '../tape.js';
import { formatDuration, MILLISECOND, MINUTE, type Nanos, SECOND } from '../time.js';

interface Regime {
  /** Market time since the beginning, ns, ≥ 1 s. */
  readonly atNs: Nanos;
  /** How long, ns, ≥ 1 ms; it must end before the market does. */
  readonly forNs: Nanos;
  /** Symbol; left out: all instruments. */
  readonly instrument?: string;
}

/**
 * Sellers push the price down for `forNs` while bids are withdrawn; then buyers push it back for `recoveryNs` and the book
 * refills. The mid is led along a path: down in a straight line, back as 1 − e^(−5u), u from 0 to 1.
 */
export interface FlashCrash extends Regime {
  readonly kind: 'flash-crash';
  /** Of the mid at the beginning, above 0 and up to 0.5. Default 0.02. */
  readonly fall?: number;
  /** In place of `fall`: ticks, a whole number from 1 on. */
  readonly fallTicks?: number;
  /** Default: ten times `forNs`. */
  readonly recoveryNs?: Nanos;
  /** Share of the fall that is won back, 0 … 1. Default 0.8. */
  readonly recovers?: number;
  /** Share of the bids in the way that is withdrawn rather than sold to, 0 … 1. Default 0.5. */
  readonly withdraws?: number;
}

/** Trading status halt, then open. Nobody can place, cancel or trade meanwhile; the book that stood before stands after. */
export interface Halt extends Regime {
  readonly kind: 'halt';
}

/** The venue goes on, but no row reaches the machine. Then a snapshot of the book does, with the status if that has changed. */
export interface Outage extends Regime {
  readonly kind: 'outage';
}

/** Rows take `peakNs` longer at the beginning, and less from there on until nothing at the end: a backlog that is worked off. */
export interface LatencyBurst extends Regime {
  readonly kind: 'latency-burst';
  /** Above 0, at most `forNs`: more would stop the feed rather than delay it. Default: half of `forNs`. */
  readonly peakNs?: Nanos;
}

/** Of a market's options. */
export interface StressOptions {
  /** Crashes, halts, outages, bursts of latency; must be over before the market is. Default: none. */
  readonly stress?: readonly Stress[] | undefined;
  /** Learns what came of the stress while the market is made. */
  readonly stressTally?: StressTally | undefined;
}

export type Stress = FlashCrash | Halt | Outage | LatencyBurst;
export const STRESS_KINDS = ['flash-crash', 'halt', 'outage', 'latency-burst'] as const;

/** Everything that a regime may leave out filled in. */
export type SettledCrash = Required<Omit<FlashCrash, 'instrument' | 'fall' | 'fallTicks'>> & {
  readonly fall: number | undefined;
  readonly fallTicks: number | undefined;
};

export function settledCrash(crash: FlashCrash): SettledCrash {
  const { kind, atNs, forNs, fallTicks, recoveryNs = 10 * forNs, recovers = 0.8, withdraws = 0.5 } = crash;
  const fall = fallTicks === undefined ? (crash.fall ?? 0.02) : undefined;
  return { kind, atNs, forNs, fallTicks, fall, recoveryNs, recovers, withdraws };
}

/** When a regime is over: a crash after its recovery. */
export function endOf(stress: Stress): Nanos {
  return stress.atNs + stress.forNs + (stress.kind === 'flash-crash' ? settledCrash(stress).recoveryNs : 0);
}

/** Those of an instrument, in order of time. */
export function stressOf<K extends Stress['kind']>(
  plan: readonly Stress[],
  symbol: string,
  ...kinds: readonly K[]
): Extract<Stress, { kind: K }>[] {
  const own = plan.filter(
    (each): each is Extract<Stress, { kind: K }> =>
      (each.instrument ?? symbol) === symbol && (kinds as readonly string[]).includes(each.kind),
  );
  return own.toSorted((a, b) => a.atNs - b.atNs);
}

/**
 * Refuses a plan that a market of these instruments and this length cannot have. Throws `RangeError` naming the regime, its
 * field and value. Crashes and halts of one instrument must not overlap each other, nor outages, nor bursts.
 */
export function checkStress(plan: readonly Stress[], symbols: readonly string[], durationNs: Nanos | undefined): void {
  if (plan.length === 0) return;
  if (durationNs === undefined) throw new RangeError('stress: needs a market of a given duration');
  for (const each of plan) checkRegime(each, symbols, durationNs);
  for (const symbol of symbols) {
    disjoint(symbol, stressOf(plan, symbol, 'flash-crash', 'halt'));
    disjoint(symbol, stressOf(plan, symbol, 'outage'));
    disjoint(symbol, stressOf(plan, symbol, 'latency-burst'));
  }
}

function disjoint(symbol: string, regimes: readonly Stress[]): void {
  for (const [at, each] of regimes.slice(1).entries()) {
    const before = regimes[at]!;
    if (each.atNs > endOf(before)) continue;
    throw new RangeError(
      `stress: ${nameOf(each)} begins before ${nameOf(before)} of ${symbol} is over at ${formatDuration(endOf(before))}`,
    );
  }
}

function checkRegime(stress: Stress, symbols: readonly string[], durationNs: Nanos): void {
  const need = (field: string, value: unknown, fine: boolean, allowed: string) => {
    if (!fine) throw new RangeError(`stress: ${nameOf(stress)}: ${field} ${value} is not ${allowed}`);
  };
  const nanos = (field: string, value: number, least: number, most: number) => {
    const said = Number.isSafeInteger(value) && value >= 0 ? formatDuration(value) : value;
    const fine = Number.isSafeInteger(value) && value >= least && value <= most;
    need(field, said, fine, `from ${formatDuration(least)} to ${formatDuration(most)}`);
  };
  const share = (field: string, value: number) => need(field, value, value >= 0 && value <= 1, 'from 0 to 1');
  const { atNs, forNs, instrument } = stress;
  need('kind', stress.kind, STRESS_KINDS.includes(stress.kind), `one of ${STRESS_KINDS.join(', ')}`);
  need(
    'instrument',
    instrument,
    instrument === undefined || symbols.includes(instrument),
    `one of ${symbols.join(', ')}`,
  );
  nanos('atNs', atNs, SECOND, durationNs);
  nanos('forNs', forNs, MILLISECOND, durationNs);
  if (stress.kind === 'latency-burst' && stress.peakNs !== undefined) nanos('peakNs', stress.peakNs, 1, forNs);
  if (stress.kind === 'flash-crash') {
    const { fall, fallTicks, recoveryNs, recovers, withdraws } = settledCrash(stress);
    need('fall', stress.fall, stress.fall === undefined || fallTicks === undefined, 'given beside fallTicks: give one');
    if (fall !== undefined) need('fall', fall, fall > 0 && fall <= 0.5, 'above 0 and at most 0.5');
    const whole = fallTicks === undefined || (Number.isInteger(fallTicks) && fallTicks >= 1);
    need('fallTicks', fallTicks, whole, 'a whole number from 1 on');
    nanos('recoveryNs', recoveryNs, MILLISECOND, durationNs);
    share('recovers', recovers);
    share('withdraws', withdraws);
  }
  const endNs = endOf(stress);
  need('end', formatDuration(endNs), endNs < durationNs, `before the market's, ${formatDuration(durationNs)}`);
}

/** `halt@20m`, as messages call it. */
export function nameOf({ kind, atNs, instrument }: Stress): string {
  return `${kind}@${formatDuration(atNs)}${instrument === undefined ? '' : ` of ${instrument}`}`;
}

/** Whether a market under it has status rows, which need the column of values. */
export function hasHalts(plan: readonly Stress[]): boolean {
  return plan.some(({ kind }) => kind === 'halt');
}

/** What came of the regimes, for the tape's metadata. Whoever carries one out writes here. */
export class StressTally {
  readonly #results: Correction[] = [];

  /** `count`: rows that it touched. */
  add(
    stress: { readonly kind: Stress['kind']; readonly atNs: Nanos; readonly forNs: Nanos },
    symbol: string,
    count: number,
    note: string,
  ): void {
    const { kind, atNs, forNs } = stress;
    const length = forNs < MINUTE ? formatDuration(forNs) : `${forNs / SECOND}s`;
    this.#results.push({
      name: `stress-${kind}`,
      count,
      note: `${symbol}, ${atNs / SECOND}s after the beginning for ${length}: ${note}`,
    });
  }

  /** In the order in which they ended. */
  get results(): readonly Correction[] {
    return this.#results;
  }
}
