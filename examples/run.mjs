/**
 * Runs an example: `npm run -s example -- 01-quickstart`. TypeScript is compiled in memory; `tickwright` is this checkout.
 */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import * as tickwright from 'tickwright';

const here = new URL('.', import.meta.url);
const name = process.argv[2] ?? '';
const main = new URL(`${name}/main.ts`, here);
if (name === '' || !existsSync(main)) {
  const names = readdirSync(here).filter((each) => existsSync(new URL(`${each}/main.ts`, here)));
  process.stderr.write(`there is no example "${name}"; there are: ${names.join(', ')}\n`);
  process.exit(2);
}
await createJiti(import.meta.url, { virtualModules: { tickwright } }).import(fileURLToPath(main));
