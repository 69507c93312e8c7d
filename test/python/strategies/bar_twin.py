"""The strategy of bar-twin.ts in Python: asks for the same bars, writes down what it is told, trades by the same rules."""

import struct

import tickwright as tw


class BarTwin(tw.Strategy):
    bars = [
        "1m",
        tw.Bars("1s", clock="exchange", grace="3ms"),
        "100 ticks",
        tw.Bars("1s", name="mids", from_="mid", empty="flat"),
        tw.Bars("20 volume-imbalance", expected_ticks_within=(5, 50)),
        "0.5 renko",
    ]

    def __init__(self, out: str = "") -> None:
        self.out = out
        self.lines: list[str] = []

    def on_bar(self, bar: tw.Bar) -> None:
        if bar.series:
            numbers = (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.vwap)
            times = (self.now, bar.ts, bar.exchange_ts, bar.start, bar.end, bar.trades)
            exact = ["nan" if value != value else struct.pack(">d", value).hex() for value in numbers]
            self.lines.append(" ".join([bar.series, bar.inst.symbol, *map(str, times), *exact]))
        position = self.positions[bar.inst.symbol]
        if bar.close > bar.open and position < 0.05:
            self.buy(0.01, bar.inst.round_price(bar.close, "down"), inst=bar.inst)
        elif bar.close < bar.open and position > -0.05:
            self.sell(0.01, bar.inst.round_price(bar.close, "up"), inst=bar.inst)

    def on_stop(self) -> None:
        for series in self.bar_series:
            c = series.counts
            assert c is not None
            late, outside = (round(qty * series.inst.lots_per_unit) for qty in (c.late_qty, c.outside_qty))
            counts = (c.bars, c.empty, c.cut, c.late_trades, late, c.outside_trades, outside, c.bounded)
            self.lines.append(" ".join([series.name, series.inst.symbol, *map(str, counts)]))
        if self.out:
            with open(self.out, "w") as file:
                file.write("\n".join(self.lines))
