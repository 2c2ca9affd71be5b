#!/usr/bin/env bash
# scikit-learn: HalvingGridSearchCV with TimeSeriesSplit fits on single rows of a series, in random order.
#
# Expected: with few resources a candidate gets fewer rows as TimeSeriesSplit would give them: the
#   newest or the oldest ones, one after the other, in the order of time.
# True: the rows of each fold are drawn without regard to the splitter and come shuffled, the test rows
#   as well. Each row still precedes the test fold, so no check of leakage sees it; but lags, windows,
#   moving averages and differences that a pipeline computes from the rows before are of rows days
#   apart, and later ones among them. No warning is given. Only the last refit has all rows in order.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 scikit-learn==1.8.0
"$folder/venv/bin/python" -W error - <<'PY'
import numpy as np
import sklearn
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

print("scikit-learn", sklearn.__version__)
seen = []


class PreviousRow(TransformerMixin, BaseEstimator):
    """Appends the row before, as a lag feature does."""

    def fit(self, X, y=None):
        seen.append(X[:, 0])  # a column with the number of the row
        return self

    def transform(self, X):
        return np.hstack([X, np.roll(X, 1, axis=0)])


rows = np.arange(400.0).reshape(-1, 1)
grid, cv = {"ridge__alpha": [0.1, 1.0, 10.0]}, TimeSeriesSplit(3)
pipeline = make_pipeline(PreviousRow(), Ridge())
searches = {
    "GridSearchCV": GridSearchCV(pipeline, grid, cv=cv),
    "HalvingGridSearchCV": HalvingGridSearchCV(
        pipeline, grid, cv=cv, min_resources=100, random_state=0
    ),
}
for name, search in searches.items():
    seen.clear()
    search.fit(rows, rows[:, 0])
    *folds, refit = seen
    ordered = np.mean([np.all(np.diff(fold) == 1) for fold in folds])
    print(f"{name}: first fold is rows {folds[0][:6].astype(int)}...; folds in order: {ordered:.0%}")
    assert ordered == (name == "GridSearchCV")
    assert np.all(np.diff(refit) == 1)
PY
