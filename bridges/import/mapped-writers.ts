/**
 * The shapes of a mapped row (trade, quote, bar; depth and what happens besides trading have files of their own) → tape rows.
 * Knows nothing of files or clocks. Called by mapped-rows.
 */
import { codeOf, Flag, type Instrument, Kind, parseDuration, Side } from '../../core/index.js';
import type { CsvMapping } from './csv-mapping.js';
import { DepthWriter } from './mapped-depth.js';
import { eventWriterFor } from './mapped-events.js';
import type { MappedFields } from './mapped-fields.js';
import { MappedNumbers, MappedSides } from './mapped-values.js';
import type { RowCollector } from './row-collector.js';

/** Writes the row at hand to the tape. */
export interface RowWriter {
  write(happened: number, local: number, instrument: number): void;
  /** After the last row. */
  end(): void;
}

/** The writer for the mapping's shape; registers its columns. */
export function writerFor(
  mapping: CsvMapping,
  fields: MappedFields,
  collector: RowCollector,
  instruments: readonly Instrument[],
): RowWriter {
  const numbers = new MappedNumbers(fields, instruments);
  if (mapping.trades !== undefined) return new TradeWriter(mapping.trades, fields, collector, numbers);
  if (mapping.quotes !== undefined) return new QuoteWriter(mapping.quotes, fields, collector, numbers);
  if (mapping.depth !== undefined) return new DepthWriter(mapping.depth, fields, collector, numbers);
  if (mapping.bars !== undefined) return new BarWriter(mapping.bars, fields, collector, numbers);
  return eventWriterFor(mapping, fields, collector, numbers);
}

class TradeWriter implements RowWriter {
  readonly #collector: RowCollector;
  readonly #numbers: MappedNumbers;
  readonly #price: number;
  readonly #quantity: number;
  readonly #sides: MappedSides | undefined;

  constructor(
    mapping: NonNullable<CsvMapping['trades']>,
    fields: MappedFields,
    collector: RowCollector,
    numbers: MappedNumbers,
  ) {
    this.#collector = collector;
    this.#numbers = numbers;
    this.#price = fields.want(mapping.price, 'trades.price');
    this.#quantity = fields.want(mapping.quantity, 'trades.quantity');
    this.#sides = mapping.side && new MappedSides(mapping.side, fields, 'trades');
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
  readonly #fields: MappedFields;
  readonly #numbers: MappedNumbers;
  readonly #slots: readonly number[];

  constructor(
    mapping: NonNullable<CsvMapping['quotes']>,
    fields: MappedFields,
    collector: RowCollector,
    numbers: MappedNumbers,
  ) {
    this.#collector = collector;
    this.#fields = fields;
    this.#numbers = numbers;
    this.#slots = (['bidPrice', 'bidQuantity', 'askPrice', 'askQuantity'] as const).map((name) =>
      fields.want(mapping[name], `quotes.${name}`),
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
    const empty = this.#fields.isEmpty(price);
    if (empty && this.#fields.isEmpty(quantity)) return { ticks: 0, lots: 0 };
    const lots = this.#numbers.lots(quantity, instrument);
    return { ticks: empty && lots === 0 ? 0 : this.#numbers.ticks(price, instrument), lots };
  }

  end(): void {}
}

class BarWriter implements RowWriter {
  readonly #collector: RowCollector;
  readonly #numbers: MappedNumbers;
  readonly #slots: readonly number[];
  readonly #volume: number;
  /** ns from the row's time to the bar's close. */
  readonly #delayNs: number;

  constructor(
    mapping: NonNullable<CsvMapping['bars']>,
    fields: MappedFields,
    collector: RowCollector,
    numbers: MappedNumbers,
  ) {
    this.#collector = collector;
    this.#numbers = numbers;
    this.#slots = (['open', 'high', 'low', 'close'] as const).map((name) => fields.want(mapping[name], `bars.${name}`));
    this.#volume = fields.want(mapping.volume, 'bars.volume');
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
    rows.setBar(row, open!, high!, low!);
  }

  end(): void {}
}
