/**
 * The shapes of a CSV row (trade, quote, depth, bar) → tape rows.
 * Knows nothing of files or clocks. Called by csv.
 */
import { codeOf, Flag, type Instrument, Kind, MAX_PRICE_TICKS, parseDuration, Side } from '../../core/index.js';
import type { CsvColumn, CsvMapping } from './csv-mapping.js';
import { DecimalReader } from './decimal-reader.js';
import type { RowCollector } from './row-collector.js';

/** The columns that a mapping wants, found in each file's header, and the fields of the row at hand. */
export class CsvColumns {
  /** Fields of the row at hand, in file order; `splitFields` writes them. */
  readonly fields: string[] = [];
  /** True once the columns have been found in this file. */
  resolved = false;
  /** Fields in each row. */
  width = 0;
  readonly #wanted: { readonly column: CsvColumn; readonly field: string }[] = [];
  #places: number[] = [];

  /** Registers a column that the mapping's `field` names; returns its slot. */
  want(column: CsvColumn, field: string): number {
    return this.#wanted.push({ column, field }) - 1;
  }

  /** Finds all columns, from `fields` being the first line. True when that line was a header. Throws `RangeError`. */
  resolve(header: boolean, count: number): boolean {
    const names = this.fields.slice(0, count).map((name) => name.trim());
    this.#places = this.#wanted.map(({ column, field }) => {
      if (typeof column === 'number') {
        if (column < count) return column;
        throw new RangeError(
          `the mapping's ${field} names column ${column}, but the columns go from 0 to ${count - 1}`,
        );
      }
      if (!header) throw new RangeError(`the mapping's ${field} names column "${column}", but it says header: false`);
      const place = names.indexOf(column);
      if (place < 0) {
        throw new RangeError(`the mapping's ${field} names column "${column}"; the header has ${names.join(', ')}`);
      }
      if (names.indexOf(column, place + 1) >= 0) throw new RangeError(`the header has two columns "${column}"`);
      return place;
    });
    this.width = count;
    this.resolved = true;
    return header;
  }

  text(slot: number): string {
    return this.fields[this.#places[slot]!]!.trim();
  }

  /** How messages call a column. */
  nameOf(slot: number): string {
    const { column } = this.#wanted[slot]!;
    return typeof column === 'number' ? `column ${column}` : `column "${column}"`;
  }
}

/** Writes the row at hand to the tape. */
export interface RowWriter {
  write(happened: number, local: number, instrument: number): void;
  /** After the last row. */
  end(): void;
}

/** The writer for the mapping's shape; registers its columns. */
export function writerFor(
  mapping: CsvMapping,
  columns: CsvColumns,
  collector: RowCollector,
  instruments: readonly Instrument[],
): RowWriter {
  const numbers = new Numbers(columns, instruments);
  if (mapping.trades !== undefined) return new TradeWriter(mapping.trades, columns, collector, numbers);
  if (mapping.quotes !== undefined) return new QuoteWriter(mapping.quotes, columns, collector, numbers);
  if (mapping.depth !== undefined) return new DepthWriter(mapping.depth, columns, collector, numbers);
  return new BarWriter(mapping.bars!, columns, collector, numbers);
}

/** Decimal fields → ticks and lots of the row's instrument. */
class Numbers {
  readonly #columns: CsvColumns;
  readonly #ticks: readonly DecimalReader[];
  readonly #lots: readonly DecimalReader[];

  constructor(columns: CsvColumns, instruments: readonly Instrument[]) {
    this.#columns = columns;
    this.#ticks = instruments.map(({ tick }) => new DecimalReader(tick));
    this.#lots = instruments.map(({ lot }) => new DecimalReader(lot));
  }

  ticks(slot: number, instrument: number): number {
    const reader = this.#ticks[instrument]!;
    const text = this.#columns.text(slot);
    const ticks = reader.units(text);
    if (Math.abs(ticks) <= MAX_PRICE_TICKS) return ticks;
    const fault = Number.isNaN(ticks)
      ? `${reader.fault(text)} (the tick)`
      : `${text} is beyond ${MAX_PRICE_TICKS} ticks`;
    throw new RangeError(`${this.#columns.nameOf(slot)}: price ${fault}`);
  }

  lots(slot: number, instrument: number): number {
    const reader = this.#lots[instrument]!;
    const text = this.#columns.text(slot);
    const lots = reader.units(text);
    if (lots >= 0) return lots;
    const fault = Number.isNaN(lots) ? `${reader.fault(text)} (the lot)` : `${text} is negative`;
    throw new RangeError(`${this.#columns.nameOf(slot)}: quantity ${fault}`);
  }
}

type SideMapping = NonNullable<CsvMapping['depth']>['side'];

/** The side column's texts. */
class Sides {
  readonly #slot: number;
  readonly #columns: CsvColumns;
  readonly #sides = new Map<string, Side>();

