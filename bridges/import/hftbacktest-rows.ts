/**
 * hftbacktest's events of price levels, best quotes and trades → rows of the tape, each for the sides that it is for.
 * Knows nothing of files. Called by hftbacktest.
 *
 * A message ends where the next event of the same side has other times, or is a trade, or follows one: a row is marked as its
 * message's last when that event comes.
 */
import { CODE_EXCHANGE, CODE_LOCAL, codeOf, Flag, Kind, MAX_PRICE_TICKS, Side } from '../../core/index.js';
import { DoubleSteps } from './double-steps.js';
import { type HftEvent, HftKind } from './hftbacktest-event.js';
import type { RowCollector } from './row-collector.js';

/** The latest row of a side, which may yet turn out to end its message. */
interface LatestRow {
  /** On the tape; −1: there is none, or its message has ended. */
  row: number;
  happened: number;
  local: number;
  trade: boolean;
}

export interface LevelRowOptions {
  readonly tick: string;
  readonly lot: string;
  /** Quantities of levels that are no whole lots. */
  readonly offLotLevels: 'refuse' | 'round';
  /** A local time before the exchange time is refused here, or left for the end. */
  readonly shift: boolean;
}

export class HftLevelRows {
  readonly #collector: RowCollector;
  readonly #options: LevelRowOptions;
  readonly #ticks: DoubleSteps;
  readonly #lots: DoubleSteps;
  readonly #exchange: LatestRow = { row: -1, happened: 0, local: 0, trade: false };
  readonly #local: LatestRow = { row: -1, happened: 0, local: 0, trade: false };
  #lastExchange = Number.NEGATIVE_INFINITY;
  #lastLocal = Number.NEGATIVE_INFINITY;

  constructor(collector: RowCollector, options: LevelRowOptions) {
    this.#collector = collector;
    this.#options = options;
    this.#ticks = new DoubleSteps(options.tick);
    this.#lots = new DoubleSteps(options.lot);
  }

  /** A file begins: what stands before it may be later. */
  begin(): void {
    this.#lastExchange = Number.NEGATIVE_INFINITY;
    this.#lastLocal = Number.NEGATIVE_INFINITY;
  }

  /** A file ends, and with it every message. */
  end(): void {
    this.#endMessage(this.#exchange);
    this.#endMessage(this.#local);
  }

  /** After the last file. */
  finish(): void {
    this.#collector.tally.count('float-noise', FLOAT_NOISE, this.#ticks.noisy + this.#lots.noisy);
  }

  write(event: HftEvent): void {
    this.#checkTimes(event);
    const { kind } = event;
    if (kind === HftKind.depth) this.#level(event, Kind.depth, 0);
    else if (kind === HftKind.trade) this.#trade(event);
    else if (kind === HftKind.depthSnapshot) this.#level(event, Kind.depth, Flag.snapshot);
    else if (kind === HftKind.depthClear) this.#clear(event);
    else if (kind === HftKind.bestQuote) this.#level(event, Kind.quote, 0);
    else if (kind >= HftKind.addOrder && kind <= HftKind.fill) {
      throw new RangeError(`ev is of kind ${kind}, an order's: say that the file is order by order (orders)`);
    } else this.#collector.tally.count('custom-events', CUSTOM_EVENTS);
  }

