/**
 * The traders of one synthetic instrument: who places, cancels and takes what, and when; one feed message a step.
 * Knows nothing of latency or of other instruments. Called by core/synthetic.ts in order of time.
 *
 * Zero-intelligence flow (Farmer, Patelli, Zovko 2005: placements, cancellations in proportion to what rests, market
 * orders) around a latent fair price, with what makes fills costly added: informed takers race the makers for quotes
 * that news left stale; trade signs come in heavy-tailed runs; trades excite arrivals (Hawkes); each noise trade also
 * moves the fair price. Distances from the touch have the tail P(> d) ~ 1/d (Bouchaud, Mézard, Potters 2002 measure
 * exponents near 0.6, Zovko and Farmer 2002 near 1.5).
 */
import { codeOf, Kind, Side } from '../market.js';
import type { RandomStream } from '../random.js';
import { MILLISECOND, SECOND } from '../time.js';
import type { CommonNews } from './common-news.js';
import { FairPrice, PUSH_SHARE } from './fair-price.js';
import { LevelBook, type RowSink } from './level-book.js';
import type { SyntheticProfile } from './profile.js';

/** Of the messages of a calm book. */
const TRADE_CHANCE = 0.035;
/** Hawkes: messages that one message's trade begets, and for how long. */
const BRANCHING = 0.55;
const EXCITED_NS = 400 * MILLISECOND;
/** Mean signs of a run = about 4; a share of trades ignores it. */
const LONGEST_RUN = 120;
const STRAY_SIGN_CHANCE = 0.25;
/** Variance of many trades' signs, runs and all, against as many independent ones; measured. */
const RUN_VARIANCE = 30;
/** Rows of an average message, measured; the pace corrects what is left. */
const MESSAGE_ROWS = 2.6;
/** Where the pace settles for the stock instruments, measured: without it the first minutes would be too slow. */
const USUAL_PACE = 0.61;
/** News are answered by a taker this often, else the makers are faster. */
const TAKER_WINS_CHANCE = 0.35;
/** How long makers and takers need to answer, mean. */
const REACTION_NS = 1.5 * MILLISECOND;
const LONGEST_PULL = 14;

const BID_CLEAR = codeOf(Kind.depthClear, Side.buy, 0);
const ASK_CLEAR = codeOf(Kind.depthClear, Side.sell, 0);

/** Counts what goes through, for the pace. */
class CountingSink implements RowSink {
  rows = 0;
  readonly #sink: RowSink;
  constructor(sink: RowSink) {
    this.#sink = sink;
  }
  row(code: number, priceTicks: number, qtyLots: number): void {
    this.rows++;
    this.#sink.row(code, priceTicks, qtyLots);
  }
}

export class OrderFlow {
  readonly fair: FairPrice;
  readonly book: LevelBook;
  readonly #random: RandomStream;
  readonly #profile: SyntheticProfile;
  readonly #sink: CountingSink;
  /** Wanted rows per ns. */
  readonly #rowRate: number;
  /** Width of the placements' distances in ticks. */
  readonly #spanTicks: number;
  readonly #excitement: number;
  /** Slows or hastens the calm flow so that the wanted rate comes out whatever the news do. */
  #pace = 0.5;
  #paceFromNs = 0.5;
  #excited = 0.5;
  #lastNs = 0.5;
  #runSign: Side = Side.buy;
  #runLeft = 0;

