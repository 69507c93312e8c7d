"""Frames: a header of 16 bytes, msgpack meta, raw columns. Lengths are checked before anything is allocated.

Knows nothing of what frames mean. Used by the conversation, and by the tests that share byte vectors with the simulator.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeAlias

import msgpack  # type: ignore[import-untyped]
import numpy as np

from .layout import FRAME_TYPES, PROTOCOL_VERSION

MAGIC: Final = 0x5754
HEADER_BYTES: Final = 16
META_LIMIT: Final = 1 << 20
"""Bytes of meta in one frame, at most."""
PAYLOAD_LIMIT: Final = 64 << 20
"""Bytes of payload in one frame, at most."""

# What one blocking read asks for. A request without tables fits, so that it costs one system call.
CHUNK_BYTES: Final = 16_384
# Elements in one msgpack array or map, which msgpack would otherwise allocate as announced.
ELEMENTS_LIMIT: Final = 65_536

_pack_header = struct.Struct("<HBBIII").pack
_unpack_header = struct.Struct("<HBBIII").unpack_from


def remark_on_slow_msgpack(packer: type) -> None:
    """Warns where msgpack runs without its C extension; the bridge works, 20 to 100 times slower."""
    if "fallback" in packer.__module__:
        warnings.warn(
            "msgpack runs in pure Python here, which makes every message with orders or events 20 to 100 times slower: "
            "install a msgpack with its C extension (pip install --force-reinstall msgpack), "
            "and leave MSGPACK_PUREPYTHON unset",
            RuntimeWarning,
            stacklevel=3,
        )


remark_on_slow_msgpack(msgpack.Packer)

_packer = msgpack.Packer(use_bin_type=True, strict_types=False, use_single_float=False)
pack: Callable[[Any], bytes] = _packer.pack
"""Packs one value as msgpack. Not for several threads at once."""


class FrameError(Exception):
    """What is wrong with a frame or with its place in the conversation.

    ``code`` is one of those that PROTOCOL.md lists: ``GARBAGE`` (no frame, or one with padding that is not zero or a payload
    that is no multiple of 8), ``VERSION``, ``TYPE``, ``TOO_BIG``, ``BAD_META``, ``SEQ``, ``EXIT`` (the stream ended inside
    a frame), ``BAD_ACTIONS``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Stream(Protocol):
    """Bytes both ways, blocking. ``read`` gives ``b""`` and ``read_into`` 0 at the end."""

    def read(self, size: int, /) -> bytes: ...

    def read_into(self, buffer: memoryview, /) -> int: ...

    def write(self, data: bytes, /) -> None: ...

    def close(self) -> None: ...


def padded(size: int) -> int:
    """``size`` up to a multiple of 8."""
    return (size + 7) & -8


def encode(frame_type: int, seq: int, meta: bytes = b"", payload: bytes = b"") -> bytes:
    """A frame as bytes. ``meta`` is msgpack already; ``payload`` is a multiple of 8 bytes long."""
    if len(meta) > META_LIMIT:
        raise FrameError("TOO_BIG", f"meta of {len(meta)} bytes; {META_LIMIT} are allowed")
    if len(payload) > PAYLOAD_LIMIT:
        raise FrameError("TOO_BIG", f"payload of {len(payload)} bytes; {PAYLOAD_LIMIT} are allowed")
    if len(payload) & 7:
        raise FrameError("GARBAGE", f"payload of {len(payload)} bytes, which is no multiple of 8")
    head = _pack_header(MAGIC, PROTOCOL_VERSION, frame_type, seq, len(meta), len(payload))
    return b"".join((head, meta, bytes(-len(meta) & 7), payload))


def unpack_meta(meta: bytes | bytearray | memoryview) -> Any:
    """The msgpack value of a meta; ``None`` where there is none. Raises ``FrameError`` BAD_META."""
    if not meta:
        return None
    limit = min(len(meta), ELEMENTS_LIMIT)
    try:
        return msgpack.unpackb(
            meta,
            raw=False,
            strict_map_key=True,
            object_pairs_hook=_text_keyed,
            max_array_len=limit,
            max_map_len=limit,
            max_ext_len=0,
            ext_hook=_no_extension,
        )
    except FrameError:
        raise
    except Exception as error:  # msgpack raises many kinds, RecursionError and UnicodeDecodeError among them
        raise FrameError("BAD_META", f"meta is no msgpack: {type(error).__name__} {error}") from None


