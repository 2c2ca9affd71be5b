#!/usr/bin/env bash
# scikit-learn: a Pipeline with `memory` fits on what a function returned before it was edited.
#
# Expected: joblib.Memory recomputes when code changes. So after an edit of the function in a
#   FunctionTransformer the step is computed again, or at least everywhere by the same code.
# True: what is watched is the code of scikit-learn's own `_fit_transform_one`. The function is part of
#   the key by its name and module alone, so `fit` reads the old values from the cache. `predict` is not
#   cached and calls the new function: training and prediction differ, and nothing is said. The same
#   holds for the methods of own transformers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 joblib==1.6.0 scikit-learn==1.8.0
cd "$folder"
cat > fit.py <<'PY'
import sys

import joblib
import numpy as np
import sklearn
from features import feature
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

X = np.arange(10.0).reshape(-1, 1)
y = X[:, 0] ** 2
model = make_pipeline(FunctionTransformer(feature), LinearRegression(), memory="cache").fit(X, y)
slope, r2 = model[-1].coef_[0], model.score(X, y)
versions = f"scikit-learn {sklearn.__version__}, joblib {joblib.__version__}"
print(f"{versions}: x -> {sys.argv[1]}: slope {slope:.0f}, R2 on the training rows {r2:.2f}")
right = LinearRegression().fit(feature(X), y)
if sys.argv[2] == "fresh":
    assert np.isclose(slope, right.coef_[0])
else:  # fitted on x, predicts by x ** 2
    assert np.isclose(right.score(feature(X), y), 1)
    assert np.isclose(slope, 9)
    assert r2 < 0
PY
for state in "x:fresh" "x ** 2:stale"; do
    printf 'def feature(x):\n    return %s\n' "${state%%:*}" > features.py
    "$folder/venv/bin/python" -W error -B fit.py "${state%%:*}" "${state##*:}"
done
