/**
 * Latency from a table of requests: measured ones, or ones made in proportion to the feed's latency.
 * Knows nothing of files or venues. Called by users; its models by the simulated venue (execution/gateway.ts for refusals).
 */
import { CODE_LOCAL } from '../core/market.js';
import type { TapeSource } from '../core/tape.js';
import type { Nanos } from '../core/time.js';
import type { LatencyModel, Message } from './latency.js';

/**
 * Requests in the order in which they were sent: when sent, when the venue handled them, when the answer was back.
 * Times are ns since the run's origin, whole; requests never decrease. A row whose exchange time is `NaN` was refused by
 * an overloaded gateway: it has no exchange time, and its response is the refusal.
 */
export class LatencyTable {
  readonly requestNs: Float64Array;
  readonly exchangeNs: Float64Array;
  readonly responseNs: Float64Array;
  /** Rows that were refused. */
  readonly refused: number;

  /** Copies the columns. Throws `RangeError` for no rows, and naming the first row whose times cannot be. */
  constructor(requestNs: ArrayLike<Nanos>, exchangeNs: ArrayLike<Nanos>, responseNs: ArrayLike<Nanos>) {
    const { length } = requestNs;
    if (exchangeNs.length !== length || responseNs.length !== length) {
      const lengths = `${length}, ${exchangeNs.length} and ${responseNs.length}`;
      throw new RangeError(`latency table: columns of ${lengths} rows, not all alike`);
    }
    if (length === 0) throw new RangeError('latency table: no rows');
    let refused = 0;
    for (let row = 0; row < length; row++) {
      const [sent, handled, heard] = [requestNs[row]!, exchangeNs[row]!, responseNs[row]!];
      const gone = Number.isNaN(handled);
      if (gone) refused++;
      const whole =
        Number.isSafeInteger(sent) && Number.isSafeInteger(heard) && (gone || Number.isSafeInteger(handled));
      const before = requestNs[row - 1];
      if (whole && sent <= heard && (gone || (sent <= handled && handled <= heard)) && !(sent < before!)) continue;
      const times = `request ${sent}, exchange ${handled}, response ${heard}`;
      const why = !whole ? 'not whole nanoseconds' : sent < before! ? `request before ${before}` : 'not in this order';
      throw new RangeError(`latency table row ${row}: ${times}: ${why}`);
    }
    this.requestNs = Float64Array.from(requestNs);
    this.exchangeNs = Float64Array.from(exchangeNs);
    this.responseNs = Float64Array.from(responseNs);
    this.refused = refused;
  }

  /**
   * Of recorded rows [request, exchange, response] in ns since 1970; an exchange time of 0 or less marks a refusal, as in
   * hftbacktest's files. `originNs` is the run's: `tape.info.originNs`, or `simulation.originNs` where tapes are merged.
   * `offsetNs` re-bases what was measured at another site: it is added to each of the two ways. Throws as the constructor.
   */
  static fromEpoch(
    rows: Iterable<readonly [requestNs: bigint, exchangeNs: bigint, responseNs: bigint]>,
    originNs: bigint,
    offsetNs: Nanos = 0,
  ): LatencyTable {
    if (!Number.isSafeInteger(offsetNs)) throw new RangeError(`latency table: offsetNs ${offsetNs} is not whole`);
    const [request, exchange, response]: Nanos[][] = [[], [], []];
    for (const [sent, handled, heard] of rows) {
      request.push(Number(sent - originNs));
      exchange.push(handled <= 0n ? Number.NaN : Number(handled - originNs) + offsetNs);
      response.push(Number(heard - originNs) + 2 * offsetNs);
    }
    return new LatencyTable(request, exchange, response);
  }

  /** How long a request sent at `sentNs` waits to hear that it was refused; `NaN` where it gets through. */
  refusalNs(sentNs: Nanos): Nanos {
    const { requestNs, exchangeNs, responseNs } = this;
    const row = lastUpTo(requestNs, sentNs);
    if (row < 0 || row === requestNs.length - 1) {
      const end = Math.max(row, 0);
      return Number.isNaN(exchangeNs[end]!) ? responseNs[end]! - requestNs[end]! : Number.NaN;
    }
    if (!Number.isNaN(exchangeNs[row]!) && !Number.isNaN(exchangeNs[row + 1]!)) return Number.NaN;
    return between(sentNs, row, requestNs, responseNs, requestNs);
  }

