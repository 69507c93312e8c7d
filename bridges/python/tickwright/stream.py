"""Byte streams to the simulator: pipes on file descriptors, Unix sockets, TCP.

Knows nothing of frames. Used by the runner and by everything else that opens a conversation.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress

_PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031


class PipeStream:
    """A pair of blocking file descriptors, which belong to the stream from now on."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._closed = False

    def read(self, size: int) -> bytes:
        return os.read(self._read_fd, size)

    def read_into(self, buffer: memoryview) -> int:
        if hasattr(os, "readv"):
            return os.readv(self._read_fd, [buffer])
        data = os.read(self._read_fd, len(buffer))  # Windows
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: bytes) -> None:
        written = os.write(self._write_fd, data)
        if written != len(data):
            view = memoryview(data)[written:]
            while view:
                view = view[os.write(self._write_fd, view) :]

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            os.close(self._read_fd)
            os.close(self._write_fd)


def widen(pipe: int) -> None:
    """Room for a large frame in a pipe, so that neither side waits for the other at every 64 KiB. Linux only."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # the user's limit for pipes is used up, or it is no pipe: slower, not wrong
            fcntl.fcntl(pipe, _F_SETPIPE_SZ, _PIPE_BYTES)


class SocketStream:
    """A connected stream socket, which belongs to the stream from now on."""

    def __init__(self, connected: socket.socket) -> None:
        connected.settimeout(None)
        if connected.family in (socket.AF_INET, socket.AF_INET6):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A simulator whose machine vanished sends no end of stream.
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket = connected

    def read(self, size: int) -> bytes:
        return self._socket.recv(size)

    def read_into(self, buffer: memoryview) -> int:
        return self._socket.recv_into(buffer)

    def write(self, data: bytes) -> None:
        self._socket.sendall(data)

    def close(self) -> None:
        self._socket.close()


def connect(address: str) -> SocketStream:
    """Connects to a waiting simulator.

    ``address``: ``host:port`` (TCP), or the path of a Unix socket. Text with a ``/`` is a path. Raises ``ConnectionError``
    that names the address where nobody waits, ``ValueError`` for what is no address.
    """
    host, colon, port = address.rpartition(":")
    try:
        if "/" in address or not colon:
            if not hasattr(socket, "AF_UNIX"):
                raise ValueError(f"address {address!r}: there are no Unix sockets here; write host:port")
            unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                unix.connect(address)
            except BaseException:
                unix.close()
                raise
            return SocketStream(unix)
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError(f"address {address!r}: port {port!r} is not a number from 1 to 65535")
        return SocketStream(socket.create_connection((host.strip("[]"), int(port))))
    except OSError as error:
        raise ConnectionError(
            f"no simulator waits at {address!r} ({error.strerror or error}): start it first, and use the address it prints"
        ) from error
