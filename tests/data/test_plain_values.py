"""Masked values, tensors, wide integers and times as objects, with the right values."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from sklearn import config_context
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import (
    ExponentialSmoother,
    Forecaster,
    GRURegressor,
    PersistenceRegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
    forecast_pairs,
)
from sklstm.data import as_numbers, as_series, as_windows, plain_values
from sklstm.metrics import symmetric_mean_absolute_percentage_error

NAN = np.nan
SERIES = np.arange(40.0)[:, np.newaxis] + np.sin(np.arange(40.0))[:, np.newaxis]
TINY = {"hidden_size": 3, "max_epochs": 2, "random_state": 0}


def masked(values, rows, fill=1e9):
    """The values with some rows masked, below which another number lies."""
    mask = np.zeros(np.shape(values), dtype=bool)
    mask[rows] = True
    return np.ma.array(np.where(mask, fill, values), mask=mask)


def holed(values, rows):
    values = np.array(values, dtype=float)
    values[rows] = NAN
    return values


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, bool, object])
def test_masked_values_are_missing(dtype):
    values = np.ma.array(np.ones((3, 2), dtype=dtype), mask=[[0, 0], [1, 1], [0, 0]])
    np.testing.assert_array_equal(as_series(values), [[1, 1], [NAN, NAN], [1, 1]])
    np.testing.assert_array_equal(as_series(list(values)), [[1, 1], [NAN, NAN], [1, 1]])


@pytest.mark.parametrize(
    "transformer",
    [SequenceWindower(3), WindowScaler(), ExponentialSmoother(), SequenceWindower(3, flatten=True)],
)
def test_transformers_read_masked_series_as_missing(transformer):
    expected = transformer.fit_transform(holed(SERIES, [5, 6]))
    np.testing.assert_array_equal(transformer.fit_transform(masked(SERIES, [5, 6])), expected)


def test_windows_and_targets_may_be_masked():
    windows = SequenceWindower(4).fit_transform(SERIES).copy()
    y = SERIES[:, 0] + 1
    with_nan = GRURegressor(**TINY).fit(holed(windows, (9, 2)), holed(y, [7]))
    with_mask = GRURegressor(**TINY).fit(masked(windows, (9, 2)), masked(y, [7]))
    np.testing.assert_array_equal(with_mask.predict(windows), with_nan.predict(windows))
    assert with_mask.score(windows, masked(y, [7])) == with_nan.score(windows, holed(y, [7]))


def test_forecasts_of_a_masked_series_know_nothing_of_what_lies_below_the_mask():
    forecaster = Forecaster(PersistenceRegressor(), lookback=3, scaling=None)
    forecast = forecaster.fit(masked(SERIES, [39])).forecast(2)
    np.testing.assert_array_equal(np.ravel(forecast), [SERIES[38, 0]] * 2)
    X, y = forecast_pairs(masked(SERIES, [10]), horizon=1)
    assert np.isnan(X[10]).all()
    assert np.isnan(y[9]).all()


def test_metrics_refuse_masked_truth():
    with pytest.raises(ValueError, match="Input y_true contains NaN"):
        symmetric_mean_absolute_percentage_error(masked([1.0, 2.0], [1]), [1.0, 2.0])


def test_tensors_with_gradients_are_read():
    X, y = torch.arange(24.0).reshape(4, 3, 2), torch.arange(4.0)
    np.testing.assert_array_equal(as_windows(X.clone().requires_grad_()), X.numpy())
    model = GRURegressor(**TINY).fit(X.requires_grad_(), y.requires_grad_())
    assert model.target_mean_ == pytest.approx(GRURegressor(**TINY).fit(X, y).target_mean_)


def test_tensors_are_arrays_whatever_scikit_learn_dispatches_to(rng, monkeypatch):
    values = torch.from_numpy(rng.normal(size=(5, 3)).astype("f4"))
    for given in (values, values.requires_grad_()):
        found = plain_values(given)
        assert type(found) is np.ndarray
        np.testing.assert_array_equal(found, values.detach().numpy())
    with pytest.raises(TypeError, match="X cannot be read as an array of numbers.*BFloat16"):
        as_windows(values.bfloat16())
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # what scikit-learn asks for
    with config_context(array_api_dispatch=True):
        np.testing.assert_array_equal(as_windows(values)[:, :, 0], values.detach().numpy())
        with pytest.raises(TypeError, match="X cannot be read as an array of numbers.*BFloat16"):
            as_windows(values.bfloat16())


def test_integers_of_128_bits_are_read():
    frame = pl.DataFrame({"a": pl.Series([1, 2, 3], dtype=pl.Int128), "b": [4, 5, 6]})
    np.testing.assert_array_equal(as_series(frame), [[1, 4], [2, 5], [3, 6]])
    np.testing.assert_array_equal(as_numbers(frame["a"], name="y", ensure_2d=False), [1, 2, 3])


@pytest.mark.parametrize("fill", [NAN, 0.0, 7.0])
@pytest.mark.parametrize("columns", [["a", "b"], ["b"]], ids=["all", "some"])
def test_sparse_columns_are_dense(fill, columns):
    dense = pd.DataFrame({"a": SERIES[:, 0], "b": np.arange(40.0) % 3})
    dense.loc[[4, 5]] = NAN
    sparse = dense.astype(dict.fromkeys(columns, pd.SparseDtype(float, fill)))
    np.testing.assert_array_equal(as_series(sparse), dense)
    rows, series = ExponentialSmoother().fit_transform(sparse), sparse.drop(index=[4, 5])
    pd.testing.assert_frame_equal(rows, ExponentialSmoother().fit_transform(dense))
    forecaster = Forecaster(Ridge(), 3)
    found = forecaster.fit(series.reset_index(drop=True)).forecast(2)
    expected = forecaster.fit(dense.drop(index=[4, 5]).reset_index(drop=True)).forecast(2)
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize(
    "values",
    [
        np.array([[np.datetime64("2024-01-01")], [np.datetime64("2024-01-02")]], dtype=object),
        [[1.0], [np.timedelta64(3, "s")]],
        pd.DataFrame({"a": pd.Series([1.0, np.datetime64("2024-01-01")], dtype=object)}),
    ],
)
def test_times_as_objects_are_refused(values):
    with pytest.raises(ValueError, match=r"^X has a column 'a' of times|^X holds times \(such as"):
        as_series(values)


def test_na_of_pandas_in_objects_is_missing():
    values = np.array([[1.0, 2], [pd.NA, pd.NA], [3, 4]], dtype=object)
    np.testing.assert_array_equal(as_series(values), [[1, 2], [NAN, NAN], [3, 4]])


# A missing target counts like a sample of weight zero, to the bit, and not in scores.
@pytest.mark.parametrize(
    "make",
    [
        lambda: GRURegressor(**TINY),
        lambda: WindowScaledRegressor(GRURegressor(**TINY)),
        lambda: WindowScaledRegressor(Ridge()),
    ],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_missing_target_is_a_weight_of_zero(make, weighted, rng):
    X, gone = rng.normal(size=(60, 5, 1)), np.arange(60) % 7 == 3
    y = X[:, -1, 0] + X[:, 0, 0]
    weight = rng.uniform(1, 2, size=60) if weighted else np.ones(60)
    missing = make().fit(X, holed(y, gone), **({"sample_weight": weight} if weighted else {}))
    weightless = make().fit(X, y, sample_weight=weight * ~gone)
    same = np.testing.assert_array_equal
    if isinstance(getattr(missing, "regressor", None), Ridge):  # solves a system of other rows
        same = np.testing.assert_allclose
    same(missing.predict(X), weightless.predict(X))
    expected = missing.score(X[~gone], y[~gone], sample_weight=weight[~gone])
    assert missing.score(X, holed(y, gone), sample_weight=weight) == expected


def test_missing_targets_in_a_search():
    days = pd.date_range("2024-01-01", periods=60)
    X = pd.DataFrame({"a": np.sin(np.arange(60.0))}, index=days)
    y = holed(np.cos(np.arange(60.0)), [4, 5, 33, 58])
    pipeline = make_pipeline(SequenceWindower(), GRURegressor(**TINY))
    grid = {"sequencewindower__lookback": [2, 4]}
    search = GridSearchCV(pipeline, grid, cv=TimeSeriesSplit(3), error_score="raise")
    scores = search.fit(X, y).cv_results_["mean_test_score"]
    assert np.isfinite(scores).all()
    assert np.isfinite(search.predict(X)).all()
