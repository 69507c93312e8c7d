"""What a run left behind, as data frames: `tw.run_folder("runs/05").fills`.

Knows nothing of simulators; reads the files of a run folder. Needs pandas and pyarrow. For users.
"""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMAT = "tickwright-run"


class RunFolder:
    """The files of one run. Each table is read when it is first asked for, and kept.

    Times are UTC with nanoseconds, prices and quantities decimal (beside them the whole ticks and lots), money in the currency
    of the account, missing values NaN or NaT. The columns with their units are in the Parquet files themselves: ``columns(table)``.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Raises ``FileNotFoundError`` for what is no run folder, ``ValueError`` for one that is not as it should be."""
        self.path = Path(path)
        self.manifest: dict[str, Any] = self._json("manifest.json")
        if self.manifest.get("format") != _FORMAT:
            raise ValueError(f"{self.path}: its manifest.json is of {self.manifest.get('format')!r}, not of {_FORMAT!r}")
        self.summary: dict[str, Any] = self._json("summary.json")

    @property
    def tables(self) -> list[str]:
        """Names of the tables there are."""
        return sorted(file.stem for file in self.path.glob("*.parquet"))

    @property
    def log(self) -> str:
        """What the strategies said, a line each."""
        return (self.path / "log.txt").read_text(encoding="utf-8")

    @cached_property
    def orders(self) -> pd.DataFrame:
        """Everything that happened to orders, in the order in which strategies learnt of it."""
        return self.table("orders")

    @cached_property
    def fills(self) -> pd.DataFrame:
        """Fills, with position, quotes and mids afterwards."""
        return self.table("fills")

    @cached_property
    def equity(self) -> pd.DataFrame:
        """Equity and what it is made of, at every sample and strategy."""
        return self.table("equity")

    @cached_property
    def positions(self) -> pd.DataFrame:
        """Positions and quotes, at every sample, strategy and instrument."""
        return self.table("positions")

    @cached_property
    def trades(self) -> pd.DataFrame:
        """Closed round trips with prices, profit, fees, excursions and the fills that made them, in order of closing."""
        return self.table("trades")

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """What strategies recorded with ``metric``: time, strategy, name, value. Empty where they recorded nothing."""
        if "metrics" in self.tables:
            return self.table("metrics")
        import pandas as pd

        return pd.DataFrame({"time": pd.Series(dtype="datetime64[ns, UTC]"), "strategy": [], "name": [], "value": []})

    def table(self, name: str) -> pd.DataFrame:
        """Any table by name. Raises ``KeyError`` naming those there are."""
        file = self._file(name)
        try:
            import pandas as pd
            import pyarrow  # noqa: F401
        except ImportError as error:
            raise ImportError(f"reading tables of runs needs pandas and pyarrow: pip install pandas pyarrow ({error})") from None
        return pd.read_parquet(file, engine="pyarrow")

    def columns(self, name: str) -> dict[str, str]:
        """What each column of a table holds, with its unit."""
        import pyarrow.parquet as pq

        metadata = pq.read_schema(self._file(name)).metadata or {}
        documented: dict[str, str] = json.loads(metadata.get(b"tickwright.columns", b"{}"))
        return documented

    def _file(self, name: str) -> Path:
        file = self.path / f"{name}.parquet"
        if not file.is_file():
            raise KeyError(f"{self.path} has no table {name!r}; there are {', '.join(self.tables) or 'none'}")
        return file

    def _json(self, name: str) -> dict[str, Any]:
        try:
            text = (self.path / name).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(f"{self.path} is no run folder: it has no {name}") from None
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"{self.path / name} is damaged: {error}") from None
        if not isinstance(value, dict):
            raise ValueError(f"{self.path / name} is damaged: it holds no map")
        return value


def run_folder(path: str | os.PathLike[str]) -> RunFolder:
    """Opens the folder that a run left behind; see ``RunFolder``."""
    return RunFolder(path)
