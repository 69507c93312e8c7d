/**
 * What each session of a run brought: as periods for histogram, verdict and rolling curves, and as a calendar of weeks.
 * Knows nothing of exchanges. Called by the report.
 */
import { formatDate, parseDate, parseEpoch } from '../../core/time.js';
import { ratioText } from '../figure-text.js';
import type { SessionSummary } from '../summary.js';
import type { HeatMap, HeatRow, PeriodProfits } from './periods.js';

/** `perYear`: how many sessions a year usually has. */
export function sessionProfits(sessions: readonly SessionSummary[], originNs: bigint, perYear: number): PeriodProfits {
  return {
    name: 'session',
    profit: Float64Array.from(sessions, ({ profit }) => profit),
    endNs: Float64Array.from(sessions, ({ end }) => Number(parseEpoch(end) - originNs)),
    perYear,
    lengthText: (count) => `${count} session${count === 1 ? '' : 's'}`,
  };
}

const WEEK_DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A row a week, a cell a session; returns are told beside. `undefined` without any. */
export function sessionMapOf(sessions: readonly SessionSummary[]): HeatMap | undefined {
  if (sessions.length === 0) return undefined;
  const cells = sessions.map(({ session, profit, return: value }) => {
    const day = parseDate(session);
    // 1970 began on a Thursday.
    const column = (day + 3) % 7;
    return { monday: day - column, column, profit, note: value === null ? '' : `, return ${ratioText(100 * value)} %` };
  });
  const columns = cells.some(({ column }) => column > 4) ? WEEK_DAYS : WEEK_DAYS.slice(0, 5);
  const rows: (HeatRow & { readonly monday: number; cells: (number | undefined)[]; notes: string[] })[] = [];
  for (const { monday, column, profit, note } of cells) {
    let row = rows[rows.length - 1];
    if (row?.monday !== monday) {
      row = {
        ...{ name: formatDate(monday), monday },
        ...{ cells: columns.map(() => undefined), notes: columns.map(() => '') },
      };
      rows.push(row);
    }
    row.cells[column] = profit;
    row.notes[column] = note;
  }
  return {
    ...{ rowName: 'week of', columnName: 'session', columns },
    rows: rows.map(({ name, cells: own, notes }) => ({ name, cells: own, notes })),
  };
}
