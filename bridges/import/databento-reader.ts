/**
 * Records of DBN files → a tape: each goes to the writer of its kind, with the instrument that it is of, and what is nobody's is
 * counted. Knows nothing of files, packings or where records come from. Called by databento.
 * (Past 300 lines: it is the one place where all record types meet.)
 */
import { Kind } from '../../core/index.js';
import { type DbnDefinition, readDefinition } from './dbn-definition.js';
import { DbnEventRows } from './dbn-event-rows.js';
import type { DbnInstrument } from './dbn-instrument.js';
import { DbnInstruments, type InstrumentChoice, type Meaning } from './dbn-instruments.js';
import { type DbnVersion, NO_WORD, Rtype, SCHEMA_NAMES } from './dbn-layout.js';
import { type DbnMetadata, textOf } from './dbn-metadata.js';
import { DbnOrderRows } from './dbn-order-rows.js';
import { DbnPriceRows } from './dbn-price-rows.js';
import { DbnRows } from './dbn-rows.js';
import type { RecordTaker } from './dbn-stream.js';
import type { OffTickPrints } from './dbn-trade.js';
import type { InputFact } from './input-file.js';
import { type ImportedTape, RowCollector, type RowKeeping } from './row-collector.js';

export interface ReaderOptions extends InstrumentChoice, RowKeeping {
  /** Trades at prices off the tick (such as hidden ones at the midpoint): `refuse` (default) or `drop`, which is counted. */
  readonly offTickPrints?: OffTickPrints;
}

/** Time range of a file and the instruments that it had trades of. */
interface TradeSource {
  readonly schema: number | undefined;
  readonly startNs: bigint;
  readonly endNs: bigint | undefined;
  readonly instruments: Set<DbnInstrument>;
}

/** A meaning with its time range as words: from (inclusive) until (exclusive). */
interface TimedMeaning {
  readonly meaning: Meaning;
  readonly fromHigh: number;
  readonly fromLow: number;
  readonly untilHigh: number;
  readonly untilLow: number;
}

/** Word of the time that says which day's mapping holds: `ts_recv`, or `ts_event` where there is no such. */
const TIME_WORDS = new Uint8Array(256).fill(8);
TIME_WORDS[Rtype.mbo] = 10;
for (const rtype of [Rtype.status, Rtype.statistics, Rtype.imbalance]) TIME_WORDS[rtype] = 4;
for (const rtype of [Rtype.bar1s, Rtype.bar1m, Rtype.bar1h, Rtype.bar1d, Rtype.barSession, Rtype.oldBar]) {
  TIME_WORDS[rtype] = 2;
}

/** Record types of quotes by interval, which do not have all trades. */
const SAMPLED = new Uint8Array(256);
for (const rtype of [Rtype.bbo1s, Rtype.bbo1m, Rtype.cbbo1s, Rtype.cbbo1m]) SAMPLED[rtype] = 1;

const TBBO = SCHEMA_NAMES.indexOf('tbbo');
const ORDER_KINDS: ReadonlySet<number | undefined> = new Set([SCHEMA_NAMES.indexOf('mbo'), undefined]);
const BAR_KINDS: ReadonlySet<number | undefined> = new Set([
  ...['ohlcv-1s', 'ohlcv-1m', 'ohlcv-1h', 'ohlcv-1d', 'ohlcv-eod'].map((name) => SCHEMA_NAMES.indexOf(name)),
  undefined,
]);
const VALUE_KINDS: ReadonlySet<number | undefined> = new Set([SCHEMA_NAMES.indexOf('status'), undefined]);

/** Live sessions' symbol mappings: byte offsets by version. */
const LIVE_MAPPING = {
  1: { symbol: 38, bytes: 22, startWord: 16 },
  2: { symbol: 89, bytes: 71, startWord: 40 },
  3: { symbol: 89, bytes: 71, startWord: 40 },
} as const;
const ERROR_BYTES = { 1: 64, 2: 302, 3: 302 } as const;

/**
 * Records of any number of files → the tape.
 */
export class DatabentoReader implements RecordTaker {
  readonly collector: RowCollector;
  readonly instruments: DbnInstruments;
  readonly #rows: DbnRows;
  readonly #orders: DbnOrderRows;
  readonly #prices: DbnPriceRows;
  readonly #events: DbnEventRows;
  #version: DbnVersion = 1;
  readonly #sources: TradeSource[] = [];
  #source!: TradeSource;
  readonly #datasets = new Set<string>();
  readonly #schemas = new Set<string>();
  readonly #publishers = new Set<number>();
  /** What instrument ids mean, as far as that is known; the last one apart, because the next record mostly has the same. */
  readonly #meanings = new Map<number, TimedMeaning>();
  #meaning: TimedMeaning | undefined;
  /** The instrument that {@link DatabentoReader.#takesTrades} was last asked for, and the answer. */
  #traded: DbnInstrument | undefined;
  #takes = true;

