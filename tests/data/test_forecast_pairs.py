"""`forecast_pairs`: y[t] is the target at row t + horizon."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from sklstm.data import forecast_pairs

VALUES = np.random.default_rng(0).normal(size=(12, 3))
COLUMNS = ["open", "high", "close"]
PANDAS = pd.DataFrame(
    VALUES, columns=COLUMNS, index=pd.date_range("2024-01-01", periods=12, name="date")
)
POLARS = pl.DataFrame(VALUES, schema=COLUMNS)
KINDS = {"numpy": VALUES, "pandas": PANDAS, "polars": POLARS}


def targets(kind, *names):
    return [COLUMNS.index(name) for name in names] if kind == "numpy" else list(names)


def naive(horizons, positions):
    """Return the target of every row, one column after the other."""
    n_rows = len(VALUES) - max(horizons)
    return np.array(
        [
            [VALUES[row + ahead, position] for ahead in horizons for position in positions]
            for row in range(n_rows)
        ]
    )


@pytest.mark.parametrize("horizon", [1, 4, 11, np.int64(2)])
@pytest.mark.parametrize("kind", KINDS)
def test_the_target_lies_horizon_rows_ahead(kind, horizon):
    series = KINDS[kind]
    X, y = forecast_pairs(series, horizon=horizon, target=targets(kind, "close")[0])
    np.testing.assert_array_equal(X, VALUES[:-horizon])
    np.testing.assert_array_equal(y, naive([horizon], [2])[:, 0])
    assert type(X) is type(series)
    assert type(y) is {"numpy": np.ndarray, "pandas": pd.Series, "polars": pl.Series}[kind]


@pytest.mark.parametrize("horizon", [[1], [1, 2], [5, 1, 3], (2, 4), range(1, 4), np.array([2])])
@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_horizons_gives_a_column_for_each(kind, horizon):
    X, y = forecast_pairs(KINDS[kind], horizon=horizon, target=targets(kind, "close")[0])
    np.testing.assert_array_equal(y, naive(list(horizon), [2]))
    assert len(X) == len(y)
    if kind != "numpy":
        assert list(y.columns) == [f"close@t+{ahead}" for ahead in horizon]


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_targets_gives_a_column_for_each(kind):
    y = forecast_pairs(KINDS[kind], horizon=3, target=targets(kind, "close", "open"))[1]
    np.testing.assert_array_equal(y, naive([3], [2, 0]))
    if kind != "numpy":
        assert list(y.columns) == ["close", "open"]


@pytest.mark.parametrize("kind", KINDS)
def test_lists_of_both_give_all_targets_of_the_first_horizon_first(kind):
    y = forecast_pairs(KINDS[kind], horizon=[1, 4], target=targets(kind, "close", "open"))[1]
    np.testing.assert_array_equal(y, naive([1, 4], [2, 0]))
    if kind != "numpy":
        assert list(y.columns) == ["close@t+1", "open@t+1", "close@t+4", "open@t+4"]


@pytest.mark.parametrize("target", ["close", ["close"], ["open", "close"]])
@pytest.mark.parametrize("horizon", [2, [2], [1, 2]])
def test_pandas_targets_have_the_index_of_their_rows(horizon, target):
    X, y = forecast_pairs(PANDAS, horizon=horizon, target=target)
    assert X.index.equals(PANDAS.index[:-2])
    assert y.index.equals(X.index)
    assert X.index.name == y.index.name == "date"
    assert X.index.freq == "D"
    if isinstance(y, pd.Series):
        assert y.name == "close"


@pytest.mark.parametrize("labels", [np.arange(12) / 2, np.arange(5, 17), list("ababcdefghij")])
def test_rows_are_taken_by_place_whatever_their_labels(labels):
    frame = PANDAS.set_axis(labels)
    for horizon in (3, [1, 3]):
        X, y = forecast_pairs(frame, horizon=horizon, target="close")
        np.testing.assert_array_equal(X, VALUES[:-3])
        expected = naive([3] if horizon == 3 else horizon, [2])
        np.testing.assert_array_equal(np.reshape(y, expected.shape), expected)
        assert list(y.index) == list(labels[:-3])


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (VALUES[:, 2], np.ndarray),
        (VALUES[:, 2].tolist(), np.ndarray),
        (VALUES[:, 2:], np.ndarray),
        (PANDAS["close"], pd.DataFrame),
        (PANDAS["close"].rename(None), pd.DataFrame),
        (PANDAS[["close"]], pd.DataFrame),
        (POLARS["close"], pl.DataFrame),
    ],
)
def test_a_single_column_needs_no_target(series, kind):
    X, y = forecast_pairs(series, horizon=2)
    assert type(X) is kind
    assert X.shape == (10, 1)
    np.testing.assert_array_equal(np.asarray(X)[:, 0], VALUES[:-2, 2])
    np.testing.assert_array_equal(y, VALUES[2:, 2])
    assert y.ndim == 1 if kind is not pl.DataFrame else isinstance(y, pl.Series)


def test_nothing_is_copied():
    X, y = forecast_pairs(VALUES, target=1)
    assert np.shares_memory(X, VALUES)
    assert np.shares_memory(y, VALUES)
    X, y = forecast_pairs(PANDAS, target="close")
    assert np.shares_memory(X.to_numpy(), PANDAS.to_numpy())
    assert np.shares_memory(y.to_numpy(), PANDAS.to_numpy())


def test_missing_targets_stay_in_their_places():
    series = np.array([1.0, np.nan, 3.0])
    np.testing.assert_array_equal(forecast_pairs(series)[1], [np.nan, 3.0])


def test_other_kinds_of_columns_are_kept_as_they_are():
    frame = PANDAS.assign(day=PANDAS.index.day_name(), volume=np.arange(12))
    X, y = forecast_pairs(frame, target="volume")
    assert list(X.dtypes) == list(frame.dtypes)
    assert y.dtype == frame["volume"].dtype


def test_negative_positions_count_from_the_end():
    np.testing.assert_array_equal(forecast_pairs(VALUES, target=-1)[1], VALUES[1:, 2])


@pytest.mark.parametrize(
    ("horizon", "error", "words"),
    [
        (0, ValueError, r"horizon=0 is not possible: it takes an integer of at least 1"),
        (-3, ValueError, "horizon=-3 is not possible"),
        ([1, 0], ValueError, r"horizon=\[1, 0\] is not possible"),
        ([], ValueError, r"horizon=\[\] is not possible: .* or a list of distinct ones"),
        ([2, 2], ValueError, r"horizon=\[2, 2\] is not possible"),
        (12, ValueError, "horizon=12 is longer than the series allows: .* number of rows, 12"),
        ([1, 99], ValueError, r"horizon=\[1, 99\] is longer than the series allows"),
        (1.0, TypeError, r"horizon=1\.0 is no number of rows: it takes an integer"),
        (True, TypeError, "horizon=True is no number of rows"),
        ([1, 2.5], TypeError, r"horizon=\[1, 2\.5\] is no number of rows"),
        ("1", TypeError, "horizon='1' is no number of rows"),
        (None, TypeError, "horizon=None is no number of rows"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_wrong_horizons_are_refused(kind, horizon, error, words):
    with pytest.raises(error, match=words):
        forecast_pairs(KINDS[kind], horizon=horizon, target=targets(kind, "close")[0])


@pytest.mark.parametrize(
    ("series", "target", "error", "words"),
    [
        (PANDAS, None, ValueError, r"target must be given: the series has 3 columns, \['open'"),
        (VALUES, None, ValueError, "target must be given: the series has 3 columns, 0 to 2"),
        (PANDAS, "volume", ValueError, r"target='volume' is not a column: the series has \['o"),
        (POLARS, "volume", ValueError, "target='volume' is not a column"),
        (PANDAS, 2, ValueError, "target=2 is not a column"),
        (PANDAS["close"], "open", ValueError, "target='open' is not a column"),
        (PANDAS, ["close", "x"], ValueError, "target='x' is not a column"),
        (PANDAS, ["close", "close"], ValueError, r"target=\['close', 'close'\] is not possible"),
        (PANDAS, [], ValueError, r"target=\[\] is not possible: it takes a column or a list"),
        (PANDAS[["open", "open"]], "open", ValueError, "target='open' is the name of 2 columns"),
        (VALUES, 3, ValueError, "target=3 is out of range: columns are 0 to 2"),
        (VALUES, -4, ValueError, "target=-4 is out of range"),
        (VALUES, [0, -3], ValueError, r"target=\[0, -3\] is not possible"),
        (VALUES, "close", TypeError, "target='close' is no position"),
        (VALUES, 1.0, TypeError, r"target=1\.0 is no position"),
        (VALUES, True, TypeError, "target=True is no position"),
    ],
)
def test_wrong_targets_are_refused(series, target, error, words):
    with pytest.raises(error, match=words):
        forecast_pairs(series, target=target)


@pytest.mark.parametrize(
    ("series", "error", "words"),
    [
        (np.ones((4, 2, 2)), ValueError, r"series must be of shape .* 3 dimensions, shape \(4,"),
        (np.ones(0), ValueError, "horizon=1 is longer than the series allows"),
        (np.ones((3, 0)), ValueError, "target must be given: the series has 0 columns"),
        (PANDAS[::-1], ValueError, "The index of series is not sorted"),
        (PANDAS["close"][::-1], ValueError, "The index of series is not sorted"),
        (PANDAS.iloc[[0, 1, 1, 2]], ValueError, "The index of series has duplicate labels"),
        (None, TypeError, "series must be an array, .* got NoneType"),
        (POLARS.lazy(), TypeError, "series must be an array, .* got LazyFrame"),
    ],
)
def test_wrong_series_are_refused(series, error, words):
    with pytest.raises(error, match=words):
        forecast_pairs(series)
