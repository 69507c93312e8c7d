/**
 * Correlations of mids as a table for a terminal and for the page, a row a pair. Knows nothing of how they are reckoned. Called
 * by the command line and the page of stylised facts.
 */
import { formatDuration } from '../../core/time.js';
import { NO_FIGURE } from '../figure-text.js';
import { escapeHtml, tip } from '../report/html.js';
import { alignedLines, withoutControls } from '../text-table.js';
import { CORRELATION_STEPS, type CorrelationFact } from './mid-correlations.js';

/** Two markets of one tape, by interval as in {@link CORRELATION_STEPS}. */
export interface CorrelationRow {
  readonly label: string;
  readonly facts: readonly CorrelationFact[];
}

/** `labels`: of the instruments that the correlations are of. */
export function correlationRows(labels: readonly string[], facts: readonly CorrelationFact[]): CorrelationRow[] {
  const rows = new Map<string, CorrelationFact[]>();
  for (const fact of facts) {
    const label = `${labels[fact.first]} – ${labels[fact.second]}`;
    rows.set(label, [...(rows.get(label) ?? []), fact]);
  }
  return [...rows].map(([label, own]) => ({ label, facts: own }));
}

const HEAD = CORRELATION_STEPS.map((stepNs) => formatDuration(stepNs));
const valueText = ({ value }: CorrelationFact) => (Number.isFinite(value) ? value.toFixed(3) : NO_FIGURE);

/** Nothing where there are no pairs. */
export function formatCorrelations(rows: readonly CorrelationRow[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map(({ label, facts }) => [withoutControls(label), ...facts.map(valueText)]);
  return `${alignedLines([['correlation of mids', ...HEAD], ...cells], (column) => column > 0).join('\n')}\n`;
}

export function correlationsHtml(rows: readonly CorrelationRow[]): string {
  const head = HEAD.map((text) => `<th scope="col" class="number">${text}</th>`).join('');
  const body = rows.map(({ label, facts }) => {
    const cells = facts.map(
      (fact) => `<td class="number"><span ${tip(`${fact.returns} returns`)}>${valueText(fact)}</span></td>`,
    );
    return `<tr><th scope="row">${escapeHtml(label)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="panel scroll"><table class="figures"><thead><tr><td></td>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}
