"""Lengths of time as text, read as the simulator reads them: `250us`, `1.5ms`, `10s`, `1h`.

Knows nothing of strategies. Used for timers and decision times.
"""

from __future__ import annotations

import re
from decimal import Decimal

_UNIT_NS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
_FORM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|min|m|h|d)\s*", re.ASCII)
_LIMIT_NS = 2**53


def duration_ns(duration: str | int) -> int:
    """A length of time above 0 in whole nanoseconds.

    ``duration``: text with a unit (ns us ms s m min h d), or an int, which is nanoseconds. Raises ``ValueError`` or
    ``TypeError`` that names the value.
    """
    if isinstance(duration, int) and not isinstance(duration, bool):
        nanos: int = duration
    elif isinstance(duration, str):
        match = _FORM.fullmatch(duration)
        if match is None:
            raise ValueError(f"duration {duration!r} was not understood: a number and a unit, as in 250us, 10ms, 1.5s, 1h")
        exact = Decimal(match[1]) * _UNIT_NS[match[2]]
        if exact != int(exact):
            raise ValueError(f"duration {duration!r} is not a whole number of nanoseconds")
        nanos = int(exact)
    else:
        raise TypeError(f"duration {duration!r} is neither text such as '100ms' nor whole nanoseconds")
    if not 0 < nanos <= _LIMIT_NS:
        raise ValueError(f"duration {duration!r} is not above 0 and below 104 days")
    return nanos
