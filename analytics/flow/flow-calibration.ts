/**
 * The order flow of one instrument of a tape as parameters of a synthetic one, in one pass and in bounded memory. Knows nothing of
 * files. Called by `tickwright synth --like`. Only rows seen at the exchange count, by exchange time.
 *
 * Order by order, orders are seen. Of levels and quotes they are inferred: a level's quantity went up by a limit order, and down by
 * trades at its price and, beyond these, by a cancellation; docs/synthetic.md says it exactly.
 */
import { NO_ASK, NO_BID } from '../../core/book/levels.js';
import { Instrument, type InstrumentSpec } from '../../core/instrument.js';
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type Columns,
  Flag,
  Kind,
  Side,
} from '../../core/market.js';
import { BOOK_KINDS, MarketBooks } from '../../core/market-books.js';
import { ARRIVALS, type FlowFeed, type FlowParameters } from '../../core/synthetic/flow-parameters.js';
import { spectralRadius, totalBranching } from '../../core/synthetic/hawkes.js';
import type { TapeInfo } from '../../core/tape.js';
import { type Nanos, SECOND } from '../../core/time.js';
import { LogHistogram } from '../quality/log-histogram.js';
import { BookLooks, SEEN_STEPS } from './book-looks.js';
import { chooseDecays } from './decay-choice.js';
import { DistanceFigures, short } from './distance-figures.js';
import { EventSample, eventCount, type PointEvents } from './event-sample.js';
import { fitHawkes, type HawkesFit } from './hawkes-fit.js';
import { MarketOrders } from './market-orders.js';
import { MessageChanges } from './message-changes.js';
import { type RescaledFit, rescaledFits } from './time-rescaling.js';

export interface CalibrationOptions {
  /** Which instrument; may be left out where the tape has only one. */
  readonly symbol?: string;
  /** The Hawkes process is fitted to at most so many of the most recent market orders and as many others. Default 200,000. */
  readonly mostEvents?: number;
  /** Decays of the kernels, per second; default: chosen from a grid. Empty: Poisson. */
  readonly decays?: readonly number[];
}

/** What a tape said, and how well. */
export interface FlowCalibration {
  readonly parameters: FlowParameters;
  readonly fit: HawkesFit;
  /** By type of arrival. */
  readonly rescaled: readonly RescaledFit[];
  /** What the Hawkes process was fitted to: events from then on, and how many there were in all. Ns since the tape's origin. */
  readonly sample: { readonly fromNs: Nanos; readonly events: number; readonly of: number };
  readonly counts: { readonly marketOrders: number; readonly limitOrders: number; readonly cancellations: number };
  /** What was left out of the figures, where anything was. */
  readonly leftOut: readonly { readonly name: string; readonly count: number; readonly note: string }[];
}

const MOST_EVENTS = 200_000;
/** Fewer of a kind say nothing. */
const LEAST_EVENTS = 30;

const LEFT_OUT = {
  hidden: 'trades of hidden orders; the flow has none',
  unsigned: 'trades that do not say who took',
  'no-distance': 'orders while the other side was empty',
  crossing: 'orders at or beyond the best price of the other side',
  far: `orders more than ${SEEN_STEPS} price steps away`,
  beyond: 'limit orders beyond the last distance of the parameters',
  unmatched: 'prices whose trades no level accounted for',
  cleared: 'rows that cleared a side without a snapshot',
} as const;

type LeftOut = Record<keyof typeof LEFT_OUT, number>;

/** Takes a tape's blocks in order, then says what flow makes a market like it. */
export class TapeCalibration {
  readonly #instrument: InstrumentSpec;
  readonly #index: number;
  readonly #books: MarketBooks;
  readonly #detail: FlowFeed['detail'];
  readonly #options: CalibrationOptions;
  readonly #figures = new DistanceFigures();
  readonly #looks = new BookLooks();
  readonly #orders = new MarketOrders();
  /** Market orders, and the others. */
  readonly #taken: EventSample;
  readonly #placed: EventSample;
  readonly #message: MessageChanges;
  readonly #delays = new LogHistogram();
  readonly #left: LeftOut;
  /** Greatest step that all prices of the book are multiples of. */
  #stepTicks = 0;
  #startTicks = 0;
  #fromNs: Nanos = Number.NaN;
  #endNs: Nanos = 0;
  #markets = 0;
  readonly #levelChanged: (side: Side, tick: number, before: number, after: number) => void;

