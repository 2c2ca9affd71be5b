"""Tensors that require gradients, and masked weights, wherever arrays are taken."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from sklstm import (
    LSTMClassifier,
    LSTMRegressor,
    PersistenceRegressor,
    WindowScaledRegressor,
    WindowScaler,
    mean_absolute_scaled_error,
)

RNG = np.random.default_rng(0)
X, Y, WEIGHT = RNG.normal(size=(40, 5, 1)), RNG.normal(size=40), RNG.uniform(1, 2, 40)
TINY = {"hidden_size": 2, "max_epochs": 2, "random_state": 0}
MODELS = {
    "LSTMRegressor": LSTMRegressor(**TINY),
    "LSTMClassifier": LSTMClassifier(**TINY),
    "PersistenceRegressor": PersistenceRegressor(),
    "WindowScaledRegressor": WindowScaledRegressor(
        LSTMRegressor(**TINY, early_stopping=True), WindowScaler("standard")
    ),
}


def tensor(array):
    return torch.tensor(array, requires_grad=True)


@pytest.mark.parametrize("name", MODELS)
def test_tensors_that_require_gradients_are_arrays(name):
    model, y = MODELS[name], Y > 0 if name == "LSTMClassifier" else Y
    y_tensor = torch.tensor(y) if y.dtype == bool else tensor(y)
    weight = {} if name == "PersistenceRegressor" else {"sample_weight": WEIGHT}
    expected = model.fit(X, y, **weight).predict(X), model.score(X, y, sample_weight=WEIGHT)
    weight = {key: tensor(value) for key, value in weight.items()}
    model.fit(tensor(X), y_tensor, **weight)
    np.testing.assert_array_equal(model.predict(tensor(X)), expected[0])
    assert model.score(tensor(X), y_tensor, sample_weight=tensor(WEIGHT)) == expected[1]


def test_tensors_in_metrics():
    expected = mean_absolute_scaled_error(Y, X[:, 0, 0], y_train=WEIGHT, sample_weight=WEIGHT)
    tensors = [tensor(Y), tensor(X[:, 0, 0])]
    weights = {"y_train": tensor(WEIGHT), "sample_weight": tensor(WEIGHT)}
    assert mean_absolute_scaled_error(*tensors, **weights) == expected


@pytest.mark.parametrize("name", MODELS)
def test_masked_weights_are_missing_also_in_scores(name):
    model, y = MODELS[name], Y > 0 if name == "LSTMClassifier" else Y
    masked = np.ma.array(WEIGHT, mask=np.arange(40) == 7)
    with pytest.raises(ValueError, match="NaN"):
        model.fit(X, y).score(X, y, sample_weight=masked)


def test_weights_of_another_length_are_refused_where_targets_are_missing():
    y = np.where(np.arange(40) == 3, np.nan, Y)
    with pytest.raises(ValueError, match=r"sample_weight.shape == \(39,\)"):
        WindowScaledRegressor(Ridge(), WindowScaler("standard")).fit(X, y, sample_weight=WEIGHT[1:])
