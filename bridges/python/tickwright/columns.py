"""Many market rows as numpy columns, and one row of features with names.

Knows nothing of conversations. Made from what a request brings; handlers may keep everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from .event import FloatArray, find_instrument
from .instrument import Instrument
from .layout import KINDS

ROW_COLUMNS = {
    "ts": ("local", "_local", "<f8"),
    "exchange_ts": ("exchange", "_exchange", "<f8"),
    "px": ("px", "px", "<f8"),
    "qty": ("qty", "qty", "<f8"),
    "inst": ("inst", "inst", "<u2"),
    "kind": ("kind", "kind", "u1"),
    "side": ("side", "_side_code", "u1"),
}
"""Columns of market rows in the order of the wire: name on the wire, attribute that holds what came, type."""


class MarketColumns:
    """Market rows since the last request, oldest first, a column each: those that the strategy's ``columns`` name, or all.

    ``px``, ``qty``: decimal, float64. ``inst``: index in ``instruments``, uint16. ``kind``: code of the kind, uint8, see
    ``is_kind``. Times and sides are computed when first asked for. ``len(c)``: rows.
    """

    px: FloatArray
    qty: FloatArray
    inst: npt.NDArray[np.uint16]
    kind: npt.NDArray[np.uint8]
    _local: FloatArray
    _exchange: FloatArray
    _side_code: npt.NDArray[np.uint8]

    def __init__(
        self, instruments: tuple[Instrument, ...], origin: int, rows: int, columns: Mapping[str, npt.NDArray[Any]]
    ) -> None:
        """``columns``: by the attributes of ``ROW_COLUMNS``."""
        self.instruments = instruments
        self._origin = origin
        self._rows = rows
        self.__dict__.update(columns)

    def __getattr__(self, name: str) -> Any:
        for column, (_, attribute, _) in ROW_COLUMNS.items():
            if name in (column, attribute):
                raise AttributeError(f"the column {column} is not among the strategy's columns, so it was not sent")
        raise AttributeError(f"{type(self).__name__} has no {name}; its columns are {', '.join(ROW_COLUMNS)}")

    def __len__(self) -> int:
        return self._rows

    @cached_property
    def ts(self) -> npt.NDArray[np.int64]:
        """When each row reached the strategy, int64 ns since 1970 UTC."""
        return self._local.astype(np.int64) + self._origin

    @cached_property
    def exchange_ts(self) -> npt.NDArray[np.int64]:
        """When each row happened at the venue, int64 ns since 1970 UTC."""
        return self._exchange.astype(np.int64) + self._origin

    @cached_property
    def side(self) -> npt.NDArray[np.int8]:
        """+1 buy, -1 sell, 0 none; of trades, the side of who took."""
        code = self._side_code.view(np.int8)  # 0 none, 1 buy, 2 sell
        return (code & 1) - (code >> 1)

    def of(self, inst: Instrument | str) -> npt.NDArray[np.bool_]:
        """Mask of the rows of an instrument."""
        if isinstance(inst, str):
            inst = find_instrument(self.instruments, inst)
        mask: npt.NDArray[np.bool_] = self.inst == inst.index
        return mask

    def is_kind(self, name: str) -> npt.NDArray[np.bool_]:
        """Mask of the rows of a kind, such as ``"trade"`` or ``"depth"``."""
        if name not in KINDS[1:]:
            raise ValueError(f"kind {name!r} is not known: {', '.join(KINDS[1:])}")
        mask: npt.NDArray[np.bool_] = self.kind == KINDS.index(name)
        return mask


class TradeColumns(MarketColumns):
    """Trades since the last request, oldest first, a column each."""


class FeatureRow(np.ndarray[Any, np.dtype[np.float64]]):
    """One float64 a feature. ``x[0]``, ``x["mid"]``, and ``x.mid`` where the name is an identifier that arrays do not use.

    It is yours to keep and to change. Names belong to the row itself: what is computed or sliced from it has none. Long
    chains of numpy functions are faster on ``np.asarray(x)``, which copies nothing.
    """

    _places: dict[str, int] = {}

    def __getitem__(self, key: Any) -> Any:
        if key.__class__ is str:
            return self.item(self._place(key))
        return np.ndarray.__getitem__(self, key)

    def _place(self, name: str) -> int:
        place = self._places.get(name)
        if place is None:
            raise KeyError(f"feature {name!r} is not among this strategy's: {', '.join(self._places)}")
        if not isinstance(self.base, bytearray):
            raise KeyError(f"feature {name!r}: an array made from the row of features has no names")
        return place

    def __reduce__(self) -> Any:
        return np.array(self).__reduce__()


def feature_row_class(names: tuple[str, ...]) -> type[FeatureRow]:
    """The class of the rows of one run, with a property for each name that may be one."""
    members: dict[str, Any] = {"_places": {name: place for place, name in enumerate(names)}}
    for name in names:
        if name.isidentifier() and not hasattr(FeatureRow, name):
            members[name] = _feature_property(name)
    return type("FeatureRow", (FeatureRow,), members)


def _feature_property(name: str) -> property:
    def get(row: FeatureRow) -> float:
        if not isinstance(row.base, bytearray):
            raise AttributeError(f"feature {name!r}: an array made from the row of features has no names")
        return row.item(row._places[name])

    return property(get, doc=f"The feature {name!r}.")
