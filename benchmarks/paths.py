"""Seconds to draw joint paths of many series: 505 of 1259 rows, 30 steps, 200 paths.

    python benchmarks/paths.py [--n-series 505] [--n-rows 1259] [--n-paths 200]

Series are random walks with a season, for times do not depend on values. Fits are not counted. What
each series costs, however many paths it has, is seen with many short series and few paths:

    python benchmarks/paths.py --n-series 2000 --n-rows 120 --n-paths 10
"""

import argparse
import time

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.linear_model import Ridge

from sklstm import Forecaster, GRURegressor

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--n-series", type=int, default=505)
parser.add_argument("--n-rows", type=int, default=1259)
parser.add_argument("--n-paths", type=int, default=200)
arguments = parser.parse_args()

rng = np.random.default_rng(0)
n_rows, n_series, n_paths = arguments.n_rows, arguments.n_series, arguments.n_paths
walks = 100 + np.cumsum(rng.normal(size=(n_rows, n_series)), axis=0)
index = pd.bdate_range("2013-02-08", periods=n_rows, name="day")
panel = pd.DataFrame(walks, index).stack().rename("close").rename_axis(["day", "share"])
panel = panel.reorder_levels(["share", "day"]).sort_index().to_frame()

gru = GRURegressor(16, max_epochs=1, random_state=0)
for name, regressor, strategy in (
    ("Ridge, recursive", Ridge(), "recursive"),
    ("Ridge, direct", Ridge(), "direct"),
    ("GRU, direct", gru, "direct"),
    ("GRU, recursive", gru, "recursive"),
    ("GRU of a likelihood, direct", clone(gru).set_params(loss="student_t"), "direct"),
    ("GRU of a likelihood, recursive", clone(gru).set_params(loss="normal"), "recursive"),
):
    forecaster = Forecaster(regressor, 10, 30, strategy, by="share").fit(panel)
    begin, busy = time.perf_counter(), time.process_time()
    paths = forecaster.sample_paths(30, n_paths, random_state=0)
    seconds, busy = time.perf_counter() - begin, time.process_time() - busy
    print(f"{name}: {seconds:.2f} s ({busy:.2f} s of processors), {paths.shape[0]} x {n_paths}")
