from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from sklstm import (
    BiLSTMClassifier,
    BiLSTMRegressor,
    GRUClassifier,
    GRURegressor,
    LSTMRegressor,
    RNNRegressor,
    SequenceWindower,
)

ESTIMATORS = [
    LSTMRegressor(6, batch_size=16, max_epochs=2, random_state=0),  # in single precision
    LSTMRegressor(6, peephole=True, activation="relu", max_epochs=2, random_state=0),
    LSTMRegressor([5, 9, 3], max_epochs=2, random_state=0),
    BiLSTMRegressor([7, 4], batch_size=16, max_epochs=2, random_state=0),
    BiLSTMRegressor(4, output="sequence", max_epochs=2, random_state=0),
    GRURegressor(6, num_layers=2, bidirectional=True, max_epochs=2, random_state=0),
    GRURegressor([6, 3], batch_size=16, max_epochs=2, random_state=0),
    GRURegressor(6, engine="torch", max_epochs=2, random_state=0),
    RNNRegressor(6, batch_size=16, max_epochs=2, random_state=0),
    RNNRegressor(6, activation="relu", max_epochs=2, random_state=0),
    BiLSTMClassifier(5, max_epochs=2, random_state=0),
    GRUClassifier(5, max_epochs=2, random_state=0),
]


@pytest.fixture
def windows():
    """Windows of prices with missing steps before, after and in between: (60, 7, 2)."""
    rng = np.random.default_rng(0)
    X = 100 + 5 * rng.normal(size=(60, 7, 2)).cumsum(axis=1)
    X[::3, :2] = np.nan
    X[1::4, -1] = np.nan
    X[::5, 3] = np.nan
    return X


def fit(estimator, X):
    if hasattr(estimator, "differencing"):
        estimator.set_params(differencing="never")  # so that outputs are the targets themselves
    if getattr(estimator, "output", None) == "sequence":
        return estimator.fit(X, X[:, :, 0])
    level = np.nanmean(X[:, :, 0], axis=1)
    is_classifier = hasattr(estimator, "class_weight")
    return estimator.fit(X, level > np.median(level) if is_classifier else level)


def states_of(estimator, gates):
    """Hidden states of the last layer, (n_samples, n_timesteps, state_size)."""
    spec = estimator._spec
    top = [gates[f"layer{spec.num_layers - 1}_{name}"]["hidden"] for name in spec.directions]
    return np.concatenate(top, axis=2)


def read_out(estimator, states):
    weights = estimator.weights_
    output = states @ weights["head_weight"].T.astype(float) + weights["head_bias"]
    return output * estimator.target_scale_ + estimator.target_mean_


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_equal_the_plain_network_on_standardised_steps(estimator, windows, oracle):
    plain_recurrence = oracle.__globals__["plain_recurrence"]
    fit(estimator, windows)
    spec = estimator._spec
    weights = {name: array.astype(float) for name, array in estimator.weights_.items()}
    found = estimator.gate_activations(windows)
    assert list(found) == [prefix for prefix, _, _ in spec.layers()]
    for sample, window in enumerate(windows):
        observed = ~np.isnan(window[:, 0])
        sequence = (window[observed] - estimator.feature_mean_) / estimator.feature_scale_
        for layer in range(spec.num_layers):
            states = []
            for direction in spec.directions:
                prefix, step = f"layer{layer}_{direction}", 1 if direction == "forward" else -1
                expected = plain_recurrence(spec, weights, prefix, sequence[::step])[::step]
                hidden = found[prefix]["hidden"][sample]
                np.testing.assert_allclose(hidden[observed], expected, rtol=1e-12, atol=1e-12)
                assert all(np.isnan(v[sample, ~observed]).all() for v in found[prefix].values())
                states.append(expected)
            sequence = np.hstack(states)