  /** `metadata`: of all files to come, for what columns the tape needs. */
  constructor(options: ReaderOptions, metadata: readonly DbnMetadata[]) {
    const schemas = metadata.map(({ schema }) => schema);
    const set = {
      orderId: schemas.some((schema) => ORDER_KINDS.has(schema)),
      bars: schemas.some((schema) => BAR_KINDS.has(schema)),
      value: schemas.some((schema) => VALUE_KINDS.has(schema)),
    };
    const offTick = options.offTickPrints ?? 'refuse';
    this.collector = new RowCollector(set, options, () => this.instruments.specs);
    this.#rows = new DbnRows(this.collector);
    this.#orders = new DbnOrderRows(this.#rows, offTick);
    this.#prices = new DbnPriceRows(this.#rows, offTick);
    this.#events = new DbnEventRows(this.#rows);
    this.#rows.onEventEnd = (instrument) => this.#orders.end(instrument);
    this.instruments = new DbnInstruments(options, this.collector.tally, (instrument) => this.#startAnew(instrument));
  }

  define(definition: DbnDefinition): void {
    this.instruments.addDefinition(definition);
  }

  begin(metadata: DbnMetadata): void {
    this.#version = metadata.version;
    this.#forget();
    this.#traded = undefined;
    this.instruments.addMappings(metadata);
    const { schema, startNs, endNs } = metadata;
    this.#source = { schema, startNs, endNs, instruments: new Set() };
    this.#sources.push(this.#source);
    this.#datasets.add(metadata.dataset);
    this.#schemas.add(schema === undefined ? 'several' : SCHEMA_NAMES[schema]!);
    const { tally } = this.collector;
    tally.count(
      'symbols-not-found',
      'symbols that Databento did not find, by the files’ metadata',
      metadata.notFound.length,
    );
    tally.count(
      'symbols-in-part',
      'symbols that Databento found for some of the days, by the files’ metadata',
      metadata.partial.length,
    );
  }

  attach(words: Int32Array, bytes: Uint8Array): void {
    this.#rows.words = words;
    this.#rows.bytes = bytes;
  }

  record(rtype: number, at: number): void {
    if (rtype === Rtype.mbo) {
      const instrument = this.#instrumentOf(rtype, at);
      if (instrument !== undefined) this.#orders.write(instrument, at, this.#takesTrades(instrument));
    } else if (rtype <= Rtype.mbp10 || rtype >= Rtype.cmbp1) {
      const instrument = this.#instrumentOf(rtype, at);
      if (instrument === undefined) return;
      const alone = rtype === Rtype.trade || rtype === Rtype.tcbbo || this.#source.schema === TBBO;
      const trades = SAMPLED[rtype] === 0 && this.#takesTrades(instrument);
      this.#prices.write(rtype, instrument, at, alone, trades);
    } else this.#rarer(rtype, at);
  }

  #rarer(rtype: number, at: number): void {
    const { tally } = this.collector;
    const { words, bytes } = this.#rows;
    switch (rtype) {
      case Rtype.definition:
        this.define(readDefinition(this.#version, words, bytes, at));
        this.#forget();
        return;
      case Rtype.symbolMapping:
        this.#liveMapping(at);
        return;
      case Rtype.system:
        tally.count('system-messages', 'messages of the gateway (heartbeats and the like) were left out');
        return;
      case Rtype.error: {
        const text = textOf(bytes, at * 4 + 16, ERROR_BYTES[this.#version], 'error message');
        tally.count('error-messages', `messages of the gateway that say of an error were left out (first: ${text})`);
        return;
      }
      case Rtype.imbalance:
        tally.count('imbalances', 'auction imbalances were left out; a tape has no row for them');
        return;
    }
    const instrument = this.#instrumentOf(rtype, at);
    if (instrument === undefined) return;
    if (rtype === Rtype.status) this.#events.status(instrument, at);
    else if (rtype === Rtype.statistics) this.#events.statistics(this.#version, instrument, at);
    else this.#events.bar(rtype, instrument, at);
  }

  #liveMapping(at: number): void {
    const { words, bytes } = this.#rows;
    const { symbol, bytes: length, startWord } = LIVE_MAPPING[this.#version];
    const text = textOf(bytes, at * 4 + symbol, length, 'symbol mapping');
    const start = this.#rows.noTime(at + startWord)
      ? 0
      : secondsOf(words[at + startWord + 1]! >>> 0, words[at + startWord]! >>> 0);
    if (text !== '') this.instruments.addLiveMapping(words[at + 1]! >>> 0, text, start);
    this.#forget();
  }

  /** What was looked up no longer holds. */
  #forget(): void {
    this.#meanings.clear();
    this.#meaning = undefined;
  }

  /** `undefined`: its records are left out, which has been counted. */
  #instrumentOf(rtype: number, at: number): DbnInstrument | undefined {
    const { words } = this.#rows;
    let word = at + TIME_WORDS[rtype]!;
    if (words[word] === NO_WORD && words[word + 1] === NO_WORD) word = at + 2;
    const low = words[word]! >>> 0;
    const high = words[word + 1]! >>> 0;
    const id = words[at + 1]! >>> 0;
    const publisher = words[at]! >>> 16;
    let known = this.#meaning;
    if (known === undefined || known.meaning.id !== id) known = this.#meanings.get(id);
    if (known === undefined || known.meaning.publisher !== publisher || !holds(known, high, low)) {
      known = this.#look(id, publisher, secondsOf(high, low));
    }
    this.#meaning = known;
    const { instrument } = known.meaning;
    if (instrument === undefined) this.#countLeftOut(known.meaning);
    return instrument;
  }

  #look(id: number, publisher: number, seconds: number): TimedMeaning {
    const meaning = this.instruments.meaningOf(id, publisher, seconds);
    const [fromHigh, fromLow] = wordsOf(meaning.startSeconds);
    const [untilHigh, untilLow] = wordsOf(meaning.endSeconds);
    const timed = { meaning, fromHigh, fromLow, untilHigh, untilLow };
    this.#meanings.set(id, timed);
    this.#publishers.add(publisher);
    return timed;
  }

  #countLeftOut({ reason }: Meaning): void {
    const { tally } = this.collector;
    if (reason === 'other-symbol')
      tally.count('other-symbols', 'records of symbols that were not asked for were left out');
    else tally.count('other-publishers', 'records of publishers that were not asked for were left out');
  }

