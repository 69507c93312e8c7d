/**
 * Runs an import: into a tape, into a catalogue, or only for a check, as its options say. Knows nothing of the formats. Called by the command of each.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { removeLeftovers } from '../../import/rows/scratch.js';
import { openTape } from '../../tape/tape-file.js';
import { type CheckOptions, checkTapes } from '../check.js';
import { factsOf, factsText } from '../inspect.js';
import { whileWriting } from '../interruption.js';
import { print } from '../terminal.js';
import { importInto } from './import-catalog.js';
import { type ImportJob, written } from './import-job.js';
import { OF_CATALOGS, OF_CHECKS, type Target } from './import-target.js';

/** Imports, writes the tape or adds it, and prints what is on it or what was added. */
export async function keep(command: Command, job: ImportJob): Promise<void> {
  const given = command.opts<Target>();
  const { out, catalog, check } = given;
  if ([out, catalog, check].filter((place) => place !== undefined).length !== 1) {
    command.error('error: say where it goes: one of --out <tape>, --catalog <folder> and --check');
  }
  if (catalog === undefined) refuseStray(command, OF_CATALOGS, '--catalog <folder>');
  if (check === undefined) refuseStray(command, OF_CHECKS, '--check');
  if (catalog !== undefined) await importInto(catalog, command, job);
  else if (check !== undefined) await checkFiles(command.opts<Target & CheckOptions>(), job);
  else await writeTape(out!, given, job);
}

/** Options that have a default are there all the same. */
function refuseStray(command: Command, names: readonly string[], of: string): void {
  const stray = command.options.find(
    (option) =>
      names.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (stray !== undefined) command.error(`error: ${stray.long} belongs to ${of}`);
}

/** What a check finds in a tape that is there for no longer than this. */
async function checkFiles({ scratch = tmpdir(), ...options }: Target & CheckOptions, job: ImportJob): Promise<void> {
  const folder = scratchFolder(scratch);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  try {
    const out = join(folder, 'tape.parquet');
    await whileWriting(async () => {
      await written(out, folder, job.files, job);
      await checkTapes([{ name: job.files.join(', '), tape: openTape(out) }], options);
    });
  } finally {
    process.off('exit', remove);
    remove();
  }
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

function scratchFolder(inside: string): string {
  try {
    return mkdtempSync(join(inside, 'tickwright-check-'));
  } catch (error) {
    throw new Error(`${inside}: no scratch file can be written there: ${(error as Error).message}`, { cause: error });
  }
}

/** Better known before a long import than after it. */
function refuseFolder(out: string): void {
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${out}: is a folder; give the name of a file`);
  }
}
