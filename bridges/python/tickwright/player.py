"""An agent that plays a run step by step: actions into orders, requests into observations and rewards.

Knows nothing of gymnasium. One environment has one, a vector of environments several.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from .decision import Decision
from .event import FloatArray
from .moment import Moment, OwnTrade, own_trades
from .reward import Formula, formula
from .seat import Seat, scenario
from .spaces import Action, Box

Reward: TypeAlias = str | Callable[[Moment], float]

_F64 = np.dtype("<f8")
_f64 = struct.Struct("<d").pack
_ACCOUNT = ("position", "cash", "equity", "fees")


class Player:
    """See ``Env``, whose parameters these are."""

    def __init__(
        self,
        run_file: str | os.PathLike[str],
        *,
        features: Sequence[str],
        action: Action,
        reward: Reward = "pnl",
        every: str | int | None = "100ms",
        on: str | Iterable[str] | Decision = (),
        account: Sequence[str] = ("position",),
        nan: float = 0.0,
        max_steps: int | None = None,
        strategy: str | None = None,
        set: str | Iterable[str] = (),
        program: Any = None,
    ) -> None:
        for method in ("space", "features", "begin"):
            if not callable(getattr(action, method, None)):
                raise TypeError(f"action {action!r} is none of tickwright.spaces, nor has it their methods")
        for name in account:
            if name not in _ACCOUNT:
                raise ValueError(f"account: {name!r} is not one of {', '.join(_ACCOUNT)}")
        if max_steps is not None and not (isinstance(max_steps, int) and max_steps >= 1):
            raise ValueError(f"max_steps {max_steps!r} is not a whole number above 0")
        if not math.isfinite(nan):
            raise ValueError(f"nan {nan!r} is not a finite number")
        if not isinstance(reward, str) and not callable(reward):
            raise TypeError(f"reward {reward!r} is neither a formula nor a function")
        self._action = action
        self._account = tuple(account)
        self._nan = float(nan)
        self._max_steps = max_steps
        self._formula: Formula | None = formula(reward) if isinstance(reward, str) and reward != "pnl" else None
        self._function = None if isinstance(reward, str) else reward
        self._reward_text = reward if isinstance(reward, str) else getattr(reward, "__name__", repr(reward))
        self.seat = Seat(
            scenario(run_file, features=features, every=every, on=on, strategy=strategy, set=set, program=program)
        )
        self._act: Callable[[Any], None] = _not_reset
        self._steps = 0
        self._equity = 0.0
        self._fees = 0.0
        self.fills: tuple[OwnTrade, ...] = ()
        self.over = True
        """No episode is going on: ``reset`` comes next."""
        self.seat.start()

    def open(self) -> None:
        """Waits for the simulator, which has been started, and learns what there is."""
        talk = self.seat.greet()
        self.talk = talk
        instruments = talk.run.instruments
        try:
            self.action_space = self._action.space(instruments)
            if self._formula is not None and self._formula.uses_position and len(instruments) != 1:
                raise ValueError(
                    f"reward {self._formula.text!r}: pos is the position of the only instrument, and there are "
                    f"{len(instruments)}: give a function"
                )
            asked = self.seat.scenario.features
            needed = (*self._action.features(instruments), *(self._formula.features if self._formula else ()))
            more = [name for place, name in enumerate(needed) if name not in asked and name not in needed[:place]]
        except BaseException:
            self.seat.close()
            raise
        self.seat.announce(more)
        self._observe_names(len(more))

    def _observe_names(self, unseen: int) -> None:
        talk = self.talk
        columns = talk.features
        self._width = len(columns) - unseen
        names = list(columns[: self._width])
        tail: list[Callable[[], Sequence[float]]] = []
        for name in self._account:
            if name == "position":
                several = len(talk.run.instruments) > 1
                names += [f"{inst.symbol}:position" if several else name for inst in talk.run.instruments]
                tail.append(lambda: talk.positions)
            else:
                names.append(name)
                tail.append(lambda name=name: (getattr(talk, name),))  # type: ignore[misc]
        self.names = tuple(names)
        self._size = len(names)
        # The usual kind of observation: all features and one position.
        self._plain = unseen == 0 and self._account == ("position",) and len(talk.run.instruments) == 1
        self._tail = tail
        self._zeros = np.zeros(self._size)
        self.observation_space = Box(-math.inf, math.inf, (self._size,), np.float64)
        used = () if self._formula is None else self._formula.features
        for name in used:
            if name not in columns:
                raise ValueError(
                    f"reward {self._reward_text!r}: {name!r} is no column; with several instruments give a function"
                )
        self._used = tuple(columns.index(name) for name in used)

    # -- an episode, in the phases of a seat

    def ask_reset(self, seed: int | None) -> None:
        """Asks for a new run; starts the simulator anew if the last one failed."""
        if not self.seat.running:
            self.open()
        self.over = True
        self.seat.ask_reset(seed)

    def pass_start(self) -> None:
        self.seat.meet_start()
        self.seat.pass_start()

    def take_first(self) -> FloatArray:
        """The first observation."""
        self.seat.receive()
        talk = self.talk
        if talk.stopping:
            raise ValueError(f"{self.seat.scenario.run_file}: the tape ends before the first decision")
        self._equity, self._fees = talk.equity, talk.fees
        self.fills = ()
        self._steps = 0
        self._act = self._action.begin(self.seat.trader)
        self.over = False
        return self._observe()

    def act(self, action: Any) -> None:
        """Turns an action into orders and lets the clock go on."""
        if self.over:
            raise RuntimeError("the episode is over, or has not begun: call reset()")
        self._act(action)
        self.seat.reply()

    def take(self) -> tuple[FloatArray, float, bool, bool]:
        """Waits for the next decision: observation, reward, terminated, truncated."""
        self.over = True  # until it has come
        self.seat.receive()
        talk = self.talk
        events = talk.events
        self.fills = own_trades(events) if events else ()
        self._steps += 1
        reward = self._reward()
        terminated = talk.stopping
        truncated = not terminated and self._steps == self._max_steps
        self.over = terminated or truncated
        return self._observe(), reward, terminated, truncated

    def _reward(self) -> float:
        talk = self.talk
        equity = talk.equity
        pnl = equity - self._equity
        self._equity = equity
        if self._formula is not None:
            fees = talk.fees
            x = talk.x
            features = [x.item(place) for place in self._used]
            try:
                reward = float(
                    self._formula.value(
                        pnl, talk.positions[0], equity, talk.cash, fees - self._fees, float(len(self.fills)), *features
                    )
                )
            except (ArithmeticError, ValueError, TypeError) as error:  # 1 / 0, log(-1), a complex power
                raise ValueError(f"reward {self._reward_text!r} at {talk.now} ns: {error}") from error
            self._fees = fees
        elif self._function is not None:
            reward = float(self._function(Moment(talk, self.seat.trader, pnl)))
        else:
            reward = pnl
        if reward != reward:
            raise ValueError(f"reward {self._reward_text!r} is NaN at {talk.now} ns")
        return reward

    def _observe(self) -> FloatArray:
        talk = self.talk
        if self._plain:
            data = talk.feature_bytes()
            data += _f64(talk.positions[0])
            observation = np.frombuffer(data, _F64)
        else:
            width = self._width
            observation = np.empty(self._size)
            observation[:width] = np.asarray(talk.x)[:width]
            for tail in self._tail:
                values = tail()
                observation[width : width + len(values)] = values
                width += len(values)
        # 0 × NaN is NaN, and so is the sum: cheaper than looking at each.
        if observation.dot(self._zeros) != 0.0:
            observation[np.isnan(observation)] = self._nan
        return observation

    def info(self) -> dict[str, Any]:
        """What is known besides the observation."""
        talk = self.talk
        positions = talk.positions
        position: Any = positions[0] if len(positions) == 1 else self.seat.trader.positions
        return {"now": talk.now, "position": position, "equity": talk.equity, "fills": self.fills}

    def close(self) -> None:
        self.over = True
        self.seat.close()


def _not_reset(action: Any) -> None:
    raise RuntimeError("call reset() first")
