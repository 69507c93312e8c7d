/**
 * Which file it was that is read by others: its size and SHA-256. Knows nothing of what is in it. Called by parquet and sql.
 */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ImportError, type InputFact } from './input-file.js';

/** Throws {@link ImportError} where there is no such file, or it may not be read. */
export async function hashFile(path: string): Promise<InputFact> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new ImportError(`${path}: there is no such file`);
  if (!stats.isFile()) throw new ImportError(`${path}: is a folder or a device, not a file`);
  if (stats.size === 0) throw new ImportError(`${path}: the file is empty`);
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  } catch (cause) {
    throw new ImportError(`${path}: ${(cause as Error).message}`);
  }
  return { name: basename(path), sizeBytes: stats.size, sha256: hash.digest('hex'), lines: 0 };
}
