/** Returns by the sessions of an exchange: which period holds what, how they are annualised, and what the report shows. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RunMeasurements } from '../../analytics/metrics/measurements.js';
import { returnsBy } from '../../analytics/metrics/period-returns.js';
import { runSessions } from '../../analytics/metrics/run-sessions.js';
import { buildReport } from '../../analytics/report/report.js';
import { sessionMapOf } from '../../analytics/report/session-map.js';
import { summarise } from '../../analytics/summary.js';
import { AccountEventKind } from '../../core/account-event.js';
import { sessionCalendar } from '../../core/session-calendar.js';
import { DAY, HOUR, parseEpoch } from '../../core/time.js';
import { HandMadeRun, ORIGIN_NS } from './hand-made-run.js';

const xnys = sessionCalendar('XNYS');
/** ns since the origin of the runs made by hand, which is 2024-08-08T23:54:16.298000001Z. */
const at = (time: string) => Number(parseEpoch(time) - ORIGIN_NS);

/** Earns an amount at each time, a sample right after it. The account begins with 1,000. */
function earning(steps: readonly (readonly [timeNs: number, amount: number])[]): HandMadeRun {
  const run = new HandMadeRun({ names: ['a'], account: { capital: { '': 1000 } } });
  run.quote(199, 201);
  for (const [index, [timeNs, amount]] of steps.entries()) {
    if (amount !== 0) run.settle(AccountEventKind.interest, timeNs, { instrument: -1, amount });
    run.sample(timeNs, index === steps.length - 1);
  }
  return run;
}

/** Friday the 9th to Tuesday the 13th; the exchange closes at 20:00 UTC. */
const STEPS = [
  [0, 0],
  [at('2024-08-09T13:00:00Z'), 1], // before the open: of Friday
  [at('2024-08-09T20:00:00Z'), 2], // at the very close: of Friday
  [at('2024-08-10T12:00:00Z'), 4], // on Saturday: of Monday
  [at('2024-08-12T15:00:00Z'), 8],
  [at('2024-08-13T14:00:00Z'), 16], // of Tuesday, in which the run ends
] as const;

