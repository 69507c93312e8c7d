/**
 * Sessions of exchanges: the answers of exchange_calendars for every session, known days by hand, the running Node's own time
 * zones for every open and close, columns against a plain filter, and what is refused.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXCHANGE_DATA_SOURCE } from '../../core/session-calendar/exchange-data.js';
import { type ExchangeSession, SESSION_CALENDARS, sessionCalendar } from '../../core/session-calendar.js';
import { DAY, formatDate, formatEpoch, HOUR, parseDate, parseEpoch } from '../../core/time.js';

interface Answers {
  readonly source: string;
  readonly calendars: Record<string, { years: Record<string, string>; special: string[]; closedToo: string[] }>;
}
const fixture = new URL('../fixtures/session-calendar/answers.json', import.meta.url);
const answers: Answers = JSON.parse(readFileSync(fixture, 'utf8'));

const whole = new Map<string, readonly ExchangeSession[]>();
function allOf(name: string): readonly ExchangeSession[] {
  const { firstDate, lastDate } = sessionCalendar(name);
  if (!whole.has(name)) whole.set(name, sessionCalendar(name).sessionsOfDays(firstDate, lastDate));
  return whole.get(name)!;
}

/** As the fixture writes a session: day, then open, break and close as seconds since 1970. */
function lineOf({ date, openNs, closeNs, break: rest }: ExchangeSession): string {
  const times = [openNs, rest?.startNs, rest?.endNs, closeNs];
  return `${date} ${times.map((time) => (time === undefined ? '-' : String(time / 1_000_000_000n))).join(' ')}`;
}

/** `13:30-17:00` UTC of one day, with the days where they are others than the session's. */
function hoursUtc(name: string, date: string): string {
  const [session] = sessionCalendar(name).sessionsOfDays(date, date);
  if (session === undefined) return 'closed';
  const text = (ns: bigint) => formatEpoch(ns).slice(0, 16).replace(`${date}T`, '');
  const { openNs, closeNs, break: rest } = session;
  const inner = rest === null ? '' : `${text(rest.startNs)} ${text(rest.endNs)}-`;
  return `${text(openNs)}-${inner}${text(closeNs)}`;
}

describe('exchange_calendars', () => {
  test('is the same version for data and answers', () => {
    expect(EXCHANGE_DATA_SOURCE.startsWith(`${answers.source},`)).toBe(true);
    expect(Object.keys(answers.calendars)).toEqual(['XNYS', 'XLON', 'XETR', 'XHKG', 'XTKS', 'CMES', '24/7']);
  });

  test.each(Object.entries(answers.calendars))('%s: every session of every year is as it says', (name, said) => {
    const years = new Map<string, string[]>();
    // What is corrected here is put back: its answer is its answer.
    for (const line of [...allOf(name).map(lineOf), ...said.closedToo].sort()) {
      const year = line.slice(0, 4);
      years.set(year, [...(years.get(year) ?? []), line]);
    }
    const hashes = [...years].map(([year, lines]) => {
      const hash = createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
      return [year, `${lines.length} ${hash}`];
    });
    expect(Object.fromEntries(hashes)).toEqual(said.years);
  });

  test.each(Object.entries(answers.calendars))('%s: early closes are the days of other hours', (name, said) => {
    expect(
      allOf(name)
        .filter(({ earlyClose }) => earlyClose)
        .map(lineOf),
    ).toEqual(said.special);
  });

  test('is corrected by the exchange’s own notices, and by nothing else', () => {
    const all = Object.entries(answers.calendars).flatMap(([name, { closedToo }]) =>
      closedToo.map((line) => [name, line.slice(0, 10)]),
    );
    expect(all).toEqual([
      ['XHKG', '2023-09-01'],
      ['XHKG', '2023-09-08'],
    ]);
  });

  test('XNAS is XNYS', () => {
    expect(allOf('XNAS')).toEqual(allOf('XNYS'));
    expect(sessionCalendar('XNAS').name).toBe('XNAS');
  });
});

