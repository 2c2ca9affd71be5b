"""Layers with units and dropout of their own."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

from sklstm import BiLSTMClassifier, GRURegressor, LSTMRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 6, 2))
Y = X[:, -3:].sum(axis=(1, 2))


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_a_list_of_equal_numbers_is_one_number(engine):
    options = {"max_epochs": 4, "random_state": 0, "engine": engine}
    one = LSTMRegressor(7, num_layers=2, dropout=0.2, **options).fit(X, Y)
    each = LSTMRegressor([7, 7], dropout=(0.2, 0.2), **options).fit(X, Y)
    np.testing.assert_array_equal(one.predict(X), each.predict(X))


@pytest.mark.parametrize("cls", [LSTMRegressor, GRURegressor])
@pytest.mark.parametrize("output", ["last", "sequence"])
def test_the_engines_agree(cls, output):
    targets = X.cumsum(axis=1)[:, :, 0] if output == "sequence" else Y
    options = {"dropout": (0.3, 0, 0.1), "max_epochs": 5, "random_state": 0, "output": output}
    models = [
        cls((12, 5, 17), engine=engine, **options).fit(X, targets) for engine in ("auto", "torch")
    ]
    np.testing.assert_allclose(models[0].predict(X), models[1].predict(X), atol=1e-3)
    np.testing.assert_allclose(models[0].loss_curve_, models[1].loss_curve_, rtol=1e-4)


def test_it_learns_and_survives_a_file():
    model = LSTMRegressor((16, 8), max_epochs=60, random_state=0).fit(X, Y)
    assert model.score(X, Y) > 0.9
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert clone(model).get_params()["hidden_size"] == (16, 8)
    lines = [line.split() for line in model.summary().splitlines()]
    assert lines[0] == ["layer0", "LSTM,", "16", f"{4 * 16 * (2 + 16 + 1):,}"]
    assert lines[1] == ["layer1", "LSTM,", "8", f"{4 * 8 * (16 + 8 + 1):,}"]


def test_lists_go_into_a_grid():
    grid = {"hidden_size": [4, (6, 3)], "dropout": [0.0]}
    search = GridSearchCV(
        GRURegressor(max_epochs=2, random_state=0), grid, cv=TimeSeriesSplit(2)
    ).fit(X, Y)
    assert len(search.cv_results_["params"]) == 2
    assert BiLSTMClassifier([5, 3], max_epochs=1, random_state=0).fit(X, Y > 0).n_parameters_ == (
        2 * 4 * 5 * (2 + 5 + 1) + 2 * 4 * 3 * (10 + 3 + 1) + 7
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"hidden_size": ()}, "hidden_size as a list takes integers from 1 on"),
        ({"hidden_size": (3, 0)}, r"hidden_size.*got \(3, 0\)"),
        ({"hidden_size": (3, 2.0)}, r"hidden_size.*got \(3, 2.0\)"),
        ({"hidden_size": (3, True)}, "hidden_size.*True"),
        ({"hidden_size": (3, 4), "num_layers": 3}, "for 2 layers, and num_layers=3"),
        ({"dropout": (0.1, 0.2)}, r"dropout=\(0.1, 0.2\) has 2 numbers, and the network 1 layers"),
        ({"dropout": (1.0,)}, r"dropout as a list takes numbers in \[0, 1\)"),
        ({"dropout": ("much",)}, "dropout as a list"),
    ],
)
def test_lists_that_make_no_network(parameters, message):
    with pytest.raises(ValueError, match=message):
        LSTMRegressor(**parameters).fit(X, Y)
