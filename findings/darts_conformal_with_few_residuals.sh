#!/usr/bin/env bash
# darts: conformal intervals of 90 % from three residuals are finite, and cover 75 %.
#
# Expected: split-conformal prediction takes the ceil((n + 1) 0.9)-th smallest of n calibration
#   residuals. Of three there is no fourth, so the interval is infinite, or the model refuses.
# True: ConformalNaiveModel answers with the quantile of what there is, hence the largest of three.
#   For exchangeable errors that covers 3 / 4, whatever the level. There is no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 pandas==2.3.3 scikit-learn==1.8.0 darts==0.48.1
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging

import darts
import numpy as np
from darts import TimeSeries
from darts.models import ConformalNaiveModel, LinearRegressionModel

logging.disable(logging.CRITICAL)
print("darts", darts.__version__)
noise = TimeSeries.from_values(np.random.default_rng(0).normal(size=3000))
regression = LinearRegressionModel(lags=1).fit(noise[:500])
for n_residuals in (3, 100):
    model = ConformalNaiveModel(
        regression, quantiles=[0.05, 0.5, 0.95], cal_length=n_residuals, random_state=0
    )
    bands = model.historical_forecasts(
        noise, start=700, forecast_horizon=1, retrain=False, verbose=False,
        predict_likelihood_parameters=True,
    )
    lower, upper = bands.values()[:, 0], bands.values()[:, -1]
    truth = noise.slice_intersect(bands).values()[:, 0]
    coverage = np.mean((lower <= truth) & (truth <= upper))
    print(f"{n_residuals:3} residuals, level 90 %: covers {coverage:.1%}")
    assert np.isfinite(upper - lower).all()
    assert abs(coverage - {3: 0.75, 100: 0.9}[n_residuals]) < 0.03
PY