  /** Throws `RangeError` for an instrument that the tape has not, and for one without a book or trades. */
  constructor(info: TapeInfo, options: CalibrationOptions = {}) {
    this.#options = options;
    this.#index = chosen(info, options.symbol);
    this.#instrument = info.instruments[this.#index]!;
    const counts = info.counts[this.#index]!;
    const { symbol } = this.#instrument;
    this.#detail = counts[Kind.orderAdd]! > 0 ? 'orders' : counts[Kind.depth]! > 0 ? 'levels' : 'quotes';
    if (this.#detail === 'quotes' && counts[Kind.quote] === 0)
      throw new RangeError(`calibration: ${symbol} has no book`);
    if (counts[Kind.trade]! + counts[Kind.orderExecute]! === 0)
      throw new RangeError(`calibration: ${symbol} has no trades`);
    this.#books = new MarketBooks(
      info.instruments.map((spec, index) => new Instrument(spec, index)),
      info.counts,
    );
    this.#taken = new EventSample(options.mostEvents ?? MOST_EVENTS);
    this.#placed = new EventSample(options.mostEvents ?? MOST_EVENTS);
    this.#left = Object.fromEntries(Object.keys(LEFT_OUT).map((name) => [name, 0])) as LeftOut;
    this.#message = new MessageChanges(this.#detail, this.#figures, this.#placed, this.#left);
    this.#levelChanged = (side, tick, before, after) => this.#message.change(side, tick, after - before);
  }

  /** The next rows, times counted from the tape's own origin. Nothing of the block is kept. */
  take(columns: Columns): void {
    const { code, instrument, length } = columns;
    for (let row = 0; row < length; row++) {
      const bits = code[row]!;
      if (instrument[row] !== this.#index || (bits & CODE_EXCHANGE) === 0) continue;
      if ((bits & CODE_LOCAL) !== 0) this.#delays.add(columns.localNs[row]! - columns.exchangeNs[row]!);
      this.#row(columns, row, bits & CODE_KIND, ((bits >> CODE_SIDE_SHIFT) & 3) as Side);
    }
  }

  #row(columns: Columns, row: number, kind: number, side: Side): void {
    const timeNs = columns.exchangeNs[row]!;
    const flags = columns.flags[row]!;
    this.#endNs = timeNs;
    const book = this.#books.levels[this.#index]!;
    if (timeNs > this.#looks.nextNs) this.#looks.stood(book, this.#stepTicks, timeNs, this.#figures);
    if (kind === Kind.trade || kind === Kind.orderExecute) this.#trade(columns, row, kind, side);
    if (((BOOK_KINDS >> kind) & 1) === 1) this.#change(columns, row, kind, side, (flags & Flag.snapshot) !== 0);
    if ((flags & Flag.last) === 0) return;
    this.#message.end(timeNs, book.bid, book.ask, this.#stepTicks);
    if (Number.isNaN(this.#fromNs) && book.bid !== NO_BID && book.ask !== NO_ASK && book.bid < book.ask) {
      this.#fromNs = timeNs;
      this.#startTicks = book.ask;
      this.#looks.begin(timeNs);
      this.#message.begin(timeNs);
    }
  }

  #trade(columns: Columns, row: number, kind: number, side: Side): void {
    if (Number.isNaN(this.#fromNs)) return;
    const seen = kind === Kind.orderExecute;
    if (seen ? (columns.flags[row]! & Flag.hidden) !== 0 : this.#detail === 'orders') this.#left.hidden++;
    else if (side === Side.none) this.#left.unsigned++;
    else {
      const resting = seen === (side === Side.buy) ? Side.buy : Side.sell;
      const [timeNs, tick, lots] = [columns.exchangeNs[row]!, columns.priceTicks[row]!, columns.qtyLots[row]!];
      const stood = this.#books.levels[this.#index]!.lotsAt(resting, tick);
      if (this.#orders.trade(timeNs, resting, tick, lots, stood)) {
        this.#markets++;
        this.#taken.add(timeNs, resting === Side.sell ? 0 : 1);
      }
      if (!seen) this.#message.traded(resting, tick, lots);
    }
  }

  #change(columns: Columns, row: number, kind: number, side: Side, snapshot: boolean): void {
    const tick = columns.priceTicks[row]!;
    if (tick % this.#stepTicks !== 0) this.#stepTicks = commonStep(this.#stepTicks, tick);
    const quiet = snapshot || kind === Kind.orderExecute || Number.isNaN(this.#fromNs);
    if (kind === Kind.depthClear && !quiet) this.#left.cleared++;
    if (kind === Kind.depth && !quiet) {
      this.#message.change(side, tick, columns.qtyLots[row]! - this.#books.levels[this.#index]!.lotsAt(side, tick));
    }
    this.#books.apply(columns, row, kind, side, this.#index, quiet ? undefined : this.#levelChanged);
  }

  /** Call once, when all blocks were taken. Throws `RangeError` where there was too little to say. */
  finish(): FlowCalibration {
    this.#orders.end();
    this.#looks.stood(this.#books.levels[this.#index]!, this.#stepTicks, this.#endNs + 1, this.#figures);
    const { symbol } = this.#instrument;
    const few = (count: number, what: string) => {
      if (count < LEAST_EVENTS)
        throw new RangeError(`calibration: ${symbol} has ${count} ${what}, fewer than ${LEAST_EVENTS}`);
    };
    few(this.#markets, 'market orders that say who took');
    few(this.#figures.orders, 'limit orders');
    few(this.#message.cancellations, 'cancellations');
    const samples = [this.#taken, this.#placed];
    const beginNs = Math.max(...samples.map((sample) => sample.beginNs(this.#fromNs)));
    const events = EventSample.together(samples, beginNs, this.#endNs);
    const types = { types: ARRIVALS.length, mirrored: true };
    const fit = fitHawkes(events, { ...types, decays: this.#options.decays ?? this.#decays(events) });
    return {
      parameters: this.#parameters(fit),
      ...{ fit, rescaled: rescaledFits(events, fit.parameters) },
      sample: { fromNs: beginNs, events: eventCount(events), of: samples.reduce((sum, { count }) => sum + count, 0) },
      counts: {
        ...{ marketOrders: this.#markets, limitOrders: this.#figures.orders },
        cancellations: this.#message.cancellations,
      },
      leftOut: Object.entries(LEFT_OUT).flatMap(([name, note]) => {
        const count = this.#left[name as keyof typeof LEFT_OUT];
        return count > 0 ? [{ name, count, note }] : [];
      }),
    };
  }

  /** Market orders are few among the others, and remember longer: they are asked for themselves, too. */
  #decays(events: PointEvents): number[] {
    const taken = EventSample.together([this.#taken], this.#taken.beginNs(this.#fromNs), this.#endNs);
    const ofTaken = chooseDecays(taken, { types: 2, mirrored: true });
    const ofAll = chooseDecays(events, { types: ARRIVALS.length, mirrored: true }, { most: 2 });
    return [...new Set([...ofTaken, ...ofAll])].toSorted((a, b) => a - b);
  }

  #parameters({ parameters }: HawkesFit): FlowParameters {
    const radius = spectralRadius(totalBranching(parameters));
    if (!(radius < 1)) {
      throw new RangeError(
        `calibration: events of ${this.#instrument.symbol} bring about ${radius} each in the long run, which no stationary flow does; give a shorter or calmer part of the tape`,
      );
    }
    const [step, orders] = [this.#stepTicks, this.#orders];
    const startTicks = Math.round(this.#startTicks / step) * step;
    const figures = this.#figures.parameters(step, Math.floor(startTicks / step / 4), 2 * this.#looks.seconds);
    this.#left.beyond = figures.beyond;
    const { placement, cancelRate, depth, limitLots } = figures;
    return {
      instrument: this.#instrument,
      feed: {
        detail: this.#detail,
        everyNs: this.#message.everyNs,
        latencyNs: Math.min(60 * SECOND, Math.max(0, Math.round(this.#delays.quantile(0.5)))),
      },
      ...{ startTicks, stepTicks: step },
      arrivals: {
        base: parameters.base.map(short),
        kernels: parameters.kernels.map(({ decay, branching }) => ({
          decay,
          branching: branching.map((row) => row.map(short)),
        })),
      },
      marketLots: orders.sizes.table(),
      sweep: orders.wentOn + orders.stopped === 0 ? 1 : short(orders.wentOn / (orders.wentOn + orders.stopped)),
      ...{ placement, limitLots, cancelRate, depth },
    };
  }
}

function chosen({ instruments }: TapeInfo, symbol: string | undefined): number {
  const known = instruments.map((each) => each.symbol).join(', ');
  if (symbol === undefined) {
    if (instruments.length === 1) return 0;
    throw new RangeError(`calibration: the tape has several instruments, ${known}; say which`);
  }
  const index = instruments.findIndex((each) => each.symbol === symbol);
  if (index < 0) throw new RangeError(`calibration: the tape has no instrument ${symbol}; it has ${known}`);
  return index;
}

/** Euclid's; 0 with anything is that. */
function commonStep(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
