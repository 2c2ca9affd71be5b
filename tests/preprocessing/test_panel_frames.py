"""Panels in frames: names, indices, errors, copies, pipelines."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline

from sklstm import LSTMRegressor
from sklstm.data import as_windows, step_names
from sklstm.preprocessing import ExponentialSmoother, SequenceWindower, WindowScaler

KINDS = ["column", "level", "first level", "polars"]
TO_SERIES = [ExponentialSmoother(0.3, by="name"), WindowScaler(window_size=3, by="name")]
TRANSFORMERS = [SequenceWindower(3, by="name"), *TO_SERIES]
NAMES = list("ABABBACAB")


@pytest.fixture(params=TRANSFORMERS, ids=str)
def transformer(request):
    return clone(request.param)


@pytest.fixture(params=TO_SERIES, ids=str)
def to_series(request):
    return clone(request.param)


@pytest.fixture(params=KINDS)
def X(request, panels):
    return panels.make(NAMES, kind=request.param)


def test_a_frame_is_given_for_a_frame(to_series, X, panels):
    for result in (to_series.fit_transform(X), to_series.transform(X)):
        assert type(result) is type(X)
        assert list(result.columns) == list(X.columns) == list(to_series.get_feature_names_out())
        np.testing.assert_array_equal(panels.names_in(result), panels.names_in(X))
        if isinstance(X, pd.DataFrame):
            pd.testing.assert_index_equal(result.index, X.index)
    numbers = [result["open"].dtype, result["close"].dtype]
    assert numbers == [X["open"].dtype, X["close"].dtype]


def test_columns_are_counted_as_scikit_learn_does(transformer, X):
    transformer.fit(X)
    assert transformer.n_features_in_ == X.shape[1]
    assert list(transformer.feature_names_in_) == list(X.columns)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_set_output_of_series(to_series, X, library):
    expected = to_series.fit_transform(X)
    result = clone(to_series).set_output(transform=library).fit_transform(X)
    assert type(result).__module__.startswith(library)
    assert list(result.columns) == list(X.columns)
    for column in X.columns:
        np.testing.assert_array_equal(result[column].to_numpy(), expected[column].to_numpy())
    assert str(result["open"].dtype).lower() == "float64"
    if library == "pandas" and isinstance(X, pd.DataFrame):
        pd.testing.assert_frame_equal(result, expected)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_set_output_of_windows(X, library):
    windower = SequenceWindower(3, by="name").set_output(transform=library)
    flat = windower.fit_transform(X)
    assert type(flat).__module__.startswith(library)
    assert list(flat.columns) == step_names(["open", "close"], 3)
    assert list(flat.columns) == list(windower.get_feature_names_out())
    np.testing.assert_array_equal(as_windows(flat), SequenceWindower(3, by="name").fit_transform(X))
    if library == "pandas" and isinstance(X, pd.DataFrame):
        pd.testing.assert_index_equal(flat.index, X.index)


def test_input_is_left_as_it_was(transformer, X):
    copy = X.clone() if isinstance(X, pl.DataFrame) else X.copy()
    transformer.fit_transform(X)
    transformer.transform(X)
    assert X.equals(copy)


def test_clones_pickles_and_repr(transformer, X):
    assert "by='name'" in repr(transformer)
    assert clone(transformer).get_params() == transformer.get_params()
    fitted = transformer.set_params(context="always").fit(X)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.transform(X), fitted.transform(X))


def test_fit_forgets_the_series_before(transformer, X):
    fitted = transformer.set_params(context="always").fit(X[:6]).fit(X[6:])
    expected = clone(transformer).fit(X[6:]).transform(X)
    np.testing.assert_array_equal(fitted.transform(X), expected)


def test_a_fit_that_fails_leaves_what_was_fitted(transformer, panels):
    X = panels.make(NAMES)
    expected = transformer.fit(X[:6]).transform(X[6:])
    with pytest.raises(ValueError, match="series 'B'"):
        transformer.fit(X[::-1].iloc[[8, 4, 5]])
    np.testing.assert_array_equal(transformer.transform(X[6:]), expected)


def test_other_names_than_in_fit_are_refused(transformer, panels):
    X = panels.make(NAMES, index="ranks")
    fitted = transformer.fit(X)
    with pytest.raises(ValueError, match="by=None was 'name' in fit.*fit again"):
        fitted.set_params(by=None).transform(X[["open", "close"]])
    with pytest.raises(ValueError, match="by='name' was None in fit.*fit again"):
        clone(fitted).fit(X[["open", "close"]]).set_params(by="name").transform(X)


def test_the_statistics_of_other_rows_are_not_known(panels):
    X = panels.make(NAMES)
    scaler = WindowScaler(by="name")
    scaled = scaler.fit_transform(X[:6])
    of_b = scaled["name"] == "B"  # rows of one of the series are rows that fit saw
    back = scaler.inverse_transform(scaled[of_b])
    pd.testing.assert_frame_equal(back, X[:6][of_b], rtol=1e-12)
    with pytest.raises(ValueError, match=r"these 1 rows of series 'C' .*: fit saw no such series"):
        scaler.inverse_transform(X[6:7])
    with pytest.raises(ValueError, match="of series 'A' are not known: fit saw another index"):
        scaler.inverse_transform(X[:6][X["name"][:6] == "A"][:2])
    scaler.fit(pl.from_pandas(X[:6]))
    with pytest.raises(ValueError, match="of series 'A' are not known: fit saw 3 rows"):
        scaler.inverse_transform(pl.from_pandas(X[:3]))


def shuffled(X):
    return X.iloc[[0, 1, 5, 2]]


def with_another_level(X):
    return X.set_index(pd.Index(range(len(X)), name="rank"), append=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda X: X[["open", "close"]].to_numpy(), "X has neither: it takes a dataframe, got nda"),
        (lambda X: X.drop(columns="name"), r"by='name' is neither a column of X \['open', 'close'"),
        (lambda X: X.assign(name=[*"ABABBAC", None, "B"]), "by='name' is missing in row 7"),
        (shuffled, r"The index of X \(series 'A'\) is not sorted"),
        (lambda X: X.iloc[[0, 1, 1]], r"The index of X \(series 'B'\) has duplicate labels, 2024"),
        (lambda X: X.set_axis([pd.NaT, *X.index[1:]]), r"\(series 'A'\) has missing labels"),
        (lambda X: X.set_axis(X.index.strftime("%d.%m.%Y"))[::-1], r"\(series 'B'\) is not sorted"),
        (with_another_level, r"\(series 'A'\) has the levels \['day', 'rank'\] besides the names"),
        (lambda X: X.drop(columns="name").set_index(X["name"]), "'name' is the only level of the"),
        (lambda X: pd.concat([X, X["name"]], axis=1), "'name' is the name of several columns of X"),
        (lambda X: X[["name"]], "X has no features: by='name' names all of its columns"),
        (lambda X: X[:0], "0 sample"),
        (lambda X: X.assign(open=np.inf), "X contains infinity"),
        (lambda X: X.assign(kind="x"), "X has a column 'kind' that is not numeric"),
    ],
)
def test_wrong_panels_are_refused_in_clear_words(transformer, panels, change, words):
    X = panels.make(NAMES)
    with pytest.raises(ValueError, match=words):
        transformer.fit(change(X))
    fitted = transformer.fit(X)
    with pytest.raises(ValueError, match=words):
        fitted.transform(change(X))


def test_the_same_day_in_different_series_is_no_duplicate(transformer):
    days = pd.date_range("2024-01-01", periods=3)
    X = pd.DataFrame({"close": range(6), "name": list("AAABBB")}, index=[*days, *days])
    assert len(transformer.fit_transform(X)) == 6
    assert len(transformer.fit_transform(X.sort_index(kind="stable"))) == 6


@pytest.mark.parametrize("by", [0, ("name",), True])
def test_by_is_a_name(transformer, panels, by):
    with pytest.raises(ValueError, match="The 'by' parameter of .* must be an instance of 'str'"):
        transformer.set_params(by=by).fit(panels.make(NAMES))


def test_an_index_of_two_levels_asks_for_by(transformer, panels):
    X = panels.make(NAMES, kind="first level")
    with pytest.raises(ValueError, match="2 levels: rows of several .* such as by='name'. Or take"):
        transformer.set_params(by=None).fit(X)


def test_windows_have_no_names(panels):
    windows = np.ones((9, 3, 2))
    words = "by='name' is for a series; X is windows.* It takes by=None"
    with pytest.raises(ValueError, match=words):
        WindowScaler(by="name").fit(windows)
    for kind in ("column", "level"):
        X = panels.make(NAMES, kind=kind).rename(columns={"open": "p@t-1", "close": "p@t-0"})
        with pytest.raises(ValueError, match=words):
            WindowScaler(by="name").fit(X)
    fitted = WindowScaler().fit(windows).set_params(by="name")
    with pytest.raises(ValueError, match="by='name' was None in fit"):
        fitted.transform(windows)


def waves():
    """Two shares of unequal length, row by row in the order of days."""
    days = pd.date_range("2024-01-01", periods=60)
    angle = np.arange(60) / 5
    one = pd.DataFrame({"name": "A", "close": 10 + np.sin(angle)}, index=days)
    other = pd.DataFrame({"name": "B", "close": 50 + 5 * np.cos(angle[20:])}, index=days[20:])
    X = pd.concat([one, other]).sort_index(kind="stable")
    y = X.groupby("name")["close"].shift(-1)
    return X[y.notna()], y[y.notna()]


def test_a_whole_pipeline_takes_a_panel():
    X, y = waves()
    model = make_pipeline(
        ExponentialSmoother(0.5, by="name"),
        SequenceWindower(4, by="name"),
        LSTMRegressor(4, max_epochs=2, random_state=0),
    )
    predicted = model.fit(X[:70], y[:70]).predict(X[70:])
    # Smoothed and cut share by share, each with its context.
    windows = np.empty((len(X), 4, 1))
    for name in "AB":
        rows = (X["name"] == name).to_numpy()
        alone = make_pipeline(ExponentialSmoother(0.5), SequenceWindower(4))
        windows[rows] = alone.fit_transform(X.loc[rows, ["close"]])
    np.testing.assert_array_equal(predicted, model[-1].predict(windows[70:]))
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(predicted, again.predict(X[70:]))


def test_frames_go_through_a_pipeline_as_well():
    X, y = waves()
    model = make_pipeline(
        WindowScaler("last", window_size=5, by="name"),
        SequenceWindower(4, by="name"),
        LSTMRegressor(4, max_epochs=2, random_state=0),
    )
    expected = model.fit(X, y).predict(X)
    framed = clone(model).set_output(transform="pandas")
    np.testing.assert_array_equal(framed.fit(X, y).predict(X), expected)


@pytest.mark.parametrize(
    "regressor", [LSTMRegressor(4, max_epochs=1, random_state=0), Ridge()], ids=["LSTM", "Ridge"]
)
def test_the_lookback_of_a_panel_is_searched(regressor):
    X, y = waves()
    flat = isinstance(regressor, Ridge)
    model = Pipeline(
        [
            ("smooth", ExponentialSmoother(0.5, by="name")),
            ("window", SequenceWindower(pad="edge", flatten=flat, by="name")),
            ("regress", regressor),
        ]
    )
    search = GridSearchCV(model, {"window__lookback": [2, 5]}, cv=TimeSeriesSplit(3))
    search.fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    best = search.best_params_["window__lookback"]
    expected = clone(model).set_params(window__lookback=best).fit(X, y).predict(X)
    np.testing.assert_array_equal(search.predict(X), expected)
