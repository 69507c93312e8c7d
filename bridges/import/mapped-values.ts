/**
 * What a mapping's fields mean: decimals as ticks and lots, texts as sides and statuses.
 * Knows nothing of where rows come from, of clocks or tape rows. Called by the writers of mapped rows.
 */
import { type Instrument, MAX_PRICE_TICKS, parseDecimal, Side } from '../../core/index.js';
import type { CsvColumn, CsvMapping } from './csv-mapping.js';
import { DecimalReader } from './decimal-reader.js';
import type { MappedFields } from './mapped-fields.js';

/** Decimal fields → ticks and lots of the row's instrument. */
export class MappedNumbers {
  readonly #fields: MappedFields;
  readonly #ticks: readonly DecimalReader[];
  readonly #lots: readonly DecimalReader[];

  constructor(fields: MappedFields, instruments: readonly Instrument[]) {
    this.#fields = fields;
    this.#ticks = instruments.map(({ tick }) => new DecimalReader(tick));
    this.#lots = instruments.map(({ lot }) => new DecimalReader(lot));
  }

  ticks(slot: number, instrument: number): number {
    const reader = this.#ticks[instrument]!;
    const ticks = this.#fields.units(slot, reader);
    if (Math.abs(ticks) <= MAX_PRICE_TICKS) return ticks;
    const fault = Number.isNaN(ticks)
      ? `${this.#fields.fault(slot, reader)} (the tick)`
      : `${this.#fields.text(slot)} is beyond ${MAX_PRICE_TICKS} ticks`;
    throw new RangeError(`${this.#fields.nameOf(slot)}: price ${fault}`);
  }

  /**
   * As {@link MappedNumbers.ticks}, but a price between two ticks gives the nearer one; `rounded` is told. Whatever is no price
   * at all is refused.
   */
  nearestTicks(slot: number, instrument: number, rounded: () => void): number {
    const reader = this.#ticks[instrument]!;
    const text = this.#fields.text(slot);
    if (!Number.isNaN(reader.units(text))) return this.ticks(slot, instrument);
    const ticks = reader.nearest(text);
    if (!(Math.abs(ticks) <= MAX_PRICE_TICKS)) return this.ticks(slot, instrument);
    rounded();
    return ticks;
  }

  /** A decimal as the nearest double; `what` is how messages call it. Throws `RangeError` for what is none. */
  value(slot: number, what: string): number {
    const text = this.#fields.text(slot);
    try {
      parseDecimal(text);
    } catch (cause) {
      throw new RangeError(`${this.#fields.nameOf(slot)}: ${what} ${(cause as Error).message}`);
    }
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw new RangeError(`${this.#fields.nameOf(slot)}: ${what} ${text} is beyond every double`);
  }

  lots(slot: number, instrument: number): number {
    const reader = this.#lots[instrument]!;
    const lots = this.#fields.units(slot, reader);
    if (lots >= 0) return lots;
    const fault = Number.isNaN(lots)
      ? `${this.#fields.fault(slot, reader)} (the lot)`
      : `${this.#fields.text(slot)} is negative`;
    throw new RangeError(`${this.#fields.nameOf(slot)}: quantity ${fault}`);
  }
}

/** A column of texts that mean one of a few values each, compared without regard to case. */
export class MappedTexts<Name extends string> {
  readonly #slot: number;
  readonly #fields: MappedFields;
  readonly #what: string;
  readonly #names = new Map<string, Name>();

  /** `field`: what the mapping calls it. Throws `RangeError` for a text that means two things. */
  constructor(
    column: CsvColumn,
    meanings: readonly (readonly [Name, readonly string[]])[],
    fields: MappedFields,
    field: string,
    what: string,
  ) {
    this.#fields = fields;
    this.#what = what;
    this.#slot = fields.want(column, `${field}.${what}`);
    for (const [name, texts] of meanings) {
      for (const text of texts) {
        const key = text.toLowerCase();
        if (this.#names.has(key)) throw new RangeError(`mapping: ${field}.${what} lists ${JSON.stringify(text)} twice`);
        this.#names.set(key, name);
      }
    }
  }

  read(): Name {
    const text = this.#fields.text(this.#slot);
    const name = this.#names.get(text) ?? this.#names.get(text.toLowerCase());
    if (name !== undefined) return name;
    const known = [...this.#names.keys()].join(', ');
    throw new RangeError(
      `${this.#fields.nameOf(this.#slot)}: ${this.#what} ${JSON.stringify(text)} is none of ${known}`,
    );
  }
}

type SideMapping = NonNullable<CsvMapping['depth']>['side'];

/** The side column's texts. */
export class MappedSides {
  readonly #texts: MappedTexts<'buy' | 'sell' | 'none'>;

  constructor(mapping: SideMapping, fields: MappedFields, field: string) {
    const meanings = (['buy', 'sell', 'none'] as const).map((name) => [name, mapping[name]] as const);
    this.#texts = new MappedTexts(mapping.column, meanings, fields, field, 'side');
  }

  read(): Side {
    return Side[this.#texts.read()];
  }
}
