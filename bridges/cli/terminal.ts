/**
 * The terminal: progress on stderr where a person watches, data on stdout, one line for each error.
 * Knows nothing of any command. Called by the commands.
 */

/** Lines on stderr that are redrawn in place, at most ten times a second; nothing where stderr is no terminal. */
export class LiveLines {
  readonly watched = process.stderr.isTTY === true;
  #lastDrawn = Number.NEGATIVE_INFINITY;
  #height = 0;

  /** Whether it is time to draw again; asked first, so that what is not drawn need not be made. */
  get due(): boolean {
    return this.watched && performance.now() - this.#lastDrawn >= 100;
  }

  draw(lines: readonly string[]): void {
    if (!this.due) return;
    this.#lastDrawn = performance.now();
    const width = (process.stderr.columns || 80) - 1;
    // More lines than the screen has could not be taken back.
    const shown = lines.slice(0, Math.max(1, (process.stderr.rows || 24) - 2));
    const text = shown.map((line) => line.replace(/\p{Cc}/gu, '\ufffd').slice(0, width)).join('\n');
    process.stderr.write(`${this.#up()}${text}`);
    this.#height = shown.length;
  }

  clear(): void {
    if (this.#height > 0) process.stderr.write(this.#up());
    this.#height = 0;
  }

  /** To the beginning of what was drawn, which goes. */
  #up(): string {
    return `\r${this.#height > 1 ? `\x1b[${this.#height - 1}A` : ''}\x1b[J`;
  }
}

/** `fraction` in [0, 1] as a bar with its percentage. */
export function barText(fraction: number): string {
  const width = 30;
  const part = Math.min(1, Math.max(0, Number.isNaN(fraction) ? 0 : fraction));
  const filled = Math.round(part * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${String(Math.floor(part * 100)).padStart(3)} %`;
}

/** One bar on stderr; silent where that is no terminal. */
export class ProgressBar {
  readonly #title: string;
  readonly #lines = new LiveLines();

  constructor(title: string) {
    this.#title = title;
  }

  /** `fraction` in [0, 1]; `note` stands behind the bar. */
  update(fraction: number, note = ''): void {
    if (this.#lines.due) this.#lines.draw([`${this.#title} ${barText(fraction)} ${note}`]);
  }

  /** Takes the bar away. */
  end(): void {
    this.#lines.clear();
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
