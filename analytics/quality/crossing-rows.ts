/**
 * Finds the rows of a book of levels or quotes that make it crossed, so that without them it never is. Knows nothing of files.
 * Called by the repair of a tape.
 *
 * Where the book is crossed when a message ends, those of its rows that set a level which takes part in the crossing (a bid
 * above the best ask, an ask below the best bid) are found, and their levels are what they were before. Quotes: all rows of
 * the message. While the instrument is halted, in auction or closed a crossed book is no error, and nothing is found.
 */
import { LevelBook, NO_ASK, NO_BID } from '../../core/book/levels.js';
import type { Instrument } from '../../core/instrument.js';
import { type Columns, Kind, Side } from '../../core/market.js';

/** A row that set a level, and what that held before. */
interface Setting {
  readonly place: number;
  readonly side: Side;
  readonly tick: number;
  readonly beforeLots: number;
}

export class CrossingRows {
  readonly #levels: LevelBook;
  readonly #quotes: boolean;
  readonly #found: (place: number) => void;
  readonly #settings: Setting[] = [];
  #shut = false;

  /** `found` hears of each row's place, in no order, when its message ends. */
  constructor(instrument: Instrument, quotes: boolean, found: (place: number) => void) {
    this.#levels = new LevelBook(instrument, { uncross: false });
    this.#quotes = quotes;
    this.#found = found;
  }

  shut(shut: boolean): void {
    this.#shut = shut;
  }

  apply(columns: Columns, row: number, place: number, kind: number, side: Side): void {
    const tick = columns.priceTicks[row]!;
    if (this.#quotes) {
      if (kind !== Kind.quote) return;
      this.#noteQuote(place, side);
      this.#levels.setOnly(side, tick, columns.qtyLots[row]!);
    } else if (kind === Kind.depth) {
      this.#settings.push({ place, side, tick, beforeLots: this.#levels.lotsAt(side, tick) });
      this.#levels.set(side, tick, columns.qtyLots[row]!);
    } else if (kind === Kind.depthClear) this.#levels.clear(side, tick);
  }

  /** Quotes: what the side's only level was. */
  #noteQuote(place: number, side: Side): void {
    const best = side === Side.buy ? this.#levels.bid : this.#levels.ask;
    const empty = best === NO_BID || best === NO_ASK;
    const beforeLots = empty ? 0 : this.#levels.lotsAt(side, best);
    this.#settings.push({ place, side, tick: empty ? 0 : best, beforeLots });
  }

  endMessage(): void {
    const { bid, ask } = this.#levels;
    // Backwards, so that a level set twice ends as it was before the first time.
    if (bid > ask && !this.#shut) {
      for (let at = this.#settings.length - 1; at >= 0; at--) this.#undo(this.#settings[at]!, bid, ask);
    }
    this.#settings.length = 0;
  }

  #undo({ place, side, tick, beforeLots }: Setting, bid: number, ask: number): void {
    if (this.#quotes) this.#levels.setOnly(side, tick, beforeLots);
    else {
      const takesPart = side === Side.buy ? tick >= ask : tick <= bid;
      if (!takesPart || this.#levels.lotsAt(side, tick) === 0) return;
      this.#levels.set(side, tick, beforeLots);
    }
    this.#found(place);
  }
}
