"""MAPIE's intervals for time series work around the estimators and pipelines of this package."""

import numpy as np
import pandas as pd
import pytest
from mapie.regression import SplitConformalRegressor, TimeSeriesRegressor
from mapie.subsample import BlockBootstrap
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklstm import (
    GRURegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
    forecast_pairs,
)

TRAIN, CALIBRATE = slice(0, 300), slice(300, 600)
TEST = slice(600, None)


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(0)
    wave = np.sin(np.arange(1000) / 8) + rng.normal(scale=0.1, size=1000)
    days = pd.date_range("2023-01-01", periods=len(wave))
    return forecast_pairs(pd.DataFrame({"wave": wave}, index=days))


@pytest.mark.parametrize("method", ["enbpi", "aci"])
@pytest.mark.parametrize("regressor", [Ridge(), GRURegressor(8, max_epochs=20, random_state=0)])
def test_around_a_fitted_pipeline_of_a_series(pairs, method, regressor):
    X, y = pairs
    windower = SequenceWindower(12, pad="edge", flatten=isinstance(regressor, Ridge))
    model = make_pipeline(windower, regressor).fit(X[TRAIN], y[TRAIN])
    mapie = TimeSeriesRegressor(model, method=method, cv="prefit")
    # Rows to calibrate by follow on the training rows, and so have their windows whole.
    mapie.fit(X[CALIBRATE], y[CALIBRATE])
    predicted, bounds = mapie.predict(X[TEST], confidence_level=0.9)
    np.testing.assert_array_equal(predicted, model.predict(X[TEST]))
    assert_covers(bounds, y[TEST])


# MAPIE tries a row of zeros, which continues nothing.
@pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning")
def test_a_frozen_pipeline_stands_the_test_with_a_single_row(pairs):
    X, y = pairs[0].assign(noise=np.arange(len(pairs[0])) % 3), pairs[1]
    network = GRURegressor(8, max_epochs=20, random_state=0)
    model = make_pipeline(SequenceWindower(12), network).fit(X[TRAIN], y[TRAIN])
    mapie = SplitConformalRegressor(FrozenEstimator(model), confidence_level=0.9, prefit=True)
    predicted, bounds = mapie.conformalize(X[CALIBRATE], y[CALIBRATE]).predict_interval(X[TEST])
    np.testing.assert_array_equal(predicted, model.predict(X[TEST]))
    assert_covers(bounds, y[TEST])


@pytest.mark.parametrize(
    "regressor",
    [
        make_pipeline(WindowScaler("standard"), GRURegressor(8, max_epochs=20, random_state=0)),
        WindowScaledRegressor(
            GRURegressor(8, max_epochs=20, random_state=0), WindowScaler("standard")
        ),
    ],
    ids=["pipeline", "window-scaled"],
)
def test_a_block_bootstrap_takes_whole_windows(pairs, regressor):
    # Of rows drawn in blocks windows would reach over the seams: they are made before.
    X, y = pairs
    windows, y = SequenceWindower(12).fit_transform(X), y.to_numpy()
    blocks = BlockBootstrap(15, length=50, random_state=0)
    mapie = TimeSeriesRegressor(regressor, method="enbpi", cv=blocks, agg_function="mean")
    mapie.fit(windows[: TEST.start], y[: TEST.start])
    _, bounds = mapie.predict(windows[TEST], ensemble=True, confidence_level=0.9)
    assert_covers(bounds, y[TEST])


def test_a_bootstrap_of_rows_is_refused(pairs):
    X, y = pairs
    blocks = BlockBootstrap(15, length=50, random_state=0)
    model = make_pipeline(SequenceWindower(12, pad="edge", flatten=True), Ridge())
    mapie = TimeSeriesRegressor(model, cv=blocks, agg_function="mean")
    with pytest.raises(ValueError, match="duplicate labels"):
        mapie.fit(X[TRAIN], y[TRAIN])


def assert_covers(bounds, actual):
    lower, upper = bounds[:, 0, 0], bounds[:, 1, 0]
    assert 0.85 <= np.mean((lower <= actual) & (actual <= upper)) <= 0.95
    assert np.median(upper - lower) < 1.0  # where the wave goes from -1 to 1
