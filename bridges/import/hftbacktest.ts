/**
 * Imports event arrays of hftbacktest, `.npz` and `.npy`, of version 2 and of version 1, one instrument, any number of files.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * hftbacktest's files are in a tape's own order already, rows for one side alone included; so each row becomes the same row. What
 * else is assumed: docs/import/hftbacktest.md.
 */
import { z } from 'zod';
import { CONTRACTS, Instrument, type InstrumentSpec, instrumentSpec } from '../../core/index.js';
import { checkedBy } from './csv-mapping.js';
import { HFT_TIME_UNITS, HftEvent } from './hftbacktest-event.js';
import { HftOrderRows } from './hftbacktest-orders.js';
import { HftLevelRows } from './hftbacktest-rows.js';
import type { InputFact, OnProgress } from './input-file.js';
import type { NpyHeader } from './npy-header.js';
import { NpyStream, type RowBuffer, type RowTaker } from './npy-stream.js';
import { readPlaced } from './placed-stream.js';
import { type ImportedTape, RowCollector } from './row-collector.js';
import { Scratch } from './rows/scratch.js';

const hftbacktestOptions = z.strictObject({
  /** In order of time. */
  files: z.array(z.string()).min(1, 'expected at least one file').readonly(),
  /** The instrument and its steps, which the files do not have. */
  symbol: z.string().min(1),
  tick: z.string(),
  lot: z.string(),
  contract: z.enum(CONTRACTS).optional(),
  multiplier: z.string().optional(),
  base: z.string().optional(),
  quote: z.string().optional(),
  expiry: z.string().optional(),
  /** Of the times. Version 2: ns where left out; version 1 has none of its own (mostly `us`). */
  timeUnit: z.enum(HFT_TIME_UNITS).optional(),
  /** The files are order by order (L3). Default false. */
  orders: z.boolean().default(false),
  /** Quantities of levels that are no whole lots: `refuse` (default), or `round`, which is counted. */
  offLotLevels: z.enum(['refuse', 'round']).default('refuse'),
  /** A local time before the exchange time: refused (default), or all local times are moved by the worst difference. */
  negativeLatency: z.enum(['refuse', 'shift']).default('refuse'),
  /** Where rows wait until they are ordered. Default: in memory. */
  scratch: z.instanceof(Scratch).optional(),
  onProgress: z.custom<OnProgress>((value) => typeof value === 'function').optional(),
});
export type HftbacktestOptions = z.input<typeof hftbacktestOptions>;
type Checked = z.output<typeof hftbacktestOptions>;

/** Throws `ImportError` with file, row, field and value where something cannot be imported. */
export async function importHftbacktest(options: HftbacktestOptions): Promise<ImportedTape> {
  const checked = checkedBy(hftbacktestOptions, options, 'hftbacktest');
  const { files, onProgress } = checked;
  const reader = new HftbacktestReader(checked);
  const facts: InputFact[] = [];
  for (const [file, path] of files.entries()) {
    const onBytes = (bytesRead: number, bytesTotal: number) =>
      onProgress?.({ file, files: files.length, path, bytesRead, bytesTotal });
    facts.push(await readPlaced(path, new NpyStream(reader), onBytes, () => reader.end()));
  }
  return reader.finish(facts);
}

/** Rows of any number of arrays → the tape. */
export class HftbacktestReader implements RowTaker {
  readonly collector: RowCollector;
  readonly #spec: InstrumentSpec;
  readonly #options: Checked;
  readonly #event: HftEvent;
  readonly #rows: HftLevelRows | HftOrderRows;
  readonly #layouts = new Set<string>();

  /** Throws `RangeError` for an instrument that cannot be. */
  constructor(options: Checked) {
    const { tick, lot, orders, timeUnit = 'ns', offLotLevels, negativeLatency } = options;
    this.#options = options;
    this.#spec = instrumentSpec(definedTerms(options));
    new Instrument(this.#spec, 0);
    this.collector = new RowCollector({ orderId: orders }, options);
    this.#event = new HftEvent(this.collector, options.timeUnit);
    if (orders && timeUnit !== 'ns') {
      throw new RangeError(`timeUnit is ${timeUnit}, but files that are order by order have their times in ns`);
    }
    this.#rows = orders
      ? new HftOrderRows(this.collector, this.#spec, 'refuse')
      : new HftLevelRows(this.collector, { tick, lot, offLotLevels, shift: negativeLatency === 'shift' });
  }

  begin(header: NpyHeader): void {
    this.#event.begin(header);
    this.#layouts.add(this.#event.layout);
    this.#rows.begin();
  }

  row(buffer: RowBuffer, at: number): void {
    this.#event.read(buffer, at);
    this.#rows.write(this.#event);
  }

  /** A file has ended. Throws `RangeError` where something is missing. */
  end(): void {
    this.#rows.end();
  }

  finish(files: readonly InputFact[]): ImportedTape {
    this.#rows.finish();
    if (this.#options.negativeLatency === 'shift') this.collector.shiftLocalClock();
    return this.collector.finish({
      importer: 'hftbacktest',
      version: '1',
      instruments: [this.#spec],
      files,
      choices: {
        layout: [...this.#layouts].join(', '),
        timeUnit: this.#options.timeUnit ?? 'ns',
        data: this.#options.orders ? 'order by order' : 'by price level',
      },
    });
  }
}

/** The instrument's own fields of the options, those left out left out. */
function definedTerms({ symbol, tick, lot, contract, multiplier, base, quote, expiry }: Checked): InstrumentSpec {
  return {
    ...{ symbol, tick, lot },
    ...(contract !== undefined && { contract }),
    ...(multiplier !== undefined && { multiplier }),
    ...(base !== undefined && { base }),
    ...(quote !== undefined && { quote }),
    ...(expiry !== undefined && { expiry }),
  };
}