  /** Both sides walk forward; only so is the file what hftbacktest would replay. */
  #checkTimes({ happened, local, seen }: HftEvent): void {
    if (local < happened && !this.#options.shift) {
      throw new RangeError(
        `local_ts lies ${happened - local} ns before exch_ts: let hftbacktest's correct_local_timestamp make the file, or shift all (negativeLatency)`,
      );
    }
    if ((seen & CODE_EXCHANGE) !== 0) {
      if (happened < this.#lastExchange)
        throw new RangeError(`exch_ts lies ${this.#lastExchange - happened} ns ${DISORDER}`);
      this.#lastExchange = happened;
    }
    if ((seen & CODE_LOCAL) !== 0) {
      if (local < this.#lastLocal) throw new RangeError(`local_ts lies ${this.#lastLocal - local} ns ${DISORDER}`);
      this.#lastLocal = local;
    }
  }

  #price({ px }: HftEvent): number {
    const ticks = this.#ticks.units(px);
    if (Math.abs(ticks) <= MAX_PRICE_TICKS) return ticks;
    if (!Number.isNaN(ticks))
      throw new RangeError(`px is ${px}, beyond ${MAX_PRICE_TICKS} ticks of ${this.#options.tick}`);
    throw new RangeError(`px is ${px}, not a whole multiple of ${this.#options.tick} (the tick)`);
  }

  #quantity({ qty }: HftEvent, mayRound: boolean): number {
    const lots = this.#lots.units(qty);
    if (lots >= 0) return lots;
    if (qty < 0) throw new RangeError(`qty is ${qty}, below 0`);
    const nearest = this.#lots.nearest(qty);
    if (!mayRound || Number.isNaN(nearest)) {
      throw new RangeError(`qty is ${qty}, not a whole multiple of ${this.#options.lot} (the lot)`);
    }
    this.#collector.tally.count('off-lot-levels', 'levels that are not whole lots were rounded, never to nothing');
    return Math.max(1, nearest);
  }

  #level(event: HftEvent, kind: Kind, flags: number): void {
    if (event.side === Side.none) throw new RangeError(`ev is of kind ${event.kind}, a level's, without a side`);
    const lots = this.#quantity(event, this.#options.offLotLevels === 'round');
    // An empty side has no price.
    const ticks = kind === Kind.quote && lots === 0 ? 0 : this.#price(event);
    this.#add(event, codeOf(kind, event.side, event.seen), flags, ticks, lots);
  }

  #trade(event: HftEvent): void {
    const lots = this.#quantity(event, false);
    if (lots === 0) {
      this.#collector.tally.count('zero-quantity', 'trades of quantity 0 were left out');
      return;
    }
    this.#add(event, codeOf(Kind.trade, event.side, event.seen), 0, this.#price(event), lots);
  }

  /** Up to a price, or all where there is none; of a side, or of both where there is none. */
  #clear(event: HftEvent): void {
    for (const side of event.side === Side.none ? [Side.buy, Side.sell] : [event.side]) {
      const all = side === Side.buy ? -MAX_PRICE_TICKS : MAX_PRICE_TICKS;
      const ticks = event.side === Side.none || !Number.isFinite(event.px) ? all : this.#price(event);
      this.#add(event, codeOf(Kind.depthClear, side, event.seen), Flag.snapshot, ticks, 0);
    }
  }

  #add(event: HftEvent, code: number, flags: number, ticks: number, lots: number): void {
    const row = this.#collector.rows.add(event.happened, event.local, code, flags, 0, ticks, lots);
    if ((event.seen & CODE_EXCHANGE) !== 0) this.#follow(this.#exchange, event, row);
    if ((event.seen & CODE_LOCAL) !== 0) this.#follow(this.#local, event, row);
  }

  #follow(latest: LatestRow, { kind, happened, local }: HftEvent, row: number): void {
    const trade = kind === HftKind.trade;
    if (trade || latest.trade || latest.happened !== happened || latest.local !== local) this.#endMessage(latest);
    latest.row = row;
    latest.happened = happened;
    latest.local = local;
    latest.trade = trade;
  }

  #endMessage(latest: LatestRow): void {
    if (latest.row >= 0) this.#collector.rows.mark(latest.row, Flag.last);
    latest.row = -1;
  }
}

const DISORDER = "before that of a row before: let hftbacktest's correct_event_order make the file";

export const CUSTOM_EVENTS =
  'events of kinds that hftbacktest does not define (index and mark prices, funding and the like) were left out';
export const FLOAT_NOISE = 'prices and quantities a few units in the last place beside a step were taken for it';
