"""Baselines: sums and places in a graph against loops over slices of rows."""

import numpy as np
import pytest
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import clone

from sklstm import EMARegressor, PersistenceRegressor, SMARegressor
from sklstm.onnx import to_onnx


def smoothed(values, alpha, state):
    """Return the exponential mean of each row, from a state on."""
    for value in values.T:
        state = alpha * value + (1 - alpha) * state
    return state


# Each with what it is of windows without missing steps.
BASELINES = [
    (SMARegressor(3), lambda X: X[:, -3:, 0].mean(axis=1)),
    (SMARegressor(100, target_feature=2), lambda X: X[:, :, 2].mean(axis=1)),
    (EMARegressor(), lambda X: smoothed(X[:, :, 0], 0.5, X[:, 0, 0])),
    (EMARegressor(1.0), lambda X: X[:, -1, 0]),
    (EMARegressor(0.2, initial=7, target_feature=1), lambda X: smoothed(X[:, :, 1], 0.2, 7)),
    (PersistenceRegressor(), lambda X: X[:, -1, 0]),
    (PersistenceRegressor(3, target_feature=1), lambda X: X[:, -3, 1]),
    (PersistenceRegressor(4, horizon=2), lambda X: X[:, -3, 0]),
]


@pytest.fixture
def windows(rows):
    return np.lib.stride_tricks.sliding_window_view(rows, 9, axis=0).swapaxes(1, 2).copy()


@pytest.mark.filterwarnings("ignore:y has . columns, and horizon=. predicts the same")
@pytest.mark.filterwarnings("ignore:window=100 asks for the mean")
@pytest.mark.parametrize(("baseline", "plain"), BASELINES, ids=[str(one) for one, _ in BASELINES])
@pytest.mark.parametrize("n_targets", [None, 2])
def test_every_baseline(baseline, plain, n_targets, windows, holes, agrees, run, same):
    shape = len(windows) if n_targets is None else (len(windows), n_targets)
    baseline.fit(windows, np.zeros(shape))
    scale = windows[:, :, baseline.target_feature].std()
    graph = agrees(baseline, windows, holes(windows), windows[:1, 4:], scale=scale)
    expected = np.repeat(plain(windows)[:, np.newaxis], n_targets or 1, axis=1)
    same(run(graph, windows)[0], expected, scale)


def test_several_horizons(windows, holes, agrees, run):
    baseline = PersistenceRegressor(4, horizon=[1, 2, 9]).fit(windows, np.zeros((len(windows), 3)))
    graph = agrees(baseline, holes(windows))
    np.testing.assert_array_equal(run(graph, windows)[0], windows[:, [-4, -3, -4], 0])


def test_windows_that_are_too_short_are_refused(windows):
    baseline = PersistenceRegressor(7).fit(windows, np.zeros(len(windows)))
    types = [("X", FloatTensorType([None, 3, 4]))]
    with pytest.raises(ValueError, match="lookback of at least 7"):
        to_onnx(baseline, initial_types=types)


@pytest.mark.parametrize(
    ("baseline", "later"),
    [
        (SMARegressor(3), {"window": 5}),
        (EMARegressor(0.5), {"alpha": 0.3}),
        (PersistenceRegressor(3), {"season": 4}),
    ],
    ids=str,
)
def test_parameters_set_after_fit_wait_for_the_next_one(
    baseline, later, windows, agrees, run, same
):
    y = np.zeros(len(windows))
    before = clone(baseline).fit(windows, y).predict(windows)
    graph = agrees(baseline.fit(windows, y).set_params(**later), windows)
    same(run(graph, windows)[0], before)
    graph = agrees(baseline.fit(windows, y), windows)
    assert np.abs(run(graph, windows)[0][:, 0] - before).max() > 0.1 * before.std()
