/**
 * Finds the rows that repairs leave out. Knows nothing of files, nor of how a tape is written. Called by the repair of a tape,
 * with the rows seen at the exchange in order. Each repair is judged on the tape as it is, whatever the others leave out.
 */
import { Instrument } from '../../core/instrument.js';
import { type Columns, Flag, Kind, type Side, Status } from '../../core/market.js';
import type { TapeInfo } from '../../core/tape.js';
import { bookSourceOf } from './book-watch.js';
import { CrossingRows } from './crossing-rows.js';
import { DuplicateMessages } from './duplicate-messages.js';
import { DROPS, type Drop } from './fixes.js';
import { PriceSpikes, type SpikeRule } from './price-spikes.js';
import { isBookKind, STREAM_COUNT, streamOf, TRADES } from './streams.js';

/** Rows to leave out, and by which repair. */
export class DropSearch {
  /** By place on the tape: index into {@link DROPS}. One number for each row that is left out. */
  readonly #drops = new Map<number, number>();
  readonly #searches: (InstrumentSearch | undefined)[];
  readonly #make: (index: number) => InstrumentSearch;

  constructor(info: TapeInfo, drops: ReadonlySet<Drop>, spikes: SpikeRule) {
    const note = (drop: Drop, place: number) => {
      const rank = DROPS.indexOf(drop);
      const before = this.#drops.get(place);
      if (drops.has(drop) && (before === undefined || rank < before)) this.#drops.set(place, rank);
    };
    this.#searches = new Array<InstrumentSearch | undefined>(info.instruments.length).fill(undefined);
    this.#make = (index) => {
      const instrument = new Instrument(info.instruments[index]!, index);
      return new InstrumentSearch(instrument, info.counts[index]!, drops, spikes, note);
    };
  }

  /** A row seen at the exchange; `place`: its row on the tape. */
  take(columns: Columns, row: number, place: number, kind: number, side: Side): void {
    const instrument = columns.instrument[row]!;
    const search = this.#searches[instrument] ?? this.#make(instrument);
    this.#searches[instrument] = search;
    search.take(columns, row, place, kind, side);
  }

  finish(): void {
    for (const search of this.#searches) search?.finish();
  }

  /** Which repair leaves a row out that is seen at the exchange; `undefined` for one that stays. */
  dropOf(instrument: number, place: number, kind: number): Drop | undefined {
    if (this.#searches[instrument]?.isBeforeSnapshot(place, kind)) return 'drop-before-snapshot';
    const rank = this.#drops.get(place);
    return rank === undefined ? undefined : DROPS[rank];
  }
}

/** Place of executions among the prices: they are compared, as in the check, but stay, because the book needs them. */
const KEPT = -1;

class InstrumentSearch {
  readonly #drops: ReadonlySet<Drop>;
  readonly #note: (drop: Drop, place: number) => void;
  readonly #crossing: CrossingRows | undefined;
  readonly #spikes: readonly [trades: PriceSpikes, bars: PriceSpikes];
  readonly #messages = Array.from({ length: STREAM_COUNT }, () => new DuplicateMessages());
  /** Places of the rows of the message that is read, by stream. */
  readonly #places = Array.from({ length: STREAM_COUNT }, (): number[] => []);
  /** Of the first row of the book that is part of a snapshot. */
  #snapshotPlace = -1;

  constructor(
    instrument: Instrument,
    kinds: readonly number[],
    drops: ReadonlySet<Drop>,
    rule: SpikeRule,
    note: (drop: Drop, place: number) => void,
  ) {
    this.#drops = drops;
    this.#note = note;
    const source = bookSourceOf(kinds);
    this.#crossing =
      drops.has('drop-crossed') && (source === 'levels' || source === 'quotes')
        ? new CrossingRows(instrument, source === 'quotes', (place) => note('drop-crossed', place))
        : undefined;
    const spikes = () => new PriceSpikes(rule, ({ row }) => row !== KEPT && note('drop-spikes', row));
    this.#spikes = [spikes(), spikes()];
  }

  take(columns: Columns, row: number, place: number, kind: number, side: Side): void {
    const flags = columns.flags[row]!;
    const tick = columns.priceTicks[row]!;
    const timeNs = columns.exchangeNs[row]!;
    const stream = streamOf(kind);
    this.#messages[stream]!.add(columns, row);
    this.#places[stream]!.push(place);
    if (this.#snapshotPlace < 0 && (flags & Flag.snapshot) !== 0 && isBookKind(kind)) this.#snapshotPlace = place;
    if (columns.qtyLots[row] === 0 && isEmptySize(kind)) this.#note('drop-zero-sizes', place);
    if (kind === Kind.trade) this.#spikes[0].add(tick, timeNs, place);
    else if (kind === Kind.orderExecute) this.#spikes[0].add(tick, timeNs, KEPT);
    else if (kind === Kind.bar) this.#spikes[1].add(tick, timeNs, place);
    else if (kind === Kind.status) this.#crossing?.shut((columns.value?.[row] ?? Status.open) !== Status.open);
    this.#crossing?.apply(columns, row, place, kind, side);
    if ((flags & Flag.last) !== 0) this.#endMessage();
  }

  #endMessage(): void {
    this.#crossing?.endMessage();
    for (const [stream, message] of this.#messages.entries()) {
      if (message.rows === 0) continue;
      const places = this.#places[stream]!;
      const drop = stream === TRADES ? 'drop-duplicate-trades' : 'drop-duplicates';
      if (message.end() > 0) for (const place of places) this.#note(drop, place);
      places.length = 0;
    }
  }

  finish(): void {
    for (const spikes of this.#spikes) spikes.finish();
  }

  isBeforeSnapshot(place: number, kind: number): boolean {
    return place < this.#snapshotPlace && this.#drops.has('drop-before-snapshot') && isBookKind(kind);
  }
}

/** Kinds that may go where they have no quantity: they change no book. */
function isEmptySize(kind: number): boolean {
  return kind === Kind.trade || kind === Kind.orderCancel || kind === Kind.orderExecute;
}
