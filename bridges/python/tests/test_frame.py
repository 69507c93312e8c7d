"""Frames: the shared byte vectors, what may come in pieces, and 300,000 damaged ones."""

from __future__ import annotations

import json
import math
import os
import random
import re
import socket
import struct
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

import make_vectors
from tickwright import frame as frames
from tickwright.frame import FrameError, FrameReader, encode, pack, unpack_meta
from tickwright.layout import FRAME_TYPES, LAYOUT_TEXT, SCHEMA
from tickwright.stream import PipeStream, SocketStream, connect

VECTORS = json.loads(make_vectors.FILE.read_text(encoding="utf-8"))
PROTOCOL = Path(__file__).parents[1] / "PROTOCOL.md"


class Bytes:
    """A stream of given bytes that come in pieces of at most ``piece``."""

    def __init__(self, data: bytes, piece: int = 1 << 30) -> None:
        self.data = data
        self.piece = piece
        self.largest = 0

    def read(self, size: int) -> bytes:
        taken, self.data = self.data[: min(size, self.piece)], self.data[min(size, self.piece) :]
        return taken

    def read_into(self, buffer: memoryview) -> int:
        self.largest = max(self.largest, len(buffer))
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)

    def write(self, data: bytes) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def same(a: Any, b: Any) -> bool:
    """Equal with NaN like NaN and -0 unlike 0; whole floats and ints are the same."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    return make_vectors.plain(a) == make_vectors.plain(b)


def test_the_fixture_is_what_its_generator_makes():
    assert make_vectors.FILE.read_text(encoding="utf-8") == make_vectors.text()


def test_the_layout_is_that_of_the_protocol():
    block = re.search(r"```json\n(.*?)```", PROTOCOL.read_text(encoding="utf-8"), re.S)
    assert block is not None
    assert LAYOUT_TEXT == json.dumps(json.loads(block[1]), sort_keys=True, separators=(",", ":"))
    assert re.fullmatch("[0-9a-f]{16}", SCHEMA)


@pytest.mark.parametrize("vector", [v for v in VECTORS if "fault" not in v], ids=lambda v: v["name"])
@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_good_frames_are_read_and_written_as_they_are(vector, piece):
    data = bytes.fromhex(vector["hex"])
    reader = FrameReader(Bytes(data, piece))
    frame_type, seq, meta, payload = reader.read()
    assert (frame_type, seq, payload.hex()) == (vector["type"], vector["seq"], vector["payload"])
    assert same(vector["meta"], make_vectors.plain(unpack_meta(meta)))
    assert reader.read() is None
    assert encode(frame_type, seq, meta, bytes(payload)) == data


@pytest.mark.parametrize("vector", [v for v in VECTORS if "fault" in v], ids=lambda v: v["name"])
@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_bad_frames_have_the_code_of_their_fault(vector, piece):
    with pytest.raises(FrameError) as caught:
        frame = FrameReader(Bytes(bytes.fromhex(vector["hex"]), piece)).read()
        assert frame is not None
        unpack_meta(frame[2])
    assert caught.value.code == vector["fault"]
    assert "\n" not in str(caught.value)


def test_every_type_has_a_good_vector_and_every_fault_of_frames_a_bad_one():
    assert {v["type"] for v in VECTORS if "fault" not in v} == FRAME_TYPES
    assert {v["fault"] for v in VECTORS if "fault" in v} == {"GARBAGE", "VERSION", "TYPE", "TOO_BIG", "BAD_META", "EXIT"}


def test_what_stands_behind_a_frame_is_kept_for_the_next():
    good = [bytes.fromhex(v["hex"]) for v in VECTORS if "fault" not in v]
    for piece in (1, 5, 64, 1 << 30):
        reader = FrameReader(Bytes(b"".join(good), piece))
        again = []
        while (frame := reader.read()) is not None:
            again.append(encode(frame[0], frame[1], frame[2], bytes(frame[3])))
        assert again == good


def test_a_payload_is_a_buffer_of_its_own():
    data = encode(16, 1, b"", struct.pack("<2d", 1, 2)) + encode(16, 2, b"", struct.pack("<2d", 3, 4))
    reader = FrameReader(Bytes(data))
    first = reader.read()[3]
    second = reader.read()[3]
    first[:8] = bytes(8)
    assert struct.unpack("<2d", first) == (0, 2)
    assert struct.unpack("<2d", second) == (3, 4)


@pytest.mark.parametrize(
    ("meta", "payload", "code"),
    [(bytes((1 << 20) + 1), b"", "TOO_BIG"), (b"", bytes((64 << 20) + 8), "TOO_BIG"), (b"", bytes(9), "GARBAGE")],
)
def test_what_must_not_be_sent_is_not_made(meta, payload, code):
    with pytest.raises(FrameError) as caught:
        encode(17, 1, meta, payload)
    assert caught.value.code == code


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(VALUES, st.integers(0, 2**32 - 1), st.binary(max_size=80), st.integers(1, 50))
def test_any_meta_and_payload_come_back_as_they_were(value, seq, payload, piece):
    payload += bytes(-len(payload) % 8)
    data = encode(17, seq, pack(value), payload)
    assert len(data) % 8 == 0
    frame_type, read_seq, meta, read_payload = FrameReader(Bytes(data, piece)).read()
    assert (frame_type, read_seq, bytes(read_payload)) == (17, seq, payload)
    assert pack(unpack_meta(meta)) == pack(value)  # NaN and -0 included


def test_a_large_frame_comes_through_a_pipe_in_pieces():
    read_fd, write_fd = os.pipe()
    there, back = os.pipe()
    stream, other = PipeStream(read_fd, back), PipeStream(there, write_fd)
    payload = os.urandom(3 << 20)
    data = encode(16, 9, pack(["x" * 70_000]), payload)
    writer = threading.Thread(target=other.write, args=(data + data,))
    writer.start()
    reader = FrameReader(stream)
    for _ in range(2):
        frame_type, seq, meta, read = reader.read()
        assert (frame_type, seq, bytes(read)) == (16, 9, payload)
        assert unpack_meta(meta) == ["x" * 70_000]
    writer.join()
    other.close()
    other.close()
    assert reader.read() is None
    stream.close()


def test_a_write_that_takes_a_part_is_gone_on_with(monkeypatch):
    read_fd, write_fd = os.pipe()
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data[:7])))
    stream = PipeStream(read_fd, write_fd)
    data = encode(17, 1, pack(["x" * 100]))
    stream.write(data)
    assert stream.read(1 << 16) == data
    stream.close()


@pytest.mark.parametrize("family", ["tcp", "unix"])
def test_frames_travel_through_sockets(family, tmp_path):
    if family == "unix":
        server = socket.socket(socket.AF_UNIX)
        address = str(tmp_path / "tw.sock")
        server.bind(address)
    else:
        server = socket.socket()
        server.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{server.getsockname()[1]}"
    server.listen()
    stream = connect(address)
    theirs = SocketStream(server.accept()[0])
    payload = os.urandom(1 << 20)
    writer = threading.Thread(target=theirs.write, args=(encode(16, 1, b"", payload) + encode(18, 2),))
    writer.start()
    reader = FrameReader(stream)
    assert bytes(reader.read()[3]) == payload
    assert reader.read()[:2] == (18, 2)
    writer.join()
    theirs.close()
    assert reader.read() is None
    stream.close()
    server.close()


@pytest.mark.parametrize(
    ("address", "kind", "said"),
    [
        ("127.0.0.1:1", ConnectionError, "no simulator waits at '127.0.0.1:1'"),
        ("/nowhere/tw.sock", ConnectionError, "no simulator waits at '/nowhere/tw.sock'"),
        ("127.0.0.1:http", ValueError, "port 'http' is not a number"),
        ("127.0.0.1:70000", ValueError, "port '70000' is not a number"),
    ],
)
def test_an_address_where_nobody_waits_is_named(address, kind, said):
    with pytest.raises(kind, match=re.escape(said)):
        connect(address)


def test_pure_python_msgpack_is_remarked_on_and_the_c_extension_is_not():
    fallback = type("Packer", (), {"__module__": "msgpack.fallback"})
    with pytest.warns(RuntimeWarning, match="C extension"):
        frames.remark_on_slow_msgpack(fallback)
    frames.remark_on_slow_msgpack(type("Packer", (), {"__module__": "msgpack._cmsgpack"}))


def damaged(draw: random.Random, good: list[bytes]) -> bytes:
    """A frame with bytes changed, cut, doubled or made up."""
    data = bytearray(draw.choice(good))
    for _ in range(draw.randint(1, 4)):
        what = draw.randrange(6)
        at = draw.randrange(len(data)) if data else 0
        if what == 0 and data:
            data[at] = draw.randrange(256)
        elif what == 1 and data:
            data[at] ^= 1 << draw.randrange(8)
        elif what == 2:
            del data[at:]
        elif what == 3:
            data[at:at] = draw.randbytes(draw.randrange(1, 12))
        elif what == 4 and len(data) >= 16:
            struct.pack_into("<I", data, draw.choice((4, 8, 12)), draw.choice((0, 1, 8, 1 << 20, 64 << 20, 0xFFFFFFFF, draw.getrandbits(32))))
        else:
            data += draw.randbytes(draw.randrange(24))
    return bytes(data) if draw.random() < 0.9 else draw.randbytes(draw.randrange(64))


def test_300_000_damaged_frames_neither_crash_nor_hang_nor_allocate_beyond_the_limit():
    draw = random.Random(20260101)
    good = [data for v in VECTORS if "fault" not in v and len(data := bytes.fromhex(v["hex"])) < 700]
    reads = faults = 0
    # Memory is watched for a part of them only: watching makes everything several times slower.
    watched, largest_peak, largest_read = 3_000, 0, 0
    began = time.monotonic()
    for number in range(300_000):
        stream = Bytes(damaged(draw, good), draw.choice((3, 40, 1 << 20)))
        reader = FrameReader(stream)
        if number < watched:
            tracemalloc.start()
        try:
            while (frame := reader.read()) is not None:
                unpack_meta(frame[2])
                reads += 1
        except FrameError:
            faults += 1
        if number < watched:
            largest_peak = max(largest_peak, tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        largest_read = max(largest_read, stream.largest)
    assert time.monotonic() - began < 60
    assert reads > 20_000 and faults > 200_000
    assert largest_read <= frames.PAYLOAD_LIMIT
    assert largest_peak <= frames.PAYLOAD_LIMIT + frames.META_LIMIT + (1 << 20)


def test_a_meta_of_the_longest_kind_claims_no_more_than_it_holds():
    # Arrays that each claim as many elements as msgpack lets them, inside each other.
    meta = b"\xdd\x00\x00\xff\xff" * 200
    tracemalloc.start()
    with pytest.raises(FrameError, match="BAD_META"):
        unpack_meta(meta)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_floats_in_a_meta_are_doubles():
    assert msgpack.unpackb(pack([0.1, math.pi])) == [0.1, math.pi]
