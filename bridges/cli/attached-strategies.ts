/**
 * Waits for Python strategies that run elsewhere, in a notebook or under a debugger. Called by the `run` command.
 */
import type { Channel } from '../python/channel.js';
import type { RunFile } from '../run-file/read.js';

/** By the strategy's name. `addresses` are `ADDRESS` or `NAME=ADDRESS`. */
export async function waitForStrategies(
  _file: RunFile,
  _addresses: readonly string[],
): Promise<Map<string, () => Channel>> {
  return new Map();
}
