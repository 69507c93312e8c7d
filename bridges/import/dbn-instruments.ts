/**
 * Which instrument of the tape a DBN record is about: instrument ids → symbols by date, and symbols → terms by definitions.
 * Knows nothing of rows. Called by databento-reader.
 *
 * - A symbol is one instrument of the tape, also where its id changes from day to day; then its book begins anew.
 * - The symbol is the one that the file was asked for by (its metadata maps it to an id from day to day), so a continuous one
 *   stays continuous. Where it was asked for by product, or not mapped, the symbol is that of the definition, else the id.
 * - Tick, multiplier, quote currency and expiry are the definition's; of several definitions the tick that all prices fit.
 */
import { type InstrumentSpec, instrumentSpec } from '../../core/index.js';
import type { CorrectionTally } from './correction-tally.js';
import { type DbnDefinition, tickText } from './dbn-definition.js';
import { DbnInstrument } from './dbn-instrument.js';
import { Stype } from './dbn-layout.js';
import type { DbnMetadata } from './dbn-metadata.js';

export interface InstrumentChoice {
  /** Price step of instruments without one in a definition. */
  readonly tick?: string;
  /** Quantity step; `1` where left out, which every size fits. */
  readonly lot?: string;
  /** Take these alone: symbols as they come out, or instrument ids. */
  readonly symbols?: readonly string[];
  /** Take this one alone: Databento's number of a venue and feed. */
  readonly publisher?: number;
}

/** From when to when an id was a symbol, seconds since 1970. */
interface Naming {
  readonly symbol: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** What an id means from one time to another; `instrument` is `undefined` where its records are left out. */
export interface Meaning {
  readonly id: number;
  readonly publisher: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly instrument: DbnInstrument | undefined;
  /** Why it is left out. */
  readonly reason: 'other-symbol' | 'other-publisher' | undefined;
}

export class DbnInstruments {
  /** In the order in which they first came. */
  readonly list: DbnInstrument[] = [];
  /** Theirs, as the tape has them. */
  readonly specs: InstrumentSpec[] = [];
  readonly #choice: InstrumentChoice;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #tally: CorrectionTally;
  readonly #bySymbol = new Map<string, DbnInstrument>();
  readonly #names = new Map<number, Naming[]>();
  readonly #definitions = new Map<number, DbnDefinition[]>();
  /** Symbols that were seen, taken or not. */
  readonly #seen = new Set<string>();
  /** An instrument's id is another one from now on. */
  readonly #onNewId: (instrument: DbnInstrument) => void;

  /** Throws `RangeError` for a tick or lot that DBN prices and sizes cannot be counted in. */
  constructor(choice: InstrumentChoice, tally: CorrectionTally, onNewId: (instrument: DbnInstrument) => void) {
    const { tick, lot = '1', symbols } = choice;
    // Refused before any file is read.
    new DbnInstrument(0, { symbol: 'x', tick: tick ?? '1', lot }, 0, 0);
    this.#choice = choice;
    this.#wanted = symbols === undefined ? undefined : new Set(symbols);
    this.#tally = tally;
    this.#onNewId = onNewId;
  }

  /** Takes a file's mappings. */
  addMappings({ mappings, stypeIn, stypeOut }: DbnMetadata): void {
    // By product there are many ids at once: such a name is none of a single instrument.
    if (stypeIn === Stype.parent) return;
    for (const { from, to, startSeconds, endSeconds } of mappings) {
      const [idText, symbol] = stypeOut === Stype.instrumentId ? [to, from] : [from, to];
      if (/^\d{1,10}$/.test(idText) && symbol !== '') this.#name(Number(idText), { symbol, startSeconds, endSeconds });
    }
  }

  /** A mapping that a live session sent, from this time on. */
  addLiveMapping(id: number, symbol: string, startSeconds: number): void {
    this.#name(id, { symbol, startSeconds, endSeconds: Number.POSITIVE_INFINITY });
  }

  #name(id: number, naming: Naming): void {
    const names = this.#names.get(id);
    if (names === undefined) this.#names.set(id, [naming]);
    else names.push(naming);
  }

  addDefinition(definition: DbnDefinition): void {
    if (definition.deleted) return;
    const known = this.#definitions.get(definition.instrumentId);
    if (known === undefined) this.#definitions.set(definition.instrumentId, [definition]);
    // Databento repeats each day what has not changed.
    else if (!known.some((other) => sameTerms(other, definition))) known.push(definition);
  }

