"""Outputs of many windows, which idle cores share."""

import threading

import numpy as np
import pytest

from sklstm import GRURegressor
from sklstm.training import _compiled_network


@pytest.fixture
def predict_on(monkeypatch):
    """Predict on a number of threads; return predictions, and how many threads took part."""
    monkeypatch.setattr(_compiled_network, "_LARGE", 1)
    monkeypatch.setattr(_compiled_network, "_PASS_VALUES", 1)  # a tile a block
    taking_part = set()
    output = _compiled_network.CompiledNetwork._output_of_part
    barrier = None

    def noted(self, plan, idle, windows):
        if barrier is not None and threading.get_ident() not in taking_part:
            taking_part.add(threading.get_ident())
            barrier.wait(10)  # so that each thread takes a part, however fast the first one is
        return output(self, plan, idle, windows)

    monkeypatch.setattr(_compiled_network.CompiledNetwork, "_output_of_part", noted)

    def predict(model, X, n_threads):
        nonlocal barrier
        monkeypatch.setenv("OMP_NUM_THREADS", str(n_threads))
        taking_part.clear()
        barrier = threading.Barrier(n_threads)
        return model.predict(X), len(taking_part)

    return predict


@pytest.mark.parametrize("gapped", [False, True])
@pytest.mark.parametrize("values_read", [1, 1000])  # one tile or three in one go
def test_any_number_of_threads_gives_the_same_bits(
    gapped, values_read, predict_on, rng, monkeypatch
):
    X = rng.normal(size=(700, 9, 2))
    if gapped:
        X[::3, :4] = np.nan
    model = GRURegressor(8, max_epochs=1, random_state=0).fit(X[:90], X[:90, -1])
    expected = model.predict(X)
    monkeypatch.setattr(_compiled_network, "_READ_VALUES", values_read)
    alone, one = predict_on(model, X, 1)
    shared, three = predict_on(model, X, 3)
    assert (one, three) == (1, 3)
    np.testing.assert_array_equal(alone, expected)
    np.testing.assert_array_equal(shared, expected)
    np.testing.assert_array_equal(shared[5:6], model.predict(X[5:6]))
