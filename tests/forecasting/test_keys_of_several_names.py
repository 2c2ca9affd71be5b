"""Keys of several columns or levels: the forecasts of one that holds as much, under other names."""

import io

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV

from sklstm import (
    CausalImputer,
    ExponentialSmoother,
    Forecaster,
    PanelTimeSeriesSplit,
    SequenceWindower,
    WindowScaler,
    forecast_pairs,
    stack_sequences,
)

KEYS = [("north", 1), ("north", 2), ("south", 1)]
DAYS = pd.date_range("2025-01-01", periods=60, name="day")
BY = ["store", "item"]


@pytest.fixture(scope="module")
def rows():
    """Sales and plan of three series in columns, and the same with one column for the key."""
    rng = np.random.default_rng(0)
    parts = []
    for number, (store, item) in enumerate(KEYS):
        plan = (rng.random(60) < 0.3).astype(float)
        sold = 10 * (number + 1) + np.sin(np.arange(60) / 3) + 2 * plan + rng.normal(size=60) / 9
        part = pd.DataFrame({"store": store, "item": item, "sold": sold, "plan": plan}, index=DAYS)
        parts.append(part)
    table = pd.concat(parts)
    one = table.assign(key=table["store"] + table["item"].astype(str))
    return table, one.drop(columns=BY)


def in_form(table, form, by):
    """Return the rows with keys in columns, in levels of the index, or both, or alternating."""
    names = by if isinstance(by, list) else [by]
    if form == "columns":
        return table
    if form == "columns by day":
        return table.iloc[np.argsort(table.index, kind="stable")]
    if form == "levels":
        return table.set_index(names, append=True).reorder_levels([*names, "day"])
    if form == "levels by day":
        return table.set_index(names, append=True).sort_index()
    assert form == "level and column"
    return table.set_index(names[:1], append=True) if len(names) > 1 else table


FORMS = ["columns", "columns by day", "levels", "levels by day", "level and column"]


def column(table, by, name):
    """Return a frame of one column of values, and the key if that is in columns."""
    names = [key for key in (by if isinstance(by, list) else [by]) if key in table.columns]
    return table[[*names, name]]


def fitted(table, by, **parameters):
    model = Forecaster(Ridge(0.1), 7, 3, "direct", by=by, scaling="difference", **parameters)
    known = table[table.index.get_level_values("day") < DAYS[50]]
    return model.fit(column(known, by, "sold"), column(known, by, "plan"))


@pytest.mark.parametrize("form", FORMS)
def test_forecasts_are_those_of_one_name(rows, form):
    several, one = rows
    model, other = fitted(in_form(several, form, BY), BY), fitted(in_form(one, form, "key"), "key")
    assert set(model.series_) == set(KEYS)
    actual = model.forecast(exog=column(several, BY, "plan"), level=0.8)
    expected = other.forecast(exog=column(one, "key", "plan"), level=0.8)
    assert set(actual.index.names) == {"store", "item", "day"}
    assert actual.index.names.index("day") == (0 if form == "levels by day" else 2)
    np.testing.assert_array_equal(actual, expected)
    stores, items, days = map(actual.index.get_level_values, ["store", "item", "day"])
    keys = [f"{store}{item}" for store, item in zip(stores, items, strict=True)]
    assert keys == list(expected.index.get_level_values("key"))
    assert list(days) == list(expected.index.get_level_values("day"))
    assert list(actual.reset_index().columns[:3]) == list(actual.index.names)


def test_gaps_are_read_series_by_series_with_the_same_keys(rows):
    several, one = (table.drop(DAYS[20]) for table in rows)
    model, other = fitted(several, BY, gaps="missing"), fitted(one, "key", gaps="missing")
    actual = model.forecast(exog=several[[*BY, "plan"]], series=("north", 2))
    expected = other.forecast(exog=one[["key", "plan"]], series="north2")
    np.testing.assert_array_equal(actual, expected)
    assert actual.index[0] == ("north", 2, DAYS[50])


def test_series_are_named_by_tuples(rows):
    model, plan = fitted(rows[0], BY), rows[0][[*BY, "plan"]]
    two = model.forecast(exog=plan, series=KEYS[1:])
    assert list(two.index.droplevel("day").unique()) == KEYS[1:]
    as_index = model.forecast(exog=plan, series=pd.MultiIndex.from_tuples(KEYS[1:]))
    pd.testing.assert_frame_equal(as_index, two)
    with pytest.raises(ValueError, match=r"series 'north' is unknown: fit had \[\('north', 1\)"):
        model.forecast(exog=plan, series="north")


def test_update_takes_rows_and_refuses_names_of_other_types(rows):
    table, one = rows
    later = table[table.index == DAYS[50]]
    model = fitted(table, BY).update(later[[*BY, "sold"]], later[[*BY, "plan"]])
    other = fitted(one, "key")
    other.update(one.loc[[DAYS[50]], ["key", "sold"]], one.loc[[DAYS[50]], ["key", "plan"]])
    np.testing.assert_array_equal(
        model.forecast(exog=table[[*BY, "plan"]]), other.forecast(exog=one[["key", "plan"]])
    )
    text = later.assign(item=later["item"].astype(str))
    with pytest.raises(ValueError, match=r"series \('north', '1'\) .* was \('north', 1\)"):
        model.update(text[[*BY, "sold"]], text[[*BY, "plan"]])


