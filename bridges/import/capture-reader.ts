/**
 * What raw captures of venues have in common: one instrument, lines of local time and message, trades, marks and funding.
 * Knows nothing of any venue's messages. Called by bybit-capture and okx-capture.
 */
import { codeOf, Flag, Instrument, type InstrumentSpec, instrumentSpec, Kind, Side } from '../../core/index.js';
import { brief, type Fields } from './capture-fields.js';
import { CaptureLine, PassedOver } from './capture-line.js';
import { CaptureNumbers } from './capture-numbers.js';
import { FARTHEST_FUNDING_NS, FundingSchedule } from './funding-schedule.js';
import { ImportError, type InputFact, type OnProgress, readLines } from './input-file.js';
import { type ImportedTape, RowCollector, type RowKeeping } from './row-collector.js';

/** The symbol is the instrument's name on the tape; prices and trades off tick and lot are refused. */
export interface CaptureOptions extends InstrumentSpec, RowKeeping {
  /** In order of time. */
  readonly files: readonly string[];
  /**
   * Depth levels off the lot: `refuse` (default) the first, or `round` to the nearest lot and count, as long as they are at
   * most 1 in 1,000.
   */
  readonly offLotLevels?: 'round' | 'refuse';
  /** Also take the channel of the best bid and ask, as quote rows. */
  readonly quotes?: boolean;
  readonly onProgress?: OnProgress;
}

/** Imports all files through a reader. Throws `ImportError` with file, line, field and value. */
export async function importCapture(
  importer: string,
  reader: CaptureReader,
  { files, onProgress }: CaptureOptions,
): Promise<ImportedTape> {
  if (files.length === 0) throw new ImportError(`${importer}: no files were given`);
  const facts: InputFact[] = [];
  for (const [file, path] of files.entries()) {
    reader.beginFile(path);
    const onBytes = (bytesRead: number, bytesTotal: number) =>
      onProgress?.({ file, files: files.length, path, bytesRead, bytesTotal });
    facts.push(await readLines(path, reader.line, onBytes));
  }
  reader.end();
  return reader.collector.finish({
    importer,
    version: '1',
    instruments: [reader.instrument],
    files: facts,
    choices: reader.choices,
  });
}

/** One pass over the lines of all files. */
export abstract class CaptureReader {
  readonly collector: RowCollector;
  readonly instrument: InstrumentSpec;
  venueSymbol = '';
  protected readonly at: CaptureLine;
  protected readonly numbers: CaptureNumbers;
  protected readonly passedOver = new PassedOver();
  readonly #funding: FundingSchedule;
  #markTicks = Number.NaN;

  constructor(options: CaptureOptions) {
    new Instrument(options, 0); // refuses bad terms before any file is read
    this.instrument = instrumentSpec(options);
    this.collector = new RowCollector({ value: true }, options);
    this.at = new CaptureLine(this.collector);
    this.numbers = new CaptureNumbers(options.tick, options.lot, options.offLotLevels === 'round', () => this.at);
    this.#funding = new FundingSchedule(this.collector);
  }

  /** Choices worth keeping beside the data. */
  get choices(): Record<string, string> {
    return { venueSymbol: this.venueSymbol };
  }

  beginFile(path: string): void {
    this.at.beginFile(path);
  }

  readonly line = (bytes: Buffer, start: number, end: number, line: number): void => {
    const message = this.at.read(bytes, start, end, line);
    if (message !== undefined) this.message(message);
  };

  /** Throws `RangeError` naming field and value. */
  protected abstract message(message: Fields): void;

  /** After the last file: what could only be decided now. */
  end(): void {
    this.numbers.countOffLot(this.collector.tally);
    this.collector.shiftLocalClock();
    this.passedOver.countIn(this.collector);
    if (this.venueSymbol !== '' && this.venueSymbol !== this.instrument.symbol) {
      const note = `the capture says ${this.venueSymbol}, the tape says ${this.instrument.symbol}`;
      this.collector.tally.count('renamed-symbol', note);
    }
  }

  /** Refuses a second symbol. */
  protected checkSymbol(data: Fields, field: string): void {
    const symbol = data[field];
    if (symbol === this.venueSymbol && symbol !== '') return;
    if (typeof symbol !== 'string' || symbol === '') {
      throw new RangeError(`${field} is ${brief(symbol)} where a symbol was expected`);
    }
    if (this.venueSymbol !== '') {
      throw new RangeError(
        `${field} is ${brief(symbol)} where all before was "${this.venueSymbol}": import each symbol into a tape of its own`,
      );
    }
    this.venueSymbol = symbol;
  }

  /** Milliseconds since 1970 → ns of the collector. */
  protected time(milliseconds: number): number {
    const seconds = Math.floor(milliseconds / 1000);
    return this.collector.time(seconds, (milliseconds - seconds * 1000) * 1e6);
  }

  protected trade(happened: number, side: Side, ticks: number, lots: number): void {
    if (lots === 0) this.collector.tally.count('zero-quantity', 'trades of quantity 0 were left out');
    else this.collector.rows.add(happened, this.at.localNs, codeOf(Kind.trade, side), Flag.last, 0, ticks, lots);
  }

  /** A forced order: a custom row of value 1, beside its trades. */
  protected liquidation(happened: number, side: Side, ticks: number, lots: number): void {
    const { rows } = this.collector;
    rows.setValue(rows.add(happened, this.at.localNs, codeOf(Kind.custom, side), Flag.last, 0, ticks, lots), 1);
  }

  /** A mark price, where it differs from the one before; marks are averages and rarely on the tick. */
  protected mark(happened: number, data: Fields, field: string): void {
    let rounded = false;
    const ticks = this.numbers.nearestTicks(data[field], field, () => {
      rounded = true;
    });
    if (ticks === this.#markTicks) return;
    this.#markTicks = ticks;
    if (rounded) {
      this.collector.tally.count('mark-rounded', 'mark prices between two ticks were moved to the nearer one');
    }
    this.collector.rows.add(happened, this.at.localNs, codeOf(Kind.mark, Side.none), Flag.last, 0, ticks, 0);
  }

  /** Funding announced at `happened`: due at `dueMs`, which `field` holds, at this rate (`NaN`: not said). */
  protected funding(happened: number, field: string, dueMs: number, rate: number): void {
    const dueNs = this.time(dueMs);
    if (!(Math.abs(dueNs - happened) <= FARTHEST_FUNDING_NS)) {
      throw new RangeError(`${field} is ${dueMs}, more than 31 days from the message`);
    }
    this.#funding.announce({ happened, local: this.at.localNs, instrument: 0 }, dueNs, rate);
  }

  protected rate(value: number, field: string): number {
    if (Math.abs(value) < 1) return value;
    throw new RangeError(`${field} is ${value}: a fraction such as 0.0001 was expected`);
  }
}

/** `Buy` or `Sell`, as the venue writes them. */
export function sideOf(data: Fields, field: string, buy: string, sell: string): Side {
  const text = data[field];
  if (text === buy) return Side.buy;
  if (text === sell) return Side.sell;
  throw new RangeError(`${field} is ${brief(text)} where ${buy} or ${sell} was expected`);
}
