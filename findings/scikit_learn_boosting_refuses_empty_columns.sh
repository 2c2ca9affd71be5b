#!/usr/bin/env bash
# scikit-learn: from 1.9 on HistGradientBoostingRegressor fails on a column that is missing in all rows.
#
# Expected: missing values are taken natively, as the documentation says; a column of nothing else is
#   never split on. So it was up to 1.8. Such columns are common with time series: the lag of a year in
#   the first folds of a TimeSeriesSplit, or a sensor that was installed later.
# True: 1.9.1 raises a ValueError of NumPy's, "window shape cannot be larger than input array shape",
#   which names neither the column nor missing values. One value in the column is enough for a fit.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 1.8.0 1.9.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install -q numpy==2.4.6 pandas==2.3.3 "scikit-learn==$version"
    "$folder/$version/bin/python" - <<'PY'
import numpy as np
import pandas as pd
import sklearn
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import TimeSeriesSplit

months = pd.Series(np.random.default_rng(0).normal(size=48).cumsum())
lags = pd.DataFrame({"last": months.shift(1), "a year ago": months.shift(12)})
outcomes = []
for train, _ in TimeSeriesSplit(4, test_size=9).split(months):
    model = HistGradientBoostingRegressor(min_samples_leaf=2)
    try:
        model.fit(lags.iloc[train], months.iloc[train])
        outcomes.append("fitted")
    except ValueError as error:
        outcomes.append(str(error))
    n_known = int(lags["a year ago"].iloc[train].notna().sum())
    print("scikit-learn", sklearn.__version__, len(train), "rows,", n_known, "lags:", outcomes[-1])
first = "fitted"
if sklearn.__version__ == "1.9.1":
    first = "window shape cannot be larger than input array shape"
assert outcomes == [first, "fitted", "fitted", "fitted"], outcomes
PY
done
