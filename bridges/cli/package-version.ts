/** The package's version as its manifest says it. Called by the command line and the run folder's manifest. */
import { existsSync, readFileSync } from 'node:fs';

export function packageVersion(): string {
  // Three folders up from dist/bridges/cli, two from the source.
  const places = ['../../../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url));
  const manifest = places.find((place) => existsSync(place));
  if (manifest === undefined) throw new Error('package.json of tickwright is not where it should be');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
