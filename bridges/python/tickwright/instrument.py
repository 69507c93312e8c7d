"""What can be traded, and the way from decimal prices and quantities to ticks and lots.

Knows nothing of orders. Used by the conversation, the order methods and strategies.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

Rounding = Literal["down", "up", "nearest"]

# Adding and subtracting 1.5 × 2^52 rounds a double below 2^51 to the nearest whole number, without a call and without failing on
# NaN. Beyond, it moves by no less than a quarter, which is too far to be taken for a whole number.
_ROUNDER = 6755399441055744.0
# A price computed with doubles misses its tick by a few units in the last place. These bounds are wider, and below what
# anyone could mean. The second one matters beyond a million steps, where the first alone would round real fractions.
_SNAP_RELATIVE = 1e-9
_SNAP_STEPS = 1e-3


def snapped(units: float) -> float:
    """The whole number next to ``units`` if within 1e-9 of it (relative) and 0.001, else ``units`` as it is, NaN too."""
    whole = units + _ROUNDER - _ROUNDER
    off = abs(whole - units)
    if 0.0 < off <= _SNAP_STEPS and off <= _SNAP_RELATIVE * abs(units):
        return whole
    return units


class Instrument:
    """An instrument that the strategy subscribed to.

    ``symbol``; ``tick`` and ``lot``: the smallest steps of price (quote currency) and quantity as exact decimal text, ready
    for ``decimal.Decimal``; ``contract``: ``"linear"`` or ``"inverse"``; ``multiplier``: decimal text; ``base``, ``quote``,
    ``settle``: currency codes, ``""`` where there is only the one of the run; ``expiry``: ISO 8601 text or ``None``;
    ``index``: its place in the strategy's list, which the ``inst`` column of tables holds; ``ticks_per_unit`` and
    ``lots_per_unit``: steps in a price or quantity of 1.
    """

    __slots__ = (
        "symbol", "tick", "lot", "ticks_per_unit", "lots_per_unit", "contract", "multiplier", "base", "quote", "settle",
        "expiry", "index",
    )  # fmt: skip

    def __init__(self, index: int, spec: Mapping[str, Any]) -> None:
        self.index = index
        self.symbol: str = spec["symbol"]
        self.tick: str = spec["tick"]
        self.lot: str = spec["lot"]
        self.ticks_per_unit = float(spec["ticksPerUnit"])
        self.lots_per_unit = float(spec["lotsPerUnit"])
        self.contract: str = spec["contract"]
        self.multiplier: str = spec["multiplier"]
        self.base: str = spec["base"]
        self.quote: str = spec["quote"]
        self.settle: str = spec["settle"]
        self.expiry: str | None = spec.get("expiry")

    def ticks(self, px: float) -> float:
        """A decimal price in ticks: whole where ``px`` is on the tick (within 1e-9), else the fraction."""
        return snapped(float(px) * self.ticks_per_unit)

    def price(self, ticks: float) -> float:
        """Ticks as a decimal price: the nearest double, the same that the simulator uses."""
        return ticks / self.ticks_per_unit

    def lots(self, qty: float) -> float:
        """A decimal quantity in lots: whole where ``qty`` is on the lot (within 1e-9), else the fraction."""
        return snapped(float(qty) * self.lots_per_unit)

    def qty(self, lots: float) -> float:
        """Lots as a decimal quantity: the nearest double."""
        return lots / self.lots_per_unit

    def round_price(self, px: float, rounding: Rounding = "nearest") -> float:
        """``px`` on the tick: the next one ``"down"`` or ``"up"``, or the ``"nearest"`` (halves up). NaN stays NaN."""
        return rounded(self.ticks(px), rounding) / self.ticks_per_unit

    def round_qty(self, qty: float, rounding: Rounding = "down") -> float:
        """``qty`` on the lot; by default the next one down (towards minus infinity)."""
        return rounded(self.lots(qty), rounding) / self.lots_per_unit

    def __repr__(self) -> str:
        return f"Instrument({self.symbol!r}, tick={self.tick}, lot={self.lot})"


def rounded(units: float, rounding: Rounding) -> float:
    """Ticks or lots made whole; NaN and infinities stay what they are."""
    if not math.isfinite(units):
        return units
    if rounding == "down":
        return float(math.floor(units))
    if rounding == "up":
        return float(math.ceil(units))
    if rounding == "nearest":
        return float(math.floor(units + 0.5))
    raise ValueError(f"rounding {rounding!r} is not 'down', 'up' or 'nearest'")
