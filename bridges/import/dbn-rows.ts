/**
 * Rows of the tape out of DBN records: exact times, which rows make one event of the venue, and what is counted on the way.
 * Knows nothing of what the rows say. Called by the writers of rows.
 */
import { CODE_KIND, Flag, formatEpoch } from '../../core/index.js';
import type { DbnInstrument } from './dbn-instrument.js';
import { DbnFlag, NO_WORD } from './dbn-layout.js';
import { EpochWords } from './epoch-words.js';
import type { RowCollector } from './row-collector.js';

export class DbnRows {
  readonly collector: RowCollector;
  /** The buffer that records stand in; the stream moves it. */
  words: Int32Array = new Int32Array(0);
  bytes: Uint8Array = new Uint8Array(0);
  /** The times of the record at hand, in the collector's ns. */
  happened = 0;
  local = 0;
  /** Flags of its rows. */
  flags = 0;
  /** Called when an event of an instrument ends, before its last row is marked. */
  onEventEnd: (instrument: DbnInstrument) => void = () => {};
  readonly #epoch: EpochWords;
  #worstNs = 0;

  constructor(collector: RowCollector) {
    this.collector = collector;
    this.#epoch = new EpochWords(collector);
  }

  /** The time at this word, in the collector's ns. Throws `RangeError` for a time that it cannot hold. */
  time(word: number, what: string): number {
    return this.#epoch.time(this.words[word + 1]! >>> 0, this.words[word]! >>> 0, what);
  }

  /** Whether there is no time at this word. */
  noTime(word: number): boolean {
    return this.words[word] === NO_WORD && this.words[word + 1] === NO_WORD;
  }

  /**
   * Reads the times of a record whose event time stands at `eventWord` and whose capture time at `localWord`. A row of a snapshot
   * happens when it is captured, because its event time is that of what it repeats.
   */
  readTimes(eventWord: number, localWord: number, dbnFlags: number): void {
    const { tally } = this.collector;
    const snapshot = (dbnFlags & DbnFlag.snapshot) !== 0;
    this.flags = snapshot ? Flag.snapshot : 0;
    if (this.noTime(localWord)) {
      if (this.noTime(eventWord)) throw new RangeError('neither ts_event nor ts_recv is defined');
      tally.count('no-capture-time', 'records without ts_recv were seen when they happened');
      this.happened = this.time(eventWord, 'ts_event');
      this.local = this.happened;
    } else {
      this.local = this.time(localWord, 'ts_recv');
      if (snapshot) {
        this.happened = this.local;
      } else if (this.noTime(eventWord)) {
        tally.count('no-event-time', 'records without ts_event happened when they were captured');
        this.happened = this.local;
      } else {
        this.happened = this.time(eventWord, 'ts_event');
        if (this.happened > this.local) this.#early();
      }
    }
    if ((dbnFlags & (DbnFlag.badTsRecv | DbnFlag.maybeBadBook)) !== 0) this.#countFlags(dbnFlags, snapshot);
  }

  /** Databento's clock is disciplined by GPS, the venue's stamp is not: the stamp gives way, in this record alone. */
  #early(): void {
    const { tally } = this.collector;
    this.#worstNs = Math.max(this.#worstNs, this.happened - this.local);
    this.happened = this.local;
    tally.count('negative-latency', '');
    tally.note(
      'negative-latency',
      `records whose ts_event lies after their ts_recv happened at ts_recv (worst by ${this.#worstNs} ns)`,
    );
  }

  #countFlags(dbnFlags: number, snapshot: boolean): void {
    const { tally } = this.collector;
    // A snapshot's capture time is made by Databento and so flagged always.
    if ((dbnFlags & DbnFlag.badTsRecv) !== 0 && !snapshot) {
      tally.count('bad-capture-time', 'records that Databento flags F_BAD_TS_RECV kept their ts_recv');
    }
    if ((dbnFlags & DbnFlag.maybeBadBook) !== 0) {
      tally.count(
        'maybe-bad-book',
        'records that Databento flags F_MAYBE_BAD_BOOK (there was a gap in the feed) were kept; the book may be wrong from there on',
      );
    }
  }

  /** Begins a record of an event, or goes on with it. An event that another one of the instrument follows is ended by that. */
  enter(instrument: DbnInstrument, eventWord: number): void {
    const low = this.words[eventWord]!;
    const high = this.words[eventWord + 1]!;
    if (instrument.open && (instrument.eventLow !== low || instrument.eventHigh !== high)) {
      this.collector.tally.count(
        'unfinished-events',
        'events without a record flagged F_LAST were ended where the next one of the instrument begins',
      );
      this.leave(instrument);
    }
    instrument.open = true;
    instrument.eventLow = low;
    instrument.eventHigh = high;
  }

  /** The event is complete: its last row says so. */
  leave(instrument: DbnInstrument): void {
    this.onEventEnd(instrument);
    instrument.open = false;
    if (instrument.lastRow < 0) return;
    this.collector.rows.mark(instrument.lastRow, Flag.last);
    // Marked once: by the next event without a row it may have been written out.
    instrument.lastRow = -1;
  }

  /** A row at the times and with the flags of the record at hand. */
  add(instrument: DbnInstrument, code: number, ticks: number, lots: number): number {
    const row = this.collector.rows.add(this.happened, this.local, code, this.flags, instrument.index, ticks, lots);
    instrument.lastRow = row;
    instrument.kinds |= 1 << (code & CODE_KIND);
    return row;
  }

  /** The time at this word as text, for messages. */
  text(word: number): string {
    const high = BigInt(this.words[word + 1]! >>> 0);
    return formatEpoch((high << 32n) | BigInt(this.words[word]! >>> 0));
  }
}
