/**
 * What of a tape bars are made of: trades, mids or its own smaller bars, and of which instruments. Knows nothing of how. Called
 * by the bars of a tape.
 */
import { formatDecimal, parseDecimal } from '../decimal.js';
import { type Instrument, type InstrumentSpec, instrumentSpec } from '../instrument.js';
import { Kind } from '../market.js';
import type { TapeInfo } from '../tape.js';
import type { Nanos } from '../time.js';
import { barsEvery } from './bar-rule.js';

/** What is made into bars: as asked for, else trades where there are any, else bars. Throws `RangeError` where there are none. */
export function sourceOf(info: TapeInfo, asked: 'trades' | 'mid' | 'bars' | undefined): 'trades' | 'mid' | 'bars' {
  const has = (kind: Kind) => info.counts.some((kinds) => kinds[kind]! > 0);
  const trades = has(Kind.trade) || has(Kind.orderExecute);
  if (asked === 'mid') return asked;
  if (asked === 'trades' ? !trades : asked === 'bars' && !has(Kind.bar))
    throw new RangeError(`the tape has no ${asked}`);
  if (asked !== undefined) return asked;
  if (trades) return 'trades';
  if (has(Kind.bar)) return 'bars';
  throw new RangeError('the tape has neither trades nor bars; make the bars from its mids');
}

/** The length of the tape's own bars. Throws where larger ones cannot be made of them. */
export function barsOfTape({ provenance }: TapeInfo, wanted: string, barsOf: string | undefined): Nanos {
  const said = barsOf ?? provenance.bars;
  if (said === undefined) throw new RangeError('the tape does not say how long its bars are; say it (bars of 1m, say)');
  const smallNs = barsEvery(said);
  const everyNs = barsEvery(wanted);
  if (smallNs === undefined || everyNs === undefined) {
    const what = smallNs === undefined ? `its bars are of ${said}` : `bars of ${wanted} end with a trade`;
    throw new RangeError(`only time bars can be made of bars, and only of time bars: ${what}; make them from trades`);
  }
  if (everyNs % smallNs === 0) return smallNs;
  const why = everyNs < smallNs ? 'is shorter' : 'is no multiple of that';
  throw new RangeError(
    `bars of ${wanted} cannot be made of bars of ${said}: it ${why}; finer data are needed, such as trades`,
  );
}

/** The instruments of these symbols, all by default. Throws `RangeError` for one that the tape has not. */
export function chosen(known: readonly Instrument[], symbols: readonly string[] | undefined): readonly Instrument[] {
  for (const symbol of symbols ?? []) {
    if (known.some((instrument) => instrument.symbol === symbol)) continue;
    const some = known.slice(0, 10).map((instrument) => instrument.symbol);
    throw new RangeError(`instrument "${symbol}" is not on the tape; there are: ${some.join(', ')}`);
  }
  return known.filter(({ symbol }) => symbols === undefined || symbols.includes(symbol));
}

/** The instrument as bars of mids have it: half ticks are whole. */
export function halved(given: InstrumentSpec, perTick: 1 | 2): InstrumentSpec {
  const spec = instrumentSpec(given);
  if (perTick === 1) return spec;
  const { digits, scale } = parseDecimal(spec.tick);
  return { ...spec, tick: formatDecimal({ digits: digits * 5n, scale: scale + 1 }) };
}
