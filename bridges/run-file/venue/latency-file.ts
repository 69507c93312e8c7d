/**
 * A recorded latency on disk: request, exchange and response times in ns since 1970, comma separated, with or without a line
 * of heads. Knows nothing of models. Called by the run file's preparation.
 */
import { readFileSync } from 'node:fs';
import { LatencyTable } from '../../../execution/latency-table.js';

/** Throws `RangeError` for a file that cannot be read, and naming line and text where a line is something else. */
export function readLatencyFile(path: string, originNs: bigint): LatencyTable {
  const lines = textOf(path)
    .split('\n')
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter(({ text, number }) => text !== '' && !(number === 1 && /[a-z]/i.test(text)));
  const rows = lines.map(({ text, number }): readonly [bigint, bigint, bigint] => {
    const fields = text.split(',').map((field) => field.trim());
    if (fields.length !== 3 || !fields.every((field) => /^-?\d+$/.test(field))) {
      throw new RangeError(`${path}:${number}: "${text}" is not three whole numbers: request, exchange, response`);
    }
    return [BigInt(fields[0]!), BigInt(fields[1]!), BigInt(fields[2]!)];
  });
  try {
    return LatencyTable.fromEpoch(rows, originNs);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${path}: ${error.message}`, { cause: error });
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new RangeError(code === 'ENOENT' ? `there is no file ${path}` : message, { cause });
  }
}
