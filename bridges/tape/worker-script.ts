/**
 * Where the scripts of workers lie. Knows nothing of what they do. Called by whatever starts one.
 */
import fs from 'node:fs';

/** Their folders. */
const FOLDERS = { 'decode-worker': 'tape', 'encode-worker': 'tape', 'read-worker': 'import' } as const;

/** A worker's script: where it was built; in `dist` when the sources themselves run. */
export function findScript(name: keyof typeof FOLDERS): URL | undefined {
  const bridges = import.meta.url.endsWith('.ts') ? '../../dist/bridges' : '..';
  const script = new URL(`${bridges}/${FOLDERS[name]}/${name}.js`, import.meta.url);
  return fs.existsSync(script) ? script : undefined;
}
