"""Every half second of market time a bid and an offer at the touch, and something at market, of each instrument with a mid."""

import math

import tickwright as tw


class Trader(tw.Strategy):
    features = ["mid"]
    decide = tw.every("500ms")

    def __init__(self, lots: int = 1) -> None:
        self.lots = lots
        self.turn = 0
        self.next_ns = 0
        self.heard: set[str] = set()

    def on_features(self, ts: int, x) -> None:  # type: ignore[no-untyped-def]
        if ts < self.next_ns:
            return  # asked by what came of the last orders
        self.next_ns = ts + 500_000_000
        self.turn += 1
        for inst, mid in zip(self.instruments, x):
            if math.isnan(mid):
                continue
            qty = self.lots / inst.lots_per_unit
            self.cancel_all(inst)
            self.buy(qty, inst.round_price(mid, "down"), inst=inst)
            self.sell(qty, inst.round_price(mid, "up"), inst=inst)
            (self.buy if self.turn % 2 else self.sell)(qty, inst=inst)

    def on_bar(self, bar: tw.Bar) -> None:
        self.heard.add(f"bar {bar.series}".strip())

    def on_trades(self, trades: tw.TradeColumns) -> None:
        self.heard.add(f"trades of {len(set(trades.inst.tolist()))} instruments")

    def on_book(self, book: tw.Book) -> None:
        self.heard.add("book")

    def on_fill(self, fill: tw.Fill) -> None:
        self.heard.add("fill")

    def on_reject(self, reject: tw.Reject) -> None:
        self.heard.add("reject")

    def on_order(self, event: tw.OrderEvent) -> None:
        self.heard.add(f"order {event.kind}")

    def on_account(self, event: tw.AccountEvent) -> None:
        self.heard.add(f"account {event.kind}")

    def on_stop(self) -> None:
        self.log(", ".join(sorted(self.heard)))
