/**
 * Remembers rows that stand on a tape for the exchange alone, to know their twins for the local side when they come (before
 * or after). Knows nothing of why. Called by the repair of a tape.
 */
import { CODE_EXCHANGE, CODE_LOCAL, type Columns } from '../../core/market.js';
import { COLUMN_NAMES } from '../../core/tape-builder.js';
import type { Nanos } from '../../core/time.js';

export class TwinRows {
  /** How many twins of each row are still to come. */
  readonly #left = new Map<string, number>();
  /** Looked at first, so that few rows become texts. */
  readonly #times = new Set<Nanos>();

  /** `key`: of a row that stands for the exchange alone, see {@link rowKey}. */
  note(key: string, exchangeNs: Nanos): void {
    this.#left.set(key, (this.#left.get(key) ?? 0) + 1);
    this.#times.add(exchangeNs);
  }

  /** Whether a row for the local side alone is the twin of a noted one; each is found once. */
  take(columns: Columns, row: number): boolean {
    if (!this.#times.has(columns.exchangeNs[row]!)) return false;
    const key = rowKey(columns, row);
    const left = this.#left.get(key) ?? 0;
    if (left > 0) this.#left.set(key, left - 1);
    return left > 0;
  }
}

/** Everything that a row says but who sees it: equal for the two rows of one event. */
export function rowKey(columns: Columns, row: number): string {
  return COLUMN_NAMES.map((name) => {
    const value = columns[name]?.[row] ?? 0;
    return name === 'code' ? value & ~(CODE_EXCHANGE | CODE_LOCAL) : value;
  }).join(' ');
}
