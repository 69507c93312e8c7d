/**
 * The blocks of a tape as a chain that two lanes walk, each at its own pace; a block goes back to its reader when both
 * have left it. Knows nothing of what is in a block. Called by the lanes.
 */
import type { Columns } from './market.js';
import type { BlockReader } from './tape.js';

/** A block in the chain. `columns` is valid until the walker's `leave`. */
export interface Link {
  readonly columns: Columns;
  next: Link | undefined;
  walkers: number;
}

export class Feed {
  readonly first: Link | undefined;
  /** Rows handed out so far. */
  rows = 0;
  readonly #reader: BlockReader;
  readonly #walkers: number;
  readonly #onBlock: (rows: number) => void;

  /** `onBlock` is told the number of rows handed out so far whenever a block is read. */
  constructor(reader: BlockReader, walkers: number, onBlock: (rows: number) => void = () => {}) {
    this.#reader = reader;
    this.#walkers = walkers;
    this.#onBlock = onBlock;
    this.first = this.#read();
  }

  /** Leaves a link for good and gives the one after it; `undefined` at the end. */
  leave(link: Link): Link | undefined {
    link.next ??= this.#read();
    const next = link.next;
    if (--link.walkers === 0) this.#reader.release(link.columns);
    return next;
  }

  #read(): Link | undefined {
    const columns = this.#reader.next();
    if (columns === undefined) return undefined;
    this.rows += columns.length;
    this.#onBlock(this.rows);
    return { columns, next: undefined, walkers: this.#walkers };
  }
}
