import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator, estimator_checks_generator

from sklstm import (
    BiLSTMClassifier,
    BiLSTMRegressor,
    Forecaster,
    GRURegressor,
    LSTMRegressor,
    RNNRegressor,
    SequenceWindower,
    forecast_pairs,
)
from sklstm.estimators._sequence_encoder import SequenceEncoder

NETWORKS = [
    GRURegressor(max_epochs=20, random_state=0),
    LSTMRegressor(8, peephole=True, max_epochs=2, random_state=0),
    BiLSTMClassifier(8, max_epochs=20, random_state=0),
]


@pytest.fixture
def windows():
    """Windows with missing steps, (60, 6, 2)."""
    X = np.random.default_rng(0).normal(size=(60, 6, 2)).cumsum(axis=1)
    X[::3, :2] = np.nan
    X[1::4, -1] = np.nan
    return X


def targets(windows):
    return np.nanmean(windows[:, :, 0], axis=1)


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_check_estimator(network, monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    encoder = SequenceEncoder(network)
    results = check_estimator(encoder, on_skip=None)
    assert {result["status"] for result in results} == {"passed"}
    assert len(results) == len(list(estimator_checks_generator(encoder))) >= 45


@pytest.mark.parametrize(
    "network",
    [
        LSTMRegressor(7, batch_size=16, max_epochs=2, random_state=0),
        LSTMRegressor(7, peephole=True, max_epochs=2, random_state=0),
        BiLSTMRegressor([5, 3], max_epochs=2, random_state=0),
        GRURegressor([6, 9], batch_size=16, max_epochs=2, random_state=0),
        RNNRegressor(5, engine="torch", max_epochs=2, random_state=0),
    ],
    ids=repr,
)
def test_states_are_those_of_gate_activations_at_the_ends(network, windows):
    encoder = SequenceEncoder(network).fit(windows, targets(windows))
    states = encoder.transform(windows)
    spec = encoder.estimator_._spec
    assert states.shape == (60, spec.state_size)
    gates = encoder.estimator_.gate_activations(windows)
    observed = ~np.isnan(windows[:, :, 0])
    expected = []
    for direction in spec.directions:
        hidden = gates[f"layer{spec.num_layers - 1}_{direction}"]["hidden"]
        end = -1 if direction == "forward" else 0
        expected.append([h[there][end] for h, there in zip(hidden, observed, strict=True)])
    np.testing.assert_allclose(states, np.hstack(expected), atol=2e-6)


def test_the_head_of_the_network_gives_the_prediction_from_the_states(windows):
    network = LSTMRegressor(8, max_epochs=3, random_state=0)
    encoder = SequenceEncoder(network).fit(windows, targets(windows))
    fitted = encoder.estimator_
    output = encoder.transform(windows) @ fitted.weights_["head_weight"].T
    output = (output + fitted.weights_["head_bias"]) * fitted.target_scale_ + fitted.target_mean_
    np.testing.assert_allclose(output[:, 0], fitted.predict(windows), rtol=1e-5)
    assert not hasattr(network, "weights_")


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_a_row_does_not_depend_on_the_others(windows, engine):
    network = GRURegressor(40, bidirectional=True, engine=engine, max_epochs=1, random_state=0)
    encoder = SequenceEncoder(network).fit(windows, targets(windows))
    states = encoder.transform(windows)
    for rows in ([0], [59], [17, 3], np.random.default_rng(1).permutation(60)):
        np.testing.assert_array_equal(encoder.transform(windows[rows]), states[rows])


def test_missing_steps_around_a_window_change_nothing(windows):
    network = LSTMRegressor(6, max_epochs=2, random_state=0)
    encoder = SequenceEncoder(network).fit(windows, targets(windows))
    padded = np.pad(windows, ((0, 0), (3, 2), (0, 0)), constant_values=np.nan)
    np.testing.assert_array_equal(encoder.transform(padded), encoder.transform(windows))


def test_a_pipeline_learns_and_its_lookback_is_searched(wave):
    X, y = forecast_pairs(wave, horizon=3)
    network = GRURegressor(8, max_epochs=15, random_state=0)
    model = make_pipeline(SequenceWindower(), SequenceEncoder(network), Ridge())
    grid = {"sequencewindower__lookback": [4, 12], "sequenceencoder__estimator__hidden_size": [4]}
    search = GridSearchCV(model, grid, cv=TimeSeriesSplit(2, gap=2)).fit(X[:300], y[:300])
    assert search.best_params_["sequencewindower__lookback"] == 12
    assert search.best_estimator_[1].estimator_.hidden_size == 4
    assert search.score(X[300:], y[300:]) > 0.85


def test_states_of_a_classifier_feed_another_classifier():
    rng = np.random.default_rng(0)
    y = rng.choice(["falling", "rising"], size=200)
    slope = np.where(y == "rising", 0.2, -0.2)
    X = slope[:, np.newaxis] * np.arange(9) + rng.normal(size=(200, 9))
    network = BiLSTMClassifier(6, max_epochs=30, random_state=0)
    model = make_pipeline(SequenceEncoder(network), LogisticRegression())
    assert model.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.9
    assert model[0].transform(X).shape == (200, 12)


def test_a_frozen_network_is_taken_as_it_is(windows):
    network = LSTMRegressor(5, max_epochs=2, random_state=0).fit(windows, targets(windows))
    before = {name: array.copy() for name, array in network.weights_.items()}
    encoder = SequenceEncoder(FrozenEstimator(network))
    states = encoder.fit_transform(windows[:20])  # no targets
    np.testing.assert_array_equal(states, network._last_states(windows[:20]))
    np.testing.assert_array_equal(clone(encoder).fit(windows).transform(windows[:20]), states)
    for name, array in before.items():
        np.testing.assert_array_equal(network.weights_[name], array)
    model = make_pipeline(encoder, Ridge()).fit(windows, targets(windows))
    assert model.predict(windows).shape == (60,)


def test_names_and_frames():
    days = pd.date_range("2025-01-01", periods=60)
    walk = np.random.default_rng(0).normal(size=(60, 2)).cumsum(axis=0)
    series = pd.DataFrame(walk, index=days, columns=["a", "b"])
    network = GRURegressor(3, bidirectional=True, max_epochs=1, random_state=0)
    model = make_pipeline(SequenceWindower(4), SequenceEncoder(network))
    model.set_output(transform="pandas")
    states = model.fit_transform(series, series["a"])
    names = [f"sequenceencoder{k}" for k in range(6)]
    assert list(states.columns) == list(model.get_feature_names_out()) == names
    assert states.index.equals(days)
    assert model[-1].n_features_in_ == 8
    assert list(model[-1].feature_names_in_)[:2] == ["a@t-3", "b@t-3"]
    model[-1].fit(np.zeros((20, 4, 2)) + np.arange(20)[:, None, None], np.arange(20))
    assert not hasattr(model[-1], "feature_names_in_")


def test_copies_say_the_same(windows):
    network = GRURegressor(6, max_epochs=2, random_state=0)
    encoder = SequenceEncoder(network).fit(windows, targets(windows))
    states = encoder.transform(windows)
    loaded = pickle.loads(pickle.dumps(encoder))
    np.testing.assert_array_equal(loaded.transform(windows), states)
    again = clone(encoder).fit(windows, targets(windows))
    np.testing.assert_array_equal(again.transform(windows), states)


def test_a_forecaster_takes_it():
    wave = pd.Series(np.sin(np.arange(120) / 5))
    network = GRURegressor(8, max_epochs=30, random_state=0)
    regressor = make_pipeline(SequenceEncoder(network), Ridge(0.1))
    forecaster = Forecaster(regressor, lookback=12, calibration_size=None, scaling=None).fit(wave)
    assert forecaster.estimator_[0].window_shape_ == (12, 1)
    future = np.sin(np.arange(120, 125) / 5)
    assert np.abs(forecaster.forecast(5)["prediction"] - future).max() < 0.2


def test_clear_errors(windows):
    with pytest.raises(NotFittedError):
        SequenceEncoder(GRURegressor()).transform(windows)
    with pytest.raises(ValueError, match=r"'estimator' parameter of SequenceEncoder.*Got Ridge"):
        SequenceEncoder(Ridge()).fit(windows, targets(windows))
    with pytest.raises(ValueError, match="requires y to be passed"):
        SequenceEncoder(GRURegressor()).fit(windows)
    with pytest.raises(NotFittedError):
        SequenceEncoder(FrozenEstimator(GRURegressor())).fit(windows)
    encoder = SequenceEncoder(GRURegressor(4, max_epochs=1)).fit(windows, targets(windows))
    with pytest.raises(ValueError, match="X has 1 features, but GRURegressor is expecting 2"):
        encoder.transform(windows[:, :, :1])


def test_states_are_those_of_a_network_that_predicts_values_unless_told_otherwise():
    walk = np.random.default_rng(0).normal(size=(60, 7, 1)).cumsum(axis=1)
    X, y = walk[:, :6], walk[:, 6, 0]
    for how, reference in [("auto", -1), ("never", -1), ("always", 0)]:
        network = GRURegressor(4, differencing=how, max_epochs=2, random_state=0)
        encoder = SequenceEncoder(network).fit(X, y)
        assert encoder.estimator_.differenced_targets_.tolist() == [reference]
        assert network.differencing == how
    assert GRURegressor(4, max_epochs=2).fit(X, y).differenced_targets_.tolist() == [0]


def test_the_network_is_given_weights_and_groups(windows):
    y, weight = targets(windows), np.arange(60) % 3
    network = GRURegressor(4, max_epochs=3, random_state=0, differencing="never")
    expected = SequenceEncoder(FrozenEstimator(network.fit(windows, y, weight))).fit(windows)
    expected = expected.transform(windows)
    found = SequenceEncoder(network).fit_transform(windows, y, sample_weight=weight)
    np.testing.assert_array_equal(found, expected)
    model = make_pipeline(SequenceEncoder(network), Ridge())
    model.fit(windows, y, sequenceencoder__sample_weight=weight)
    np.testing.assert_array_equal(model[:-1].transform(windows), expected)
    with config_context(enable_metadata_routing=True):
        weighted = clone(network).set_fit_request(sample_weight=True)
        plain = Ridge().set_fit_request(sample_weight=False)
        model = make_pipeline(SequenceEncoder(weighted), plain)
        model.fit(windows, y, sample_weight=weight)
    np.testing.assert_array_equal(model[:-1].transform(windows), expected)
    with pytest.raises(TypeError, match="colour"):
        SequenceEncoder(network).fit(windows, y, colour="red")
