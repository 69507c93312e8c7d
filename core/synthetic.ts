/**
 * A seeded synthetic market: several instruments with level-2 depth and trades, as a tape in memory or block by block.
 * Knows nothing of files, venues or strategies. Called by the demo, examples, benches and tests.
 */
import { instrumentSpec } from './instrument.js';
import { allocateColumns, type Columns, Flag } from './market.js';
import { RandomSource } from './random.js';
import { CommonNews } from './synthetic/common-news.js';
import { type Correlation, type FactorShares, factorShares } from './synthetic/correlation.js';
import { type FeedLatency, FeedLine } from './synthetic/feed-line.js';
import { FeedOrder } from './synthetic/feed-order.js';
import { OrderFlow } from './synthetic/order-flow.js';
import { checkProfile, type SyntheticProfile, stockProfiles } from './synthetic/profile.js';
import { checkStress, hasHalts, type StressOptions, StressTally } from './synthetic/stress-plan.js';
import { stressedFeed, stressesFeed } from './synthetic/stressed-feed.js';
import { StressedFlow } from './synthetic/stressed-flow.js';
import {
  type BlockReader,
  checkColumns,
  countKinds,
  emptyCounts,
  MemoryTape,
  OrderCheck,
  sliceColumns,
  type TapeInfo,
  type TapeSource,
} from './tape.js';
import { copyRows } from './tape-builder.js';
import { HOUR, MICROSECOND, type Nanos, SECOND } from './time.js';

export type { FeedLatency } from './synthetic/feed-line.js';
export type { SyntheticProfile } from './synthetic/profile.js';

/** What market to make. The same options give the same rows on every machine. `stress` needs `durationNs`, without `rows`. */
export interface SyntheticOptions extends StressOptions {
  /** Whole number 0 … 2^53−1. */
  readonly seed: number;
  /**
   * Tape rows wanted, ≥ 1; the tape ends with the message that reaches them, and what is still on its way then. May be left
   * out where `durationNs` is given.
   */
  readonly rows?: number;
  /** Market time after which nothing more happens, ns, ≥ 1; with `rows` too, whichever comes first ends the tape. */
  readonly durationNs?: Nanos;
  /** How many stock instruments (1 … 10,000), or their profiles. Default 3. */
  readonly instruments?: number | readonly SyntheticProfile[];
  /** Default: 1.5 ms log-normal with bursts. */
  readonly feedLatency?: FeedLatency;
  /** How far the book reaches from the touch, ticks, 16 … 4,096. Default 500. */
  readonly depthTicks?: number;
  /** Mean rows of all instruments in a second of market time, > 0. Default 1,400 × the sum of the activities. */
  readonly rowsPerSecond?: number;
  /** Rows of a block, ≥ 1. Default 65,536, but one single block for {@link syntheticTape}. */
  readonly blockRows?: number;
  /**
   * Correlation of the fair prices' changes over any time longer than the lead, and so of mids over times in which they move by
   * more than a spread. Default: none. A matrix is for as many instruments as there are.
   */
  readonly correlation?: Correlation;
  /** How much later each instrument hears of common news than the one before it, ns ≥ 0, up to an hour. Default 0. */
  readonly leadNs?: Nanos;
}

const ROWS_PER_SECOND = 1_400;
const BLOCK_ROWS = 65_536;
/** 2024-01-01 00:00 UTC. */
const ORIGIN_NS = 1_704_067_200_000_000_000n;

/**
 * What is known of the tape before its rows are made: `rows` is what was asked for (of a duration alone: what its pace makes
 * of it), `counts` are zero.
 */
export function syntheticInfo(options: SyntheticOptions): TapeInfo {
  const { profiles, rowsPerSecond, depthTicks, durationNs, stress } = checkOptions(options);
  const rows = options.rows ?? Math.ceil((durationNs / SECOND) * rowsPerSecond);
  return {
    instruments: profiles.map(instrumentSpec),
    originNs: ORIGIN_NS,
    rows,
    columns: { orderId: false, bars: false, value: hasHalts(stress) },
    provenance: {
      source: 'synthetic market',
      seed: String(options.seed),
      ...(options.rows !== undefined && { rows: String(options.rows) }),
      ...(options.durationNs !== undefined && { durationNs: String(options.durationNs) }),
      rowsPerSecond: String(rowsPerSecond),
      depthTicks: String(depthTicks),
      feedLatency: JSON.stringify(options.feedLatency ?? {}),
      ...(options.correlation !== undefined && { correlation: JSON.stringify(options.correlation) }),
      ...(options.leadNs !== undefined && { leadNs: String(options.leadNs) }),
      ...(stress.length > 0 && { stress: JSON.stringify(stress) }),
    },
    corrections: [],
    counts: emptyCounts(profiles.length),
  };
}

