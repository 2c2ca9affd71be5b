"""Bessel functions of lanes, against SciPy's."""

import numpy as np
import pytest
from scipy import special

from sklstm.kernels._bessel import i2_over_i1, log_i1
from sklstm.losses import NUMPY, torch_functions

X = np.concatenate(
    [np.logspace(-20, 8, 3000), np.linspace(0, 40, 3000), np.nextafter(6.0, [0.0, 9.0]), [0.0]]
)


def expected_log(x):
    """By the series near zero, where a quotient has no value, and by SciPy's elsewhere."""
    near, far = np.minimum(x, 1e-3), np.maximum(x, 1e-3)
    return np.where(x < 1e-3, near**2 / 8 - x, np.log(2 * special.ive(1, far) / far))


def expected_ratio(x):
    far = np.maximum(x, 1e-3)
    return np.where(x < 1e-3, x / 4 - x**3 / 96, special.ive(2, far) / special.ive(1, far))


def test_digits(on_lanes):
    error = np.abs(on_lanes(log_i1, X) - expected_log(X)) / (1 + np.abs(expected_log(X)))
    assert error.max() < 64 * np.finfo(float).eps
    error = np.abs(on_lanes(i2_over_i1, X) - expected_ratio(X))
    assert error.max() < 64 * np.finfo(float).eps


def test_numpy_and_torch_have_the_same():
    torch = pytest.importorskip("torch")
    for name, oracle in (("log_i1", expected_log), ("i2_over_i1", expected_ratio)):
        expected = oracle(X)
        tolerance = {"rtol": 1e-13, "atol": 1e-13}
        np.testing.assert_allclose(getattr(NUMPY, name)(X), expected, **tolerance)
        found = getattr(torch_functions(), name)(torch.tensor(X)).numpy()
        np.testing.assert_allclose(found, expected, **tolerance)


def test_nan_stays_and_spoils_no_other_lane(on_lanes):
    x = np.linspace(0.1, 30, 40)
    for compute in (log_i1, i2_over_i1):
        clean, wrong = on_lanes(compute, x), x.copy()
        wrong[[3, 16, 39]] = np.nan
        found = on_lanes(compute, wrong)
        assert np.isnan(found[[3, 16, 39]]).all()
        others = ~np.isnan(wrong)
        np.testing.assert_array_equal(found[others], clean[others])
