import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from sklstm.data import WindowSet
from sklstm.estimators._standardisation import standardise, weighted_statistics

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("weight", [None, RNG.uniform(size=60)])
def test_equals_scikit_learns_scaler(weight, rng):
    values = rng.normal([1e6, -3, 0], [10, 1e-3, 5], size=(60, 3))
    scaler = StandardScaler().fit(values, sample_weight=weight)
    mean, scale = weighted_statistics(values, weight)
    np.testing.assert_allclose(mean, scaler.mean_, rtol=1e-12)
    np.testing.assert_allclose(scale, scaler.scale_, rtol=1e-7)
    np.testing.assert_allclose(
        standardise(values, mean, scale, np.float64), scaler.transform(values), rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9, -1e-9])
def test_constant_columns_are_only_centred(constant):
    mean, scale = weighted_statistics(np.full((37, 1), constant))
    assert mean == pytest.approx(constant)
    assert scale == 1.0


def test_shared_rows_count_once_for_each_window(rng):
    series = rng.normal(size=(30, 2))
    view = np.lib.stride_tricks.sliding_window_view(series, 7, axis=0).transpose(0, 2, 1)
    windows = WindowSet.from_array(view)
    assert len(windows.rows) == 30
    shared = weighted_statistics(windows.rows, windows.row_weight())
    separate = weighted_statistics(view.reshape(-1, 2))
    np.testing.assert_allclose(shared, separate, rtol=1e-12)
