/**
 * Repairs a tape: rows left out, local times moved, each repair counted. Knows nothing of files. Called by `tickwright repair`.
 *
 * Three passes at most. The first finds what to leave out and how local times change; the second finds the twins of rows that
 * stand twice, once for each side, so that an event is left out on both; the last gives the rows. Taking rows away and moving
 * all local times alike leaves a tape in order.
 */
import {
  allocateColumns,
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type Columns,
  Flag,
  type Side,
} from '../../core/market.js';
import type { Correction, TapeInfo, TapeSource } from '../../core/tape.js';
import { copyRows } from '../../core/tape-builder.js';
import { formatDuration, type Nanos } from '../../core/time.js';
import { bookSourceOf } from './book-watch.js';
import { DropSearch } from './drop-search.js';
import { DROPS, type Drop, FIXES, type FixPlan } from './fixes.js';
import { changedLocal, type LocalChange, LocalClock } from './local-clock.js';
import type { SpikeRule } from './price-spikes.js';
import { rowKey, TwinRows } from './twin-rows.js';

export class TapeRepair {
  readonly #tape: TapeSource;
  readonly #plan: FixPlan;
  readonly #search: DropSearch;
  readonly #clock = new LocalClock();
  /** Rows that are left out and stand twice. */
  readonly #dropped = new TwinRows();
  /** Rows that become the last of their message, because what followed is left out; and those of them that stand twice. */
  readonly #last = new Set<number>();
  readonly #lastTwins = new TwinRows();
  /** By instrument: the last row of the present message that stays. */
  readonly #kept = new Map<number, KeptRow>();
  readonly #counts = new Map<Drop, number>();
  #change: LocalChange | undefined;
  #moved = 0;
  #firstNs: Nanos = Number.POSITIVE_INFINITY;

  /** Throws `RangeError` where a repair does not fit the tape. */
  constructor(tape: TapeSource, plan: FixPlan, spikes: SpikeRule) {
    if (plan.drops.has('drop-crossed')) refuseOrders(tape.info);
    this.#tape = tape;
    this.#plan = plan;
    this.#search = new DropSearch(tape.info, plan.drops, spikes);
  }

  /** Reads the tape once or twice. `pass` hears of each block and may wait. */
  async look(pass: (rows: number) => Promise<void> = async () => {}): Promise<void> {
    await this.#each(pass, (columns, row, place) => this.#find(columns, row, place));
    this.#search.finish();
    this.#change = this.#clock.change(this.#plan);
    await this.#each(pass, (columns, row, place) => this.#count(columns, row, place));
  }

