"""Writes test/fixtures/bridge/frames.json, which the tests of both languages read: `python tests/make_vectors.py`.

Deterministic; built with `struct` and bytes of msgpack alone, not with the package. One entry a frame:

    {name, hex, type, seq, meta, payload}   a good frame; `meta` is null where there is none, `payload` is hex
    {name, hex, fault}                      a bad one, and the code of PROTOCOL.md that names what is wrong with it;
                                            EXIT: the stream ends inside the frame

Numbers that JSON does not have stand in `meta` as the texts "NaN", "Infinity", "-Infinity", "-0".
"""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

from scripted_simulator import bars_table, column, frame, rows_table, state, welcome

FILE = Path(__file__).parents[3] / "test" / "fixtures" / "bridge" / "frames.json"
HELLO, WELCOME, READY, ERROR, DECIDE, ACTIONS, STOP, RESET, TAPE = 1, 2, 3, 5, 16, 17, 18, 19, 24
BELOW_2_53, AT_2_53 = 2**53 - 1, 2**53


def good() -> list[tuple[str, int, int, Any, bytes]]:
    hello = {
        "versions": [1, 1], "schema": "726cd4ab74821207", "layout": "{}", "library": "0.1.0", "python": "3.11.7",
        "numpy": "2.0.0", "pid": 4711, "mode": "strategy", "token": "geheim – ключ",
    }  # fmt: skip
    ready = {"name": "Maker", "handlers": ["start", "features", "fill"], "features": ["mid"], "decide": {"every": "100ms"}}
    bars_wanted = [{"every": "1m"}, {"every": "100 ticks", "name": "мид", "instruments": ["BTCUSDT"], "from": "mid", "grace": "1500ms"}]
    greeting = welcome(params={"size": 0.01, "levels": 3, "name": "ünïcode", "post": True, "nothing": None})
    market = rows_table([(1.0, 0.0, 65000.1, 0.25, 0, 1, 1), (AT_2_53, BELOW_2_53, -0.5, 1e-300, 1, 4, 2), (3, 2, 1, 1, 0, 1, 0)])
    recorded = (60e9, 60e9, 100.0, 101.0, 99.5, 100.5, 12.0, 100.25, math.nan, math.nan, math.nan, 1, 0)
    built = (120e9, 119e9, 100.5, 100.5, 100.5, 100.5, 0.0, math.nan, 0.0, 60e9, 120e9, 0, 2)
    bars = bars_table([recorded])
    book = column([100.0, 99.9], "<f8") + column([1.0, 2.0], "<f8") + column([100.1], "<f8") + column([3.0], "<f8")
    specials = (math.nan, math.inf, -math.inf, -0.0, 5e-324, float(BELOW_2_53), float(AT_2_53), float(AT_2_53 + 2))
    order = [2, 1, 3, 1, 650001.0, 10.0, 5.0, 5.0, True, -0.25, 0, "", 1e9, 999_999_999.0]
    refused = [2, 2, 2, 4, None, None, 0.0, 0.0, False, 0.0, 2, "a limit of 3", 1e9, None]
    account = [3, 0, 0, -1.5, 0.0, 650000.0, 0.0, 1e9, 1e9]
    return [
        ("hello", HELLO, 0, hello, b""),
        ("welcome", WELCOME, 0, greeting, b""),
        ("ready", READY, 0, ready, b""),
        ("ready with bars", READY, 0, {**ready, "handlers": ["bar"], "bars": bars_wanted}, b""),
        ("error with a traceback", ERROR, 3, {"code": "STRATEGY", "message": "ValueError: no", "traceback": "File …"}, b""),
        ("decide, nothing happened", DECIDE, 2, None, state(10**9, (0.5,))),
        ("decide, largest seq", DECIDE, 2**32 - 1, None, state(1, (0.5,))),
        ("decide, features with every special double", DECIDE, 3, None, state(2, (0.0,), specials)),
        ("start", DECIDE, 1, [[0, ["mid", "Größe", "数量"]]], state(0, (0.0,), (math.nan,) * 3)),
        ("start without features", DECIDE, 1, [[0, []]], state(0, (0.0,))),
        ("start with bars", DECIDE, 1, [[0, [], [["1m", 0], ["мид", 0]]]], state(0, (0.0,))),
        ("timer", DECIDE, 4, [[1, "тик"]], state(3, (0.0,))),
        ("order and account events", DECIDE, 5, [order, refused, account], state(4, (0.01,))),
        ("rows with odd columns", DECIDE, 6, [[4, 3]], state(5, (0.0,), (), market)),
        ("no rows", DECIDE, 7, [[4, 0]], state(6, (0.0,))),
        ("bars, rows, a book", DECIDE, 8, [[5, 1], [4, 3], [6, 0, 2, 1]], state(7, (0.0,), (1.5,), bars + market + book)),
        ("bars of the tape and built", DECIDE, 11, [[5, 2]], state(9, (0.0,), (), bars_table([recorded, built]))),
        ("an empty book", DECIDE, 9, [[6, 0, 0, 0]], state(8, (0.0,))),
        ("actions, none", ACTIONS, 2, None, b""),
        (
            "actions of every kind", ACTIONS, 3,
            [
                [0, 1, 0, 1, 10.0, 650000.0, 1], [0, 2, 0, 2, 10.0, None, 0],
                [0, 3, 0, 1, 10.5, 650000.25, 2, {"type": 3, "stopTicks": 650100.0, "clientId": "ключ", "hidden": True}],
                [1, 1], [2, 1, 650001.0, None, None], [3, None], [3, 0], [4, "Zeile\n二"], [5, "edge", 0.5],
                [6, "minute", 60_000_000_000, None], [7, "once", float(BELOW_2_53)], [8, "minute"],
                [9], [1, 2], [10],
            ],
            b"",
        ),
        ("actions with nonsense in an order", ACTIONS, 4, [[0, 4, 0, 1, math.nan, math.inf, 0], [5, "m", -math.inf], [5, "z", -0.0]], b""),
        ("actions with whole numbers at the limit", ACTIONS, 5, [[5, "m", AT_2_53], [5, "m", -AT_2_53], [5, "m", BELOW_2_53]], b""),
        ("a payload of special floats", ACTIONS, 6, None, struct.pack("<4d", 1.0, -0.0, math.nan, math.inf)),
        ("stop", STOP, 10, None, state(9, (0.0,))),
        ("stop with the counts of bars", STOP, 10, [[7, [[5, 0, 0, 1, 2.0, 0, 0.0, 0], [4, 1, 0, 0, 0.0, 3, 7.0, 0]]]], state(9, (0.0,))),
        ("reset", RESET, 0, {"seed": 7}, b""),
        ("reset without a seed", RESET, 12, {}, b""),
        ("rows of a tape", TAPE, 1, [3], column([0.0, 1.0, 2.0], "<f8") + column([1, -2, 3], "<i4")),
        ("meta of 7 bytes", DECIDE, 2, [[1, "ab"]], b""),
        ("meta of 8 bytes", DECIDE, 2, [[1, "abcd"]], b""),
    ]  # fmt: skip


