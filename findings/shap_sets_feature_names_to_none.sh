#!/usr/bin/env bash
# SHAP: KernelExplainer given a bound `predict` calls a copy of the estimator whose
# `feature_names_in_` is None.
#
# Expected: the function that is handed over is the one that is called. An estimator fitted on a
#   frame has `feature_names_in_`, a list of names; one fitted on an array does not have it at all
#   (SLEP007 of scikit-learn), so that `hasattr` tells the two apart.
# True: to silence scikit-learn's warning about names, SHAP copies the bound method with its
#   estimator, and sets the attribute of the copy to None. `hasattr` is true, `len` and `list` of it
#   raise a TypeError. Estimators that look at their own names have to take None for none. Of a
#   Pipeline these names cannot be set, and all of KernelExplainer ends in an AttributeError. Nothing
#   happens where `predict` is called through a plain function.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 pandas==2.3.3 scikit-learn==1.8.0 shap==0.51.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import numpy as np
import pandas as pd
import shap
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

seen = []


class Watched(LinearRegression):
    def predict(self, X):
        names = getattr(self, "feature_names_in_", "no attribute")
        seen.append((self is model, names is None))
        return super().predict(X)


rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(40, 3)), columns=["a", "b", "c"])
model = Watched().fit(X, X.to_numpy() @ [1.0, 2.0, 3.0])
print("shap", shap.__version__)
for what, function in (("bound method", model.predict), ("function", lambda X: model.predict(X))):
    seen.clear()
    shap.KernelExplainer(function, X[:10], silent=True).shap_values(X[10:12], silent=True)
    print(f"{what}: (the estimator itself, its names are None): {set(seen)}")
    assert set(seen) == ({(False, True)} if what == "bound method" else {(True, False)})
pipeline = make_pipeline(StandardScaler(), LinearRegression())
pipeline.fit(X, X.to_numpy() @ [1.0, 2.0, 3.0])
explain = shap.KernelExplainer(lambda X: pipeline.predict(X), X[:10], silent=True)
assert explain.shap_values(X[10:12], silent=True).shape == (2, 3)
try:
    shap.KernelExplainer(pipeline.predict, X[:10], silent=True)
except AttributeError as error:
    print("bound method of a pipeline:", error)
else:
    raise SystemExit("KernelExplainer takes pipelines now")
assert list(model.feature_names_in_) == ["a", "b", "c"]  # the estimator keeps its own
PY
