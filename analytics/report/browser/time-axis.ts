/**
 * Labels of the axis of time, in UTC: as much of the time as the step needs, the date under the first and under each new day.
 * Knows nothing of the charts' other parts. Called by the charts.
 */

const DAY_MS = 86_400_000;

export function timeLabels(_plot: unknown, splits: number[], _axis: number, _space: number, step: number): string[] {
  let day = '';
  return splits.map((ms) => {
    const text = new Date(ms).toISOString();
    const sameDay = text.slice(0, 10) === day;
    day = text.slice(0, 10);
    if (step >= DAY_MS) return day;
    const time = text.slice(11, step >= 60_000 ? 16 : step >= 1000 ? 19 : 23);
    return sameDay ? time : `${time}\n${day}`;
  });
}
