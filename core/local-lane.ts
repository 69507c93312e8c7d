/**
 * Market data at local time: moves the books that strategies see and hands rows to who subscribed.
 * Knows nothing of venues. Called by the kernel.
 */
import type { Feed, Link } from './feed.js';
import type { Lane } from './kernel.js';
import { CODE_KIND, CODE_LOCAL, CODE_SIDE_SHIFT, Flag, Kind, type Side } from './market.js';
import { BOOK_KINDS, type MarketBooks } from './market-books.js';
import type { Schedule } from './queue.js';
import { Rank } from './rank.js';
import { BOOK_WANTED, type Router } from './router.js';
import type { Nanos } from './time.js';

export class LocalLane implements Lane {
  readonly rank = Rank.localData;
  readonly reachRank = Rank.request;
  nextNs: Nanos = 0.5;
  limitNs: Nanos = 0.5;
  /** Time of the last event of the blocks it has left; −1 before that. */
  lastNs: Nanos = -1;
  /** Strategies that market rows reach can send requests, which arrive no sooner than the venue says. */
  readonly reachNs: Nanos;
  readonly #feed: Feed;
  readonly #books: MarketBooks;
  readonly #router: Router;
  readonly #schedule: Schedule;
  #link: Link | undefined;
  #row = 0;

  constructor(feed: Feed, books: MarketBooks, router: Router, schedule: Schedule, leastEntryNs: Nanos) {
    this.#feed = feed;
    this.#books = books;
    this.#router = router;
    this.#schedule = schedule;
    this.reachNs = router.wanted.some((mask) => mask !== 0) ? leastEntryNs : Number.POSITIVE_INFINITY;
    this.#link = feed.first;
    this.#seek();
  }

  run(): void {
    const limitNs = this.limitNs;
    const columns = this.#link!.columns;
    const { code, localNs, instrument, priceTicks, qtyLots, flags, length } = columns;
    const { levels, bookless } = this.#books;
    const router = this.#router;
    const wanted = router.wanted;
    const schedule = this.#schedule;
    const added = schedule.added;
    const depth = Kind.depth;
    const trade = Kind.trade;
    const last = Flag.last;
    let row = this.#row;
    for (; row < length; row++) {
      const bits = code[row]!;
      if ((bits & CODE_LOCAL) === 0) continue;
      if (localNs[row]! > limitNs) {
        this.#row = row;
        this.nextNs = localNs[row]!;
        return;
      }
      const kind = bits & CODE_KIND;
      const index = instrument[row]!;
      const side = ((bits >> CODE_SIDE_SHIFT) & 3) as Side;
      if (kind === depth) levels[index]!.set(side, priceTicks[row]!, qtyLots[row]!);
      else if (kind !== trade || bookless[index] !== 0) this.#books.apply(columns, row, kind, side, index);
      const mask = wanted[index]!;
      if (mask === 0) continue;
      if ((mask & (1 << kind)) !== 0) router.deliver(columns, row, kind, index);
      if ((mask & BOOK_WANTED) !== 0 && (flags[row]! & last) !== 0 && (BOOK_KINDS & (1 << kind)) !== 0) {
        router.deliverBook(columns, row, index);
      }
      if (schedule.added !== added) {
        row++;
        break;
      }
    }
    this.#row = row;
    this.#seek();
  }

  /** Moves on to the next row seen locally and notes its time. */
  #seek(): void {
    for (;;) {
      if (this.#link === undefined) {
        this.nextNs = Number.POSITIVE_INFINITY;
        return;
      }
      const { code, localNs, length } = this.#link.columns;
      while (this.#row < length && (code[this.#row]! & CODE_LOCAL) === 0) this.#row++;
      if (this.#row < length) {
        this.nextNs = localNs[this.#row]!;
        return;
      }
      for (let row = length - 1; row >= 0; row--) {
        if ((code[row]! & CODE_LOCAL) === 0) continue;
        this.lastNs = localNs[row]!;
        break;
      }
      this.#link = this.#feed.leave(this.#link);
      this.#row = 0;
    }
  }
}