  constructor(mapping: SideMapping, columns: CsvColumns, field: string) {
    this.#columns = columns;
    this.#slot = columns.want(mapping.column, `${field}.side`);
    for (const name of ['buy', 'sell', 'none'] as const) {
      for (const text of mapping[name]) {
        const key = text.toLowerCase();
        if (this.#sides.has(key)) throw new RangeError(`mapping: ${field}.side lists ${JSON.stringify(text)} twice`);
        this.#sides.set(key, Side[name]);
      }
    }
  }

  read(): Side {
    const text = this.#columns.text(this.#slot);
    const side = this.#sides.get(text) ?? this.#sides.get(text.toLowerCase());
    if (side !== undefined) return side;
    const known = [...this.#sides.keys()].join(', ');
    throw new RangeError(`${this.#columns.nameOf(this.#slot)}: side ${JSON.stringify(text)} is none of ${known}`);
  }
}

class TradeWriter implements RowWriter {
  readonly #collector: RowCollector;
  readonly #numbers: Numbers;
  readonly #price: number;
  readonly #quantity: number;
  readonly #sides: Sides | undefined;

  constructor(
    mapping: NonNullable<CsvMapping['trades']>,
    columns: CsvColumns,
    collector: RowCollector,
    numbers: Numbers,
  ) {
    this.#collector = collector;
    this.#numbers = numbers;
    this.#price = columns.want(mapping.price, 'trades.price');
    this.#quantity = columns.want(mapping.quantity, 'trades.quantity');
    this.#sides = mapping.side && new Sides(mapping.side, columns, 'trades');
  }

  write(happened: number, local: number, instrument: number): void {
    const ticks = this.#numbers.ticks(this.#price, instrument);
    const lots = this.#numbers.lots(this.#quantity, instrument);
    const code = codeOf(Kind.trade, this.#sides?.read() ?? Side.none);
    this.#collector.rows.add(happened, local, code, Flag.last, instrument, ticks, lots);
  }

  end(): void {}
}

class QuoteWriter implements RowWriter {
  readonly #collector: RowCollector;
  readonly #columns: CsvColumns;
  readonly #numbers: Numbers;
  readonly #slots: readonly number[];

  constructor(
    mapping: NonNullable<CsvMapping['quotes']>,
    columns: CsvColumns,
    collector: RowCollector,
    numbers: Numbers,
  ) {
    this.#collector = collector;
    this.#columns = columns;
    this.#numbers = numbers;
    this.#slots = (['bidPrice', 'bidQuantity', 'askPrice', 'askQuantity'] as const).map((name) =>
      columns.want(mapping[name], `quotes.${name}`),
    );
  }

  write(happened: number, local: number, instrument: number): void {
    const [bidPrice, bidQuantity, askPrice, askQuantity] = this.#slots as [number, number, number, number];
    const bid = this.#side(bidPrice, bidQuantity, instrument);
    const ask = this.#side(askPrice, askQuantity, instrument);
    if (bid.lots > 0 && ask.lots > 0 && bid.ticks >= ask.ticks) {
      this.#collector.tally.count('crossed-book', 'quotes with the bid not below the ask were kept');
    }
    const { rows } = this.#collector;
    rows.add(happened, local, codeOf(Kind.quote, Side.buy), 0, instrument, bid.ticks, bid.lots);
    rows.add(happened, local, codeOf(Kind.quote, Side.sell), Flag.last, instrument, ask.ticks, ask.lots);
  }

  /** Both fields empty, or no quantity: this side is empty. */
  #side(price: number, quantity: number, instrument: number): { ticks: number; lots: number } {
    const empty = this.#columns.text(price) === '';
    if (empty && this.#columns.text(quantity) === '') return { ticks: 0, lots: 0 };
    const lots = this.#numbers.lots(quantity, instrument);
    return { ticks: empty && lots === 0 ? 0 : this.#numbers.ticks(price, instrument), lots };
  }

  end(): void {}
}

/** A level message under way. */
interface OpenMessage {
  readonly instrument: number;
  readonly happened: number;
  readonly local: number;
  readonly text: string;
  readonly snapshot: boolean;
  /** Rows of the clears, by side; they get their price when the message ends. */
  readonly clears: readonly number[];
}

class DepthWriter implements RowWriter {
  readonly #collector: RowCollector;
  readonly #columns: CsvColumns;
  readonly #numbers: Numbers;
  readonly #price: number;
  readonly #quantity: number;
  readonly #sides: Sides;
  readonly #message: number;
  readonly #snapshot: { slot: number; texts: Map<string, boolean>; all: boolean } | undefined;
  #open: OpenMessage | undefined;

  constructor(
    mapping: NonNullable<CsvMapping['depth']>,
    columns: CsvColumns,
    collector: RowCollector,
    numbers: Numbers,
  ) {
    this.#collector = collector;
    this.#columns = columns;
    this.#numbers = numbers;
    this.#price = columns.want(mapping.price, 'depth.price');
    this.#quantity = columns.want(mapping.quantity, 'depth.quantity');
    this.#sides = new Sides(mapping.side, columns, 'depth');
    this.#message = mapping.message === undefined ? -1 : columns.want(mapping.message, 'depth.message');
    const { snapshot } = mapping;
    if (snapshot === undefined) return;
    const texts = new Map<string, boolean>();
    for (const text of snapshot.true) texts.set(text.toLowerCase(), true);
    for (const text of snapshot.false) texts.set(text.toLowerCase(), false);
    const slot = columns.want(snapshot.column, 'depth.snapshot');
    this.#snapshot = { slot, texts, all: snapshot.replaces === 'all' };
  }

  write(happened: number, local: number, instrument: number): void {
    const ticks = this.#numbers.ticks(this.#price, instrument);
    const lots = this.#numbers.lots(this.#quantity, instrument);
    const side = this.#sides.read();
    if (side === Side.none) throw new RangeError('a depth row has no side');
    const snapshot = this.#isSnapshot();
    const text = this.#message < 0 ? '' : this.#columns.text(this.#message);
    const open = this.#open;
    const same =
      open !== undefined &&
      open.instrument === instrument &&
      open.snapshot === snapshot &&
      (this.#message < 0 ? open.happened === happened && open.local === local : open.text === text);
    if (!same) {
      this.end();
      const clears = snapshot ? this.#clearRows(happened, local, instrument) : [];
      this.#open = { instrument, happened, local, text, snapshot, clears };
    }
    const flags = snapshot ? Flag.snapshot : 0;
    this.#collector.rows.add(happened, local, codeOf(Kind.depth, side), flags, instrument, ticks, lots);
  }

  #isSnapshot(): boolean {
    if (this.#snapshot === undefined) return false;
    const { slot, texts } = this.#snapshot;
    const text = this.#columns.text(slot);
    const answer = texts.get(text.toLowerCase());
    if (answer !== undefined) return answer;
    const known = [...texts.keys()].join(', ');
    throw new RangeError(`${this.#columns.nameOf(slot)}: snapshot ${JSON.stringify(text)} is none of ${known}`);
  }

  /** A clear of each side at the lowest bid and the highest ask there can be: all of the book. */
  #clearRows(happened: number, local: number, instrument: number): number[] {
    const { rows } = this.#collector;
    return [Side.buy, Side.sell].map((side) => {
      const farthest = side === Side.buy ? -MAX_PRICE_TICKS : MAX_PRICE_TICKS;
      return rows.add(happened, local, codeOf(Kind.depthClear, side), Flag.snapshot, instrument, farthest, 0);
    });
  }

  /** Ends the message under way. */
  end(): void {
    if (this.#open === undefined) return;
    const { columns, length } = this.#collector.rows;
    columns.flags[length - 1]! |= Flag.last;
    if (this.#open.clears.length > 0 && this.#snapshot?.all === false) this.#clearOnlyListed(this.#open.clears);
    this.#open = undefined;
  }

  /** A side that the snapshot does not list is left as it is: its clear goes nowhere. */
  #clearOnlyListed(clears: readonly number[]): void {
    const { columns, length } = this.#collector.rows;
    for (const [index, side] of [Side.buy, Side.sell].entries()) {
      const clear = clears[index]!;
      let farthest = side === Side.buy ? MAX_PRICE_TICKS : -MAX_PRICE_TICKS;
      for (let row = clears.at(-1)! + 1; row < length; row++) {
        if (columns.code[row] !== codeOf(Kind.depth, side)) continue;
        const ticks = columns.priceTicks[row]!;
        farthest = side === Side.buy ? Math.min(farthest, ticks) : Math.max(farthest, ticks);
      }
      columns.priceTicks[clear] = farthest;
    }
  }
}

class BarWriter implements RowWriter {
  readonly #collector: RowCollector;
  readonly #numbers: Numbers;
  readonly #slots: readonly number[];
  readonly #volume: number;
  /** ns from the row's time to the bar's close. */
  readonly #delayNs: number;

  constructor(
    mapping: NonNullable<CsvMapping['bars']>,
    columns: CsvColumns,
    collector: RowCollector,
    numbers: Numbers,
  ) {
    this.#collector = collector;
    this.#numbers = numbers;
    this.#slots = (['open', 'high', 'low', 'close'] as const).map((name) =>
      columns.want(mapping[name], `bars.${name}`),
    );
    this.#volume = columns.want(mapping.volume, 'bars.volume');
    this.#delayNs = mapping.stamped === 'open' ? parseDuration(mapping.interval!) : 0;
  }

  write(happened: number, local: number, instrument: number): void {
    const [open, high, low, close] = this.#slots.map((slot) => this.#numbers.ticks(slot, instrument));
    const volume = this.#numbers.lots(this.#volume, instrument);
    if (!(low! <= Math.min(open!, close!) && Math.max(open!, close!) <= high!)) {
      throw new RangeError(
        `open, high, low, close are ${open}, ${high}, ${low}, ${close} ticks: high and low must enclose them`,
      );
    }
    const { rows } = this.#collector;
    const code = codeOf(Kind.bar, Side.none);
    const row = rows.add(happened + this.#delayNs, local + this.#delayNs, code, Flag.last, instrument, close!, volume);
    rows.columns.openTicks![row] = open!;
    rows.columns.highTicks![row] = high!;
    rows.columns.lowTicks![row] = low!;
  }

  end(): void {}
}
