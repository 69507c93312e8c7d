"""What a peer needs to speak raw frames: the standard library alone, and nothing of the package under test.

Called by the scripts in this folder, which the tests start with descriptors 3 (requests) and 4 (replies), or with an address in
TEST_ATTACH where the simulator waits.
"""

import ctypes
import faulthandler
import os
import signal
import socket
import struct
import sys

HELLO, WELCOME, READY, ERROR, DECIDE, ACTIONS, STOP, RESET = 1, 2, 3, 5, 16, 17, 18, 19
READ_FD, WRITE_FD = 3, 4
PR_SET_PDEATHSIG = 1


def begin():
    """As the package does it: stacks on SIGUSR1, and no life after the parent's."""
    global READ_FD, WRITE_FD
    attach = os.environ.get("TEST_ATTACH")
    if attach is not None:
        READ_FD = WRITE_FD = connect(attach).detach()
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.set_inheritable(READ_FD, False)
    os.set_inheritable(WRITE_FD, False)


def connect(address):
    if "/" in address:
        unix = socket.socket(socket.AF_UNIX)
        unix.connect(address)
        return unix
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)))


def pack(value):
    """Just enough msgpack."""
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return struct.pack(">Bq", 0xD3, value) if value < 0 else struct.pack(">BQ", 0xCF, value)
    if isinstance(value, float):
        return struct.pack(">Bd", 0xCB, value)
    if isinstance(value, str):
        data = value.encode()
        return struct.pack(">BI", 0xDB, len(data)) + data
    if isinstance(value, dict):
        body = b"".join(pack(key) + pack(held) for key, held in value.items())
        return struct.pack(">BI", 0xDF, len(value)) + body
    return struct.pack(">BI", 0xDD, len(value)) + b"".join(pack(one) for one in value)


def frame(type_, seq, meta=b"", payload=b"", version=1):
    pad = b"\0" * (-len(meta) % 8)
    return struct.pack("<HBBIII", 0x5754, version, type_, seq, len(meta), len(payload)) + meta + pad + payload


def write(data):
    view = memoryview(data)
    while view:
        view = view[os.write(WRITE_FD, view) :]


def read(count):
    data = b""
    while len(data) < count:
        piece = os.read(READ_FD, count - len(data))
        if not piece:
            sys.exit(0)
        data += piece
    return data


def receive():
    """(type, seq, meta, payload) of the next request; ends the process when the simulator is gone."""
    _, _, type_, seq, meta_bytes, payload_bytes = struct.unpack("<HBBIII", read(16))
    body = read(meta_bytes + -meta_bytes % 8 + payload_bytes)
    return type_, seq, body[:meta_bytes], body[len(body) - payload_bytes :]


def hello(**changes):
    layout = os.environ.get("TEST_LAYOUT", "{}")
    told = {
        "versions": [1, 1],
        "schema": os.environ.get("TEST_SCHEMA", "0" * 16),
        "layout": layout,
        "library": "0",
        "python": "3",
        "numpy": "0",
        "pid": os.getpid(),
        "mode": "strategy",
    }
    if "TEST_TOKEN" in os.environ:
        told["token"] = os.environ["TEST_TOKEN"]
    told.update(changes)
    write(frame(HELLO, 0, pack(told)))


def ready(**changes):
    told = {"name": "raw", "handlers": ["features"], "features": [], "decide": {}}
    told.update(changes)
    write(frame(READY, 0, pack(told)))


def shake_hands():
    hello()
    receive()
    ready()
