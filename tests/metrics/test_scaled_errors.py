"""MASE and RMSSE against their definitions."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import KFold, cross_val_score

from sklstm.metrics import mean_absolute_scaled_error, root_mean_squared_scaled_error

RNG = np.random.default_rng(0)
Y_TRUE, Y_PRED = RNG.normal(size=(2, 15, 3))
Y_TRAIN = RNG.normal(size=(40, 3)).cumsum(axis=0)
WEIGHT = RNG.random(15)


def naive(column, season, weight=None):
    """Return the scaled error of a column by the definition, value by value."""
    steps = [
        abs(Y_TRAIN[row, column] - Y_TRAIN[row - season, column])
        for row in range(season, len(Y_TRAIN))
    ]
    errors = np.abs(Y_TRUE[:, column] - Y_PRED[:, column])
    return np.average(errors, weights=weight) / (sum(steps) / len(steps))


@pytest.mark.parametrize("season", [1, 2, 12, 39, np.int64(3)])
@pytest.mark.parametrize("sample_weight", [None, WEIGHT])
def test_is_the_error_in_units_of_the_naive_one(season, sample_weight):
    raw = [naive(column, season, sample_weight) for column in range(3)]
    options = {"y_train": Y_TRAIN, "season": season, "sample_weight": sample_weight}
    single = {**options, "y_train": Y_TRAIN[:, 0]}
    assert mean_absolute_scaled_error(Y_TRUE[:, 0], Y_PRED[:, 0], **single) == pytest.approx(
        raw[0], rel=1e-12
    )
    for multioutput, expected in [
        ("raw_values", raw),
        ("uniform_average", np.mean(raw)),
        ([0.2, 0.5, 1.3], np.average(raw, weights=[0.2, 0.5, 1.3])),
    ]:
        loss = mean_absolute_scaled_error(Y_TRUE, Y_PRED, multioutput=multioutput, **options)
        np.testing.assert_allclose(loss, expected, rtol=1e-12)
        assert isinstance(loss, np.ndarray if multioutput == "raw_values" else float)


def test_the_naive_forecast_of_the_training_series_scores_one():
    series = Y_TRAIN[:, 0]
    for season in (1, 5):
        loss = mean_absolute_scaled_error(
            series[season:], series[:-season], y_train=series, season=season
        )
        assert loss == pytest.approx(1, rel=1e-12)


def test_units_do_not_matter():
    loss = mean_absolute_scaled_error(Y_TRUE, Y_PRED, y_train=Y_TRAIN)
    assert mean_absolute_scaled_error(
        1e3 * Y_TRUE, 1e3 * Y_PRED, y_train=1e3 * Y_TRAIN
    ) == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("kind", [list, pd.Series, pl.Series])
def test_other_containers(kind):
    y_true, y_pred, y_train = (kind(array[:, 0].tolist()) for array in (Y_TRUE, Y_PRED, Y_TRAIN))
    loss = mean_absolute_scaled_error(y_true, y_pred, y_train=y_train)
    assert loss == pytest.approx(naive(0, 1), rel=1e-12)


def test_makes_a_scorer(rng):
    X, y = rng.normal(size=(15, 4)), Y_TRUE[:, 0]
    scorer = make_scorer(mean_absolute_scaled_error, greater_is_better=False, y_train=Y_TRAIN[:, 0])
    model = Ridge().fit(X, y)
    expected = mean_absolute_error(y, model.predict(X)) / np.abs(np.diff(Y_TRAIN[:, 0])).mean()
    assert scorer(model, X, y) == pytest.approx(-expected, rel=1e-12)


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1])
def test_a_series_that_repeats_itself_is_refused(value):
    words = r"y_train is the same again after every season=1 \(output \[0\]\)"
    with pytest.raises(ValueError, match=words):
        mean_absolute_scaled_error([1.0], [2.0], y_train=np.full(9, value))
    train = Y_TRAIN.copy()
    train[:, 1] = value
    with pytest.raises(ValueError, match=r"\(output \[1\]\)"):
        mean_absolute_scaled_error(Y_TRUE, Y_PRED, y_train=train)
    seasonal = np.tile([1.0, 2.0], 5)
    with pytest.raises(ValueError, match="after every season=2"):
        mean_absolute_scaled_error([1.0], [2.0], y_train=seasonal, season=2)
    assert mean_absolute_scaled_error([1.0], [2.0], y_train=seasonal) == 1.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"y_train": Y_TRAIN[:4], "season": 4}, r"y_train must be longer than season=4, got 4 ro"),
        ({"y_train": Y_TRAIN[:1]}, "y_train must be longer than season=1, got 1 rows"),
        ({"y_train": Y_TRAIN[:0]}, "Found array with 0 sample"),
        ({"y_train": Y_TRAIN[:, 0]}, "y_train has 1 outputs, but y_true and y_pred have 3"),
        ({"y_train": Y_TRAIN * np.nan}, "Input y_train contains NaN"),
        ({"y_train": np.abs(Y_TRAIN) * np.inf}, "Input y_train contains infinity"),
        ({"y_train": None}, "The 'y_train' parameter of mean_absolute_scaled_error must be"),
        ({"season": 0}, "The 'season' parameter of mean_absolute_scaled_error must be"),
        ({"season": 1.0}, "The 'season' parameter of mean_absolute_scaled_error must be"),
        ({"multioutput": "sum"}, "The 'multioutput' parameter of mean_absolute_scaled_error must"),
        ({"multioutput": [1.0, 2.0]}, "multioutput must have one weight for each of 3 outputs"),
        ({"y_true": Y_TRUE[:4]}, "inconsistent numbers of samples"),
        ({"y_pred": Y_PRED[:, :2]}, "different number of output"),
        ({"y_pred": Y_PRED * np.nan}, "Input y_pred contains NaN"),
        ({"sample_weight": WEIGHT[:3]}, "inconsistent numbers of samples"),
    ],
)
def test_wrong_arguments_are_refused(changes, words):
    arguments = {"y_true": Y_TRUE, "y_pred": Y_PRED, "y_train": Y_TRAIN, **changes}
    with pytest.raises(ValueError, match=words):
        mean_absolute_scaled_error(arguments.pop("y_true"), arguments.pop("y_pred"), **arguments)


def one_by_one(y_true, y_pred, series, y_train, series_train, weight, **options):
    """Return the errors of each series alone, shape (n_series, n_outputs)."""
    return [
        mean_absolute_scaled_error(
            y_true[series == name],
            y_pred[series == name],
            y_train=y_train[series_train == name],
            sample_weight=None if weight is None else weight[series == name],
            multioutput="raw_values",
            **options,
        )
        for name in np.unique(series)
    ]


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_panel_has_the_mean_error_of_its_series(data):
    seed, season = data.draw(st.integers(0, 2**32 - 1)), data.draw(st.integers(1, 3))
    n_outputs, n_names = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 5))
    rng = np.random.default_rng(seed)
    names = rng.permutation([f"S{number}" for number in range(n_names)])
    known = rng.permutation(np.repeat(names, rng.integers(season + 1, 9, n_names)))
    asked = rng.permutation(np.repeat(names, rng.integers(0, 4, n_names)))
    asked = asked if len(asked) else names[:1]
    y_train = rng.normal(size=(len(known), n_outputs))
    y_true, y_pred = rng.normal(size=(2, len(asked), n_outputs))
    weight = rng.random(len(asked)) if data.draw(st.booleans()) else None
    raw = one_by_one(y_true, y_pred, asked, y_train, known, weight, season=season)

    options = {"season": season, "sample_weight": weight}
    arrays = {"y_train": y_train, "series": asked, "series_train": known}
    for multioutput, expected in [
        ("raw_values", np.mean(raw, axis=0)),
        ("uniform_average", np.mean(raw)),
        (
            np.arange(1, n_outputs + 1),
            np.average(np.mean(raw, axis=0), weights=range(1, n_outputs + 1)),
        ),
    ]:
        loss = mean_absolute_scaled_error(
            y_true, y_pred, multioutput=multioutput, **arrays, **options
        )
        np.testing.assert_allclose(loss, expected, rtol=1e-12)

    def labelled(y, names):
        index = pd.MultiIndex.from_arrays([range(len(y)), names], names=["day", "name"])
        return pd.DataFrame(y, index=index)

    loss = mean_absolute_scaled_error(
        labelled(y_true, asked), y_pred, y_train=labelled(y_train, known), series="name", **options
    )
    np.testing.assert_allclose(loss, np.mean(raw), rtol=1e-12)


NAMES = np.array(["A", "B", "C"])[np.arange(15) % 3]
NAMES_TRAIN = np.array(["C", "B", "A", "unused"])[np.arange(40) // 12]
PANEL = {"y_train": Y_TRAIN, "series": NAMES, "series_train": NAMES_TRAIN}


@pytest.mark.parametrize("kind", [list, pd.Series, pd.Categorical, pl.Series, pd.Index])
def test_names_in_other_containers(kind):
    expected = np.mean(one_by_one(Y_TRUE, Y_PRED, NAMES, Y_TRAIN, NAMES_TRAIN, None))
    names = {"series": kind(NAMES.tolist()), "series_train": kind(NAMES_TRAIN.tolist())}
    loss = mean_absolute_scaled_error(Y_TRUE, Y_PRED, y_train=Y_TRAIN, **names)
    assert loss == pytest.approx(expected, rel=1e-12)
    numbers = {
        "series": np.arange(15) % 3,
        "series_train": [2] * 12 + [1] * 12 + [0] * 12 + [9] * 4,
    }
    assert mean_absolute_scaled_error(Y_TRUE, Y_PRED, y_train=Y_TRAIN, **numbers) == loss


def test_the_index_may_tell_the_series_of_the_rows_predicted_alone():
    y_true = pd.DataFrame(Y_TRUE, index=pd.Index(NAMES, name="name"))
    options = {"y_train": Y_TRAIN, "series_train": NAMES_TRAIN}
    loss = mean_absolute_scaled_error(y_true, Y_PRED, series="name", **options)
    assert loss == mean_absolute_scaled_error(Y_TRUE, Y_PRED, **PANEL)


def test_units_of_a_series_do_not_matter():
    factor = {"A": 1e3, "B": 1e-3, "C": 1.0, "unused": 0.0}
    of_rows, of_train = (
        np.array([factor[name] for name in names])[:, np.newaxis] for names in (NAMES, NAMES_TRAIN)
    )
    loss = mean_absolute_scaled_error(
        Y_TRUE * of_rows, Y_PRED * of_rows, **{**PANEL, "y_train": Y_TRAIN * of_train}
    )
    assert loss == pytest.approx(mean_absolute_scaled_error(Y_TRUE, Y_PRED, **PANEL), rel=1e-12)


def test_rows_without_weight_count_as_absent():
    keep = NAMES != "B"
    weight = np.where(keep, WEIGHT, 0.0)
    loss = mean_absolute_scaled_error(Y_TRUE, Y_PRED, sample_weight=weight, **PANEL)
    rest = {**PANEL, "series": NAMES[keep]}
    assert loss == mean_absolute_scaled_error(
        Y_TRUE[keep], Y_PRED[keep], sample_weight=WEIGHT[keep], **rest
    )


def fold_scores(X, y, y_train, names_train):
    names = y.index.get_level_values("name").to_numpy()
    for train, test in KFold(3).split(X):
        predicted = Ridge().fit(X[train], y.iloc[train]).predict(X[test])[:, np.newaxis]
        true = y.to_numpy()[test, np.newaxis]
        yield -np.mean(
            one_by_one(true, predicted, names[test], y_train[:, np.newaxis], names_train, None)
        )


def test_scores_panels_in_a_cross_validation(rng):
    X = rng.normal(size=(15, 4))
    index = pd.MultiIndex.from_arrays([NAMES, range(15)], names=["name", "day"])
    y, y_train = pd.Series(Y_TRUE[:, 0], index=index), Y_TRAIN[:, 0]
    expected = list(fold_scores(X, y, y_train, NAMES_TRAIN))
    options = {"greater_is_better": False, "y_train": y_train, "series_train": NAMES_TRAIN}
    scorer = make_scorer(mean_absolute_scaled_error, series="name", **options)
    np.testing.assert_allclose(
        cross_val_score(Ridge(), X, y, cv=KFold(3), scoring=scorer), expected, rtol=1e-10
    )
    with config_context(enable_metadata_routing=True):
        scorer = make_scorer(mean_absolute_scaled_error, **options).set_score_request(series=True)
        scores = cross_val_score(
            Ridge(), X, y.to_numpy(), cv=KFold(3), scoring=scorer, params={"series": NAMES}
        )
    np.testing.assert_allclose(scores, expected, rtol=1e-10)


def test_a_series_that_repeats_itself_is_named():
    train = Y_TRAIN.copy()
    train[NAMES_TRAIN == "unused"] = 1.0  # y_true has no such row
    mean_absolute_scaled_error(Y_TRUE, Y_PRED, **{**PANEL, "y_train": train})
    train[NAMES_TRAIN == "B", 2] = 1.0
    with pytest.raises(ValueError, match=r"every season=1 \(output \[2\] of series 'B'\)"):
        mean_absolute_scaled_error(Y_TRUE, Y_PRED, **{**PANEL, "y_train": train})
    # A small series is not measured by a large one.
    train[NAMES_TRAIN == "B"] = 1e-12 * Y_TRAIN[NAMES_TRAIN == "B"]
    mean_absolute_scaled_error(Y_TRUE, Y_PRED, **{**PANEL, "y_train": 1e6 * train})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"season": 12}, r"longer than season=12, got 12 rows of series 'C'"),
        ({"series": ["A", "new"] + ["B"] * 13}, r"y_train has no rows of series \['new'\]"),
        ({"series": range(15)}, r"of series \[0, 1, 2, 3, 4\] and 10 more"),
        ({"series": NAMES[:9]}, r"series must be the series of each of 15 rows of y_true, .* \(9,"),
        ({"series_train": NAMES}, "series_train must be the series of each of 40 rows of y_train"),
        ({"series": np.array([NAMES, NAMES])}, r"of 15 rows of y_true, got .* shape \(2, 15\)"),
        ({"series": [None, *NAMES[1:]]}, "series is missing in row 0"),
        ({"series_train": [*NAMES_TRAIN[1:], np.nan]}, "series_train is missing in row 39"),
        ({"series_train": None}, "series goes with series_train, .* which is missing"),
        ({"series": None}, "series_train goes with series, which is missing"),
        ({"series": "name"}, "series='name' is no level of the index of y_true: it has no index"),
        ({"series": 3}, "The 'series' parameter of mean_absolute_scaled_error must be"),
        (
            {"sample_weight": np.where(NAMES == "B", np.arange(15) - 7, 1)},
            "rows of series 'B' sums",
        ),
    ],
)
def test_wrong_panels_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        mean_absolute_scaled_error(Y_TRUE, Y_PRED, **{**PANEL, **changes})


def test_a_level_that_is_not_there_is_refused():
    y_true = pd.DataFrame(Y_TRUE, index=pd.Index(NAMES, name="name"))
    words = r"series='name' is no level of the index of y_train: it has levels \['share'\]"
    y_train = pd.DataFrame(Y_TRAIN, index=pd.Index(NAMES_TRAIN, name="share"))
    with pytest.raises(ValueError, match=words):
        mean_absolute_scaled_error(y_true, Y_PRED, y_train=y_train, series="name")


@pytest.mark.parametrize("season", [1, 7])
@pytest.mark.parametrize("sample_weight", [None, WEIGHT])
def test_the_squared_error_is_scaled_by_squares_and_its_root_taken(season, sample_weight):
    steps = Y_TRAIN[season:] - Y_TRAIN[:-season]
    squares = np.average((Y_TRUE - Y_PRED) ** 2, axis=0, weights=sample_weight)
    expected = np.sqrt(squares / (steps**2).mean(axis=0))
    found = root_mean_squared_scaled_error(
        Y_TRUE, Y_PRED, y_train=Y_TRAIN, season=season, sample_weight=sample_weight,
        multioutput="raw_values",
    )  # fmt: skip
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_series_have_weights_in_the_squared_error():
    series, of_train = np.repeat(["A", "B"], [5, 10]), np.tile(["A", "B"], 20)
    panel = {"series": series, "series_train": of_train, "y_train": Y_TRAIN[:, 0]}
    each = [
        root_mean_squared_scaled_error(
            Y_TRUE[series == name, 0], Y_PRED[series == name, 0],
            y_train=Y_TRAIN[of_train == name, 0],
        )
        for name in "AB"
    ]  # fmt: skip
    y = Y_TRUE[:, 0], Y_PRED[:, 0]
    assert root_mean_squared_scaled_error(*y, **panel) == pytest.approx(np.mean(each), rel=1e-12)
    weighted = root_mean_squared_scaled_error(
        *y, **panel, series_weight={"B": 30.0, "A": 10, "C": 5}
    )
    assert weighted == pytest.approx(np.average(each, weights=[1, 3]), rel=1e-12)


@pytest.mark.parametrize(
    ("series", "weights", "words"),
    [
        (None, {"A": 1.0}, "series_weight goes with series"),
        (["A", "B"], {"A": 1.0}, r"no weight for the series \['B'\]"),
        (["A", "B"], {"A": 1.0, "B": -1.0}, "weights of 0 or more"),
        (["A", "B"], {"A": 0.0, "B": 0.0}, "one of them above 0"),
    ],
)
def test_weights_of_series_are_checked(series, weights, words):
    of_train = None if series is None else ["A", "A", "B", "B"]
    with pytest.raises(ValueError, match=words):
        root_mean_squared_scaled_error(
            [1.0, 2.0], [2.0, 2.0], y_train=[1.0, 3.0, 2.0, 5.0], series=series,
            series_train=of_train, series_weight=weights,
        )  # fmt: skip


@pytest.mark.parametrize("metric", [mean_absolute_scaled_error, root_mean_squared_scaled_error])
def test_several_levels_tell_series_apart(metric):
    days = pd.date_range("2025-01-01", periods=12, name="day")
    keys = [("n", 1), ("n", 2), ("s", 1)]
    sold = pd.concat(
        {key: pd.Series(RNG.normal(size=12).cumsum() + 9, days) for key in keys},
        names=["store", "item"],
    )
    late = sold.index.get_level_values("day") > days[8]
    true, train, guess = sold[late], sold[~late], sold[late] + RNG.normal(size=9)
    rows, rows_train = ([(*key[:2],) for key in one.index] for one in (true, train))
    options = {"series": pd.Index(rows, tupleize_cols=False).to_numpy(), "y_train": train}
    expected = metric(
        true, guess, **options, series_train=pd.Index(rows_train, tupleize_cols=False)
    )
    for names in (["store", "item"], ("store", "item")):
        assert metric(true, guess, series=names, y_train=train) == pytest.approx(expected)
    numbered, earlier = (one.rename_axis(index=[0, 1, "day"]) for one in (true, train))
    assert metric(numbered, guess, series=[0, 1], y_train=earlier) == pytest.approx(expected)
    with pytest.raises(ValueError, match="series='itm' is no level of the index of y_true: it has"):
        metric(true, guess, series=["store", "itm"], y_train=train)
    by_hand = [metric(true[key], guess[key], y_train=train[key]) for key in keys]
    assert expected == pytest.approx(np.mean(by_hand))
    scorer = make_scorer(metric, series=["store", "item"], y_train=train)
    ridge = Ridge().fit(guess.to_frame(), true)
    predicted = ridge.predict(guess.to_frame())
    found = scorer(ridge, guess.to_frame(), true)
    assert found == pytest.approx(metric(true, predicted, series=["store", "item"], y_train=train))
    with pytest.raises(
        ValueError, match=r"series='item' is no level of the index of y_train.*\['store"
    ):
        metric(true, guess, series=["store", "item"], y_train=train.droplevel("item"))
    with pytest.raises(ValueError, match=r"\(series \('s', 1\)\) is not sorted"):
        metric(true, guess, series=["store", "item"], y_train=train[::-1])
    if metric is root_mean_squared_scaled_error:
        weights = {("n", 1): 0.0, ("n", 2): 0.0, ("s", 1): 1.0}
        only = metric(true, guess, series=["store", "item"], y_train=train, series_weight=weights)
        assert only == pytest.approx(by_hand[2])