  /** The shortest way there and the shortest way back of any refusal: half of it each. `Infinity` where there is none. */
  leastRefusal(): { readonly entryNs: Nanos; readonly responseNs: Nanos } {
    const { requestNs, exchangeNs, responseNs } = this;
    let leastNs = Number.POSITIVE_INFINITY;
    for (let row = 0; row < requestNs.length; row++) {
      // Accepted rows beside a refused one, too, as the stretch between is refused.
      const near = [exchangeNs[row - 1], exchangeNs[row], exchangeNs[row + 1]];
      if (near.some(Number.isNaN)) leastNs = Math.min(leastNs, responseNs[row]! - requestNs[row]!);
    }
    return { entryNs: wayThere(leastNs), responseNs: leastNs === Infinity ? leastNs : leastNs - wayThere(leastNs) };
  }
}

/** Of the time until a refusal is heard, the part until it arrives: nobody recorded it, so half. */
function wayThere(refusalNs: Nanos): Nanos {
  return refusalNs === Infinity ? refusalNs : Math.floor(refusalNs / 2);
}

export interface RecordedLatencyOptions {
  /** What is made of refused rows; needed where the table has some. `atGateway`: `recordedGateway` refuses there. */
  readonly refusedRows?: 'atGateway' | 'leftOut';
}

/**
 * Interpolated between the two neighbouring rows of a table, alike for all kinds of message: hftbacktest's IntpOrderLatency.
 * Entry by request time: L_i + trunc((L_{i+1} − L_i) / (t_{i+1} − t_i) × (t − t_i)), L = exchange − request; response by
 * exchange time likewise, L = response − exchange. Before the first row its latency, from the last row on the last's.
 *
 * Where a neighbour was refused the request is (see `recordedGateway`), and takes half of the interpolated response −
 * request to get there. Answers are interpolated between accepted rows only, in order of exchange time (the original
 * takes a refused row's 0 for a time). Throws `RangeError` where refused rows are left undecided, or nothing else is there.
 */
export function recordedLatency(table: LatencyTable, { refusedRows }: RecordedLatencyOptions = {}): LatencyModel {
  const { requestNs, exchangeNs, responseNs, refused } = table;
  if (refused === requestNs.length) throw new RangeError(`recorded latency: all ${refused} rows were refused`);
  if (refused === 0) return new RecordedLatency(table);
  if (refusedRows === undefined) {
    const first = exchangeNs.findIndex(Number.isNaN);
    throw new RangeError(
      `recorded latency: row ${first} (${refused} in all) was refused; set refusedRows to 'atGateway', and give the ` +
        `venue recordedGateway(table), or to 'leftOut'`,
    );
  }
  if (refusedRows === 'atGateway') return new RecordedLatency(table);
  const accepted = (column: Float64Array) => column.filter((_, row) => !Number.isNaN(exchangeNs[row]!));
  return new RecordedLatency(new LatencyTable(accepted(requestNs), accepted(exchangeNs), accepted(responseNs)));
}

export interface FeedProportionalOptions {
  /** Multiples of the feed's latency, ≥ 0; hftbacktest's tutorial takes 4 and 3. */
  readonly entryFactor: number;
  readonly responseFactor: number;
  /** One row for each such stretch of local time: that of its last market row. Whole ns > 0. */
  readonly everyNs: Nanos;
  /** The run's origin where it is not the tape's own (merged tapes). */
  readonly originNs?: bigint;
}

/**
 * A table for {@link recordedLatency} where no orders were measured: what is slow for the feed is slow for orders, so that
 * latency rises when everyone wants to trade. Reads the tape once, to the end. Factor × (local − exchange time) is
 * rounded to whole ns. Throws `RangeError` for bad options and for a tape without rows.
 */
