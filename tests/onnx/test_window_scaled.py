"""`WindowScaledRegressor` around our regressors and those of scikit-learn."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import GRURegressor, SequenceWindower, WindowScaledRegressor, WindowScaler
from sklstm.onnx import to_onnx

NETWORK = GRURegressor(4, max_epochs=2, random_state=0)
REGRESSORS = [
    NETWORK,
    Ridge(),
    RandomForestRegressor(5, random_state=0),
    make_pipeline(StandardScaler(), Ridge()),
    GridSearchCV(Ridge(), {"alpha": [1, 10]}, cv=2),
]


@pytest.mark.parametrize("regressor", REGRESSORS, ids=lambda r: type(r).__name__)
@pytest.mark.parametrize("n_targets", [None, 2])
def test_every_kind_of_regressor(regressor, n_targets, rows, agrees):
    y = rows[:, 0] if n_targets is None else rows[:, :n_targets]
    scaler = WindowScaler("standard")
    model = WindowScaledRegressor(regressor, scaler, target_feature=1)
    model = make_pipeline(SequenceWindower(7, pad="edge"), model).fit(rows, y)
    agrees(model, rows[7:], rows[:4] if regressor is NETWORK else rows[-20:])


@pytest.mark.parametrize("method", ["last", "minmax"])
def test_missing_steps(method, rows, agrees):
    model = WindowScaledRegressor(NETWORK, WindowScaler(method))
    agrees(make_pipeline(SequenceWindower(7), model).fit(rows, rows[:, 0]), rows)


SCALERS = [
    "auto", "level", "ratio", "difference", "log_standard", ["log_difference", "level", "standard"],
]  # fmt: skip


@pytest.mark.parametrize("scaler", SCALERS, ids=str)
@pytest.mark.parametrize("regressor", REGRESSORS[:2], ids=["network", "Ridge"])
def test_representations_by_name(scaler, regressor, rng, agrees):
    rows = np.exp(rng.normal(scale=0.1, size=(80, 3)).cumsum(axis=0))
    rows[40:44] = rows[40]  # a window that does not move
    pad = "missing" if regressor is NETWORK else "edge"
    model = WindowScaledRegressor(regressor, scaler, target_feature=1)
    model = make_pipeline(SequenceWindower(4, pad=pad), model).fit(rows, rows[:, [1, 1]])
    agrees(model, rows)
    later = rows / 100  # below all of training
    later[10], later[20:30] = 0.0, -later[20:30]
    agrees(model, later)


def test_windows_that_predict_refuses_are_nan(rows, run):
    windows = np.lib.stride_tricks.sliding_window_view(rows, 5, axis=0).swapaxes(1, 2)
    model = WindowScaledRegressor(RandomForestRegressor(5), WindowScaler())
    graph = to_onnx(model.fit(windows, rows[4:, 0]))
    X = windows[:3].astype(np.float32)
    X[0], X[1, 2, 3] = np.nan, np.inf
    assert np.isnan(run(graph, X)[0][:, 0]).tolist() == [True, True, False]


def test_quantiles_and_targets_of_every_step(rows, agrees):
    y = np.lib.stride_tricks.sliding_window_view(np.append(np.full(6, np.nan), rows[:, 0]), 7)
    quantiles = {"loss": "quantile", "quantile": [0.9, 0.1]}
    inner = GRURegressor(4, max_epochs=2, random_state=0, output="sequence", **quantiles)
    model = make_pipeline(SequenceWindower(7), WindowScaledRegressor(inner)).fit(rows, y)
    agrees(model, rows)
