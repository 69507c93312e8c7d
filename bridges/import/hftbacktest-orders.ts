/**
 * hftbacktest's events of single orders → rows of orders, executions and trades. It makes them of Databento's market data by order,
 * one event of each record, so each event becomes such a record again and goes the way of those (dbn-order-rows).
 * Knows nothing of files. Called by hftbacktest.
 *
 * The rows are those of the local side, with both of their times; the tape puts them in both orders. Those for the exchange alone
 * are the same events once more, which is checked.
 */
import { CODE_EXCHANGE, CODE_LOCAL, type InstrumentSpec, MAX_PRICE_TICKS, Side } from '../../core/index.js';
import { DbnInstrument } from './dbn-instrument.js';
import { Action, ASCII_ASK, ASCII_BID, ASCII_NONE, DbnFlag, OrderField } from './dbn-layout.js';
import { DbnOrderRows } from './dbn-order-rows.js';
import { DbnRows } from './dbn-rows.js';
import type { OffTickPrints } from './dbn-trade.js';
import { DoubleSteps } from './double-steps.js';
import { type HftEvent, HftKind } from './hftbacktest-event.js';
import { CUSTOM_EVENTS, FLOAT_NOISE } from './hftbacktest-rows.js';
import type { RowCollector } from './row-collector.js';

const WORD = 2 ** 32;
const RECORD_BYTES = 56;
/** Sizes of a record are 4 bytes, the last of which stands for "none". */
const MOST_LOTS = 0xffff_fffe;
const BOTH = CODE_EXCHANGE | CODE_LOCAL;
/** The bits of an event's flags that do not say for whom it is. */
const KIND_AND_SIDE = 0x3fff_ffff;

const ACTIONS: Readonly<Record<number, number>> = {
  [HftKind.trade]: Action.trade,
  [HftKind.depthClear]: Action.clear,
  [HftKind.addOrder]: Action.add,
  [HftKind.cancelOrder]: Action.cancel,
  [HftKind.modifyOrder]: Action.modify,
  [HftKind.fill]: Action.fill,
};
const SIDES = { [Side.none]: ASCII_NONE, [Side.buy]: ASCII_BID, [Side.sell]: ASCII_ASK } as const;

export class HftOrderRows {
  readonly instrument: DbnInstrument;
  readonly #rows: DbnRows;
  readonly #orders: DbnOrderRows;
  readonly #ticks: DoubleSteps;
  readonly #lots: DoubleSteps;
  readonly #spec: InstrumentSpec;
  readonly #collector: RowCollector;
  /** The record of the event that waits for the next, which may end it. */
  readonly #record: { words: Int32Array; bytes: Uint8Array };
  #waits = false;
  #happened = 0;
  /** Rows for the exchange alone less those for the local side alone, and their words taken together. */
  #unpaired = 0;
  readonly #mixed = new Uint32Array(16);
  #lastLocal = Number.NEGATIVE_INFINITY;

  /** Throws `RangeError` for a tick finer than 1e-9. */
  constructor(collector: RowCollector, spec: InstrumentSpec, offTick: OffTickPrints) {
    this.#collector = collector;
    this.#spec = spec;
    // Sizes go through as lots.
    this.instrument = new DbnInstrument(0, { ...spec, lot: '1' }, 0, 0);
    this.#ticks = new DoubleSteps(spec.tick);
    this.#lots = new DoubleSteps(spec.lot);
    this.#rows = new DbnRows(collector);
    this.#orders = new DbnOrderRows(this.#rows, offTick);
    this.#rows.onEventEnd = (instrument) => this.#orders.end(instrument);
    const buffer = new ArrayBuffer(RECORD_BYTES);
    this.#record = { words: new Int32Array(buffer), bytes: new Uint8Array(buffer) };
    this.#rows.words = this.#record.words;
    this.#rows.bytes = this.#record.bytes;
  }

  begin(): void {
    this.#lastLocal = Number.NEGATIVE_INFINITY;
  }

