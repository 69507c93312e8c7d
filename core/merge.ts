/**
 * Several tapes as one, row by row in time order, while they are read. Knows nothing of files or engines. Called by the
 * simulation and by tools that join tapes.
 *
 * Both orders of each tape (by exchange time, by local time) are merged, and the two results are written as one sequence
 * again, as a single tape would hold them. At equal times the tape named first goes first; within a tape its own order
 * stands. Joining costs a copy of each row: a market that is replayed often is better merged once into one tape.
 */
import { instrumentSpec } from './instrument.js';
import { allocateColumns, CODE_EXCHANGE, CODE_LOCAL, type ColumnSet, type Columns } from './market.js';
import type { BlockReader, TapeInfo, TapeSource } from './tape.js';
import { copyRows } from './tape-builder.js';

const BLOCK_ROWS = 65_536;
/** What must be the same where two tapes have an instrument. */
const TERMS = ['tick', 'lot', 'contract', 'multiplier', 'base', 'quote', 'expiry'] as const;

/** One source that gives the rows of all. A single tape is returned as it is. Throws `RangeError` for none. */
export function mergeTapes(tapes: readonly TapeSource[]): TapeSource {
  const [first, ...others] = tapes;
  if (first === undefined) throw new RangeError('a simulation needs at least one tape');
  return others.length === 0 ? first : new MergedTape(tapes);
}

class MergedTape implements TapeSource {
  readonly info: TapeInfo;
  readonly #tapes: readonly TapeSource[];
  /** For each tape, the index in the merged list of each of its instruments. */
  readonly #instruments: readonly Uint16Array[];

  constructor(tapes: readonly TapeSource[]) {
    const instruments: TapeInfo['instruments'][number][] = [];
    const counts: number[][] = [];
    const index = new Map<string, number>();
    this.#instruments = tapes.map(({ info }) =>
      Uint16Array.from(info.instruments, (spec, own) => {
        const known = index.get(spec.symbol);
        if (known === undefined) {
          index.set(spec.symbol, instruments.length);
          instruments.push(spec);
          counts.push([...info.counts[own]!]);
          return instruments.length - 1;
        }
        const other = instruments[known]!;
        const field = TERMS.find((term) => instrumentSpec(other)[term] !== instrumentSpec(spec)[term]);
        if (field !== undefined) {
          throw new RangeError(
            `instrument ${spec.symbol} has ${field} ${other[field]} on one tape, ${spec[field]} on another; ` +
              'make them the same',
          );
        }
        info.counts[own]!.forEach((count, kind) => {
          counts[known]![kind]! += count;
        });
        return known;
      }),
    );
    this.#tapes = tapes;
    const infos = tapes.map(({ info }) => info);
    let { originNs } = infos[0]!;
    for (const info of infos) if (info.originNs < originNs) originNs = info.originNs;
    this.info = {
      instruments,
      originNs,
      rows: infos.reduce((sum, { rows }) => sum + rows, 0),
      columns: {
        orderId: infos.some(({ columns }) => columns.orderId === true),
        bars: infos.some(({ columns }) => columns.bars === true),
        value: infos.some(({ columns }) => columns.value === true),
      },
      provenance: { merged: `${tapes.length} tapes` },
      corrections: infos.flatMap(({ corrections }) => corrections),
      counts,
    };
  }

  open(originNs: bigint): BlockReader {
    return new MergeReader(
      this.#tapes.map((tape) => tape.open(originNs)),
      this.#instruments,
      this.info.columns,
    );
  }
}

/** A block of one tape that one or both walkers of it still need. */
interface Held {
  readonly columns: Columns;
  next: Held | undefined;
  walkers: number;
}

/** One pass over one tape, walked twice: by exchange time and by local time. */
class Source {
  readonly #reader: BlockReader;

  constructor(reader: BlockReader) {
    this.#reader = reader;
  }

