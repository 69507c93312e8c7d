/**
 * Writes down what happens in a run, in columns. Knows nothing of files or of what the columns are used for.
 * Called by the router and the simulation, as an observer.
 */
import type { AccountEvent } from '../core/account-event.js';
import type { MarketView } from '../core/market.js';
import { type MatchEvent, MatchKind } from '../core/match-event.js';
import type { Observer, RunOutline } from '../core/observer.js';
import { type Order, type OrderEvent, OrderEventKind, PLAIN_TERMS, Reason } from '../core/order.js';
import type { Nanos } from '../core/time.js';
import { CandleTally } from './candles.js';
import { MarkoutRecorder } from './markouts.js';
import { QueueTrail } from './queue-trail.js';
import { Recording } from './recording.js';
import { TableWriter } from './table-writer.js';

/** Up to this many (strategy, instrument) pairs are all sampled from the start. */
const ALWAYS_WATCHED_PAIRS = 64;

export interface RecorderOptions {
  /** Log lines kept; later ones are counted, and the count is shown. Default 100,000. */
  readonly maxLogLines?: number;
  /** Texts of refusals kept; later ones are counted, and the count is shown. Default 100,000. */
  readonly maxDetails?: number;
}

/**
 * Records every order event, fill, account event, log line and metric, and at every sample each strategy's equity and
 * positions; bars as candles (`candles.ts`). What an order has besides price, quantity and time in force is recorded once, when it is sent.
 *
 * Positions and quotes are sampled for every strategy and instrument while there are at most 64 such pairs; in larger
 * runs a pair is sampled from its first order on, so that memory follows activity rather than size. The moment of
 * `onStop` is always sampled, and replaces a sample of the same time.
 *
 * From venues that tell (`Observer.onMatch`) it has where in line orders stood (on the way too: `queue-trail.ts`), and the market at the venue when they
 * entered, when they filled, and up to a minute after (`markouts.ts`).
 *
 * Memory, before it is packed: 86 bytes an order event, 170 more a fill, 49 an entry into the market, 103 an order with terms,
 * 73 an account event, 68 a strategy and sample, 40 a watched pair and sample. Nothing else is allocated per event, but for the texts of refusals.
 */
export class Recorder implements Observer {
  readonly #maxLogLines: number;
  readonly #maxDetails: number;
  #run: RunOutline | undefined;
  #recording: Recording | undefined;
  /** Pairs in the order in which they were first watched: strategy × instruments + instrument. */
  #pairs: number[] = [];
  #watched = new Uint8Array(0);
  /** Orders are numbered in the order they are sent, so a higher one is new. */
  #lastOrderId = 0;
  #lastSampleNs: Nanos = Number.NaN;
  #rowsBeforeSample = { equity: 0, positions: 0 };
  #orders: TableWriter | undefined;
  #fills: TableWriter | undefined;
  #entries: TableWriter | undefined;
  #equity: TableWriter | undefined;
  #positions: TableWriter | undefined;
  #markouts: MarkoutRecorder | undefined;
  #candles = new CandleTally();
  #trail = new QueueTrail();

  constructor({ maxLogLines = 100_000, maxDetails = 100_000 }: RecorderOptions = {}) {
    this.#maxLogLines = maxLogLines;
    this.#maxDetails = maxDetails;
  }

