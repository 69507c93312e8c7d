"""What `Env` is where gymnasium is not installed: the same methods, without gymnasium's class.

Knows nothing of simulators. Used by the environments.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np

Observation = TypeVar("Observation")
Act = TypeVar("Act")


class PlainEnvironment(Generic[Observation, Act]):
    """Seeds, `with`, and `unwrapped`, as gymnasium has them."""

    metadata: dict[str, Any] = {"render_modes": []}
    render_mode: str | None = None
    np_random: np.random.Generator
    observation_space: Any
    action_space: Any

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        if seed is not None:
            self.np_random = np.random.default_rng(seed)

    def close(self) -> None:
        """Ends it."""

    @property
    def unwrapped(self) -> Any:
        return self

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PlainVectorEnvironment:
    """``close`` and ``unwrapped``, as gymnasium's vector environments have them."""

    metadata: dict[str, Any] = {"autoreset_mode": "NextStep", "render_modes": []}
    num_envs: int
    single_observation_space: Any
    single_action_space: Any

    def close(self, **kwargs: Any) -> None:
        """Ends it; no effect the second time."""
        self.close_extras(**kwargs)

    def close_extras(self, **kwargs: Any) -> None:
        """What there is to end."""

    @property
    def unwrapped(self) -> Any:
        return self
