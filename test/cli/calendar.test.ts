/** `tickwright calendar`: what it prints for people and for machines, and what it refuses. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { SESSION_CALENDARS } from '../../core/session-calendar.js';
import { Workplace } from './command-line.js';

const place = new Workplace();
afterAll(() => place.remove());
const calendar = (...words: string[]) => place.run('calendar', ...words);

test('lists the calendars, and says what they were made of', async () => {
  const { code, stdout, stderr } = await calendar();
  expect(code).toBe(0);
  const [heads, ...rows] = stdout.trimEnd().split('\n');
  expect(heads).toMatch(/^calendar +time zone +first day +last day +sessions a year$/);
  expect(rows.map((row) => row.split(' ')[0])).toEqual(SESSION_CALENDARS);
  expect(rows[0]).toMatch(/^XNYS +America\/New_York +2000-01-01 +2027-12-31 +252$/);
  expect(stderr).toMatch(/^made of exchange_calendars [\d.]+, tzdata [\d.]+\n$/);
  const { stdout: json } = await calendar('--json');
  expect(JSON.parse(json).map(({ calendar: name }: { calendar: string }) => name)).toEqual(SESSION_CALENDARS);
});

test('prints sessions, early closes and holidays in order of days', async () => {
  const { code, stdout, stderr } = await calendar('XNYS', '--from', '2024-07-03', '--to', '2024-07-06');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  '))).toEqual([
    'session  open  close',
    '2024-07-03  2024-07-03T13:30:00Z  2024-07-03T17:00:00Z  early close',
    '2024-07-04  closed',
    '2024-07-05  2024-07-05T13:30:00Z  2024-07-05T20:00:00Z',
    '',
  ]);
});

test('prints breaks, and as JSON every time twice', async () => {
  const words = ['XHKG', '--from', '2024-02-08', '--to', '2024-02-12'];
  expect((await calendar(...words)).stdout).toMatch(/2024-02-08T08:00:00Z {2}break 04:00:00Z to 05:00:00Z/);
  const { stdout } = await calendar(...words, '--json');
  expect(JSON.parse(stdout)).toEqual({
    ...{ calendar: 'XHKG', timeZone: 'Asia/Hong_Kong', first: '2012-03-05', last: '2027-12-31', sessionsPerYear: 246 },
    sessions: [
      {
        date: '2024-02-08',
        ...{ open: '2024-02-08T01:30:00Z', close: '2024-02-08T08:00:00Z' },
        ...{ openNs: '1707355800000000000', closeNs: '1707379200000000000' },
        break: {
          ...{ start: '2024-02-08T04:00:00Z', end: '2024-02-08T05:00:00Z' },
          ...{ startNs: '1707364800000000000', endNs: '1707368400000000000' },
        },
        earlyClose: false,
      },
      {
        date: '2024-02-09',
        ...{ open: '2024-02-09T01:30:00Z', close: '2024-02-09T04:00:00Z' },
        ...{ openNs: '1707442200000000000', closeNs: '1707451200000000000' },
        ...{ break: null, earlyClose: true },
      },
    ],
    closed: ['2024-02-12'],
  });
});

test.each([
  ['an unknown name', ['NYSE'], /Allowed: XNYS, XNAS, XLON, XETR, XHKG, XTKS, CMES, 24\/7\./],
  ['no days', ['XNYS'], /which days of XNYS\?/],
  ['days of no calendar', ['--from', '2024-07-01'], /days of which one\?/],
  ['a day that is none', ['XNYS', '--from', '2024-02-30'], /--from <day>.*2024-02-30.*Allowed: a day such as/],
  [
    'days that it does not know',
    ['XNYS', '--from', '1999-12-31'],
    /speaks of 2000-01-01 to 2027-12-31.*not of 1999-12-31/,
  ],
  ['the wrong way round', ['XNYS', '--from', '2024-07-02', '--to', '2024-07-01'], /2024-07-02 is after 2024-07-01/],
])('refuses %s', async (_what, words, message) => {
  const { code, stdout, stderr } = await calendar(...words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd()).not.toContain('\n');
});

describe('a run that names a calendar', () => {
  const run = (sessions: string) => `
tape: { synthetic: { rows: 20000 } }
strategy: { use: momentum, params: { qty: 0.1, maxPosition: 0.5 }, capital: { "": 1000 } }
venue: { latency: { entry: 1ms, response: 1ms }, queue: { model: risk-averse }, fees: { maker: 0, taker: 0 } }
sessions: ${sessions}
`;

  test('has its sessions in figures and report, and still when the report is made anew', async () => {
    place.write('run.yaml', run('24/7'));
    const { code, stdout, stderr } = await place.run('run', 'run.yaml', '--out', 'always', '--json');
    expect(code, stderr).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary.sessions).toEqual({ calendar: '24/7', perYear: 365 });
    const [{ profit, sessions }] = summary.strategies;
    expect(sessions).toEqual([
      {
        session: '2024-01-01',
        end: expect.any(String),
        profit: expect.closeTo(profit, 9),
        return: expect.closeTo(profit / 1000, 9),
      },
    ]);
    const page = readFileSync(place.path('always/report.html'), 'utf8');
    expect(page).toContain('Profit by session of 24/7');
    expect((await place.run('report', 'always', '--json')).stdout).toContain('"calendar": "24/7"');
    expect(readFileSync(place.path('always/report.html'), 'utf8')).toBe(page);
  });

  test('outside of any session shows none', async () => {
    // The synthetic market begins with the new year, when New York is closed.
    place.write('run.yaml', run('XNYS'));
    const { code, stdout } = await place.run('run', 'run.yaml', '--out', 'closed', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).strategies[0].sessions).toEqual([]);
    expect(readFileSync(place.path('closed/report.html'), 'utf8')).not.toContain('Profit by session');
  });
});

describe('docs/sessions.md', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/sessions.md', import.meta.url)), 'utf8');

  test('has a row for each calendar, with the days it knows and its sessions a year', async () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    const { stdout } = await calendar('--json');
    for (const { calendar: name, first, last, sessionsPerYear } of JSON.parse(stdout)) {
      const row = rows.find((line) => line.includes(`\`${name}\``))!;
      expect(row, name).toMatch(new RegExp(`\\| ${first} to ${last} +\\| ${sessionsPerYear} +\\|$`));
    }
  });

  test('shows commands that run as they stand', async () => {
    const commands = [...page.matchAll(/^tickwright (.*)$/gm)].map(([, words]) => words!.split(' '));
    expect(commands).toHaveLength(3);
    for (const words of commands) expect(await place.run(...words)).toMatchObject({ code: 0 });
  });
});
