/** The project keeps the rules of architecture-rules.ts; and each rule can fail, which a made-up bad tree shows. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import {
  arrows,
  contractsAreUsed,
  declaredPackages,
  doorsOnlyOpen,
  headComments,
  importsOf,
  noCircles,
  nothingFromOutside,
  type Rule,
  smallKernel,
  speakingNames,
  type Tree,
  WINGS,
} from './architecture-rules.js';

const ROOT = new URL('../', import.meta.url);

function readTree(): Map<string, string> {
  const tree = new Map<string, string>();
  const add = (path: string) => tree.set(path, readFileSync(new URL(path, ROOT), 'utf8'));
  for (const folder of [...WINGS, 'examples', 'bench', 'test']) {
    for (const entry of readdirSync(new URL(folder, ROOT), { recursive: true, withFileTypes: true })) {
      const path = `${entry.parentPath.slice(ROOT.pathname.length)}/${entry.name}`;
      if (entry.isFile() && path.endsWith('.ts') && !path.includes('/fixtures/') && !path.includes('node_modules'))
        add(path);
    }
  }
  if (readdirSync(ROOT).includes('index.ts')) add('index.ts');
  return tree;
}

const RULES: Readonly<Record<string, Rule>> = {
  'core ← execution, strategies, analytics ← bridges; a wing imports itself and core': arrows,
  'no circles, type imports included': noCircles,
  'no node:*, clocks, chance, timers or console outside bridges': nothingFromOutside,
  'names say something, in kebab-case': speakingNames,
  'doors only re-export, and nobody inside goes through one': doorsOnlyOpen,
  'every file begins by saying what it is': headComments,
  'the kernel fits one screen and knows only schedule, rank and time': smallKernel,
  'every contract is used by a test': contractsAreUsed,
  'wings import packages that package.json declares': declaredPackages(
    Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
  ),
};

describe('the architecture', () => {
  const tree = readTree();

  it('is judged by all of its files', () => {
    expect(tree.size).toBeGreaterThan(120);
    for (const path of [
      'core/kernel.ts',
      'execution/simulated-venue.ts',
      'bridges/tape/tape-file.ts',
      'test/vitest.config.ts',
    ]) {
      expect([...tree.keys()]).toContain(path);
    }
  });

  it.each(Object.entries(RULES))('%s', (_name, rule) => {
    expect(rule(tree)).toEqual([]);
  });
});

const HEAD = '/** What this is and who calls it. */\n';
const KERNEL = `${HEAD}import type { Schedule } from './queue.js';
export class Kernel {
  run(): void {
    while (this.step());
  }

  step(): boolean {
    return false;
  }
}
`;

/** A tree that keeps every rule. */
const GOOD: Record<string, string> = {
  'index.ts': `${HEAD}export * from './core/index.js';\n`,
  'core/index.ts': `${HEAD}export * from './time.js';\nexport { type Rank } from './rank.js';\n`,
  'core/time.ts': `${HEAD}import seedrandom from 'seedrandom';\nexport const day = new Date(0); // not Date.now()\n`,
  'core/rank.ts': `${HEAD}import type { Nanos } from './time.js';\n`,
  'core/queue.ts': `${HEAD}import { type Rank } from './rank.js';\n`,
  'core/kernel.ts': KERNEL,
  'execution/fees.ts': `${HEAD}import { day } from '../core/time.js';\n`,
  'bridges/tape/file.ts': `#!/usr/bin/env node\n${HEAD}import fs from 'node:fs';\nimport { day } from '../../core/index.js';\nDate.now();\n`,
  'bench/main.ts': `${HEAD}import '../bridges/tape/file.js';\nimport '../execution/fees.js';\n`,
  'test/contracts/fee.contract.ts': `${HEAD}export const feeContract = 1;\n`,
  'test/fees.test.ts': `${HEAD}import { feeContract } from './contracts/fee.contract.js';\n`,
};

const bad = (changes: Record<string, string>): Tree => new Map(Object.entries({ ...GOOD, ...changes }));

