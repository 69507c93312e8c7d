"""Sends every frame back, after the package has decoded it: the meta anew packed, the columns through numpy, and what each
value was as text, so that neither end can be wrong in a way that the other one mends."""

import os
import struct
from typing import Any

import numpy as np

from tickwright.frame import FrameReader, encode, pack, unpack_meta
from tickwright.stream import PipeStream

read_fd, write_fd = (int(fd) for fd in os.environ["TICKWRIGHT_FDS"].split(","))
stream = PipeStream(read_fd, write_fd)
reader = FrameReader(stream)


def written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return struct.pack(">d", value).hex()
    return f"text {len(value)} {value}"


while (frame := reader.read()) is not None:
    _, seq, meta, payload = frame
    cells = np.frombuffer(payload, "<i8")
    numbers = np.frombuffer(payload, "<f8").copy()
    values = unpack_meta(meta) if meta else []
    told = [
        values,
        [written(value) for value in values],
        [str(int(cell)) for cell in cells],
        [struct.pack(">d", number).hex() for number in numbers],
    ]
    stream.write(encode(17, seq, pack(told), numbers.tobytes()))
