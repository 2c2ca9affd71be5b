"""Baselines: sums and places in a graph against loops over slices of rows."""

import numpy as np
import pytest
from skl2onnx.common.data_types import FloatTensorType

from sklstm import EMARegressor, PersistenceRegressor, SMARegressor
from sklstm.onnx import to_onnx

BASELINES = [
    SMARegressor(3),
    SMARegressor(100, target_feature=2),
    EMARegressor(),
    EMARegressor(1.0),
    EMARegressor(0.2, initial=7, target_feature=1),
    PersistenceRegressor(),
    PersistenceRegressor(3, target_feature=1),
    PersistenceRegressor(4, horizon=2),
]


@pytest.fixture
def windows(rows):
    return np.lib.stride_tricks.sliding_window_view(rows, 9, axis=0).swapaxes(1, 2)


@pytest.mark.filterwarnings("ignore:y has . columns, and horizon=. predicts the same")
@pytest.mark.parametrize("baseline", BASELINES, ids=str)
@pytest.mark.parametrize("n_targets", [None, 2])
def test_every_baseline(baseline, n_targets, windows, holes, agrees):
    shape = len(windows) if n_targets is None else (len(windows), n_targets)
    baseline.fit(windows, np.zeros(shape))
    scale = windows[:, :, baseline.target_feature].std()
    agrees(baseline, windows, holes(windows), windows[:1, 4:], scale=scale)


def test_several_horizons(windows, holes, agrees):
    baseline = PersistenceRegressor(4, horizon=[1, 2, 9]).fit(windows, np.zeros((len(windows), 3)))
    agrees(baseline, holes(windows))


def test_windows_that_are_too_short_are_refused(windows):
    baseline = PersistenceRegressor(7).fit(windows, np.zeros(len(windows)))
    types = [("X", FloatTensorType([None, 3, 4]))]
    with pytest.raises(ValueError, match="lookback of at least 7"):
        to_onnx(baseline, initial_types=types)


@pytest.mark.parametrize(
    ("baseline", "later"),
    [
        (SMARegressor(3), {"window": 5}),
        (EMARegressor(0.5), {"alpha": 0.1}),
        (PersistenceRegressor(3), {"season": 4}),
    ],
    ids=str,
)
def test_parameters_set_after_fit_wait_for_the_next_one(baseline, later, windows, agrees):
    baseline.fit(windows, np.zeros(len(windows))).set_params(**later)
    agrees(baseline, windows)
