"""What a decision costs in Python, over two pipes on one core: `python tests/measure.py`.

A forked parent of few instructions sends requests with 16 features; the numbers are medians of rounds of 20,000 trips in µs.
``floor`` is a peer that reads 4 KiB and writes 16 bytes. The cost of Python is measured apart, without any system call.
"""

from __future__ import annotations

import os
import statistics
import struct
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import tickwright as tw  # noqa: E402
from scripted_simulator import frame, rows_table, state, welcome  # noqa: E402
from tickwright.dispatch import converse  # noqa: E402
from tickwright.stream import PipeStream  # noqa: E402

FEATURES = tuple(f"feature_{place}" for place in range(16))
ROUNDS, TRIPS = 7, 20_000


class Silent(tw.Strategy):
    def on_features(self, ts: int, x: tw.FeatureRow) -> None:
        pass


class Looks(tw.Strategy):
    def on_features(self, ts: int, x: tw.FeatureRow) -> None:
        x.feature_3 + x["feature_4"] + x[5]


class Buys(tw.Strategy):
    def on_features(self, ts: int, x: tw.FeatureRow) -> None:
        self.buy(0.01, 65000.1, post_only=True)


class Quotes(tw.Strategy):
    def on_features(self, ts: int, x: tw.FeatureRow) -> None:
        self.quote(bid=(65000.1, 0.01), ask=(65000.3, 0.01))


class Trades(tw.Strategy):
    def on_trades(self, t: tw.TradeColumns) -> None:
        t.px


def request(seq: int, meta: object = None, tables: bytes = b"") -> bytes:
    return frame(16, seq, meta, state(seq, (0.5,), tuple(float(place) for place in range(16)), tables))


def opening(strategy: tw.Strategy) -> list[bytes]:
    return [frame(2, 0, welcome()), frame(16, 1, [[0, list(FEATURES)]], state(0, (0.0,), (0.0,) * 16))]


class Canned:
    """A stream without system calls: one frame a read."""

    def __init__(self, frames: list[bytes]) -> None:
        self.read = lambda size, take=iter([*frames, b""]).__next__: take()
        self.write = lambda data: None

    def close(self) -> None:
        pass


def talk_over(stream: object, strategy: tw.Strategy) -> float:
    """Seconds of all requests but the first."""
    talk = tw.Conversation(stream)  # type: ignore[arg-type]
    talk.hello(None)
    strategy.bind(talk)
    talk.ready({})
    talk.receive()
    talk.reply()
    talk.orders.clear()
    began = time.perf_counter()
    converse(talk, strategy)
    return time.perf_counter() - began


def python_alone(kind: type[tw.Strategy], meta: object = None, tables: bytes = b"") -> float:
    took = []
    for _ in range(ROUNDS):
        strategy = kind()
        frames = opening(strategy) + [request(seq, meta, tables) for seq in range(2, TRIPS + 2)]

        class Once(Canned):
            def read_into(self, buffer: memoryview) -> int:
                raise NotImplementedError

        took.append(talk_over(Once(frames), strategy) / TRIPS * 1e6)
    return min(took)


def over_pipes(peer: object) -> float:
    """µs a round trip; ``peer(read_fd, write_fd)`` runs in a child."""
    took = []
    for _ in range(ROUNDS):
        to_child, ours_out = os.pipe()
        ours_in, from_child = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ours_out)
            os.close(ours_in)
            peer(to_child, from_child)  # type: ignore[operator]
            os._exit(0)
        os.close(to_child)
        os.close(from_child)
        head = struct.Struct("<4sIII")
        body = request(0)[16:]
        os.read(ours_in, 65536)  # HELLO
        for data in opening(Silent()):
            os.write(ours_out, data)
            os.read(ours_in, 65536)
        began = time.perf_counter()
        for seq in range(2, TRIPS + 2):
            os.write(ours_out, head.pack(b"TW\x01\x10", seq, 0, len(body)) + body)
            os.read(ours_in, 65536)
        took.append((time.perf_counter() - began) / TRIPS * 1e6)
        os.close(ours_out)
        os.close(ours_in)
        os.waitpid(pid, 0)
    return statistics.median(took)


def floor(read_fd: int, write_fd: int) -> None:
    answer = bytes(16)
    os.write(write_fd, answer)
    while os.read(read_fd, 4096):
        os.write(write_fd, answer)


def strategy_peer(kind: type[tw.Strategy]) -> object:
    def peer(read_fd: int, write_fd: int) -> None:
        talk_over(PipeStream(read_fd, write_fd), kind())

    return peer


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print("Python alone, µs a decision (16 features)")
    table = rows_table([(float(row), float(row), 65000.1, 0.01, 0, 1, 1) for row in range(3)])
    for name, value in (
        ("empty reply", python_alone(Silent)),
        ("three features read by name and place", python_alone(Looks)),
        ("one post-only order", python_alone(Buys)),
        ("quote(), both orders right", python_alone(Quotes)),
        ("three trades", python_alone(Trades, [[4, 3]], table)),
    ):
        print(f"  {name:40} {value:6.2f}")
    print("Round trip over pipes on one core, µs")
    for name, value in (
        ("floor: Python and Python", over_pipes(floor)),
        ("empty reply", over_pipes(strategy_peer(Silent))),
        ("one post-only order", over_pipes(strategy_peer(Buys))),
    ):
        print(f"  {name:40} {value:6.2f}")
