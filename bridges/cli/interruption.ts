/**
 * Ctrl-C while files are being written: the program ends as it would at its end, so that half-written files are removed.
 * Knows nothing of which files. Called around whatever writes.
 */

/**
 * Runs `work`; an interruption while it waits (or right after a part of it that does not) ends the program with the
 * shell's code for it, and files beside their place go away. Where nothing is written the system's own way is quicker:
 * a simulation that runs would hear nothing until its end.
 */
export async function whileWriting<T>(work: () => T | Promise<T>): Promise<T> {
  const onInterrupt = () => process.exit(130);
  const onTerminate = () => process.exit(143);
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  try {
    return await work();
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onTerminate);
  }
}

/** Lets waiting events (an interruption, a closed pipe) have their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
