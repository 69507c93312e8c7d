/**
 * `tickwright import … --catalog`: the steps of an import, one after the other, and what became of each.
 * Knows nothing of the formats. Called by import-target.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { CatalogError } from '../../catalog/catalog-error.js';
import { type ImportedStep, importToCatalog } from '../../catalog/catalog-import.js';
import { ImportError } from '../../import/input-file.js';
import { NoRowsError } from '../../import/row-collector.js';
import { countText, placeOf } from '../catalog.js';
import { breathe, whileWriting } from '../interruption.js';
import { grouped, ProgressBar, print, remark } from '../terminal.js';
import { type ImportJob, written } from './import-job.js';
import { ownOptions, type Target } from './import-target.js';

interface Done extends ImportedStep {
  readonly files: readonly string[];
}

export async function importInto(folder: string, command: Command, job: ImportJob): Promise<void> {
  const given = command.opts<Target>();
  const { venue, together = false, json = false } = given;
  if (venue === undefined) {
    throw new CatalogError('import --catalog: say where the instruments trade, as in --venue BINANCE');
  }
  const steps = together ? [job.files] : (job.steps ?? [job.files]);
  const done: Done[] = [];
  await whileWriting(async () => {
    for (const files of steps) {
      const step = { files, ...(await importStep(folder, command, job, files, { ...given, venue })) };
      done.push(step);
      tell(step);
    }
  });
  const nothing = done.filter(({ outcome }) => outcome === 'nothing');
  if (nothing.length === done.length) throw new ImportError('there is nothing in these files for a tape, not one row');
  remark(totalText(done));
  if (json) await print(`${JSON.stringify(done.map(plain), null, 2)}\n`);
}

async function importStep(
  folder: string,
  command: Command,
  job: ImportJob,
  files: readonly string[],
  { scratch, venue, days, replace, listed, delisted, beside }: Target & { readonly venue: string },
): Promise<ImportedStep> {
  const make = async (tape: string) => {
    try {
      await written(tape, scratch, files, job);
      return true;
    } catch (error) {
      if (error instanceof NoRowsError) return false;
      throw error;
    }
  };
  const bar = new ProgressBar('add');
  const watched = async (share: number) => {
    bar.update(share);
    await breathe();
  };
  try {
    return await importToCatalog(
      folder,
      { format: command.name(), files, options: { ...optionTexts(command, files), ...job.optionsOf?.(files) }, make },
      { venue, days, replace, listed, delisted, beside, breathe: watched },
    );
  } finally {
    bar.end();
  }
}

/** The format's options, defaults too, as the catalogue remembers them; a `<file>` counts by what is in it. */
function optionTexts(command: Command, files: readonly string[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(ownOptions(command.opts()))) {
    const values = [value].flat().map(String);
    if (value === undefined || values.every((each) => files.includes(each))) continue;
    const option = command.options.find((each) => each.attributeName() === name)!;
    texts[name] = option.flags.endsWith('<file>') ? values.map(contentText).join(', ') : values.join(',');
  }
  return texts;
}

function contentText(file: string): string {
  try {
    return `${path.basename(file)} sha256 ${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
  } catch (error) {
    throw new ImportError(`${file}: ${(error as Error).message}`);
  }
}

function tell({ files, outcome, parts, replaced }: Done): void {
  const names = `${files[0]}${files.length > 1 ? ` and ${files.length - 1} more` : ''}`;
  if (outcome === 'nothing') remark(`${names}: there is nothing in it for a tape, not one row`);
  if (outcome !== 'added') return;
  remark(`${names}: added as ${countText(parts)}${replaced.length > 0 ? ` in place of ${countText(replaced)}` : ''}`);
}

function totalText(done: readonly Done[]): string {
  const count = (wanted: Done['outcome']) => {
    const files = done.reduce((sum, each) => sum + (each.outcome === wanted ? each.files.length : 0), 0);
    return `${grouped(files)} ${files === 1 ? 'file' : 'files'}`;
  };
  const nothing = done.some(({ outcome }) => outcome === 'nothing') ? `, ${count('nothing')} without a row` : '';
  return `imported ${count('added')}, skipped ${count('there')} that the catalogue has (the same bytes, name and options)${nothing}`;
}

function plain({ files, outcome, parts, replaced }: Done): object {
  return { files, outcome, parts: parts.map(placeOf), replaced: replaced.map(placeOf) };
}
