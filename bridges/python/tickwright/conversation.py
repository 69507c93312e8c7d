"""The conversation with the simulator: handshake, requests decoded into state and events, replies.

Knows nothing of strategy classes or processes. Used by the runner, which calls a strategy's handlers, and made so that a loop
of one's own can use it: ``conversation.receive()``, read the state, call order methods (``trading.Trader``), ``reply()``.
"""

from __future__ import annotations

import math
import os
import platform
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .columns import ROW_COLUMNS, FeatureRow, MarketColumns, TradeColumns, feature_row_class
from .event import AccountEvent, Bar, BarCounts, BarSeries, Book, Fill, OrderEvent, Reject, Timer
from .frame import META_LIMIT, FrameError, FrameReader, Payload, Stream, encode, pack, shown_bytes, unpack_meta
from .instrument import Instrument
from .layout import (
    ACCOUNT_EVENTS,
    ACTIONS,
    DECIDE,
    ERROR,
    HELLO,
    LAYOUT_TEXT,
    ORDER_EVENTS,
    ORDER_STATUSES,
    PROTOCOL_VERSION,
    READY,
    RESET,
    SCHEMA,
    STOP,
    WELCOME,
)
from .order import Order

LIBRARY_VERSION = "0.1.0"

OPERATIONS_LIMIT = 10_000
_LIST_HEAD_BYTES = 5
_NO_ACTIONS = struct.Struct("<4sIQ").pack
_ACTIONS_HEAD = b"TW" + bytes((PROTOCOL_VERSION, ACTIONS))
_U16 = np.dtype("<u2")
_F64 = np.dtype("<f8")

_REJECTED = ORDER_EVENTS.index("rejected")
_FILLED = ORDER_EVENTS.index("filled")
# After these, price and quantity of the event are those that the order now has.
_CHANGES = frozenset(ORDER_EVENTS.index(name) for name in ("modified", "restated", "triggered"))
# These answer a cancel or an amend.
_ANSWERS = frozenset(
    ORDER_EVENTS.index(name) for name in ("cancelled", "cancelRejected", "modified", "modifyRejected")
)
_FIRST_FINISHED = ORDER_STATUSES.index("filled")

Event: TypeAlias = OrderEvent | AccountEvent | MarketColumns | Bar | Book | Timer


