"""Arrays that do not fit to their network are refused before compiled code sees them."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from sklstm import GRUClassifier, LSTMRegressor
from sklstm.estimators._fitted_state import _replaced

WINDOWS = np.random.default_rng(0).normal(size=(12, 4, 2))


def fitted(cls=LSTMRegressor):
    return cls(3, max_epochs=1, random_state=0).fit(WINDOWS, WINDOWS[:, 0, 0] > 0)


def damage_part(model, path, value):
    """Replace a part of the fitted state behind the back of the attributes, which check it."""
    model._fitted = _replaced(model._fitted, path.split("."), value)


def weights(model, **arrays):
    damage_part(model, "network.weights", model.weights_ | arrays)


def without(model, name):
    kept = {key: array for key, array in model.weights_.items() if key != name}
    damage_part(model, "network.weights", kept)


def spec(model, **changes):
    damage_part(model, "network.spec", replace(model._spec, **changes))


DAMAGES = {
    "shape": lambda m: weights(m, head_weight=np.zeros((1, 4))),
    "axes": lambda m: weights(m, head_bias=m.weights_["head_bias"].reshape(1, 1)),
    "name": lambda m: weights(m, layer7_forward_bias=np.zeros(3)),
    "missing": lambda m: without(m, "head_bias"),
    "precision": lambda m: weights(m, head_bias=m.weights_["head_bias"].astype(np.float16)),
    "two precisions": lambda m: weights(m, head_bias=m.weights_["head_bias"].astype(np.float32)),
    "integers": lambda m: weights(m, **{k: a.astype(int) for k, a in m.weights_.items()}),
    "no arrays": lambda m: weights(m, head_bias=[0.0]),
    "not finite": lambda m: weights(m, head_bias=m.weights_["head_bias"] * np.nan),
    "more units": lambda m: spec(m, hidden_size=1000),
    "another cell": lambda m: spec(m, cell="gru"),
    "no cell": lambda m: spec(m, cell="no such"),
    "units that are no number": lambda m: spec(m, hidden_size="3"),
    "no spec": lambda m: damage_part(m, "network.spec", None),
    "statistics": lambda m: damage_part(m, "inputs.mean", np.zeros(3)),
    "a statistic": lambda m: damage_part(m, "inputs.scale", 1.0),
    "statistics that are no numbers": lambda m: damage_part(m, "inputs.mean", np.full(2, np.nan)),
    "a scale of zero": lambda m: damage_part(m, "inputs.scale", np.zeros(2)),
    "no reference": lambda m: damage_part(m, "targets.differenced", None),
    "references": lambda m: damage_part(m, "targets.differenced", np.array([-1, -1])),
    "a reference": lambda m: damage_part(m, "targets.differenced", np.array([2])),
    "half a reference": lambda m: damage_part(m, "targets.differenced", np.array([0.5])),
    "changes": lambda m: damage_part(m, "inputs.differenced", np.zeros(3, dtype=bool)),
    "half a change": lambda m: damage_part(m, "inputs.differenced", np.zeros(2)),
    "target": lambda m: damage_part(m, "targets.scale", np.ones(2)),
    "a target of no scale": lambda m: damage_part(m, "targets.scale", np.zeros(1)),
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
