"""`forecast_pairs`: y[t] is the target at row t + horizon."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.data import forecast_pairs

# Series of the panels here skip days that others have: test_farther_targets.py.
pytestmark = pytest.mark.filterwarnings("ignore:.* series lack times that others have")

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
    if not pd.__version__.startswith("2."):  # which copies what gets new labels
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
        (POLARS.lazy(), TypeError, "LazyFrame of polars has no rows yet"),
    ],
)
def test_wrong_series_are_refused(series, error, words):
    with pytest.raises(error, match=words):
        forecast_pairs(series)


HORIZONS = [1, 2, [1], [2, 1], [1, 3]]
TARGETS = ["close", ["close"], ["close", "open"]]


def make_panel(names, seed=0):
    """Make rows of the series named, row by row: a date of its own for each row of a series."""
    names = np.asarray(names)
    rng = np.random.default_rng(seed)
    n_rows = len(names)
    values = rng.permutation(3 * n_rows).reshape(n_rows, 3).astype(float)
    panel = pd.DataFrame(values, columns=["open", "high", "close"])
    panel.insert(1, "name", names)
    step = panel.groupby("name").cumcount().to_numpy()
    # Series begin on different days and skip some, and they share others.
    start = {name: place for place, name in enumerate(np.unique(names))}
    days = 2 * step + np.array([start[name] for name in names], dtype=int)
    return panel.set_index(pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D"))


def alone(panel, horizon, target):
    """Return the pairs of each series by itself, put back in the original order."""
    panel = panel.assign(row=np.arange(len(panel)))
    pairs = []
    for _, series in panel.groupby("name"):
        X, y = forecast_pairs(series, horizon=horizon, target=target)
        pairs.append((X["row"], X.drop(columns="row"), pd.DataFrame(y)))
    rows, X, y = (pd.concat(parts) for parts in zip(*pairs, strict=True))
    order = np.argsort(rows.to_numpy())
    y = y.iloc[order]
    return X.iloc[order], y if isinstance(horizon, list) or isinstance(target, list) else y["close"]


panels = (
    st.lists(st.integers(4, 9), min_size=1, max_size=4)
    .flatmap(
        lambda sizes: st.permutations([n for n, size in enumerate(sizes) for _ in range(size)])
    )
    .map(lambda names: make_panel([f"S{name}" for name in names]))
)


@settings(max_examples=60, deadline=None)
@given(panel=panels, horizon=st.sampled_from(HORIZONS), target=st.sampled_from(TARGETS))
def test_every_series_is_paired_as_if_it_were_alone(panel, horizon, target):
    X_alone, y_alone = alone(panel, horizon, target)
    equal = pd.testing.assert_frame_equal if y_alone.ndim == 2 else pd.testing.assert_series_equal

    X, y = forecast_pairs(panel, horizon=horizon, target=target, by="name")
    pd.testing.assert_frame_equal(X, X_alone, check_freq=False)
    equal(y, y_alone, check_freq=False)

    for levels in (["name", None], [None, "name"]):
        indexed = panel.set_index("name", append=True).reorder_levels(levels)
        X, y = forecast_pairs(indexed, horizon=horizon, target=target, by="name")
        expected = X_alone.set_index("name", append=True).reorder_levels(levels)
        pd.testing.assert_frame_equal(X, expected)
        equal(y, y_alone.set_axis(expected.index))

    X, y = forecast_pairs(pl.from_pandas(panel), horizon=horizon, target=target, by="name")
    assert X.equals(pl.from_pandas(X_alone))
    assert y.equals(pl.from_pandas(y_alone))
    assert type(y) is (pl.Series if y_alone.ndim == 1 else pl.DataFrame)


def test_a_single_feature_needs_no_target():
    panel = make_panel(list("ABABAB"))[["name", "close"]]
    X, y = forecast_pairs(panel, by="name")
    np.testing.assert_array_equal(y, panel["close"].iloc[2:])
    assert list(X["name"]) == list("ABAB")
    prices = panel.set_index("name", append=True)["close"]
    X, y = forecast_pairs(prices, by="name")
    assert list(X.columns) == ["close"]
    assert y.index.equals(prices.index[:4])
    np.testing.assert_array_equal(y, prices.iloc[2:])


def test_one_series_gives_what_it_gives_without_by():
    panel = make_panel(["A"] * 7).asfreq("2D")
    X, y = forecast_pairs(panel, horizon=2, target="close", by="name")
    X_alone, y_alone = forecast_pairs(panel, horizon=2, target="close")
    pd.testing.assert_frame_equal(X, X_alone)  # the frequency of its index, too
    pd.testing.assert_series_equal(y, y_alone)


@pytest.mark.parametrize("names", [[1, 2] * 4, pd.Categorical(["A", "B"] * 4), [True, False] * 4])
def test_names_need_not_be_text(names):
    panel = make_panel(list("AB") * 4)
    X, y = forecast_pairs(panel.assign(name=names), target="close", by="name")
    np.testing.assert_array_equal(y, panel["close"].iloc[2:])
    assert list(X["name"]) == list(names)[:6]
    assert X["name"].dtype == pd.Series(names).dtype


def test_other_kinds_of_columns_and_missing_targets_are_kept():
    panel = make_panel(list("ABABAB")).assign(volume=np.arange(6), day=list("abcdef"))
    panel.iloc[4, panel.columns.get_loc("close")] = np.nan
    X, y = forecast_pairs(panel, target="close", by="name")
    assert list(X.dtypes) == list(panel.dtypes)
    np.testing.assert_array_equal(np.isnan(y), [False, False, True, False])
    assert forecast_pairs(panel, target="volume", by="name")[1].dtype == panel["volume"].dtype


def test_rows_without_times_are_taken_as_they_stand():
    panel = make_panel(list("AABBAB")).reset_index(drop=True)
    X, y = forecast_pairs(panel, target="close", by="name")
    assert list(X.index) == [0, 1, 2, 3]
    np.testing.assert_array_equal(y, panel["close"].iloc[[1, 4, 3, 5]])


PANEL = make_panel(list("ABABABB"))
INDEXED = PANEL.set_index("name", append=True)


@pytest.mark.parametrize("panel", [PANEL, INDEXED, pl.from_pandas(PANEL)])
@pytest.mark.parametrize("horizon", [3, [1, 3]])
def test_a_series_too_short_is_left_out_and_named(panel, horizon):
    words = r"1 of 2 series have no more rows than horizon=.*, and no pair: 'A' \(3\)\.$"
    with pytest.warns(UserWarning, match=words) as caught:
        X, y = forecast_pairs(panel, horizon=horizon, target="close", by="name")
    assert {warning.filename for warning in caught} == {__file__}
    assert len(X) == 1  # of B, which has four rows
    close = PANEL["close"][PANEL["name"] == "B"].to_numpy()
    expected = close[3] if horizon == 3 else close[[1, 3]]
    np.testing.assert_array_equal(np.squeeze(np.asarray(y)), expected)


@pytest.mark.parametrize("horizon", [4, [1, 4]])
def test_series_that_are_all_too_short_are_refused(horizon):
    words = r"horizon=.* is longer than the series 'B', the longest of all, allows: .* rows, 4\."
    with pytest.raises(ValueError, match=words):
        forecast_pairs(PANEL, horizon=horizon, target="close", by="name")


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ([2, 1, 0, 3, 4, 5, 6], r"'A'\) is not sorted"),
        ([0, 1, 2, 3, 4, 6, 5], r"'B'\) is not sorted"),
        ([0, 1, 2, 3, 3, 4, 5], r"'B'\) has duplicate labels, 2024-01-04"),
    ],
)
def test_times_are_checked_series_by_series(order, words):
    for panel in (PANEL, INDEXED):
        with pytest.raises(ValueError, match=rf"The index of series \(series {words}"):
            forecast_pairs(panel.iloc[order], target="close", by="name")


def test_dates_that_are_text_are_in_their_order():
    text = PANEL.set_axis(PANEL.index.strftime("%d %b %Y"))
    X, y = forecast_pairs(text, target="close", by="name")
    np.testing.assert_array_equal(y, forecast_pairs(PANEL, target="close", by="name")[1])
    with pytest.raises(ValueError, match=r"\(series 'B'\) is not sorted"):
        forecast_pairs(text[::-1], target="close", by="name")


def test_dates_that_are_missing_are_refused():
    missing = PANEL.set_axis(PANEL.index.where(np.arange(7) != 3))
    with pytest.raises(ValueError, match=r"\(series 'B'\) has missing labels"):
        forecast_pairs(missing, target="close", by="name")


@pytest.mark.parametrize(
    ("panel", "arguments", "words"),
    [
        (PANEL, {"by": "share"}, r"by='share' is neither a column of series \['open', 'name'"),
        (PANEL.to_numpy(), {"by": "name"}, "by='name' names a column .* and series has neither"),
        (PANEL.set_index("name"), {"by": "name"}, "is the only level of the index of series"),
        (PANEL.assign(name=None), {"by": "name"}, "series has rows that belong to no series"),
        (PANEL, {"target": "name"}, r"target='name' is not a column: the series has \['open', 'h"),
        (PANEL, {"target": None}, "target must be given: the series has 3 columns"),
        (PANEL[:0], {}, "horizon=1 is longer than the series allows: .* number of rows, 0"),
        (PANEL, {"horizon": 0}, "horizon=0 is not possible"),
    ],
)
def test_wrong_arguments_are_refused(panel, arguments, words):
    with pytest.raises(ValueError, match=words):
        forecast_pairs(panel, **{"target": "close", "by": "name", **arguments})


@pytest.mark.data
def test_all_shares_of_an_index(data_folder):
    prices = pd.read_csv(data_folder / "all_stocks_5yr.csv.gz", parse_dates=["date"])
    expected = prices.assign(y=prices.groupby("Name")["close"].shift(-5))
    expected = expected[prices.groupby("Name").cumcount(ascending=False) >= 5]
    for panel in (prices.set_index("date"), prices.set_index(["Name", "date"])):
        X, y = forecast_pairs(panel, horizon=5, target="close", by="Name")
        assert len(X) == len(prices) - 505 * 5
        np.testing.assert_array_equal(X["close"], expected["close"])
        np.testing.assert_array_equal(y, expected["y"])
        assert y.index.equals(X.index)


@pytest.mark.parametrize("horizon", [1, 24, [1, 24]])
@pytest.mark.parametrize("by", [None, "name"])
def test_no_target_lies_beyond_an_outage(horizon, by):
    hours = pd.date_range("2024-01-01", periods=200, freq="h")
    series = pd.DataFrame({"v": np.arange(200.0), "name": "A"}, index=hours).drop(hours[100:130])
    series = series if by else series[["v"]]
    X, y = forecast_pairs(series, horizon=horizon, target="v", by=by)
    known = set(series["v"])
    ahead = horizon if isinstance(horizon, list) else [horizon]
    rows = [v for v in series["v"] if all(v + h in known for h in ahead)]
    np.testing.assert_array_equal(X["v"], rows)
    expected = np.add.outer(rows, ahead)
    np.testing.assert_array_equal(y, expected if isinstance(horizon, list) else expected[:, 0])


def test_holidays_between_trading_days_are_no_outage():
    days = pd.bdate_range("2024-01-01", periods=60).delete([3, 9, 17, 18, 30])
    series = pd.Series(np.arange(55.0), index=days, name="v")
    X, y = forecast_pairs(series, horizon=4)
    np.testing.assert_array_equal(y, np.arange(4.0, 55.0))
    outage = series.drop(days[20:35])  # three weeks
    X, y = forecast_pairs(outage, horizon=4)
    assert set(y - X["v"]) == {4.0}
    assert len(X) == 40 - 2 * 4


def test_a_horizon_that_no_row_has_is_refused():
    days = pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-03", "2024-03-01", "2024-03-02"])
    with pytest.raises(ValueError, match="horizon=3 leaves no row"):
        forecast_pairs(pd.Series(np.arange(5.0), index=days, name="v"), horizon=3)
