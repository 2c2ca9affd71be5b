"""The Poisson distribution: SciPy's, and quantiles where SciPy has none."""

import pickle

import numpy as np
from scipy import stats

from sklstm.losses._poisson_distribution import poisson

LEVELS = np.array([0.0, 1e-9, 0.01, 0.3, 0.5, 0.95, 1 - 1e-9, 1.0])


def test_quantiles_are_those_of_scipy(rng):
    mu = np.concatenate([rng.uniform(0, 50, 20), [1e6, 9e8, 1.1e9]])[:, np.newaxis]
    found, expected = poisson(mu).ppf(LEVELS), stats.poisson(mu).ppf(LEVELS)
    np.testing.assert_array_equal(found[:-1], expected[:-1])
    np.testing.assert_allclose(found[-1], expected[-1], atol=1, rtol=0)


def test_quantiles_of_large_means_are_the_inverse():
    mu = np.array([[1e10], [1e12], [1e14]])
    levels = LEVELS[1:-1]
    found = poisson(mu).ppf(levels)
    # The distribution function of so many counts is exact to about a count, which is .4 / sqrt(mu).
    np.testing.assert_allclose(stats.poisson(mu).cdf(found), np.tile(levels, (3, 1)), atol=5e-6)
    assert np.isnan(poisson(np.nan).ppf(0.5))


def test_it_is_pickled():
    again = pickle.loads(pickle.dumps(poisson([2.0, 1e12])))
    np.testing.assert_array_equal(again.ppf(0.9), poisson([2.0, 1e12]).ppf(0.9))
    assert again.dist.name == stats.poisson.name
