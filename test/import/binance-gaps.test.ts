/**
 * Binance captures of which diffs are lost: a venue made up from a seed, whose book is known after each diff, seen through a stream
 * with holes and snapshots that come late. Whatever is lost, the tape's book is empty or one that the venue had.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import type { ImportedTape } from '../../bridges/import/row-collector.js';
import { PlainLevels } from '../reference/plain-books.js';
import { correctionsOf, messagesOf, temporaryFile } from './tape-rows.js';

type Levels = [price: string, qty: string][];
interface Diff {
  readonly first: number;
  readonly last: number;
  readonly previous: number;
  readonly bids: Levels;
  readonly asks: Levels;
}

const START = 1_700_000_000_000;
const bookText = (bids: Iterable<[number, number]>, asks: Iterable<[number, number]>) =>
  JSON.stringify([bids, asks].map((side) => [...side].sort(([a], [b]) => a - b)));
const EMPTY = bookText([], []);

/** Diffs from 10 ms to 10 ms, and the book after each of them; levels are 90 to 99 and 101 to 110, of which the ends always stand. */
class Venue {
  readonly diffs: Diff[] = [];
  readonly books: string[] = [];
  readonly levels: { bids: Levels; asks: Levels }[] = [];

  constructor(changes: readonly (readonly (readonly [price: number, lots: number])[])[]) {
    const bids = new Map([[90, 5]]);
    const asks = new Map([[110, 5]]);
    let last = 100;
    for (const [at, change] of changes.entries()) {
      const previous = last;
      last += 1 + (at % 3);
      const diff: Diff = { first: previous + 1, last, previous, bids: [], asks: [] };
      for (const [offset, given] of change) {
        const lots = offset === 0 || offset === 19 ? given + 1 : given;
        const [side, levels, price] =
          offset < 10 ? ([bids, diff.bids, 90 + offset] as const) : ([asks, diff.asks, 91 + offset] as const);
        if (lots === 0) side.delete(price);
        else side.set(price, lots);
        levels.push([String(price), String(lots)]);
      }
      this.diffs.push(diff);
      this.books.push(bookText(bids, asks));
      const listed = (side: Map<number, number>): Levels =>
        [...side].sort(([a], [b]) => (side === bids ? b - a : a - b)).map(([price, lots]) => [`${price}`, `${lots}`]);
      this.levels.push({ bids: listed(bids), asks: listed(asks) });
    }
  }
}

const timeOf = (index: number) => START + 10 * index;

/** The line that brings a diff, or the snapshot of the book after it. */
function line(venue: Venue, index: number, localMs: number, snapshot: boolean, spot: boolean): string {
  const { first, last, previous, bids, asks } = venue.diffs[index]!;
  const local = `${localMs}000000`;
  const time = timeOf(index);
  if (snapshot)
    return `${local} ${JSON.stringify({ lastUpdateId: last, ...(!spot && { T: time }), ...venue.levels[index]! })}`;
  const ids = { U: first, u: last, ...(!spot && { pu: previous, T: time }) };
  return `${local} ${JSON.stringify({ stream: 'a@depth', data: { e: 'depthUpdate', E: time, s: 'A', ...ids, b: bids, a: asks } })}`;
}

interface Seen {
  readonly lost: ReadonlySet<number>;
  /** Snapshot of the book after one diff, seen after another. */
  readonly snapshots: readonly (readonly [of: number, after: number])[];
}

function load(venue: Venue, { lost, snapshots }: Seen, spot: boolean): Promise<ImportedTape> {
  const lines = [line(venue, 0, timeOf(0) + 1, false, spot), line(venue, 0, timeOf(0) + 2, true, spot)];
  for (let index = 1; index < venue.diffs.length; index++) {
    if (!lost.has(index)) lines.push(line(venue, index, timeOf(index) + 3, false, spot));
    for (const [of, after] of snapshots) {
      if (after === index) lines.push(line(venue, of, timeOf(index) + 4, true, spot));
    }
  }
  return importBinanceCapture({
    files: [temporaryFile('x.capture', lines.join('\n'))],
    symbol: 'A',
    tick: '1',
    lot: '1',
  });
}

/** What the book is after each message of a side, with the time of it in ms since the start. */
function booksOf({ columns, info }: ImportedTape, clock: 'exchange' | 'local'): [ms: number, book: string][] {
  const book = new PlainLevels();
  return [...messagesOf(columns, clock)].map((rows) => {
    for (const row of rows) book.apply(row);
    const ns = info.originNs + BigInt(clock === 'local' ? rows[0]!.localNs : rows[0]!.exchangeNs);
    return [Number(ns / 1_000_000n) - START, bookText(book.bids, book.asks)];
  });
}

