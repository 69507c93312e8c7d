"""A peer with one fault, named by its first argument; a second is the request at which it shows (default 3).

Until then it answers with frames that hold nothing. `sigkill-later`: the second argument is in microseconds.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time

import raw_peer as raw
from raw_peer import ACTIONS, STOP

FAULT = sys.argv[1]
AT = int(sys.argv[2]) if len(sys.argv) > 2 else 3


def reply(seq, meta=b"", payload=b""):
    raw.write(raw.frame(ACTIONS, seq, meta, payload))


def fork_child(new_session):
    """A child that keeps the pipe open and outlives us; in a session of its own nobody ends it, so that does not last."""
    if os.fork() == 0:
        if new_session:
            os.setsid()
        time.sleep(20 if new_session else 3600)
        os._exit(0)


def raise_error(seq):
    import traceback

    try:
        raise ValueError("the model is empty")
    except ValueError as error:
        told = {"code": "STRATEGY", "message": f"ValueError: {error}", "traceback": traceback.format_exc()}
        raw.write(raw.frame(raw.ERROR, seq, raw.pack(told)))
        sys.exit(1)


def crash(_seq):
    import ctypes

    ctypes.string_at(0)


def hold_the_lock(_seq):
    # Backtracks for longer than the universe lasts, in C and without letting go of the interpreter.
    re.match(r"(a+)+$", "a" * 60 + "b")


def die_with_child(new_session):
    fork_child(new_session)
    time.sleep(0.1)
    os._exit(5)


def shout(seq):
    sys.stderr.write("x" * 79 + "\n")
    for _ in range(13_000):
        sys.stderr.write("y" * 79 + "\n")
    sys.stderr.flush()
    reply(seq)


def print_much(seq):
    print("a line of the strategy")
    reply(seq)


def fail_after_reply(seq):
    reply(seq)
    raise_error(seq)


def drip(seq):
    for byte in raw.frame(ACTIONS, seq, raw.pack("x" * 1000)):
        raw.write(bytes((byte,)))
        time.sleep(0.1)


def close_and_go_on(_seq):
    os.close(raw.WRITE_FD)
    time.sleep(3600)


FAULTS = {
    "none": lambda seq: reply(seq),
    "sigkill": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": crash,
    "exit": lambda _: os._exit(3),
    "sigterm": lambda _: os.kill(os.getpid(), signal.SIGTERM),
    "exit-after-reply": lambda seq: (reply(seq), os._exit(4)),
    "exception": raise_error,
    "sleep": lambda _: time.sleep(3600),
    "lock": hold_the_lock,
    "half-frame": lambda seq: (raw.write(raw.frame(ACTIONS, seq, raw.pack([1, 2, 3]))[:20]), time.sleep(3600)),
    "half-header": lambda seq: (raw.write(raw.frame(ACTIONS, seq)[:10]), os._exit(0)),
    "garbage": lambda _: (raw.write(b"loss: 0.123\n"), time.sleep(3600)),
    "short-garbage": lambda _: (raw.write(b"\n"), time.sleep(3600)),
    "huge-meta": lambda seq: (raw.write(raw.struct.pack("<HBBIII", 0x5754, 1, ACTIONS, seq, 0xFFFFFFF0, 0)), time.sleep(3600)),
    "huge-payload": lambda seq: (raw.write(raw.struct.pack("<HBBIII", 0x5754, 1, ACTIONS, seq, 0, 0xFFFFFFF0)), time.sleep(3600)),
    "bad-meta": lambda seq: (reply(seq, b"\xc1\xc1\xc1"), time.sleep(3600)),
    "bad-error": lambda seq: (raw.write(raw.frame(raw.ERROR, seq, b"\x93\x01\x02\x03")), time.sleep(3600)),
    "wrong-seq": lambda seq: (reply(seq + 1), time.sleep(3600)),
    "wrong-type": lambda seq: (raw.write(raw.frame(raw.DECIDE, seq)), time.sleep(3600)),
    "unknown-type": lambda seq: (raw.write(raw.frame(99, seq)), time.sleep(3600)),
    "wrong-frame-version": lambda seq: (raw.write(raw.frame(ACTIONS, seq, version=2)), time.sleep(3600)),
    "drip": drip,
    "exception-after-reply": fail_after_reply,
    "twice": lambda seq: (reply(seq), reply(seq)),
    "close": close_and_go_on,
    "forked-child": lambda _: die_with_child(False),
    "forked-session": lambda _: die_with_child(True),
    "shout": shout,
    "print": print_much,
    "stop-twice": lambda seq: reply(seq),
    "linger": lambda seq: reply(seq),
    "sleep-at-stop": lambda seq: reply(seq),
    "bad-exit": lambda seq: reply(seq),
    "leave-child": lambda seq: reply(seq),
    "grandchild": lambda seq: (subprocess.Popen(["sleep", "3600"]), reply(seq)),
}

AT_START = {
    "import-error": lambda: __import__("no_such_module_anywhere"),
    "silent": lambda: time.sleep(3600),
    "exit-at-start": lambda: sys.exit(7),
    "no-hello": lambda: raw.write(raw.frame(ACTIONS, 0)) or time.sleep(3600),
    "wrong-version": lambda: raw.hello(versions=[2, 3]) or raw.receive() or time.sleep(3600),
    "wrong-schema": lambda: raw.hello(schema="0123456789abcdef", layout='{"version":1}') or raw.receive(),
    "bad-hello": lambda: raw.hello(pid="many") or raw.receive(),
    "bad-ready": lambda: raw.hello() or raw.receive() and raw.ready(handlers="all") or raw.receive(),
    "no-ready": lambda: raw.hello() or raw.receive() and time.sleep(3600),
    "greet-twice": lambda: raw.hello() or raw.hello() or raw.receive() and raw.receive(),
}


def main():
    if FAULT in AT_START:
        raw.begin()
        AT_START[FAULT]()
        return
    raw.begin()
    if FAULT == "sigkill-later":
        threading.Timer(AT / 1e6, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    raw.shake_hands()
    while True:
        type_, seq, meta, payload = raw.receive()
        if type_ == STOP:
            if FAULT == "sleep-at-stop":
                time.sleep(3600)
            reply(seq)
            if FAULT == "stop-twice":
                reply(seq)
            if FAULT == "linger":
                time.sleep(3600)
            if FAULT == "bad-exit":
                os._exit(6)
            if FAULT == "leave-child":
                fork_child(False)
            return
        if FAULT == "echo":
            reply(seq, meta, payload)
        elif seq < AT or FAULT == "sigkill-later":
            reply(seq)
        else:
            FAULTS[FAULT](seq)


main()
