"""Stand-ins for the two spaces that environments have, where gymnasium is not installed.

They have what a loop of one's own needs: ``shape dtype low high n start``, ``sample``, ``contains``, ``seed``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


class Discrete:
    """Whole numbers from 0 to ``n`` − 1."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.start = 0
        self.shape: tuple[int, ...] = ()
        self.dtype = np.dtype(np.int64)
        self._random = np.random.default_rng()

    def seed(self, seed: int | None = None) -> None:
        self._random = np.random.default_rng(seed)

    def sample(self) -> np.int64:
        return np.int64(self._random.integers(self.n))

    def contains(self, value: Any) -> bool:
        return isinstance(value, (int, np.integer)) and 0 <= int(value) < self.n

    def __repr__(self) -> str:
        return f"Discrete({self.n})"


class Box:
    """Arrays of numbers from ``low`` to ``high``."""

    def __init__(self, low: Any, high: Any, shape: tuple[int, ...], dtype: npt.DTypeLike = np.float64) -> None:
        self.shape = shape
        self.dtype = np.dtype(dtype)
        self.low = np.broadcast_to(np.asarray(low, self.dtype), shape)
        self.high = np.broadcast_to(np.asarray(high, self.dtype), shape)
        self._random = np.random.default_rng()

    def seed(self, seed: int | None = None) -> None:
        self._random = np.random.default_rng(seed)

    def sample(self) -> npt.NDArray[Any]:
        """Uniform within finite bounds, normal without bounds."""
        bounded = np.isfinite(self.low) & np.isfinite(self.high)
        low, high = np.where(bounded, self.low, 0.0), np.where(bounded, self.high, 1.0)
        drawn = np.where(bounded, self._random.uniform(low, high), self._random.standard_normal(self.shape))
        return drawn.astype(self.dtype)

    def contains(self, value: Any) -> bool:
        array = np.asarray(value)
        return array.shape == self.shape and bool(((array >= self.low) & (array <= self.high)).all())

    def __repr__(self) -> str:
        return f"Box({self.low.min()}, {self.high.max()}, {self.shape}, {self.dtype})"
