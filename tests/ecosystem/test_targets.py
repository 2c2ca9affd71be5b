"""Targets that are transformed, or several at once."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.multioutput import ClassifierChain, MultiOutputRegressor, RegressorChain
from sklearn.preprocessing import PowerTransformer

from sklstm import forecast_pairs


@pytest.fixture(scope="module")
def many(series):
    """The wave one, two and three rows later."""
    return forecast_pairs(series, horizon=[1, 2, 3], target="wave")


def test_transformed_targets(windows, pairs, regressor):
    y = pairs[1].to_numpy()
    model = TransformedTargetRegressor(regressor, func=np.log, inverse_func=np.exp)
    model.fit(windows[:120], y[:120])
    by_hand = clone(regressor).fit(windows[:120], np.log(y[:120]))
    expected = np.exp(by_hand.predict(windows[120:]))
    np.testing.assert_array_equal(model.predict(windows[120:]), expected)
    assert model.score(windows[121:], y[121:]) > 0.7


def test_transformed_targets_around_a_pipeline_of_rows(pairs, forecaster):
    X, y = pairs
    model = TransformedTargetRegressor(forecaster, transformer=PowerTransformer())
    model.fit(X[:120], y[:120])
    power = PowerTransformer()
    scaled = power.fit_transform(y[:120].to_numpy()[:, np.newaxis])[:, 0]
    predicted = clone(forecaster).fit(X[:120], scaled).predict(X[120:])
    expected = power.inverse_transform(predicted[:, np.newaxis])[:, 0]
    np.testing.assert_allclose(model.predict(X[120:]), expected, rtol=1e-12)


def test_a_network_for_each_target(many, forecaster):
    X, y = many
    model = MultiOutputRegressor(forecaster).fit(X[:120], y[:120])
    predicted = model.predict(X[120:])
    for k, name in enumerate(y.columns):
        by_hand = clone(forecaster).fit(X[:120], y[name][:120])
        np.testing.assert_array_equal(predicted[:, k], by_hand.predict(X[120:]))
    together = clone(forecaster).fit(X[:120], y[:120])  # one network knows them all, too
    assert together.predict(X[120:]).shape == predicted.shape
    assert together.score(X[123:], y[123:]) > 0.7
    assert model.score(X[123:], y[123:]) > 0.7


def test_a_chain_appends_every_prediction_as_the_newest_step(
    edge_windows, wave_windows, many, regressor
):
    y = many[1].to_numpy()
    data = edge_windows[: len(y), :, 0]
    chain = RegressorChain(regressor).fit(data[:120], y[:120])
    steps, known = data[120:], data[:120]
    for k in range(3):
        by_hand = clone(regressor).fit(known, y[:120, k])
        assert by_hand.window_shape_ == (5 + k, 1)
        steps = np.column_stack([steps, by_hand.predict(steps)])
        known = np.column_stack([known, y[:120, k]])
    np.testing.assert_array_equal(chain.predict(data[120:]), steps[:, 5:])
    assert chain.score(data[123:], y[123:]) > 0.7
    with pytest.raises(ValueError, match="contains NaN"):
        chain.fit(wave_windows[: len(y)], y)


def test_a_chain_takes_two_axes(edge_windows, many, pairs, labels, regressor, classifier):
    y = many[1]
    with pytest.raises(ValueError, match="Found array with dim 3"):
        RegressorChain(regressor).fit(edge_windows[: len(y)], y)
    two = pd.DataFrame({"up": labels == "up", "high": pairs[0]["wave"] > 50}).astype(int)
    chain = ClassifierChain(classifier).fit(edge_windows[:, :, 0], two)
    first = clone(classifier).fit(edge_windows[:, :, 0], two["up"])
    np.testing.assert_array_equal(
        chain.predict(edge_windows[:, :, 0])[:, 0], first.predict(edge_windows[:, :, 0])
    )
