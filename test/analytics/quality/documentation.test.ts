/** docs/check.md names every figure and every repair, and nothing else. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FIX_NAMES, QUALITY_FIGURES } from '../../../analytics/index.js';

const text = readFileSync(fileURLToPath(new URL('../../../docs/check.md', import.meta.url)), 'utf8');
const named = (part: string) => [...part.matchAll(/^\| `(\w[\w-]*)(?:=\w+)?` +\|/gm)].map(([, name]) => name);

test('docs/check.md has a row for every figure and every repair', () => {
  const [figures = '', repairs = ''] = text.split('## Repairs');
  expect(named(figures)).toEqual(QUALITY_FIGURES.map(({ name }) => name));
  expect(named(repairs).toSorted()).toEqual(FIX_NAMES.toSorted());
});
