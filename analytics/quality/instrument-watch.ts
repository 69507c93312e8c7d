/**
 * All checks of one instrument, row by row. Knows nothing of files. Called by the check of a tape.
 */
import { type Instrument, instrumentSpec } from '../../core/instrument.js';
import { CODE_EXCHANGE, CODE_LOCAL, type Columns, Flag, Kind, type Side, Status } from '../../core/market.js';
import type { SessionColumns } from '../../core/session-calendar.js';
import type { Nanos } from '../../core/time.js';
import { BookWatch, bookSourceOf } from './book-watch.js';
import { DuplicateMessages } from './duplicate-messages.js';
import type { InstrumentFindings, InstrumentPictures, SessionFindings, SpanFindings } from './findings.js';
import { LatencyWatch } from './latency-watch.js';
import { LostRows } from './lost-rows.js';
import { PriceSpikes, type Spike, type SpikeRule } from './price-spikes.js';
import { SessionEdges } from './session-edges.js';
import { Silences } from './silences.js';
import { OpenSpan, Spans } from './spans.js';
import { SpreadPictures } from './spread-pictures.js';
import { BARS, isOrderKind, OTHER, STREAMS, streamOf, TRADES } from './streams.js';

export interface QualityOptions {
  /** A stream that says nothing for longer has a gap. Default 1 min. */
  readonly gapNs: Nanos;
  /** A touch that stands for longer while trades print outside it is stale. Default 10 s. */
  readonly staleNs: Nanos;
  /** Rows slower than that are outlying; left out, the rows themselves say. */
  readonly latencyNs?: Nanos | undefined;
  readonly spikes: SpikeRule;
  /** The exchange's sessions in the time of the tape, ns since its origin; left out, rows are not held against any. */
  readonly sessions?: SessionColumns | undefined;
  /** For how many instruments, the first of the tape, what the page draws is kept: some 32 KB each. Default 0. */
  readonly pictures: number;
}

/** Kinds of which quantity 0 says nothing. For depth and quotes it says that a level or a side is gone. */
const SIZED = Uint8Array.from({ length: 16 }, (_, kind) => (kind === Kind.trade || isOrderKind(kind) ? 1 : 0));

/** Kinds whose price is one at which something could trade. */
const PRICED = Uint8Array.from({ length: 16 }, (_, kind) =>
  (kind >= Kind.trade && kind <= Kind.bar && kind !== Kind.depthClear) || kind === Kind.mark ? 1 : 0,
);

export class InstrumentWatch {
  readonly #instrument: Instrument;
  readonly #options: QualityOptions;
  readonly #book: BookWatch;
  readonly #latency: LatencyWatch;
  readonly #lost: LostRows;
  readonly #silences = STREAMS.map(() => new Silences());
  readonly #messages = STREAMS.map(() => new DuplicateMessages());
  readonly #spikes: PriceSpikes;
  readonly #barSpikes: PriceSpikes;
  readonly #pictures: SpreadPictures | undefined;
  readonly #edges: SessionEdges | undefined;
  readonly #halts = new Spans();
  readonly #halt = new OpenSpan();
  #largestSpikes: Spike[] = [];
  #spikeCount = 0;
  #rows = 0;
  #duplicateRows = 0;
  #duplicateTrades = 0;
  #zeroSizes = 0;
  #lowPrices = 0;
  #tradesWhileShut = 0;
  #status: number = Status.open;
  /** When it was last known not to trade. */
  #shutNs: Nanos = Number.NEGATIVE_INFINITY;

  constructor(instrument: Instrument, kinds: readonly number[], options: QualityOptions, withPictures: boolean) {
    this.#instrument = instrument;
    this.#options = options;
    this.#book = new BookWatch(instrument, bookSourceOf(kinds), options.staleNs);
    this.#latency = new LatencyWatch(options.latencyNs);
    this.#lost = new LostRows(options.gapNs);
    const keep = (spike: Spike) => this.#keepSpike(spike);
    this.#spikes = new PriceSpikes(options.spikes, keep);
    this.#barSpikes = new PriceSpikes(options.spikes, keep);
    this.#edges = options.sessions === undefined ? undefined : new SessionEdges(options.sessions);
    this.#pictures = withPictures ? new SpreadPictures() : undefined;
  }

  /** A row that was seen locally, in the order of local times. `place`: its row on the tape. */
  seen(columns: Columns, row: number, place: number): void {
    const exchangeNs = columns.exchangeNs[row]!;
    const localNs = columns.localNs[row]!;
    const snapshot = (columns.flags[row]! & Flag.snapshot) !== 0;
    this.#lost.received(exchangeNs, localNs, !snapshot && (columns.code[row]! & CODE_EXCHANGE) === 0, place);
    if (snapshot) return;
    this.#latency.add(exchangeNs, localNs, place);
    this.#pictures?.delay(localNs, localNs - exchangeNs);
  }

