/**
 * Where the scripts of this folder's workers lie. Knows nothing of what they do. Called by whatever starts one.
 */
import fs from 'node:fs';

/** A worker's script: beside this file when built; in `dist` when the sources themselves run. */
export function findScript(name: 'decode-worker' | 'encode-worker'): URL | undefined {
  const built = import.meta.url.endsWith('.ts') ? `../../dist/bridges/tape/${name}.js` : `./${name}.js`;
  const script = new URL(built, import.meta.url);
  return fs.existsSync(script) ? script : undefined;
}
