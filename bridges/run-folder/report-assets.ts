/**
 * The parts of report pages that come from files: uPlot, and the page's own script, whose modules are put together to one.
 * Knows nothing of what a page shows. Called by the run folder and the command line.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PageParts } from '../../analytics/report/page.js';

const require = createRequire(import.meta.url);

/** `main`: the module of `analytics/report/browser/` that puts the page to work. */
export function pageParts(main: 'main' | 'comparison' | 'check'): PageParts {
  // The compiled modules, wherever this runs from.
  const folder = join(dirname(require.resolve('tickwright/package.json')), 'dist/analytics/report/browser');
  return {
    chartScript: readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'),
    chartStyle: readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'),
    script: oneScript(main, (name) => readFileSync(join(folder, name), 'utf8')),
  };
}

const IMPORT = /^import \{([\s\S]*?)\} from '\.\/([\w-]+)\.js';\n/gm;
const EXPORT = /^export ((?:async )?(?:function|const|class) (\w+))/gm;

/**
 * A module and all it imports as one strict script: each is a function that gives what it exports, behind those that it needs.
 * Modules import by name, and from beside themselves only. Throws `Error` for anything else.
 */
export function oneScript(main: string, read: (name: string) => string): string {
  const done = new Set<string>();
  const pieces: string[] = [];
  const add = (name: string) => {
    if (done.has(name)) return;
    done.add(name);
    const source = read(`${name}.js`);
    for (const [, , needed] of source.matchAll(IMPORT)) add(needed!);
    const exported = [...source.matchAll(EXPORT)].map(([, , what]) => what);
    const piece = source
      .replace(IMPORT, (_line, names: string, from: string) => `const {${names}} = ${variable(from)};\n`)
      .replace(EXPORT, '$1');
    const odd = /^(?:import|export)\b.*$/m.exec(piece);
    if (odd !== null) throw new Error(`${name}.js: "${odd[0]}" cannot be put into one script`);
    pieces.push(`const ${variable(name)} = (() => {\n${piece}return { ${exported.join(', ')} };\n})();\n`);
  };
  add(main);
  return `'use strict';\n(() => {\n${pieces.join('')}})();\n`;
}

function variable(name: string): string {
  return `module_${name.replaceAll('-', '_')}`;
}
