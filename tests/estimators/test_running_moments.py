"""Statistics of all samples that `partial_fit` has met, and networks that follow them."""

import numpy as np
import pytest

from sklstm import GRURegressor, LSTMClassifier, LSTMRegressor, PersistenceRegressor
from sklstm.estimators._running_moments import Moments
from sklstm.estimators._standardisation import weighted_moments

SERIES = 5 + 1e-3 * np.sin(np.arange(310) / 5)
WINDOWS = np.lib.stride_tricks.sliding_window_view(SERIES, 10)[:-1]
TARGETS = SERIES[10:]


def moments(values, weight=None):
    total = len(values) if weight is None else weight.sum()
    return Moments(*weighted_moments(values, weight), float(total), len(values))


@pytest.mark.parametrize("unit", [1.0, 1e-200, 1e200])
def test_merged_moments_are_those_of_all_values(unit, rng):
    values = unit * rng.normal([3, 1e3, 0], [1, 1e-3, 0], size=(60, 3))
    weight = rng.uniform(size=60)
    merged = moments(values[:1], weight[:1])
    for part in (slice(1, 2), slice(2, 40), slice(40, 60)):
        merged = merged.merged(moments(values[part], weight[part]))
    expected = moments(values, weight)
    np.testing.assert_allclose(merged.mean, expected.mean, rtol=1e-12)
    np.testing.assert_allclose(merged.spread, expected.spread, rtol=1e-9)
    assert merged.weight == pytest.approx(expected.weight)
    assert merged.n_samples == 60
    assert merged.scale[2] == 1.0


def test_the_same_samples_once_more_change_no_bit(rng):
    first = moments(rng.normal(size=(37, 5)))
    thrice = first.merged(first).merged(first)
    np.testing.assert_array_equal(thrice.mean, first.mean)
    np.testing.assert_array_equal(thrice.spread, first.spread)


def test_squared_changes_are_averaged():
    mean = np.array([4.0])
    first = Moments(mean, np.array([3.0]), 1.0, 1)
    both = first.merged(Moments(mean + 9, np.array([4.0]), 1.0, 1), np.array([True]))
    assert both.spread[0] == pytest.approx(np.sqrt(12.5))


@pytest.mark.parametrize("size", [1, 7])
def test_a_stream_ends_with_the_statistics_of_all_of_it(size):
    model = LSTMRegressor(3, random_state=0, differencing="never")
    for first in range(0, 210, size):
        part = slice(first, first + size)
        model.partial_fit(WINDOWS[part], TARGETS[part])
    rows, y = WINDOWS[:210].ravel(), TARGETS[:210]
    assert model.feature_mean_[0] == pytest.approx(rows.mean(), rel=1e-12)
    assert model.feature_scale_[0] == pytest.approx(rows.std(), rel=1e-6)
    assert model.target_mean_[0] == pytest.approx(y.mean(), rel=1e-12)
    assert model.target_scale_[0] == pytest.approx(y.std(), rel=1e-6)


def test_one_sample_at_a_time_comes_near_persistence_within_200():
    # With the scale of the first sample the error was fifty times that of persistence.
    model = GRURegressor(8, random_state=0, learning_rate=0.02, differencing="never")
    for row in range(200):
        model.partial_fit(WINDOWS[row : row + 1], TARGETS[row : row + 1])
    naive = PersistenceRegressor().fit(WINDOWS, TARGETS)
    error, of_naive = (
        np.abs(m.predict(WINDOWS[200:]) - TARGETS[200:]).mean() for m in (model, naive)
    )
    assert error < 1.5 * of_naive


OPTIONS = {
    "plain": {},
    "differenced": {"differencing": "always"},
    "patches": {"patch_size": 2},
    "quantiles": {"loss": "quantile", "quantile": [0.1, 0.5, 0.9]},
    "normal": {"loss": "normal"},
    "student_t": {"loss": "student_t"},
    "poisson": {"loss": "poisson"},
    "bidirectional": {"num_layers": 2},
    "torch": {"engine": "torch"},
}


