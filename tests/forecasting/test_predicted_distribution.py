"""Predicted distributions are asked window by window, row by row."""

import numpy as np
import pytest
from scipy import stats

from sklstm.forecasting._predicted_distribution import (
    predicted_probabilities,
    predicted_quantiles,
)
from sklstm.losses import LOSSES

MEANS = np.array([[0.5, 1.0, 4.0], [2.0, 3.0, 9.0]])


class Predicts:
    def __init__(self, distribution):
        self.distribution = distribution

    def predict_distribution(self, X):
        assert len(X) == 2
        return self.distribution


@pytest.mark.parametrize(
    "distribution",
    [stats.poisson(mu=MEANS), stats.norm(loc=MEANS, scale=2.0), stats.gamma(2.0, scale=MEANS)],
)
def test_quantiles_are_those_of_each_row(distribution, rng):
    levels = rng.uniform(size=(2, 3, 1, 4))
    found = predicted_quantiles(Predicts(distribution), np.zeros(2), levels)
    expected = np.stack([distribution.ppf(levels[:, :, 0, k]) for k in range(4)], axis=-1)
    np.testing.assert_array_equal(found, expected[:, :, np.newaxis])


def test_one_row_has_one_axis_less():
    levels = np.array([0.5, 0.9]).reshape(2, 1, 1, 1)
    found = predicted_quantiles(Predicts(stats.expon(scale=[1.0, 2.0])), np.zeros(2), levels)
    np.testing.assert_allclose(found.ravel(), [np.log(2), 2 * np.log(10)])


def test_counts_have_two_probabilities_and_numbers_one():
    counts = np.array([[0.0, 2.0, np.nan], [1.0, 4.0, 9.0]])[:, :, np.newaxis]
    below, upto = np.moveaxis(
        predicted_probabilities(Predicts(stats.poisson(mu=MEANS)), np.zeros(2), counts), -1, 0
    )
    np.testing.assert_allclose(upto[..., 0], stats.poisson(MEANS).cdf(counts[..., 0]))
    np.testing.assert_allclose(below[..., 0], stats.poisson(MEANS).cdf(counts[..., 0] - 1))
    for distribution in (stats.norm(loc=1e6 * MEANS, scale=1.0), stats.t(df=3 * MEANS)):
        values = distribution.ppf(0.3)[:, :, np.newaxis]
        found = predicted_probabilities(Predicts(distribution), np.zeros(2), values)
        np.testing.assert_allclose(found, 0.3, atol=1e-6)


def test_nothing_is_less_than_no_amount():
    tweedie = LOSSES["tweedie"]().distribution({"rate": MEANS, "scale": 0.1 * MEANS})
    amounts = np.array([[0.0, 0.0, 1.0], [0.0, 2.0, 0.0]])[:, :, np.newaxis]
    found = predicted_probabilities(Predicts(tweedie), np.zeros(2), amounts)[:, :, 0]
    below, upto = np.moveaxis(found, -1, 0)
    zero = amounts[..., 0] == 0
    assert (below[zero] == 0).all()
    np.testing.assert_allclose(upto[zero], np.exp(-MEANS[zero]))
    np.testing.assert_allclose(below[~zero], upto[~zero], rtol=1e-9)
