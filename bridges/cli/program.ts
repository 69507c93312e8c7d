/**
 * The command line as a whole: its commands, its exit codes, and how an error looks.
 * Knows nothing of what commands do. Called by main.ts.
 *
 * An error is one line; what has `details` (a Python traceback) shows them beneath it.
 * Exit codes: 0 done, 1 failed, 2 wrong use (options, run file, parameters). stdout carries data, stderr everything else.
 */
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../run-file/config-error.js';
import { barsCommand } from './bars.js';
import { bookCommand } from './book.js';
import { calendarCommand } from './calendar.js';
import { calibrateCommand } from './calibrate.js';
import { catalogCommand } from './catalog.js';
import { checkCommand } from './check.js';
import { compareCommand } from './compare.js';
import { demoCommand } from './demo.js';
import { factsCommand } from './facts.js';
import { importCommand } from './import.js';
import { inspectCommand } from './inspect.js';
import { packageVersion } from './package-version.js';
import { repairCommand } from './repair.js';
import { reportCommand } from './report.js';
import { runCommand } from './run.js';
import { serveEnvironmentCommand } from './serve-environment.js';
import { serveTapeCommand } from './serve-tape.js';
import { synthCommand } from './synth.js';
import { ToldPeer } from './told-peer.js';

/** Runs one command line (without node and script) and gives the exit code. */
export async function runProgram(words: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof ToldPeer) return 1;
    if ((error as NodeJS.ErrnoException)?.code === 'EPIPE') return 0;
    process.stderr.write(`tickwright: ${oneLine(error)}\n${detailsOf(error)}`);
    if (words.includes('--verbose')) process.stderr.write(`${stackOf(error)}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

export function createProgram(): Command {
  const program = new Command('tickwright')
    .description('Replays recorded ticks and order books through trading strategies.')
    .version(packageVersion(), '--version', 'print the version')
    .addHelpText('after', '\nExample:\n  tickwright demo\n  tickwright run --help');
  const commands = [
    importCommand(),
    inspectCommand(),
    checkCommand(),
    repairCommand(),
    bookCommand(),
    barsCommand(),
    runCommand(),
    reportCommand(),
    compareCommand(),
    demoCommand(),
    synthCommand(),
    factsCommand(),
    calibrateCommand(),
    calendarCommand(),
    catalogCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [serveEnvironmentCommand(), serveTapeCommand()]) program.addCommand(command, { hidden: true });
  settle(program);
  return program;
}

/** Every command: help in the same words, `--verbose`, errors thrown instead of exits, messages on one line. */
function settle(command: Command): void {
  command
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      outputError: (text, write) =>
        write(
          `tickwright: ${text
            .replace(/^error: /, '')
            .trim()
            .replace(/\s*\n\s*/g, ' ')}\n`,
        ),
    });
  if (command.commands.length > 0) {
    command.helpCommand(false);
    for (const inner of command.commands) settle(inner);
  } else command.option('--verbose', 'with an error, print its stack too');
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replace(/\s*\n\s*/g, ' ') || 'failed without a message';
}

/** What belongs beneath the message whole, such as a Python traceback: an error's, or that of what caused it. */
function detailsOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const details = 'details' in error ? String(error.details).trimEnd() : '';
  return details === '' ? detailsOf(error.cause) : `${details}\n`;
}

/** The stack of the error and of what caused it. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
