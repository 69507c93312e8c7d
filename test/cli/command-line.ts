/** Runs the built program as a user does, in a folder of its own. Called by the tests of the command line. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/bridges/cli/main.js', import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A temporary folder in which commands run. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'tickwright-cli-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return name;
  }

  run(...words: string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      const options = { cwd: this.folder, maxBuffer: 64 * 2 ** 20 };
      execFile(process.execPath, [MAIN, ...words], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A run over `market.parquet` with changes. */
export function runText(strategies: string, rest = ''): string {
  return `
tape: market.parquet
strategies:
${strategies}
venue:
  latency: { entry: 1ms, response: 1ms }
  queue: { model: risk-averse }
  fees: { maker: 0.0001, taker: 0.0003 }
${rest}`;
}
