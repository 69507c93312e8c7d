"""Makes exchange-data.ts beside it, and test/fixtures/session-calendar/answers.json, from the package exchange_calendars.

    python3 -m venv /tmp/calendars && /tmp/calendars/bin/pip install exchange_calendars==4.13.2
    /tmp/calendars/bin/python core/session-calendar/make_exchange_data.py

The data say by which rules sessions come about (regular hours, days that are closed, days with other hours, the clock's
distance from UTC); the answers are what exchange_calendars itself says of every session, as a hash a year, and written out
for the days with other hours and for those that are corrected here. The tests hold what is computed of the one against the other.
"""

import datetime as dt
import hashlib
import importlib.metadata
import json
import pathlib
import textwrap
from collections import Counter

import exchange_calendars
import pandas as pd

ROOT = pathlib.Path(__file__).parents[2]
DATA = ROOT / "core/session-calendar/exchange-data.ts"
ANSWERS = ROOT / "test/fixtures/session-calendar/answers.json"

# Names of each, first and last day. They begin where the source's hours are the exchange's: it knows one close and one break
# for all years, but Xetra once closed at 20:00, and the breaks in Hong Kong and Tokyo were longer.
CALENDARS = [
    (["XNYS", "XNAS"], "2000-01-01", "2027-12-31"),
    (["XLON"], "2000-01-01", "2027-12-31"),
    (["XETR"], "2003-11-03", "2027-12-31"),
    (["XHKG"], "2012-03-05", "2027-12-31"),
    (["XTKS"], "2011-11-21", "2027-12-31"),
    (["CMES"], "2000-01-01", "2027-12-31"),
    (["24/7"], "1970-01-01", "2099-12-31"),
]

# Days on which the exchange was closed though the source has a session, with the exchange's own notice. To be taken out when a
# version of the source knows better, which the assertion below notices.
CLOSED_TOO = {
    "XHKG": {
        dt.date(2023, 9, 1): "typhoon Saola, hkex.com.hk/News/Market-Communications/2023/2309012news",
        dt.date(2023, 9, 8): "black rainstorm, hkex.com.hk/News/Market-Communications/2023/2309083news",
    },
}

ONE_DAY = dt.timedelta(days=1)


def clock(moment: pd.Timestamp, day: dt.date, zone: dt.tzinfo) -> str:
    """Wall-clock time in the exchange's zone, seen from the session's day: 09:30, 24:00, yesterday 17:00."""
    local = moment.tz_convert(zone)
    days = (local.date() - day).days
    text = local.strftime("%H:%M")
    assert local.second == 0 and local.nanosecond == 0
    if days == 0:
        return text
    if days == 1 and text == "00:00":
        return "24:00"
    assert days == -1
    return f"yesterday {text}"


def hours_of(row: pd.Series, day: dt.date, zone: dt.tzinfo) -> str:
    times = [row["open"], row["break_start"], row["break_end"], row["close"]]
    named = [None if pd.isna(moment) else clock(moment, day, zone) for moment in times]
    if named[1] is None:
        return f"{named[0]}-{named[3]}"
    return f"{named[0]}-{named[1]} {named[2]}-{named[3]}"


