/**
 * A clock that comes from columns of the row at hand, as a mapping says.
 * Knows nothing of the other clock or of rows. Called by mapped-rows.
 */
import type { CsvTime } from './csv-mapping.js';
import type { MappedFields } from './mapped-fields.js';
import type { RowCollector } from './row-collector.js';
import { TimestampReader } from './timestamp-reader.js';

export class MappedClock {
  readonly #fields: MappedFields;
  readonly #slots: readonly number[];
  readonly #reader: TimestampReader;

  constructor(field: string, time: CsvTime, fields: MappedFields) {
    this.#fields = fields;
    const wanted = Array.isArray(time.column) ? time.column : [time.column];
    this.#slots = wanted.map((column) => fields.want(column, field));
    this.#reader = new TimestampReader(time.unit, time.zone);
  }

  /** ns in the collector's time. */
  read(collector: RowCollector): number {
    try {
      const alone = this.#slots.length === 1;
      if (!alone || !this.#fields.readTime(this.#slots[0]!, this.#reader)) this.#reader.read(this.#text(alone));
      return collector.time(this.#reader.seconds, this.#reader.nanos);
    } catch (cause) {
      throw this.#fault(cause as Error);
    }
  }

  #text(alone: boolean): string {
    if (alone) return this.#fields.text(this.#slots[0]!);
    return this.#slots.map((slot) => this.#fields.text(slot)).join(' ');
  }

  #fault({ message }: Error): RangeError {
    const names = this.#slots.map((slot) => this.#fields.nameOf(slot)).join(' + ');
    return new RangeError(`${names}: ${message}`);
  }
}