/** What exchanges announced, in UTC; not taken from the data. */
const KNOWN: readonly [name: string, date: string, hours: string, why: string][] = [
  ['XNYS', '2024-07-02', '13:30-20:00', 'an ordinary day in summer'],
  ['XNYS', '2024-07-03', '13:30-17:00', 'closes at 13:00 before Independence Day'],
  ['XNYS', '2024-07-04', 'closed', 'Independence Day'],
  ['XNYS', '2024-11-29', '14:30-18:00', 'the day after Thanksgiving'],
  ['XNYS', '2024-03-08', '14:30-21:00', 'the Friday before daylight saving begins'],
  ['XNYS', '2024-03-11', '13:30-20:00', 'the Monday after'],
  ['XNYS', '2024-11-01', '13:30-20:00', 'the Friday before daylight saving ends'],
  ['XNYS', '2024-11-04', '14:30-21:00', 'the Monday after'],
  ['XNYS', '2006-04-03', '13:30-20:00', 'until 2006 daylight saving began in April'],
  ['XNYS', '2001-09-10', '13:30-20:00', 'the day before the attacks'],
  ['XNYS', '2001-09-11', 'closed', 'the attacks'],
  ['XNYS', '2001-09-12', 'closed', ''],
  ['XNYS', '2001-09-13', 'closed', ''],
  ['XNYS', '2001-09-14', 'closed', ''],
  ['XNYS', '2001-09-17', '13:30-20:00', 'opened again'],
  ['XNYS', '2004-06-11', 'closed', 'mourning for Ronald Reagan'],
  ['XNYS', '2012-10-29', 'closed', 'hurricane Sandy'],
  ['XNYS', '2012-10-30', 'closed', ''],
  ['XNYS', '2012-10-31', '13:30-20:00', 'opened again'],
  ['XNYS', '2018-12-05', 'closed', 'mourning for George H. W. Bush'],
  ['XNYS', '2021-06-18', '13:30-20:00', 'Juneteenth was first observed in 2022'],
  ['XNYS', '2022-06-20', 'closed', 'Juneteenth observed'],
  ['XNYS', '2025-01-09', 'closed', 'mourning for Jimmy Carter'],
  ['XLON', '2022-09-16', '07:00-15:30', 'an ordinary day in summer'],
  ['XLON', '2022-09-19', 'closed', 'funeral of Elizabeth II'],
  ['XLON', '2022-06-03', 'closed', 'platinum jubilee'],
  ['XLON', '2023-05-08', 'closed', 'coronation'],
  ['XLON', '2011-04-29', 'closed', 'royal wedding'],
  ['XLON', '2020-05-04', '07:00-15:30', 'the May holiday was moved'],
  ['XLON', '2020-05-08', 'closed', 'to VE Day'],
  ['XLON', '2024-12-24', '08:00-12:30', 'Christmas Eve'],
  ['XLON', '2024-03-28', '08:00-16:30', 'before summer time begins (31 March)'],
  ['XLON', '2024-04-02', '07:00-15:30', 'after it'],
  ['XHKG', '2024-01-02', '01:30-04:00 05:00-08:00', 'with a lunch break'],
  ['XHKG', '2023-07-17', 'closed', 'typhoon Talim'],
  ['XHKG', '2023-09-01', 'closed', 'typhoon Saola'],
  ['XHKG', '2023-09-08', 'closed', 'black rainstorm'],
  ['XHKG', '2017-08-23', 'closed', 'typhoon Hato'],
  ['XHKG', '2024-02-09', '01:30-04:00', 'the eve of the lunar new year'],
  ['XHKG', '2024-12-24', '01:30-04:00', 'Christmas Eve'],
  ['XHKG', '2024-10-01', 'closed', 'National Day'],
  ['CMES', '2024-07-03', '2024-07-02T22:00-22:00', 'opens the evening before'],
  ['CMES', '2024-07-04', '2024-07-03T22:00-17:00', 'closes at noon, Chicago'],
  ['CMES', '2024-07-08', '2024-07-07T22:00-22:00', 'Monday opens on Sunday'],
  ['CMES', '2024-11-28', '2024-11-27T23:00-18:00', 'Thanksgiving'],
  ['CMES', '2024-03-11', '2024-03-10T22:00-22:00', 'opens on the day when daylight saving begins'],
  ['CMES', '2024-11-04', '2024-11-03T23:00-23:00', 'opens on the day when it ends'],
  ['CMES', '2024-03-29', 'closed', 'Good Friday'],
  ['XETR', '2024-12-30', '08:00-13:00', 'the last day of the year'],
  ['XETR', '2024-07-01', '07:00-15:30', 'an ordinary day in summer'],
  ['XETR', '2017-10-31', 'closed', '500 years of Reformation'],
  ['XTKS', '2024-11-01', '00:00-02:30 03:30-06:00', 'the last day that closed at 15:00'],
  ['XTKS', '2024-11-05', '00:00-02:30 03:30-06:30', 'from then on at 15:30'],
  ['XTKS', '2019-05-01', 'closed', 'accession of Naruhito'],
  ['24/7', '2024-12-25', '00:00-2024-12-26T00:00', 'never closes'],
];

