/**
 * How far an import has come, as a line on stderr where a person watches: share of the input read or of the rows written, rows,
 * rows a second, time left. Knows nothing of formats. Called by the import command.
 */
import { statSync } from 'node:fs';
import type { ImportProgress } from '../import/input-file.js';
import { grouped, ProgressBar } from './terminal.js';

export class ImportProgressBar {
  readonly #bar = new ProgressBar('import');
  readonly #rows: () => number;
  /** Bytes of each file; where one is read twice or is not among them, files count as equals. */
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #totalBytes: number;
  readonly #files: number;
  #doneBytes = 0;
  #path: string | undefined;
  #startMs = performance.now();
  #writing = false;

  /** `rows`: asked for how many rows have been read. */
  constructor(files: readonly string[], rows: () => number) {
    this.#rows = rows;
    this.#files = files.length;
    this.#sizes = new Map(files.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.size ?? 0]));
    this.#totalBytes = [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  read({ file, files, path, bytesRead, bytesTotal }: ImportProgress): void {
    if (path !== this.#path) {
      if (this.#path !== undefined) this.#doneBytes += this.#sizes.get(this.#path) ?? 0;
      this.#path = path;
    }
    const known = files === this.#files && files === this.#sizes.size;
    const share = known
      ? (this.#doneBytes + bytesRead) / Math.max(1, this.#totalBytes)
      : (file + bytesRead / Math.max(1, bytesTotal)) / files;
    this.#show(share, `reading ${path}`, this.#rows());
  }

  wrote(rows: number, total: number): void {
    if (!this.#writing) this.#startMs = performance.now();
    this.#writing = true;
    this.#show(Math.min(1, rows / total), 'writing the tape', rows);
  }

  end(): void {
    this.#bar.end();
  }

  #show(share: number, doing: string, rows: number): void {
    this.#bar.update(share, `${paceText(share, rows, (performance.now() - this.#startMs) / 1000)}, ${doing}`);
  }
}

/** `12,345,678 rows, 3.21 M/s, 12 s left` after so many seconds. */
export function paceText(share: number, rows: number, seconds: number): string {
  const left = Math.round((seconds / share) * (1 - share));
  const pace = `${grouped(rows)} rows, ${(rows / Math.max(seconds, 0.001) / 1e6).toFixed(2)} M/s`;
  if (!Number.isFinite(left) || seconds < 1) return pace;
  return `${pace}, ${left < 100 ? `${left} s` : `${Math.round(left / 60)} min`} left`;
}
