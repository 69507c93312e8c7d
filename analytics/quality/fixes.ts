/**
 * The repairs of tapes by name: what each does, in one sentence. Knows nothing of how. Called by the repair and its command.
 */
import { type Nanos, parseDuration } from '../../core/time.js';

/** Repairs that leave rows out, in the order in which a row that two would leave out is counted. */
export const DROPS = [
  'drop-before-snapshot',
  'drop-duplicates',
  'drop-duplicate-trades',
  'drop-zero-sizes',
  'drop-crossed',
  'drop-spikes',
] as const;
export type Drop = (typeof DROPS)[number];

/** Repairs that move local times. */
export const SHIFTS = ['clock-drift', 'latency-offset'] as const;
export type FixName = Drop | (typeof SHIFTS)[number];

export const FIXES: Readonly<Record<FixName, string>> = {
  'latency-offset': 'local times moved by one length, so that the least delay is the one named (latency-offset=2ms)',
  'clock-drift': 'local times without the drift of the two clocks, the least delay as it was',
  'drop-before-snapshot': 'rows of the book before its first snapshot',
  'drop-duplicates': 'rows of messages, trades apart, equal to the message before',
  'drop-duplicate-trades': 'trades equal to the trade before, exchange time included',
  'drop-zero-sizes': 'trades and order cancels and executions of quantity 0',
  'drop-crossed': 'levels and quotes that would cross the other side',
  'drop-spikes': 'trades and bars whose price jumps away from its neighbours and back',
};
export const FIX_NAMES = Object.keys(FIXES) as FixName[];

/** What to repair. */
export interface FixPlan {
  readonly drops: ReadonlySet<Drop>;
  readonly clockDrift: boolean;
  /** The least delay wanted, ns ≥ 0. */
  readonly leastDelayNs: Nanos | undefined;
  /** As they were asked for. */
  readonly texts: readonly string[];
}

/** Reads `drop-crossed`, `latency-offset=2ms` and so on. Throws `RangeError` naming what is wrong. */
export function readFixes(texts: readonly string[]): FixPlan {
  const drops = new Set<Drop>();
  const named = new Set<string>();
  let leastDelayNs: Nanos | undefined;
  for (const text of texts) {
    const [name = '', value] = text.split('=');
    if (!(name in FIXES)) throw new RangeError(`there is no fix "${name}"; there are: ${FIX_NAMES.join(', ')}`);
    if (named.has(name)) throw new RangeError(`the fix "${name}" is named twice`);
    named.add(name);
    if (name === 'latency-offset') leastDelayNs = delayOf(value);
    else if (value !== undefined) throw new RangeError(`the fix "${name}" takes no value, not "${value}"`);
    if ((DROPS as readonly string[]).includes(name)) drops.add(name as Drop);
  }
  if (named.size === 0) throw new RangeError(`no fix is named; there are: ${FIX_NAMES.join(', ')}`);
  return { drops, leastDelayNs, clockDrift: named.has('clock-drift'), texts };
}

function delayOf(text: string | undefined): Nanos {
  if (text === undefined)
    throw new RangeError('the fix "latency-offset" needs the least delay, as in latency-offset=2ms');
  const nanos = parseDuration(text);
  if (nanos < 0) throw new RangeError(`the least delay ${text} is below 0: nothing is seen before it happens`);
  return nanos;
}