  write(event: HftEvent): void {
    const { kind, seen, local } = event;
    if (event.layout === 'v1') throw new RangeError('version 1 of hftbacktest has no orders');
    if (kind === HftKind.depth || kind === HftKind.depthSnapshot || kind === HftKind.bestQuote) {
      throw new RangeError(`ev is of kind ${kind}, a level's, in a file that is order by order: it would be two books`);
    }
    if ((seen & BOTH) !== BOTH) this.#pair(event);
    if ((seen & CODE_LOCAL) === 0) return;
    if (local < this.#lastLocal) {
      throw new RangeError(`local_ts lies ${this.#lastLocal - local} ns before that of a row before`);
    }
    this.#lastLocal = local;
    const action = ACTIONS[kind];
    const sided = action === Action.add || action === Action.modify;
    if (sided && event.side === Side.none) throw new RangeError(`ev is of kind ${kind}, an order's, without a side`);
    if (action === Action.clear && event.side !== Side.none) {
      throw new RangeError('ev clears one side of a book by order, which has no row');
    }
    if (action === undefined) {
      this.#collector.tally.count('custom-events', CUSTOM_EVENTS);
      return;
    }
    this.#flush(event.happened !== this.#happened);
    this.#fill(event, action);
    this.#happened = event.happened;
    this.#waits = true;
  }

  /** Every row for one side alone has a twin for the other. */
  #pair({ seen, buffer, at, flagsAt, rowWords }: HftEvent): void {
    this.#unpaired += seen === CODE_EXCHANGE ? 1 : -1;
    for (let word = 0; word < rowWords; word++) this.#mixed[word]! ^= buffer.words[at * 2 + word]!;
    // But for the bits that say the side.
    this.#mixed[(flagsAt - at) * 2]! &= KIND_AND_SIDE;
  }

  /** Writes the record that waits; `last`: the next is of another event of the venue. */
  #flush(last: boolean): void {
    if (!this.#waits) return;
    this.#waits = false;
    if (last) this.#record.bytes[OrderField.flagsByte]! |= DbnFlag.last;
    this.#orders.write(this.instrument, 0, true);
  }

  #fill(event: HftEvent, action: number): void {
    const { words, bytes } = this.#record;
    const source = event.buffer.words;
    words.set(source.subarray(event.timeAt.exchange * 2, event.timeAt.exchange * 2 + 2), 2);
    words.set(source.subarray(event.timeAt.local * 2, event.timeAt.local * 2 + 2), OrderField.tsRecv);
    const { orderAt, ivalAt } = event;
    words[OrderField.orderId] = orderAt < 0 ? 0 : source[orderAt * 2]!;
    words[OrderField.orderId + 1] = orderAt < 0 ? 0 : source[orderAt * 2 + 1]!;
    const clears = action === Action.clear;
    const value = clears ? 0 : this.#price(event) * Number(this.instrument.tickUnits);
    words[OrderField.price + 1] = Math.floor(value / WORD);
    words[OrderField.price] = value >>> 0;
    words[OrderField.size] = clears ? 0 : this.#size(event);
    bytes[OrderField.actionByte] = action;
    bytes[OrderField.sideByte] = SIDES[event.side];
    // hftbacktest keeps Databento's flags in ival; other sources leave it 0.
    const flags = ivalAt < 0 || source[ivalAt * 2 + 1] !== 0 ? 0 : source[ivalAt * 2]!;
    bytes[OrderField.flagsByte] = flags <= 0xff ? flags : 0;
  }

  #price({ px }: HftEvent): number {
    const ticks = this.#ticks.units(px);
    if (Math.abs(ticks) <= MAX_PRICE_TICKS) return ticks;
    throw new RangeError(
      `px is ${px}, not a whole multiple of ${this.#spec.tick} (the tick), or beyond ${MAX_PRICE_TICKS} of it`,
    );
  }

  #size({ qty }: HftEvent): number {
    const lots = this.#lots.units(qty);
    if (lots >= 0 && lots <= MOST_LOTS) return lots;
    throw new RangeError(
      `qty is ${qty}, not a whole multiple of ${this.#spec.lot} (the lot) from 0 to ${MOST_LOTS} of it`,
    );
  }

  /** A file ends. */
  end(): void {
    this.#flush(true);
    if (this.instrument.open) this.#rows.leave(this.instrument);
    if (this.#unpaired !== 0 || this.#mixed.some((bits) => bits !== 0)) {
      throw new RangeError(
        'its rows for the exchange alone are not those for the local side alone: orders cannot be told apart then; let ' +
          "hftbacktest's correct_event_order make the file",
      );
    }
  }

  /** After the last file. */
  finish(): void {
    const { tally } = this.#collector;
    tally.count('float-noise', FLOAT_NOISE, this.#ticks.noisy + this.#lots.noisy);
    tally.count(
      'renumbered-orders',
      'orders whose ids are beyond 2^53 have the ids -1, -2, … on the tape',
      this.instrument.orders.renumbered,
    );
  }
}
