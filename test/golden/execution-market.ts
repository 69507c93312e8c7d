/**
 * The market as a venue sees it, walked plainly beside what happened to own orders: level books in maps, and the rows of
 * each moment. Shares nothing with the engine. Called by the golden runs of execution models on seeded markets.
 */
import { type Columns, Kind, type OrderEvent, Side } from '../../core/index.js';
import { rowsOf, type TapeRow } from '../import/tape-rows.js';
import { PlainLevels } from '../reference/plain-books.js';

export interface Row extends TapeRow {
  readonly instrument: number;
  /** Funding rate, status and the like; `NaN` where the tape has none. */
  readonly value: number;
}

export interface Walker {
  /** A row is about to change the book. */
  before?(row: Row, book: PlainLevels): void;
  /** It has. */
  after?(row: Row, book: PlainLevels): void;
  /** Something happened to an own order; the book is as it was then. */
  own(event: OrderEvent, book: PlainLevels): void;
}

/**
 * Rows in exchange order, and between them the answers in the order in which they were given (see `atVenue`). An answer to a
 * request comes after the rows of its moment; one that a row caused comes after that row too, with the others of its moment.
 */
export function walkMarket(
  columns: Columns,
  instruments: number,
  answers: readonly OrderEvent[],
  walker: Walker,
): void {
  const books = Array.from({ length: instruments }, () => new PlainLevels());
  let next = 0;
  const answersBefore = (ns: number) => {
    for (; next < answers.length && answers[next]!.exchangeNs < ns; next++) {
      walker.own(answers[next]!, books[answers[next]!.order.instrument.index]!);
    }
  };
  for (const plain of rowsOf(columns, 'exchange')) {
    answersBefore(plain.exchangeNs);
    const instrument = columns.instrument[plain.row]!;
    const row = { ...plain, instrument, value: columns.value?.[plain.row] ?? Number.NaN };
    const book = books[instrument]!;
    walker.before?.(row, book);
    if (row.kind === Kind.depth || row.kind === Kind.depthClear) book.apply(row);
    walker.after?.(row, book);
  }
  answersBefore(Number.POSITIVE_INFINITY);
}

/** The other side of the book that an order of this side takes, best price first. */
export function takenBy(book: PlainLevels, side: Side): [ticks: number, lots: number][] {
  return side === Side.buy ? [...book.asks].sort(([a], [b]) => a - b) : [...book.bids].sort(([a], [b]) => b - a);
}
