"""Several environments at once: `VecEnv`, one of gymnasium's vector environments where it is installed.

Knows nothing of frames or processes. For users.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .event import FloatArray
from .placement import own_cpus, place
from .player import Player
from .spaces import Action

try:
    from gymnasium.vector import AutoresetMode
    from gymnasium.vector import VectorEnv as _Base
    from gymnasium.vector.utils import batch_space
except ImportError:
    from .plain_environment import PlainVectorEnvironment as _Base  # type: ignore[assignment]

    AutoresetMode = batch_space = None  # type: ignore[assignment,misc]


class VecEnv(_Base):
    """``n`` environments, a simulator each, which compute side by side: all actions are sent before any answer is read.

        envs = tw.VecEnv(8, "run.yaml", features=["mid", "spread"], action=tw.spaces.Target(-1, 0, 1))
        obs, infos = envs.reset(seed=7)
        obs, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())

    All parameters are those of ``Env``, but ``pin``. Environment ``i`` has the seed ``seed + i``. Observations are arrays of shape
    (n, numbers), which are new in each step.

    **Autoreset is gymnasium's NEXT_STEP**: the step after the end of an episode does not act but resets: its action is ignored,
    its reward is 0, its observation the first of the new episode. ``infos``: arrays ``now``, ``position``, ``equity``, ``fills``
    (a list for each environment; so is ``position`` with several instruments, by symbol), each with its mask ``_now`` …

    Where there are more CPUs than environments, each simulator keeps to one of its own.
    """

    def __init__(
        self, n: int, run_file: str | os.PathLike[str], *, action: Action, seed: int | None = None, **parameters: Any
    ) -> None:
        if not (isinstance(n, int) and n >= 1):
            raise ValueError(f"VecEnv: {n!r} is not a whole number above 0")
        if "pin" in parameters:
            raise TypeError("VecEnv has no pin: its simulators compute at the same time")
        self.num_envs = n
        self._players: list[Player] = []
        try:
            for _ in range(n):
                self._players.append(Player(run_file, action=action, **parameters))
            for player in self._players:
                player.open()
        except BaseException:
            self._close_all()
            raise
        first = self._players[0]
        self.single_observation_space = first.observation_space
        self.single_action_space = first.action_space
        if batch_space is not None:
            self.observation_space = batch_space(self.single_observation_space, n)
            self.action_space = batch_space(self.single_action_space, n)
            self.metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP, "render_modes": []}
        self._given_seed = seed
        self._seeds: list[np.random.Generator | None] = [None] * n
        self._ended = np.zeros(n, dtype=bool)
        self._spread()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the numbers in an observation, in order."""
        return self._players[0].names

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray, dict[str, Any]]:
        """Begins a new episode everywhere. ``seed``: of environment 0, the others have the next numbers; or one each."""
        if options:
            raise ValueError(f"reset has no options, but was given {sorted(options)}")
        seeds = self._run_seeds(seed)
        players = self._players
        for player, run_seed in zip(players, seeds):
            player.ask_reset(run_seed)
        for player in players:
            player.pass_start()
        observations = np.stack([player.take_first() for player in players])
        self._ended[:] = False
        infos = self._infos()
        infos["seed"], infos["_seed"] = np.array(seeds), np.ones(self.num_envs, dtype=bool)
        return observations, infos

    def step(
        self, actions: Any
    ) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_], npt.NDArray[np.bool_], dict[str, Any]]:
        """Acts everywhere, and lets all clocks run to their next decision."""
        players, n = self._players, self.num_envs
        if len(actions) != n:
            raise ValueError(f"step: {len(actions)} actions for {n} environments")
        ended = self._ended
        for i, player in enumerate(players):
            if ended[i]:
                player.ask_reset(self._next_seed(i))
            else:
                player.act(actions[i])
        for i, player in enumerate(players):
            if ended[i]:
                player.pass_start()
        observations = np.empty((n, players[0].observation_space.shape[0]))
        rewards = np.zeros(n)
        terminations, truncations = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        for i, player in enumerate(players):
            if ended[i]:
                observations[i] = player.take_first()
            else:
                observations[i], rewards[i], terminations[i], truncations[i] = player.take()
        self._ended = terminations | truncations
        return observations, rewards, terminations, truncations, self._infos()

    def _infos(self) -> dict[str, Any]:
        players, n = self._players, self.num_envs
        every = np.ones(n, dtype=bool)
        infos = [player.info() for player in players]
        several = isinstance(infos[0]["position"], dict)
        columns = {
            "now": np.array([info["now"] for info in infos], dtype=np.int64),
            "equity": np.array([info["equity"] for info in infos]),
            "position": _objects(infos, "position") if several else np.array([info["position"] for info in infos]),
            "fills": _objects(infos, "fills"),
        }
        return {**columns, **{f"_{name}": every for name in columns}}

    def _run_seeds(self, seed: int | Sequence[int | None] | None) -> list[int]:
        n = self.num_envs
        if seed is None and self._seeds[0] is None:
            seed = self._given_seed if self._given_seed is not None else self._players[0].talk.run.seed
        seeds = [seed + i for i in range(n)] if isinstance(seed, int) else [None] * n if seed is None else list(seed)
        if len(seeds) != n:
            raise ValueError(f"reset: {len(seeds)} seeds for {n} environments")
        found = []
        for i, one in enumerate(seeds):
            if one is not None:
                self._seeds[i] = np.random.default_rng(one)
            found.append(self._next_seed(i) if one is None else int(one))
        return found

    def _next_seed(self, i: int) -> int:
        random = self._seeds[i]
        if random is None:
            random = self._seeds[i] = np.random.default_rng(self._players[i].talk.run.seed + i)
        return int(random.integers(2**31))

    def _spread(self) -> None:
        """A CPU for each simulator, and one left for us; without that many, the system spreads them better than we could."""
        cpus = own_cpus()
        if len(cpus) > self.num_envs:
            for player, cpu in zip(self._players, cpus[1:]):
                place(player.seat.pid, {cpu})

    def __enter__(self) -> VecEnv:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close_extras(self, **_: Any) -> None:
        """Ends all simulators; called by ``close``."""
        self._close_all()

    def _close_all(self) -> None:
        for player in self._players:
            player.close()


def _objects(infos: Sequence[dict[str, Any]], name: str) -> npt.NDArray[np.object_]:
    column = np.empty(len(infos), dtype=object)
    for i, info in enumerate(infos):
        column[i] = info[name]
    return column