  /** Whether trades of the file at hand are taken: no earlier file of another schema has them for this time. */
  #takesTrades(instrument: DbnInstrument): boolean {
    if (instrument === this.#traded) return this.#takes;
    this.#traded = instrument;
    this.#source.instruments.add(instrument);
    const { schema, startNs, endNs } = this.#source;
    this.#takes = !this.#sources.some(
      (source) =>
        source !== this.#source &&
        source.schema !== schema &&
        source.instruments.has(instrument) &&
        (endNs === undefined || source.startNs < endNs) &&
        (source.endNs === undefined || startNs < source.endNs),
    );
    return this.#takes;
  }

  #startAnew(instrument: DbnInstrument): void {
    this.#forget();
    // At the times of the record before: that of the new id has not been read yet.
    this.#rows.flags = 0;
    this.#orders.clear(instrument);
    this.#prices.clear(instrument);
    this.#rows.leave(instrument);
  }

  /** The tape. Throws `RangeError` or `ImportError` when there is none to make. */
  finish(facts: readonly InputFact[]): ImportedTape {
    for (const instrument of this.instruments.list) {
      if (instrument.open) this.#rows.leave(instrument);
      const { renumbered } = instrument.orders;
      this.collector.tally.count(
        'renumbered-orders',
        'orders whose ids are beyond 2^53 have the ids -1, -2, … on the tape, by instrument',
        renumbered,
      );
    }
    this.instruments.checkWanted();
    this.#refuseTwoBooks();
    return this.collector.finish({
      ...{ importer: 'databento', version: '1', files: facts },
      instruments: this.instruments.specs,
      choices: {
        dataset: [...this.#datasets].join(', '),
        schema: [...this.#schemas].join(', '),
        publisher: [...this.#publishers].join(', '),
      },
    });
  }

  /** Orders and levels of one instrument would be two books. */
  #refuseTwoBooks(): void {
    const both = (1 << Kind.orderAdd) | (1 << Kind.depth);
    for (const { kinds, spec } of this.instruments.list) {
      if ((kinds & both) === both) {
        throw new RangeError(`${spec.symbol} has both orders (mbo) and levels (mbp-10): make a tape of one of them`);
      }
    }
  }
}

function holds({ fromHigh, fromLow, untilHigh, untilLow }: TimedMeaning, high: number, low: number): boolean {
  return (
    (high > fromHigh || (high === fromHigh && low >= fromLow)) &&
    (high < untilHigh || (high === untilHigh && low < untilLow))
  );
}

/** Whole seconds of 64-bit ns. */
function secondsOf(high: number, low: number): number {
  return Number(((BigInt(high) << 32n) | BigInt(low)) / 1_000_000_000n);
}

/** ns of whole seconds as words; all there are for what lies outside of them. */
function wordsOf(seconds: number): [number, number] {
  if (!(seconds > 0)) return [0, 0];
  if (seconds > 18e9) return [2 ** 32, 0];
  const time = BigInt(seconds) * 1_000_000_000n;
  return [Number(time >> 32n), Number(time & 0xffff_ffffn)];
}
