/**
 * Mapped rows of what happens to instruments besides trading (funding, status, splits, dividends, mark prices) → tape rows.
 * Knows nothing of files or clocks. Called by mapped-writers.
 */
import { codeOf, Flag, Kind, Side, Status } from '../../core/index.js';
import type { CsvMapping } from './csv-mapping.js';
import type { MappedFields } from './mapped-fields.js';
import { type MappedNumbers, MappedTexts } from './mapped-values.js';
import type { RowCollector } from './row-collector.js';

/** What a row says: its `value` column and its price; 0 where its kind has none. */
interface Reading {
  readonly value: number;
  readonly ticks: number;
}

/** One row an event. */
export class EventWriter {
  readonly #collector: RowCollector;
  readonly #code: number;
  readonly #read: (instrument: number) => Reading;

  constructor(collector: RowCollector, kind: Kind, read: (instrument: number) => Reading) {
    this.#collector = collector;
    this.#code = codeOf(kind, Side.none);
    this.#read = read;
  }

  write(happened: number, local: number, instrument: number): void {
    const { value, ticks } = this.#read(instrument);
    const { rows } = this.#collector;
    const row = rows.add(happened, local, this.#code, Flag.last, instrument, ticks, 0);
    if (rows.set.value === true) rows.setValue(row, value);
  }

  end(): void {}
}

/** The writer of a mapping that has one of these shapes. */
export function eventWriterFor(
  { funding, status, splits, dividends, marks }: CsvMapping,
  fields: MappedFields,
  collector: RowCollector,
  numbers: MappedNumbers,
): EventWriter {
  if (funding !== undefined) {
    const rate = fields.want(funding.rate, 'funding.rate');
    return new EventWriter(collector, Kind.funding, () => ({ value: numbers.value(rate, 'rate'), ticks: 0 }));
  }
  if (status !== undefined) return statusWriter(status, fields, collector, numbers);
  if (splits !== undefined) return splitWriter(splits, fields, collector, numbers);
  if (dividends !== undefined) {
    const amount = fields.want(dividends.amount, 'dividends.amount');
    return new EventWriter(collector, Kind.dividend, () => {
      const value = numbers.value(amount, 'dividend');
      if (!(value >= 0)) throw new RangeError(`${fields.nameOf(amount)}: dividend ${value} is negative`);
      return { value, ticks: 0 };
    });
  }
  const { price, offTick } = marks!;
  const slot = fields.want(price, 'marks.price');
  const rounded = () =>
    collector.tally.count('mark-rounded', 'mark prices between two ticks were moved to the nearer one');
  return new EventWriter(collector, Kind.mark, (instrument) => ({
    value: 0,
    ticks: offTick === 'nearest' ? numbers.nearestTicks(slot, instrument, rounded) : numbers.ticks(slot, instrument),
  }));
}

function statusWriter(
  mapping: NonNullable<CsvMapping['status']>,
  fields: MappedFields,
  collector: RowCollector,
  numbers: MappedNumbers,
): EventWriter {
  const meanings = (['open', 'halt', 'auction', 'close', 'delisted'] as const).map(
    (name) => [name, mapping[name]] as const,
  );
  const texts = new MappedTexts(mapping.column, meanings, fields, 'status', 'status');
  const price = mapping.price === undefined ? -1 : fields.want(mapping.price, 'status.price');
  return new EventWriter(collector, Kind.status, (instrument) => {
    const value = Status[texts.read()];
    if (price < 0 || fields.isEmpty(price)) return { value, ticks: 0 };
    // 0 on the tape stands for no price.
    const ticks = numbers.ticks(price, instrument);
    if (ticks > 0) return { value, ticks };
    throw new RangeError(`${fields.nameOf(price)}: price ${fields.text(price)} of a status is not above 0`);
  });
}

function splitWriter(
  mapping: NonNullable<CsvMapping['splits']>,
  fields: MappedFields,
  collector: RowCollector,
  numbers: MappedNumbers,
): EventWriter {
  const units = (slot: number) => {
    const value = numbers.value(slot, 'split');
    if (value > 0) return value;
    throw new RangeError(`${fields.nameOf(slot)}: split ${fields.text(slot)} is not above 0`);
  };
  if ('ratio' in mapping) {
    const ratio = fields.want(mapping.ratio, 'splits.ratio');
    return new EventWriter(collector, Kind.split, () => ({ value: units(ratio), ticks: 0 }));
  }
  const newUnits = fields.want(mapping.newUnits, 'splits.newUnits');
  const oldUnits = fields.want(mapping.oldUnits, 'splits.oldUnits');
  return new EventWriter(collector, Kind.split, () => {
    const value = units(newUnits) / units(oldUnits);
    if (value > 0 && value < Infinity) return { value, ticks: 0 };
    throw new RangeError(`split of ${fields.text(newUnits)} for ${fields.text(oldUnits)} is beyond every double`);
  });
}
