"""What all baselines share: forms of `X`, shapes of `y`, the target feature, and refusals."""

import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from sklstm.baselines import EMARegressor, PersistenceRegressor, SMARegressor
from sklstm.baselines._window_baseline import newest_values
from sklstm.data import WindowSet, forecast_pairs, step_names
from sklstm.preprocessing import SequenceWindower

BASELINES = [
    SMARegressor(3),
    SMARegressor(100),
    EMARegressor(0.3),
    EMARegressor(0.3, initial=0.5),
    PersistenceRegressor(),
    PersistenceRegressor(season=3),
]
pytestmark = [  # which tests/baselines/test_sma_regressor.py and test_ema_regressor.py look at
    pytest.mark.filterwarnings("ignore:window=.* asks for the mean"),
    pytest.mark.filterwarnings("ignore:alpha=.* gives what came before"),
]
RNG = np.random.default_rng(0)
WINDOWS = RNG.normal(size=(12, 6, 2))
WINDOWS[RNG.random((12, 6)) < 0.3] = np.nan
WINDOWS[:, 4] = RNG.normal(size=(12, 2))
Y = RNG.normal(size=12)
NAMES = step_names(["open", "close"], 6)
FLAT = pd.DataFrame(WINDOWS.reshape(12, 12), columns=NAMES)


@pytest.fixture(params=BASELINES, ids=str)
def baseline(request):
    return request.param


@pytest.mark.parametrize("baseline", BASELINES[:-1], ids=str)
def test_check_estimator(baseline):
    # Not with a season: some of the checks have windows that are too short for one.
    assert len(check_estimator(baseline, on_skip=None)) >= 50


def test_all_forms_of_windows_are_the_same(baseline):
    expected = baseline.fit(WINDOWS, Y).predict(WINDOWS)
    for frame in (FLAT, pl.from_pandas(FLAT)):
        np.testing.assert_array_equal(baseline.fit(frame, Y).predict(frame), expected)
    np.testing.assert_array_equal(baseline.predict(WINDOWS), expected)
    np.testing.assert_array_equal(
        baseline.fit(np.asfortranarray(WINDOWS), Y).predict(WINDOWS), expected
    )
    univariate = WINDOWS[:, :, 0]
    np.testing.assert_array_equal(baseline.fit(univariate, Y).predict(univariate), expected)


@pytest.mark.parametrize("target", [0, 1, -1, -2, "open", "close"])
def test_the_target_feature_is_predicted(baseline, target):
    position = {"open": 0, "close": 1}.get(target, target)
    X = FLAT if isinstance(target, str) else WINDOWS
    predicted = clone(baseline).set_params(target_feature=target).fit(X, Y).predict(X)
    univariate = WINDOWS[:, :, position]
    np.testing.assert_array_equal(predicted, baseline.fit(univariate, Y).predict(univariate))


@pytest.mark.filterwarnings("ignore:y has . columns, and horizon=1 predicts the same")
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_predictions_have_the_shape_of_the_targets(baseline, n_outputs):
    expected = baseline.fit(WINDOWS, Y).predict(WINDOWS)
    assert expected.shape == (12,)
    assert baseline.n_outputs_ == 1
    several = baseline.fit(WINDOWS, np.ones((12, n_outputs))).predict(WINDOWS)
    np.testing.assert_array_equal(several, np.stack([expected] * n_outputs, axis=1))
    assert baseline.n_outputs_ == n_outputs


def test_a_prediction_does_not_depend_on_its_neighbours_to_the_last_bit(baseline, rng):
    whole = baseline.fit(WINDOWS, Y).predict(WINDOWS)
    alone = [baseline.predict(window[np.newaxis])[0] for window in WINDOWS]
    np.testing.assert_array_equal(alone, whole)
    order = rng.permutation(12)
    np.testing.assert_array_equal(baseline.predict(WINDOWS[order]), whole[order])


def test_missing_steps_before_the_window_change_nothing(baseline):
    padded = np.concatenate([np.full((12, 4, 2), np.nan), WINDOWS], axis=1)
    np.testing.assert_array_equal(
        baseline.fit(WINDOWS, Y).predict(padded), baseline.predict(WINDOWS)
    )


def test_a_view_of_a_series_is_the_same_as_separate_windows(baseline, rng):
    series = rng.normal(size=(30, 2))
    windows = SequenceWindower(6).fit_transform(series)
    np.testing.assert_array_equal(
        baseline.fit(windows, series[:, 0]).predict(windows), baseline.predict(windows.copy())
    )


@pytest.mark.parametrize("lag", [0, 1, 5, 9])
def test_newest_values(lag):
    values = newest_values(WindowSet.from_array(WINDOWS), 1, lag)
    observed = [window[~np.isnan(window[:, 1]), 1] for window in WINDOWS]
    np.testing.assert_array_equal(values, [known[max(-1 - lag, -len(known))] for known in observed])


