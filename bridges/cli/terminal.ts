/**
 * The terminal: progress on stderr where a person watches, data on stdout, one line for each error.
 * Knows nothing of any command. Called by the commands.
 */

/** A bar on stderr that redraws itself at most ten times a second; silent where stderr is no terminal. */
export class ProgressBar {
  readonly #title: string;
  readonly #shown = process.stderr.isTTY === true;
  #lastDrawn = Number.NEGATIVE_INFINITY;

  constructor(title: string) {
    this.#title = title;
  }

  /** `fraction` in [0, 1]; `note` stands behind the bar. */
  update(fraction: number, note = ''): void {
    if (!this.#shown) return;
    const now = performance.now();
    if (now - this.#lastDrawn < 100) return;
    this.#lastDrawn = now;
    const width = 30;
    const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
    const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
    const line = `${this.#title} ${bar} ${String(Math.floor(fraction * 100)).padStart(3)} % ${note}`;
    process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#shown && this.#lastDrawn > 0) process.stderr.write('\r\x1b[2K');
  }
}

/** Writes data to stdout and waits until it is taken, so that no more than a buffer is ever held. */
export async function print(data: string | Uint8Array): Promise<void> {
  if (data.length === 0) return;
  await new Promise<void>((taken, failed) => {
    process.stdout.write(data, (error) => (error ? failed(error) : taken()));
  });
}

/** A line for people on stderr: where things went, what is left out. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** 1234567 → `1,234,567`. */
export function grouped(count: number | bigint): string {
  return count.toLocaleString('en-US');
}

/** Rows of cells as columns; cells that are numbers are set to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          /^[-+]?[\d.,]+$/.test(cell) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
