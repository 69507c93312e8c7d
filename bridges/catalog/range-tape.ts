/**
 * A stretch of time out of consecutive tapes of one instrument, as a tape: of each file only the row groups that it needs.
 * Knows nothing of catalogues. Called when a range of a catalogue is opened.
 *
 * Each side gets the rows of the range by its own clock: the exchange what happened within it, strategies what was seen within it.
 * So both sides stand in it as they would in a run over all of the tapes, and neither hears early of what it would hear later. What
 * went before makes the books at the beginning: the opening kept beside the first file, and that file's rows up to there.
 */
import { createHash } from 'node:crypto';
import { Instrument } from '../../core/instrument.js';
import { allocateColumns, CODE_EXCHANGE, CODE_LOCAL, type ColumnSet, type Columns } from '../../core/market.js';
import type { BlockReader, Correction, TapeInfo, TapeSource } from '../../core/tape.js';
import { copyRows, TapeBuilder } from '../../core/tape-builder.js';
import type { TapeFile } from '../tape/tape-file.js';
import { BookState, leavesState } from './book-state.js';

const SIDES = CODE_EXCHANGE | CODE_LOCAL;

export interface RangePart {
  readonly tape: TapeFile;
  /** The books before its first row, as they stood from `ns` on. */
  readonly opening?: { readonly tape: TapeFile; readonly ns: bigint } | undefined;
  /** Cancels of what rests after its last row, where the next part is of another source, which knows nothing of it. */
  readonly closing?: TapeFile | undefined;
}

/** Int64 ns since 1970 UTC, the end excluded. */
export interface TimeLimits {
  readonly fromNs?: bigint | undefined;
  readonly toNs?: bigint | undefined;
}

/** Row groups [from, to) of a file. */
export interface GroupRun {
  readonly tape: TapeFile;
  readonly from: number;
  readonly to: number;
  /** All of its rows happen and are seen then, int64 ns since 1970 UTC, rather than when they say. */
  readonly at?: { readonly exchangeNs: bigint; readonly localNs: bigint };
}

/** `info.rows` and `info.counts` are those of the files: at most so many are within the range. */
export class RangeTape implements TapeSource {
  readonly info: TapeInfo;
  readonly reads: readonly GroupRun[];
  readonly opening: TapeFile | undefined;
  readonly fromNs: bigint | undefined;
  readonly toNs: bigint | undefined;

  /** `parts`: in order; those before the range may be left out, except that the first one is where its rows begin. */
  constructor(
    parts: readonly RangePart[],
    { fromNs, toNs }: TimeLimits,
    about: { readonly corrections: readonly Correction[]; readonly provenance: Readonly<Record<string, string>> },
  ) {
    const [first] = parts;
    const opening = first!.opening;
    this.opening = opening?.tape;
    this.fromNs = opening !== undefined && (fromNs === undefined || fromNs < opening.ns) ? opening.ns : fromNs;
    this.toNs = toNs;
    const tapes = [...parts.map(({ tape }) => tape), ...(opening === undefined ? [] : [opening.tape])];
    const all = [...tapes, ...parts.flatMap(({ closing }) => closing ?? [])];
    const counts = all[0]!.info.counts[0]!.map((_, kind) =>
      all.reduce((sum, { info }) => sum + info.counts[0]![kind]!, 0),
    );
    this.reads = parts.flatMap(({ tape, closing }, index) => {
      const own = this.#groupsOf(tape, leavesState(counts));
      return closing === undefined ? own : [...own, closingRun(closing, parts[index + 1]!.tape)];
    });
    let originNs = this.fromNs;
    for (const { metadata } of originNs === undefined ? tapes : []) {
      const least = metadata.exchangeNs![0];
      if (originNs === undefined || least < originNs) originNs = least;
    }
    const has = (part: keyof ColumnSet) => all.some(({ info }) => info.columns[part] === true);
    this.info = {
      instruments: first!.tape.info.instruments,
      originNs: originNs!,
      rows: all.reduce((sum, { info }) => sum + info.rows, 0),
      columns: { orderId: has('orderId'), bars: has('bars'), value: has('value') },
      ...about,
      counts: [counts],
      hash: hashOf(all, this.fromNs, toNs),
    };
  }

