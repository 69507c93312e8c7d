/**
 * A run with as many fills as wanted, made up: a market maker that quotes every so often, each order sent, accepted, at rest and
 * filled; prices wander. Only what analytics and reports read is there. Knows nothing of measuring.
 * Called by the analytics bench and by tests of large reports.
 */
import type { Column } from '../analytics/column.js';
import { Recorder } from '../analytics/recorder.js';
import type { Recording } from '../analytics/recording.js';
import { Account } from '../core/account.js';
import { Instrument } from '../core/instrument.js';
import { Side } from '../core/market.js';
import { MatchKind } from '../core/match-event.js';
import { OrderEventKind } from '../core/order.js';
import { RandomSource } from '../core/random.js';
import type { RunResult } from '../core/simulation.js';
import { DAY, MILLISECOND, type Nanos, SECOND } from '../core/time.js';

export interface ManyFills {
  /** Told nothing: its recording is filled by hand. */
  readonly recorder: Recorder;
  readonly result: RunResult;
}

const ORIGIN_NS = 1_704_067_200_000_000_000n;
const LATENCY_NS = 5 * MILLISECOND;

/** `fills` fills over `durationNs` of market time in `instruments`; equal arguments give equal runs. */
export function manyFills(fills: number, instruments = 1, durationNs: Nanos = DAY): ManyFills {
  const specs = Array.from({ length: instruments }, (_, index) => new Instrument(specOf(index), index));
  const account = new Account(specs, {});
  const recorder = new Recorder();
  const sampleNs = Math.max(SECOND, Math.ceil(durationNs / 100_000 / SECOND) * SECOND);
  const books = specs.map((instrument) => ({
    ...{ instrument, bestBidTicks: Number.NaN, bestAskTicks: Number.NaN, midTicks: Number.NaN },
    ...{ bestBidLots: 0, bestAskLots: 0, lotsAt: () => 0, levelsInto: () => 0 },
  }));
  recorder.onStart({
    ...{ originNs: ORIGIN_NS, instruments: specs, strategies: ['maker'], accounts: [account], books, sampleNs },
    ...{ venueBooks: books, watchVenue: () => {} },
  });
  const { recording } = recorder;
  const mids = specs.map(() => 10_000);
  const stream = new RandomSource(1).stream('fills');
  const random = () => stream.uniform();
  const stepNs = durationNs / (fills + 1);
  let sampledNs = 0;
  const sample = (untilNs: Nanos) => {
    for (; sampledNs <= untilNs; sampledNs += sampleNs) {
      for (const { index } of specs) {
        books[index]!.bestBidTicks = mids[index]! - 1;
        books[index]!.bestAskTicks = mids[index]! + 1;
        account.mark(index, 2 * mids[index]!);
      }
      recorder.onSample(sampledNs);
    }
  };
  for (let fill = 0; fill < fills; fill++) {
    const index = fill % instruments;
    const nowNs = Math.round((fill + 1) * stepNs);
    sample(nowNs);
    mids[index]! += random() < 0.5 ? -1 : 1;
    const lots = account.positionLots(index);
    const buys = lots > 20 ? false : lots < -20 ? true : random() < 0.5;
    const side = buys ? Side.buy : Side.sell;
    const priceTicks = mids[index]! + (buys ? -1 : 1);
    account.applyFill(index, side, priceTicks, 1, 0.0001);
    record(recording, account, fill + 1, index, side, priceTicks, nowNs, mids[index]!, random);
  }
  sample(durationNs);
  recorder.onStop(durationNs);
  return {
    recorder,
    result: {
      ...{ runHash: '00'.repeat(32), rows: fills, originNs: ORIGIN_NS, startNs: 0, endNs: durationNs },
      ...{ orderEvents: 3 * fills, fills, unknownOrders: 0, crossedLevels: 0 },
      strategies: [{ name: 'maker', account }],
    },
  };
}

function specOf(index: number) {
  return { symbol: `MADE-${index + 1}`, tick: '0.01', lot: '0.1' };
}

/** One order from sending to its fill. */
function record(
  { orders, fills, entries }: Recording,
  account: Account,
  id: number,
  instrument: number,
  side: Side,
  priceTicks: number,
  nowNs: Nanos,
  midTicks: number,
  random: () => number,
): void {
  // Whole, as a run's times are and its files keep them.
  const sentNs = Math.round(nowNs - 20 * LATENCY_NS * random() - 4 * LATENCY_NS);
  const { submitted, accepted, filled } = OrderEventKind;
  const [bid, ask] = [midTicks - 1, midTicks + 1];
  for (const kind of [submitted, accepted, filled]) {
    const localNs = kind === filled ? nowNs : kind === accepted ? sentNs + 2 * LATENCY_NS : sentNs;
    const exchangeNs = kind === submitted ? Number.NaN : localNs - LATENCY_NS;
    // Limit orders, good till cancelled, post-only; no reason, no tag.
    const plain = [side, 0, 0, 1, priceTicks, 1, kind === filled ? 0 : 1, 0, 0];
    append(orders, [localNs, exchangeNs, 0, instrument, id, kind, ...plain, bid, ask]);
  }
  const ahead = Math.floor(500 * random());
  append(entries, [sentNs + LATENCY_NS, 0, instrument, id, MatchKind.rested, ahead, bid, ask]);
  const mids = [1, 2, 4, 8, 12, 16, 40].map((spread) => midTicks + spread * (random() - 0.5));
  const head = [nowNs, nowNs - LATENCY_NS, 0, instrument, id, side, 1, priceTicks, 1, 0, 0.0001];
  append(fills, [...head, account.positionLots(instrument), bid, ask, 0, bid, ask, ...mids]);
}

/** A row, in the order of the table's columns. Throws for one of another width. */
function append(table: Readonly<Record<string, Column>>, row: readonly number[]): void {
  let columns = known.get(table);
  if (columns === undefined) {
    columns = Object.values(table);
    known.set(table, columns);
  }
  if (columns.length !== row.length) throw new Error(`a row of ${row.length} cells for ${columns.length} columns`);
  for (let i = 0; i < row.length; i++) columns[i]!.push(row[i]!);
}

const known = new WeakMap<object, readonly Column[]>();
