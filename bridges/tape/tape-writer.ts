/**
 * Writes tapes: rows in blocks of any size in, one Parquet file out, row group by row group in bounded memory, whole or
 * not at all. Knows nothing of where rows come from. Called by importers, the demo and tests.
 */
import { createHash } from 'node:crypto';
import { CODE_EXCHANGE, CODE_LOCAL, type ColumnSet, type Columns } from '../../core/market.js';
import {
  type Correction,
  checkColumns,
  countKinds,
  emptyCounts,
  OrderCheck,
  sliceColumns,
  type TapeInfo,
} from '../../core/tape.js';
import { copyRows } from '../../core/tape-builder.js';
import { footerBytes, MAGIC } from './footer-write.js';
import { GroupEncoding } from './group-encoding.js';
import { placedAt, type RowGroup } from './row-group-encode.js';
import { reasonOf, TapeError } from './tape-error.js';
import { openTape } from './tape-file.js';
import { ROW_GROUP_ROWS } from './tape-layout.js';
import { checkInstruments, INT64_MAX, INT64_MIN, metadataText, parseMetadata } from './tape-metadata.js';
import { TemporaryFile } from './temporary-file.js';

/** What the writer must be told; the rest of {@link TapeInfo} it finds out. */
export interface TapeHead {
  /** The list may grow while rows are written, each before its first row. */
  readonly instruments: TapeInfo['instruments'];
  /** Int64 ns since 1970 UTC that the rows' times count from; no row may lie before it. */
  readonly originNs: bigint;
  /** Optional columns; taken from the first block where not given. */
  readonly columns?: ColumnSet;
  readonly provenance?: Readonly<Record<string, string>>;
  readonly corrections?: readonly Correction[];
}

/** What may be known only at the end. */
type LastWords = Partial<Pick<TapeHead, 'originNs' | 'provenance' | 'corrections'>>;

/**
 * Writes a whole tape. `blocks`: columns, or blocks of them in order, with times relative to `head.originNs`; a block may
 * be used again once the next one is asked for. Throws {@link TapeError}; then no file appears and none is changed.
 */
export function writeTape(file: string, blocks: Columns | Iterable<Columns>, head: TapeHead): TapeInfo {
  const writer = new TapeWriter(file, head);
  try {
    if (Symbol.iterator in blocks) for (const block of blocks) writer.append(block);
    else writer.append(blocks);
    return writer.finish();
  } finally {
    writer.abort();
  }
}

/** A tape being written, for rows that come bit by bit (or asynchronously). Ends with `finish` or `abort`. */
export class TapeWriter {
  readonly #file: string;
  readonly #head: TapeHead;
  readonly #sink: TemporaryFile;
  readonly #hash = createHash('sha256');
  readonly #encoding: GroupEncoding;
  readonly #groups: RowGroup[] = [];
  readonly #check: OrderCheck;
  readonly #counts: number[][] = [];
  readonly #exchangeRange = new Range();
  readonly #localRange = new Range();
  #set: Required<ColumnSet> | undefined;
  /** Rows that do not fill a group yet. */
  #pending: Columns | undefined;
  #at = 0;

