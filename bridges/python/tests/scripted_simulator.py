"""A simulator of few words for tests: speaks the protocol over pipes from a thread, with frames built by hand.

It packs and reads frames with `struct` and `msgpack` alone, so that it shares nothing with what it tests but the layout.
"""

from __future__ import annotations

import os
import struct
import threading
from typing import Any

import msgpack
import numpy as np

from tickwright.layout import SCHEMA

ORIGIN = 1_723_161_256_298_000_123
REASONS = ["", "post-only order would have taken liquidity", "a risk limit"]


def instrument(symbol: str = "BTCUSDT", tick: str = "0.1", lot: str = "0.001") -> dict[str, Any]:
    return {
        "symbol": symbol, "tick": tick, "lot": lot, "ticksPerUnit": round(1 / float(tick)),
        "lotsPerUnit": round(1 / float(lot)), "contract": "linear", "multiplier": "1", "base": "BTC", "quote": "USDT",
        "settle": "USDT",
    }  # fmt: skip


def welcome(**changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "schema": SCHEMA,
        "run": {"name": "a run", "seed": 7, "originNs": str(ORIGIN)},
        "strategy": "maker",
        "params": {},
        "instruments": [instrument()],
        "reasons": REASONS,
        "limits": {"metaBytes": 1 << 20, "payloadBytes": 64 << 20, "operations": 10_000},
        "stderrIsCaptured": False,
        **changes,
    }


def frame(frame_type: int, seq: int, meta: Any = None, payload: bytes = b"") -> bytes:
    packed = b"" if meta is None else msgpack.packb(meta)
    head = struct.pack("<HBBIII", 0x5754, 1, frame_type, seq, len(packed), len(payload))
    return head + packed + bytes(-len(packed) % 8) + payload


def state(
    now: int = 0, positions: tuple[float, ...] = (0.0,), features: tuple[float, ...] = (), tables: bytes = b"",
    cash: float = 0.0, equity: float = 0.0, fees: float = 0.0,
) -> bytes:  # fmt: skip
    """``now``: ns since the origin."""
    numbers = (cash, equity, fees, *positions, *features)
    return struct.pack(f"<q{len(numbers)}d", ORIGIN + now, *numbers) + tables


def column(values: Any, dtype: str) -> bytes:
    data = np.asarray(values, dtype=dtype).tobytes()
    return data + bytes(-len(data) % 8)


def rows_table(rows: list[tuple[float, float, float, float, int, int, int]]) -> bytes:
    """Rows of (local, exchange, px, qty, inst, kind, side)."""
    columns = list(zip(*rows)) if rows else [()] * 7
    kinds = ("<f8", "<f8", "<f8", "<f8", "<u2", "u1", "u1")
    return b"".join(column(values, kind) for values, kind in zip(columns, kinds))


def bars_table(bars: list[tuple[float, ...]]) -> bytes:
    """Bars of (local, exchange, open, high, low, close, volume, vwap, trades, start, end, inst, series)."""
    kinds = ("<f8",) * 11 + ("<u2",) * 2
    return b"".join(column(values, kind) for values, kind in zip(zip(*bars), kinds))


class Ended(Exception):
    """The peer closed its end."""


class ScriptedSimulator:
    """The simulator's end of two pipes."""

    def __init__(self) -> None:
        self._read, self.peer_write = os.pipe()
        self.peer_read, self._write = os.pipe()
        self._seq = 0

    def take(self) -> tuple[int, int, Any, bytes]:
        """The peer's next frame: (type, seq, meta, payload)."""
        magic, version, frame_type, seq, meta_size, payload_size = struct.unpack("<HBBIII", self._exactly(16))
        assert (magic, version) == (0x5754, 1)
        meta = self._exactly(meta_size)
        assert not any(self._exactly(-meta_size % 8))
        payload = self._exactly(payload_size)
        return frame_type, seq, msgpack.unpackb(meta) if meta else None, payload

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = os.read(self._read, size - len(data))
            if not more:
                raise Ended
            data += more
        return data

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._write, view) :]

    def greet(self, **changes: Any) -> tuple[dict[str, Any], Any]:
        """HELLO → WELCOME → READY: gives the metas of HELLO and of the frame that came last (READY, or ERROR)."""
        frame_type, _, hello, _ = self.take()
        if frame_type != 1:
            return hello, hello
        self.send(frame(2, 0, welcome(**changes)))
        return hello, self.take()[2]

    def ask(self, meta: Any = None, payload: bytes | None = None, frame_type: int = 16) -> tuple[int, Any, bytes]:
        """Sends a request, gives the answer's (type, meta, payload)."""
        self._seq += 1
        self.send(frame(frame_type, self._seq, meta, state() if payload is None else payload))
        answer, seq, actions, signals = self.take()
        assert seq == self._seq
        return answer, actions, signals

    def start(self, features: tuple[str, ...] = (), positions: tuple[float, ...] = (0.0,)) -> Any:
        return self.ask([[0, list(features)]], state(0, positions, (float("nan"),) * len(features)))[1]

    def stop(self, meta: Any = None, payload: bytes | None = None) -> Any:
        return self.ask(meta, payload, 18)[1]

    def hang_up(self) -> None:
        for fd in (self._read, self._write):
            os.close(fd)


def in_background(work: Any) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
