"""When the simulated clock stops and asks: `every("100ms") | on_fill | rows(1000)`.

Knows nothing of conversations. Used by strategies to say it and by the handshake to send it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .duration import duration_ns


@dataclass(frozen=True)
class Decision:
    """Moments at which a strategy is asked; ``a | b`` asks at both. Make them with ``every``, ``rows`` and ``on_…``."""

    every: str | None = None
    on: frozenset[str] = frozenset()
    rows: int | None = None

    def __or__(self, other: Decision) -> Decision:
        if not isinstance(other, Decision):
            return NotImplemented
        for field in ("every", "rows"):
            mine, theirs = getattr(self, field), getattr(other, field)
            if mine is not None and theirs is not None and mine != theirs:
                raise ValueError(f"decide has two values of {field}: {mine!r} and {theirs!r}")
        return replace(
            self,
            every=self.every if self.every is not None else other.every,
            on=self.on | other.on,
            rows=self.rows if self.rows is not None else other.rows,
        )

    def wire(self) -> dict[str, Any]:
        """As READY has it; only what was said."""
        said: dict[str, Any] = {}
        if self.every is not None:
            said["every"] = self.every
        if self.on:
            said["on"] = sorted(self.on)
        if self.rows is not None:
            said["rows"] = self.rows
        return said


def every(duration: str | int) -> Decision:
    """Asks each time this much simulated time has passed: ``"100ms"``, or whole nanoseconds."""
    nanos = duration_ns(duration)
    return Decision(every=duration if isinstance(duration, str) else f"{nanos}ns")


def rows(count: int) -> Decision:
    """Asks each time this many market rows wait (for ``on_trades`` and ``on_batch``)."""
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 1_000_000:
        raise ValueError(f"rows: {count!r} is not a whole number from 1 to 1000000")
    return Decision(rows=count)


on_fill = Decision(on=frozenset({"fill"}))
on_reject = Decision(on=frozenset({"reject"}))
on_order = Decision(on=frozenset({"order"}))
on_account = Decision(on=frozenset({"account"}))
on_trade = Decision(on=frozenset({"trade"}))
on_book = Decision(on=frozenset({"book"}))
on_bar = Decision(on=frozenset({"bar"}))
