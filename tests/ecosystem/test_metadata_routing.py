"""Weights and groups reach what asks for them, through pipelines, searches and other estimators."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer, r2_score
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_validate
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline

from sklstm import (
    Forecaster,
    PanelTimeSeriesSplit,
    SequenceWindower,
    WindowScaledRegressor,
    forecast_pairs,
)


@pytest.fixture(autouse=True)
def routing():
    with config_context(enable_metadata_routing=True):
        yield


@pytest.fixture(scope="module")
def weight(pairs):
    """Rows of the older half count for nothing, the others more and more."""
    n_samples = len(pairs[0])
    return np.where(np.arange(n_samples) < n_samples // 2, 0.0, np.linspace(0, 2, n_samples))


@pytest.fixture
def weighted(regressor):
    return regressor.set_fit_request(sample_weight=True)


def test_weights_through_a_pipeline(pairs, windows, weight, weighted):
    X, y = pairs
    model = make_pipeline(SequenceWindower(5), clone(weighted)).fit(X, y, sample_weight=weight)
    by_hand = clone(weighted).fit(windows, y, weight)
    np.testing.assert_array_equal(model.predict(X), by_hand.predict(windows))
    half = clone(weighted).fit(windows[weight > 0], y[weight > 0], weight[weight > 0])
    np.testing.assert_array_equal(model.predict(X), half.predict(windows))


def test_weights_through_a_pipeline_of_a_classifier(pairs, labels, windows, weight, classifier):
    X = pairs[0]
    weighted = classifier.set_fit_request(sample_weight=True)
    model = make_pipeline(SequenceWindower(5), clone(weighted)).fit(X, labels, sample_weight=weight)
    by_hand = clone(weighted).fit(windows, labels, weight)
    np.testing.assert_array_equal(model.predict_proba(X), by_hand.predict_proba(windows))


def test_weights_that_nobody_asks_for_are_refused(pairs, weight, forecaster):
    with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
        forecaster.fit(*pairs, sample_weight=weight)


def test_weights_through_a_search(pairs, folds, weighted):
    X, y = pairs
    weight = np.linspace(0.1, 2, len(y))
    model = make_pipeline(SequenceWindower(5), weighted)
    scorer = make_scorer(r2_score).set_score_request(sample_weight=True)
    grid = {"sequencewindower__lookback": [2, 6]}
    search = GridSearchCV(model, grid, cv=folds, scoring=scorer).fit(X, y, sample_weight=weight)
    for fold, (train, test) in enumerate(folds.split(X)):
        by_hand = clone(model).set_params(sequencewindower__lookback=6)
        by_hand.fit(X.iloc[train], y.iloc[train], sample_weight=weight[train])
        predicted = by_hand.predict(X.iloc[test])
        score = r2_score(y.iloc[test], predicted, sample_weight=weight[test])
        assert search.cv_results_[f"split{fold}_test_score"][1] == score
    best = clone(search.best_estimator_).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(search.predict(X), best.predict(X))


def test_weights_through_a_window_scaled_regressor(pairs, windows, weight, weighted):
    X, y = pairs
    model = make_pipeline(SequenceWindower(5), WindowScaledRegressor(weighted))
    model.fit(X, y, sample_weight=weight)
    newest = X["wave"].to_numpy()
    scaled = windows / windows[:, -1:]
    by_hand = clone(weighted).set_params(loss="absolute_error")
    by_hand.fit(scaled, y / newest - 1, weight)
    expected = newest * (1 + by_hand.predict(scaled))
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-4)
    alone = WindowScaledRegressor(weighted).fit(windows, y, sample_weight=weight)
    np.testing.assert_array_equal(model.predict(X), alone.predict(windows))


def test_weights_through_several_outputs(series, weighted):
    X, y = forecast_pairs(series, horizon=[1, 3], target="wave")
    weight = np.linspace(0.1, 2, len(y))
    model = MultiOutputRegressor(make_pipeline(SequenceWindower(5), weighted))
    model.fit(X, y, sample_weight=weight)
    windows = SequenceWindower(5).fit_transform(X)
    by_hand = clone(weighted).fit(windows, y.iloc[:, 1], weight)
    np.testing.assert_array_equal(model.predict(X)[:, 1], by_hand.predict(windows))


@pytest.fixture(scope="module")
def panel(series):
    """Two series below each other, without an index that tells the time."""
    both = pd.concat({"A": series, "B": 2 * series + 1}, names=["name", "day"])
    X, y = forecast_pairs(both, horizon=2, target="wave", by="name")
    times = X.index.get_level_values("day")
    X = X.reset_index("name").reset_index(drop=True)
    assert times.nunique() == len(series) - 2
    return X, y.to_numpy(), times


def test_groups_reach_the_folds_of_a_panel(panel, regressor):
    X, y, times = panel
    model = make_pipeline(SequenceWindower(5, by="name"), regressor)
    cv = PanelTimeSeriesSplit(n_splits=2, test_size=30, gap=1)
    params = {"groups": times}
    found = cross_validate(model, X, y, cv=cv, params=params, return_indices=True)
    for fold, (train, test) in enumerate(cv.split(X, groups=times)):
        np.testing.assert_array_equal(found["indices"]["train"][fold], train)
        assert times[train].max() + pd.Timedelta(days=2) == times[test].min()
        by_hand = clone(model).fit(X.iloc[train], y[train])
        assert found["test_score"][fold] == by_hand.score(X.iloc[test], y[test])
    search = GridSearchCV(model, {"sequencewindower__lookback": [5]}, cv=cv)
    search.fit(X, y, groups=times)
    assert search.best_score_ == found["test_score"].mean() > 0.8
    with pytest.raises(ValueError, match="number the rows|index"):
        search.fit(X, y)


def test_groups_and_weights_together(panel, weighted):
    X, y, times = panel
    weight = np.linspace(0.1, 2, len(y))
    model = make_pipeline(SequenceWindower(5, by="name"), weighted)
    cv = PanelTimeSeriesSplit(n_splits=2, test_size=30, gap=1)
    scorer = make_scorer(r2_score).set_score_request(sample_weight=False)
    search = GridSearchCV(model, {"sequencewindower__lookback": [5]}, cv=cv, scoring=scorer)
    search.fit(X, y, groups=times, sample_weight=weight)
    for fold, (train, test) in enumerate(cv.split(X, groups=times)):
        by_hand = clone(model).fit(X.iloc[train], y[train], sample_weight=weight[train])
        score = by_hand.score(X.iloc[test], y[test])
        assert search.cv_results_[f"split{fold}_test_score"][0] == score


def test_exogenous_columns_reach_a_forecaster_as_metadata(series):
    sold, exog, cv = series[["wave"]], series[["noise"]], TimeSeriesSplit(2, test_size=7)
    model = Forecaster(Ridge(), lookback=5, calibration_size=None)
    asking = clone(model).set_fit_request(exog=True).set_score_request(exog=True)
    for table in (exog, exog.to_numpy()):
        expected = cross_validate(model, sold, table, cv=cv)["test_score"]
        found = cross_validate(asking, sold, cv=cv, params={"exog": table})["test_score"]
        np.testing.assert_array_equal(found, expected)
    search = GridSearchCV(asking, {"lookback": [5]}, cv=cv).fit(sold, exog=exog)
    assert search.best_score_ == expected.mean()
    assert search.best_estimator_.exog_columns_ == ["noise"]
