/**
 * A comparison of runs as plain text for a terminal. Knows nothing of terminals: no colour, no control characters.
 * Called by the command line.
 */

import type { Comparison, ConfigDifference, FillParting, FillText } from './comparison.js';
import { countText, exactDurationText, NO_FIGURE } from './figure-text.js';
import { metricGroups } from './report/metric-table.js';
import type { StrategySummary } from './summary.js';
import { alignedLines, withoutControls } from './text-table.js';

/** One figure of a strategy in every run; '' where the run has no such strategy. */
export interface ComparedFigure {
  readonly label: string;
  readonly definition: string;
  readonly values: readonly string[];
}

/** A strategy's figures under their heads: a value a run, only rows of which some run has something. */
export function figureGroups(
  { runs }: Comparison,
  strategy: string,
): { readonly title: string; readonly rows: readonly ComparedFigure[] }[] {
  const own = runs.map(({ summary }) => summary.strategies.find(({ name }) => name === strategy));
  const there = own.filter((each): each is StrategySummary => each !== undefined);
  return metricGroups({ strategies: there }).map(({ title, rows }) => ({
    title,
    rows: rows.map(({ label, definition, values }) => {
      const left = [...values];
      return { label, definition, values: own.map((each) => (each === undefined ? '' : left.shift()!)) };
    }),
  }));
}

/** Several lines, the last one ended by a line feed. */
export function formatComparison(comparison: Comparison): string {
  const { runs, strategies, differences, partings } = comparison;
  const labels = runs.map(({ label }) => label);
  const blocks: string[][] = strategies.map((strategy) =>
    table([
      [strategy, ...labels],
      ...figureGroups(comparison, strategy).flatMap(({ rows }) => rows.map(({ label, values }) => [label, ...values])),
    ]),
  );
  blocks.push(
    differences.length === 0
      ? ['The configurations are equal.']
      : table([
          ['configuration', ...labels],
          ...differences.map((difference) => [difference.path, ...differenceTexts(difference)]),
        ]),
  );
  blocks.push(partings.flatMap((parting) => partingLines(parting, labels[0]!)));
  return blocks.map((lines) => `${lines.map(withoutControls).join('\n')}\n`).join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  return alignedLines(
    rows.map((row) => row.map(withoutControls)),
    (column) => column > 0,
  );
}

/** The values of a difference by run, lengths of time with their units. */
export function differenceTexts({ unit, values }: ConfigDifference): string[] {
  return values.map((value) => {
    if (value === undefined) return NO_FIGURE;
    return unit === 'ns' && Number.isFinite(Number(value)) ? exactDurationText(Number(value)) : value;
  });
}

/** Where the fills part, in words. */
export function partingLines({ label, row, first, other }: FillParting, firstLabel: string): string[] {
  if (row === undefined) return [`${label}: all fills are those of ${firstLabel}`];
  const said = (fill: FillText | undefined) => (fill === undefined ? 'no more fills' : `${fill.time} ${fill.text}`);
  return [
    `${label}: fill ${countText(row + 1)} is the first that differs from ${firstLabel}`,
    `  ${firstLabel}: ${said(first)}`,
    `  ${label}: ${said(other)}`,
  ];
}
