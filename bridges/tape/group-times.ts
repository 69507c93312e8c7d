/**
 * The time ranges of a tape's row groups, out of the footer's statistics: what a reader of a range goes by.
 * Knows nothing of rows. Called by the footer's reader and by whoever reads ranges.
 */
import { TapeError } from './tape-error.js';
import { INT64_MAX, INT64_MIN } from './tape-metadata.js';
import type { ThriftReader } from './thrift.js';

/** Int64 ns since 1970 UTC, a value for each row group; the widest range where a file states none. */
export interface GroupTimes {
  readonly exchangeLeast: BigInt64Array;
  readonly exchangeMost: BigInt64Array;
  readonly localLeast: BigInt64Array;
  readonly localMost: BigInt64Array;
}

export function unknownTimes(groups: number): GroupTimes {
  return {
    exchangeLeast: new BigInt64Array(groups).fill(INT64_MIN),
    exchangeMost: new BigInt64Array(groups).fill(INT64_MAX),
    localLeast: new BigInt64Array(groups).fill(INT64_MIN),
    localMost: new BigInt64Array(groups).fill(INT64_MAX),
  };
}

/** Reads a chunk's statistics; notes smallest and largest if it is one of the two columns of times. */
export function readGroupTimes(thrift: ThriftReader, column: string, group: number, times: GroupTimes): void {
  thrift.struct();
  for (let id = thrift.nextField(0); id !== 0; id = thrift.nextField(id)) {
    if ((id !== 5 && id !== 6) || (column !== 'exchange_ns' && column !== 'local_ns')) {
      thrift.skip();
      continue;
    }
    const bytes = thrift.binary();
    if (bytes.length !== 8) throw new TapeError(`statistics of ${column} in row group ${group} are no int64`);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
    const exchange = column === 'exchange_ns';
    if (id === 5) (exchange ? times.exchangeMost : times.localMost)[group] = value;
    else (exchange ? times.exchangeLeast : times.localLeast)[group] = value;
  }
}
