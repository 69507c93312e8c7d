/**
 * What kind of market a synthetic instrument is: price, steps, size, volatility, spread, activity; and the stock ones.
 * Knows nothing of books or order flow. Called by core/synthetic.ts; users may hand in profiles of their own.
 */
import { Instrument, type InstrumentSpec, MAX_PRICE_TICKS } from '../instrument.js';
import type { RandomStream } from '../random.js';

/** One synthetic instrument. */
export interface SyntheticProfile extends InstrumentSpec {
  /** Opening price in ticks; the price wanders around it (log price returns with a half-life of two days). */
  readonly startTicks: number;
  /** Mean quantity of a limit order in lots, ≥ 2. A level near the touch holds a few of them. */
  readonly orderLots: number;
  /** Spread in ticks that quotes aim at, ≥ 1. */
  readonly spreadTicks: number;
  /** Standard deviation of the price over one minute, in basis points of the price, > 0. About 4 is a calm bitcoin. */
  readonly volatilityBps: number;
  /** Share of the tape's rows, relative to the other instruments, > 0. */
  readonly activity: number;
}

const STOCK: readonly SyntheticProfile[] = [
  {
    symbol: 'SYN-A',
    tick: '0.1',
    lot: '0.001',
    startTicks: 600_000,
    orderLots: 400,
    spreadTicks: 1,
    volatilityBps: 4,
    activity: 1,
  },
  {
    symbol: 'SYN-B',
    tick: '0.01',
    lot: '0.001',
    startTicks: 300_000,
    orderLots: 5_000,
    spreadTicks: 1,
    volatilityBps: 5,
    activity: 0.75,
  },
  {
    symbol: 'SYN-C',
    tick: '0.01',
    lot: '0.1',
    startTicks: 15_000,
    orderLots: 60,
    spreadTicks: 4,
    volatilityBps: 8,
    activity: 0.12,
  },
];

/**
 * The first `count` stock profiles: SYN-A (60,000 at a tick of 0.1, busy), SYN-B (3,000 at 0.01, busy), SYN-C (150 at
 * 0.01, thin and wide), and from the fourth on drawn from `stream` with activity falling like Zipf's law.
 */
export function stockProfiles(count: number, stream: RandomStream): SyntheticProfile[] {
  const profiles = STOCK.slice(0, count);
  for (let index = profiles.length; index < count; index++) {
    const activity = 1 / (index - 1);
    // The rarer it trades the wider it is quoted and the fewer ticks its price has.
    const spreadTicks = activity > 0.2 ? 1 : activity > 0.05 ? 2 : 3 + stream.integer(3);
    const startTicks = Math.round((activity > 0.2 ? 40_000 : 8_000) * (1 + 4 * stream.uniform()));
    profiles.push({
      symbol: `SYN-${letters(index)}`,
      tick: ['0.1', '0.01', '0.001', '0.0001'][stream.integer(4)]!,
      lot: ['1', '0.1', '0.01', '0.001'][stream.integer(4)]!,
      startTicks,
      orderLots: 50 + stream.integer(2_000),
      spreadTicks,
      volatilityBps: 4 + 6 * stream.uniform(),
      activity,
    });
  }
  return profiles;
}

/** Refuses a profile that no market can be made of: throws `RangeError` naming symbol, field and value. */
export function checkProfile(profile: SyntheticProfile, index: number, depthTicks: number): void {
  new Instrument(profile, index);
  const need = (field: keyof SyntheticProfile, fine: boolean, allowed: string) => {
    if (!fine) {
      throw new RangeError(`synthetic instrument ${profile.symbol}: ${field} ${profile[field]} is not ${allowed}`);
    }
  };
  const { startTicks, orderLots, spreadTicks, volatilityBps, activity } = profile;
  need(
    'startTicks',
    Number.isInteger(startTicks) && startTicks >= 4 * depthTicks && startTicks <= MAX_PRICE_TICKS / 8,
    `a whole number from ${4 * depthTicks} (4 × depthTicks) to ${MAX_PRICE_TICKS / 8}`,
  );
  need('orderLots', orderLots >= 2 && orderLots <= 1e6, 'between 2 and 1000000');
  need(
    'spreadTicks',
    Number.isInteger(spreadTicks) && spreadTicks >= 1 && spreadTicks <= depthTicks / 8,
    `a whole number from 1 to ${depthTicks / 8} (depthTicks / 8)`,
  );
  need('volatilityBps', volatilityBps > 0 && volatilityBps <= 40, 'above 0 and at most 40');
  need('activity', activity > 0 && activity < Infinity, 'a number above 0');
}

/** 0 → A, 25 → Z, 26 → AA: as spreadsheets name columns. */
function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
