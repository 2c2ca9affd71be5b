from fractions import Fraction

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from sklstm import LSTMRegressor
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


@pytest.mark.parametrize("weight", [None, RNG.uniform(size=60)])
@pytest.mark.parametrize("noise", [1e-3, 1e-9])
def test_small_noise_on_a_large_offset(noise, weight):
    values = 1e6 + noise * RNG.normal(size=(60, 1)).round(1) * 3
    exact = [Fraction(x) for x in values[:, 0]]
    weights = [Fraction(1)] * 60 if weight is None else [Fraction(w) for w in weight]
    total = sum(weights)
    centre = sum(w * x for w, x in zip(weights, exact, strict=True)) / total
    variance = sum(w * (x - centre) ** 2 for w, x in zip(weights, exact, strict=True)) / total
    mean, scale = weighted_statistics(values, weight)
    assert mean[0] == pytest.approx(float(centre), rel=np.finfo(float).eps)
    assert scale[0] == pytest.approx(float(variance) ** 0.5, rel=1e-9)


@pytest.mark.parametrize("differencing", ["never", "always"])
@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_an_offset_changes_no_forecast(engine, differencing):
    wave = np.sin(np.arange(80) / 3)
    errors = []
    for offset, size in [(0.0, 1.0), (1e6, 2.0**-27)]:  # 64 units in the last place
        series = offset + np.round(wave * 64) / 64 * size
        windows, y = np.lib.stride_tricks.sliding_window_view(series, 8)[:-1], series[8:]
        model = LSTMRegressor(
            3, max_epochs=5, random_state=0, engine=engine, differencing=differencing
        )
        errors.append((model.fit(windows, y).predict(windows) - y) / size)
    # Predictions themselves are rounded to units in the last place.
    np.testing.assert_allclose(errors[1], errors[0], atol=2 / 64)