  /** What was recorded of the latest run; ask for it again when more has happened. Throws when none has started. */
  get recording(): Recording {
    if (this.#recording === undefined) throw new Error('nothing recorded: the recorder has not observed a run yet');
    this.#flush();
    return this.#recording;
  }

  onStart(run: RunOutline): void {
    this.#run = run;
    const { originNs, instruments, strategies, sampleNs, accounts } = run;
    this.#recording = new Recording({ originNs, instruments, strategies, sampleNs, currency: accounts[0]?.currency });
    this.#candles = new CandleTally();
    this.#trail = new QueueTrail();
    this.#pairs = [];
    this.#lastOrderId = 0;
    const { orders, fills, entries, equity, positions } = this.#recording;
    this.#orders = new TableWriter(orders);
    this.#fills = new TableWriter(fills);
    this.#entries = new TableWriter(entries);
    this.#equity = new TableWriter(equity);
    this.#positions = new TableWriter(positions);
    const pairs = run.strategies.length * run.instruments.length;
    const firstColumn = Object.keys(fills).indexOf('aheadLots');
    this.#markouts = new MarkoutRecorder(run.venueBooks, pairs, this.#fills, firstColumn);
    run.watchVenue(this.#markouts);
    this.#watched = new Uint8Array(pairs);
    this.#lastSampleNs = Number.NaN;
    if (this.#watched.length <= ALWAYS_WATCHED_PAIRS) {
      for (let pair = 0; pair < this.#watched.length; pair++) this.#watch(pair);
    }
  }

  onOrderEvent(event: OrderEvent): void {
    const run = this.#run!;
    const { order } = event;
    const instrument = order.instrument.index;
    this.#watch(order.strategy * run.instruments.length + instrument);
    const book = run.books[instrument]!;
    const { cells } = this.#orders!;
    // In the order of the table's columns; so for the other tables.
    let at = this.#orders!.next();
    cells[at++] = event.localNs;
    cells[at++] = event.exchangeNs;
    cells[at++] = order.strategy;
    cells[at++] = instrument;
    cells[at++] = order.id;
    cells[at++] = event.kind;
    cells[at++] = order.side;
    cells[at++] = order.type;
    cells[at++] = order.timeInForce;
    cells[at++] = order.postOnly ? 1 : 0;
    cells[at++] = event.priceTicks;
    cells[at++] = event.qtyLots;
    cells[at++] = event.leavesLots;
    cells[at++] = event.reason;
    cells[at++] = order.tag;
    cells[at++] = book.bestBidTicks;
    cells[at++] = book.bestAskTicks;
    if (order.id > this.#lastOrderId) {
      this.#lastOrderId = order.id;
      if (order.terms !== PLAIN_TERMS) this.#recordTerms(order);
    }
    if (event.kind === OrderEventKind.filled) this.#recordFill(event, run);
    else if (event.reason === Reason.riskLimit && order.detail !== '') this.#recordDetail(order.detail);
  }

  #recordTerms(order: Order): void {
    const { terms: of } = order;
    const { terms, clientIds } = this.#recording!;
    terms.localNs.push(order.sentNs);
    terms.strategy.push(order.strategy);
    terms.instrument.push(order.instrument.index);
    terms.orderId.push(order.id);
    terms.clientId.push(of.clientId === '' ? -1 : clientIds.push(of.clientId) - 1);
    terms.stopTicks.push(of.stopTicks);
    terms.trailTicks.push(of.trailTicks);
    terms.trailFraction.push(of.trailFraction);
    terms.triggerBy.push(of.triggerBy);
    terms.displayLots.push(of.displayLots);
    terms.hidden.push(of.hidden ? 1 : 0);
    terms.reduceOnly.push(of.reduceOnly ? 1 : 0);
    terms.allOrNone.push(of.allOrNone ? 1 : 0);
    terms.leads.push(of.leads ? 1 : 0);
    terms.expiresNs.push(of.expiresNs);
    terms.selfTrade.push(of.selfTrade);
    terms.parentId.push(of.parent?.id ?? 0);
    terms.groupId.push(of.group?.id ?? 0);
    terms.groupKind.push(of.group?.kind ?? 0);
  }

  /** Of the order event recorded last. */
  #recordDetail(text: string): void {
    const recording = this.#recording!;
    if (recording.details.size < this.#maxDetails) recording.details.set(this.#orders!.rows - 1, text);
    else recording.droppedDetails++;
  }

  #recordFill(event: OrderEvent, run: RunOutline): void {
    const { order } = event;
    const instrument = order.instrument.index;
    const book = run.books[instrument]!;
    const { cells } = this.#fills!;
    let at = this.#fills!.next();
    cells[at++] = event.localNs;
    cells[at++] = event.exchangeNs;
    cells[at++] = order.strategy;
    cells[at++] = instrument;
    cells[at++] = order.id;
    cells[at++] = order.side;
    cells[at++] = event.maker ? 1 : 0;
    cells[at++] = event.priceTicks;
    cells[at++] = event.qtyLots;
    cells[at++] = event.leavesLots;
    cells[at++] = event.fee;
    cells[at++] = run.accounts[order.strategy]!.positionLots(instrument);
    cells[at++] = book.bestBidTicks;
    cells[at++] = book.bestAskTicks;
    this.#markouts!.tell(order.strategy * run.instruments.length + instrument, at);
  }

  /** At exchange time. */
  onMatch(event: MatchEvent): void {
    const { kind, order } = event;
    const { strategy } = order;
    const instrument = order.instrument.index;
    if (kind === MatchKind.filled) {
      this.#markouts!.add(strategy * this.#run!.instruments.length + instrument, event);
      return;
    }
    const { cells } = this.#entries!;
    let at = this.#entries!.next();
    cells[at++] = event.exchangeNs;
    cells[at++] = strategy;
    cells[at++] = instrument;
    cells[at++] = order.id;
    cells[at++] = kind;
    cells[at++] = event.aheadLots;
    cells[at++] = event.bidTicks;
    cells[at++] = event.askTicks;
  }

  onQueue(order: Order, aheadLots: number, exchangeNs: Nanos): number {
    return this.#trail.add(order, aheadLots, exchangeNs);
  }

  onAccountEvent(event: AccountEvent): void {
    const run = this.#run!;
    const { strategy } = event;
    const instrument = event.instrument?.index ?? -1;
    if (instrument >= 0) this.#watch(strategy * run.instruments.length + instrument);
    const { accountEvents } = this.#recording!;
    accountEvents.localNs.push(event.localNs);
    accountEvents.exchangeNs.push(event.exchangeNs);
    accountEvents.strategy.push(strategy);
    accountEvents.instrument.push(instrument);
    accountEvents.kind.push(event.kind);
    accountEvents.priceTicks.push(event.priceTicks);
    accountEvents.qtyLots.push(event.qtyLots);
    accountEvents.amount.push(event.amount);
    accountEvents.fee.push(event.fee);
    accountEvents.positionLots.push(instrument < 0 ? Number.NaN : run.accounts[strategy]!.positionLots(instrument));
    accountEvents.fillsBefore.push(this.#fills!.rows);
  }

  onSample(nowNs: Nanos): void {
    const equity = this.#equity!;
    const positions = this.#positions!;
    this.#lastSampleNs = nowNs;
    this.#rowsBeforeSample = { equity: equity.rows, positions: positions.rows };
    const { accounts, books, instruments } = this.#run!;
    for (let strategy = 0; strategy < accounts.length; strategy++) {
      const account = accounts[strategy]!;
      const { realised, unrealised, fees, capital, flows } = account;
      let at = equity.next();
      equity.cells[at++] = nowNs;
      equity.cells[at++] = strategy;
      equity.cells[at++] = realised + unrealised - fees + capital + flows;
      equity.cells[at++] = account.cash;
      equity.cells[at++] = fees;
      equity.cells[at++] = realised;
      equity.cells[at++] = unrealised;
      equity.cells[at++] = capital;
      equity.cells[at++] = flows;
    }
    for (const pair of this.#pairs) {
      const instrument = pair % instruments.length;
      const strategy = (pair - instrument) / instruments.length;
      const book = books[instrument]!;
      let at = positions.next();
      positions.cells[at++] = nowNs;
      positions.cells[at++] = strategy;
      positions.cells[at++] = instrument;
      positions.cells[at++] = accounts[strategy]!.positionLots(instrument);
      positions.cells[at++] = book.bestBidTicks;
      positions.cells[at++] = book.bestAskTicks;
    }
  }

  onBar(bar: MarketView): void {
    this.#candles.add(bar);
  }

  onLog(nowNs: Nanos, strategy: number, message: string): void {
    const recording = this.#recording!;
    if (recording.log.length < this.#maxLogLines) recording.log.push({ localNs: nowNs, strategy, message });
    else recording.droppedLogLines++;
  }

  onMetric(nowNs: Nanos, strategy: number, name: string, value: number): void {
    const recording = this.#recording!;
    const { metrics } = recording;
    metrics.localNs.push(nowNs);
    metrics.strategy.push(strategy);
    metrics.name.push(recording.metricIndex(name));
    metrics.value.push(value);
  }

  onStop(nowNs: Nanos): void {
    this.#flush();
    if (nowNs === this.#lastSampleNs) {
      const { equity, positions } = this.#recording!;
      for (const column of Object.values(equity)) column.truncate(this.#rowsBeforeSample.equity);
      for (const column of Object.values(positions)) column.truncate(this.#rowsBeforeSample.positions);
    }
    this.onSample(nowNs);
    this.#flush();
  }

  #flush(): void {
    this.#candles.writeInto(this.#recording!.candles);
    this.#trail.writeInto(this.#recording!.trail);
    this.#markouts!.flush();
    this.#orders!.flush();
    this.#fills!.flush();
    this.#entries!.flush();
    this.#equity!.flush();
    this.#positions!.flush();
  }

  #watch(pair: number): void {
    if (this.#watched[pair] === 1) return;
    this.#watched[pair] = 1;
    this.#pairs.push(pair);
  }
}