describe('the rules', () => {
  it.each(Object.entries(RULES))('find no fault in a good tree: %s', (_name, rule) => {
    expect(rule(bad({}))).toEqual([]);
  });

  it.each<[rule: Rule, changes: Record<string, string>, fault: string]>([
    [
      arrows,
      { 'core/rank.ts': `${HEAD}import type { Fee } from '../execution/fees.js';` },
      'core/rank.ts imports execution/fees.ts',
    ],
    [
      arrows,
      { 'execution/a.ts': `${HEAD}export * from '../analytics/b.js';` },
      'execution/a.ts imports analytics/b.ts',
    ],
    [
      arrows,
      { 'strategies/a.ts': `${HEAD}import('../bridges/tape/file.js');` },
      'strategies/a.ts imports bridges/tape/file.ts',
    ],
    [arrows, { 'analytics/a.ts': `${HEAD}import { x } from '../index.js';` }, 'analytics/a.ts imports index.ts'],
    [arrows, { 'bridges/a.ts': `${HEAD}import '../test/fees.test.js';` }, 'bridges/a.ts imports test/fees.test.ts'],
    [
      noCircles,
      { 'core/time.ts': `${HEAD}import type { Rank } from './rank.js';` },
      'core/time.ts → core/rank.ts → core/time.ts',
    ],
    [
      noCircles,
      { 'core/time.ts': `${HEAD}export const x: import('./time.js').Nanos = 1;` },
      'core/time.ts → core/time.ts',
    ],
    [nothingFromOutside, { 'core/a.ts': `${HEAD}import fs from 'node:fs';` }, 'core/a.ts imports node:fs'],
    [nothingFromOutside, { 'core/a.ts': `${HEAD}import path from 'path';` }, 'core/a.ts imports path'],
    [nothingFromOutside, { 'core/a.ts': `${HEAD}const t = Date.now();` }, 'core/a.ts uses Date.now'],
    [
      nothingFromOutside,
      { 'execution/a.ts': `${HEAD}const t = new Date();` },
      'execution/a.ts uses new Date() without an argument',
    ],
    [
      nothingFromOutside,
      { 'analytics/a.ts': `${HEAD}const t = performance.now();` },
      'analytics/a.ts uses performance.now',
    ],
    [nothingFromOutside, { 'strategies/a.ts': `${HEAD}const e = process.env.HOME;` }, 'strategies/a.ts uses process'],
    [nothingFromOutside, { 'core/a.ts': `${HEAD}const r = Math.random();` }, 'core/a.ts uses Math.random'],
    [nothingFromOutside, { 'core/a.ts': `${HEAD}setTimeout(() => {}, 1);` }, 'core/a.ts uses a timer'],
    [nothingFromOutside, { 'core/a.ts': `${HEAD}console.log(1);` }, 'core/a.ts uses the console'],
    [speakingNames, { 'core/utils.ts': HEAD }, 'core/utils.ts: "utils" says nothing'],
    [speakingNames, { 'bridges/shared/a.ts': HEAD }, 'bridges/shared/a.ts: "shared" says nothing'],
    [speakingNames, { 'core/OrderBook.ts': HEAD }, 'core/OrderBook.ts: its name is not kebab-case'],
    [
      doorsOnlyOpen,
      { 'core/index.ts': `${HEAD}export * from './time.js';\nexport const x = 1;` },
      'core/index.ts does more than re-export: export const x = 1;',
    ],
    [
      doorsOnlyOpen,
      { 'core/rank.ts': `${HEAD}import { x } from './index.js';` },
      'core/rank.ts imports the door core/index.ts',
    ],
    [
      headComments,
      { 'core/rank.ts': 'export const x = 1;' },
      'core/rank.ts does not begin with a comment that says what it is',
    ],
    [
      headComments,
      { 'core/rank.ts': '/** Rank. */' },
      'core/rank.ts does not begin with a comment that says what it is',
    ],
    [
      smallKernel,
      { 'core/kernel.ts': `${KERNEL}import type { Book } from './book.js';` },
      'core/kernel.ts imports core/book.ts',
    ],
    [
      smallKernel,
      { 'core/kernel.ts': KERNEL.replace('return false;', 'return false;\n'.repeat(45)) },
      'core/kernel.ts: run and step have 51 lines, 1 to 50 are allowed',
    ],
    [contractsAreUsed, { 'test/fees.test.ts': HEAD }, 'test/contracts/fee.contract.ts is used by no test'],
    [
      RULES['wings import packages that package.json declares']!,
      { 'core/a.ts': `${HEAD}import x from '@made/up/part';` },
      'core/a.ts imports @made/up, which is no dependency of package.json',
    ],
  ])('%o finds its fault in %o', (rule, changes, fault) => {
    expect(rule(bad(changes))).toEqual([fault]);
  });

  it('see imports of every form', () => {
    const source = `import a from './a.js';
import { b, type C } from "../b.js";
import type { D } from './d.js';
import * as e from './e.js';
import './f.js';
import {
  g,
  h,
} from './g.js';
export * from './i.js';
export { j } from './j.js';
const k = await import('./k.js');
type L = import('./l.js').L;
// import m from './m.js';
/* import n from './n.js'; */
const o = 'no import';
`;
    expect(importsOf('core/x.ts', source)).toEqual([
      'core/a.ts',
      'b.ts',
      'core/d.ts',
      'core/e.ts',
      'core/f.ts',
      'core/g.ts',
      'core/i.ts',
      'core/j.ts',
      'core/k.ts',
      'core/l.ts',
    ]);
  });
});
