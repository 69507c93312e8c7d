/**
 * What a remote strategy wants to hear of: made of what its peer announced in READY and what the run file says.
 * Knows nothing of frames. Called when a peer is connected; read by the remote strategy.
 */
import { KIND_NAMES, Kind } from '../../core/market.js';
import { BridgeError } from './bridge-error.js';
import type { Decide } from './decide-schema.js';
import { type DecisionTimes, decisionTimes, type RemoteHandler } from './decision-times.js';
import { ROW_COLUMNS, type RowColumn } from './waiting-rows.js';

export const DEFAULT_DEPTH = 5;

export interface Attention {
  /** Bit `kind`: rows of this kind go into the table `rows`. */
  readonly rowKinds: number;
  /** Columns of the table `rows`. */
  readonly columns: readonly RowColumn[];
  readonly bars: boolean;
  readonly book: boolean;
  readonly account: boolean;
  /** Levels a side of a book. */
  readonly depth: number;
  readonly times: DecisionTimes;
}

/** The part of READY that this is made of. */
export interface Announcement {
  readonly handlers: readonly RemoteHandler[];
  readonly decide?: Decide | undefined;
  readonly depth?: number | undefined;
  readonly batch?: readonly string[] | undefined;
  readonly columns?: readonly RowColumn[] | undefined;
}

/** `decide`: the run file's, which goes before the strategy's own. Throws {@link BridgeError} START for what makes no sense. */
export function attentionOf(
  { handlers, decide, depth, batch, columns = ROW_COLUMNS }: Announcement,
  override?: Decide,
): Attention {
  const has = (handler: RemoteHandler) => handlers.includes(handler);
  let rowKinds = has('trades') ? 1 << Kind.trade : 0;
  if (has('batch')) {
    for (const name of batch ?? ['trade']) {
      const kind = KIND_NAMES.indexOf(name);
      if (kind < 1 || kind === Kind.bar) {
        const known = KIND_NAMES.filter((one, at) => at > 0 && at !== Kind.bar && one !== '').join(', ');
        throw new BridgeError('START', `batch names "${name}"; rows in batches are of ${known}`);
      }
      rowKinds |= 1 << kind;
    }
  }
  return {
    rowKinds,
    // In the order of the layout, whatever the order in which they were asked for.
    columns: ROW_COLUMNS.filter((name) => columns.includes(name)),
    bars: has('bar'),
    book: has('book'),
    account: has('account'),
    depth: depth ?? DEFAULT_DEPTH,
    times: decisionTimes(override ?? decide, handlers),
  };
}