  /** Smallest time of the repaired tape, int64 ns since 1970: what the times of `blocks` count from. */
  get originNs(): bigint {
    const { originNs } = this.#tape.info;
    return Number.isFinite(this.#firstNs) ? originNs + BigInt(this.#firstNs) : originNs;
  }

  /** The repaired rows, once, after `look`. */
  *blocks(): Generator<Columns> {
    const shiftNs = Number(this.#tape.info.originNs - this.originNs);
    const reader = this.#tape.open(this.#tape.info.originNs);
    let place = 0;
    try {
      for (let block = reader.next(); block !== undefined; block = reader.next()) {
        const repaired = this.#repaired(block, place, shiftNs);
        place += block.length;
        reader.release(block);
        if (repaired.length > 0) yield repaired;
      }
    } finally {
      reader.close();
    }
  }

  /** What was done, after `look`: a correction for each repair, those that found nothing as well. */
  corrections(): Correction[] {
    const drops = DROPS.filter((drop) => this.#plan.drops.has(drop)).map((drop) => ({
      name: drop,
      count: this.#counts.get(drop) ?? 0,
      note: `left out by a repair: ${FIXES[drop]}`,
    }));
    const { clockDrift, leastDelayNs } = this.#plan;
    const { slope, shiftNs } = this.#change ?? { slope: 0, shiftNs: 0 };
    const shifts: Correction[] = [];
    if (clockDrift) {
      const note = `local times lost a drift of ${(slope * 1e6).toPrecision(4)} parts per million`;
      shifts.push({ name: 'clock-drift', count: slope === 0 ? 0 : this.#moved, note });
    }
    if (leastDelayNs !== undefined) {
      const note = `all local times moved by ${Math.round(shiftNs)} ns: the least delay is ${formatDuration(leastDelayNs)} now`;
      shifts.push({ name: 'latency-offset', count: shiftNs === 0 ? 0 : this.#moved, note });
    }
    return [...drops, ...shifts];
  }

  async #each(
    pass: (rows: number) => Promise<void>,
    take: (columns: Columns, row: number, place: number) => void,
  ): Promise<void> {
    const reader = this.#tape.open(this.#tape.info.originNs);
    let place = 0;
    try {
      for (let block = reader.next(); block !== undefined; block = reader.next()) {
        const { length } = block;
        for (let row = 0; row < length; row++) take(block, row, place + row);
        place += length;
        reader.release(block);
        await pass(length);
      }
    } finally {
      reader.close();
    }
  }

  #find(columns: Columns, row: number, place: number): void {
    const bits = columns.code[row]!;
    const snapshot = (columns.flags[row]! & Flag.snapshot) !== 0;
    if ((bits & CODE_LOCAL) !== 0 && !snapshot) this.#clock.add(columns.exchangeNs[row]!, columns.localNs[row]!);
    if ((bits & CODE_EXCHANGE) === 0) return;
    this.#search.take(columns, row, place, bits & CODE_KIND, ((bits >> CODE_SIDE_SHIFT) & 3) as Side);
  }

  #count(columns: Columns, row: number, place: number): void {
    const bits = columns.code[row]!;
    if ((bits & CODE_EXCHANGE) === 0) return;
    const instrument = columns.instrument[row]!;
    const exchangeNs = columns.exchangeNs[row]!;
    const alone = (bits & CODE_LOCAL) === 0;
    const last = (columns.flags[row]! & Flag.last) !== 0;
    const drop = this.#search.dropOf(instrument, place, bits & CODE_KIND);
    if (drop === undefined) {
      this.#moved++;
      if (exchangeNs < this.#firstNs) this.#firstNs = exchangeNs;
      if (!last) this.#kept.set(instrument, { place, exchangeNs, key: alone ? rowKey(columns, row) : undefined });
    } else {
      this.#counts.set(drop, (this.#counts.get(drop) ?? 0) + 1);
      if (alone) this.#dropped.note(rowKey(columns, row), exchangeNs);
      if (last) this.#makeLast(this.#kept.get(instrument));
    }
    if (last) this.#kept.delete(instrument);
  }

  /** The message's last row goes, so that one before it ends the message. */
  #makeLast(row: KeptRow | undefined): void {
    if (row === undefined) return;
    this.#last.add(row.place);
    if (row.key !== undefined) this.#lastTwins.note(row.key, row.exchangeNs);
  }

  #repaired(block: Columns, place: number, shiftNs: Nanos): Columns {
    const kept = allocateColumns(block.length, this.#tape.info.columns);
    for (let row = 0; row < block.length; row++) {
      if (!this.#stays(block, row, place + row)) continue;
      const to = kept.length++;
      copyRows(block, row, row + 1, kept, to);
      const localNs = block.localNs[row]!;
      kept.exchangeNs[to] = block.exchangeNs[row]! + shiftNs;
      kept.localNs[to] = (this.#change === undefined ? localNs : changedLocal(this.#change, localNs)) + shiftNs;
      if (this.#endsMessage(block, row, place + row)) kept.flags[to]! |= Flag.last;
    }
    return kept;
  }

  #stays(block: Columns, row: number, place: number): boolean {
    const bits = block.code[row]!;
    if ((bits & CODE_EXCHANGE) !== 0) {
      return this.#search.dropOf(block.instrument[row]!, place, bits & CODE_KIND) === undefined;
    }
    return !this.#dropped.take(block, row);
  }

  #endsMessage(block: Columns, row: number, place: number): boolean {
    if ((block.code[row]! & CODE_EXCHANGE) !== 0) return this.#last.has(place);
    return this.#lastTwins.take(block, row);
  }
}

/** A row that stays; `key` where it stands for the exchange alone. */
interface KeptRow {
  readonly place: number;
  readonly exchangeNs: Nanos;
  readonly key: string | undefined;
}

/** A crossed book of orders is made by many rows, and leaving an order out makes later ones wrong. */
function refuseOrders({ instruments, counts }: TapeInfo): void {
  const index = counts.findIndex((kinds) => bookSourceOf(kinds) === 'orders');
  if (index < 0) return;
  throw new RangeError(
    `drop-crossed: the book of ${instruments[index]!.symbol} is kept order by order, and an order that is left out would make ` +
      'what follows wrong; the repair is for levels and quotes',
  );
}
