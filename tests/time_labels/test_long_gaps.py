"""A date that stands for none, such as 9999-12-31, is far from all others."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklstm import (
    CausalImputer,
    Forecaster,
    LagFeatures,
    SeasonalDifferencer,
    SequenceWindower,
    forecast_pairs,
)
from sklstm.time_labels import Steps, has_long_gap

SENTINEL = pd.DatetimeIndex(np.array(["9999-12-31"], dtype="datetime64[us]"))


def series_of(freq, with_sentinel=True, n_rows=60):
    index = pd.date_range("2024-01-01", periods=n_rows, freq=freq).as_unit("us")
    index = index.append(SENTINEL) if with_sentinel else index
    return pd.DataFrame({"y": np.random.default_rng(0).normal(size=len(index))}, index)


def test_windows_and_pairs_do_not_reach_across():
    series = series_of("D")
    windows = SequenceWindower(3).fit_transform(series)
    np.testing.assert_array_equal(np.isnan(windows[-1, :, 0]), [True, True, False])
    np.testing.assert_array_equal(windows[-2, :, 0], series["y"].iloc[-4:-1])
    X, y = forecast_pairs(series, horizon=2)
    assert len(X) == 58
    assert series["y"].iloc[-1] not in y.to_numpy()


@pytest.mark.parametrize("gaps", ["raise", "missing"])
@pytest.mark.parametrize("freq", [None, "D"])
@pytest.mark.parametrize("by", [None, "id"])
def test_a_forecaster_names_the_gap(gaps, freq, by):
    series = series_of("D")
    if by:
        others = series_of("D", with_sentinel=False)
        series = pd.concat([others.assign(id="a"), series.assign(id="b")])
    forecaster = Forecaster(Ridge(), 3, horizon=2, by=by, gaps=gaps, freq=freq)
    of = " 'b'" if by else ""
    with pytest.raises(ValueError, match=rf"series{of} has a gap.*from 2024-02-29.*to 9999-12-31"):
        forecaster.fit(series)


def test_new_rows_are_refused_as_well():
    series = series_of("h")
    forecaster = Forecaster(Ridge(), 3, horizon=2, gaps="missing").fit(series[:-1])
    with pytest.raises(ValueError, match="a gap of more than a million steps"):
        forecaster.update(series[-1:])


def test_long_gaps_of_many_rows_are_none():
    seconds = pd.date_range("2024-01-01", periods=20_000, freq="s")
    later = seconds + pd.Timedelta(1_900_000, "s")
    assert not has_long_gap(seconds[:5_000].append(later[:15_000]))
    assert has_long_gap(seconds[:5_000].append(later[:5_000]))
    assert not has_long_gap(pd.date_range("1900-01-01", periods=2, freq="1000YS", unit="s"))


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("freq", ["D", "2D", "6h", "15min", "h"])
def test_steps_are_counted_as_on_a_list_of_all_labels(freq, zone, rng):
    grid = pd.date_range("2025-03-20", periods=60, freq=freq, tz=zone)
    index = grid[np.sort(rng.choice(60, 50, replace=False))]
    found = Steps.of(grid).numbers(index)
    np.testing.assert_array_equal(found, grid.get_indexer(index) - grid.get_loc(index[0]))


def series_with_a_night():
    """Return two parts of a series of milliseconds, 16 hours apart."""
    first = pd.date_range("2024-01-01", periods=40, freq="ms")
    index = first.append(first + pd.Timedelta("16h"))
    return pd.DataFrame({"y": np.arange(80.0)}, index=index)


def test_gaps_of_many_millions_of_steps_are_gaps():
    series = series_with_a_night()
    windows = SequenceWindower(3).fit_transform(series)[39:42, :, 0]
    np.testing.assert_array_equal(windows, [[37, 38, 39], [np.nan, np.nan, 40], [np.nan, 40, 41]])
    X, y = forecast_pairs(series, horizon=2)
    assert len(X) == 76
    np.testing.assert_array_equal(y, X["y"] + 2)
    elapsed = CausalImputer(add_elapsed=True).fit_transform(series.where(series != 40))
    assert elapsed["elapsed_y"].isna().sum() == 1


@pytest.mark.parametrize("transformer", [LagFeatures([1]), SeasonalDifferencer(2)])
def test_what_would_fill_them_names_the_gap(transformer):
    with pytest.raises(ValueError, match=r"gap of 57599960 steps, from 2024-01-01 00:00:00.039000"):
        transformer.fit(series_with_a_night())
