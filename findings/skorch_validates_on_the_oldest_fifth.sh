#!/usr/bin/env bash
# skorch: the default validation set of rows in order of time is the oldest fifth.
#
# Expected: early stopping and `load_best` look at random rows, as in scikit-learn's networks, or at
#   the last ones, as in Keras.
# True: ValidSplit(5) takes the first fold of a KFold that does not shuffle. On a series, training is
#   on the newer rows and the best epoch is chosen on the oldest, which are the least like the
#   forecast. The number that stands as "valid_loss" is one of the past seen from the future.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 scikit-learn==1.8.0 torch==2.13.0 skorch==1.4.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import numpy as np
import skorch
from skorch import NeuralNetClassifier, NeuralNetRegressor
from skorch.callbacks import Callback
from torch import nn

print("skorch", skorch.__version__)


class Look(Callback):
    def on_train_begin(self, net, X=None, y=None, **kwargs):
        train, valid = net.get_split_datasets(X, y)
        self.valid = np.sort(valid.indices)
        self.train = np.sort(train.indices)


rows = np.linspace(0, 1, 100, dtype=np.float32)[:, np.newaxis]
for net, target in (
    (NeuralNetRegressor(nn.Linear(1, 1), max_epochs=1, verbose=0), rows),
    (
        NeuralNetClassifier(
            nn.Sequential(nn.Linear(1, 2), nn.Softmax(dim=1)), max_epochs=1, verbose=0
        ),
        np.arange(100) % 2,
    ),
):
    look = Look()
    net.set_params(callbacks=[look]).fit(rows, target)
    print(f"{type(net).__name__}: validates on rows {look.valid[0]} to {look.valid[-1]} of 0 to 99")
    assert np.array_equal(look.valid, np.arange(20))
    assert np.array_equal(look.train, np.arange(20, 100))
PY
