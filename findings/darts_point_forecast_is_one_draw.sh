#!/usr/bin/env bash
# darts: `predict(n)` of a network with quantiles is one random draw, that of a regression the median.
#
# Expected: both models were trained for the quantiles 0.1, 0.5 and 0.9, and `predict(n)` without a
#   number of samples asks both for the same thing, a point forecast: the median.
# True: linear and tree models answer with the median, every time the same. Networks draw one path, at
#   each call another. An absolute error of such "point forecasts" is that of the truth to a random
#   sample: about 1.4 times the median's when spread is all there is. No warning says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 pandas==2.3.3 scikit-learn==1.8.0 torch==2.13.0 \
    pytorch-lightning==2.6.6 tensorboardX==2.6.5 darts==0.48.1
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging

import darts
import numpy as np
from darts import TimeSeries
from darts.models import BlockRNNModel, LinearRegressionModel
from darts.utils.likelihood_models.torch import QuantileRegression

logging.disable(logging.CRITICAL)
print("darts", darts.__version__)
QUANTILES = [0.1, 0.5, 0.9]
QUIET = {name: False for name in (
    "logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"
)}
noise = TimeSeries.from_values(np.random.default_rng(0).normal(size=300))
network = BlockRNNModel(
    input_chunk_length=5, output_chunk_length=1, likelihood=QuantileRegression(QUANTILES),
    n_epochs=5, random_state=0, pl_trainer_kwargs={"accelerator": "cpu", **QUIET},
)
linear = LinearRegressionModel(
    lags=5, likelihood="quantile", quantiles=QUANTILES, random_state=0
)
for model in (linear, network):
    model.fit(noise)
    points = np.array([model.predict(1, verbose=False).values().item() for _ in range(20)])
    likelihood = model.predict(1, predict_likelihood_parameters=True, verbose=False)
    median = likelihood.values()[0, 1]
    print(
        f"{type(model).__name__}: median {median:.3f}, point forecasts {points[:4].round(3)}, "
        f"their deviation {points.std():.3f}"
    )
    if model is linear:
        assert np.allclose(points, median)
    else:
        assert len(set(points)) > 10
        assert points.std() > 0.3
PY