def offset_changes(zone: dt.tzinfo, first: dt.date, last: dt.date) -> list[tuple[dt.date, int]]:
    """Minutes ahead of UTC at noon, from each day on which they change; two days earlier, for what opens the day before."""
    changes: list[tuple[dt.date, int]] = []
    day = first - 2 * ONE_DAY
    while day <= last + 2 * ONE_DAY:
        offset = dt.datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset()
        minutes = int(offset.total_seconds() // 60)
        if not changes or changes[-1][1] != minutes:
            changes.append((day, minutes))
        day += ONE_DAY
    return changes


def by_year(days: list[dt.date]) -> list[str]:
    """`2024: 0101 0115`, a line a year."""
    lines: dict[int, list[str]] = {}
    for day in days:
        lines.setdefault(day.year, []).append(day.strftime("%m%d"))
    return [f"{year}: {' '.join(names)}" for year, names in sorted(lines.items())]


def block(lines: list[str]) -> str:
    return "''" if not lines else "`\n" + textwrap.indent("\n".join(lines), " " * 6) + "\n    `"


def seconds(moment: pd.Timestamp) -> str:
    return "-" if pd.isna(moment) else str(moment.value // 10**9)


def facts(names: list[str], first_text: str, last_text: str) -> tuple[str, dict]:
    first, last = dt.date.fromisoformat(first_text), dt.date.fromisoformat(last_text)
    calendar, *same = [exchange_calendars.get_calendar(name, start=first_text, end=last_text) for name in names]
    assert all(other.schedule.equals(calendar.schedule) for other in same)
    zone = calendar.tz
    rows = [(moment.date(), row) for moment, row in calendar.schedule.iterrows()]
    closed_too = CLOSED_TOO.get(names[0], {})
    assert all(day in [each for each, _ in rows] for day in closed_too), "the source knows it by now"
    hours = {day: hours_of(row, day, zone) for day, row in rows if day not in closed_too}
    weekdays = sorted({day.isoweekday() for day in hours})

    # Regular hours are those of most of the next 20 sessions; where they change, they change for good.
    regular: list[tuple[dt.date, str]] = []
    days = sorted(hours)
    for at, day in enumerate(days):
        start = min(at, len(days) - 20)
        near = Counter(hours[each] for each in days[start : start + 20]).most_common(1)[0][0]
        if hours[day] == near and (not regular or regular[-1][1] != near):
            regular.append((day if regular else first, near))
    assert len(regular) <= 2, (names, regular)
    special: dict[str, list[dt.date]] = {}
    for day in days:
        if hours[day] != [text for since, text in regular if since <= day][-1]:
            special.setdefault(hours[day], []).append(day)
    every = (first + n * ONE_DAY for n in range((last - first).days + 1))
    closed = [day for day in every if day.isoweekday() in weekdays and day not in hours]

    changes = [f"{day} {minutes}" for day, minutes in offset_changes(zone, first, last)]
    lines = [
        f"    names: [{', '.join(repr(name) for name in names)}],",
        f"    timeZone: '{zone.key}',",
        f"    first: '{first_text}',",
        f"    last: '{last_text}',",
        f"    weekdays: [{', '.join(map(str, weekdays))}],",
        f"    regular: {block([f'{since} {text}' for since, text in regular])},",
        f"    special: {block([f'{text} | {line}' for text, on in special.items() for line in by_year(on)])},",
        f"    closed: {block(by_year(closed))},",
        f"    utcOffsets: {block(changes[:1] + ['  '.join(changes[at : at + 2]) for at in range(1, len(changes), 2)])},",
    ]

    answers: dict[int, list[str]] = {}
    for day, row in rows:
        times = " ".join(seconds(row[each]) for each in ("open", "break_start", "break_end", "close"))
        answers.setdefault(day.year, []).append(f"{day} {times}")
    written = {str(day) for on in special.values() for day in on}
    return "  {\n" + "\n".join(lines) + "\n  },\n", {
        "years": {
            year: f"{len(texts)} {hashlib.sha256(chr(10).join(texts).encode()).hexdigest()[:16]}"
            for year, texts in answers.items()
        },
        "special": [text for texts in answers.values() for text in texts if text.split(" ")[0] in written],
        "closedToo": [text for texts in answers.values() for text in texts if text.split(" ")[0] in map(str, closed_too)],
    }


def main() -> None:
    version = importlib.metadata.version("exchange_calendars")
    zones = importlib.metadata.version("tzdata")
    made = {names[0]: facts(names, first, last) for names, first, last in CALENDARS}
    DATA.write_text(
        f"""/**
 * When exchanges trade: regular hours, days that are closed, days with other hours, the clock's distance from UTC. Made by
 * make_exchange_data.py beside it of exchange_calendars {version} and tzdata {zones}; change that, not this. Knows nothing of how
 * it is read. Called by the session calendar.
 *
 * exchange_calendars (github.com/gerrymanoim/exchange_calendars) is copyright 2018 Quantopian, Inc. and contributors, licensed
 * under the Apache License, Version 2.0 (apache.org/licenses/LICENSE-2.0), and comes without warranties or conditions of any kind.
 * Changed here: its answers are written as rules, begin where its regular hours are the exchange's, and lack days on which an
 * exchange was closed after all.
 */

/** What the data were made of. */
export const EXCHANGE_DATA_SOURCE = 'exchange_calendars {version}, tzdata {zones}';

export interface ExchangeData {{
  /** The exchange's code (ISO 10383), or what exchange_calendars calls it; more where exchanges share all hours. */
  readonly names: readonly string[];
  readonly timeZone: string;
  /** First and last day that the data speak of. */
  readonly first: string;
  readonly last: string;
  /** Days of the week with sessions, 1 = Monday. */
  readonly weekdays: readonly number[];
  /** From a day on: open and close by the exchange's clock, twice with a break between; `yesterday`: of the day before. */
  readonly regular: string;
  /** Hours that days have in place of these. */
  readonly special: string;
  /** Days without a session though their day of the week has one. */
  readonly closed: string;
  /** From a day on: minutes that the clock is ahead of UTC; no session opens or closes in the night in which they change. */
  readonly utcOffsets: string;
}}

export const EXCHANGE_DATA: readonly ExchangeData[] = [
{''.join(text for text, _ in made.values())}];
"""
    )
    ANSWERS.parent.mkdir(parents=True, exist_ok=True)
    answers = {"source": f"exchange_calendars {version}", "calendars": {name: said for name, (_, said) in made.items()}}
    ANSWERS.write_text(json.dumps(answers, indent=1) + "\n")


main()