/** The whole market as a tape in memory: 31 bytes a row. Throws `RangeError` naming a field of `options` that is wrong. */
export function syntheticTape(options: SyntheticOptions): MemoryTape {
  const { instruments, originNs, provenance, rows, columns: set } = syntheticInfo(options);
  const stressTally = options.stressTally ?? new StressTally();
  let columns = allocateColumns(rows + 65_536, set);
  for (const block of syntheticBlocks({ ...options, stressTally, blockRows: Math.min(rows, 65_536) })) {
    const length = columns.length + block.length;
    if (length > columns.code.length) {
      const grown = allocateColumns(length + 65_536, set);
      copyRows(columns, 0, columns.length, grown, 0);
      grown.length = columns.length;
      columns = grown;
    }
    copyRows(block, 0, block.length, columns, columns.length);
    columns.length = length;
  }
  return new MemoryTape(
    sliceColumns(columns, 0, columns.length),
    { instruments, originNs, provenance, corrections: stressTally.results },
    options.blockRows === undefined ? {} : { blockRows: options.blockRows },
  );
}

/**
 * The market as a tape that is made while it is read, in bounded memory: for runs over hundreds of millions of rows.
 * The whole market is made once beforehand, to know the exact number and kinds of its rows (some 5 million a second).
 * Throws as {@link syntheticTape} does.
 */
export function syntheticSource(options: SyntheticOptions): TapeSource {
  const wanted = syntheticInfo(options);
  const counts = emptyCounts(wanted.instruments.length);
  const stressTally = new StressTally();
  let rows = 0;
  for (const block of syntheticBlocks({ ...options, stressTally })) {
    countKinds(block, counts.length, counts);
    rows += block.length;
  }
  const info: TapeInfo = { ...wanted, rows, counts, corrections: stressTally.results };
  return { info, open: (originNs) => openBlocks(options, info, Number(info.originNs - originNs)) };
}

/** Copies the generator's one block into buffers that the reader's user may hold several of. */
function openBlocks(options: SyntheticOptions, info: TapeInfo, shiftNs: number): BlockReader {
  const blocks = syntheticBlocks({ ...options, stressTally: new StressTally() });
  const check = new OrderCheck('synthetic tape');
  const capacity = options.blockRows ?? BLOCK_ROWS;
  const free: Columns[] = [];
  return {
    next() {
      const made = blocks.next();
      if (made.done) return undefined;
      const block = free.pop() ?? allocateColumns(capacity, info.columns);
      const { length } = made.value;
      copyRows(made.value, 0, length, block, 0);
      block.length = length;
      if (shiftNs !== 0) {
        for (let row = 0; row < length; row++) {
          block.exchangeNs[row]! += shiftNs;
          block.localNs[row]! += shiftNs;
        }
      }
      checkColumns(block, info.instruments.length, check);
      return block;
    },
    release(block) {
      free.push(block);
    },
    close() {
      blocks.return();
      free.length = 0;
    },
  };
}

/**
 * The market block by block in tape order, in bounded memory however many rows. All blocks but the last have
 * `blockRows` rows. A block's buffers are used again for the next one: copy what you keep.
 * Times count from the origin that {@link syntheticInfo} gives. Throws as {@link syntheticTape} does.
 */
export function syntheticBlocks(options: SyntheticOptions): Generator<Columns, void, undefined> {
  const { stress, profiles, blockRows } = checkOptions(options);
  const tally = options.stressTally ?? new StressTally();
  const blocks = marketBlocks(options, tally);
  if (!stressesFeed(stress)) return blocks;
  const columns = { value: hasHalts(stress) };
  return stressedFeed(blocks, { instruments: profiles, columns, book: 'levels' }, stress, tally, blockRows);
}

function* marketBlocks(options: SyntheticOptions, tally: StressTally): Generator<Columns, void, undefined> {
  const { profiles, rowsPerSecond, depthTicks, blockRows, rows, durationNs, stress, shares } = checkOptions(options);
  const source = new RandomSource(options.seed);
  const line = new FeedLine(profiles.length, options.feedLatency ?? {}, source.stream('synthetic/feed-line'));
  const columns = { value: hasHalts(stress) };
  const order = new FeedOrder(columns);
  const activity = profiles.reduce((sum, profile) => sum + profile.activity, 0);
  const flows = profiles.map((profile, index) => {
    const rate = (rowsPerSecond * profile.activity) / activity;
    const random = source.stream(`synthetic/flow/${profile.symbol}`);
    const { leadNs = 0 } = options;
    const common =
      shares && new CommonNews(options.seed, profile.symbol, shares.own, shares.loadings[index]!, index * leadNs);
    const flow = new OrderFlow(profile, rate, depthTicks, random, order, common);
    return stress.length === 0 ? flow : new StressedFlow(flow, profile.symbol, stress, source, order, tally);
  });
  const block = allocateColumns(blockRows, columns);
  let written = 0;
  let exchangeNs = 0;
  for (let index = 0; index < flows.length; index++) {
    // One snapshot after the other, a microsecond apart.
    exchangeNs = index * MICROSECOND;
    flows[index]!.open();
    order.send(index, exchangeNs, line.arrival(index, exchangeNs), Flag.snapshot);
  }
  const schedule = new Schedule(flows.length, exchangeNs + 1);
  for (;;) {
    while (order.drain(block, blockRows)) {
      yield block;
      written += block.length;
      block.length = 0;
    }
    if (written + block.length + order.pendingRows >= rows) break;
    const index = schedule.first;
    // The venue gives every message a nanosecond of its own.
    exchangeNs = Math.max(exchangeNs + 1, Math.floor(schedule.firstNs));
    if (exchangeNs > durationNs) break;
    const next = flows[index]!.step(exchangeNs);
    if (order.openRows > 0) order.send(index, exchangeNs, line.arrival(index, exchangeNs), 0);
    schedule.replaceFirst(next);
  }
  order.end();
  while (order.drain(block, blockRows)) {
    yield block;
    block.length = 0;
  }
  if (block.length > 0) yield block;
}

