/**
 * Cuts a tape into one tape for each instrument and day, in one pass for every few instruments and in bounded memory.
 * Knows nothing of catalogues. Called when a tape is added to one.
 *
 * A day's tape begins with the first row of the instrument that either side sees on that day or later. So the tapes put one behind
 * the other are the instrument's rows as they were, and nothing before a day's tape belongs to the day on either clock.
 */
import { Instrument } from '../../core/instrument.js';
import { allocateColumns, CODE_EXCHANGE, CODE_LOCAL, type ColumnSet, type Columns } from '../../core/market.js';
import type { Correction } from '../../core/tape.js';
import { copyRows } from '../../core/tape-builder.js';
import type { TapeFile } from '../tape/tape-file.js';
import { TapeWriter, writeTape } from '../tape/tape-writer.js';
import { BookState, leavesState } from './book-state.js';
import type { FileRole } from './catalog-change.js';
import type { CatalogDay, DayClock } from './catalog-days.js';

/** A tape that is being written holds a row group, 3 to 5 MB. */
const INSTRUMENTS_AT_ONCE = 32;
const BUFFER_ROWS = 4_096;
const SIDES = CODE_EXCHANGE | CODE_LOCAL;

export interface SplitPiece {
  readonly symbol: string;
  readonly day: string;
  /** Its place among those of the instrument. */
  readonly piece: number;
  readonly file: string;
  /** The books before its first row, from `ns` (int64 since 1970) on. */
  readonly opening?: { readonly file: string; readonly ns: bigint };
  /** Cancels of the orders that rest after its last row. */
  readonly closing?: string;
}

export interface SplitOptions {
  readonly days: DayClock;
  /** Where a piece goes. */
  readonly fileFor: (symbol: string, day: string, role: FileRole) => string;
  /** What is written into every piece. */
  readonly provenance: Readonly<Record<string, string>>;
  readonly corrections: readonly Correction[];
  /** Between blocks; `done` in [0, 1]. */
  readonly breathe?: ((done: number) => Promise<void> | void) | undefined;
}

/** Writes the pieces and says what they are. Those of a failure stay where they are. Throws `TapeError`, `RangeError`. */
export async function splitTape(tape: TapeFile, options: SplitOptions): Promise<SplitPiece[]> {
  const pieces: SplitPiece[] = [];
  const { length } = tape.info.instruments;
  for (let first = 0; first < length; first += INSTRUMENTS_AT_ONCE) {
    const some = new Splitter(tape, first, Math.min(length, first + INSTRUMENTS_AT_ONCE), options);
    const reader = tape.open(tape.info.originNs);
    let rows = 0;
    try {
      for (let block = reader.next(); block !== undefined; block = reader.next()) {
        some.take(block);
        rows += block.length;
        reader.release(block);
        await options.breathe?.((first + (rows / tape.info.rows) * (some.to - first)) / length);
      }
      pieces.push(...some.finish());
    } finally {
      reader.close();
      some.abort();
    }
  }
  return pieces;
}

/** An instrument's day that is being written. */
interface OpenPiece {
  readonly place: SplitPiece;
  readonly day: CatalogDay;
  /** Relative to the tape's origin. */
  readonly endNs: number;
  readonly writer: TapeWriter;
  readonly buffer: Columns;
}

class Splitter {
  readonly to: number;
  readonly #tape: TapeFile;
  readonly #from: number;
  readonly #options: SplitOptions;
  readonly #set: ColumnSet;
  readonly #state: BookState;
  readonly #leavesState: readonly boolean[];
  readonly #open: (OpenPiece | undefined)[];
  readonly #written: number[];
  readonly #pieces: SplitPiece[] = [];