  /** Bytes of the row groups that a pass reads. */
  get bytes(): number {
    const span = ({ footer }: TapeFile, from: number, to: number) =>
      footer.chunkAt[to * footer.columns.length]! - footer.chunkAt[from * footer.columns.length]!;
    const opening = this.opening === undefined ? 0 : span(this.opening, 0, this.opening.footer.groups);
    return this.reads.reduce((sum, { tape, from, to }) => sum + span(tape, from, to), opening);
  }

  get groups(): number {
    return this.reads.reduce((sum, { from, to }) => sum + to - from, this.opening?.footer.groups ?? 0);
  }

  open(originNs: bigint): BlockReader {
    return new RangeReader(this, originNs);
  }

  /** Those that begin before the end; and, unless what went before makes the books, end after the beginning. */
  #groupsOf(tape: TapeFile, fromStart: boolean): GroupRun[] {
    const { groups, times } = tape.footer;
    const { fromNs, toNs } = this;
    let from = 0;
    if (fromNs !== undefined && !fromStart) while (from < groups && times.localMost[from]! < fromNs) from++;
    let to = groups;
    if (toNs !== undefined) while (to > from && times.exchangeLeast[to - 1]! >= toNs) to--;
    return to > from ? [{ tape, from, to }] : [];
  }
}

/** A closing acts at the first moment of what comes next, for each side by its own clock. */
export function closingRun(closing: TapeFile, { metadata }: TapeFile): GroupRun {
  const at = { exchangeNs: metadata.exchangeNs![0], localNs: metadata.localNs![0] };
  return { tape: closing, from: 0, to: closing.footer.groups, at };
}

/** Gives the rows of a block the times of their run, from `originNs` on. */
export function moveTo({ exchangeNs, localNs, length }: Columns, { at }: GroupRun, originNs: bigint): void {
  if (at === undefined) return;
  exchangeNs.fill(Number(at.exchangeNs - originNs), 0, length);
  localNs.fill(Number(at.localNs - originNs), 0, length);
}

function hashOf(tapes: readonly TapeFile[], fromNs: bigint | undefined, toNs: bigint | undefined): string {
  const text = [String(fromNs), String(toNs), ...tapes.map(({ info }) => info.hash)].join('\n');
  return createHash('sha256').update(text).digest('hex');
}

class RangeReader implements BlockReader {
  readonly #range: RangeTape;
  readonly #originNs: bigint;
  /** Relative to the origin. */
  readonly #fromNs: number;
  readonly #toNs: number;
  #begun: boolean;
  #next = 0;
  #inner: BlockReader | undefined;
  #run: GroupRun | undefined;
  /** Whose the blocks are that are out. */
  readonly #owners = new Map<Columns, BlockReader>();

  constructor(range: RangeTape, originNs: bigint) {
    this.#range = range;
    this.#originNs = originNs;
    const { fromNs, toNs } = range;
    this.#fromNs = fromNs === undefined ? Number.NEGATIVE_INFINITY : Number(fromNs - originNs);
    this.#toNs = toNs === undefined ? Number.POSITIVE_INFINITY : Number(toNs - originNs);
    this.#begun = fromNs === undefined;
  }

  next(): Columns | undefined {
    if (!this.#begun) {
      this.#begun = true;
      const block = this.#begin();
      if (block.length > 0) return block;
    }
    for (let block = this.#read(); block !== undefined; block = this.#read()) {
      this.#cut(block);
      if (block.length > 0) return this.#complete(block);
      this.release(block);
    }
    return undefined;
  }

  release(block: Columns): void {
    this.#owners.get(block)?.release(block);
    this.#owners.delete(block);
  }

  close(): void {
    this.#inner?.close();
    this.#inner = undefined;
    this.#next = this.#range.reads.length;
  }

  #read(): Columns | undefined {
    for (;;) {
      const block = this.#inner?.next();
      if (block !== undefined) {
        this.#owners.set(block, this.#inner!);
        moveTo(block, this.#run!, this.#originNs);
        return block;
      }
      this.#inner?.close();
      this.#inner = undefined;
      const run = this.#range.reads[this.#next++];
      if (run === undefined) return undefined;
      this.#run = run;
      this.#inner = run.tape.openGroups(this.#originNs, run.from, run.to);
    }
  }

