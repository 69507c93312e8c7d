"""How a strategy asks for bars that are built in the run: `bars = ["1m", tw.Bars("100 ticks", inst="BTCUSDT")]`.

Knows nothing of conversations. Used by strategies to say it and by the handshake to send it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .duration import duration_ns


@dataclass(frozen=True)
class Bars:
    """Bars that are built from what reaches the strategy, and come to ``on_bar`` when they close. See docs/how-to/bars.md.

    What is left out is as it is there. The simulator checks all of it before the run and names what it refuses.
    """

    every: str
    """A duration (``1m``), or a size and what it counts: ``100 ticks``, ``2.5 volume``, ``50 tick-imbalance``, ``5 renko`` …"""
    inst: str | Sequence[str] | None = None
    """Symbol or symbols; all of the strategy's by default."""
    name: str | None = None
    """What ``bar.series`` says, to tell apart bars of the same kind; ``every`` by default."""
    from_: Literal["trades", "mid"] | None = None
    empty: Literal["none", "flat"] | None = None
    sessions: str | None = None
    """Name of a calendar, such as ``XNYS``."""
    clock: Literal["local", "exchange"] | None = None
    grace: str | int | None = None
    """With ``clock="exchange"``: a duration, or whole nanoseconds."""
    signs: Literal["tick-rule", "aggressor"] | None = None
    span: float | None = None
    expected_ticks_within: tuple[float, float] | None = None

    def wire(self) -> dict[str, Any]:
        """As READY has it; only what was said. Raises ``TypeError`` or ``ValueError`` that names what is wrong."""
        said: dict[str, Any] = {
            "every": self.every, "name": self.name, "from": self.from_, "empty": self.empty, "sessions": self.sessions,
            "clock": self.clock, "signs": self.signs,
        }  # fmt: skip
        for field, value in said.items():
            if not (isinstance(value, str) or (value is None and field != "every")):
                raise TypeError(f"bars: {field} is {value!r}, not a text")
        if self.inst is not None:
            said["instruments"] = [self.inst] if isinstance(self.inst, str) else list(self.inst)
        if self.grace is not None:
            said["grace"] = f"{0 if self.grace == 0 else duration_ns(self.grace)}ns"
        said["span"] = self.span
        if self.expected_ticks_within is not None:
            said["expectedTicksWithin"] = list(self.expected_ticks_within)
        return {field: value for field, value in said.items() if value is not None}


def wire_bars(place: str, wanted: Sequence[str | Bars]) -> list[dict[str, Any]]:
    """Those of a list as READY has them. ``place``: what an error calls the list."""
    if isinstance(wanted, (str, Bars)) or not isinstance(wanted, Sequence):
        raise TypeError(f"{place} is {wanted!r}, not a list such as ['1m', tw.Bars('100 ticks')]")
    for one in wanted:
        if not isinstance(one, (str, Bars)):
            raise TypeError(f"{place} holds {one!r}, which is neither a text such as '1m' nor tw.Bars(…)")
    return [(Bars(one) if isinstance(one, str) else one).wire() for one in wanted]