def header(magic: int = 0x5754, version: int = 1, kind: int = DECIDE, meta: int = 0, payload: int = 0) -> bytes:
    return struct.pack("<HBBIII", magic, version, kind, 1, meta, payload)


def with_meta(meta: bytes) -> bytes:
    return header(meta=len(meta)) + meta + bytes(-len(meta) % 8)


def bad() -> list[tuple[str, bytes, str]]:
    whole = frame(DECIDE, 1, [[1, "abc"]], state())
    return [
        ("a line of text", b"Traceback (most recent call last):\n", "GARBAGE"),
        ("a few bytes of text, then the end", b"hello", "GARBAGE"),
        ("magic the other way round", header(magic=0x5457), "GARBAGE"),
        ("version 0", header(version=0), "VERSION"),
        ("version 2", header(version=2), "VERSION"),
        ("type 0", header(kind=0), "TYPE"),
        ("type 4", header(kind=4), "TYPE"),
        ("type 255", header(kind=255), "TYPE"),
        ("one byte of meta too many", header(meta=(1 << 20) + 1), "TOO_BIG"),
        ("the longest meta", header(meta=0xFFFFFFFF), "TOO_BIG"),
        ("eight bytes of payload too many", header(payload=(64 << 20) + 8), "TOO_BIG"),
        ("the longest payload", header(payload=0xFFFFFFF8), "TOO_BIG"),
        ("a payload of 12 bytes", header(payload=12) + bytes(12), "GARBAGE"),
        ("a payload of 1 byte", header(payload=1) + bytes(1), "GARBAGE"),
        ("padding that is not zero", header(meta=1) + b"\x90" + bytes(6) + b"\x01", "GARBAGE"),
        ("0xc1 for a meta", with_meta(b"\xc1"), "BAD_META"),
        ("a meta that is cut off", with_meta(b"\x92\x01"), "BAD_META"),
        ("two values in a meta", with_meta(b"\x90\x90"), "BAD_META"),
        ("an array of 2^32 - 1", with_meta(b"\xdd\xff\xff\xff\xff"), "BAD_META"),
        ("a map of 2^32 - 1", with_meta(b"\xdf\xff\xff\xff\xff"), "BAD_META"),
        ("a text of 2^32 - 1 bytes", with_meta(b"\xdb\xff\xff\xff\xff"), "BAD_META"),
        ("an extension", with_meta(b"\xd4\x01\x00"), "BAD_META"),
        ("a timestamp, which is an extension", with_meta(b"\xd6\xff\x00\x00\x00\x01"), "BAD_META"),
        ("a map with a whole number for a key", with_meta(b"\x81\x01\x02"), "BAD_META"),
        ("a map with bytes for a key", with_meta(b"\x81\xc4\x01a\x02"), "BAD_META"),
        ("a text that is no UTF-8", with_meta(b"\x91\xa2\xc3\x28"), "BAD_META"),
        ("2000 arrays in each other", with_meta(b"\x91" * 2000 + b"\x90"), "BAD_META"),
        ("the end inside the header", whole[:15], "EXIT"),
        ("the end behind the header", whole[:16], "EXIT"),
        ("the end inside the meta", whole[:20], "EXIT"),
        ("the end inside the payload", whole[:-1], "EXIT"),
    ]


def plain(value: Any) -> Any:
    """As JSON can have it."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        if value == 0 and math.copysign(1, value) < 0:
            return "-0"
    return value


def vectors() -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for name, kind, seq, meta, payload in good():
        made.append(
            {
                "name": name, "hex": frame(kind, seq, meta, payload).hex(), "type": kind, "seq": seq,
                "meta": plain(meta), "payload": payload.hex(),
            }
        )  # fmt: skip
    for name, data, fault in bad():
        made.append({"name": name, "hex": data.hex(), "fault": fault})
    return made


def text() -> str:
    lines = ",\n".join("  " + json.dumps(vector, ensure_ascii=False) for vector in vectors())
    return f"[\n{lines}\n]\n"


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
    print(f"{FILE}: {len(vectors())} frames")
