/**
 * Runs one measurement in a Node process of its own: neither what V8 learnt nor what an earlier one left in memory
 * counts. Knows nothing of what is measured. Called by the benches; a script that is run calls {@link answer}.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs `./<script>.js` with `job`; gives what it answered. Throws with the script's stderr when it failed. */
export function inFreshProcess<Answer>(script: string, job: object, nodeOptions: string[] = []): Promise<Answer> {
  const file = fileURLToPath(new URL(`./${script}.js`, import.meta.url));
  return lastLine<Answer>(
    process.execPath,
    [...nodeOptions, file, JSON.stringify(job)],
    `${script} ${JSON.stringify(job)}`,
  );
}

/** Runs a command whose last line on stdout is JSON; its stderr is passed on only when it failed. */
export function lastLine<Answer>(command: string, args: readonly string[], name: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    child.on('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      const line = out.trimEnd().split('\n').at(-1) ?? '';
      if (code !== 0) reject(new Error(`${name} ended with ${signal ?? `exit code ${code}`}:\n${complaint.trimEnd()}`));
      else resolve(JSON.parse(line) as Answer);
    });
  });
}

/** The job that this process was started for. */
export function jobOf<Job>(): Job {
  return JSON.parse(process.argv[2] ?? '{}') as Job;
}

/** Hands a script's result to {@link inFreshProcess}. */
export function answer(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
