"""`pool_weights` against SciPy's optimiser."""

import numpy as np
import pytest
from scipy.optimize import minimize

from sklstm.estimators._pool_weights import pool_weights

RNG = np.random.default_rng(0)
LIKELY = RNG.dirichlet([1, 1], size=(80, 3))[:, :, 0]
LIKELY[::2, 0] *= 0.6
LIKELY[1::2, 1] *= 0.7


def best(likely, weight):
    def loss(w):
        return -weight @ np.log(likely @ w)

    found = minimize(
        loss, np.full(likely.shape[1], 1 / likely.shape[1]), bounds=[(0, 1)] * likely.shape[1],
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, options={"ftol": 1e-12},
    )  # fmt: skip
    return found.x


@pytest.mark.parametrize("weight", [np.ones(80), RNG.uniform(0.1, 3, size=80)])
def test_the_likelihood_is_the_largest(weight):
    found = pool_weights(LIKELY, weight)
    assert (found >= 0.1).all()
    np.testing.assert_allclose(found, best(LIKELY, weight), atol=1e-3)


def test_a_weight_counts_as_often_as_it_says():
    counts = RNG.integers(0, 4, size=80)
    found = pool_weights(np.repeat(LIKELY, counts, axis=0))
    np.testing.assert_allclose(pool_weights(LIKELY, counts), found, rtol=1e-12)


def test_less_than_a_tenth_is_left_out():
    worse = np.full((80, 1), 1e-3)
    worse[:5] = 1.0
    likely = LIKELY.copy()
    likely[:5] = 0.01
    whole = best(np.hstack([likely, worse]), np.ones(80))
    assert 0.01 < whole[3] < 0.1
    found = pool_weights(np.hstack([likely, worse]))
    assert found[3] == 0
    np.testing.assert_allclose(found[:3], whole[:3] / whole[:3].sum(), atol=5e-3)


def test_models_that_are_alike_share():
    alike = np.repeat(LIKELY[:, :1], 12, axis=1)
    np.testing.assert_allclose(pool_weights(alike), np.full(12, 1 / 12))
    nothing = np.zeros((5, 2))  # no model sees the truth coming
    np.testing.assert_allclose(pool_weights(nothing), [0.5, 0.5])
