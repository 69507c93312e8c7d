/**
 * One strategy in one instrument over time: the mid, its own quotes, its fills, its position. Knows nothing of charts.
 * Called by the report.
 */
import type { Instrument } from '../../core/instrument.js';
import { Side } from '../../core/market.js';
import { keptRows } from '../decimation.js';
import { type Recording, type Series, walkTrades } from '../recording.js';
import { curveData, type Span, withEnds } from './curves.js';
import type { OwnQuotes } from './own-quotes.js';
import { packedBy, packedTimes } from './packing.js';
import type { CurveData, MarksData, PairData } from './page-data.js';

/** Rows of tables that every pair is looked for in, by pair: one pass for all of them. */
export class PairRows {
  readonly #fills: readonly Int32Array[];
  readonly #positions: readonly Int32Array[];
  readonly #held: readonly Series[];

  constructor(recording: Recording) {
    const { fills, positions, accountEvents, instruments, strategies } = recording;
    const pairs = strategies.length * instruments.length;
    const pairOf = (table: PairTable, row: number) =>
      table.strategy.at(row) * instruments.length + table.instrument.at(row);
    this.#fills = rowsByPair(fills, pairs, pairOf);
    this.#positions = rowsByPair(positions, pairs, pairOf);
    const changes = new Uint32Array(pairs);
    const changed = (table: typeof fills | typeof accountEvents, row: number) =>
      table.instrument.at(row) >= 0 && table.qtyLots.at(row) !== 0;
    for (const table of [fills, accountEvents]) {
      for (let row = 0; row < table.localNs.length; row++) if (changed(table, row)) changes[pairOf(table, row)]!++;
    }
    const held = Array.from(changes, (count) => ({ timeNs: new Float64Array(count), value: new Float64Array(count) }));
    changes.fill(0);
    const note = (table: typeof fills | typeof accountEvents, row: number) => {
      if (!changed(table, row)) return;
      const pair = pairOf(table, row);
      const place = changes[pair]!++;
      held[pair]!.timeNs[place] = table.localNs.at(row);
      held[pair]!.value[place] = table.positionLots.at(row);
    };
    walkTrades(
      recording,
      (row) => note(fills, row),
      (row) => note(accountEvents, row),
    );
    this.#held = held;
  }

  fillsOf(pair: number): Int32Array {
    return this.#fills[pair]!;
  }

  positionsOf(pair: number): Int32Array {
    return this.#positions[pair]!;
  }

  /** What was held after each change, lots. */
  heldOf(pair: number): Series {
    return this.#held[pair]!;
  }
}

type PairTable = Recording['fills'] | Recording['positions'] | Recording['accountEvents'];

function rowsByPair(
  table: Recording['fills'] | Recording['positions'],
  pairs: number,
  pairOf: (table: PairTable, row: number) => number,
): Int32Array[] {
  const counts = new Uint32Array(pairs);
  for (let row = 0; row < table.localNs.length; row++) counts[pairOf(table, row)]!++;
  const rows = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let row = 0; row < table.localNs.length; row++) {
    const pair = pairOf(table, row);
    rows[pair]![counts[pair]!++] = row;
  }
  return rows;
}

/** `buckets`: slices of time that each curve is thinned to. */
export function pairData(
  recording: Recording,
  strategy: number,
  instrument: Instrument,
  rows: PairRows,
  quotes: OwnQuotes | undefined,
  span: Span,
  buckets: number,
): PairData {
  const { positions, instruments } = recording;
  const pair = strategy * instruments.length + instrument.index;
  // Mids lie on half ticks.
  const scale = 2 * instrument.ticksPerUnit;
  const sampled = rows.positionsOf(pair);
  const mid: Series = {
    timeNs: Float64Array.from(sampled, (row) => positions.localNs.at(row)),
    value: Float64Array.from(sampled, (row) =>
      instrument.price((positions.bidTicks.at(row) + positions.askTicks.at(row)) / 2),
    ),
  };
  const quote = (own: Series | undefined): CurveData =>
    quoteData(
      own === undefined
        ? { timeNs: new Float64Array(0), value: new Float64Array(0) }
        : { timeNs: own.timeNs, value: own.value.map((ticks) => instrument.price(ticks)) },
      span,
      buckets,
      instrument,
    );
  const { timeNs, value: lots } = rows.heldOf(pair);
  const held: Series = {
    timeNs: withEnds(timeNs, span.startNs, span.endNs),
    value: withEnds(
      lots.map((lot) => instrument.qty(lot)),
      0,
      instrument.qty(lots[lots.length - 1] ?? 0),
    ),
  };
  return {
    strategy,
    instrument: instrument.index,
    mid: curveData(mid, span, buckets, scale),
    ownBid: quote(quotes?.bid(pair)),
    ownAsk: quote(quotes?.ask(pair)),
    buys: marksData(recording, rows.fillsOf(pair), Side.buy, instrument, span, buckets),
    sells: marksData(recording, rows.fillsOf(pair), Side.sell, instrument, span, buckets),
    position: curveData(held, span, buckets, instrument.lotsPerUnit),
    fills: rows.fillsOf(pair).length,
  };
}

function marksData(
  { fills }: Recording,
  rows: Int32Array,
  side: Side,
  instrument: Instrument,
  span: Span,
  buckets: number,
): MarksData {
  const own = rows.filter((row) => fills.side.at(row) === side);
  const prices = {
    timeNs: Float64Array.from(own, (row) => fills.localNs.at(row)),
    value: Float64Array.from(own, (row) => instrument.price(fills.priceTicks.at(row))),
  };
  const kept = keptRows(prices, Math.ceil(buckets / 2)).map((index) => own[index]!);
  const column = (of: (row: number) => number, scale: number) => packedBy(Float64Array.from(kept, of), scale);
  return {
    time: packedTimes(
      Float64Array.from(kept, (row) => fills.localNs.at(row)),
      span,
    ),
    value: column((row) => instrument.price(fills.priceTicks.at(row)), instrument.ticksPerUnit),
    qty: column((row) => instrument.qty(fills.qtyLots.at(row)), instrument.lotsPerUnit),
    order: column((row) => fills.orderId.at(row), 1),
    maker: column((row) => fills.maker.at(row), 1),
  };
}

/** A step curve with gaps, where there was no quote for longer than a slice. */
function quoteData(series: Series, span: Span, buckets: number, instrument: Instrument): CurveData {
  const widthNs = span.durationNs / buckets;
  const kept = keptRows(series, buckets);
  const timeNs: number[] = [];
  const value: number[] = [];
  for (const [index, row] of kept.entries()) {
    timeNs.push(series.timeNs[row]!);
    value.push(series.value[row]!);
    const next = kept[index + 1];
    const goneNs =
      row + 1 < series.value.length && Number.isNaN(series.value[row + 1]!) ? series.timeNs[row + 1]! : Number.NaN;
    const backNs = next === undefined ? span.endNs : series.timeNs[next]!;
    if (backNs - goneNs > widthNs) {
      timeNs.push(goneNs);
      value.push(Number.NaN);
    }
  }
  return {
    time: packedTimes(Float64Array.from(timeNs), span),
    value: packedBy(Float64Array.from(value), instrument.ticksPerUnit),
  };
}
