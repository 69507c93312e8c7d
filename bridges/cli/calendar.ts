/**
 * `tickwright calendar`: the calendars that there are, or the sessions of one. Knows nothing of how they come about.
 * Called by the program.
 */
import { Command, InvalidArgumentError } from 'commander';
import { EXCHANGE_DATA_SOURCE } from '../../core/session-calendar/exchange-data.js';
import {
  type ExchangeSession,
  SESSION_CALENDARS,
  type SessionCalendar,
  sessionCalendar,
} from '../../core/session-calendar.js';
import { formatEpoch } from '../../core/time.js';
import { ConfigError, within } from '../run-file/config-error.js';
import { date } from './option-values.js';
import { alignColumns, print, remark } from './terminal.js';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

export function calendarCommand(): Command {
  return new Command('calendar')
    .description(
      'Print when an exchange trades: its sessions, early closes and holidays; or which calendars there are.',
    )
    .argument('[name]', 'calendar, such as XNYS; left out: a list of all', calendarName)
    .option('--from <day>', 'first day, by the exchange’s clock', date)
    .option('--to <day>', 'last day; default: the first one', date)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Times are of continuous trading, in UTC. What the calendars know, and what they do not: docs/sessions.md.

Example:
  tickwright calendar
  tickwright calendar XNYS --from 2024-07-01 --to 2024-07-05`,
    )
    .action(calendar);
}

function calendarName(text: string): SessionCalendar {
  try {
    return sessionCalendar(text);
  } catch {
    throw new InvalidArgumentError(`Allowed: ${SESSION_CALENDARS.join(', ')}.`);
  }
}

async function calendar(chosen: SessionCalendar | undefined, { from, to, json = false }: Options): Promise<void> {
  if (chosen === undefined) {
    if (from !== undefined || to !== undefined)
      throw new ConfigError('calendar: days of which one? Name it, as in XNYS');
    await print(json ? `${JSON.stringify(SESSION_CALENDARS.map(calendarFacts), null, 2)}\n` : listText());
    remark(`made of ${EXCHANGE_DATA_SOURCE}`);
    return;
  }
  if (from === undefined)
    throw new ConfigError(`calendar: which days of ${chosen.name}? Say so, as in --from 2024-07-01`);
  const days = [from, to ?? from] as const;
  const sessions = within('--from, --to', () => chosen.sessionsOfDays(...days)).map(sessionFacts);
  const closed = chosen.closedDays(...days);
  const facts = { ...calendarFacts(chosen.name), sessions, closed };
  await print(json ? `${JSON.stringify(facts, null, 2)}\n` : sessionsText(sessions, closed));
}

/** What `--json` prints of a calendar. */
function calendarFacts(name: string) {
  const { timeZone, firstDate, lastDate, sessionsPerYear } = sessionCalendar(name);
  return { calendar: name, timeZone, first: firstDate, last: lastDate, sessionsPerYear };
}

/** What `--json` prints of a session. Times are ISO 8601 in UTC, `…Ns` are int64 as text. */
interface SessionFacts {
  readonly date: string;
  readonly open: string;
  readonly close: string;
  readonly openNs: string;
  readonly closeNs: string;
  readonly break: {
    readonly start: string;
    readonly end: string;
    readonly startNs: string;
    readonly endNs: string;
  } | null;
  readonly earlyClose: boolean;
}

function sessionFacts({ date, openNs, closeNs, break: rest, earlyClose }: ExchangeSession): SessionFacts {
  return {
    ...{ date, open: timeText(openNs), close: timeText(closeNs), openNs: String(openNs), closeNs: String(closeNs) },
    break: rest && {
      ...{ start: timeText(rest.startNs), end: timeText(rest.endNs) },
      ...{ startNs: String(rest.startNs), endNs: String(rest.endNs) },
    },
    earlyClose,
  };
}

/** Sessions begin and end with whole seconds. */
function timeText(epochNs: bigint): string {
  return formatEpoch(epochNs).replace(/\.0{9}Z$/, 'Z');
}

function listText(): string {
  const rows = SESSION_CALENDARS.map(calendarFacts).map(
    ({ calendar: name, timeZone, first, last, sessionsPerYear }) => [
      ...[name, timeZone, first, last, String(sessionsPerYear)],
    ],
  );
  return `${alignColumns([['calendar', 'time zone', 'first day', 'last day', 'sessions a year'], ...rows])}\n`;
}

/** Sessions and holidays in order of days. */
function sessionsText(sessions: readonly SessionFacts[], closed: readonly string[]): string {
  const rows = [
    ...closed.map((day) => [day, 'closed']),
    ...sessions.map(({ date: day, open, close, break: rest, earlyClose }) => [
      ...[day, open, close, rest === null ? '' : `break ${rest.start.slice(11)} to ${rest.end.slice(11)}`],
      earlyClose ? 'early close' : '',
    ]),
  ];
  rows.sort(([a], [b]) => (a! < b! ? -1 : 1));
  return `${alignColumns([['session', 'open', 'close'], ...rows])}\n`;
}
