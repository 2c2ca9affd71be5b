#!/usr/bin/env bash
# sktime: `make_reduction` demands the future rows of `X` in `predict`, and forecasts without them.
#
# Expected: sales jump with a promotion of the same day, the plan of the coming days goes to
#   `predict(fh, X=plan)`, and the forecast follows it. Without X it is an error that asks for it.
# True: windows hold the exogenous values of earlier rows alone, never those of the row that is
#   forecast. "direct", "multioutput" and "dirrec" read nothing of the plan: forecasts with a promotion
#   every day and with none are equal to the last digit. "recursive" reads it from the second step on,
#   as a past value. There is no warning. The newer DirectReductionForecaster and
#   RecursiveReductionForecaster follow the plan.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.3.5 pandas==2.3.3 scikit-learn==1.8.0 sktime==1.2.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import warnings

import numpy as np
import pandas as pd
import sktime
from sklearn.linear_model import Ridge
from sktime.forecasting.compose import DirectReductionForecaster, make_reduction

print("sktime", sktime.__version__)
warnings.showwarning = lambda *caught: None  # of a default to come; sktime resets the filters
rng = np.random.default_rng(0)
days = pd.period_range("2025-01-01", periods=303, freq="D")
promotion = pd.DataFrame({"promotion": (rng.random(303) < 0.3).astype(float)}, index=days)
sales = 10 + 50 * promotion["promotion"] + rng.normal(size=303)
known, coming = slice(0, 300), slice(300, 303)


def forecasts(forecaster):
    """Of three days without a promotion, and of three days with one."""
    forecaster.fit(sales[known], X=promotion[known], fh=[1, 2, 3])
    plans = (promotion[coming] * 0 + every_day for every_day in (0.0, 1.0))
    return [forecaster.predict(fh=[1, 2, 3], X=plan).to_numpy().round(6) for plan in plans]


for strategy in ("direct", "multioutput", "dirrec", "recursive"):
    forecaster = make_reduction(Ridge(), window_length=7, strategy=strategy)
    without, with_promotion = forecasts(forecaster)
    print(f"{strategy:11} without {without.round(1)}, with promotion {with_promotion.round(1)}")
    same = without == with_promotion
    assert same.tolist() == [True] + 2 * [strategy != "recursive"]
    if strategy in ("direct", "recursive"):
        try:
            forecaster.predict(fh=[1, 2, 3])
        except ValueError as error:
            assert "`X` must be passed to `predict`" in str(error)
        else:
            raise AssertionError("predict went without X")
without, with_promotion = forecasts(DirectReductionForecaster(Ridge(), window_length=7))
print(f"DirectReductionForecaster: without {without.round(1)}, with {with_promotion.round(1)}")
assert np.allclose(with_promotion - without, 50, atol=2)
PY