test.each(KNOWN)('%s on %s: %s (%s)', (name, date, hours) => {
  expect(hoursUtc(name, date)).toBe(hours);
});

test('no session begins before the one before has ended, and none is empty', () => {
  for (const name of SESSION_CALENDARS) {
    let endNs = 0n;
    for (const { date, openNs, closeNs, break: rest } of allOf(name)) {
      const times = [endNs, openNs, ...(rest === null ? [] : [rest.startNs, rest.endNs]), closeNs];
      const faults = times.filter((time, at) => at > 0 && (at === 1 ? time < times[0]! : time <= times[at - 1]!));
      expect(faults, `${name} ${date}`).toEqual([]);
      endNs = closeNs;
    }
  }
});

/** Open and closes by the exchange's clock. */
const WALL: Readonly<Record<string, readonly [open: string, closes: readonly string[]]>> = {
  XNYS: ['09:30', ['16:00', '13:00']],
  XLON: ['08:00', ['16:30', '12:30']],
  XETR: ['09:00', ['17:30', '14:00']],
  XHKG: ['09:30', ['16:00', '12:00']],
  XTKS: ['09:00', ['15:00', '15:30']],
  CMES: ['17:00', ['17:00', '12:00']],
};

test.each(Object.entries(WALL))('%s: by Node’s time zones, which the data do not come from', (name, [open, closes]) => {
  const { timeZone } = sessionCalendar(name);
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const wall = (ns: bigint) => format.format(Number(ns / 1_000_000n));
  for (const { date, openNs, closeNs } of allOf(name)) {
    const before = formatDate(parseDate(date) - (name === 'CMES' ? 1 : 0));
    expect(wall(openNs)).toBe(`${before} ${open}`);
    expect(closes.map((close) => `${date} ${close}`)).toContain(wall(closeNs));
  }
});

test('sessions a year: as many as usual', () => {
  const counts = Object.fromEntries(SESSION_CALENDARS.map((name) => [name, sessionCalendar(name).sessionsPerYear]));
  expect(counts).toEqual({ XNYS: 252, XNAS: 252, XLON: 253, XETR: 254, XHKG: 246, XTKS: 245, CMES: 258, '24/7': 365 });
});

