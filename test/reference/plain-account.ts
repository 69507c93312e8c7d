/**
 * The slow twin of an account: fractions of bigints, a list of every open lot, no sums kept that could be worked out anew.
 * Shares nothing with core/account.ts but the meaning of its words.
 */

/** An exact number. */
export class Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;

  constructor(numerator: bigint, denominator = 1n) {
    const sign = denominator < 0n ? -1n : 1n;
    const common = divisor(numerator < 0n ? -numerator : numerator, denominator * sign);
    this.numerator = (sign * numerator) / common;
    this.denominator = (sign * denominator) / common;
  }

  /** The exact value of a double or of decimal text. */
  static of(value: number | string): Fraction {
    if (typeof value === 'string') {
      const [whole = '', decimals = ''] = value.split('.');
      return new Fraction(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
    }
    let denominator = 1n;
    let rest = value;
    while (!Number.isInteger(rest)) {
      rest *= 2;
      denominator *= 2n;
    }
    return new Fraction(BigInt(rest), denominator);
  }

  plus(other: Fraction): Fraction {
    return new Fraction(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  minus(other: Fraction): Fraction {
    return this.plus(other.times(-1n));
  }

  times(other: Fraction | bigint): Fraction {
    const by = typeof other === 'bigint' ? new Fraction(other) : other;
    return new Fraction(this.numerator * by.numerator, this.denominator * by.denominator);
  }

  over(other: Fraction | bigint): Fraction {
    const by = typeof other === 'bigint' ? new Fraction(other) : other;
    return new Fraction(this.numerator * by.denominator, this.denominator * by.numerator);
  }

  get isZero(): boolean {
    return this.numerator === 0n;
  }

  /** The nearest double, by long division to 70 bits. */
  toNumber(): number {
    const { numerator, denominator } = this;
    if (numerator === 0n) return 0;
    const size = numerator < 0n ? -numerator : numerator;
    const shift = 70 - (size.toString(2).length - denominator.toString(2).length);
    const top = shift >= 0 ? size << BigInt(shift) : size;
    const bottom = shift >= 0 ? denominator : denominator << BigInt(-shift);
    // The last bit says whether anything is left, so that a tie is told from what is just above it.
    const scaled = (top / bottom) * 2n + (top % bottom === 0n ? 0n : 1n);
    return (numerator < 0n ? -1 : 1) * Number(scaled) * 2 ** (-shift - 1);
  }
}

export const ZERO = new Fraction(0n);

/** Contract terms as fractions. */
export interface PlainTerms {
  readonly inverse: boolean;
  readonly tick: string;
  readonly lot: string;
  readonly multiplier: string;
}

interface OpenLots {
  lots: bigint;
  /** What one lot cost: price, for inverse contracts −1 / price, in decimal prices. */
  cost: Fraction;
}

/** One instrument's part of an account. Money in the settle currency. */
export class PlainPosition {
  readonly #terms: PlainTerms;
  readonly #fifo: boolean;
  /** Oldest first; all of the same sign as the position. With average costing there is one entry at most. */
  #open: OpenLots[] = [];
  lots = 0n;
  cash = ZERO;
  fees = ZERO;
  flows = ZERO;
  realised = ZERO;
  volume = ZERO;

  constructor(terms: PlainTerms, fifo: boolean) {
    this.#terms = terms;
    this.#fifo = fifo;
  }

  /** `signed`: lots, negative when sold. */
  fill(signed: number, priceTicks: number, fee: number): void {
    let left = BigInt(signed);
    const each = this.#worth(BigInt(priceTicks));
    this.cash = this.cash.minus(this.#money(each.times(left)));
    this.volume = this.volume.plus(
      this.#money(each.times(BigInt(Math.abs(signed)) * (this.#terms.inverse ? -1n : 1n))),
    );
    this.fees = this.fees.plus(Fraction.of(fee));
    while (left !== 0n && this.#open.length > 0 && this.#open[0]!.lots > 0n !== left > 0n) {
      const oldest = this.#open[0]!;
      const size = least(abs(oldest.lots), abs(left));
      const closed = oldest.lots > 0n ? size : -size;
      this.realised = this.realised.plus(this.#money(each.minus(oldest.cost).times(closed)));
      oldest.lots -= closed;
      left += closed;
      if (oldest.lots === 0n) this.#open.shift();
    }
    if (left !== 0n) this.#open.push({ lots: left, cost: each });
    if (!this.#fifo) this.#average();
    this.lots += BigInt(signed);
  }

  /** New lots of all there are at the same cost; openings that make no lot join the next. */
  split(change: number, cash: number): void {
    const after = this.lots + BigInt(change);
    this.flows = this.flows.plus(Fraction.of(cash));
    if (after === 0n) {
      this.realised = this.realised.minus(this.#money(this.cost()));
      this.#open = [];
    }
    let passed = 0n;
    let placed = 0n;
    let carried = ZERO;
    const made: OpenLots[] = [];
    for (const { lots, cost } of this.#open) {
      passed += lots;
      carried = carried.plus(cost.times(lots));
      const end = (passed * after) / this.lots;
      if (end === placed) continue;
      made.push({ lots: end - placed, cost: carried.over(end - placed) });
      placed = end;
      carried = ZERO;
    }
    this.#open = made;
    this.lots = after;
  }

  flow(amount: number): void {
    this.flows = this.flows.plus(Fraction.of(amount));
  }

  unrealised(halfTicks: number): Fraction {
    const mark = this.#worth(Fraction.of(halfTicks).over(2n));
    return this.#money(mark.times(this.lots).minus(this.cost()));
  }

  /** Of all open lots, before the money of one is known. */
  cost(): Fraction {
    return this.#open.reduce((sum, { lots, cost }) => sum.plus(cost.times(lots)), ZERO);
  }

  get openings(): number {
    return this.#open.length;
  }

  #average(): void {
    if (this.#open.length < 2) return;
    const lots = this.#open.reduce((sum, each) => sum + each.lots, 0n);
    this.#open = [{ lots, cost: this.cost().over(lots) }];
  }

  /** What one unit is worth at this price (ticks) before the multiplier. */
  #worth(priceTicks: bigint | Fraction): Fraction {
    const price = Fraction.of(this.#terms.tick).times(priceTicks);
    return this.#terms.inverse ? new Fraction(-1n).over(price) : price;
  }

  #money(lotsTimesWorth: Fraction): Fraction {
    return lotsTimesWorth.times(Fraction.of(this.#terms.lot)).times(Fraction.of(this.#terms.multiplier));
  }
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