const change = fc.tuple(fc.nat(19), fc.nat(3));
const venue = fc
  .array(fc.array(change, { minLength: 1, maxLength: 3 }), { minLength: 8, maxLength: 40 })
  .map((changes) => new Venue([[[5, 5]], ...changes]));
/** A venue, which of its diffs are lost, and snapshots up to five diffs late. */
const capture = venue.chain((of) => {
  const index = fc.integer({ min: 1, max: of.diffs.length - 1 });
  return fc.record({
    venue: fc.constant(of),
    spot: fc.boolean(),
    lost: fc.uniqueArray(index, { maxLength: 4 }).map((all) => new Set(all)),
    snapshots: fc.array(
      fc.tuple(index, fc.nat(5)).map(([at, late]) => [at, Math.min(of.diffs.length - 1, at + late)] as const),
      { maxLength: 5 },
    ),
  });
});

describe('a capture of which diffs are lost', () => {
  it('has a book at the exchange that is empty or one that the venue had then', async () => {
    const seen = { empty: 0, whole: 0, afterGap: 0 };
    await fc.assert(
      fc.asyncProperty(capture, async ({ venue, spot, lost, snapshots }) => {
        const tape = await load(venue, { lost, snapshots }, spot);
        const books = booksOf(tape, 'exchange');
        let gap = false;
        for (const [at, [ms, book]] of books.entries()) {
          const until = books[at + 1]?.[0] ?? Number.POSITIVE_INFINITY;
          // Several messages of one time are looked at after the last of them.
          if (until === ms) continue;
          if (book === EMPTY) {
            seen.empty++;
            gap = true;
            continue;
          }
          seen[gap ? 'afterGap' : 'whole']++;
          // Between two messages nothing says how far the venue has come: diffs may be lost.
          const possible = venue.books.filter((_, index) => 10 * index >= ms - 9 && 10 * index < until);
          expect(possible, `${ms} ms`).toContain(book);
        }
      }),
      { numRuns: 400 },
    );
    expect(Math.min(seen.empty, seen.whole, seen.afterGap)).toBeGreaterThan(100);
  });

  it('has a book on the local side that is empty or the one last heard of, where a snapshot follows each gap', async () => {
    let again = 0;
    const lossy = fc.record({ venue, spot: fc.boolean(), at: fc.integer({ min: 1, max: 4 }), late: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(lossy, async ({ venue, spot, at, late }) => {
        // Diff `at` is lost; the snapshot is of the book after the next one, which shows the gap, and comes a little later.
        const tape = await load(venue, { lost: new Set([at]), snapshots: [[at + 1, at + 1 + late]] }, spot);
        expect(correctionsOf(tape)).toMatchObject({ 'update-id-gap': 1 });
        for (const [ms, book] of booksOf(tape, 'local')) {
          const index = Math.floor(ms / 10);
          // Before the first snapshot; and among the messages of the one that follows the gap.
          if (ms === 1 || index === Math.min(venue.diffs.length - 1, at + 1 + late)) continue;
          expect(book, `${ms} ms`).toBe(index > at && index < at + 1 + late ? EMPTY : venue.books[index]);
          again++;
        }
      }),
      { numRuns: 200 },
    );
    expect(again).toBeGreaterThan(1000);
  });

  it('says how many diffs were left out, held, and which snapshots were of no use', async () => {
    const made = new Venue(Array.from({ length: 12 }, (_, at) => [[at % 20, 1 + (at % 3)]]));
    const lost = new Set([3]);
    // The first snapshot is older than the gap, the second one contains diffs 4 to 6 and not 7.
    const tape = await load(
      made,
      {
        lost,
        snapshots: [
          [2, 5],
          [6, 7],
        ],
      },
      false,
    );
    expect(correctionsOf(tape)).toMatchObject({
      ...{ 'update-id-gap': 1, 'snapshot-before-gap': 1, 'diffs-after-gap': 3, 'diffs-held': 1 },
    });
    expect(correctionsOf(tape)).not.toHaveProperty('snapshot-behind-diffs');
    const never = await load(made, { lost, snapshots: [] }, false);
    expect(correctionsOf(never)).toMatchObject({ 'update-id-gap': 1, 'diffs-after-gap': 8 });
    expect(booksOf(never, 'exchange').at(-1)).toEqual([20, EMPTY]);
  });
});
