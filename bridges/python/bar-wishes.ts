/**
 * What a Python strategy and its run file say of bars, as series of one instrument each that the engine can be asked for.
 * Knows nothing of frames. Called when a peer is connected; the series are those of the remote strategy.
 */
import { barBuilder } from '../../core/bars/bar-kinds.js';
import type { BarRequest } from '../../core/bars/bar-options.js';
import { barRule } from '../../core/bars/bar-rule.js';
import { checkClock } from '../../core/bars/bar-series.js';
import type { Instrument } from '../../core/instrument.js';
import type { Attention } from './attention.js';
import type { BarsWanted } from './bars-schema.js';
import { BridgeError } from './bridge-error.js';

/** 0 in the table `bars` stands for bars of the tape, and the column has 16 bits. */
const MOST_SERIES = 65_535;

/** One series to ask for. */
export interface BarWish {
  /** What `bar.series` is to say; no other of the instrument has it. */
  readonly name: string;
  /** Place among those of the strategy. */
  readonly instrument: number;
  /** As `context.bars` reads it. */
  readonly bars: string;
  readonly options: BarRequest;
}

/**
 * One wish an instrument, in the order in which they were written. Throws {@link BridgeError} START for an instrument that the
 * strategy does not hear of, bars that make no sense, two of the same name, and bars that would go nowhere.
 */
export function barWishes(
  wanted: readonly BarsWanted[],
  { bars: heard, times }: Pick<Attention, 'bars' | 'times'>,
  instruments: readonly Instrument[],
  originNs: bigint,
): BarWish[] {
  if (wanted.length > 0 && !heard && !times.on.bar) {
    throw new BridgeError('START', `bars "${wanted[0]!.every}" are asked for, but there is no on_bar to hear of them`);
  }
  const wishes: BarWish[] = [];
  const names = new Set<string>();
  for (const { every, name = every, instruments: symbols, ...rest } of wanted) {
    const options = optionsOf(name, rest);
    for (const instrument of chosen(instruments, symbols, name)) {
      const key = `${instrument.symbol}\u0000${name}`;
      if (names.has(key)) {
        const message = `bars "${name}" of ${instrument.symbol} are asked for twice: give one of them another name`;
        throw new BridgeError('START', message);
      }
      names.add(key);
      check(every, instrument, options, originNs);
      wishes.push({ name, instrument: instruments.indexOf(instrument), bars: every, options });
    }
  }
  if (wishes.length > MOST_SERIES) {
    throw new BridgeError('START', `${wishes.length} series of bars are asked for, at most ${MOST_SERIES} can be`);
  }
  return wishes;
}

function optionsOf(name: string, { grace, ...rest }: Omit<BarsWanted, 'every' | 'name' | 'instruments'>): BarRequest {
  const options = { name, ...rest, graceNs: grace };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function chosen(
  instruments: readonly Instrument[],
  symbols: readonly string[] | undefined,
  name: string,
): readonly Instrument[] {
  for (const symbol of symbols ?? []) {
    if (instruments.some((instrument) => instrument.symbol === symbol)) continue;
    const known = instruments.map((instrument) => instrument.symbol).join(', ');
    throw new BridgeError('START', `bars "${name}": instrument "${symbol}" is not among this strategy's: ${known}`);
  }
  return instruments.filter(({ symbol }) => symbols === undefined || symbols.includes(symbol));
}

/** Better known before a long run. */
function check(every: string, instrument: Instrument, options: BarRequest, originNs: bigint): void {
  try {
    checkClock(options);
    const rule = barRule(every, instrument, options.from === 'mid' ? 2 : 1);
    barBuilder(rule, options, { originNs, startNs: 0, sink: () => {} });
  } catch (error) {
    if (error instanceof RangeError) throw new BridgeError('START', error.message);
    throw error;
  }
}
