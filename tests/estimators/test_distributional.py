"""Distributions, quantiles, intervals and draws of regressors whose loss is a likelihood."""

import pickle

import numpy as np
import pytest
from scipy import stats
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from sklstm import (
    BiLSTMRegressor,
    GRURegressor,
    LSTMRegressor,
    SequenceWindower,
    WindowScaledRegressor,
)
from sklstm.losses import LOSSES, Likelihood
from sklstm.metrics import continuous_ranked_probability_score

NAMES = [name for name, loss in LOSSES.items() if issubclass(loss, Likelihood)]
EACH = pytest.mark.parametrize("name", NAMES)
X = np.random.default_rng(0).normal(size=(150, 6, 2))
METHODS = ["predict_distribution", "sample", "predict_quantiles", "predict_interval"]


def make(name, cls=LSTMRegressor, **options):
    defaults = {"hidden_size": 4, "max_epochs": 3, "random_state": 0, "loss": name}
    return cls(**(defaults | options))


@EACH
@pytest.mark.parametrize("shape", [(150,), (150, 1), (150, 2)])
def test_mean_and_std_are_those_of_the_distribution(name, shape, rng, targets_of):
    y = targets_of(rng, name, shape) * (1 if name == "bernoulli" else 7)
    model = make(name).fit(X, y)
    mean, std = model.predict(X, return_std=True)
    distribution = model.predict_distribution(X)
    assert mean.shape == std.shape == shape
    np.testing.assert_array_equal(mean, model.predict(X))
    np.testing.assert_allclose(mean, distribution.mean(), rtol=1e-9)
    np.testing.assert_array_equal(std, distribution.std())
    assert (std > 0).all()
    assert model.score(X, y) == pytest.approx(r2_score(y, mean))
    assert np.isfinite(distribution.entropy() if name == "normal" else mean).all()


@EACH
def test_quantiles_intervals_and_draws_are_those_of_the_distribution(name, rng, targets_of):
    model = make(name).fit(X, targets_of(rng, name, (150, 2)))
    distribution = model.predict_distribution(X)
    levels = [0.9, 0.05, 0.5]
    found = model.predict_quantiles(X, levels)
    assert found.shape == (150, 2, 3)
    for k, level in enumerate(levels):
        np.testing.assert_array_equal(found[..., k], distribution.ppf(level))
        np.testing.assert_array_equal(model.predict_quantiles(X, level), distribution.ppf(level))
    lower, upper = model.predict_interval(X, 0.8)
    np.testing.assert_allclose(lower, distribution.ppf(0.1), rtol=1e-9)
    np.testing.assert_allclose(upper, distribution.ppf(0.9), rtol=1e-9)
    usual = model.predict_quantiles(X)
    np.testing.assert_array_equal(usual, model.predict_quantiles(X, [0.1, 0.5, 0.9]))
    draws = model.sample(X, 200, random_state=3)
    assert draws.shape == (150, 2, 200)
    np.testing.assert_array_equal(draws, model.sample(X, 200, random_state=3))
    error = (draws.mean(axis=-1) - distribution.mean()) / distribution.std() * np.sqrt(200)
    # Tails of Student's t are heavy, and 300 errors have a large one.
    assert np.abs(error).mean() < 1.0
    if not LOSSES[name].shifts_targets:
        assert (draws >= 0).all()
        assert (lower >= 0).all()


@EACH
def test_distributions_of_every_step(name, rng, targets_of):
    y = targets_of(rng, name, (150, 6))
    y[::3, 2] = np.nan
    windows = X.copy()
    windows[:20, :2] = np.nan
    model = make(name, output="sequence").fit(windows, y)
    mean, std = model.predict(windows, return_std=True)
    assert mean.shape == std.shape == (150, 6)
    assert np.isnan(mean[:20, :2]).all()
    assert np.isnan(std[:20, :2]).all()
    assert np.isfinite(mean[:20, 2:]).all()
    assert np.isnan(model.sample(windows, 5, random_state=0)[:20, :2]).all()
    lower, upper = model.predict_interval(windows)
    assert (lower <= upper)[~np.isnan(mean)].all()
    assert model.predict_quantiles(windows, [0.2, 0.3, 0.7]).shape == (150, 6, 3)


