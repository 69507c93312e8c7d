"""A simulator in a process of our own: started, on one CPU with us if wanted, and never left behind.

Knows nothing of what is said. Used by environments, pull loops and tapes.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence

from .placement import own_cpus, place
from .runner import FDS_VARIABLE
from .stream import PipeStream, widen

END_PATIENCE_S = 1.0
"""How long a simulator whose streams are closed may take to end before it is killed."""
_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform.startswith("linux")


class Simulator:
    """The process, and the stream to it.

    It ends when ``close`` is called, when this object is no longer used, or when this Python ends in whatever way: the end of its
    stream tells it so, and on Linux the kernel, too. What it prints goes where this Python's own output goes. Ctrl-C is for
    Python alone, which decides.
    """

    def __init__(self, command: Sequence[str]) -> None:
        if os.name == "nt":
            raise OSError("simulators are started through inherited pipes, which Windows has not: run this under WSL")
        their_read, our_write = os.pipe()
        try:
            our_read, their_write = os.pipe()
        except BaseException:
            os.close(their_read)
            os.close(our_write)
            raise
        self.stream = PipeStream(our_read, our_write)
        try:
            widen(our_read)
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                pass_fds=(their_read, their_write),
                env={**os.environ, FDS_VARIABLE: f"{their_read},{their_write}"},
                start_new_session=True,
                preexec_fn=_dies_with_us(),
            )
        except BaseException:
            self.stream.close()
            raise
        finally:
            os.close(their_read)
            os.close(their_write)
        self.pid = self._process.pid
        # It must not inherit that we share a CPU with another simulator.
        place(self.pid, {*own_cpus()})
        self._end = weakref.finalize(self, _end, self.stream, self._process, os.getpid())
        _ALL.add(self)

    def close(self) -> None:
        """Ends it and waits for its end. No effect when it has ended."""
        self._end()

    @property
    def closed(self) -> bool:
        return not self._end.alive

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _end(stream: PipeStream, process: subprocess.Popen[bytes], owner: int) -> None:
    stream.close()
    if os.getpid() != owner:  # a forked child: the process is its parent's
        return
    try:
        process.wait(END_PATIENCE_S)
    except BaseException as error:  # Ctrl-C while waiting, too
        process.kill()
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise


# A forked child that holds the stream open would keep the simulator from noticing our end.
_ALL: weakref.WeakSet[Simulator] = weakref.WeakSet()


def _let_go() -> None:
    for simulator in list(_ALL):
        simulator._end()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


def _dies_with_us() -> Callable[[], None] | None:
    """What the child does before it becomes the simulator: on Linux, asks the kernel to end it with us.

    The kernel means the end of the thread that started it, so only the main thread may ask.
    """
    if not _LINUX or threading.current_thread() is not threading.main_thread():
        return None
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
