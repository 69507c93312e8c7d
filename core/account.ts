/**
 * One strategy's account: fills, flows of cash and splits in; positions, cash, cost, realised and unrealised profit, fees and
 * equity out. Knows nothing of venues or of where marks and rates come from. Called by the router; read by strategies,
 * observers and margin.
 *
 * Positions net: one per instrument. All money of an instrument is in its settle currency; sums over instruments are in the
 * account's currency, at the last recorded rates. Linear instruments are kept in ticks × lots, whole numbers that add up
 * exactly (to 2^53); inverse ones in lots / ticks, in double-double sums; money appears only when read. An inverse contract
 * at price p is the same as a linear one at −1 / p, and so is its bookkeeping. Longer than most files because every figure
 * of an account has its getter here.
 */
import { CurrencyRates, MoneySum } from './currency.js';
import type { Instrument } from './instrument.js';
import { LotQueue } from './lot-queue.js';
import { Side } from './market.js';
import { WideSums } from './wide-sums.js';

/** Which lots a closing trade closes: all at their average cost, or the oldest first. Equity is the same with either. */
export type Costing = 'average' | 'fifo';

export interface AccountOptions {
  /** Amounts by currency that it starts with; they stand in `capital`, `cash` and `equity`. Default: none. */
  readonly capital?: Readonly<Record<string, number>>;
  /** Default `average`. */
  readonly costing?: Costing;
  /** What sums are in. Default: the currency of `rates`, or the one that all instruments settle in. */
  readonly currency?: string;
  /** A table that is shared with other accounts or kept up by somebody else. Default: one of its own, without rates. */
  readonly rates?: CurrencyRates;
}

export class Account {
  readonly costing: Costing;
  /** What `balance`, `cash`, `fees`, `realised`, `unrealised`, `equity`, `volume`, `capital` and `flows` are in. */
  readonly currency: string;
  readonly #instruments: readonly Instrument[];
  readonly #rates: CurrencyRates;
  /** Id of the settle currency, by instrument. */
  readonly #settle: Uint16Array;
  /** Whether all instruments settle in the account's currency. */
  readonly #oneCurrency: boolean;
  readonly #capital: readonly { readonly id: number; readonly amount: number }[];
  readonly #positionLots: Float64Array;
  /** Cash from trades of linear instruments before fees, ticks × lots. */
  readonly #cashTickLots: Float64Array;
  /** What the open position cost, signed like the position × price: ticks × lots; inverse: −lots / ticks. */
  readonly #cost: Float64Array;
  /** The last mark by instrument in half ticks (so that a mid is whole); `NaN` until the first mark or fill. */
  readonly #markHalfTicks: Float64Array;
  readonly #fees: Float64Array;
  readonly #feeErrors: Float64Array;
  readonly #volumeTickLots: Float64Array;
  /** Cash and volume of inverse instruments in lots / ticks; there only if there are any. */
  readonly #inverseCash: WideSums | undefined;
  readonly #inverseVolume: WideSums | undefined;
  /** Open lots by instrument; there only with FIFO costing. */
  readonly #queues: readonly LotQueue[] | undefined;
  /** By kind, then by currency id. */
  readonly #flows: (MoneySum | undefined)[][] = [];
  readonly #flowsOf: (MoneySum | undefined)[] = [];
  #trades = 0;

  /**
   * Throws `RangeError` naming the option: no `currency` where instruments settle in several, a `currency` that is not that
   * of `rates`, capital that is not a finite number, unknown costing.
   */
  constructor(instruments: readonly Instrument[], options: AccountOptions = {}) {
    const { capital = {}, costing = 'average', rates = new CurrencyRates(currencyOf(instruments, options)) } = options;
    if (options.currency !== undefined && options.currency !== rates.currency) {
      throw new RangeError(
        `account: currency "${options.currency}" is not "${rates.currency}", which its rates are in`,
      );
    }
    if (costing !== 'average' && costing !== 'fifo') {
      throw new RangeError(`account: costing "${costing}" is not average or fifo`);
    }
    for (const [currency, amount] of Object.entries(capital)) {
      if (!Number.isFinite(amount)) throw new RangeError(`account: capital ${amount} of "${currency}" is no amount`);
    }
    const count = instruments.length;
    const inverse = instruments.some((instrument) => instrument.inverse);
    this.costing = costing;
    this.currency = rates.currency;
    this.#instruments = instruments;
    this.#rates = rates;
    this.#settle = Uint16Array.from(instruments, ({ settle }) => rates.id(settle));
    this.#oneCurrency = instruments.every(({ settle }) => settle === rates.currency);
    this.#capital = Object.entries(capital).map(([currency, amount]) => ({ id: rates.id(currency), amount }));
    this.#positionLots = new Float64Array(count);
    this.#cashTickLots = new Float64Array(count);
    this.#cost = new Float64Array(count);
    this.#markHalfTicks = new Float64Array(count).fill(Number.NaN);
    this.#fees = new Float64Array(count);
    this.#feeErrors = new Float64Array(count);
    this.#volumeTickLots = new Float64Array(count);
    this.#inverseCash = inverse ? new WideSums(count) : undefined;
    this.#inverseVolume = inverse ? new WideSums(count) : undefined;
    this.#queues = costing === 'fifo' ? instruments.map(() => new LotQueue()) : undefined;
  }