@EACH
def test_engines_agree(name, rng, targets_of):
    y = targets_of(rng, name, (150, 2))
    y[::7, 1] = y[5, 1]
    compiled, plain = (make(name, engine=engine).fit(X, y) for engine in ("auto", "torch"))
    np.testing.assert_allclose(compiled.loss_curve_, plain.loss_curve_, rtol=1e-4)
    pairs = zip(
        compiled.predict(X, return_std=True), plain.predict(X, return_std=True), strict=True
    )
    for found, expected in pairs:
        np.testing.assert_allclose(found, expected, rtol=1e-2, atol=1e-3)


@EACH
def test_a_missing_target_is_a_weight_of_zero(name, rng, targets_of):
    y, weight = targets_of(rng, name, 150), rng.uniform(0.5, 1, 150)
    missing, without = y.copy(), weight.copy()
    missing[::4], without[::4] = np.nan, 0.0
    found = make(name).fit(X, missing, sample_weight=weight)
    expected = make(name).fit(X, y, sample_weight=without)
    np.testing.assert_array_equal(found.predict(X), expected.predict(X))


@EACH
def test_pickles_clones_and_goes_on(name, rng, targets_of):
    y = targets_of(rng, name, (150, 2)) * (1 if name == "bernoulli" else 5)
    model = make(name, warm_start=True).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    pairs = zip(again.predict(X, True), model.predict(X, True), strict=True)
    for found, expected in pairs:
        np.testing.assert_array_equal(found, expected)
    assert again._fitted.targets.loss == model._fitted.targets.loss
    np.testing.assert_array_equal(clone(model).fit(X, y).predict(X), model.predict(X))
    # Counts of the second fit are divided by what those of the first one were.
    before = model.loss_curve_[-1]
    assert model.fit(X, y).loss_curve_[3] == pytest.approx(before, rel=0.2, abs=0.1)


@EACH
def test_validation_sets(name, rng, targets_of):
    y = targets_of(rng, name, 150)
    model = make(name, early_stopping=True, max_epochs=4)
    model.fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    assert len(model.validation_scores_) == 4
    wrong = y.copy()
    wrong[107] = np.nan
    model.fit(X[:100], y[:100], X_val=X[100:], y_val=wrong[100:])
    if not LOSSES[name].shifts_targets:
        wrong[107] = -1.0
        with pytest.raises(ValueError, match=rf"{name}.*y_val\[7\] is -1 \(row 7\)"):
            model.fit(X[:100], y[:100], X_val=X[100:], y_val=wrong[100:])


@pytest.mark.parametrize("name", ["normal", "student_t", "laplace"])
def test_differenced_targets_have_distributions_around_the_newest_value(name, rng):
    walk = np.cumsum(rng.normal(size=400))
    windows = SequenceWindower(6).fit_transform(walk[:, np.newaxis])[6:-1]
    model = make(name, differencing="always", max_epochs=30).fit(windows, walk[7:])
    assert model.differenced_targets_.tolist() == [0]
    mean, std = model.predict(windows + 1000.0, return_std=True)
    assert np.abs(mean - 1000 - walk[6:-1]).max() < 1.0
    assert np.median(std) == pytest.approx(1.0, rel=0.3)
    np.testing.assert_allclose(model.predict_distribution(windows + 1000.0).mean(), mean)


def test_methods_that_a_loss_cannot_serve_are_not_there(rng):
    y = rng.normal(size=150)
    has = {"normal": METHODS, "quantile": METHODS[2:], "squared_error": [], "unknown": []}
    for loss, expected in has.items():
        model = make(loss)
        assert [name for name in METHODS if hasattr(model, name)] == expected
        if loss != "unknown":
            # As fitted, whatever becomes of the parameter.
            model.fit(X, y).set_params(loss="huber" if loss == "normal" else "normal")
            assert [name for name in METHODS if hasattr(model, name)] == expected
    with pytest.raises(AttributeError, match="no attribute 'sample'") as caught:
        make("huber").sample(X)
    assert "it is there with loss='normal' or" in str(caught.value.__cause__)
    with pytest.raises(ValueError, match="return_std=True takes a likelihood.*'squared_error'"):
        make("squared_error").fit(X, y).predict(X, return_std=True)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_not_fitted_says_so(method):
    regressor = make("normal")
    for model in (regressor, WindowScaledRegressor(regressor)):
        with pytest.raises(NotFittedError, match=f"This {type(model).__name__} .* is not fitted"):
            getattr(model, method)(X)


