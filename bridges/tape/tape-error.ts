/**
 * The one error of the tape files: one line that names the file, the place in it and what is wrong with it.
 * Knows nothing of the format. Thrown by everything in this folder; caught by the command line.
 */
import { OneLineError } from '../one-line-error.js';

export class TapeError extends OneLineError {
  override readonly name = 'TapeError';
}

/** Any thrown value as one line of text. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
