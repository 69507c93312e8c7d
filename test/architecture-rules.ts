/**
 * The rules of the house as functions over source texts: each returns its faults in words. Knows nothing of files, so that
 * made-up trees can be judged too. Called by architecture.test.ts.
 */
import { posix } from 'node:path';

/** Source files by path from the project's root, e.g. `core/time.ts`. */
export type Tree = ReadonlyMap<string, string>;
export type Rule = (tree: Tree) => string[];

export const WINGS = ['core', 'execution', 'strategies', 'analytics', 'bridges'] as const;
/** Wings that touch neither the outer world nor chance. */
const PURE = ['core', 'execution', 'strategies', 'analytics'];

/** Which wings each may import besides itself. Places that are not listed may see everything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  execution: ['core'],
  strategies: ['core'],
  analytics: ['core'],
  bridges: ['core', 'execution', 'strategies', 'analytics'],
};

/** The first folder, or `.` for files at the root. */
export function placeOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '.';
}

const isWing = (path: string) => (WINGS as readonly string[]).includes(placeOf(path));
const isPure = (path: string) => PURE.includes(placeOf(path));
const isDoor = (path: string) => posix.basename(path) === 'index.ts';

/** Relative imports end in `.ts` here, packages never. */
const isOurs = (target: string) => target.endsWith('.ts');

/** The code alone. Good enough for sources whose strings hold no comment marks. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** What a file imports or re-exports, type imports included; relative ones as paths of the tree. */
export function importsOf(path: string, source: string): string[] {
  const code = withoutComments(source);
  const statement = /\b(?:import|export)\b(?:[\w\s{},*$]*?\bfrom)?\s*\(?\s*['"]([^'"\n]+)['"]/g;
  return [...code.matchAll(statement)].map(([, target]) => {
    if (!target!.startsWith('.')) return target!;
    return posix.normalize(posix.join(posix.dirname(path), target!)).replace(/\.js$/, '.ts');
  });
}

export const arrows: Rule = (tree) =>
  each(tree, (path, source) => {
    const allowed = MAY_IMPORT[placeOf(path)];
    if (allowed === undefined) return [];
    return importsOf(path, source)
      .filter(isOurs)
      .filter((target) => placeOf(target) !== placeOf(path) && !allowed.includes(placeOf(target)))
      .map((target) => `${path} imports ${target}`);
  });

export const noCircles: Rule = (tree) => {
  const faults: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) faults.push([...trail.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const target of importsOf(path, tree.get(path)!)) if (tree.has(target)) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of tree.keys()) visit(path, []);
  return faults;
};

/** What would make a run depend on where and when it runs. */
const OUTER_WORLD: readonly [name: string, pattern: RegExp][] = [
  ['Date.now', /\bDate\.now\b/],
  ['new Date() without an argument', /\bnew Date\s*(?:\(\s*\)|(?!\s*\())/],
  ['performance.now', /\bperformance\s*\./],
  ['process', /\bprocess\s*[.[]/],
  ['Math.random', /\bMath\s*\.\s*random\b/],
  ['crypto', /\bcrypto\s*\.\s*\w/],
  ['a timer', /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\s*\(/],
  ['the console', /\bconsole\s*\./],
];

export const nothingFromOutside: Rule = (tree) =>
  each(tree, (path, source) => {
    if (!isPure(path)) return [];
    const code = withoutComments(source);
    const used = OUTER_WORLD.filter(([, pattern]) => pattern.test(code)).map(([name]) => `${path} uses ${name}`);
    const builtIn = /^(?:node:|(?:fs|os|path|crypto|worker_threads|child_process|zlib|net|http|url|util|perf_hooks)$)/;
    const modules = importsOf(path, source).filter((target) => builtIn.test(target));
    return [...used, ...modules.map((target) => `${path} imports ${target}`)];
  });

const EMPTY_NAMES = ['types', 'utils', 'util', 'helpers', 'helper', 'common', 'constants', 'misc', 'shared', 'lib'];

export const speakingNames: Rule = (tree) =>
  each(tree, (path) => {
    const name = posix.basename(path).replace(/(?:\.\w+)*\.ts$/, '');
    const folders = posix.dirname(path).split('/');
    const empty = [name, ...folders].filter((part) => EMPTY_NAMES.includes(part));
    const shape = /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) ? [] : [`${path}: its name is not kebab-case`];
    return [...empty.map((part) => `${path}: "${part}" says nothing`), ...shape];
  });

export const doorsOnlyOpen: Rule = (tree) =>
  each(tree, (path, source) => {
    if (isDoor(path) && (isWing(path) || path === 'index.ts')) {
      const rest = withoutComments(source).replace(
        /export\s+(?:type\s+)?(?:\*|\{[^}]*\})(?:\s+as\s+\w+)?\s+from\s+['"][^'"]+['"];?/g,
        '',
      );
      return rest.trim() === '' ? [] : [`${path} does more than re-export: ${rest.trim().split('\n')[0]}`];
    }
    if (!isWing(path)) return [];
    return importsOf(path, source)
      .filter((target) => isDoor(target) && (placeOf(target) === placeOf(path) || target === 'index.ts'))
      .map((target) => `${path} imports the door ${target}`);
  });

export const headComments: Rule = (tree) =>
  each(tree, (path, source) => {
    if (placeOf(path) === 'test' || /^(?:#!.*\n)?\/\*\*[\s\S]{15,}?\*\//.test(source)) return [];
    return [`${path} does not begin with a comment that says what it is`];
  });

/** The loop fits one screen and knows nothing of markets. */
export const smallKernel: Rule = (tree) => {
  const path = 'core/kernel.ts';
  const source = tree.get(path);
  if (source === undefined) return [`${path} is missing`];
  const strange = importsOf(path, source).filter((target) => !/^core\/(?:queue|rank|time)\.ts$/.test(target));
  const lines = ['run', 'step'].reduce((sum, name) => sum + methodLines(source, name), 0);
  return [
    ...strange.map((target) => `${path} imports ${target}`),
    ...(lines > 0 && lines <= 50 ? [] : [`${path}: run and step have ${lines} lines, 1 to 50 are allowed`]),
  ];
};

/** From the line `  name(…) {` to the first line that closes it. */
function methodLines(source: string, name: string): number {
  const lines = source.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^  (?:async )?${name}\\(.*\\{$`).test(line));
  const length = lines.slice(start).indexOf('  }');
  return start < 0 || length < 0 ? Number.POSITIVE_INFINITY : length + 1;
}

/** A contract that no test calls proves nothing. */
export const contractsAreUsed: Rule = (tree) => {
  const tests = [...tree].filter(([path]) => path.endsWith('.test.ts'));
  const used = new Set(tests.flatMap(([path, source]) => importsOf(path, source)));
  return [...tree.keys()]
    .filter((path) => path.startsWith('test/contracts/') && path.endsWith('.contract.ts') && !used.has(path))
    .map((path) => `${path} is used by no test`);
};

/** Packages that wings import are the ones that are installed with the project. */
export function declaredPackages(dependencies: readonly string[]): Rule {
  return (tree) =>
    each(tree, (path, source) => {
      if (!isWing(path)) return [];
      return importsOf(path, source)
        .filter((target) => !isOurs(target) && !target.startsWith('node:'))
        .map((target) => /^(?:@[^/]+\/)?[^/]+/.exec(target)![0])
        .filter((name) => !dependencies.includes(name))
        .map((name) => `${path} imports ${name}, which is no dependency of package.json`);
    });
}

function each(tree: Tree, judge: (path: string, source: string) => string[]): string[] {
  return [...tree].flatMap(([path, source]) => judge(path, source));
}
