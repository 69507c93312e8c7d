"""Follows a forecast of the mid price: long when it is to rise by more than a threshold, short when it is to fall.

Its model is a file that train.py writes; a torch or LightGBM model would be loaded in the same place.
"""

import json
from collections import deque

import numpy as np
import numpy.typing as npt

import tickwright as tw

STEP = "100ms"
HORIZON = 5  # steps that a forecast looks ahead


class Forecast(tw.Strategy):
    features = ["mid", "microprice", "imbalance_1", "imbalance_5", "ofi_100ms", "signed_volume_1s", "return_1s"]
    decide = tw.every(STEP)

    def __init__(self, model: str = "model.json", threshold: float = 0.3, size: float = 0.1) -> None:
        self.path, self.threshold, self.size = model, threshold, size
        self.waiting: deque[tuple[float, float]] = deque()
        self.right = self.told = 0

    @staticmethod
    def inputs(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """What the model sees: prices relative to the mid, so that their level does not matter."""
        return np.concatenate([(x[1] - x[0])[None], x[2:]])

    def on_start(self, ctx: tw.Context) -> None:
        with open(self.path) as file:  # paths count from the run file's folder
            model = json.load(file)
        self.weights, self.bias = np.array(model["weights"]), model["bias"]

    def on_features(self, ts: int, x: tw.FeatureRow) -> None:
        move = float(self.inputs(np.asarray(x)) @ self.weights) + self.bias
        if np.isnan(move):
            return
        self.remember(x.mid, move)
        self.metric("forecast", move)
        if abs(move) > self.threshold and not self.orders:
            self.target(self.size if move > 0 else -self.size)

    def remember(self, mid: float, move: float) -> None:
        """Counts how often the forecast of a horizon ago had the right sign."""
        self.waiting.append((mid, move))
        if len(self.waiting) > HORIZON:
            then, said = self.waiting.popleft()
            if mid != then:
                self.told += 1
                self.right += (mid > then) == (said > 0)

    def on_stop(self) -> None:
        self.log(f"the sign was right {self.right / max(self.told, 1):.1%} of {self.told} times")


if __name__ == "__main__":  # train.py imports it
    tw.run(Forecast)
