/**
 * Bars of a whole tape, as the rows of another one: rows in, block by block, bars out. Knows nothing of files. Called by the
 * `bars` command and by users.
 *
 * Bars come in order of their ends, so both tapes are only ever walked forward, in bounded memory. A bar happens at its end; it
 * is seen at the greatest of: when its last row was seen; its end plus how long the last row before it travelled (nobody can
 * know sooner that no more came); and when the bar before it on the tape was seen.
 * Longer than most because of what the new tape's metadata must say.
 */
import { Instrument, type InstrumentSpec, MAX_PRICE_TICKS } from '../instrument.js';
import {
  allocateColumns,
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type Columns,
  codeOf,
  Flag,
  Kind,
  Side,
  Status,
} from '../market.js';
import { BOOK_KINDS, MarketBooks } from '../market-books.js';
import type { Correction, TapeInfo } from '../tape.js';
import { formatEpoch, type Nanos, toEpoch } from '../time.js';
import type { Bar } from './bar.js';
import type { BarBuilder } from './bar-builder.js';
import { barBuilder } from './bar-kinds.js';
import type { BarShape } from './bar-options.js';
import { type BarRule, barRule, barsEvery, barsText } from './bar-rule.js';
import { barsOfTape, chosen, halved, sourceOf } from './bar-source.js';
import type { TimeBars } from './time-bars.js';

export interface TapeBarsOptions extends Omit<BarShape, 'from'> {
  /** As in `context.bars`: `1m`, `100 ticks`, `2.5 volume` … */
  readonly bars: string;
  /** `bars`: from smaller time bars. Default: trades where the tape has any, else bars. */
  readonly from?: 'trades' | 'mid' | 'bars';
  /** How long the tape's own bars are, for `from: 'bars'`; default: as its provenance says. */
  readonly barsOf?: string;
  /** The clock of the bars; default `exchange`. */
  readonly clock?: 'exchange' | 'local';
  /** Symbols; default: all. */
  readonly instruments?: readonly string[];
  /** Takes a block of bars; its columns are used again. */
  readonly onBars: (bars: Columns) => void;
}

const BLOCK_ROWS = 4_096;
const BAR = codeOf(Kind.bar, Side.none);

export class TapeBars {
  /** Those of the new tape; of mids the tick is half as large. */
  readonly instruments: readonly InstrumentSpec[];
  readonly from: 'trades' | 'mid' | 'bars';
  /** What they are called in the new tape's provenance. */
  readonly name: string;
  readonly #info: TapeInfo;
  readonly #onBars: (bars: Columns) => void;
  readonly #exchange: boolean;
  readonly #timed: boolean;
  readonly #everyNs: Nanos;
  /** By instrument of the tape; `undefined` for those that are left out. */
  readonly #builders: readonly (BarBuilder | undefined)[];
  /** The tape's instruments, and those of the bars. */
  readonly #known: readonly Instrument[];
  readonly #made: readonly Instrument[];
  readonly #books: MarketBooks | undefined;
  /** How long the tape's own bars are. */
  readonly #barNs: Nanos;
  /** By instrument: how long the last row travelled, when the last row of the bar was seen, the end of the last small bar. */
  readonly #travelNs: Float64Array;
  readonly #seenNs: Float64Array;
  readonly #smallEndNs: Float64Array;
  /** By instrument: when its first bar on the tape begins; before and after that −∞. */
  readonly #firstNs: Float64Array;
  readonly #out: Columns = allocateColumns(BLOCK_ROWS, { bars: true, value: true });
  /** The least time at which something is due. */
  #dueNs: Nanos = Number.POSITIVE_INFINITY;
  #timeNs: Nanos = 0.5;
  /** Exchange time of the row at hand. */
  #rowNs: Nanos = 0.5;
  #lastExchangeNs: Nanos = 0;
  #lastLocalNs: Nanos = 0;
  #bars = 0;
  #heldBack = 0;
  #begun = 0;
  #finishing = false;
  #unfinished = 0;

