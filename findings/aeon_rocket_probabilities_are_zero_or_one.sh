#!/usr/bin/env bash
# aeon: `predict_proba` of the Rocket classifiers has no values but zeros and ones.
#
# Expected: probabilities, or none: a ridge classifier has only `decision_function`, and scikit-learn's
#   RidgeClassifierCV therefore has no `predict_proba`.
# True: MiniRocketClassifier, MultiRocketClassifier and RocketClassifier answer with one for the class
#   that they predict, and zero for the others. Nothing is said. ROC AUC is then that of the labels, a
#   single point of the curve, the log loss of a wrong answer is that of certainty, thresholds cannot
#   be moved, and CalibratedClassifierCV has two values to calibrate by, since `decision_function` of
#   the ridge is not passed on. `estimator=` a logistic regression behind a scaler has probabilities.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.3.5 pandas==2.3.3 scikit-learn==1.8.0 aeon==1.6.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import aeon
import numpy as np
from aeon.classification.convolution_based import MiniRocketClassifier, RocketClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

print("aeon", aeon.__version__)
rng = np.random.default_rng(0)
y = np.arange(300) % 2
X = rng.normal(size=(300, 1, 60))
X[y == 1, :, 20:30] += 0.6  # a weak pulse: nobody can be certain
train, test = slice(0, 150), slice(150, 300)
logistic = make_pipeline(StandardScaler(), LogisticRegression())
for rocket, estimator in (
    (RocketClassifier, None), (MiniRocketClassifier, None), (MiniRocketClassifier, logistic)
):
    model = rocket(n_kernels=500, estimator=estimator, random_state=0).fit(X[train], y[train])
    probability = model.predict_proba(X[test])[:, 1]
    n_values, auc = len(np.unique(probability)), roc_auc_score(y[test], probability)
    of_labels = balanced_accuracy_score(y[test], model.predict(X[test]))
    name = f"{rocket.__name__}, estimator={type(estimator).__name__}"
    print(f"{name}: {n_values} values, ROC AUC {auc:.3f}, balanced accuracy {of_labels:.3f}")
    assert not hasattr(model, "decision_function")
    if estimator is not None:
        assert n_values > 100
        continue
    assert set(probability) == {0.0, 1.0}
    assert np.isclose(auc, of_labels)
    margin = model.pipeline_.decision_function(X[test])
    print(f"  of the margin of the ridge inside: ROC AUC {roc_auc_score(y[test], margin):.3f}")
    assert roc_auc_score(y[test], margin) > auc + 0.05
PY
