"""What handlers are given: fills, rejections, order and account events, bars, books, timers.

Knows nothing of the wire. Made by the conversation from what a request brings; all of them may be kept.
Times are int ns since 1970 UTC, prices and quantities decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .instrument import Instrument
from .order import Order

FloatArray: TypeAlias = npt.NDArray[np.float64]


@dataclass(slots=True)
class Context:
    """What is known when a run starts."""

    name: str
    """Of the strategy in the run file."""
    run: str
    """Name of the run."""
    seed: int
    origin: int
    """The first time on the tape, ns since 1970 UTC."""
    start: int | None
    """When trading starts, where the run file says so, ns since 1970 UTC."""
    instruments: tuple[Instrument, ...]
    features: tuple[str, ...]
    """Names of the features, in their order in ``x``."""
    params: Mapping[str, Any]

    def instrument(self, symbol: str) -> Instrument:
        """By symbol; ``KeyError`` that lists those there are."""
        return find_instrument(self.instruments, symbol)


def find_instrument(instruments: tuple[Instrument, ...], symbol: str) -> Instrument:
    """By symbol; ``KeyError`` that lists those there are."""
    for instrument in instruments:
        if instrument.symbol == symbol:
            return instrument
    known = ", ".join(instrument.symbol for instrument in instruments)
    raise KeyError(f"instrument {symbol!r} is not among this strategy's: {known}")


@dataclass(slots=True)
class OrderEvent:
    """Something happened to an own order. The numbers are those right after it; ``order`` shows the state at ``now``."""

    order: Order
    kind: str
    """accepted rejected filled expired cancelled cancelRejected modified modifyRejected triggered restated"""
    status: str
    """pending open filled cancelled rejected expired"""
    ts: int
    """When the strategy's machine learnt of it."""
    exchange_ts: int | None
    """When it happened at the venue; ``None`` for what never reached one."""
    px: float
    """Of the fill for fills, else the order's; NaN for none."""
    qty: float
    """Of the fill for fills, else the order's whole quantity; NaN where it was no number."""
    leaves: float
    filled: float
    """Filled so far."""
    maker: bool
    """Fills: the order was resting."""
    fee: float
    """Fills: paid, in the settlement currency; negative for a rebate."""
    reason: str
    detail: str
    """What exactly was refused, where the reason alone does not say it."""

    @property
    def inst(self) -> Instrument:
        return self.order.inst

    @property
    def side(self) -> int:
        """+1 buy, -1 sell."""
        return self.order.side


@dataclass(slots=True)
class Fill(OrderEvent):
    """An own order traded: ``px``, ``qty``, ``fee``, ``maker`` are of this trade. Positions count it already."""


@dataclass(slots=True)
class Reject(OrderEvent):
    """An own order was refused, here or by the venue; ``reason`` and ``detail`` say why."""


@dataclass(slots=True)
class AccountEvent:
    """Money or a position changed without an order. The account counts it already."""

    kind: str
    """funding borrow interest dividend split expiry delisting liquidation"""
    inst: Instrument | None
    """``None`` for what concerns the whole account."""
    amount: float
    """Money received, negative: paid."""
    qty: float
    """By how much the position changed, signed."""
    px: float
    """At which a position was closed or reckoned; NaN for none."""
    fee: float
    ts: int
    exchange_ts: int


@dataclass(slots=True)
class Bar:
    """A bar that has closed: one of the tape, or one of those that the strategy's ``bars`` ask for (``series`` says which)."""

    inst: Instrument
    ts: int
    """When it reached the strategy."""
    exchange_ts: int
    """When it had happened: the end of bars that time ends, else the trade that ended it."""
    open: float
    high: float
    low: float
    close: float
    volume: float
    vwap: float
    """Volume-weighted average price; NaN where it is not known, and without volume."""
    trades: int | None
    """How many are in it; of mids: how often the mid changed. ``None`` for bars of the tape."""
    start: int | None
    """When it began, by the clock that it is cut by; ``None`` for bars of the tape."""
    end: int | None
    """When it ended, by the same clock; ``None`` for bars of the tape."""
    series: str
    """As asked for (``1m``), or the name given to it; empty for bars of the tape."""


@dataclass(slots=True)
class BarCounts:
    """What became of the trades of a series: each is in one bar, late or outside. See docs/how-to/bars.md."""

    bars: int
    """Told."""
    empty: int
    """Time bars without a trade since the first trade; told with ``empty="flat"`` alone."""
    cut: int
    """Bars that a session's end cut short."""
    late_trades: int
    """Trades that came when their bar had been told: ``clock="exchange"``."""
    late_qty: float
    outside_trades: int
    """Trades outside the sessions."""
    outside_qty: float
    bounded: int
    """How often the expected number of trades had to be kept within its bounds."""


@dataclass(slots=True)
class BarSeries:
    """Bars of one instrument that are built for this strategy."""

    name: str
    """What ``bar.series`` says."""
    inst: Instrument
    counts: BarCounts | None = None
    """Known in ``on_stop``; ``None`` before."""


@dataclass(slots=True)
class Timer:
    """A timer of the strategy's own is due."""

    name: str
    ts: int


@dataclass(slots=True)
class Book:
    """The book of an instrument as it is now, best levels first, ``depth`` of the strategy a side at most."""

    inst: Instrument
    ts: int
    bid_px: FloatArray
    bid_qty: FloatArray
    ask_px: FloatArray
    ask_qty: FloatArray

    @property
    def best_bid(self) -> float:
        """NaN where there is none."""
        return float(self.bid_px[0]) if len(self.bid_px) else float("nan")

    @property
    def best_ask(self) -> float:
        """NaN where there is none."""
        return float(self.ask_px[0]) if len(self.ask_px) else float("nan")

    @property
    def mid(self) -> float:
        """Mean of the best prices; NaN where a side is empty."""
        return (self.best_bid + self.best_ask) / 2
