"""One decision of a run, as pull loops and reward functions see it.

Knows nothing of how it came. Made from a conversation between a request and its reply.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .columns import ROW_COLUMNS, FeatureRow, TradeColumns
from .conversation import Conversation, Event
from .event import Bar, Book, Fill
from .instrument import Instrument
from .trading import Trader

_NONE = {attribute: np.empty(0, dtype) for _, attribute, dtype in ROW_COLUMNS.values()}


class OwnTrade(NamedTuple):
    """A fill in an environment's ``info``: plain data that can be compared and sent between processes."""

    ts: int
    """When the agent's machine learnt of it, int ns since 1970 UTC."""
    symbol: str
    side: int
    """+1 buy, -1 sell."""
    px: float
    qty: float
    fee: float
    """Paid; negative for a rebate."""
    maker: bool


class Moment:
    """What is known now, and what has happened since the moment before. Yours to keep.

    ``ts``: simulated time, int ns since 1970 UTC. ``x``: the features, one float64 each; ``x[0]``, ``x["mid"]``, ``x.mid``.
    ``positions``: decimal, negative when short, one an instrument. ``cash``, ``equity``: money, fees and rebates counted;
    ``fees``: paid so far, less rebates. ``pnl``: change of equity since the moment before. ``events``: all that came, in order.
    ``last``: the tape has ended; what is sent now goes nowhere. ``sim``: the trader, with ``buy sell cancel amend target quote`` …
    """

    def __init__(self, talk: Conversation, sim: Trader, pnl: float) -> None:
        self.sim = sim
        self.ts = talk.now
        self.x: FeatureRow = talk.x
        self.positions: Sequence[float] = talk.positions
        self.cash = talk.cash
        self.equity = talk.equity
        self.fees = talk.fees
        self.pnl = pnl
        self.events: Sequence[Event] = talk.events
        self.last = talk.stopping
        self.instruments: tuple[Instrument, ...] = talk.run.instruments
        self._origin = talk.run.origin

    @property
    def position(self) -> float:
        """Position of the only instrument. ``ValueError`` where there are several."""
        if len(self.positions) != 1:
            raise ValueError(f"there are {len(self.positions)} instruments: use positions[place]")
        return self.positions[0]

    @property
    def fills(self) -> list[Fill]:
        """Own trades since the moment before."""
        return fills_of(self.events)

    @cached_property
    def trades(self) -> TradeColumns:
        """Trades of the market since the moment before, a column each; needs ``trades=True``."""
        for event in self.events:
            if isinstance(event, TradeColumns):
                return event
        return TradeColumns(self.instruments, self._origin, 0, _NONE)

    @property
    def bars(self) -> list[Bar]:
        """Bars that have closed since the moment before; needs ``bars``."""
        return [event for event in self.events if isinstance(event, Bar)]

    @property
    def books(self) -> list[Book]:
        """Books that have changed since the moment before, as they are now; needs ``depth``."""
        return [event for event in self.events if isinstance(event, Book)]

    def __repr__(self) -> str:
        return f"Moment(ts={self.ts}, positions={list(self.positions)}, equity={self.equity}, events={len(self.events)})"


def fills_of(events: Sequence[Event]) -> list[Fill]:
    """The own trades among events."""
    return [event for event in events if isinstance(event, Fill)]


def own_trades(events: Sequence[Event]) -> tuple[OwnTrade, ...]:
    """The own trades among events, as plain data."""
    return tuple(
        OwnTrade(fill.ts, fill.inst.symbol, fill.side, fill.px, fill.qty, fill.fee, fill.maker) for fill in fills_of(events)
    )
