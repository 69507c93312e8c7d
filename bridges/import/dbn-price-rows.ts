/**
 * DBN market data by price → rows of trades, best quotes and depth: trades, tbbo, mbp-1, mbp-10, bbo and the consolidated ones.
 * Knows nothing of files or symbols. Called by databento-reader.
 *
 * - T → a trade, after the prices that the same record states. Trades of bbo records (the last one before the interval's end) are
 *   not taken: they are not all of them.
 * - Best prices become a quote row for each side that changed, "no price" an empty side.
 * - The ten levels of mbp-10 become depth rows for what changed. The book is what the feed shows: a level that falls
 *   out of the ten is taken away, as nothing more will be said of it, and comes back with the ten.
 * - A bbo record is how things stood at the interval's end (`ts_recv`), which is when it happens on both clocks.
 */
import { codeOf, Kind, Side } from '../../core/index.js';
import { DbnInstrument } from './dbn-instrument.js';
import { Action, DbnFlag, LEVEL_WORDS, PriceField, Rtype } from './dbn-layout.js';
import { TRADES_TWICE } from './dbn-order-rows.js';
import type { DbnRows } from './dbn-rows.js';
import { NO_SIZE, type OffTickPrints, sideOf, tradeTicks } from './dbn-trade.js';

const QUOTE = [codeOf(Kind.quote, Side.buy), codeOf(Kind.quote, Side.sell)] as const;
const DEPTH = [codeOf(Kind.depth, Side.buy), codeOf(Kind.depth, Side.sell)] as const;
const DEEPEST = 10;
/** Words from a level's bid to its ask: of the price, of the size. */
const ASK_PRICE = 2;
const SIZE = 4;

export class DbnPriceRows {
  readonly #rows: DbnRows;
  readonly #offTick: OffTickPrints;
  /** The levels of the record at hand, one side at a time. */
  readonly #ticks = new Int32Array(DEEPEST);
  readonly #lots = new Float64Array(DEEPEST);

  constructor(rows: DbnRows, offTick: OffTickPrints) {
    this.#rows = rows;
    this.#offTick = offTick;
  }

  /** `alone`: the record is a message by itself (trades, tbbo). `trades`: false when another file has the trades of this time. */
  write(rtype: number, instrument: DbnInstrument, at: number, alone: boolean, trades: boolean): void {
    const rows = this.#rows;
    const { bytes } = rows;
    const start = at * 4;
    const dbnFlags = bytes[start + PriceField.flagsByte]!;
    const sampled = rtype === Rtype.bbo1s || rtype === Rtype.bbo1m || rtype === Rtype.cbbo1s || rtype === Rtype.cbbo1m;
    const eventWord = sampled ? at + PriceField.tsRecv : at + 2;
    rows.readTimes(eventWord, at + PriceField.tsRecv, dbnFlags);
    rows.enter(instrument, (dbnFlags & DbnFlag.snapshot) === 0 ? eventWord : at + PriceField.tsRecv);
    if (rtype === Rtype.mbp10) this.#depth(instrument, at + PriceField.levels);
    else if (rtype !== Rtype.trade) this.#quotes(instrument, at + PriceField.levels);
    if (!sampled) this.#action(bytes[start + PriceField.actionByte]!, instrument, at, trades);
    if (alone || sampled || (dbnFlags & DbnFlag.last) !== 0) {
      rows.leave(instrument);
      this.#countCrossing(instrument, rtype);
    }
  }

  #action(action: number, instrument: DbnInstrument, at: number, trades: boolean): void {
    if (action !== Action.trade) {
      const { add, cancel, modify, clear, fill, none } = Action;
      if ([add, cancel, modify, clear, fill, none].includes(action as never)) return;
      throw new RangeError(`action is 0x${action.toString(16).padStart(2, '0')}, none of A, C, F, M, N, R, T`);
    }
    const rows = this.#rows;
    const { tally } = rows.collector;
    const size = rows.words[at + PriceField.size]! >>> 0;
    if (size === NO_SIZE) throw new RangeError('size is undefined');
    const lots = instrument.lots(size, 'size');
    const code = codeOf(Kind.trade, sideOf(rows.bytes[at * 4 + PriceField.sideByte]!));
    if (!trades) {
      tally.count('trades-twice', TRADES_TWICE);
      return;
    }
    if (lots === 0) {
      tally.count('zero-size', 'orders and trades of size 0 were left out');
      return;
    }
    const ticks = tradeTicks(rows, instrument, at + PriceField.price, this.#offTick);
    if (!Number.isNaN(ticks)) rows.add(instrument, code, ticks, lots);
  }

