"""`forecast_pairs` with `by`: each series as if it were alone."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.data import forecast_pairs

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
def test_a_series_too_short_is_named(panel, horizon):
    words = r"horizon=.* is longer than the series 'A' allows: .* less than the number of rows, 3\."
    with pytest.raises(ValueError, match=words):
        forecast_pairs(panel, horizon=horizon, target="close", by="name")


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


def test_dates_that_are_text_or_missing_are_refused():
    text = PANEL.set_axis(PANEL.index.strftime("%Y-%m-%d"))
    with pytest.raises(ValueError, match=r"\(series 'A'\) has dates that are text"):
        forecast_pairs(text, target="close", by="name")
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
