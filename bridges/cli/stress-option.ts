/**
 * Reads a regime of stress from an option such as `halt@0:20:00/5m,instrument=SYN-A`. Knows nothing of what it does to a market.
 * Called by `tickwright synth`.
 */
import { InvalidArgumentError } from 'commander';
import { STRESS_KINDS, type Stress } from '../../core/synthetic/stress-plan.js';
import { HOUR, MINUTE, type Nanos, parseDuration, SECOND } from '../../core/time.js';

/** What may stand behind the comma, by regime: how it is called in the plan, and how it is read. */
const NAMES: Record<
  Stress['kind'],
  Readonly<Record<string, readonly [field: string, read: (text: string) => unknown]>>
> = {
  'flash-crash': {
    recovery: ['recoveryNs', parseDuration],
    recovers: ['recovers', share],
    withdraws: ['withdraws', share],
  },
  halt: {},
  outage: {},
  'latency-burst': { peak: ['peakNs', parseDuration] },
};

/** `KIND@TIME/LENGTH`, then `,name=value`; adds it to those before. */
export function stressOption(text: string, before: readonly Stress[] = []): readonly Stress[] {
  const match = /^([a-z-]+)@([\d:.a-zµ]+)\/([\d.a-zµ]+)((?:,[a-z]+=[^,=]+)*)$/.exec(text);
  const kind = STRESS_KINDS.find((each) => each === match?.[1]);
  if (match === null || kind === undefined) {
    throw new InvalidArgumentError(
      `Allowed: ${STRESS_KINDS.join(', ')} with a time and a length, such as halt@0:20:00/5m or outage@30m/10s,instrument=SYN-A.`,
    );
  }
  const [, , at, length, rest] = match;
  const words = rest!.split(',').slice(1);
  try {
    const given = words.map((word) => fieldOf(kind, word));
    const twice = given.find(([field], place) => given.findIndex(([other]) => other === field) !== place);
    if (twice !== undefined) throw new RangeError(`${twice[0]} is given twice`);
    const regime = { kind, atNs: timeOf(at!), forNs: parseDuration(length!), ...Object.fromEntries(given) };
    return [...before, regime as unknown as Stress];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? `${text}: ${error.message}.` : String(error));
  }
}

function fieldOf(kind: Stress['kind'], word: string): readonly [string, unknown] {
  const [name, value] = word.split('=') as [string, string];
  if (name === 'instrument') return ['instrument', value];
  if (kind === 'flash-crash' && name === 'fall') {
    const ticks = /^(\d+)ticks$/.exec(value);
    return ticks === null ? ['fall', share(value)] : ['fallTicks', Number(ticks[1])];
  }
  const known = NAMES[kind][name];
  if (known !== undefined) return [known[0], known[1](value)];
  const names = [...(kind === 'flash-crash' ? ['fall'] : []), ...Object.keys(NAMES[kind]), 'instrument'];
  throw new RangeError(`${kind} has no ${name}; it has ${names.join(', ')}`);
}

/** `2%` or `0.02`. */
function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not a share such as 2% or 0.02`);
  return match[2] === '%' ? Number(match[1]) / 100 : Number(match[1]);
}

/** `h:mm:ss` with a fraction or not, or a duration. */
function timeOf(text: string): Nanos {
  const clock = /^(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)$/.exec(text);
  if (clock === null) return parseDuration(text);
  const [, hours, minutes, seconds] = clock.map(Number);
  return hours! * HOUR + minutes! * MINUTE + Math.round(seconds! * SECOND);
}