@pytest.mark.parametrize(
    "estimator", [e for e in ESTIMATORS if hasattr(e, "loss") and e.output == "last"], ids=repr
)
def test_the_last_states_through_the_head_are_the_prediction(estimator, windows):
    fit(estimator, windows)
    states = states_of(estimator, estimator.gate_activations(windows))
    n_units = estimator._spec.units[-1]
    observed = ~np.isnan(windows[:, :, 0])
    last = [row[there][-1, :n_units] for row, there in zip(states, observed, strict=True)]
    first = [row[there][0, n_units:] for row, there in zip(states, observed, strict=True)]
    ends = np.hstack([last, first])
    predicted = read_out(estimator, ends)[:, 0]
    np.testing.assert_allclose(predicted, estimator.predict(windows), rtol=1e-5)
    np.testing.assert_allclose(ends, estimator._last_states(windows), atol=2e-6)


def test_the_states_of_all_steps_through_the_head_are_the_predictions_of_the_steps(windows):
    estimator = fit(BiLSTMRegressor([6, 4], output="sequence", max_epochs=3), windows)
    states = states_of(estimator, estimator.gate_activations(windows))
    predicted = read_out(estimator, states)[:, :, 0]
    np.testing.assert_allclose(predicted, estimator.predict(windows), rtol=1e-5)


def test_logits_of_a_classifier_come_of_the_states(windows):
    estimator = fit(GRUClassifier(5, max_epochs=3, random_state=0), windows)
    gates = estimator.gate_activations(windows)["layer0_forward"]
    ends = np.array([row[~np.isnan(row[:, 0])][-1] for row in gates["hidden"]])
    logits = ends @ estimator.weights_["head_weight"].T + estimator.weights_["head_bias"]
    expected = estimator.predict_proba(windows)[:, 1]
    np.testing.assert_allclose(1 / (1 + np.exp(-logits[:, 0])), expected, rtol=1e-5)


def test_windows_of_a_series_and_flat_frames_are_the_same_windows():
    walk = np.random.default_rng(1).normal(size=(50, 2)).cumsum(axis=0)
    series = pd.DataFrame(walk, columns=["a", "b"])
    windower = SequenceWindower(5)
    windows = windower.fit_transform(series)
    flat = windower.set_output(transform="pandas").fit_transform(series)
    estimator = LSTMRegressor(4, max_epochs=2, random_state=0).fit(windows, series["a"])
    on_frame = LSTMRegressor(4, max_epochs=2, random_state=0).fit(flat, series["a"])
    found, expected = on_frame.gate_activations(flat), estimator.gate_activations(windows)
    for name, array in expected["layer0_forward"].items():
        np.testing.assert_array_equal(found["layer0_forward"][name], array)
    assert np.isnan(expected["layer0_forward"]["hidden"][0, :4]).all()


def test_one_window_is_what_it_is_among_others(windows):
    estimator = fit(GRURegressor([5, 3], bidirectional=True, max_epochs=2), windows)
    together = estimator.gate_activations(windows)
    alone = estimator.gate_activations(windows[8:9])
    for prefix, of_layer in alone.items():
        for name, array in of_layer.items():
            np.testing.assert_allclose(array[0], together[prefix][name][8], rtol=1e-12, atol=1e-14)


def test_looking_changes_nothing(windows):
    estimator = fit(LSTMRegressor(4, max_epochs=2, random_state=0), windows)
    before, expected = replace(estimator._spec), estimator.predict(windows)
    estimator.gate_activations(windows)
    estimator._last_states(windows)
    assert estimator._spec == before
    np.testing.assert_array_equal(estimator.predict(windows), expected)


def test_clear_errors(windows):
    estimator = LSTMRegressor(4, max_epochs=1)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        estimator.gate_activations(windows)
    fit(estimator, windows)
    with pytest.raises(ValueError, match="X has 1 features, but LSTMRegressor is expecting 2"):
        estimator.gate_activations(windows[:, :, :1])
    with pytest.raises(ValueError, match="no window with an observed step"):
        estimator.gate_activations(np.full((1, 4, 2), np.nan))
