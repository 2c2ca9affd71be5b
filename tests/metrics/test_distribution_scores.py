"""Scores of quantiles, distributions and draws against scoringrules, integrals and definitions."""

import numpy as np
import pytest
import scoringrules
from scipy import stats
from scipy.integrate import quad
from sklearn.metrics import mean_pinball_loss

from sklstm.losses._compound_poisson import compound_poisson
from sklstm.metrics import (
    continuous_ranked_probability_score,
    energy_score,
    weighted_quantile_loss,
)

TRUE = np.array([-1.5, 0.0, 0.3, 0.999, 2.0, 7.0])
COUNTS = np.array([0.0, 1.0, 2.0, 5.0, 30.0])

CONTINUOUS = {
    "norm": stats.norm(0.5, 2.0),
    "laplace": stats.laplace(0.5, 2.0),
    "logistic": stats.logistic(0.5, 2.0),
    "t": stats.t(3.5, 0.5, 2.0),
    "t of one and a half": stats.t(1.5),
    "gamma": stats.gamma(0.7, scale=2.0),
    "gamma from minus two": stats.gamma(3.0, loc=-2.0, scale=0.5),
    "tweedie": compound_poisson(1.7, scale=2.0),
    "tweedie of many": compound_poisson(40.0),
    "expon": stats.expon(-0.5, 2.0),
    "uniform": stats.uniform(-1.0, 3.0),
}
DISCRETE = {
    "poisson": stats.poisson(3.3),
    "poisson of thousands": stats.poisson(4000.0),
    "poisson from two": stats.poisson(3.3, loc=2),
    "nbinom": stats.nbinom(2.5, 0.4),
    "nbinom, overdispersed": stats.nbinom(0.3, 0.02),
    "bernoulli": stats.bernoulli(0.3),
}


@pytest.mark.parametrize("name", CONTINUOUS)
def test_the_score_of_a_continuous_distribution_is_its_integral(name):
    distribution = CONTINUOUS[name]
    for y in TRUE:
        lower, upper = distribution.support()
        below = quad(lambda x: distribution.cdf(x) ** 2, min(lower, y), y, limit=400)[0]
        above = quad(lambda x: distribution.sf(x) ** 2, y, max(upper, y), limit=400)[0]
        found = continuous_ranked_probability_score([y], distribution)
        assert found == pytest.approx(below + above, rel=1e-6)


@pytest.mark.parametrize("name", DISCRETE)
def test_the_score_of_a_discrete_distribution_is_its_sum(name):
    distribution = DISCRETE[name]
    for y in [*COUNTS, np.floor(distribution.mean()), -2.0, 1.5]:
        steps = np.arange(-5, distribution.ppf(1 - 1e-12) + 40)
        edges = np.union1d(steps, [y])
        cdf = distribution.cdf(edges[:-1])
        expected = np.sum(np.square(cdf - (edges[:-1] >= y)) * np.diff(edges))
        found = continuous_ranked_probability_score([y], distribution)
        assert found == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(
    ("distribution", "scores"),
    [
        (stats.norm(0.5, 2.0), scoringrules.crps_normal(TRUE, 0.5, 2.0)),
        (stats.laplace(0.5, 2.0), scoringrules.crps_laplace(TRUE, 0.5, 2.0)),
        (stats.logistic(0.5, 2.0), scoringrules.crps_logistic(TRUE, 0.5, 2.0)),
        (stats.t(3.5, 0.5, 2.0), scoringrules.crps_t(TRUE, 3.5, 0.5, 2.0)),
        (stats.poisson(3.3), scoringrules.crps_poisson(COUNTS, 3.3)),
        (stats.nbinom(2.5, 0.4), scoringrules.crps_negbinom(COUNTS, 2.5, 0.4)),
    ],
    ids=lambda value: getattr(getattr(value, "dist", None), "name", ""),
)
def test_scoringrules_gives_the_same(distribution, scores):
    true = COUNTS if distribution.dist.name in ("poisson", "nbinom") else TRUE
    found = continuous_ranked_probability_score(true, distribution)
    assert found == pytest.approx(np.mean(scores), rel=1e-10)


def test_each_row_and_output_has_parameters_of_its_own():
    rng = np.random.default_rng(0)
    true, loc = rng.normal(size=(2, 5, 3))
    scale, weight = rng.uniform(0.5, 2, size=(5, 3)), rng.random(5)
    scores = scoringrules.crps_normal(true, loc, scale)
    found = continuous_ranked_probability_score(true, stats.norm(loc, scale), sample_weight=weight)
    assert found == pytest.approx(np.average(scores.mean(axis=1), weights=weight), rel=1e-12)


@pytest.mark.parametrize("fair", [True, False])
@pytest.mark.parametrize("shape", [(6,), (6, 2)])
def test_the_score_of_draws_counts_all_pairs(shape, fair):
    rng = np.random.default_rng(0)
    true, draws = rng.normal(size=shape), rng.normal(1e6, 3, size=(*shape, 9))
    n_pairs = 9 * (8 if fair else 9)
    pairs = np.abs(draws[..., :, np.newaxis] - draws[..., np.newaxis, :]).sum(axis=(-1, -2))
    expected = np.abs(draws - true[..., np.newaxis]).mean(axis=-1) - pairs / (2 * n_pairs)
    found = continuous_ranked_probability_score(true, draws, fair=fair)
    assert found == pytest.approx(expected.mean(), rel=1e-12)
    estimator = "fair" if fair else "nrg"
    same = scoringrules.crps_ensemble(true, draws, estimator=estimator).mean()
    assert found == pytest.approx(same, rel=1e-9)