export function feedProportionalTable(tape: TapeSource, options: FeedProportionalOptions): LatencyTable {
  const { entryFactor, responseFactor, everyNs, originNs = tape.info.originNs } = options;
  for (const [name, factor] of Object.entries({ entryFactor, responseFactor })) {
    if (!(factor >= 0 && factor < Infinity)) throw new RangeError(`feed proportional: ${name} ${factor} is not ≥ 0`);
  }
  if (!(everyNs >= 1) || !Number.isSafeInteger(everyNs)) {
    throw new RangeError(`feed proportional: everyNs ${everyNs} is not a whole number of nanoseconds above 0`);
  }
  const [request, exchange, response]: Nanos[][] = [[], [], []];
  let stretch = Number.NaN;
  let sentNs = 0;
  let feedNs = 0;
  const note = () => {
    const handledNs = sentNs + Math.round(entryFactor * feedNs);
    request.push(sentNs);
    exchange.push(handledNs);
    response.push(handledNs + Math.round(responseFactor * feedNs));
  };
  const reader = tape.open(originNs);
  try {
    for (let block = reader.next(); block !== undefined; block = reader.next()) {
      const { code, exchangeNs, localNs, length } = block;
      for (let row = 0; row < length; row++) {
        if ((code[row]! & CODE_LOCAL) === 0) continue;
        const current = Math.floor(localNs[row]! / everyNs);
        if (current !== stretch && !Number.isNaN(stretch)) note();
        stretch = current;
        sentNs = localNs[row]!;
        feedNs = sentNs - exchangeNs[row]!;
      }
      reader.release(block);
    }
  } finally {
    reader.close();
  }
  if (!Number.isNaN(stretch)) note();
  return new LatencyTable(request, exchange, response);
}

/** It remembers nothing: rows are found by bisection, some 20 steps for a million. */
class RecordedLatency implements LatencyModel {
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;
  readonly #table: LatencyTable;
  /** Of accepted rows, by exchange time. */
  readonly #answeredNs: Float64Array;
  readonly #heardNs: Float64Array;

  constructor(table: LatencyTable) {
    const { requestNs, exchangeNs, responseNs } = table;
    const accepted = [...exchangeNs.keys()].filter((row) => !Number.isNaN(exchangeNs[row]!));
    const least = (delayOf: (row: number) => Nanos) =>
      accepted.reduce((min, row) => Math.min(min, delayOf(row)), Infinity);
    this.leastEntryNs = Math.min(
      least((row) => exchangeNs[row]! - requestNs[row]!),
      table.leastRefusal().entryNs,
    );
    this.leastResponseNs = least((row) => responseNs[row]! - exchangeNs[row]!);
    accepted.sort((a, b) => exchangeNs[a]! - exchangeNs[b]!);
    this.#table = table;
    this.#answeredNs = Float64Array.from(accepted, (row) => exchangeNs[row]!);
    this.#heardNs = Float64Array.from(accepted, (row) => responseNs[row]!);
  }

  entryNs(_kind: Message, sentNs: Nanos): Nanos {
    const { requestNs, exchangeNs, refused } = this.#table;
    const refusalNs = refused === 0 ? Number.NaN : this.#table.refusalNs(sentNs);
    return refusalNs >= 0 ? wayThere(refusalNs) : latencyAt(sentNs, requestNs, exchangeNs);
  }

  responseNs(_kind: Message, answeredNs: Nanos): Nanos {
    return latencyAt(answeredNs, this.#answeredNs, this.#heardNs);
  }

  toString(): string {
    return `latency interpolated between ${this.#table.requestNs.length} recorded requests`;
  }
}

/** `to` − `from` of the rows around `timeNs`, interpolated; at the ends that of the end. */
function latencyAt(timeNs: Nanos, from: Float64Array, to: Float64Array): Nanos {
  const row = lastUpTo(from, timeNs);
  if (row < 0) return to[0]! - from[0]!;
  if (row === from.length - 1) return to[row]! - from[row]!;
  return between(timeNs, row, from, to, from);
}

/** `to` − `from` between two rows, by `at`; the part that is added is truncated, as hftbacktest does. */
function between(timeNs: Nanos, row: number, from: Float64Array, to: Float64Array, at: Float64Array): Nanos {
  const first = to[row]! - from[row]!;
  const second = to[row + 1]! - from[row + 1]!;
  return Math.trunc(((second - first) / (at[row + 1]! - at[row]!)) * (timeNs - at[row]!)) + first;
}

/** The last row whose time is not after `timeNs`, −1 for none. */
function lastUpTo(times: Float64Array, timeNs: Nanos): number {
  let below = -1;
  let above = times.length;
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if (times[middle]! <= timeNs) below = middle;
    else above = middle;
  }
  return below;
}
