/**
 * A run's summary as a plain table for a terminal. Knows nothing of terminals: no colour, no width question, no control
 * characters. Called by the command line.
 */
import { countText, durationText, moneyText, NO_FIGURE, qtyText, ratioText, shareText } from './figure-text.js';
import { failedText, type RunSummary, type StrategySummary } from './summary.js';

/** Side by side up to this many strategies, then another table below: fits 80 columns with ordinary names. */
const STRATEGIES_ABREAST = 4;

/** Rows of the table, top to bottom. */
const FIGURES: readonly (readonly [label: string, of: (strategy: StrategySummary) => string])[] = [
  ['profit', (strategy) => moneyText(strategy.profit)],
  ['  realised', (strategy) => moneyText(strategy.realised)],
  ['  unrealised', (strategy) => moneyText(strategy.unrealised)],
  ['  fees', (strategy) => moneyText(strategy.fees)],
  ['volume', (strategy) => moneyText(strategy.volume)],
  ['trades', (strategy) => countText(strategy.trades)],
  ['maker share', (strategy) => shareText(strategy.makerShare)],
  ['orders sent', (strategy) => countText(strategy.orders.sent)],
  ['fill ratio', (strategy) => shareText(strategy.fillRatio)],
  ['rejected', (strategy) => countText(strategy.orders.rejected)],
  ['max drawdown', (strategy) => moneyText(strategy.drawdown.amount)],
  ['longest down', (strategy) => durationText(strategy.drawdown.longestNs || null)],
  ['Sharpe (year)', (strategy) => ratioText(strategy.sharpe)],
  ['win rate', (strategy) => shareText(strategy.winRate)],
  ['round trips', (strategy) => countText(strategy.roundTrips)],
];

/** Several lines, the last one ended by a line feed. Text is kept from steering the terminal. */
export function formatSummary(summary: RunSummary): string {
  const lines: string[] = [];
  const { strategies, failure } = summary;
  for (let from = 0; from < strategies.length; from += STRATEGIES_ABREAST) {
    lines.push(...tableLines(strategies.slice(from, from + STRATEGIES_ABREAST)), '');
  }
  lines.push(
    `${summary.start ?? NO_FIGURE} to ${summary.end ?? NO_FIGURE} (${durationText(summary.durationNs)})`,
    `${countText(summary.rows)} tape rows, ${countText(summary.orderEvents)} order events, ${countText(summary.fills)} fills`,
    `run hash ${summary.runHash}`,
  );
  const { unknownOrders, crossedLevels } = summary;
  if (unknownOrders > 0) lines.push(`${countText(unknownOrders)} order rows named orders the book did not hold`);
  if (crossedLevels > 0)
    lines.push(`${countText(crossedLevels)} book levels were taken away because others crossed them`);
  if (failure !== undefined) {
    lines.push(`FAILED: ${failedText(failure)} at ${failure.time ?? NO_FIGURE}: ${failure.message}`);
  }
  return `${lines.map(withoutControls).join('\n')}\n`;
}

function tableLines(strategies: readonly StrategySummary[]): string[] {
  const rows = [['', ...strategies.map((strategy) => withoutControls(strategy.name))]];
  for (const [label, of] of FIGURES) rows.push([label, ...strategies.map(of)]);
  for (const [symbol, cells] of positionRows(strategies)) rows.push([symbol, ...cells]);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column]!))));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(widths[column]! - displayWidth(cell));
        return column === 0 ? cell + space : space + cell;
      })
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return lines;
}

/** A row for each instrument in which some position is open at the end. */
function positionRows(strategies: readonly StrategySummary[]): [string, string[]][] {
  const symbols = new Set<string>();
  for (const { instruments } of strategies) {
    for (const { symbol, positionLots } of instruments) if (positionLots !== 0) symbols.add(symbol);
  }
  return [...symbols].map((symbol) => [
    `open ${withoutControls(symbol)}`,
    strategies.map(({ instruments }) => {
      const instrument = instruments.find((candidate) => candidate.symbol === symbol);
      return instrument === undefined ? NO_FIGURE : qtyText(instrument.position);
    }),
  ]);
}

/** Control characters would move the cursor or change colours; each becomes one visible sign. */
function withoutControls(text: string): string {
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
