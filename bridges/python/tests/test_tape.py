"""Tapes as arrays: exactly what was imported, whole, in batches, from a time on, and what is refused."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import tickwright as tw
from running import MAIN, is_running, needs_program

pytestmark = needs_program

ROWS = 150_000  # more than two row groups of 65,536
START = 1_723_161_256_000_000_000
FIXTURES = Path(__file__).resolve().parents[3] / "test" / "fixtures" / "import"


def imported(folder: Path, csv: Path, mapping: Path, name: str) -> Path:
    words = ["node", str(MAIN), "import", "csv", str(csv), "--mapping", str(mapping), "--out", str(folder / name)]
    subprocess.run(words, check=True, capture_output=True)
    return folder / name


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, np.ndarray]]]:
    """A tape of trades in two instruments with different ticks and lots, and what it is made of."""
    folder = tmp_path_factory.mktemp("market")
    random = np.random.default_rng(1)
    ticks = random.integers(1, 2_000_000, ROWS)
    lots = random.integers(1, 10_000_000, ROWS)
    inst = random.integers(0, 2, ROWS)
    side = random.integers(-1, 2, ROWS)
    exchange = START + np.cumsum(random.integers(0, 2_000_000, ROWS))
    local = exchange + 1_234_567
    made = {
        "ts": local,
        "exchange_ts": exchange,
        "px": np.where(inst == 0, ticks / 10, ticks / 4),
        "qty": np.where(inst == 0, lots / 1000, lots / 1),
        "side": side,
        "inst": inst,
    }
    names, sides = np.array(["AAA", "BBB"]), np.array(["none", "buy", "sell"])
    with open(folder / "market.csv", "w") as file:
        file.write("local,exchange,pair,price,size,taker\n")
        for row in zip(local, exchange, names[inst], made["px"], made["qty"], sides[side]):
            file.write("%d,%d,%s,%.2f,%.3f,%s\n" % row)
    (folder / "mapping.yaml").write_text(
        "symbol: { column: pair }\n"
        'instruments:\n  AAA: { tick: "0.1", lot: "0.001" }\n  BBB: { tick: "0.25", lot: "1" }\n'
        "exchangeTime: { column: exchange, unit: ns }\nlocalTime: { column: local, unit: ns }\n"
        "trades: { price: price, quantity: size, side: { column: taker, buy: [buy], sell: [sell], none: [none] } }\n"
    )
    yield imported(folder, folder / "market.csv", folder / "mapping.yaml", "market.parquet"), made


def test_a_whole_tape_is_exactly_what_was_imported(market: tuple[Path, dict[str, np.ndarray]]) -> None:
    path, made = market
    t = tw.tape(path)
    assert t.rows == ROWS and [inst.symbol for inst in t.instruments] == ["AAA", "BBB"]
    assert list(t) == ["ts", "exchange_ts", "px", "qty", "side", "kind", "inst", "flags"] and len(t) == 8
    for name, column in made.items():
        assert (t[name] == column).all(), name
        assert t[name] is getattr(t, name)
    types = {name: column.dtype.name for name, column in t.items()}
    assert types == {
        "ts": "int64", "exchange_ts": "int64", "px": "float64", "qty": "float64", "side": "int8", "kind": "uint8",
        "inst": "uint16", "flags": "uint8",
    }  # fmt: skip
    assert t.is_kind("trade").all() and not t.is_kind("depth").any()
    assert (t.of("BBB") == (made["inst"] == 1)).all() and (t.of(t.instruments[0]) == ~t.of("BBB")).all()
    with pytest.raises(KeyError, match="CCC"):
        t.of("CCC")
    with pytest.raises(ValueError, match="kind 'trades' is not known"):
        t.is_kind("trades")
    t.px[0] = 1  # it is one's own


def test_batches_are_the_whole_tape_in_pieces(market: tuple[Path, dict[str, np.ndarray]]) -> None:
    path, made = market
    for batch_rows in (65_536, 40_000, ROWS, 1_000_000):
        batches = list(tw.tape(path, ["px", "ts"], batch_rows=batch_rows))
        assert [batch.rows for batch in batches[:-1]] == [batch_rows] * (len(batches) - 1)
        assert all(list(batch) == ["px", "ts"] for batch in batches)
        for name in ("px", "ts"):
            assert (np.concatenate([batch[name] for batch in batches]) == made[name]).all()


def test_who_stops_early_leaves_nothing_running(market: tuple[Path, dict[str, np.ndarray]]) -> None:
    batches = tw.tape(market[0], batch_rows=10)
    next(batches)
    simulator = batches.gi_frame.f_locals["simulator"]  # type: ignore[attr-defined]
    assert is_running(simulator.pid)
    batches.close()  # type: ignore[attr-defined]
    assert not is_running(simulator.pid)


def test_only_some_rows_and_only_some_columns(market: tuple[Path, dict[str, np.ndarray]]) -> None:
    path, made = market
    time = int(made["ts"][70_000])
    first = int(np.searchsorted(made["ts"], time))
    t = tw.tape(path, ["qty"], start=time, rows=70_000)
    assert list(t) == ["qty"] and (t.qty == made["qty"][first : first + 70_000]).all()
    assert (tw.tape(path, ["px"], start=time).px == made["px"][first:]).all()
    at = np.datetime64(time, "ns")
    assert tw.tape(path, ["ts"], start=at, rows=1).ts.tolist() == tw.tape(path, ["ts"], start=str(at), rows=1).ts.tolist() == [time]
    earlier = tw.tape(path, ["exchange_ts"], start=time, clock="exchange").exchange_ts
    assert (earlier == made["exchange_ts"][made["exchange_ts"] >= time]).all()
    for given in ({"rows": 0}, {"start": 2**62}):
        assert tw.tape(path, **given).rows == 0
        assert list(tw.tape(path, batch_rows=5, **given)) == []


def test_each_event_is_there_once_in_the_order_of_either_clock(tmp_path: Path) -> None:
    csv, mapping = tmp_path / "late.csv", tmp_path / "late.yaml"
    # The second trade overtakes the first on its way: no one sequence has both orders, so a row stands twice on the tape.
    csv.write_text("local,exchange,price\n1000,900,3\n1100,800,2\n1200,1150,4\n")
    mapping.write_text(
        'symbol: { constant: X }\ninstruments: { X: { tick: "1", lot: "1" } }\n'
        "exchangeTime: { column: exchange, unit: ns }\nlocalTime: { column: local, unit: ns }\n"
        "trades: { price: price, quantity: price }\n"
    )
    path = imported(tmp_path, csv, mapping, "late.parquet")
    assert tw.tape(path).px.tolist() == [3, 2, 4]
    assert tw.tape(path, clock="exchange").px.tolist() == [2, 3, 4]
    assert tw.tape(path, clock="exchange").ts.tolist() == [1100, 1000, 1200]


def test_columns_that_only_some_tapes_have(tmp_path: Path) -> None:
    csv, mapping = tmp_path / "bars.csv", tmp_path / "bars.yaml"
    csv.write_text("time,o,h,l,c,v\n60,10,12.5,9,11,7\n120,11,11.5,10.5,11.5,3\n")
    mapping.write_text(
        'symbol: { constant: X }\ninstruments: { X: { tick: "0.5", lot: "1" } }\n'
        "exchangeTime: { column: time, unit: s }\nlocalFrom: exchange + 1s\n"
        "bars: { open: o, high: h, low: l, close: c, volume: v, stamped: close, interval: 1m }\n"
    )
    bars = tw.tape(imported(tmp_path, csv, mapping, "bars.parquet"))
    assert {name: bars[name].tolist() for name in ("open", "high", "low", "px", "qty")} == {
        "open": [10, 11], "high": [12.5, 11.5], "low": [9, 10.5], "px": [11, 11.5], "qty": [7, 3],
    }  # fmt: skip
    assert bars.is_kind("bar").all() and "order_id" not in bars
    lobster, l3 = FIXTURES / "ABC_2024-11-04_34200000_57600000_message_5.csv", tmp_path / "l3.parquet"
    words = ["node", str(MAIN), "import", "lobster", "--messages", str(lobster), "--out", str(l3)]
    subprocess.run(words, check=True, capture_output=True)
    orders = tw.tape(l3, ["order_id", "kind"])
    ids = {int(line.split(",")[2]) for line in lobster.read_text().split()}
    added = orders.order_id[orders.is_kind("orderAdd")]
    assert orders.order_id.dtype == np.int64 and len(added) > 3 and set(added.tolist()) <= ids
    with pytest.raises(tw.RemoteError, match='the tape has no column "order_id"'):
        tw.tape(tmp_path / "bars.parquet", ["order_id"])


def test_what_is_wrong_is_said_in_one_line(market: tuple[Path, dict[str, np.ndarray]], tmp_path: Path) -> None:
    path, _ = market
    for wrong, what in [
        ({"columns": "px"}, "columns 'px' is one text"),
        ({"columns": []}, "columns is empty"),
        ({"columns": ["price"]}, "column 'price' is not one of ts, exchange_ts, px"),
        ({"clock": "mine"}, "clock 'mine'"),
        ({"rows": -1}, "rows -1"),
        ({"batch_rows": 0}, "batch_rows 0"),
        ({"start": "soon"}, "start 'soon'"),
    ]:
        with pytest.raises((ValueError, TypeError), match=what):
            tw.tape(path, **wrong)
    t = tw.tape(path, ["px"], rows=1)
    with pytest.raises(KeyError, match="column 'qty' is not among those that were read: px"):
        t["qty"]
    with pytest.raises(AttributeError, match="there is no 'qty'"):
        t.qty
    with pytest.raises(tw.RemoteError, match=r"tape .*none\.parquet: there is no such file"):
        tw.tape(tmp_path / "none.parquet")
    damaged = tmp_path / "damaged.parquet"
    data = bytearray(path.read_bytes())
    middle = len(data) // 3
    for at in range(middle, middle + 5_000):
        data[at] ^= 0xFF
    damaged.write_bytes(data)
    with pytest.raises(tw.RemoteError, match=r"tape .*damaged\.parquet: ") as caught:
        tw.tape(damaged)
    assert "\n" not in str(caught.value)