def test_backtest_has_a_row_for_each_series(rows):
    several, one = rows
    tables = {}
    for by, table in ((BY, several), ("key", one)):
        model = Forecaster(Ridge(0.1), 7, 3, by=by, scaling=None)
        cv = PanelTimeSeriesSplit(2, test_size=6)
        values = in_form(table, "levels", by)[["sold"]]
        tables[len(tables)] = model.backtest(
            values, cv, steps=3, level=0.8, metrics=["mase"], refit=False
        )
        default = model.backtest(values, 2, steps=3)
        assert default.errors.notna().all(axis=None)
    actual, expected = tables.values()
    np.testing.assert_array_equal(actual.by_series, expected.by_series)
    assert list(actual.by_series.index) == KEYS
    assert actual.by_series.index.names == BY
    assert actual.forecasts.index.names == [*BY, "origin", "step"]
    np.testing.assert_array_equal(actual.errors, expected.errors)


def test_paths_and_files_and_searches(rows):
    table = in_form(rows[0], "levels", BY)[["sold"]]
    model = Forecaster(Ridge(0.1), 7, 3, by=BY, scaling=None).fit(table)
    paths = model.sample_paths(2, 4, random_state=0)
    assert paths.index.names == [*BY, "day"]
    assert paths.shape == (6, 4)
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    loaded = joblib.load(file)
    pd.testing.assert_frame_equal(loaded.forecast(2), model.forecast(2))
    search = GridSearchCV(model, {"lookback": [3, 7]}, cv=PanelTimeSeriesSplit(2, test_size=6))
    assert np.isfinite(search.fit(table).cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda by: SequenceWindower(3, by=by),
        lambda by: WindowScaler("minmax", by=by),
        lambda by: ExponentialSmoother(0.5, by=by),
        lambda by: CausalImputer(by=by),
    ],
    ids=["windower", "scaler", "smoother", "imputer"],
)
@pytest.mark.parametrize("form", FORMS)
def test_transformers_tell_series_apart(rows, make, form):
    several, one = (in_form(table, form, by) for table, by in zip(rows, (BY, "key"), strict=True))
    several, one = column(several, BY, "sold"), column(one, "key", "sold")
    actual, expected = make(BY).fit_transform(several), make("key").fit_transform(one)
    if isinstance(actual, pd.DataFrame):
        assert actual.index.equals(several.index)
        kept = [name for name in several.columns if name in actual.columns and name in BY]
        pd.testing.assert_frame_equal(actual[kept], several[kept])
        actual = actual.drop(columns=kept)
        expected = expected.drop(columns="key", errors="ignore")
    np.testing.assert_array_equal(actual, expected)


def test_pairs_and_stacked_sequences(rows):
    several, one = rows
    X, y = forecast_pairs(several, 2, "sold", by=BY)
    same, targets = forecast_pairs(one, 2, "sold", by="key")
    assert list(X.columns) == list(several.columns)
    np.testing.assert_array_equal(X[["sold", "plan"]], same[["sold", "plan"]])
    np.testing.assert_array_equal(y, targets)
    np.testing.assert_array_equal(
        stack_sequences(several, by=BY), stack_sequences(one[["sold", "plan", "key"]], by="key")
    )


def test_a_name_may_be_a_tuple_and_a_list_may_have_one(rows):
    triples = [(*key, "x") for key in KEYS]
    values = rows[0][["sold"]].assign(key=np.repeat(pd.Series(triples, dtype=object), 60).to_list())
    model = Forecaster(Ridge(), 7, by="key", scaling=None).fit(values)
    forecast = model.forecast(2)
    assert list(forecast.reset_index()["key"].unique()) == triples
    assert model.backtest(values, 2).by_series.shape[0] == 3
    pd.testing.assert_frame_equal(
        Forecaster(Ridge(), 7, by=["key"], scaling=None).fit(values).forecast(2), forecast
    )


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ([], "takes a name or a list of distinct ones"),
        (["store", "store"], "takes a name or a list of distinct ones"),
        (["store", "shelf"], "by='shelf' is neither a column of series"),
    ],
)
def test_names_that_are_none_are_refused(rows, by, message):
    with pytest.raises(ValueError, match=message):
        Forecaster(Ridge(), 7, by=by).fit(rows[0][[*BY, "sold"]])


def test_a_part_of_a_key_that_is_missing_is_refused(rows):
    table = rows[0][[*BY, "sold"]].copy()
    table.iloc[70, 0] = None
    with pytest.raises(ValueError, match="by='store' is missing in row 70"):
        Forecaster(Ridge(), 7, by=BY).fit(table)


def test_levels_must_leave_a_time(rows):
    table = rows[0].set_index(BY)[["sold"]]
    with pytest.raises(ValueError, match="is all levels of the index of series"):
        Forecaster(Ridge(), 7, by=BY).fit(table)
