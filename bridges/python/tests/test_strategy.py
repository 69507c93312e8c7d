"""Strategies against a scripted simulator: every handler, every operation, what state shows when."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tickwright as tw
from scripted_simulator import ORIGIN, ScriptedSimulator, bars_table, column, frame, in_background, instrument, rows_table, state
from tickwright.instrument import Instrument
from tickwright.runner import _take_part
from tickwright.strategy import announcement
from tickwright.stream import PipeStream

TWO = [instrument(), instrument("ETHUSDT", "0.01", "0.01")]
SECOND = 1_000_000_000


def play(cls: type[tw.Strategy], script: Any, token: str | None = None, **greeting: Any) -> tw.Strategy:
    """Runs a strategy here and ``script(simulator)`` in a thread, greeted already. Raises what either raised."""
    simulator = ScriptedSimulator()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            simulator.hello, simulator.ready = simulator.greet(**greeting)
            script(simulator)
        except BaseException as error:
            failed.append(error)
        finally:
            simulator.hang_up()

    thread = in_background(work)
    talk = tw.Conversation(PipeStream(simulator.peer_read, simulator.peer_write))
    try:
        strategy = _take_part(talk, cls, token)
    finally:
        talk.close()
        thread.join(10)
    if failed:
        raise failed[0]
    return strategy


def actions_of(decide: Any, **greeting: Any) -> Any:
    """The operations that ``decide(strategy)`` makes of one request."""

    class Once(tw.Strategy):
        def on_features(self, ts: int, x: tw.FeatureRow) -> None:
            decide(self)

    got = []

    def script(sim: ScriptedSimulator) -> None:
        positions = (0.0,) * len(greeting.get("instruments", (1,)))
        sim.start(positions=positions)
        got.append(sim.ask(None, state(SECOND, positions))[1])
        sim.stop(None, state(2 * SECOND, positions))

    play(Once, script, **greeting)
    return got[0]


def order_event(id: int, kind: str, status: str, px: float | None, qty: float | None, leaves: float, filled: float,
                reason: int = 0, detail: str = "", exchange: float | None = 5.0) -> list[Any]:  # fmt: skip
    kinds = (
        "submitted accepted rejected filled expired cancelRequested cancelled cancelRejected modifyRequested modified"
        " modifyRejected triggered restated"
    ).split()
    statuses = "pending open filled cancelled rejected expired".split()
    return [2, id, kinds.index(kind), statuses.index(status), px, qty, leaves, filled, kind == "filled", 0.25 if kind == "filled" else 0,
            reason, detail, 7.0, exchange]  # fmt: skip


# -- handshake


def test_the_handshake_says_who_is_there_and_what_is_wanted():
    class Maker(tw.Strategy):
        features = ("mid", "spread")
        decide = tw.every("100ms") | tw.on_fill | tw.on_trade
        depth = 7

        def on_book(self, book: tw.Book) -> None: ...

        def on_fill(self, f: tw.Fill) -> None: ...

    seen = []

    def script(sim: ScriptedSimulator) -> None:
        seen.extend((sim.hello, sim.ready))
        sim.stop()

    play(Maker, script, token="secret")
    hello, ready = seen
    assert hello["versions"] == [1, 1] and hello["mode"] == "strategy" and hello["token"] == "secret"
    assert hello["library"] == tw.__version__ and hello["numpy"] == np.__version__
    assert ready == {
        "name": "Maker", "handlers": ["book", "fill"], "features": ["mid", "spread"],
        "decide": {"every": "100ms", "on": ["fill", "trade"]}, "depth": 7,
    }  # fmt: skip


def test_only_overridden_handlers_are_announced_and_nothing_is_said_of_what_was_not_set():
    class Idle(tw.Strategy):
        pass

    class Busy(Idle):
        def __init__(self) -> None:
            self.on_timer = lambda t: None  # type: ignore[method-assign]

        def on_stop(self) -> None: ...

    for cls, handlers in ((Idle, []), (Busy, ["timer", "stop"])):
        seen = []
        play(cls, lambda sim: (seen.append(sim.ready), sim.stop()))
        assert seen == [{"name": cls.__name__, "handlers": handlers, "features": []}]


def test_generators_are_seeded_by_the_run():
    class Draws(tw.Strategy):
        def __init__(self) -> None:
            import random

            self.drawn = (random.random(), float(np.random.rand()))

    run = {"name": "r", "originNs": str(ORIGIN)}
    drawn = [play(Draws, lambda sim: sim.stop(), run={**run, "seed": seed}).drawn for seed in (7, 7, 8, 2**53)]
    assert drawn[0] == drawn[1]
    assert len({*drawn}) == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "0" * 16}, "SCHEMA: the simulator's layout is 0000000000000000"),
        ({"version": 2}, "VERSION: the simulator speaks version 2"),
        ({"run": {}}, "BAD_META: WELCOME is not as it should be: KeyError 'originNs'"),
        ({"instruments": 3}, "BAD_META: WELCOME is not as it should be"),
    ],
)
def test_a_welcome_that_does_not_fit_is_refused_and_the_simulator_is_told(change, said):
    told = []
    with pytest.raises(tw.FrameError, match=said):
        play(tw.Strategy, lambda sim: told.append(sim.ready), **change)
    assert f"{told[0]['code']}: {told[0]['message']}".startswith(said.split(" is not")[0])


@pytest.mark.parametrize("handshake", [True, False])
def test_an_error_of_the_simulator_is_raised_as_it_is(handshake):
    simulator = ScriptedSimulator()

    def work() -> None:
        simulator.take()
        if not handshake:
            from scripted_simulator import welcome

            simulator.send(frame(2, 0, welcome()))
            simulator.take()
        simulator.send(frame(5, 0, {"code": "TOKEN", "message": "the token does not fit"}))

    in_background(work)
    with pytest.raises(tw.RemoteError, match="the simulator says TOKEN: the token does not fit") as caught:
        _take_part(tw.Conversation(PipeStream(simulator.peer_read, simulator.peer_write)), tw.Strategy, None)
    assert caught.value.code == "TOKEN"


# -- handlers


class Everything(tw.Strategy):
    """Notes every call."""

    features = ("mid", "Größe", "mean")

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def on_start(self, ctx: tw.Context) -> None:
        self.calls.append(("start", ctx))

    def on_features(self, ts: int, x: tw.FeatureRow) -> None:
        self.calls.append(("features", ts, x))

    def on_bar(self, bar: tw.Bar) -> None:
        self.calls.append(("bar", bar))

    def on_trades(self, t: tw.TradeColumns) -> None:
        self.calls.append(("trades", t))

    def on_book(self, book: tw.Book) -> None:
        self.calls.append(("book", book))

    def on_fill(self, f: tw.Fill) -> None:
        self.calls.append(("fill", f))

    def on_reject(self, r: tw.Reject) -> None:
        self.calls.append(("reject", r))

    def on_order(self, e: tw.OrderEvent) -> None:
        self.calls.append(("order", e))

    def on_account(self, e: tw.AccountEvent) -> None:
        self.calls.append(("account", e))

    def on_timer(self, t: tw.Timer) -> None:
        self.calls.append(("timer", t))
        self.buy(1, 100, inst="BTCUSDT")
        self.sell(1, 101, inst="BTCUSDT")

    def on_stop(self) -> None:
        self.calls.append(("stop", self.now))


def test_every_handler_gets_what_came_in_the_order_in_which_it_came():
    nan = math.nan
    bars = bars_table([(60e9, 59e9, 100.0, 101.0, 99.5, 100.5, 12.0, 100.25, nan, nan, nan, 1, 0)])
    rows = rows_table([(1.0, 0.0, 65000.1, 0.25, 0, 1, 1), (2.0, 1.0, 99.0, 0.5, 1, 1, 2), (2.0, 2.0, 98.0, 0.5, 1, 1, 0)])
    book = column([100.0, 99.9], "<f8") + column([1.0, 2.0], "<f8") + column([100.1], "<f8") + column([3.0], "<f8")
    events = [
        order_event(1, "accepted", "open", 1000.0, 1000.0, 1000.0, 0.0),
        order_event(1, "filled", "open", 999.0, 400.0, 600.0, 400.0),
        [3, 0, None, -1.5, 0, None, 0.0, 8.0, 6.0],
        order_event(2, "rejected", "rejected", None, 1000.0, 0.0, 0.0, 2, "a limit of 3", None),
        [3, 7, 1, 12.5, -200.0, 9900.0, 0.5, 8.0, 6.0],
        [5, 1], [4, 3], [6, 0, 2, 1], [1, "тик"],
    ]  # fmt: skip

    def script(sim: ScriptedSimulator) -> None:
        two = (0.0, 0.0)
        names = ("mid", "Größe", "mean")
        sim.start(names, two)
        sim.ask([[1, "first"]], state(SECOND, two, (1.0, 2.0, 3.0)))
        tables = bars + rows + book
        sim.ask(events, state(2 * SECOND, (0.4, -2.0), (-0.0, math.inf, math.nan), tables, 10.5, 11.5, 0.25))
        sim.stop([[1, "late"]], state(3 * SECOND, two, (1.0, 2.0, 3.0)))

    strategy = play(Everything, script, instruments=TWO)
    calls = strategy.calls
    names = [name for name, *_ in calls]
    assert names == (
        "start timer features order order fill account order reject account bar trades book timer features timer stop".split()
    )
    context = calls[0][1]
    assert (context.name, context.run, context.seed, context.origin) == ("maker", "a run", 7, ORIGIN)
    assert context.features == ("mid", "Größe", "mean") and context.start is None
    assert context.instrument("ETHUSDT").tick == "0.01"
    with pytest.raises(KeyError, match="'XRP' is not among this strategy's: BTCUSDT, ETHUSDT"):
        context.instrument("XRP")

    accepted, fill = calls[3][1], calls[5][1]
    assert (accepted.kind, accepted.status, accepted.px, accepted.qty) == ("accepted", "open", 100.0, 1.0)
    assert type(fill) is tw.Fill and calls[4][1] is fill
    assert (fill.px, fill.qty, fill.leaves, fill.filled, fill.fee, fill.maker) == (99.9, 0.4, 0.6, 0.4, 0.25, True)
    assert (fill.ts, fill.exchange_ts, fill.side, fill.inst.symbol) == (ORIGIN + 7, ORIGIN + 5, 1, "BTCUSDT")
    funding, reject, liquidation = calls[6][1], calls[8][1], calls[9][1]
    assert (funding.kind, funding.inst, funding.amount, funding.qty) == ("funding", None, -1.5, 0.0)
    assert math.isnan(funding.px)
    assert (liquidation.kind, liquidation.inst.symbol, liquidation.qty, liquidation.px) == ("liquidation", "ETHUSDT", -2.0, 99.0)
    assert (reject.reason, reject.detail, reject.exchange_ts) == ("a risk limit", "a limit of 3", None)
    assert math.isnan(reject.px) and reject.order.status == "rejected" and reject.order.reason == "a risk limit"
    bar = calls[10][1]
    assert (bar.inst.symbol, bar.ts, bar.exchange_ts) == ("ETHUSDT", ORIGIN + 60 * SECOND, ORIGIN + 59 * SECOND)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.vwap) == (100.0, 101.0, 99.5, 100.5, 12.0, 100.25)
    assert (bar.series, bar.trades, bar.start, bar.end) == ("", None, None, None) and strategy.bar_series == ()
    trades = calls[11][1]
    assert type(trades) is tw.TradeColumns and len(trades) == 3
    assert trades.ts.tolist() == [ORIGIN + 1, ORIGIN + 2, ORIGIN + 2] and trades.ts.dtype == np.int64
    assert trades.exchange_ts.tolist() == [ORIGIN, ORIGIN + 1, ORIGIN + 2]
    assert trades.side.tolist() == [1, -1, 0] and trades.side.dtype == np.int8
    assert trades.px[trades.of("ETHUSDT")].tolist() == [99.0, 98.0]
    assert trades.of(context.instruments[0]).tolist() == [True, False, False]
    assert trades.is_kind("trade").all() and not trades.is_kind("depth").any()
    got = calls[12][1]
    assert (got.inst.symbol, got.ts) == ("BTCUSDT", ORIGIN + 2 * SECOND)
    assert got.bid_px.tolist() == [100.0, 99.9] and got.bid_qty.tolist() == [1.0, 2.0]
    assert (got.best_bid, got.best_ask, got.mid, got.ask_qty.tolist()) == (100.0, 100.1, 100.05, [3.0])
    assert calls[13][1] == tw.Timer("тик", ORIGIN + 2 * SECOND)
    _, ts, x = calls[14]
    assert ts == ORIGIN + 2 * SECOND
    assert math.copysign(1, x.mid) == -1 and x.mid == 0 and math.isinf(x["Größe"]) and math.isnan(x["mean"])
    assert calls[-1] == ("stop", ORIGIN + 3 * SECOND)
    assert strategy.cash == 0.0 and strategy.orders[0].id == 1


def test_bars_that_were_asked_for_say_which_they_are_and_what_became_of_them():
    class Asks(tw.Strategy):
        bars = ["1m", tw.Bars("1m", name="mids", from_="mid", inst=["ETHUSDT"], empty="flat")]

        def __init__(self) -> None:
            self.told: list[tw.Bar] = []

        def on_start(self, ctx: tw.Context) -> None:
            assert [(series.name, series.inst.symbol, series.counts) for series in self.bar_series] == [
                ("1m", "BTCUSDT", None), ("1m", "ETHUSDT", None), ("mids", "ETHUSDT", None),
            ]  # fmt: skip

        def on_bar(self, bar: tw.Bar) -> None:
            self.told.append(bar)

        def on_stop(self) -> None:
            self.counts = [series.counts for series in self.bar_series]

    two = (0.0, 0.0)
    table = bars_table(
        [
            (60e9, 59e9, 100.0, 101.0, 99.5, 100.5, 12.0, 100.25, 7.0, 1.0, 60e9, 0, 1),
            (60e9, 60e9, 10.5, 10.5, 10.5, 10.5, 0.0, math.nan, 0.0, 2.0, 60e9, 1, 3),
            (60e9, 60e9, 9.0, 9.0, 9.0, 9.0, 1.0, math.nan, math.nan, math.nan, math.nan, 1, 0),
        ]
    )

    def script(sim: ScriptedSimulator) -> None:
        sim.ask([[0, [], [["1m", 0], ["1m", 1], ["mids", 1]]]], state(0, two))
        sim.ask([[5, 3]], state(60 * SECOND, two, (), table))
        counts = [[1, 0, 0, 2, 500.0, 0, 0.0, 0], [0, 1, 0, 0, 0.0, 3, 7000.0, 0], [1, 0, 1, 0, 0.0, 0, 0.0, 4]]
        sim.stop([[7, counts]], state(61 * SECOND, two))

    strategy = play(Asks, script, instruments=TWO)
    first, second, third = strategy.told
    assert (first.series, first.inst.symbol, first.trades, first.vwap) == ("1m", "BTCUSDT", 7, 100.25)
    assert (first.start, first.end, first.ts) == (ORIGIN + 1, ORIGIN + 60 * SECOND, ORIGIN + 60 * SECOND)
    assert (second.series, second.inst.symbol, second.trades, second.start) == ("mids", "ETHUSDT", 0, ORIGIN + 2)
    assert math.isnan(second.vwap)
    assert (third.series, third.trades) == ("", None)
    assert strategy.counts[0] == tw.BarCounts(1, 0, 0, 2, 0.5, 0, 0.0, 0)
    lots = TWO[1]["lotsPerUnit"]
    assert (strategy.counts[1].outside_trades, strategy.counts[1].outside_qty) == (3, 7000 / lots)
    assert (strategy.counts[2].cut, strategy.counts[2].bounded) == (1, 4)


def test_what_is_asked_of_bars_is_announced():
    class Asks(tw.Strategy):
        def __init__(self) -> None:
            self.bars = [
                "1m",
                tw.Bars("100 ticks", inst="BTCUSDT", name="a", from_="mid", clock="local", sessions="XNYS"),
                tw.Bars("5 volume-runs", signs="aggressor", span=10, expected_ticks_within=(2, 50)),
                tw.Bars("1m", name="b", clock="exchange", grace="1.5s", empty="flat", inst=("X", "Y")),
                tw.Bars("1m", name="c", clock="exchange", grace=0),
            ]

        def on_bar(self, bar: tw.Bar) -> None: ...

    assert announcement(Asks())["bars"] == [
        {"every": "1m"},
        {"every": "100 ticks", "instruments": ["BTCUSDT"], "name": "a", "from": "mid", "clock": "local", "sessions": "XNYS"},
        {"every": "5 volume-runs", "signs": "aggressor", "span": 10, "expectedTicksWithin": [2, 50]},
        {"every": "1m", "name": "b", "clock": "exchange", "grace": "1500000000ns", "empty": "flat", "instruments": ["X", "Y"]},
        {"every": "1m", "name": "c", "clock": "exchange", "grace": "0ns"},
    ]
    assert "bars" not in announcement(tw.Strategy())


@pytest.mark.parametrize(
    ("bars", "message"),
    [
        ("1m", r"Asks.bars is '1m', not a list"),
        (tw.Bars("1m"), r"Asks.bars is Bars\(every='1m'.*, not a list"),
        ([60], "Asks.bars holds 60, which is neither"),
        ([tw.Bars(60)], "bars: every is 60, not a text"),  # type: ignore[arg-type]
        ([tw.Bars("1m", from_=1)], "bars: from is 1, not a text"),  # type: ignore[arg-type]
        ([tw.Bars("1m", grace="soon")], "duration 'soon' was not understood"),
    ],
)
def test_bars_that_are_none_are_refused(bars, message):
    class Asks(tw.Strategy):
        pass

    asks = Asks()
    asks.bars = bars
    with pytest.raises((TypeError, ValueError), match=message):
        announcement(asks)


def test_a_bar_of_a_series_that_there_is_not_ends_the_conversation():
    class Hears(tw.Strategy):
        def on_bar(self, bar: tw.Bar) -> None: ...

    table = bars_table([(60e9, 59e9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 60e9, 0, 1)])
    with pytest.raises(tw.FrameError, match="an event of request 2 is not as it should be: IndexError"):
        play(Hears, lambda sim: (sim.start(), sim.ask([[5, 1]], state(0, (0.0,), (), table))))


def test_an_empty_book_has_no_prices_and_empty_tables_have_no_rows():
    class Looks(tw.Strategy):
        def on_book(self, book: tw.Book) -> None:
            self.book = book

        def on_trades(self, t: tw.TradeColumns) -> None:
            self.trades = t

    strategy = play(Looks, lambda sim: (sim.ask([[4, 0], [6, 0, 0, 0]]), sim.stop()))
    assert math.isnan(strategy.book.best_bid) and math.isnan(strategy.book.best_ask) and math.isnan(strategy.book.mid)
    assert len(strategy.trades) == 0 and strategy.trades.ts.tolist() == [] and strategy.trades.side.tolist() == []


def test_state_is_that_of_the_request():
    class Looks(tw.Strategy):
        def on_features(self, ts: int, x: tw.FeatureRow) -> None:
            self.seen = (self.now, self.cash, self.equity, self.fees, dict(self.positions), [i.symbol for i in self.instruments])

    strategy = play(
        Looks,
        lambda sim: (sim.ask(None, state(5, (0.25, -3.0), (), b"", 1.5, 2.5, -0.125)), sim.stop(None, state(6, (0, 0)))),
        instruments=TWO,
    )
    assert strategy.seen == (ORIGIN + 5, 1.5, 2.5, -0.125, {"BTCUSDT": 0.25, "ETHUSDT": -3.0}, ["BTCUSDT", "ETHUSDT"])


def test_features_are_not_handed_over_at_start_and_stop():
    strategy = play(
        Everything,
        lambda sim: (sim.start(("mid", "Größe", "mean")), sim.stop(None, state(1, (0.0,), (1.0, 2.0, 3.0)))),
    )
    assert [name for name, *_ in strategy.calls] == ["start", "stop"]


@given(
    st.integers(-(2**63), 2**63 - 1),
    st.lists(st.floats(width=64) | st.sampled_from([-0.0, 2.0**53 - 1, 2.0**53, 2.0**53 + 2, 5e-324]), min_size=1, max_size=20),
    st.booleans(),
)
def test_now_and_features_travel_exactly(now, values, with_table):
    talk, sent = conversation_with(
        [
            frame(16, 1, [[0, [f"f{place}" for place in range(len(values))]]], state(0, (0.0,), values)),
            frame(16, 2, [[4, 0]] if with_table else None, state(now - ORIGIN, (values[0],), values)),
        ]
    )
    talk.receive()
    talk.reply()
    talk.receive()
    assert talk.now == now
    assert talk.x.tobytes() == np.array(values).tobytes()
    assert np.float64(talk.positions[0]).tobytes() == np.float64(values[0]).tobytes()
    talk.reply()
    assert sent[-1] == frame(17, 2)


TIMES = st.integers(0, 2**53) | st.sampled_from([2**53 - 1, 2**53])
ROWS = st.tuples(
    TIMES.map(float), TIMES.map(float), st.floats(), st.floats(), st.integers(0, 65535), st.integers(0, 255), st.integers(0, 2)
)


@given(st.lists(ROWS, max_size=30))
def test_columns_travel_exactly(rows):
    talk, _ = conversation_with([frame(16, 1, [[4, len(rows)]], state(0, (0.0,), (), rows_table(rows)))])
    talk.receive()
    (columns,) = talk.events
    assert columns.ts.tolist() == [ORIGIN + int(row[0]) for row in rows]
    assert columns.exchange_ts.tolist() == [ORIGIN + int(row[1]) for row in rows]
    for name, place in (("px", 2), ("qty", 3)):
        assert getattr(columns, name).tobytes() == np.array([row[place] for row in rows]).tobytes()
    assert [columns.inst.tolist(), columns.kind.tolist()] == [[row[4] for row in rows], [row[5] for row in rows]]
    assert columns.side.tolist() == [(0, 1, -1)[row[6]] for row in rows]


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), st.text(st.characters(exclude_categories=("Cs",))))
def test_symbols_and_texts_of_any_script_travel(symbol, text):
    talk, sent = conversation_with([frame(16, 1, [[1, text]], state())], instruments=[instrument(symbol)])
    talk.receive()
    trader = tw.Trader(talk)
    assert talk.events == [tw.Timer(text, ORIGIN)]
    assert trader.instrument(symbol).symbol == symbol
    trader.log(text)
    talk.reply()
    assert sent[-1] == frame(17, 1, [[4, text]])


def conversation_with(frames: list[bytes], **greeting: Any) -> tuple[tw.Conversation, list[bytes]]:
    """A conversation that was greeted and reads these frames, and what it writes."""
    from scripted_simulator import welcome

    waiting = [frame(2, 0, welcome(**greeting)), *frames]
    sent: list[bytes] = []

    class Canned:
        def read(self, size: int) -> bytes:
            return waiting.pop(0) if waiting else b""

        def read_into(self, buffer: memoryview) -> int:
            raise NotImplementedError

        def write(self, data: bytes) -> None:
            sent.append(data)

        def close(self) -> None: ...

    talk = tw.Conversation(Canned())
    talk.hello(None)
    talk.ready({})
    return talk, sent


# -- features by name


def test_a_row_of_features_is_ones_own_and_has_names_that_what_is_made_of_it_has_not():
    talk, _ = conversation_with(
        [
            frame(16, 1, [[0, ["mid", "mean", "ofi 1s"]]], state(0, (0.0,), (0, 0, 0))),
            frame(16, 2, None, state(1, (0.0,), (1, 2, 3))),
            frame(16, 3, None, state(2, (0.0,), (4, 5, 6))),
        ]
    )
    for _ in range(2):
        talk.receive()
        talk.reply()
    kept = talk.x
    talk.receive()
    assert kept.tolist() == [1, 2, 3] and talk.x.tolist() == [4, 5, 6]
    kept[0] = 9
    assert kept.mid == 9 and kept["mid"] == 9 and kept["ofi 1s"] == 3 and kept[1:].tolist() == [2, 3]
    assert kept["mean"] == 2 and kept.mean() == pytest.approx(14 / 3)
    with pytest.raises(KeyError, match="feature 'middle' is not among this strategy's: mid, mean, ofi 1s"):
        kept["middle"]
    for made in (kept[1:], kept * 2, kept.copy()):
        with pytest.raises(AttributeError, match="has no names"):
            made.mid
        with pytest.raises(KeyError, match="has no names"):
            made["mid"]
    assert pickle.loads(pickle.dumps(kept)).tolist() == [9, 2, 3]
    assert type(np.asarray(kept)) is np.ndarray


# -- orders and other operations


@pytest.mark.parametrize(
    ("decide", "operations"),
    [
        (lambda s: None, None),
        (lambda s: s.buy(0.01, 65000.1), [[0, 1, 0, 1, 10.0, 650001.0, 0]]),
        (lambda s: s.sell(0.01, 65000.1, post_only=True), [[0, 1, 0, 2, 10.0, 650001.0, 1]]),
        (lambda s: s.buy(np.float32(0.5)), [[0, 1, 0, 1, 500.0, None, 0]]),
        (lambda s: s.buy(1, 100, tif="GTC"), [[0, 1, 0, 1, 1000.0, 1000.0, 2]]),
        (lambda s: s.buy(1, 100, tif="atClose", post_only=True), [[0, 1, 0, 1, 1000.0, 1000.0, 15]]),
        (lambda s: s.buy(0.0105, 100.05), [[0, 1, 0, 1, 10.5, 1000.5, 0]]),
        (lambda s: s.buy(-math.inf, math.inf), [[0, 1, 0, 1, -math.inf, math.inf, 0]]),
        (
            lambda s: s.sell(1, type="stopLimit", px=99, stop_px=99.5, reduce_only=True, tag=7, client_id="ключ"),
            [[0, 1, 0, 2, 1000.0, 990.0, 0, {"type": 3, "stopTicks": 995.0, "reduceOnly": True, "tag": 7.0, "clientId": "ключ"}]],
        ),
        (
            lambda s: s.sell(1, type="trailingStop", trail_px=0.5, all_or_none=False, expires=np.int64(ORIGIN + 9), tif="GTD"),
            [[0, 1, 0, 2, 1000.0, None, 8, {"type": 4, "trailTicks": 5.0, "allOrNone": False, "expiresNs": 9.0}]],
        ),
        (
            lambda s: s.buy(1, 100, trail_fraction=0.25, hidden=True, display=0.1),
            [[0, 1, 0, 1, 1000.0, 1000.0, 0, {"trailFraction": 0.25, "hidden": True, "displayLots": 100.0}]],
        ),
        (lambda s: s.cancel(s.buy(1, 100)), [[0, 1, 0, 1, 1000.0, 1000.0, 0], [1, 1]]),
        (lambda s: s.amend(s.buy(1, 100), px=101), [[0, 1, 0, 1, 1000.0, 1000.0, 0], [2, 1, 1010.0, None, None]]),
        (lambda s: s.amend(s.buy(1), qty=2, stop_px=3), [[0, 1, 0, 1, 1000.0, None, 0], [2, 1, None, 2000.0, 30.0]]),
        (lambda s: s.cancel_all(), [[3, None]]),
        (lambda s: s.cancel_all("BTCUSDT"), [[3, 0]]),
        (lambda s: s.log("héllo"), [[4, "héllo"]]),
        (lambda s: s.metric("edge", np.float64(0.5)), [[5, "edge", 0.5]]),
        (lambda s: s.set_timer("t", every="1.5ms"), [[6, "t", 1_500_000, None]]),
        (lambda s: s.set_timer("t", every=5, first=s.now + 3), [[6, "t", 5, 1e9 + 3]]),
        (lambda s: s.set_timer("t", at=np.int64(s.now)), [[7, "t", 1e9]]),
        (lambda s: s.set_timer("t", after="1h"), [[7, "t", 3601e9]]),
        (lambda s: s.clear_timer("t"), [[8, "t"]]),
        (lambda s: s.target(0.02), [[0, 1, 0, 1, 20.0, None, 0]]),
        (lambda s: s.target(-0.02), [[0, 1, 0, 2, 20.0, None, 0]]),
        (lambda s: s.target(0), None),
        (lambda s: (s.buy(0.01, 99), s.target(0.02)), [[0, 1, 0, 1, 10.0, 990.0, 0], [0, 2, 0, 1, 10.0, None, 0]]),
        (lambda s: (s.target(1), s.target(1)), [[0, 1, 0, 1, 1000.0, None, 0]]),
        (lambda s: s.quote((99.99, 1), (100.01, 2)), [[0, 1, 0, 1, 1000.0, 999.0, 1], [0, 2, 0, 2, 2000.0, 1001.0, 1]]),
        (lambda s: s.quote(bid=(0.1 + 0.2, 1)), [[0, 1, 0, 1, 1000.0, 3.0, 1]]),
        (lambda s: s.quote(bid=(math.nan, 1)), None),
    ],
)  # fmt: skip
def test_every_operation_is_sent_as_the_protocol_has_it(decide, operations):
    assert actions_of(decide) == operations


def test_what_is_sent_together_stands_between_its_marks_even_when_one_is_inside_another():
    def decide(s: tw.Strategy) -> None:
        with s.together():
            s.cancel_all()
            with s.together():
                s.buy(1, 100)
        s.log("after")

    assert actions_of(decide) == [[9], [3, None], [0, 1, 0, 1, 1000.0, 1000.0, 0], [10], [4, "after"]]


def test_nan_travels_as_nan():
    ((*_, lots, ticks, _flags),) = actions_of(lambda s: s.buy(math.nan, math.nan))
    assert math.isnan(lots) and math.isnan(ticks)


def test_with_several_instruments_the_one_must_be_said():
    operations = actions_of(
        lambda s: (s.buy(1, 100, inst="ETHUSDT"), s.sell(1, inst=s.instrument("BTCUSDT"))), instruments=TWO
    )
    assert operations == [[0, 1, 1, 1, 100.0, 10000.0, 0], [0, 2, 0, 2, 1000.0, None, 0]]


@pytest.mark.parametrize(
    ("decide", "kind", "said"),
    [
        (lambda s: s.buy(1), ValueError, r"has 2 instruments \(BTCUSDT, ETHUSDT\): say which one, with inst="),
        (lambda s: s.position, ValueError, "say which one"),
        (lambda s: s.buy(1, inst="XRP"), KeyError, "'XRP' is not among this strategy's: BTCUSDT, ETHUSDT"),
        (lambda s: s.buy(1, inst=0), TypeError, "inst 0 is neither an Instrument nor a symbol"),
        (lambda s: s.buy(None, inst="BTCUSDT"), TypeError, "qty None or px None is no number"),
        (lambda s: s.buy("many", inst="BTCUSDT"), TypeError, "qty 'many' or px None is no number"),
        (lambda s: s.buy(1, 1, inst="BTCUSDT", tif="GTX"), ValueError, "tif 'GTX' is not one of GTC, IOC"),
        (lambda s: s.buy(1, 1, inst="BTCUSDT", type="peg"), ValueError, "type 'peg' is not one of limit, market"),
        (lambda s: s.buy(1, 1, inst="BTCUSDT", postonly=True), TypeError, "order term 'postonly' is not known; there are type,"),
        (lambda s: s.buy(1, 1, inst="BTCUSDT", stop_px="x"), TypeError, "stop_px 'x' is no number"),
        (lambda s: s.buy(1, 1, inst="BTCUSDT", expires=1.5), TypeError, "expires: 1.5 is no whole number of ns"),
        (lambda s: s.set_timer("t"), ValueError, "timer 't': give one of every, at and after"),
        (lambda s: s.set_timer("t", every="1h", at=1), ValueError, "give one of"),
        (lambda s: s.set_timer("t", at=s.now, first=1), ValueError, "first goes with every"),
        (lambda s: s.set_timer("t", at=s.now - 1), ValueError, "timer 't': .* lies before now"),
        (lambda s: s.set_timer("t", every="1"), ValueError, "duration '1' was not understood"),
        (lambda s: s.set_timer("t", every=0), ValueError, "duration 0 is not above 0"),
        (lambda s: s.set_timer("t", every=1.5), TypeError, "duration 1.5 is neither text"),
        (lambda s: s.set_timer("t", every="0.5ns"), ValueError, "not a whole number of nanoseconds"),
        (lambda s: s.set_timer("", every="1s"), TypeError, "name '' is no text, or empty"),
        (lambda s: s.log("x" * (1 << 20)), RuntimeError, "at most 1048576 bytes of operations"),
        (lambda s: [s.log("x") for _ in range(10_001)], RuntimeError, "at most 10000 operations"),
        (lambda s: s.round_price(1, "sideways", "BTCUSDT"), ValueError, "rounding 'sideways'"),
    ],
)
def test_wrong_use_is_refused_in_the_call_with_what_to_do(decide, kind, said):
    with pytest.raises(kind, match=said):
        actions_of(decide, instruments=TWO)


def test_ten_thousand_operations_fit_and_the_end_of_a_message_always_does():
    def decide(s: tw.Strategy) -> None:
        with s.together():
            for _ in range(9_998):
                s.cancel_all()
            with pytest.raises(RuntimeError, match="at most 10000"):
                s.cancel_all()

    operations = actions_of(decide)
    assert len(operations) == 10_000 and operations[-1] == [10]


def test_a_reply_may_be_as_long_as_its_limit_and_the_next_one_again():
    talk, sent = conversation_with([frame(16, 1, None, state()), frame(16, 2, None, state())])
    for _ in range(2):
        talk.receive()
        tw.Trader(talk).log("x" * ((1 << 20) - 12))
        talk.reply()
    assert (1 << 20) - 20 < len(sent[-1]) - 16 <= 1 << 20


def test_the_operations_of_one_reply_do_not_count_for_the_next():
    limits = {"metaBytes": 1 << 20, "payloadBytes": 64 << 20, "operations": 2}
    talk, _ = conversation_with([frame(16, 1, None, state()), frame(16, 2, None, state())], limits=limits)
    for _ in range(2):
        talk.receive()
        for _ in range(2):
            tw.Trader(talk).cancel_all()
        with pytest.raises(RuntimeError, match="at most 2 operations"):
            tw.Trader(talk).cancel_all()
        talk.reply()


def test_orders_in_init_and_between_requests_are_refused_with_the_reason():
    class Early(tw.Strategy):
        def __init__(self) -> None:
            self.buy(1)

    with pytest.raises(RuntimeError, match="from on_start on: not in __init__"):
        play(Early, lambda sim: None)
    talk, _ = conversation_with([frame(16, 1, None, state())])
    with pytest.raises(RuntimeError, match="between a reply and the next request"):
        tw.Trader(talk).buy(1)
    with pytest.raises(RuntimeError, match="without a request"):
        talk.reply()
    talk.receive()
    with pytest.raises(RuntimeError, match="before the last request was answered"):
        talk.receive()


def test_an_order_follows_its_events_to_its_end():
    talk, _ = conversation_with(
        [
            frame(16, 1, None, state()),
            frame(16, 2, [order_event(1, "accepted", "open", 1000, 1000, 1000, 0)], state()),
            frame(16, 3, [order_event(1, "filled", "open", 999, 400, 600, 400)], state()),
            frame(16, 4, [order_event(1, "modified", "open", 1010, 900, 500, 400)], state()),
            frame(16, 5, [order_event(1, "filled", "filled", 1010, 500, 0, 900)], state()),
            frame(16, 6, [order_event(1, "cancelRejected", "filled", 1010, 900, 0, 900, 1)], state()),
            frame(16, 7, [order_event(1, "cancelRejected", "filled", 1010, 900, 0, 900, 1)], state()),
        ]
    )
    trader = tw.Trader(talk)
    talk.receive()
    order = trader.buy(1, 100)
    assert (order.status, order.px, order.leaves, order.answered, order.sent_at) == ("pending", 100.0, 1.0, False, ORIGIN)
    talk.reply()
    talk.receive()
    assert order.status == "open" and order.answered and trader.orders == [order]
    trader.amend(order, px=101, qty=0.9)
    assert order.request_pending and not order.answered and order.px == 100.0
    talk.reply()
    talk.receive()
    assert (order.px, order.leaves, order.filled) == (100.0, 0.6, 0.4)
    talk.reply()
    talk.receive()
    assert (order.px, order.qty, order.leaves, order.request_pending) == (101.0, 0.9, 0.5, False)
    trader.cancel(order)
    talk.reply()
    talk.receive()
    assert order.finished and order.status == "filled" and trader.orders == [] and order.request_pending
    talk.reply()
    talk.receive()
    assert not order.request_pending and order.status == "filled" and order.reason == talk.run.reasons[1]
    trader.cancel(order)  # too late, which the simulator says with the next request
    talk.reply()
    talk.receive()
    assert not order.request_pending
    assert repr(order) == "Order(1, buy 0.0/0.9 BTCUSDT @ 101.0, filled)"


def test_all_that_came_is_applied_before_the_first_handler_runs():
    class Targets(tw.Strategy):
        def on_timer(self, t: tw.Timer) -> None:
            self.buy(2, 100)

        def on_fill(self, f: tw.Fill) -> None:
            self.seen = (*getattr(self, "seen", ()), (f.leaves, f.order.leaves, self.position))
            assert self.target(2) is None  # position and what still works are of the same moment

    def script(sim: ScriptedSimulator) -> None:
        sim.ask([[1, "t"]])
        fills = [order_event(1, "filled", "open", 1000, 500, 1500, 500), order_event(1, "filled", "open", 1000, 500, 1000, 1000)]
        assert sim.ask(fills, state(1, (1.0,)))[1] is None
        sim.stop()

    assert play(Targets, script).seen == ((1.5, 1.0, 1.0), (1.0, 1.0, 1.0))


def test_quote_leaves_what_is_right_and_replaces_what_is_not_one_request_at_a_time():
    wanted: list[Any] = []

    class Quotes(tw.Strategy):
        def on_features(self, ts: int, x: tw.FeatureRow) -> None:
            self.quote(bid=wanted[0])

    def script(sim: ScriptedSimulator) -> None:
        def ask(want: Any, *events: Any) -> Any:
            wanted[:] = [want]
            return sim.ask(list(events) or None)[1]

        assert ask((100.05, 1)) == [[0, 1, 0, 1, 1000.0, 1000.0, 1]]
        assert ask((101, 1)) is None  # still pending
        assert ask((100.09, 1), order_event(1, "accepted", "open", 1000, 1000, 1000, 0)) is None  # same tick
        assert ask((100, 1), order_event(1, "filled", "open", 1000, 400, 600, 400)) is None  # partly filled stays
        assert ask((101, 1)) == [[1, 1]]
        assert ask((102, 1)) is None  # the cancel is on its way
        assert ask((102, 1), order_event(1, "cancelled", "cancelled", 1000, 1000, 0, 400)) == [[0, 2, 0, 1, 1000.0, 1020.0, 1]]
        assert ask((102, 2), order_event(2, "accepted", "open", 1020, 1000, 1000, 0)) == [[1, 2]]  # another quantity
        assert ask(None, order_event(2, "cancelRejected", "open", 1020, 1000, 1000, 0)) == [[1, 2]]  # none is wanted
        assert ask(None, order_event(2, "cancelled", "cancelled", 1020, 1000, 0, 0)) is None
        assert ask((99, 1)) == [[0, 3, 0, 1, 1000.0, 990.0, 1]]
        assert ask((99, 1), order_event(3, "filled", "filled", 990, 1000, 0, 1000)) == [[0, 4, 0, 1, 1000.0, 990.0, 1]]
        refused = order_event(4, "rejected", "rejected", 990, 1000, 0, 0, 2)
        assert ask((math.nan, 1), refused) is None
        sim.stop()

    play(Quotes, script)


def test_cancel_all_marks_those_that_have_no_request_on_their_way():
    talk, _ = conversation_with([frame(16, 1, None, state(0, (0, 0)))], instruments=TWO)
    trader = tw.Trader(talk)
    talk.receive()
    first, second, third = trader.buy(1, inst="BTCUSDT"), trader.buy(1, inst="ETHUSDT"), trader.buy(1, inst="BTCUSDT")
    trader.cancel(first)
    trader.cancel(first)
    trader.cancel_all("BTCUSDT")
    assert [order.requests_pending for order in (first, second, third)] == [2, 0, 1]
    trader.cancel_all()
    assert [order.requests_pending for order in (first, second, third)] == [2, 1, 1]


# -- ticks and lots


def test_prices_are_snapped_to_the_tick_only_from_very_near():
    inst = Instrument(0, instrument())
    assert inst.ticks(65000.1) == 650001.0
    assert inst.ticks(0.1 * 3) == 3.0
    assert inst.ticks(65000.15) == 650001.5
    assert inst.ticks(100.00000001) == 1000.0 and inst.ticks(100.000001) == 1000.00001
    assert inst.ticks(200_000_000.01) == pytest.approx(2_000_000_000.1, abs=1e-5)  # within 1e-9, and yet a tenth of a tick
    assert math.isnan(inst.ticks(math.nan)) and inst.ticks(math.inf) == math.inf and inst.ticks(-math.inf) == -math.inf
    assert inst.ticks(1e300) == 1e301 and Instrument(0, instrument(lot="1")).lots(2.0**51 + 0.5) == 2.0**51 + 0.5
    assert (inst.round_price(100.05, "down"), inst.round_price(100.05, "up")) == (100.0, 100.1)
    assert (inst.round_price(100.04), inst.round_price(100.05), inst.round_price(-0.05)) == (100.0, 100.1, 0.0)
    assert (inst.round_price(0.3, "down"), inst.round_price(0.1 + 0.2, "up")) == (0.3, 0.3)
    assert math.isnan(inst.round_price(math.nan)) and inst.round_price(math.inf, "up") == math.inf
    assert (inst.round_qty(0.0129), inst.round_qty(0.0129, "nearest")) == (0.012, 0.013)
    assert (inst.price(650001), inst.qty(13)) == (65000.1, 0.013)


@given(st.integers(-(2**31) + 1, 2**31 - 1), st.sampled_from([("0.1", 10.0), ("0.01", 100.0), ("0.00001", 1e5), ("0.25", 4.0), ("5", 0.2), ("0.03", 100 / 3)]))
def test_every_whole_number_of_ticks_survives_the_way_to_a_price_and_back(ticks, step):
    tick, per_unit = step
    inst = Instrument(0, {**instrument(tick=tick), "ticksPerUnit": per_unit})
    assert inst.ticks(inst.price(ticks)) == ticks
    for rounding in ("down", "up", "nearest"):
        assert inst.round_price(inst.price(ticks), rounding) == inst.price(ticks)


# -- decide and other announcements


def test_decide_is_made_of_parts():
    both = tw.every(1500) | tw.on_order | tw.on_account | tw.on_reject | tw.on_book | tw.on_bar | tw.rows(10)
    assert both.wire() == {"every": "1500ns", "on": ["account", "bar", "book", "order", "reject"], "rows": 10}
    with pytest.raises(ValueError, match="two values of every: '1s' and '2s'"):
        tw.every("1s") | tw.every("2s")
    with pytest.raises(ValueError, match="rows: 0 is not a whole number"):
        tw.rows(0)
    with pytest.raises(ValueError, match="'soon' was not understood"):
        tw.every("soon")
    with pytest.raises(TypeError):
        tw.on_fill | "100ms"


@pytest.mark.parametrize(
    ("attributes", "base", "said"),
    [
        ({"features": "mid"}, tw.Strategy, "Bad.features is 'mid', not a list of names"),
        ({"decide": "100ms"}, tw.Strategy, "Bad.decide is '100ms': write it as in tw.every"),
        ({"depth": 101, "on_book": lambda self, book: None}, tw.Strategy, "Bad.depth is 101"),
        ({}, tw.BatchStrategy, "Bad is a BatchStrategy without on_batch"),
        ({"on_batch": lambda self, c: None, "batch": ["trades"]}, tw.BatchStrategy, "Bad.batch names 'trades'; there are trade,"),
        ({"on_batch": lambda self, c: None, "rows": 0}, tw.BatchStrategy, "Bad.rows is 0"),
        ({"on_batch": lambda self, c: None, "on_trades": lambda self, t: None}, tw.BatchStrategy, "keep one of them"),
        ({"columns": ["price"]}, tw.Strategy, "Bad.columns names 'price'; there are ts, exchange_ts, px"),
        ({"columns": []}, tw.Strategy, "Bad.columns is empty"),
        ({"on_batch": lambda self, c: None}, tw.Strategy, "inherit from tw.BatchStrategy"),
    ],
)
def test_an_attribute_that_is_wrong_is_named_before_the_run(attributes, base, said):
    told = []
    with pytest.raises((TypeError, ValueError), match=said):
        play(type("Bad", (base,), attributes), lambda sim: told.append(sim.ready))
    assert told[0]["code"] == "START" and said in told[0]["message"]


# -- batches


def batch_with(answer: Any) -> type[tw.BatchStrategy]:
    class Batch(tw.BatchStrategy):
        batch = ("trade", "quote")
        rows = 3

        def on_batch(self, columns: tw.MarketColumns) -> Any:
            self.kinds = columns.kind.tolist()
            return answer

    return Batch


THREE = rows_table([(1, 0, 10.0, 1, 0, 1, 1), (2, 1, 10.0, 1, 0, 4, 2), (3, 2, 10.5, 1, 0, 1, 1)])


def test_a_batch_is_answered_by_a_column_of_signals():
    got = []

    def script(sim: ScriptedSimulator) -> None:
        got.append(sim.ready)
        sim.start()
        got.append(sim.ask([[4, 3]], state(5, (0.0,), (), THREE))[1:])
        got.append(sim.ask()[1:])
        sim.stop()

    strategy = play(batch_with(np.array([1, 0.02, math.nan])), script)
    ready, (meta, payload), nothing = got
    assert ready["batch"] == ["trade", "quote"] and ready["decide"] == {"rows": 3} and ready["handlers"] == ["batch"]
    # The last that is not NaN: 0.02, of which nothing is there yet; 20 lots of 0.001.
    assert meta == [[0, 1, 0, 1, 20, None, 0]] and payload == b""
    assert nothing == (None, b"")
    assert strategy.kinds == [1, 4, 1]


def test_only_the_columns_that_are_wanted_come():
    class Few(tw.Strategy):
        columns = ("side", "ts", "px")

        def on_trades(self, t: tw.TradeColumns) -> None:
            self.seen = (t.ts.tolist(), t.px.tolist(), t.side.tolist(), len(t))
            for name in ("qty", "exchange_ts", "kind"):
                with pytest.raises(AttributeError, match=f"the column {name} is not among the strategy's columns"):
                    getattr(t, name)
            with pytest.raises(AttributeError, match="TradeColumns has no price; its columns are ts, exchange_ts, px"):
                t.price

    got = []
    table = column([1, 2, 3], "<f8") + column([1.5, 2.5, 3.5], "<f8") + column([0, 1, 2], "u1")
    strategy = play(
        Few, lambda sim: (got.append(sim.ready), sim.ask([[4, 3]], state(5, (0.0,), (), table)), sim.stop())
    )
    assert got[0]["columns"] == ["side", "local", "px"]
    assert strategy.seen == ([ORIGIN + 1, ORIGIN + 2, ORIGIN + 3], [1.5, 2.5, 3.5], [0, 1, -1], 3)


@pytest.mark.parametrize(
    ("answer", "lots"),
    [
        ([1, 0, -1], -1000),
        (np.array([True, False, True]), 1000),
        (np.arange(3, dtype=np.int8), 2000),
        (np.arange(6.0)[::2], 4000),
        ([3, math.nan, math.nan], 3000),
        ([math.nan] * 3, None),
        ([5, 5, 0], None),
        (None, None),
    ],
)
def test_signals_may_be_anything_that_makes_float64_and_the_last_that_is_not_nan_counts(answer, lots):
    got = []
    play(batch_with(answer), lambda sim: (got.append(sim.ask([[4, 3]], state(5, (0.0,), (), THREE))[1]), sim.stop()))
    side = 1 if lots is not None and lots > 0 else 2
    assert got[0] == (None if lots is None else [[0, 1, 0, side, abs(lots), None, 0]])


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (np.zeros(2), ValueError, r"shape \(2,\) for 3 rows"),
        (np.zeros((3, 1)), ValueError, r"shape \(3, 1\)"),
        (1.0, ValueError, r"shape \(\)"),
        (["a", "b", "c"], TypeError, "makes no float64 column"),
    ],
)
def test_signals_of_the_wrong_shape_are_refused(answer, kind, said):
    with pytest.raises(kind, match=said):
        play(batch_with(answer), lambda sim: (sim.send(frame(16, 1, [[4, 3]], state(5, (0.0,), (), THREE))), sim.take()))


# -- what a simulator must not send


@pytest.mark.parametrize(
    ("request_", "code", "said"),
    [
        (frame(16, 2, None, state()), "SEQ", "request 2 came after request 0"),
        (frame(17, 1), "TYPE", "frame type 17 came in place of a request"),
        (frame(16, 1, None, state()[:-8]), "BAD_META", "payload of 32 bytes"),
        (frame(16, 1, None, b""), "BAD_META", "payload of 0 bytes"),
        (frame(16, 1, [[1, "t"]], b""), "BAD_META", "not as it should be"),
        (frame(16, 1, [[1, "t"]], state() + bytes(8)), "BAD_META", "payload of 48 bytes; what it announces makes 40"),
        (frame(16, 1, [[9]], state()), "BAD_META", "event of code 9"),
        (frame(16, 1, [7], state()), "BAD_META", "not as it should be"),
        (frame(16, 1, {"a": 1}, state()), "BAD_META", "not as it should be"),
        (frame(16, 1, [[4, 1]], state()), "BAD_META", "not as it should be"),
        (frame(16, 1, [[4, -1]], state()), "BAD_META", "not as it should be"),
        (frame(16, 1, [[5, -1]], state()), "BAD_META", "a table of -1 rows"),
        (frame(16, 1, [[6, 0, -1, 0]], state()), "BAD_META", "a table of -1 rows"),
        (frame(16, 1, [[4, 2**40]], state()), "BAD_META", "not as it should be"),
        (frame(16, 1, [[6, 3, 0, 0]], state()), "BAD_META", "not as it should be"),
        (frame(16, 1, [[0, 5]], state()), "BAD_META", "not as it should be"),
        (frame(16, 1, [order_event(1, "accepted", "open", 1, 1, 1, 0)], state()), "BAD_META", "order 1, which is unknown"),
        (b"hello world, this is a print", "GARBAGE", "not a frame: b'hello world"),
    ],
)
def test_a_request_that_does_not_fit_ends_the_conversation_with_its_code(request_, code, said):
    told = []

    def script(sim: ScriptedSimulator) -> None:
        sim.send(request_)
        told.append(sim.take())

    with pytest.raises(tw.FrameError, match=said) as caught:
        play(tw.Strategy, script)
    assert caught.value.code == code
    assert told[0][0] == 5 and told[0][2]["code"] == code


# -- a loop of one's own


def test_the_conversation_can_be_driven_without_a_strategy():
    talk, sent = conversation_with(
        [
            frame(16, 1, [[0, ["mid"]]], state(0, (0.0,), (math.nan,))),
            frame(16, 2, [[1, "t"]], state(1, (0.0,), (100.0,))),
            frame(18, 3, None, state(2, (0.0,), (101.0,))),
        ]
    )
    sim = tw.Trader(talk)
    seen = []
    while talk.receive():
        seen.append((talk.now - ORIGIN, talk.starting, talk.stopping, list(talk.events)))
        if not talk.starting and not talk.stopping:
            sim.buy(1, talk.x.mid)
        talk.reply()
    assert seen == [(0, True, False, []), (1, False, False, [tw.Timer("t", ORIGIN + 1)]), (2, False, True, [])]
    assert sent[-2:] == [frame(17, 2, [[0, 1, 0, 1, 1000.0, 1000.0, 0]]), frame(17, 3)]
    assert sim.x.mid == 101.0 and sim.x is talk.x
