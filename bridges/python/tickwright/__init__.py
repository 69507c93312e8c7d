"""Strategies in Python for tickwright, the event-driven market simulator.

    import tickwright as tw

    class Maker(tw.Strategy):
        features = ["mid", "spread"]
        decide = tw.every("100ms") | tw.on_fill

        def __init__(self, size: float = 0.01):
            self.size = size

        def on_features(self, ts, x):
            self.quote(bid=(x.mid - x.spread, self.size), ask=(x.mid + x.spread, self.size))

    tw.run(Maker)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .bar_request import Bars
from .columns import FeatureRow, MarketColumns, TradeColumns
from .conversation import LIBRARY_VERSION as __version__
from .conversation import Conversation, RemoteError, Run
from .decision import Decision, every, on_account, on_bar, on_book, on_fill, on_order, on_reject, on_trade, rows
from .event import AccountEvent, Bar, BarCounts, BarSeries, Book, Context, Fill, OrderEvent, Reject, Timer
from .frame import FrameError
from .instrument import Instrument
from .order import Order, OrderTerms
from .runner import run
from .strategy import BatchStrategy, Strategy
from .trading import Trader

if TYPE_CHECKING:
    from . import spaces
    from .environment import Env
    from .moment import Moment, OwnTrade
    from .pull_loop import Session, session
    from .run_files import RunFolder, run_folder
    from .tape_columns import TapeColumns, tape
    from .vector import VecEnv

__all__ = [
    "AccountEvent", "Bar", "BarCounts", "BarSeries", "Bars", "BatchStrategy", "Book", "Context", "Conversation", "Decision", "Env", "FeatureRow", "Fill",
    "FrameError", "Instrument", "MarketColumns", "Moment", "Order", "OrderEvent", "OrderTerms", "OwnTrade", "Reject",
    "RemoteError", "Run", "RunFolder", "Session", "Strategy", "TapeColumns", "Timer", "TradeColumns", "Trader", "VecEnv", "__version__", "every",
    "on_account", "on_bar", "on_book", "on_fill", "on_order", "on_reject", "on_trade", "rows", "run", "run_folder", "session", "spaces",
    "tape",
]  # fmt: skip

# Only where they are used: gymnasium takes longer to import than a strategy to start.
_MODULES = {
    "Env": "environment",
    "Moment": "moment",
    "OwnTrade": "moment",
    "RunFolder": "run_files",
    "Session": "pull_loop",
    "TapeColumns": "tape_columns",
    "VecEnv": "vector",
    "run_folder": "run_files",
    "session": "pull_loop",
    "spaces": "spaces",
    "tape": "tape_columns",
}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    loaded = import_module(f".{module}", __name__)
    value = loaded if name == module else getattr(loaded, name)
    globals()[name] = value
    return value
