/**
 * Which bars: what ends one, read from a text such as `1m` or `100 ticks` and made exact for an instrument. Knows nothing of
 * rows. Called by the bar builders' makers: a strategy's context and the `bars` command.
 */
import { parseDecimal } from '../decimal.js';
import type { Instrument } from '../instrument.js';
import { formatDuration, type Nanos, parseDuration } from '../time.js';

/** What imbalances and runs add up: one for each trade, its lots, or its ticks × lots. */
export type Weight = 'tick' | 'volume' | 'value';

/** When a bar ends. Sizes are whole numbers above 0. */
export type BarRule =
  /** On a grid of times. */
  | { readonly by: 'time'; readonly everyNs: Nanos }
  /** With the trade by which it has as many trades; lots; ticks × lots. A trade is never split. */
  | { readonly by: 'ticks' | 'volume' | 'value'; readonly size: number }
  | { readonly by: 'imbalance' | 'runs'; readonly of: Weight; readonly expectedTicks: number }
  /** Bricks of as many ticks. */
  | { readonly by: 'renko'; readonly size: number };

const SIGNED = /^(tick|volume|value)-(imbalance|runs)$/;

/** What a text may be, for people. */
export const BAR_FORMS =
  'a duration such as 1m; or a size and what it counts, as in "100 ticks", "2.5 volume", "1000000 value", ' +
  '"50 tick-imbalance" (or volume-, value-), "50 tick-runs" (or volume-, value-), "5 renko"';

/**
 * Volume is in units of quantity, value in money of the settle currency (contract multiplier included), renko in units of
 * price, the numbers of the others are counts of trades. `perTick`: price units of the builder in a tick, 2 for mids.
 * Throws `RangeError` naming the text and what is allowed: no such form, a size off the lot or the tick, value of an inverse
 * contract (whose quantity is money already).
 */
export function barRule(text: string, instrument: Instrument, perTick: 1 | 2 = 1): BarRule {
  const [size = '', kind, ...rest] = text.trim().split(/\s+/);
  if (kind === undefined) return { by: 'time', everyNs: everyOf(text) };
  if (rest.length > 0) throw unknown(text);
  const signed = SIGNED.exec(kind);
  const within = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw new RangeError(`bars "${text}" of ${instrument.symbol}: ${(error as Error).message}`);
    }
  };
  if (signed !== null) {
    const [, of, by] = signed as unknown as [string, Weight, 'imbalance' | 'runs'];
    if (of === 'value') refuseInverse(text, instrument);
    return { by, of, expectedTicks: countOf(text, size) };
  }
  switch (kind) {
    case 'ticks':
      return { by: kind, size: countOf(text, size) };
    case 'volume':
      return {
        by: kind,
        size: above0(
          text,
          within(() => instrument.qtyLots(size)),
        ),
      };
    case 'renko':
      return {
        by: kind,
        size:
          above0(
            text,
            within(() => instrument.priceTicks(size)),
          ) * perTick,
      };
    case 'value':
      refuseInverse(text, instrument);
      return { by: kind, size: within(() => tickLotsOf(size, instrument)) };
    default:
      throw unknown(text);
  }
}

/** The rule as a text that {@link barRule} reads, with one spelling for each: `60s` and `1m` are both `1m`. */
export function barsText(text: string): string {
  const parts = text.trim().split(/\s+/);
  return parts.length > 1 ? parts.join(' ') : exactDuration(everyOf(text));
}

/** The length of time bars; `undefined` for the others. */
export function barsEvery(text: string): Nanos | undefined {
  return text.trim().includes(' ') ? undefined : everyOf(text);
}

const UNITS = [
  ['d', 86_400e9],
  ['h', 3_600e9],
  ['m', 60e9],
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
] as const;

function exactDuration(nanos: Nanos): string {
  const [name, size] = UNITS.find(([, unit]) => nanos % unit === 0) ?? ['ns', 1];
  return `${nanos / size}${name}`;
}

function everyOf(text: string): Nanos {
  let nanos: Nanos;
  try {
    nanos = parseDuration(text);
  } catch {
    throw unknown(text);
  }
  if (nanos > 0) return nanos;
  throw new RangeError(`bars "${text}": ${formatDuration(nanos)} is no length of time above 0`);
}

function countOf(text: string, size: string): number {
  const count = /^\d+$/.test(size) ? Number(size) : Number.NaN;
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new RangeError(`bars "${text}": ${size} is not a whole number above 0`);
}

function above0(text: string, size: number): number {
  if (size > 0) return size;
  throw new RangeError(`bars "${text}": the size is not above 0`);
}

function refuseInverse(text: string, { inverse, symbol }: Instrument): void {
  if (!inverse) return;
  throw new RangeError(`bars "${text}": ${symbol} is inverse, its quantity is money already: use volume`);
}

/** The least number of ticks × lots that are worth `money` or more. */
function tickLotsOf(money: string, { tick, lot, multiplier }: Instrument): number {
  const wanted = parseDecimal(money);
  const parts = [tick, lot, multiplier].map(parseDecimal);
  const digits = parts.reduce((product, part) => product * part.digits, 1n);
  const scale = parts.reduce((sum, part) => sum + part.scale, 0);
  const numerator = wanted.digits * 10n ** BigInt(scale);
  const denominator = digits * 10n ** BigInt(wanted.scale);
  if (numerator <= 0n) throw new RangeError(`${money} is not above 0`);
  const size = Number((numerator + denominator - 1n) / denominator);
  if (Number.isSafeInteger(size)) return size;
  throw new RangeError(`${money} is more than 2^53 ticks × lots`);
}

function unknown(text: string): RangeError {
  return new RangeError(`bars "${text}" were not understood: write ${BAR_FORMS}`);
}
