/**
 * `tickwright compare`: runs beside each other, from their folders. Knows nothing of what is compared.
 * Called by the program.
 */
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { type ComparedRun, type Comparison, compareRuns } from '../../analytics/comparison.js';
import { formatComparison } from '../../analytics/comparison-table.js';
import { renderComparisonPage } from '../../analytics/report/comparison-page.js';
import { ConfigError } from '../run-file/config-error.js';
import { durationPaths } from '../run-file/duration-paths.js';
import { replaceFile } from '../run-folder/placement.js';
import { pageParts } from '../run-folder/report-assets.js';
import { readRunFolder } from '../run-folder.js';
import { whileWriting } from './interruption.js';
import { print, remark } from './terminal.js';

interface Options {
  readonly html?: string;
  readonly json?: boolean;
}

export function compareCommand(): Command {
  return new Command('compare')
    .description(
      'Put runs beside each other: figures, what differs in their configuration, the first fill that differs.',
    )
    .argument('<folders...>', 'two run folders or more; the others are compared with the first')
    .option('--html <file>', 'write a page too, with the profits of all runs in one chart')
    .option('--json', 'print the comparison as JSON')
    .addHelpText('after', '\nExample:\n  tickwright compare runs/demo/run runs/closer --html runs/compared.html')
    .action(compare);
}

async function compare(folders: readonly string[], { html, json = false }: Options): Promise<void> {
  if (folders.length < 2) throw new ConfigError('compare: give two run folders or more');
  const labels = labelsOf(folders);
  const runs: ComparedRun[] = [];
  for (const [index, folder] of folders.entries()) {
    const { summary, manifest, recording } = await readRunFolder(folder, { tables: ['fills', 'equity'] });
    const { config, seed, tapes, versions } = manifest;
    const tape = tapes.map(({ path, hash }) => ({ path, hash }));
    // Besides: the tapes as they are, and what ran them. Where the folder is says nothing.
    const whole = { ...asMap(config), out: undefined, seed, tapes: tape, versions };
    runs.push({ label: labels[index]!, summary, config: whole, recording });
  }
  const comparison = compareRuns(runs, { isDuration: durationPaths() });
  if (html !== undefined) {
    await whileWriting(() => replaceFile(html, renderComparisonPage(comparison, pageParts('comparison'))));
  }
  await print(json ? `${JSON.stringify(plain(comparison), null, 2)}\n` : formatComparison(comparison));
  if (html !== undefined) remark(`page: ${html}`);
}

/** Names of the folders where these tell them apart, else the paths as given. */
function labelsOf(folders: readonly string[]): readonly string[] {
  const names = folders.map((folder) => basename(resolve(folder)));
  return new Set(names).size === names.length ? names : folders;
}

function asMap(config: unknown): object {
  return typeof config === 'object' && config !== null && !Array.isArray(config) ? config : { config };
}

function plain({ runs, differences, partings }: Comparison): object {
  return {
    runs: runs.map(({ label, summary }) => ({ label, summary })),
    differences: differences.map(({ path, unit, values }) => ({
      path,
      ...(unit && { unit }),
      values: values.map((value) => (value === undefined ? null : JSON.parse(value))),
    })),
    fills: partings.map(({ label, row, first, other }) => ({
      ...{ label, equal: row === undefined, row: row ?? null, first: first ?? null, other: other ?? null },
    })),
  };
}
