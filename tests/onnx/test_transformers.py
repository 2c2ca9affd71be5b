"""Smoother, scaler and windower."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklstm.onnx
from sklstm import ExponentialSmoother, LSTMRegressor, SequenceWindower, WindowScaler

METHODS = ["minmax", "standard", "first", "last"]


@pytest.fixture
def gaps(rows):
    """Rows with values missing, singly and from the beginning, and others that are constant."""
    rows[::7, 1], rows[:3, 2], rows[20:60, 3], rows[5, :] = np.nan, np.nan, 5, np.nan
    rows[70:75, 0] = 0
    return rows


@pytest.mark.parametrize("parameters", [{}, {"alpha": 1.0}, {"alpha": 0.3, "initial": 5}])
def test_smoother(parameters, gaps, agrees):
    smoother = ExponentialSmoother(**parameters).fit(gaps)
    agrees(smoother, gaps[:97], gaps[:1], method="transform", scale=1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("window_size", [None, 1, 5, 40, 1000])
def test_scaler_of_a_series(method, causal, window_size, gaps, agrees):
    scaler = WindowScaler(method, causal=causal, window_size=window_size, feature_range=(-1, 2))
    agrees(scaler.fit(gaps), gaps, gaps[:3], method="transform", scale=1)


@pytest.mark.parametrize("method", METHODS)
def test_scaler_of_windows(method, gaps, agrees):
    windows = SequenceWindower(6).fit_transform(gaps)
    scaler = WindowScaler(method, feature_range=(-1, 2)).fit(windows)
    agrees(scaler, windows, windows[9:, :2], method="transform", scale=1)


@pytest.mark.parametrize("pad", ["missing", "edge"])
@pytest.mark.parametrize("flatten", [True, False])
def test_windower(pad, flatten, gaps, agrees):
    windower = SequenceWindower(7, pad=pad, flatten=flatten).fit(gaps)
    agrees(windower, gaps, gaps[:3], gaps[:1], method="transform", scale=0)


def test_flat_windows_for_other_regressors(rows, agrees):
    model = make_pipeline(SequenceWindower(7, flatten=True, pad="edge"), StandardScaler(), Ridge())
    agrees(model.fit(rows, rows[:, 0]), rows, rows[:2], scale=rows[:, 0].std())


def test_named_flat_windows(rows, run, same):
    """With frames between the steps, names say which columns belong to a step."""
    frame = pd.DataFrame(rows, columns=list("abcd"))
    model = make_pipeline(
        StandardScaler(),
        SequenceWindower(5),
        StandardScaler(),
        WindowScaler("standard"),
        LSTMRegressor(hidden_size=4, init_scale=1.0, max_epochs=1, random_state=0),
    )
    model.set_output(transform="pandas").fit(frame, rows[:, 0])
    X = rows[:50].astype(np.float32)
    (predicted,) = run(sklstm.onnx.to_onnx(model), X)
    same(predicted, model.predict(pd.DataFrame(X, columns=list("abcd"), index=range(1000, 1050))))


def test_names_in_another_order(rows, run, same):
    flat = SequenceWindower(3).set_output(transform="pandas")
    windows = flat.fit_transform(pd.DataFrame(rows, columns=list("abcd"), dtype=np.float32))
    windows = windows[sorted(windows.columns)].iloc[2:]
    X = windows.to_numpy(dtype=np.float32)
    scaler = WindowScaler().fit(windows)
    same(run(sklstm.onnx.to_onnx(scaler), X)[0], scaler.transform(windows).to_numpy(), scale=1)
    lstm = LSTMRegressor(4, max_epochs=1, random_state=0).fit(windows, rows[2:, 0])
    same(run(sklstm.onnx.to_onnx(lstm), X)[0], lstm.predict(windows), scale=rows[:, 0].std())


@pytest.mark.parametrize("later", [{"lookback": 3}, {"pad": "edge"}, {"flatten": True}], ids=str)
def test_a_windower_whose_parameters_changed_after_fit_is_refused(later, rows):
    windower = SequenceWindower(5).fit(rows).set_params(**later)
    with pytest.raises(ValueError, match="was .* in fit"):
        windower.transform(rows)
    with pytest.raises(ValueError, match="was .* in fit"):
        sklstm.onnx.to_onnx(windower)
