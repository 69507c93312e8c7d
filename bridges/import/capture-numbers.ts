/**
 * Prices and quantities of venues' messages → ticks and lots. Knows nothing of messages or rows. Called by the
 * importers of captures.
 */
import { basename } from 'node:path';
import { MAX_PRICE_TICKS } from '../../core/index.js';
import { brief } from './capture-fields.js';
import type { CorrectionTally } from './correction-tally.js';
import { DecimalReader } from './decimal-reader.js';
import { ImportError } from './input-file.js';

/** More than one level in so many off the lot means that the lot is wrong. */
const LEVELS_PER_OFF_LOT = 1_000;

/** Where a line stands, for messages. */
export interface LinePlace {
  readonly path: string;
  readonly line: number;
}

/** One instrument's numbers. All methods throw `RangeError` naming the field and its value. */
export class CaptureNumbers {
  readonly #price: DecimalReader;
  readonly #qty: DecimalReader;
  readonly #roundLevels: boolean;
  readonly #place: () => LinePlace;
  #levels = 0;
  #offLot = { count: 0, path: '', fault: '' };

  constructor(tick: string, lot: string, roundLevels: boolean, place: () => LinePlace) {
    this.#price = new DecimalReader(tick);
    this.#qty = new DecimalReader(lot);
    this.#roundLevels = roundLevels;
    this.#place = place;
  }

  ticks(text: unknown, field: string, level = -1): number {
    if (typeof text === 'string') {
      const ticks = this.#price.units(text);
      if (Math.abs(ticks) <= MAX_PRICE_TICKS) return ticks;
    }
    const fault =
      typeof text !== 'string'
        ? `${brief(text)} is not text`
        : Number.isNaN(this.#price.units(text))
          ? `${this.#price.fault(text)} (the tick)`
          : `${text} is beyond ${MAX_PRICE_TICKS} ticks`;
    throw new RangeError(`price in ${fieldName(field, level)}: ${fault}`);
  }

  /** As {@link CaptureNumbers.ticks}, but a price between two ticks gives the nearer one; `rounded` is told. */
  nearestTicks(text: unknown, field: string, rounded: () => void): number {
    if (typeof text !== 'string' || !Number.isNaN(this.#price.units(text))) return this.ticks(text, field);
    const ticks = this.#price.nearest(text);
    if (!(Math.abs(ticks) <= MAX_PRICE_TICKS)) return this.ticks(text, field);
    rounded();
    return ticks;
  }

  lots(text: unknown, field: string, level = -1): number {
    if (typeof text === 'string') {
      const lots = this.#qty.units(text);
      if (lots >= 0) return lots;
    }
    const fault =
      typeof text !== 'string'
        ? `${brief(text)} is not text`
        : this.#qty.units(text) < 0
          ? `${text} is negative`
          : `${this.#qty.fault(text)} (the lot)`;
    throw new RangeError(`quantity in ${fieldName(field, level)}: ${fault}`);
  }

  /** The quantity of a depth level; off the lot it is rounded and counted, if so wished. */
  levelLots(text: unknown, field: string, level: number): number {
    this.#levels++;
    const lots = typeof text === 'string' ? this.#qty.units(text) : Number.NaN;
    if (lots >= 0) return lots;
    const rounded = this.#roundLevels && typeof text === 'string' ? this.#qty.nearest(text) : Number.NaN;
    if (!(rounded >= 0)) return this.lots(text, field, level);
    if (this.#offLot.count++ === 0) {
      const { path, line } = this.#place();
      const fault = `${line}: quantity in ${fieldName(field, level)}: ${this.#qty.fault(text as string)} (the lot)`;
      this.#offLot.path = path;
      this.#offLot.fault = fault;
    }
    return rounded;
  }

  /** After the last line: counts the levels that were rounded, or throws `ImportError` when they were too many. */
  countOffLot(tally: CorrectionTally): void {
    const { count, path, fault } = this.#offLot;
    if (count * LEVELS_PER_OFF_LOT > this.#levels) {
      throw new ImportError(`${path}:${fault}, and so are ${count} of ${this.#levels} levels: give the right lot`);
    }
    tally.count(
      'off-lot-quantity',
      'level quantities that are not whole lots were rounded to the nearest lot, never to 0 ' +
        `(first: ${basename(path)}:${fault})`,
      count,
    );
  }
}

function fieldName(field: string, level: number): string {
  return level < 0 ? field : `${field}[${level}]`;
}
