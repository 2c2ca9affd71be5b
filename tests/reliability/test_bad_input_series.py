"""Wrong series and texts: of the transformers, the forecaster, and whoever cuts or pairs rows."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge

from sklstm import (
    ExponentialSmoother,
    Forecaster,
    SequenceWindower,
    WindowScaler,
)

X = np.random.default_rng(0).normal(size=(20, 2))
DAYS = pd.date_range("2024-01-01", periods=20)
FRAME = pd.DataFrame(X, DAYS, ["a", "b"])
SERIES = FRAME["a"]
PANEL = pd.DataFrame({"name": list("xy") * 10, "a": X[:, 0]})
NAN, INF = np.nan, np.inf


def put(value, *place):
    array = X.copy()
    array[place] = value
    return array


def indexed(index):
    return FRAME.set_axis(index)


CUBES = DAYS[0] + pd.to_timedelta(np.arange(20) ** 3, "s")
TAKERS = {
    "SequenceWindower": SequenceWindower().fit,
    "ExponentialSmoother": ExponentialSmoother().fit,
    "WindowScaler": WindowScaler().fit,
    "Forecaster": Forecaster(Ridge(), 2, scaling=None).fit,
}
EITHER = (TypeError, ValueError)
# What comes as a series, the error, and words of its message; | parts them. NAME is X or series.
TABLES = {
    "none": (None, EITHER, "NAME"),
    "a number": (3.0, EITHER, ""),
    "a text": ("abc", EITHER, "abc"),
    "three axes": (X[:, :, np.newaxis] * [1, 2], EITHER, ""),
    "four axes": (np.ones((2, 2, 2, 2)), ValueError, "4 dimensions"),
    "no rows": (X[:0], ValueError, "0 sample"),
    "no columns": (X[:, :0], ValueError, "0 feature(s)"),
    "ragged": ([[1.0, 2.0], [1.0]], ValueError, "ragged"),
    "infinity": (put(INF, 3, 1), ValueError, "NAME contains infinity (row 3, feature 1) | NaN"),
    "complex": (X + 1j, ValueError, "Complex data not supported"),
    "complex objects": (pd.DataFrame({"a": [1j] * 20}, dtype=object), EITHER, "omplex"),
    "strings": (np.full((20, 2), "x"), ValueError, "NAME | numeric"),
    "dates": (DAYS.to_numpy()[:, np.newaxis], ValueError, "NAME holds times | takes numbers"),
    "a column of text": (FRAME.assign(b="x"), ValueError, "NAME has a column 'b' | not numeric"),
    "a column of dates": (FRAME.assign(b=DAYS), ValueError, "NAME has a column 'b' of times"),
    "sparse": (sparse.csr_array(X), TypeError, "Sparse data was passed"),
    "newest first": (FRAME[::-1], ValueError, "The index of NAME is not sorted | sort_index"),
    "repeated times": (indexed(DAYS[np.arange(20) // 2]), ValueError, "duplicate labels"),
    "missing times": (
        indexed(DAYS.where(np.arange(20) != 3)),
        ValueError,
        "The index of NAME has missing labels",
    ),
    "dates as text": (
        indexed(DAYS.astype(str)[::-1]),
        ValueError,
        "The index of NAME is not sorted",
    ),
    "ambiguous dates as text": (
        indexed([f"{month:02}/{day:02}/2024" for month in (1, 2) for day in range(1, 11)]),
        ValueError,
        "dates that are text | of which day and month cannot be told apart | to_datetime",
    ),
    "some dates as text": (
        indexed(["2024-01-01", *(f"row {k}" for k in range(19))]),
        ValueError,
        "dates that are text | and others that are not, such as 'row 0'",
    ),
    "days as whole numbers": (
        indexed(DAYS.strftime("%Y%m%d").astype(int)),
        ValueError,
        "whole numbers, such as 20240101 | to_datetime",
    ),
    "months as whole numbers": (
        indexed(pd.period_range("2023-01", periods=20, freq="M").strftime("%Y%m").astype(int)),
        ValueError,
        "whole numbers, such as 202301 | PeriodIndex",
    ),
    "levels": (
        indexed(pd.MultiIndex.from_arrays([list("xy") * 10, DAYS], names=["name", "day"])),
        ValueError,
        "The index of NAME has 2 levels | by='name'",
    ),
}


@pytest.mark.parametrize("name", TAKERS)
@pytest.mark.parametrize("case", TABLES)
def test_series(name, case, refused):
    table, error, words = TABLES[case]
    if name == "WindowScaler" and case == "three axes":
        pytest.skip("these are windows")
    of = "series" if name == "Forecaster" else "X"
    refused(lambda: TAKERS[name](table), error, words.replace("NAME", of))


SMOOTHER, WINDOWER = ExponentialSmoother(), SequenceWindower(3)
SCALER = WindowScaler()
TRANSFORMERS = {
    "columns": (lambda m: m.fit(X).transform(X[:, :1]), "X has 1 features | is expecting 2"),
    "names": (lambda m: m.fit(FRAME).transform(FRAME[["b", "a"]]), "feature names should match"),
    "one axis": (lambda m: m.fit(X).transform(X[:, 0]), "1D array"),
    "not fitted": (lambda m: m.transform(X), "not fitted"),
    "no such column": (lambda m: m.set_params(by="c").fit(FRAME), "by='c' | ['a', 'b']"),
    "an array by name": (lambda m: m.set_params(by="a").fit(X), "by='a' | got ndarray"),
    "no features": (lambda m: m.set_params(by="a").fit(FRAME[["a"]]), "by='a' names all of its"),
    "no name": (
        lambda m: m.set_params(by="name").fit(PANEL.assign(name=["x"] * 19 + [None])),
        "by='name' is missing in row 19",
    ),
    "changed by": (
        lambda m: m.set_params(by="name").fit(PANEL).set_params(by=None).transform(PANEL),
        "by=None was 'name' in fit",
    ),
}


@pytest.mark.parametrize("model", [SMOOTHER, WINDOWER, SCALER], ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("case", TRANSFORMERS)
def test_transformers(model, case, refused):
    call, words = TRANSFORMERS[case]
    refused(lambda: call(model.__sklearn_clone__()), (*EITHER, NotFittedError), words)


def forecaster(**parameters):
    return Forecaster(**({"estimator": Ridge(), "lookback": 2} | parameters), scaling=None)


FITTED = forecaster().fit(FRAME)
WITH_EXOG = forecaster().fit(SERIES, FRAME[["b"]])
OF_TWO = forecaster(by="name").fit(pd.concat({"x": FRAME, "y": FRAME}, names=["name", "day"]))
LATER = FRAME.set_axis(DAYS + pd.Timedelta(days=20))
CALLS = {
    "smoothing changed": (
        lambda: SequenceWindower(2, context="always").fit(X).set_params(lookback=9).transform(X),
        "lookback=9 was 2 in fit",
    ),
    "inverse of other rows": (
        lambda: WindowScaler().fit(X).inverse_transform(X[:3]),
        "statistics of these 3 rows are not known | 20 rows",
    ),
    "statistics of another shape": (
        lambda: WindowScaler().fit(X).inverse_transform(X, (X[:3], X[:3])),
        "statistics must be a pair (center, scale) of arrays of shape (20, 2) | (3, 2)",
    ),
    "statistics that are none": (
        lambda: WindowScaler().fit(X).inverse_transform(X, 3),
        "statistics must be a pair (center, scale) | got int",
    ),
    "complex statistics": (
        lambda: WindowScaler().fit(X).inverse_transform(X, (X * 1j, X)),
        "statistics | Complex data not supported",
    ),
    "infinite statistics": (
        lambda: WindowScaler().fit(X).inverse_transform(X, (X, X * INF)),
        "statistics contains infinity",
    ),
    "squares beyond double": (
        lambda: WindowScaler("standard").fit(X * 1e300),
        "statistics that method='standard' | larger unit",
    ),
    "quotients beyond double": (
        lambda: WindowScaler("first").fit_transform([[1e-300], [1e300]]),
        "method='first' | larger unit",
    ),
    "sharpened beyond double": (
        lambda: ExponentialSmoother(0.01).fit(X).inverse_transform(1.7e308 * np.sign(X)),
        "alpha=0.01 | larger unit",
    ),
    "partly missing": (
        lambda: forecaster().fit(put(NAN, 3, 1)),
        "series | partly NaN at 3 | ffill",
    ),
    "too short": (lambda: forecaster().fit(X[:2]), "series has 2 rows, and lookback=2 | least 3"),
    "text labels": (
        lambda: forecaster().fit(SERIES.set_axis(list("abcdefghijklmnopqrst"))),
        "dtype",
    ),
    "a gap": (lambda: forecaster().fit(FRAME.drop(DAYS[5])), "gap: 2024-01-06 | gaps='missing'"),
    "no frequency": (lambda: forecaster().fit(indexed(CUBES)), "no frequency | freq="),
    "exog of other rows": (lambda: forecaster().fit(FRAME, X[:3]), "exog | got 3 rows | 20"),
    "exog of other times": (
        lambda: forecaster().fit(FRAME, LATER),
        "exog has no row at 2024-01-01",
    ),
    "missing exog": (
        lambda: forecaster().fit(FRAME, put(NAN, 3)),
        "exog is NaN at 3 | Fill",
    ),
    "no such exog": (
        lambda: forecaster(known_exog=["c"]).fit(SERIES, FRAME[["b"]]),
        "known_exog has 'c', which is no column of exog: ['b']",
    ),
    "steps": (lambda: FITTED.forecast(0), "steps must be a whole number of at least 1, got 0"),
    "half a step": (lambda: FITTED.forecast(1.5), "steps must be a whole number | got 1.5"),
    "steps without end": (lambda: FITTED.forecast(10**12), "steps | at most 2147483647"),
    "level": (lambda: FITTED.forecast(1, level=1.5), "level | 1.5"),
    "levels": (lambda: FITTED.forecast(1, level=[0.5, "a"]), "level | 'a'"),
    "exog unasked": (lambda: FITTED.forecast(1, X), "exog was given | known in advance"),
    "no exog": (lambda: WITH_EXOG.forecast(1), "exog is missing | known in advance"),
    "exog too short": (
        lambda: WITH_EXOG.forecast(3, LATER[["b"]][:2]),
        "exog has no row at 2024-01-23 | columns ['b'] | of them 2 are there",
    ),
    "exog of other columns": (
        lambda: WITH_EXOG.forecast(1, LATER[["a"]]),
        "exog lacks the column 'b' | got ['a']",
    ),
    "exog of the past": (
        lambda: WITH_EXOG.forecast(1, FRAME[["b"]]),
        "exog has no row at 2024-01-21 | columns ['b'] | of them 0 are there",
    ),
    "series unknown": (lambda: OF_TWO.forecast(series="z"), "series 'z' is unknown | ['x', 'y']"),
    "no series": (lambda: OF_TWO.forecast(series=[]), "series names no series"),
    "forecast before fit": (lambda: forecaster().forecast(), "not fitted"),
    "update before fit": (lambda: forecaster().update(FRAME), "not fitted"),
    "known rows": (
        lambda: FITTED.update(FRAME[-3:] + 1),
        "is known there: rows that are known must be equal | overlap='replace'",
    ),
    "rows after a gap": (lambda: FITTED.update(LATER[3:]), "gap: 2024-01-21"),
    "other labels": (lambda: FITTED.update(LATER.set_axis(range(20))), "labels of dtype int64"),
    "other columns": (lambda: FITTED.update(LATER[["b", "a"]]), "['b', 'a'], and had ['a', 'b']"),
    "fewer columns": (
        lambda: FITTED.update(LATER[["a"]]),
        "series has 1 columns, and had 2 in fit",
    ),
    "no exog to update": (lambda: WITH_EXOG.update(LATER["a"]), "exog is missing: fit had 1"),
    "exog that fit had not": (lambda: FITTED.update(LATER, X), "exog was given, but fit had none"),
    "cv by name": (lambda: forecaster().backtest(FRAME, "five"), "cv takes | got 'five'"),
    "no folds": (lambda: forecaster().backtest(FRAME, []), "cv has no folds"),
    "cv is a number": (lambda: forecaster().backtest(FRAME, 1.5), "cv takes | got 1.5"),
    "too many folds": (lambda: forecaster().backtest(FRAME, 50), "folds=51 | samples=20"),
    "shuffled folds": (
        lambda: forecaster().backtest(FRAME, [(np.arange(10, 20), np.arange(10))]),
        "cv tests rows of fold 0 that are not later",
    ),
    "rows left out": (
        lambda: forecaster().backtest(FRAME, [([0, 1, 2, 5, 6], [7])]),
        "cv leaves out rows in the middle of fold 0",
    ),
    "rows beyond the end": (
        lambda: forecaster().backtest(FRAME, [(np.arange(10), [10, 99])]),
        "cv | fold 0 | 99 | 20",
    ),
    "refit": (
        lambda: forecaster().backtest(FRAME, 3, refit=0),
        "refit must be True, False | got 0",
    ),
    "stride": (lambda: forecaster().backtest(FRAME, 3, stride=0), "stride must be | got 0"),
    "season": (lambda: forecaster().backtest(FRAME, 3, season=-1), "season must be | got -1"),
}


@pytest.mark.parametrize("case", CALLS)
def test_calls(case, refused):
    call, words = CALLS[case]
    refused(call, (*EITHER, NotFittedError), words)
