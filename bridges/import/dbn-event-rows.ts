/**
 * DBN bars, trading status and statistics → rows of the tape.
 * Knows nothing of files or symbols. Called by databento-reader.
 *
 * - A bar is stamped with its beginning and stands on the tape where it closes, on both clocks: Databento makes it and states no
 *   capture time.
 * - Of statistics the settlement price becomes a mark; the others are counted.
 */
import { codeOf, Flag, Kind, Side, Status } from '../../core/index.js';
import { DbnInstrument } from './dbn-instrument.js';
import { BarField, type DbnVersion, Rtype, StatisticsField, StatusField } from './dbn-layout.js';
import type { DbnRows } from './dbn-rows.js';

const BAR = codeOf(Kind.bar, Side.none);
const STATUS = codeOf(Kind.status, Side.none);
const MARK = codeOf(Kind.mark, Side.none);
const WORD = 2 ** 32;
const EXACT_HIGH = 2 ** 21;

/** ns that a bar lasts. */
const INTERVALS: Readonly<Record<number, number>> = {
  [Rtype.bar1s]: 1e9,
  [Rtype.bar1m]: 60e9,
  [Rtype.bar1h]: 3600e9,
  [Rtype.bar1d]: 86_400e9,
};

/** Trading status by Databento's action number; `undefined`: trading stays as it is. */
const STATUS_OF: readonly (number | undefined)[] = [
  undefined, // none
  Status.auction, // pre-open
  Status.auction, // pre-cross
  Status.auction, // quoting
  Status.auction, // cross
  Status.auction, // rotation
  Status.auction, // new price indication
  Status.open, // trading
  Status.halt, // halt
  Status.halt, // pause
  Status.halt, // suspend
  Status.auction, // pre-close
  Status.close, // close
  Status.close, // post-close
  undefined, // short sale restriction
  Status.close, // not available for trading
];
const PRE_CLOSE = 11;
const ASCII_YES = 89;

const SETTLEMENT = 3;
const NEW = 1;
/** Databento's numbers of statistics. */
const STATISTICS: readonly string[] = [
  ...['unknown', 'opening-price', 'indicative-opening-price', 'settlement-price', 'session-low-price'],
  ...['session-high-price', 'cleared-volume', 'lowest-offer', 'highest-bid', 'open-interest', 'fixing-price'],
  ...['close-price', 'net-change', 'vwap', 'volatility', 'delta', 'uncrossing-price'],
];

export class DbnEventRows {
  readonly #rows: DbnRows;

  constructor(rows: DbnRows) {
    this.#rows = rows;
  }

  bar(rtype: number, instrument: DbnInstrument, at: number): void {
    const rows = this.#rows;
    const interval = INTERVALS[rtype];
    if (interval === undefined) {
      rows.collector.tally.count(
        'bars-without-interval',
        'bars of which DBN does not say how long they are (ohlcv-eod) were left out',
      );
      return;
    }
    const { words } = rows;
    const [open, high, low, close] = (['open', 'high', 'low', 'close'] as const).map((name) =>
      instrument.ticks(words, at + BarField[name], name),
    ) as [number, number, number, number];
    if (!(low <= Math.min(open, close) && Math.max(open, close) <= high)) {
      throw new RangeError(
        `open, high, low, close are ${open}, ${high}, ${low}, ${close} ticks: high and low must enclose them`,
      );
    }
    const volumeHigh = words[at + BarField.volume + 1]! >>> 0;
    const volume = volumeHigh * WORD + (words[at + BarField.volume]! >>> 0);
    if (volumeHigh >= EXACT_HIGH) throw new RangeError(`volume ${BigInt(volume)} is beyond 2^53`);
    rows.happened = rows.time(at + 2, 'ts_event') + interval;
    rows.local = rows.happened;
    rows.flags = Flag.last;
    const row = rows.add(instrument, BAR, close, instrument.lots(volume, 'volume'));
    rows.collector.rows.setBar(row, open, high, low);
  }

  status(instrument: DbnInstrument, at: number): void {
    const rows = this.#rows;
    const word = rows.words[at + (StatusField.actionShort * 2) / 4]!;
    const action = word & 0xffff;
    if (action >= STATUS_OF.length) {
      rows.collector.tally.count('unknown-status', 'status records with an action beyond 15 were left out');
      return;
    }
    const trading = rows.bytes[at * 4 + StatusField.isTradingByte] === ASCII_YES;
    const status = action === PRE_CLOSE && trading ? Status.open : STATUS_OF[action];
    if (status === undefined) {
      rows.collector.tally.count(
        'status-unchanged',
        'status records that leave trading as it is (none, short sale restriction) were left out',
      );
      return;
    }
    rows.readTimes(at + 2, at + StatusField.tsRecv, 0);
    rows.flags = Flag.last;
    const row = rows.add(instrument, STATUS, 0, 0);
    rows.collector.rows.setValue(row, status);
  }

  statistics(version: DbnVersion, instrument: DbnInstrument, at: number): void {
    const rows = this.#rows;
    const { tally } = rows.collector;
    const byte = at * 4 + StatisticsField.typeByte[version];
    const type = rows.bytes[byte]! | (rows.bytes[byte + 1]! << 8);
    const action = rows.bytes[byte + StatisticsField.actionOffset]!;
    const name = STATISTICS[type] ?? 'unknown';
    const word = at + StatisticsField.price;
    if (type !== SETTLEMENT || action !== NEW || DbnInstrument.none(rows.words, word)) {
      const how = type === SETTLEMENT ? 'withdrawn or empty ' : '';
      tally.count(`statistics-${name}`, `${how}statistics of this kind were left out; a tape has no row for them`);
      return;
    }
    rows.readTimes(at + 2, at + StatisticsField.tsRecv, 0);
    rows.flags = Flag.last;
    let ticks = instrument.ticksOrNaN(rows.words, word);
    if (Number.isNaN(ticks)) {
      ticks = instrument.nearestTicks(rows.words, word);
      if (Number.isNaN(ticks)) throw instrument.fault(rows.words, word, 'settlement price');
      tally.count('mark-rounded', 'settlement prices between two ticks were moved to the nearer one');
    }
    rows.add(instrument, MARK, ticks, 0);
  }
}
