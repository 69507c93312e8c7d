"""Runs a strategy: as the process that the simulator starts, or attached to a simulator that waits.

Knows nothing of what a strategy does. Called by `python -m tickwright` and by scripts through `tw.run`.
"""

from __future__ import annotations

import argparse
import ctypes
import faulthandler
import hashlib
import os
import random
import signal
import sys
import traceback
from types import TracebackType

import numpy as np

from . import target
from .conversation import Conversation, RemoteError
from .dispatch import converse
from .frame import FrameError
from .parameters import construct
from .strategy import Strategy, announcement
from .stream import PipeStream, connect, widen

FDS_VARIABLE = "TICKWRIGHT_FDS"
TOKEN_VARIABLE = "TICKWRIGHT_TOKEN"
PARENT_VARIABLE = "TICKWRIGHT_PARENT"
CPU_VARIABLE = "TICKWRIGHT_CPU"

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_PR_SET_PDEATHSIG = 1
# Descriptors below are those that shells and subprocess tricks play with.
_LOWEST_OWN_FD = 64


def run(strategy: type[Strategy], *, attach: str | None = None, token: str | None = None) -> Strategy | None:
    """Runs a strategy class; the last line of a script.

    In a process that tickwright started it only names the class. With ``attach`` (``"/tmp/tw.sock"`` or ``"127.0.0.1:4567"``), or
    when the script was called with ``--attach ADDRESS`` (and ``--token TEXT``), it connects to a simulator that waits there, takes
    part in one run and returns the strategy; works in notebooks and under a debugger, and raises what handlers raise. The token
    may also come from the environment variable ``TICKWRIGHT_TOKEN``. Otherwise it prints how to start and returns ``None``.
    """
    if not (isinstance(strategy, type) and issubclass(strategy, Strategy)):
        raise TypeError(f"run: {strategy!r} is no class that inherits from tickwright.Strategy")
    if target.register(strategy):
        return None
    if attach is None:
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        parser.add_argument("--attach")
        parser.add_argument("--token")
        said, _ = parser.parse_known_args()
        attach = said.attach
        token = token or said.token
    if attach is None:
        print(how_to_start(strategy))
        return None
    talk = Conversation(connect(attach))
    try:
        return _take_part(talk, strategy, token or os.environ.get(TOKEN_VARIABLE))
    finally:
        talk.close()


def how_to_start(strategy: type[Strategy]) -> str:
    """What to do with a script that was started without a simulator."""
    script = sys.argv[0] or "strategy.py"
    return (
        f"{strategy.__name__} is a strategy for tickwright; the simulator starts it. In a run file:\n\n"
        f"    strategy: {{ python: {script}:{strategy.__name__} }}\n\n"
        f"or, to run it yourself, while a simulator waits for it:\n\n"
        f"    python {script} --attach ADDRESS"
    )


def _take_part(talk: Conversation, cls: type[Strategy], token: str | None) -> Strategy:
    """A whole conversation. What goes wrong on this side is told to the simulator, then raised."""
    code = "START"
    try:
        params = talk.hello(token).params
        seed_generators(talk.run.seed)
        strategy = construct(cls, params)
        said = announcement(strategy)
        strategy.bind(talk)
        pin_to_cpu()
        talk.ready(said)
        code = "STRATEGY"
        converse(talk, strategy)
        return strategy
    except RemoteError:
        raise
    except FrameError as error:
        talk.error(error.code, error.message)
        raise
    except BaseException as error:
        talk.error(code, _told(error), _trace(error))
        raise