  constructor(tape: TapeFile, from: number, to: number, options: SplitOptions) {
    this.#tape = tape;
    this.#from = from;
    this.to = to;
    this.#options = options;
    this.#set = tape.info.columns;
    const specs = tape.info.instruments.slice(from, to);
    const counts = tape.info.counts.slice(from, to);
    this.#state = new BookState(
      specs.map((spec, index) => new Instrument(spec, index)),
      counts,
    );
    this.#leavesState = counts.map(leavesState);
    this.#open = specs.map(() => undefined);
    this.#written = specs.map(() => 0);
  }

  take(block: Columns): void {
    const { instrument, code, localNs, exchangeNs, length } = block;
    for (let row = 0; row < length; row++) {
      const own = instrument[row]! - this.#from;
      if (own < 0 || own >= this.#open.length) continue;
      const timeNs = (code[row]! & CODE_LOCAL) === 0 ? exchangeNs[row]! : localNs[row]!;
      let piece = this.#open[own];
      if (piece === undefined || timeNs >= piece.endNs) piece = this.#turn(own, timeNs);
      const { buffer } = piece;
      copyRows(block, row, row + 1, buffer, buffer.length);
      buffer.instrument[buffer.length++] = 0;
      if (buffer.length === BUFFER_ROWS) flush(piece);
      if (this.#leavesState[own]) this.#state.apply(block, row, own, code[row]! & SIDES);
    }
  }

  finish(): SplitPiece[] {
    for (const [own, piece] of this.#open.entries()) if (piece !== undefined) this.#end(own, piece);
    return this.#pieces;
  }

  abort(): void {
    for (const piece of this.#open) piece?.writer.abort();
  }

  /** Ends an instrument's day and begins the one that a row lies in. */
  #turn(own: number, timeNs: number): OpenPiece {
    const { days, fileFor, provenance } = this.#options;
    const { instruments, originNs } = this.#tape.info;
    const before = this.#open[own];
    if (before !== undefined) this.#end(own, before);
    const day = days.at(originNs + BigInt(timeNs));
    const spec = instruments[this.#from + own]!;
    const file = fileFor(spec.symbol, day.day, 'rows');
    const opening = before === undefined ? undefined : this.#writeOpening(own, day.day, before.day.endNs);
    const place = { symbol: spec.symbol, day: day.day, piece: this.#written[own]!++, file };
    const writer = new TapeWriter(file, {
      ...{ instruments: [spec], originNs, columns: this.#set },
      provenance: { ...provenance, 'catalog.piece': String(place.piece) },
      corrections: this.#options.corrections,
    });
    const buffer = allocateColumns(BUFFER_ROWS, this.#set);
    const piece = {
      ...{ day, endNs: Number(day.endNs - originNs), writer, buffer },
      place: opening === undefined ? place : { ...place, opening },
    };
    this.#open[own] = piece;
    return piece;
  }

  #writeOpening(own: number, day: string, ns: bigint): SplitPiece['opening'] {
    const rows = this.#state.rows(own, 0, this.#set);
    if (rows.length === 0) return undefined;
    const spec = this.#tape.info.instruments[this.#from + own]!;
    const file = this.#options.fileFor(spec.symbol, day, 'opening');
    writeTape(file, rows, { instruments: [spec], originNs: ns, provenance: this.#options.provenance });
    return { file, ns };
  }

  #end(own: number, piece: OpenPiece): void {
    flush(piece);
    piece.writer.finish();
    this.#open[own] = undefined;
    const closing = this.#writeClosing(own, piece.day.day);
    this.#pieces.push(closing === undefined ? piece.place : { ...piece.place, closing });
  }

  #writeClosing(own: number, day: string): string | undefined {
    const rows = this.#state.cancels(own, this.#set);
    if (rows.length === 0) return undefined;
    const { instruments, originNs } = this.#tape.info;
    const spec = instruments[this.#from + own]!;
    const file = this.#options.fileFor(spec.symbol, day, 'closing');
    writeTape(file, rows, { instruments: [spec], originNs, provenance: this.#options.provenance });
    return file;
  }
}

function flush({ writer, buffer }: OpenPiece): void {
  if (buffer.length > 0) writer.append(buffer);
  buffer.length = 0;
}
