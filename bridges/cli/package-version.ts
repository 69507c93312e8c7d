/** The package's version as its manifest says it. Called by the command line. */
import { createRequire } from 'node:module';

export function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('tickwright/package.json');
  return String((manifest as { version?: unknown }).version);
}
