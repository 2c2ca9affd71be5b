"""Distributions of regressors on scaled windows, in the units of the target."""

import numpy as np
import pytest
from scipy import stats
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import Ridge

from sklstm import GRURegressor, WindowScaledRegressor, WindowScaler

RNG = np.random.default_rng(0)
PRICES = 50 + np.cumsum(RNG.normal(size=200))
WINDOWS = np.lib.stride_tricks.sliding_window_view(PRICES[:-1], 6)[..., np.newaxis]
TARGETS = PRICES[6:]
METHODS = ["predict_distribution", "sample", "predict_quantiles", "predict_interval"]


def fitted(loss, scaler="last", **options):
    network = GRURegressor(4, loss=loss, max_epochs=4, random_state=0, **options)
    return WindowScaledRegressor(network, WindowScaler(scaler)).fit(WINDOWS, TARGETS)


@pytest.mark.parametrize("loss", ["normal", "student_t", "laplace"])
@pytest.mark.parametrize("scaler", ["last", "standard"])
def test_all_is_scaled_back(loss, scaler):
    model = fitted(loss, scaler)
    center, scale = (part[:, 0] for part in model.scaler_.statistics(WINDOWS))
    inside = model.regressor_.predict_distribution(model.scaler_.transform(WINDOWS))
    mean, std = model.predict(WINDOWS, return_std=True)
    np.testing.assert_array_equal(mean, model.predict(WINDOWS))
    np.testing.assert_allclose(mean, inside.mean() * scale + center)
    np.testing.assert_allclose(std, inside.std() * scale)
    distribution = model.predict_distribution(WINDOWS)
    np.testing.assert_allclose(distribution.mean(), mean)
    np.testing.assert_allclose(distribution.std(), std)
    lower, upper = model.predict_interval(WINDOWS, 0.8)
    np.testing.assert_allclose(lower, distribution.ppf(0.1))
    np.testing.assert_allclose(upper, distribution.ppf(0.9))
    np.testing.assert_allclose(model.predict_quantiles(WINDOWS, [0.9, 0.1])[:, 1], lower)
    np.testing.assert_allclose(model.predict_quantiles(WINDOWS, 0.1), lower)
    draws = model.sample(WINDOWS, 300, random_state=0)
    assert draws.shape == (len(WINDOWS), 300)
    assert np.abs((draws.mean(axis=1) - mean) / std * np.sqrt(300)).mean() < 1.1


def test_quantiles_that_were_trained():
    model = fitted("quantile", quantile=[0.9, 0.1])
    trained = model.predict(WINDOWS)
    np.testing.assert_allclose(model.predict_quantiles(WINDOWS), trained)
    lower, upper = model.predict_interval(WINDOWS, 0.8)
    np.testing.assert_allclose(np.stack([upper, lower], axis=1), trained)
    assert [name for name in METHODS if hasattr(model, name)] == METHODS[2:]


def test_methods_that_the_regressor_does_not_have_are_not_there():
    for model in (WindowScaledRegressor(Ridge()), fitted("squared_error")):
        assert not any(hasattr(model, name) for name in METHODS)
    assert all(hasattr(WindowScaledRegressor(GRURegressor(loss="normal")), m) for m in METHODS)


@pytest.mark.parametrize("loss", ["poisson", "negative_binomial", "gamma", "bernoulli"])
def test_likelihoods_of_counts_and_amounts_are_refused(loss):
    with pytest.raises(ValueError, match=f"after which loss='{loss}' has no distribution"):
        fitted(loss)


def test_other_regressors_with_standard_deviations():
    model = WindowScaledRegressor(GaussianProcessRegressor(alpha=0.1))
    model.fit(WINDOWS, TARGETS)
    center, scale = (part[:, 0] for part in model.scaler_.statistics(WINDOWS))
    inside = model.scaler_.transform(WINDOWS).reshape(len(WINDOWS), -1)
    mean, std = model.regressor_.predict(inside, return_std=True)
    found = model.predict(WINDOWS, return_std=True)
    np.testing.assert_allclose(found[0], mean * scale + center)
    np.testing.assert_allclose(found[1], std * scale)
    with pytest.raises(ValueError, match="regressor returned arrays of shapes"):
        model.predict(WINDOWS, return_cov=True)


def test_a_negative_scale_turns_no_interval_around():
    model = fitted("normal")
    turned = -WINDOWS[:3]
    with pytest.raises(ValueError, match="The scale of window 0 in X is negative"):
        model.predict_interval(turned)
    mean, std = model.predict(turned, return_std=True)
    assert (std > 0).all()
    np.testing.assert_allclose(model.predict_distribution(turned).std(), std)
    assert stats.norm(mean, std).std().shape == (3,)
