/**
 * The stylised facts of a tape's instruments in one pass, in memory that does not grow with it. Knows nothing of files or pages.
 * Called by `tickwright facts` and by whoever has a tape. Only rows seen at the exchange count, by exchange time.
 */
import { Instrument } from '../../core/instrument.js';
import { CODE_EXCHANGE, CODE_KIND, CODE_SIDE_SHIFT, type Columns, type Side } from '../../core/market.js';
import { MarketBooks } from '../../core/market-books.js';
import type { TapeInfo } from '../../core/tape.js';
import type { Nanos } from '../../core/time.js';
import { InstrumentFacts, type StylisedFacts } from './instrument-facts.js';
import { CORRELATED_MARKETS, type CorrelationFact, MidCorrelations } from './mid-correlations.js';

/** Takes a tape's blocks in order, then says what its market is like. */
export class TapeFacts {
  readonly #books: MarketBooks;
  readonly #facts: readonly (InstrumentFacts | undefined)[];
  /** Those that take part in correlations, and the logarithms of their mids. */
  readonly #correlated: readonly InstrumentFacts[];
  readonly #logMids: Float64Array;
  readonly #correlations: MidCorrelations;
  #endNs: Nanos = 0;

  /** `symbols`: whose facts; all by default. Throws `RangeError` naming one that the tape has not. */
  constructor(info: TapeInfo, symbols?: readonly string[]) {
    const known = info.instruments.map(({ symbol }) => symbol);
    const missing = symbols?.find((symbol) => !known.includes(symbol));
    if (missing !== undefined) {
      throw new RangeError(`facts: the tape has no instrument ${missing}; it has ${known.join(', ')}`);
    }
    this.#books = new MarketBooks(
      info.instruments.map((spec, index) => new Instrument(spec, index)),
      info.counts,
    );
    this.#facts = info.instruments.map((spec, index) =>
      symbols === undefined || symbols.includes(spec.symbol)
        ? new InstrumentFacts(spec, this.#books.levels[index]!)
        : undefined,
    );
    this.#correlated = this.#facts.filter((facts) => facts !== undefined).slice(0, CORRELATED_MARKETS);
    this.#logMids = new Float64Array(this.#correlated.length);
    this.#correlations = new MidCorrelations(this.#correlated.length);
  }

  /** The next rows, times counted from the tape's own origin. Nothing of the block is kept. */
  take(columns: Columns): void {
    const { code, instrument, exchangeNs, length } = columns;
    for (let row = 0; row < length; row++) {
      const bits = code[row]!;
      if ((bits & CODE_EXCHANGE) === 0) continue;
      this.#endNs = exchangeNs[row]!;
      if (this.#endNs > this.#correlations.nextNs) this.#settle(this.#endNs);
      const index = instrument[row]!;
      const facts = this.#facts[index];
      if (facts === undefined) continue;
      const kind = bits & CODE_KIND;
      const side = ((bits >> CODE_SIDE_SHIFT) & 3) as Side;
      facts.before(this.#endNs);
      this.#books.apply(columns, row, kind, side, index);
      facts.after(columns, row, kind, side);
    }
  }

  /** The mids stood up to `timeNs`. */
  #settle(timeNs: Nanos): void {
    for (const [at, facts] of this.#correlated.entries()) this.#logMids[at] = facts.logMid;
    this.#correlations.stood(this.#logMids, timeNs);
  }

  /**
   * Correlations of the mids' returns, by places among the instruments that {@link TapeFacts.finish} gives, of the first
   * {@link CORRELATED_MARKETS}. Call after it.
   */
  correlations(): CorrelationFact[] {
    return this.#correlations.facts();
  }

  /** Call once, when all blocks were taken. In the order of the tape's instruments. */
  finish(): StylisedFacts[] {
    // The last mids hold at the end itself, too.
    if (this.#endNs + 1 > this.#correlations.nextNs) this.#settle(this.#endNs + 1);
    return this.#facts.flatMap((facts) => facts?.finish(this.#endNs) ?? []);
  }
}
