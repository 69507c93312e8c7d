"""A pull loop over one run: `for obs in tw.session("run.yaml"): obs.sim.buy(1)`.

Knows nothing of frames or processes. For users.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .bar_request import Bars
from .decision import Decision
from .moment import Moment
from .placement import SharedCpu
from .seat import Seat, scenario


class Session(Iterator[Moment]):
    """One run, decision by decision. ``with`` and ``close`` end it early; so does leaving the loop. Made by ``session``."""

    def __init__(self, seat: Seat, seed: int | None, pin: bool) -> None:
        self._seat = seat
        self._cpu = SharedCpu() if pin else None
        seat.greet()
        seat.announce()
        seat.ask_reset(seed)
        seat.meet_start()
        if self._cpu is not None:
            self._cpu.hold(seat.pid)
        self._equity = seat.talk.equity
        self._done = False

    def __next__(self) -> Moment:
        if self._done:
            raise StopIteration
        seat = self._seat
        talk = seat.talk
        if talk.stopping:
            self.close()
            raise StopIteration
        try:
            seat.reply()
            seat.receive()
        except BaseException:
            self.close()
            raise
        pnl = talk.equity - self._equity
        self._equity = talk.equity
        return Moment(talk, seat.trader, pnl)

    def close(self) -> None:
        """Ends the run and its simulator."""
        self._done = True
        if self._cpu is not None:
            self._cpu.release()
        self._seat.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def session(
    run_file: str | os.PathLike[str],
    *,
    every: str | int | None = None,
    on: str | Iterable[str] | Decision = (),
    features: Sequence[str] = (),
    trades: bool = False,
    bars: bool | Sequence[str | Bars] = False,
    depth: int | None = None,
    strategy: str | None = None,
    set: str | Iterable[str] = (),
    seed: int | None = None,
    pin: bool = True,
    program: Any = None,
) -> Session:
    """Runs a run file with the loop's body as its strategy.

        for obs in tw.session("run.yaml", every="100ms", features=["mid"]):
            if obs.position < 1:
                obs.sim.buy(0.1, obs.x.mid)

    The clock waits while the body runs; what it sends with ``obs.sim`` takes effect at ``obs.ts`` plus modelled delays.
    ``trades``: market trades come along, as ``obs.trades``. ``bars``: closed bars, ``obs.bars``; those of the tape, and
    with a list such as ``["1m"]`` those that it asks for, see ``Bars``. ``depth``: changed books with this
    many levels a side, ``obs.books``. ``obs.last`` is true for the last moment, at the end of the tape.
    Everything else is as for ``Env``; see ``Moment`` for what ``obs`` has.
    """
    handlers = ["features"]
    if trades:
        handlers.append("trades")
    asked = () if isinstance(bars, bool) else bars
    if bars:
        handlers.append("bar")
    if depth is not None:
        handlers.append("book")
    what = scenario(
        run_file,
        features=features,
        every=every,
        on=on,
        strategy=strategy,
        set=set,
        program=program,
        handlers=tuple(handlers),
        depth=depth,
        bars=asked,
    )
    return Session(Seat(what), seed, pin)
