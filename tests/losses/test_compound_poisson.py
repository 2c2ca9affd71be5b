"""The distribution of ``loss="tweedie"``: densities are derivatives, draws have its quantiles."""

import pickle

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from sklstm.losses._compound_poisson import compound_poisson


@pytest.mark.parametrize("rate", [0.05, 1.0, 7.0, 300.0])
def test_the_distribution_function_is_zero_and_the_area_below_the_density(rate):
    distribution = compound_poisson(rate, scale=2.0)
    assert distribution.cdf(0.0) == pytest.approx(np.exp(-rate))
    assert distribution.cdf(-1.0) == 0.0
    for x in np.array([0.3, 1.0, 1.5]) * distribution.mean():
        area = quad(distribution.pdf, 0, x, points=[x / 2], epsabs=1e-12, limit=300)[0]
        assert distribution.cdf(x) == pytest.approx(np.exp(-rate) + area, abs=1e-8)
        assert distribution.sf(x) == pytest.approx(1 - distribution.cdf(x))


def test_the_density_has_a_logarithm_where_it_is_too_small_for_a_number():
    rate, x = 1e4, np.array([2.0, 5e4])
    # The Bessel function by its expansion for large arguments, DLMF 10.40.1.
    z = 2 * np.sqrt(rate * x)
    bessel = z - 0.5 * np.log(2 * np.pi * z) + np.log1p(-3 / (8 * z) - 15 / (128 * z**2))
    expected = -rate - x + 0.5 * np.log(rate / x) + bessel
    np.testing.assert_allclose(compound_poisson(rate).logpdf(x), expected, rtol=1e-9)


def test_quantiles_are_the_inverse_and_zero_below_the_probability_of_zero():
    rate = np.array([[0.01], [0.7], [5.0], [1e4]])
    levels = np.array([0.05, 0.3, 0.5, 0.9, 0.999])
    distribution = compound_poisson(rate, scale=3.0)
    quantiles = distribution.ppf(levels)
    zero = levels <= np.exp(-rate)
    assert (quantiles[zero] == 0).all()
    np.testing.assert_allclose(
        distribution.cdf(quantiles)[~zero], np.broadcast_to(levels, zero.shape)[~zero], rtol=1e-9
    )
    assert np.isnan(compound_poisson(np.nan).ppf(0.5))


def test_draws_have_the_moments_and_the_distribution():
    distribution = compound_poisson(1.5, scale=2.0)
    draws = distribution.rvs(size=40000, random_state=np.random.default_rng(0))
    moments = [draws.mean(), draws.var(), stats.skew(draws), stats.kurtosis(draws)]
    assert moments == pytest.approx([*map(float, distribution.stats("mvsk"))], rel=0.06)
    above = draws[draws > 0]
    share = np.exp(-1.5)
    assert (draws == 0).mean() == pytest.approx(share, abs=0.01)
    found = stats.kstest(above, lambda x: (distribution.cdf(x) - share) / (1 - share))
    assert found.pvalue > 0.01


def test_it_is_pickled():
    distribution = compound_poisson([1.0, 2.0], scale=3.0)
    again = pickle.loads(pickle.dumps(distribution))
    np.testing.assert_array_equal(again.cdf(2.0), distribution.cdf(2.0))