def test_memory_grows_with_rows_and_not_with_lookback(baseline):
    series = np.ones((50_000, 4))
    windows = SequenceWindower(300).fit_transform(series)
    baseline = clone(baseline).fit(windows[:10], np.ones(10))
    tracemalloc.start()
    try:
        baseline.predict(windows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * series.nbytes


@pytest.mark.filterwarnings("ignore:y has . columns, and horizon=1 predicts the same")
@pytest.mark.parametrize("kind", [np.asarray, pd.DataFrame, pl.DataFrame])
def test_pairs_of_any_kind_go_through_a_pipeline(baseline, kind, rng):
    series = rng.normal(size=(40, 1)).cumsum(axis=0)
    X, y = forecast_pairs(kind(series), horizon=[1, 2])
    predicted = make_pipeline(SequenceWindower(5), clone(baseline)).fit(X, y).predict(X)
    windows = SequenceWindower(5).fit_transform(series[:-2])
    expected = clone(baseline).fit(windows, np.ones((38, 2))).predict(windows)
    np.testing.assert_array_equal(predicted, expected)


def test_tags(baseline):
    tags = get_tags(baseline)
    assert tags.input_tags.allow_nan
    assert tags.input_tags.three_d_array
    assert tags.target_tags.multi_output
    assert tags.regressor_tags.poor_score


def test_a_grid_search_over_the_lookback_scores_every_candidate_on_the_same_rows(rng):
    series = rng.normal(size=(60, 1)).cumsum(axis=0)
    X, y = forecast_pairs(series, horizon=2)
    model = Pipeline([("window", SequenceWindower()), ("sma", SMARegressor(8))])
    search = GridSearchCV(
        model,
        {"window__lookback": [1, 3, 8]},
        cv=TimeSeriesSplit(3, gap=1),
        scoring="neg_mean_absolute_error",
        error_score="raise",
    ).fit(X, y)
    for candidate, lookback in enumerate([1, 3, 8]):
        for fold, (_, test) in enumerate(search.cv.split(X)):
            # Arrays have no context: the windows of a test fold begin with it.
            mean = [X[max(test[0], row - lookback + 1) : row + 1].mean() for row in test]
            score = search.cv_results_[f"split{fold}_test_score"][candidate]
            assert score == pytest.approx(-np.abs(y[test] - mean).mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (None, "requires y to be passed, but the target y is None"),
        (Y[:5], r"12 windows in X and 5 targets in y"),
        (Y * np.nan, "Input y contains NaN in every row"),
        (np.where(np.arange(12) == 3, np.inf, Y), "Input y contains infinity"),
        (np.ones((12, 1, 1)), "Found array with dim 3"),
        (np.array(["a"] * 12, dtype=object), "^y holds texts"),
        (["a"] * 12, "^y holds texts, and it takes numbers: 'a' may be a class, for a classifier"),
        (pd.date_range("2024-01-01", periods=12).to_series(), "^y holds times"),
        (Y * 1j, "Complex data not supported"),
    ],
)
def test_wrong_targets_are_refused(baseline, y, words):
    with pytest.raises(ValueError, match=words):
        baseline.fit(WINDOWS, y)


@pytest.mark.parametrize(
    ("target", "X", "words"),
    [
        (2, WINDOWS, "target_feature=2 is out of range: X has 2 features, and it takes -2 to 1"),
        (-3, WINDOWS, "target_feature=-3 is out of range"),
        ("close", WINDOWS, "target_feature='close' is unknown: the features of X have no names"),
        ("high", FLAT, r"target_feature='high' is unknown: the features of X are \['open', 'clos"),
        (1.0, WINDOWS, "The 'target_feature' parameter of SMARegressor must be"),
        (None, WINDOWS, "The 'target_feature' parameter of SMARegressor must be"),
    ],
)
def test_wrong_target_features_are_refused(target, X, words):
    with pytest.raises(ValueError, match=words):
        SMARegressor(target_feature=target).fit(X, Y)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (WINDOWS * [1, np.nan], "X has a step that is only partly NaN"),
        (np.full((12, 6, 2), np.inf), "X contains infinity"),
        (np.ones((12, 6, 3)), "X has 3 features, but .* is expecting 2 features as input"),
        (np.ones(12), "Expected 2D array"),
        (np.ones((12, 6, 2, 1)), "4 dimensions"),
    ],
)
def test_wrong_windows_are_refused(baseline, X, words):
    with pytest.raises(ValueError, match=words):
        baseline.fit(WINDOWS, Y).predict(X)


@pytest.mark.parametrize(
    ("X", "y", "changes"),
    [
        (WINDOWS[:, :, :1], Y[:5], {}),
        (WINDOWS[:, :, :1], Y * np.nan, {}),
        (WINDOWS[:, :, :1], ["a"] * 12, {}),
        (WINDOWS[:, :, :1] * np.nan, Y, {}),
        (WINDOWS[:, :, :1], Y, {"target_feature": "open"}),
        (FLAT, Y, {"target_feature": "high"}),
    ],
)
def test_a_fit_that_fails_leaves_what_was_fitted(baseline, X, y, changes):
    baseline = clone(baseline).set_params(**changes)
    with pytest.raises(ValueError, match="X|y|target_feature"):
        baseline.fit(X, y)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        baseline.predict(WINDOWS)
    expected = baseline.set_params(target_feature=1).fit(WINDOWS, Y).predict(WINDOWS)
    with pytest.raises(ValueError, match="X|y|target_feature"):
        baseline.set_params(**{"target_feature": 0} | changes).fit(X, y)
    np.testing.assert_array_equal(baseline.predict(WINDOWS), expected)


def test_a_season_that_is_too_long_leaves_it_unfitted():
    baseline = PersistenceRegressor(season=9)
    with pytest.raises(ValueError, match="season=9"):
        baseline.fit(WINDOWS, Y)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        baseline.predict(WINDOWS)


def test_flat_windows_that_lost_their_names_are_refused(baseline, rng):
    flat = SequenceWindower(6, flatten=True).fit_transform(rng.normal(size=(12, 2)))
    with pytest.raises(ValueError, match="X is flat windows of 2 features .* leave out flatten=Tr"):
        clone(baseline).fit(flat, Y)


def test_unfitted(baseline):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        clone(baseline).predict(WINDOWS)
