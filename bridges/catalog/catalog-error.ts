/**
 * The one error of catalogues: one line that names the folder, what is wrong and what to do.
 * Knows nothing of files. Thrown by everything in this folder; caught by the command line.
 */
import { OneLineError } from '../one-line-error.js';

export class CatalogError extends OneLineError {
  override readonly name = 'CatalogError';
}