  /** `groupsAlone`: row groups before a worker helps with encoding; `Infinity`: never. The file is the same. */
  constructor(file: string, head: TapeHead, { groupsAlone }: { readonly groupsAlone?: number } = {}) {
    this.#file = file;
    this.#head = head;
    this.#check = new OrderCheck('given');
    this.#sink = this.#guard(() => {
      checkInstruments(head.instruments);
      if (head.originNs < INT64_MIN) throw new TapeError(`origin ${head.originNs} is before int64 (year 1677)`);
      return new TemporaryFile(file);
    });
    this.#encoding = new GroupEncoding(
      [],
      head.originNs,
      (group, bytes) => {
        this.#groups.push(placedAt(group, this.#at));
        this.#write(bytes);
      },
      groupsAlone,
    );
    if (head.columns !== undefined) this.#set = fullSet(head.columns);
    this.#guard(() => this.#write(Buffer.from(MAGIC)));
  }

  /** Rows taken so far. */
  get rows(): number {
    return this.#check.rows;
  }

  /** Takes the next rows; nothing of the block is kept. On an error the file is gone and the writer is done. */
  append(block: Columns): void {
    this.#guard(() => {
      this.#sink.requireOpen();
      this.#set ??= setOf(block);
      this.#checkSet(block, this.#set);
      this.#meetInstruments();
      const before = this.#check.rows;
      checkColumns(block, this.#head.instruments.length, this.#check);
      this.#checkExact(block, before);
      countKinds(block, this.#head.instruments.length, this.#counts);
      this.#checkInt64();
      this.#regroup(block, this.#set);
    });
  }

  #meetInstruments(): void {
    const news = this.#head.instruments.slice(this.#counts.length);
    if (news.length === 0) return;
    this.#counts.push(...emptyCounts(news.length));
    this.#encoding.addSymbols(news.map(({ symbol }) => symbol));
  }

  /**
   * Ends the file and puts it in its place. What only the end knows may be given here: it is added to the head's; another origin
   * takes its place, and the rows stay where they are.
   */
  finish(last: LastWords = {}): TapeInfo {
    return this.#guard(() => {
      const info = this.#end(last);
      this.#sink.publish();
      return info;
    });
  }

  /**
   * Ends the file without putting it in its place and gives its rows back, block by block, as they were taken. Then it is gone; the
   * writer is done either way.
   */
  *takeBack(): Generator<Columns> {
    this.#guard(() => this.#end({}));
    const { originNs } = this.#head;
    const reader = openTape(this.#sink.path, { worker: false }).open(originNs);
    try {
      for (let block = reader.next(); block !== undefined; block = reader.next()) {
        yield block;
        reader.release(block);
      }
    } finally {
      reader.close();
      this.abort();
    }
  }

  #end(last: LastWords): TapeInfo {
    this.#sink.requireOpen();
    this.#meetInstruments();
    if (this.#pending !== undefined && this.#pending.length > 0) this.#encoding.take(this.#pending, this.#set!);
    this.#encoding.finish();
    const { instruments, originNs } = this.#head;
    const origin = last.originNs ?? originNs;
    const columns = this.#set ?? fullSet({});
    const rows = this.#check.rows;
    const info: TapeInfo = {
      instruments,
      originNs: origin,
      rows,
      columns,
      provenance: { ...this.#head.provenance, ...last.provenance },
      corrections: [...(this.#head.corrections ?? []), ...(last.corrections ?? [])],
      counts: this.#counts,
    };
    const text = metadataText({
      info,
      exchangeNs: this.#exchangeRange.from(originNs),
      localNs: this.#localRange.from(originNs),
    });
    // What could not be read again (a correction's count that is no number) must not be written.
    parseMetadata(text, columns, '');
    const { bytes, sha256 } = footerBytes(this.#groups, columns, rows, text, this.#hash);
    this.#sink.write(bytes);
    return { ...info, hash: sha256 };
  }

  /** Drops what was written. After `finish`, or called twice, it does nothing. */
  abort(): void {
    this.#encoding.close();
    this.#sink.discard();
  }

  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.#encoding?.close();
      this.#sink?.discard();
      throw new TapeError(`cannot write tape ${this.#file}: ${reasonOf(error)}`);
    }
  }

  #checkSet(block: Columns, set: Required<ColumnSet>): void {
    const found = setOf(block);
    for (const part of ['orderId', 'bars', 'value'] as const) {
      if (found[part] !== set[part]) {
        throw new TapeError(
          `rows from ${this.#check.rows} on ${found[part] ? 'have' : 'lack'} ${part}, unlike the rest`,
        );
      }
    }
  }

  /** What the engine would bear but a file cannot hold, or what would come back as something else. */
  #checkExact(block: Columns, before: number): void {
    const { exchangeNs, localNs, code, qtyLots, orderId, length } = block;
    let [firstExchange, lastExchange] = [Infinity, -Infinity];
    let [firstLocal, lastLocal] = [Infinity, -Infinity];
    for (let row = 0; row < length; row++) {
      const happened = exchangeNs[row]!;
      const seen = localNs[row]!;
      const fine =
        happened >= 0 &&
        isWhole(happened) &&
        isWhole(seen) &&
        isWhole(qtyLots[row]!) &&
        (code[row]! & (CODE_EXCHANGE | CODE_LOCAL)) !== 0 &&
        (orderId === undefined || isWhole(orderId[row]!));
      if (!fine) throw new TapeError(`given row ${before + row}: ${inexactOf(block, row)}`);
      if (happened < firstExchange) firstExchange = happened;
      if (happened > lastExchange) lastExchange = happened;
      if (seen < firstLocal) firstLocal = seen;
      if (seen > lastLocal) lastLocal = seen;
    }
    this.#exchangeRange.add(firstExchange, lastExchange);
    this.#localRange.add(firstLocal, lastLocal);
  }

  #checkInt64(): void {
    const last = this.#localRange.from(this.#head.originNs)?.[1] ?? this.#head.originNs;
    if (last > INT64_MAX) throw new TapeError(`time ${last} is beyond int64 (year 2262)`);
  }

  /** Cuts blocks into groups of exactly 65,536 rows, so that equal rows give equal files however they came. */
  #regroup(block: Columns, set: Required<ColumnSet>): void {
    let from = 0;
    while (from < block.length) {
      const held = this.#pending?.length ?? 0;
      if (held === 0 && block.length - from >= ROW_GROUP_ROWS) {
        this.#encoding.take(sliceColumns(block, from, from + ROW_GROUP_ROWS), set);
        from += ROW_GROUP_ROWS;
        continue;
      }
      this.#pending ??= this.#encoding.room(set);
      const to = Math.min(block.length, from + ROW_GROUP_ROWS - held);
      copyRows(block, from, to, this.#pending, held);
      this.#pending.length = held + to - from;
      from = to;
      if (this.#pending.length === ROW_GROUP_ROWS) {
        this.#encoding.take(this.#pending, set);
        this.#pending = undefined;
      }
    }
  }

  #write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#sink.write(bytes);
    this.#at += bytes.length;
  }
}

