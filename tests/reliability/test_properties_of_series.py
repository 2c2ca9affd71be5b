"""What holds of the transformers of series, whatever the series and the parameters.

Rows are kept, no row knows a later one, rows that go on are transformed as part of the whole, and
what was scaled or smoothed comes back.
"""

import os
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skops.io import dumps, get_untrusted_types, loads

from sklstm import ExponentialSmoother, SequenceWindower, WindowScaler

check = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=3000 if os.environ.get("SKLSTM_FULL") == "1" else 80,
    suppress_health_check=list(HealthCheck),
)
METHODS = st.sampled_from(["minmax", "standard", "first", "last"])
SIZES = st.none() | st.integers(1, 12)
SMOOTHERS = st.builds(
    ExponentialSmoother,
    alpha=st.floats(0.05, 1.0),
    initial=st.just("first") | st.floats(-10, 10),
)
SCALERS = st.builds(WindowScaler, method=METHODS, window_size=SIZES)
WINDOWERS = st.builds(
    SequenceWindower,
    lookback=st.integers(1, 12),
    pad=st.sampled_from(["missing", "edge"]),
    flatten=st.booleans(),
)
TRANSFORMERS = SMOOTHERS | SCALERS | WINDOWERS


@st.composite
def series(draw, min_rows=1, missing=True):
    """Rows of small numbers of many digits, some of them missing, of either precision."""
    shape = draw(st.integers(min_rows, 25)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    kind = draw(st.sampled_from(["walk", "whole", "steps"]))
    values = rng.normal(size=shape)
    if kind == "walk":
        values = 50 + values.cumsum(axis=0)
    elif kind == "whole":
        values = np.round(3 * values)
    if missing and draw(st.booleans()):
        values[rng.random(shape) < draw(st.sampled_from([0.1, 0.5, 0.9]))] = np.nan
        values[rng.random(shape[0]) < 0.2] = np.nan
    return values.astype(draw(st.sampled_from(["f8", "f8", "f4"])))


def index_of(kind, n, rng):
    """Labels of n rows in the order of time."""
    days = pd.date_range("2024-02-26", periods=3 * n + 3)
    some = np.sort(rng.choice(len(days), size=n, replace=False))
    return {
        "range": pd.RangeIndex(3, 3 + 2 * n, 2),
        "days": days[:n],
        "months": pd.date_range("2024-01-31", periods=n, freq="ME"),
        "zone": pd.date_range("2024-03-30", periods=n, freq="h", tz="Europe/Berlin"),
        "periods": pd.period_range("2024-01", periods=n, freq="Q"),
        "no frequency": pd.DatetimeIndex(days[:n].to_numpy()),
        "whole numbers": pd.Index(np.arange(n) + 10**12),
        "trading": days[some],
        "durations": pd.timedelta_range("1h", periods=n, freq="h"),
    }[kind]


REGULAR = ["range", "days", "months", "zone", "periods", "no frequency", "whole numbers"]
KINDS = st.sampled_from([*REGULAR, "durations"])


def same(found, expected, **tolerance):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.dtype == expected.dtype
    if tolerance:
        np.testing.assert_allclose(found, expected, **tolerance)
    else:
        np.testing.assert_array_equal(found, expected)


@check
@given(TRANSFORMERS, series(), st.data())
def test_no_row_knows_a_later_one(model, X, data):
    last = data.draw(st.integers(0, len(X) - 1))
    changed = X.copy()
    changed[last + 1 :] = data.draw(st.sampled_from([np.nan, 0.0, 1e6, -1e6, 1e-6]))
    expected = np.array(model.fit_transform(X))
    assert len(expected) == len(X)
    same(np.array(model.fit_transform(changed))[: last + 1], expected[: last + 1])
    same(np.array(model.fit_transform(X[: last + 1])), expected[: last + 1])


@check
@given(TRANSFORMERS, series(min_rows=2), KINDS, st.data())
def test_what_goes_on_is_transformed_as_part_of_the_whole(model, X, kind, data):
    index = index_of(kind, len(X), np.random.default_rng(0))
    frame = pd.DataFrame(X, index)
    cut = data.draw(st.integers(2 if kind in ("no frequency", "whole numbers") else 1, len(X)))
    if cut == len(X):
        return
    whole = np.asarray(model.fit_transform(frame))[cut:]
    model.fit(frame[:cut])
    # Sums of all rows so far are taken from the first known row on: equal but for rounding.
    tolerance = {"rtol": 1e-5, "atol": 1e-5} if X.dtype == "f4" else {"rtol": 1e-9, "atol": 1e-9}
    same(model.transform(frame[cut:]), whole, **tolerance)
    # Where nothing goes on there is no context: an array, a row left out, the fitted rows again.
    alone = np.asarray(model.__sklearn_clone__().fit_transform(X[cut:]))
    same(model.__sklearn_clone__().fit(X[:cut]).transform(X[cut:]), alone)
    again = np.asarray(model.transform(frame[:cut]))
    same(again, np.asarray(model.fit_transform(frame[:cut])))


@check
@given(SMOOTHERS | SCALERS, series(), st.sampled_from(["always", "never", "auto"]))
def test_inverses(model, X, context):
    model.set_params(context=context)
    tolerance = {"rtol": 2e-3, "atol": 2e-3} if X.dtype == "f4" else {"rtol": 1e-9, "atol": 1e-8}
    transformed = model.fit_transform(X)
    if isinstance(model, WindowScaler):
        same(model.inverse_transform(transformed), X, **tolerance)
        statistics = model.statistics(X)
        same(model.inverse_transform(model.transform(X), statistics), X, **tolerance)
    elif context != "always":
        same(model.inverse_transform(transformed), X, **tolerance)
    else:
        same(model.inverse_transform(model.transform(X)), X, **tolerance)


@check
@given(TRANSFORMERS, series(missing=False), st.sampled_from(["F", "strided", "reversed", "view"]))
def test_memory_order_and_read_only_input(model, X, order):
    forms = {
        "F": np.asfortranarray(X),
        "strided": np.repeat(np.repeat(X, 2, axis=1), 3, axis=0)[::3, ::2],
        "reversed": X[::-1].copy()[::-1],
        "view": np.pad(X, 2)[2:-2, 2:-2],
    }
    form = forms[order]
    form.flags.writeable = False
    before = form.copy()
    same(np.array(model.fit_transform(form)), np.array(model.__sklearn_clone__().fit_transform(X)))
    same(np.array(model.transform(form)), np.array(model.transform(X)))
    same(form, before)


@check
@given(TRANSFORMERS, series(missing=False), st.sampled_from(["i8", "i4", "u1", "f2", ">f8", "O"]))
def test_the_same_values_of_another_type(model, X, dtype):
    X = np.abs(np.round(X.astype("f8"))) % 100
    expected = np.array(model.fit_transform(X))
    found = np.array(model.__sklearn_clone__().fit_transform(X.astype(dtype)))
    if dtype == "f2":
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    else:
        np.testing.assert_array_equal(found, expected)
    listed = model.__sklearn_clone__().fit_transform(X.tolist())
    np.testing.assert_array_equal(np.array(listed), expected)


@check
@given(TRANSFORMERS, series(min_rows=4), KINDS)
def test_files_go_on_where_the_series_ended(model, X, kind):
    frame = pd.DataFrame(X, index_of(kind, len(X), np.random.default_rng(0)))
    model.fit(frame[:-2])
    expected = model.transform(frame[-2:])
    copies = [pickle.loads(pickle.dumps(model))]
    file = dumps(model)
    copies.append(loads(file, trusted=get_untrusted_types(data=file)))
    for copy in copies:
        same(copy.transform(frame[-2:]), expected)


@check
@given(TRANSFORMERS, series(), st.data())
def test_several_series_among_each_other(model, X, data):
    names = data.draw(st.lists(st.sampled_from("ab"), min_size=len(X), max_size=len(X)))
    frame = pd.DataFrame(X, columns=[f"x{k}" for k in range(X.shape[1])]).assign(name=names)
    flat = model.set_params(flatten=True) if "flatten" in model.get_params() else model
    together = flat.set_params(by="name").fit_transform(frame)
    if isinstance(together, pd.DataFrame):
        together = together.drop(columns="name").to_numpy()
    for name in set(names):
        of_one = frame["name"] == name
        alone = flat.__sklearn_clone__().set_params(by=None).fit_transform(X[of_one])
        same(together[of_one], np.array(alone))


@check
@given(TRANSFORMERS, series(min_rows=3), st.sampled_from(["shuffled", "repeated", "text", "mixed"]))
def test_labels_without_an_order(model, X, kind):
    n = len(X)
    index = {
        "shuffled": pd.RangeIndex(n)[::-1],
        "repeated": pd.date_range("2024", periods=n)[[0, *range(n - 1)]],
        "text": pd.Index([f"row {k}" for k in range(n)]),
        "mixed": pd.Index([k if k % 2 else f"row {k}" for k in range(n)], dtype=object),
    }[kind]
    frame = pd.DataFrame(X, index)
    if kind in ("shuffled", "repeated"):
        words = "not sorted" if kind == "shuffled" else "duplicate labels"
        with pytest.raises(ValueError, match=words):
            model.fit(frame)
        return
    same(model.fit_transform(frame), np.array(model.__sklearn_clone__().fit_transform(X)))
