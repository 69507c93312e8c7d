/**
 * Tapes with other clocks: local times synthesised where the data has one clock only, and exchange times put right where
 * the venue's clock was off. Knows nothing of files, venues or strategies. Called by users before a simulation, around any
 * tape; several venues are several tapes, each with its own, and merged.
 */
import type { Delay } from './delay.js';
import { allocateColumns, CODE_EXCHANGE, CODE_LOCAL, type Columns, Flag } from './market.js';
import { RandomSource, type RandomStream } from './random.js';
import type { BlockReader, TapeInfo, TapeSource } from './tape.js';
import { copyRows } from './tape-builder.js';
import { formatEpoch, type Nanos } from './time.js';

/** The tape's own local times, or the exchange times and a delay. */
export type FeedLatencyModel = 'asRecorded' | Delay;

/**
 * A tape whose rows reach the strategy a delay after they happened: `constantDelay` where nothing better is known, else
 * `uniformDelay`, `logNormalDelay`, `empiricalDelay`, or `burstyDelay`, whose half life makes the feed slow for a while.
 *
 * - One draw a message: rows of one instrument and one exchange time up to the row flagged last arrive together.
 * - local = max(local of the row before, exchange + draw), so that the feed never overtakes itself.
 * - Only the rows seen at the exchange are taken, each once, seen by both sides. Local times of the tape are not read.
 * - Every pass draws alike, from `seed` and the tape's symbols, whatever the blocks and the origin.
 *
 * `'asRecorded'` gives the tape back. Throws `RangeError` for a bad seed; a delay that breaks its contract is refused while
 * reading, with the row.
 */
export function withFeedLatency(tape: TapeSource, latency: FeedLatencyModel, seed: number): TapeSource {
  return latency === 'asRecorded' ? tape : new DelayedTape(tape, latency, seed);
}

/**
 * A tape from a venue whose clock was `offsetNs` ahead (negative: behind) of the true time: the offset is taken off all
 * exchange times, local times stay. The order of the rows stays as well. Throws `RangeError` for an offset that is not a
 * whole number; and while reading, with row and time, where a row would then be seen before it happened, which says
 * that the offset is not true.
 */
export function withClockOffset(tape: TapeSource, offsetNs: Nanos): TapeSource {
  if (!Number.isSafeInteger(offsetNs)) {
    throw new RangeError(`clock offset ${offsetNs} is not a whole number of nanoseconds`);
  }
  return offsetNs === 0 ? tape : new OffsetTape(tape, offsetNs);
}

/** What is said of a tape made of another: no hash, as its content is another's. */
function infoOf({ info }: TapeSource, changed: Partial<TapeInfo>, provenance: Record<string, string>): TapeInfo {
  const { instruments, originNs, rows, columns, corrections, counts, hash } = info;
  const source = hash === undefined ? {} : { sourceHash: hash };
  return {
    ...{ instruments, originNs, rows, columns, corrections, counts },
    ...changed,
    provenance: { ...info.provenance, ...source, ...provenance },
  };
}

class DelayedTape implements TapeSource {
  readonly info: TapeInfo;
  readonly #tape: TapeSource;
  readonly #delay: Delay;
  readonly #random: () => RandomStream;

  constructor(tape: TapeSource, delay: Delay, seed: number) {
    const symbols = tape.info.instruments.map(({ symbol }) => symbol).join(',');
    this.#random = () => new RandomSource(seed).stream(`feed-latency/${symbols}`);
    this.#random();
    this.#tape = tape;
    this.#delay = delay;
    // Counts are of rows seen at the exchange, which are the ones that stay.
    const rows = tape.info.counts.flat().reduce((sum, count) => sum + count, 0);
    this.info = infoOf(tape, { rows }, { feedLatency: `${delay}, seed ${seed}` });
  }

  open(originNs: bigint): BlockReader {
    // Read and drawn from the tape's own origin, so that another origin shifts all times and changes nothing else.
    const { info } = this.#tape;
    const reader = this.#tape.open(info.originNs);
    return new DelayedReader(reader, info, this.#delay.forRun?.() ?? this.#delay, this.#random(), originNs);
  }
}

class DelayedReader implements BlockReader {
  readonly #reader: BlockReader;
  readonly #info: TapeInfo;
  readonly #delay: Delay;
  readonly #random: RandomStream;
  readonly #shiftNs: number;
  readonly #held = new Set<Columns>();
  readonly #spare: Columns[] = [];
  #rows = 0;
  /** Of the row before, from the tape's own origin. */
  #exchangeNs = Number.NEGATIVE_INFINITY;
  #localNs = Number.NEGATIVE_INFINITY;
  #instrument = -1;
  #wasLast = true;

