/**
 * ITCH messages that say whether a stock trades: trading actions, operational halts, the end of system hours.
 * Knows nothing of orders or files. Called by itch-rows.
 */
import { Status } from '../../core/index.js';
import type { CorrectionTally } from './correction-tally.js';
import { EventField, HaltField, StockField } from './itch-layout.js';
import type { ItchMessage } from './itch-message.js';
import type { ItchStock, ItchStocks } from './itch-stocks.js';

/** Trading states: halted, paused, quotes only, trading. */
const STATES: Readonly<Record<string, number>> = {
  H: Status.halt,
  P: Status.halt,
  Q: Status.auction,
  T: Status.open,
};
/** Start of messages, of system hours, of market hours; end of market hours, of system hours, of messages. */
const EVENTS = 'OSQMEC';
/** Nasdaq, BX, PSX: a halt may be of one of them alone. This feed's market is the first. */
const MARKETS = 'QBX';

export class ItchStatus {
  /** The day's last message has come. */
  ended = true;
  readonly #message: ItchMessage;
  readonly #stocks: ItchStocks;
  readonly #tally: CorrectionTally;
  /** Writes a status row. */
  readonly #write: (stock: ItchStock, status: number) => void;

  constructor(
    message: ItchMessage,
    stocks: ItchStocks,
    tally: CorrectionTally,
    write: (stock: ItchStock, status: number) => void,
  ) {
    this.#message = message;
    this.#stocks = stocks;
    this.#tally = tally;
    this.#write = write;
  }

  event(): void {
    const code = this.#message.letter(EventField.code, 'event code', EVENTS);
    if (code === 'C') this.ended = true;
    if (code === 'E') for (const stock of this.#stocks.list) this.#change(stock, Status.close);
  }

  tradingAction(stock: ItchStock): void {
    stock.action = STATES[this.#message.letter(StockField.state, 'trading state', 'HPQT')]!;
    this.#change(stock, stock.halted ? Status.halt : stock.action);
  }

  operationalHalt(stock: ItchStock): void {
    const market = this.#message.letter(HaltField.market, 'market code', MARKETS);
    const action = this.#message.letter(HaltField.action, 'operational halt action', 'HT');
    if (market !== 'Q') {
      this.#tally.count('halts-elsewhere', 'operational halts of the markets BX and PSX were left out');
      return;
    }
    stock.halted = action === 'H';
    this.#change(stock, stock.halted ? Status.halt : stock.action);
  }

  #change(stock: ItchStock, status: number): void {
    if (status === stock.status) return;
    stock.status = status;
    this.#write(stock, status);
  }
}