  #quotes(instrument: DbnInstrument, level: number): void {
    const { bestTicks, bestLots } = instrument;
    for (let side = 0; side < 2; side++) {
      const { words } = this.#rows;
      const price = level + side * ASK_PRICE;
      const empty = DbnInstrument.none(words, price);
      const lots = empty ? 0 : this.#size(instrument, level, side);
      const ticks = empty ? 0 : instrument.ticks(words, price, side === 0 ? 'bid price' : 'ask price');
      if (bestTicks[side] === ticks && bestLots[side] === lots) continue;
      bestTicks[side] = ticks;
      bestLots[side] = lots;
      this.#rows.add(instrument, QUOTE[side]!, ticks, lots);
    }
  }

  #size(instrument: DbnInstrument, level: number, side: number): number {
    const size = this.#rows.words[level + SIZE + side]! >>> 0;
    const what = side === 0 ? 'bid size' : 'ask size';
    if (size === NO_SIZE) throw new RangeError(`${what} is undefined at a price that is not`);
    return instrument.lots(size, what);
  }

  #depth(instrument: DbnInstrument, levels: number): void {
    // What goes, goes first: a book never crosses itself on the way to what the record says.
    for (let side = 0; side < 2; side++) this.#remove(instrument, side, this.#read(instrument, levels, side));
    for (let side = 0; side < 2; side++) this.#set(instrument, side, this.#read(instrument, levels, side));
  }

  /** The levels of a side of the record at hand; returns how many there are. */
  #read(instrument: DbnInstrument, levels: number, side: number): number {
    const { words } = this.#rows;
    const ticks = this.#ticks;
    let count = 0;
    for (let at = 0; at < DEEPEST; at++) {
      const level = levels + at * LEVEL_WORDS;
      const price = level + side * ASK_PRICE;
      if (DbnInstrument.none(words, price)) continue;
      const what = `${side === 0 ? 'bid' : 'ask'} price ${at + 1}`;
      const lots = this.#size(instrument, level, side);
      if (lots === 0) continue;
      ticks[count] = instrument.ticks(words, price, what);
      this.#lots[count] = lots;
      if (count > 0 && (side === 0 ? ticks[count]! >= ticks[count - 1]! : ticks[count]! <= ticks[count - 1]!)) {
        throw new RangeError(`${what} is not worse than the one before it`);
      }
      count++;
    }
    return count;
  }

  /** Levels that the record no longer has. */
  #remove(instrument: DbnInstrument, side: number, count: number): void {
    const old = instrument.levelTicks[side]!;
    let fresh = 0;
    for (let at = 0; at < instrument.levelCount[side]!; at++) {
      const tick = old[at]!;
      while (fresh < count && (side === 0 ? this.#ticks[fresh]! > tick : this.#ticks[fresh]! < tick)) fresh++;
      if (fresh < count && this.#ticks[fresh] === tick) continue;
      this.#rows.add(instrument, DEPTH[side]!, tick, 0);
    }
  }

  /** Levels that are new or have other lots, and from now on the record's levels are the instrument's. */
  #set(instrument: DbnInstrument, side: number, count: number): void {
    const oldTicks = instrument.levelTicks[side]!;
    const oldLots = instrument.levelLots[side]!;
    const oldCount = instrument.levelCount[side]!;
    let old = 0;
    for (let at = 0; at < count; at++) {
      const tick = this.#ticks[at]!;
      while (old < oldCount && (side === 0 ? oldTicks[old]! > tick : oldTicks[old]! < tick)) old++;
      if (old < oldCount && oldTicks[old] === tick && oldLots[old] === this.#lots[at]) continue;
      this.#rows.add(instrument, DEPTH[side]!, tick, this.#lots[at]!);
    }
    oldTicks.set(this.#ticks);
    oldLots.set(this.#lots);
    instrument.levelCount[side] = count;
  }

  #countCrossing(instrument: DbnInstrument, rtype: number): void {
    const deep = rtype === Rtype.mbp10;
    const { bestTicks, bestLots, levelTicks, levelCount } = instrument;
    const crossed = deep
      ? levelCount[0]! > 0 && levelCount[1]! > 0 && levelTicks[0]![0]! >= levelTicks[1]![0]!
      : bestLots[0]! > 0 && bestLots[1]! > 0 && bestTicks[0]! >= bestTicks[1]!;
    if (!crossed) return;
    this.#rows.collector.tally.count(
      'crossed-book',
      'after these events the best bid was not below the best ask; the rows were kept',
    );
  }

  /** Empties what is known of an instrument that has another id from now on. */
  clear(instrument: DbnInstrument): void {
    for (const side of [0, 1] as const) {
      this.#remove(instrument, side, 0);
      instrument.levelCount[side] = 0;
      if (instrument.bestLots[side]! > 0) this.#rows.add(instrument, QUOTE[side], 0, 0);
      instrument.bestTicks[side] = Number.NaN;
      instrument.bestLots[side] = 0;
    }
  }
}
