/**
 * What a feed says of a book of orders, as tape rows: order by order, by level, or best quotes; levels at once or gathered over a
 * time. Knows nothing of why orders come and go. Called by the order market.
 */
import { allocateColumns, type Columns, codeOf, Flag, Kind, Side } from '../market.js';
import { copyRows } from '../tape-builder.js';
import type { Nanos } from '../time.js';
import type { FlowFeed } from './flow-parameters.js';
import type { RestingOrders } from './resting-orders.js';

/** Rows at which a block is full; a message may go beyond. */
const BLOCK_ROWS = 65_536;

export class OrderFeed {
  block: Columns;
  readonly #options: FlowFeed;
  readonly #stepTicks: number;
  readonly #orders: RestingOrders;
  #nowNs: Nanos = 0;
  #flag: number = Flag.snapshot;
  #nextNs: Nanos;
  /** Best steps and lots of each side as quotes last said. */
  readonly #quoted = { [Side.buy]: [0, 0], [Side.sell]: [0, 0] };
  /** Levels that changed since the last message of levels, 2 · step, one more for asks; and a mark for each. */
  readonly #waiting: number[] = [];
  readonly #marked: Uint8Array;

  /** `stepTicks`: ticks between prices. `value`: whether there are status rows. */
  constructor(options: FlowFeed, stepTicks: number, orders: RestingOrders, value: boolean) {
    this.#options = options;
    this.#stepTicks = stepTicks;
    this.#orders = orders;
    this.#nextNs = options.everyNs > 0 ? options.everyNs : Number.POSITIVE_INFINITY;
    this.#marked = new Uint8Array(options.everyNs > 0 ? 2 * orders.lots.length : 0);
    this.block = allocateColumns(BLOCK_ROWS, { orderId: options.detail === 'orders', value });
  }

  get full(): boolean {
    return this.block.length >= BLOCK_ROWS - 1_024;
  }

  /** What was gathered up to then comes before a message at `nowNs`, at its own time. */
  begin(nowNs: Nanos): void {
    for (; this.#nextNs < nowNs; this.#nextNs += this.#options.everyNs) {
      this.#nowNs = this.#nextNs;
      this.#gathered();
    }
    this.#nowNs = nowNs;
  }

  /** An order has come, gone or been executed; the book knows. `step`: its price. */
  changed(kind: Kind, side: Side, step: number, lots: number, id: number): void {
    const { detail, everyNs } = this.#options;
    if (detail === 'orders') {
      this.#row(kind, side, step, lots);
      this.block.orderId![this.block.length - 1] = id;
      return;
    }
    if (kind === Kind.orderExecute) this.#row(Kind.trade, side === Side.buy ? Side.sell : Side.buy, step, lots);
    if (detail === 'quotes') return;
    if (everyNs === 0 || this.#flag !== 0) this.#row(Kind.depth, side, step, this.#orders.lots[step]!);
    else this.#gather(side, step);
  }

  /** A row of trading status. */
  status(value: number): void {
    this.#row(Kind.status, Side.none, 0, 0);
    const { block } = this;
    block.value![block.length - 1] = value;
    if (block.orderId !== undefined) block.orderId[block.length - 1] = 0;
  }

  /** The last row of the message says so; a message without rows has none. */
  end(): void {
    if (this.#options.detail === 'quotes' && this.#options.everyNs === 0) this.#quotes();
    this.#close();
  }

  /** What came before was the book to begin with: a snapshot. */
  opened(): void {
    if (this.#options.detail === 'quotes') this.#quotes();
    this.#close();
    this.#flag = 0;
  }

  #gather(side: Side, step: number): void {
    const at = 2 * step + (side === Side.sell ? 1 : 0);
    if (this.#marked[at] !== 0) return;
    this.#marked[at] = 1;
    this.#waiting.push(at);
  }

  /** Levels that are gone first, so that the book is never crossed on the way. */
  #gathered(): void {
    if (this.#options.detail === 'quotes') this.#quotes();
    const { bid, ask, lots } = this.#orders;
    const levels = this.#waiting.map((at) => {
      this.#marked[at] = 0;
      const [side, step] = [at % 2 === 0 ? Side.buy : Side.sell, at >> 1];
      // A step may hold orders of the other side by now.
      const here = side === Side.buy ? step <= bid : step >= ask;
      return { side, step, lots: here ? lots[step]! : 0 };
    });
    this.#waiting.length = 0;
    for (const level of levels) if (level.lots === 0) this.#row(Kind.depth, level.side, level.step, 0);
    for (const level of levels) if (level.lots > 0) this.#row(Kind.depth, level.side, level.step, level.lots);
    this.#close();
  }

  #quotes(): void {
    this.#quote(Side.buy, this.#orders.bid);
    this.#quote(Side.sell, this.#orders.ask);
  }

  #quote(side: typeof Side.buy | typeof Side.sell, step: number): void {
    const lots = this.#orders.lots[step]!;
    const quoted = this.#quoted[side];
    if (quoted[0] === step && quoted[1] === lots) return;
    quoted[0] = step;
    quoted[1] = lots;
    this.#row(Kind.quote, side, step, lots);
  }

  #row(kind: Kind, side: Side, step: number, lots: number): void {
    if (this.block.length === this.block.code.length) this.#grow();
    const { block } = this;
    const row = block.length++;
    block.exchangeNs[row] = this.#nowNs;
    block.localNs[row] = this.#nowNs + this.#options.latencyNs;
    block.code[row] = codeOf(kind, side);
    block.flags[row] = this.#flag;
    block.instrument[row] = 0;
    block.priceTicks[row] = step * this.#stepTicks;
    block.qtyLots[row] = lots;
    if (block.value !== undefined) block.value[row] = 0;
  }

  #close(): void {
    const { block } = this;
    const row = block.length - 1;
    if (row >= 0 && block.exchangeNs[row] === this.#nowNs) block.flags[row]! |= Flag.last;
  }

  /** Room for a message of any length. */
  #grow(): void {
    const { orderId, value } = this.block;
    const set = { orderId: orderId !== undefined, value: value !== undefined };
    const grown = allocateColumns(2 * this.block.code.length, set);
    copyRows(this.block, 0, this.block.length, grown, 0);
    grown.length = this.block.length;
    this.block = grown;
  }
}
