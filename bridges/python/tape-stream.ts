/**
 * A tape's rows as frames of raw columns, one way, for who reads them into arrays.
 * Knows nothing of files or options. Called by the command that serves tapes.
 */
import { Instrument } from '../../core/instrument.js';
import { allocateColumns, CODE_EXCHANGE, CODE_LOCAL, type ColumnSet, type Columns } from '../../core/market.js';
import type { TapeSource } from '../../core/tape.js';
import { copyRows } from '../../core/tape-builder.js';
import type { Channel } from './channel.js';
import { metaFrame } from './frame.js';
import { termsOf } from './python-strategies.js';
import { RequestFrame } from './request-frame.js';
import type { WireColumn } from './waiting-rows.js';
import { FrameType, WIRE_SCHEMA } from './wire-layout.js';

interface TapeColumn {
  readonly type: 'f8' | 'i4' | 'u2' | 'u1';
  readonly of: (columns: Columns) => WireColumn | undefined;
}

/** What may be asked for, by the names of the wire; times are ns since the tape's origin. */
const COLUMNS: Readonly<Record<string, TapeColumn>> = {
  local: { type: 'f8', of: ({ localNs }) => localNs },
  exchange: { type: 'f8', of: ({ exchangeNs }) => exchangeNs },
  ticks: { type: 'i4', of: ({ priceTicks }) => priceTicks },
  lots: { type: 'f8', of: ({ qtyLots }) => qtyLots },
  code: { type: 'u1', of: ({ code }) => code },
  flags: { type: 'u1', of: ({ flags }) => flags },
  inst: { type: 'u2', of: ({ instrument }) => instrument },
  order_id: { type: 'f8', of: ({ orderId }) => orderId },
  open: { type: 'i4', of: ({ openTicks }) => openTicks },
  high: { type: 'i4', of: ({ highTicks }) => highTicks },
  low: { type: 'i4', of: ({ lowTicks }) => lowTicks },
  value: { type: 'f8', of: ({ value }) => value },
};
/** Columns that only some tapes have. */
const OPTIONAL: Readonly<Record<string, keyof ColumnSet>> = {
  order_id: 'orderId',
  open: 'bars',
  high: 'bars',
  low: 'bars',
  value: 'value',
};
/** At most so many rows in a frame: 62 bytes each at most, far below the limit of a payload. */
const FRAME_ROWS = 1 << 18;

export interface TapeStreamOptions {
  /** Names of the wire; default all that the tape has. */
  readonly columns?: readonly string[] | undefined;
  /** Whose rows: each event once, in the order of this clock. */
  readonly clock: 'local' | 'exchange';
  /** Rows from this time on by that clock, ns since 1970 UTC. */
  readonly fromNs?: bigint | undefined;
  /** At most so many. */
  readonly rows?: number | undefined;
}

/** Sends the whole of it. Throws `RangeError` for a column that there is not, whatever the tape throws, and the channel. */
export function streamTape(channel: Channel, tape: TapeSource, options: TapeStreamOptions): void {
  const { originNs, columns: has, instruments, rows: most } = tape.info;
  const there = Object.keys(COLUMNS).filter((name) => OPTIONAL[name] === undefined || has[OPTIONAL[name]] === true);
  const names = options.columns ?? there;
  for (const name of names) {
    if (!there.includes(name)) throw new RangeError(`the tape has no column "${name}"`);
  }
  const wanted = options.rows ?? Number.POSITIVE_INFINITY;
  const head = {
    schema: WIRE_SCHEMA,
    originNs: String(originNs),
    rows: Math.min(most, wanted),
    instruments: instruments.map((spec, index) => termsOf(new Instrument(spec, index))),
    columns: names.map((name) => [name, COLUMNS[name]!.type]),
  };
  channel.send(metaFrame(FrameType.tape, 0, head));
  const selection = new Selection(
    options.clock,
    options.fromNs === undefined ? undefined : Number(options.fromNs - originNs),
    has,
  );
  const frame = new RequestFrame();
  const reader = tape.open(originNs);
  let seq = 0;
  let left = wanted;
  try {
    for (let block = reader.next(); block !== undefined && left > 0; block = reader.next()) {
      const chosen = selection.of(block);
      const end = Math.min(chosen.length, left);
      for (let from = 0; from < end; from += FRAME_ROWS) {
        const count = Math.min(FRAME_ROWS, end - from);
        frame.begin([count]);
        for (const name of names) frame.addColumn(COLUMNS[name]!.of(chosen)!.subarray(from, from + count), count);
        channel.send(frame.end(FrameType.tape, ++seq));
      }
      left -= end;
      reader.release(block);
    }
    frame.begin([0]);
    channel.send(frame.end(FrameType.tape, ++seq));
  } finally {
    reader.close();
  }
}

/** Of each block the rows seen by one clock, from a time on. */
class Selection {
  readonly #bit: number;
  readonly #clock: 'local' | 'exchange';
  readonly #fromNs: number;
  readonly #has: ColumnSet;
  #chosen: Columns | undefined;

  constructor(clock: 'local' | 'exchange', fromNs: number | undefined, has: ColumnSet) {
    this.#bit = clock === 'local' ? CODE_LOCAL : CODE_EXCHANGE;
    this.#clock = clock;
    this.#fromNs = fromNs ?? Number.NEGATIVE_INFINITY;
    this.#has = has;
  }

  /** The block itself where all of it is wanted; else columns that are reused. */
  of(block: Columns): Columns {
    const { code, length } = block;
    const times = this.#clock === 'local' ? block.localNs : block.exchangeNs;
    const bit = this.#bit;
    const fromNs = this.#fromNs;
    const isWanted = (row: number) => (code[row]! & bit) !== 0 && times[row]! >= fromNs;
    let row = 0;
    while (row < length && isWanted(row)) row++;
    if (row === length) return block;
    let chosen = this.#chosen;
    if (chosen === undefined || chosen.code.length < length) chosen = allocateColumns(length, this.#has);
    this.#chosen = chosen;
    copyRows(block, 0, row, chosen, 0);
    chosen.length = row;
    while (row < length) {
      while (row < length && !isWanted(row)) row++;
      const from = row;
      while (row < length && isWanted(row)) row++;
      copyRows(block, from, row, chosen, chosen.length);
      chosen.length += row - from;
    }
    return chosen;
  }
}