  /** What an id means at a time. Throws `RangeError` where the instrument's terms are not known or do not fit. */
  meaningOf(id: number, publisher: number, seconds: number): Meaning {
    const name = this.#nameOf(id, seconds);
    const { symbol, startSeconds, endSeconds } = name;
    this.#seen.add(symbol);
    const place = { id, publisher, startSeconds, endSeconds };
    if (this.#wanted !== undefined && !this.#wanted.has(symbol) && !this.#wanted.has(String(id))) {
      return { ...place, instrument: undefined, reason: 'other-symbol' };
    }
    if (this.#choice.publisher !== undefined && publisher !== this.#choice.publisher) {
      return { ...place, instrument: undefined, reason: 'other-publisher' };
    }
    return { ...place, instrument: this.#instrument(symbol, id, publisher, seconds), reason: undefined };
  }

  #nameOf(id: number, seconds: number): Naming {
    const names = this.#names.get(id);
    // The latest that was said holds: a live session names an id anew when it is given to something else.
    const fits = names?.findLast(({ startSeconds, endSeconds }) => startSeconds <= seconds && seconds < endSeconds);
    if (fits !== undefined) return fits;
    const always = { startSeconds: Number.NEGATIVE_INFINITY, endSeconds: Number.POSITIVE_INFINITY };
    const only = names?.every(({ symbol }) => symbol === names[0]!.symbol) ? names[0] : undefined;
    const symbol = only?.symbol ?? this.#definitionOf(id, seconds)?.rawSymbol ?? String(id);
    return names === undefined || only !== undefined
      ? { symbol, ...always }
      : { symbol, startSeconds: seconds, endSeconds: seconds + 1 };
  }

  /** The last definition up to a time, else the first after it. */
  #definitionOf(id: number, seconds: number): DbnDefinition | undefined {
    const all = this.#definitions.get(id);
    return all?.findLast((definition) => definition.seconds <= seconds) ?? all?.[0];
  }

  #instrument(symbol: string, id: number, publisher: number, seconds: number): DbnInstrument {
    const known = this.#bySymbol.get(symbol);
    if (known === undefined) {
      const spec = this.#specOf(symbol, id, seconds);
      const made = new DbnInstrument(this.list.length, spec, id, publisher);
      this.#bySymbol.set(symbol, made);
      this.list.push(made);
      this.specs.push(spec);
      return made;
    }
    if (known.publisher !== publisher) {
      throw new RangeError(
        `${symbol} has records of publishers ${known.publisher} and ${publisher}: choose one of them (--publisher)`,
      );
    }
    if (known.id !== id) {
      const tick = this.#tickOf(id, seconds);
      if (tick !== undefined && tick % known.tickUnits !== 0n) {
        throw new RangeError(
          `${symbol} is instrument ${id} from here on, whose tick ${tickText(tick)} is not a multiple of ${known.spec.tick} ` +
            `of instrument ${known.id}: make two tapes`,
        );
      }
      this.#onNewId(known);
      known.id = id;
      this.#tally.count('new-instrument-ids', 'symbols got another instrument id; their books were emptied then');
    }
    return known;
  }

  #specOf(symbol: string, id: number, seconds: number): InstrumentSpec {
    const definition = this.#definitionOf(id, seconds);
    const units = this.#tickOf(id, seconds);
    const tick = units === undefined ? this.#choice.tick : tickText(units);
    if (tick === undefined) {
      throw new RangeError(
        `the tick of ${symbol} (instrument ${id}) is in no definition: give Databento's definition file (--definition), or --tick`,
      );
    }
    const { multiplier, quote, expiry } = definition ?? {};
    return instrumentSpec({
      ...{ symbol, tick, lot: this.#choice.lot ?? '1' },
      ...(multiplier !== undefined && { multiplier }),
      ...(quote !== undefined && { quote }),
      ...(expiry !== undefined && { expiry }),
    });
  }

  /** The largest step that the ticks of all definitions of the instrument are multiples of, in 1e-9. */
  #tickOf(id: number, seconds: number): bigint | undefined {
    const symbol = this.#definitionOf(id, seconds)?.rawSymbol;
    let tick: bigint | undefined;
    for (const definition of this.#definitions.get(id) ?? []) {
      if (definition.rawSymbol !== symbol || definition.tick === undefined) continue;
      if (tick !== undefined && tick !== definition.tick) {
        this.#tally.count(
          'several-ticks',
          'instruments whose definitions differ got the tick that all of them are multiples of',
        );
      }
      tick = tick === undefined ? definition.tick : commonDivisor(tick, definition.tick);
    }
    return tick;
  }

  /** Throws `RangeError` when a symbol that was asked for never came. */
  checkWanted(): void {
    const ids = new Set(this.list.map(({ id }) => String(id)));
    const missing = [...(this.#wanted ?? [])].find((symbol) => !this.#bySymbol.has(symbol) && !ids.has(symbol));
    if (missing === undefined) return;
    const there = [...this.#seen];
    const more = there.length > 8 ? `, … (${there.length})` : '';
    throw new RangeError(
      `there is no record of ${missing}; there are ${there.slice(0, 8).join(', ') || 'none'}${more}`,
    );
  }
}

function sameTerms(a: DbnDefinition, b: DbnDefinition): boolean {
  return (
    a.rawSymbol === b.rawSymbol &&
    a.tick === b.tick &&
    a.multiplier === b.multiplier &&
    a.quote === b.quote &&
    a.expiry === b.expiry
  );
}

function commonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
