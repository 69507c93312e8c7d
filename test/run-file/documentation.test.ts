/** docs/run-file.md names every field and every word of a run file in the section where it belongs, and nothing else. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runSchema } from '../../bridges/run-file/schema.js';
import { formatDuration } from '../../core/time.js';
import { outlineOf } from './schema-outline.js';

const text = readFileSync(fileURLToPath(new URL('../../docs/run-file.md', import.meta.url)), 'utf8');
const sections = new Map(
  text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading, ...lines] = section.split('\n');
      return [heading!.replace('The top level', ''), lines.join('\n')] as const;
    }),
);
const known = outlineOf(runSchema);

/** What stands between backticks in a text; of `a: b` both. */
function namesIn(section: string): string[] {
  return [...section.matchAll(/`([^`\n]+)`/g)].flatMap(([, name]) => [name!, ...name!.split(': ')]);
}

const DELAY_WORDS = ['uniform', 'log-normal', 'empirical', 'bursty'];
const delayPlaces = [...known.words]
  .filter(([place, words]) => place.endsWith('.model') && DELAY_WORDS.some((word) => words.has(word)))
  .map(([place]) => place.slice(0, -'.model'.length));

/** The sections in which what stands at a place may be documented: its own or the nearest above, and those it shares. */
function sectionsOf(place: string): string[] {
  const normal = place.replace(/^venues(\.|$)/, 'venue$1').replace(/^strategies\.risk/, 'risk');
  const parts = normal.split('.');
  const own =
    parts.map((_, at) => parts.slice(0, parts.length - at).join('.')).find((each) => sections.has(each)) ?? '';
  const shared = delayPlaces.some((each) => place === each || place.startsWith(`${each}.`)) ? ['delay'] : [];
  const several = place === 'venues' ? ['venues'] : [];
  return [own, ...shared, ...several];
}

function namesAt(place: string): Set<string> {
  return new Set(sectionsOf(place).flatMap((section) => namesIn(sections.get(section)!)));
}

test('every field is named in its section', () => {
  const missing = [...known.keys].flatMap(([place, keys]) =>
    [...keys].filter((key) => !namesAt(place).has(key)).map((key) => `${place}: ${key}`),
  );
  expect(missing).toEqual([]);
});

test('every word that a field may be is named in its section', () => {
  const missing = [...known.words].flatMap(([place, words]) =>
    [...words].filter((word) => !namesAt(place).has(word)).map((word) => `${place} = ${word}`),
  );
  expect(missing).toEqual([]);
});

test('every default of the schema stands in its section', () => {
  const missing = [...known.defaults].flatMap(([place, value]) => {
    const texts =
      typeof value === 'object'
        ? ['model' in value! ? String(value.model) : undefined]
        : [String(value), typeof value === 'number' && value >= 1 ? formatDuration(value) : undefined];
    if (texts.every((each) => each === undefined)) return [];
    const parent = place.split('.').slice(0, -1).join('.');
    return texts.some((each) => each !== undefined && namesAt(parent).has(each)) ? [] : [`${place}: ${texts[0]}`];
  });
  expect(missing).toEqual([]);
});

test('every field that a table lists first is one of the schema', () => {
  const all = new Set([...[...known.keys.values()], ...[...known.words.values()]].flatMap((each) => [...each]));
  const listed = [...text.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, name]) => name!);
  expect(listed.length).toBeGreaterThan(90);
  expect(listed.filter((name) => !all.has(name) && name !== 'model' && name !== 'limit')).toEqual([]);
});

test('links lead to sections that are there', () => {
  const anchors = [...sections.keys()].map((heading) => heading.replaceAll('.', '').toLowerCase());
  const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link!);
  expect(links.filter((link) => !anchors.includes(link))).toEqual([]);
});