describe('columns', () => {
  test('are relative to an origin, NaN where there is no break', () => {
    const originNs = parseEpoch('2024-02-09T00:00:00.000000001Z');
    const { length, day, openNs, closeNs, breakStartNs, breakEndNs } = sessionCalendar('XHKG').sessions(
      originNs,
      0,
      6 * DAY,
    );
    expect(length).toBe(2);
    expect([...day]).toEqual([19_762, 19_767]);
    expect([...openNs]).toEqual([1.5 * HOUR - 1, 5 * DAY + 1.5 * HOUR - 1]);
    expect([...breakStartNs]).toEqual([Number.NaN, 5 * DAY + 4 * HOUR - 1]);
    expect([...breakEndNs]).toEqual([Number.NaN, 5 * DAY + 5 * HOUR - 1]);
    expect([...closeNs]).toEqual([4 * HOUR - 1, 5 * DAY + 8 * HOUR - 1]);
  });

  test('hold a session from its open on, until before its close', () => {
    const calendar = sessionCalendar('XNYS');
    const [{ openNs, closeNs }] = calendar.sessionsOfDays('2024-07-03', '2024-07-03') as [ExchangeSession];
    expect(calendar.sessions(openNs, -HOUR, 0).length).toBe(0);
    expect(calendar.sessions(openNs, -HOUR, 1).length).toBe(1);
    expect(calendar.sessions(closeNs, -1, HOUR).length).toBe(1);
    expect(calendar.sessions(closeNs, 0, HOUR).length).toBe(0);
  });

  test('are the sessions of which a moment lies in the time asked for', () => {
    const start = parseEpoch('2023-06-01T00:00:00Z');
    fc.assert(
      fc.property(
        fc.constantFrom(...SESSION_CALENDARS),
        fc.integer({ min: 0, max: 60 * 24 * 100 }),
        fc.integer({ min: 0, max: 60 * 24 * 20 }),
        fc.integer({ min: -1, max: 1 }),
        (name, minutes, length, nudge) => {
          const fromNs = minutes * 60e9 + nudge;
          const toNs = fromNs + length * 60e9;
          const found = sessionCalendar(name).sessions(start, fromNs, toNs);
          const [from, to] = [start + BigInt(fromNs), start + BigInt(toNs)];
          const expected = allOf(name).filter(({ openNs, closeNs }) => from < to && openNs < to && closeNs > from);
          expect([...found.openNs]).toEqual(expected.map(({ openNs }) => Number(openNs - start)));
          expect([...found.closeNs]).toEqual(expected.map(({ closeNs }) => Number(closeNs - start)));
          expect(found.length).toBe(expected.length);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('closed days', () => {
  test('are days of the week that have sessions, but no session', () => {
    expect(sessionCalendar('XNYS').closedDays('2024-07-01', '2024-07-31')).toEqual(['2024-07-04']);
    expect(sessionCalendar('24/7').closedDays('2024-01-01', '2024-12-31')).toEqual([]);
  });
});

describe('what is refused', () => {
  const xhkg = sessionCalendar('XHKG');

  test('a name that no calendar has', () => {
    expect(() => sessionCalendar('NYSE')).toThrow(
      'there is no calendar "NYSE": the names are XNYS, XNAS, XLON, XETR, XHKG, XTKS, CMES, 24/7',
    );
  });

  test.each([
    ['2012-03-02', '2012-03-06', 'speaks of 2012-03-05 to 2027-12-31 (Asia/Hong_Kong), not of 2012-03-02'],
    ['2027-12-31', '2028-01-01', 'not of 2028-01-01'],
    ['2024-02-30', '2024-03-01', 'date "2024-02-30" is no day of the calendar'],
    ['2024-03-01', '2024-02-01', '2024-03-01 is after 2024-02-01'],
  ])('days from %s to %s', (first, last, message) => {
    expect(() => xhkg.sessionsOfDays(first, last)).toThrow(message);
    expect(() => xhkg.closedDays(first, last)).toThrow(message);
  });

  test('times outside of what is known, to the nanosecond', () => {
    const first = parseEpoch('2012-03-04T16:00:00Z');
    expect(xhkg.firstNs).toBe(first);
    expect(xhkg.sessions(first, 0, DAY).length).toBe(1);
    expect(() => xhkg.sessions(first, -1, DAY)).toThrow('not of 2012-03-04T15:59:59.999999999Z');
    const until = parseEpoch('2027-12-31T16:00:00Z');
    expect(xhkg.sessions(until, -DAY, 0).length).toBe(1);
    expect(() => xhkg.sessions(until, -DAY, 1)).toThrow('not of 2027-12-31T16:00:00.000000001Z');
    expect(() => xhkg.sessions(until, Number.NaN, 0)).toThrow('is no stretch of time');
    expect(() => xhkg.sessions(until, -1, -2)).toThrow('is no stretch of time');
  });

  test('of sessions that open in the evening, the evening before the first unknown one', () => {
    expect(formatEpoch(sessionCalendar('CMES').untilNs)).toBe('2027-12-31T23:00:00.000000000Z');
  });
});
