"""What is taken for numbers, and the words in which everything else is refused."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from sklstm.data import as_numbers, as_series, as_windows, numeric_targets

DAYS = pd.date_range("2024-01-01", periods=3)
VALUES = [1.0, 2.0, 4.0]
DATES = [day.date() for day in DAYS]
ARROW = pd.array(DATES, dtype=pd.ArrowDtype(pa.date32()))


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame({"price": VALUES, "date": DAYS}),
        pd.DataFrame({"date": DAYS}),
        pd.DataFrame({"price": VALUES, "date": DAYS.tz_localize("UTC")}),
        pd.DataFrame({"price": VALUES, "date": DAYS - DAYS[0]}),
        pd.DataFrame({"price": VALUES, "date": DAYS.to_period()}),
        pd.DataFrame({"price": VALUES, "date": ARROW}),
        pl.DataFrame({"price": VALUES, "date": DATES}),
        pl.DataFrame({"price": VALUES, "date": list(DAYS.to_pydatetime())}),
        pl.DataFrame({"price": VALUES, "date": [datetime.time(9)] * 3}),
        pl.DataFrame({"price": VALUES, "date": [datetime.timedelta(1)] * 3}),
    ],
)
def test_a_column_of_times_is_named(X):
    for read in (as_series, as_windows):
        with pytest.raises(ValueError, match=r"X has a column 'date' of times.*the index.*drop it"):
            read(X)


def test_frames_without_columns_are_refused_as_such():
    for frame in (pd.DataFrame(index=range(9)), pd.DataFrame({"a": range(9)})[[]]):
        with pytest.raises(ValueError, match="exog is a frame without columns of values"):
            as_series(frame, input_name="exog")


def test_several_columns_of_times_are_named():
    frame = pd.DataFrame({"start": DAYS, "price": VALUES, "end": DAYS})
    with pytest.raises(ValueError, match=r"X has columns \['start', 'end'\] of times"):
        as_series(frame)


@pytest.mark.parametrize(
    "X",
    [
        DAYS.to_numpy()[:, np.newaxis],
        (DAYS - DAYS[0]).to_numpy()[:, np.newaxis],
        [[day] for day in DAYS.to_numpy()],
        np.stack([DAYS.to_numpy()[:, np.newaxis]] * 2),
    ],
)
def test_arrays_of_times_are_refused(X):
    with pytest.raises(ValueError, match=r"X holds times \((datetime|timedelta)64"):
        as_windows(X)


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        ("high", ValueError, "could not convert string to float: 'high'"),
        ({}, TypeError, "argument must be .* string.* number"),
        (datetime.date(2024, 1, 1), TypeError, "not 'datetime.date'"),
    ],
)
def test_the_first_column_that_is_not_numeric_is_named(value, error, words):
    column = pd.Series([1, value, value], dtype=object)
    frame = pd.DataFrame({"a": VALUES, "b": column, "c": column})
    with pytest.raises(error, match=f"^X has a column 'b' that is not numeric: .*{words}"):
        as_series(frame)
    with pytest.raises(error, match=f"^X cannot be read as an array of numbers: .*{words}"):
        as_series(frame.to_numpy())


@pytest.mark.parametrize("kind", [lambda frame: frame, pl.from_pandas], ids=["pandas", "polars"])
@pytest.mark.parametrize("dtype", ["str", "category"])
def test_columns_of_text_are_named(kind, dtype):
    frame = pd.DataFrame({"a": VALUES, "b": pd.Series(["x", "y", "x"], dtype=dtype)})
    with pytest.raises(ValueError, match="^X has a column 'b' that is not numeric: .*'x'"):
        as_series(kind(frame))


@pytest.mark.parametrize("dtype", ["str", "category"])
def test_columns_of_text_come_with_advice(dtype):
    frame = pd.DataFrame({"a": VALUES, "b": pd.Series([None, "y", "x"], dtype=dtype)})
    with pytest.raises(ValueError, match=r"'b' .*OneHotEncoder"):
        as_series(frame)
    with pytest.raises(ValueError, match=r"^series .*by='b'"):
        as_numbers(frame, name="series")
    with pytest.raises(ValueError, match=r"^y .*: 'y'$"):
        numeric_targets(frame, None)


@pytest.mark.parametrize("read", [as_series, as_windows])
@pytest.mark.parametrize(
    ("X", "error", "words"),
    [
        ([[1, 2], [3]], ValueError, "^X is ragged: pad sequences of unequal length with NaN"),
        ([[1, 2], [3]], ValueError, "tokens, which are whole numbers, with 0.*a list of arrays"),
        ([[[1], [2]], [[3]]], ValueError, "^X is ragged: pad sequences of unequal length"),
        ([1.0, 2.0], ValueError, r"^X cannot .*: Expected 2D array, got 1D .*X.reshape\(-1, 1\)"),
        (pd.Series(VALUES), ValueError, r"1D array of shape \(3,\).*: X.to_frame\(\) is one"),
        (["a joy", "a bore"], ValueError, "^X holds texts.*TextSequencer"),
        (pd.Series(["a joy", "a bore"]), ValueError, "^X holds texts.*TextSequencer"),
        (np.ones((2, 2)) * 1j, ValueError, "^X holds complex .*: Complex data not supported"),
        (np.array([["a"]]), ValueError, "^X cannot .* arrays of bytes/strings"),
        (
            pd.DataFrame([[1, 2]], columns=["a", "a"]),
            ValueError,
            "^X cannot .* unique column names",
        ),
        (None, ValueError, "^X cannot .*: Expected 2D array, got scalar"),
    ],
)
def test_the_argument_is_named(X, error, words, read):
    with pytest.raises(error, match=words):
        read(X)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (["a", "b"], "^y holds texts.*: 'a' may be a class, for a classifier such as LSTMCl"),
        (pd.Series(["a", "b"]), "^y holds texts.*a classifier"),
        (["1", "b"], "^y cannot be read as an array of numbers"),
        (pl.Series(["a", "b"]), "^y cannot be read as an array of numbers: dtype='numeric' is not"),
        (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), "^y has a column 'b' that is not numeric"),
        ([[1, 2], [3]], "^y is ragged.*output='sequence'"),
        ([np.nan, np.nan], "^Input y contains NaN in every row"),
        (pd.Series(DAYS), r"^y holds times \(datetime64"),
    ],
)
def test_targets_are_named(y, words):
    with pytest.raises(ValueError, match=words):
        numeric_targets(y, None)


def test_numbers_as_text_and_missing_ones_are_taken_as_scikit_learn_takes_them():
    frame = pd.DataFrame({"a": ["1", "2"], "b": pd.array([1, None], dtype="Int64")})
    np.testing.assert_array_equal(as_series(frame), [[1, 1], [2, np.nan]])


def test_dates_that_are_text_belong_into_the_index():
    frame = pd.DataFrame({"day": ["2025-01-01", "2025-01-02"], "sold": [1.0, 2.0]})
    with pytest.raises(ValueError, match=r"column 'day' that is .*: set_index\('day'\)\.$"):
        as_series(frame)
