"""A tape straight into numpy arrays: `tw.tape("btc.parquet")`.

The simulator's own checked reader decodes it and sends raw columns. Knows nothing of runs. For users.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from .conversation import RemoteError
from .event import find_instrument
from .frame import FrameError, FrameReader, Payload, unpack_meta
from .instrument import Instrument
from .layout import ERROR, KINDS, SCHEMA, TAPE
from .program import find_program
from .simulator import Simulator

Column: TypeAlias = npt.NDArray[Any]
Clock = Literal["local", "exchange"]

_SIGNS = np.array([0, 1, -1, 0], dtype=np.int8)
_WIRE_TYPES: dict[str, np.dtype[Any]] = {"f8": np.dtype("<f8"), "i4": np.dtype("<i4"), "u2": np.dtype("<u2"), "u1": np.dtype("u1")}


@dataclass(frozen=True)
class _Head:
    """What is known before the rows."""

    instruments: tuple[Instrument, ...]
    origin: int
    rows: int
    names: tuple[str, ...]
    types: tuple[np.dtype[Any], ...]
    ticks_per_unit: Column
    lots_per_unit: Column


@dataclass(frozen=True)
class _Made:
    """How a column is made: of which columns of the wire, and into what."""

    of: tuple[str, ...]
    dtype: Any
    into: Callable[[Column, Mapping[str, Column], _Head], Any]


def _times(name: str) -> _Made:
    def into(out: Column, wire: Mapping[str, Column], head: _Head) -> None:
        np.copyto(out, wire[name], casting="unsafe")
        out += head.origin

    return _Made((name,), np.int64, into)


def _prices(name: str) -> _Made:
    return _Made(
        (name, "inst"),
        np.float64,
        lambda out, wire, head: np.divide(wire[name], _per_unit(head.ticks_per_unit, wire), out=out),
    )


def _per_unit(units: Column, wire: Mapping[str, Column]) -> Any:
    return units[0] if len(units) == 1 else units[wire["inst"]]


def _as_it_is(name: str, dtype: Any) -> _Made:
    return _Made((name,), dtype, lambda out, wire, head: np.copyto(out, wire[name], casting="unsafe"))


_COLUMNS: dict[str, _Made] = {
    "ts": _times("local"),
    "exchange_ts": _times("exchange"),
    "px": _prices("ticks"),
    "qty": _Made(
        ("lots", "inst"),
        np.float64,
        lambda out, wire, head: np.divide(wire["lots"], _per_unit(head.lots_per_unit, wire), out=out),
    ),
    "side": _Made(("code",), np.int8, lambda out, wire, head: np.take(_SIGNS, (wire["code"] >> 4) & 3, out=out)),
    "kind": _Made(("code",), np.uint8, lambda out, wire, head: np.bitwise_and(wire["code"], 15, out=out)),
    "inst": _as_it_is("inst", np.uint16),
    "flags": _as_it_is("flags", np.uint8),
    "order_id": _as_it_is("order_id", np.int64),
    "open": _prices("open"),
    "high": _prices("high"),
    "low": _prices("low"),
    "value": _as_it_is("value", np.float64),
}


class TapeColumns(Mapping[str, Column]):
    """Rows of a tape, a numpy array a column: ``t.px`` or ``t["px"]``; ``dict(t)`` makes a data frame's input. ``t.rows``: how many.

    ``ts``: when it was seen locally, ``exchange_ts``: when it happened, both int64 ns since 1970 UTC. ``px``, ``qty``: float64
    decimals. ``side``: int8, +1 buy, -1 sell, 0 none; of trades, who took. ``kind``: uint8, place in ``kinds``. ``inst``: uint16,
    place in ``instruments``. ``flags``: uint8, bit 0 last row of a message, bit 1 snapshot, bit 2 hidden. Where the tape has
    them: ``order_id`` (int64), ``open high low`` of bars, ``value`` (of funding, status, custom, split, dividend).
    """

    kinds = KINDS

    def __init__(self, columns: dict[str, Column], instruments: tuple[Instrument, ...]) -> None:
        self._columns = columns
        self.instruments = instruments
        self.rows = len(next(iter(columns.values())))

    def __getitem__(self, name: str) -> Column:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"column {name!r} is not among those that were read: {', '.join(self._columns)}") from None

    def __getattr__(self, name: str) -> Column:
        columns: dict[str, Column] = self.__dict__.get("_columns", {})
        if name in columns:
            return columns[name]
        raise AttributeError(f"there is no {name!r}; columns that were read: {', '.join(columns)}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def of(self, inst: Instrument | str) -> npt.NDArray[np.bool_]:
        """Mask of the rows of an instrument; needs the column ``inst``."""
        found = find_instrument(self.instruments, inst) if isinstance(inst, str) else inst
        mask: npt.NDArray[np.bool_] = self["inst"] == found.index
        return mask

    def is_kind(self, name: str) -> npt.NDArray[np.bool_]:
        """Mask of the rows of a kind, such as ``"trade"`` or ``"depth"``; needs the column ``kind``."""
        if name not in KINDS[1:]:
            raise ValueError(f"kind {name!r} is not known: {', '.join(KINDS[1:])}")
        mask: npt.NDArray[np.bool_] = self["kind"] == KINDS.index(name)
        return mask

    def __repr__(self) -> str:
        return f"TapeColumns({self.rows} rows: {', '.join(self._columns)})"


@overload
def tape(
    path: str | os.PathLike[str],
    columns: Sequence[str] | None = None,
    *,
    batch_rows: None = None,
    clock: Clock = "local",
    start: Any = None,
    rows: int | None = None,
    program: Any = None,
) -> TapeColumns: ...


@overload
def tape(
    path: str | os.PathLike[str],
    columns: Sequence[str] | None = None,
    *,
    batch_rows: int,
    clock: Clock = "local",
    start: Any = None,
    rows: int | None = None,
    program: Any = None,
) -> Iterator[TapeColumns]: ...


def tape(
    path: str | os.PathLike[str],
    columns: Sequence[str] | None = None,
    *,
    batch_rows: int | None = None,
    clock: Clock = "local",
    start: Any = None,
    rows: int | None = None,
    program: Any = None,
) -> TapeColumns | Iterator[TapeColumns]:
    """Reads a tape into arrays; all of it at once, or with ``batch_rows`` as an iterator over so many rows at a time.

        t = tw.tape("btc.parquet", columns=["ts", "px", "qty", "side", "kind"])
        trades = t.px[t.is_kind("trade")]

    ``columns``: which of ``TapeColumns``; by default all that the tape has. ``clock``: ``"local"`` gives the events in the order in
    which a strategy sees them, ``"exchange"`` in that of the venue. ``start``: only from this time of that clock on, int ns since
    1970 UTC, or what ``numpy.datetime64`` understands (``"2024-08-09T12:00"``). ``rows``: at most so many.

    The file is checked as it is for a run. Raises ``RemoteError`` with one line that names file and place where it is damaged.
    """
    if isinstance(columns, str):
        raise TypeError(f"columns {columns!r} is one text: give a list of names")
    for name in columns or ():
        if name not in _COLUMNS:
            raise ValueError(f"column {name!r} is not one of {', '.join(_COLUMNS)}")
    if columns is not None and len(columns) == 0:
        raise ValueError("columns is empty: name some, or leave it out")
    if clock not in ("local", "exchange"):
        raise ValueError(f"clock {clock!r} is neither 'local' nor 'exchange'")
    for given, value, least in (("batch_rows", batch_rows, 1), ("rows", rows, 0)):
        if value is not None and not (isinstance(value, int) and value >= least):
            raise ValueError(f"{given} {value!r} is not a whole number from {least} on")
    file = Path(path)
    words = [*find_program(program, file.resolve().parent), "serve-tape", str(file), "--clock", clock]
    if columns is not None:
        words += ["--columns", ",".join(dict.fromkeys(name for column in columns for name in _COLUMNS[column].of))]
    if start is not None:
        words += [f"--from={_epoch_ns(start)}"]
    if rows is not None:
        words += ["--rows", str(rows)]
    if batch_rows is None:
        (whole,) = _read(words, columns, None)
        return whole
    return _read(words, columns, batch_rows)


def _epoch_ns(start: Any) -> int:
    if isinstance(start, int) and not isinstance(start, bool):
        return start
    try:
        return int(np.datetime64(start, "ns").astype(np.int64))
    except (ValueError, TypeError) as error:
        raise ValueError(f"start {start!r} is neither int ns since 1970 UTC nor a time: {error}") from None


def _read(words: Sequence[str], columns: Sequence[str] | None, batch_rows: int | None) -> Iterator[TapeColumns]:
    with Simulator(words) as simulator:
        frames = FrameReader(simulator.stream)
        head = _head(_next(frames, 0)[0])
        names = tuple(columns) if columns is not None else _all_columns(head)
        capacity = head.rows if batch_rows is None else batch_rows
        made = _Rows(names, head, capacity)
        for number in range(1, 2**32):
            meta, payload = _next(frames, number)
            count = meta[0]
            wire = _wire_columns(head, payload, count)
            done = 0
            while done < count:
                done += made.take(wire, done, count)
                if batch_rows is not None and made.length == capacity:
                    yield made.finish()
                    made = _Rows(names, head, capacity)
            if count == 0:
                break
    if batch_rows is None or made.length > 0:
        yield made.finish()


class _Rows:
    """Columns in the making."""

    def __init__(self, names: Sequence[str], head: _Head, capacity: int) -> None:
        self._head = head
        self._columns = {name: np.empty(capacity, _COLUMNS[name].dtype) for name in names}
        self._capacity = capacity
        self.length = 0

    def take(self, wire: Mapping[str, Column], start: int, end: int) -> int:
        """Takes rows from ``start`` on, as many as fit, and says how many."""
        count = min(end - start, self._capacity - self.length)
        if count <= 0:
            raise FrameError("BAD_META", f"more rows came than the {self._capacity} that were announced")
        part = {name: column[start : start + count] for name, column in wire.items()}
        for name, column in self._columns.items():
            _COLUMNS[name].into(column[self.length : self.length + count], part, self._head)
        self.length += count
        return count

    def finish(self) -> TapeColumns:
        for column in self._columns.values():
            column.resize(self.length, refcheck=False)
        return TapeColumns(self._columns, self._head.instruments)


def _next(frames: FrameReader, number: int) -> tuple[Any, Payload]:
    frame = frames.read()
    if frame is None:
        raise FrameError("EXIT", "the program ended before the tape did; what it printed says why")
    frame_type, seq, meta, payload = frame
    if frame_type == ERROR:
        said = unpack_meta(meta)
        raise RemoteError(str(said.get("code", "")), str(said.get("message", "")))
    if frame_type != TAPE or seq != number:
        raise FrameError("TYPE", f"frame {seq} of type {frame_type} came in place of piece {number} of the tape")
    return unpack_meta(meta), payload


def _head(said: Mapping[str, Any]) -> _Head:
    if said["schema"] != SCHEMA:
        raise FrameError("SCHEMA", f"the program's layout is {said['schema']}, this package's {SCHEMA}: use the same release")
    instruments = tuple(Instrument(index, spec) for index, spec in enumerate(said["instruments"]))
    return _Head(
        instruments=instruments,
        origin=int(said["originNs"]),
        rows=int(said["rows"]),
        names=tuple(name for name, _ in said["columns"]),
        types=tuple(_WIRE_TYPES[type_name] for _, type_name in said["columns"]),
        ticks_per_unit=np.array([inst.ticks_per_unit for inst in instruments]),
        lots_per_unit=np.array([inst.lots_per_unit for inst in instruments]),
    )


def _all_columns(head: _Head) -> tuple[str, ...]:
    return tuple(name for name, made in _COLUMNS.items() if all(part in head.names for part in made.of))


def _wire_columns(head: _Head, payload: Payload, count: int) -> dict[str, Column]:
    at = 0
    wire: dict[str, Column] = {}
    for name, dtype in zip(head.names, head.types):
        wire[name] = np.ndarray((count,), dtype, payload, at)
        at += (count * dtype.itemsize + 7) & -8
    if at != len(payload):
        raise FrameError("BAD_META", f"{count} rows of the tape have {len(payload)} bytes, not {at}")
    return wire
