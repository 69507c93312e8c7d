"""Collects features from one day and fits a model that forecasts the next half second of the mid price.

    python examples/06-ml-strategy/train.py
    npm run -s tickwright -- run examples/06-ml-strategy/run.yaml --out runs/06

The simulator computes the same features here and in the run, so what was learnt is what will be seen. Nothing of the day that
run.yaml trades (seed 62) is used: this is another day (seed 61).
"""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import TimeSeriesSplit, cross_val_score

import tickwright as tw
from forecast import HORIZON, STEP, Forecast

HERE = Path(__file__).parent


def collect(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features at every step, and by how much the mid moved over the horizon after it."""
    rows = []
    run = tw.session(HERE / "run.yaml", every=STEP, features=Forecast.features, set=f"tape.synthetic.seed={seed}")
    for moment in run:
        rows.append(np.asarray(moment.x))
    features = np.array(rows)
    mids = features[:, 0]
    moves = mids[HORIZON:] - mids[:-HORIZON]
    inputs = Forecast.inputs(features[:-HORIZON].T).T
    known = ~(np.isnan(inputs).any(axis=1) | np.isnan(moves))
    return inputs[known], moves[known]


inputs, moves = collect(seed=61)
scale = inputs.std(axis=0)
model = LinearRegression()
# Folds in the order of time: never fitted on what comes after.
score = cross_val_score(model, inputs / scale, moves, cv=TimeSeriesSplit(4), scoring="r2").mean()
model.fit(inputs / scale, moves)

# Six digits: the same decisions on every machine, whatever the last bits of its linear algebra.
weights = [float(f"{weight:.6g}") for weight in model.coef_ / scale]
(HERE / "model.json").write_text(json.dumps({"weights": weights, "bias": float(f"{model.intercept_:.6g}")}))

print(f"{len(moves)} moments of day 61, {inputs.shape[1]} inputs")
print(f"R² on it {model.score(inputs / scale, moves):.4f}, in folds that it had not seen {score:.4f}")