  /** Throws `RangeError` for what cannot be made of this tape, saying why. */
  constructor(info: TapeInfo, options: TapeBarsOptions) {
    const { bars, from, barsOf, clock = 'exchange', instruments: symbols, onBars, ...shape } = options;
    this.#info = info;
    this.#onBars = onBars;
    this.#exchange = clock === 'exchange';
    this.from = sourceOf(info, from);
    if (barsOf !== undefined && this.from !== 'bars') throw new RangeError(`barsOf ${barsOf} is for bars of bars`);
    this.name = barsText(bars);
    this.#everyNs = barsEvery(bars) ?? Number.POSITIVE_INFINITY;
    this.#timed = this.#everyNs < Infinity;
    if (this.from === 'bars' && clock === 'local') throw new RangeError('bars of bars are by the exchange’s clock');
    this.#barNs = this.from === 'bars' ? barsOfTape(info, bars, barsOf) : 0;
    const perTick = this.from === 'mid' ? 2 : 1;
    const known = info.instruments.map((spec, index) => new Instrument(spec, index));
    const wanted = chosen(known, symbols);
    this.instruments = wanted.map(({ index }) => halved(info.instruments[index]!, perTick));
    this.#known = known;
    this.#made = this.instruments.map((spec, index) => new Instrument(spec, index));
    this.#books = this.from === 'mid' ? new MarketBooks(known, info.counts) : undefined;
    // Bars of the tape began before it does.
    const startNs = this.from === 'bars' ? Number.NEGATIVE_INFINITY : 0;
    this.#builders = known.map((instrument) => {
      const at = wanted.indexOf(instrument);
      if (at < 0) return undefined;
      const rule: BarRule = barRule(bars, instrument, perTick);
      const source = this.from === 'mid' ? 'mid' : 'trades';
      const sink = (bar: Bar) => this.#tell(bar, instrument.index, at);
      return barBuilder(rule, { from: source, ...shape }, { originNs: info.originNs, startNs, sink });
    });
    this.#travelNs = new Float64Array(known.length);
    this.#seenNs = new Float64Array(known.length).fill(Number.NEGATIVE_INFINITY);
    this.#firstNs = new Float64Array(known.length).fill(this.from === 'bars' ? Number.NEGATIVE_INFINITY : 0);
    this.#smallEndNs = new Float64Array(known.length).fill(Number.NEGATIVE_INFINITY);
  }

  /** Bars made so far. */
  get count(): number {
    return this.#bars;
  }

  /** The next rows of the tape. Throws `RangeError` naming the place for bars that do not fit and volumes beyond 2^53. */
  take(block: Columns): void {
    const { code, exchangeNs, localNs, instrument, length } = block;
    const seen = this.#exchange ? CODE_EXCHANGE : CODE_LOCAL;
    const times = this.#exchange ? exchangeNs : localNs;
    const builders = this.#builders;
    for (let row = 0; row < length; row++) {
      const bits = code[row]!;
      if ((bits & seen) === 0) continue;
      const timeNs = times[row]!;
      if (timeNs >= this.#dueNs) this.#passTo(timeNs);
      const index = instrument[row]!;
      this.#timeNs = timeNs;
      const builder = builders[index];
      if (builder === undefined) continue;
      this.#rowNs = exchangeNs[row]!;
      this.#hear(block, row, bits, builder, index, timeNs);
    }
  }

  /** The rows are over. What the new tape's metadata must say of how it was made. */
  finish(): readonly Correction[] {
    this.#finishing = true;
    this.#passTo(this.#timeNs);
    for (const builder of this.#builders) builder?.advance(this.#timeNs);
    const before = this.#bars;
    for (const builder of this.#builders) builder?.finish();
    this.#unfinished = this.#bars - before;
    if (this.#out.length > 0) this.#onBars(this.#out);
    this.#out.length = 0;
    return this.#corrections();
  }

  #hear(block: Columns, row: number, bits: number, builder: BarBuilder, index: number, timeNs: Nanos): void {
    const kind = bits & CODE_KIND;
    const side = ((bits >> CODE_SIDE_SHIFT) & 3) as Side;
    if (kind === Kind.status) {
      const status = block.value?.[row];
      if (status === Status.close || status === Status.delisted) builder.boundary(timeNs);
    } else if (this.#books !== undefined) {
      if ((BOOK_KINDS & (1 << kind)) === 0) return;
      this.#books.apply(block, row, kind, side, index);
      if ((block.flags[row]! & Flag.last) === 0) return;
      this.#arrived(block, row, index);
      const book = this.#books.levels[index]!;
      builder.mid(book.bestBidTicks + book.bestAskTicks, timeNs);
    } else if (this.from === 'bars') {
      if (kind !== Kind.bar) return;
      this.#include(block, row, builder as TimeBars, index, timeNs);
    } else {
      if (kind !== Kind.trade && kind !== Kind.orderExecute) return;
      this.#arrived(block, row, index);
      const aggressor = kind === Kind.trade ? side : side === Side.buy ? Side.sell : Side.buy;
      builder.trade(block.priceTicks[row]!, block.qtyLots[row]!, aggressor, timeNs);
    }
    if (builder.dueNs < this.#dueNs) this.#dueNs = builder.dueNs;
  }

  #arrived({ exchangeNs, localNs }: Columns, row: number, index: number): void {
    const seenNs = localNs[row]!;
    this.#travelNs[index] = seenNs - exchangeNs[row]!;
    if (seenNs > this.#seenNs[index]!) this.#seenNs[index] = seenNs;
  }

  #include(block: Columns, row: number, builder: TimeBars, index: number, endNs: Nanos): void {
    const { openTicks, highTicks, lowTicks, priceTicks, qtyLots, value } = block;
    const startNs = Math.max(endNs - this.#barNs, this.#smallEndNs[index]!);
    // A second bar of the same time is refused: what it is of cannot be known.
    if (startNs >= endNs) throw new RangeError(`${this.#place(index, endNs)}: ends when the one before it does`);
    if (this.#smallEndNs[index] === Number.NEGATIVE_INFINITY) this.#firstNs[index] = startNs;
    this.#smallEndNs[index] = endNs;
    const vwap = value?.[row] || Number.NaN;
    const fits = builder.include(
      { startNs, endNs },
      openTicks![row]!,
      highTicks![row]!,
      lowTicks![row]!,
      priceTicks[row]!,
      qtyLots[row]!,
      vwap * this.#known[index]!.ticksPerUnit,
    );
    this.#arrived(block, row, index);
    if (fits) return;
    throw new RangeError(
      `${this.#place(index, endNs)}: is not inside one bar of ${this.name}; finer data are needed, such as trades`,
    );
  }

  #place(index: number, endNs: Nanos): string {
    const { symbol } = this.#info.instruments[index]!;
    return `bar of ${symbol} that ends at ${formatEpoch(toEpoch(this.#info.originNs, endNs))}`;
  }

  /** Everything that is due ends, in the order of its time. A bar of the tape still belongs before its own end. */
  #passTo(timeNs: Nanos): void {
    const upTo = this.from === 'bars' && !this.#finishing ? timeNs - 0.5 : timeNs;
    while (this.#dueNs <= upTo) {
      const dueNs = this.#dueNs;
      let nextNs = Number.POSITIVE_INFINITY;
      for (const builder of this.#builders) {
        if (builder === undefined) continue;
        if (builder.dueNs <= dueNs) builder.advance(dueNs);
        if (builder.dueNs < nextNs) nextNs = builder.dueNs;
      }
      this.#dueNs = nextNs;
    }
  }

  #tell(bar: Bar, index: number, at: number): void {
    const byTime = this.#timed || bar.cut;
    const happenedNs = byTime ? bar.endNs : this.#rowNs;
    let seenNs = bar.endNs;
    if (this.#exchange) seenNs = Math.max(byTime ? bar.endNs + this.#travelNs[index]! : 0, this.#seenNs[index]!);
    const exchangeNs = Math.max(happenedNs, this.#lastExchangeNs);
    const localNs = Math.max(seenNs, this.#lastLocalNs);
    if (exchangeNs > happenedNs || localNs > seenNs) this.#heldBack++;
    this.#lastExchangeNs = exchangeNs;
    this.#lastLocalNs = localNs;
    this.#seenNs[index] = Number.NEGATIVE_INFINITY;
    this.#countBegun(bar, index);
    if (Math.max(bar.highTicks, -bar.lowTicks) > MAX_PRICE_TICKS) {
      throw new RangeError(`${this.#place(index, bar.endNs)}: its prices are beyond ${MAX_PRICE_TICKS} ticks`);
    }
    const out = this.#out;
    const row = out.length++;
    out.exchangeNs[row] = exchangeNs;
    out.localNs[row] = localNs;
    out.code[row] = BAR;
    out.flags[row] = Flag.last;
    out.instrument[row] = at;
    out.priceTicks[row] = bar.closeTicks;
    out.qtyLots[row] = bar.qtyLots;
    out.openTicks![row] = bar.openTicks;
    out.highTicks![row] = bar.highTicks;
    out.lowTicks![row] = bar.lowTicks;
    const { vwapTicks } = bar;
    out.value![row] = Number.isNaN(vwapTicks) ? 0 : this.#made[at]!.price(vwapTicks);
    this.#bars++;
    if (out.length < BLOCK_ROWS) return;
    this.#onBars(out);
    out.length = 0;
  }

  /** The first bar of an instrument, if the tape begins inside it. */
  #countBegun(bar: Bar, index: number): void {
    const firstNs = this.#firstNs[index]!;
    this.#firstNs[index] = Number.NEGATIVE_INFINITY;
    const tapeBegins = this.from === 'bars' ? firstNs > bar.startNs : firstNs === bar.startNs;
    const short = this.from === 'bars' || bar.endNs - bar.startNs < this.#everyNs;
    if (this.#timed && tapeBegins && short && !bar.cut && firstNs > Number.NEGATIVE_INFINITY) this.#begun++;
  }

  #corrections(): readonly Correction[] {
    const sum = (of: (builder: BarBuilder) => number) =>
      this.#builders.reduce((total, builder) => total + (builder === undefined ? 0 : of(builder)), 0);
    const what = this.from === 'bars' ? 'bars' : this.from === 'mid' ? 'mids' : 'trades';
    const left = sum(({ unfinishedLots }) => unfinishedLots);
    const outsideLots = sum((builder) => builder.outsideLots);
    const all: readonly Correction[] = [
      {
        name: 'begun-bars',
        count: this.#begun,
        note: 'the first bars begin with the tape, inside their interval: what was before is not in them',
      },
      this.#timed
        ? {
            name: 'unfinished-bars',
            count: this.#unfinished,
            note: 'the last bars end after the tape: what would have followed is not in them',
          }
        : {
            name: 'unfinished-trades',
            count: sum(({ unfinishedTrades }) => unfinishedTrades),
            note: `${what} after the last whole bar, ${left} lots, are in none`,
          },
      { name: 'empty-bars', count: sum(({ empty }) => empty), note: 'time bars in which nothing traded' },
      { name: 'cut-bars', count: sum(({ cut }) => cut), note: 'bars that a session’s end cut short' },
      {
        name: 'outside-sessions',
        count: sum(({ outsideTrades }) => outsideTrades),
        note: `${what} outside the sessions, ${outsideLots} lots, are in no bar`,
      },
      {
        name: 'held-back-bars',
        count: this.#heldBack,
        note: 'bars are seen later than they could be, with the bar before them on the tape, to keep its order',
      },
      {
        name: 'bounded-expectations',
        count: sum(({ bounded }) => bounded),
        note: 'times that the expected number of trades was kept within its bounds',
      },
    ];
    return all.filter(({ count }) => count > 0);
  }
}
