"""What an agent's actions are, and what becomes of them: `Target`, `TargetBox`, `Quotes`, `Custom`.

Knows nothing of environments, which ask an action for its space and let it act on the trader. One of your own has the same three
methods as `Action`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from .columns import FeatureRow
from .event import find_instrument
from .instrument import Instrument
from .order import Order
from .trading import Trader

try:
    from gymnasium.spaces import Box as Box
    from gymnasium.spaces import Discrete as Discrete
except ImportError:
    from .plain_spaces import Box, Discrete  # type: ignore[assignment]


class Action(Protocol):
    """How an agent acts."""

    def space(self, instruments: tuple[Instrument, ...]) -> Any:
        """The space that actions are from (one of gymnasium's where it is installed)."""
        ...

    def features(self, instruments: tuple[Instrument, ...]) -> Sequence[str]:
        """Features that it needs to know; they are added to the request and not to the observation."""
        ...

    def begin(self, sim: Trader) -> Callable[[Any], None]:
        """Called at the start of every episode; gives what is called with each action, before the clock goes on."""
        ...


class Target:
    """One of several positions, reached with market orders. Actions are places in ``levels``.

    ``Target(-1, 0, 1)``: 0 = short one unit, 1 = flat, 2 = long one unit. Levels are decimal quantities, on the lot. All working
    orders are counted as filled. ``inst``: symbol; may be left out where there is one instrument.
    """

    def __init__(self, *levels: float, inst: str | None = None) -> None:
        if len(levels) < 2:
            raise ValueError(f"Target: {len(levels)} levels; at least two are needed, as in Target(-1, 0, 1)")
        self.levels = tuple(_finite("Target", level) for level in levels)
        self.inst = inst

    def space(self, instruments: tuple[Instrument, ...]) -> Any:
        inst = _instrument(instruments, self.inst)
        for level in self.levels:
            if inst.lots(level) % 1:
                raise ValueError(f"Target: level {level} is not on the lot of {inst.symbol}, which is {inst.lot}")
        return Discrete(len(self.levels))

    def features(self, instruments: tuple[Instrument, ...]) -> Sequence[str]:
        return ()

    def begin(self, sim: Trader) -> Callable[[Any], None]:
        inst = sim.instrument(self.inst)
        talk, place = sim._talk, inst.index
        levels, count, target = [inst.qty(inst.lots(level)) for level in self.levels], len(self.levels), sim.target

        def act(action: Any) -> None:
            if not 0 <= action < count:
                raise ValueError(f"action {action!r} is not a whole number from 0 to {count - 1}")
            level = levels[action]
            # Most steps want what there is.
            if talk.orders or talk.positions[place] != level:
                target(level, inst)

        return act


class TargetBox:
    """Any position from ``low`` to ``high``, reached with market orders. Actions are arrays of one number, a decimal quantity.

    It is rounded to the nearest lot. An action beyond the bounds, or NaN, is refused: clip it yourself if the agent's may be.
    """

    def __init__(self, low: float, high: float, *, inst: str | None = None) -> None:
        self.low, self.high = _finite("TargetBox", low), _finite("TargetBox", high)
        if not self.low < self.high:
            raise ValueError(f"TargetBox: low {low} is not below high {high}")
        self.inst = inst

    def space(self, instruments: tuple[Instrument, ...]) -> Any:
        _instrument(instruments, self.inst)
        return Box(self.low, self.high, (1,), np.float64)

    def features(self, instruments: tuple[Instrument, ...]) -> Sequence[str]:
        return ()

    def begin(self, sim: Trader) -> Callable[[Any], None]:
        low, high, target = self.low, self.high, sim.target
        inst = sim.instrument(self.inst)

        def act(action: Any) -> None:
            (qty,) = action
            qty = float(qty)
            if not low <= qty <= high:
                raise ValueError(f"action {qty} is not from {low} to {high}")
            target(inst.round_qty(qty, "nearest"), inst)

        return act


class Quotes:
    """Post-only orders on both sides, ``levels`` a side. Actions are arrays of four numbers a level:
    offset of the bid, offset of the ask, size of the bid, size of the ask.

    Offsets are ticks away from the best price of the own side (0: at it; negative: better), rounded to whole ticks; sizes are
    decimal quantities, rounded down to the lot, 0 for no order. Offsets go from ``offsets[0]`` to ``offsets[1]``, sizes from 0 to
    ``size``; what lies beyond, or is NaN, is refused. An order that is right already keeps its place in the queue; another is
    cancelled, and the new one is sent at the first step after the answer. Where a side of the market is empty there is no order.
    """

    def __init__(
        self, size: float, *, offsets: tuple[int, int] = (0, 20), levels: int = 1, inst: str | None = None
    ) -> None:
        if not (isinstance(levels, int) and 1 <= levels <= 100):
            raise ValueError(f"Quotes: levels {levels!r} is not a whole number from 1 to 100")
        if not _finite("Quotes", size) > 0:
            raise ValueError(f"Quotes: size {size} is not above 0")
        if not offsets[0] < offsets[1]:
            raise ValueError(f"Quotes: offsets {offsets} do not go from one number to a greater one")
        self.size, self.offsets, self.levels, self.inst = float(size), offsets, levels, inst

    def space(self, instruments: tuple[Instrument, ...]) -> Any:
        _instrument(instruments, self.inst)
        least, most = self.offsets
        low = np.array([least, least, 0, 0] * self.levels, np.float64)
        high = np.array([most, most, self.size, self.size] * self.levels, np.float64)
        return Box(low, high, low.shape, np.float64)

    def features(self, instruments: tuple[Instrument, ...]) -> Sequence[str]:
        return self._best(instruments)

    def _best(self, instruments: tuple[Instrument, ...]) -> tuple[str, str]:
        if len(instruments) == 1:
            return "bid", "ask"
        symbol = _instrument(instruments, self.inst).symbol
        return f"{symbol}:bid", f"{symbol}:ask"

    def begin(self, sim: Trader) -> Callable[[Any], None]:
        least, most, size = *self.offsets, self.size
        count = 4 * self.levels
        inst = sim.instrument(self.inst)
        bid_name, ask_name = self._best(sim.instruments)
        slots = [(_Slot(sim, inst, 1), _Slot(sim, inst, -1)) for _ in range(self.levels)]

        def act(action: Any) -> None:
            values = action.tolist() if isinstance(action, np.ndarray) else [float(value) for value in action]
            if len(values) != count:
                raise ValueError(f"action has {len(values)} numbers, not {count}")
            x: FeatureRow = sim.x
            best_bid, best_ask = inst.ticks(x[bid_name]), inst.ticks(x[ask_name])
            for level, (bid, ask) in enumerate(slots):
                bid_off, ask_off, bid_size, ask_size = values[4 * level : 4 * level + 4]
                if not (
                    least <= bid_off <= most and least <= ask_off <= most and 0 <= bid_size <= size and 0 <= ask_size <= size
                ):
                    raise ValueError(
                        f"action {values[4 * level : 4 * level + 4]} has an offset that is not from {least} to {most}, "
                        f"or a size that is not from 0 to {size}"
                    )
                bid.keep(best_bid - math.floor(bid_off + 0.5), bid_size)
                ask.keep(best_ask + math.floor(ask_off + 0.5), ask_size)

        return act


class _Slot:
    """One order kept where it is wanted."""

    def __init__(self, sim: Trader, inst: Instrument, side: int) -> None:
        self._sim, self._inst, self._side = sim, inst, side
        self._send = sim.buy if side > 0 else sim.sell
        self._order: Order | None = None

    def keep(self, ticks: float, qty: float) -> None:
        inst, order = self._inst, self._order
        lots = float(math.floor(inst.lots(qty)))
        wanted = lots > 0 and ticks == ticks
        if order is not None and not order.finished:
            if order.answered and not (wanted and order.price_ticks == ticks and order.qty_lots == lots):
                self._sim.cancel(order)
        elif wanted:
            self._order = self._send(inst.qty(lots), inst.price(ticks), inst=inst, post_only=True)


class Custom:
    """A space and a function of your own: ``act(sim, action)`` sends orders with ``sim.buy``, ``sim.quote`` and the like.

    ``needs``: names of features that it reads from ``sim.x`` and that are not to be in the observation.
    """

    def __init__(self, space: Any, act: Callable[[Trader, Any], None], *, needs: Sequence[str] = ()) -> None:
        if not callable(act):
            raise TypeError(f"Custom: {act!r} is no function of (sim, action)")
        self._space, self._act, self._needs = space, act, tuple(needs)

    def space(self, instruments: tuple[Instrument, ...]) -> Any:
        return self._space

    def features(self, instruments: tuple[Instrument, ...]) -> Sequence[str]:
        return self._needs

    def begin(self, sim: Trader) -> Callable[[Any], None]:
        act = self._act
        return lambda action: act(sim, action)


def _instrument(instruments: tuple[Instrument, ...], symbol: str | None) -> Instrument:
    if symbol is not None:
        return find_instrument(instruments, symbol)
    if len(instruments) == 1:
        return instruments[0]
    symbols = ", ".join(inst.symbol for inst in instruments)
    raise ValueError(f"the agent has {len(instruments)} instruments ({symbols}): say which one, with inst=")


def _finite(who: str, value: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{who}: {value!r} is not a finite number")
    return number