describe('sessions of a run', () => {
  test('end with the close, the first holds the beginning, the last one ends with the run', () => {
    const endNs = STEPS[STEPS.length - 1]![0];
    const sessions = runSessions(xnys, ORIGIN_NS, 0, endNs);
    expect(sessions).toMatchObject({ calendar: 'XNYS', perYear: 252 });
    expect([...sessions.day].map((day) => day - sessions.day[0]!)).toEqual([0, 3, 4]);
    expect(sessions.endNs[0]).toBe(at('2024-08-09T20:00:00Z'));
    expect(sessions.endNs[2], 'the close of the last one').toBe(at('2024-08-13T20:00:00Z'));
    const late = runSessions(xnys, ORIGIN_NS, 0, at('2024-08-13T23:00:00Z'));
    expect(late.endNs[2], 'trading goes on after the close: of the last one too').toBe(at('2024-08-13T23:00:00Z'));
  });

  test('are none where the run touches none, or never began', () => {
    expect(runSessions(xnys, ORIGIN_NS, 0, HOUR).endNs).toHaveLength(0);
    expect(runSessions(xnys, ORIGIN_NS, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY).day).toHaveLength(0);
  });

  test('are refused where the calendar does not speak of the run', () => {
    expect(() => runSessions(xnys, parseEpoch('2027-12-31T00:00:00Z'), 0, 3 * DAY)).toThrow('speaks of 2000-01-01');
  });

  test('hold the profits by hand, and the summary has them with their days', () => {
    const run = earning(STEPS);
    const endNs = STEPS[STEPS.length - 1]![0];
    const { recording } = run.recorder;
    const metricOptions = { sessions: runSessions(xnys, ORIGIN_NS, 0, endNs) };
    const summary = summarise(recording, run.outcome(0, endNs), { metricOptions });
    expect(summary.sessions).toEqual({ calendar: 'XNYS', perYear: 252 });
    expect(summary.strategies[0]!.sessions).toEqual([
      { session: '2024-08-09', end: '2024-08-09T20:00:00.000000000Z', profit: 3, return: 3 / 1000 },
      { session: '2024-08-12', end: '2024-08-12T15:00:00.000000000Z', profit: 12, return: 12 / 1003 },
      { session: '2024-08-13', end: '2024-08-13T14:00:00.000000000Z', profit: 16, return: 16 / 1015 },
    ]);
    expect(summarise(recording, run.outcome(0, endNs)).strategies[0]!.sessions).toBeUndefined();
  });

  test('sum to the profit of the run, whatever the samples', () => {
    const step = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -9, max: 9 }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 12, maxLength: 60 }), (steps) => {
        let hours = 0;
        const times = steps.map(([wait, amount]) => {
          hours += wait;
          return [hours * HOUR, amount] as const;
        });
        const endNs = times[times.length - 1]![0];
        const sessions = runSessions(xnys, ORIGIN_NS, 0, endNs);
        fc.pre(sessions.day.length > 0);
        const run = earning([[0, 0], ...times]);
        const measured = { recording: run.recorder.recording, accounts: run.accounts, startNs: 0, endNs };
        const { profits } = returnsBy(new RunMeasurements(measured, { sessions }).of(0), 'session');
        const sum = (values: Iterable<number>) => [...values].reduce((all, each) => all + each, 0);
        expect(sum(profits)).toBeCloseTo(sum(times.map(([, amount]) => amount)), 9);
        expect(profits.length).toBeLessThanOrEqual(sessions.day.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a run of 89 days', () => {
  // Each session of XNYS earns 1 % or loses 0.5 % by turns, an hour before its close; samples every six hours besides.
  const days = Array.from({ length: 89 * 4 + 1 }, (_, i) => i * 6 * HOUR);
  const sessions = runSessions(xnys, ORIGIN_NS, 0, days[days.length - 1]!);
  const run = new HandMadeRun({ names: ['a'], account: { capital: { '': 1000 } } });
  run.quote(199, 201);
  let index = 0;
  for (const timeNs of days) {
    while (index < sessions.day.length && sessions.endNs[index]! - HOUR <= timeNs) {
      const amount = run.accounts[0]!.equity * (index % 2 === 0 ? 0.01 : -0.005);
      run.settle(AccountEventKind.interest, sessions.endNs[index]! - HOUR, { instrument: -1, amount });
      run.sample(sessions.endNs[index]! - HOUR, false);
      index++;
    }
    run.sample(timeNs, timeNs === days[days.length - 1]);
  }
  const endNs = days[days.length - 1]!;
  const { recording } = run.recorder;
  const summary = summarise(recording, run.outcome(0, endNs), { metricOptions: { sessions } });

  test('is measured by sessions, 252 a year, instead of days, 365 a year', () => {
    const returns = summary.strategies[0]!.sessions!.map(({ return: value }) => value!);
    expect(returns).toHaveLength(62);
    for (const [at, value] of returns.entries()) {
      expect(value, `session ${at}`).toBeCloseTo(at % 2 === 0 ? 0.01 : -0.005, 12);
    }
    const mean = 0.0025;
    const variance = (62 * 0.0075 ** 2) / 61;
    const { metrics } = summary.strategies[0]!;
    expect(metrics.sharpeOfReturns).toBeCloseTo((mean / Math.sqrt(variance)) * Math.sqrt(252), 8);
    expect(metrics.volatility).toBeCloseTo(Math.sqrt(variance * 252), 10);
    const byDays = summarise(recording, run.outcome(0, endNs)).strategies[0]!.metrics;
    expect(byDays.volatility).not.toBeCloseTo(metrics.volatility!, 3);
  });

  test('shows sessions in the report: as periods, and by week', () => {
    const [strategy] = buildReport(recording, summary, {
      ...{ config: null, seed: 1, versions: {}, sampleNs: 6 * HOUR, startNs: 0, endNs, droppedLogLines: 0, tapes: [] },
    }).strategies;
    expect(strategy!.period).toBe('session');
    const { rows, columns } = strategy!.sessions!;
    expect(columns).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri']);
    expect(rows[0]).toMatchObject({ name: '2024-08-05', cells: [undefined, undefined, undefined, undefined, 10] });
    expect(rows[0]!.notes![4]).toBe(', return 1.00 %');
    // Labor Day is a hole.
    expect(rows.find(({ name }) => name === '2024-09-02')!.cells[0]).toBeUndefined();
    const sum = rows.flatMap(({ cells }) => cells).reduce<number>((all, cell) => all + (cell ?? 0), 0);
    expect(sum).toBeCloseTo(run.accounts[0]!.equity - 1000, 9);
  });
});

test('weeks have seven days where there are sessions on weekends', () => {
  const end = '2024-08-11T00:00:00.000000000Z';
  expect(sessionMapOf([{ session: '2024-08-10', end, profit: 1, return: null }])).toMatchObject({
    columns: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
    rows: [{ name: '2024-08-05', notes: ['', '', '', '', '', '', ''] }],
  });
  expect(sessionMapOf([])).toBeUndefined();
});
