"""`SeasonalDifferencer` against plain subtraction and pandas, with its inverse and its contract."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

from sklstm import Forecaster, SeasonalDifferencer, find_season
from sklstm.testing import check_sequence_estimator

SERIES = 50 + np.random.default_rng(0).normal(size=(60, 3)).cumsum(axis=0)
DAYS = pd.date_range("2024-01-01", periods=60, freq="D")
ORDER_OF_ROWS = {
    "check_methods_sample_order_invariance": "rows depend on earlier rows",
    "check_methods_subset_invariance": "rows depend on earlier rows",
}


def frame(values=SERIES, first=0):
    index = pd.date_range(DAYS[0], periods=first + len(values), freq="D")[first:]
    return pd.DataFrame(values, columns=["a", "b", "c"], index=index)


@pytest.mark.parametrize("season", [1, 2, 7, 59, 60, 100])
def test_differences_are_those_of_pandas(season):
    found = SeasonalDifferencer(season).fit_transform(frame())
    pd.testing.assert_frame_equal(found, frame().diff(season))


@pytest.mark.parametrize("season", [1, 7])
def test_what_goes_on_is_differenced_as_part_of_the_whole(season):
    whole = frame().diff(season)
    for end in (1, 8, 40):
        differencer = SeasonalDifferencer(season).fit(frame()[:end])
        pd.testing.assert_frame_equal(differencer.transform(frame()[end:]), whole[end:])
        if end < season:  # phases that fit has not seen have no value to add to
            with pytest.raises(ValueError, match="have no value one season"):
                differencer.inverse_transform(whole[end:])
        else:
            restored = differencer.inverse_transform(whole[end:])
            pd.testing.assert_frame_equal(restored, frame()[end:])


def test_a_gap_makes_one_gap_and_the_next_value_is_compared_with_the_newest_before_it():
    x = np.arange(12.0).reshape(-1, 1) ** 2
    x[[4, 7]] = np.nan
    found = SeasonalDifferencer(3).fit_transform(x)[:, 0]
    nan = np.nan
    expected = [nan, nan, nan, 9, nan, 21, 27, nan, 64 - 25, 45, 100 - 1, 121 - 64]
    np.testing.assert_array_equal(found, expected)
    restored = SeasonalDifferencer(3).fit(x).inverse_transform(found.reshape(-1, 1))
    np.testing.assert_array_equal(restored, x)


@settings(max_examples=60, deadline=None)
@given(
    season=st.integers(1, 9),
    n_rows=st.integers(1, 30),
    n_more=st.integers(0, 20),
    missing=st.floats(0, 0.8),
    seed=st.integers(0, 10_000),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_the_inverse_undoes_differences_and_goes_on_beyond_the_end(
    season, n_rows, n_more, missing, seed, dtype
):
    rng = np.random.default_rng(seed)
    x = rng.normal(1e3, 10, size=(n_rows, 2)).astype(dtype)
    x[rng.random(x.shape) < missing] = np.nan
    differencer = SeasonalDifferencer(season)
    differences = differencer.fit_transform(x)
    ahead = rng.normal(size=(n_more, 2)).astype(dtype)
    phases = (n_rows + np.arange(n_more)) % season
    never = [[np.isnan(x[p::season, column]).all() for column in range(2)] for p in phases]
    ahead[np.array(never, dtype=bool).reshape(n_more, 2)] = np.nan
    restored = differencer.inverse_transform(np.concatenate([differences, ahead]))
    assert restored.dtype == dtype
    tolerance = {"rtol": 1e-5 if dtype == np.float32 else 1e-12}
    np.testing.assert_allclose(restored[:n_rows], x, **tolerance)
    for column in range(2):  # by hand, one value after the other
        known = list(x[:, column].astype(float))
        for step, difference in enumerate(ahead[:, column]):
            same_phase = [v for v in known[(n_rows + step) % season :: season] if not np.isnan(v)]
            known.append(difference + same_phase[-1] if same_phase else np.nan)
            np.testing.assert_allclose(restored[n_rows + step, column], known[-1], **tolerance)


def test_series_of_a_panel_are_differenced_each_by_itself(panels):
    X = panels.make(["B", "A", "A", "B", "A", "B", "B", "A", "A", "A", "B", "A"], kind="column")
    differencer = SeasonalDifferencer(2, by="name").fit(X)
    found, restored = differencer.transform(X), None
    for name in ("A", "B"):
        alone = SeasonalDifferencer(2).fit_transform(panels.rows_of(X, name))
        pd.testing.assert_frame_equal(panels.rows_of(found, name), alone)
    restored = differencer.inverse_transform(found)
    np.testing.assert_allclose(restored[["open", "close"]], X[["open", "close"]], rtol=1e-12)


def test_the_season_is_found():
    rng = np.random.default_rng(0)
    months = pd.period_range("2010-01", periods=120, freq="M")
    wave = 9 * np.sin(np.arange(120) * 2 * np.pi / 12) + rng.normal(size=120)
    X = pd.DataFrame({"sales": wave}, index=months)
    differencer = SeasonalDifferencer().fit(X)
    assert differencer.season_ == find_season(X) == 12
    pd.testing.assert_frame_equal(differencer.transform(X), X.diff(12))
    with pytest.warns(UserWarning, match="found no season in X: first differences"):
        noise = SeasonalDifferencer().fit(rng.normal(size=(100, 1)))
    assert noise.season_ == 1


def test_a_forecaster_forecasts_differences_and_returns_values():
    rng = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=140, freq="D")
    week = np.tile([1.0, 2.0, 5.0, 3.0, 8.0, 13.0, 4.0], 20)
    series = pd.Series(week + 0.5 * np.arange(140) + 0.01 * rng.normal(size=140), index=days)
    forecaster = Forecaster(
        Ridge(), lookback=5, horizon=3, transformer=SeasonalDifferencer(7), scaling=None
    )
    forecaster.fit(series[:120])
    expected = np.tile([1.0, 2.0, 5.0, 3.0, 8.0, 13.0, 4.0], 3)[120 % 7 :][:14]
    expected = expected + 0.5 * np.arange(120, 134)
    first = forecaster.forecast(14, level=0.8)
    np.testing.assert_allclose(first["prediction"], expected, atol=0.2)
    assert (first["lower"] <= first["prediction"]).all()
    later = forecaster.update(series[120:133]).forecast(3)
    whole = np.tile([1.0, 2.0, 5.0, 3.0, 8.0, 13.0, 4.0], 21)[133:136] + 0.5 * np.arange(133, 136)
    np.testing.assert_allclose(later["prediction"], whole, atol=0.2)


def test_logarithms_come_first_where_the_season_grows_with_the_level():
    months = np.arange(96)
    series = np.exp(0.02 * months) * (10 + 3 * np.sin(months * 2 * np.pi / 12))
    logs = make_pipeline(FunctionTransformer(np.log, np.exp), SeasonalDifferencer(12))
    forecaster = Forecaster(Ridge(1e-9), lookback=3, transformer=logs, scaling=None).fit(
        series[:84]
    )
    np.testing.assert_allclose(forecaster.forecast(12).to_numpy()[:, 0], series[84:], rtol=1e-3)


def test_rows_from_elsewhere_have_no_inverse():
    differencer = SeasonalDifferencer(7).fit(frame()[:30])
    with pytest.raises(ValueError, match="begins with 2024-04-10"):
        differencer.inverse_transform(frame(first=100)[:9])
    without_labels = SeasonalDifferencer(7).fit(frame()[:30].to_numpy())
    with pytest.raises(ValueError, match=r"difference in row 0, .* one season \(7 rows\) before"):
        without_labels.inverse_transform(frame(first=100)[:9].to_numpy())
    of_panel = SeasonalDifferencer(2, by="a").fit(frame().assign(a="x"))
    with pytest.raises(ValueError, match="series 'y' that fit has not seen"):
        of_panel.inverse_transform(frame().assign(a="y"))


@pytest.mark.parametrize("context", ["auto", "never"])
def test_labels_that_neither_continue_nor_begin_with_those_of_fit_have_no_inverse(context):
    days = pd.DataFrame(
        {"a": np.arange(60.0) ** 2}, index=pd.date_range("2024-01-01", periods=60, freq="D")
    )
    differencer = SeasonalDifferencer(7, context=context).fit(days[:30])
    test = differencer.transform(days[35:])  # behind a gap, as a test fold is
    assert test[:7].isna().all(axis=None)
    with pytest.raises(ValueError, match="begins with 2024-02-05.* first label, 2024-01-01"):
        differencer.inverse_transform(test)
    restored = pickle.loads(pickle.dumps(differencer)).inverse_transform(
        differencer.transform(days)
    )
    np.testing.assert_allclose(restored, days)
    panel = pd.concat([days.assign(name=name) for name in "xy"])
    of_panel = SeasonalDifferencer(7, context=context, by="name").fit(panel[panel.index.day < 9])
    with pytest.raises(ValueError, match="begins with 2024-02-05"):
        of_panel.inverse_transform(of_panel.transform(panel[panel.index >= "2024-02-05"]))


def test_numbers_that_count_rows_anew_begin_with_the_fitted_ones():
    x = np.arange(40.0) ** 2
    numbered = pd.DataFrame({"a": x}, index=pd.RangeIndex(5, 45))
    differencer = SeasonalDifferencer(3).fit(numbered)
    found = differencer.transform(numbered).reset_index(drop=True)
    np.testing.assert_allclose(differencer.inverse_transform(found)["a"], x)
    with pytest.raises(ValueError, match="begins with 20, .* first label, 5"):
        differencer.inverse_transform(differencer.transform(numbered[15:]))
    panel = pd.DataFrame({"a": np.concatenate([x, x + 1]), "name": np.repeat(["x", "y"], 40)})
    of_panel = SeasonalDifferencer(3, by="name").fit(panel)
    longer = of_panel.transform(panel)  # the second series begins at another number of the frame
    longer = pd.concat([longer[:40], longer[39:40], longer[40:]], ignore_index=True)
    assert of_panel.inverse_transform(longer)["a"].iloc[41] == 1.0


def test_a_season_changed_after_fit_is_refused_where_fitted_rows_are_the_context():
    differencer = SeasonalDifferencer(7).fit(frame()[:30]).set_params(season=5)
    with pytest.raises(ValueError, match="season=5 was 7 in fit"):
        differencer.transform(frame()[30:])


def test_overflow_is_refused():
    huge = np.array([[1.7e308], [-1.7e308]])
    with pytest.raises(ValueError, match="The seasonal differences of X go beyond"):
        SeasonalDifferencer(1).fit_transform(huge)


def test_files_and_copies_go_on_alike():
    differencer = SeasonalDifferencer(7).fit(frame()[:30])
    copy = pickle.loads(pickle.dumps(differencer))
    pd.testing.assert_frame_equal(copy.transform(frame()[30:]), differencer.transform(frame()[30:]))


def test_contracts():
    results = check_estimator(
        SeasonalDifferencer(2), expected_failed_checks=ORDER_OF_ROWS, on_skip=None
    )
    assert len(results) >= 45
    names = check_sequence_estimator(SeasonalDifferencer(3))
    assert "check_inverse" in names
    assert "check_causality_of_series" in names


@pytest.mark.parametrize("season", [0, -1, 1.5, "weekly", None])
def test_wrong_seasons_are_named(season):
    with pytest.raises(ValueError, match="The 'season' parameter of SeasonalDifferencer must be"):
        SeasonalDifferencer(season).fit(SERIES)


def test_unfitted():
    with pytest.raises(NotFittedError, match="not fitted yet"):
        SeasonalDifferencer(2).transform(SERIES)