  /**
   * Books a fill, also one by which an expiry, a delisting or a liquidation closes a position. `fee` in the settle currency,
   * negative for a rebate. Throws `RangeError` for an inverse contract at a price of 0 or less, before anything is booked.
   */
  applyFill(instrument: number, side: Side, priceTicks: number, qtyLots: number, fee: number): void {
    const signed = side === Side.buy ? qtyLots : -qtyLots;
    const before = this.#positionLots[instrument]!;
    const after = before + signed;
    const { inverse } = this.#instruments[instrument]!;
    if (inverse) {
      this.#checkInverse(instrument, priceTicks);
      this.#inverseCash!.addQuotient(instrument, signed, priceTicks);
      this.#inverseVolume!.addQuotient(instrument, qtyLots, priceTicks);
    } else {
      this.#cashTickLots[instrument]! -= priceTicks * signed;
      this.#volumeTickLots[instrument]! += priceTicks * qtyLots;
    }
    if (before === 0 || before > 0 === signed > 0) {
      const cost = costOf(inverse, priceTicks, signed);
      this.#cost[instrument]! += cost;
      this.#queues?.[instrument]?.push(qtyLots, cost);
    } else if (after === 0) {
      this.#cost[instrument] = 0;
      this.#queues?.[instrument]?.clear();
    } else if (before > 0 === after > 0) {
      // Part of the position closed: by average cost the rest keeps its own, by FIFO the oldest lots take theirs along.
      if (this.#queues === undefined) this.#cost[instrument]! *= after / before;
      else this.#cost[instrument]! -= this.#queues[instrument]!.take(qtyLots);
    } else {
      // Turned round: what is open now was opened at this price.
      const cost = costOf(inverse, priceTicks, after);
      this.#cost[instrument] = cost;
      this.#queues?.[instrument]?.clear();
      this.#queues?.[instrument]?.push(Math.abs(after), cost);
    }
    this.#positionLots[instrument] = after;
    // Until the first mark the fill's own price is the best there is.
    if (Number.isNaN(this.#markHalfTicks[instrument]!)) this.#markHalfTicks[instrument] = 2 * priceTicks;
    this.#trades++;
    this.#addFee(instrument, fee);
  }

  /** As {@link MoneySum}, in columns. */
  #addFee(instrument: number, fee: number): void {
    const sum = this.#fees[instrument]!;
    const total = sum + fee;
    this.#feeErrors[instrument]! += Math.abs(sum) >= Math.abs(fee) ? sum - total + fee : fee - total + sum;
    this.#fees[instrument] = total;
  }

  /**
   * Books cash that no trade made (funding, interest, dividends …), positive = received. `kind`: an AccountEventKind (any whole
   * number from 0 to 255), kept apart by {@link flowsOf}. In the instrument's settle currency; for instrument −1 (none) in `currency`, which
   * is the account's where it is left out. Throws `RangeError` naming what is wrong, before anything is booked.
   */
  applyCash(kind: number, instrument: number, amount: number, currency?: string): void {
    if (!(Number.isInteger(kind) && kind >= 0 && kind <= 255)) throw new RangeError(`account: flow of kind ${kind}`);
    if (!Number.isFinite(amount)) throw new RangeError(`account: flow of kind ${kind}: ${amount} is no amount`);
    const at = this.#instruments[instrument];
    if (at === undefined && instrument !== -1) throw new RangeError(`account: flow of instrument ${instrument}`);
    const paid = currency ?? at?.settle ?? this.currency;
    if (at !== undefined && paid !== at.settle) {
      throw new RangeError(`account: flow of ${at.symbol} in "${paid}", but it settles in "${at.settle}"`);
    }
    const id = this.#rates.id(paid);
    this.#flows[kind] ??= [];
    this.#flows[kind]![id] ??= new MoneySum();
    this.#flows[kind]![id]!.add(amount);
    if (at === undefined) return;
    this.#flowsOf[instrument] ??= new MoneySum();
    this.#flowsOf[instrument]!.add(amount);
  }

  /**
   * Books a split: the position grows or shrinks by `changeLots`, at the same total cost; `cash` (settle currency, positive =
   * received) is what is paid for the fraction of a lot that is left over, booked as a flow of `kind`. The mark moves so
   * that position and cash are worth what the position was: a split earns nothing. If nothing is left, its cost is a loss
   * taken. Throws `RangeError` naming instrument and change: inverse contracts, a position that would change sign, lots out
   * of nothing.
   */
  applySplit(kind: number, instrument: number, changeLots: number, cash: number): void {
    const before = this.#positionLots[instrument]!;
    const after = before + changeLots;
    const { symbol, inverse } = this.#instruments[instrument]!;
    const fine = Number.isSafeInteger(after) && (before === 0 ? after === 0 : after === 0 || before > 0 === after > 0);
    if (!fine || inverse) {
      const what = inverse ? 'an inverse contract' : `a position of ${before} lots`;
      throw new RangeError(`account: split of ${symbol} by ${changeLots} lots: ${what} cannot be split so`);
    }
    if (cash !== 0) this.applyCash(kind, instrument, cash);
    if (after === 0) {
      this.#cost[instrument] = 0;
      this.#queues?.[instrument]?.clear();
    } else {
      const cashTickLots = cash / this.#instruments[instrument]!.value(1);
      this.#markHalfTicks[instrument] = (this.#markHalfTicks[instrument]! * before - 2 * cashTickLots) / after;
      this.#queues?.[instrument]?.rescale(Math.abs(before), Math.abs(after));
    }
    this.#positionLots[instrument] = after;
  }

  /** Sets the price the open position is valued at, as twice the ticks, so that a mid price is whole. */
  mark(instrument: number, halfTicks: number): void {
    this.#markHalfTicks[instrument] = halfTicks;
  }

  /** From now on one unit of `currency` is worth `rate` of the account's; in a shared table for all who share it. */
  setRate(currency: string, rate: number): void {
    this.#rates.set(currency, rate);
  }

  /** An amount in the settle currency of an instrument, in `currency`. Throws `RangeError` naming a currency without a rate. */
  converted(instrument: number, amount: number): number {
    return this.#rates.convert(amount, this.#settle[instrument]!);
  }

  /** Lots, negative when short. */
  positionLots(instrument: number): number {
    return this.#positionLots[instrument]!;
  }

  /** Decimal quantity, negative when short. */
  position(instrument: number): number {
    return this.#instruments[instrument]!.qty(this.#positionLots[instrument]!);
  }

  /** The price in ticks at which the open position cost what it did (inverse: the harmonic mean); `NaN` when flat. */
  averageCostTicks(instrument: number): number {
    const [lots, cost] = [this.#positionLots[instrument]!, this.#cost[instrument]!];
    return this.#instruments[instrument]!.inverse ? -lots / cost : cost / lots;
  }

  /** The last mark in ticks; `NaN` until there is a mark or a fill. */
  markTicks(instrument: number): number {
    return this.#markHalfTicks[instrument]! / 2;
  }

  /**
   * Money from trades of one instrument before fees. A sold inverse contract takes in −qty × multiplier / price: it is the
   * quote currency that is bought.
   */
  tradeCash(instrument: number): number {
    const at = this.#instruments[instrument]!;
    return at.inverse
      ? at.inverseValue(this.#inverseCash!.value(instrument))
      : at.value(this.#cashTickLots[instrument]!);
  }

  /** Fees paid on one instrument. */
  feesOf(instrument: number): number {
    return this.#fees[instrument]! + this.#feeErrors[instrument]!;
  }

  /** Profit taken on one instrument by the account's costing, before fees and flows. */
  realisedOf(instrument: number): number {
    const at = this.#instruments[instrument]!;
    const cost = this.#cost[instrument]!;
    return at.inverse
      ? at.inverseValue(this.#inverseCash!.value(instrument) + cost)
      : at.value(this.#cashTickLots[instrument]! + cost);
  }

  /**
   * Profit of the open position at the last mark (before the first one: at the first fill's price), before fees. Throws
   * `RangeError` for an inverse contract at a mark of 0 or less.
   */
  unrealisedOf(instrument: number): number {
    const lots = this.#positionLots[instrument]!;
    if (lots === 0) return 0;
    const at = this.#instruments[instrument]!;
    const halfTicks = this.#markHalfTicks[instrument]!;
    if (at.inverse) {
      this.#checkInverse(instrument, halfTicks / 2);
      return at.inverseValue(-lots / (halfTicks / 2) - this.#cost[instrument]!);
    }
    return at.value((halfTicks * lots - 2 * this.#cost[instrument]!) / 2);
  }

  /** Value of all trades of one instrument, buys and sells added. */
  volumeOf(instrument: number): number {
    const at = this.#instruments[instrument]!;
    return at.inverse
      ? at.inverseValue(this.#inverseVolume!.value(instrument))
      : at.value(this.#volumeTickLots[instrument]!);
  }

  /** Flows of all kinds that belong to one instrument, in its settle currency. */
  flowsOfInstrument(instrument: number): number {
    return this.#flowsOf[instrument]?.value ?? 0;
  }

  /** Flows of one kind, those without an instrument too. */
  flowsOf(kind: number): number {
    let total = 0;
    this.#flows[kind]?.forEach((sum, id) => {
      total += this.#rates.convert(sum!.value, id);
    });
    return total;
  }

  /** Flows of all kinds. */
  get flows(): number {
    let total = 0;
    for (let kind = 0; kind < this.#flows.length; kind++) total += this.flowsOf(kind);
    return total;
  }

  /** What it started with, at today's rates. */
  get capital(): number {
    let total = 0;
    for (const { id, amount } of this.#capital) total += this.#rates.convert(amount, id);
    return total;
  }

  /**
   * Capital, money from trades and flows less fees in one currency, not converted. What was bought is paid for in full here,
   * contracts too: their worth is in the position.
   */
  cashIn(currency: string): number {
    const wanted = this.#rates.id(currency);
    let total = 0;
    for (const { id, amount } of this.#capital) if (id === wanted) total += amount;
    for (let i = 0; i < this.#settle.length; i++) {
      if (this.#settle[i] === wanted) total += this.tradeCash(i) - this.feesOf(i);
    }
    for (const sums of this.#flows) total += sums?.[wanted]?.value ?? 0;
    return total;
  }

  /** Money from all trades before fees, without capital and flows. */
  get balance(): number {
    return this.#sum((instrument) => this.tradeCash(instrument));
  }

  /** Money from all trades after fees, with capital and flows. */
  get cash(): number {
    return this.balance - this.fees + this.capital + this.flows;
  }

  get fees(): number {
    return this.#sum((instrument) => this.feesOf(instrument));
  }

  get realised(): number {
    return this.#sum((instrument) => this.realisedOf(instrument));
  }

  get unrealised(): number {
    return this.#sum((instrument) => this.unrealisedOf(instrument));
  }

  /** Capital + realised + unrealised − fees + flows: without capital, what the run has earned so far. */
  get equity(): number {
    return this.realised + this.unrealised - this.fees + this.capital + this.flows;
  }

  /** Number of fills. */
  get trades(): number {
    return this.#trades;
  }

  get volume(): number {
    return this.#sum((instrument) => this.volumeOf(instrument));
  }

  /** Each instrument's amount in the account's currency, added. Throws `RangeError` naming a currency that has no rate yet. */
  #sum(of: (instrument: number) => number): number {
    let total = 0;
    if (this.#oneCurrency) for (let i = 0; i < this.#instruments.length; i++) total += of(i);
    else for (let i = 0; i < this.#instruments.length; i++) total += this.#rates.convert(of(i), this.#settle[i]!);
    return total;
  }

  /** Written so that NaN fails it. */
  #checkInverse(instrument: number, priceTicks: number): void {
    if (priceTicks > 0) return;
    const { symbol } = this.#instruments[instrument]!;
    throw new RangeError(`account: ${symbol} is inverse and worth nothing at a price of ${priceTicks} ticks`);
  }
}

function costOf(inverse: boolean, priceTicks: number, lots: number): number {
  return inverse ? -lots / priceTicks : priceTicks * lots;
}

/** The one currency that all settle in. */
function currencyOf(instruments: readonly Instrument[], { currency, rates }: AccountOptions): string {
  const given = currency ?? rates?.currency;
  if (given !== undefined) return given;
  const all = [...new Set(instruments.map(({ settle }) => settle))];
  if (all.length <= 1) return all[0] ?? '';
  const names = all.map((name) => (name === '' ? 'the unnamed currency' : name)).join(', ');
  throw new RangeError(`account: its instruments settle in ${names}; say which currency the account is kept in`);
}
