"""`PanelTimeSeriesSplit` against scikit-learn's split of the dates, row by row."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm.data import forecast_pairs
from sklstm.model_selection import PanelTimeSeriesSplit


def dates(steps):
    return pd.Timestamp("2024-01-01") + pd.to_timedelta(steps, unit="D")


def make_panel(n_days=12, seed=0):
    """Make three series, of which B begins late and C lacks some days, one below the other."""
    rng = np.random.default_rng(seed)
    days = {"A": range(n_days), "B": range(n_days // 3, n_days), "C": range(0, n_days, 2)}
    index = [(name, day) for name in days for day in dates(list(days[name]))]
    index = pd.MultiIndex.from_tuples(index, names=["name", "day"])
    return pd.DataFrame(rng.normal(size=(len(index), 2)), columns=["x", "y"], index=index)


PANEL = make_panel()
BY_DAY = PANEL.sort_index(level="day")


def brute_force(times, n_splits, max_train_size, test_size, gap):
    """Return the rows of each fold, found by asking of every row when it was."""
    distinct = sorted(set(times))
    size = test_size or len(distinct) // (n_splits + 1)
    for fold in range(n_splits):
        start = len(distinct) - (n_splits - fold) * size
        stop = start - gap
        train = distinct[max(0, stop - max_train_size) if max_train_size else 0 : stop]
        test = distinct[start : start + size]
        yield (
            [row for row, when in enumerate(times) if when in train],
            [row for row, when in enumerate(times) if when in test],
        )


def assert_same_folds(folds, expected):
    folds, expected = list(folds), list(expected)
    assert len(folds) == len(expected)
    for (train, test), (train_expected, test_expected) in zip(folds, expected, strict=True):
        np.testing.assert_array_equal(train, train_expected)
        np.testing.assert_array_equal(test, test_expected)
        assert train.dtype == test.dtype == np.intp


options = st.fixed_dictionaries(
    {
        "n_splits": st.integers(2, 4),
        "max_train_size": st.one_of(st.none(), st.integers(1, 6)),
        "test_size": st.one_of(st.none(), st.integers(1, 3)),
        "gap": st.integers(0, 3),
    }
)


def fits(n_times, options):
    size = options["test_size"] or n_times // (options["n_splits"] + 1)
    return size > 0 and n_times - options["gap"] - size * options["n_splits"] > 0


@settings(max_examples=200, deadline=None)
@given(steps=st.lists(st.integers(0, 15), min_size=6, max_size=40), options=options)
def test_folds_are_those_of_the_dates(steps, options):
    assume(fits(len(set(steps)), options))
    times = dates(steps)
    split = PanelTimeSeriesSplit(**options)
    expected = list(brute_force(steps, **options))
    X = pd.DataFrame({"x": steps})
    assert_same_folds(split.split(X.set_axis(times)), expected)
    assert_same_folds(split.split(X, groups=times), expected)
    assert_same_folds(split.split(X, groups=steps), expected)
    named = pd.MultiIndex.from_arrays([times, range(len(steps))], names=["day", "name"])
    assert_same_folds(split.split(X.set_axis(named)), expected)
    for train, test in split.split(X, groups=times):
        assert times[train].max() < times[test].min()


@settings(max_examples=100, deadline=None)
@given(n_steps=st.integers(5, 30), options=options)
def test_a_single_series_is_split_as_by_scikit_learn(n_steps, options):
    assume(fits(n_steps, options))
    X = pd.DataFrame({"x": range(n_steps)}, index=dates(range(n_steps)))
    split = PanelTimeSeriesSplit(**options)
    expected = list(TimeSeriesSplit(**options).split(X))
    assert_same_folds(split.split(X), expected)
    assert_same_folds(split.split(X.to_numpy(), groups=np.arange(n_steps)), expected)
    assert split.get_n_splits(X) == len(expected)


@settings(max_examples=100, deadline=None)
@given(n_names=st.integers(1, 4), n_days=st.integers(5, 30), by_day=st.booleans(), options=options)
def test_the_training_rows_of_a_series_directly_precede_its_test_rows(
    n_names, n_days, by_day, options
):
    assume(fits(n_days, options))
    index = pd.MultiIndex.from_product([range(n_names), dates(range(n_days))])
    X = pd.DataFrame({"step": np.tile(range(n_days), n_names)}, index=index)
    X = X.sort_index(level=1, kind="stable") if by_day else X
    for train, test in PanelTimeSeriesSplit(**options).split(X):
        for name in range(n_names):
            of_train, of_test = (
                X.iloc[rows].loc[[name], "step"].to_numpy() for rows in (train, test)
            )
            rows = np.r_[of_train, of_test]
            step_over = len(of_train) - 1
            assert rows[step_over + 1] - rows[step_over] == 1 + options["gap"]
            assert (np.delete(np.diff(rows), step_over) == 1).all()


@pytest.mark.parametrize(
    "kind",
    [
        lambda days: days,
        lambda days: days.tz_localize("Europe/Berlin"),
        lambda days: days.to_period("D"),
        lambda days: days - days[0],
        lambda days: pd.Index(days.date),
        lambda days: days.astype("timestamp[us][pyarrow]"),
    ],
)
def test_times_of_all_kinds(kind):
    days = PANEL.index.get_level_values("day")
    split = PanelTimeSeriesSplit(n_splits=3)
    expected = list(brute_force(days, 3, None, None, 0))
    assert_same_folds(split.split(PANEL.set_axis(kind(days))), expected)
    assert_same_folds(split.split(PANEL, groups=kind(days)), expected)
    arrays = [PANEL.index.get_level_values("name"), kind(days)]
    assert_same_folds(split.split(PANEL.set_axis(pd.MultiIndex.from_arrays(arrays))), expected)


@pytest.mark.parametrize(
    "groups",
    [
        [10, 9, 30, 9, 10, 30],
        [0.1, -0.5, 0.2, -0.5, 0.1, 0.2],
        ["b", "a", "c", "a", "b", "c"],
        pd.Categorical(["b", "a", "c", "a", "b", "c"], categories=["b", "c", "a"]),
        pd.Categorical(["x", "z", "a", "z", "x", "a"], categories=["z", "x", "a"], ordered=True),
        pd.Series([2, 1, 3, 1, 2, 3], index=list("uvwxyz")),
        pl.Series([datetime.date(2024, 1, day) for day in (2, 1, 3, 1, 2, 3)]),
        np.array(["2024-01-02", "2024-01-01", "2024-01-03"] * 2, dtype="datetime64[D]")[
            [0, 1, 2, 1, 0, 2]
        ],
    ],
)
@pytest.mark.parametrize("X", [np.zeros((6, 1)), pl.DataFrame({"x": [0] * 6}), [[0]] * 6])
def test_groups_are_times_of_any_kind_that_sorts(X, groups):
    split = PanelTimeSeriesSplit(n_splits=2)
    assert_same_folds(split.split(X, groups=groups), [([1, 3], [0, 4]), ([0, 1, 3, 4], [2, 5])])


def test_the_level_may_be_said():
    days = PANEL.index.get_level_values("day")
    index = pd.MultiIndex.from_arrays([days, days + pd.Timedelta("9h"), range(len(days))])
    X = PANEL.set_axis(index.set_names(["day", "paid", "number"]))
    split = PanelTimeSeriesSplit(n_splits=3)
    for level in (0, "paid", -2):
        assert_same_folds(
            split.__class__(n_splits=3, level=level).split(X), split.split(X, groups=days)
        )
    numbers = PanelTimeSeriesSplit(n_splits=3, level="number").split(X)
    assert_same_folds(numbers, TimeSeriesSplit(n_splits=3).split(X))
    steps = PANEL.set_axis(PANEL.groupby("name").cumcount().to_numpy())  # numbers that come again
    assert_same_folds(split.split(steps), split.split(PANEL, groups=steps.index))


@pytest.mark.parametrize("horizon", [1, 2, 4])
def test_with_a_gap_training_targets_are_known_when_the_first_row_is_tested(horizon):
    index = pd.MultiIndex.from_product([list("AB"), dates(range(20))], names=["name", "day"])
    panel = pd.DataFrame({"step": np.tile(range(20), 2)}, index=index)
    X, y = forecast_pairs(panel, horizon=horizon, by="name")
    folds = PanelTimeSeriesSplit(n_splits=3, gap=horizon - 1).split(X)
    for train, test in folds:  # the newest of them just so
        assert y.iloc[train].max() == X["step"].iloc[test].min()


@pytest.mark.parametrize("frame", [PANEL, BY_DAY, PANEL.reset_index("name")])
def test_searches_and_scores_in_a_plain_pipeline(frame):
    X, y = frame[["x"]], frame["y"]
    model = make_pipeline(StandardScaler(), Ridge())
    split = PanelTimeSeriesSplit(n_splits=3, gap=1)
    search = GridSearchCV(model, {"ridge__alpha": [0.1, 10.0]}, cv=split).fit(X, y)
    days = frame.index if frame.index.nlevels == 1 else frame.index.get_level_values("day")
    folds = list(brute_force(days, 3, None, None, 1))
    for candidate, alpha in enumerate([0.1, 10.0]):
        model.set_params(ridge__alpha=alpha)
        scores = [
            model.fit(X.iloc[train], y.iloc[train]).score(X.iloc[test], y.iloc[test])
            for train, test in folds
        ]
        np.testing.assert_allclose(cross_val_score(model, X, y, cv=split), scores)
        mean = search.cv_results_["mean_test_score"][candidate]
        assert mean == pytest.approx(np.mean(scores))


@pytest.mark.parametrize("routing", [False, True])
def test_groups_reach_the_splitter(routing):
    X, y = PANEL[["x"]].to_numpy(), PANEL["y"].to_numpy()
    days = PANEL.index.get_level_values("day")
    split = PanelTimeSeriesSplit(n_splits=3)
    expected = cross_val_score(Ridge(), PANEL[["x"]], PANEL["y"], cv=split)
    with config_context(enable_metadata_routing=routing):
        given_groups = {"params": {"groups": days}} if routing else {"groups": days}
        np.testing.assert_array_equal(
            cross_val_score(Ridge(), X, y, cv=split, **given_groups), expected
        )
        search = GridSearchCV(Ridge(), {"alpha": [1.0]}, cv=split).fit(X, y, groups=days)
        assert search.best_score_ == pytest.approx(expected.mean())
        # Where the index tells the times, nothing need be given, whether routing is on or off.
        folds = cross_validate(Ridge(), PANEL[["x"]], PANEL["y"], cv=split, return_indices=True)
        assert_same_folds(
            zip(folds["indices"]["train"], folds["indices"]["test"], strict=True),
            split.split(X, groups=days),
        )


def test_looks_like_a_splitter_of_scikit_learn():
    split = PanelTimeSeriesSplit(3, gap=2, level="day")
    assert " ".join(repr(split).split()) == (
        "PanelTimeSeriesSplit(gap=2, level='day', max_train_size=None, n_splits=3, test_size=None)"
    )
    assert repr(clone(split, safe=False)) == repr(split)
    assert split.get_n_splits() == split.get_n_splits(PANEL, None, None) == 3
    assert list(map(str, split.split(PANEL))) == list(map(str, split.split(PANEL)))


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (PANEL.to_numpy(), "X tells no times, for a ndarray has no index: .* as groups"),
        (pl.from_pandas(PANEL), "X tells no times, for a DataFrame has no index"),
        (PANEL.reset_index(), "The index of X numbers the rows: no label comes twice"),
        (PANEL.reset_index("day"), "The index of X is text, such as 'A'. .* say level=0"),
        (
            PANEL.set_axis(pd.MultiIndex.from_arrays([range(len(PANEL))] * 2)),
            r"but none of \[None, None\] are of dates, .* as level=",
        ),
        (
            PANEL.assign(due=dates(range(len(PANEL)))).set_index("due", append=True),
            r"but 2 levels of \['name', 'day', 'due'\] are of dates, .* as level=",
        ),
        (
            PANEL.set_axis(dates([*range(len(PANEL) - 1), None])),
            f"The time of row {len(PANEL) - 1} is missing",
        ),
    ],
)
def test_frames_that_tell_no_times_are_refused(X, words):
    with pytest.raises(ValueError, match=words):
        next(PanelTimeSeriesSplit().split(X))


@pytest.mark.parametrize("level", ["date", 2, -3])
@pytest.mark.parametrize("X", [PANEL, PANEL.reset_index("name")])
def test_a_level_that_is_not_there_is_refused(X, level):
    with pytest.raises(ValueError, match=f"level={level!r} is no level .* levels are .*'day'"):
        next(PanelTimeSeriesSplit(level=level).split(X))


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (range(5), "inconsistent numbers of samples"),
        ([1, 2, None, 4, 5, 6], "The time of row 2 is missing"),
        ([1, 2, "b", 4, 5, 6], "The times cannot be sorted: '<' not supported"),
        ([(1, "a")] * 6, r"groups must be one time per row, .* got 2 dimensions"),
        (PANEL.index[:6], r"groups must be one time per row, got tuples such as \('A', T"),
        ([1, 1, 2, 2, 3, 3], "greater than the number of samples=3. A sample is a time here: .* 3"),
    ],
)
def test_wrong_groups_are_refused(groups, words):
    with pytest.raises(ValueError, match=words):
        next(PanelTimeSeriesSplit().split(np.zeros((6, 1)), groups=groups))


@pytest.mark.parametrize(
    "parameter",
    [{"test_size": 0}, {"test_size": 1.0}, {"max_train_size": 0}, {"gap": -1}, {"level": 1.5}],
)
def test_wrong_parameters_are_refused(parameter):
    (name,) = parameter
    with pytest.raises(ValueError, match=f"The '{name}' parameter of PanelTimeSeriesSplit must be"):
        next(PanelTimeSeriesSplit(**parameter).split(PANEL))


def test_too_few_times_are_refused():
    with pytest.raises(ValueError, match="gap=9. A sample is a time here: X has 12 distinct ones"):
        next(PanelTimeSeriesSplit(test_size=1, gap=9).split(PANEL))
    with pytest.raises(ValueError, match="n_splits=1"):
        PanelTimeSeriesSplit(1)


def test_groups_that_are_dates_in_text_are_sorted_by_time():
    days = pd.DatetimeIndex(["2024-02-01", "2023-12-31", "2024-10-01"] * 2)
    split = PanelTimeSeriesSplit(n_splits=2)
    for form in ("%d.%m.%Y", "%d/%m/%Y", "%d %b %Y", "%B %d, %Y", "%Y-%m-%d"):
        assert_same_folds(
            split.split(np.zeros((6, 1)), groups=days.strftime(form)),
            [([1, 4], [0, 3]), ([0, 1, 3, 4], [2, 5])],
        )


def test_groups_whose_letters_sort_otherwise_than_their_numbers_are_refused():
    weeks = [f"week {number}" for number in range(8, 12)]
    with pytest.raises(
        ValueError, match="groups is text, such as 'week 10', which sorts by letters"
    ):
        next(PanelTimeSeriesSplit(n_splits=2).split(np.zeros((4, 1)), groups=weeks))
