/**
 * Which stocks of an ITCH file are wanted, what their locate codes are on the day at hand, and what is remembered of each.
 * Knows nothing of rows. Called by itch-rows.
 */
import { type InstrumentSpec, MAX_PRICE_TICKS, parseDecimal, Status } from '../../core/index.js';
import { STOCK_BYTES } from './itch-layout.js';
import { RestingOrders } from './resting-orders.js';

/** Prices count 0.0001. */
const PRICE_DECIMALS = 4;
const LOT = '1';
const BLANK = 0x20;
const LOCATES = 65_536;

/** One instrument of the tape. */
export class ItchStock {
  readonly orders = new RestingOrders();
  /** As last written; `NaN` before the first. */
  status = Number.NaN;
  /** What the trading action said last, and whether Nasdaq's own halt stands beside it. */
  action: number = Status.open;
  halted = false;
  readonly index: number;
  readonly spec: InstrumentSpec;
  /** The symbol as messages have it. */
  readonly padded: Uint8Array;
  readonly #tickUnits: number;

  constructor(index: number, symbol: string, tick: string) {
    this.index = index;
    this.spec = { symbol, tick, lot: LOT };
    this.padded = Buffer.from(symbol.padEnd(STOCK_BYTES), 'latin1');
    this.#tickUnits = tickUnits(tick);
  }

  /** Ticks of a price in 0.0001; `NaN` off the tick or beyond all ticks, which {@link ItchStock.priceFault} words. */
  ticks(price: number): number {
    const ticks = price / this.#tickUnits;
    return Number.isInteger(ticks) && ticks > 0 && ticks <= MAX_PRICE_TICKS ? ticks : Number.NaN;
  }

  priceFault(price: number, what: string): RangeError {
    const { symbol, tick } = this.spec;
    const digits = String(price).padStart(PRICE_DECIMALS + 1, '0');
    const text = `${digits.slice(0, -PRICE_DECIMALS)}.${digits.slice(-PRICE_DECIMALS)}`;
    if (price === 0) return new RangeError(`${what} of ${symbol} is 0`);
    const beyond = Number.isInteger(price / this.#tickUnits);
    const reason = beyond ? `is beyond ${MAX_PRICE_TICKS} ticks of` : 'is not a whole multiple of the tick';
    return new RangeError(`${what} ${text} of ${symbol} ${reason} ${tick}`);
  }
}

/** A tick in 0.0001. Throws `RangeError` where it is finer than that. */
export function tickUnits(tick: string): number {
  const { digits, scale } = parseDecimal(tick);
  const units = digits * 10n ** BigInt(PRICE_DECIMALS);
  const divisor = 10n ** BigInt(scale);
  if (digits > 0n && units % divisor === 0n && units / divisor < 2n ** 32n) return Number(units / divisor);
  throw new RangeError(`tick ${tick} is not a whole multiple of 0.0001 below 429496.7296, which ITCH prices are of`);
}

/** The stocks of one tape, and their locates, which are given anew each day. */
export class ItchStocks {
  /** By locate: 1 where messages are wanted, or where nobody has said yet what the locate is. */
  readonly wanted = new Uint8Array(LOCATES).fill(1);
  readonly list: ItchStock[] = [];
  /** Theirs, as the tape has them. */
  readonly specs: InstrumentSpec[] = [];
  readonly #chosen: ReadonlySet<string> | undefined;
  readonly #tick: string;
  readonly #bySymbol = new Map<string, ItchStock>();
  /** By locate: place in the list, counted from 1; 0 where it is not known. */
  readonly #places = new Int32Array(LOCATES);
  /** Symbols that were there and not asked for: some of them, for a message. */
  readonly #others = new Set<string>();

  /** `symbols`: all where left out. */
  constructor(tick: string, symbols?: readonly string[]) {
    this.#tick = tick;
    this.#chosen = symbols === undefined ? undefined : new Set(symbols);
  }

  /** A new day begins: locates mean nothing yet. */
  startDay(): void {
    this.wanted.fill(1);
    this.#places.fill(0);
  }

  /** The stock that a locate is known to be; `undefined` where it is not known. */
  at(locate: number): ItchStock | undefined {
    return this.list[this.#places[locate]! - 1];
  }

  /**
   * The stock of a message that names it at byte `at`; `undefined`: it is not wanted. Throws `RangeError` for what is no symbol and
   * for one that the locate did not mean before.
   */
  named(locate: number, bytes: Uint8Array, at: number): ItchStock | undefined {
    const known = this.at(locate);
    if (known === undefined) return this.#learn(locate, symbolAt(bytes, at));
    const { padded } = known;
    for (let place = 0; place < STOCK_BYTES; place++) {
      if (bytes[at + place] === padded[place]) continue;
      throw new RangeError(
        `stock is ${JSON.stringify(textAt(bytes, at))}, but stock locate ${locate} was ${known.spec.symbol} before`,
      );
    }
    return known;
  }

  #learn(locate: number, symbol: string): ItchStock | undefined {
    if (this.#chosen?.has(symbol) === false) {
      this.wanted[locate] = 0;
      if (this.#others.size < 8) this.#others.add(symbol);
      return undefined;
    }
    let stock = this.#bySymbol.get(symbol);
    if (stock === undefined) {
      stock = new ItchStock(this.list.length, symbol, this.#tick);
      if (stock.index > 0xffff) throw new RangeError('there are more than 65,536 stocks: choose some (symbols)');
      this.list.push(stock);
      this.specs.push(stock.spec);
      this.#bySymbol.set(symbol, stock);
    }
    this.#places[locate] = stock.index + 1;
    return stock;
  }

  /** Throws `RangeError` for symbols that were asked for and never came. */
  checkWanted(): void {
    const missing = [...(this.#chosen ?? [])].filter((symbol) => !this.#bySymbol.has(symbol));
    if (missing.length === 0) return;
    const others = [...this.#others].join(', ');
    throw new RangeError(
      `there is no message of ${missing.join(', ')}${others === '' ? '' : `; there are others, such as ${others}`}`,
    );
  }
}

function textAt(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, STOCK_BYTES).toString('latin1');
}

function symbolAt(bytes: Uint8Array, at: number): string {
  const text = textAt(bytes, at);
  const symbol = text.trimEnd();
  const printable = [...text].every((_, place) => bytes[at + place]! >= BLANK && bytes[at + place]! < 0x7f);
  if (symbol !== '' && printable && !symbol.includes(' ')) return symbol;
  throw new RangeError(`stock is ${JSON.stringify(text)}, no symbol`);
}
