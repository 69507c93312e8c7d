"""Run folders as data frames: of a real run, written by the program."""

import json
import subprocess

import pytest

import tickwright as tw
from running import MAIN, needs_program, run_file

pd = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("runs")
    path = run_file(base, more='strategies: [{ use: touch, params: { qty: 0.1, maxPosition: 0.5 } }]\n')
    subprocess.run(["node", str(MAIN), "run", path, "--out", str(base / "run")], check=True, capture_output=True)
    return base / "run"


@needs_program
def test_tables_are_what_the_summary_says(folder):
    run = tw.run_folder(folder)
    (touch,) = run.summary["strategies"]
    assert run.manifest["status"] == "completed"
    assert len(run.fills) == run.summary["fills"] > 10
    assert len(run.orders) == run.summary["orderEvents"]
    assert run.fills.fee.sum() == pytest.approx(touch["fees"], rel=1e-12)
    signed = run.fills.qty.where(run.fills.side == "buy", -run.fills.qty)
    assert signed.sum() == pytest.approx(run.positions.position.iloc[-1], abs=1e-12)
    assert run.equity.equity.iloc[-1] == pytest.approx(touch["profit"], rel=1e-9)
    assert len(run.trades) == touch["metrics"]["trips"]
    assert run.trades.net_profit.sum() == pytest.approx((run.trades.gross_profit - run.trades.fees).sum(), rel=1e-12)
    assert (run.trades.mae <= run.trades.net_profit).all() and (run.trades.mfe >= run.trades.net_profit).all()
    opened_by = run.fills.iloc[run.trades.open_fill.astype(int)]
    assert (opened_by.local_time.array == run.trades.open_time.array).all()
    assert set(run.metrics.name) == {"bestBidTicks", "bestAskTicks", "position", "balance", "fee", "trades"}
    assert {"equity", "fills", "metrics", "orders", "positions", "trades"} <= set(run.tables)
    assert run.log == ""


@needs_program
def test_times_are_utc_to_the_nanosecond_and_columns_are_documented(folder):
    run = tw.run_folder(str(folder))
    assert str(run.fills.local_time.dtype) == "datetime64[ns, UTC]"
    assert (run.fills.local_time >= run.fills.exchange_time).all()
    # Not cut to microseconds on the way.
    assert (run.fills.exchange_time.astype("int64") % 1000 != 0).any()
    columns = run.columns("fills")
    assert list(columns) == list(run.fills.columns)
    assert "UTC, ns" in columns["local_time"]


@needs_program
def test_a_table_that_is_not_there_is_named(folder):
    with pytest.raises(KeyError, match="no table 'fill'; there are .*equity, fills"):
        tw.run_folder(folder).table("fill")


def test_what_is_no_run_folder_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"is no run folder: it has no manifest\.json"):
        tw.run_folder(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ValueError, match=r"manifest\.json is damaged"):
        tw.run_folder(tmp_path)
    (tmp_path / "manifest.json").write_text("[1]")
    with pytest.raises(ValueError, match="it holds no map"):
        tw.run_folder(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"format": "other"}))
    with pytest.raises(ValueError, match="is of 'other', not of 'tickwright-run'"):
        tw.run_folder(tmp_path)


def test_runs_without_notes_of_their_own_have_an_empty_table(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps({"format": "tickwright-run"}))
    (tmp_path / "summary.json").write_text("{}")
    run = tw.run_folder(tmp_path)
    assert list(run.metrics.columns) == ["time", "strategy", "name", "value"] and len(run.metrics) == 0
    with pytest.raises(KeyError, match="there are none"):
        _ = run.fills
