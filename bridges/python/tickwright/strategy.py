"""The base classes of strategies: handlers to override, and what they announce.

Knows nothing of streams or processes. Inherited by users; called by the dispatch loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .bar_request import Bars, wire_bars
from .columns import ROW_COLUMNS, FeatureRow, MarketColumns, TradeColumns
from .decision import Decision
from .event import AccountEvent, Bar, Book, Context, Fill, OrderEvent, Reject, Timer
from .layout import KINDS
from .trading import Trader

HANDLERS = (
    "start", "features", "bar", "trades", "book", "fill", "reject", "order", "account", "timer", "stop", "batch",
)  # fmt: skip
MOST_LEVELS = 100


class Strategy(Trader):
    """Decides what to trade. Override the handlers you want; only what they need is sent.

    ``__init__`` takes parameters as plain arguments, which come from the run file; annotate them with ``int``, ``float``,
    ``str`` or ``bool`` to have them checked. Orders, timers and state are there from ``on_start`` on. These may be set on the
    class or in ``__init__``; the run file goes before them:

    ``features``: names of features, which arrive as ``x``. ``decide``: when to be asked, such as
    ``tw.every("100ms") | tw.on_fill``. ``depth``: levels a side for ``on_book``, at most 100. ``columns``: which columns ``on_trades`` and ``on_batch``
    need, of ``ts exchange_ts px qty inst kind side``; by default all. ``bars``: bars to build for ``on_bar`` from what arrives, such as
    ``["1m", tw.Bars("100 ticks", inst="BTCUSDT")]``; what became of them is in ``bar_series``.

    All handlers of one request run at the same simulated ``now``, in the order: start; order and account events as they came;
    bars; trades; books; timers; features. Positions, cash and ``orders`` already show all that came with the request.
    """

    features: Sequence[str] = ()
    decide: Decision | None = None
    depth: int = 5
    columns: Sequence[str] | None = None
    bars: Sequence[str | Bars] = ()

    def __init__(self) -> None:
        """Takes parameters. Need not be called by subclasses."""

    def on_start(self, ctx: Context) -> None:
        """Before the first market data: the place for timers. Books are empty, features not yet there."""

    def on_features(self, ts: int, x: FeatureRow) -> None:
        """Once a request, after everything else in it. ``ts``: now, ns since 1970 UTC. ``x``: a float64 a feature, yours."""

    def on_bar(self, bar: Bar) -> None:
        """A bar closed: one of the tape, or one that ``bars`` asks for (``bar.series`` says which). Never ahead of its end."""

    def on_trades(self, t: TradeColumns) -> None:
        """Trades since the last request."""

    def on_book(self, book: Book) -> None:
        """The book as it is now, of each instrument whose book changed since the last request."""

    def on_fill(self, f: Fill) -> None:
        """An own order traded. Comes after ``on_order`` of the same event."""

    def on_reject(self, r: Reject) -> None:
        """An own order was refused. (Refused cancels and amends: ``on_order``.) Comes after ``on_order`` of the same event."""

    def on_order(self, e: OrderEvent) -> None:
        """Anything that happened to an own order, fills and rejections included."""

    def on_account(self, e: AccountEvent) -> None:
        """Funding, dividends, liquidation …: money or a position changed without an order."""

    def on_timer(self, t: Timer) -> None:
        """A timer set with ``set_timer`` is due."""

    def on_stop(self) -> None:
        """After the last event. Orders sent here go nowhere."""


class BatchStrategy(Strategy):
    """Gets many market rows at once, and answers with a column of signals.

    ``batch``: kinds of rows, such as ``["trade", "quote"]``. ``rows``: a call each time so many wait.
    """

    batch: Sequence[str] = ("trade",)
    rows: int = 10_000

    def on_batch(self, columns: MarketColumns) -> npt.ArrayLike | None:
        """Rows since the last request; returns ``None``, or one signal a row.

        A signal is the position (signed, decimal) of the only instrument that is wanted then, NaN for "as before". The last
        one that is not NaN counts now: see ``target``, which is called with it.
        """
        raise NotImplementedError(f"{type(self).__name__} has no on_batch")


def overridden(strategy: Strategy) -> dict[str, Any]:
    """The handlers that a strategy has of its own, bound, by name without ``on_``."""
    found = {}
    for name in HANDLERS:
        method = getattr(strategy, f"on_{name}", None)
        if method is None:
            continue
        base = getattr(BatchStrategy, f"on_{name}")
        if getattr(method, "__func__", method) is not base:
            found[name] = method
    return found


def announcement(strategy: Strategy) -> dict[str, Any]:
    """What READY says of a strategy. Raises ``TypeError`` or ``ValueError`` naming the attribute that is wrong."""
    kind = type(strategy).__name__
    handlers = overridden(strategy)
    said: dict[str, Any] = {
        "name": kind,
        "handlers": list(handlers),
        "features": _texts(f"{kind}.features", strategy.features),
    }
    decide = strategy.decide
    if decide is not None and not isinstance(decide, Decision):
        raise TypeError(f"{kind}.decide is {decide!r}: write it as in tw.every('100ms') | tw.on_fill")
    if isinstance(strategy, BatchStrategy):
        if "batch" not in handlers:
            raise TypeError(f"{kind} is a BatchStrategy without on_batch")
        if "trades" in handlers:
            raise TypeError(f"{kind} has on_trades and on_batch, which get the same rows: keep one of them")
        if not isinstance(strategy.rows, int) or not 1 <= strategy.rows <= 1_000_000:
            raise ValueError(f"{kind}.rows is {strategy.rows!r}, not a whole number from 1 to 1000000")
        batch = _texts(f"{kind}.batch", strategy.batch)
        for name in batch:
            if name not in KINDS[1:] or name == "bar":
                raise ValueError(f"{kind}.batch names {name!r}; there are {', '.join(k for k in KINDS[1:] if k != 'bar')}")
        said["batch"] = batch
        chunk = Decision(rows=strategy.rows)
        decide = chunk if decide is None else decide if decide.rows is not None else decide | chunk
    elif "batch" in handlers:
        raise TypeError(f"{kind} has on_batch: inherit from tw.BatchStrategy")
    if strategy.columns is not None:
        columns = _texts(f"{kind}.columns", strategy.columns)
        for name in columns:
            if name not in ROW_COLUMNS:
                raise ValueError(f"{kind}.columns names {name!r}; there are {', '.join(ROW_COLUMNS)}")
        if not columns:
            raise ValueError(f"{kind}.columns is empty: name one at least, or leave it out")
        said["columns"] = [ROW_COLUMNS[name][0] for name in columns]
    bars = wire_bars(f"{kind}.bars", strategy.bars)
    if bars:
        said["bars"] = bars
    if decide is not None:
        said["decide"] = decide.wire()
    if "book" in handlers:
        depth = strategy.depth
        if not isinstance(depth, int) or not 1 <= depth <= MOST_LEVELS:
            raise ValueError(f"{kind}.depth is {depth!r}, not a whole number from 1 to {MOST_LEVELS}")
        said["depth"] = depth
    return said


def wanted_position(signals: Any, rows: int) -> float | None:
    """The last signal that is not NaN of what ``on_batch`` returned; ``None`` where it wants nothing.

    Raises ``TypeError`` or ``ValueError`` that says what is wrong.
    """
    if signals is None:
        return None
    try:
        column = np.asarray(signals, dtype="<f8")
    except (TypeError, ValueError) as error:
        raise TypeError(f"on_batch returned {type(signals).__name__}, which makes no float64 column: {error}") from None
    if column.shape != (rows,):
        raise ValueError(f"on_batch returned an array of shape {column.shape} for {rows} rows: one signal a row, shape ({rows},)")
    said = np.flatnonzero(~np.isnan(column))
    return float(column[said[-1]]) if said.size else None


def _texts(name: str, value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(text, str) for text in value):
        raise TypeError(f"{name} is {value!r}, not a list of names")
    return list(value)