  read(): Held | undefined {
    const columns = this.#reader.next();
    return columns === undefined ? undefined : { columns, next: undefined, walkers: 2 };
  }

  leave(held: Held): Held | undefined {
    held.next ??= this.read();
    if (--held.walkers === 0) this.#reader.release(held.columns);
    return held.next;
  }
}

/** Stands on the next row of one tape that one side sees. */
class Walker {
  readonly tape: number;
  readonly #source: Source;
  readonly #seen: number;
  held: Held | undefined;
  row = -1;
  /** Its time in its own order; `Infinity` at the end. */
  timeNs = 0.5;

  constructor(tape: number, source: Source, first: Held | undefined, seen: number) {
    this.tape = tape;
    this.#source = source;
    this.held = first;
    this.#seen = seen;
    this.advance();
  }

  advance(): void {
    const seen = this.#seen;
    this.row++;
    while (this.held !== undefined) {
      const { code, exchangeNs, localNs, length } = this.held.columns;
      while (this.row < length && (code[this.row]! & seen) === 0) this.row++;
      if (this.row < length) {
        this.timeNs = (seen === CODE_EXCHANGE ? exchangeNs : localNs)[this.row]!;
        return;
      }
      this.held = this.#source.leave(this.held);
      this.row = 0;
    }
    this.timeNs = Number.POSITIVE_INFINITY;
  }
}

class MergeReader implements BlockReader {
  readonly #readers: readonly BlockReader[];
  readonly #exchange: Walker[];
  readonly #local: Walker[];
  readonly #instruments: readonly Uint16Array[];
  readonly #set: ColumnSet;
  readonly #spare: Columns[] = [];

  constructor(readers: readonly BlockReader[], instruments: readonly Uint16Array[], set: ColumnSet) {
    this.#readers = readers;
    this.#instruments = instruments;
    this.#set = set;
    this.#exchange = [];
    this.#local = [];
    readers.forEach((reader, tape) => {
      const source = new Source(reader);
      const first = source.read();
      this.#exchange.push(new Walker(tape, source, first, CODE_EXCHANGE));
      this.#local.push(new Walker(tape, source, first, CODE_LOCAL));
    });
  }

  next(): Columns | undefined {
    const block = this.#spare.pop() ?? allocateColumns(BLOCK_ROWS, this.#set);
    block.length = 0;
    while (block.length < BLOCK_ROWS) {
      const a = earliest(this.#exchange);
      const b = earliest(this.#local);
      if (a.held === undefined && b.held === undefined) break;
      // The same row at the head of both orders is written once; else what happened first is written for its side.
      const same = a.tape === b.tape && a.held === b.held && a.row === b.row;
      const happenedB = b.held === undefined ? Infinity : b.held.columns.exchangeNs[b.row]!;
      if (same) {
        this.#write(block, a, CODE_EXCHANGE | CODE_LOCAL);
        a.advance();
        b.advance();
      } else if (a.timeNs <= happenedB) {
        this.#write(block, a, CODE_EXCHANGE);
        a.advance();
      } else {
        this.#write(block, b, CODE_LOCAL);
        b.advance();
      }
    }
    return block.length === 0 ? undefined : block;
  }

  #write(block: Columns, { held, row, tape }: Walker, seen: number): void {
    const at = block.length++;
    copyRows(held!.columns, row, row + 1, block, at);
    block.code[at] = (block.code[at]! & ~(CODE_EXCHANGE | CODE_LOCAL)) | seen;
    block.instrument[at] = this.#instruments[tape]![block.instrument[at]!]!;
  }

  release(block: Columns): void {
    this.#spare.push(block);
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
  }
}

/** The walker with the smallest time; of equal ones the first. A scan: tapes are few. */
function earliest(walkers: readonly Walker[]): Walker {
  let best = walkers[0]!;
  for (let i = 1; i < walkers.length; i++) if (walkers[i]!.timeNs < best.timeNs) best = walkers[i]!;
  return best;
}
