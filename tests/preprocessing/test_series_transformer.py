"""What all transformers of series share: the state that `fit` leaves, and what may change after."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from sklstm.preprocessing import (
    CausalImputer,
    ExponentialSmoother,
    SequenceWindower,
    WindowScaler,
)
from sklstm.preprocessing._series_transformer import SeriesSet

SERIES = 50 + np.random.default_rng(0).normal(size=(30, 2)).cumsum(axis=0)
DAYS = pd.date_range("2024-01-01", periods=30)
FRAME = pd.DataFrame(SERIES, columns=["a", "b"], index=DAYS)
WINDOWS = SequenceWindower(4).fit_transform(FRAME)
TRANSFORMERS = [
    SequenceWindower(3, context="always"),
    SequenceWindower(3, flatten=True),
    ExponentialSmoother(0.3, context="always"),
    WindowScaler(context="always"),
    WindowScaler("standard", window_size=3),
    WindowScaler("last", causal=False),
]
BAD = {
    "order": FRAME[::-1],
    "duplicates": FRAME.iloc[[0, 0]],
    "infinity": FRAME * np.inf,
    "text": FRAME.astype(str) + "x",
    "times": FRAME.assign(date=DAYS),
    "one axis": SERIES[0],
    "four axes": SERIES[np.newaxis, np.newaxis],
    "names of two kinds": FRAME.set_axis(["a", 1], axis=1),
}


@pytest.fixture(params=TRANSFORMERS, ids=str)
def transformer(request):
    return clone(request.param)


@pytest.fixture(params=BAD.values(), ids=BAD.keys())
def bad(request):
    return request.param


def test_a_first_fit_that_fails_leaves_it_unfitted(transformer, bad):
    with pytest.raises((TypeError, ValueError)):
        transformer.fit(bad)
    for method in ("transform", "inverse_transform", "statistics"):
        if hasattr(transformer, method):
            with pytest.raises(NotFittedError, match="not fitted yet"):
                getattr(transformer, method)(FRAME)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        transformer.get_feature_names_out()


def test_a_fit_that_fails_later_leaves_what_was_fitted(transformer, bad):
    head, rest = FRAME[["a"]][:20], FRAME[["a"]][20:]
    expected = transformer.fit(head).transform(rest)
    with pytest.raises((TypeError, ValueError)):
        transformer.fit(bad)
    np.testing.assert_array_equal(transformer.transform(rest), expected)
    with pytest.raises(ValueError, match="The feature names should match|X has 2 features"):
        transformer.transform(FRAME)


@pytest.mark.parametrize(
    ("parameters", "X"),
    [({"window_size": 3}, WINDOWS), ({"feature_range": (1, 0)}, FRAME), ({}, WINDOWS * np.inf)],
)
def test_a_scaler_that_is_not_fitted_again_remembers_the_kind(parameters, X):
    scaler = WindowScaler().fit(FRAME)
    expected = scaler.transform(FRAME)
    with pytest.raises(ValueError, match="is for a series|is not possible|infinity"):
        scaler.set_params(**parameters).fit(X)
    scaler.set_params(window_size=None, feature_range=(0, 1))
    np.testing.assert_array_equal(scaler.transform(FRAME), expected)
    assert scaler.n_features_in_ == 2
    assert list(scaler.feature_names_in_) == ["a", "b"]


@pytest.mark.parametrize(
    ("transformer", "parameters"),
    [
        (SequenceWindower(3), {"lookback": 5}),
        (SequenceWindower(3), {"lookback": 2}),
        (SequenceWindower(3), {"pad": "edge"}),
        (SequenceWindower(3), {"gaps": "ignore"}),
        (SequenceWindower(3), {"flatten": True}),
        (ExponentialSmoother(0.3), {"alpha": 0.5}),
        (WindowScaler(), {"method": "last"}),
        (WindowScaler(), {"window_size": 3}),
        (WindowScaler(window_size=3), {"window_size": 5}),
        (WindowScaler(window_size=3), {"window_size": None}),
        (WindowScaler(window_size=3), {"causal": False}),
        (WindowScaler(), {"feature_range": (-1, 1)}),
    ],
)
def test_parameters_that_fit_was_done_with_cannot_be_changed(transformer, parameters):
    ((name, value),) = parameters.items()
    transformer = clone(transformer)
    was = transformer.get_params()[name]
    transformer.fit(FRAME[:20]).set_params(**parameters)
    words = rf"{name}={value!r} was {was!r} in fit".replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(ValueError, match=f"{words}.*fit again"):
        transformer.transform(FRAME[20:])
    expected = clone(transformer).fit(FRAME[:20]).transform(FRAME[20:])
    np.testing.assert_array_equal(transformer.fit(FRAME[:20]).transform(FRAME[20:]), expected)


@pytest.mark.parametrize("method", ["statistics", "inverse_transform"])
def test_nor_for_the_statistics(method):
    scaler = WindowScaler().fit(WINDOWS).set_params(method="standard")
    with pytest.raises(ValueError, match="method='standard' was 'minmax' in fit"):
        getattr(scaler, method)(WINDOWS)


def test_context_can_be_changed():
    windower = SequenceWindower(5).fit(FRAME[:20]).set_params(context="never")
    expected = SequenceWindower(5).fit_transform(FRAME[20:])
    np.testing.assert_array_equal(windower.transform(FRAME[20:]), expected)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (FRAME.set_axis(DAYS.strftime("%d/%m/%Y"))[::-1], "The index of X is not sorted"),
        (pd.concat({"x": FRAME, "y": FRAME}), "not cut apart, unless by names the level"),
        (FRAME.set_axis(DAYS.date[::-1]), "The index of X is not sorted"),
        (FRAME.reset_index(names="date"), r"X has a column 'date' of times.*X\.set_index\('date'"),
        (pl.from_pandas(FRAME.reset_index(names="date")), "X has a column 'date' of times"),
        (FRAME.assign(kind="x"), "X has a column 'kind' that is not numeric"),
        ([[1, 2], [3]], "X is ragged: pad sequences of unequal length with NaN"),
    ],
)
def test_wrong_input_is_refused_in_clear_words(transformer, X, words):
    with pytest.raises(ValueError, match=words):
        transformer.fit(X)
    with pytest.raises(ValueError, match=words):
        transformer.fit(FRAME).transform(X)


def test_an_index_of_python_dates_has_context(transformer):
    dates = FRAME.set_axis(DAYS.date)
    expected = transformer.fit(FRAME[:20]).transform(FRAME[20:])
    found = transformer.fit(dates[:20]).transform(dates[20:])
    np.testing.assert_array_equal(found, expected)


SET_DAYS = pd.date_range("2024-01-01", periods=3)
ROWS = pd.DataFrame(
    {"name": list("BABAB"), "close": [1.0, 10.0, 2.0, 20.0, 3.0]}, index=SET_DAYS[[0, 0, 1, 1, 2]]
)


def test_rows_that_are_not_told_apart_are_one_series():
    array = np.ones((4, 2))
    found = SeriesSet.read(array, None, None)
    assert found.values is array
    ((key, index, rows),) = found
    assert key is None
    assert index is None
    assert rows is array
    result = np.arange(4)
    assert found.in_order([result]) is result


def test_the_index_of_one_series_is_that_of_its_frame():
    frame = pd.DataFrame({"close": [1.0, 2.0, 3.0]}, index=SET_DAYS)
    ((_, index, _),) = SeriesSet.read(frame, None, None)
    assert index is frame.index


def test_rows_are_told_apart():
    found = SeriesSet.read(ROWS, "name", None)
    assert [(key, list(rows[:, 0])) for key, _, rows in found] == [
        ("B", [1, 2, 3]),
        ("A", [10, 20]),
    ]
    assert [list(index) for _, index, _ in found] == [list(SET_DAYS), list(SET_DAYS[:2])]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (2,), (4, 3)])
def test_results_go_back_to_their_rows(shape, dtype):
    whole = np.random.default_rng(0).normal(size=(5, *shape)).astype(dtype)
    back = SeriesSet.read(ROWS, "name", None).in_order(whole[rows] for rows in ([0, 2, 4], [1, 3]))
    np.testing.assert_array_equal(back, whole)
    assert back.dtype == dtype


def test_every_series_has_a_result():
    found = SeriesSet.read(ROWS, "name", None)
    with pytest.raises(ValueError, match=r"zip\(\)"):
        found.in_order([np.zeros(3)])


def test_the_order_of_each_series_is_checked():
    with pytest.raises(ValueError, match=r"The index of X \(series 'A'\) is not sorted"):
        SeriesSet.read(ROWS.iloc[[0, 3, 1, 2]], "name", None)


OTHER_KINDS = {
    "numbers": (FRAME.reset_index(drop=True), "'number'"),
    "a time zone": (FRAME.tz_localize("UTC"), "'datetime with time zone'"),
    "periods": (FRAME.to_period(), "'period D'"),
}


@pytest.mark.parametrize("cls", [SequenceWindower, ExponentialSmoother, CausalImputer])
@pytest.mark.parametrize("other", OTHER_KINDS)
def test_labels_of_another_kind_than_those_of_fit_are_told(cls, other):
    later, kind = OTHER_KINDS[other][0][20:], OTHER_KINDS[other][1]
    model = cls().fit(FRAME[:20])
    words = f"The index of X is of the kind {kind} .* of fit was of the kind 'datetime'"
    with pytest.warns(UserWarning, match=words):
        found = model.transform(later)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        alone = cls(context="never").fit(FRAME[:20]).transform(later)
        model.transform(FRAME[20:])
        model.transform(FRAME[20:].reset_index(drop=True))  # rows without labels
        cls().fit(FRAME[:20].to_numpy()).transform(SERIES[20:])
    np.testing.assert_array_equal(found, alone)
    assert [str(one.message) for one in told if "kind" in str(one.message)] == []
