/**
 * The least work imaginable: bare loops that read a tape's columns and keep both books in plain arrays. No engine, no
 * windows that move, no cross checks beyond what a book needs. The measure for everything in replay.ts.
 */
import { CODE_EXCHANGE, CODE_KIND, CODE_LOCAL, CODE_SIDE_SHIFT, type Columns, Kind } from '../core/market.js';

/** Books of all instruments over the whole range of ticks that the tape will touch, both sides. */
export interface PlainBooks {
  readonly bids: Float64Array[];
  readonly asks: Float64Array[];
  readonly bestBid: Int32Array;
  readonly bestAsk: Int32Array;
  readonly base: Int32Array;
  readonly size: Int32Array;
}

export function plainBooks(columns: Columns, instruments: number): PlainBooks {
  const low = new Int32Array(instruments).fill(2 ** 31 - 1);
  const high = new Int32Array(instruments).fill(-(2 ** 31));
  for (let row = 0; row < columns.length; row++) {
    const index = columns.instrument[row]!;
    const tick = columns.priceTicks[row]!;
    if (tick < low[index]!) low[index] = tick;
    if (tick > high[index]!) high[index] = tick;
  }
  const size = Int32Array.from(low, (tick, i) => Math.max(0, high[i]! - tick + 1));
  return {
    bids: Array.from(size, (length) => new Float64Array(length)),
    asks: Array.from(size, (length) => new Float64Array(length)),
    bestBid: new Int32Array(instruments).fill(-1),
    bestAsk: size.slice(),
    base: low,
    size,
  };
}

function apply(books: PlainBooks, index: number, bits: number, tick: number, lots: number): void {
  const kind = bits & CODE_KIND;
  if (kind === Kind.depth) {
    const at = tick - books.base[index]!;
    if (((bits >> CODE_SIDE_SHIFT) & 3) === 1) {
      const bids = books.bids[index]!;
      bids[at] = lots;
      const best = books.bestBid[index]!;
      if (lots > 0) {
        if (at > best) books.bestBid[index] = at;
        const asks = books.asks[index]!;
        let ask = books.bestAsk[index]!;
        if (at >= ask) {
          for (; ask <= at; ask++) asks[ask] = 0;
          while (ask < asks.length && asks[ask] === 0) ask++;
          books.bestAsk[index] = ask;
        }
      } else if (at === best) {
        let next = at - 1;
        while (next >= 0 && bids[next] === 0) next--;
        books.bestBid[index] = next;
      }
    } else {
      const asks = books.asks[index]!;
      asks[at] = lots;
      const best = books.bestAsk[index]!;
      if (lots > 0) {
        if (at < best) books.bestAsk[index] = at;
        const bids = books.bids[index]!;
        let bid = books.bestBid[index]!;
        if (at <= bid) {
          for (; bid >= at; bid--) bids[bid] = 0;
          while (bid >= 0 && bids[bid] === 0) bid--;
          books.bestBid[index] = bid;
        }
      } else if (at === best) {
        let next = at + 1;
        while (next < asks.length && asks[next] === 0) next++;
        books.bestAsk[index] = next;
      }
    }
  } else if (kind === Kind.depthClear) clear(books, index, bits, tick);
}

function clear(books: PlainBooks, index: number, bits: number, tick: number): void {
  const at = tick - books.base[index]!;
  if (((bits >> CODE_SIDE_SHIFT) & 3) === 1) {
    const bids = books.bids[index]!;
    let bid = books.bestBid[index]!;
    for (; bid >= at; bid--) bids[bid] = 0;
    while (bid >= 0 && bids[bid] === 0) bid--;
    books.bestBid[index] = bid;
  } else {
    const asks = books.asks[index]!;
    let ask = books.bestAsk[index]!;
    for (; ask <= at; ask++) asks[ask] = 0;
    while (ask < asks.length && asks[ask] === 0) ask++;
    books.bestAsk[index] = ask;
  }
}

/** Both cursors in one loop, the earlier of the two rows first. Returns the number of visits. */
export function floorInterleaved(columns: Columns, venue: PlainBooks, local: PlainBooks): number {
  const { code, exchangeNs, localNs, instrument, priceTicks, qtyLots, length } = columns;
  let a = 0;
  let b = 0;
  let visits = 0;
  while (b < length) {
    while (a < length && (code[a]! & CODE_EXCHANGE) === 0) a++;
    while (b < length && (code[b]! & CODE_LOCAL) === 0) b++;
    if (a < length && (b >= length || exchangeNs[a]! < localNs[b]!)) {
      apply(venue, instrument[a]!, code[a]!, priceTicks[a]!, qtyLots[a]!);
      a++;
      visits++;
    } else if (b < length) {
      apply(local, instrument[b]!, code[b]!, priceTicks[b]!, qtyLots[b]!);
      b++;
      visits++;
    }
  }
  return visits;
}

/** The same rows without regard to the order between the two sides: one side after the other, `block` rows at a time. */
export function floorByBlocks(columns: Columns, venue: PlainBooks, local: PlainBooks, block: number): number {
  const { code, exchangeNs, localNs, instrument, priceTicks, qtyLots, length } = columns;
  let visits = 0;
  let lastNs = 0;
  for (let from = 0; from < length; from += block) {
    const to = Math.min(from + block, length);
    for (let row = from; row < to; row++) {
      if ((code[row]! & CODE_EXCHANGE) === 0) continue;
      if (exchangeNs[row]! > lastNs) lastNs = exchangeNs[row]!;
      apply(venue, instrument[row]!, code[row]!, priceTicks[row]!, qtyLots[row]!);
      visits++;
    }
    for (let row = from; row < to; row++) {
      if ((code[row]! & CODE_LOCAL) === 0) continue;
      if (localNs[row]! > lastNs) lastNs = localNs[row]!;
      apply(local, instrument[row]!, code[row]!, priceTicks[row]!, qtyLots[row]!);
      visits++;
    }
  }
  return lastNs > 0 ? visits : -1;
}
