/**
 * Runs an import: into a tape or into a catalogue, as its options say. Knows nothing of the formats. Called by the command of each.
 */
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { removeLeftovers } from '../../import/rows/scratch.js';
import { openTape } from '../../tape/tape-file.js';
import { factsOf, factsText } from '../inspect.js';
import { whileWriting } from '../interruption.js';
import { print } from '../terminal.js';
import { importInto } from './import-catalog.js';
import { type ImportJob, written } from './import-job.js';
import { OF_CATALOGS, type Target } from './import-target.js';

/** Imports, writes the tape or adds it, and prints what is on it or what was added. */
export async function keep(command: Command, job: ImportJob): Promise<void> {
  const given = command.opts<Target>();
  const { out, catalog } = given;
  if ((out === undefined) === (catalog === undefined)) {
    command.error('error: say where it goes: one of --out <tape> and --catalog <folder>');
  }
  if (catalog !== undefined) {
    await importInto(catalog, command, job);
    return;
  }
  const stray = OF_CATALOGS.find((name) => given[name as keyof Target] !== undefined);
  if (stray !== undefined) command.error(`error: --${stray} belongs to --catalog <folder>`);
  await writeTape(out!, given, job);
}

async function writeTape(out: string, { json, scratch: folder }: Target, job: ImportJob): Promise<void> {
  await whileWriting(async () => {
    refuseFolder(out);
    removeLeftovers(out, folder);
    await written(out, folder, job.files, job);
  });
  const facts = factsOf(openTape(out));
  await print(json ? `${JSON.stringify(facts, null, 2)}\n` : factsText(facts));
}

/** Better known before a long import than after it. */
function refuseFolder(out: string): void {
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${out}: is a folder; give the name of a file`);
  }
}
