"""A Gaussian copula has the correlation that probabilities of the past were made with."""

import numpy as np
import pytest
from scipy import stats

from sklstm.forecasting._copula import GaussianCopula

HORIZON = 5
STEPS = np.arange(HORIZON)


def of_order_one(strength):
    return strength ** np.abs(STEPS[:, np.newaxis] - STEPS)


def probabilities(correlation, n, rng, mean=None):
    """Of values with this correlation behind them: normal, or Poisson with a mean."""
    normal = rng.multivariate_normal(np.zeros(HORIZON), correlation, n)[:, :, np.newaxis]
    upper = lower = stats.norm.cdf(normal)
    if mean is not None:
        counts = stats.poisson(mean).ppf(upper)
        lower, upper = stats.poisson(mean).cdf([counts - 1, counts])
    return np.stack([lower, upper], axis=-1)


def correlation_of(copula):
    return copula.factor @ copula.factor.T


@pytest.mark.parametrize("mean", [None, 20.0, 3.0, 0.7, 0.1])
@pytest.mark.parametrize("strength", [0.8, -0.5])
def test_correlation_is_found_behind_numbers_and_counts(strength, mean, rng):
    past = probabilities(of_order_one(strength), 4000, rng, mean)
    copula = GaussianCopula.fit([past], [np.arange(4000) * HORIZON])
    np.testing.assert_allclose(correlation_of(copula), of_order_one(strength), atol=0.07)


def test_many_rows_say_what_no_autoregression_has(rng):
    factor = rng.normal(size=(HORIZON, 2))
    expected = factor @ factor.T + np.eye(HORIZON)
    expected /= np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    past = probabilities(expected, 6000, rng)
    halves = [past[:3000], past[3000:]]  # one copula of two series
    copula = GaussianCopula.fit(halves, [np.arange(3000) * HORIZON] * 2)
    np.testing.assert_allclose(correlation_of(copula), expected, atol=0.05)


def test_few_rows_have_that_of_an_autoregression(rng):
    """Windows that overlap count once for each stretch of rows: twelve of them are three."""
    past = probabilities(of_order_one(0.6), 12, rng)
    copula = GaussianCopula.fit([past], [np.arange(12)])
    found = correlation_of(copula)
    distance = [
        found[k, k + lag] - found[0, 1] ** lag for k in STEPS for lag in STEPS[: -k or None]
    ]
    assert np.abs(distance).max() < 0.2
    # Targets that are known in part tell of the steps that they have.
    past[:, 3:] = np.nan
    found = correlation_of(GaussianCopula.fit([past], [np.arange(12)]))
    scores = stats.norm.ppf(past[:, :3, 0, 0])
    scores /= np.sqrt((scores**2).mean(axis=0))
    strength = (scores[:, :-1] * scores[:, 1:]).mean()
    np.testing.assert_allclose(found, of_order_one(strength), atol=1e-6)


def test_zeros_alone_are_no_sign_of_dependence():
    """Of rare counts forty in a row are nothing, where steps depend on each other or not."""
    rare = stats.poisson(0.02)
    past = np.broadcast_to(rare.cdf([-1, 0]), (40, HORIZON, 1, 2))
    found = correlation_of(GaussianCopula.fit([past], [np.arange(40)]))
    assert found[0, 1] < 0.7
    assert found[0, -1] < 0.25
    certain = np.full((40, HORIZON, 1, 2), 0.5)  # forecasts that were met exactly
    found = correlation_of(GaussianCopula.fit([certain], [np.arange(40)]))
    np.testing.assert_allclose(found, np.eye(HORIZON), atol=1e-9)


def test_levels_are_uniform_and_depend_on_each_other(rng):
    copula = GaussianCopula(np.linalg.cholesky(of_order_one(0.7)), 1)
    levels = copula.draw(20_000, rng)
    assert levels.shape == (20_000, HORIZON, 1)
    for step in STEPS:
        assert stats.kstest(levels[:, step, 0], "uniform").pvalue > 0.001
    normal = stats.norm.ppf(levels[:, :, 0])
    np.testing.assert_allclose(np.corrcoef(normal.T), of_order_one(0.7), atol=0.03)


def test_columns_depend_on_each_other_at_each_step(rng):
    between = np.array([[1.0, -0.6], [-0.6, 1.0]])
    both = np.kron(of_order_one(0.5), between)
    normal = rng.multivariate_normal(np.zeros(2 * HORIZON), both, 3000)
    past = np.repeat(stats.norm.cdf(normal).reshape(3000, HORIZON, 2, 1), 2, axis=-1)
    copula = GaussianCopula.fit([past], [np.arange(3000) * HORIZON])
    np.testing.assert_allclose(correlation_of(copula), both, atol=0.06)
    one_step = GaussianCopula.fit([past[:, :1]], [np.arange(3000)])
    np.testing.assert_allclose(correlation_of(one_step), between, atol=0.06)
