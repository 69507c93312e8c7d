"""What `bench bridge` asks: strategies that do as little as possible and count what they were sent, so that nothing is idle."""

import numpy as np

import tickwright as tw


class Silent(tw.Strategy):
    """Reads its features and answers nothing."""

    decide = tw.every("100us")

    def __init__(self) -> None:
        self.asked = 0
        self.sum = 0.0

    def on_features(self, ts: int, x: tw.FeatureRow) -> None:
        self.asked += 1
        self.sum += x.mid

    def on_stop(self) -> None:
        self.log(f"asked {self.asked}")


class Ordering(tw.Strategy):
    """An order in two of three answers, far from the market, and its cancel in the next."""

    decide = tw.every("100us")

    def __init__(self) -> None:
        self.asked = 0
        self.order: tw.Order | None = None

    def on_features(self, ts: int, x: tw.FeatureRow) -> None:
        self.asked += 1
        bid = x.bid
        if self.asked % 3 == 0 or bid != bid:
            return
        order = self.order
        if order is None or order.finished:
            self.order = self.buy(0.01, self.round_price(bid - 100), post_only=True)
        elif order.status == "open" and not order.request_pending:
            self.cancel(order)

    def on_stop(self) -> None:
        self.log(f"asked {self.asked}")


class Columns(tw.BatchStrategy):
    """The sum of price × quantity × side of every batch."""

    batch = ["trade", "depth", "depthClear"]
    columns = ["ts", "px", "qty", "side"]  # 25 bytes a row

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.seen = 0
        self.sum = 0.0

    def on_batch(self, columns) -> None:  # type: ignore[no-untyped-def]
        self.seen += len(columns)
        self.sum += float(np.dot(columns.px, columns.qty * columns.side))

    def on_stop(self) -> None:
        self.log(f"asked {self.seen}")
