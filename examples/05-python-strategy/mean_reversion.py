"""Buys what fell below its average and sells it back at the average: the rule of example 02, in Python.

The simulator computes the features and stops its clock while this decides; see run.yaml beside it.
"""

import math

import tickwright as tw


class MeanReversion(tw.Strategy):
    features = ["mid", "imbalance_5"]
    decide = tw.every("100ms") | tw.on_fill

    # Parameters are constructor arguments; the run file gives them, and they are checked by name and type.
    def __init__(self, window_s: float = 10.0, discount: float = 0.4, size: float = 0.1) -> None:
        self.window_ns = window_s * 1e9
        self.discount = discount
        self.size = size
        self.average = math.nan
        self.last_ns = 0

    def on_start(self, ctx: tw.Context) -> None:
        self.log(f"watching {', '.join(inst.symbol for inst in ctx.instruments)}")

    def on_features(self, ts: int, x: tw.FeatureRow) -> None:
        if math.isnan(x.mid):
            return
        if math.isnan(self.average):
            self.average = x.mid
        else:
            self.average += (1 - math.exp((self.last_ns - ts) / self.window_ns)) * (x.mid - self.average)
        self.last_ns = ts
        if self.orders:
            return
        # Below the average, and more bids than offers displayed: buy. Back at the average: sell.
        if self.position == 0 and x.mid < self.average - self.discount and x.imbalance_5 > 0:
            self.buy(self.size)
        elif self.position > 0 and x.mid >= self.average:
            self.sell(self.position)

    def on_fill(self, fill: tw.Fill) -> None:
        verb = "bought" if fill.side > 0 else "sold"
        self.log(f"{verb} {fill.qty} at {fill.px}")
        self.metric("average", self.average)


tw.run(MeanReversion)
