"""Arrays that do not fit to their network are refused before compiled code sees them."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from sklstm import GRUClassifier, LSTMRegressor

WINDOWS = np.random.default_rng(0).normal(size=(12, 4, 2))


def fitted(cls=LSTMRegressor):
    return cls(3, max_epochs=1, random_state=0).fit(WINDOWS, WINDOWS[:, 0, 0] > 0)


def weights(model, **arrays):
    model.weights_ = model.weights_ | arrays


def without(model, name):
    model.weights_ = {key: array for key, array in model.weights_.items() if key != name}


DAMAGES = {
    "shape": lambda m: weights(m, head_weight=np.zeros((1, 4))),
    "axes": lambda m: weights(m, head_bias=m.weights_["head_bias"].reshape(1, 1)),
    "name": lambda m: weights(m, layer7_forward_bias=np.zeros(3)),
    "missing": lambda m: without(m, "head_bias"),
    "precision": lambda m: weights(m, head_bias=m.weights_["head_bias"].astype(np.float16)),
    "two precisions": lambda m: weights(m, head_bias=m.weights_["head_bias"].astype(np.float32)),
    "integers": lambda m: weights(m, **{k: a.astype(int) for k, a in m.weights_.items()}),
    "no arrays": lambda m: weights(m, head_bias=[0.0]),
    "more units": lambda m: setattr(m, "_spec", replace(m._spec, hidden_size=1000)),
    "another cell": lambda m: setattr(m, "_spec", replace(m._spec, cell="gru")),
    "no cell": lambda m: setattr(m, "_spec", replace(m._spec, cell="no such")),
    "units that are no number": lambda m: setattr(m, "_spec", replace(m._spec, hidden_size="3")),
    "no spec": lambda m: setattr(m, "_spec", None),
    "statistics": lambda m: setattr(m, "feature_mean_", np.zeros(3)),
    "a statistic": lambda m: setattr(m, "feature_scale_", 1.0),
    "no reference": lambda m: setattr(m, "differenced_targets_", None),
    "references": lambda m: setattr(m, "differenced_targets_", np.array([-1, -1])),
    "a reference": lambda m: setattr(m, "differenced_targets_", np.array([2])),
    "half a reference": lambda m: setattr(m, "differenced_targets_", np.array([0.5])),
    "changes": lambda m: setattr(m, "differenced_features_", np.zeros(3, dtype=bool)),
    "half a change": lambda m: setattr(m, "differenced_features_", np.zeros(2)),
    "target": lambda m: setattr(m, "target_scale_", np.ones(2)),
    "window": lambda m: setattr(m, "window_shape_", (4, 3)),
    "half a window": lambda m: setattr(m, "window_shape_", (4,)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_does_not_fit_is_refused(damage):
    model = fitted()
    DAMAGES[damage](model)
    content = pickle.dumps(model)
    with pytest.raises(ValueError, match=r"LSTMRegressor is damaged: its arrays do not fit"):
        pickle.loads(content)


@pytest.mark.parametrize("cls", [LSTMRegressor, GRUClassifier])
def test_what_fits_is_taken(cls):
    model = fitted(cls)
    assert (pickle.loads(pickle.dumps(model)).predict(WINDOWS) == model.predict(WINDOWS)).all()