def test_quantile_losses_serve_the_quantiles_that_were_trained(rng):
    y = rng.normal(size=(150, 2))
    model = make("quantile", quantile=[0.95, 0.05, 0.5]).fit(X, y)
    trained = model.predict(X)
    np.testing.assert_array_equal(model.predict_quantiles(X), trained)
    np.testing.assert_array_equal(model.predict_quantiles(X, [0.5, 0.95]), trained[..., [2, 0]])
    np.testing.assert_array_equal(model.predict_quantiles(X, 0.05), trained[..., 1])
    lower, upper = model.predict_interval(X, 0.9)
    np.testing.assert_array_equal(lower, trained[..., 1])
    np.testing.assert_array_equal(upper, trained[..., 0])
    with pytest.raises(ValueError, match=r"quantiles \[0.1, 0.9\] are asked for, and only \[0.95"):
        model.predict_interval(X, 0.8)
    single = make("quantile", quantile=0.3).fit(X, y)
    np.testing.assert_array_equal(single.predict_quantiles(X)[..., 0], single.predict(X))
    np.testing.assert_array_equal(single.predict_quantiles(X, 0.3), single.predict(X))


@pytest.mark.parametrize("wrong", [0.0, 1.0, [], [0.5, 2.0], "half", [[0.5]], np.nan])
def test_wrong_levels_are_refused(wrong):
    model = make("normal").fit(X, X[:, -1, 0])
    with pytest.raises(ValueError, match="quantiles must be a number between 0 and 1, or a list"):
        model.predict_quantiles(X, wrong)
    for level in (0.0, 1.0, "high", np.nan):
        with pytest.raises(ValueError, match="level must be a number between 0 and 1, got"):
            model.predict_interval(X, level)
    for n_samples in (0, 1.5, None):
        with pytest.raises(ValueError, match="n_samples must be a whole number of at least 1, got"):
            model.sample(X, n_samples)


def test_wrong_targets_are_refused_by_row():
    y = np.arange(150.0)
    y[17] = -3
    with pytest.raises(ValueError, match=r"loss='poisson' takes counts.*y\[17\] is -3"):
        make("poisson").fit(X, y)
    with pytest.raises(ValueError, match=r"loss='gamma' takes amounts above 0.*y\[0\] is 0"):
        make("gamma").fit(X, np.abs(y))


def test_all_zero_counts_are_predicted_without_trouble():
    model = make("negative_binomial", max_epochs=40, learning_rate=0.1).fit(X, np.zeros(150))
    assert model.target_scale_.tolist() == [1.0]
    predicted = model.predict(X)
    assert (predicted >= 0).all()
    assert (predicted < 0.2).all()


def test_through_pipelines():
    series = np.sin(np.arange(300) / 5)[:, np.newaxis]
    pipe = make_pipeline(SequenceWindower(8), make("normal")).fit(series, series[:, 0])
    mean, std = pipe.predict(series, return_std=True)
    windows = pipe[:-1].transform(series)
    np.testing.assert_array_equal(mean, pipe[-1].predict(windows))
    lower, upper = pipe[-1].predict_interval(windows, 0.5)
    np.testing.assert_allclose(lower, mean + stats.norm.ppf(0.25) * std)
    np.testing.assert_allclose(upper, mean + stats.norm.ppf(0.75) * std)


def test_a_bidirectional_network_predicts_the_distribution_of_its_last_step(rng):
    y = rng.normal(size=(150, 6))
    model = make("normal", BiLSTMRegressor, output="sequence").fit(X, y)
    every = model.predict_distribution(X).std()
    last = model.set_params(output="last").predict_distribution(X).std()
    np.testing.assert_allclose(last, every[:, -1], rtol=1e-6)


SIMULATED = {
    "normal": lambda rng, size: rng.normal(3, 2, size),
    "laplace": lambda rng, size: rng.laplace(3, 2, size),
    "student_t": lambda rng, size: 3 + 2 * rng.standard_t(5, size),
    "poisson": lambda rng, size: rng.poisson(30.0, size),
    "negative_binomial": lambda rng, size: rng.negative_binomial(4, 0.1, size),
    "gamma": lambda rng, size: rng.gamma(3.0, 20.0, size),
    "tweedie": lambda rng, size: 20 * rng.standard_gamma(rng.poisson(2.0, size)),
    "bernoulli": lambda rng, size: rng.random(size) < 0.3,
}
TRUE = {
    "normal": {"loc": 3, "scale": 2},
    "laplace": {"loc": 3, "scale": 2},
    "student_t": {"df": 5, "loc": 3, "scale": 2},
    "poisson": {"mu": 30},
    "negative_binomial": {"n": 4, "p": 0.1},
    "gamma": {"a": 3, "scale": 20},
    "tweedie": {"rate": 2, "scale": 20},
    "bernoulli": {"p": 0.3},
}


