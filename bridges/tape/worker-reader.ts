/** placeholder */
import type { Columns } from '../../core/market.js';
import type { BlockReader } from '../../core/tape.js';
import type { DecodePlan } from './block-decoder.js';
export function findWorker(): URL | undefined {
  return undefined;
}
export class WorkerReader implements BlockReader {
  constructor(_plan: DecodePlan, _script: URL) {}
  next(): Columns | undefined {
    return undefined;
  }
  release(): void {}
  close(): void {}
}
