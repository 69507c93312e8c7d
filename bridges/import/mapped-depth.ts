/**
 * Mapped rows of level-2 depth → tape rows: messages, snapshots and what they clear.
 * Knows nothing of files or clocks. Called by mapped-writers.
 */
import { codeOf, Flag, Kind, MAX_PRICE_TICKS, Side } from '../../core/index.js';
import type { CsvMapping } from './csv-mapping.js';
import type { MappedFields } from './mapped-fields.js';
import { type MappedNumbers, MappedSides } from './mapped-values.js';
import type { RowCollector } from './row-collector.js';

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

/** One row a level. */
export class DepthWriter {
  readonly #collector: RowCollector;
  readonly #fields: MappedFields;
  readonly #numbers: MappedNumbers;
  readonly #price: number;
  readonly #quantity: number;
  readonly #sides: MappedSides;
  readonly #message: number;
  readonly #snapshot: { slot: number; texts: Map<string, boolean>; all: boolean } | undefined;
  #open: OpenMessage | undefined;

  constructor(
    mapping: NonNullable<CsvMapping['depth']>,
    fields: MappedFields,
    collector: RowCollector,
    numbers: MappedNumbers,
  ) {
    this.#collector = collector;
    this.#fields = fields;
    this.#numbers = numbers;
    this.#price = fields.want(mapping.price, 'depth.price');
    this.#quantity = fields.want(mapping.quantity, 'depth.quantity');
    this.#sides = new MappedSides(mapping.side, fields, 'depth');
    this.#message = mapping.message === undefined ? -1 : fields.want(mapping.message, 'depth.message');
    const { snapshot } = mapping;
    if (snapshot === undefined) return;
    const texts = new Map<string, boolean>();
    for (const text of snapshot.true) texts.set(text.toLowerCase(), true);
    for (const text of snapshot.false) texts.set(text.toLowerCase(), false);
    const slot = fields.want(snapshot.column, 'depth.snapshot');
    this.#snapshot = { slot, texts, all: snapshot.replaces === 'all' };
  }

  write(happened: number, local: number, instrument: number): void {
    const ticks = this.#numbers.ticks(this.#price, instrument);
    const lots = this.#numbers.lots(this.#quantity, instrument);
    const side = this.#sides.read();
    if (side === Side.none) throw new RangeError('a depth row has no side');
    const snapshot = this.#isSnapshot();
    const text = this.#message < 0 ? '' : this.#fields.text(this.#message);
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
    const text = this.#fields.text(slot);
    const answer = texts.get(text.toLowerCase());
    if (answer !== undefined) return answer;
    const known = [...texts.keys()].join(', ');
    throw new RangeError(`${this.#fields.nameOf(slot)}: snapshot ${JSON.stringify(text)} is none of ${known}`);
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
    const { rows } = this.#collector;
    rows.mark(rows.length - 1, Flag.last);
    if (this.#open.clears.length > 0 && this.#snapshot?.all === false) this.#clearOnlyListed(this.#open.clears);
    this.#open = undefined;
  }

  /** A side that the snapshot does not list is left as it is: its clear goes nowhere. */
  #clearOnlyListed(clears: readonly number[]): void {
    const { rows } = this.#collector;
    for (const [index, side] of [Side.buy, Side.sell].entries()) {
      const clear = clears[index]!;
      let farthest = side === Side.buy ? MAX_PRICE_TICKS : -MAX_PRICE_TICKS;
      rows.revise(clears.at(-1)! + 1, rows.length, ({ code, priceTicks }, from, to) => {
        for (let row = from; row < to; row++) {
          if (code[row] !== codeOf(Kind.depth, side)) continue;
          const ticks = priceTicks[row]!;
          farthest = side === Side.buy ? Math.min(farthest, ticks) : Math.max(farthest, ticks);
        }
      });
      rows.revise(clear, clear + 1, ({ priceTicks }, row) => {
        priceTicks[row] = farthest;
      });
    }
  }
}
