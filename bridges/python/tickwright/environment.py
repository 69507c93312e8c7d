"""An environment to learn in: `Env`, one of gymnasium's where it is installed.

Knows nothing of frames or processes. For users.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any


from .decision import Decision
from .event import FloatArray
from .placement import SharedCpu
from .player import Player, Reward
from .spaces import Action

try:
    from gymnasium import Env as _Base
except ImportError:
    from .plain_environment import PlainEnvironment as _Base  # type: ignore[assignment]


class Env(_Base[FloatArray, Any]):
    """A run of the simulator, played step by step.

        env = tw.Env("run.yaml", features=["mid", "spread", "ofi_1s"], action=tw.spaces.Target(-1, 0, 1))
        obs, info = env.reset(seed=7)
        obs, reward, terminated, truncated, info = env.step(2)

    ``run_file``: the market, the venue, and who else trades. The agent takes the place of ``strategy``; without it, of the file's
    only strategy in Python; without one, it is added. ``set``: changes of the file, as ``"venue.latency.entry=1ms"``.
    ``features``: the columns of the observation, by name. ``every`` and ``on``: when the agent decides, as for strategies.
    ``account``: what follows the features in the observation, any of ``position cash equity fees``.
    ``nan``: stands in observations for what is not known yet (a feature's NaN).
    ``action``: see ``tickwright.spaces``. ``reward``: ``"pnl"`` (the change of equity, fees counted), a formula such as
    ``"pnl - 0.01 * abs(pos)"`` (see ``tickwright.reward``), or a function of a ``Moment``.
    ``seed``: of the first episode; by default the run file's. Every ``reset()`` without a seed draws the next one from it.
    An episode terminates at the end of the tape and is truncated after ``max_steps``.
    ``pin``: during episodes the calling thread and the simulator share one CPU, which in lockstep is several times faster than
    two (Linux). Threads that are made meanwhile share it, too: ``pin=False`` where a model computes with many.
    ``program``: the tickwright program, by default found (see ``tickwright.program``).

    The same seed and the same actions give the same observations, rewards and infos, on every machine.
    ``info``: ``now`` (int ns since 1970 UTC), ``position`` (by symbol where there are several), ``equity``, ``fills`` of the step
    (each an ``OwnTrade``), and after ``reset`` the ``seed`` (``None``: the run file's). ``names``: of the numbers in an observation.
    """

    metadata: dict[str, Any] = {"render_modes": []}

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
        seed: int | None = None,
        pin: bool = True,
        program: Any = None,
    ) -> None:
        self._player = Player(
            run_file,
            features=features,
            action=action,
            reward=reward,
            every=every,
            on=on,
            account=account,
            nan=nan,
            max_steps=max_steps,
            strategy=strategy,
            set=set,
            program=program,
        )
        self._player.open()
        self.observation_space = self._player.observation_space
        self.action_space = self._player.action_space
        self._first_seed = seed
        self._seeded = False
        self._cpu = SharedCpu() if pin else None
        self._closed = False

    @property
    def names(self) -> tuple[str, ...]:
        """Of the numbers in an observation, in order."""
        return self._player.names

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[FloatArray, dict[str, Any]]:
        """Begins a new episode: the first decision. ``seed``: of the run, and of the seeds of episodes to come.

        There are no ``options``. A simulator that failed is started anew.
        """
        if self._closed:
            raise RuntimeError("the environment is closed")
        if options:
            raise ValueError(f"reset has no options, but was given {sorted(options)}")
        player = self._player
        run_seed = self._seed_of_run(seed)
        player.ask_reset(run_seed)
        if self._cpu is not None:
            self._cpu.hold(player.seat.pid)
        player.pass_start()
        observation = player.take_first()
        return observation, {**player.info(), "seed": run_seed}

    def _seed_of_run(self, seed: int | None) -> int | None:
        if seed is None and not self._seeded:
            seed = self._first_seed
            if seed is None:
                self._seeded = True
                super().reset(seed=self._player.talk.run.seed)
                return None
        if seed is not None:
            super().reset(seed=seed)
            self._seeded = True
            return seed
        return int(self.np_random.integers(2**31))

    def step(self, action: Any) -> tuple[FloatArray, float, bool, bool, dict[str, Any]]:
        """Acts, and lets the clock run to the next decision."""
        player = self._player
        player.act(action)
        observation, reward, terminated, truncated = player.take()
        if player.over and self._cpu is not None:
            self._cpu.release()
        return observation, reward, terminated, truncated, player.info()

    def close(self) -> None:
        """Ends the simulator."""
        self._closed = True
        if self._cpu is not None:
            self._cpu.release()
        self._player.close()


