"""`SeasonalAdjuster` against pandas and by hand: figures, phases of rows, its inverse."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from sklstm import SeasonalAdjuster, SequenceWindower, find_season
from sklstm.persistence import trusted_types
from sklstm.testing import check_sequence_estimator

DAYS = pd.date_range("2024-01-01", periods=150, freq="D")
WEEK = np.array([1.0, 2.0, 5.0, 3.0, 8.0, 13.0, 4.0])
SEASON = np.tile(WEEK, 22)[:150]
NOISE = np.random.default_rng(0).normal(size=(150, 2)).cumsum(axis=0)
WHOLE = pd.DataFrame({"a": 50 + SEASON + NOISE[:, 0], "b": 90 - SEASON + NOISE[:, 1]}, index=DAYS)
# What a row is depends on its place in the season, and on all rows of fit.
BY_PLACE = {
    "check_methods_sample_order_invariance": "rows are adjusted by their place in the season",
    "check_methods_subset_invariance": "rows are adjusted by their place in the season",
    "check_fit_idempotent": "rows without an index, drawn here and there, have no place",
}
LEARNS = {
    "check_causality_of_series": "the figure is that of all rows of fit, as a mean for scaling is",
    "check_context_of_series": "the figure is that of the rows of fit, not of those that follow",
    "check_context_needs_an_index": "rows after a gap have the figure of fit, and their own phase",
}


def figure_of_pandas(column, season, model):
    """The seasonal component by a centred moving average and the means of phases."""
    trend = column.rolling(season, center=True).mean()
    if season % 2 == 0:
        trend = (trend + trend.shift(-1)) / 2
    detrended = column - trend if model == "additive" else column / trend
    figure = detrended.groupby(np.arange(len(column)) % season).mean().to_numpy()
    return figure - figure.mean() if model == "additive" else figure / figure.mean()


@pytest.mark.parametrize("model", ["additive", "multiplicative"])
@pytest.mark.parametrize(("season", "n_rows"), [(2, 4), (7, 14), (7, 150), (12, 149), (24, 59)])
def test_figures_are_those_of_pandas(season, n_rows, model):
    X = WHOLE[:n_rows]
    adjuster = SeasonalAdjuster(season, model=model).fit(X)
    expected = np.column_stack([figure_of_pandas(X[name], season, model) for name in X])
    np.testing.assert_allclose(adjuster.seasonal_, expected, rtol=1e-9, atol=1e-12)
    by_row = pd.DataFrame(expected[np.arange(n_rows) % season], X.index, X.columns)
    adjusted = X - by_row if model == "additive" else X / by_row
    pd.testing.assert_frame_equal(adjuster.transform(X), adjusted)
    pd.testing.assert_frame_equal(adjuster.fit_transform(X), adjusted)
    pd.testing.assert_frame_equal(adjuster.inverse_transform(adjusted), X)


@pytest.mark.parametrize(
    "index",
    [
        DAYS,
        DAYS.tz_localize("Europe/Berlin"),
        pd.period_range("2020-01", periods=150, freq="M"),
        pd.date_range("2010-01-31", periods=150, freq="ME"),
        pd.timedelta_range("1h", periods=150, freq="15min"),
        pd.RangeIndex(40, 190),
        pd.Index(np.arange(0, 300, 2)),
    ],
    ids=lambda index: f"{type(index).__name__}-{index.dtype}",
)
def test_labels_tell_the_phase_wherever_rows_lie(index):
    # Trend and season without noise: the adjusted rows are the trend, and the level of the season.
    X = pd.DataFrame({"a": 0.5 * np.arange(150) + SEASON}, index=index)
    expected = 0.5 * np.arange(150) + WEEK.mean()
    adjuster = SeasonalAdjuster(7, model="additive").fit(X[40:100])
    for rows in (slice(100, 150), slice(100, 101), slice(113, 120), slice(45, 60), slice(3, 140)):
        found = adjuster.transform(X[rows])
        np.testing.assert_allclose(found["a"], expected[rows], rtol=1e-12)
        pd.testing.assert_frame_equal(adjuster.inverse_transform(found), X[rows])


def test_absent_rows_and_missing_values_keep_their_phase():
    X = pd.DataFrame({"a": 0.5 * np.arange(150) + SEASON}, index=DAYS)
    X.iloc[[9, 30, 31, 33]] = np.nan
    X = X.drop(DAYS[50:62])
    adjuster = SeasonalAdjuster(7, model="additive").fit(X[:90])
    expected = pd.Series(0.5 * np.arange(150) + WEEK.mean(), DAYS)[X.index].where(X["a"].notna())
    found = adjuster.transform(X)["a"]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(adjuster.seasonal_[:, 0], WEEK - WEEK.mean(), atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    season=st.integers(1, 9),
    n_seasons=st.integers(2, 6),
    missing=st.floats(0, 0.3),
    seed=st.integers(0, 10_000),
    model=st.sampled_from(["additive", "multiplicative", "auto"]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_the_inverse_is_exact_beyond_the_end(season, n_seasons, missing, seed, model, dtype):
    rng = np.random.default_rng(seed)
    x = rng.normal(1e3, 10, size=(season * (n_seasons + 3), 2)).astype(dtype)
    n_fitted = season * (n_seasons + 1)
    x[season : n_fitted - season][rng.random((n_fitted - 2 * season, 2)) < missing] = np.nan
    adjuster = SeasonalAdjuster(season, model=model).fit(x[:n_fitted])
    restored = adjuster.inverse_transform(adjuster.transform(x))  # begins like the fitted rows
    assert restored.dtype == dtype
    np.testing.assert_allclose(restored, x, rtol=1e-5 if dtype == np.float32 else 1e-12)
    if season > 1:
        adjuster.set_params(context="always")  # forecasts alone
        again = adjuster.inverse_transform(adjuster.transform(x[n_fitted:]))
        np.testing.assert_array_equal(again, restored[n_fitted:])


def test_without_labels_rows_are_those_of_fit_or_their_place_is_said():
    x = WHOLE.to_numpy()
    adjuster = SeasonalAdjuster(7, model="multiplicative").fit(x[:100])
    figure = adjuster.seasonal_[np.arange(150) % 7]
    np.testing.assert_allclose(adjuster.transform(x), x / figure)
    doubt = "Nothing tells where in the season the rows in X begin: X has no index"
    for rows in (x[100:], x[2:40], x[:5]):
        with pytest.raises(ValueError, match=doubt):
            adjuster.transform(rows)
        with pytest.raises(ValueError, match=doubt):
            adjuster.inverse_transform(rows)
    adjuster.set_params(context="always")
    np.testing.assert_allclose(adjuster.transform(x[100:]), (x / figure)[100:])
    adjuster.set_params(context="never")
    np.testing.assert_allclose(adjuster.transform(x[70:100]), (x / figure)[70:100])
    with pytest.raises(ValueError, match="begins with 2024-01-04 05"):
        SeasonalAdjuster(7).fit(WHOLE).transform(WHOLE[3:].shift(5, freq="h"))
    half_days = WHOLE[100:].set_axis(pd.date_range(DAYS[100], periods=50, freq="12h"))
    with pytest.raises(ValueError, match="label 2024-04-10 12:00:00, between two steps of the in"):
        SeasonalAdjuster(7).fit(WHOLE[:100]).transform(half_days)


def test_numbers_that_begin_anew_are_no_labels_of_the_series():
    X = WHOLE.reset_index(drop=True)
    adjuster = SeasonalAdjuster(7).fit(X[:100])
    pd.testing.assert_frame_equal(adjuster.transform(X)[100:], adjuster.transform(X[100:]))
    with pytest.raises(ValueError, match="begins with 0"):
        adjuster.transform(X[100:].reset_index(drop=True))
    adjuster.fit(X[50:100])
    pd.testing.assert_frame_equal(adjuster.transform(X)[100:], adjuster.transform(X[100:]))
    adjusted = adjuster.transform(X)
    pd.testing.assert_frame_equal(adjuster.inverse_transform(adjusted), X)
    for rows in (X[100:], X[100:140], X[60:]):
        with pytest.raises(ValueError, match="begins with 0"):
            adjuster.transform(rows.reset_index(drop=True))


def test_series_of_a_panel_have_a_figure_each(panels):
    names = ["B", "A", "A", "B", "B", "B", "A", "A", "B", "A", "B", "A", "B", "A", "A", "B"]
    X = panels.make(names, kind="column")
    adjuster = SeasonalAdjuster(2, model="additive", by="name").fit(X[:12])
    found, restored = adjuster.transform(X), None
    for name in ("A", "B"):
        rows = panels.rows_of(X, name)
        alone = SeasonalAdjuster(2, model="additive").fit(rows[: names[:12].count(name)])
        np.testing.assert_array_equal(adjuster.seasonal_[name], alone.seasonal_)
        pd.testing.assert_frame_equal(panels.rows_of(found, name), alone.transform(rows))
        pd.testing.assert_frame_equal(
            panels.rows_of(adjuster.transform(X[12:]), name), alone.transform(rows)[-2:]
        )
    restored = adjuster.inverse_transform(found)
    np.testing.assert_allclose(restored[["open", "close"]], X[["open", "close"]], rtol=1e-12)
    with pytest.raises(ValueError, match="series 'C' that fit has not seen"):
        adjuster.transform(X[X["name"] == "A"].assign(name="C"))


def test_season_and_model_are_found():
    months = pd.period_range("2010-01", periods=120, freq="M")
    noise = np.random.default_rng(0).normal(size=120)
    wave = np.sin(np.arange(120) * 2 * np.pi / 12)
    sums = pd.DataFrame({"sales": np.arange(120) + 9 * wave + noise + 20}, index=months)
    products = np.exp(0.02 * np.arange(120) + 0.4 * wave + 0.02 * noise)
    adjuster = SeasonalAdjuster().fit(sums)
    assert adjuster.season_ == find_season(sums) == 12
    assert adjuster.model_ == "additive"
    assert adjuster.fit(sums.assign(sales=products)).model_ == "multiplicative"
    assert adjuster.fit(sums - 60).model_ == "additive"
    with pytest.warns(UserWarning, match=r"found no season in X: it is left as it is \(season_=1"):
        adjuster.fit(noise.reshape(-1, 1))
    assert adjuster.season_ == 1
    later = noise[7:30].reshape(-1, 1)  # of which no place is asked
    np.testing.assert_array_equal(adjuster.transform(later), later)


def test_factors_take_positive_values():
    X = WHOLE.assign(b=WHOLE["b"].where(WHOLE.index != DAYS[20], 0.0))
    with pytest.raises(ValueError, match=r"step 20 in X is 0, column 'b'. Take model='additive'"):
        SeasonalAdjuster(7, model="multiplicative").fit(X)


def test_what_is_too_short_is_left_as_it_is_and_said():
    X = pd.concat([WHOLE.assign(name="x"), WHOLE[:13].assign(name="y")])
    adjuster = SeasonalAdjuster(7, by="name")
    with pytest.warns(UserWarning, match=r"1 of 2 series have less than two seasons \('y', se"):
        found = adjuster.fit_transform(X)
    pd.testing.assert_frame_equal(found[150:], X[150:])
    assert not np.allclose(found["a"][:150], X["a"][:150])
    with pytest.warns(UserWarning, match=r"columns of less than two seasons \(13 rows, season=7"):
        SeasonalAdjuster(7).fit(WHOLE[:13])
    few = WHOLE.assign(b=WHOLE["b"].where(np.arange(150) < 10))
    with pytest.warns(UserWarning, match=r"seasons \(the known rows of 'b', season=7\): nothing"):
        SeasonalAdjuster(7).fit(few)
    no_sundays = WHOLE.copy()
    no_sundays[6::7] = np.nan
    with pytest.warns(UserWarning, match="no value in 1 phases of the season: rows of these"):
        adjuster = SeasonalAdjuster(7, model="additive").fit(no_sundays)
    np.testing.assert_allclose(adjuster.seasonal_.mean(axis=0), 0, atol=1e-12)
    assert (adjuster.seasonal_[6] == 0).all()


def test_rows_that_fit_has_not_seen_change_nothing():
    changed = WHOLE.copy()
    changed.iloc[101:] = changed.iloc[101:] * -7 + 1e3
    adjuster = SeasonalAdjuster(7).fit(WHOLE[:100])
    pd.testing.assert_frame_equal(
        adjuster.transform(changed[100:])[:1], adjuster.transform(WHOLE[100:])[:1]
    )
    found, expected = adjuster.transform(changed), adjuster.transform(WHOLE)
    pd.testing.assert_frame_equal(found[:101], expected[:101])


def test_a_search_in_front_of_windows_sees_the_phases_of_its_folds():
    X = pd.DataFrame({"a": 0.02 * np.arange(150) + SEASON}, index=DAYS)
    y = np.sin(np.arange(150))
    windower = SequenceWindower(3, pad="edge", flatten=True)
    pipeline = make_pipeline(SeasonalAdjuster(), windower, Ridge())
    grid = {"seasonaladjuster__season": [2, 7], "sequencewindower__lookback": [2, 3]}
    cv = TimeSeriesSplit(2, test_size=20)
    search = GridSearchCV(pipeline, grid, cv=cv, error_score="raise").fit(X[3:], y[3:])
    rows = {}
    for train, test in cv.split(X[3:]):
        adjuster = SeasonalAdjuster(7, model="additive").fit(X[3:].iloc[train])
        rows |= adjuster.transform(X[3:].iloc[test])["a"].to_dict()
    expected = 0.02 * np.arange(150) + WEEK.mean()
    found = pd.Series(rows)
    np.testing.assert_allclose(found, expected[DAYS.get_indexer(found.index)], rtol=1e-12)
    assert len(search.cv_results_["params"]) == 4


def test_a_scaler_in_front_keeps_labels_if_it_is_asked_to():
    steps = make_pipeline(StandardScaler(), SeasonalAdjuster(7, model="additive")).fit(WHOLE[:100])
    with pytest.raises(ValueError, match="Nothing tells where in the season"):
        steps.transform(WHOLE[100:])
    steps.set_output(transform="pandas").fit(WHOLE[:100])
    scaled = StandardScaler().fit(WHOLE[:100])
    plain = SeasonalAdjuster(7, model="additive").fit(WHOLE[:100])
    pd.testing.assert_frame_equal(
        steps.transform(WHOLE[100:]) * scaled.scale_ + scaled.mean_, plain.transform(WHOLE[100:])
    )


def test_files_and_copies_go_on_alike():
    adjuster = SeasonalAdjuster(7).fit(WHOLE[:100])
    file = skops.io.dumps(adjuster)
    for copy in (pickle.loads(pickle.dumps(adjuster)), skops.io.loads(file, trusted_types())):
        for rows in (WHOLE[100:], WHOLE[105:], WHOLE):
            pd.testing.assert_frame_equal(copy.transform(rows), adjuster.transform(rows))


# Some checks fit single rows.
@pytest.mark.filterwarnings("ignore:X has columns of less than two seasons")
def test_contracts():
    results = check_estimator(SeasonalAdjuster(2), expected_failed_checks=BY_PLACE, on_skip=None)
    assert len(results) >= 45
    names = check_sequence_estimator(SeasonalAdjuster(3), expected_failed_checks=LEARNS)
    assert len(names) == 5
    assert "check_inverse" in names


def test_bad_use_is_named():
    with pytest.raises(NotFittedError, match="not fitted yet"):
        SeasonalAdjuster(2).transform(WHOLE)
    adjuster = SeasonalAdjuster(7).fit(WHOLE).set_params(season=5)
    with pytest.raises(ValueError, match="season=5 was 7 in fit"):
        adjuster.transform(WHOLE)
    huge = np.array([[1.7e308], [-1.7e308]] * 4)
    adjuster = SeasonalAdjuster(2, context="always").fit(huge)
    assert (np.abs(adjuster.fit_transform(huge)) < 1e300).all()
    with pytest.raises(ValueError, match="The adjusted values of X go beyond"):
        adjuster.transform(-huge)