def main(argv: list[str]) -> int:
    """The process that the simulator starts: ``python -m tickwright TARGET``. Returns its exit code."""
    fds = os.environ.pop(FDS_VARIABLE, None)
    token = os.environ.pop(TOKEN_VARIABLE, None)
    if fds is None or len(argv) != 1:
        print(
            "usage: python -m tickwright TARGET, as tickwright starts it, with TICKWRIGHT_FDS=READ,WRITE in the environment.\n"
            "TARGET: path/to/file.py:Class, path/to/file.py or package.module:Class.\n"
            "To run a strategy yourself: python file.py --attach ADDRESS",
            file=sys.stderr,
        )
        return 2
    _die_with(os.getppid(), os.environ.pop(PARENT_VARIABLE, ""))
    try:
        talk = Conversation(_own_pipes(fds))
    except (OSError, ValueError) as error:
        print(f"{FDS_VARIABLE}={fds!r} are not two open file descriptors, as in 3,4: {error}", file=sys.stderr)
        return 2
    faulthandler.enable()
    if hasattr(signal, "SIGUSR1"):
        faulthandler.register(signal.SIGUSR1, file=sys.stderr, all_threads=True, chain=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the simulator gets it, too, and decides
    sys.argv = [argv[0].rpartition(":")[0] or argv[0]]
    try:
        try:
            cls = target.load(argv[0])
        except BaseException as error:
            talk.error("START", _told(error), _trace(error))
            return 1
        try:
            _take_part(talk, cls, token)
            return 0
        except (RemoteError, FrameError) as error:
            print(f"tickwright: {error}", file=sys.stderr)
            return 1
        except BaseException:
            return 1
    finally:
        talk.close()


def _own_pipes(fds: str) -> PipeStream:
    """The two descriptors, moved out of the way and closed to child processes."""
    read_fd, write_fd = (int(number) for number in fds.split(","))
    moved = []
    for fd in (read_fd, write_fd):
        moved.append(_moved(fd))
    for fd in {read_fd, write_fd}:
        os.close(fd)
    widen(moved[0])
    return PipeStream(moved[0], moved[1])


def _moved(fd: int) -> int:
    if sys.platform == "win32":
        return os.dup(fd)
    import fcntl

    new = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _LOWEST_OWN_FD)
    os.set_blocking(new, True)
    return new


def _die_with(parent: int, simulator: str) -> None:
    """On Linux, the kernel ends this process when its parent ends, even while it hangs.

    ``simulator``: the simulator's process id, which need not be the parent's (there are wrappers).
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    except (OSError, AttributeError):
        return
    gone = os.getppid() != parent  # it ended before the call, or even before this process looked
    if simulator.isascii() and simulator.isdigit():
        try:
            os.kill(int(simulator), 0)
        except ProcessLookupError:
            gone = True
        except (OSError, OverflowError):
            pass
    if gone:
        os._exit(1)


def seed_generators(seed: int) -> None:
    """Seeds ``random`` and ``numpy.random``, so that a strategy that draws repeats itself."""
    random.seed(seed)
    # numpy's takes 32 bits; what is longer is spread over all of them.
    np.random.seed(seed if seed < 2**32 else int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:4], "little"))


def pin_to_cpu() -> None:
    """Keeps this thread on the CPU that ``TICKWRIGHT_CPU`` names, where that can be. Threads made later inherit it."""
    cpu = os.environ.get(CPU_VARIABLE, "")
    if cpu.isascii() and cpu.isdigit() and sys.platform.startswith("linux"):
        try:
            os.sched_setaffinity(0, {int(cpu)})
        except (OSError, OverflowError):
            pass  # not an allowed CPU: placement is speed, not result


def _told(error: BaseException) -> str:
    """One line that names an exception."""
    return "".join(traceback.format_exception_only(type(error), error)).strip()


def _trace(error: BaseException) -> str:
    """The whole traceback, causes included, from the first line of the user's code on."""
    return "".join(traceback.format_exception(type(error), error, _from_user_code(error.__traceback__)))


def _from_user_code(trace: TracebackType | None) -> TracebackType | None:
    """Without the frames of this package and of the import machinery at its beginning; nothing where there are no others."""
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if not path.startswith("<frozen ") and os.path.dirname(os.path.abspath(path)) != _PACKAGE and "importlib" not in path:
            return trace
        trace = trace.tb_next
    return None
