"""Pull loops: what a moment has, orders of the loop's body, and its end."""

from __future__ import annotations

from pathlib import Path

import pytest

import tickwright as tw
from running import needs_program, run_file

pytestmark = needs_program


def test_the_body_of_the_loop_is_the_strategy(tmp_path: Path) -> None:
    path = run_file(tmp_path)
    profit, fills, sent = 0.0, [], 0
    obs = None
    for obs in tw.session(path, every="500ms", features=["mid", "spread"], seed=4):
        fills += obs.fills
        assert obs.position == pytest.approx(sum(fill.side * fill.qty for fill in fills), abs=1e-9)
        profit += obs.pnl
        assert obs.x.mid == obs.x[0] == obs.x["mid"] and obs.sim.now == obs.ts
        if sent < 5:
            (obs.sim.sell if obs.position > 0 else obs.sim.buy)(1)
            sent += 1
    assert obs is not None and obs.last and obs.events == [], "the last moment is the end of the tape"
    assert obs.position == 1 and sum(fill.qty for fill in fills) == pytest.approx(5)
    assert profit == pytest.approx(obs.equity) and obs.equity == pytest.approx(obs.cash + obs.x.mid)
    assert obs.fees == pytest.approx(sum(fill.fee for fill in fills)) != 0
    assert f"positions=[1.0], equity={obs.equity}" in repr(obs)


def test_market_rows_and_books_come_along_where_they_are_asked_for(tmp_path: Path) -> None:
    path = run_file(tmp_path, instruments=2)
    trades, books = 0, 0
    with tw.session(path, every="1s", trades=True, depth=3) as session:
        for obs in session:
            assert all(obs.trades.kind == 1) and (obs.trades.ts <= obs.ts).all()
            trades += len(obs.trades)
            books += len(obs.books)
            assert all(len(book.bid_px) == 3 and book.best_bid < book.best_ask for book in obs.books)
            assert set(obs.sim.positions) == {"SYN-A", "SYN-B"} and obs.positions == [0, 0] and obs.bars == []
            with pytest.raises(ValueError, match="2 instruments"):
                obs.position
    assert trades > 100 and books > 4
    quiet = 0
    for obs in tw.session(path, on="book"):
        assert len(obs.trades) == 0 and obs.trades.px.tolist() == [] and obs.books == []
        quiet += 1
        if quiet == 3:
            break
    with pytest.raises(ValueError, match="nothing says when"):
        tw.session(path)


def test_bars_are_built_where_they_are_asked_for(tmp_path: Path) -> None:
    path = run_file(tmp_path, instruments=2)
    bars: list[tw.Bar] = []
    for obs in tw.session(path, on="bar", bars=["1s", tw.Bars("50 ticks", inst="SYN-B", name="fifty")]):
        assert obs.last or [bar.ts for bar in obs.bars] == [obs.ts]
        bars += obs.bars
    counts = [(series.name, series.inst.symbol, series.counts.bars) for series in obs.sim.bar_series if series.counts]
    assert counts == [
        (name, symbol, sum(bar.series == name and bar.inst.symbol == symbol for bar in bars))
        for name, symbol in (("1s", "SYN-A"), ("1s", "SYN-B"), ("fifty", "SYN-B"))
    ]
    assert all(count > 3 for _, _, count in counts) and all(bar.trades == 50 for bar in bars if bar.series == "fifty")
    with pytest.raises(TypeError, match="bars is '1s', not a list"):
        tw.session(path, on="bar", bars="1s")
    with pytest.raises(tw.RemoteError, match='START: bars "1x" were not understood'):
        tw.session(path, on="bar", bars=["1x"])


def test_an_error_of_the_simulator_ends_it(tmp_path: Path) -> None:
    path = run_file(tmp_path)
    session = tw.session(path, every="1s")
    sim = next(session).sim
    sim.cancel(tw.Order(99, sim.instrument(), 1, 1.0, 1.0, False, None, None, 0))
    with pytest.raises(tw.RemoteError, match="BAD_ACTIONS.*no order 99"):
        next(session)
    with pytest.raises(StopIteration):
        next(session)
