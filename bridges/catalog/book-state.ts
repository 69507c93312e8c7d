/**
 * Books of some instruments as both sides know them at a moment, and rows that make them again: what a tape that begins in the
 * middle begins with. Knows nothing of files. Called where tapes are split and where ranges begin.
 */
import type { Instrument } from '../../core/instrument.js';
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type ColumnSet,
  type Columns,
  codeOf,
  Flag,
  Kind,
  Side,
} from '../../core/market.js';
import { MarketBooks } from '../../core/market-books.js';
import type { TapeInfo } from '../../core/tape.js';
import { TapeBuilder } from '../../core/tape-builder.js';

const SIDES = [CODE_EXCHANGE, CODE_LOCAL] as const;

/** The last row of a kind that stays true until the next one. */
interface Standing {
  readonly kind: Kind;
  readonly tick: number;
  readonly value: number;
}

/** What one side knows. */
class Known {
  readonly books: MarketBooks;
  /** By instrument and kind: status, mark. */
  readonly standing: Map<Kind, Standing>[];

  constructor(instruments: readonly Instrument[], counts: TapeInfo['counts']) {
    this.books = new MarketBooks(instruments, counts);
    this.standing = instruments.map(() => new Map());
  }

  take(columns: Columns, row: number, instrument: number): void {
    const bits = columns.code[row]!;
    const kind = (bits & CODE_KIND) as Kind;
    this.books.apply(columns, row, kind, ((bits >> CODE_SIDE_SHIFT) & 3) as Side, instrument);
    if (kind !== Kind.status && kind !== Kind.mark) return;
    const tick = columns.priceTicks[row]!;
    this.standing[instrument]!.set(kind, { kind, tick, value: columns.value?.[row] ?? 0 });
  }
}

/** Kinds whose rows a beginning depends on. */
export function leavesState(counts: readonly number[]): boolean {
  const kinds = [Kind.depth, Kind.depthClear, Kind.quote, Kind.orderAdd, Kind.status, Kind.mark];
  return kinds.some((kind) => counts[kind]! > 0);
}

export class BookState {
  readonly #counts: TapeInfo['counts'];
  readonly #sides: readonly [exchange: Known, local: Known];

  /** `counts` say what makes the books, as in a run. */
  constructor(instruments: readonly Instrument[], counts: TapeInfo['counts']) {
    this.#counts = counts;
    this.#sides = [new Known(instruments, counts), new Known(instruments, counts)];
  }

  /** Takes a row for the sides that `seen` names; `instrument`: its place in the list that this was made with. */
  apply(columns: Columns, row: number, instrument: number, seen: number): void {
    if ((seen & CODE_EXCHANGE) !== 0) this.#sides[0].take(columns, row, instrument);
    if ((seen & CODE_LOCAL) !== 0) this.#sides[1].take(columns, row, instrument);
  }

  /**
   * Rows that make an instrument's books in empty ones, all at `timeNs`, marked as snapshot: first those for the exchange's side,
   * then those for the local one. None where there is nothing to make.
   */
  rows(instrument: number, timeNs: number, set: ColumnSet): Columns {
    const out = new TapeBuilder(set, 1024);
    for (const [index, seen] of SIDES.entries()) {
      const { books, standing } = this.#sides[index]!;
      const add = (kind: Kind, side: Side, tick: number, lots: number) =>
        out.add(timeNs, timeNs, codeOf(kind, side, seen), Flag.snapshot, 0, tick, lots);
      for (const { kind, tick, value } of standing[instrument]!.values()) {
        const row = add(kind, Side.none, tick, 0);
        if (out.columns.value !== undefined) out.columns.value[row] = value;
        out.columns.flags[row] = Flag.snapshot | Flag.last;
      }
      const before = out.length;
      const orders = books.orders[instrument];
      if (orders === undefined) {
        const kinds = this.#counts[instrument]!;
        const kind = kinds[Kind.depth] === 0 && kinds[Kind.quote]! > 0 ? Kind.quote : Kind.depth;
        for (const side of [Side.buy, Side.sell]) {
          for (const [tick, lots] of levelsOf(books, instrument, side)) add(kind, side, tick, lots);
        }
      } else {
        for (const { id, side, tick, lots } of orders.resting()) {
          const row = add(Kind.orderAdd, side, tick, lots);
          out.columns.orderId![row] = id;
        }
      }
      if (out.length > before) out.columns.flags[out.length - 1]! |= Flag.last;
    }
    return out.columns;
  }

  /** Rows at time 0 that cancel all orders of an instrument that rest, for each side those that it knows. */
  cancels(instrument: number, set: ColumnSet): Columns {
    const out = new TapeBuilder(set, 1024);
    for (const [index, seen] of SIDES.entries()) {
      for (const { id, side, tick, lots } of this.#sides[index]!.books.orders[instrument]?.resting() ?? []) {
        const row = out.add(0, 0, codeOf(Kind.orderCancel, side, seen), Flag.snapshot | Flag.last, 0, tick, lots);
        out.columns.orderId![row] = id;
      }
    }
    return out.columns;
  }
}

/** All levels of a side, the best one first. */
function levelsOf(books: MarketBooks, instrument: number, side: Side): [tick: number, lots: number][] {
  for (let room = 1024; ; room *= 4) {
    const [ticks, lots] = [new Int32Array(room), new Float64Array(room)];
    const found = books.levels[instrument]!.levelsInto(side, room, ticks, lots);
    if (found < room) return Array.from({ length: found }, (_, level) => [ticks[level]!, lots[level]!]);
  }
}
