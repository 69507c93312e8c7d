"""An agent's seat in runs of the simulator: starts it, resets it, and brings each decision and its answer.

Knows nothing of observations, actions or rewards. Used by environments and by the pull loop.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .bar_request import Bars, wire_bars
from .conversation import Conversation
from .decision import Decision, every
from .frame import FrameError
from .program import find_program
from .simulator import Simulator
from .trading import Trader

# Without time, these bring decisions about by themselves; fills and the like need an order first.
_MARKET_EVENTS = frozenset({"trade", "book", "bar"})
_EVENTS = ("fill", "reject", "order", "account", "trade", "book", "bar")


@dataclass(frozen=True)
class Scenario:
    """What is run, and what the agent hears of it."""

    run_file: str
    features: tuple[str, ...]
    decide: Decision
    strategy: str | None
    changes: tuple[str, ...]
    program: Any
    handlers: tuple[str, ...] = ("features",)
    depth: int | None = None
    bars: tuple[str | Bars, ...] = ()


def scenario(
    run_file: str | os.PathLike[str],
    *,
    features: Sequence[str],
    every: str | int | None,
    on: str | Iterable[str] | Decision,
    strategy: str | None,
    set: str | Iterable[str],
    program: Any,
    handlers: tuple[str, ...] = ("features",),
    depth: int | None = None,
    bars: Sequence[str | Bars] = (),
) -> Scenario:
    """Checks what users give. Raises ``ValueError`` or ``TypeError`` that names it, ``FileNotFoundError``."""
    path = Path(run_file)
    if not path.is_file():
        raise FileNotFoundError(f"there is no run file {str(path)!r}")
    if isinstance(features, str):
        raise TypeError(f"features {features!r} is one text: give a list of names")
    return Scenario(
        run_file=str(path.resolve()),
        features=tuple(features),
        decide=_decision(every, on),
        strategy=strategy,
        changes=(set,) if isinstance(set, str) else tuple(set),
        program=program,
        handlers=handlers,
        depth=depth,
        bars=_checked(bars),
    )


def _checked(bars: Sequence[str | Bars]) -> tuple[str | Bars, ...]:
    wire_bars("bars", bars)
    return tuple(bars)


def _decision(period: str | int | None, on: str | Iterable[str] | Decision) -> Decision:
    if isinstance(on, Decision):
        said = on
    else:
        names = (on,) if isinstance(on, str) else tuple(on)
        for name in names:
            if name not in _EVENTS:
                raise ValueError(f"on: {name!r} is not one of {', '.join(_EVENTS)}")
        said = Decision(on=frozenset(names))
    if period is not None:
        said = said | every(period)
    if said.every is None and not said.on & _MARKET_EVENTS:
        raise ValueError("nothing says when to decide: give every, as in every='100ms', or on='trade', 'book' or 'bar'")
    return said


class Seat:
    """One simulator with one agent.

    A run begins with ``ask_reset``, ``meet_start``, ``pass_start`` and the first ``receive``; then ``reply`` and ``receive`` by
    turns, until ``talk.stopping``. They are apart so that many seats can write before any of them reads. Whatever goes wrong
    in between ends the simulator.
    """

    talk: Conversation
    trader: Trader

    def __init__(self, what: Scenario) -> None:
        self.scenario = what
        self._simulator: Simulator | None = None

    def start(self) -> None:
        """Starts the simulator, and does not wait for it. No effect when it is running."""
        if self.running:
            return
        what = self.scenario
        command = [*find_program(what.program, Path(what.run_file).parent), "serve-environment", what.run_file]
        if what.strategy is not None:
            command += ["--strategy", what.strategy]
        for change in what.changes:
            command += ["--set", change]
        self._simulator = Simulator(command)
        self.talk = Conversation(self._simulator.stream)

    def greet(self) -> Conversation:
        """Starts it if it is not, and waits until it has read the run file; ``announce`` comes next.

        Raises ``RemoteError`` for whatever the simulator finds wrong.
        """
        self.start()
        try:
            self.talk.hello(None, "environment")
            self.trader = Trader(self.talk)
        except BaseException:
            self.close()
            raise
        return self.talk

    def announce(self, more: Iterable[str] = ()) -> None:
        """Says what the agent wants, ``more`` features besides, and meets the start of a first run."""
        what = self.scenario
        said: dict[str, Any] = {
            "name": "agent",
            "handlers": list(what.handlers),
            "features": [*what.features, *more],
            "decide": what.decide.wire(),
        }
        if what.depth is not None:
            said["depth"] = what.depth
        if what.bars:
            said["bars"] = wire_bars("bars", what.bars)
        try:
            self.talk.ready(said)
            self.talk.reset()
            self.meet_start()
        except BaseException:
            self.close()
            raise

    @property
    def running(self) -> bool:
        return self._simulator is not None and not self._simulator.closed

    @property
    def pid(self) -> int:
        """Of the simulator. Only while it is running."""
        assert self._simulator is not None
        return self._simulator.pid

    def close(self) -> None:
        """Ends the simulator; no effect when it has ended."""
        if self._simulator is not None:
            self._simulator.close()
            self._simulator = None

    # -- a run

    def ask_reset(self, seed: int | None) -> None:
        """Asks for a new run, in place of the answer to whatever request waits for one."""
        try:
            self.talk.reset(seed)
        except BaseException:
            self.close()
            raise
        self.trader.bind(self.talk)

    def meet_start(self) -> None:
        """Waits for the start of the run."""
        self.receive()
        if not self.talk.starting:
            raise FrameError("BAD_META", "the first request of a run is not its start")

    def pass_start(self) -> None:
        """Lets the run go on to its first decision."""
        self.reply()

    def reply(self) -> None:
        """Sends what the trader was told."""
        try:
            self.talk.reply()
        except BaseException:
            self.close()
            raise

    def receive(self) -> None:
        """Waits for the next request."""
        try:
            if not self.talk.receive():
                raise FrameError("EXIT", "the simulator ended in the middle of a run; what it printed says why")
        except BaseException:
            self.close()
            raise
