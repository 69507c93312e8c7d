/**
 * Reads how instruments hang together: one number for all pairs, or a matrix from a file. Knows nothing of what is made of it.
 * Called by `tickwright synth`.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Correlation } from '../../core/synthetic/correlation.js';
import { ConfigError } from '../run-file/config-error.js';
import { checkConfig } from '../run-file/fault-text.js';
import { yamlValue } from '../yaml-text.js';

/** A list of rows, YAML or JSON, in the order of the instruments. */
const matrixSchema = z.array(z.array(z.number().min(-1).max(1)).min(1)).min(1);

/** `text`: a number such as 0.6, or a path. Throws {@link ConfigError} naming the file and what is wrong. */
export async function readCorrelation(text: string): Promise<Correlation> {
  if (/^-?\d*\.?\d+$/.test(text)) return Number(text);
  let written: string;
  try {
    written = await readFile(text, 'utf8');
  } catch (error) {
    throw new ConfigError(`--correlation ${text}: neither a number nor a file that can be read`, { cause: error });
  }
  const value = yamlValue(written, text, (message, cause) => new ConfigError(message, { cause }));
  return checkConfig(matrixSchema, value, text);
}
