"""The gamma function of lanes, against SciPy's and by hand."""

from math import factorial, log, pi

import numpy as np
import pytest
from scipy import special

from sklstm.kernels._gamma import digamma, log_gamma

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def arguments(dtype):
    rng = np.random.default_rng(0)
    near = np.nextafter(dtype(8), [dtype(0), dtype(100)])
    parts = [np.logspace(-30, 30, 3000), rng.uniform(0, 20, 3000), np.arange(1, 200), near]
    return np.concatenate(parts).astype(dtype)


@DTYPES
@pytest.mark.parametrize(
    ("compute", "oracle"), [(log_gamma, special.gammaln), (digamma, special.psi)]
)
def test_digits(on_lanes, compute, oracle, dtype):
    x = arguments(dtype)
    expected = oracle(x.astype(np.float64))
    error = np.abs(on_lanes(compute, x) - expected) / (1 + np.abs(expected))
    assert error.max() <= 32 * np.finfo(dtype).eps


@DTYPES
def test_by_hand(on_lanes, dtype):
    x = np.array([1, 2, 3, 5, 11, 0.5], dtype=dtype)
    logs = [*(log(factorial(k)) for k in (0, 1, 2, 4, 10)), log(pi) / 2]
    tolerance = 16 * np.finfo(dtype).eps
    np.testing.assert_allclose(on_lanes(log_gamma, x), logs, rtol=tolerance, atol=tolerance)
    harmonic = [sum(1 / k for k in range(1, n)) for n in (1, 2, 3, 5, 11)]
    slopes = [*(h - np.euler_gamma for h in harmonic), -np.euler_gamma - 2 * log(2)]
    np.testing.assert_allclose(on_lanes(digamma, x), slopes, rtol=tolerance, atol=tolerance)


@DTYPES
@pytest.mark.parametrize("compute", [log_gamma, digamma])
def test_nan_stays_and_spoils_no_other_lane(on_lanes, compute, dtype):
    x = np.linspace(0.1, 30, 40).astype(dtype)
    clean, wrong = on_lanes(compute, x), x.copy()
    wrong[[3, 16, 39]] = np.nan
    found = on_lanes(compute, wrong)
    assert np.isnan(found[[3, 16, 39]]).all()
    others = ~np.isnan(wrong)
    np.testing.assert_array_equal(found[others], clean[others])
