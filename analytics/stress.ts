/**
 * How a run's result changes under other assumptions: what came of each rerun, beside the run itself.
 * Knows nothing of what the changes are. Called by the command line, the run folder and the report.
 */
import { countText, moneyText, shareText } from './figure-text.js';
import type { RunSummary } from './summary.js';
import { alignedLines, withoutControls } from './text-table.js';

/** What came of one strategy. */
export interface StressFigures {
  readonly name: string;
  readonly profit: number | null;
  readonly fees: number;
  readonly trades: number;
  readonly fillRatio: number | null;
  readonly drawdown: number;
}

export interface StressOutcome {
  /** As it was asked for; '' = the run as it is. */
  readonly change: string;
  /** Why it failed, if it did; then the figures are those until then. */
  readonly failure?: string | undefined;
  readonly strategies: readonly StressFigures[];
}

/** The run as it is, then each change. */
export type StressTable = readonly StressOutcome[];

export function stressOutcome(change: string, { strategies, failure }: RunSummary): StressOutcome {
  return {
    change,
    ...(failure === undefined ? {} : { failure: failure.message }),
    strategies: strategies.map(({ name, profit, fees, trades, fillRatio, drawdown }) => ({
      ...{ name, profit, fees, trades, fillRatio, drawdown: drawdown.amount },
    })),
  };
}

/** Heads and cells: a row a strategy and change, with the difference of the profit to the run as it is. */
export function stressRows(table: StressTable): { heads: readonly string[]; rows: readonly (readonly string[])[] } {
  const heads = ['strategy', 'change', 'profit', 'difference', 'fees', 'trades', 'fill ratio', 'max drawdown'];
  const base = table[0]?.strategies ?? [];
  const rows = base.flatMap(({ name, profit: before }, index) =>
    table.map(({ change, failure, strategies }) => {
      const { profit, fees, trades, fillRatio, drawdown } = strategies[index]!;
      const difference = change === '' || profit === null || before === null ? null : profit - before;
      return [
        ...[name, `${change === '' ? 'as it is' : change}${failure === undefined ? '' : ' (failed)'}`],
        ...[moneyText(profit), moneyText(difference), moneyText(fees), countText(trades)],
        ...[shareText(fillRatio), moneyText(drawdown)],
      ];
    }),
  );
  return { heads, rows };
}

/** For a terminal; the last line ends with a line feed. */
export function formatStress(table: StressTable): string {
  const { heads, rows } = stressRows(table);
  const cells = [heads, ...rows].map((row) => row.map(withoutControls));
  return `\n${alignedLines(cells, (column) => column > 1).join('\n')}\n`;
}
