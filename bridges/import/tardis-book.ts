/**
 * Lines of Tardis.dev's incremental_book_L2 and book_snapshot_N → tape rows: messages, snapshots and what they clear.
 * Knows nothing of files, clocks or options. Called by tardis.
 */
import { codeOf, Flag, Kind, MAX_PRICE_TICKS, Side } from '../../core/index.js';
import { brief, type LineFields } from './line-fields.js';
import { type LineHead, type Places, TardisWriter } from './tardis-rows.js';

const BID = Buffer.from('bid');
const ASK = Buffer.from('ask');
const CLEAR_BIDS = codeOf(Kind.depthClear, Side.buy);
const CLEAR_ASKS = codeOf(Kind.depthClear, Side.sell);
const DEPTH_BID = codeOf(Kind.depth, Side.buy);
const DEPTH_ASK = codeOf(Kind.depth, Side.sell);

/**
 * A level a line; lines of one instrument with one local_timestamp are a message. A snapshot begins where is_snapshot turns
 * true and at the beginning of a file, and all of the book goes before it.
 */
export class IncrementalWriter extends TardisWriter {
  #snapshotPlace = 0;
  #side = 0;
  #price = 0;
  #amount = 0;
  /** By instrument: whether its last line was of a snapshot; `undefined` before its first snapshot. */
  readonly #inSnapshot: (boolean | undefined)[] = [];
  #messageOf = -1;
  #messageLocal = Number.NaN;

  begin(places: Places): void {
    this.#snapshotPlace = places.get('is_snapshot')!;
    this.#side = places.get('side')!;
    this.#price = places.get('price')!;
    this.#amount = places.get('amount')!;
    for (const [at, state] of this.#inSnapshot.entries()) if (state === true) this.#inSnapshot[at] = false;
  }

  write(fields: LineFields, head: LineHead): void {
    const { instrument, local } = head;
    const ticks = this.ticks(fields, this.#price, 'price', instrument);
    const lots = this.lots(fields, this.#amount, 'amount', instrument);
    const snapshot = fields.boolean(this.#snapshotPlace, 'is_snapshot');
    const bid = fields.is(this.#side, BID);
    if (!bid && !fields.is(this.#side, ASK)) {
      throw new RangeError(`side is ${brief(fields.text(this.#side))} where bid or ask was expected`);
    }
    if (instrument !== this.#messageOf || local !== this.#messageLocal) {
      this.end();
      this.#messageOf = instrument;
      this.#messageLocal = local;
    }
    if (snapshot && this.#inSnapshot[instrument] !== true) this.#clear(head);
    if (snapshot || this.#inSnapshot[instrument] !== undefined) this.#inSnapshot[instrument] = snapshot;
    else {
      this.count(
        'rows-before-snapshot',
        'levels came before any snapshot; they were kept, so the book is only part of the market until the first one',
      );
    }
    this.add(head, bid ? DEPTH_BID : DEPTH_ASK, snapshot ? Flag.snapshot : 0, ticks, lots);
  }

  /** Both sides go, down to the lowest bid and up to the highest ask there can be. */
  #clear(head: LineHead): void {
    this.add(head, CLEAR_BIDS, Flag.snapshot, -MAX_PRICE_TICKS, 0);
    this.add(head, CLEAR_ASKS, Flag.snapshot, MAX_PRICE_TICKS, 0);
  }

  /** The message under way ends with the last row, which is of it. */
  override end(): void {
    const { rows } = this.collector;
    if (this.#messageOf >= 0) rows.mark(rows.length - 1, Flag.last);
    this.#messageOf = -1;
  }
}

/** A book a line: all of the old one goes, the levels listed come. Cells are empty where the book has no more levels. */
export class SnapshotWriter extends TardisWriter {
  /** Places of price and amount, level by level. */
  #bids: number[] = [];
  #asks: number[] = [];

  begin(places: Places): void {
    this.#bids = levelsOf('bids', places);
    this.#asks = levelsOf('asks', places);
  }

  write(fields: LineFields, head: LineHead): void {
    this.add(head, CLEAR_BIDS, Flag.snapshot, -MAX_PRICE_TICKS, 0);
    const bid = this.#levels(fields, head, 'bids', this.#bids, DEPTH_BID);
    this.add(head, CLEAR_ASKS, Flag.snapshot, MAX_PRICE_TICKS, 0);
    const ask = this.#levels(fields, head, 'asks', this.#asks, DEPTH_ASK);
    const { rows } = this.collector;
    rows.mark(rows.length - 1, Flag.last);
    if (bid >= ask) this.count('crossed-book', 'snapshots with the bid not below the ask were kept');
  }

  /** Returns the first price, `NaN` where there is none. */
  #levels(fields: LineFields, head: LineHead, name: string, places: readonly number[], code: number): number {
    let first = Number.NaN;
    for (let at = 0; at < places.length; at += 2) {
      const price = places[at]!;
      const amount = places[at + 1]!;
      if (fields.isEmpty(price) && fields.isEmpty(amount)) continue;
      const level = `${name}[${at / 2}]`;
      const ticks = this.ticks(fields, price, level, head.instrument);
      const lots = this.lots(fields, amount, level, head.instrument);
      if (lots === 0) continue;
      if (Number.isNaN(first)) first = ticks;
      this.add(head, code, Flag.snapshot, ticks, lots);
    }
    return first;
  }
}

/** Throws `RangeError` where a level has no column for one of the two. */
function levelsOf(side: string, places: Places): number[] {
  const found: number[] = [];
  for (let level = 0; places.has(`${side}[${level}].price`); level++) {
    const amount = places.get(`${side}[${level}].amount`);
    if (amount === undefined) throw new RangeError(`the header has no column ${side}[${level}].amount`);
    found.push(places.get(`${side}[${level}].price`)!, amount);
  }
  return found;
}