def _text_keyed(pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    for key, _ in pairs:
        if key.__class__ is not str:
            raise FrameError("BAD_META", f"a map of the meta has the key {key!r}, which is no text")
    return dict(pairs)


def _no_extension(code: int, _data: bytes) -> Any:
    raise FrameError("BAD_META", f"meta has the msgpack extension {code}; there are none here")


Payload: TypeAlias = bytearray | memoryview
"""The payload of one frame, writable: it belongs to who took the frame."""


class FrameReader:
    """Takes frames off a stream; keeps what stands behind one for the next."""

    __slots__ = ("_read", "_read_into", "_rest")

    def __init__(self, stream: Stream) -> None:
        self._read = stream.read
        self._read_into = stream.read_into
        self._rest = b""

    def read(self) -> tuple[int, int, bytes, Payload] | None:
        """The next frame as (type, seq, meta, payload), or ``None`` at the end of the stream between two frames.

        ``payload`` is a buffer of its own, which belongs to the caller. Blocks. Raises ``FrameError``, after which the
        stream is of no more use.
        """
        data = self._rest
        if len(data) < HEADER_BYTES:
            data = self._fill(data)
            if not data:
                return None
        magic, version, frame_type, seq, meta_size, payload_size = _unpack_header(data)
        if (
            magic != MAGIC
            or version != PROTOCOL_VERSION
            or frame_type not in FRAME_TYPES
            or meta_size > META_LIMIT
            or payload_size > PAYLOAD_LIMIT
            or payload_size & 7
        ):
            raise _header_fault(data)
        start = HEADER_BYTES + ((meta_size + 7) & -8)
        end = start + payload_size
        have = len(data)
        if have == end:
            self._rest = b""
            payload: Payload = bytearray(data[start:])
        elif have > end:
            self._rest = data[end:]
            payload = bytearray(data[start:end])
        else:
            self._rest = b""
            if have < start:
                data += self._exactly(start - have)
                have = start
            # Not zeroed first: pages that are never read into are never touched.
            payload = np.empty(payload_size, np.uint8).data
            payload[: have - start] = data[start:]
            self._read_all(payload[have - start :])
        if meta_size == 0:
            return frame_type, seq, b"", payload
        meta_end = HEADER_BYTES + meta_size
        if any(data[meta_end:start]):
            raise FrameError("GARBAGE", f"padding {data[meta_end:start].hex()} behind the meta is not zero")
        return frame_type, seq, data[HEADER_BYTES:meta_end], payload

    def _fill(self, data: bytes) -> bytes:
        """At least a header, or nothing at the end of the stream."""
        if not data:
            data = self._read(CHUNK_BYTES)
            if not data:
                return data
        while len(data) < HEADER_BYTES:
            more = self._read(CHUNK_BYTES)
            if not more:
                # A few stray bytes are garbage rather than half a frame if they do not begin like one.
                if not data.startswith(b"TW"[: len(data)]):
                    raise FrameError("GARBAGE", f"not a frame: {shown_bytes(data)}")
                raise FrameError("EXIT", f"the stream ended after {len(data)} bytes of a frame's header")
            data += more
        return data

    def _exactly(self, size: int) -> bytes:
        buffer = bytearray(size)
        self._read_all(memoryview(buffer))
        return bytes(buffer)

    def _read_all(self, view: memoryview) -> None:
        while view:
            count = self._read_into(view)
            if count == 0:
                raise FrameError("EXIT", f"the stream ended inside a frame, {len(view)} bytes before its end")
            view = view[count:]


def _header_fault(data: bytes) -> FrameError:
    magic, version, frame_type, _seq, meta_size, payload_size = _unpack_header(data)
    if magic != MAGIC:
        return FrameError("GARBAGE", f"not a frame: {shown_bytes(data)}")
    if version != PROTOCOL_VERSION:
        return FrameError("VERSION", f"frame of version {version}; this package speaks {PROTOCOL_VERSION}")
    if frame_type not in FRAME_TYPES:
        return FrameError("TYPE", f"frame type {frame_type} is not known")
    if meta_size > META_LIMIT:
        return FrameError("TOO_BIG", f"meta of {meta_size} bytes; {META_LIMIT} are allowed")
    if payload_size > PAYLOAD_LIMIT:
        return FrameError("TOO_BIG", f"payload of {payload_size} bytes; {PAYLOAD_LIMIT} are allowed")
    return FrameError("GARBAGE", f"payload of {payload_size} bytes, which is no multiple of 8")


def shown_bytes(data: bytes) -> str:
    """The first 40 bytes for a message."""
    return repr(bytes(data[:40])) + ("…" if len(data) > 40 else "")
