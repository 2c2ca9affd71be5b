"""How many units a network has: what `hidden_size` says, and what ``"auto"`` is."""

import numpy as np
import pytest
from sklearn.base import clone

from sklstm import (
    BiLSTMRegressor,
    GRURegressor,
    LSTMRegressor,
    MinGRURegressor,
    RNNRegressor,
    SLSTMRegressor,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 5, 2))
Y = X[:, -1, 0]
SMALL = {"max_epochs": 1, "random_state": 0}
NETWORKS = [
    RNNRegressor, GRURegressor, LSTMRegressor, BiLSTMRegressor, MinGRURegressor, SLSTMRegressor
]  # fmt: skip


@pytest.mark.parametrize("make", NETWORKS)
def test_by_default_a_network_is_that_of_32_units(make):
    usual, named = (make(*size, **SMALL).fit(X, Y) for size in ([], [32]))
    assert usual.get_params()["hidden_size"] == clone(usual).hidden_size == "auto"
    assert usual.hidden_size_ == named.hidden_size_ == 32
    np.testing.assert_array_equal(usual.predict(X), named.predict(X))


@pytest.mark.parametrize(
    ("hidden_size", "num_layers", "expected"),
    [(3, 1, 3), ([4, 3], 1, (4, 3)), ((4, 4), 2, 4), ("auto", 2, 32)],
)
def test_the_fitted_network_tells_its_units(hidden_size, num_layers, expected):
    model = GRURegressor(hidden_size, num_layers=num_layers, **SMALL)
    with pytest.raises(AttributeError):
        _ = model.hidden_size_
    assert model.fit(X, Y).hidden_size_ == expected


@pytest.mark.parametrize("hidden_size", [5, [4, 3]])
def test_training_that_goes_on_keeps_the_units_that_it_began_with(hidden_size):
    named = GRURegressor(hidden_size, warm_start=True, dropout=0.1, **SMALL).fit(X, Y)
    by_auto = GRURegressor(hidden_size, warm_start=True, dropout=0.1, **SMALL).fit(X, Y)
    by_auto.set_params(hidden_size="auto")
    for goes_on in (GRURegressor.fit, GRURegressor.partial_fit):
        found, expected = (goes_on(one, X, Y) for one in (by_auto, named))
        assert found.hidden_size_ == expected.hidden_size_
        np.testing.assert_array_equal(found.predict(X), expected.predict(X))


def test_one_dropout_rate_for_each_layer_goes_with_the_layers_there_are():
    network = GRURegressor([4, 3], warm_start=True, dropout=[0.1, 0.2], **SMALL).fit(X, Y)
    assert network.set_params(hidden_size="auto").fit(X, Y).hidden_size_ == (4, 3)
    with pytest.raises(ValueError, match="dropout.*2 numbers, and the network 1 layers"):
        GRURegressor(dropout=[0.1, 0.2], **SMALL).fit(X, Y)


def test_another_number_than_that_of_the_last_fit_is_refused():
    network = GRURegressor(warm_start=True, **SMALL).fit(X, Y)
    with pytest.raises(ValueError, match=r"hidden_size=5 \(it was 32\)"):
        network.set_params(hidden_size=5).fit(X, Y)
    assert network.set_params(hidden_size=32).fit(X, Y).hidden_size_ == 32


@pytest.mark.parametrize("hidden_size", ["many", 0, None])
def test_what_is_no_number_of_units_is_refused(hidden_size):
    with pytest.raises(ValueError, match=r"'hidden_size'.* a str among \{'auto'\}"):
        GRURegressor(hidden_size, **SMALL).fit(X, Y)


def test_networks_of_earlier_versions_have_a_number():
    network = GRURegressor(**SMALL).fit(X, Y)
    state = network.__getstate__() | {"hidden_size": 32}
    earlier = GRURegressor.__new__(GRURegressor)
    earlier.__setstate__(state)
    assert earlier.hidden_size == earlier.hidden_size_ == 32
    np.testing.assert_array_equal(earlier.predict(X), network.predict(X))