  constructor(reader: BlockReader, info: TapeInfo, delay: Delay, random: RandomStream, originNs: bigint) {
    this.#reader = reader;
    this.#info = info;
    this.#delay = delay;
    this.#random = random;
    this.#shiftNs = Number(info.originNs - originNs);
  }

  next(): Columns | undefined {
    for (;;) {
      const given = this.#reader.next();
      if (given === undefined) return undefined;
      const block = this.#blockFor(given.length);
      copySeenAtExchange(given, block);
      this.#reader.release(given);
      if (block.length > 0) {
        this.#setTimes(block);
        this.#held.add(block);
        return block;
      }
      this.#spare.push(block);
    }
  }

  release(block: Columns): void {
    if (this.#held.delete(block)) this.#spare.push(block);
  }

  close(): void {
    this.#reader.close();
  }

  #blockFor(rows: number): Columns {
    const spare = this.#spare.pop();
    const block = spare !== undefined && spare.code.length >= rows ? spare : allocateColumns(rows, this.#info.columns);
    block.length = 0;
    return block;
  }

  #setTimes(block: Columns): void {
    const { exchangeNs, localNs, code, flags, instrument, length } = block;
    const both = CODE_EXCHANGE | CODE_LOCAL;
    for (let row = 0; row < length; row++) {
      const happenedNs = exchangeNs[row]!;
      if (this.#wasLast || happenedNs !== this.#exchangeNs || instrument[row] !== this.#instrument) {
        const delayNs = this.#delay.drawNs(happenedNs, this.#random);
        if (!(delayNs >= this.#delay.leastNs) || !Number.isSafeInteger(delayNs)) {
          throw new RangeError(
            `feed latency, row ${this.#rows + row}: the delay gave ${delayNs}, not whole ns ≥ ${this.#delay.leastNs}`,
          );
        }
        if (happenedNs + delayNs > this.#localNs) this.#localNs = happenedNs + delayNs;
      }
      this.#exchangeNs = happenedNs;
      this.#instrument = instrument[row]!;
      this.#wasLast = (flags[row]! & Flag.last) !== 0;
      exchangeNs[row] = happenedNs + this.#shiftNs;
      localNs[row] = this.#localNs + this.#shiftNs;
      code[row]! |= both;
    }
    this.#rows += length;
  }
}

/** Run by run, as rows seen by one side only are few. */
function copySeenAtExchange(given: Columns, block: Columns): void {
  const { code, length } = given;
  let row = 0;
  while (row < length) {
    while (row < length && (code[row]! & CODE_EXCHANGE) === 0) row++;
    const from = row;
    while (row < length && (code[row]! & CODE_EXCHANGE) !== 0) row++;
    if (row === from) break;
    copyRows(given, from, row, block, block.length);
    block.length += row - from;
  }
}

class OffsetTape implements TapeSource {
  readonly info: TapeInfo;
  readonly #tape: TapeSource;
  readonly #offsetNs: Nanos;

  constructor(tape: TapeSource, offsetNs: Nanos) {
    // A tape's smallest time is an exchange time, so the origin moves along.
    const originNs = tape.info.originNs - BigInt(offsetNs);
    this.info = infoOf(tape, { originNs }, { clockOffsetNs: String(offsetNs) });
    this.#tape = tape;
    this.#offsetNs = offsetNs;
  }

  open(originNs: bigint): BlockReader {
    const { info } = this.#tape;
    const reader = this.#tape.open(info.originNs);
    const offsetNs = this.#offsetNs;
    const shiftNs = Number(info.originNs - originNs);
    const held = new Map<Columns, Columns>();
    let rows = 0;
    return {
      next() {
        const given = reader.next();
        if (given === undefined) return undefined;
        const exchangeNs = new Float64Array(given.code.length);
        const localNs = new Float64Array(given.code.length);
        for (let row = 0; row < given.length; row++) {
          const happenedNs = given.exchangeNs[row]! - offsetNs;
          const seenNs = given.localNs[row]!;
          if (!(happenedNs <= seenNs)) throw seenTooEarly(rows + row, info.originNs, happenedNs, seenNs, offsetNs);
          exchangeNs[row] = happenedNs + shiftNs;
          localNs[row] = seenNs + shiftNs;
        }
        rows += given.length;
        const block = { ...given, exchangeNs, localNs };
        held.set(block, given);
        return block;
      },
      release(block) {
        const given = held.get(block);
        if (given === undefined) return;
        held.delete(block);
        reader.release(given);
      },
      close: () => reader.close(),
    };
  }
}

function seenTooEarly(row: number, originNs: bigint, happenedNs: Nanos, seenNs: Nanos, offsetNs: Nanos): RangeError {
  return new RangeError(
    `clock offset ${offsetNs} ns: row ${row} was seen at ${formatEpoch(originNs + BigInt(seenNs))}, ` +
      `${happenedNs - seenNs} ns before its exchange time would be`,
  );
}
