/**
 * Checks a tape in one pass, in memory that does not grow with it: what in the data a strategy should not trust.
 * Knows nothing of files or pages. Called by `tickwright check` and by whoever has a tape.
 */
import { Instrument } from '../../core/instrument.js';
import { CODE_EXCHANGE, CODE_KIND, CODE_LOCAL, CODE_SIDE_SHIFT, type Columns, type Side } from '../../core/market.js';
import type { TapeInfo } from '../../core/tape.js';
import { type Nanos, SECOND } from '../../core/time.js';
import type { QualityFindings } from './findings.js';
import { InstrumentWatch, type QualityOptions } from './instrument-watch.js';
import { checkSpikeRule, USUAL_SPIKES } from './price-spikes.js';

export type { QualityOptions } from './instrument-watch.js';

export const USUAL_QUALITY: QualityOptions = {
  gapNs: 60 * SECOND,
  staleNs: 10 * SECOND,
  spikes: USUAL_SPIKES,
  pictures: 0,
};

/** Takes a tape's blocks in order, then says what it found. */
export class TapeCheck {
  readonly #info: TapeInfo;
  readonly #options: QualityOptions;
  readonly #watches: (InstrumentWatch | undefined)[];
  #rows = 0;
  #exchangeNs: Nanos = 0;
  #localNs: Nanos = 0;

  /** Throws `RangeError` naming an option that is out of its range. */
  constructor(info: TapeInfo, options: Partial<QualityOptions> = {}) {
    this.#info = info;
    this.#options = { ...USUAL_QUALITY, ...options };
    checkOptions(this.#options);
    this.#watches = new Array<InstrumentWatch | undefined>(info.instruments.length).fill(undefined);
  }

  /** The next rows, times counted from the tape's own origin. Nothing of the block is kept. */
  take(columns: Columns): void {
    const { code, instrument, length } = columns;
    for (let row = 0; row < length; row++) {
      const bits = code[row]!;
      const watch = this.#watches[instrument[row]!] ?? this.#watch(instrument[row]!);
      const place = this.#rows + row;
      if ((bits & CODE_LOCAL) !== 0) {
        watch.seen(columns, row, place);
        this.#localNs = columns.localNs[row]!;
      }
      if ((bits & CODE_EXCHANGE) !== 0) {
        watch.happened(columns, row, place, bits & CODE_KIND, ((bits >> CODE_SIDE_SHIFT) & 3) as Side);
        this.#exchangeNs = columns.exchangeNs[row]!;
      }
    }
    this.#rows += length;
  }

  /** Call once, when all blocks were taken. */
  finish(): QualityFindings {
    const { originNs, corrections } = this.#info;
    const instruments = this.#watches.flatMap((watch) => watch?.findings(this.#exchangeNs) ?? []);
    return {
      ...{ originNs, corrections, rows: this.#rows, instruments },
      endNs: Math.max(this.#exchangeNs, this.#localNs),
    };
  }

  #watch(index: number): InstrumentWatch {
    const instrument = new Instrument(this.#info.instruments[index]!, index);
    const drawn = this.#watches.reduce((count, watch) => count + (watch === undefined ? 0 : 1), 0);
    const watch = new InstrumentWatch(
      instrument,
      this.#info.counts[index]!,
      this.#options,
      drawn < this.#options.pictures,
    );
    this.#watches[index] = watch;
    return watch;
  }
}

function checkOptions({ gapNs, staleNs, latencyNs, spikes, pictures }: QualityOptions): void {
  const atLeast = (name: string, value: number, least: number) => {
    if (!(value >= least)) throw new RangeError(`check: ${name} ${value} is not a number from ${least} on`);
  };
  atLeast('gapNs', gapNs, 1);
  atLeast('staleNs', staleNs, 0);
  if (latencyNs !== undefined) atLeast('latencyNs', latencyNs, 0);
  atLeast('pictures', pictures, 0);
  checkSpikeRule(spikes);
}
