#!/usr/bin/env bash
# Keras: the AUC metric is 0.5 for a perfect ranking of a rare class.
#
# Expected: the area under the ROC curve depends on the order of the probabilities alone. Where every
#   event has a higher probability than every non-event it is 1, as in scikit-learn, and so is the area
#   under the precision-recall curve.
# True: AUC counts hits at 200 thresholds, evenly spaced from 0 to 1. A well-calibrated model of a class
#   that occurs twice in a thousand cases gives probabilities below 1/199, so that all of them are in
#   one bin: the ROC area is 0.5, that of curve="PR" is the share of the class. No warning says so, and
#   early stopping on val_auc sees a constant. Logits with from_logits=True go the same way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 scikit-learn==1.8.0 jax==0.10.2 keras==3.15.1
KERAS_HOME=$folder KERAS_BACKEND=jax "$folder/venv/bin/python" -W error - <<'PY'
import keras
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

print("keras", keras.__version__)
rng = np.random.default_rng(0)
event = rng.uniform(size=20_000) < 0.002
ranked = np.where(event, 0.004, 0.001) * rng.uniform(0.5, 1, size=20_000)  # no overlap
SCORES = {"ROC": roc_auc_score, "PR": average_precision_score}
for curve, exact in SCORES.items():
    found = {}
    for name, probability in (("probabilities", ranked), ("100 times as large", 100 * ranked)):
        metric = keras.metrics.AUC(curve=curve)
        metric.update_state(event, probability)
        found[name] = float(metric.result())
        assert exact(event, probability) == 1
    print(f"{curve:3} scikit-learn 1.0, Keras {found}")
    assert abs(found["probabilities"] - {"ROC": 0.5, "PR": event.mean()}[curve]) < 1e-4
    assert found["100 times as large"] > 0.99
PY
