/**
 * The command line as a whole: its commands, its exit codes, and how an error looks.
 * Knows nothing of what commands do. Called by main.ts.
 *
 * An error is one line; what has `details` (a Python traceback) shows them beneath it.
 * Exit codes: 0 done, 1 failed, 2 wrong use (options, run file, parameters). stdout carries data, stderr everything else.
 */
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../run-file/config-error.js';
import { packageVersion } from './package-version.js';
import { ToldPeer } from './told-peer.js';

/** By name, as `--help` lists them: each loads its own module, so that a command starts without what the others need. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  import: async () => (await import('./import.js')).importCommand(),
  inspect: async () => (await import('./inspect.js')).inspectCommand(),
  check: async () => (await import('./check.js')).checkCommand(),
  repair: async () => (await import('./repair.js')).repairCommand(),
  book: async () => (await import('./book.js')).bookCommand(),
  bars: async () => (await import('./bars.js')).barsCommand(),
  run: async () => (await import('./run.js')).runCommand(),
  report: async () => (await import('./report.js')).reportCommand(),
  compare: async () => (await import('./compare.js')).compareCommand(),
  demo: async () => (await import('./demo.js')).demoCommand(),
  synth: async () => (await import('./synth.js')).synthCommand(),
  facts: async () => (await import('./facts.js')).factsCommand(),
  calibrate: async () => (await import('./calibrate.js')).calibrateCommand(),
  calendar: async () => (await import('./calendar.js')).calendarCommand(),
  catalog: async () => (await import('./catalog.js')).catalogCommand(),
};
/** Those that only our own programs start: not listed. */
const HIDDEN: typeof COMMANDS = {
  'serve-environment': async () => (await import('./serve-environment.js')).serveEnvironmentCommand(),
  'serve-tape': async () => (await import('./serve-tape.js')).serveTapeCommand(),
};

const KNOWN = new Set([...Object.keys(COMMANDS), ...Object.keys(HIDDEN)]);

/** Runs one command line (without node and script) and gives the exit code. */
export async function runProgram(words: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(words[0]);
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

/** The program with the command that the first word names; with all of them where it names none (help, a mistake). */
async function createProgram(first: string | undefined): Promise<Command> {
  const program = new Command('tickwright')
    .description('Replays recorded ticks and order books through trading strategies.')
    .version(packageVersion(), '--version', 'print the version')
    .addHelpText('after', '\nExample:\n  tickwright demo\n  tickwright run --help');
  const wanted = (name: string) => name === first || first === undefined || !KNOWN.has(first);
  for (const commands of [COMMANDS, HIDDEN]) {
    for (const [name, load] of Object.entries(commands)) {
      if (wanted(name)) program.addCommand(await load(), { hidden: commands === HIDDEN });
    }
  }
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