function checkOptions(options: SyntheticOptions) {
  const { seed, instruments = 3, depthTicks = 500, blockRows = BLOCK_ROWS } = options;
  const { durationNs = Number.POSITIVE_INFINITY } = options;
  // Endless only where the duration ends it.
  const rows = options.rows ?? (options.durationNs === undefined ? undefined : Number.MAX_SAFE_INTEGER);
  const need = (field: string, value: unknown, fine: boolean, allowed: string) => {
    if (!fine) throw new RangeError(`synthetic market: ${field} ${value} is not ${allowed}`);
  };
  if (rows === undefined) throw new RangeError('synthetic market: neither rows nor durationNs is given');
  need('rows', rows, Number.isSafeInteger(rows) && rows >= 1, 'a whole number above 0');
  const endless = options.durationNs === undefined;
  const timed = endless || (Number.isSafeInteger(durationNs) && durationNs >= 1);
  need('durationNs', durationNs, timed, 'a whole number of nanoseconds above 0');
  need(
    'depthTicks',
    depthTicks,
    Number.isInteger(depthTicks) && depthTicks >= 16 && depthTicks <= 4096,
    'a whole number from 16 to 4096',
  );
  need('blockRows', blockRows, Number.isSafeInteger(blockRows) && blockRows >= 1, 'a whole number above 0');
  let profiles: readonly SyntheticProfile[];
  if (typeof instruments === 'number') {
    const fine = Number.isInteger(instruments) && instruments >= 1 && instruments <= 10_000;
    need('instruments', instruments, fine, 'a whole number from 1 to 10000');
    profiles = stockProfiles(instruments, new RandomSource(seed).stream('synthetic/profiles'));
  } else {
    profiles = instruments;
    need('instruments', profiles.length, profiles.length >= 1 && profiles.length <= 10_000, 'a list of 1 to 10000');
  }
  const symbols = new Set<string>();
  profiles.forEach((profile, index) => {
    checkProfile(profile, index, depthTicks);
    need('symbol', profile.symbol, !symbols.has(profile.symbol), 'unique');
    symbols.add(profile.symbol);
  });
  const activity = profiles.reduce((sum, profile) => sum + profile.activity, 0);
  const { rowsPerSecond = ROWS_PER_SECOND * activity } = options;
  need('rowsPerSecond', rowsPerSecond, rowsPerSecond > 0 && rowsPerSecond <= 1e9, 'above 0 and at most 1e9');
  const { stress = [] } = options;
  if (stress.length > 0) need('rows', options.rows, options.rows === undefined, 'possible with stress');
  checkStress(stress, [...symbols], options.durationNs);
  const { leadNs = 0, correlation } = options;
  need('leadNs', leadNs, Number.isInteger(leadNs) && leadNs >= 0 && leadNs <= HOUR, 'whole ns from 0 to an hour');
  need('leadNs', leadNs, leadNs === 0 || correlation !== undefined, 'possible without correlation');
  const shares: FactorShares | undefined =
    correlation === undefined ? undefined : factorShares(correlation, profiles.length);
  return { profiles, rowsPerSecond, depthTicks, blockRows, rows, durationNs, stress, shares };
}

/** When each instrument's next message comes: a binary heap of (time, instrument), whose first is replaced in place. */
class Schedule {
  readonly #times: Float64Array;
  readonly #indices: Uint16Array;

  constructor(length: number, startNs: number) {
    this.#times = new Float64Array(length).fill(startNs);
    this.#indices = new Uint16Array(length).map((_, index) => index);
  }

  get first(): number {
    return this.#indices[0]!;
  }

  get firstNs(): number {
    return this.#times[0]!;
  }

  replaceFirst(time: number): void {
    const times = this.#times;
    const indices = this.#indices;
    const index = indices[0]!;
    const { length } = times;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#before(child + 1, times[child]!, indices[child]!)) child++;
      if (!this.#before(child, time, index)) break;
      times[at] = times[child]!;
      indices[at] = indices[child]!;
      at = child;
    }
    times[at] = time;
    indices[at] = index;
  }

  #before(at: number, time: number, index: number): boolean {
    const other = this.#times[at]!;
    return other < time || (other === time && this.#indices[at]! < index);
  }
}