def counts(rng, level):
    return rng.poisson(level, size=(60, 6, 2)).astype(float), rng.poisson(level, 60).astype(float)


@pytest.mark.parametrize("name", OPTIONS)
def test_new_statistics_alone_change_no_prediction(name, rng, monkeypatch):
    model = LSTMRegressor(
        4, random_state=0, learning_rate=1e-300, weight_decay=0.0, **OPTIONS[name]
    )
    X, y = counts(rng, 20)
    model.partial_fit(X, y)
    before, scale = model.predict(X), model.target_scale_
    X_new, y_new = counts(rng, 40)
    model.partial_fit(X_new, y_new)
    assert (model.target_scale_ > 1.1 * scale).all()
    # What a softplus gives for a likelihood of counts stays where it is on the average only.
    tolerance = 0.1 if name == "poisson" else 1e-5
    np.testing.assert_allclose(model.predict(X), before, rtol=tolerance)
    if name in ("normal", "student_t"):
        assert model.predict_distribution(X).std().mean() < 2 * y.std()


def test_of_few_samples_the_network_keeps_nothing(rng):
    model = LSTMRegressor(4, random_state=0, learning_rate=1e-300, weight_decay=0.0)
    model.partial_fit(WINDOWS[:1], TARGETS[:1])
    weights = model.weights_
    model.partial_fit(WINDOWS[1:2], TARGETS[1:2])
    for name, array in model.weights_.items():
        np.testing.assert_allclose(array, weights[name], atol=1e-290)


def test_classifiers_standardise_by_all_samples_too():
    model = LSTMClassifier(4, random_state=0)
    labels = (TARGETS > 5).astype(int)
    for row in range(100):
        model.partial_fit(WINDOWS[row : row + 1], labels[row : row + 1], classes=[0, 1])
    assert model.feature_scale_[0] == pytest.approx(WINDOWS[:100].std(), rel=1e-6)


@pytest.mark.parametrize("unit", [1.0, 7.0, 1e200, 1e-200])
def test_weights_of_several_calls_are_compared(unit, rng):
    level = np.arange(1, 61)[:, np.newaxis, np.newaxis]
    X, y = rng.normal(level, size=(60, 6, 2)), rng.normal(size=60)
    weight = np.where(np.arange(60) < 20, 1.0, 100.0)
    model = LSTMRegressor(3, random_state=0, differencing="never")
    classifier = LSTMClassifier(3, random_state=0, class_weight={0: 1.0, 1: 3.0})
    labels = (y > 0).astype(int)
    for part in (slice(0, 20), slice(20, 30), slice(30, 60)):
        model.partial_fit(X[part], y[part], unit * weight[part])
        classifier.partial_fit(X[part], labels[part], [0, 1], unit * weight[part])
    mean = np.average(X.mean(axis=1), axis=0, weights=weight)
    np.testing.assert_allclose(model.feature_mean_, mean, rtol=1e-9)
    np.testing.assert_allclose(model.target_mean_, np.average(y, weights=weight), rtol=1e-9)
    counts = np.bincount(labels, weight) * [1.0, 3.0]
    with pytest.warns(UserWarning, match="no observed step"):
        shares = classifier.predict_proba(np.full((1, 6, 2), np.nan))[0]
    np.testing.assert_allclose(shares, counts / counts.sum(), rtol=1e-9)


def test_statistics_that_were_set_stay():
    model = LSTMRegressor(3, random_state=0).partial_fit(WINDOWS, TARGETS)
    model.feature_mean_ = np.array([4.0])
    model.target_mean_ = np.array([4.0])
    model.partial_fit(WINDOWS + 1, TARGETS + 1)
    assert model.feature_mean_.tolist() == model.target_mean_.tolist() == [4.0]


def test_statistics_of_warm_start_stay():
    model = LSTMRegressor(3, max_epochs=1, warm_start=True).fit(WINDOWS, TARGETS)
    mean = model.feature_mean_
    assert model.fit(WINDOWS + 1, TARGETS + 1).feature_mean_ is mean
