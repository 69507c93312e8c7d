"""On which CPUs we and the simulator run. Linux only; elsewhere nothing happens.

Two processes that take turns never work at the same time, and waking another CPU costs more than a decision: so both belong
on one. Knows nothing of what they do. Used by environments.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass

_LINUX = sys.platform.startswith("linux")


@dataclass
class _Held:
    """A thread that is kept on one CPU, by how many holders, and where it may run otherwise."""

    thread: int
    before: set[int]
    holders: int = 0


# By the thread's identity, which a forked child's only thread shares with the thread that forked.
_held: dict[int, _Held] = {}


class SharedCpu:
    """Keeps the calling thread and a simulator on one CPU, the one that the thread runs on, for a while.

    Threads and processes that are made meanwhile may run only there, too.
    """

    def __init__(self) -> None:
        self._holding: int | None = None

    def hold(self, pid: int) -> None:
        """From now on; ``pid`` is the simulator. Holding again looks for a CPU anew if nobody else holds this thread."""
        self.release()
        cpu = current_cpu()
        me = threading.get_ident()
        if cpu < 0:
            return
        held = _held.get(me)
        if held is None:
            held = _held[me] = _Held(threading.get_native_id(), os.sched_getaffinity(0))
            place(0, {cpu})
        held.holders += 1
        place(pid, {cpu})
        self._holding = me

    def release(self) -> None:
        """Lets the thread run anywhere again. No effect when it is not held."""
        if self._holding is None:
            return
        held = _held.get(self._holding)
        if held is not None:
            held.holders -= 1
            if held.holders == 0:
                del _held[self._holding]
                place(held.thread, held.before)
        self._holding = None

    def __del__(self) -> None:
        self.release()


def own_cpus() -> list[int]:
    """The CPUs that this thread may use when it is not held; none where that is not known."""
    if not _LINUX:
        return []
    held = _held.get(threading.get_ident())
    return sorted(os.sched_getaffinity(0) if held is None else held.before)


def current_cpu() -> int:
    """The one that this thread runs on; -1 where that is not known."""
    if not _LINUX:
        return -1
    try:
        return int(ctypes.CDLL(None).sched_getcpu())
    except (OSError, AttributeError):
        return -1


def place(thread: int, cpus: set[int]) -> None:
    """Keeps a thread (a process: its main thread; 0: the calling one) on these CPUs, where that can be."""
    if _LINUX and cpus:
        with suppress(OSError):  # it has ended, or the CPUs are not ours any more: placement is speed, not result
            os.sched_setaffinity(thread, cpus)


def _free_child() -> None:
    held = _held.get(threading.get_ident())
    _held.clear()
    if held is not None:
        place(0, held.before)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_child)
