"""The touch strategy of strategies/touch.ts, written in Python by the same rules: its runs must have the same hash."""

import math

import tickwright as tw


class Touch(tw.Strategy):
    features = ["bid", "ask"]
    decide = tw.every("1h")  # its own timer does the work

    def __init__(self, step: str = "100ms", qty: float = 0.01, max_position: float = 0.05) -> None:
        self.step, self.qty, self.max_position = step, qty, max_position
        self.bid: tw.Order | None = None
        self.ask: tw.Order | None = None
        self.steps = 0

    def on_start(self, ctx: tw.Context) -> None:
        self.set_timer("step", every=self.step, first=self.now)

    def on_timer(self, timer: tw.Timer) -> None:
        bid, ask = self.x[0], self.x[1]
        if math.isnan(bid) or math.isnan(ask):
            return
        self.steps += 1
        position = self.position
        most = self.max_position
        self.bid = self.look(self.bid, self.buy, bid, position < most)
        self.ask = self.look(self.ask, self.sell, ask, position > -most)

    def look(self, order, send, px, allowed):  # type: ignore[no-untyped-def]
        if order is not None:
            if order.finished:
                order = None
            elif order.status == "open" and not order.request_pending and order.px != px:
                self.cancel(order)
        if order is None and allowed:
            order = send(self.qty, px, post_only=True)
        return order

    def on_stop(self) -> None:
        self.log(f"{self.steps} steps")


tw.run(Touch)
