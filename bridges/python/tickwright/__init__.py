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

from .columns import FeatureRow, MarketColumns, TradeColumns
from .conversation import LIBRARY_VERSION as __version__
from .conversation import Conversation, RemoteError, Run
from .decision import Decision, every, on_account, on_bar, on_book, on_fill, on_order, on_reject, on_trade, rows
from .event import AccountEvent, Bar, Book, Context, Fill, OrderEvent, Reject, Timer
from .frame import FrameError
from .instrument import Instrument
from .order import Order, OrderTerms
from .runner import run
from .strategy import BatchStrategy, Strategy
from .trading import Trader

__all__ = [
    "AccountEvent", "Bar", "BatchStrategy", "Book", "Context", "Conversation", "Decision", "FeatureRow", "Fill",
    "FrameError", "Instrument", "MarketColumns", "Order", "OrderEvent", "OrderTerms", "Reject", "RemoteError", "Run",
    "Strategy", "Timer", "TradeColumns", "Trader", "__version__", "every", "on_account", "on_bar", "on_book", "on_fill",
    "on_order", "on_reject", "on_trade", "rows", "run",
]  # fmt: skip
