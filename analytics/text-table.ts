/**
 * Rows of cells as lines of text for a terminal. Knows nothing of what they say. Called by everything that prints tables.
 */

/** The rows as lines, a rule under the first. */
export function alignedLines(rows: readonly (readonly string[])[], right: (column: number) => boolean): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column]!))));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(widths[column]! - displayWidth(cell));
        return right(column) ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return lines;
}

/** Control characters would move the cursor or change colours; each becomes one visible sign. */
export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;

/** Terminal columns a text takes: one a visible character, two for East Asian wide ones and emoji. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}
