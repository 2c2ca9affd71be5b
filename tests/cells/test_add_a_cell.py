"""A new cell is one function and one row of the table, as CONTRIBUTING.md says."""

import re
from pathlib import Path

import numpy as np
import pytest

from sklstm.cells import BOTH, CELLS, Cell
from sklstm.estimators._recurrent_regressor import RecurrentRegressor


def janet(f, z, states):
    """An LSTM with a forget gate alone (van der Westhuizen and Lasenby, 2018)."""
    (forget, g), (c,) = z, states
    forget, g = f.logistic(forget), f.activation(g)
    return (forget * c + (1 - forget) * g,), (forget, g)


class JANETRegressor(RecurrentRegressor):
    """The estimator of the new cell."""

    _cell = "janet"


@pytest.fixture
def new_cell(monkeypatch):
    row = Cell(janet, gates={"forget": BOTH, "candidate": BOTH}, biases={"forget": 1.0})
    monkeypatch.setitem(CELLS, "janet", row)


@pytest.fixture
def windows(wave):
    windows = np.lib.stride_tricks.sliding_window_view(wave[:, 0], 12)[:-1, :, np.newaxis].copy()
    windows[::3, :5] = np.nan
    return windows, wave[12:, 0]


def plain_output(model, window):
    """The output of a network of one layer for one window, in plain NumPy."""
    w = {name: array.astype(float) for name, array in model.weights_.items()}
    x = (window[~np.isnan(window)] - model.feature_mean_) / model.feature_scale_
    h = np.zeros(6)
    for value in x:
        z = w["layer0_forward_input"][:, 0] * value + w["layer0_forward_bias"]
        z += w["layer0_forward_recurrent"] @ h
        forget = 1 / (1 + np.exp(-z[:6]))
        h = forget * h + (1 - forget) * np.tanh(z[6:])
    y = w["head_weight"] @ h + w["head_bias"]
    return (y * model.target_scale_ + model.target_mean_)[0]


def test_it_trains_and_predicts_through_both_engines(new_cell, windows):
    X, y = windows
    make = {"max_epochs": 30, "learning_rate": 0.02, "differencing": "never", "random_state": 0}
    compiled, plain = (
        JANETRegressor(6, engine=engine, **make).fit(X, y) for engine in ("auto", "torch")
    )
    np.testing.assert_allclose(compiled.loss_curve_, plain.loss_curve_, rtol=1e-3)
    assert compiled.score(X, y) > 0.9
    expected = [plain_output(compiled, window) for window in X[:9]]
    np.testing.assert_allclose(compiled.predict(X[:9]), expected, rtol=0, atol=1e-5)
    compiled.engine = "torch"  # NumPy predicts
    np.testing.assert_allclose(compiled.predict(X[:9]), expected, rtol=0, atol=1e-5)


def test_its_gates_are_shown(new_cell, windows):
    X, y = windows
    model = JANETRegressor(6, max_epochs=1, random_state=0).fit(X, y)
    gates = model.gate_activations(X[:3])["layer0_forward"]
    assert list(gates) == ["forget", "candidate", "hidden"]
    forget, candidate, hidden = (gates[name][1] for name in gates)  # the second window has no gap
    expected = forget[1:] * hidden[:-1] + (1 - forget[1:]) * candidate[1:]
    np.testing.assert_allclose(hidden[1:], expected, rtol=1e-12)


def test_contributing_shows_this_cell():
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"## Add a cell.*?```python\n(.*?)```", text, flags=re.DOTALL)
    names = {"BOTH": BOTH, "Cell": Cell, "CELLS": {}}
    exec(code, names)
    cell = names["CELLS"]["janet"]
    rng = np.random.default_rng(0)
    z, h = rng.normal(size=(2, 5)), rng.normal(size=5)

    class Functions:
        logistic = staticmethod(lambda x: 1 / (1 + np.exp(-x)))
        activation = np.tanh

    found, _ = cell.equations(Functions, z, [h])
    np.testing.assert_array_equal(found, janet(Functions, z, [h])[0])
    assert dict(cell.gates) == {"forget": BOTH, "candidate": BOTH}
