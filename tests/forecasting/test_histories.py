"""What is read as a series, and what is refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge

from sklstm import Forecaster
from sklstm.forecasting._histories import History

WALK = np.cumsum(np.random.default_rng(0).normal(size=60))
TWO = np.column_stack([WALK, WALK**2])
EXPECTED = Forecaster(Ridge(), 4).fit(WALK).forecast(2, level=0.5)
NONE = np.empty((60, 0))

FORMS = {
    "list": WALK.tolist(),
    "tuple": tuple(WALK),
    "column": WALK[:, np.newaxis],
    "strided": np.repeat(WALK, 3)[::3],
    "series": pd.Series(WALK),
    "frame": pd.DataFrame({"v": WALK}),
    "frame of objects": pd.DataFrame({"v": WALK}, dtype=object),
    "nullable": pd.Series(WALK, dtype="Float64"),
    "arrow": pd.Series(WALK, dtype="float64[pyarrow]"),
    "polars series": pl.Series("v", WALK),
    "polars frame": pl.DataFrame({"v": WALK}),
}


@pytest.mark.parametrize("series", FORMS.values(), ids=FORMS.keys())
def test_forms_of_a_series(series):
    forecaster = Forecaster(Ridge(), 4).fit(series)
    pd.testing.assert_frame_equal(forecaster.forecast(2, level=0.5), EXPECTED)
    assert forecaster.series_ == [None]


def test_integers_and_single_precision_are_numbers():
    numbers = np.round(WALK).astype(np.int8)
    expected = Forecaster(Ridge(), 4).fit(numbers.astype(float)).forecast(2)
    for series in (numbers, numbers.astype(np.float32), numbers.astype(np.float16)):
        pd.testing.assert_frame_equal(Forecaster(Ridge(), 4).fit(series).forecast(2), expected)


@pytest.mark.parametrize(
    ("series", "names"),
    [
        (WALK, [0]),
        (TWO, [0, 1]),
        (pd.Series(WALK), ["value"]),
        (pd.Series(WALK, name="close"), ["close"]),
        (pd.DataFrame(TWO, columns=["open", "close"]), ["open", "close"]),
        (pd.DataFrame(TWO), [0, 1]),
        (pl.DataFrame({"a": WALK, "b": WALK}), ["a", "b"]),
    ],
)
def test_names(series, names):
    assert Forecaster(Ridge(), 4).fit(series).columns_ == names


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ([], "series .*0 sample"),
        (np.empty((0, 1)), "series .*0 sample"),
        (np.empty((60, 0)), r"series .*0 feature"),
        (5.0, "series .*scalar"),
        (None, "series .*scalar"),
        (WALK + 1j, "series .*[Cc]omplex"),
        (["a"] * 60, "series cannot be read as an array of numbers"),
        (pd.Series(["1", "x"] * 30), "series has a column 'value' that is not numeric"),
        ([{}] * 60, "series cannot be read as an array of numbers"),
        (np.append(WALK, np.inf), r"series contains infinity \(row 60"),
        (csr_array(TWO), "series .*[Ss]parse"),
        (np.zeros((5, 4, 3)), r"series must be .*shape \(n_steps, n_features\)"),
        (pd.Series(pd.date_range("2024-01-01", periods=60)), "series has a column .* of times"),
        (pl.DataFrame({"v": ["a"] * 60}), "series has a column 'v' that is not numeric"),
    ],
)  # fmt: skip
def test_other_things_are_refused(series, message):
    for name, call in [
        ("series", lambda: Forecaster(Ridge()).fit(series)),
        ("exog", lambda: Forecaster(Ridge()).fit(WALK, series)),
    ]:
        if name == "exog" and series is None:
            continue
        with pytest.raises((TypeError, ValueError), match=message.replace("series", name)):
            call()


def test_a_table_of_another_fit_is_refused_by_its_rows():
    X, y = TWO, WALK > 0  # fit(X, y) as of other regressors: y are exogenous columns
    forecaster = Forecaster(Ridge(), 4, known_exog=None).fit(X, y)
    assert forecaster.columns_ == [0, 1]
    with pytest.raises(ValueError, match="exog must have the rows of series: got 59"):
        forecaster.fit(X, y[1:])


def test_histories_are_cut_and_joined():
    history = History("A", pd.RangeIndex(60), TWO, NONE)
    joined = history.part(0, 20).followed_by(history.part(20, 60))
    np.testing.assert_array_equal(joined.values, TWO)
    assert list(joined.index) == list(range(60))
    assert (len(joined), joined.exog.shape, joined.of) == (60, (60, 0), " 'A'")


def test_histories_are_completed():
    exog = np.arange(5.0)[:, np.newaxis]
    history = History(None, pd.Index([2, 4, 5, 8, 9]), TWO[:5], exog)
    whole = history.completed(pd.RangeIndex(2, 10))
    frame = pd.DataFrame(TWO[:5], index=history.index).reindex(range(2, 10))
    np.testing.assert_array_equal(whole.values, frame)
    np.testing.assert_array_equal(whole.exog[:, 0], [0, 0, 1, 2, 2, 2, 3, 4])
    assert whole.completed(pd.RangeIndex(2, 10)) is whole