  /** The rows that make the books at the beginning, then all of the blocks up to where both sides have begun. */
  #begin(): Columns {
    const { info } = this.#range;
    const state = new BookState([new Instrument(info.instruments[0]!, 0)], info.counts);
    this.#applyOpening(state);
    const kept = new TapeBuilder(info.columns, 4096);
    let begun = 0;
    while (begun !== SIDES) {
      const block = this.#read();
      if (block === undefined) break;
      for (let row = 0; row < block.length; row++) {
        const bits = block.code[row]! & SIDES;
        const later = this.#sidesFrom(block, row, bits);
        if (later !== bits) state.apply(block, row, 0, bits & ~later);
        begun |= later;
        const within = this.#sidesBefore(block, row, later);
        if (within !== 0) keep(kept, block, row, within);
      }
      this.release(block);
    }
    const opening = state.rows(0, this.#fromNs, info.columns);
    const out = allocateColumns(opening.length + kept.length, info.columns);
    copyRows(opening, 0, opening.length, out, 0);
    copyRows(kept.columns, 0, kept.length, out, opening.length);
    out.length = opening.length + kept.length;
    return out;
  }

  #applyOpening(state: BookState): void {
    const reader = this.#range.opening?.open(this.#originNs);
    for (let block = reader?.next(); block !== undefined; block = reader!.next()) {
      for (let row = 0; row < block.length; row++) state.apply(block, row, 0, block.code[row]! & SIDES);
      reader!.release(block);
    }
    reader?.close();
  }

  /** Of the sides that see a row, those for which it does not lie before the range. */
  #sidesFrom({ exchangeNs, localNs }: Columns, row: number, bits: number): number {
    let sides = bits;
    if (exchangeNs[row]! < this.#fromNs) sides &= ~CODE_EXCHANGE;
    if (localNs[row]! < this.#fromNs) sides &= ~CODE_LOCAL;
    return sides;
  }

  #sidesBefore({ exchangeNs, localNs }: Columns, row: number, bits: number): number {
    let sides = bits;
    if (exchangeNs[row]! >= this.#toNs) sides &= ~CODE_EXCHANGE;
    if (localNs[row]! >= this.#toNs) sides &= ~CODE_LOCAL;
    return sides;
  }

  /** Takes out, in place, what lies beyond the end. */
  #cut(block: Columns): void {
    if (this.#toNs === Number.POSITIVE_INFINITY || this.#endsWithin(block)) return;
    let to = 0;
    for (let row = 0; row < block.length; row++) {
      const within = this.#sidesBefore(block, row, block.code[row]! & SIDES);
      if (within === 0) continue;
      if (to !== row) copyRows(block, row, row + 1, block, to);
      block.code[to] = (block.code[to]! & ~SIDES) | within;
      to++;
    }
    block.length = to;
  }

  /** Whether the last row of each side lies before the end, and so all do. */
  #endsWithin(block: Columns): boolean {
    let missing = SIDES;
    for (let row = block.length - 1; row >= 0 && missing !== 0; row--) {
      const bits = block.code[row]! & missing;
      if (this.#sidesBefore(block, row, bits) !== bits) return false;
      missing &= ~bits;
    }
    return true;
  }

  /** A block with all columns that the range has, where its file has fewer. */
  #complete(block: Columns): Columns {
    const { columns } = this.#range.info;
    const lacks =
      (columns.orderId === true && block.orderId === undefined) ||
      (columns.bars === true && block.openTicks === undefined) ||
      (columns.value === true && block.value === undefined);
    if (!lacks) return block;
    const out = allocateColumns(block.length, columns);
    copyRows(block, 0, block.length, out, 0);
    out.length = block.length;
    this.release(block);
    return out;
  }
}

function keep(kept: TapeBuilder, block: Columns, row: number, seen: number): void {
  const at = kept.add(0, 0, 0, 0, 0, 0, 0);
  copyRows(block, row, row + 1, kept.columns, at);
  kept.columns.code[at] = (block.code[row]! & ~SIDES) | seen;
}