def test_a_fair_score_of_draws_estimates_that_of_their_distribution():
    rng = np.random.default_rng(0)
    true = rng.normal(size=4000)
    draws = rng.normal(size=(4000, 4))
    exact = continuous_ranked_probability_score(true, stats.norm())
    scores = scoringrules.crps_ensemble(true, draws, estimator="fair")
    error = scores.std() / np.sqrt(len(true))
    assert abs(continuous_ranked_probability_score(true, draws) - exact) < 4 * error
    assert continuous_ranked_probability_score(true, draws, fair=False) > exact + 10 * error


def test_of_one_number_it_is_the_absolute_error():
    found = continuous_ranked_probability_score([1.0, 5.0], [[2.0], [2.0]], fair=False)
    assert found == 2.0


@pytest.mark.parametrize("fair", [True, False])
def test_the_energy_score_counts_all_pairs_of_paths(fair):
    rng = np.random.default_rng(0)
    true, paths, weight = rng.normal(size=(4, 3)), rng.normal(size=(4, 3, 7)), rng.random(4)
    near = np.linalg.norm(paths - true[:, :, np.newaxis], axis=1).mean(axis=1)
    gaps = paths[:, :, :, np.newaxis] - paths[:, :, np.newaxis, :]
    n_pairs = 7 * (6 if fair else 7)
    expected = near - np.linalg.norm(gaps, axis=1).sum(axis=(1, 2)) / (2 * n_pairs)
    found = energy_score(true, paths, fair=fair, sample_weight=weight)
    assert found == pytest.approx(np.average(expected, weights=weight), rel=1e-12)
    of_one_step = energy_score(true[:, :1], paths[:, :1], fair=fair)
    crps = continuous_ranked_probability_score(true[:, 0], paths[:, 0], fair=fair)
    assert of_one_step == pytest.approx(crps, rel=1e-12)


def test_the_energy_score_prefers_steps_that_depend_as_they_should():
    rng = np.random.default_rng(0)
    true = rng.normal(size=(300, 8)).cumsum(axis=1)
    joint = rng.normal(size=(300, 8, 60)).cumsum(axis=1)
    apart = np.stack([rng.permutation(step.T).T for step in joint.transpose(1, 0, 2)], axis=1)
    assert energy_score(true, joint) < energy_score(true, apart)
    steps = [continuous_ranked_probability_score(true, draws) for draws in (joint, apart)]
    assert steps[0] == pytest.approx(steps[1], rel=1e-12)  # which step by step nobody sees


@pytest.mark.parametrize("shape", [(8,), (8, 2)])
def test_the_quantile_loss_is_relative_to_the_size_of_the_true_values(shape):
    rng = np.random.default_rng(0)
    levels, true = [0.1, 0.5, 0.9], rng.normal(size=shape)
    predicted, weight = rng.normal(size=(*shape, 3)), rng.random(8)
    flat_weight = np.repeat(weight, true[0].size)
    losses = [
        mean_pinball_loss(
            true.ravel(), predicted[..., k].ravel(), alpha=level, sample_weight=flat_weight
        )
        for k, level in enumerate(levels)
    ]
    size = np.average(np.abs(true.ravel()), weights=flat_weight)
    found = weighted_quantile_loss(true, predicted, quantiles=levels, sample_weight=weight)
    assert found == pytest.approx(2 * np.mean(losses) / size, rel=1e-12)


def test_with_many_quantiles_the_loss_approaches_the_crps():
    levels = (np.arange(2000) + 0.5) / 2000
    predicted = np.tile(stats.norm.ppf(levels), (len(TRUE), 1))
    found = weighted_quantile_loss(TRUE, predicted, quantiles=levels)
    expected = continuous_ranked_probability_score(TRUE, stats.norm()) / np.abs(TRUE).mean()
    assert found == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: continuous_ranked_probability_score([1.0], stats.beta(2, 3)), "'beta'.*draws"),
        (lambda: continuous_ranked_probability_score([1.0], stats.t(1.0)), "no finite score"),
        (lambda: continuous_ranked_probability_score([1.0], stats.norm(0.0, -1.0)), "no finite"),
        (
            lambda: continuous_ranked_probability_score([1.0, 2.0], stats.norm([[0.0], [1.0]])),
            r"shape of y_true, \(2,\).*\(2, 1\)",
        ),
        (lambda: continuous_ranked_probability_score([1.0], [[1.0]]), "one draw.*fair=False"),
        (lambda: continuous_ranked_probability_score([1.0, 2.0], [1.0, 2.0]), "one axis more"),
        (
            lambda: continuous_ranked_probability_score([np.nan], [[1.0, 2.0]]),
            "y_true contains NaN",
        ),
        (lambda: energy_score([1.0], [[1.0, 2.0]]), "n_samples, n_steps"),
        (lambda: energy_score([[1.0]], [[[1.0]]]), "one draw"),
        (lambda: weighted_quantile_loss([1.0], [[1.0, 2.0]], quantiles=[0.5]), "one level"),
        (lambda: weighted_quantile_loss([1.0], [[1.0]], quantiles=[1.0]), "between 0 and 1"),
        (lambda: weighted_quantile_loss([0.0], [[1.0]], quantiles=[0.5]), "zero in every row"),
        (
            lambda: energy_score([[1.0]], [[[1.0, 2.0]]], sample_weight=[-1.0]),
            "must not be negative, got -1.0 in row 0",
        ),
        (
            lambda: energy_score([[1.0]], [[[1.0, 2.0]]], sample_weight=[1.0, 2.0]),
            r"each of 1 rows.*\(2,\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