  /** A row as it happened, in the order of exchange times. */
  happened(columns: Columns, row: number, place: number, kind: number, side: Side): void {
    const timeNs = columns.exchangeNs[row]!;
    const tick = columns.priceTicks[row]!;
    const stream = streamOf(kind);
    this.#rows++;
    if ((columns.code[row]! & CODE_LOCAL) === 0 && (columns.flags[row]! & Flag.snapshot) === 0) {
      this.#lost.happened(timeNs);
    }
    this.#messages[stream]!.add(columns, row);
    if (this.#status !== Status.open) this.#shutNs = timeNs;
    const silences = this.#silences[stream]!;
    if (stream === OTHER) silences.rows++;
    else if (stream === BARS) silences.addBar(timeNs, place, this.#shutNs);
    else silences.add(timeNs, place, this.#options.gapNs, this.#shutNs);

    if (SIZED[kind] === 1 && columns.qtyLots[row] === 0) this.#zeroSizes++;
    if (tick <= 0 && PRICED[kind] === 1 && columns.qtyLots[row] !== 0) this.#lowPrices++;
    if (kind === Kind.trade || kind === Kind.orderExecute) this.#traded(kind, tick, timeNs, place);
    else if (kind === Kind.bar) this.#barSpikes.add(tick, timeNs, place);
    else if (kind === Kind.status) this.#turn(columns.value?.[row] ?? Status.open, timeNs, place);
    if ((columns.flags[row]! & Flag.snapshot) === 0 && kind !== Kind.status) this.#edges?.add(timeNs);
    this.#book.apply(columns, row, kind, side);
    this.#pictures?.row(timeNs);
    if ((columns.flags[row]! & Flag.last) !== 0) this.#endMessage(timeNs, place);
  }

  #traded(kind: number, tick: number, timeNs: Nanos, place: number): void {
    this.#spikes.add(tick, timeNs, place);
    this.#pictures?.price(timeNs, tick);
    if (kind === Kind.trade) this.#book.trade(tick, timeNs);
    if (this.#status !== Status.open && this.#status !== Status.auction) this.#tradesWhileShut++;
  }

  #turn(status: number, timeNs: Nanos, place: number): void {
    this.#status = status;
    this.#shutNs = timeNs;
    if (status === Status.halt) this.#halt.begin(timeNs, place);
    else this.#halt.end(timeNs, this.#halts);
    this.#book.shut(status !== Status.open, timeNs, place);
  }

  #endMessage(timeNs: Nanos, place: number): void {
    this.#book.settle(timeNs, place);
    const { levels } = this.#book;
    this.#pictures?.touch(timeNs, levels.bid, levels.ask);
    for (let stream = 0; stream < STREAMS.length; stream++) {
      const message = this.#messages[stream]!;
      if (message.rows === 0) continue;
      const rows = message.end();
      if (stream === TRADES) this.#duplicateTrades += rows;
      else this.#duplicateRows += rows;
    }
  }

  #keepSpike(spike: Spike): void {
    this.#spikeCount++;
    this.#largestSpikes.push(spike);
    if (this.#largestSpikes.length >= 400) this.#largestSpikes = largest(this.#largestSpikes);
  }

  /** Ends what still goes on at `endNs`, the last exchange time of the tape. */
  findings(endNs: Nanos): InstrumentFindings {
    const book = this.#book;
    book.finish(endNs);
    this.#lost.finish(endNs);
    this.#halt.end(endNs, this.#halts);
    this.#spikes.finish();
    this.#barSpikes.finish();
    this.#edges?.finish();
    const { rowsBeforeSnapshot, snapshotRows, staleTrades } = book;
    const pictures: InstrumentPictures | undefined = this.#pictures?.finish(book.crossed);
    return {
      ...{
        instrument: instrumentSpec(this.#instrument),
        rows: this.#rows,
        book: book.source,
        rowsBeforeSnapshot,
        snapshotRows,
      },
      streams: STREAMS.flatMap((name, stream) => {
        const { rows, gaps, excused } = this.#silences[stream]!;
        return rows === 0 ? [] : [{ name, rows, gaps: spanFindings(gaps), excused }];
      }),
      unknownOrders: book.orders?.unknown ?? 0,
      replacedOrders: book.orders?.replaced ?? 0,
      bookNs: endNs - book.fromNs,
      crossed: spanFindings(book.crossed),
      crossedMessages: book.crossedMessages,
      locked: spanFindings(book.locked),
      crossedWhileShut: spanFindings(book.crossedWhileShut),
      stale: spanFindings(book.stale),
      staleTrades,
      latency: this.#latency.findings(),
      ...{ lostRows: this.#lost.rows, outages: spanFindings(this.#lost.spells) },
      ...{ duplicateRows: this.#duplicateRows, duplicateTrades: this.#duplicateTrades },
      ...{ spikes: this.#spikeCount, largestSpikes: largest(this.#largestSpikes) },
      ...{ zeroSizes: this.#zeroSizes, lowPrices: this.#lowPrices },
      ...{ halts: spanFindings(this.#halts), tradesWhileShut: this.#tradesWhileShut },
      ...(this.#edges !== undefined && { sessions: sessionFindings(this.#edges) }),
      ...(pictures !== undefined && { pictures }),
    };
  }
}

function sessionFindings({ outside, missed, latestOpenNs, earliestEndNs }: SessionEdges): SessionFindings {
  return { outside, missed, latestOpenNs, earliestEndNs };
}

function spanFindings(spans: Spans): SpanFindings {
  const { count, totalNs, longestNs } = spans;
  return { count, totalNs, longestNs, longest: spans.longest() };
}

function largest(spikes: readonly Spike[]): Spike[] {
  const away = ({ priceTicks, medianTicks }: Spike) => Math.abs(priceTicks - medianTicks);
  return spikes.toSorted((a, b) => away(b) - away(a) || a.row - b.row).slice(0, 100);
}