@EACH
def test_parameters_are_recovered_within_the_standard_error(name, rng):
    """Of 20 fits to constant inputs; the spread of the estimates is their standard error."""
    y = SIMULATED[name](np.random.default_rng(5), (1000, 20)).astype(float)
    windows = np.ones((1000, 1, 1))
    model = make(
        name, GRURegressor, hidden_size=1, max_epochs=400, learning_rate=0.05, batch_size=1000,
        weight_decay=0.0, n_iter_no_change=None,
    )  # fmt: skip
    found = model.fit(windows, y).predict_distribution(windows[:1]).kwds
    for parameter, true in TRUE[name].items():
        estimates = found[parameter][0]
        standard_error = estimates.std() / np.sqrt(20)
        middle = np.median(estimates) if parameter == "df" else estimates.mean()
        assert abs(middle - true) < 3 * standard_error + 0.01 * true, parameter


def spread_normal(rng, x):
    return x + np.exp(0.7 * x) * rng.normal(size=len(x))


def skewed(rng, x):
    return rng.gamma(2.0, np.exp(0.5 * x) / 2)


def with_zeros(rng, x):
    return np.exp(0.5 * x) * rng.standard_gamma(rng.poisson(np.exp(2 + 0.3 * x)))


def counts(rng, x):
    mean = np.exp(2.5 + 0.5 * x)
    return rng.negative_binomial(3.0, 3.0 / (3.0 + mean))


@pytest.mark.parametrize(
    ("name", "simulate"),
    [
        ("normal", lambda rng, x: x + rng.normal(size=len(x))),
        ("normal", spread_normal),
        ("student_t", lambda rng, x: x + rng.standard_t(4, len(x))),
        ("gamma", skewed),
        ("tweedie", with_zeros),
        ("negative_binomial", counts),
        ("poisson", lambda rng, x: rng.poisson(np.exp(3 + 0.5 * x))),
    ],
)
def test_coverage_of_intervals_is_nominal(name, simulate):
    rng = np.random.default_rng(3)
    windows = rng.normal(size=(14000, 3, 1))
    y = simulate(rng, windows[:, -1, 0]).astype(float)
    model = GRURegressor(8, loss=name, max_epochs=25, batch_size=128, random_state=0)
    model.fit(windows[:4000], y[:4000])
    windows, y = windows[4000:], y[4000:]
    lower, upper = model.predict_interval(windows, 0.8)
    if name in ("negative_binomial", "poisson", "tweedie"):
        # With masses the share within is that of the distribution, which is more than the level.
        distribution = model.predict_distribution(windows)
        below = np.where(lower > 0, lower, -1.0) if name == "tweedie" else lower - 1
        nominal = (distribution.cdf(upper) - distribution.cdf(below)).mean()
        assert nominal >= 0.8
    else:
        nominal = 0.8
    inside = (lower <= y) & (y <= upper)
    assert inside.mean() == pytest.approx(nominal, abs=0.02)
    high = windows[:, -1, 0] > 0
    assert inside[high].mean() == pytest.approx(inside[~high].mean(), abs=0.04)
    # Better than a distribution that ignores the window.
    if name != "student_t":
        draws = rng.choice(y, (len(y), 50))
        score = continuous_ranked_probability_score(y, model.predict_distribution(windows))
        assert score < 0.95 * continuous_ranked_probability_score(y, draws)


@EACH
def test_tags_say_which_targets_are_taken(name):
    assert get_tags(make(name)).target_tags.positive_only == (not LOSSES[name].shifts_targets)
    assert not get_tags(make("unknown")).target_tags.positive_only


@pytest.mark.parametrize(
    "quantiles",
    [10**400, 0.5 + 0.1j, "0.5", True, [], [[0.5]], np.ma.array([0.5], mask=True), 1.0],
    ids=repr,
)
def test_quantiles_that_are_no_levels(quantiles):
    model = make("normal", GRURegressor).fit(X, X[:, 0, 0])
    with pytest.raises(ValueError, match="quantiles must be a number between 0 and 1"):
        model.predict_quantiles(X, quantiles)
