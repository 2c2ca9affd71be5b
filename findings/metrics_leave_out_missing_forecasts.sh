#!/usr/bin/env bash
# darts and utilsforecast: the error of a forecast of which three steps of four are NaN is zero.
#
# Expected: the error of a forecast that is missing is NaN, or the metric refuses, as scikit-learn's.
# True: darts takes the mean of what there is; so does utilsforecast for pandas, while for the same
#   table in polars it answers NaN, and its coverage counts the missing intervals as misses. A model
#   that fails at the hard steps is the best of the comparison: R^2 is 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 pandas==2.3.3 polars==1.35.2 scikit-learn==1.8.0 \
    utilsforecast==0.2.17 darts==0.48.1
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging

import darts
import numpy as np
import pandas as pd
import polars as pl
import utilsforecast
from darts import TimeSeries, metrics
from utilsforecast import losses

logging.disable(logging.CRITICAL)
print("darts", darts.__version__, "utilsforecast", utilsforecast.__version__)
truth = np.array([1.0, 2, 3, 4])
forecast = np.array([1.0, np.nan, np.nan, np.nan])

found = {
    metric.__name__: metric(TimeSeries.from_values(truth), TimeSeries.from_values(forecast))
    for metric in (metrics.mae, metrics.rmse, metrics.smape, metrics.r2_score)
}
print("darts", found)
assert found == {"mae": 0, "rmse": 0, "smape": 0, "r2_score": 1}

table = pd.DataFrame({
    "unique_id": "a", "y": truth, "m": forecast,
    "m-lo-80": forecast - 1, "m-hi-80": forecast + 1,
})
of_pandas = losses.mae(table, ["m"])["m"].item()
of_polars = losses.mae(pl.DataFrame(table.to_dict("list")), ["m"])["m"].item()
coverage = losses.coverage(table, ["m"], 80)["m"].item()
print(f"utilsforecast mae: {of_pandas} of pandas, {of_polars} of polars; coverage {coverage}")
assert of_pandas == 0
assert np.isnan(of_polars)
assert coverage == 0.25
PY