/** As `Number.isSafeInteger`, in a form that costs nothing here. */
function isWhole(value: number): boolean {
  return Math.floor(value) === value && value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER;
}

function inexactOf({ exchangeNs, localNs, code, qtyLots, orderId }: Columns, row: number): string {
  const happened = exchangeNs[row]!;
  const seen = localNs[row]!;
  if (happened < 0) return `exchange time ${happened} lies before the tape's origin`;
  for (const time of [happened, seen]) {
    if (time > Number.MAX_SAFE_INTEGER) {
      return `time ${time} lies more than 2^53 ns (104 days) after the tape's origin; write several tapes`;
    }
    if (!Number.isInteger(time)) return `time ${time} is not a whole number of ns`;
  }
  if ((code[row]! & (CODE_EXCHANGE | CODE_LOCAL)) === 0) return 'it is seen neither at the exchange nor locally';
  if (!Number.isSafeInteger(qtyLots[row]!)) return `quantity ${qtyLots[row]} is beyond 2^53 lots`;
  return `order id ${orderId?.[row]} is not a whole number within 2^53`;
}

/** Smallest and largest of the times given. */
class Range {
  #least = Infinity;
  #most = -Infinity;

  add(least: number, most: number): void {
    if (least < this.#least) this.#least = least;
    if (most > this.#most) this.#most = most;
  }

  from(originNs: bigint): readonly [bigint, bigint] | undefined {
    if (this.#least === Infinity) return undefined;
    return [originNs + BigInt(this.#least), originNs + BigInt(this.#most)];
  }
}

function fullSet(set: ColumnSet): Required<ColumnSet> {
  return { orderId: set.orderId === true, bars: set.bars === true, value: set.value === true };
}

function setOf(columns: Columns): Required<ColumnSet> {
  return {
    orderId: columns.orderId !== undefined,
    bars: columns.openTicks !== undefined,
    value: columns.value !== undefined,
  };
}