  /** `rowsPerSecond`: wanted mean rate of this instrument's rows in market time. `common`: news shared with others. */
  constructor(
    profile: SyntheticProfile,
    rowsPerSecond: number,
    depthTicks: number,
    random: RandomStream,
    sink: RowSink,
    common?: CommonNews,
  ) {
    this.#profile = profile;
    this.#random = random;
    this.#sink = new CountingSink(sink);
    this.#rowRate = rowsPerSecond / SECOND;
    this.fair = new FairPrice(profile, random, common);
    this.#spanTicks = profile.spreadTicks + 0.15 * this.fair.secondTicks;
    this.#excitement = (BRANCHING * MESSAGE_ROWS) / (TRADE_CHANCE * EXCITED_NS * this.#rowRate);
    const bid = this.#bidTarget();
    this.book = new LevelBook(bid, bid + profile.spreadTicks, depthTicks, this.#sink);
    this.#pace = USUAL_PACE;
    this.#paceFromNs = 0;
    this.#excited = 0;
    this.#lastNs = 0;
  }

  /** The opening snapshot: both sides cleared, then every level. */
  open(): void {
    const { book } = this;
    const { bid, ask } = book;
    this.#sink.row(BID_CLEAR, bid - book.depthTicks, 0);
    this.#sink.row(ASK_CLEAR, ask + book.depthTicks, 0);
    const far = this.#spanTicks * 20;
    for (let distance = 0; distance <= book.depthTicks; distance++) {
      const chance = distance < 3 ? 1 : 0.8 / (1 + distance / far);
      if (this.#random.uniform() < chance) book.add(Side.buy, bid - distance, this.#orderLots(2));
      if (this.#random.uniform() < chance) book.add(Side.sell, ask + distance, this.#orderLots(2));
    }
    this.#sink.rows = 0;
  }

  /** Writes the message of time `now` (at least one row) and returns when the next one comes, ns, after `now`. */
  step(now: number): number {
    const { fair, book } = this;
    if (fair.advance(now)) this.#keepPace(now);
    this.#excited *= Math.exp((this.#lastNs - now) / EXCITED_NS);
    this.#lastNs = now;
    const before = this.#sink.rows;
    const half = this.#profile.spreadTicks / 2;
    if (book.ask <= fair.ticks - half) this.#answerNews(Side.buy, Math.floor(fair.ticks - half));
    else if (book.bid >= fair.ticks + half) this.#answerNews(Side.sell, Math.ceil(fair.ticks + half));
    else if (this.#wide()) this.#tighten();
    else if (this.#random.uniform() < TRADE_CHANCE) this.#noiseTrade();
    else this.#requote();
    while (this.#sink.rows === before) this.#place(this.#anySide());
    return now + this.#gap(now);
  }

  #gap(now: number): number {
    const { fair, book } = this;
    const half = this.#profile.spreadTicks / 2;
    const calm = MESSAGE_ROWS / (this.#rowRate * this.#pace * (1 + this.#excited));
    const stale = book.ask <= fair.ticks - half || book.bid >= fair.ticks + half;
    const mean = stale ? Math.min(REACTION_NS, calm) : this.#wide() ? Math.min(2 * REACTION_NS, calm) : calm;
    const gap = this.#random.exponential(mean);
    // News wake everybody, long before a rarely quoted instrument's next message.
    const toNews = fair.nextNewsNs - now;
    return Math.max(1, gap <= toNews ? gap : Math.min(gap, toNews + this.#random.exponential(REACTION_NS)));
  }

  /** Once a second or more: too few rows hasten the calm flow, too many slow it. */
  #keepPace(now: number): void {
    const ratio = this.#sink.rows / (this.#rowRate * (now - this.#paceFromNs));
    this.#pace = Math.max(0.02, this.#pace * (1 + Math.max(-0.05, 0.01 * (1 - ratio))));
    this.#sink.rows = 0;
    this.#paceFromNs = now;
  }

  #wide(): boolean {
    const { spreadTicks } = this.#profile;
    return this.book.ask - this.book.bid > spreadTicks + Math.max(1, spreadTicks >> 1);
  }

  #bidTarget(): number {
    return Math.round(this.fair.ticks - this.#profile.spreadTicks / 2);
  }

  #askTarget(): number {
    return Math.round(this.fair.ticks + this.#profile.spreadTicks / 2);
  }

  #anySide(): Side {
    return this.#random.uniform() < 0.5 ? Side.buy : Side.sell;
  }

  /** Bell-shaped around `mean` orders, at least one lot. */
  #orderLots(mean: number): number {
    const random = this.#random;
    const bell = (random.uniform() + random.uniform() + random.uniform()) * (2 / 3);
    return 1 + Math.floor(this.#profile.orderLots * mean * bell);
  }

  /** P(> d) = span / (span + d). */
  #distance(): number {
    const draw = this.#random.uniform();
    return Math.floor((this.#spanTicks * draw) / (1.0000001 - draw));
  }

  /** A message of a few placements and cancellations anywhere in the book. */
  #requote(): void {
    const random = this.#random;
    do {
      const draw = random.uniform();
      const side = draw < 0.5 ? Side.buy : Side.sell;
      if (draw < 0.27 || draw >= 0.77) this.#place(side);
      else this.#cancel(side);
    } while (random.uniform() < 0.6);
  }

  #place(side: Side): void {
    const distance = this.#distance();
    const price =
      side === Side.buy
        ? Math.min(this.book.ask - 1, this.#bidTarget()) - distance
        : Math.max(this.book.bid + 1, this.#askTarget()) + distance;
    this.book.add(side, price, this.#orderLots(1));
  }

  /** A level loses all (more often far from the touch) or a share: in the mean in proportion to what rests. */
  #cancel(side: Side): void {
    const { book } = this;
    const random = this.#random;
    const distance = this.#distance();
    if (distance > book.depthTicks) return;
    const price = side === Side.buy ? book.bid - distance : book.ask + distance;
    const lots = book.lots(price);
    if (lots === 0) return;
    const all = random.uniform() < (distance === 0 ? 0.12 : distance > 4 * this.#spanTicks ? 0.6 : 0.3);
    const part = all ? lots : Math.min(lots, 1 + Math.floor(lots * 0.5 * random.uniform()));
    if (!book.cancel(side, price, part) && lots > 1) book.cancel(side, price, lots - 1);
  }

  /** The spread is too wide: a small ladder of quotes on the side that lags the fair price most. */
  #tighten(): void {
    const { book } = this;
    const random = this.#random;
    const bidTarget = Math.min(book.ask - 1, this.#bidTarget());
    const askTarget = Math.max(book.bid + 1, this.#askTarget());
    const side = bidTarget - book.bid >= book.ask - askTarget ? Side.buy : Side.sell;
    const step = side === Side.buy ? -1 : 1;
    const draw = random.uniform();
    let price = side === Side.buy ? bidTarget : askTarget;
    price += step * Math.floor(draw * draw * 2 * this.#profile.spreadTicks);
    do {
      book.add(side, price, this.#orderLots(0.7));
      price += step * (1 + random.integer(2));
    } while (random.uniform() < 0.7);
  }

  /** Quotes of the other side stand at or beyond `limitTicks`, where the fair price has left them. */
  #answerNews(side: Side, limitTicks: number): void {
    const { book } = this;
    const random = this.#random;
    if (random.uniform() < TAKER_WINS_CHANCE) {
      const lots = this.#orderLots(1 + random.exponential(4));
      if (book.take(side, lots, limitTicks, random.uniform()) > 0) this.#excited += this.#excitement;
    } else {
      const stale = side === Side.buy ? Side.sell : Side.buy;
      for (let level = random.integer(LONGEST_PULL); level >= 0; level--) {
        const price = side === Side.buy ? book.ask : book.bid;
        if (
          (side === Side.buy ? price > limitTicks : price < limitTicks) ||
          !book.cancel(stale, price, book.lots(price))
        )
          break;
      }
    }
    // Makers follow on the other side, within the same message or because nothing else was possible.
    if (random.uniform() < 0.6) {
      const step = side === Side.buy ? -1 : 1;
      let price =
        side === Side.buy ? Math.min(book.ask - 1, this.#bidTarget()) : Math.max(book.bid + 1, this.#askTarget());
      do {
        book.add(side, price, this.#orderLots(0.7));
        price += step * (1 + random.integer(2));
      } while (random.uniform() < 0.6);
    }
    this.#reachOut();
  }

  /** News beyond the reach of the book: someone quotes at its edge, or the last level, which nobody may take, would hold the price. */
  #reachOut(): void {
    const { book, fair } = this;
    const { depthTicks } = book;
    // No further away than the widest spread: the touch can get there.
    if (book.bid - fair.ticks > depthTicks) {
      if (book.ask - depthTicks < book.bid) book.add(Side.buy, book.ask - depthTicks, this.#orderLots(1));
    } else if (fair.ticks - book.ask > depthTicks) {
      if (book.bid + depthTicks > book.ask) book.add(Side.sell, book.bid + depthTicks, this.#orderLots(1));
    }
  }

  /** Somebody trades for reasons of their own; the market learns a little from it. */
  #noiseTrade(): void {
    const { book, fair } = this;
    const random = this.#random;
    const side = this.#nextSign();
    const block = random.uniform() < 0.02 ? 8 : 1;
    const lots = 1 + Math.floor(this.#profile.orderLots * 0.3 * block * Math.exp(1.2 * random.normal()));
    const reach = 10 + Math.floor(fair.secondTicks);
    const limit = side === Side.buy ? book.ask + reach : book.bid - reach;
    const taken = book.take(side, lots, limit, random.uniform());
    if (taken === 0) return;
    this.#excited += this.#excitement;
    const perSecond = (this.#rowRate * SECOND * TRADE_CHANCE) / MESSAGE_ROWS;
    const push = fair.secondTicks * Math.sqrt(PUSH_SHARE / (perSecond * RUN_VARIANCE));
    const strength = Math.min(2, 0.5 + Math.sqrt(taken / this.#profile.orderLots));
    fair.pushTicks((side === Side.buy ? push : -push) * strength);
  }

  /** Signs come in runs (one large order, many trades); a new run leans to the side with more behind it. */
  #nextSign(): Side {
    const random = this.#random;
    if (random.uniform() < STRAY_SIGN_CHANCE) return this.#anySide();
    if (this.#runLeft === 0) {
      const { book } = this;
      const bidLots = book.lots(book.bid);
      const lean = bidLots / (bidLots + book.lots(book.ask)) - 0.5;
      this.#runSign = random.uniform() < 0.5 + 0.3 * lean ? Side.buy : Side.sell;
      const draw = random.uniform();
      this.#runLeft = Math.min(LONGEST_RUN, 1 + Math.floor((0.8 * draw) / (1.0000001 - draw)));
    }
    this.#runLeft--;
    return this.#runSign;
  }
}
