#!/usr/bin/env node
/**
 * The `tickwright` program: hands the words to the command line and ends with its code.
 * Knows nothing of commands. Started by the shell.
 */
import { runProgram } from './program.js';

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// A strategy that answers with a promise nobody waits for, for one.
process.on('unhandledRejection', (reason) => {
  process.stderr.write(`tickwright: ${String((reason as Error)?.message ?? reason).replace(/\s*\n\s*/g, ' ')}\n`);
  process.exit(1);
});

process.exitCode = await runProgram(process.argv.slice(2));