class RemoteError(Exception):
    """The simulator ended the conversation and said why. ``code`` is one of PROTOCOL.md."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"the simulator says {code}: {message}")
        self.code = code
        self.message = message


@dataclass(slots=True)
class Run:
    """What WELCOME says of the run."""

    name: str
    seed: int
    origin: int
    """ns since 1970 UTC"""
    start: int | None
    """ns since 1970 UTC"""
    strategy: str
    params: Mapping[str, Any]
    instruments: tuple[Instrument, ...]
    reasons: tuple[str, ...]


class Conversation:
    """One conversation over one stream.

    In order: ``hello()``, ``ready()``, then ``receive()`` and ``reply()`` in turn. Between the two, ``now``, ``cash``,
    ``equity``, ``fees``, ``positions``, ``x``, ``events``, ``starting`` and ``stopping`` are those of the request, and
    ``add()`` takes operations for the reply.
    """

    run: Run

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._write = stream.write
        self._read_frame = FrameReader(stream).read
        self._seq = 0
        self._replied = True
        self._meta_limit = META_LIMIT
        self.operations_left = OPERATIONS_LIMIT
        self._operations_limit = OPERATIONS_LIMIT
        self._operations: list[bytes] = []
        self._operation_bytes = _LIST_HEAD_BYTES

        self.now = 0
        """Simulated time, ns since 1970 UTC."""
        self.cash = math.nan
        self.equity = math.nan
        self.fees = math.nan
        self.positions: Sequence[float] = ()
        """Decimal, signed, one an instrument."""
        self.features: tuple[str, ...] = ()
        self._payload: Payload = bytearray()
        self._row: FeatureRow | None = None
        self.bar_series: tuple[BarSeries, ...] = ()
        """Bars that the run builds for the strategy."""
        self.events: Sequence[Event] = ()
        """What came with the request, in the order in which it is to be handled. Orders have taken all of it in."""
        self.rows = 0
        """Market rows that came with the request."""
        self.starting = False
        """The run's first request."""
        self.stopping = False
        """The run's last request: orders sent in reply go nowhere."""

        self.orders: dict[int, Order] = {}
        """Own orders that are not finished, by id, oldest first."""
        # Finished, but a cancel or an amend of theirs is still to be answered.
        self._late: dict[int, Order] = {}
        self.next_id = 1
        """The id that the next order must have."""
        self.together = False
        """What is added now is part of one message."""
        self._state = struct.Struct("<q3d")
        self._state_bytes = 0
        self._head_bytes = 0
        self._row_class: type[FeatureRow] = feature_row_class(())
        self._row_shape = (0,)
        self._columns: type[MarketColumns] = TradeColumns
        self._row_columns = _wanted(None)

    # -- handshake

    def hello(self, token: str | None, mode: str = "strategy") -> Run:
        """Sends HELLO, waits for WELCOME. Raises ``RemoteError`` where the simulator refuses, ``FrameError``."""
        hello: dict[str, Any] = {
            "versions": [PROTOCOL_VERSION, PROTOCOL_VERSION],
            "schema": SCHEMA,
            "layout": LAYOUT_TEXT,
            "library": LIBRARY_VERSION,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pid": os.getpid(),
            "mode": mode,
        }
        if token is not None:
            hello["token"] = token
        self._send(encode(HELLO, 0, pack(hello)))
        frame = self._read_frame()
        if frame is None:
            raise FrameError("EXIT", "the simulator closed the connection before it answered")
        frame_type, seq, meta, _ = frame
        if frame_type == ERROR:
            raise _remote_error(meta)
        if frame_type != WELCOME:
            raise FrameError("TYPE", f"frame type {frame_type} came in place of WELCOME")
        if seq != 0:
            raise FrameError("SEQ", f"WELCOME has the number {seq}, not 0")
        try:
            self._welcome(unpack_meta(meta))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FrameError("BAD_META", f"WELCOME is not as it should be: {type(error).__name__} {error}") from error
        return self.run

    def _welcome(self, welcome: Mapping[str, Any]) -> None:
        if welcome["version"] != PROTOCOL_VERSION:
            raise FrameError("VERSION", f"the simulator speaks version {welcome['version']}, not {PROTOCOL_VERSION}")
        if welcome["schema"] != SCHEMA:
            raise FrameError(
                "SCHEMA", f"the simulator's layout is {welcome['schema']}, this package's {SCHEMA}: use the same release"
            )
        run = welcome["run"]
        origin = int(run["originNs"])
        start = run.get("startNs")
        self.run = Run(
            name=run["name"],
            seed=int(run["seed"]),
            origin=origin,
            start=None if start is None else origin + int(start),
            strategy=welcome["strategy"],
            params=welcome["params"],
            instruments=tuple(Instrument(index, spec) for index, spec in enumerate(welcome["instruments"])),
            reasons=tuple(welcome["reasons"]),
        )
        limits = welcome["limits"]
        self._meta_limit = int(limits["metaBytes"])
        self._operations_limit = self.operations_left = int(limits["operations"])
        self._state = struct.Struct(f"<q3d{len(self.run.instruments)}d")
        self._head_bytes = self._state_bytes = self._state.size

    def ready(self, announcement: Mapping[str, Any]) -> None:
        """Sends READY. ``announcement`` is its map."""
        self._columns = MarketColumns if "batch" in announcement else TradeColumns
        self._row_columns = _wanted(announcement.get("columns"))
        self._send(encode(READY, 0, pack(dict(announcement))))

    # -- requests

    def receive(self) -> bool:
        """Waits for the next request and takes it in. ``False``: the simulator closed the connection.

        Raises ``RemoteError`` where the simulator ends with an error, ``FrameError`` for what it must not send.
        """
        if not self._replied:
            raise RuntimeError("receive() before the last request was answered with reply()")
        try:
            frame = self._read_frame()
        except OSError as error:
            raise FrameError("EXIT", f"the connection to the simulator broke: {error}") from None
        if frame is None:
            return False
        frame_type, seq, meta, payload = frame
        if frame_type != DECIDE:
            if frame_type == ERROR:
                raise _remote_error(meta)
            if frame_type != STOP:
                raise FrameError("TYPE", f"frame type {frame_type} came in place of a request")
            self.stopping = True
        if seq != self._seq + 1:
            raise FrameError("SEQ", f"request {seq} came after request {self._seq}")
        self._seq = seq
        self._replied = False
        if meta or self.events or self.starting:
            self._take_events(meta, payload)
        elif len(payload) != self._head_bytes:
            raise self._payload_fault(payload)
        self.now, self.cash, self.equity, self.fees, *positions = self._state.unpack_from(payload)
        self.positions = positions
        self._payload = payload
        self._row = None
        return True

    def _payload_fault(self, payload: Payload) -> FrameError:
        return FrameError(
            "BAD_META",
            f"request {self._seq} has a payload of {len(payload)} bytes; "
            f"state, {len(self.features)} features and what its events announce make {self._head_bytes}",
        )

    def _take_events(self, meta: bytes, payload: Payload) -> None:
        self.starting = False
        self.rows = 0
        events: list[Event] = []
        self.events = events
        raw = unpack_meta(meta)
        if raw is None:
            raw = []
        try:
            if raw and raw[0][0] == 0:
                self._begin(*raw[0][1:])
                del raw[0]
            now: int = self._state.unpack_from(payload)[0]
            at = self._head_bytes
            for event in raw:
                code = event[0]
                if code == 2:
                    taken = self._order_event(event)
                    if taken is not None:
                        events.append(taken)
                elif code == 4:
                    columns, at = self._market_columns(payload, at, event[1])
                    self.rows = len(columns)
                    events.append(columns)
                elif code == 5:
                    at = self._add_bars(events, payload, at, event[1])
                elif code == 6:
                    book, at = self._book(payload, at, event, now)
                    events.append(book)
                elif code == 1:
                    events.append(Timer(event[1], now))
                elif code == 3:
                    events.append(self._account_event(event))
                elif code == 7:
                    self._count_bars(event[1])
                else:
                    raise FrameError("BAD_META", f"request {self._seq} has an event of code {code!r}, which there is not")
        except FrameError:
            raise
        except Exception as error:  # a list where a number should be, a missing field, a table beyond the payload …
            raise FrameError(
                "BAD_META", f"an event of request {self._seq} is not as it should be: {type(error).__name__} {error}"
            ) from error
        if at != len(payload):
            raise FrameError(
                "BAD_META", f"request {self._seq} has a payload of {len(payload)} bytes; what it announces makes {at}"
            )

    def _begin(self, features: list[str], series: Sequence[tuple[str, int]] = ()) -> None:
        self.starting = True
        self.bar_series = tuple(BarSeries(name, self.run.instruments[_count(index)]) for name, index in series)
        self.features = tuple(features)
        self._head_bytes = self._state_bytes + 8 * len(features)
        self._row_class = feature_row_class(self.features)
        self._row_shape = (len(features),)

    def _order_event(self, event: list[Any]) -> OrderEvent | None:
        _, id, kind, status, ticks, lots, leaves, filled, maker, fee, reason, detail, local, exchange = event
        order = self.orders.get(id) or self._late.get(id)
        if order is None:
            raise FrameError("BAD_META", f"request {self._seq} tells of order {id!r}, which is unknown or long finished")
        price_ticks = math.nan if ticks is None else float(ticks)
        qty_lots = math.nan if lots is None else float(lots)
        order.status_code = status
        order.leaves_lots = float(leaves)
        order.filled_lots = float(filled)
        if kind in _CHANGES:
            order.price_ticks = price_ticks
            order.qty_lots = qty_lots
        if kind in _ANSWERS and order.requests_pending > 0:
            order.requests_pending -= 1
        reason_text = self.run.reasons[reason]
        if status >= _FIRST_FINISHED:
            order.reason = reason_text
            self.orders.pop(id, None)
            if order.requests_pending > 0:
                self._late[id] = order
            else:
                self._late.pop(id, None)
        inst = order.inst
        origin = self.run.origin
        made = Fill if kind == _FILLED else Reject if kind == _REJECTED else OrderEvent
        return made(
            order,
            ORDER_EVENTS[kind],
            ORDER_STATUSES[status],
            origin + int(local),
            None if exchange is None else origin + int(exchange),
            price_ticks / inst.ticks_per_unit,
            qty_lots / inst.lots_per_unit,
            order.leaves_lots / inst.lots_per_unit,
            order.filled_lots / inst.lots_per_unit,
            bool(maker),
            float(fee),
            reason_text,
            detail,
        )

    def _account_event(self, event: list[Any]) -> AccountEvent:
        _, kind, index, amount, lots, ticks, fee, local, exchange = event
        inst = None if index is None else self.run.instruments[index]
        origin = self.run.origin
        return AccountEvent(
            ACCOUNT_EVENTS[kind],
            inst,
            float(amount),
            0.0 if inst is None else lots / inst.lots_per_unit,
            math.nan if inst is None or ticks is None else ticks / inst.ticks_per_unit,
            float(fee),
            origin + int(local),
            origin + int(exchange),
        )

    def _market_columns(self, payload: Payload, at: int, rows: int) -> tuple[MarketColumns, int]:
        _count(rows)
        columns = {}
        for attribute, dtype in self._row_columns:
            columns[attribute] = np.ndarray((rows,), dtype, payload, at)
            at += (rows * dtype.itemsize + 7) & -8
        return self._columns(self.run.instruments, self.run.origin, rows, columns), at

    def _add_bars(self, events: list[Event], payload: Payload, at: int, rows: int) -> int:
        wide = 8 * _count(rows)
        columns = [np.ndarray((rows,), _F64, payload, at + place * wide).tolist() for place in range(11)]
        at += 11 * wide
        for _ in range(2):
            columns.append(np.ndarray((rows,), _U16, payload, at).tolist())
            at += (2 * rows + 7) & -8
        origin = self.run.origin
        instruments = self.run.instruments
        for local, exchange, first, high, low, last, volume, vwap, trades, start, end, index, place in zip(*columns):
            ts, exchange_ts = origin + int(local), origin + int(exchange)
            bar = Bar(instruments[index], ts, exchange_ts, first, high, low, last, volume, vwap, None, None, None, "")
            if place > 0:
                bar.series = self.bar_series[place - 1].name
                bar.trades, bar.start, bar.end = int(trades), origin + int(start), origin + int(end)
            events.append(bar)
        return at

    def _count_bars(self, counts: list[list[float]]) -> None:
        if len(counts) != len(self.bar_series):
            raise ValueError(f"counts of {len(counts)} series of bars, there are {len(self.bar_series)}")
        for series, (bars, empty, cut, late, late_lots, outside, outside_lots, bounded) in zip(self.bar_series, counts):
            per_unit = series.inst.lots_per_unit
            series.counts = BarCounts(
                int(bars), int(empty), int(cut), int(late), late_lots / per_unit, int(outside), outside_lots / per_unit, int(bounded)
            )

    def _book(self, payload: Payload, at: int, event: list[Any], now: int) -> tuple[Book, int]:
        _, index, bids, asks = event
        columns = []
        for levels in (bids, bids, asks, asks):
            columns.append(np.ndarray((_count(levels),), _F64, payload, at))
            at += 8 * levels
        return Book(self.run.instruments[index], now, *columns), at

    @property
    def x(self) -> FeatureRow:
        """The features as they came with this request: a row that is one's own, the same until the next request."""
        row = self._row
        if row is None:
            payload, at = self._payload, self._state_bytes
            if len(payload) != self._head_bytes or payload.__class__ is not bytearray:
                # So that who keeps the row does not keep all tables.
                payload, at = bytearray(payload[at : self._head_bytes]), 0
            row = self._row = self._row_class(self._row_shape, _F64, payload, at)
        return row

    def feature_bytes(self) -> bytearray:
        """The features as float64 bytes, a copy: for who makes an array of its own of them."""
        return bytearray(self._payload[self._state_bytes : self._head_bytes])

    # -- replies

    def add(self, operation: tuple[Any, ...]) -> None:
        """Adds an operation to the reply. Raises ``RuntimeError`` where the reply is full, ``TypeError`` for what no msgpack has."""
        if self._replied:
            raise RuntimeError("nothing can be sent between a reply and the next request")
        packed = pack(operation)
        if self.operations_left <= 0:
            raise RuntimeError(f"a reply has at most {self._operations_limit} operations (orders, cancels, log lines …)")
        size = self._operation_bytes + len(packed)
        if size > self._meta_limit:
            raise RuntimeError(f"a reply has at most {self._meta_limit} bytes of operations; this one makes it {size}")
        self.operations_left -= 1
        self._operation_bytes = size
        self._operations.append(packed)

    def reserve(self, operations: int, size: int) -> None:
        """Keeps room in the reply for what must not fail later; negative numbers give it back."""
        self.operations_left -= operations
        self._operation_bytes += size

    def expect_answer(self, order: Order) -> None:
        """A cancel or an amend of this order was added."""
        order.requests_pending += 1
        if order.finished:
            self._late[order.id] = order

    def reply(self) -> None:
        """Answers the request with what was added."""
        if self._replied:
            raise RuntimeError("reply() without a request that waits for one")
        self._replied = True
        operations = self._operations
        if not operations:
            self._send(_NO_ACTIONS(_ACTIONS_HEAD, self._seq, 0))
            return
        count = len(operations)
        head = bytes((0x90 | count,)) if count < 16 else b"\xdc" + count.to_bytes(2, "big")
        meta = head + b"".join(operations)
        operations.clear()
        self._operation_bytes = _LIST_HEAD_BYTES
        self.operations_left = self._operations_limit
        self._send(encode(ACTIONS, self._seq, meta))

    def reset(self, seed: int | None = None) -> None:
        """Environments: asks for a new run, in place of a reply or as the first thing of all.

        ``seed``: of the run's random streams; ``None`` is the run file's own. Orders of the run before are void.
        """
        if self._replied and self._seq > 0:
            raise RuntimeError("reset() while the next request is on its way: receive() it first")
        self._send(encode(RESET, self._seq, pack({} if seed is None else {"seed": seed})))
        self._seq = 0
        self._replied = True
        self.stopping = self.together = False
        self.orders.clear()
        self._late.clear()
        self.next_id = 1
        self._operations.clear()
        self._operation_bytes = _LIST_HEAD_BYTES
        self.operations_left = self._operations_limit

    def _send(self, frame: bytes) -> None:
        try:
            self._write(frame)
        except OSError as error:
            self._hear_last_words()
            raise FrameError("EXIT", f"the simulator is gone: {error}") from None

    def _hear_last_words(self) -> None:
        """Raises what a simulator that does not listen any more said before it went; nothing where it said nothing."""
        try:
            frame = self._read_frame()
        except (OSError, FrameError):
            return
        if frame is not None and frame[0] == ERROR:
            raise _remote_error(frame[2]) from None

    def error(self, code: str, message: str, trace: str | None = None) -> None:
        """Tells the simulator why this side ends; quietly nothing where it is gone."""
        meta = {"code": code, "message": _shortened(message, 16_000)}
        if trace is not None:
            meta["traceback"] = _shortened(trace, 200_000)
        try:
            self._write(encode(ERROR, self._seq, pack(meta)))
        except (OSError, ValueError):
            pass

    def close(self) -> None:
        """Closes the stream."""
        self._stream.close()


def _wanted(names: Sequence[str] | None) -> list[tuple[str, np.dtype[Any]]]:
    """The columns of market rows that come, in their order: attribute and type."""
    return [
        (attribute, np.dtype(dtype)) for wire, attribute, dtype in ROW_COLUMNS.values() if names is None or wire in names
    ]


def _count(rows: int) -> int:
    # numpy takes a length of -1 for "as many as there are".
    if rows < 0:
        raise ValueError(f"a table of {rows} rows")
    return rows


def _remote_error(meta: bytes) -> RemoteError:
    said = unpack_meta(meta)
    if not isinstance(said, dict):
        return RemoteError("BAD_META", f"an ERROR without a map: {shown_bytes(meta)}")
    return RemoteError(str(said.get("code", "")), str(said.get("message", "")))


def _shortened(text: str, limit: int) -> str:
    """Both ends of a text that is too long for a frame. Lone surrogates, which msgpack refuses, become escapes."""
    text = text.encode("utf-8", "backslashreplace").decode()
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n… {len(text) - 2 * half} characters left out …\n{text[-half:]}"
